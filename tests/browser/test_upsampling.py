"""The lesson on upsampling in Chromium: the browser's arithmetic is Python's, and seven outputs follow one finger."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, expect

from lecture_models.studies import upsampling as study
from tests.browser.kept import PATIENCE, asked, kept, resting
from tests.browser.modules import address

BENCH = "document.querySelector('.ww-upsamplingBench').upsampling"
CELLS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5, 1.5, 2, 3, 9, 1]
LAYERS = [one for one in product((2, 3, 4, 5), (1, 2, 3), (0, 1, 2), (0, 1)) if one[3] < one[1]][::3]


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson with numbers of ours, opened once; whatever goes wrong in it fails the last test."""
    expect.set_options(timeout=PATIENCE)
    with kept(browser, f"{url}?predict=0&lesson=upsampling&cells={','.join(map(str, CELLS))}") as tab:
        tab.wait_for_function(f"document.querySelector('.up-told b') && {BENCH}.cells")
        tab.wait_for_selector(".up-view canvas")
        yield tab


@pytest.fixture
def lesson(opened: Page) -> Page:
    """The lesson with its first numbers, and the pointer away."""
    opened.mouse.move(5, 5)
    opened.evaluate("window.scrollTo(0, 0)")
    if opened.evaluate(f"{BENCH}.cells") != CELLS:
        opened.evaluate(f"{BENCH}.cells = {CELLS}, {BENCH}.changed()")
    opened.evaluate(f"{BENCH}.pin({BENCH}.usual)")
    return opened


def outputs(page: Page) -> dict[str, Any]:
    return page.evaluate(f"{BENCH}.outputs")


def in_python(cells: list[float], layer: study.Layer) -> dict[str, torch.Tensor]:
    traces = study.trace_all(torch.tensor(cells, dtype=torch.float32).view(4, 4), layer)
    return {kind: trace.output.flatten() for kind, trace in traces.items()}


def is_pythons(page: Page) -> None:
    cells, own = page.evaluate(f"[{BENCH}.cells, {BENCH}.layer]")
    kernel = torch.tensor(own["kernel"], dtype=torch.float32).view(own["size"], own["size"])
    layer = study.Layer(kernel, own["stride"], own["padding"], own["outputPadding"])
    for kind, expected in in_python(cells, layer).items():
        found = torch.tensor(outputs(page)[kind], dtype=torch.float32)
        torch.testing.assert_close(found, expected, atol=2e-6, rtol=1e-6)


# ---- the arithmetic ----------------------------------------------------------------------------------
def test_the_browsers_numbers_are_pythons(lesson: Page):
    generator = torch.Generator().manual_seed(2)
    jobs = []
    for size, stride, padding, more in LAYERS:
        kernel, cells = (
            torch.randn(size, size, generator=generator),
            torch.rand(4, 4, generator=generator) * 9,
        )
        jobs.append((cells, study.Layer(kernel, stride, padding, more)))
    script = """async ([file, jobs]) => {
      const {KINDS, plan, applied} = await import(file);
      return jobs.map(([data, layer]) => Object.fromEntries(Object.keys(KINDS).map(
        (kind) => {
          const made = plan(kind, [4, 4], data, layer);
          return [kind, [applied(made, data), made.terms]];
        })));
    }"""
    sent = [
        [cells.flatten().tolist(), {"kernel": layer.kernel.flatten().tolist(), "size": len(layer.kernel),
         "stride": layer.stride, "padding": layer.padding, "outputPadding": layer.output_padding}]
        for cells, layer in jobs
    ]  # fmt: skip
    found = lesson.evaluate(script, [address("upsampling/sums.js"), sent])
    for (cells, layer), theirs in zip(jobs, found, strict=True):
        for kind, trace in study.trace_all(cells, layer).items():
            values, terms = theirs[kind]
            torch.testing.assert_close(
                torch.tensor(values, dtype=torch.float32), trace.output.flatten(), atol=1e-5, rtol=1e-6
            )
            matrix = torch.zeros(trace.matrix.shape)
            for output, row in enumerate(terms):
                for at, weight in row:
                    matrix[output, at] = weight
            torch.testing.assert_close(matrix, trace.matrix, atol=1e-6, rtol=0)


def test_what_is_shown_is_what_python_computed(lesson: Page):
    is_pythons(lesson)


