"""The lesson from the sliding window to one pass in Chromium: its arithmetic is Python's, and all can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models import pictures
from lecture_models.nets import sliding_window as sliding
from lecture_models.nets.size_ledger import BUILDERS, classifier
from lecture_models.studies import fully_convolutional as fully
from tests.browser.kept import asked, kept, resting
from tests.browser.modules import alone

RACE, WEIGHTS, SIZES = (
    f"document.querySelector('.ww-{name}').{name}" for name in ("fcRace", "fcWeights", "fcSizes")
)
TASKS = "#fully_convolutional-tasks"


# ---- the module alone ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the module of arithmetic and nothing else."""
    tab = alone(browser, url, sums="fully_convolutional/sums.js")
    yield tab
    tab.close()


@pytest.mark.parametrize("name", BUILDERS)
def test_the_browsers_sizes_and_multiply_adds_are_pythons(page: Page, name: str):
    made = classifier(name)
    layers = [vars(layer) for layer in made.layers]
    sides = [(made.own, made.own), (384, 384), (413, 260), (640, 480), (40, 700)]
    script = """([layers, sizes]) => sizes.map((size) =>
      [sums.sizesOf(layers, size), sums.scoresOf(layers, size), sums.passMacs(layers, size)])"""
    for size, (found, scores, macs) in zip(sides, page.evaluate(script, [layers, sides]), strict=True):
        assert [tuple(one) for one in found] == made.sizes(size)
        assert tuple(scores) == made.scores(size)
        assert macs == made.pass_macs(size)


@pytest.mark.parametrize("padding", ["none", "picture", "layers"])
def test_the_browsers_windows_are_pythons(page: Page, padding: Any):
    track = sliding.prepare(pictures.resolve("scene:42").image, padding, 0.75, 16)
    told = {name: getattr(track, name) for name in ("own", "stride", "zoom", "margin", "shape")}
    places = [(0, 0), (2, 5), (track.shape[0] - 1, track.shape[1] - 1)]
    script = """([track, places]) => places.map(([row, column]) => {
      const [x0, y0, x1, y1] = sums.cellAt(track, row, column);
      return [sums.windowAt(track, row, column), sums.nearest(track, [(x0 + x1) / 2, (y0 + y1) / 2])];
    })"""
    for place, (window, back) in zip(places, page.evaluate(script, [told, places]), strict=True):
        assert window == pytest.approx(track.window(*place))
        assert tuple(back) == place


@pytest.mark.parametrize("layer", [1, 2])
def test_the_browsers_sums_are_pythons(page: Page, layer: int):
    forms = fully.weigh("scene:42", layer, (), ()).forms
    script = """([row, x, bias, k]) => [sums.connected(row, x, bias), sums.convolved(row, x, bias, k),
      sums.columnOf(sums.kernelPlace(77, k), k)]"""
    values = [forms.matrix[3].tolist(), forms.inputs.tolist(), float(forms.bias[3]), forms.side]
    one, other, column = page.evaluate(script, values)
    assert one == pytest.approx(float(forms.connected[3]), abs=1e-4)
    assert other == pytest.approx(one, abs=1e-9)
    assert column == 77


# ---- the lesson ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson at stride 32, opened once; whatever goes wrong in it fails the last test."""
    query = "?predict=0&lesson=fully_convolutional&stride=32"
    with kept(browser, url + query, has_touch=True) as tab:
        tab.wait_for_function(f"document.querySelector('.fc-columns') && {RACE}.windows")
        yield tab


def look(page: Page, view: str, ready: str) -> None:
    """Choose a view by its radio button and wait until it is drawn."""
    page.evaluate("window.scrollTo(0, 0)")
    page.locator(f"#fully_convolutional-view input[value={view}]").check()
    page.wait_for_function(ready)


@pytest.fixture
def race(opened: Page) -> Page:
    look(opened, "race", "document.querySelector('.ww-fcRace .fc-columns')?.getClientRects().length")
    return opened


@pytest.fixture
def weights(opened: Page) -> Page:
    look(opened, "weights", "document.querySelector('.ww-fcWeights .fc-drawing')?.getClientRects().length")
    return opened


@pytest.fixture
def sizes(opened: Page) -> Page:
    look(opened, "sizes", "document.querySelector('.ww-fcSizes .fc-ledger')?.getClientRects().length")
    return opened


def test_what_is_shown_is_what_python_computed(race: Page):
    made = fully.race("scene:42", "picture", 1.0, 32)
    assert race.evaluate(f"Array.from({RACE}.labels)") == (made.labels.ravel() + 1).tolist()
    assert race.evaluate(f"{RACE}.value.shape") == [8, 8]


