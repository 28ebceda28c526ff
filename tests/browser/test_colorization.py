"""The lesson on colour in Chromium: mouse, finger and keys reach all of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models.studies import colorization as study
from lecture_models.studies import colour_plane as colours
from tests.browser.kept import asked, kept, resting, until

PLANE = "document.querySelector('.ww-czPlane')"
SVG = ".ww-czPlane svg"


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson, opened once; whatever goes wrong in it fails the last test."""
    with kept(browser, f"{url}?predict=0&lesson=colorization&pixel=40,190") as tab:
        tab.wait_for_selector(f"{SVG} .cz-mark")
        yield tab


def look(page: Page, view: str) -> None:
    page.evaluate("window.scrollTo(0, 0)")
    page.locator(f"#colorization-view input[value={view}]").check()
    page.wait_for_selector(f"{'.ww-czChroma svg' if view == 'compare' else SVG} >> visible=true")


def number(page: Page) -> str:
    return page.locator("#colorization-reading strong").inner_text()


def marked(page: Page, kind: str) -> list[str]:
    return page.locator(f".cz-key-{kind}").all_inner_texts()


def test_the_squares_are_the_distribution_at_the_pixel(opened: Page):
    made = study.coloured("scene:42", "rebalanced")
    at = study.at_pixel(made, 40, 190, 0.38)
    assert at is not None
    sides = opened.eval_on_selector_all(f"{SVG} .cz-bin", "all => all.map((one) => one.width.baseVal.value)")
    np.testing.assert_allclose(
        np.square(sides) / max(np.square(sides)), at.annealed / at.annealed.max(), atol=2e-3
    )
    a, b = at.mode.astype(int)
    assert marked(opened, "mode") == [f"mode: a {a}, b {b}".replace("-", "−")]


def test_the_plane_is_pointed_at_without_a_request(opened: Page):
    box = resting(opened.locator(SVG))
    with asked(opened) as requests:
        opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        opened.wait_for_function(f"/^a .*%/.test({PLANE}.querySelector('.cz-readout').textContent)")
    assert requests == []
    opened.mouse.move(2, 2)
    opened.wait_for_function(f"{PLANE}.querySelector('.cz-readout').textContent.startsWith('probability')")


def test_t_moves_picture_number_and_mark(opened: Page):
    slider = opened.locator("#colorization-temperature input[type=range]")
    before = number(opened)
    slider.press("Home")
    opened.wait_for_function(
        f"document.querySelector('#colorization-reading strong').innerText !== '{before}'"
    )
    mode, read = marked(opened, "mode")[0].split(": ")[1], marked(opened, "read")[0].split(": ")[1]
    assert mode == read, "at T = 0 the colour that is read is the mode"
    slider.press("End")
    opened.wait_for_selector(".cz-key-read >> text=/T = 1:/")
    assert marked(opened, "mean")[0].split(": ")[1] == marked(opened, "read")[0].split(": ")[1]
    field = opened.locator("#colorization-temperature input[type=number]")
    field.fill("0.38")
    field.press("Enter")
    opened.wait_for_selector(".cz-key-read >> text=/T = 0.38:/")


def test_a_click_on_the_picture_moves_the_distribution(opened: Page):
    said = marked(opened, "true")[0]
    frame = opened.locator("#colorization-pictures .ww-frame").first

    def click() -> None:
        box = resting(frame)
        opened.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.15 * box["height"])

    until(opened, click, f"document.querySelector('.cz-key-true').innerText !== {said!r}")
    assert "pixel=" in opened.url


def test_another_colour_is_chosen_by_swatch_and_by_square(opened: Page):
    look(opened, "choose")
    swatches = opened.locator(".cz-swatches button")
    swatches.first.wait_for()
    swatches.first.click()
    opened.wait_for_selector(".cz-swatches button[aria-pressed=true]")
    first = marked(opened, "chosen")
    opened.locator(SVG).focus()
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        opened.keyboard.press(key)
    opened.wait_for_function(f"document.querySelector('.cz-key-chosen').innerText !== {first[0]!r}")
    assert number(opened).isdigit()


def test_a_colour_that_was_chosen_is_forgotten_with_its_thing(opened: Page):
    opened.locator(".cz-swatches button").first.click()
    opened.wait_for_function("location.search.includes('colour=')")
    name = opened.locator("#colorization-seen").inner_text()
    frame = opened.locator("#colorization-pictures .ww-frame").first
    box = resting(frame)
    opened.mouse.click(box["x"] + 0.1 * box["width"], box["y"] + 0.95 * box["height"])
    opened.wait_for_function("!location.search.includes('colour=')")
    opened.wait_for_function(f"document.querySelector('#colorization-seen').innerText !== {name!r}")


def test_a_regression_has_no_other_colour(opened: Page):
    opened.locator("#colorization-loss input[value=regression]").check()
    opened.wait_for_function(
        "document.querySelector('#colorization-reading').innerText.includes('regression')"
    )
    assert opened.locator(".cz-swatches button").count() == 0
    opened.locator("#colorization-loss input[value=rebalanced]").check()
    opened.locator(".cz-swatches button").first.wait_for()


def test_three_losses_stand_side_by_side_with_their_lines(opened: Page):
    look(opened, "compare")
    opened.wait_for_selector("#colorization-compare .ww-panel >> nth=3")
    assert opened.locator(".ww-czChroma path[fill=none], .ww-czChroma g[aria-label=line] path").count() >= 4
    assert len(opened.locator(".ww-czChroma li").all_inner_texts()) == 4
    assert opened.locator("#colorization-ours tbody tr").count() == 4


def test_a_colour_is_shared_among_five_bins(opened: Page):
    look(opened, "bins")
    opened.wait_for_selector(".cz-key-share >> nth=4")
    assert number(opened) == str(len(colours.bins()))
    box = resting(opened.locator(SVG))
    opened.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"])
    opened.wait_for_function(
        "document.querySelector('#colorization-encoding caption').innerText.includes('σ = 5')"
    )
    shares = [float(one.split(" %")[0]) for one in marked(opened, "share")]
    assert sum(shares) == pytest.approx(100, abs=3)
    opened.locator("#colorization-shown input[value=weights]").check()
    opened.wait_for_function(f"{PLANE}.innerText.includes('weight in the loss')")


@pytest.mark.parametrize("view", ["pixel", "compare", "choose", "bins"])
def test_nothing_is_cut_on_a_phone(opened: Page, view: str):
    opened.set_viewport_size({"width": 390, "height": 844})
    cut = """[...document.querySelectorAll('.ww-board *')].filter((node) => {
        const {left, right, width} = node.getBoundingClientRect();
        return width && !node.closest('.ww-sr, title, svg') && (left < -1 || right > window.innerWidth + 1);
      }).map((node) => node.className)"""
    look(opened, view)
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
    assert opened.evaluate(cut) == []
    opened.set_viewport_size({"width": 1366, "height": 768})


def test_main_picture_controls_and_reading_fit_a_projector(opened: Page):
    for view in ("pixel", "choose"):
        look(opened, view)
        for selector in (
            SVG,
            "#colorization-pictures .ww-panels",
            "#colorization-reading",
            "#colorization-temperature",
        ):
            box = opened.locator(f"{selector} >> visible=true").first.bounding_box()
            assert box
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 768, (view, selector)
