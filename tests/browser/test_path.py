"""The guided path in Chromium: begin, act, check, be shown an answer, go on, come back; progress as a file; links.

Most tests share one page and follow each other as they stand here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

import demos
from tests.browser import audit
from tests.browser.kept import kept, resting

PARTS = [(part, [(one, task) for one in part.lessons for task in one.tasks]) for part in demos.SYLLABUS]
TASKS = [pair for _, tasks in PARTS for pair in tasks]
STRIP = ".ww-path-strip"
SAID = f"{STRIP} .ww-path-said"
HOME = "dialog.ww-path-dialog[open]"
ANSWER = "Show an answer"
SIZES = f"""[...document.querySelectorAll("{STRIP}, {STRIP} *")]
  .map((node) => parseFloat(getComputedStyle(node).fontSize) * node.currentCSSZoom)"""
QUERY = "new URLSearchParams(location.search)"
PROJECTOR, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """A page of a learner who is asked questions first, and who has not been on the path."""
    with kept(browser, f"{url}?lesson=roi_features", accept_downloads=True) as page:
        page.wait_for_selector(".ww-number strong >> visible=true")
        yield page


def strip(page: Page, name: str) -> Any:
    """The strip of a task in its lesson, once the lesson shows something."""
    lesson = next(one.name for one, task in TASKS if task.name == name)
    page.wait_for_function(f"{QUERY}.get('path') === '{name}' && {QUERY}.get('lesson') === '{lesson}'")
    page.locator(f"#ww-tab-{lesson} .ww-number strong >> visible=true").wait_for()
    return page.locator(f"#ww-tab-{lesson} {STRIP}")


def press(page: Page, text: str, place: str = STRIP) -> None:
    page.locator(place).get_by_role("button", name=text, exact=True).click()


def checked(page: Page) -> str:
    """What a check says."""
    with page.expect_response("**/ww/check"):
        press(page, "Check")
    page.wait_for_selector(f"{SAID} b")
    return page.inner_text(SAID)


def home(page: Page) -> Any:
    """The overview, opened."""
    page.click("[data-tool=path]")
    page.wait_for_selector(HOME)
    return page.locator(HOME)


def counts(page: Page) -> list[str]:
    return page.locator(f"{HOME} .ww-path-count").all_inner_texts()


def test_the_overview_has_every_task_and_begins_a_part(opened: Page):
    overview = home(opened)
    for _, task in TASKS:
        assert task.text in overview.inner_text()
    assert counts(opened) == [f"0 of {len(tasks)}" for _, tasks in PARTS]
    assert audit.serious(opened) == []
    overview.get_by_role("button", name="Begin: part A").click()
    assert strip(opened, TASKS[0][1].name).is_visible()
    assert opened.locator(HOME).count() == 0
    assert TASKS[0][1].text in opened.inner_text(STRIP)
    for key, value in TASKS[0][1].start.items():
        assert opened.evaluate(f"{QUERY}.get('{key}')") == str(value)


def test_the_question_steps_aside_and_nothing_is_veiled(opened: Page):
    assert opened.locator(".ww-question >> visible=true").count() == 0
    assert opened.locator("[data-veil] >> visible=true").count() == 0
    assert audit.serious(opened) == []


def test_a_wrong_attempt_says_how_far_off_it_is(opened: Page):
    lesson, task = TASKS[0]
    said = checked(opened)
    assert said == f"Not yet. {task.check({**lesson.defaults, **task.start}).said}"
    assert opened.locator(STRIP).get_by_role("button", name="Skip").count() == 1


def test_an_answer_is_shown_and_said_to_be_one(opened: Page):
    lesson, task = TASKS[0]
    press(opened, ANSWER)
    opened.wait_for_selector(f"{SAID} >> text=Reached.")
    assert task.check({**lesson.defaults, **task.answer}).said in opened.inner_text(SAID)
    opened.wait_for_function(f"{QUERY}.get('nms_iou') === '{task.answer['nms_iou']}'")
    assert opened.input_value("#rcnn_family-nms_iou input[type=number]") == str(task.answer["nms_iou"])
    home(opened)
    assert counts(opened)[0] == "1 of 3"
    assert "answer shown" in opened.inner_text(f"{HOME} li[data-reached]")
    opened.keyboard.press("Escape")
    press(opened, "Next")
    strip(opened, "half_the_mask")


def test_a_task_is_reached_by_mouse(opened: Page):
    assert checked(opened).startswith("Not yet.")
    frame = resting(opened.locator("#roi_features-stage .ww-frame").first)
    x0, y0, x1, y1 = map(float, TASKS[1][1].answer["box"].split(","))
    scale = frame["width"] / 256
    with opened.expect_response("**/ww/ask"):
        opened.mouse.click(frame["x"] + scale * (x0 + x1) / 2, frame["y"] + scale * (y0 + y1) / 2)
    assert checked(opened).startswith("Reached. RoIPool’s mask has IoU")
    assert opened.locator(STRIP).get_by_role("button", name="Next").count() == 1
    assert opened.locator(f"{STRIP} .ww-path-place [aria-label=reached]").count() == 1


def test_in_another_lesson_the_strip_is_away_and_the_overview_leads_back(opened: Page):
    opened.locator("#ww-tab-mask_head-button").last.click()
    opened.wait_for_selector("#ww-tab-mask_head .ww-question >> visible=true")
    assert opened.locator(STRIP).count() == 0
    home(opened).get_by_role("button", name="Go on: Path A · 2 of 3").click()
    strip(opened, "half_the_mask")


def test_progress_and_place_are_kept_over_a_reload(opened: Page):
    box = opened.evaluate(f"{QUERY}.get('box')")
    opened.reload()
    assert strip(opened, "half_the_mask").is_visible()
    assert opened.evaluate(f"{QUERY}.get('box')") == box, (
        "the link's own settings, not those of the beginning"
    )
    home(opened)
    assert counts(opened)[0] == "2 of 3"
    opened.keyboard.press("Escape")


def test_progress_is_saved_as_a_file_forgotten_and_brought_back(opened: Page, tmp_path: Path):
    overview = home(opened)
    with opened.expect_download() as download:
        press(opened, "Save my progress", HOME)
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    told = json.loads(file.read_text(encoding="utf8"))
    assert [one["text"] for one in told["tasks"]] == [task.text for _, task in TASKS]
    reached = [one["name"] for one in told["tasks"] if one["reached"]]
    assert reached == ["few_proposals", "half_the_mask"]
    press(opened, "Start over", HOME)
    press(opened, "Keep", HOME)
    assert counts(opened)[0] == "2 of 3"
    press(opened, "Start over", HOME)
    press(opened, "Forget", HOME)
    assert counts(opened)[0] == "0 of 3"
    opened.set_input_files(f"{HOME} input[type=file]", file)
    overview.get_by_text("The file brought 2 reached tasks.").wait_for()
    assert counts(opened)[0] == "2 of 3"


def test_a_hostile_file_does_nothing_and_is_told_so(opened: Page, tmp_path: Path):
    file = tmp_path / "evil.json"
    evil = "<img src=x onerror=\"document.title='broken'\">"
    tasks = [{"name": name, "reached": "2026-11-27T08:00:00Z"} for name in (evil, "__proto__", "constructor")]
    good = {"title": "What & Where: the path, 1", "saved": evil, "tasks": tasks}
    for content, said in (
        (json.dumps(good), "The file has no task that is new here."),
        (json.dumps({**good, "title": evil}), "This is no saved progress"),
        ("{" * 5000, "This is no saved progress"),
        ("x" * 3_000_000, "This is no saved progress"),
    ):
        file.write_text(content, encoding="utf8")
        opened.set_input_files(f"{HOME} input[type=file]", file)
        opened.wait_for_selector(f"{HOME} .ww-path-told >> text={said}")
    assert counts(opened)[0] == "2 of 3"
    assert opened.title() == "What & Where"
    opened.keyboard.press("Escape")


def test_leaving_brings_the_question_back_and_back_leads_to_the_task(opened: Page):
    press(opened, "Leave the path")
    opened.wait_for_selector(".ww-question >> visible=true")
    assert opened.evaluate(f"{QUERY}.has('path')") is False
    assert opened.evaluate("document.activeElement.dataset.tool") == "path"


def test_a_task_is_begun_reached_and_left_by_keys(opened: Page):
    opened.keyboard.press("Enter")  # the focus is on Path
    opened.wait_for_selector(HOME)
    opened.locator(HOME).get_by_role("button", name="Begin: part C").focus()
    opened.keyboard.press("Enter")
    strip(opened, "comes_back")
    assert checked(opened).startswith("Not yet. Nobody comes back at 0.5:")
    field = opened.locator("#panoptic-overlap input[type=number]")
    for value, said in (("1", "Not yet. Cone 4 came back"), ("0.8", "Reached. Cone 4 came back")):
        field.fill(value)
        with opened.expect_response("**/ww/ask"):
            field.press("Enter")
        opened.locator(STRIP).get_by_role("button", name="Check").focus()
        with opened.expect_response("**/ww/check"):
            opened.keyboard.press("Enter")
        opened.wait_for_function(f"document.querySelector('{SAID}').textContent.includes('came back')")
        text = opened.inner_text(SAID)
        assert text.startswith(said) or (value == "1" and text.startswith("Not yet. ")), text
    opened.keyboard.press("Tab")  # over Show an answer to Next
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    strip(opened, "just_half")
    assert opened.evaluate("document.activeElement.textContent") == "Check", "the focus goes along"


@pytest.mark.parametrize("name", ["half_the_mask", "comes_back", "two_points"])
def test_it_fits_a_projector_a_lecturer_and_a_phone(opened: Page, name: str):
    opened.set_viewport_size(PROJECTOR)
    one = next(task for _, task in TASKS if task.name == name)
    home(opened).get_by_role("listitem").filter(has_text=one.text).get_by_role("button").click()
    strip(opened, name)
    checked(opened)
    for present in (False, True):
        if present:
            opened.evaluate("document.activeElement.blur()")
            opened.keyboard.press("p")
        opened.wait_for_timeout(500)
        for part in (".ww-main :is(img, canvas)", ".ww-right input", ".ww-number", STRIP):
            box = opened.locator(f"{part} >> visible=true").first.bounding_box()
            assert box
            assert 0 <= box["y"] < box["y"] + box["height"] <= PROJECTOR["height"], part
        sizes = opened.evaluate(SIZES)
        assert min(sizes) >= (PROJECTOR["height"] / 45 - 0.2 if present else 13)
    opened.keyboard.press("p")
    opened.set_viewport_size(PHONE)
    opened.wait_for_timeout(500)
    assert opened.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box = opened.locator(STRIP).bounding_box()
    assert box
    assert box["y"] + box["height"] < PHONE["height"] * 0.6
    home(opened)
    assert opened.evaluate(f"document.querySelector('{HOME}').scrollWidth") <= PHONE["width"]
    opened.keyboard.press("Escape")


def test_a_lecturers_link_keeps_answers_back(browser: Browser, url: str):
    with kept(browser, f"{url}?path=C&answers=0") as page:
        strip(page, "comes_back")
        assert page.locator(STRIP).get_by_role("button", name=ANSWER).count() == 0
        home(page)
        assert page.locator(f"{HOME} input[type=checkbox]").count() == 0
        page.keyboard.press("Escape")
        press(page, "Skip")
        strip(page, "just_half")
        assert page.evaluate(f"{QUERY}.get('answers')") == "0"
        page.reload()
        strip(page, "just_half")
        assert page.locator(STRIP).get_by_role("button", name=ANSWER).count() == 0


def test_a_lecturer_keeps_answers_back_in_the_links_that_are_copied(browser: Browser, url: str):
    with kept(browser, f"{url}?lesson=upsampling") as page:
        page.wait_for_selector(".ww-number strong >> visible=true")
        page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        overview = home(page)
        overview.get_by_role("checkbox").uncheck()
        overview.get_by_role("button", name="Copy a link to part B").click()
        page.wait_for_function("window.copied")
        assert page.evaluate("window.copied").endswith("/?path=B&answers=0")


def test_a_bad_link_is_told_and_the_overview_opens(browser: Browser, url: str):
    with kept(browser, f"{url}?path=<b>zzz&answers=maybe") as page:
        page.wait_for_selector(HOME)
        said = page.inner_text(".ww-said")
        assert "answers in a link is 0 or 1, not “maybe”" in said
        assert "no part or task “<b>zzz”" in said
        page.wait_for_function(f"!{QUERY}.has('path')")
        page.locator(HOME).get_by_role("button", name="Begin: part B").click()
        strip(page, "sees_47")
        page.wait_for_function("document.querySelector('.ww-said').textContent === ''")
