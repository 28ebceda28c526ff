"""Slides: whatever their panels, all text is on the page, is large enough and covers no other; equal bytes again."""

from __future__ import annotations

import io
import re
from itertools import combinations

import numpy as np
import PIL.Image
import pytest
from matplotlib.text import Text

from demos.figures import slides, style
from demos.figures.slide_layout import Rect, arranged, divisions, plan
from demos.figures.slide_page import compose
from demos.figures.slides import Bars, Lines, Numbers, Picture, Scale, Slide
from demos.records import Box, Table

LONG = "a title of very many words that no panel can hold in one line"
NOISE = np.random.default_rng(0).integers(0, 255, (96, 144, 3), np.uint8)
BOXES = [Box((10 * k, 6 * k, 10 * k + 40, 6 * k + 30), style.TRUTH, f"person {k} · 0.9{k}") for k in range(9)]
TAGS = [(f"class number {k}", style.WRONG) for k in range(40)]
SCALE = Scale("feature, unit", -0.25, 1.5)
PICTURE = Picture(
    "A picture", NOISE, boxes=BOXES, ruler="px", note="Which object has each pixel of this picture?"
)
TABLE = Table(
    ("error", "false positives", "missed"), [(f"kind {k}", str(k), "−1.5") for k in range(30)], "Caption."
)
PANELS = (
    PICTURE,
    Picture(LONG, NOISE[:, :32], tags=TAGS, sharp=True, scale=SCALE),
    Bars("Time", [("Fast R-CNN", 2.5, "2.5 s", style.TRUTH), ("Faster", 0.0, "0 s", style.WRONG)], "seconds"),
    Numbers("Errors", TABLE),
    Lines("Curves", [((4, 8, 16), (0.9, 0.8, 0.5), style.RIGHT)], ("stride, px", "mean IoU"), "Note."),
    Picture("Tall", np.repeat(NOISE[:, :20], 2, 0), window=(2.5, 3.2, 18, 90), points=[(9, 9, style.PAPER)]),
)
LEGEND = [(f"class {k} with a name", style.CYCLE[k % 6]) for k in range(30)]


def slide(*panels: slides.SlidePanel) -> Slide:
    return Slide(
        title="What $is$ seen here, in a title that is so long that it needs more than one line of the page to be said",
        panels=panels,
        legend=LEGEND,
        caption=f"{LONG}. {LONG}.",
        source="Computed in this run.",
        lesson="A1 Vision tasks",
        settings=["Picture: scene:42", f"Text: {'x' * 300}", "Odd: $x^2$ <b>&amp;</b> \\frac"],
        link="http://127.0.0.1:7860/?lesson=vision_tasks&picture=scene:42?things=9",
    )


def wrong(made: Slide) -> list[str]:
    """What is wrong with the texts of a slide, in sentences."""
    figure = compose(made)
    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    texts = [one for one in figure.findobj(Text) if one.get_text().strip() and one.get_visible()]
    boxes = [(one.get_text(), one.get_window_extent(renderer)) for one in texts]
    page = figure.bbox
    found = [f"{one.get_text()!r} is small" for one in texts if one.get_size() < slides.SMALLEST]
    found += [
        f"{text!r} is cut"
        for text, box in boxes
        if box.x0 < 0 or box.y0 < 0 or box.x1 > page.x1 or box.y1 > page.y1
    ]
    for (one, a), (other, b) in combinations(boxes, 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        if wide > 1 and high > 1:
            found.append(f"{one!r} lies on {other!r}")
    return found


@pytest.mark.parametrize("count", range(1, 7))
@pytest.mark.parametrize("first", range(6))
def test_text_is_on_the_page_large_and_apart(first: int, count: int):
    panels = [PANELS[(first + k) % 6] for k in range(count)]
    assert plan(slide(*panels)).cells, "all panels have a place"
    assert wrong(slide(*panels)) == []


def test_no_panel_or_too_many_is_an_error():
    with pytest.raises(IndexError, match="1 to 10"):
        slide()
    with pytest.raises(IndexError, match="1 to 10"):
        slide(*[PICTURE] * 11)


def test_pictures_of_a_slide_have_one_height_and_keep_their_shape():
    cells = arranged([PICTURE] * 5, Rect(0, 0, 12, 5))
    assert len({round(cell.rect.height, 6) for cell in cells}) == 1
    assert all(cell.rect.width / cell.rect.height == pytest.approx(1.5) for cell in cells)
    assert all(cell.rect.x >= 0 and cell.rect.x + cell.rect.width <= 12 for cell in cells)


def test_divisions_hold_all_panels():
    assert all(sum(rows) == 6 for rows in divisions(6))
    assert len(list(divisions(6))) == 1 + 5 + 10


def test_a_table_that_is_too_long_says_so():
    [cell] = [one for one in plan(slide(*PANELS)).cells if isinstance(one.panel, Numbers)]
    left = len(TABLE.rows) - len(cell.panel.table.rows)
    assert left > 0
    assert f"And {left} more." in " ".join(cell.foot) or not cell.foot


@pytest.mark.parametrize("form", slides.FORMS)
def test_equal_slides_give_equal_bytes(form: str):
    assert slide(*PANELS[:3]).file(form) == slide(*PANELS[:3]).file(form)


def test_text_of_an_svg_is_text_and_escaped():
    text = slide(PICTURE).file("svg").decode()
    assert "What $is$ seen here" in text
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in text
    assert "<script" not in text


def test_a_pdf_has_its_fonts_and_one_page():
    content = slide(PICTURE).file("pdf")
    assert re.search(rb"/Subtype /(TrueType|CIDFontType2)", content)
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    assert b"/CreationDate" not in content


def test_a_png_has_300_dots_an_inch():
    image = PIL.Image.open(io.BytesIO(slide(PICTURE).file("png")))
    assert image.size == (4000, 2250)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_small_map_keeps_its_colours():
    """Cells are enlarged sharply: no colour is in the file that was not in the map."""
    two = np.zeros((2, 2, 3), np.uint8)
    two[0] = (250, 10, 30)
    figure = compose(Slide("Two", [Picture("Map", two, sharp=True)]), 300)
    [shown] = figure.axes[0].images
    assert len(np.unique(np.asarray(shown.get_array()).reshape(-1, 3), axis=0)) == 2


def test_of_many_places_a_few_are_named():
    many = tuple(range(1, 129))
    figure = compose(Slide("Many", [Lines("Curve", [(many, many, style.RIGHT)], ("layer", "px"))]), 300)
    named = [text.get_text() for axes in figure.axes for text in axes.get_xticklabels()]
    assert 5 <= len(named) <= 10


@pytest.mark.parametrize("count", range(1, 6))
@pytest.mark.parametrize("shape", [(16, 256), (256, 16)])
def test_a_strip_of_a_picture_is_shown_whole_and_its_words_with_it(shape: tuple[int, int], count: int):
    strip = Picture("Prediction", np.resize(NOISE, (*shape, 3)), note="Which pixels are whose?")
    panels = [(strip, PANELS[2], strip, PANELS[3], PANELS[4])[k] for k in range(count)]
    cells = [cell for cell in plan(slide(*panels)).cells if isinstance(cell.panel, Picture)]
    assert len(cells) == sum(panel is strip for panel in panels)
    assert all(cell.rect.width / cell.rect.height == pytest.approx(shape[1] / shape[0]) for cell in cells)
    assert all(cell.head == ("Prediction",) for cell in cells)
    assert wrong(slide(*panels)) == []
