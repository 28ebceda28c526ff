"""The panoptic lesson in Chromium: its arithmetic is Python's, and all of it is reached by mouse, finger and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models.ops.panoptic_quality import trace_panoptic_quality
from lecture_models.segments import Segments
from lecture_models.studies import panoptic as study
from lecture_models.studies import panoptic_case
from tests.browser.kept import asked, kept, resting
from tests.browser.modules import alone

MERGE, PQ, WALK = (
    f"document.querySelector('.ww-{name}')?.{name}" for name in ("panMerge", "panQuality", "panWalk")
)
READY = {
    "sees": "document.querySelectorAll('#panoptic-sees .ww-panel').length === 4",
    "merge": f"{MERGE}?.value && document.querySelector('.pan-merge')?.getClientRects().length",
    "quality": f"{PQ}?.model && document.querySelector('.pan-quality')?.getClientRects().length",
    "walk": f"{WALK}?.value && document.querySelector('.pan-walk')?.getClientRects().length",
    "drive": "document.querySelector('.pan-drive')?.getClientRects().length",
}
NAMES = ("road", "grass", "ball", "person")


# ---- the module alone ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the module of arithmetic and nothing else."""
    tab = alone(browser, url, sums="panoptic/sums.js")
    yield tab
    tab.close()


QUALITY = """([said, truth, names, crowds, threshold]) => {
  const found = sums.panopticQuality(Uint8Array.from(said), Uint8Array.from(truth), names, names, crowds, threshold);
  return {...found, miou: sums.meanIou(Uint8Array.from(said), Uint8Array.from(truth), names, names)};
}"""


@pytest.mark.parametrize("threshold", [0.5, 0.25])
@pytest.mark.parametrize("seed", range(4))
def test_the_browsers_quality_is_pythons(page: Page, seed: int, threshold: float):
    rng = np.random.default_rng(seed)
    names = [NAMES[k] for k in (0, 1, 2, 2, 3, 3)]
    truth = np.kron(rng.integers(0, 7, (4, 5)), np.ones((5, 4), int))
    said = np.where(rng.random(truth.shape) < 0.2, rng.integers(0, 7, truth.shape), np.roll(truth, 1, 1))
    things = tuple(name in NAMES[2:] for name in names)
    one, other = (Segments(m.astype(np.int32), tuple(names), things) for m in (said, truth))
    expected = trace_panoptic_quality(one, other, (6,), threshold)
    found = page.evaluate(QUALITY, [said.ravel().tolist(), truth.ravel().tolist(), names, [6], threshold])
    assert found["pq"] == pytest.approx(expected.pq)
    assert (found["fp"], found["fn"]) == (list(expected.false_positives), list(expected.false_negatives))
    assert found["excused"] == [number for number, _ in expected.excused]
    assert [(m["p"], m["t"], m["iou"]) for m in found["matches"]] == [
        (m.predicted, m.true, pytest.approx(m.iou)) for m in expected.matches
    ]
    assert found["miou"] == pytest.approx(study.mean_iou(one, other))


def test_how_far_a_match_is_from_flipping(page: Page):
    script = "(pairs) => pairs.map((one) => sums.toFlip(one))"
    pairs = [{"shared": 8, "union": 16}, {"shared": 9, "union": 16}, {"shared": 3, "union": 9}]
    assert page.evaluate(script, pairs) == [1, 1, 2]


# ---- the lesson ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson, opened once; whatever goes wrong in it fails the last test."""
    with kept(browser, f"{url}?predict=0&lesson=panoptic", has_touch=True) as tab:
        tab.wait_for_function(READY["sees"])
        yield tab


def look(page: Page, view: str) -> None:
    """Choose a view by its radio button and wait until it is drawn."""
    page.evaluate("window.scrollTo(0, 0)")
    page.locator(f"#panoptic-view input[value={view}]").check()
    page.wait_for_function(READY[view])


def test_a_click_selects_in_all_four(opened: Page):
    made = study.merged("scene:42")
    frame = opened.locator("#panoptic-sees .ww-panel .ww-frame").nth(1)
    box = resting(frame)
    frame.click(position={"x": box["width"] * 0.14, "y": box["height"] * 0.76})
    table = "document.querySelector('#panoptic-answers').textContent"
    opened.wait_for_function(f"{table}.includes('(ball, 1)')")
    rows = opened.locator("#panoptic-answers tbody tr").all_inner_texts()
    assert [row.split("(")[1] for row in rows] == ["ball, 1)", "ball, –)", "ball, 1)", "ball, 1)"]
    assert sum(one.segment > 0 for one in made.trial.candidates) == int(made.prediction.things.count(True))


