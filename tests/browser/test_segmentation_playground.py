"""The playground in Chromium: networks learn while one watches; two visitors; mouse, touch, keyboard, phone, dark.

The server trains on few scenes here, so that no test waits for their rendering; all else is as it is served.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, BrowserContext, Page

from lecture_models.studies import small_scenes
from tests.browser import audit
from tests.browser.kept import FORGET, PATIENCE, kept, watch

LANES = "document.querySelector('.ww-playLanes').playLanes"
START = "#segmentation_playground-train-start"
STOP = "#segmentation_playground-train-stop"
LINE = "#segmentation_playground-train-progress .ww-progress"
SHORT = "&depth=1&skips=sum&upsampler=nearest&seconds=10"


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Sixteen scenes of each set."""
    patch = pytest.MonkeyPatch()
    patch.setattr(small_scenes, "TRAINING", small_scenes.CHUNK)
    patch.setattr(small_scenes, "HELD_OUT", small_scenes.CHUNK)
    list(small_scenes.sets())
    yield
    patch.undo()


def drawn(page: Page) -> Page:
    page.wait_for_selector(".play-top figure:nth-child(4) img")
    page.wait_for_function(f"document.querySelector('{START}').textContent.trim() !== 'Train'")
    return page


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson, opened once; whatever goes wrong in it fails the last test."""
    query = f"?predict=0&lesson=segmentation_playground{SHORT}"
    with kept(browser, url + query, has_touch=True) as page:
        yield drawn(page)


def step(page: Page, lane: str = "A") -> int:
    """Steps that a run has done, as the page shows it."""
    told = page.locator(
        f".play-top figure:nth-child({3 if lane == 'A' else 4}) figcaption small"
    ).inner_text()
    return int(told.removeprefix("step ")) if told.startswith("step") else -1


def wait_for(page: Page, least: int, lane: str = "A") -> None:
    until = time.monotonic() + 60
    while step(page, lane) < least:
        assert time.monotonic() < until, f"run {lane} is at step {step(page, lane)}"
        page.wait_for_timeout(100)


def stop(page: Page) -> int:
    """Stop, and the step at which it stands then."""
    page.click(STOP)
    page.wait_for_function(f"document.querySelector('{LINE}').dataset.state === 'stopped'")
    page.wait_for_timeout(1500)
    return step(page)


# ---- before a training -------------------------------------------------------------------------------
def test_nothing_is_empty_before_a_training(opened: Page):
    assert opened.locator(".play-top figure").count() == 4
    assert opened.locator(".play-idle").count() == 2
    assert step(opened) == step(opened, "B") == -1
    opened.wait_for_selector(".play-curve svg >> nth=1")
    assert opened.locator(START).inner_text() == "Train A"
    assert "Press Train" in opened.locator(".play-top").inner_text()


def test_the_network_is_shown_level_by_level(opened: Page):
    texts = opened.locator(".play-levels b").all_inner_texts()
    assert texts == ["8 × 64 × 64", "8 × 64 × 64", "16 × 32 × 32"]
    opened.locator("#segmentation_playground-depth input[value='2']").check()
    opened.wait_for_function("document.querySelectorAll('.play-levels li').length === 3")
    opened.locator("#segmentation_playground-depth input[value='1']").check()
    opened.wait_for_function("document.querySelectorAll('.play-levels li').length === 2")


def test_a_pixel_is_read_by_mouse_keys_and_finger(opened: Page):
    frame = opened.locator(".play-top .ww-frame").nth(1)
    box = frame.bounding_box()
    assert box is not None
    opened.mouse.move(box["x"] + box["width"] * 10.5 / 64, box["y"] + box["height"] * 3.5 / 64)
    said = opened.locator(".play-read")
    assert said.inner_text().startswith("Row 3, column 10 · truth sky · A says ")
    assert opened.locator(".play-top .ww-cross").count() == 4
    opened.mouse.move(5, 5)
    assert "Point at a pixel" in said.inner_text()
    opened.locator(".play-top").focus()
    opened.keyboard.press("ArrowRight")
    assert said.inner_text().startswith("Row 32, column 33 ·")
    opened.touchscreen.tap(box["x"] + box["width"] * 20.5 / 64, box["y"] + box["height"] * 30.5 / 64)
    assert said.inner_text().startswith("Row 30, column 20 ·")


# ---- a training --------------------------------------------------------------------------------------
def test_it_learns_stops_and_goes_on_on_the_same_curve(opened: Page):
    before = opened.locator(".play-top figure:nth-child(3) img").get_attribute("src")
    opened.click(START)
    wait_for(opened, 20)
    assert opened.locator(".play-top figure:nth-child(3) img").get_attribute("src") != before
    at = stop(opened)
    curve = opened.evaluate(f"{LANES}.lane('A').losses")
    assert len(curve) == at // 10 + 1
    assert opened.locator(START).inner_text() == "Go on with A"
    opened.click(START)
    wait_for(opened, at + 10)
    stop(opened)
    longer = opened.evaluate(f"{LANES}.lane('A')")
    assert longer["losses"][: len(curve)] == curve
    assert longer["steps"] == list(range(0, longer["step"] + 1, 10))
    assert "seed 0" in opened.locator(".play-top figure:nth-child(3)").inner_text()


def test_the_other_run_is_trained_beside_it_and_both_stay(opened: Page):
    first = step(opened)
    opened.locator("#segmentation_playground-loss input[value=dice]").check()
    opened.locator("#segmentation_playground-lane input[value=B]").check()
    opened.wait_for_function(f"document.querySelector('{START}').textContent === 'Train B'")
    opened.click(START)
    wait_for(opened, 10, "B")
    stop(opened)
    assert step(opened) == first
    assert "dice" in opened.locator(".play-top figure:nth-child(4)").inner_text()
    opened.wait_for_function(
        "document.querySelectorAll('.play-curve')[1].querySelectorAll('[stroke*=play-b]').length"
    )
    assert opened.locator(".play-classes dd").first.locator("b").count() == 2
    assert opened.locator(".play-verdict").inner_text().startswith("At step ")


def test_a_runs_design_can_be_chosen_again(opened: Page):
    design, B = "#segmentation_playground-loss input", ".play-top figure:nth-child(4)"
    assert opened.locator(f"{B} .play-take").count() == 0, "what the widgets show is B's design"
    opened.click(".play-top figure:nth-child(3) .play-take")
    opened.wait_for_function(f"document.querySelector('{START}').textContent === 'Go on with A'")
    assert opened.locator(f"{design}:checked").get_attribute("value") == "cross-entropy"
    opened.click(f"{B} .play-take")
    opened.wait_for_function(f"document.querySelector('{START}').textContent === 'Go on with B'")
    assert opened.locator(f"{design}:checked").get_attribute("value") == "dice"


def test_runs_survive_another_lesson_and_a_reload(opened: Page):
    both = step(opened), step(opened, "B")
    opened.click("#ww-tab-upsampling-button >> visible=true")
    opened.wait_for_selector("#ww-tab-upsampling .ww-number strong >> visible=true")
    opened.click("#ww-tab-segmentation_playground-button >> visible=true")
    opened.wait_for_selector(".play-top >> visible=true")
    assert (step(opened), step(opened, "B")) == both
    assert "lane=B" in opened.url
    assert "step" not in opened.url
    opened.reload()
    drawn(opened)
    assert (step(opened), step(opened, "B")) == both


def test_what_the_server_has_no_more_begins_anew_and_says_so(opened: Page):
    """After a reload the page has another name, as after a kill of the server."""
    opened.click(START)
    opened.wait_for_function("document.querySelector('.play-top').textContent.includes('it began anew')")
    stop(opened)


# ---- two visitors ------------------------------------------------------------------------------------
def visitor(browser: Browser, url: str, query: str) -> tuple[BrowserContext, Page, list[str]]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.add_init_script(FORGET)
    page.set_default_timeout(PATIENCE)
    wrong = watch(page, url)
    page.goto(f"{url}?predict=0&lesson={query}")
    return context, page, wrong


def test_a_second_visitor_sees_its_place_and_gets_its_turn_while_others_are_answered(
    opened: Page, browser: Browser, url: str
):
    more = [visitor(browser, url, f"segmentation_playground{SHORT}&seed={seed}") for seed in (1, 2)]
    more.append(visitor(browser, url, "upsampling"))
    (_, second, _), (_, third, _), (_, other, _) = more
    for page in (second, third):
        drawn(page)
    other.wait_for_selector("#upsampling-reading .ww-number strong")
    opened.locator("#segmentation_playground-lane input[value=A]").check()
    opened.wait_for_function(f"document.querySelector('{START}').textContent.endsWith('A')")
    opened.click(START)
    opened.wait_for_function(f"document.querySelector('{LINE}').textContent.includes('step')")
    second.click(START)
    second.wait_for_function(f"document.querySelector('{LINE}').textContent === 'Waiting: 1 before you…'")
    third.click(START)
    third.wait_for_function(f"document.querySelector('{LINE}').textContent === 'Waiting: 2 before you…'")
    number = other.locator("#upsampling-reading .ww-number strong").inner_text()
    other.locator("#upsampling-stride input[type=number]").fill("3")
    other.keyboard.press("Enter")
    other.wait_for_function(
        f"document.querySelector('#upsampling-reading strong').textContent !== '{number}'"
    )
    stop(opened)
    third.wait_for_function(f"document.querySelector('{LINE}').textContent === 'Waiting: 1 before you…'")
    wait_for(second, 10)
    assert step(third) == -1
    stop(second)
    wait_for(third, 10)
    stop(third)
    assert second.evaluate(f"{LANES}.lane('A').losses[1]") != third.evaluate(f"{LANES}.lane('A').losses[1]")
    for context, _, wrong in more:
        context.close()
        assert wrong == []


# ---- other screens -----------------------------------------------------------------------------------
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_read(opened: Page, theme: str):
    if (opened.locator("body.dark").count() == 1) != (theme == "dark"):
        opened.click("[data-tool=theme]")
    opened.wait_for_timeout(300)
    assert audit.hard_to_read(opened) == []


def test_on_a_phone_nothing_is_cut(opened: Page):
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.wait_for_timeout(500)
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    wide = """[...document.querySelectorAll('#ww-tab-segmentation_playground :is(.play-top *, .play-below *, .wrap)')]
      .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > 391).length"""
    assert opened.evaluate(wide) == 0
    opened.locator(START).tap()
    opened.wait_for_function(f"document.querySelector('{LINE}').dataset.state === 'running'")
    opened.locator(STOP).tap()
    opened.wait_for_function(f"document.querySelector('{LINE}').dataset.state === 'stopped'")
