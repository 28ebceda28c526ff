"""The lesson on metrics in Chromium: what is on the easel is measured as Python does, by mouse, touch and keys."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models import pictures
from lecture_models.evaluation.one_picture import measure
from tests.browser.kept import asked, kept, resting

MODEL = "document.querySelector('.ww-metricsEasel').metrics"
FRAME = ".ww-metricsEasel .met-frame"
QUERY = "?predict=0&lesson=segmentation_metrics&picture=scene:42&target=ball"


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson with the ball's mask, opened once; whatever goes wrong in it fails the last test."""
    with kept(browser, url + QUERY) as tab:
        tab.wait_for_function(
            "document.querySelector('.met-frame canvas') && document.querySelector('.met-formula')"
        )
        yield tab


@pytest.fixture
def lesson(opened: Page) -> Page:
    """The lesson as it begins."""
    opened.mouse.move(5, 5)
    press(opened, "Move")
    press(opened, "Reset")
    opened.wait_for_function(
        f"{MODEL}.frame === 0 && !{MODEL}.painted && !new URL(location).searchParams.has('moved')"
    )
    return opened


def press(page: Page, text: str) -> None:
    page.locator(f".met-bar button:text-is('{text}')").click()


def iou(page: Page) -> float:
    page.wait_for_function(f"{MODEL}.frame === 0")
    return page.evaluate(f"{MODEL}.class.iou")


PACKED = f"""(() => {{
  const model = {MODEL};
  const packed = (map) => btoa(map.reduce((text, one) => text + String.fromCharCode(one), ""));
  return [packed(model.prediction), packed(model.truth), model.size, model.value.names];
}})()"""


