"""The autopsy's board in Chromium: its arithmetic is Python's, clicks and arrow keys choose a pixel and a bin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from demos.rcnn_family import autopsy as figure
from demos.records import as_json
from lecture_models.studies import rcnn_family as study
from tests.browser.kept import kept, resting
from tests.browser.modules import alone

BOARD = "document.querySelector('.ww-maskAutopsy').maskAutopsy"


@pytest.fixture(scope="module")
def made(network: None) -> study.Traced:
    """A pixel in the middle of the fifth mask of scene 42."""
    trace = study.autopsy("scene:42", "panoptic_fpn").trace
    inside = (trace.masks[4].numpy() >= 0.5).nonzero()
    middle = len(inside[0]) // 2
    return study.autopsy("scene:42", "panoptic_fpn", (float(inside[1][middle]), float(inside[0][middle])))


@pytest.fixture(scope="module")
def sums(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the module of arithmetic and nothing else."""
    tab = alone(browser, url, sums="rcnn_family/sums.js")
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str, made: study.Traced) -> Iterator[Page]:
    """The lesson at that pixel; an error on the page fails the last test."""
    x, y = map(int, made.made.pixel)
    query = f"?lesson=rcnn_family&picture=scene:42&view=autopsy&pixel={x},{y}&predict=0"
    with kept(browser, url + query) as tab:
        tab.wait_for_selector(".ma-field svg >> visible=true")
        yield tab


@pytest.fixture
def board(opened: Page, made: study.Traced) -> Page:
    """The board with the chain of that pixel, whatever the last test did."""
    take(opened, figure.board(made))
    opened.wait_for_selector(".ma-field svg")
    opened.mouse.move(2, 2)
    return opened


def take(page: Page, board: figure.Board) -> None:
    page.evaluate(f"value => {BOARD}.take(value)", orjson.loads(as_json(board)))


BINS = """([chain, bins]) => bins.map((bin) => window.sums.binCells(chain, bin))"""


def test_every_bin_of_the_browser_is_the_networks(sums: Page, made: study.Traced):
    """The cells and weights of each bin in the receptive field multiply to the network's own crop."""
    found = made.made
    top, left, bottom, right = found.head.field
    bins = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    cells = sums.evaluate(BINS, [orjson.loads(as_json(figure.board(made).chain)), bins])
    for (row, column), read in zip(bins, cells, strict=True):
        own = float(found.align.crop[row, column])
        assert sum(cell["weight"] * cell["value"] for cell in read) == pytest.approx(own, abs=1e-4)


def test_the_followed_bin_has_pythons_cells(board: Page, made: study.Traced):
    read = board.locator(".ma-map .ma-cell").count()
    expected = {(row, column): (weight, value) for row, column, weight, value in made.made.align.cells}
    assert read == len(expected)
    import_ = f"import('{_sums()}').then((sums) => sums.binCells({BOARD}.value.chain, {BOARD}.bin))"
    cells = {(c["row"], c["column"]): (c["weight"], c["value"]) for c in board.evaluate(import_)}
    assert cells.keys() == expected.keys()
    for place, pair in expected.items():
        assert cells[place] == pytest.approx(pair, abs=1e-5)


def _sums() -> str:
    from tests.browser.modules import address

    return address("rcnn_family/sums.js")


def test_another_bin_is_multiplied_out_in_the_browser(board: Page, made: study.Traced):
    found = made.made
    row, column = found.head.followed
    board.focus("[data-part=bin]")
    board.keyboard.press("ArrowDown")
    moved = min(row + 1, found.head.field[2])
    assert board.evaluate(f"{BOARD}.bin") == [moved, column]
    assert board.evaluate("document.activeElement.dataset.part") == "bin"
    said = board.text_content(".ma-map")  # part of it is in a fold
    value = f"{found.align.crop[moved, column]:.3f}".replace("-", "−")
    assert f"Bin ({moved + 1}, {column + 1})" in said
    assert value in said


def test_a_link_lights_what_it_is_made_of(board: Page):
    board.hover(".ma-mask .ma-term >> nth=3")
    lit = board.evaluate("[...document.querySelectorAll('.ma-lit')].map((node) => node.dataset.key)")
    assert len([key for key in lit if key == "cell-3"]) == 2  # the term and the cell
    board.hover(".ma-map .ma-term >> nth=0")
    lit = board.evaluate("[...document.querySelectorAll('.ma-lit')].map((node) => node.dataset.key)")
    assert set(lit) == {"part-0"}


def test_a_message_is_text_and_nothing_moves(board: Page, made: study.Traced):
    """Outside the masks the last chain stays, dimmed; another network's would mislead, so it goes."""
    before = board.locator(".ma-picture svg").bounding_box()
    nothing = figure.board(replace(made, made=None, message="<b id=evil>no</b>"))
    take(board, nothing)
    board.wait_for_selector(".ma-stale .ww-message")
    assert board.inner_text(".ma-stale .ww-message") == "<b id=evil>no</b>"
    assert board.query_selector("#evil") is None
    assert board.locator(".ma-picture svg").bounding_box() == before
    assert board.locator(".ma-card").count() == 6
    assert board.evaluate("getComputedStyle(document.querySelector('.ma-map')).opacity") == "0.45"
    take(board, figure.board(made))
    board.wait_for_selector(".ma-result")
    assert board.locator(".ma-stale, .ma-picture .ww-message").count() == 0
    take(board, replace(nothing, boxes=[]))
    board.wait_for_selector(".ma-empty .ww-message")
    assert board.locator(".ma-card").count() == 1


@pytest.mark.parametrize("width", [1366, 800, 390])
def test_nothing_is_cut(board: Page, width: int):
    board.set_viewport_size({"width": width, "height": 844})
    beyond = "[...document.querySelectorAll('.ma-card')].map((card) => card.scrollWidth - card.clientWidth)"
    wide: list[int] = board.evaluate(f"[document.documentElement.scrollWidth, ...{beyond}]")
    board.set_viewport_size({"width": 1366, "height": 768})
    assert wide[0] <= width
    assert max(wide[1:]) <= 1


def test_arrow_keys_and_clicks_choose_a_pixel(board: Page, made: study.Traced):
    """The last test: the page now has another pixel."""
    x, y = map(int, made.made.pixel)
    board.focus("[data-part=pixel]")
    board.keyboard.press("ArrowRight")
    board.keyboard.press("Shift+ArrowUp")
    assert board.evaluate(f"{BOARD}.pixel") == [x + 1, y - 10]
    chosen = f"{BOARD}.selection() === '{x + 1},{y - 10}'"
    board.wait_for_function(chosen)  # asked for when the keys rest
    frame = resting(board.locator("[data-part=pixel]"))
    board.mouse.click(frame["x"] + frame["width"] * 0.25, frame["y"] + frame["height"] * 0.5)
    board.wait_for_function(f"{BOARD}.selection() !== '{x + 1},{y - 10}'")
    across, down = map(int, board.evaluate(f"{BOARD}.selection()").split(","))
    assert (across, down) == pytest.approx((64, 128), abs=1)
