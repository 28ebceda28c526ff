"""What a control shows is what its lesson is asked for: by any key, in its own type, for its own lesson."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.kept import type_into

NUMBER = ".ww-number strong >> visible=true"


def test_the_arrow_beside_a_slider_brings_its_usual_value_back(visit):
    page = visit("?lesson=vision_tasks&score=0.8")
    page.wait_for_selector(NUMBER)
    with page.expect_request(
        lambda one: "/ww/ask" in one.url and one.post_data_json["settings"]["score"] == 0.5
    ):
        page.click("#vision_tasks-score .reset-button")
    page.wait_for_function("!location.search.includes('score=')")
    assert page.input_value("#vision_tasks-score input[type=number]") == "0.5"


def test_a_tick_by_any_key_is_asked_for(visit):
    page = visit("?lesson=receptive_field")
    page.wait_for_selector(NUMBER)
    tick = page.locator("#receptive_field-padded input")
    for key, value in (("Enter", False), ("Space", True), ("Enter", False)):
        with page.expect_request(
            lambda one, to=value: "/ww/ask" in one.url and one.post_data_json["settings"]["padded"] is to
        ):
            tick.press(key)
        assert tick.is_checked() is value


def test_arrow_keys_walk_through_all_choices(visit):
    page = visit("?lesson=upsampling")
    page.wait_for_selector(NUMBER)
    radios = page.locator("#upsampling-times input[type=radio]")
    values = [one.get_attribute("value") for one in radios.all()]
    radios.first.click()
    for value in (*values[1:], values[0]):
        page.keyboard.press("ArrowDown")
        usual = "2"  # what is as usual is not in the address
        page.wait_for_function(
            f"(new URLSearchParams(location.search).get('times') ?? '{usual}') === '{value}'"
        )


def test_arrow_keys_go_on_from_a_pixel_that_was_clicked_in_any_view(visit):
    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(NUMBER)
    page.locator("#vision_tasks-views .ww-frame").nth(3).click(position={"x": 40, "y": 60})
    page.wait_for_function("location.search.includes('pixel=')")
    before = page.evaluate("new URLSearchParams(location.search).get('pixel')").split(",")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        f"new URLSearchParams(location.search).get('pixel') === '{int(before[0]) + 1},{before[1]}'"
    )


def test_a_number_between_two_steps_is_taken_to_the_nearest(visit):
    page = visit("?lesson=vision_tasks")
    page.wait_for_selector(NUMBER)
    field = page.locator("#vision_tasks-score input[type=number]")
    type_into(page, field, "0.301", "Enter")
    page.wait_for_function("new URLSearchParams(location.search).get('score') === '0.3'")
    assert field.input_value() == "0.3"
    assert "goes in steps of 0.01: 0.3 is taken." in page.locator(".ww-said").inner_text()


def test_a_number_that_is_left_by_going_back_counts_for_its_own_lesson(visit):
    page = visit("?lesson=mask_rcnn_results")
    page.wait_for_selector(NUMBER)
    page.locator("#ww-part-C-button").last.click()
    page.wait_for_function("new URLSearchParams(location.search).get('lesson') === 'panoptic'")
    page.locator("#ww-tab-panoptic_datasets-button").last.click()
    page.wait_for_function("location.search.includes('lesson=panoptic_datasets')")
    page.locator("#panoptic_datasets-view input[value=balance]").check()
    field = page.locator("#panoptic_datasets-scenes input[type=number]")
    field.click()
    field.press("Control+a")
    page.keyboard.type("60")
    asked: list[Any] = []
    page.on("request", lambda one: asked.append(one.post_data_json) if "/ww/ask" in one.url else None)
    page.evaluate("history.go(-2)")  # past the lesson that the part opens with
    page.wait_for_function("document.body.dataset.lesson === 'mask_rcnn_results'")
    page.wait_for_timeout(500)
    assert all(one["settings"].get("scenes") != 60 for one in asked if one["lesson"] == "mask_rcnn_results")
    assert "scenes=60" not in page.url


@pytest.mark.parametrize(
    ("lesson", "key", "value"),
    [("upsampling", "times", 3), ("roi_features", "bins", 2), ("unet", "made_up", True)],
)
def test_a_choice_is_asked_for_in_its_own_type(visit, lesson: str, key: str, value: Any):
    views = {"unet": "&view=upsamplers"}
    page = visit(f"?lesson={lesson}{views.get(lesson, '')}")
    page.wait_for_selector(NUMBER)
    field = page.locator(f"#{lesson}-{key} input" + ("" if value is True else f"[value='{value}']"))
    with page.expect_request(
        lambda one: "/ww/ask" in one.url and one.post_data_json["settings"][key] == value
    ) as asked:
        field.click()
    sent = asked.value.post_data_json["settings"][key]
    assert (sent, type(sent)) == (value, type(value))
