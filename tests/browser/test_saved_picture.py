"""A panel saved as PNG: the picture as it is seen, and below it what its colours mean, on any screen, uncut."""

from __future__ import annotations

from typing import Any

import numpy as np
import PIL.Image
import pytest
from scipy import ndimage

pytest.importorskip("playwright")

from demos.figures import style
from tests.browser.modules import address


def saved(page: Any, lesson: str, number: int = 0) -> np.ndarray:
    """The PNG of a panel as uint8 [H, W, 3]."""
    button = page.locator(f"#{lesson}-stage .ww-save-png").nth(number)
    button.focus()
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    return np.asarray(PIL.Image.open(coming.value.path()).convert("RGB"))


def has(image: np.ndarray, color: str) -> bool:
    """Whether a part of a picture has a square of a colour, within what a browser rounds."""
    near = np.abs(image.astype(int) - np.array(style.rgb(color))).max(2) <= 2
    return bool((near[:-9, :-9] & near[9:, 9:] & near[:-9, 9:] & near[9:, :-9]).any())


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (390, "dark")])
def test_a_saved_picture_has_its_classes_and_marks(visit: Any, width: int, scheme: Any):
    query = f"?lesson=mask_rcnn_results&gallery=crowd&scenes=2&__theme={scheme}"
    page = visit(query, width=width, accept_downloads=True)
    page.wait_for_selector("#mask_rcnn_results-stage .ww-legend li >> visible=true")
    legend = page.locator("#mask_rcnn_results-stage .ww-shared li").all_text_contents()
    image = saved(page, "mask_rcnn_results")
    height, across = image.shape[:2]
    assert across == 1024
    assert height > 1024 + 40 * 2, "a strip of two lines at least"
    strip = image[1024:]
    for text in legend:
        color = {"asked for, with its mask IoU": style.TRUTH}.get(
            text, style.CLASS_COLORS.get(text, style.WRONG)
        )
        assert has(strip, color), text
    paper = np.array([255, 255, 255])
    for edge in (strip[:, :8], strip[:, -8:], strip[-8:]):
        assert (edge == paper).all(), "nothing is cut at an edge"
    assert not (image[:1024] == paper).all(2).all(1).any(), "the picture is whole"


def test_the_strip_grows_with_what_there_is_to_say(visit: Any):
    page = visit("?lesson=mask_rcnn_results&gallery=this&scenes=1", accept_downloads=True)
    page.wait_for_selector("#mask_rcnn_results-stage .ww-legend li >> visible=true")
    before = saved(page, "mask_rcnn_results").shape[0]
    page.evaluate(
        """([address, color]) => import(address).then(({ stageOf }) => {
          const long = "a class with a name that is much longer than most of them are ".repeat(3);
          stageOf("mask_rcnn_results-stage").legend = Array.from({ length: 9 }, (_, i) => [long + i, color]);
        })""",
        [address("draw/stage.js"), style.TRUTH],
    )
    image = saved(page, "mask_rcnn_results")
    assert image.shape[0] > before + 9 * 2 * 20
    green = np.abs(image[1024:].astype(int) - np.array(style.rgb(style.TRUTH))).max(2) <= 2
    hidden = page.evaluate(
        """(color) => [...document.querySelector("#mask_rcnn_results-stage .ww-panel").querySelectorAll(".ww-chip")]
          .filter((one) => !one.getClientRects().length && one.style.cssText.includes(color)).length""",
        style.TRUTH,
    )
    assert hidden, "some names have no room on the picture"
    assert ndimage.label(green)[1] == 9 + hidden, "each name has one square"
