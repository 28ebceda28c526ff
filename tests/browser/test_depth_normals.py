"""The lesson on depth in Chromium: mouse, finger and keys reach all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models.studies import depth_normals as nets
from lecture_models.studies import depth_relative as relative
from tests.browser.kept import asked, kept, resting

NAMES = {
    "scales": "dnScales",
    "loss": "dnLoss",
    "normals": "dnNormals",
    "space": "dnSpace",
    "relative": "dnRelative",
}
BOARDS = {view: f"document.querySelector('.ww-{name}')?.{name}" for view, name in NAMES.items()}
SCALES, LOSS, NORMALS, SPACE, RELATIVE = BOARDS.values()


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson, opened once; whatever goes wrong in it fails the last test."""
    with kept(browser, f"{url}?predict=0&lesson=depth_normals", has_touch=True) as tab:
        tab.wait_for_function(f"{SCALES}?.value")
        yield tab


def look(page: Page, view: str) -> None:
    """Choose a view by its radio button and wait until it is drawn."""
    page.evaluate("window.scrollTo(0, 0)")
    page.locator(f"#depth_normals-view input[value={view}]").check()
    page.wait_for_function(
        f"{BOARDS[view]}?.value && document.querySelector('.ww-{NAMES[view]} figure')?.getClientRects().length"
    )


def test_the_pointer_reads_depth_and_truth(opened: Page):
    look(opened, "scales")
    box = resting(opened.locator(".dn-pointing").nth(3))
    with asked(opened) as requests:
        opened.mouse.move(box["x"] + box["width"] * 60.5 / 256, box["y"] + box["height"] * 200.5 / 256)
        opened.wait_for_function("document.querySelector('.dn-readout td').textContent === '60, 200'")
    assert requests == []
    made = nets.looked("scene:42")
    cells = opened.locator(".ww-dnScales .dn-readout td").all_text_contents()
    assert made.depth is not None
    said = [one[200, 60] for one in nets.depths(made).values()]
    told = [float(cells[k].split(" ")[0]) for k in (1, 3, 5, 7)]
    assert told == pytest.approx([*said, made.depth[200, 60]], rel=0.004)
    assert opened.locator(".ww-dnScales .ww-cross").count() >= 7
    opened.locator(".ww-dnScales .dn-grid").focus()
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function("document.querySelector('.dn-readout td').textContent === '61, 200'")


def test_errors_in_the_browser_have_pythons_mean(opened: Page):
    look(opened, "scales")
    made = nets.looked("scene:42")
    for k, one in enumerate(nets.scores(made, "depth").values()):
        script = f"(() => {{ const v = {SCALES}.errors[{k}].filter((e) => !Number.isNaN(e));"
        found = opened.evaluate(f"{script} return v.reduce((a, b) => a + b, 0) / v.length; }})()")
        assert found == pytest.approx(one["abs_rel"], rel=0.02)
    opened.locator("#depth_normals-quantity input[value=normals]").check()
    opened.wait_for_function(f"{SCALES}.value.quantity === 'normals'")
    mean = opened.evaluate(
        f"(() => {{ const v = {SCALES}.errors[2].filter((e) => !Number.isNaN(e));"
        " return v.reduce((a, b) => a + b, 0) / v.length; })()"
    )
    assert mean == pytest.approx(nets.scores(made, "normals")["fine"]["normals_mean"], rel=0.05)
    opened.locator("#depth_normals-below input[value=change]").check()
    opened.wait_for_function("document.querySelector('.ww-dnScales').textContent.includes('Fine changed')")
    opened.locator("#depth_normals-below input[value=error]").check()
    opened.locator("#depth_normals-quantity input[value=depth]").check()
    opened.wait_for_function(f"{SCALES}.value.quantity === 'depth'")


