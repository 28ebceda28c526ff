"""The question in Chromium: it comes first, veils what would answer it, counts, and leads from lesson to lesson."""

from __future__ import annotations

import pytest

import demos

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
FIRST = "vision_tasks"
HIDDEN = [f"{FIRST}-agreement", f"{FIRST}-seen"]
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
CHOICE = ".ww-choices button >> visible=true"
ANSWER = ".ww-answer > p:first-child >> visible=true"
WAY = ".ww-way >> visible=true"
NUMBER = ".ww-number strong >> visible=true"
PLACES = """() => [...document.querySelectorAll(".ww-main, .ww-row, .ww-reading, .ww-panel, .ww-seen, .ww-more")]
  .filter((node) => node.offsetParent).map((node) => { const { x, y, width, height } = node.getBoundingClientRect();
    return [node.className, Math.round(x), Math.round(y + scrollY), Math.round(width), Math.round(height)]; })"""
VEILED = """() => [...document.querySelectorAll("[data-veil]")].filter((node) => node.offsetParent)
  .map((node) => ({ id: node.id || node.dataset.shows, inert: node.inert,
    blurred: [...node.children].every((one) => getComputedStyle(one).filter.includes("blur")) }))"""


def veils(page) -> list[str]:
    """What is veiled in sight; each is blurred, and out of reach of keys and screen readers."""
    found = page.evaluate(VEILED)
    assert all(one["inert"] and one["blurred"] for one in found), found
    return [one["id"] for one in found]


def ready(page, lesson: str) -> None:
    page.wait_for_selector(f"#ww-tab-{lesson} {NUMBER}")
    page.locator(f"#ww-tab-{lesson} .ww-ask").wait_for()
    page.locator(
        f"#ww-tab-{lesson} :is(.ww-panel, .ww-board) :is(img, image) >> visible=true"
    ).first.wait_for()
    page.wait_for_timeout(700)  # boards draw when their arrays are unpacked


def ask_first(page, lesson) -> None:
    """The question stands between point and picture, its answer is nowhere, and veiled is what it says."""
    tab = page.locator(f"#ww-tab-{lesson.name}")
    assert lesson.first in tab.locator(".ww-point").inner_text()
    point, line = tab.locator(".ww-point").bounding_box(), tab.locator(".ww-question").bounding_box()
    assert point["y"] + point["height"] <= line["y"]
    assert line["y"] + line["height"] <= tab.locator(".ww-main").bounding_box()["y"]
    assert tab.locator(".ww-choices button[data-mark]").count() == 0
    asked = lesson.update()["question"]
    assert tab.locator(".ww-ask").inner_text() == asked.text
    assert asked.why not in page.content()
    names = {name.partition("/")[2] or f"{lesson.name}-{name}" for name in (*asked.veils, "seen")}
    seen = set(veils(page))
    assert seen
    assert seen <= names, "what does not give it away is not veiled"


@pytest.mark.parametrize("device", [{}, PHONE], ids=["projector", "phone"])
def test_from_question_to_question_through_all_lessons(visit, device):
    page = visit(f"?lesson={FIRST}", asks=True, **device)
    for done, lesson in enumerate(LESSONS, start=1):
        ready(page, lesson.name)
        ask_first(page, lesson)
        before = page.evaluate(PLACES)
        page.locator(CHOICE).first.click()
        page.wait_for_selector(f"{WAY} >> text=Try another scene")
        assert veils(page) == []
        assert page.evaluate(PLACES) == before, "nothing shifts when the veil goes"
        assert lesson.update()["question"].why in page.locator(ANSWER).inner_text()
        assert page.locator(".ww-tally >> visible=true").inner_text().endswith(f"of {done} right")
        tab = page.locator(f"#ww-tab-{lesson.name}-button").last
        assert tab.get_attribute("aria-label") == f"{lesson.number} {lesson.title}, visited"
        page.locator(".ww-next >> visible=true").click()
    ready(page, FIRST)  # after the last lesson the first again, with its answer
    assert page.evaluate("scrollY") == 0
    assert veils(page) == []
    if device:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        option = page.locator(f".ww-menu option[value={FIRST}]")
        assert option.inner_text().endswith("✓")
        assert option.get_attribute("aria-label").endswith("visited")


def test_a_question_counts_once_and_another_scene_asks_again(visit):
    page = visit(f"?lesson={FIRST}", asks=True)
    ready(page, FIRST)
    for again in (False, True):
        page.locator(CHOICE).first.click()
        page.locator(CHOICE).last.dispatch_event("click")  # one is committed to the first
        assert page.locator(".ww-choices button[aria-pressed=true]").count() == 1
        assert page.locator(".ww-tally").inner_text().endswith("of 1 right")
        assert ("not counted again" in page.locator(ANSWER).inner_text()) is again
        if not again:
            page.reload()
            ready(page, FIRST)
            assert veils(page) == HIDDEN
    page.locator(WAY).click()
    page.wait_for_function("document.querySelector('#ww-seed input').value === '43'")
    page.wait_for_selector(f"{WAY} >> text=Just show me")
    assert veils(page) == HIDDEN
    page.locator(CHOICE).first.click()
    assert page.locator(".ww-tally").inner_text().endswith("of 2 right")