def in_python(page: Page) -> Any:
    """The metrics of what is on the easel, by Python."""
    page.wait_for_function(f"{MODEL}.frame === 0")
    said, truth, size, names = page.evaluate(PACKED)
    maps = [np.frombuffer(base64.b64decode(one), np.uint8).reshape(size).astype(int) for one in (said, truth)]
    return measure(*maps, names)


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the picture is on the screen."""
    box = resting(page.locator(FRAME))
    return box["x"] + x / 256 * box["width"], box["y"] + y / 256 * box["height"]


def ball() -> tuple[float, float]:
    """The middle of the true ball."""
    y, x = np.nonzero(pictures.resolve("scene:42").scene.semantic == 4)
    return float(x.mean()), float(y.mean())


def test_dragging_moves_the_mask_without_a_request_and_release_asks_python(lesson: Page):
    before, move = iou(lesson), lesson.evaluate(f"{MODEL}.move")
    x, y = ball()
    start = point(lesson, x + move[0], y + move[1])
    end = point(lesson, x + 2, y)

    lesson.mouse.move(*start)
    lesson.mouse.down()
    with asked(lesson) as requests:
        lesson.mouse.move(*end, steps=8)
        lesson.wait_for_function(f"Math.abs({MODEL}.move[0] - 2) <= 1")
        assert iou(lesson) > 0.8 > before
        assert not requests
        lesson.mouse.up()
        lesson.wait_for_function("new URL(location).searchParams.get('moved')")
    assert requests
    assert iou(lesson) == pytest.approx(in_python(lesson).iou[1])
    assert lesson.locator(".met-same").count() == 1
    shown = lesson.locator("#segmentation_metrics-number strong").inner_text()
    assert shown == f"{iou(lesson):.2f}"


def test_brush_and_eraser_are_followed_and_undone(lesson: Page):
    before = in_python(lesson).confusion
    press(lesson, "Brush")
    lesson.mouse.move(*point(lesson, 150, 60))
    lesson.mouse.down()
    lesson.mouse.move(*point(lesson, 190, 80), steps=4)
    lesson.mouse.up()
    painted = in_python(lesson)
    assert painted.confusion[0, 1] > before[0, 1] + 400
    assert lesson.evaluate(f"{MODEL}.found.counts") == painted.confusion.ravel().tolist()
    assert lesson.evaluate(f"{MODEL}.class.boundary") == pytest.approx(painted.boundary[1])
    press(lesson, "Erase")
    lesson.mouse.click(*point(lesson, 190, 80))
    assert in_python(lesson).confusion[0, 1] < painted.confusion[0, 1] - 50
    press(lesson, "Undo")
    press(lesson, "Undo")
    assert np.array_equal(in_python(lesson).confusion, before)


def test_fill_erases_a_region_and_paints_one(lesson: Page):
    x, y = ball()
    move = lesson.evaluate(f"{MODEL}.move")
    press(lesson, "Fill")
    lesson.mouse.click(*point(lesson, x + move[0], y + move[1]))
    assert in_python(lesson).areas(1)[1] == 0
    lesson.mouse.click(*point(lesson, 128, 30))
    assert in_python(lesson).areas(1)[1] == 256 * 256


def test_all_by_keyboard(lesson: Page):
    lesson.locator(FRAME).focus()
    x, y, _ = lesson.evaluate(f"{MODEL}.move")
    for key in ("ArrowLeft", "Shift+ArrowDown", "+"):
        lesson.keyboard.press(key)
    lesson.wait_for_function("new URL(location).searchParams.get('moved')")
    assert lesson.evaluate(f"{MODEL}.move") == [x - 1, y + 10, 1.05]
    assert iou(lesson) == pytest.approx(in_python(lesson).iou[1])
    said = in_python(lesson).areas(1)[1]
    press(lesson, "Brush")
    lesson.locator(FRAME).focus()
    for key in ("]", "Space", *["Shift+ArrowRight"] * 3, "Space"):
        lesson.keyboard.press(key)
    assert in_python(lesson).areas(1)[1] > said + 300
    lesson.keyboard.press("Control+z")
    assert in_python(lesson).areas(1)[1] == said


def test_paradoxes_are_noticed(lesson: Page):
    press(lesson, "Fill")
    x, y = ball()
    dx, dy, _ = lesson.evaluate(f"{MODEL}.move")
    lesson.mouse.click(*point(lesson, x + dx, y + dy))
    accuracy = lesson.locator(".met-done:has-text('Pixel accuracy')")
    accuracy.wait_for()
    assert "97.7 %" in accuracy.inner_text()
    sliders = lesson.locator(".met-sliders input")
    for place, value in enumerate((0.98, 0.3, 0.62, 0.6)):
        sliders.nth(place).fill(str(value))
    lesson.locator(".met-done:has-text('Over two pictures')").wait_for()
    assert "They disagree" in lesson.locator(".met-dice p").inner_text()


def test_equal_iou_with_other_boundaries(lesson: Page):
    lesson.evaluate(f"{MODEL}.moveTo([4, 0, 1])")
    target = iou(lesson)
    lesson.locator("button:text-is('Keep as A')").click()
    x, y = ball()
    hole = f"""(target) => {{
      const model = {MODEL};
      model.moveTo([0, 0, 1]); model.now();
      for (let radius = 1; model.class.iou > target && radius < 22; radius += 0.1) {{
        model.brush([{x}, {y}], [{x}, {y}], radius, true); model.now();
      }}
      return model.class.iou;
    }}"""
    assert lesson.evaluate(hole, target) == pytest.approx(target, abs=0.01)
    edge = lesson.evaluate(f"[{MODEL}.class.boundary, {MODEL}.kept.class.boundary]")
    assert edge[0] > edge[1] + 0.15
    assert lesson.locator(".met-done:has-text('boundary IoU')").count() == 1
    assert "They agree, as always" in lesson.locator(".met-keep").inner_text()
    lesson.locator("button:text-is('Forget A')").click()


def test_the_painted_map_is_saved_without_loss(lesson: Page):
    with lesson.expect_download() as saved:
        lesson.locator(".met-save").click()
    assert saved.value.suggested_filename == "prediction-scene-42.png"
    image = cv2.imread(str(saved.value.path()), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(image[..., 0].ravel(), lesson.evaluate(f"[...{MODEL}.prediction]"))


def test_the_stage_the_number_and_the_formula_fit_a_projector(lesson: Page):
    for selector in (
        FRAME,
        "#segmentation_metrics-start",
        "#segmentation_metrics-number",
        ".met-formula",
        ".met-metrics",
    ):
        box = lesson.locator(selector).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


CUT = """[...document.querySelectorAll('.ww-board :is(canvas, svg, button, p, h3, .met-formula *)')].filter((node) => {
  const {left, right, width} = node.getBoundingClientRect();
  return width && (left < -1 || right > window.innerWidth + 1) && !node.closest('.ww-table');
}).map((node) => node.className || node.tagName)"""


def test_a_finger_paints_on_a_phone_in_the_dark(browser: Browser, url: str):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with kept(browser, f"{url}{QUERY}&__theme=dark&labels=all&start=truth&moved=", **phone) as page:
        paints_by_finger(page)


def paints_by_finger(page: Page) -> None:
    page.wait_for_function("document.querySelector('.met-frame canvas')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(CUT) == []
    assert iou(page) == 1
    press(page, "Brush")
    page.locator(FRAME).scroll_into_view_if_needed()
    page.touchscreen.tap(*point(page, 128, 40))
    page.wait_for_function(f"{MODEL}.class.iou < 1")
    assert page.evaluate(f"{MODEL}.found.miou") == pytest.approx(in_python(page).miou, abs=1e-6)
    press(page, "Erase")
    page.touchscreen.tap(*point(page, 128, 40))
    page.wait_for_function(f"{MODEL}.class.iou === 1")
    mine = page.evaluate(f"[...{MODEL}.truth.keys()].filter((i) => {MODEL}.truth[i] === {MODEL}.label)")
    middle = mine[len(mine) // 2]
    page.touchscreen.tap(*point(page, middle % 256, middle // 256))  # the truth has a hole now
    page.wait_for_function(f"{MODEL}.class.iou < 1")
    assert page.evaluate(f"{MODEL}.prediction[{middle}] !== {MODEL}.label")


def test_what_answers_the_question_is_veiled(browser: Browser, url: str):
    with kept(browser, f"{url}{QUERY}".replace("predict=0", "predict=1")) as page:
        page.wait_for_selector("#segmentation_metrics-scores[inert]")
        for part in ("areas", "absent", "shift"):
            assert page.locator(f"[data-shows={part}]").evaluate("(node) => node.inert")
        assert not page.locator(FRAME).evaluate("(node) => Boolean(node.closest('[inert]'))")