def test_pointing_follows_without_a_request_and_a_click_chooses_the_place(race: Page):
    race.evaluate("window.scrollTo(0, 0)")
    race.wait_for_timeout(300)  # what the test before has set off is drawn, and the frame stands still
    frame = resting(race.locator(".fc-pointing").nth(1))

    with asked(race) as requests:
        race.mouse.move(frame["x"] + frame["width"] * 0.4, frame["y"] + frame["height"] * 0.8)
        race.wait_for_function(
            "document.querySelector('.fc-readout').textContent.includes('row 7, column 4')"
        )
    assert requests == []
    race.mouse.click(frame["x"] + frame["width"] * 0.4, frame["y"] + frame["height"] * 0.8)
    race.wait_for_function("new URLSearchParams(location.search).get('place') === '112,208'")
    race.mouse.move(5, 5)


def test_arrow_keys_move_the_window(race: Page):
    race.mouse.move(5, 5)
    race.locator(".fc-pointing").first.focus()
    before = race.evaluate(f"{RACE}.shown")
    race.keyboard.press("ArrowLeft")
    race.keyboard.press("ArrowUp")
    race.wait_for_function(f"{RACE}.shown.join() === '{before[0] - 1},{before[1] - 1}'")


def test_a_finger_chooses_a_place(race: Page):
    frame = resting(race.locator(".fc-pointing").first)
    race.touchscreen.tap(frame["x"] + frame["width"] * 0.9, frame["y"] + frame["height"] * 0.1)
    race.wait_for_function("new URLSearchParams(location.search).get('place') === '240,16'")


def test_the_run_fills_the_map_and_all_scores_are_the_same(race: Page):
    race.locator("#fully_convolutional-slide-start").click()
    race.wait_for_function(f"{RACE}.windows.done === 64")
    assert race.evaluate(f"Array.from({RACE}.done)") == race.evaluate(f"Array.from({RACE}.labels)")
    assert race.evaluate(f"{RACE}.largest") < 1e-5
    race.wait_for_function(
        "document.querySelector('.fc-scale').textContent.includes('at most: the same scores')"
    )


def test_stop_leaves_the_windows_so_far(race: Page):
    race.locator("#fully_convolutional-stride input[value='4']").check()
    race.wait_for_function(f"{RACE}.value.stride === 4 && {RACE}.windows.total === 4096")
    start = race.evaluate(f"{RACE}.windows.done")
    race.locator("#fully_convolutional-slide-start").click()
    race.wait_for_function(f"{RACE}.windows.done !== {start}")
    race.locator("#fully_convolutional-slide-stop").click()
    race.wait_for_selector(".ww-progress[data-state=stopped]")
    assert 0 < race.evaluate(f"{RACE}.windows.done") < 4096
    race.locator("#fully_convolutional-stride input[value='32']").check()
    race.wait_for_function(f"{RACE}.value.stride === 32")


def test_a_weight_chosen_in_the_kernel_is_chosen_in_the_matrix(weights: Page):
    tiles = (
        "[...document.querySelectorAll('.fc-own')].filter((node) => Number(node.getAttribute('width')) > 12)"
    )
    weights.evaluate(f"{tiles}[4].dispatchEvent(new MouseEvent('click', {{bubbles: true}}))")
    weights.wait_for_function("document.querySelectorAll('.fc-mine').length === 4")
    column = weights.evaluate(f"{WEIGHTS}.column")
    weights.wait_for_function(f"new URLSearchParams(location.search).get('weight')?.startsWith('{column},')")
    titles = weights.locator(".fc-mine title").all_text_contents()
    assert any(f"column {column}:" in title for title in titles)
    assert any(title.startswith("kernel:") for title in titles)


def test_what_is_added_to_a_weight_changes_both_sums_alike(weights: Page):
    before = weights.evaluate(f"{WEIGHTS}.sums()")
    value = weights.evaluate(f"{WEIGHTS}.inputs[{WEIGHTS}.column]")
    for _ in range(4):
        weights.locator(".fc-side .fc-slider input").press("ArrowRight")
    step = float(weights.locator(".fc-side .fc-slider input").get_attribute("step"))
    weights.wait_for_function(f"Math.abs({WEIGHTS}.more - {4 * step}) < 1e-9")
    after = weights.evaluate(f"{WEIGHTS}.sums()")
    assert after[0] - before[0] == pytest.approx(4 * step * value, abs=1e-6)
    assert after[1] == pytest.approx(after[0], abs=1e-9)