def test_a_lesson_whose_next_scene_is_farther_goes_there(visit):
    page = visit("?lesson=mask_rcnn_results", asks=True)
    ready(page, "mask_rcnn_results")
    page.locator(CHOICE).first.click()
    shown = page.locator(".ww-stage .ww-message >> visible=true").inner_text()
    page.locator(WAY).click()
    page.wait_for_function(
        "before => document.querySelector('#mask_rcnn_results-stage .ww-message').textContent !== before",
        arg=shown,
    )
    step = demos.mask_rcnn_results.LESSON.update()["question"].step
    assert page.input_value("#ww-seed input") == str(42 + step)
    page.wait_for_selector(f"{WAY} >> text=Just show me")


def test_just_show_me_is_remembered_and_there_is_a_way_back(visit):
    page = visit(f"?lesson={FIRST}", asks=True)
    ready(page, FIRST)
    before = page.evaluate(PLACES)
    page.locator(WAY).click()
    assert veils(page) == []
    assert page.evaluate(PLACES) == before
    assert page.locator(".ww-tally").inner_text() == "", "what was shown is no answer"
    page.reload()
    ready(page, FIRST)
    assert veils(page) == []
    page.locator(f"{WAY} >> text=Predict first").click()
    assert veils(page) == HIDDEN
    page.locator(CHOICE).first.click()
    assert page.locator(".ww-tally").inner_text() == "", "its answer was in sight before"
    page.goto(page.url + "&predict=0")
    ready(page, FIRST)
    assert veils(page) == []
    page.goto(page.url.replace("&predict=0", ""))
    ready(page, FIRST)
    assert veils(page) == HIDDEN, "a link is no choice for ever"


def test_a_link_asks_who_wants_to_be_shown(visit):
    page = visit(f"?lesson={FIRST}&predict=1")
    ready(page, FIRST)
    assert veils(page) == HIDDEN
    assert page.evaluate("whatwhere.predictState()") is True


def test_the_lesson_is_alive_behind_its_veil(visit):
    lesson = "mask_rcnn_results"  # its question is about the score, and its numbers would tell
    page = visit(f"?lesson={lesson}", asks=True)
    ready(page, lesson)
    before, ask = set(veils(page)), page.locator(f"#ww-tab-{lesson} .ww-ask")
    other = f"(before) => document.querySelector('#ww-tab-{lesson} .ww-ask').textContent !== before"
    page.click(f"#{lesson}-numbers-fold button")
    page.wait_for_selector(f"#{lesson}-numbers[data-veil]")
    text = ask.inner_text()
    page.locator(f"#{lesson}-score input[type=range]").focus()
    page.keyboard.press("Home")
    page.wait_for_function(other, arg=text)
    assert set(veils(page)) == before | {f"{lesson}-numbers"}
    page.locator(CHOICE).nth(1).focus()
    page.keyboard.press("Enter")
    assert veils(page) == []
    assert page.evaluate("document.activeElement.parentElement.className") == "ww-choices", "the focus stays"
    text = ask.inner_text()
    page.locator(f"#{lesson}-score input[type=range]").focus()
    page.keyboard.press("End")
    page.wait_for_function(other, arg=text)
    assert veils(page) == [], "who has answered may go on"


def test_a_class_is_asked_when_the_lecturer_wants_it(visit):
    page = visit(f"?lesson={FIRST}&present=1", asks=True)
    page.wait_for_selector(NUMBER)
    assert veils(page) == []
    assert page.locator(".ww-asked").count() == 0
    page.keyboard.press("q")
    page.wait_for_selector(".ww-asked")
    assert veils(page) == HIDDEN
    page.keyboard.press("q")
    page.wait_for_selector(".ww-asked", state="detached")
    page.click(".ww-ask-class")
    assert veils(page) == HIDDEN
    page.locator(CHOICE).first.click()
    assert veils(page) == []


def test_a_browser_that_remembers_nothing_asks_all_the_same(browser, url: str):
    page = browser.new_page()
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.add_init_script(
        "for (const name of ['getItem', 'setItem']) Storage.prototype[name] = () => { throw new Error('private'); }"
    )
    page.goto(f"{url}?lesson={FIRST}")
    ready(page, FIRST)
    page.locator(CHOICE).first.click()
    assert page.locator(".ww-tally").inner_text().endswith("of 1 right")
    page.locator(WAY).wait_for()
    page.close()
    assert not [error for error in broken if "private" not in error]


def test_another_question_of_the_same_picture_is_not_called_wrong(visit):
    page = visit("?lesson=fully_convolutional", asks=True)
    ready(page, "fully_convolutional")
    first = demos.fully_convolutional.LESSON.update()["question"]
    page.locator(CHOICE).nth(1 if first.answer == 0 else 0).click()
    assert page.locator(ANSWER).inner_text().startswith("Not quite")
    page.get_by_label("each layer").check()
    other = demos.fully_convolutional.LESSON.update(padding="layers")["question"]
    assert other.choices != first.choices
    page.locator(f"{ANSWER} >> text={other.why}").wait_for()
    assert page.locator(ANSWER).inner_text().startswith(other.choices[other.answer])
    assert page.locator(".ww-choices button[data-mark=wrong] >> visible=true").count() == 0


def test_a_veiled_reading_covers_one_line_of_a_phone_at_most(visit):
    page = visit(
        "?lesson=segmentation_metrics", asks=True, width=390, height=844, has_touch=True, is_mobile=True
    )
    ready(page, "segmentation_metrics")
    clip = "getComputedStyle(document.getElementById('segmentation_metrics-number')).clipPath"
    assert page.evaluate(clip) == "inset(calc(100% - 44px) 0px 0px)"
    page.locator(WAY).click()
    assert page.evaluate(clip) == "none"
