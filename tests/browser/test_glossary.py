"""Terms and citations in Chromium: a word opens its entry by mouse, finger and keys, and papers are links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import demos
from demos.ui import glossary
from tests.browser.modules import address
from tests.ui.test_glossary import unexplained

GLOSSARY = glossary.read()
LESSONS = {lesson.name: lesson for part in demos.SYLLABUS for lesson in part.lessons}
READING = ".ww-reading .ww-term >> visible=true"
ENTRY = ".ww-entry"


@pytest.fixture(params=LESSONS, scope="module")
def opened(request: Any, browser, url: str) -> Iterator[Any]:
    """A lesson with all folds open and its words listed: (lesson, page)."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(90_000)  # torch comes with the first answer
    page.goto(f"{url}?lesson={request.param}")
    page.wait_for_selector(".ww-number strong >> visible=true")
    for fold in page.locator(".ww-fold > button >> visible=true").all():
        fold.click()
    page.wait_for_selector(".ww-words dt >> visible=true")
    page.wait_for_selector(".ww-theory .ww-term >> visible=true")
    page.wait_for_timeout(500)  # labels and numbers, too
    yield LESSONS[request.param], page
    page.close()


def test_the_point_the_labels_and_the_theory_have_terms(opened):
    lesson, page = opened
    found = page.eval_on_selector_all(
        f"#ww-tab-{lesson.name} :is(.ww-point, .ww-theory) .ww-term",
        "all => all.map(one => one.dataset.term)",
    )
    assert set(GLOSSARY.found(lesson.point)) <= set(found)
    missing = set(GLOSSARY.found(re.sub(r"\$.+?\$", " ", lesson.theory, flags=re.DOTALL))) - set(found)
    assert not missing


def test_a_term_stands_at_its_first_place_of_a_block_and_never_in_a_control(opened):
    lesson, page = opened
    inside = f"#ww-tab-{lesson.name} :is(button, input, select, svg, code, pre, a, .katex) .ww-term"
    assert page.locator(inside).count() == 0
    twice = """name => [...document.querySelectorAll(`#ww-tab-${name} :is(p, table, .ww-reading, .ww-point)`)]
      .map(block => [...block.querySelectorAll(".ww-term")].map(one => one.dataset.term))
      .filter(keys => new Set(keys).size < keys.length)"""
    assert page.evaluate(twice, lesson.name) == []
    keys = page.eval_on_selector_all(".ww-term", "all => all.map(one => one.dataset.term)")
    assert set(keys) <= {entry.key for entry in GLOSSARY.entries}


def test_no_text_of_the_lesson_has_a_word_without_an_entry(opened):
    lesson, page = opened
    texts = """name => { const found = [], tab = document.getElementById(`ww-tab-${name}`);
      const all = document.createTreeWalker(tab, NodeFilter.SHOW_TEXT);
      const never = "code, pre, .katex, style, script, .ww-term, .ww-paper, button, svg, input, " +
        ".ww-formula, [aria-hidden=true]";
      while (all.nextNode())
        if (!all.currentNode.parentElement.closest(never)) found.push(all.currentNode.data);
      return found }"""
    left = {text: unexplained(text) for text in page.evaluate(texts, lesson.name)}
    assert {text: words for text, words in left.items() if words} == {}


def test_citations_are_links_to_their_papers(opened):
    lesson, page = opened
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


def test_the_words_of_the_lesson_are_listed(opened):
    lesson, page = opened
    said = page.locator(f"#{lesson.name}-words").inner_text()
    told = {entry.key: entry for entry in GLOSSARY.entries}
    keys = GLOSSARY.found(f"{lesson.point}\n{lesson.theory}")
    assert keys
    assert [key for key in keys if told[key].says not in said] == []
    names = page.locator(f"#{lesson.name}-words dt").all_inner_texts()
    assert names == sorted(names, key=str.lower)


