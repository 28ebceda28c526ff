"""The galleries' rules on drawn scenes, and their fast truth against the rendered one."""

from __future__ import annotations

import numpy as np
import pytest

from lecture_models.evaluation import galleries
from lecture_models.evaluation.galleries import Truth, crowd, cut, small, strongest, truth_in, truth_of
from lecture_models.scenes import SceneSettings, render

BALL, CRATE = 4, 5


def drawn(boxes: list[tuple[int, int, int, int]], labels: list[int], hidden: bool = True) -> Truth:
    """Rectangles x0, y0, x1, y1 in front of each other, later ones nearer."""
    instance = np.zeros((64, 64), np.int32)
    for number, (x0, y0, x1, y1) in enumerate(boxes, start=1):
        instance[y0:y1, x0:x1] = number
    return Truth(np.array(labels), instance, np.full(len(boxes), hidden))


@pytest.mark.parametrize("settings", [SceneSettings(), SceneSettings(things=20, crowding=0.9, occlusion=0.8)])
@pytest.mark.parametrize("seed", [0, 42, 43])
def test_the_truth_without_a_picture_is_the_rendered_one(seed: int, settings: SceneSettings):
    fast, full = truth_of(seed, settings), truth_in(render(seed, settings))
    assert np.array_equal(fast.instance, full.instance)
    assert np.array_equal(fast.labels, full.labels)
    assert np.array_equal(fast.hidden, full.hidden)


def test_a_crowd_is_of_one_class_and_linked_by_boxes():
    # 1 hides the edge of 0, and 2 that of 1, so that their visible boxes touch; a crate is among them, 4 is far away
    boxes = [(0, 0, 12, 12), (10, 0, 22, 12), (20, 0, 32, 12), (5, 5, 25, 9), (50, 50, 60, 60)]
    found = crowd(drawn(boxes, [BALL, BALL, BALL, CRATE, BALL]))
    assert found.members == (0, 1, 2)
    assert found.strength == (3, 2)
    assert crowd(drawn([], [])).strength == (0, 0)


def test_boxes_apart_are_no_crowd():
    assert crowd(drawn([(0, 0, 10, 10), (12, 0, 20, 10)], [BALL, BALL])).strength == (1, 0)


def test_a_cut_thing_has_two_parts_of_sixteen_pixels():
    # a bar 40 × 6 with a post of 10 before it: 15 × 6 on either side
    bar, post = (4, 20, 44, 26), (19, 0, 29, 60)
    assert cut(drawn([bar, post], [CRATE, BALL])).members == (0,)
    assert cut(drawn([bar, post], [CRATE, BALL])).strength == (1, 90)
    assert cut(drawn([bar, (5, 0, 29, 60)], [CRATE, BALL])).members == ()  # 1 × 6 is too small a part
    assert cut(drawn([bar, post], [CRATE, BALL], hidden=False)).members == ()


def test_parts_that_touch_at_a_corner_are_one():
    mask = np.zeros((20, 20), bool)
    mask[:8, :8] = mask[8:16, 8:16] = True
    assert galleries.parts(mask) == [128]


def test_small_things_have_less_than_24_pixels_squared():
    found = small(drawn([(0, 0, 24, 24), (30, 0, 54, 23), (0, 30, 5, 35)], [BALL, BALL, CRATE]))
    assert found.members == (1, 2)
    assert found.strength == (2, -((24 * 23 + 25) // 2))


@pytest.mark.parametrize("name", list(galleries.GALLERIES))
def test_the_strongest_scene_comes_first(name: str):
    settings, seeds = SceneSettings(), range(100, 110)
    order = strongest(name, seeds, settings)
    assert sorted(seed for seed, _ in order) == list(seeds)
    strengths = [found.strength for _, found in order]
    assert strengths == sorted(strengths, reverse=True)
    best = max(seeds, key=lambda seed: (galleries.GALLERIES[name](truth_of(seed, settings)).strength, -seed))
    assert order[0][0] == best


def test_an_unknown_gallery_gets_a_sentence():
    with pytest.raises(ValueError, match="crowd, cut, small"):
        strongest("pretty", range(1), SceneSettings())