def test_the_merge_is_played_and_ends_as_pythons(opened: Page):
    look(opened, "merge")
    made = study.merged("scene:42")
    assert opened.evaluate(f"Array.from({MERGE}.map)") == made.merged.segment.ravel().tolist()
    with asked(opened) as requests:
        opened.get_by_role("button", name="To the start").first.click()
        opened.wait_for_function(f"{MERGE}.map.every((one) => one === 0)")
        for _ in range(2):
            opened.get_by_role("button", name="On a case").click()
        first = made.trial.candidates[:2]
        owned = sum(one.area - one.taken for one in first if one.verdict == "pasted")
        opened.wait_for_function(f"{MERGE}.map.filter(Boolean).length === {owned}")
        opened.get_by_role("button", name="Back a case").click()
        opened.get_by_role("button", name="Play", exact=True).click()
        opened.wait_for_function(f"{MERGE}.player.step >= 3")
        opened.get_by_role("button", name="Pause").click()
    assert requests == [], "playing asks nobody"
    opened.locator(".pan-case[data-verdict=score]").first.click()
    opened.wait_for_function(
        "document.querySelector('.pan-told').textContent.includes('is below 0.5. Rejected.')"
    )
    opened.get_by_role("button", name="To the end").click()


def test_the_merges_sliders_answer(opened: Page):
    look(opened, "merge")
    slider = opened.locator("#panoptic-confidence input[type=range]")
    slider.evaluate(
        "(node) => { node.value = 0.3; node.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    opened.wait_for_function(f"{MERGE}.value.confidence === 0.3")
    made = study.merged("scene:42", study.Rule(confidence=0.3))
    opened.wait_for_function(
        f"{MERGE}.map.reduce((a, b) => Math.max(a, b), 0) === {len(made.merged.segments)}"
    )
    slider.evaluate(
        "(node) => { node.value = 0.5; node.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    opened.wait_for_function(f"{MERGE}.value.confidence === 0.5")


def test_one_pixel_flips_a_match(opened: Page):
    look(opened, "quality")
    opened.locator("#panoptic-on input[value=hand]").check()
    opened.wait_for_function(f"{PQ}.value.about === 'by hand'")
    assert opened.evaluate(f"{PQ}.model.found.pq") == pytest.approx(panoptic_case.case().quality.pq)
    assert opened.locator(".pan-same").is_visible()
    frame = opened.locator(".pan-quality .pan-frame")
    box = resting(frame)
    cell = box["width"] / 22
    opened.mouse.move(box["x"] + 4.5 * cell, box["y"] + 1.5 * cell)
    opened.wait_for_function(
        "document.querySelector('.pan-numbers .pan-told').textContent.includes('1 right pixel')"
    )
    opened.mouse.down()
    opened.mouse.move(box["x"] + 3.5 * cell, box["y"] + 1.5 * cell)
    opened.mouse.up()
    opened.wait_for_function(f"{PQ}.model.tasks.pixel?.includes('4 matches before and 5 after')")
    opened.get_by_role("button", name="Undo").click()
    opened.wait_for_function(f"{PQ}.model.found.matches.length === 4")


def threshold(page: Page, value: float) -> None:
    slider = page.locator("#panoptic-threshold input[type=range]")
    slider.evaluate(
        "(node, to) => { node.value = to; node.dispatchEvent(new Event('input', {bubbles: true})); }", value
    )
    page.wait_for_function(f"{PQ}.value.threshold === {value}")


def test_a_match_is_made_unique(opened: Page):
    look(opened, "quality")
    opened.locator("#panoptic-on input[value=hand]").check()
    opened.wait_for_function(f"{PQ}.value.about === 'by hand'")
    box = resting(opened.locator(".pan-quality .pan-frame"))
    cell = box["width"] / 22

    def at(column: int, row: int) -> tuple[float, float]:
        return box["x"] + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell

    for row in (4, 5, 6):  # ball 1 grows over ball 2
        opened.mouse.move(*at(5, 4))
        opened.mouse.down()
        for column in (6, 6, 7, 8):
            opened.mouse.move(*at(column, row))
        opened.mouse.up()
    threshold(opened, 0.2)
    opened.wait_for_function(f"{PQ}.model.twice === 0.2")
    threshold(opened, 0.5)
    opened.wait_for_function(f"{PQ}.model.tasks.unique?.startsWith('two partners above 0.20')")
    opened.get_by_role("button", name="Reset").click()


def test_pq_rises_while_the_mean_iou_falls(opened: Page):
    look(opened, "quality")
    opened.locator("#panoptic-on input[value=hand]").check()
    opened.wait_for_function(f"{PQ}.value.about === 'by hand'")
    box = resting(opened.locator(".pan-quality .pan-frame"))
    cell = box["width"] / 22
    tools = opened.get_by_role("toolbar", name="Tools")
    tools.get_by_role("button", name="Void").click()
    for row in (1, 2, 3, 4):  # ball 1, of which two thirds are right
        opened.mouse.move(box["x"] + 4.5 * cell, box["y"] + (row + 0.5) * cell)
        opened.mouse.down()
        opened.mouse.move(box["x"] + 6.5 * cell, box["y"] + (row + 0.5) * cell)
        opened.mouse.up()
    opened.wait_for_function(f"{PQ}.model.tasks.pq?.startsWith('PQ 67.89 →')")
    tools.get_by_role("button", name="Grow").click()
    opened.get_by_role("button", name="Reset").click()


def test_keys_paint(opened: Page):
    look(opened, "quality")
    opened.locator("#panoptic-on input[value=hand]").check()
    opened.wait_for_function(f"{PQ}.value.about === 'by hand'")
    opened.mouse.move(5, 5)
    opened.locator(".pan-quality .pan-frame").focus()
    before = opened.evaluate(f"Array.from({PQ}.model.said)")
    for key in ("ArrowUp", "Space", "ArrowLeft", "ArrowLeft", "ArrowLeft", "Space"):
        opened.keyboard.press(key)
    opened.wait_for_function(f"{PQ}.model.steps.length && !{PQ}.down")
    after = opened.evaluate(f"Array.from({PQ}.model.said)")
    assert 1 <= sum(a != b for a, b in zip(before, after, strict=True)) <= 3
    opened.keyboard.press("Control+z")
    opened.wait_for_function(f"{PQ}.model.said.every((one, i) => one === {PQ}.model.first[i])")
    opened.locator("#panoptic-on input[value=picture]").check()


def test_a_cell_of_the_pyramid_is_written_out(opened: Page):
    look(opened, "walk")
    picture = opened.locator(".pan-point")
    box = resting(picture)
    opened.touchscreen.tap(box["x"] + box["width"] * 100.5 / 256, box["y"] + box["height"] * 60.5 / 256)
    opened.wait_for_function(f"{WALK}.value.cell.place.join() === '12,7'")
    assert "cell 12, 7" in opened.locator(".pan-sum").first.inner_text()
    picture.focus()
    before = opened.evaluate(f"{WALK}.point[0]")
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function(f"{WALK}.point[0] === {before} + 4")
    opened.locator("#panoptic-level input[value=P2]").check()
    opened.wait_for_function(f"{WALK}.value.cell.level === 0")
    assert opened.locator(".pan-level").count() == 5
    assert opened.locator(".pan-stage").count() == 8
    opened.wait_for_function(f"!{WALK}.value.coming")
    assert opened.locator(".pan-books tbody tr").count() == 7 + 5


@pytest.mark.parametrize("view", ["sees", "merge", "quality", "walk"])
def test_board_controls_and_reading_fit_a_projector(opened: Page, view: str):
    look(opened, view)
    main = {"sees": "#panoptic-sees", "merge": ".pan-side", "quality": ".pan-frame", "walk": ".pan-ladder"}
    for selector in (main[view], "#panoptic-view", "#panoptic-reading"):
        box = opened.locator(f"[role=tabpanel] {selector} >> visible=true").first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


@pytest.mark.parametrize("view", READY)
def test_nothing_is_cut_on_a_phone(opened: Page, view: str):
    opened.set_viewport_size({"width": 390, "height": 844})
    look(opened, view)
    cut = """[...document.querySelectorAll(':is(.ww-panMerge, .ww-panQuality, .ww-panWalk, .ww-panDrive) *')]
      .filter((node) => {
        const {left, right, width} = node.getBoundingClientRect();
        return width && !node.closest('.ww-sr, title, .pan-known') && (left < -1 || right > window.innerWidth + 1);
      }).map((node) => `${node.className.baseVal ?? node.className} ${node.tagName}`)"""
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
    assert opened.evaluate(cut) == []
    opened.set_viewport_size({"width": 1366, "height": 768})


def test_the_question_veils_what_answers_it(visit: Any):
    page = visit("?lesson=panoptic", asks=True)
    page.wait_for_selector("#panoptic-sees .ww-panel[data-shows='Semantic branch alone'][inert]")
    page.locator(".ww-choices button").first.click()
    page.wait_for_function("!document.querySelector('#panoptic-sees .ww-panel[inert]')")
