"""The U-Net lesson in Chromium: its arithmetic is Python's, and all of it is reached by mouse, finger and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models.evaluation.bands import near_boundary
from lecture_models.studies import unet as nets
from tests.browser.kept import asked, kept, resting
from tests.browser.modules import alone

U, UPS = (f"document.querySelector('.ww-{name}')?.{name}" for name in ("unLevels", "unUpsamplers"))
READY = {
    "levels": f"{U}?.value && document.querySelector('.un-levels')?.getClientRects().length",
    "upsamplers": f"{UPS}?.value?.coming === false && document.querySelector('.un-cards')?.getClientRects().length",
    "sizes": "document.querySelector('.un-ledgers')?.getClientRects().length",
}


# ---- the module alone ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the module of arithmetic and nothing else."""
    tab = alone(browser, url, sums="unet/sums.js")
    yield tab
    tab.close()


@pytest.mark.parametrize("width", [1, 3, 8])
def test_the_browsers_band_is_pythons(page: Page, width: int):
    rng = np.random.default_rng(width)
    truth = np.kron(rng.integers(0, 4, (5, 6)), np.ones((7, 9), int))
    truth[rng.random(truth.shape) < 0.02] = 255
    script = "([labels, size, width]) => Array.from(sums.nearBoundary(Uint8Array.from(labels), size, width))"
    found = page.evaluate(script, [truth.ravel().tolist(), list(truth.shape), width])
    assert np.array_equal(np.reshape(found, truth.shape), near_boundary(truth, width))


def test_what_became_of_a_pixel(page: Page):
    trained, now, truth = [1, 1, 2, 2, 1, 3], [1, 2, 1, 3, 2, 3], [1, 1, 1, 1, 255, 1]
    both = "([a, b, c]) => [sums.changes(a, b, c), sums.changes(a, b, null), sums.errors(a, c)].map((x) => [...x])"
    changed, unknown, wrong = page.evaluate(both, [trained, now, truth])
    assert changed == [0, 2, 1, 3, 4, 0]
    assert unknown == [0, 4, 4, 4, 4, 0]
    assert wrong == [0, 0, 1, 1, 0, 1]


# ---- the lesson ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson, opened once; whatever goes wrong in it fails the last test."""
    with kept(browser, f"{url}?predict=0&lesson=unet", has_touch=True) as tab:
        tab.wait_for_function(READY["levels"])
        yield tab


def look(page: Page, view: str) -> None:
    """Choose a view by its radio button and wait until it is drawn."""
    page.evaluate("window.scrollTo(0, 0)")
    page.locator(f"#unet-view input[value={view}]").check()
    page.wait_for_function(READY[view])


@pytest.fixture
def levels(opened: Page) -> Page:
    look(opened, "levels")
    return opened


def at(name: str, value: str) -> str:
    """A condition: the address has a setting."""
    return f"new URLSearchParams(location.search).get('{name}') === '{value}'"


def act(page: Page, name: str) -> None:
    page.locator(f"#unet-act input[value={name}]").check()


def test_what_is_shown_is_what_python_computed(levels: Page):
    made = nets.looked("scene:42")
    assert levels.evaluate(f"Array.from({U}.labels.trained)") == made.labels.ravel().tolist()
    wrong = int(((made.labels != made.truth) & (made.truth != 255)).sum())  # type: ignore[operator]
    assert levels.evaluate(f"{U}.counts[1]") == wrong
    texts = levels.locator(".un-row small").all_text_contents()
    assert "24 × 256²" in texts
    assert "128 + 128 = 256" in texts


def test_a_click_chooses_a_map_and_zero_takes_it_out(levels: Page):
    levels.locator(".un-map[data-part=skip2]").click()
    levels.wait_for_function(f"{at('part', 'skip2')} && {U}.value.part === 'skip2'")
    act(levels, "zero")
    levels.wait_for_function(f"{U}.value.says === 'skip 2 set to zero'")
    done = nets.operated("scene:42", "skip2", "zero")
    assert levels.evaluate(f"Array.from({U}.labels.now)") == done.labels.ravel().tolist()
    assert levels.locator(".un-arrow.un-cut").inner_text() == "zero"
    assert levels.locator(".un-figures figure").count() == 4


def test_keys_reach_every_map(levels: Page):
    levels.locator(".un-map[data-part=skip1]").focus()
    for _ in range(2):
        levels.keyboard.press("Tab")
    assert levels.evaluate("document.activeElement.dataset.part") == "dec1"
    levels.keyboard.press("Shift+Tab")
    levels.keyboard.press("Enter")
    levels.wait_for_function(f"{U}.value.part === 'up1'")
    assert levels.locator(".un-map[data-part=up1]").get_attribute("aria-pressed") == "true"


def test_a_finger_chooses_all_skips(levels: Page):
    box = levels.locator(".un-all").bounding_box()
    assert box
    levels.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    act(levels, "blur")
    levels.wait_for_function(f"{U}.value.says.startsWith('all four skips blurred')")
    assert levels.locator(".un-arrow.un-cut").count() == 4


