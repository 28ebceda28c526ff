"""What holds for each lesson on a projector and in a frame: two pages a lesson, opened once and shared by all tests.

The tests of a page follow each other as they stand here; each sets the size and the mode that it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import Page

import demos
from demos.ui import glossary
from demos.ui.lesson import Lesson
from tests.browser import audit, paper
from tests.browser.kept import kept
from tests.ui.test_glossary import unexplained

GLOSSARY = glossary.read()
LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
PROJECTOR, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PICTURE = ":is(.ww-panel, .ww-board) img"
NUMBER = ".ww-number strong >> visible=true >> text=/^[^…]/"
WAY = ".ww-way >> visible=true"
SMALLEST = 45  # while presenting, text is at least one part in so many of the screen's height


def warm(url: str, lesson: Lesson) -> None:
    """Let the server answer once: what it imports first of all is not the page's doing."""
    httpx.post(
        f"{url}ww/ask",
        json={"lesson": lesson.name, "settings": {}, "have": [], "visitor": "warm"},
        timeout=120,
    )


class Opened(NamedTuple):
    """A lesson and its page."""

    lesson: Lesson
    page: Page

    def at(self, width: int, height: int, present: bool = False) -> Page:
        """The page in a size and a mode."""
        self.page.set_viewport_size({"width": width, "height": height})
        if self.page.locator("body.ww-present").count() != present:
            self.page.keyboard.press("p")
        self.page.wait_for_timeout(300)
        return self.page

    def box(self, selector: str) -> dict[str, float]:
        """Where the first of what is in sight lies, once its script has drawn."""
        self.page.locator(".ww-board[data-waiting] >> visible=true").first.wait_for(state="hidden")
        found = self.page.locator(f"{selector} >> visible=true").first.bounding_box()
        assert found is not None
        return dict(found)


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.name, scope="module")
def desk(request: Any, contexts, url: str) -> Iterator[Opened]:
    """A lesson that asks its question, on a projector."""
    warm(url, request.param)
    with kept(contexts(viewport=PROJECTOR), f"{url}?lesson={request.param.name}&__theme=light") as page:
        page.wait_for_selector(NUMBER)
        yield Opened(request.param, page)


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.name, scope="module")
def phone(request: Any, contexts, url: str) -> Iterator[Opened]:
    """A lesson that asks its question, on a phone."""
    with kept(contexts(viewport=PHONE), f"{url}?lesson={request.param.name}") as page:
        page.wait_for_selector(NUMBER)
        yield Opened(request.param, page)


def test_nothing_jumps_while_a_lesson_comes(desk: Opened):
    desk.page.wait_for_timeout(1500)
    assert desk.page.evaluate(audit.SHIFT) <= 0.05


@pytest.mark.parametrize("present", [False, True], ids=["page", "presenting"])
def test_picture_control_and_reading_fit_a_projector(desk: Opened, present: bool):
    desk.at(1366, 768, present)
    for selector in (PICTURE, ".ww-right :is(input, select, textarea)", ".ww-number"):
        box = desk.box(selector)
        assert box["y"] >= 0, selector
        assert box["y"] + box["height"] <= 768, selector
        assert box["x"] + box["width"] <= 1366, selector


def test_every_text_can_be_read_from_the_back_row(desk: Opened):
    for width, height in ((1366, 768), (2560, 1440)):
        page = desk.at(width, height, present=True)
        texts = page.evaluate(audit.TEXTS)
        assert len(texts) > 8
        assert [one for one in texts if one[0] < height / SMALLEST - 0.2] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pictures_are_large_enough_in_a_frame_of_another_site(desk: Opened):
    page = desk.at(900, 600)
    page.locator(f"{WAY} >> text=Just show me").click()
    picture = desk.box(PICTURE)
    assert picture["width"] >= 150
    assert picture["y"] <= 480  # under two rows of header, point, question and, in A2, the choice of a view


def test_a_lesson_is_printed_on_one_or_two_sheets(desk: Opened):
    page = desk.at(1366, 768)
    paper.prepared(page, desk.lesson.name)
    sheets = paper.count(page.pdf(prefer_css_page_size=True, print_background=True))
    assert sheets in (1, 2)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(300)
    found = page.evaluate(paper.SHOWN)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(found["theory"]) > 1000
    assert "scene:42" in found["settings"]
    assert f"lesson={desk.lesson.name}" in found["link"]
    assert found["pictures"]
    assert not found["acting"]


def test_no_serious_violation_of_accessibility(desk: Opened):
    """All rules in light with the folds open, then colours in the dark, and there while presenting."""
    page = desk.at(1366, 768)
    for fold in page.locator(".ww-fold > button >> visible=true").all():
        fold.click()
    page.wait_for_timeout(800)
    assert audit.serious(page) == []
    page.click("[data-tool=theme]")
    page.wait_for_function("document.body.matches('.dark')")
    assert audit.hard_to_read(page) == []
    desk.at(1366, 768, present=True)
    assert audit.hard_to_read(page) == []


