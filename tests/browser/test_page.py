"""The page in Chromium: what a visitor sees and does, on a projector, a laptop and a phone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import PIL.Image
import pytest

import demos
from tests.browser.kept import asked, resting

LESSONS = [lesson.name for part in demos.SYLLABUS for lesson in part.lessons]
PICTURE = ":is(.ww-panel, .ww-board) img"


def box_of(page, selector: str):
    return page.locator(f"{selector} >> visible=true").first.bounding_box()


def test_every_tab_opens_with_a_picture(visit):
    page = visit()
    for lesson in LESSONS:
        part = next(p for p in demos.SYLLABUS if any(one.name == lesson for one in p.lessons))
        page.locator(f"#ww-part-{part.letter}-button").last.click()
        page.locator(f"#ww-tab-{lesson}-button").last.click()
        page.wait_for_selector(f"#ww-tab-{lesson} {PICTURE} >> visible=true")
        page.wait_for_selector(f"#ww-tab-{lesson} .ww-number strong >> visible=true")


def test_another_scene_reaches_every_lesson(tasks):
    first = tasks.locator(".ww-frame img").first.get_attribute("src")
    tasks.click("#ww-next")
    tasks.wait_for_function("src => document.querySelector('.ww-frame img').src !== src", arg=first)
    assert tasks.input_value("#ww-seed input") == "43"
    tasks.click("#ww-previous")
    tasks.wait_for_function("src => document.querySelector('.ww-frame img').src === src", arg=first)


def test_hover_reads_every_panel_without_a_request(tasks):
    box = box_of(tasks, ".ww-frame")
    with asked(tasks) as sent:
        for step in range(30):
            tasks.mouse.move(box["x"] + 5 + 4 * step, box["y"] + 5 + 3 * step)
        tasks.wait_for_function(
            "[...document.querySelectorAll('.ww-knows b')].filter(n => n.textContent.trim()).length >= 6"
        )
    assert sent == []
    paths = tasks.eval_on_selector_all(".ww-cross", "all => all.map(one => one.getAttribute('d'))")
    assert len(set(paths)) == 1, "the crosshair is the same in all panels"


def test_a_slider_leaves_the_panels_alone_that_it_does_not_change(tasks):
    first = tasks.locator(".ww-panel").first.element_handle()
    drawn = [panel.inner_html() for panel in tasks.query_selector_all(".ww-panel")]
    tasks.locator("#vision_tasks-score input[type=number]").fill("0.05")
    tasks.keyboard.press("Tab")
    tasks.locator("#vision_tasks-score input[type=range]").dispatch_event("pointerup")
    tasks.wait_for_function(
        "drawn => [...document.querySelectorAll('.ww-panel')].some((node, i) => node.innerHTML !== drawn[i])",
        arg=drawn,
    )
    assert first.evaluate("node => node.isConnected && node === document.querySelector('.ww-panel')")
    box = box_of(tasks, ".ww-frame")
    with asked(tasks) as sent:
        with tasks.expect_response("**/ww/ask"):
            tasks.mouse.click(box["x"] + 20, box["y"] + 20)
        tasks.wait_for_timeout(500)
    assert len(sent) == 1, "the panel listens once, although it was kept"


def test_click_chooses_a_pixel_and_its_numbers(tasks):
    box = box_of(tasks, ".ww-frame")
    tasks.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    tasks.click("#vision_tasks-numbers-fold button")
    tasks.wait_for_selector("text=/Pixel \\(6[2-6], 19[0-4]\\)/ >> visible=true")


def test_keyboard_moves_the_pixel(visit):
    page = visit("?lesson=vision_tasks&pixel=100,100")
    page.locator(".ww-pointing[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_function(
        "document.querySelector('.ww-stage output').textContent.startsWith('pixel 101, 110')"
    )
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelector('.ww-ring').getAttribute('rx') === '0'")


def test_touch_chooses_a_pixel(visit):
    page = visit("?lesson=vision_tasks", width=390, height=844, has_touch=True, is_mobile=True)
    box = box_of(page, ".ww-frame")
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("document.querySelector('.ww-ring').getAttribute('rx') > '0'")


def test_permalink_restores_everything(visit):
    page = visit("?lesson=vision_tasks&picture=scene:7?things%3D6&score=0.72&pixel=40,50")
    page.wait_for_selector(".ww-number strong")
    number = page.inner_text(".ww-number strong")
    assert page.input_value("#vision_tasks-score input[type=number]") == "0.72"
    assert page.input_value("#ww-seed input") == "7"
    assert page.locator(".ww-ring").first.get_attribute("cx") == "40.5"
    page.click("[data-tool=link]")
    page.wait_for_function("location.search.includes('pixel')")
    query = parse_qs(urlparse(page.url).query)
    assert query["picture"] == ["scene:7?things=6"]
    assert (query["score"], query["pixel"]) == (["0.72"], ["40,50"])
    page.reload()
    page.wait_for_selector(".ww-number strong")
    assert page.inner_text(".ww-number strong") == number
    page.click("#ww-settings > button")
    page.wait_for_function("document.querySelector('#ww-set-things input[type=number]')?.value === '6'")


@pytest.mark.parametrize(
    "query", ["picture=scene:x", "score=9", "pixel=<img src=x onerror=alert(1)>", "network=none"]
)
def test_bad_permalink_says_so_and_shows_the_lesson(visit, query: str):
    page = visit(f"?lesson=vision_tasks&{query}")
    page.wait_for_selector(".toast-body")
    assert page.locator(".toast-body img[src=x]").count() == 0
    page.wait_for_selector(".ww-number strong")


def test_a_slider_is_followed_while_it_moves(visit):
    """Never two requests at once, several answers on the way, and the last one is that of where it was let go."""
    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(".ww-number strong")
    under_way, most, answers = [], [], []
    asks = lambda one: one.url.endswith("/ww/ask")  # noqa: E731
    page.on("request", lambda one: asks(one) and (under_way.append(one), most.append(len(under_way))))
    page.on(
        "requestfinished", lambda one: asks(one) and (under_way.pop(), answers.append(one.post_data_json))
    )
    slider = page.locator("#vision_tasks-score input[type=range]")
    box = resting(slider)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(box["x"] + box["width"] * (0.5 + step / 100), box["y"] + box["height"] / 2)
        page.wait_for_timeout(25)
    page.mouse.up()
    page.wait_for_timeout(1500)
    assert max(most) == 1
    assert len(answers) >= 5
    assert answers[-1]["settings"]["score"] == float(
        page.input_value("#vision_tasks-score input[type=number]")
    )


def test_the_keyboard_moves_a_slider_and_asks(visit):
    page = visit("?lesson=vision_tasks&score=0.5")
    page.wait_for_selector(".ww-number strong")
    page.locator("#vision_tasks-score input[type=range]").focus()
    for key, score in (("ArrowRight", 0.51), ("End", 0.95)):
        with page.expect_request("**/ww/ask") as asked:
            page.keyboard.press(key)
        assert asked.value.post_data_json["settings"]["score"] == score


def test_an_error_is_one_sentence_in_the_page(visit):
    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(".ww-number strong")
    page.route("**/ww/ask", lambda route: route.fulfill(json={"error": "A sentence <b>for</b> the reader."}))
    page.locator("#vision_tasks-score input[type=range]").focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "document.querySelector('.ww-said').textContent === 'A sentence <b>for</b> the reader.'"
    )


def test_a_lessons_script_that_fails_to_load_says_so_and_can_be_tried_again(browser, url: str):
    page = browser.new_page()
    page.route("**/roi_features/board.js", lambda route: route.abort())
    page.goto(f"{url}?lesson=roi_features")
    again = page.locator("#roi_features-board .ww-failed button")
    again.wait_for(timeout=15_000)  # a lesson waits longer for what may still come
    page.wait_for_selector("#roi_features-stage .ww-panel img")  # the rest of the lesson works
    page.unroute("**/roi_features/board.js")
    again.click()
    page.wait_for_selector("#roi_features-board .roi-map")
    page.close()


def test_scripts_of_a_lesson_come_with_its_tab_and_are_kept(visit):
    page = visit("?lesson=vision_tasks")
    loaded = lambda: page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")  # noqa: E731
    assert not [name for name in loaded() if "roi_features/" in name]
    page.locator("#ww-tab-roi_features-button").last.click()
    page.wait_for_selector("#roi_features-board .roi-map")
    scripts = [name for name in loaded() if "roi_features/board.js" in name]
    assert scripts
    answer = page.request.get(scripts[0])
    assert "immutable" in answer.headers["cache-control"]


def test_code_and_theory_open(tasks):
    tasks.click("#vision_tasks-code-fold button")
    tasks.wait_for_selector(".ww-code pre >> text=compute")
    tasks.click("#vision_tasks-theory-fold button")
    tasks.wait_for_selector("#vision_tasks-theory-fold .katex >> visible=true")


def test_pictures_and_data_are_saved(tasks):
    tasks.hover(".ww-panel >> nth=2")
    with tasks.expect_download() as done:
        tasks.click(".ww-save-png >> nth=2")
    assert done.value.suggested_filename == "semantic-map.png"
    width, height = PIL.Image.open(done.value.path()).size
    assert width == 1024 < height, "a strip with title and legend stands below"
    with tasks.expect_download() as done:
        tasks.click("#vision_tasks-save-json")
    assert done.value.suggested_filename == "vision_tasks.json"


def test_upload_is_shown(visit, tmp_path: Path):
    path = tmp_path / "mine.png"
    PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (96, 144, 3), np.uint8)).save(path)
    page = visit("?lesson=vision_tasks")
    page.click("#ww-photo > button")
    page.set_input_files("#ww-file input[type=file]", path)
    shape = "(b => Math.abs(b.width / b.height - 1.5) < 0.02)"
    page.wait_for_function(f"{shape}(document.querySelector('.ww-frame').getBoundingClientRect())")
    assert "detection" in page.inner_text(".ww-number")
