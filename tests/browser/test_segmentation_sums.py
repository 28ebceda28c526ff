"""The arithmetic of the lesson on metrics in Chromium: masks, strokes and all metrics are Python's on random maps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page
from scipy import ndimage

from lecture_models.evaluation.one_picture import mean_iou, measure
from lecture_models.ops.moved_mask import moved_mask
from lecture_models.scenes import VOID
from tests.browser.modules import alone

SIZE = (40, 52)
MANY = 4


def blobs(seed: int, void: float = 0.06) -> tuple[np.ndarray, np.ndarray]:
    """A prediction and a truth in patches, as real ones are, with void pixels."""
    rng = np.random.default_rng(seed)
    truth, said = (
        np.argmax([ndimage.gaussian_filter(rng.random(SIZE), 4) for _ in range(MANY)], 0) for _ in range(2)
    )
    said = np.where(rng.random(SIZE) < 0.7, truth, said)
    return said, np.where(rng.random(SIZE) < void, VOID, truth)


# ---- the modules alone -----------------------------------------------------------------------------
@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page with the modules of arithmetic and nothing else."""
    tab = alone(browser, url, sums="segmentation_metrics/sums.js", strokes="draw/strokes.js")
    yield tab
    tab.close()


METRICS = """([said, truth, size, many]) => {
  const [prediction, right] = [Uint8Array.from(said), Uint8Array.from(truth)];
  const {counts, inVoid} = sums.confusion(prediction, right, many);
  const each = sums.classes(counts, many);
  const absent = [null, 0, 1].map((value) => sums.mean(each.map(({iou}) => iou), value));
  return {counts, inVoid, each, absent, ...sums.whole(each), void: sums.withVoid(each, inVoid),
    boundary: sums.boundaries(prediction, right, size, many)};
}"""


@pytest.mark.parametrize("seed", range(6))
def test_all_metrics_are_pythons_on_random_maps(page: Page, seed: int):
    said, truth = blobs(seed, void=0.0 if seed == 5 else 0.06)
    many = MANY + seed % 2  # perhaps one class that never occurs
    found = page.evaluate(METRICS, [said.ravel().tolist(), truth.ravel().tolist(), SIZE, many])
    expected = measure(said, truth, [str(k) for k in range(many)])
    assert found["counts"] == expected.confusion.ravel().tolist()
    assert [one["iou"] for one in found["each"]] == pytest.approx(list(expected.iou), abs=1e-6)
    assert [one["dice"] for one in found["each"]] == pytest.approx([expected.dice(k) for k in range(many)])
    assert [one["accuracy"] for one in found["each"]] == pytest.approx(list(expected.accuracy))
    assert found["boundary"] == pytest.approx(list(expected.boundary))
    assert found["absent"] == pytest.approx([mean_iou(expected.iou, one) for one in (None, 0, 1)], abs=1e-6)
    whole = {key: found[key] for key in ("accuracy", "meanAccuracy", "miou", "weighted")}
    names = ("pixel_accuracy", "mean_accuracy", "miou", "frequency_weighted_iou")
    assert list(whole.values()) == pytest.approx([getattr(expected, name) for name in names], abs=1e-6)


def test_void_that_counts_is_a_false_alarm(page: Page):
    said, truth = blobs(1)
    found = page.evaluate(METRICS, [said.ravel().tolist(), truth.ravel().tolist(), SIZE, MANY])
    expected = [((said == k) & (truth == k)).sum() / ((said == k) | (truth == k)).sum() for k in range(MANY)]
    assert found["void"] == pytest.approx(expected)


@pytest.mark.parametrize("width", [1, 3, 7])
def test_bands_are_pythons(page: Page, width: int):
    from lecture_models.evaluation.boundary import band

    said, _ = blobs(2)
    script = "([labels, size, width]) => [...sums.band(Uint8Array.from(labels), size, width)]"
    found = np.reshape(page.evaluate(script, [said.ravel().tolist(), SIZE, width]), SIZE)
    for label in range(MANY):
        assert np.array_equal((said == label) & (found == 1), band(said == label, width))


def test_a_moved_mask_is_pythons(page: Page):
    rng = np.random.default_rng(0)
    mask = ndimage.gaussian_filter(rng.random(SIZE), 3) > 0.53
    moves = [(0, 0, 1), (7, -4, 1), (-60, 0, 1), (3, 2, 1.37), (0, 0, 0.5), (-5, 6, 2.05), (1, 1, 4)]
    script = """([mask, size, moves]) => moves.map((move) => {
      const flat = Uint8Array.from(mask);
      return [...sums.moved(flat, size, sums.boxOf(flat, size), move)];
    })"""
    found = page.evaluate(script, [mask.astype(int).ravel().tolist(), SIZE, moves])
    for move, flat in zip(moves, found, strict=True):
        assert np.array_equal(np.reshape(flat, SIZE) == 1, moved_mask(mask, *move)), move


def test_a_fill_is_a_connected_region_and_a_lift_leaves_neighbours(page: Page):
    said, _ = blobs(3)
    y, x = 20, 20
    regions, _ = ndimage.label(said == said[y, x])
    mask = regions == regions[y, x]
    script = """([labels, size, at]) => {
      const flat = Uint8Array.from(labels);
      const mask = strokes.region(flat, size, at);
      return [[...mask], [...strokes.without(flat, size, mask)]];
    }"""
    found, filled = (
        np.reshape(one, SIZE) for one in page.evaluate(script, [said.ravel().tolist(), SIZE, y * SIZE[1] + x])
    )
    assert np.array_equal(found == 1, mask)
    assert np.array_equal(filled[~mask], said[~mask])
    assert not (filled[mask] == said[y, x]).any()


def test_a_stroke_is_a_thick_line(page: Page):
    script = """([size]) => {
      const labels = new Uint8Array(size[0] * size[1]);
      strokes.stroke(labels, size, [10, 10], [30, 25], 4, () => 1);
      return [...labels];
    }"""
    found = np.reshape(page.evaluate(script, [SIZE]), SIZE)
    ys, xs = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    along = np.clip(((xs - 10) * 20 + (ys - 10) * 15) / 625, 0, 1)
    away = np.hypot(xs - 10 - 20 * along, ys - 10 - 15 * along)
    assert np.array_equal(found == 1, away <= 4)
