"""The start page in Chromium: the bare address opens it, it leads to every lesson, and it remembers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page

import demos
from tests.browser import audit
from tests.browser.kept import kept

PARTS = [part for part in demos.SYLLABUS if part.lessons]
LESSONS = [lesson for part in PARTS for lesson in part.lessons]
NAMES = [lesson.name for lesson in LESSONS]
CARD = ".ww-card >> visible=true"
IN_SIGHT = "document.body.dataset.lesson === '{}'"
DRAWN = "[...document.querySelectorAll('.ww-face img')].every((one) => one.naturalWidth === 256)"
HEADER = """() => [".ww-wordmark", "#ww-parts > .tab-wrapper > .tab-container > button", ".ww-tools"]
  .flatMap((one) => [...document.querySelectorAll(one)])
  .filter((node) => node.checkVisibility({visibilityProperty: true}) && node.offsetWidth)
  .map((node) => node.getBoundingClientRect()).map(({ left, right, top, bottom }) => [left, right, top, bottom])"""
ORDER = """() => { const found = [], walk = document.createTreeWalker(document.querySelector(".ww-start"),
  NodeFilter.SHOW_ELEMENT);
  while (walk.nextNode()) { const { tagName, href } = walk.currentNode;
    if (/^(H2|H3|A|SUMMARY)$/.test(tagName) && walk.currentNode.checkVisibility()) found.push([tagName, href ?? ""]); }
  return found; }"""


def at(page: Page, name: str) -> None:
    page.wait_for_function(IN_SIGHT.format(name))


def bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def lesson_of(href: str) -> str:
    return parse_qs(urlparse(href).query).get("lesson", [""])[0]


@pytest.fixture(scope="module")
def start(contexts, url: str) -> Iterator[Page]:
    """The start page of a newcomer on a projector, for the tests that leave it as it is."""
    with kept(contexts(viewport={"width": 1366, "height": 768}), f"{url}?__theme=light") as page:
        page.wait_for_selector(CARD)
        yield page


def test_the_bare_address_says_what_this_is_and_where_to_begin(start: Page):
    at(start, "start")
    assert start.locator(".ww-hero h2").inner_text().endswith("a label.")
    begin = start.locator(".ww-begin")
    assert begin.inner_text() == f"Begin: {LESSONS[0].number} {LESSONS[0].title} →"
    assert bottom(start, ".ww-begin") < 200
    assert bottom(start, ".ww-map") <= 768, "the whole map is in sight"
    assert start.locator("#ww-picture-bar").is_hidden()
    assert start.locator("#ww-part-start-button").last.get_attribute("aria-selected") == "true"
    assert start.evaluate("document.documentElement.scrollWidth") <= 1366


@pytest.mark.slow
def test_nothing_shifts_while_pictures_come_and_no_lesson_is_asked(visit, url: str):
    page = visit("?predict=0")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.wait_for_function(DRAWN, timeout=240_000)
    page.wait_for_timeout(500)
    assert page.evaluate(audit.SHIFT) <= 0.01
    assert not [one for one in asked if one.endswith("/ww/ask")]
    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert not [one for one in loaded if re.search(rf"/({'|'.join(NAMES)})/|search", one)], (
        "lessons come when opened"
    )


def test_every_lesson_has_its_card(start: Page):
    start.wait_for_function(DRAWN, timeout=240_000)
    cards = start.locator(CARD).all()
    assert len(cards) == len(LESSONS)
    for card, lesson in zip(cards, LESSONS, strict=True):
        assert card.locator("b").inner_text().split() == [lesson.number, *lesson.title.split()]
        assert card.locator("small").inner_text() == lesson.asks
        assert lesson_of(card.locator("a").get_attribute("href") or "") == lesson.name
        assert len(card.locator("img").get_attribute("alt") or "") > 15
    shown = start.eval_on_selector_all(".ww-part", "all => all.map(one => one.querySelectorAll('li').length)")
    assert shown == [len(part.lessons) for part in PARTS]


def test_it_is_read_in_the_order_of_the_lecture(start: Page):
    found = start.evaluate(ORDER)
    tags = [tag for tag, _ in found]
    found = found[: tags.index("SUMMARY")]  # the guided path comes after the map
    tags = tags[: len(found)]
    assert tags[:2] == ["H2", "A"]
    assert [lesson_of(href) for tag, href in found if tag == "A"][1:] == NAMES
    assert tags.count("H3") == len(PARTS)
    assert start.locator(".ww-start h3").first.inner_text().split() == ["A", *PARTS[0].title.split()]


@pytest.mark.parametrize("place", ["#ww-path-home", "#ww-handout"])
def test_a_place_for_others_takes_no_room_while_empty_and_keeps_what_it_has(start: Page, place: str):
    start.locator(f"{place} button").first.wait_for()
    had = start.locator(place).inner_text()
    start.evaluate("dispatchEvent(new Event('whatwhere:look'))")
    assert start.locator(place).inner_text() == had, "the page is drawn anew, and what others put there stays"
    height = """place => { const node = document.querySelector(place), all = [...node.childNodes];
      node.replaceChildren(); const { offsetHeight } = node; node.append(...all); return offsetHeight }"""
    assert start.evaluate(height, place) == 0


def test_no_serious_violation_of_accessibility(start: Page):
    start.locator(".ww-lecturer summary").click()
    assert audit.serious(start) == []
    start.click("[data-tool=theme]")
    start.wait_for_function("document.body.matches('.dark')")
    assert audit.hard_to_read(start) == []
    start.keyboard.press("p")
    start.wait_for_selector("body.ww-present")
    assert audit.hard_to_read(start) == []
    sizes = start.evaluate(audit.TEXTS)
    assert [one for one in sizes if one[0] < 768 / 45 - 0.2] == []
    assert start.evaluate("document.documentElement.scrollWidth") <= 1366
    start.keyboard.press("Escape")
    start.click("[data-tool=theme]")
    start.locator(".ww-lecturer summary").click()


def test_the_lecturer_finds_all_presenter_links_in_order(start: Page):
    assert start.locator(".ww-lecturer ol").is_hidden(), "the learner's view stays clean"
    start.locator(".ww-lecturer summary").click()
    links = start.locator(".ww-lecturer li a").evaluate_all("all => all.map((one) => one.href)")
    queries = [{key: value[0] for key, value in parse_qs(urlparse(one).query).items()} for one in links]
    told = [{"lesson": name, "present": "1", "predict": predict} for name in NAMES for predict in ("0", "1")]
    assert queries == told
    start.evaluate(
        "Object.defineProperty(navigator, 'clipboard', "
        "{value: {writeText: async (text) => void (window.copied = text)}, configurable: true})"
    )
    start.locator(".ww-lecturer li button").nth(1).click()
    assert start.evaluate("window.copied") == links[1]
    start.locator(".ww-lecturer p button").click()
    whole = start.evaluate("window.copied")
    assert re.findall(r"http\S+", whole) == links[::2]
    assert whole.startswith(f"{LESSONS[0].number} {LESSONS[0].title}\n")
    start.locator(".ww-lecturer summary").click()


def test_a_presenter_link_opens_as_it_says(visit):
    page = visit(f"?lesson={NAMES[1]}&present=1&predict=1", asks=True)
    page.wait_for_selector("body.ww-present.ww-asking")
    page.wait_for_selector(".ww-asked >> visible=true")


def test_cards_back_forward_and_reload(visit):
    page = visit("")
    address = page.url
    last = LESSONS[-1].name
    page.locator(f".ww-card a[href$='lesson={last}']").click()
    at(page, last)
    page.wait_for_function("name => location.search.includes(`lesson=${name}`)", arg=last)
    assert page.locator("#ww-picture-bar").is_visible()
    page.go_back()
    at(page, "start")
    page.wait_for_selector(CARD)
    assert page.url == address
    page.reload()
    page.wait_for_selector(CARD)
    assert page.url == address
    page.go_forward()
    at(page, last)
    page.locator(".ww-wordmark a").click()
    at(page, "start")
    page.wait_for_function("location.search === ''")
    page.go_back()
    at(page, last)
    page.wait_for_selector(f"#ww-tab-{last} .ww-number strong >> visible=true")


def test_a_card_of_a_later_lesson_asks_no_other_one(visit):
    page = visit("")
    asked: list[str] = []
    page.on("request", lambda one: one.url.endswith("/ww/ask") and asked.append(one.post_data_json["lesson"]))
    page.locator(".ww-card a[href$='lesson=segmentation_metrics']").click()
    page.wait_for_selector("#ww-tab-segmentation_metrics .ww-number strong >> visible=true")
    assert set(asked) == {"segmentation_metrics"}
    assert page.evaluate("history.length") == 3, "the empty page, the start, the lesson"


def test_progress_is_remembered_and_leads_on(visit):
    page = visit("", asks=True)
    page.locator(".ww-begin").click()
    page.locator(".ww-choices button >> visible=true").first.click()
    page.wait_for_selector(".ww-way >> visible=true >> text=Try another scene")
    page.locator("#ww-part-start-button").last.click()
    at(page, "start")
    assert page.locator(".ww-begin").inner_text() == f"Go on: {LESSONS[1].number} {LESSONS[1].title} →"
    said = page.locator(".ww-so-far").inner_text()
    assert re.fullmatch(rf"1 of {len(LESSONS)} lessons visited · predictions: [01] of 1 right", said)
    marks = page.locator(".ww-card").evaluate_all("all => all.map((one) => !!one.querySelector('i'))")
    assert marks == [True] + [False] * (len(LESSONS) - 1)
    assert "visited" in page.locator(".ww-card a").first.inner_text()
    page.evaluate("names => localStorage.setItem('ww-visited', JSON.stringify(names))", NAMES)
    page.reload()
    page.wait_for_selector(CARD)
    assert page.locator(".ww-begin").inner_text().startswith("Once more: ")
    for damaged in ("{}", '["\\"]", {"toString": 1}, "no such lesson"]'):
        page.evaluate("text => localStorage.setItem('ww-visited', text)", damaged)
        page.evaluate('localStorage.setItem(\'ww-answers\', \'{"right": "<b>", "asked": 7}\')')
        page.reload()
        page.wait_for_selector(CARD)
        assert page.locator(".ww-begin").inner_text().startswith("Begin: ")
        assert "right" not in page.locator(".ww-so-far").inner_text()


def test_keys_reach_every_card_and_open_it(visit):
    page = visit("")
    page.locator(".ww-begin").focus()
    for lesson in LESSONS:
        page.keyboard.press("Tab")
        assert lesson_of(page.evaluate("document.activeElement.href")) == lesson.name
    outline = page.evaluate("getComputedStyle(document.activeElement.closest('.ww-card')).outlineWidth")
    assert outline == "3px"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    at(page, NAMES[-2])


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_has_the_button_at_once_and_cards_in_columns(visit, width: int):
    page = visit("", width=width, height=844, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert bottom(page, ".ww-begin") < 320
    boxes = [card.bounding_box() for card in page.locator(CARD).all()[:2]]
    assert boxes[0]["width"] >= 135
    assert page.input_value(".ww-menu") == "start"
    assert page.locator(".ww-by-key").is_hidden(), "no key / there"
    page.locator(".ww-card a").nth(2).tap()
    at(page, NAMES[2])
    page.select_option(".ww-menu", "start")
    at(page, "start")
    page.wait_for_selector(CARD)


@pytest.mark.parametrize("width", [1101, 1181, 1250, 1321, 1366, 1441])
def test_tabs_and_tools_of_the_header_do_not_meet(start: Page, width: int):
    start.set_viewport_size({"width": width, "height": 768})
    start.wait_for_timeout(200)
    found = start.evaluate(HEADER)
    meet = [
        (one, two)
        for i, one in enumerate(found)
        for two in found[:i]
        if min(one[1], two[1]) - max(one[0], two[0]) > 1 and min(one[3], two[3]) - max(one[2], two[2]) > 1
    ]
    start.set_viewport_size({"width": 1366, "height": 768})
    assert meet == []


def test_an_unknown_lesson_opens_the_start_page_and_says_so(contexts, url: str):
    with kept(contexts(viewport={"width": 1366, "height": 768}), f"{url}?lesson=nothing") as page:
        page.wait_for_selector(CARD)
        page.wait_for_selector(".ww-said >> text=There is no lesson “nothing”: choose one here.")
        at(page, "start")


def test_presenter_keys_begin_with_it(visit):
    page = visit("?present=1")
    at(page, "start")
    assert page.input_value(".ww-menu") == "start"
    page.keyboard.press("ArrowRight")
    at(page, NAMES[0])
    page.keyboard.press("ArrowLeft")
    at(page, "start")
    assert page.locator(".ww-card small").first.is_hidden()


def test_it_is_printed(start: Page):
    start.emulate_media(media="print")
    assert start.locator(".ww-map").is_visible()
    assert start.locator(".ww-begin").is_hidden()
    start.emulate_media(media="screen")
