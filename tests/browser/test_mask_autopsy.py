"""The autopsy's board in Chromium, on a page of its own: its arithmetic is Python's, clicks and arrow keys choose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from demos.figures import mask_autopsy as figure
from lecture_models import zoo
from lecture_models.autopsy.chain import autopsy
from lecture_models.scenes import render

ASSETS = Path(__file__).parents[2] / "assets"
BOARD = "document.querySelector('.ww-maskAutopsy').maskAutopsy"
START = """value => {
  document.body.innerHTML = '<div id="host"><div class="ww-board ww-maskAutopsy"></div></div>';
  window.chosen = [];
  const props = { value, selection: "3,4" };
  window.whatwhere.maskAutopsy(document.getElementById("host"), props, () => {}, (text) => window.chosen.push(text));
}"""


@pytest.fixture(scope="module")
def made(network: None) -> Any:
    trace = zoo.trace("panoptic_fpn", render(42).image)
    x0, y0, _, y1 = trace.boxes[4].tolist()
    return trace, autopsy(zoo.load("panoptic_fpn"), trace, (x0 + 2, (y0 + y1) / 2), 4)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    wrong: list[str] = []
    tab = browser.new_page(viewport={"width": 1366, "height": 768})
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    for name in ("style.css", "mask_autopsy.css"):
        tab.add_style_tag(path=ASSETS / name)
    for name in ("page.js", "stage_panel.js", "stage.js", "mask_autopsy.js", "mask_autopsy_parts.js"):
        tab.add_script_tag(path=ASSETS / name)
    yield tab
    tab.close()
    assert wrong == []


@pytest.fixture
def board(page: Page, made: Any) -> Page:
    page.evaluate(START, json.loads(json.dumps(figure.payload(*made))))
    page.wait_for_selector(".ma-field svg")
    return page


def test_every_bin_of_the_browser_is_the_networks(board: Page, made: Any):
    """The cells and weights of each bin in the receptive field multiply to the network's own crop."""
    _, found = made
    top, left, bottom, right = found.head.field
    bins = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    script = f"""bins => bins.map((bin) => window.maskAutopsy
        .binCells({BOARD}.value.chain.map, {BOARD}.map.data, bin).reduce((sum, c) => sum + c.weight * c.value, 0))"""
    for (row, column), value in zip(bins, board.evaluate(script, bins), strict=True):
        assert value == pytest.approx(float(found.align.crop[row, column]), abs=1e-4)


def test_the_followed_bin_has_pythons_cells(board: Page, made: Any):
    _, found = made
    script = f"window.maskAutopsy.binCells({BOARD}.value.chain.map, {BOARD}.map.data, {BOARD}.bin)"
    cells = {(c["row"], c["column"]): (c["weight"], c["value"]) for c in board.evaluate(script)}
    expected = {(row, column): (weight, value) for row, column, weight, value in found.align.cells}
    assert cells.keys() == expected.keys()
    for place, pair in expected.items():
        assert cells[place] == pytest.approx(pair, abs=1e-5)


def test_arrow_keys_and_clicks_choose_a_pixel(board: Page, made: Any):
    _, found = made
    x, y = found.pixel
    board.focus("[data-part=pixel]")
    board.keyboard.press("ArrowRight")
    board.keyboard.press("Shift+ArrowUp")
    board.wait_for_function("window.chosen.length > 0")
    assert board.evaluate("window.chosen") == [f"{x + 1},{y - 10}"]  # asked for once, when the keys rest
    frame = board.locator("[data-part=pixel]").bounding_box()
    assert frame is not None
    board.mouse.click(frame["x"] + frame["width"] * 0.25, frame["y"] + frame["height"] * 0.5)
    board.wait_for_function("window.chosen.length > 1")
    across, down = map(int, board.evaluate("window.chosen[1]").split(","))
    assert (across, down) == pytest.approx((64, 128), abs=1)


def test_another_bin_is_multiplied_out_in_the_browser(board: Page, made: Any):
    _, found = made
    row, column = found.head.followed
    board.focus("[data-part=bin]")
    board.keyboard.press("ArrowDown")
    moved = min(row + 1, found.head.field[2])
    assert board.evaluate(f"{BOARD}.bin") == [moved, column]
    assert board.evaluate("document.activeElement.dataset.part") == "bin"
    said = board.inner_text(".ma-map .ma-check")
    value = f"{found.align.crop[moved, column]:.3f}".replace("-", "−")
    assert f"Bin ({moved + 1}, {column + 1})" in said
    assert value in said


def test_a_link_lights_what_it_is_made_of(board: Page):
    board.hover(".ma-mask .ma-term >> nth=3")
    lit = board.evaluate("[...document.querySelectorAll('.ma-lit')].map((node) => node.dataset.key)")
    assert "cell-3" in lit
    assert len([key for key in lit if key == "cell-3"]) == 2  # the term and the cell
    board.hover(".ma-map .ma-term >> nth=0")
    lit = board.evaluate("[...document.querySelectorAll('.ma-lit')].map((node) => node.dataset.key)")
    assert set(lit) == {"part-0"}


def test_a_message_is_text_and_the_cross_stays(page: Page, made: Any):
    trace, _ = made
    page.evaluate(START, figure.payload(trace, None, "<b id=evil>no</b>"))
    page.wait_for_selector(".ma-message")
    assert page.inner_text(".ma-message") == "<b id=evil>no</b>"
    assert page.query_selector("#evil") is None
    assert page.evaluate(f"{BOARD}.pixel") == [3, 4]
    assert page.query_selector(".ma-field") is None


def test_outside_the_masks_the_last_chain_stays_and_nothing_moves(page: Page, made: Any):
    trace, _ = made
    values = [figure.payload(*made), figure.payload(trace, None, "No mask here."), figure.payload(*made)]
    page.evaluate(START, values[0])
    page.wait_for_selector(".ma-field svg")
    before = page.locator(".ma-picture svg").bounding_box()
    page.evaluate(f"value => {BOARD}.take(value)", values[1])
    page.wait_for_selector(".ma-stale .ma-message")
    assert page.locator(".ma-picture svg").bounding_box() == before
    assert page.locator(".ma-card").count() == 6
    assert page.evaluate("getComputedStyle(document.querySelector('.ma-map')).opacity") == "0.45"
    assert page.locator("text=No mask here.").count() == 1
    assert page.evaluate(f"{BOARD}.pixel") == [3, 4]
    page.evaluate(f"value => {BOARD}.take(value)", values[2])
    page.wait_for_selector(".ma-result")
    assert page.locator(".ma-stale, .ma-message").count() == 0
    other = values[1] | {"boxes": []}  # another network's: its predecessor's chain would mislead
    page.evaluate(f"value => {BOARD}.take(value)", other)
    page.wait_for_selector(".ma-message")
    assert page.locator(".ma-card").count() == 1


@pytest.mark.parametrize("width", [1366, 800, 390])
def test_nothing_is_cut(board: Page, width: int):
    board.set_viewport_size({"width": width, "height": 844})
    beyond = "[...document.querySelectorAll('.ma-card')].map((card) => card.scrollWidth - card.clientWidth)"
    wide = board.evaluate(f"[document.documentElement.scrollWidth, ...{beyond}]")
    board.set_viewport_size({"width": 1366, "height": 768})
    assert wide[0] <= width
    assert max(wide[1:]) <= 1
