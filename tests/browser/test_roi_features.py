"""The lesson on cropping features in Chromium: the browser's arithmetic is Python's, and the box is followed live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, Route

from lecture_models.boxes import iou
from lecture_models.ops import roi_features as ops
from tests.browser.kept import asked, kept, resting
from tests.browser.modules import address, alone
from tests.ops.crops import SIZE, STRIDE, features, thousand_boxes

BOARD = "document.querySelector('.ww-roiBoard').roiBoard"
BOX = [60.3, 90.7, 141.2, 180.4]


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the module of arithmetic and nothing else."""
    tab = alone(browser, url, roiFeatures="roi_features/sums.js")
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson at P4 in 5 × 5 bins, opened once; whatever goes wrong in it fails the last test."""
    query = "?predict=0&lesson=roi_features&picture=scene:42&box=60.3,90.7,141.2,180.4&level=P4&bins=5"
    with kept(browser, url + query) as tab:
        tab.wait_for_function(f"document.querySelector('.ww-roiBoard')?.roiBoard?.state && {BOARD}.fresh")
        yield tab


@pytest.fixture
def lesson(opened: Page) -> Page:
    """The lesson with its box back at its place and the pointer away."""
    opened.mouse.move(5, 5)
    opened.evaluate(f"{BOARD}.stage.setBox({BOX}), {BOARD}.stage.commitBox()")
    settled(opened, f"Math.abs({BOARD}.value.box[0] - {BOX[0]}) < 1e-4")
    return opened


def settled(page: Page, holds: str = "true") -> None:
    """Wait until Python has answered, what it said has been drawn, and `holds`."""
    page.wait_for_function(f"{BOARD}.fresh && {BOARD}.frame === 0 && {holds}")


# ---- the module alone ------------------------------------------------------------------------------
CROPS = """([data, size, boxes, scale, jobs]) => {
  const map = {data: Float32Array.from(data), height: size[0], width: size[1]};
  return jobs.map(([kind, settings]) => boxes.map((box) =>
    Array.from(roiFeatures.crop(kind, map, box, {bins: [3, 5], scale, ...settings}).output())));
}"""
JOBS: list[tuple[str, dict[str, Any]]] = [
    ("roi_pool", {}),
    ("roi_pool", {"reduce": "mean"}),
    ("roi_warp", {}),
    ("roi_align", {"aligned": False}),
    ("roi_align", {"aligned": True}),
    ("roi_align", {"aligned": True, "reduce": "max"}),
    ("roi_align", {"ratio": 0}),
]


def in_python(
    kind: str, settings: dict[str, Any], map_: torch.Tensor, boxes: torch.Tensor, scale: float
) -> torch.Tensor:
    names = {"ratio": "sampling_ratio"}
    return getattr(ops, kind)(
        map_, boxes, (3, 5), scale, **{names.get(key, key): value for key, value in settings.items()}
    )


@pytest.mark.parametrize("scale", [1 / STRIDE, 1 / 7])
def test_the_browsers_crops_are_pythons_on_a_thousand_boxes(page: Page, scale: float):
    map_, boxes = features(1), thousand_boxes()
    found = page.evaluate(CROPS, [map_.flatten().tolist(), SIZE, boxes.tolist(), scale, JOBS])
    for (kind, settings), crops in zip(JOBS, found, strict=True):
        expected = in_python(kind, settings, map_, boxes, scale)
        torch.testing.assert_close(torch.tensor(crops).view(-1, 1, 3, 5), expected, atol=1e-5, rtol=0)


def test_the_browsers_regions_and_matrices_are_pythons(page: Page):
    boxes, scale = thousand_boxes(), 1 / STRIDE
    regions = """([boxes, settings, size]) => ['roi_pool', 'roi_align'].map(
      (kind) => boxes.map((box) => roiFeatures.pooledBox(kind, box, settings, size)))"""
    found = page.evaluate(regions, [boxes.tolist(), {"scale": scale, "aligned": False, "centre": 0.2}, SIZE])
    for kind, theirs in zip(("roi_pool", "roi_align"), found, strict=True):
        torch.testing.assert_close(
            torch.tensor(theirs, dtype=torch.float32),
            ops.pooled_box(boxes, kind, scale, size=SIZE, centre=0.2),
            atol=1e-4,
            rtol=0,
        )
    matrices = """([size, boxes, settings]) => boxes.map((box) => {
      const {ay, ax} = roiFeatures.matrices({data: [], height: size[0], width: size[1]}, box, settings);
      return [ay.map((row) => [...row]), ax.map((row) => [...row])];
    })"""
    found = page.evaluate(
        matrices, [SIZE, boxes[:100].tolist(), {"bins": [3, 5], "scale": scale, "aligned": True}]
    )
    a_y, a_x = ops.separable_weights(boxes[:100], (3, 5), scale, SIZE, 2, True)
    torch.testing.assert_close(torch.tensor([pair[0] for pair in found]), a_y, atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.tensor([pair[1] for pair in found]), a_x, atol=1e-5, rtol=0)


def test_neighbours_and_weights_are_pythons(page: Page):
    map_, box = features(1), thousand_boxes()[3]
    script = """([data, size, box, scale]) => {
      const map = {data: Float32Array.from(data), height: size[0], width: size[1]};
      const {points} = roiFeatures.crop("roi_align", map, box, {bins: [3, 5], scale, aligned: false}).bin(1, 2);
      const four = (point) => point.neighbours.flatMap((cell) => [cell.row, cell.column, cell.weight]);
      return points.map((point) => [point.x, point.y, point.value, ...four(point)]);
    }"""
    found = torch.tensor(page.evaluate(script, [map_.flatten().tolist(), SIZE, box.tolist(), 1 / STRIDE]))
    trace = ops.trace_roi_align(map_, box, (3, 5), 1 / STRIDE)
    torch.testing.assert_close(found[:, :2], trace.points[1, 2].flatten(0, 1), atol=1e-5, rtol=0)
    torch.testing.assert_close(found[:, 2], trace.values[0, 1, 2].flatten(), atol=1e-5, rtol=0)
    cells = torch.cat([trace.neighbours[1, 2].float(), trace.weights[1, 2][..., None]], dim=-1)
    torch.testing.assert_close(found[:, 3:], cells.flatten(0, 1).flatten(1), atol=1e-5, rtol=0)


# ---- the lesson ------------------------------------------------------------------------------------
def handle(page: Page) -> tuple[float, float]:
    box = resting(page.locator("#roi_features-stage .ww-editor"))
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def shown(page: Page) -> Any:
    return page.evaluate(f"{BOARD}.state.outputs.map((output) => Array.from(output))")


def in_the_value(page: Page) -> Any:
    return page.evaluate(f"{BOARD}.value.operators.map((operator) => operator.output)")


def test_what_is_shown_is_what_python_computed(lesson: Page):
    assert lesson.evaluate(f"{BOARD}.box") == pytest.approx(BOX)
    torch.testing.assert_close(
        torch.tensor(shown(lesson)), torch.tensor(in_the_value(lesson)), atol=1e-5, rtol=0
    )


def test_dragging_moves_the_crops_without_a_request_and_release_asks_python(lesson: Page):
    before = shown(lesson)
    x, y = handle(lesson)
    lesson.mouse.move(x, y)
    lesson.mouse.down()

    with asked(lesson) as requests:
        for step in range(1, 20):
            lesson.mouse.move(x + 2 * step, y + step)
        lesson.wait_for_function(f"!{BOARD}.fresh && {BOARD}.frame === 0")
        assert requests == []
        assert shown(lesson) != before
        dragged = lesson.evaluate(f"{BOARD}.box")
        lesson.mouse.up()
        settled(lesson)
    assert requests
    assert lesson.evaluate(f"{BOARD}.value.box") == pytest.approx(dragged, abs=0.06)
    torch.testing.assert_close(
        torch.tensor(shown(lesson)), torch.tensor(in_the_value(lesson)), atol=1e-5, rtol=0
    )


def test_the_ghost_shows_twice_what_was_pooled_from_elsewhere(lesson: Page):
    """The nearer an operator's region is to the box, the more its ghost is the picture."""
    script = f"""async () => {{
      const {{drawGhost}} = await import('{address("roi_features/map.js")}');
      const seen = (ghost) => [...ghost.getContext('2d').getImageData(0, 0, ghost.width, ghost.width).data];
      return [0, 2, 3].map((number) => {{
        const ghost = document.querySelectorAll('.roi-ghost')[number];
        const pasted = seen(ghost);
        drawGhost({BOARD}.image, ghost, {BOARD}.box, {BOARD}.box);
        const alone = seen(ghost);
        {BOARD}.draw();
        return pasted.reduce((sum, part, i) => sum + Math.abs(part - alone[i]), 0) / pasted.length;
      }});
    }}"""
    off = dict(zip((0, 2, 3), lesson.evaluate(script), strict=True))
    regions = lesson.evaluate(f"{BOARD}.state.regions")
    box = lesson.evaluate(f"{BOARD}.box")
    best = max(off, key=lambda number: iou(box, regions[number]))
    assert off[best] < off[0]
    assert off[0] > 2


