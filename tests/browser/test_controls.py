"""Controls in Chromium: keys, typed numbers, fingers, the picture bar, networks that cannot be had, runs and folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import demos
from tests.browser.kept import resting, type_into

NUMBER = ".ww-number strong >> visible=true"
LESSONS = [lesson.name for part in demos.SYLLABUS for lesson in part.lessons]
WITH_NETWORKS = ["vision_tasks", "rcnn_family", "mask_head", "mask_rcnn_results"]
# of gradio's kind, whose ends go together: upsampling refuses some pairs, the others' boards have their own, or none
WITHOUT = ("fully_convolutional", "receptive_field", "upsampling", "segmentation_playground")
WITH_SLIDERS = [name for name in LESSONS if name not in WITHOUT]

SHOWING = {  # where a lesson shows its sliders
    "rcnn_family": "&view=stages",
    "unet": "&act=blur",
    "panoptic_datasets": "&view=balance",
    "depth_normals": "&view=loss",
}


def asked_by(page, act) -> dict:
    with page.expect_request("**/ww/ask") as asked:
        act()
    return asked.value.post_data_json["settings"]


@pytest.mark.parametrize("lesson", WITH_SLIDERS)
def test_keys_move_every_slider(visit, lesson: str):
    page = visit(f"?lesson={lesson}" + SHOWING.get(lesson, ""))
    asked: list[dict] = []
    page.on(
        "request", lambda one: asked.append(one.post_data_json["settings"]) if "/ww/ask" in one.url else None
    )
    page.wait_for_selector(NUMBER)
    names = page.eval_on_selector_all(
        f"#ww-tab-{lesson} .block:has(> .wrap input[type=range])",
        "all => all.filter((one) => one.checkVisibility()).map((one) => one.id)",
    )
    assert names
    for name in names:
        slider = page.locator(f"#{name} input[type=range]")
        for key in ("End", "ArrowLeft", "PageDown", "PageUp", "Home", "ArrowUp"):
            before = slider.input_value()
            setting = name.removeprefix(f"{lesson}-")
            if key == "End" and before == slider.get_attribute("max"):
                continue
            slider.press(key)
            # a lesson may still ask for what it opened with: what counts is that the new value is asked for
            wanted = float(slider.input_value())
            for _ in range(200):
                if wanted in [settings[setting] for settings in asked]:
                    break
                page.wait_for_timeout(25)
            assert wanted in [settings[setting] for settings in asked], f"{name}, {key}"
            asked.clear()


def test_a_number_counts_on_enter_and_on_leaving_and_stays_in_its_range(visit):
    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(NUMBER)
    sent: list = []
    page.on("request", lambda one: sent.append(one) if one.url.endswith("/ww/ask") else None)
    field, said = page.locator("#vision_tasks-score input[type=number]"), page.locator(".ww-said")
    field.click()
    field.press("Control+a")
    page.keyboard.type("7")
    page.wait_for_timeout(300)
    assert not sent, "a digit on the way to a number asks nothing"
    assert asked_by(page, lambda: page.keyboard.press("Enter"))["score"] == 0.95
    assert said.inner_text() == "Score threshold goes from 0.05 to 0.95: 0.95 is taken."
    assert asked_by(page, lambda: type_into(page, field, "0.3", "Tab"))["score"] == 0.3
    seed = page.locator("#ww-seed input")
    assert asked_by(page, lambda: type_into(page, seed, "-5", "Enter"))["picture"] == "scene:0"
    assert "Scene goes from 0 to 999999" in said.inner_text()
    type_into(page, seed, "", "Delete")
    page.keyboard.press("Enter")
    assert seed.input_value() == "0"
    assert "needs a number" in said.inner_text()


def test_the_smaller_size_stays_the_smaller(visit):
    page = visit("?lesson=vision_tasks")
    page.click("#ww-settings > button")
    field = page.locator("#ww-set-size_min input[type=number]")
    key = asked_by(page, lambda: type_into(page, field, "200", "Enter"))["picture"]
    assert key == "scene:42?size_min=200&size_max=200"
    least = page.locator("#ww-set-size_max input[type=range]")
    assert asked_by(page, lambda: least.press("Home"))["picture"] == "scene:42?size_min=6&size_max=6"
    page.wait_for_function("document.querySelector('#ww-set-size_min input[type=number]').value === '6'")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent").startswith("Scene settings")


def swipe(page, start: tuple[float, float], step: tuple[float, float]) -> None:
    touch = page.context.new_cdp_session(page)
    for k in range(16):
        at = [{"x": start[0] + k * step[0], "y": start[1] + k * step[1]}]
        kind = "touchMove" if k else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
        page.wait_for_timeout(16)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(400)


def test_a_swipe_along_the_page_leaves_a_slider_alone(visit):
    page = visit("?lesson=vision_tasks", width=390, height=600, has_touch=True, is_mobile=True)
    page.wait_for_selector(NUMBER)
    slider = page.locator("#vision_tasks-score input[type=range]")
    slider.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    box, top = resting(slider), page.evaluate("scrollY")
    at = lambda share: (box["x"] + box["width"] * share, box["y"] + box["height"] / 2)  # noqa: E731
    sent: list = []
    page.on("request", lambda one: sent.append(one) if one.url.endswith("/ww/ask") else None)
    assert top > 100
    swipe(page, at(0.8), (0, 12))
    assert page.evaluate("scrollY") < top - 50
    assert (slider.input_value(), sent) == ("0.5", [])
    slider.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    box = resting(slider)
    swipe(page, at(0.5), (6, 0))
    assert float(slider.input_value()) > 0.65
    assert sent[-1].post_data_json["settings"]["score"] == float(slider.input_value())


def test_the_bar_names_what_is_shown(visit, tmp_path: Path):
    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(NUMBER)
    named = page.locator(".ww-pictured")
    page.click("#ww-photo > button")
    assert asked_by(page, lambda: page.get_by_text("Cat", exact=True).click())["picture"] == "sample:chelsea"
    assert named.inner_text() == "Sample: Cat"
    assert not page.locator("#ww-seed").is_visible()
    path = tmp_path / "mine.png"
    PIL.Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(path)
    upload = lambda file: page.set_input_files("#ww-file input[type=file]", file)  # noqa: E731
    assert asked_by(page, lambda: upload(path))["picture"].startswith("upload:")
    assert named.inner_text() == "Photograph"
    page.wait_for_function("!document.querySelector('#ww-sample input:checked')")
    large = tmp_path / "large.png"
    large.write_bytes(b"x" * (9 << 20))
    upload(large)
    assert "at most 8 MB; this one has 9.0 MB" in page.inner_text(".ww-said")
    page.mouse.click(400, 400)
    page.get_by_role("button", name="Next scene").click()
    page.wait_for_function("!document.body.hasAttribute('data-photograph')")
    assert page.locator("#ww-seed").is_visible()


def test_turning_to_the_camera_asks_for_nothing(visit):
    page = visit("?lesson=vision_tasks", permissions=["camera"])
    page.click("#ww-photo > button")
    page.get_by_label("Capture from camera").click()
    page.wait_for_timeout(1500)
    assert page.locator(".toast-body").count() == 0


@pytest.mark.parametrize("lesson", WITH_NETWORKS)
def test_a_network_that_cannot_be_had_is_said_once_and_in_place(visit, monkeypatch, lesson: str):
    from lecture_models import published, weights

    def fetch(name, progress=None):
        raise weights.WeightsUnavailable("These weights could not be fetched (no connection).")

    monkeypatch.setattr(published, "fetch", fetch)
    page = visit(f"?lesson={lesson}")
    page.wait_for_selector(NUMBER)
    field = page.locator(f"#{lesson}-network")
    radios = field.locator("input[type=radio]")
    if radios.count():
        radios.last.check()
    else:
        field.locator("input").click()
        page.locator("[role=option] >> text=/Mask R-CNN/").first.click()
    notice = page.locator(f"#ww-tab-{lesson} .ww-notice")
    notice.wait_for()
    assert notice.inner_text().startswith(
        "These weights could not be fetched (no connection). What you see is still"
    )
    assert page.locator(".toast-body").count() == 0
    assert page.inner_text(".ww-said") == ""
    assert not page.locator(".ww-status .error").is_visible()
    if radios.count():
        page.wait_for_function(f"document.querySelector('#{lesson}-network input[type=radio]').checked")
    else:
        page.wait_for_function(f"document.querySelector('#{lesson}-network input').value.match(/own|Ours/)")
    page.wait_for_function("!location.search.includes('network=')")  # the address follows a little later
    own = {"mask_head": "mask_sigmoid"}.get(lesson, "panoptic_fpn")
    assert asked_by(page, lambda: page.click("#ww-next"))["network"] == own
    page.wait_for_function("!document.querySelector('.ww-notice')")


def test_old_pictures_are_dimmed_while_new_ones_are_awaited(visit):
    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(NUMBER)
    number, first = page.inner_text(NUMBER), page.locator(".ww-frame img").first.get_attribute("src")
    page.route("**/ww/ask", lambda route: (page.wait_for_timeout(2500), route.continue_()))
    page.click("#ww-next")
    page.wait_for_selector("body.ww-working")
    page.wait_for_timeout(300)
    opacity = "document.querySelector('{}').computedStyleMap().get('opacity').value"
    assert [page.evaluate(opacity.format(one)) for one in (".ww-panels", ".ww-reading")] == [0.5, 0.5]
    assert (page.inner_text(NUMBER), page.locator(".ww-frame img").first.get_attribute("src")) == (
        number,
        first,
    )
    page.wait_for_function("!document.body.classList.contains('ww-working')")


def test_stop_is_there_while_something_runs_and_its_line_goes_with_the_scene(visit):
    page = visit("?lesson=mask_rcnn_results&scenes=300")
    page.wait_for_selector(NUMBER)
    stop, line = (
        page.locator("#mask_rcnn_results-measure-stop"),
        page.locator("#ww-tab-mask_rcnn_results .ww-progress"),
    )
    assert not stop.is_visible()
    page.click("#mask_rcnn_results-measure-start")
    stop.click()
    stop.wait_for(state="hidden")
    assert "(stopped)" in line.inner_text()
    page.click("#ww-next")
    line.wait_for(state="hidden")


def test_folds_stay_in_order_and_headings_and_choices_have_their_names(visit):
    page = visit("?lesson=mask_head")
    page.wait_for_selector(NUMBER)
    page.wait_for_timeout(300)
    page.click("#mask_head-numbers-fold > button")
    page.click("#mask_head-code-fold > button")
    tops = page.eval_on_selector_all(
        "#ww-tab-mask_head .ww-fold", "all => all.map((one) => one.getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)
    assert page.get_by_role("heading", level=2).count() == 1
    group = page.get_by_role("radiogroup", name="Masks by")
    assert group.get_by_role("radio").count() == 4
    first = group.get_by_role("radio").first
    first.focus()
    assert asked_by(page, lambda: page.keyboard.press("ArrowDown"))["network"] == "mask_softmax"
    assert page.get_by_role("button", name="Previous scene").is_visible()


def test_what_is_read_out_after_the_queue_is_a_word(visit, monkeypatch):
    import app

    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(NUMBER)
    page.evaluate("""() => { window.heard = []; new MutationObserver(() => {
        for (const one of document.querySelectorAll("[aria-live]")) heard.push(one.textContent.trim());
    }).observe(document.body, { subtree: true, childList: true, characterData: true }); }""")
    with monkeypatch.context() as away:
        away.setattr(app.site.asking.networks, "is_here", lambda name: False)
        with page.expect_response("**/queue/join*"):
            page.locator("#vision_tasks-score input[type=range]").press("End")
        page.wait_for_function("heard.includes('Done')")
    assert not [text for text in page.evaluate("heard") if "common." in text]


def test_in_the_dark_the_rest_of_a_track_is_the_darker_part(visit):
    page = visit("?lesson=vision_tasks&__theme=dark")
    color = "getComputedStyle(document.querySelector('.gradio-container')).getPropertyValue('--neutral-200').trim()"
    line = "getComputedStyle(document.body).getPropertyValue('--ww-line').trim()"
    assert page.evaluate(color) == page.evaluate(line)
