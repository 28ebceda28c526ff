"""What a lecturer takes along, in Chromium: figures for slides by their buttons, and a lesson on paper."""

from __future__ import annotations

import re

import PIL.Image
import pytest

from tests.browser import paper

NUMBER = ".ww-number strong >> visible=true"
STATE = """() => [document.querySelectorAll(".ww-colophon, .ww-sheet, .label-wrap.open").length,
  document.querySelector("link[href$='print.css']").media, document.body.matches(".dark"),
  document.documentElement.scrollWidth, getComputedStyle(document.querySelector(".ww-panels")).gridTemplateColumns]"""


def test_after_printing_all_is_as_it_was(visit):
    page = visit("?lesson=vision_tasks&__theme=dark", width=390, height=844)
    page.wait_for_selector(NUMBER)
    paper.prepared(page, "vision_tasks")
    before = page.evaluate(STATE)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.evaluate(paper.SHOWN)["dark"]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.pdf(prefer_css_page_size=True)
    page.wait_for_timeout(500)
    assert page.evaluate(STATE) == before


def test_a_phone_prints_the_same_sheets(visit):
    page = visit("?lesson=mask_head", width=390, height=844)
    page.wait_for_selector(NUMBER)
    paper.prepared(page, "mask_head")
    assert paper.count(page.pdf(prefer_css_page_size=True)) == 2


def test_sheets_are_filled_evenly(visit):
    page = visit("?lesson=vision_tasks")
    cut = """(heights) => import(new URL(document.querySelector("link[href$='draw/paper.js']").href))
      .then(({ division }) => division(heights))"""
    for heights, second in (([1, 1], 1), ([5, 1, 1, 3], 1), ([1, 1, 1, 9], 3), ([2, 2, 2, 2, 2, 2], 3)):
        assert page.evaluate(cut, heights) == second


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_figure_is_saved_in_each_form(visit, width: int, height: int):
    page = visit("?lesson=vision_tasks&picture=scene:7", width=width, height=height)
    page.wait_for_selector(NUMBER)
    row = page.locator("#vision_tasks-save-figure button")
    assert row.all_inner_texts() == ["PDF", "SVG", "PNG"]
    for place, form in enumerate(("pdf", "svg", "png")):
        box = row.nth(place).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        with page.expect_download() as done:
            row.nth(place).click()
        assert done.value.suggested_filename == f"vision_tasks.{form}"
        if form == "svg":
            with open(done.value.path(), encoding="utf8") as file:
                text = " ".join(re.findall(r"<text[^>]*>([^<]*)", file.read()))
            assert "Picture: scene:7" in text
            assert page.url.partition("?")[0] in text.replace("// ", "//")
        elif form == "png":
            assert PIL.Image.open(done.value.path()).size == (4000, 2250)
