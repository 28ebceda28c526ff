"""Presenter mode: it can be read from the back row, and all of it works without the page's chrome."""

from __future__ import annotations

import demos
from tests.browser.kept import resting

LESSONS = [lesson.name for part in demos.SYLLABUS for lesson in part.lessons]


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
    box = resting(frame)
    page.touchscreen.tap(box["x"] + box["width"] * 0.254, box["y"] + box["height"] * 0.75)
    pinned = "document.querySelector('#vision_tasks-views .ww-ring').getAttribute('cx')"
    page.wait_for_function(f"Math.abs({pinned} - 65) <= 0.5")  # 0.254 of 256
    page.tap("[data-tool=leave]")
    page.wait_for_selector(".ww-wordmark >> visible=true")
