"""The address in Chromium: it follows what is shown, and brings it back by Reload, Back, Forward and as a link."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

import pytest

NUMBER = ".ww-number strong >> visible=true >> text=/^[^…]/"


def query_of(page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def open_tab(page, lesson: str):
    page.locator(f"#ww-tab-{lesson}-button").last.click()
    page.wait_for_selector(f"#ww-tab-{lesson} {NUMBER}")


def in_sight(page) -> str:
    return page.evaluate("document.body.dataset.lesson")


def test_it_follows_settings_and_lessons_and_leads_back(visit):
    page = visit("?lesson=vision_tasks&predict=later")
    page.wait_for_selector(NUMBER)
    page.locator("#vision_tasks-score input[type=range]").press("End")
    page.wait_for_function("location.search.includes('score=0.95')")
    assert query_of(page) == {"lesson": ["vision_tasks"], "score": ["0.95"], "predict": ["later"]}
    before = page.evaluate("history.length")
    open_tab(page, "mask_head")
    page.wait_for_function("location.search.includes('lesson=mask_head')")
    page.click("#ww-next")
    page.wait_for_function("location.search.includes('picture=scene:43')")
    assert "score" not in query_of(page)
    assert page.evaluate("history.length") == before + 1, (
        "one entry for the lesson, none for what is done in it"
    )
    page.go_back()
    page.wait_for_function("document.body.dataset.lesson === 'vision_tasks'")
    page.wait_for_function("document.querySelector('#ww-seed input').value === '42'")
    assert page.input_value("#vision_tasks-score input[type=number]") == "0.95"
    page.go_forward()
    page.wait_for_function("document.body.dataset.lesson === 'mask_head'")
    page.wait_for_function("document.querySelector('#ww-seed input').value === '43'")
    page.reload()
    page.wait_for_selector(f"#ww-tab-mask_head {NUMBER}")
    assert page.input_value("#ww-seed input") == "43"
    page.go_back()
    page.wait_for_selector(f"#ww-tab-vision_tasks {NUMBER}")
    page.wait_for_function(
        "document.querySelector('#vision_tasks-score input[type=number]')?.value === '0.95'"
    )


def test_back_undoes_what_was_set_on_the_second_visit(visit):
    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(NUMBER)
    for lesson in ("mask_head", "vision_tasks"):
        open_tab(page, lesson)
        page.wait_for_function(f"location.search.includes('lesson={lesson}')")
    page.locator("#vision_tasks-score input[type=range]").press("End")
    page.wait_for_function("location.search.includes('score=0.95')")
    page.go_back()
    page.wait_for_function("document.body.dataset.lesson === 'mask_head'")
    with page.expect_request("**/ww/ask") as asked:
        page.go_back()
    assert asked.value.post_data_json["settings"]["score"] == 0.5
    page.wait_for_function("document.querySelector('#vision_tasks-score input[type=number]').value === '0.5'")


def test_a_slow_restore_switches_no_tab_back(visit):
    page = visit()
    page.route("**/queue/join*", lambda route: (page.wait_for_timeout(1500), route.continue_()))
    page.goto(page.url.split("?")[0] + "?lesson=mask_head&picture=scene:9")
    page.wait_for_function("document.body.dataset.lesson === 'mask_head'")  # before the server has answered
    can = "getComputedStyle(document.querySelector('#ww-picture-bar')).pointerEvents"
    assert page.evaluate(can) == "none", "what is changed before would be put back"
    page.locator("#ww-tab-vision_tasks-button").last.click()
    page.wait_for_selector(f"#ww-tab-vision_tasks {NUMBER}")
    page.wait_for_timeout(2000)
    assert in_sight(page) == "vision_tasks"
    assert page.input_value("#ww-seed input") == "9"
    assert page.evaluate(can) == "auto"


def test_boards_are_as_they_were(visit):
    page = visit("?lesson=rcnn_family&view=stages")
    page.wait_for_selector(".rcs-chips button")
    page.locator(".rcs-chips button").nth(4).click()
    page.wait_for_function("location.search.includes('at.stage=5')")
    page.reload()
    page.wait_for_selector(".rcs-at >> text=/^5 of 12/")
    again = visit("?lesson=roi_features&at.bin=1,3,2")
    again.wait_for_selector("#roi_features-board .roi-map")
    selected = "document.querySelector('#roi_features-board .ww-board').roiBoard.selected"
    again.wait_for_function(f"{selected}.row === 0")
    assert again.evaluate(selected) == {"row": 0, "column": 2, "operator": 1}


@pytest.mark.parametrize(
    "query",
    [
        "rcnn_family&view=stages&at.stage=99",
        "roi_features&at.bin=9,x,__proto__",
        "mask_rcnn_results&at.errors=toString",
    ],
)
def test_a_board_takes_nothing_that_it_has_not(visit, query: str):
    page = visit(f"?lesson={query}")
    page.wait_for_selector(NUMBER)
    page.wait_for_timeout(300)  # its script has come and drawn, or `visit` tells of an error


def test_a_bad_link_is_told_in_plain_words(visit):
    page = visit("?lesson=vision_tasks&score=9&picture=scene:x")
    page.locator(".toast-body >> text=/score must be/").first.wait_for()
    said = " ".join(page.locator(".toast-body").all_inner_texts())
    assert "score must be a number from 0.05 to 0.95; got 9." in said
    assert "A scene's seed is a whole number from 0 to 999999; got “x”." in said
    assert "'" not in said.replace("scene's", "")


def test_a_link_is_shown_where_it_cannot_be_copied(visit):
    page = visit("?lesson=mask_head&threshold=0.7")
    page.wait_for_selector(NUMBER)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click("[data-tool=link]")
    field = page.locator(".ww-copied textarea")
    assert field.input_value() == page.url
    assert page.evaluate("document.getSelection().toString() || document.activeElement.value") == page.url
    page.keyboard.press("Escape")
    assert page.locator(".ww-copied").count() == 0
    assert page.evaluate("document.activeElement.dataset.tool") == "link"
    page.click("#mask_head-code-fold > button")
    page.click(".ww-copy")
    assert "def compute" in page.locator(".ww-copied textarea").input_value()
