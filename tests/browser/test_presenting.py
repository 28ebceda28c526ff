"""Presenter mode: it can be read from the back row, and all of it works without the page's chrome."""

from __future__ import annotations

import pytest

import demos

LESSONS = [lesson.name for part in demos.SYLLABUS for lesson in part.lessons]
SMALLEST = 45  # text is at least one part in so many of the screen's height
TEXTS = """() => {
  const sizes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const parent = node.parentElement, range = document.createRange();
    range.selectNode(node);
    const box = range.getBoundingClientRect();
    const text = node.textContent.trim(), away = parent.closest("option, .ww-sr, svg");
    const seen = text && !away && box.width && box.top < innerHeight;
    if (!seen || !parent.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize) * parent.currentCSSZoom;
    sizes.push([Math.round(size * 10) / 10, node.textContent.trim()]);
  }
  return sizes;
}"""


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_text_can_be_read_from_the_back_row(visit, lesson: str):
    page = visit(f"?lesson={lesson}&present=1")
    page.wait_for_selector(".ww-number >> visible=true")
    for width, height in ((1366, 768), (2560, 1440)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        texts = page.evaluate(TEXTS)
        assert len(texts) > 8
        assert [one for one in texts if one[0] < height / SMALLEST - 0.2] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_keys_lead_to_lessons_and_scenes_and_are_told(visit):
    page = visit("?lesson=vision_tasks")
    page.keyboard.press("p")
    page.wait_for_selector("[data-tool=leave]")
    assert page.locator(".ww-wordmark").bounding_box()["width"] < 2, "only who listens meets it"
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f".ww-point[data-lesson={LESSONS[1]}] >> visible=true")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".ww-point[data-lesson=vision_tasks] >> visible=true")
    page.keyboard.press("PageDown")
    page.wait_for_function("document.querySelector('#ww-seed input').value === '43'")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.ww-keys dt >> visible=true")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.ww-keys", state="detached")
    assert page.is_visible("[data-tool=leave]")


def test_escape_leaves_from_a_field_and_from_a_picture(visit):
    page = visit("?lesson=vision_tasks&present=1")
    for place in ("#vision_tasks-score input[type=number]", ".ww-pointing[tabindex='0']"):
        page.focus(f"{place} >> visible=true")
        page.keyboard.press("Escape")
        page.wait_for_selector("[data-tool=leave]", state="hidden")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("p")
        page.wait_for_selector("[data-tool=leave]")


def test_a_finger_leaves_and_points_where_it_touches(visit):
    page = visit("?lesson=vision_tasks&present=1", has_touch=True)
    frame = page.locator(".ww-panel .ww-frame").nth(1)
    box = frame.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.254, box["y"] + box["height"] * 0.75)
    pinned = "document.querySelector('#vision_tasks-views .ww-ring').getAttribute('cx')"
    page.wait_for_function(f"{pinned} === '64.5'")
    page.tap("[data-tool=leave]")
    page.wait_for_selector(".ww-wordmark >> visible=true")