def test_the_point_the_labels_and_the_theory_have_terms(desk: Opened):
    lesson, page = desk
    page.wait_for_selector(".ww-words dt >> visible=true")  # the folds are open
    found = page.eval_on_selector_all(
        f"#ww-tab-{lesson.name} :is(.ww-point, .ww-theory) .ww-term",
        "all => all.map(one => one.dataset.term)",
    )
    assert set(GLOSSARY.found(lesson.point)) <= set(found)
    missing = set(GLOSSARY.found(re.sub(r"\$.+?\$", " ", lesson.theory, flags=re.DOTALL))) - set(found)
    assert not missing


def test_a_term_stands_at_its_first_place_of_a_block_and_never_in_a_control(desk: Opened):
    lesson, page = desk
    inside = f"#ww-tab-{lesson.name} :is(button, input, select, svg, code, pre, a, .katex) .ww-term"
    assert page.locator(inside).count() == 0
    twice = """name => [...document.querySelectorAll(`#ww-tab-${name} :is(p, table, .ww-reading, .ww-point)`)]
      .map(block => [...block.querySelectorAll(".ww-term")].map(one => one.dataset.term))
      .filter(keys => new Set(keys).size < keys.length)"""
    assert page.evaluate(twice, lesson.name) == []
    keys = page.eval_on_selector_all(".ww-term", "all => all.map(one => one.dataset.term)")
    assert set(keys) <= {entry.key for entry in GLOSSARY.entries}


def test_no_text_of_the_lesson_has_a_word_without_an_entry(desk: Opened):
    lesson, page = desk
    texts = """name => { const found = [], tab = document.getElementById(`ww-tab-${name}`);
      const all = document.createTreeWalker(tab, NodeFilter.SHOW_TEXT);
      const never = "code, pre, .katex, style, script, .ww-term, .ww-paper, button, svg, input, " +
        ".ww-formula, [aria-hidden=true]";
      while (all.nextNode())
        if (!all.currentNode.parentElement.closest(never)) found.push(all.currentNode.data);
      return found }"""
    left = {text: unexplained(text) for text in page.evaluate(texts, lesson.name)}
    assert {text: words for text, words in left.items() if words} == {}


def test_citations_are_links_to_their_papers(desk: Opened):
    lesson, page = desk
    links = page.eval_on_selector_all(
        f"#ww-tab-{lesson.name} .ww-paper",
        "all => all.map(one => [one.textContent.replace(/\\s+/g, ' '), one.href, one.target, one.rel])",
    )
    assert all(target == "_blank" and rel == "noopener" for _, _, target, rel in links)
    there = {(text, href) for text, href, *_ in links}
    theory = re.sub(r"\s+", " ", lesson.theory)
    assert {(text, href) for text, href in GLOSSARY.links.items() if text in theory} <= there
    captions = page.locator(f"#ww-tab-{lesson.name} [data-source=paper] caption")
    assert all(caption.locator(".ww-paper").count() for caption in captions.all())


def test_the_words_of_the_lesson_are_listed(desk: Opened):
    lesson, page = desk
    said = page.locator(f"#{lesson.name}-words").inner_text()
    told = {entry.key: entry for entry in GLOSSARY.entries}
    keys = GLOSSARY.found(f"{lesson.point}\n{lesson.theory}")
    assert keys
    assert [key for key in keys if told[key].says not in said] == []
    names = page.locator(f"#{lesson.name}-words dt").all_inner_texts()
    assert names == sorted(names, key=str.lower)


def test_a_copied_link_opens_the_same(desk: Opened):
    page = desk.at(1366, 768)
    with page.expect_response("**/ww/ask"):
        page.click("#ww-next")
    page.wait_for_function("location.search.includes('picture=scene:')")
    page.locator(NUMBER).wait_for()
    number = page.locator(NUMBER).inner_text()
    page.click("[data-tool=link]")
    link = page.url
    page.goto(link)
    page.locator(NUMBER).wait_for()
    assert page.locator(NUMBER).inner_text() == number
    page.click("[data-tool=link]")
    page.wait_for_timeout(300)
    assert page.url == link


def test_nothing_is_cut_on_a_phone_and_the_number_stays_in_sight(phone: Opened):
    page = phone.page
    page.wait_for_timeout(1500)
    assert page.evaluate(audit.SHIFT) <= 0.05
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.box(PICTURE)["width"] >= 120
    number = phone.box(".ww-number strong")
    assert number["y"] + number["height"] <= 844
    phone.at(320, 700)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
