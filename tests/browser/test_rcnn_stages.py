"""The board rcnnStages in Chromium: stepped, played, clicked, with the keyboard and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from tests.browser import audit
from tests.browser.kept import asked, kept, resting

BOARD = "document.querySelector('.ww-rcnnStages').rcnnStages"
QUERY = "?lesson=rcnn_family&picture=scene:6&view=stages&place=40,105&predict=0"


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson at the stages of scene 6; an error on the page fails the last test."""
    with kept(browser, url + QUERY) as tab:
        tab.wait_for_selector(".rcs-frame img >> visible=true")
        yield tab


def _stage(page: Page) -> int:
    return int(page.evaluate(f"{BOARD}.stage"))


def _poses(page: Page) -> list[list[float]]:
    return page.evaluate(f"{BOARD}.picture.moving.map(({{ end }}) => end)")


def test_a_permalink_with_a_place_opens_the_fates_at_the_end(opened):
    assert opened.locator(".rcs-tabs [aria-selected=true]").get_attribute("data-tab") == "fates"
    assert opened.locator(".rcs-place >> visible=true").inner_text().find("contain the point 40, 105") > 0
    assert _stage(opened) == 11


def test_what_is_drawn_is_said_and_not_cut(opened):
    for stage, words in (
        (0, "Drawn: the 108 anchors of 9 cells of each level."),
        (1, "Drawn: the 108"),
        (7, "Drawn: "),
    ):
        opened.evaluate(f"{BOARD}.go({stage}, false)")
        note, panel = opened.locator(".rcs-drawn"), opened.locator(".rcs-panel:visible")
        assert words in note.inner_text()
        low, end = note.bounding_box(), panel.bounding_box()
        assert low["y"] + low["height"] <= end["y"] + end["height"] + 0.5
        assert low["y"] >= end["y"]
        assert len(_poses(opened)) == 108 or stage > 1


def test_rois_have_the_colour_of_their_own_level(opened):
    opened.evaluate(f"{BOARD}.go(6, false)")
    alive = f"{BOARD}.picture.tracks.filter((track) => track.ends >= 6 && track.kind === 'followed')"
    own = f"{alive}.map((track) => {BOARD}.picture.colors[track.roi])"
    assert opened.evaluate(f"{BOARD}.picture.moving.map((one) => one.color)") == opened.evaluate(own)
    value = opened.evaluate(f"{BOARD}.value")
    names = [value["levels"][i] for i in value["stages"][6]["levels"]]
    assert opened.locator(".rcs-drawn li:not(.rcs-key-dying)").all_inner_texts() == names


def test_the_chips_are_a_funnel(opened):
    chips = opened.locator(".rcs-chips b").all_inner_texts()
    assert len(chips) == 12
    assert chips[0] == "16,320"
    assert chips[2].startswith("16,320 → ")


def test_picture_and_controls_are_visible_without_scrolling(opened):
    for place in (".rcs-frame", ".rcs-chips", ".rcs-transport"):
        box = opened.locator(place).bounding_box()
        assert box["y"] >= 0, place
        assert box["y"] + box["height"] <= 768, place


def test_arrow_keys_step_and_boxes_are_those_of_the_value(opened):
    opened.evaluate(f"{BOARD}.go(0)")
    opened.focus(".rcs-chips [aria-current=step]")
    for expected in (1, 2, 3):
        opened.keyboard.press("ArrowRight")
        assert _stage(opened) == expected
    value = opened.evaluate(f"{BOARD}.value.tracks")
    decoded = [float(side) for side in value["poses"]["decoded"].split(",")]
    boxes = [decoded[start : start + 4] for start in range(0, len(decoded), 4)]
    alive = [box for box, ends in zip(boxes, map(int, value["ends"].split(",")), strict=True) if ends >= 3]
    assert _poses(opened) == alive[: len(_poses(opened))]
    opened.keyboard.press("ArrowLeft")
    assert _stage(opened) == 2
    assert "In each level, the best 200" in opened.inner_text(".rcs-panel:visible")


def test_boxes_morph_without_a_request(opened):
    half = f"{BOARD}.go(2, false); {BOARD}.go(3); {BOARD}.picture.pose(0.5)"
    with asked(opened) as requests:
        opened.evaluate(half)
        opened.wait_for_function(f"{BOARD}.picture.at === 1")
    assert requests == []


def test_it_plays_and_pauses(opened):
    opened.evaluate(f"{BOARD}.go(0, false)")
    opened.click(".rcs-transport [aria-label=Play]")
    opened.wait_for_function(f"{BOARD}.stage >= 1")
    opened.click(".rcs-transport [aria-label=Pause]")
    stage = _stage(opened)
    opened.wait_for_timeout(3000)
    assert _stage(opened) == stage


def test_a_click_asks_what_became_of_the_anchors_there(opened):
    box = resting(opened.locator(".rcs-frame"))
    opened.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"])
    opened.wait_for_function(f"Math.abs({BOARD}.value.place.point[0] - 179.2) < 1")
    assert opened.locator(".rcs-place").inner_text().endswith("listed are the best of each fate.")
    first = opened.locator(".rcs-entry").first
    first.focus()
    assert opened.locator(".rcs-fate .rcs-anchor, .rcs-fate .rcs-last").count() >= 2
    assert first.inner_text().startswith("P")


def test_the_box_lost_for_a_missed_thing_is_shown_with_it(opened):
    opened.click(".rcs-tabs [data-tab=fates]")
    opened.click(".rcs-missed")
    assert "No detection found this" in opened.inner_text(".rcs-place")
    assert opened.locator(".rcs-fate .rcs-truth").count() >= 1


def test_the_reasons_add_up_on_the_page(opened):
    text = opened.inner_text(".rcs-sum b").replace(",", "")
    numbers, total = text.removesuffix(" anchors").split(" = ")
    assert sum(map(int, numbers.split(" + "))) == int(total) == 16_320


def test_the_keyboard_chooses_a_place(opened):
    opened.focus(".rcs-frame")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    opened.wait_for_function(f"Math.abs({BOARD}.value.place.point[1] - 132) < 1")


def test_on_a_telephone_nothing_is_cut_and_still_motion_is_respected(browser, url):
    wide = "[...document.querySelectorAll('.rcs-body *')].filter((e) => e.getBoundingClientRect().right > 391).length"
    phone = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    with kept(browser, url + QUERY, **phone) as tab:
        tab.wait_for_selector(".rcs-frame img >> visible=true")
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
        assert tab.evaluate(wide) == 0
        assert tab.evaluate(f"{BOARD}.go(3), {BOARD}.picture.at") == 1, "no morph"


def test_no_serious_violation_of_accessibility(opened):
    assert audit.serious(opened, ".ww-rcnnStages") == []