def test_arrow_keys_go_to_the_next_weight(weights: Page):
    column, unit = weights.evaluate(f"[{WEIGHTS}.column, {WEIGHTS}.unit]")
    weights.locator(".fc-drawing").focus()
    weights.keyboard.press("ArrowRight")
    weights.keyboard.press("ArrowDown")
    weights.wait_for_function(f"{WEIGHTS}.column === {column + 1} && {WEIGHTS}.unit === {unit + 1}")
    assert weights.evaluate(f"{WEIGHTS}.more") == 0


def test_the_corner_is_dragged_and_the_ledger_follows(sizes: Page):
    corner = sizes.locator(".fc-corner")
    corner.scroll_into_view_if_needed()
    box, area = corner.bounding_box(), sizes.locator(".fc-area").bounding_box()
    assert box
    assert area
    sizes.mouse.move(box["x"] + 16, box["y"] + 16)
    sizes.mouse.down()
    sizes.mouse.move(area["x"] + area["width"] * 0.8, area["y"] + area["height"] * 0.6, steps=4)
    sizes.wait_for_function(f"Math.abs({SIZES}.size[1] - 640) < 8 && Math.abs({SIZES}.size[0] - 480) < 8")
    high, wide = sizes.evaluate(f"{SIZES}.size")
    rows, columns = classifier("vgg16").scores((high, wide))
    said = "document.querySelector('.fc-verdicts').textContent"
    sizes.wait_for_function(f"{said}.includes('{columns} × {rows} scores')")
    sizes.mouse.up()
    sizes.wait_for_function(f"new URLSearchParams(location.search).get('size') === '{wide},{high}'")


def test_the_corner_by_keyboard_and_the_reference(sizes: Page):
    sizes.locator(".fc-buttons button", has_text="384 × 384").click()
    verdicts = "document.querySelector('.fc-verdicts').textContent"
    sizes.wait_for_function(f"{verdicts}.includes('556.9 GMAC') && {verdicts}.includes('49.6 GMAC')")
    sizes.wait_for_function(f"{verdicts}.includes('11.2 times fewer')")
    sizes.locator(".fc-corner").focus()
    sizes.keyboard.press("Shift+ArrowRight")
    sizes.wait_for_function(f"{SIZES}.size.join() === '384,416'")


def test_one_click_selects_in_all_panels(opened: Page):
    look(opened, "tasks", f"document.querySelectorAll('{TASKS} .ww-panel').length === 4")
    heat = opened.locator(f"{TASKS} .ww-panel").nth(3)
    frame = resting(opened.locator(f"{TASKS} .ww-frame").first)
    opened.mouse.click(frame["x"] + frame["width"] * 0.2, frame["y"] + frame["height"] * 0.05)
    opened.wait_for_function(
        f"document.querySelectorAll('{TASKS} .ww-panel')[3].dataset.shows === 'Heat map: sky'"
    )
    assert "sky" in heat.inner_text()


VIEWS = {"race": ".fc-columns", "weights": ".fc-drawing", "sizes": ".fc-area", "tasks": ".ww-panels"}


@pytest.mark.parametrize("view", VIEWS)
def test_stage_controls_and_reading_fit_a_projector(opened: Page, view: str):
    look(
        opened,
        view,
        f"document.querySelector('[id^=fully_convolutional-] {VIEWS[view]}')?.getClientRects().length",
    )
    for selector in (VIEWS[view], "#fully_convolutional-view", "#fully_convolutional-reading"):
        box = opened.locator(f"[role=tabpanel] {selector} >> visible=true").first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_on_a_phone(opened: Page, view: str, dark: bool):
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.evaluate(f"document.body.classList.toggle('dark', {str(dark).lower()})")
    look(
        opened,
        view,
        f"document.querySelector('[id^=fully_convolutional-] {VIEWS[view]}')?.getClientRects().length",
    )
    cut = """[...document.querySelectorAll(':is(.ww-fcRace, .ww-fcWeights, .ww-fcSizes, .ww-panels) *')]
      .filter((node) => {
        const {left, right, width} = node.getBoundingClientRect();
        const inside = node.closest('.fc-pointing, .fc-side .ww-frame, .ww-sr, title');
        return width && !inside && (left < -1 || right > window.innerWidth + 1);
      }).map((node) => `${node.className.baseVal ?? node.className} ${node.tagName}`)"""
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
    assert opened.evaluate(cut) == []
    opened.set_viewport_size({"width": 1366, "height": 768})
    opened.evaluate("document.body.classList.remove('dark')")


def test_the_question_veils_the_work(visit: Any):
    page = visit("?lesson=fully_convolutional&stride=32", asks=True)
    page.wait_for_selector(".fc-work[inert]")
    assert page.locator(".fc-work[inert]").count() == 2
    page.locator(".ww-choices button").first.click()
    page.wait_for_function("!document.querySelector('.fc-work[inert]')")
