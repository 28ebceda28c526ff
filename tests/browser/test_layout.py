"""The page on a projector, a laptop and a phone, in light and in dark: nothing is cut, and all can be read."""

from __future__ import annotations

import pytest

import demos

LESSONS = [lesson.name for part in demos.SYLLABUS for lesson in part.lessons]
MODES = {"page": "__theme=light", "presenter": "present=1"}
OWNED_BY_GRADIO = {"image-redundant-alt", "aria-prohibited-attr"}
PICTURE = ":is(.ww-panel, .ww-board) img"
# The sum of all layout shifts that no act of the visitor has caused (cumulative layout shift, https://web.dev/cls).
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) sum += hadRecentInput ? 0 : value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 200);
})"""
every_lesson = pytest.mark.parametrize("lesson", LESSONS)


def box_of(page, selector: str):
    scripts = page.locator(".ww-board[data-waiting] >> visible=true")
    scripts.first.wait_for(state="hidden")
    return page.locator(f"{selector} >> visible=true").first.bounding_box()


@every_lesson
@pytest.mark.parametrize("mode", MODES)
def test_picture_control_and_reading_fit_a_projector(visit, lesson: str, mode: str):
    page = visit(f"?lesson={lesson}&{MODES[mode]}", asks=True)
    page.wait_for_selector(".ww-number >> visible=true")
    control = ".ww-right :is(input, select, textarea)"
    for selector in (PICTURE, control, ".ww-number"):
        box = box_of(page, selector)
        assert box["y"] >= 0, selector
        assert box["y"] + box["height"] <= 768, selector
        assert box["x"] + box["width"] <= 1366, selector


@every_lesson
def test_nothing_is_cut_on_a_phone_and_the_number_stays_in_sight(visit, lesson: str):
    page = visit(f"?lesson={lesson}", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert box_of(page, PICTURE)["width"] >= 120
    page.wait_for_selector(".ww-number >> visible=true")
    number = box_of(page, ".ww-number")
    assert number["y"] + number["height"] <= 844
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@every_lesson
def test_pictures_are_large_enough_in_a_frame_of_another_site(visit, lesson: str):
    page = visit(f"?predict=0&lesson={lesson}", width=900, height=600)
    picture = box_of(page, PICTURE)
    assert picture["width"] >= 150
    assert picture["y"] <= 480  # under two rows of header, point, question and, in A2, the choice of a view


def test_theme_is_remembered(visit):
    page = visit()
    dark = "document.body.classList.contains('dark')"
    was = page.evaluate(dark)
    page.click("[data-tool=theme]")
    assert page.evaluate(dark) is not was
    page.wait_for_selector(".ww-number >> visible=true")
    page.wait_for_timeout(500)  # gradio complains of a stream that a reload breaks off
    page.reload()
    page.wait_for_selector(".ww-panel img")
    assert page.evaluate(dark) is not was


@every_lesson
def test_no_serious_violation_of_accessibility(visit, lesson: str):
    """All rules in light with the folds open, then colours in dark and while presenting, on the same page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(f"?lesson={lesson}&__theme=light", asks=True)
    page.wait_for_selector(".ww-number >> visible=true")
    for fold in page.locator(".ww-fold > button >> visible=true").all():
        fold.click()
    page.wait_for_timeout(800)
    assert serious(axe, page) == []
    contrast = {"runOnly": ["color-contrast"]}
    page.click("[data-tool=theme]")
    page.wait_for_function("document.body.matches('.dark')")
    page.wait_for_timeout(300)  # colours fade
    assert serious(axe, page, **contrast) == []
    page.keyboard.press("p")
    page.wait_for_selector("body.ww-present")
    assert serious(axe, page, **contrast) == []


def serious(axe, page, **more) -> list[str]:
    """What axe finds that matters; what is in order is not described, which takes half the time."""
    options = {"preload": False, "resultTypes": ["violations"], **more}
    found = axe.run(page, options=options).response["violations"]
    grave = [
        one for one in found if one["impact"] in ("serious", "critical") and one["id"] not in OWNED_BY_GRADIO
    ]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'][:200]}"
        for one in grave
        for node in one["nodes"]
    ]


@every_lesson
def test_a_phone_shows_the_point_near_the_top_and_has_a_menu_of_lessons(visit, lesson: str):
    page = visit("?lesson=vision_tasks", width=390, height=844)
    page.select_option(".ww-menu", lesson)
    point = page.locator(f".ww-point[data-lesson={lesson}]")
    point.wait_for()
    assert point.bounding_box()["y"] <= 110
    page.wait_for_function("name => document.querySelector('.ww-menu').value === name", arg=lesson)


@every_lesson
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_nothing_jumps_while_a_lesson_comes(visit, lesson: str, width: int, height: int):
    page = visit(f"?lesson={lesson}", width=width, height=height, asks=True)
    page.wait_for_selector(".ww-number >> visible=true")
    page.wait_for_timeout(1500)
    assert page.evaluate(SHIFT) <= 0.05