# ---- the bench ---------------------------------------------------------------------------------------
def middle(page: Page, selector: str, number: int) -> tuple[float, float]:
    box = resting(page.locator(selector).nth(number))
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_dragging_moves_all_outputs_without_a_request_and_release_asks_python(lesson: Page):
    before = outputs(lesson)
    x, y = middle(lesson, ".up-input .up-cell", 0)
    lesson.mouse.move(x, y)
    lesson.mouse.down()

    with asked(lesson) as requests:
        for step in range(1, 10):
            lesson.mouse.move(x, y - 12 * step)
        lesson.wait_for_function(f"{BENCH}.cells[0] === 4.5")
        assert requests == []
        after = outputs(lesson)
        assert [kind for kind in after if after[kind] == before[kind]] == ["max_unpool"], (
            "another is largest in its window as yet"
        )
        lesson.mouse.move(x, y - 168)
        lesson.wait_for_function(f"{BENCH}.cells[0] === 7")
        assert outputs(lesson)["max_unpool"][0] == 7
        lesson.mouse.up()
        lesson.wait_for_function("new URLSearchParams(location.search).get('cells')?.startsWith('7,1,2')")
        lesson.wait_for_function(f"!{BENCH}.wanted")
    assert requests
    is_pythons(lesson)


def test_a_frame_is_drawn_in_time(lesson: Page):
    script = f"""() => {{
      const times = [];
      {BENCH}.held = true;
      for (let i = 0; i < 12; i++) {{
        const began = performance.now();
        {BENCH}.set(5, i / 2);
        for (const part of {BENCH}.parts) part.now();
        times.push(performance.now() - began);
      }}
      {BENCH}.held = false;
      return Math.min(...times);
    }}"""
    assert lesson.evaluate(script) < 16.7  # 60 frames a second


def test_by_touch(lesson: Page):
    finger = lesson.context.new_cdp_session(lesson)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    x, y = middle(lesson, ".up-input .up-cell", 10)
    at = lambda way: {"touchPoints": [{"x": x, "y": y - way}]}  # noqa: E731
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", **at(0)})
    for way in (12, 24, 36):
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", **at(way)})
    lesson.wait_for_function(f"{BENCH}.cells[10] === 2")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    lesson.wait_for_function(f"!{BENCH}.held && !{BENCH}.wanted")
    assert lesson.evaluate("window.scrollY") == 0, "the finger moves the number, not the page"


def test_by_keyboard(lesson: Page):
    first = lesson.locator(".up-input .up-cell").nth(6)
    first.focus()
    for key in ("ArrowUp", "Shift+ArrowDown"):
        lesson.keyboard.press(key)
    lesson.wait_for_function(f"{BENCH}.cells[6] === 6.9")
    lesson.keyboard.press("ArrowRight")
    lesson.keyboard.press("4")
    lesson.wait_for_function(f"{BENCH}.cells[7] === 4")
    lesson.keyboard.press("End")
    lesson.wait_for_function(f"{BENCH}.cells[7] === 9")
    expect(lesson.locator(".up-input .up-cell").nth(7)).to_have_attribute("aria-valuenow", "9")
    lesson.wait_for_function(f"!{BENCH}.wanted")


def test_an_output_tells_its_sum_and_marks_its_inputs(lesson: Page):
    card = lesson.locator(".up-card[data-kind=bilinear] canvas")
    box = card.bounding_box()
    assert box
    card.hover(position={"x": box["width"] * 3.5 / 8, "y": box["height"] * 2.5 / 8})  # row 3, column 4
    told = lesson.locator(".up-told p")
    expect(told).to_contain_text("Bilinear, row 3, column 4: f(1.25, 0.75) = ")
    expect(told).to_contain_text(f"= {outputs(lesson)['bilinear'][2 * 8 + 3]:.3f}")
    assert lesson.locator(".up-input .up-marked").count() == 4
    marks = lesson.locator(".up-input .up-cell").evaluate_all(
        "(cells) => cells.flatMap((cell, i) => cell.classList.contains('up-marked') ? [i] : [])"
    )
    assert marks == [1, 2, 5, 6]
    lesson.mouse.move(5, 5)
    expect(told).to_contain_text("row 4, column 5")


def test_outputs_by_keyboard_and_the_address_remembers(lesson: Page):
    lesson.locator(".up-card[data-kind=nearest] canvas").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        lesson.keyboard.press(key)
    expect(lesson.locator(".up-told p")).to_contain_text("Nearest neighbour, row 3, column 2: 4 · 1 = 4.000")
    lesson.wait_for_function("new URLSearchParams(location.search).get('at.place') === 'nearest,17'")
    expect(lesson.locator(".up-matrix")).to_contain_text(
        "64 outputs (rows) from 16 inputs (columns): 64 weights not 0."
    )


def test_an_input_tells_where_it_goes(lesson: Page):
    lesson.mouse.move(*middle(lesson, ".up-input .up-cell", 5))
    told = lesson.locator(".up-told p")
    expect(told).to_contain_text("Input, row 2, column 2: 5 counts in so many outputs: Nearest neighbour 4")
    expect(told).to_contain_text("Max unpooling 1 · Bilinear 16")


