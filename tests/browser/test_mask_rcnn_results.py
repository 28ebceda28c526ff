"""The lesson on results and failures in Chromium: counts add up on the page, a measurement runs and can be stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from tests.browser.kept import kept

ERRORS, MEASURED = "#mask_rcnn_results-errors", "#mask_rcnn_results-measured"
START, STOP = "#mask_rcnn_results-measure-start", "#mask_rcnn_results-measure-stop"
STATE = "document.querySelector('#mask_rcnn_results-measure-progress .ww-progress').dataset.state"
DONE = "document.querySelector('#mask_rcnn_results-measure-progress progress').value"


@contextmanager
def judged(browser: Browser, url: str, query: str) -> Iterator[Page]:
    """The lesson with a query, once its first scene is judged."""
    with kept(browser, f"{url}?lesson=mask_rcnn_results&{query}&predict=0") as page:
        page.wait_for_selector(f"{ERRORS} .mrr-bar >> visible=true")
        yield page


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """Three crowded scenes at a low score, measured once; whatever goes wrong fails the last test."""
    query = "picture=scene:42?things%3D16%26crowding%3D0.8&score=0.3&scenes=3&gallery=this"
    with judged(browser, url, query) as page:
        page.click(START)
        page.wait_for_function(f"{STATE} === 'done'")
        page.wait_for_selector(f"{MEASURED} .ww-table >> visible=true")
        yield page


@pytest.fixture
def lesson(opened: Page) -> Page:
    """The lesson without a filter and the pointer away."""
    for pressed in opened.locator(".mrr-bar[aria-pressed=true]").all():
        pressed.click()
    opened.mouse.move(5, 5)
    return opened


def counts(page: Page, board: str) -> list[int]:
    return [int(text) for text in page.locator(f"{board} .mrr-bar b").all_inner_texts()]


@pytest.mark.parametrize("board", [ERRORS, MEASURED])
def test_counts_add_up_on_the_page(lesson: Page, board: str):
    numbers = counts(lesson, board)
    assert len(numbers) == 8
    text = lesson.locator(f"{board} .mrr-sum").inner_text()
    found = re.search(r"(\d+) errors? = (\d+) false positives? \+ (\d+) missed", text)
    assert found
    total, wrong, gone = map(int, found.groups())
    assert sum(numbers) == total == wrong + gone
    spoken = lesson.locator(f"{board} .mrr-bar").evaluate_all("bars => bars.map((bar) => bar.ariaLabel)")
    pairs = [re.search(r": (\d+) false positives, (\d+) missed", text) for text in spoken]
    assert [sum(map(int, pair.groups())) for pair in pairs if pair] == numbers


def test_the_errors_of_the_scene_are_those_of_the_reading(lesson: Page):
    text = lesson.locator("#mask_rcnn_results-found dd").nth(1).inner_text()
    assert text.endswith(f"= {sum(counts(lesson, ERRORS))}")


def test_the_measurement_shows_ap_and_what_it_was_measured_on(lesson: Page):
    assert "scenes 42 to 44 (16 things, crowding 0.8" in lesson.locator(f"{MEASURED} h3").inner_text()
    rows = lesson.locator(f"{MEASURED} .ww-table:not(.mrr-recall) tbody tr").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["box", "mask"]
    assert all(len(row.split()) == 7 for row in rows)
    lesson.wait_for_selector(f"{MEASURED} .mrr-curve svg")
    assert lesson.locator(f"{MEASURED} .mrr-curve [aria-label=line] path").count() == 3
    label = lesson.locator(f"{MEASURED} .mrr-curve > [role=img]").get_attribute("aria-label")
    spoken = re.search(r": AP ([\d.]+), AP50", str(label))
    assert spoken
    assert float(spoken[1]) == pytest.approx(float(rows[1].split()[1]), abs=0.06)
    line = lesson.locator("#mask_rcnn_results-measure-progress")
    assert f"3 of 3 scenes, mask AP {rows[1].split()[1]} %" in line.inner_text()
    found = lesson.locator(f"{MEASURED} .mrr-recall tbody tr").all_inner_texts()
    assert len(found) == 8
    assert all(re.search(r"\d+ of \d+", row) for row in found)


def test_a_bar_filters_the_cards_by_mouse_and_by_keyboard(lesson: Page):
    cards = lesson.locator(f"{MEASURED} .mrr-card")
    every = cards.count()
    kinds = cards.evaluate_all("cards => cards.map((card) => card.dataset.kind)")
    bar = lesson.locator(f"{MEASURED} .mrr-bar").filter(has_text=kinds[0])
    bar.click()
    assert bar.get_attribute("aria-pressed") == "true"
    shown = cards.evaluate_all("cards => cards.map((card) => card.dataset.kind)")
    assert set(shown) == {kinds[0]}
    bar.focus()
    lesson.keyboard.press("Enter")
    assert cards.count() == every


def test_a_card_shows_outlines_numbers_and_its_rule(lesson: Page):
    card = lesson.locator(f"{MEASURED} .mrr-card").first
    assert card.locator("path.ww-box-line").count() >= 1
    assert card.locator("em").inner_text()
    assert card.locator("img").get_attribute("alt")
    inside = """paths => paths.every((path) => {
      const box = path.getBBox(), view = path.ownerSVGElement.viewBox.baseVal;
      return box.x >= 0 && box.y >= 0 && box.x + box.width <= view.width && box.y + box.height <= view.height;
    })"""
    assert lesson.locator(".mrr-card path.ww-box-line").evaluate_all(inside)


def test_a_card_opens_its_scene_and_closes_it_again(lesson: Page):
    message = "document.querySelector('#mask_rcnn_results-stage .ww-message').textContent"
    button = lesson.locator(f"{MEASURED} .mrr-card .mrr-button", has_text=re.compile("scene 4[34]")).first
    seed = button.inner_text().split()[-1]
    button.click()
    lesson.wait_for_function(f"{message}.startsWith('Scene {seed}')")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    lesson.wait_for_function(f"{message}.startsWith('Scene 42')")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_nothing_is_cut(lesson: Page, width: int, height: int):
    lesson.set_viewport_size({"width": width, "height": height})
    lesson.wait_for_timeout(500)
    assert lesson.evaluate("document.documentElement.scrollWidth") <= width
    cut = """[...document.querySelectorAll('.ww-errors :is(svg, p, h3, button, td), .ww-run button, .ww-tables td')]
      .filter((node) => {
      const {left, right, width} = node.getBoundingClientRect();
      return width && (left < -1 || right > window.innerWidth + 1);
    }).map((node) => node.className.baseVal ?? node.className)"""
    assert lesson.evaluate(cut) == []
    small = """[...document.querySelectorAll('.ww-errors button')].filter((node) => {
      const {width, height} = node.getBoundingClientRect();
      return width && (width < 24 || height < 24);
    }).length"""
    assert lesson.evaluate(small) == 0


def test_picture_controls_reading_and_start_fit_a_projector(lesson: Page):
    lesson.set_viewport_size({"width": 1366, "height": 768})
    lesson.evaluate("window.scrollTo(0, 0)")
    names = (
        "stage .ww-frame",
        "gallery",
        "score",
        "found",
        "scenes",
        "measure-start",
        "measure-progress",
        "network",
    )
    for name in names:
        box = lesson.locator(f"#mask_rcnn_results-{name}").first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, name


def test_fifty_bad_boxes_are_switched_on_and_off(lesson: Page):
    table = lesson.locator("#mask_rcnn_results-unseen tbody tr")
    assert table.count() == 2
    lesson.locator("#mask_rcnn_results-fifty input").focus()
    lesson.keyboard.press("Space")
    lesson.wait_for_function("document.querySelectorAll('#mask_rcnn_results-unseen tbody tr').length === 4")
    cells = table.nth(1).locator("td").all_inner_texts()
    assert (cells[0], cells[2]) == ("100.0 %", "50")
    lesson.set_viewport_size({"width": 390, "height": 844})
    edge = "document.querySelector('#mask_rcnn_results-unseen table').getBoundingClientRect().right"
    assert lesson.evaluate(edge) <= 380
    lesson.set_viewport_size({"width": 1366, "height": 768})
    lesson.locator("#mask_rcnn_results-fifty input").click()
    lesson.wait_for_function("document.querySelectorAll('#mask_rcnn_results-unseen tbody tr').length === 2")


def test_only_what_is_shown_is_called_a_scene(visit):
    page = visit("?lesson=mask_rcnn_results&gallery=crowd&scenes=2")
    word = "getComputedStyle(document.querySelector('#ww-seed label > span'), '::before').content"
    page.wait_for_function(f"{word} === '\"From \"'")
    page.click("#mask_rcnn_results-gallery label:last-of-type")
    page.wait_for_function(f"{word} === 'none'")
    page.click("#mask_rcnn_results-gallery label:first-of-type")
    page.wait_for_function(f"{word} !== 'none'")
    page.locator("#ww-tab-vision_tasks-button").last.click()
    page.wait_for_function(f"{word} === 'none'")


def test_a_measurement_can_be_stopped(browser: Browser, url: str):
    with judged(browser, url, "picture=scene:42?things%3D2&scenes=300&gallery=this") as page:
        page.click(START)
        page.wait_for_function(f"{DONE} >= 2")
        page.click(STOP)
        page.wait_for_function(f"{STATE} === 'stopped'")
        before = page.evaluate(DONE)
        page.wait_for_timeout(3000)
        assert page.evaluate(DONE) == before < 300