def test_hovering_a_bin_multiplies_it_out(lesson: Page):
    output = lesson.locator(".roi-output").nth(2)
    size = output.bounding_box()
    assert size
    output.hover(position={"x": size["width"] * 0.3, "y": size["height"] * 0.7})  # of 5 bins: row 4, column 2
    value = shown(lesson)[2][3 * 5 + 1]
    tip = lesson.locator(".roi-tip")
    tip.wait_for(state="visible")
    assert tip.inner_text().startswith("RoIAlign, bin 4, 2: (")
    assert f"= {value:.3f}".replace("-", "−") in tip.inner_text()
    assert "its first point" in tip.inner_text()
    lesson.mouse.move(5, 5)
    tip.wait_for(state="hidden")


def test_bins_by_keyboard(lesson: Page):
    lesson.evaluate(f"{BOARD}.select(2, 2)")
    lesson.locator(".roi-map").first.focus()
    for key in ("ArrowRight", *["ArrowDown"] * 4):  # to the last row and no farther
        lesson.keyboard.press(key)
    lesson.wait_for_function(
        "document.querySelector('.roi-lines').textContent.startsWith('RoIPool, bin 5, 4: max{')"
    )
    assert "row 5, column 4" in (lesson.locator(".roi-map").first.get_attribute("aria-label") or "")


