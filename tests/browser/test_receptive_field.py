"""The lesson on receptive fields in Chromium: its arithmetic is Python's; mouse, touch, keyboard, phone, dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models.ops.receptive_stack import depth_for, grow, hourglass, parse_stack, paths, stack_text
from lecture_models.studies import receptive_field as fields
from tests.browser.kept import kept, resting
from tests.browser.modules import alone
from tests.ops.test_receptive_stack import STACKS

GROWTH = "document.querySelector('.ww-fieldGrowth').fieldGrowth"
UNITS = "document.querySelector('.ww-fieldUnits').fieldUnits"
SIGHT = "document.querySelector('.ww-fieldSight').fieldSight"
LAYERS = "document.querySelector('.ww-fieldLayers').fieldLayers"


@pytest.fixture(scope="module")
def module(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the module of arithmetic and nothing else."""
    tab = alone(browser, url, sums="receptive_field/sums.js")
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson, opened once; whatever goes wrong in it fails the last test."""
    with kept(browser, f"{url}?predict=0&lesson=receptive_field", has_touch=True) as tab:
        drawn = "document.querySelector('.ww-fieldGrowth')?.fieldGrowth?.drawn"
        tab.wait_for_function(f"{drawn} && {LAYERS}.value")
        yield tab


@pytest.fixture
def stack(opened: Page) -> Page:
    """The view of the stack, five 3 × 3 convolutions."""
    view(opened, "stack")
    opened.wait_for_function(f"{GROWTH}.value && {GROWTH}.drawn")
    opened.evaluate(f"{GROWTH}.picked = 0; {GROWTH}.chosen('c3x5'); {GROWTH}.choose('c3x5')")
    told(opened, "11")
    return opened


@pytest.fixture
def looking(opened: Page) -> Page:
    """The view of a network, with the pointer away."""
    view(opened, "network")
    opened.mouse.move(5, 5)
    opened.wait_for_function(f"{SIGHT}.value && {UNITS}.value")
    return opened


def view(page: Page, name: str) -> None:
    page.locator(f"#receptive_field-view input[value={name}]").check()


def told(page: Page, number: str) -> None:
    page.wait_for_function(
        f"document.querySelector('#receptive_field-reading .ww-number strong')?.textContent === '{number}'"
    )


# ---- the module alone ------------------------------------------------------------------------------
@pytest.mark.parametrize("padded", [True, False])
def test_the_browsers_growth_is_pythons(module: Page, padded: bool):
    script = """([texts, padded]) => texts.map((text) => {
      const steps = sums.stepsOf(sums.groupsOf(text));
      return sums.grow(steps, 96, 16, padded).map((one) => Object.values(one)); })"""
    for text, theirs in zip(STACKS, module.evaluate(script, [STACKS, padded]), strict=True):
        ours = [[g.field, g.jump, g.side, g.macs, g.bytes] for g in grow(parse_stack(text), 96, 16, padded)]
        assert theirs == ours, text


@pytest.mark.parametrize("padded", [True, False])
def test_the_browsers_paths_are_pythons(module: Page, padded: bool):
    script = """([texts, units, padded]) => texts.flatMap((text) => units.map((unit) =>
      [...sums.sharesOf(sums.stepsOf(sums.groupsOf(text)), unit, 64, padded)[0]]))"""
    found = iter(module.evaluate(script, [STACKS, [0, 2, 5], padded]))
    for text in STACKS:
        for unit in (0, 2, 5):
            assert next(found) == pytest.approx(paths(parse_stack(text), unit, 64, padded), abs=1e-12), text


def test_the_browsers_hourglass_depth_and_grids_are_pythons(module: Page):
    sizes = [1, 3, 5, 40, 100, 224, 512]
    script = """(sizes) => sizes.map((size) => {
      const steps = sums.hourglass(size);
      const groups = steps.map((step) => ({ ...step, times: 1 }));
      return [sums.textOf(groups), sums.depthFor(size), sums.costOf(steps, 64, 8).macs]; })"""
    for size, (text, depth, macs) in zip(sizes, module.evaluate(script, sizes), strict=True):
        assert stack_text(parse_stack(text)) == stack_text(hourglass(size))
        assert depth == depth_for(size)
        assert macs == sum(one.macs for one in grow(hourglass(size), 64, 8))


# ---- a stack ---------------------------------------------------------------------------------------
def test_dragging_the_layers_grows_the_field_at_once(stack: Page):
    slider = stack.locator("#field-times")
    slider.focus()
    slider.press("ArrowRight")
    assert stack.evaluate(f"{GROWTH}.groups[0].times") == 6
    stack.wait_for_function(f"{GROWTH}.drawn.field[1] === 13")
    assert "13 px" in stack.locator(".field-ground h3").inner_text()
    told(stack, "13")
    stack.wait_for_function("location.search.includes('stack=c3x6')")


def test_while_the_finger_moves_the_drawing_waits_for_nobody(stack: Page):
    """Each value is drawn in the next frame, whatever Python does."""
    drawn = stack.evaluate(f"""async () => {{
      const slider = document.getElementById('field-times');
      const seen = [];
      for (const value of [8, 20, 60]) {{
        slider.value = value;
        slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        seen.push({GROWTH}.drawn.field[1]);
      }}
      slider.dispatchEvent(new Event('change', {{ bubbles: true }}));
      return seen; }}""")
    assert drawn == [17, 41, 121]


def test_layers_are_added_changed_and_removed(stack: Page):
    stack.get_by_role("button", name="+ pooling").click()
    stack.get_by_role("button", name="+ convolution").click()
    stack.locator(".field-numbers select").nth(2).select_option("4")
    told(stack, "28")  # 11 + 1, then 4 · 2 · 2
    assert stack.evaluate(f"{GROWTH}.drawn.steps.length") == 7
    stack.get_by_role("button", name="Remove").click()
    told(stack, "12")
    stack.get_by_role("button", name="as VGG-16").click()
    told(stack, "212")


def test_another_place_by_mouse_touch_and_keyboard(stack: Page):
    box = resting(stack.locator(".field-drag").first)
    stack.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    assert stack.evaluate(f"{GROWTH}.place") == pytest.approx([64, 128], abs=1)
    stack.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4)
    assert stack.evaluate(f"{GROWTH}.place") == pytest.approx([128, 64], abs=1)
    stack.locator(".field-drag").first.focus()
    stack.keyboard.press("Shift+ArrowRight")
    assert stack.evaluate(f"{GROWTH}.place[0]") == pytest.approx(138, abs=1)
    stack.wait_for_function("location.search.includes('at.place=')")
    x = stack.evaluate(f"{GROWTH}.drawn.x")
    assert x["high"] - x["low"] + 1 == 11
    assert x["low"] <= 138 <= x["high"] + 1


def test_without_padding_a_dilated_layer_loses_cells(stack: Page):
    stack.get_by_role("button", name="dilated 2·2·2").click()
    sides = f"{GROWTH}.drawn.x.sides"
    stack.wait_for_function(f"{sides}.length === 4 && {sides}[3] === 256")
    stack.locator("#receptive_field-padded input").uncheck()
    stack.wait_for_function(f"{sides}[3] === 244")
    stack.locator("#receptive_field-padded input").check()
    stack.wait_for_function(f"{sides}[3] === 256")
    gaps = stack.evaluate(f"[...{GROWTH}.drawn.x.shares[0]].filter((share) => share > 0).length")
    assert gaps == 7, "every second of 13 pixels is never read"


def test_the_table_saves_as_csv(stack: Page):
    with stack.expect_download() as waiting:
        stack.locator(".field-csv").click()
    text = waiting.value.path().read_text(encoding="utf8")
    assert waiting.value.suggested_filename == "receptive_field_stack.csv"
    assert text.splitlines()[0].startswith('layer,kind,"field, px"')
    assert text.splitlines()[5].split(",")[:3] == ["5", "3 × 3", "11"]


def test_times_are_measured_and_shown(stack: Page):
    stack.locator("#receptive_field-channels input[value='16']").check()
    stack.locator("#receptive_field-side input[value='64']").check()
    stack.wait_for_function(f"{GROWTH}.value.side === 64 && {GROWTH}.value.channels === 16")
    stack.locator("#receptive_field-measure-start").click()
    done = "document.querySelector('.ww-fieldMeasured').fieldMeasured?.value?.runners"
    stack.wait_for_function(f"{done}?.every((one) => one.done === one.layers && one.ms > 0)")
    assert stack.locator(".field-race").inner_text().count(" ms") == 2  # the stack is 3 × 3 alone


# ---- a network -------------------------------------------------------------------------------------
def test_pointing_at_a_unit_shows_its_field_and_choosing_asks_python(looking: Page):
    box = resting(looking.locator(".field-cells canvas"))
    cell = box["width"] / 32
    looking.mouse.move(box["x"] + 8.5 * cell, box["y"] + 10.5 * cell)
    looking.wait_for_function(f"{SIGHT}.other !== null && {SIGHT}.other !== undefined")
    layer = looking.evaluate(f"(({{ field, jump, offset }}) => ({{ field, jump, offset }}))({UNITS}.value)")
    middle = [layer["offset"][1] + layer["jump"][1] * 8, layer["offset"][0] + layer["jump"][0] * 10]
    x0, y0, x1, y1 = looking.evaluate(f"{SIGHT}.other")
    assert [(x0 + x1) / 2, (y0 + y1) / 2] == pytest.approx(middle)
    looking.mouse.click(box["x"] + 8.5 * cell, box["y"] + 10.5 * cell)
    looking.wait_for_function(f"String({UNITS}.value.unit) === '10,8'")
    drawn = [int(x0), int(y0), int(x1), int(y1)]  # exact is what was drawn
    looking.wait_for_function(f"String({SIGHT}.value.box) === '{','.join(map(str, drawn))}'")
    looking.locator(".field-cells").focus()
    looking.keyboard.press("ArrowDown")
    looking.wait_for_function(f"String({UNITS}.value.unit) === '11,8'")


def test_a_patch_is_drawn_moved_and_taken_away(looking: Page):
    box = resting(looking.locator(".ww-fieldSight .field-drag"))
    scale = box["width"] / 256
    looking.mouse.move(box["x"] + 180 * scale, box["y"] + 20 * scale)
    looking.mouse.down()
    looking.mouse.move(box["x"] + 220 * scale, box["y"] + 60 * scale, steps=4)
    looking.mouse.up()
    looking.wait_for_function(f"{SIGHT}.value.patch.length === 4")
    assert looking.evaluate(f"{SIGHT}.value.patch") == pytest.approx([180, 20, 220, 60], abs=1)
    assert "a layer reads its whole map" in looking.locator(".ww-fieldSight .field-bar p").inner_text()
    looking.locator(".ww-fieldSight .field-drag").focus()
    looking.keyboard.press("ArrowLeft")
    looking.wait_for_function(f"Math.abs({SIGHT}.value.patch[0] - 179) <= 1")
    looking.get_by_role("button", name="Take the patch away").click()
    looking.wait_for_function(f"{SIGHT}.value.patch.length === 0")


def test_a_layer_is_chosen_in_the_table_and_the_point_stays(looking: Page):
    looking.get_by_role("button", name="backbone.stem.0", exact=True).click()
    looking.wait_for_function(f"{UNITS}.value.layer === 'backbone.stem.0'")
    told(looking, "3")
    looking.wait_for_function("location.search.includes('layer=backbone.stem.0')")
    made = fields.looked("scene:42", "panoptic_fpn", "backbone.stem.0", (), ())
    assert looking.evaluate(f"{LAYERS}.value.rows.length") == len(made.layers)


# ---- sizes and themes ------------------------------------------------------------------------------
CUT = """[...document.querySelectorAll('.ww-fieldGrowth, .ww-fieldUnits, .ww-fieldSight, .ww-fieldLayers')]
  .flatMap((board) => [...board.querySelectorAll(':is(canvas, img, svg, p, h3, button, select, input)')])
  .filter((node) => { const { left, right, width } = node.getBoundingClientRect();
    return width && !node.closest('.field-table') && (left < -1 || right > window.innerWidth + 1); })
  .map((node) => node.className || node.tagName)"""


@pytest.mark.parametrize("name", ["stack", "network"])
def test_nothing_is_cut_on_a_phone(opened: Page, name: str):
    view(opened, name)
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
    assert opened.evaluate(CUT) == []
    opened.set_viewport_size({"width": 1366, "height": 768})


def test_picture_slider_and_reading_fit_a_projector_below_the_question(stack: Page):
    stack.evaluate("window.scrollTo(0, 0)")
    for selector in (".field-ground .ww-frame", ".field-section", "#field-times", "#receptive_field-reading"):
        box = stack.locator(selector).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


def test_the_section_takes_the_colours_of_the_theme(stack: Page):
    pixels: Any = """() => { const canvas = document.querySelector('.field-section');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return [...data].reduce((sum, part) => sum + part, 0); }"""
    light = stack.evaluate(pixels)
    stack.evaluate("document.body.classList.toggle('dark')")
    stack.wait_for_function(f"({pixels})() !== {light}")
    stack.evaluate("document.body.classList.toggle('dark')")


def test_the_question_comes_first_and_veils_what_would_tell(visit: Any):
    page = visit("?lesson=receptive_field&predict=1", asks=True)
    page.wait_for_selector(".field-costs[data-veil]")
    assert "How many 3 × 3 convolutions" in page.locator("#receptive_field-question").inner_text()
    page.locator("#receptive_field-question button").first.click()
    page.wait_for_function("!document.querySelector('.field-costs[data-veil]')")


def test_a_field_of_thousands_of_pixels_has_its_cost(browser, url):
    with kept(browser, f"{url}?predict=0&lesson=receptive_field&stack=c9d16x16") as tab:
        tab.wait_for_selector(".ww-number strong >> text=2049")
        tab.wait_for_selector(".field-costs svg >> visible=true")
