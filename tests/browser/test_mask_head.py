"""The lesson on the mask head in Chromium: its arithmetic is Python's, masks are chosen by a click, nothing is cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from demos.figures import encode
from lecture_models import pictures
from lecture_models.nets.mask_heads import mask_probs
from lecture_models.studies import mask_head as roi_masks
from tests.browser.kept import asked, kept, resting, until
from tests.browser.modules import alone

FLOW = "document.querySelector('.ww-maskFlow').maskFlow"
BOARD = "document.querySelector('.ww-maskGradients').maskGradients"
BOX = [46.3, 190.7, 110.2, 250.4]  # around a crate, so that there is a mask loss
CELL = (5, 21)


# ---- the module alone ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the module of arithmetic and nothing else."""
    tab = alone(browser, url, maskSums="mask_head/sums.js", maskCells="draw/cells.js")
    yield tab
    tab.close()


@pytest.mark.parametrize("rule", ["sigmoid", "softmax"])
def test_the_browsers_probabilities_are_pythons(page: Page, rule: Any):
    logits = 6 * torch.randn(6, 28, 28, generator=torch.manual_seed(7))
    script = """([data, rule, cell]) => {
      const probs = maskSums.probabilities({data: Float32Array.from(data), shape: [6, 28, 28]}, rule);
      return [Array.from(probs.data), maskSums.total(probs, null, cell)];
    }"""
    found, total = page.evaluate(script, [logits.flatten().tolist(), rule, CELL])
    expected = mask_probs(logits, rule)
    torch.testing.assert_close(torch.tensor(found).view(6, 28, 28), expected, atol=1e-5, rtol=0)
    assert total == pytest.approx(float(expected[:, CELL[1], CELL[0]].sum()), abs=1e-5)


def test_cells_and_outlines(page: Page):
    cell = "(point) => maskSums.cellOf(point, [10, 20, 38, 76], 28)"
    assert page.evaluate(cell, [10.5, 21.9]) == [0, 0]
    assert page.evaluate(cell, [37.9, 75.9]) == [27, 27]
    assert page.evaluate(cell, [38.1, 40]) is None
    outline = "(values) => maskCells.outline(values, 2, 2, 0.5)"
    assert page.evaluate(outline, [0.5, 0.4, 0, 0]) == "M0 0h1M0 1h1M0 0v1M1 0v1"


# ---- the lesson ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson with the softmax network, opened once; whatever goes wrong in it fails the last test."""
    box = ",".join(map(str, BOX))
    query = f"?lesson=mask_head&picture=scene:42&box={box}&network=mask_softmax&predict=0"
    with kept(browser, url + query) as tab:
        for ready in (f"{FLOW}?.value", f"{BOARD}?.values"):
            tab.wait_for_function(ready.replace("')", "')?"))
        yield tab


@pytest.fixture
def lesson(opened: Page) -> Page:
    """The lesson with its box and its class back, and the pointer away."""
    opened.mouse.move(5, 5)
    opened.evaluate("window.scrollTo(0, 0)")
    opened.evaluate(f"{FLOW}.go({BOX}), {FLOW}.choose('')")
    settled(opened, f"Math.abs({FLOW}.value.box[0] - {BOX[0]}) < 1e-4 && !{FLOW}.value.by_hand")
    return opened


def settled(page: Page, holds: str = "true") -> None:
    """Wait until what Python said has been drawn and `holds`."""
    page.wait_for_function(f"!{FLOW}.frame && !{BOARD}.frame && {holds}")


def tile(page: Page, k: int) -> Any:
    return page.locator(".mask-tile").nth(k)


def hover_cell(page: Page, k: int, cell: tuple[int, int]) -> None:
    def move() -> None:
        grid = tile(page, k).locator(".ww-grid canvas").bounding_box()
        assert grid
        x, y = ((part + 0.5) / 28 for part in cell)
        page.mouse.move(grid["x"] + x * grid["width"], grid["y"] + y * grid["height"])

    until(page, move, f"String({FLOW}.hover) === '{cell[0]},{cell[1]}'")
    settled(page)


def test_the_pointer_reads_pythons_probabilities_without_a_request(lesson: Page):
    made = roi_masks.study(pictures.resolve("scene:42"), "mask_softmax", BOX)
    with asked(lesson) as requests:
        hover_cell(lesson, 2, CELL)
        texts = [float(text) for text in lesson.locator(".mask-tile .mask-reading b").all_inner_texts()]
    assert requests == []
    assert texts == pytest.approx(made.heads.mask_probs[:, CELL[1], CELL[0]].tolist(), abs=5.1e-4)
    assert "cell (5, 21) add up to 1.000" in lesson.locator(".mask-sum").inner_text()
    probs = torch.tensor(lesson.evaluate(f"Array.from({FLOW}.probs.data)")).view(6, 28, 28)
    torch.testing.assert_close(probs, made.heads.mask_probs, atol=1e-5, rtol=0)


def test_pointing_at_the_picture_marks_the_same_cell(lesson: Page):
    frame = resting(lesson.locator("#mask_head-stage .ww-frame"))
    side = frame["width"] / 256
    x, y = (BOX[low] + (part + 0.5) / 28 * (BOX[low + 2] - BOX[low]) for low, part in enumerate(CELL))
    lesson.mouse.move(frame["x"] + x * side, frame["y"] + y * side)
    settled(lesson, f"String({FLOW}.hover) === '5,21'")
    lesson.mouse.move(frame["x"] + 3, frame["y"] + 3)
    settled(lesson, f"{FLOW}.hover === null")