def test_the_mouse_opens_an_entry_and_leaving_closes_it(visit):
    page = visit("?predict=0&lesson=vision_tasks")
    term = page.locator(READING).first
    term.hover()
    assert not page.locator(ENTRY).count(), "it waits a moment"
    page.wait_for_selector(f"{ENTRY} .ww-entry-name")
    key = term.get_attribute("data-term")
    says = next(entry.says for entry in GLOSSARY.entries if entry.key == key)
    assert says in page.inner_text(ENTRY)
    assert page.evaluate("document.activeElement === document.body"), "pointing takes no focus"
    page.locator(ENTRY).hover()  # the way from the term to its entry
    page.wait_for_timeout(400)
    assert page.locator(ENTRY).is_visible()
    page.mouse.move(5, 500)
    page.wait_for_selector(ENTRY, state="hidden")


def test_keys_open_an_entry_and_focus_returns(visit):
    page = visit("?predict=0&lesson=vision_tasks&present=1")
    term = page.locator(READING).first
    term.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{ENTRY}[role=dialog]")
    assert page.evaluate("document.activeElement.classList.contains('ww-entry')")
    assert term.get_attribute("aria-expanded") == "true"
    name = page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-labelledby')).innerText"
    )
    assert name
    page.keyboard.press("Escape")
    page.wait_for_selector(ENTRY, state="hidden")
    assert page.evaluate("document.activeElement.dataset.term") == term.get_attribute("data-term")
    assert term.get_attribute("aria-expanded") == "false"
    assert page.locator("body.ww-present").count() == 1, "Escape has closed one thing"
    page.keyboard.press(" ")
    page.wait_for_selector(ENTRY)
    for _ in range(8):
        page.keyboard.press("Tab")  # past the end of the entry: on from the term
    page.wait_for_selector(ENTRY, state="hidden")


def test_the_tab_key_stops_once_a_block_and_arrow_keys_go_on(visit):
    page = visit("?predict=0&lesson=mask_head")
    point = page.locator(".ww-point >> visible=true")
    stops = [one.get_attribute("tabindex") for one in point.locator(".ww-term").all()]
    assert len(stops) > 1
    assert stops == ["0", *["-1"] * (len(stops) - 1)]
    point.locator(".ww-term").first.focus()
    page.keyboard.press("ArrowRight")
    assert (
        page.evaluate("document.activeElement.textContent") == point.locator(".ww-term").nth(1).inner_text()
    )
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")  # there is none before the first
    assert page.evaluate("document.activeElement.textContent") == point.locator(".ww-term").first.inner_text()


def test_a_press_opens_one_entry_that_stays_until_something_else_is_pressed(visit):
    page = visit("?lesson=mask_head")
    page.locator(".ww-point .ww-term >> visible=true").first.click()
    page.wait_for_selector(ENTRY)
    page.mouse.move(5, 700)
    page.wait_for_timeout(500)
    assert page.locator(ENTRY).is_visible()
    first = page.inner_text(f"{ENTRY} .ww-entry-name")
    page.locator(f"{ENTRY} .ww-term").first.click()  # a term of the sentence
    page.wait_for_function(
        "before => document.querySelector('.ww-entry-name').innerText !== before", arg=first
    )
    assert page.locator(ENTRY).count() == 1
    link = page.locator(f"{ENTRY} .ww-from a")
    assert link.get_attribute("rel") == "noopener"
    page.mouse.click(5, 700)
    page.wait_for_selector(ENTRY, state="hidden")


def test_a_term_in_a_label_explains_and_does_not_press_the_control(visit):
    page = visit("?predict=0&lesson=vision_tasks")
    term = page.locator("#vision_tasks-score .ww-term").first
    term.click()
    page.wait_for_selector(ENTRY)
    assert page.evaluate("document.activeElement.classList.contains('ww-entry')")
    assert page.locator("#vision_tasks-score [data-testid=block-info]").inner_text() == "Score threshold"


