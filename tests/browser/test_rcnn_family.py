"""Lesson rcnn_family in Chromium: three views in one place, and Slow R-CNN that runs, reports and stops."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Page, expect

from tests.browser.kept import PATIENCE, resting

BOARDS = {"ledgers": ".ww-rcnnLedgers", "stages": ".ww-rcnnStages", "autopsy": ".ww-maskAutopsy"}


@pytest.fixture
def open_view(visit: Callable[..., Page]) -> Callable[..., Page]:
    def open_(view: str, **options: int) -> Page:
        page = visit(f"?lesson=rcnn_family&picture=scene:7&view={view}", **options)
        page.set_default_timeout(PATIENCE)
        page.wait_for_selector(f"{BOARDS[view]} >> visible=true")
        return page

    return open_


def _shown(page: Page) -> list[str]:
    return [view for view, board in BOARDS.items() if page.locator(board).is_visible()]


def test_one_view_at_a_time(open_view):
    page = open_view("ledgers")
    for view, title in (
        ("stages", "Stage by stage"),
        ("autopsy", "Pixel autopsy"),
        ("ledgers", "Four ledgers"),
    ):
        page.get_by_label(title, exact=True).check()
        page.wait_for_selector(f"{BOARDS[view]} >> visible=true")
        assert _shown(page) == [view]
        assert page.locator(".rcnn-sliders").is_visible() == (view == "stages")
        assert page.locator("#rcnn_family-slow-start").is_visible() == (view == "ledgers")


@pytest.mark.parametrize("view", BOARDS)
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_nothing_is_cut(open_view, view, width, height):
    page = open_view(view, width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 1000:
        for place in (
            "#rcnn_family-view",
            "#rcnn_family-reading",
            f"{BOARDS[view]} :is(img, image, canvas) >> nth=0",
        ):
            box = page.locator(place).bounding_box()
            assert box["y"] + box["height"] <= height, place


def test_every_stage_has_its_colour(open_view):
    page = open_view("ledgers")
    page.wait_for_selector(".ww-rcnnLedgers .rcl-shares i", state="attached")
    drawn = page.eval_on_selector_all(
        ".ww-rcnnLedgers :is(.rcl-shares, table) i",
        "all => all.map((one) => getComputedStyle(one).backgroundColor)",
    )
    assert len(drawn) > 15
    assert "rgba(0, 0, 0, 0)" not in drawn


def test_slow_rcnn_runs_and_stops(open_view):
    page = open_view("ledgers")
    slow = page.locator(".ww-rcnnSlowLedger")
    assert "Run Slow R-CNN" in slow.inner_text()  # the hint, before the first run
    page.click("#rcnn_family-slow-start")
    line = page.locator("#rcnn_family-slow-progress")
    expect(line).to_contain_text(re.compile(r"[1-9]\d* of \d+ crops"), timeout=PATIENCE)
    page.click("#rcnn_family-slow-stop")
    expect(line).to_contain_text("(stopped)")
    page.wait_for_timeout(3000)
    done = int(re.search(r"(\d+) of", line.inner_text()).group(1))
    page.wait_for_timeout(2000)
    assert int(re.search(r"(\d+) of", line.inner_text()).group(1)) == done
    passes = slow.locator(".rcl-passes strong").inner_text()
    assert int(passes) <= int(page.locator(".ww-rcnnLedgers .rcl-passes small").first.inner_text().split()[0])
    assert int(passes) == done


def test_a_pixel_is_chosen_by_a_click(open_view):
    page = open_view("autopsy")
    before = page.locator("#rcnn_family-reading .ww-meaning").inner_text()
    picture = resting(page.locator(f"{BOARDS['autopsy']} :is(img, image) >> nth=0"))
    page.mouse.click(picture["x"] + picture["width"] * 0.02, picture["y"] + picture["height"] * 0.02)
    expect(page.locator("#rcnn_family-reading .ww-meaning")).not_to_have_text(before, timeout=PATIENCE)