def test_a_click_on_a_mask_pastes_it_and_another_goes_back(lesson: Page):
    picked = lesson.evaluate(f"{FLOW}.value.picked")
    other = 2 if picked != 2 else 3
    name = lesson.evaluate(f"{FLOW}.value.classes[{other}].name")
    tile(lesson, other).click()
    settled(lesson, f"{FLOW}.value.chosen === {other} && {FLOW}.value.by_hand")
    assert tile(lesson, other).get_attribute("aria-pressed") == "true"
    lesson.wait_for_function(
        f"document.querySelector('#mask_head-overlap').innerText.includes(\"of the {name}'s mask\")"
    )
    tile(lesson, picked).click()
    settled(lesson, f"{FLOW}.value.chosen === {picked} && !{FLOW}.value.by_hand")
    tile(lesson, 0).click(force=True)
    settled(lesson, f"!{FLOW}.value.by_hand")


def test_the_threshold_moves_the_contours_before_python_is_asked(lesson: Page):
    handle = lesson.locator("#mask_head-threshold input[type=range]")
    before = lesson.evaluate(f"{FLOW}.threshold")
    picked = lesson.evaluate(f"{FLOW}.value.picked")
    path = f"{FLOW}.grids[{picked}].lines[1].getAttribute('d')"
    old = lesson.evaluate(path)
    script = f"""(node, value) => {{
      node.value = value;
      node.dispatchEvent(new Event('input', {{bubbles: true}}));
      return [{FLOW}.threshold, {path}, {FLOW}.value.threshold];
    }}"""
    moved, drawn, asked = handle.evaluate(script, 0.8)  # in one go, so that Python cannot have answered
    assert (moved, asked) == (0.8, before)
    assert drawn != old
    handle.evaluate(script, before)


def test_detections_by_button_and_by_a_click_on_the_picture(lesson: Page):
    lesson.locator(".mask-next").click()
    settled(lesson, f"{FLOW}.value.detections.some((box) => !{FLOW}.moved(box))")
    target = lesson.evaluate(f"{FLOW}.value.detections.find((box) => {FLOW}.moved(box))")
    frame = resting(lesson.locator("#mask_head-stage .ww-frame"))
    side = frame["width"] / 256
    x, y = (target[0] + target[2]) / 2 * side, (target[1] + target[3]) / 2 * side
    before = lesson.evaluate(f"{FLOW}.value.box")
    lesson.mouse.click(frame["x"] + x, frame["y"] + y)
    settled(lesson, f"{FLOW}.value.box.join() !== '{','.join(map(str, before))}'")
    box = lesson.evaluate(f"{FLOW}.value.box")
    assert box[0] <= x / side <= box[2]
    assert box[1] <= y / side <= box[3]


def test_a_cell_is_pinned_by_keyboard_and_multiplied_out(lesson: Page):
    lesson.locator(".mask-maps").focus()
    start = lesson.evaluate(f"{BOARD}.pinned")
    lesson.keyboard.press("ArrowRight")
    lesson.keyboard.press("ArrowUp")
    lesson.wait_for_function(f"String({FLOW}.value.cell) === '{start[0] + 1},{start[1] - 1}'")
    assert lesson.evaluate(f"{BOARD}.pinned") == [start[0] + 1, start[1] - 1]


def test_the_gradients_say_exactly_zero_for_the_binary_loss(lesson: Page):
    lesson.get_by_label("a sigmoid for each class").check()
    settled(lesson, f"{BOARD}.value.about.startsWith('The binary loss') && {FLOW}.value.rule === 'sigmoid'")
    texts = lesson.locator(".mask-maps .mask-map b").all_inner_texts()[1:]
    assert texts.count("norm exactly 0") == 5
    made = roi_masks.study(pictures.resolve("scene:42"), "mask_sigmoid", BOX)
    packed = lesson.evaluate(f"{BOARD}.value.values")
    assert torch.equal(torch.from_numpy(encode.unpack(packed).copy()), made.gradients.gradients)
    lesson.get_by_label("a softmax over the classes").check()
    settled(lesson, f"{BOARD}.value.about.includes('multinomial') && {FLOW}.value.rule === 'softmax'")
    assert "norm exactly 0" not in lesson.locator(".mask-maps").inner_text()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_nothing_is_cut(lesson: Page, width: int, height: int):
    lesson.set_viewport_size({"width": width, "height": height})
    lesson.wait_for_timeout(500)
    assert lesson.evaluate("document.documentElement.scrollWidth") <= width
    cut = """[...document.querySelectorAll('.ww-board :is(canvas, img, table, p, h3, button)')].filter((node) => {
      const {left, right, width} = node.getBoundingClientRect();
      return width && (left < -1 || right > window.innerWidth + 1);
    }).map((node) => node.className || node.tagName)"""
    assert lesson.evaluate(cut) == []
    over = """(() => {
      const place = (css) => document.querySelector(css).getBoundingClientRect();
      const one = place('.mask-classes'), other = place('.mask-deltas');
      return one.right > other.left + 1 && one.bottom > other.top + 1;
    })()"""
    assert not lesson.evaluate(over)


def test_picture_masks_control_and_reading_fit_a_projector(lesson: Page):
    for selector in (
        "#mask_head-stage .ww-frame",
        "#mask_head-network",
        "#mask_head-overlap",
        ".mask-tiles",
        ".mask-sum",
    ):
        box = lesson.locator(selector).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


@pytest.mark.parametrize(("trained", "last"), [("mask_sigmoid", "background"), ("mask_softmax", "person")])
def test_a_mask_that_nothing_has_trained_comes_last_and_says_so(visit: Any, trained: str, last: str):
    page = visit(f"?lesson=mask_head&network={trained}")
    page.wait_for_selector(".mask-tile canvas")
    assert page.locator(".mask-tile").last.get_attribute("data-shows") == last
    badges = page.locator(".mask-badge").all_inner_texts()
    assert ("untrained" in badges) == (trained == "mask_sigmoid")