def test_the_slider_moves_a_skip(levels: Page):
    levels.locator(".un-map[data-part=skip1]").click()
    act(levels, "shift")
    slider = levels.locator("#unet-amount input[type=range]")
    slider.focus()
    before = levels.evaluate(f"{U}.counts[2]")
    levels.keyboard.press("ArrowRight")
    levels.wait_for_function(f"{U}.value.says === 'skip 1 moved right by 9 px'")
    assert levels.evaluate(f"{U}.counts[2]") != before
    assert levels.locator("#unet-donor").is_hidden()
    act(levels, "transplant")
    levels.wait_for_function(f"{U}.value.says === 'skip 1 taken from scene 7'")
    assert levels.locator("#unet-donor").is_visible()
    assert levels.locator("#unet-amount").is_hidden()


def test_pointing_reads_all_maps_without_a_request(levels: Page):
    frame = resting(levels.locator(".un-pointing").first)
    with asked(levels) as requests:
        levels.mouse.move(frame["x"] + frame["width"] * 0.1, frame["y"] + 5)
        levels.wait_for_function("document.querySelector('.un-readout').textContent.includes('truth sky')")
    assert requests == []
    assert levels.locator(".un-figures .ww-cross").count() >= 3
    levels.mouse.move(5, 5)
    levels.wait_for_function("document.querySelector('.un-readout').textContent.startsWith('Point')")


def test_the_table_over_all_levels_comes_by_itself(levels: Page):
    levels.wait_for_function(f"!{U}.value.coming")
    assert levels.locator(".ww-unLevels .un-losses tbody tr").count() == 8


def test_the_band_follows_its_slider(levels: Page):
    act(levels, "keep")
    levels.locator("#unet-band input[type=range]").focus()
    levels.keyboard.press("ArrowRight")
    levels.wait_for_function(f"{U}.value.band === 6")
    levels.wait_for_function("document.querySelector('#unet-reading').textContent.includes('within 6 px')")
    levels.keyboard.press("ArrowLeft")
    levels.wait_for_function(f"{U}.value.band === 5")


def test_the_upsamplers_stand_in_a_row(opened: Page):
    look(opened, "upsamplers")
    assert opened.locator(".un-cards figure").count() == 6
    opened.locator("#unet-upsampler input[value=max_unpool]").check()
    opened.wait_for_function("document.querySelector('.un-chosen')?.dataset.kind === 'max_unpool'")
    low = opened.evaluate(f"{UPS}.value.kinds.find((one) => one.kind === 'max_unpool').miou")
    opened.locator("#unet-made_up input").check()
    opened.wait_for_function(
        f"{UPS}.value.kinds.find((one) => one.kind === 'max_unpool')?.miou > {low} + 0.1"
    )
    opened.locator("#unet-made_up input").uncheck()


def test_an_illegal_side_says_where_it_breaks(opened: Page):
    look(opened, "sizes")
    opened.locator("#unet-side input[type=range]").focus()
    opened.keyboard.press("ArrowLeft")
    opened.keyboard.press("ArrowLeft")
    said = "document.querySelector('.un-ledgers section').textContent"
    opened.wait_for_function(f"{said}.includes('pooling would halve 279')")
    assert opened.locator(".un-broken").count() == 1
    for _ in range(2):
        opened.keyboard.press("ArrowRight")
    opened.wait_for_function(f"{said}.includes('388 × 388 out')")
    assert opened.locator(".un-broken").count() == 0


BOARDS = {"levels": ".un-u", "upsamplers": ".un-cards", "sizes": ".un-ledgers"}


@pytest.mark.parametrize("view", BOARDS)
def test_board_controls_and_reading_fit_a_projector(opened: Page, view: str):
    look(opened, view)
    for selector in (BOARDS[view], "#unet-view", "#unet-reading"):
        box = opened.locator(f"[role=tabpanel] {selector} >> visible=true").first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("view", BOARDS)
def test_nothing_is_cut_on_a_phone(opened: Page, view: str, dark: bool):
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.evaluate(f"document.body.classList.toggle('dark', {str(dark).lower()})")
    look(opened, view)
    cut = """[...document.querySelectorAll(':is(.ww-unLevels, .ww-unUpsamplers, .ww-unSizes) *')]
      .filter((node) => {
        const {left, right, width} = node.getBoundingClientRect();
        return width && !node.closest('.ww-sr, title') && (left < -1 || right > window.innerWidth + 1);
      }).map((node) => `${node.className.baseVal ?? node.className} ${node.tagName}`)"""
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
    assert opened.evaluate(cut) == []
    opened.set_viewport_size({"width": 1366, "height": 768})
    opened.evaluate("document.body.classList.remove('dark')")


def test_the_question_veils_what_changes(visit: Any):
    page = visit("?lesson=unet&part=skip2&act=zero", asks=True)
    page.wait_for_selector("figure[data-shows=changed][inert]")
    assert page.locator("[inert] .un-losses, .un-losses[inert]").count() >= 1
    page.locator(".ww-choices button").first.click()
    page.wait_for_function("!document.querySelector('figure[data-shows=changed][inert]')")
