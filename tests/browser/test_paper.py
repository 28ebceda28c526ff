"""What a lecturer takes along, in Chromium: figures for slides by their buttons, and a lesson on paper."""

from __future__ import annotations

import re

import PIL.Image
import pytest

import demos

LESSONS = [lesson.name for part in demos.SYLLABUS for lesson in part.lessons]
every_lesson = pytest.mark.parametrize("lesson", LESSONS)
NUMBER = ".ww-number strong >> visible=true"
ON_PAPER = """() => {
  const shown = (css) => [...document.querySelectorAll(css)].some((one) => one.offsetHeight);
  return { theory: document.querySelector(`#${document.body.dataset.lesson}-theory-fold .ww-theory`)?.innerText ?? "",
    settings: document.querySelector(".ww-colophon")?.innerText ?? "",
    link: document.querySelector(".ww-colophon a")?.href,
    acting: shown("#ww-top, #ww-picture-bar, .ww-foot, .ww-main input"), dark: document.body.matches(".dark"),
    pictures: shown(".ww-panel img, .ww-board img, .ww-board canvas") };
}"""
STATE = """() => [document.querySelectorAll(".ww-colophon, .ww-sheet, .label-wrap.open").length,
  document.querySelector("link[href$='print.css']").media, document.body.matches(".dark"),
  document.documentElement.scrollWidth, getComputedStyle(document.querySelector(".ww-panels")).gridTemplateColumns]"""


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", content))


def prepared(page, lesson: str) -> None:
    """Wait until the theory has come, in a fold that nobody opened and that is closed again."""
    theory = f"document.querySelector('#{lesson}-theory-fold .ww-theory')?.textContent.length > 1000"
    page.wait_for_function(f"{theory} && !document.querySelector('#{lesson}-theory-fold > .label-wrap.open')")


@every_lesson
def test_a_lesson_is_printed_on_one_or_two_sheets(visit, lesson: str):
    page = visit(f"?lesson={lesson}&picture=scene:9&__theme=dark")
    page.wait_for_selector(NUMBER)
    prepared(page, lesson)
    assert pages(page.pdf(prefer_css_page_size=True, print_background=True)) in (1, 2)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(300)
    found = page.evaluate(ON_PAPER)
    assert len(found["theory"]) > 1000
    assert "scene:9" in found["settings"]
    assert f"lesson={lesson}" in found["link"]
    assert found["pictures"]
    assert not found["acting"]
    assert not found["dark"]


def test_after_printing_all_is_as_it_was(visit):
    page = visit("?lesson=vision_tasks&__theme=dark", width=390, height=844)
    page.wait_for_selector(NUMBER)
    prepared(page, "vision_tasks")
    before = page.evaluate(STATE)
    page.pdf(prefer_css_page_size=True)
    page.wait_for_timeout(500)
    assert page.evaluate(STATE) == before


def test_a_phone_prints_the_same_sheets(visit):
    page = visit("?lesson=mask_head", width=390, height=844)
    page.wait_for_selector(NUMBER)
    prepared(page, "mask_head")
    assert pages(page.pdf(prefer_css_page_size=True)) == 2


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