# ---- the kernel and what follows ---------------------------------------------------------------------
def test_the_kernel_by_name_and_by_hand(lesson: Page):
    lesson.locator(".up-named").get_by_role("button", name="bilinear", exact=True).click()
    lesson.wait_for_function(f"{BENCH}.layer.kernel[4] === 1 && {BENCH}.layer.kernel[0] === 0.25")
    x, y = middle(lesson, ".up-mold .up-cell", 0)
    lesson.mouse.move(x, y)
    lesson.mouse.down()
    lesson.mouse.move(x, y - 30, steps=3)
    lesson.wait_for_function(f"{BENCH}.layer.kernel[0] === 0.75")
    lesson.mouse.up()
    lesson.wait_for_function("new URLSearchParams(location.search).get('kernel')?.startsWith('0.75,0.5')")
    expect(lesson.locator(".up-named")).to_contain_text("yours")
    is_pythons(lesson)
    lesson.get_by_role("button", name="all equal").click()
    expect(lesson.locator(".up-named")).not_to_contain_text("yours")


def test_the_adjoint_holds_and_the_inverse_does_not(lesson: Page):
    card = lesson.locator(".up-inverse")
    sides = card.inner_text().replace("−", "-").split("⟩ = ")[1:]
    one, other = (float(side.split("\n")[0]) for side in sides)
    assert one == pytest.approx(other, abs=2e-3)
    expect(card).to_contain_text("not the numbers")


def test_what_follows_says_the_references(lesson: Page):
    digits = "(lists) => lists.map((list) => list.innerText.split(/\\s+/))"
    counts = lesson.locator(".up-counts").evaluate_all(digits)
    assert counts[1] == list("1122222211")  # kernel 4, stride 2
    assert counts[0] == list("12121211")  # kernel 3 with padding 1 and output padding 1
    expect(lesson.locator(".up-sizes")).to_contain_text("output padding 0 gives 7, output padding 1 gives 8")
    apart = max(abs(o * 3 / 7 - min(max((o + 0.5) / 2 - 0.5, 0), 3)) for o in range(8))
    expect(lesson.locator(".up-aligned")).to_contain_text(f"up to {apart:.2f} cells")
    expect(lesson.locator(".up-twins")).to_contain_text("12 cells of 16 are 0")


def test_a_slider_changes_the_layer(lesson: Page):
    lesson.locator("#upsampling-size input[type=range]").focus()
    lesson.keyboard.press("ArrowRight")
    lesson.wait_for_function(f"{BENCH}.layer.size === 4 && {BENCH}.outputs.transposed.length === 81")
    is_pythons(lesson)
    expect(lesson.locator("#upsampling-reading strong")).to_have_text("4 : 4")
    lesson.keyboard.press("ArrowLeft")
    lesson.wait_for_function(f"{BENCH}.layer.size === 3")


# ---- the question, the phone, the dark ---------------------------------------------------------------
def test_what_would_answer_is_veiled_and_not_told(lesson: Page):
    lesson.get_by_role("button", name="Predict first").click()
    lesson.wait_for_selector(".up-card[data-kind=transposed][inert]")
    lesson.evaluate(f"{BENCH}.pin({{kind: 'transposed', index: 9}})")
    expect(lesson.locator(".up-told p")).to_contain_text("predict first")
    assert lesson.locator(".up-matrix").get_attribute("inert") is not None
    lesson.get_by_role("button", name="Just show me").click()
    expect(lesson.locator(".up-card[data-kind=transposed]")).not_to_have_attribute("inert", "")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (900, 600), (1366, 768)])
def test_nothing_is_cut(lesson: Page, width: int, height: int):
    lesson.set_viewport_size({"width": width, "height": height})
    lesson.wait_for_function(f"innerWidth === {width} && document.documentElement.scrollWidth <= {width}")
    cut = """[...document.querySelectorAll('.ww-board :is(canvas, img, svg, p, h3, ol, figure)')].filter((node) => {
      const {left, right, width} = node.getBoundingClientRect();
      return width && (left < -1 || right > window.innerWidth + 1);
    }).map((node) => node.className || node.tagName)"""
    assert lesson.evaluate(cut) == []


def test_stage_kernel_reading_and_formula_fit_a_projector(lesson: Page):
    for selector in (".up-bench", ".up-told", ".up-kernel", "#upsampling-reading"):
        box = lesson.locator(selector).first.bounding_box()
        assert box
        assert 0 <= box["y"] <= 768 - box["height"], selector