def test_the_factor_follows_its_slider(opened: Page):
    look(opened, "loss")
    opened.locator("#depth_normals-factor input[type=range]").focus()
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function(f"{LOSS}.value.factor === 1.3")
    found = nets.scaled(nets.looked("scene:42"), "prediction", 1.3, 0.5)
    assert found is not None
    assert opened.evaluate(f"{LOSS}.value.cost") == pytest.approx(found.cost)
    mean = opened.evaluate(
        f"(() => {{ const v = {LOSS}.difference.filter((e) => !Number.isNaN(e));"
        " return v.reduce((a, b) => a + b, 0) / v.length; })()"
    )
    assert mean == pytest.approx(found.mean + np.log(1.3), abs=0.002)
    opened.locator("#depth_normals-forgiven input[type=range]").focus()
    opened.keyboard.press("End")
    opened.wait_for_function(
        "document.querySelector('#depth_normals-reading strong').textContent === '0.000'"
    )
    opened.locator("#depth_normals-which input[value=truth]").check()
    opened.wait_for_function(f"{LOSS}.value.which === 'truth'")


def test_another_camera_tilts_the_normals(opened: Page):
    look(opened, "normals")
    own = opened.evaluate(f"{NORMALS}.value.medians[1]")
    opened.locator("#depth_normals-depth_of input[value=truth]").check()
    opened.wait_for_function(f"{NORMALS}.value.medians[1] < 0.1 && {own} > 1")
    opened.locator("#depth_normals-camera input[value=none]").check()
    opened.wait_for_function(f"{NORMALS}.value.medians[1] > 20")
    assert opened.locator("#depth_normals-focal").is_hidden()
    opened.locator("#depth_normals-camera input[value=known]").check()
    opened.wait_for_function(f"{NORMALS}.value.camera === 'known'")


def test_points_turn_by_mouse_finger_and_keys_without_a_request(opened: Page):
    look(opened, "space")
    opened.wait_for_function(f"{SPACE}.clouds?.truth")
    canvas = opened.locator(".dn-cloud").first
    box = resting(canvas)
    pixels = "document.querySelector('.dn-cloud').getContext('2d').getImageData(0, 0, 300, 300).data.join('')"
    before = opened.evaluate(pixels)
    with asked(opened) as requests:
        opened.mouse.move(box["x"] + 100, box["y"] + 100)
        opened.mouse.down()
        opened.mouse.move(box["x"] + 160, box["y"] + 100, steps=4)
        opened.mouse.up()
        yaw = opened.evaluate(f"{SPACE}.yaw")
        assert yaw == pytest.approx(0.5 + 60 * 0.008, abs=0.01)
        assert opened.evaluate(pixels) != before
        opened.locator(".dn-space").focus()
        opened.keyboard.press("ArrowLeft")
        opened.wait_for_function(f"{SPACE}.yaw < {yaw}")
        opened.keyboard.press("+")
        assert opened.evaluate(f"{SPACE}.zoom") > 0.75
        opened.locator(".dn-view", has_text="As seen").click()
        opened.wait_for_function(f"{SPACE}.yaw === 0")
    assert requests == []


def test_a_turn_is_drawn_quickly(opened: Page):
    look(opened, "space")
    script = f"(() => {{ const b = {SPACE}; const t = performance.now(); for (let k = 0; k < 10; k++)"
    took = opened.evaluate(
        f"{script} {{ b.turn([0.01, 0]); b.now(); }} return (performance.now() - t) / 10; }})()"
    )
    assert took < 60, "milliseconds for both clouds, also on a busy machine"


