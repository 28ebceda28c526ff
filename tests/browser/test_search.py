"""The search in Chromium: it opens by a key and by a button, and leads to lessons, terms, code and papers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser import audit
from tests.browser.kept import kept

DIALOG = "dialog.ww-search[open]"
FIELD = f"{DIALOG} [role=combobox]"
OPTION = f"{DIALOG} [role=option]"
CHOSEN = f"{OPTION}[aria-selected=true]"
FOCUS = "document.activeElement.getAttribute('role') ?? document.activeElement.dataset.tool ?? ''"


@pytest.fixture(scope="module")
def start(contexts, url: str) -> Iterator[Page]:
    """The start page, where each test leaves the search closed."""
    with kept(contexts(viewport={"width": 1366, "height": 768}), f"{url}?__theme=light") as page:
        page.wait_for_selector(".ww-card >> visible=true")
        yield page


def look_for(page: Page, text: str) -> None:
    """Open the search by its key and type a text."""
    page.keyboard.press("/")
    page.wait_for_selector(f"{OPTION} >> nth=0")
    page.fill(FIELD, text)


def groups(page: Page) -> list[str]:
    found = page.locator(f"{DIALOG} [role=group] > p").all_inner_texts()
    return [text.split()[0] for text in found]


def test_a_key_opens_it_and_escape_gives_the_focus_back(start: Page):
    start.locator(".ww-begin").focus()
    start.keyboard.press("/")
    start.wait_for_selector(f"{OPTION} >> nth=0")
    assert start.evaluate(FOCUS) == "combobox"
    assert start.input_value(FIELD) == "", "the key itself is not typed"
    assert groups(start) == ["Lessons"], "before anything is typed"
    assert start.locator(CHOSEN).count() == 1
    start.keyboard.press("Escape")
    start.wait_for_selector(DIALOG, state="hidden")
    assert start.evaluate("document.activeElement.className") == "ww-begin"


def test_the_best_is_first_and_what_matched_is_marked(start: Page):
    look_for(start, "roi align")
    assert groups(start)[:2] == ["Terms", "Operators"]
    assert start.locator(f"{CHOSEN} b").inner_text() == "RoIAlign"
    assert start.locator(f"{CHOSEN} b mark").inner_text() == "RoIAlign"
    assert "code in A3 Cropping features" in start.locator(OPTION).nth(1).inner_text()
    start.fill(FIELD, "iou")
    assert start.locator(f"{CHOSEN} b").inner_text() == "IoU"
    start.keyboard.press("Escape")


def test_arrows_choose_and_are_told_to_who_listens(start: Page):
    look_for(start, "panoptic")
    many = start.locator(OPTION).count()
    assert many > 4
    for step, key in (
        (1, "ArrowDown"),
        (2, "ArrowDown"),
        (1, "ArrowUp"),
        (0, "ArrowUp"),
        (many - 1, "ArrowUp"),
    ):
        start.keyboard.press(key)
        chosen = start.locator(CHOSEN)
        assert chosen.get_attribute("id") == f"ww-found-{step}"
        assert start.get_attribute(FIELD, "aria-activedescendant") == f"ww-found-{step}"
    assert start.evaluate(FOCUS) == "combobox", "the focus stays in the field"
    inside = """() => { const list = document.querySelector("#ww-found").getBoundingClientRect();
      const one = document.querySelector("[role=option][aria-selected=true]").getBoundingClientRect();
      return one.bottom <= list.bottom + 1 && one.top >= list.top - 1 }"""
    assert start.evaluate(inside)
    start.keyboard.press("Escape")


def test_what_is_nowhere_says_what_can_be_searched(start: Page):
    look_for(start, "qwxyz <b>")
    assert start.locator(OPTION).count() == 0
    said = start.locator(f"{DIALOG} [role=status]").inner_text()
    assert said.startswith("Nothing has “qwxyz <b>” in it. You can search for lessons, terms, operators")
    start.keyboard.press("Enter")
    assert start.locator(DIALOG).is_visible()
    start.keyboard.press("Escape")


def test_no_serious_violation_of_accessibility(start: Page):
    look_for(start, "a")
    for theme in ("light", "dark"):
        start.evaluate("dark => document.body.classList.toggle('dark', dark)", theme == "dark")
        assert audit.serious(start, DIALOG) == []
    start.evaluate("document.body.classList.remove('dark')")
    start.keyboard.press("Escape")


def test_a_term_opens_its_entry_and_a_press_beside_the_search_closes_it(start: Page):
    look_for(start, "unpooling")
    start.keyboard.press("Enter")
    start.wait_for_selector(".ww-entry .ww-entry-name >> text=unpooling")
    assert start.locator(DIALOG).count() == 0
    start.keyboard.press("Escape")
    start.wait_for_selector(".ww-entry", state="hidden")
    assert start.evaluate(FOCUS) == "search", "the entry belongs to the button"
    start.click("[data-tool=search]")
    start.wait_for_selector(f"{OPTION} >> nth=0")
    start.mouse.click(100, 700)
    start.wait_for_selector(DIALOG, state="hidden")


def test_a_paper_opens_in_a_window_of_its_own(start: Page):
    start.evaluate("window.open = (...all) => (window.opened = all)")
    look_for(start, "he et al 2017")
    assert start.locator(CHOSEN).get_attribute("data-kind") == "papers"
    start.keyboard.press("Enter")
    assert start.evaluate("window.opened") == ["https://arxiv.org/abs/1703.06870", "_blank", "noopener"]


def test_enter_opens_a_lesson_and_nobody_who_types_is_disturbed(visit):
    page = visit("")
    look_for(page, "the mask head")
    assert page.locator(CHOSEN).get_attribute("data-kind") == "lessons"
    page.keyboard.press("Enter")
    page.wait_for_function("document.body.dataset.lesson === 'mask_head'")
    page.wait_for_selector("#ww-tab-mask_head .ww-number strong >> visible=true")
    page.locator("#mask_head-threshold input[type=number]").press("/")
    assert page.locator(DIALOG).count() == 0
    page.locator("#mask_head-threshold input[type=range]").press("/")
    page.wait_for_selector(DIALOG)


def test_a_query_has_an_end(start: Page):
    look_for(start, "")
    start.locator(f"{DIALOG} input").press_sequentially("x" * 100)
    assert len(start.locator(f"{DIALOG} input").input_value()) == 80


def test_an_operator_opens_the_code_that_shows_it(visit):
    page = visit("")
    look_for(page, "roi_pool")
    page.locator(f"{OPTION}[data-kind=operators]").first.click()
    page.wait_for_function("document.body.dataset.lesson === 'roi_features'")
    page.wait_for_selector("#roi_features-code pre >> visible=true")
    page.wait_for_function("document.getSelection().toString() === 'roi_pool'")
    shown = """() => { const name = document.getSelection().getRangeAt(0).getBoundingClientRect();
      const pre = document.querySelector("#roi_features-code pre").getBoundingClientRect();
      return name.top >= pre.top && name.bottom <= pre.bottom && name.top >= 0 && name.bottom <= innerHeight }"""
    page.wait_for_function(shown)
    look_for(page, "trace_roi_align")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ww-said >> text=/A3 Cropping features uses trace_roi_align, of lecture_models/")


def test_a_finger_finds_on_a_phone(visit):
    page = visit("", width=390, height=844, has_touch=True, is_mobile=True)
    page.tap("[data-tool=search]")
    page.wait_for_selector(f"{OPTION} >> nth=0")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.fill(FIELD, "u-net")
    box = page.locator(DIALOG).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844
    page.locator(f"{OPTION}[data-kind=lessons]").first.tap()
    page.wait_for_function("document.body.dataset.lesson === 'unet'")


def test_it_works_while_presenting_and_escape_closes_only_it(visit):
    page = visit("?present=1")
    look_for(page, "metrics")
    page.keyboard.press("Escape")
    page.wait_for_selector(DIALOG, state="hidden")
    assert page.locator("body.ww-present").count() == 1
    look_for(page, "receptive field")
    sizes = [one for one in page.evaluate(audit.TEXTS) if one[0] < 768 / 45 - 0.2]
    assert sizes == []
    page.locator(f"{OPTION}[data-kind=terms]").first.click()
    page.wait_for_selector(".ww-entry >> visible=true")


def test_a_search_that_cannot_be_loaded_says_so_and_is_tried_again(visit):
    page = visit("")
    page.route("**/ww/search.json", lambda route: route.fulfill(body="no list", content_type="text/plain"))
    page.keyboard.press("/")
    page.wait_for_selector(f"{DIALOG} >> text=The search could not be loaded")
    page.keyboard.press("Escape")
    page.unroute("**/ww/search.json")
    page.keyboard.press("/")
    page.wait_for_selector(f"{OPTION} >> nth=0")
