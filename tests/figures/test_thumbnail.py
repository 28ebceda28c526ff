"""Small pictures of slides: which panel, which part of it, and that what lies over it is where it belongs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from demos.figures import style, thumbnail
from demos.figures.slides import Bars, Picture, Slide
from demos.records import Box

GREY = np.full((256, 256, 3), 128, np.uint8)


def slide(*titles: str) -> Slide:
    chart = Bars("A chart", [("a", 1.0, "1", style.TRUTH)], "px")
    return Slide("What is seen", [chart, *(Picture(title, GREY) for title in titles)])


def test_the_first_picture_or_the_named_one():
    assert thumbnail.panel_of(slide("One", "Two")).title == "One"
    assert thumbnail.panel_of(slide("One", "Two: +3.1"), "Two").title == "Two: +3.1"
    with pytest.raises(LookupError, match="begins with “Three”; there are: One, Two"):
        thumbnail.panel_of(slide("One", "Two"), "Three")
    with pytest.raises(LookupError, match="there are: none"):
        thumbnail.panel_of(slide())


# A square of 256 is cut to a strip of 256 × 160 whose top lies at 0.56 · 96 = 53.76:
#
#     0 ┌────────┐
#    54 ├────────┤ ← row 0 of the small picture
#       │  kept  │
#   214 ├────────┤
#   256 └────────┘
def test_a_square_is_cut_to_a_strip_below_its_middle():
    assert thumbnail.strip((0, 0, 256, 256)) == pytest.approx((0, 53.76, 256, 213.76))
    image = GREY.copy()
    image[100:110, 50:60] = (255, 0, 0)
    shown = thumbnail.thumbnail(Picture("A patch", image))
    rows, columns = np.nonzero((shown == (255, 0, 0)).all(axis=2))
    assert shown.shape == (160, 256, 3)
    assert (rows.min(), rows.max()) == (46, 55)
    assert (columns.min(), columns.max()) == (50, 59)


def test_boxes_outlines_and_points_are_drawn_where_they_are():
    ends = [30.0, 120, 60, 120, 60, 150, 30, 150]
    panel = Picture(
        "Lines",
        GREY,
        boxes=[Box((100, 100, 140, 160), style.TRUTH)],
        outlines=[([ends], style.WRONG)],
        points=[(200.0, 130.0, style.PREDICTION)],
    )
    shown = thumbnail.thumbnail(panel).astype(int)

    def near(x: float, y: float, color: str) -> bool:
        at = round(y - 53.76)
        patch = shown[at - 2 : at + 3, round(x) - 2 : round(x) + 3].reshape(-1, 3)
        return bool((np.abs(patch - style.rgb(color)).sum(axis=1) < 60).any())

    assert near(100, 130, style.TRUTH)
    assert near(140, 130, style.TRUTH)
    assert near(45, 120, style.WRONG)
    assert near(200 + 5, 130, style.PREDICTION)
    assert (shown[round(130 - 53.76), 120] == 128).all(), "inside of the box nothing is drawn"


def test_an_overlay_lies_over_the_same_pixels():
    layer = np.zeros((256, 256, 4), np.uint8)
    layer[120:140, 80:90] = (*style.rgb(style.RIGHT), 255)
    shown = thumbnail.thumbnail(Picture("A layer", GREY, overlay=layer))
    rows, columns = np.nonzero((shown == style.rgb(style.RIGHT)).all(axis=2))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (66, 85, 80, 89)


def test_small_maps_keep_sharp_cells():
    cells = np.zeros((4, 4, 3), np.uint8)
    cells[::2, ::2] = cells[1::2, 1::2] = 255
    shown = thumbnail.thumbnail(Picture("Cells", cells, sharp=True))
    assert set(np.unique(shown[:, [32, 96, 160, 224]])) == {0, 255}, "no grey in the middle of a column"
    assert ((shown > 0) & (shown < 255)).mean() < 0.05


@pytest.mark.parametrize("size", [(3, 400), (400, 3), (1, 1), (161, 257)])
def test_any_shape_becomes_the_same_shape(size: tuple[int, int]):
    assert thumbnail.thumbnail(Picture("Any", np.zeros((*size, 3), np.uint8))).shape == (160, 256, 3)


def test_a_window_is_what_is_shown():
    image = GREY.copy()
    image[100:200, 100:200] = (0, 255, 0)
    shown = thumbnail.thumbnail(Picture("A window", image, window=(100.0, 100.0, 200.0, 200.0)))
    assert (shown == (0, 255, 0)).all()


def test_it_is_webp_with_an_alternative_text():
    small = slide("One", "Two").small("Two")
    found = cv2.imdecode(np.frombuffer(small.image, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    assert found.shape == (160, 256, 3)
    assert small.alt == "Two. What is seen."