def test_a_reference_point_is_dragged_and_python_answers_on_release(opened: Page):
    look(opened, "relative")
    box = resting(opened.locator(".dn-drag"))
    x, y = (opened.evaluate(f"{RELATIVE}.points[0][{k}]") for k in (0, 1))
    place = box["x"] + box["width"] * x / 256, box["y"] + box["height"] * y / 172
    with asked(opened) as requests:
        opened.mouse.move(*place)
        opened.mouse.down()
        opened.mouse.move(place[0] - 30, place[1] + 20, steps=5)
        opened.wait_for_function(f"{RELATIVE}.points[0][0] < {x}")
        assert requests == [], "nothing is asked while it moves"
        opened.mouse.up()
        opened.wait_for_function(f"{RELATIVE}.value.points[0] === Math.floor({RELATIVE}.points[0][0])")
    points = opened.evaluate(f"{RELATIVE}.value.points")
    found = relative.related("scene:42", "stereo", "network", tuple(points))
    assert opened.evaluate(f"{RELATIVE}.residual") == pytest.approx(found.residual(found.metric), rel=0.05)
    opened.locator(".dn-handle[data-point=B]").focus()
    before = opened.evaluate(f"{RELATIVE}.points[1][0]")
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function(f"{RELATIVE}.value.points[2] === {int(before) + 1}")


def test_a_finger_moves_the_nearer_point(opened: Page):
    look(opened, "relative")
    opened.locator("#depth_normals-source input[value=measured]").check()
    opened.wait_for_function(f"{RELATIVE}.value.source === 'measured'")
    box = resting(opened.locator(".dn-drag"))
    opened.touchscreen.tap(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.9)
    opened.wait_for_function(f"{RELATIVE}.points.some(([x, y]) => Math.abs(x - 128) < 3 && y > 150)")
    opened.wait_for_function("document.querySelector('#depth_normals-reading strong').textContent === '0.0'")
    opened.locator("#depth_normals-source input[value=network]").check()
    opened.wait_for_function(f"{RELATIVE}.value.source === 'network'")


def test_board_controls_and_reading_fit_a_projector(opened: Page):
    for view, name in NAMES.items():
        look(opened, view)
        for selector in (f".ww-{name}", "#depth_normals-view", "#depth_normals-reading"):
            box = opened.locator(f"[role=tabpanel] {selector} >> visible=true").first.bounding_box()
            assert box
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 768, (view, selector)


@pytest.mark.parametrize("presenting", [False, True])
def test_every_number_stays_in_its_column(opened: Page, presenting: bool):
    opened.evaluate(f"document.body.classList.toggle('ww-present', {str(presenting).lower()})")
    for view in ("normals", "relative", "scales"):
        look(opened, view)
        opened.wait_for_function(
            f"[...document.querySelectorAll('.ww-{NAMES[view]} .dn-readout')].every((one) =>"
            " one.scrollWidth <= one.clientWidth + 1)"
        )
    look(opened, "normals")
    widest = """document.querySelectorAll('.ww-dnNormals tbody td:nth-child(2)').forEach((one) => {
      one.textContent = '-0.58 -0.58 -0.57';
    })"""
    opened.evaluate(widest)
    assert (
        opened.evaluate("(one => one.scrollWidth - one.clientWidth)(document.querySelector('.dn-vectors'))")
        < 2
    )
    opened.evaluate("document.body.classList.remove('ww-present')")


def test_nothing_is_cut_on_a_phone(opened: Page):
    opened.set_viewport_size({"width": 390, "height": 844})
    cut = """[...document.querySelectorAll('.ww-board *, .dn-tables *')].filter((node) => {
        const {left, right, width} = node.getBoundingClientRect();
        return width && !node.closest('.ww-sr, title') && (left < -1 || right > window.innerWidth + 1);
      }).map((node) => `${node.className.baseVal ?? node.className} ${node.tagName}`)"""
    for view in NAMES:
        look(opened, view)
        opened.wait_for_function("document.documentElement.scrollWidth <= 390")
        assert opened.evaluate(cut) == []
    opened.set_viewport_size({"width": 1366, "height": 768})


def test_the_question_veils_what_tells_the_sign(visit: Any):
    page = visit("?lesson=depth_normals", asks=True)
    page.wait_for_selector(".dn-readout[inert]")
    page.locator(".ww-choices button").first.click()
    page.wait_for_function("!document.querySelector('.dn-readout[inert]')")
