"""The box on a stage in Chromium: its middle moves it, a click takes a true one, a drag beside it draws another."""

from __future__ import annotations

import pytest

from tests.browser.kept import resting

EDITOR = "#roi_features-stage .ww-editor"
STAGE = "(await import(document.querySelector('link[href*=\"draw/stage.js\"]').href)).stageOf('roi_features-stage')"


def box_of(page) -> list[float]:
    return page.evaluate(f"async () => {STAGE}.box")


def on_screen(page, x: float, y: float) -> tuple[float, float]:
    """A place of the picture, 256 pixels wide and high, on the screen."""
    frame = resting(page.locator("#roi_features-stage .ww-frame").first)
    return frame["x"] + x * frame["width"] / 256, frame["y"] + y * frame["height"] / 256


def drag(page, start: tuple[float, float], end: tuple[float, float], release: bool = True) -> None:
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *end), steps=4)
    if release:
        page.mouse.up()


@pytest.mark.parametrize("box", [(100, 100, 200, 180), (100, 100, 112, 130)])
def test_the_middle_moves_and_handles_take_a_quarter(visit, box):
    page = visit(f"?lesson=roi_features&box={','.join(map(str, box))}")
    page.wait_for_selector(EDITOR)
    shares = page.evaluate(
        """selector => { const editor = document.querySelector(selector), box = editor.getBoundingClientRect();
        return [...editor.children].flatMap((one) => { const { left, top, right, bottom } = one.getBoundingClientRect();
          const [w, h] = [Math.min(right, box.right) - Math.max(left, box.left),
            Math.min(bottom, box.bottom) - Math.max(top, box.top)];
          return [w / box.width, h / box.height]; }); }""",
        EDITOR,
    )
    assert len(shares) == 16
    assert max(shares) <= 0.2501
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    drag(page, middle, (middle[0] + 20, middle[1] - 10))
    moved = box_of(page)
    assert moved == pytest.approx([box[0] + 20, box[1] - 10, box[2] + 20, box[3] - 10], abs=0.8)
    page.wait_for_function("location.search.includes('box=')")


def test_a_click_takes_a_true_box_and_a_drag_draws_one(visit):
    page = visit("?lesson=roi_features&box=4,4,24,24")
    page.wait_for_selector(EDITOR)
    true = page.evaluate(f"async () => {STAGE}.views[0].panel.boxes.map((one) => one.box)")
    largest = max(true, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]))
    with page.expect_request("**/ww/ask"):
        page.mouse.click(*on_screen(page, largest[0] + 3, largest[3] - 3))
    taken = box_of(page)
    assert min(max(abs(a - b) for a, b in zip(taken, one, strict=True)) for one in true) <= 0.051
    page.mouse.click(*on_screen(page, 250, 4))  # nothing there
    assert box_of(page) == taken
    drag(page, (200, 8), (203, 10))  # smaller than a box may be
    assert box_of(page) == taken
    drag(page, (240, 10), (200, 40))
    assert box_of(page) == pytest.approx([200, 10, 240, 40], abs=0.8)


def test_escape_ends_a_drag(visit):
    page = visit("?lesson=roi_features&box=60,60,160,160")
    page.wait_for_selector(EDITOR)
    for start in ((110, 110), (220, 20)):
        drag(page, start, (start[0] - 30, start[1] + 10), release=False)
        assert box_of(page) != [60, 60, 160, 160]
        page.keyboard.press("Escape")
        page.mouse.move(*on_screen(page, 30, 30))
        page.mouse.up()
        assert box_of(page) == [60, 60, 160, 160]


def test_a_finger_draws_a_box_sideways(visit):
    page = visit("?lesson=roi_features&box=4,4,24,24", width=390, height=844, has_touch=True, is_mobile=True)
    page.wait_for_selector(EDITOR)
    page.wait_for_timeout(500)
    touch = page.context.new_cdp_session(page)
    points = [on_screen(page, 100 + 10 * k, 100 + 6 * k) for k in range(11)]
    for k, (x, y) in enumerate(points):
        kind = "touchMove" if k else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(20)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(200)
    assert box_of(page) == pytest.approx([100, 100, 200, 160], abs=3)
