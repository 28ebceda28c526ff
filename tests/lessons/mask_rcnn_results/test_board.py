"""Cards of errors: outlines enclose the mask exactly, pictures are as large as they are shown."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np

from demos.mask_rcnn_results import board


def filled(outlines: list[list[float]], size: tuple[int, int]) -> np.ndarray:
    """The pixels whose centres lie inside an odd number of polygons."""
    ys, xs = np.mgrid[: size[0], : size[1]] + 0.5
    inside = np.zeros(size, int)
    for line in outlines:
        polygon = np.array(line, np.float32).reshape(-1, 1, 2)
        for y, x in zip(ys.ravel(), xs.ravel(), strict=True):
            inside[int(y), int(x)] += cv2.pointPolygonTest(polygon, (float(x), float(y)), False) > 0
    return inside % 2 == 1


def test_outlines_enclose_exactly_the_mask():
    rng = np.random.default_rng(0)
    ring = np.zeros((12, 14), bool)
    ring[2:10, 3:12] = True
    ring[4:7, 6:8] = False  # a hole
    speckled = rng.random((12, 14)) < 0.4
    for mask in (ring, speckled, np.ones((3, 4), bool), np.zeros((3, 4), bool)):
        assert np.array_equal(filled(board.outlines(mask), mask.shape), mask)


def test_a_cutting_keeps_its_form():
    assert board.shrunk(np.zeros((40, 60, 3), np.uint8)).shape == (40, 60, 3)
    assert board.shrunk(np.zeros((256, 128, 3), np.uint8)).shape == (192, 96, 3)


def test_ap_is_in_percent_and_says_where_there_is_nothing():
    ap = {"box_ap": 0.5, "mask_ap": 0.25, "mask_ap50": None, "by_size": {"small": {"mask_ap": 0.125}}}
    box, mask = board.precision(ap).rows
    assert box == ["box", "50.0", *["–"] * 5]
    assert mask == ["mask", "25.0", "–", "–", "12.5", "–", "–"]


def test_the_curves_ends_are_in_percent_and_have_gaps_where_nothing_is_defined():
    told = SimpleNamespace(done=7, ap={"mask_ap": None, "mask_ap50": 0.75, "mask_ap75": 0.25})
    assert board.points(told) == [(7, "AP", None), (7, "AP50", 75.0), (7, "AP75", 25.0)]  # type: ignore[arg-type]
