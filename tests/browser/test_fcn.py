"""The lesson on FCN in Chromium: sliders, clicks, keys and fingers change the sum; nothing is cut on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from demos.fcn import words
from lecture_models import zoo
from lecture_models.studies import fcn as study
from lecture_models.studies import fcn_ceilings as ceilings
from tests.browser.kept import kept, resting, until

here = set(study.NETWORKS) <= set(zoo.names())
pytestmark = pytest.mark.skipif(not here, reason="the three networks are not trained yet")
SUM = "#fcn-sum"
TITLE = f"document.querySelectorAll('{SUM} .ww-panel')[3]?.dataset.shows"
QUERY = "new URLSearchParams(location.search)"
NUMBER = "document.querySelector('#fcn-reading strong').textContent"
VIEWS = {"sum": SUM, "ceilings": "#fcn-ceilings", "networks": "#fcn-networks"}


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson, opened once; whatever goes wrong in it fails the last test."""
    with kept(browser, f"{url}?predict=0&lesson=fcn", has_touch=True) as tab:
        tab.wait_for_function(f"document.querySelectorAll('{SUM} .ww-panel').length === 10")
        yield tab


def look(page: Page, view: str) -> None:
    """Choose a view by its radio button and wait until it is drawn."""
    page.evaluate("window.scrollTo(0, 0)")
    page.locator(f"#fcn-view input[value={view}]").check()
    page.wait_for_function(f"document.querySelector('{VIEWS[view]} .ww-panel img')?.getClientRects().length")


def at(page: Page, x: float, y: float, panel: int = 3) -> tuple[float, float]:
    """A place of the picture, in shares of its sides, on the screen."""
    frame = resting(page.locator(f"{SUM} .ww-frame").nth(panel))
    return frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y


def title(point: tuple[int, int], skips: tuple[float, float] = (1.0, 1.0), category: str = "") -> str:
    return words.titles(study.summed("scene:42", "fcn_8s", category, point, skips))[-1]


def chosen(near: tuple[int, int]) -> str:
    """That a pixel near this one is chosen: a pixel on the screen covers more than one of the picture."""
    pair = f"({QUERY}.get('place') || '-99,-99').split(',').map(Number)"
    return f"{pair}.every((value, i) => Math.abs(value - {list(near)}[i]) < 3)"


def place(page: Page, near: tuple[int, int]) -> tuple[int, int]:
    """The chosen pixel, as the address has it."""
    page.wait_for_function(chosen(near))
    x, y = page.evaluate(f"{QUERY}.get('place').split(',').map(Number)")
    return x, y


def pick(page: Page, near: tuple[int, int] = (128, 25)) -> tuple[int, int]:
    """Click a pixel and return which it was."""
    x, y = ((part + 0.5) / 256 for part in near)
    until(page, lambda: page.mouse.click(*at(page, x, y)), chosen(near))
    return place(page, near)


def test_a_click_writes_out_the_sum_of_its_pixel(opened: Page):
    point = pick(opened, (25, 205))
    opened.wait_for_function(f"{TITLE} === '{title(point)}'")
    assert f"Pixel ({point[0]}, {point[1]})" in opened.locator("#fcn-arithmetic caption").inner_text()
    assert opened.locator(f"{SUM} .ww-box-line").count() == 3, "the cells that it reads, of each scale"


def test_arrow_keys_move_the_pixel(opened: Page):
    x, y = pick(opened, (25, 205))
    opened.mouse.move(5, 5)
    opened.locator(f"{SUM} [role=application]").focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Shift+ArrowUp")
    opened.wait_for_function(f"{TITLE} === '{title((x + 1, y - 10))}'")


def test_a_finger_chooses_a_pixel(opened: Page):
    opened.touchscreen.tap(*at(opened, 0.5012, 0.1012, panel=5))
    opened.wait_for_function(f"{TITLE} === '{title(place(opened, (128, 25)))}'")


def test_a_weight_at_zero_takes_its_share_out_of_the_sum(opened: Page):
    point = pick(opened)
    slider = opened.locator("#fcn-pool3 input[type=range]")
    slider.focus()
    opened.keyboard.press("Home")
    expected = study.summed("scene:42", "fcn_8s", "", point, (1.0, 0.0))
    opened.wait_for_function(f"{TITLE} === '{title(point, (1.0, 0.0))}'")
    opened.wait_for_function(f"{NUMBER} === '{100 * expected.now.miou:.1f}'")
    for _ in range(10):
        slider.press("ArrowRight")
    opened.wait_for_function(f"{TITLE} === '{title(point)}'")


