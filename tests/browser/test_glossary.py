"""Terms and citations in Chromium: a word opens its entry by mouse, finger and keys, and papers are links."""

from __future__ import annotations

import pytest

from demos.ui import glossary
from tests.browser.kept import resting
from tests.browser.modules import address

GLOSSARY = glossary.read()
READING = ".ww-reading .ww-term >> visible=true"
ENTRY = ".ww-entry"


def test_the_mouse_opens_an_entry_and_leaving_closes_it(tasks):
    term = tasks.locator(READING).first
    term.hover()
    assert not tasks.locator(ENTRY).count(), "it waits a moment"
    tasks.wait_for_selector(f"{ENTRY} .ww-entry-name")
    key = term.get_attribute("data-term")
    says = next(entry.says for entry in GLOSSARY.entries if entry.key == key)
    assert says in tasks.inner_text(ENTRY)
    assert tasks.evaluate("document.activeElement === document.body"), "pointing takes no focus"
    tasks.locator(ENTRY).hover()  # the way from the term to its entry
    tasks.wait_for_timeout(400)
    assert tasks.locator(ENTRY).is_visible()
    tasks.mouse.move(5, 500)
    tasks.wait_for_selector(ENTRY, state="hidden")


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


def test_a_term_in_a_label_explains_and_does_not_press_the_control(tasks):
    term = tasks.locator("#vision_tasks-score .ww-term").first
    term.click()
    tasks.wait_for_selector(ENTRY)
    assert tasks.evaluate("document.activeElement.classList.contains('ww-entry')")
    assert tasks.locator("#vision_tasks-score [data-testid=block-info]").inner_text() == "Score threshold"


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


def test_texts_that_change_keep_their_terms_and_say_the_new(tasks):
    tasks.click("#vision_tasks-numbers-fold button")
    tasks.wait_for_selector("#vision_tasks-numbers .ww-term >> visible=true")
    frame = tasks.locator(".ww-frame >> visible=true").first
    frame.scroll_into_view_if_needed()
    box = resting(frame)
    for part in (0.25, 0.6):
        tasks.mouse.click(box["x"] + box["width"] * part, box["y"] + box["height"] * 0.75)
        near = "|".join(
            str(int(256 * part) + by) for by in range(-3, 4)
        )  # a panel has fewer pixels than the picture
        tasks.wait_for_selector(f"#vision_tasks-numbers >> text=/Pixel \\(({near}), 19/")
        tasks.wait_for_selector("#vision_tasks-numbers .ww-term")
    before = tasks.inner_text(".ww-reading")
    tasks.locator("#vision_tasks-score input[type=range]").press("Home")
    tasks.wait_for_function(
        "before => document.querySelector('.ww-reading').innerText !== before", arg=before
    )
    said = "true objects have a box: right class, IoU ≥ ½"
    assert tasks.locator(".ww-reading .ww-meaning").inner_text() == said


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


def test_terms_move_nothing(tasks):
    """A term is as wide and as high as the text was, whenever it is marked."""
    tasks.wait_for_selector("#vision_tasks-score .ww-term")
    measured = """() => [...document.querySelectorAll(".ww-term")].filter(one => {
        const [own, around] = [getComputedStyle(one), getComputedStyle(one.parentElement)];
        const flat = ["padding", "margin", "borderWidth"].every(name => own[name] === "0px");
        return !flat || own.display !== "inline" || own.font !== around.font;
      }).map(one => one.textContent)"""
    assert tasks.evaluate(measured) == []


def test_a_text_is_split_in_no_time_and_stays_text(tasks):
    run = """async ([terms, markup]) => {
      const [{ terms: split }, { render }] = await Promise.all([import(terms), import(markup)]);
      const node = document.createElement("p");
      render(split("<img src=x onerror=alert(1)> An anchor & <b>an IoU</b> (He et al. 2017)"), node);
      const text = "The mask head gives each RoI masks by a sigmoid; the IoU with the truth is 0.8. ".repeat(3);
      const start = performance.now();
      for (let i = 0; i < 10000; i++) split(text);
      return [node.textContent, node.querySelectorAll("img, b").length, node.querySelectorAll(".ww-term").length,
        (performance.now() - start) / 10000] }"""
    text, parsed, marked, took = tasks.evaluate(run, [address("draw/terms.js"), address("draw/markup.js")])
    assert text == "<img src=x onerror=alert(1)> An anchor & <b>an IoU</b> (He et al. 2017)"
    assert (parsed, marked) == (0, 2)
    assert took < 0.2, f"{took} ms a text that is drawn again"
