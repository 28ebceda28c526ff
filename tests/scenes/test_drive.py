"""A drive: its first frame is the scene, things keep their index, and the camera comes nearer without touching."""

from __future__ import annotations

import numpy as np
import pytest

from lecture_models.scenes import SceneSettings, render
from lecture_models.scenes.drive import BEFORE, drive, free_way, moved
from lecture_models.scenes.layout import compose


def test_the_first_frame_is_the_scene_to_the_byte():
    first, second = drive(5, frames=2, pace=0.3, size=96)
    scene = render(5, size=96)
    assert np.array_equal(first.image, scene.image)
    assert np.array_equal(first.instance, scene.instance)
    assert first.things == scene.things
    assert not np.array_equal(second.image, scene.image)
    assert float(np.hypot(second.camera.x, second.camera.z)) == pytest.approx(0.3)


def test_a_thing_keeps_its_index_and_comes_nearer():
    frames = list(drive(42, frames=3, pace=0.4, size=128))
    seen = [{t.item: np.median(f.depth[f.instance == k]) for k, t in enumerate(f.things, 1)} for f in frames]
    both = set(seen[0]) & set(seen[2])
    assert len(both) >= 5
    nearer = [seen[0][item] - seen[2][item] for item in both]
    assert np.median(nearer) == pytest.approx(0.8, abs=0.08), "the camera looks down a little"
    assert min(nearer) > 0


def test_the_camera_stops_before_what_is_in_its_way():
    crowded = SceneSettings(things=24, camera_height=1.0)
    world = next(w for w in (compose(seed, crowded) for seed in range(40)) if 0 < free_way(w) < 3)
    way = free_way(world)
    there = moved(world, 0.0, way).camera
    nearest = min(
        item.place[1] - item.footprint - there.z
        for item in world.items
        if item.label >= 4 and abs(item.place[0]) < item.footprint and item.place[1] > 0
    )
    assert nearest >= BEFORE - 1e-6


def test_the_same_drive_again_is_the_same():
    first, again = (list(drive(7, frames=2, size=64))[1].image for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("wrong", [{"frames": 1}, {"frames": 17}, {"pace": 0.0}, {"pace": 3.0}])
def test_a_drive_that_cannot_be_is_refused(wrong: dict):
    with pytest.raises(ValueError, match="A drive has 2 to 16 frames"):
        list(drive(1, **wrong))
