"""Oracle ceilings: the mIoU that a prediction of one class per cell of some stride can reach on one picture.

Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", appendix A, ask what a coarse
output can reach at most, and answer by making the truth smaller and larger again. Here each cell takes the class that
most of its pixels have, which gives the most right pixels; then the one change of one cell that raises the mIoU most is
made, again and again, until no change of one cell raises it. That is a local maximum: changing several cells at once
might still find more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

VOID = 255
LEAST = 1e-12  # a gain below it is rounding


@dataclass(frozen=True)
class Ceiling:
    """The best cell-wise prediction that was found for one stride.

    Args:
        stride: side of a cell in pixels.
        labels: uint8 [H, W], one class in each cell.
        miou: of these labels, in 0..1.
        majority_miou: of the cells' commonest classes, before any change.
        changes: cells that were changed after that.
    """

    stride: int
    labels: np.ndarray
    miou: float
    majority_miou: float
    changes: int

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self.labels.nbytes


def confusion(prediction: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """Pixels of true class i (row) that are predicted as class j, int64 [K, K]; void, 255 in the truth, is left out.

    >>> confusion(np.array([[0, 1, 1]]), np.array([[0, 0, 255]]), 2).tolist()
    [[1, 1], [0, 0]]
    """
    known = truth != VOID
    pairs = truth[known].astype(np.int64) * classes + prediction[known]
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def ious(counts: np.ndarray) -> np.ndarray:
    """IoU of each class from a confusion matrix, float64 [K]; NaN of a class that occurs in neither map."""
    both = counts.diagonal().astype(np.float64)
    either = counts.sum(0) + counts.sum(1) - both
    return np.divide(both, either, out=np.full(len(counts), np.nan), where=either > 0)


def miou(prediction: np.ndarray, truth: np.ndarray, classes: int) -> float:
    """Mean IoU over the classes that occur in one picture's prediction or truth; NaN where nothing is known."""
    return mean(ious(confusion(prediction, truth, classes)))


def mean(values: np.ndarray) -> float:
    """The mean of those that are numbers; NaN if none is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def cell_counts(truth: np.ndarray, stride: int, classes: int) -> np.ndarray:
    """Pixels of each class in each cell, int64 [h, w, K]; cells begin at the upper left pixel, void is left out.

    >>> cell_counts(np.array([[0, 0, 1], [0, 1, 255]]), 2, 2).tolist()
    [[[3, 1], [0, 1]]]
    """
    height, width = truth.shape
    rows, columns = -(-height // stride), -(-width // stride)
    cell = (np.arange(height) // stride)[:, None] * columns + (np.arange(width) // stride)[None]
    known = truth != VOID
    pairs = cell[known] * classes + truth[known].astype(np.int64)
    return np.bincount(pairs, minlength=rows * columns * classes).reshape(rows, columns, classes)


def ceiling(truth: np.ndarray, stride: int, classes: int) -> Ceiling:
    """The cell-wise prediction of one stride for a truth, int [H, W] with 255 for void.

    Raises:
        ValueError: The stride is below 1.

    >>> found = ceiling(np.array([[0, 0, 1, 1], [0, 0, 0, 1]]), 2, 2)
    >>> found.labels.tolist(), found.miou
    ([[0, 0, 1, 1], [0, 0, 1, 1]], 0.775)
    """
    if stride < 1:
        raise ValueError(f"A stride is at least 1 pixel; got {stride}.")
    counts = cell_counts(truth, stride, classes)
    cells = counts.reshape(-1, classes)
    first = cells.argmax(1)
    labels, changes = climb(cells, first)
    grid = labels.reshape(counts.shape[:2]).astype(np.uint8)
    height, width = truth.shape
    spread = grid.repeat(stride, 0).repeat(stride, 1)[:height, :width]
    return Ceiling(stride, spread, _miou(cells, labels), _miou(cells, first), changes)


def climb(cells: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, int]:
    """Change one cell at a time, always by the best change, until no change of one cell raises the mIoU.

    Args:
        cells: int64 [N, K], pixels of each class in each cell.
        labels: int64 [N], where to begin.

    Returns:
        The labels, and how many changes it took.
    """
    labels, areas, changes = labels.copy(), cells.sum(1), 0
    # a cell of one class that has this class can only lose: its true pixels, and a union that grows
    mixed = np.flatnonzero(areas > cells[np.arange(len(cells)), labels])
    both, either = _areas(cells, labels)
    now = _mean(both, either)
    while len(mixed):
        gained = _after_each(cells[mixed], labels[mixed], areas[mixed], both, either)
        best = np.unravel_index(gained.argmax(), gained.shape)
        if gained[best] <= now + LEAST:
            break
        labels[mixed[best[0]]] = best[1]
        both, either = _areas(cells, labels)
        now, changes = _mean(both, either), changes + 1
    return labels, changes


def _after_each(
    cells: np.ndarray, labels: np.ndarray, areas: np.ndarray, both: np.ndarray, either: np.ndarray
) -> np.ndarray:
    """The mIoU after giving each of M cells each of K classes, float64 [M, K]."""
    classes = cells.shape[1]
    own = cells[np.arange(len(cells)), labels]
    count = np.count_nonzero(either)
    value = np.divide(both, either, out=np.zeros(classes), where=either > 0)
    left, rest = both[labels] - own, either[labels] - areas + own
    minus = np.divide(left, rest, out=np.zeros(len(cells)), where=rest > 0) - value[labels]
    joined = either + areas[:, None] - cells
    plus = np.divide(both + cells, joined, out=np.zeros(cells.shape), where=joined > 0) - value
    many = count - (rest == 0)[:, None] + ((either == 0) & (joined > 0))
    after = (value.sum() + minus[:, None] + plus) / np.maximum(many, 1)
    after[np.arange(len(cells)), labels] = -1  # no change
    return np.asarray(after)


def _areas(cells: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Intersection and union of each class, in pixels."""
    said, both = (np.zeros(cells.shape[1], np.int64) for _ in range(2))
    np.add.at(said, labels, cells.sum(1))
    np.add.at(both, labels, cells[np.arange(len(cells)), labels])
    return both, said + cells.sum(0) - both


def _mean(both: np.ndarray, either: np.ndarray) -> float:
    return float((both[either > 0] / either[either > 0]).mean()) if either.any() else float("nan")


def _miou(cells: np.ndarray, labels: np.ndarray) -> float:
    return _mean(*_areas(cells, labels))