@pytest.mark.parametrize("lesson", ["roi_features", "rcnn_family"])
def test_an_entry_fits_a_phone(visit, lesson: str):
    page = visit(f"?lesson={lesson}", width=390, height=844, has_touch=True, is_mobile=True)
    page.wait_for_selector(READING)
    for term in page.locator(f"#ww-tab-{lesson} .ww-term >> visible=true").all()[:6]:
        term.tap()
        page.wait_for_selector(f"{ENTRY} .ww-entry-name")
        box = page.locator(ENTRY).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
        page.touchscreen.tap(3, 422)  # the page's rim
        page.wait_for_selector(ENTRY, state="hidden")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_texts_that_change_keep_their_terms_and_say_the_new(visit):
    page = visit("?predict=0&lesson=vision_tasks&pixel=100,100")
    page.click("#vision_tasks-numbers-fold button")
    page.wait_for_selector("#vision_tasks-numbers .ww-term >> visible=true")
    box = page.locator(".ww-frame >> visible=true").first.bounding_box()
    for part in (0.25, 0.6):
        page.mouse.click(box["x"] + box["width"] * part, box["y"] + box["height"] * 0.75)
        x = int(256 * part)
        page.wait_for_selector(f"#vision_tasks-numbers >> text=/Pixel \\({x - 1}|{x}|{x + 1}, 19/")
        page.wait_for_selector("#vision_tasks-numbers .ww-term")
    before = page.inner_text(".ww-reading")
    page.locator("#vision_tasks-score input[type=range]").press("Home")
    page.wait_for_function("before => document.querySelector('.ww-reading').innerText !== before", arg=before)
    assert (
        page.locator(".ww-reading .ww-meaning").inner_text() == "of the pixels: panoptic map and truth agree"
    )


def test_a_glossary_that_cannot_be_had_says_so_and_is_tried_again(browser, url: str):
    page = browser.new_page()
    page.route("**/glossary.json", lambda route: route.abort())
    page.goto(f"{url}?predict=0&lesson=vision_tasks")
    term = page.locator(READING).first
    term.click()
    page.wait_for_selector(f"{ENTRY} [role=alert]")
    page.keyboard.press("Escape")
    page.unroute("**/glossary.json")
    term.click()
    page.wait_for_selector(f"{ENTRY} .ww-entry-name")
    page.close()


def test_terms_move_nothing(visit):
    """A term is as wide and as high as the text was, whenever it is marked."""
    page = visit("?predict=0&lesson=vision_tasks")
    page.wait_for_selector("#vision_tasks-score .ww-term")
    measured = """() => [...document.querySelectorAll(".ww-term")].filter(one => {
        const [own, around] = [getComputedStyle(one), getComputedStyle(one.parentElement)];
        const flat = ["padding", "margin", "borderWidth"].every(name => own[name] === "0px");
        return !flat || own.display !== "inline" || own.font !== around.font;
      }).map(one => one.textContent)"""
    assert page.evaluate(measured) == []


def test_a_text_is_split_in_no_time_and_stays_text(visit):
    page = visit("?predict=0&lesson=vision_tasks")
    run = """async ([terms, markup]) => {
      const [{ terms: split }, { render }] = await Promise.all([import(terms), import(markup)]);
      const node = document.createElement("p");
      render(split("<img src=x onerror=alert(1)> An anchor & <b>an IoU</b> (He et al. 2017)"), node);
      const text = "The mask head gives each RoI masks by a sigmoid; the IoU with the truth is 0.8. ".repeat(3);
      const start = performance.now();
      for (let i = 0; i < 10000; i++) split(text);
      return [node.textContent, node.querySelectorAll("img, b").length, node.querySelectorAll(".ww-term").length,
        (performance.now() - start) / 10000] }"""
    text, parsed, marked, took = page.evaluate(run, [address("draw/terms.js"), address("draw/markup.js")])
    assert text == "<img src=x onerror=alert(1)> An anchor & <b>an IoU</b> (He et al. 2017)"
    assert (parsed, marked) == (0, 2)
    assert took < 0.2, f"{took} ms a text that is drawn again"