def test_another_class_is_shown(opened: Page):
    point = pick(opened)
    opened.locator("#fcn-category input").click()
    opened.get_by_role("option", name="sky").click()
    opened.wait_for_function(f"{TITLE} === '{title(point, category='sky')}'")
    assert opened.locator("#fcn-arithmetic tbody th").first.inner_text() == "sky"


def test_many_moves_in_a_row_end_with_the_last(opened: Page):
    point = pick(opened)
    name = opened.locator("#fcn-arithmetic tbody th").first.inner_text()
    for _ in range(8):
        opened.locator("#fcn-pool4 input[type=range]").press("ArrowLeft")
    opened.wait_for_function(f"{TITLE} === '{title(point, (0.2, 1.0), name)}'")
    opened.wait_for_function(f"{QUERY}.get('pool4') === '0.2'")  # the address follows a little later


def test_the_ladder_comes_by_itself_and_is_pythons(opened: Page):
    look(opened, "ceilings")
    opened.wait_for_function("document.querySelectorAll('.fcn-bar .fcn-coarse').length === 3")
    made = ceilings.ceiled("scene:42", 32, "scores")
    for k, said in enumerate(made.said):
        score = made.scores[k]
        assert score is not None
        label = opened.locator(".fcn-bar").nth(k).get_attribute("aria-label")
        for value in (said.miou, score.miou, made.cells[k].miou):
            assert f"{100 * value:.1f} %" in label
    opened.wait_for_function("document.querySelectorAll('#fcn-ceilings .ww-panel').length === 4")


def test_another_stride_and_oracle(opened: Page):
    look(opened, "ceilings")
    opened.locator("#fcn-stride input[value='8']").check()
    opened.locator("#fcn-oracle input[value=cells]").check()
    opened.wait_for_function(
        "document.querySelectorAll('#fcn-ceilings .ww-panel')[2]?.dataset.shows === 'One class per cell'"
    )
    made = ceilings.ceiled("scene:42", 8, "cells")
    split = made.split()
    assert split is not None
    share = f"{100 * (split == 2).sum() / (split > 0).sum():.0f}"
    opened.wait_for_function(f"{NUMBER} === '{share}'")
    assert opened.locator("tr.fcn-chosen th").inner_text() == "8 px"


def test_tables_of_ours_of_the_paper_and_of_stages(opened: Page):
    look(opened, "networks")
    for name in ("ours", "paper", "fine", "dilated"):
        assert opened.locator(f"#fcn-{name} table").is_visible()
    looks = [
        opened.locator(f"#fcn-{name} [data-source]").get_attribute("data-source")
        for name in ("ours", "paper")
    ]
    assert looks == ["result", "paper"]
    assert not opened.locator("#fcn-arithmetic").is_visible()


@pytest.mark.parametrize("view", VIEWS)
def test_stage_controls_and_reading_fit_a_projector(opened: Page, view: str):
    look(opened, view)
    for selector in (f"{VIEWS[view]} .ww-panels", "#fcn-view", "#fcn-reading"):
        box = opened.locator(f"{selector} >> visible=true").first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_on_a_phone(opened: Page, view: str, dark: bool):
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.evaluate(f"document.body.classList.toggle('dark', {str(dark).lower()})")
    look(opened, view)
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
    cut = """[...document.querySelectorAll(':is(.ww-stage, .ww-fcnLadder) *')].filter((node) => {
      const {left, right, width} = node.getBoundingClientRect();
      return width && !node.closest('svg, .ww-sr') && (left < -1 || right > window.innerWidth + 1);
    }).map((node) => `${node.className} ${node.tagName}`)"""
    assert opened.evaluate(cut) == []
    opened.set_viewport_size({"width": 1366, "height": 768})
    opened.evaluate("document.body.classList.remove('dark')")


def test_the_question_veils_what_answers_it(visit: Any):
    page = visit("?lesson=fcn", asks=True)
    page.wait_for_selector(f"{SUM} [data-shows='{words.CHANGES}'][inert]")
    assert not page.locator(f"{SUM} [data-shows=Prediction][inert]").count()
    page.locator(".ww-choices button >> visible=true").first.click()
    page.wait_for_function(f"!document.querySelector('{SUM} [inert]')")
