"""Scene settings: ranges are enforced with a sentence, and each one does what it says."""

import math

import numpy as np
import pytest

from lecture_models.scenes import SceneSettings, render
from lecture_models.scenes.layout import compose


@pytest.mark.parametrize("name", SceneSettings.RANGES)
@pytest.mark.parametrize("bad", [-1e9, 1e9, math.nan, math.inf, "7", None, True])
def test_out_of_range_is_refused(name, bad):
    with pytest.raises(ValueError, match=f"{name} must be a number from"):
        SceneSettings(**{name: bad})


@pytest.mark.parametrize("name", SceneSettings.RANGES)
@pytest.mark.parametrize("end", [0, 1])
def test_both_ends_of_each_range_render(name, end):
    value = SceneSettings.RANGES[name][end]
    other = {"size_min": {"size_max": 220.0}, "size_max": {"size_min": 6.0}}.get(name, {})
    render(1, SceneSettings(**{name: value, **other}), size=64)


def test_sizes_must_be_in_order():
    with pytest.raises(ValueError, match="size_min must not exceed"):
        SceneSettings(size_min=100, size_max=50)


def test_number_of_things_is_whole():
    with pytest.raises(ValueError, match="whole number"):
        SceneSettings(things=3.5)
    assert not render(1, SceneSettings(things=0), size=64).things


def test_more_occlusion_hides_more():
    def shown(occlusion):
        settings = SceneSettings(occlusion=occlusion)
        return np.mean([t.visible for s in range(12) for t in render(s, settings, size=128).things])

    assert shown(1.0) < shown(0.0) - 0.05


def test_crowding_gathers_the_same_class():
    def same_class_neighbours(crowding):
        settings = SceneSettings(crowding=crowding, occlusion=0.0)
        count = 0
        for seed in range(10):
            items = [i for i in compose(seed, settings).items if i.label > 3]
            for a in items:
                others = [b for b in items if b is not a]
                nearest = min(others, key=lambda b: math.dist(a.place, b.place))
                count += nearest.label == a.label
        return count

    assert same_class_neighbours(1.0) > 1.5 * same_class_neighbours(0.0)


def test_the_sun_goes_up():
    low, high = (compose(4, SceneSettings(sun_height=h)).light.towards[1] for h in (20.0, 60.0))
    assert high > low > 0


def test_size_range_is_kept_by_things_that_stand_free():
    settings = SceneSettings(size_min=60, size_max=80, occlusion=0.0, crowding=0.0)
    heights = [t.box[3] - t.box[1] for s in range(8) for t in render(s, settings).things if t.visible > 0.99]
    assert 40 < np.median(heights) < 100
