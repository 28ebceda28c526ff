"""Selective search: deterministic, on objects, scaled back, and clear about what it cannot search."""

import time
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
import torch
from torchvision.ops import box_iou

from lecture_models.cache import at_once
from lecture_models.rcnn.selective_search import MIN_SIDE, ranked, search, search_soon, selective_search
from lecture_models.scenes import render


@pytest.fixture(scope="module")
def scene():
    return render(42)


def test_two_calls_agree_whatever_ran_between_them_and_in_other_threads(scene):
    first = selective_search(scene.image, 1000)
    cv2.setRNGSeed(int(time.time()))
    with ThreadPoolExecutor(2) as pool:
        others = list(pool.map(lambda _: selective_search(scene.image, 1000), range(2)))
    assert all(torch.equal(first, other) for other in others)


def test_a_limit_keeps_the_first_boxes(scene):
    every = selective_search(scene.image, 10_000)
    assert 100 < len(every) < 10_000
    assert torch.equal(selective_search(scene.image, 50), every[:50])
    assert every.dtype == torch.float32


def test_boxes_are_inside_large_enough_and_different(scene):
    boxes = selective_search(scene.image, 10_000)
    assert boxes.min() >= 0
    assert boxes.max() <= 256
    assert (boxes[:, 2:] - boxes[:, :2]).min() >= MIN_SIDE
    assert len(boxes.unique(dim=0)) == len(boxes)


def test_most_true_things_have_a_proposal(scene):
    truth = torch.tensor([thing.box for thing in scene.things]).float()
    best = box_iou(truth, selective_search(scene.image, 10_000)).amax(1)
    assert (best >= 0.5).float().mean() > 0.6


def test_a_large_picture_is_searched_small_and_scaled_back():
    picture = np.zeros((750, 1500, 3), np.uint8)
    picture[150:600, 300:900] = (250, 200, 40)
    boxes = selective_search(picture, 100)
    assert box_iou(torch.tensor([[300.0, 150, 900, 600]]), boxes).max() > 0.95
    assert boxes[:, 2].max() == 1500
    assert boxes[:, 3].max() == 750


def test_ranking_by_hand():
    # a repetition and a box of 5 pixels go; what is left is the same whatever order came in
    boxes = np.array([[0, 0, 9, 9], [0, 0, 5, 9], [0, 0, 9, 9], [3, 3, 99, 99]])
    assert sorted(ranked(boxes).tolist()) == [[0, 0, 9, 9], [3, 3, 99, 99]]
    assert np.array_equal(ranked(boxes), ranked(boxes[::-1]))
    assert ranked(np.zeros((0, 4), np.int64)).shape == (0, 4)


def test_quality_finds_more(scene):
    small = np.ascontiguousarray(scene.image[::2, ::2])
    assert len(selective_search(small, 10_000, "quality")) > len(selective_search(small, 10_000))


def test_a_picture_is_searched_once(scene):
    some, more = search(scene.image, 20), search(np.array(scene.image), 90)
    assert some.ms == more.ms > 0  # the time of the one search, also when the cache answers
    assert torch.equal(some.boxes, more.boxes[:20])
    assert torch.equal(more.boxes, selective_search(scene.image, 90))
    assert len(some.boxes) == 20 < some.found == more.found
    with pytest.raises(ValueError, match="at least 1"):
        search(scene.image, 0)


def test_who_cannot_wait_finds_it_later(scene):
    picture = np.ascontiguousarray(scene.image[:99])
    with at_once():
        assert search_soon(picture, 20) is None
        every = search(picture, 20)  # who waits, waits for the same search
        found = search_soon(picture, 20)
        with pytest.raises(ValueError, match="at least 1"):
            search_soon(picture, 0)
    assert found is not None
    assert found.ms == every.ms


@pytest.mark.parametrize(
    ("image", "limit", "mode", "says"),
    [
        (np.zeros((9, 9), np.uint8), 10, "fast", r"uint8 \[H, W, 3\]"),
        (np.zeros((9, 9, 3), np.float32), 10, "fast", "float32"),
        (np.zeros((0, 9, 3), np.uint8), 10, "fast", "not empty"),
        (np.zeros((2, 90, 3), np.uint8), 10, "fast", "at least 6 pixels"),
        (np.zeros((9, 9, 3), np.uint8), 0, "fast", "at least 1"),
        (np.zeros((9, 9, 3), np.uint8), 5, "slow", "'quality'"),
    ],
)
def test_what_cannot_be_searched_is_said(image, limit, mode, says):
    with pytest.raises(ValueError, match=says):
        selective_search(image, limit, mode)