def test_the_slider_moves_the_box_by_tenths(lesson: Page):
    lesson.locator(".roi-slider input").focus()
    for _ in range(3):
        lesson.keyboard.press("ArrowRight")
    settled(lesson, f"Math.abs({BOARD}.value.box[0] - 60.6) < 1e-4")
    assert lesson.evaluate(f"{BOARD}.box") == pytest.approx([60.6, 90.7, 141.5, 180.4])


def test_a_late_answer_does_not_set_the_box_back(lesson: Page):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    lesson.route("**/ww/ask*", hold)
    lesson.locator(".roi-slider input").focus()
    lesson.keyboard.press("ArrowRight")
    lesson.wait_for_timeout(100)
    lesson.keyboard.press("ArrowRight")
    held[0].continue_()  # it answers 60.4, and the box is at 60.5 already
    lesson.wait_for_function(f"Math.abs({BOARD}.value.box[0] - 60.4) < 1e-4")
    assert lesson.evaluate(f"[{BOARD}.box[0], {BOARD}.stage.box[0]]") == pytest.approx([60.5, 60.5])
    held[1].continue_()
    lesson.unroute("**/ww/ask*")
    lesson.keyboard.press("ArrowRight")
    settled(lesson, f"Math.abs({BOARD}.value.box[0] - 60.6) < 1e-4")


def test_align_is_smooth_and_pool_jumps(lesson: Page):
    steps = lesson.evaluate(f"""(() => {{ const board = {BOARD}; return [0, 2].map((number) => {{
      let last = null, most = 0;
      for (let left = 50; left < 82; left += 0.1) {{
        const value = board.crop(number, [left, 90.7, left + 80.9, 180.4]).bin(2, 2).value;
        if (last !== null) most = Math.max(most, Math.abs(value - last));
        last = value;
      }}
      return most; }}); }})()""")
    assert steps[0] > 5 * steps[1]


def test_next_thing_goes_to_a_true_box(lesson: Page):
    lesson.locator(".roi-jump").click()
    settled(lesson, f"{BOARD}.value.things.some((it) => Math.abs(it[0] - {BOARD}.value.box[0]) < 0.1)")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_nothing_is_cut(lesson: Page, width: int, height: int):
    lesson.set_viewport_size({"width": width, "height": height})
    lesson.wait_for_timeout(500)
    assert lesson.evaluate("document.documentElement.scrollWidth") <= width
    cut = """[...document.querySelectorAll('.ww-roiBoard :is(canvas, img, svg, dl, p, h3, input)')].filter((node) => {
      const {left, right, width} = node.getBoundingClientRect();
      return width && (left < -1 || right > window.innerWidth + 1);
    }).map((node) => node.className || node.tagName)"""
    assert lesson.evaluate(cut) == []


def test_picture_level_and_reading_fit_a_projector(lesson: Page):
    lesson.evaluate("window.scrollTo(0, 0)")
    for selector in (
        "#roi_features-stage .ww-frame",
        "#roi_features-level",
        "#roi_features-overlap",
        ".roi-map",
    ):
        box = lesson.locator(selector).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector
