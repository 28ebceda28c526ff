"""What scores of a stride can draw at most, once they are interpolated: scores fitted to the truth of one picture.

The last layer of an FCN interpolates its scores bilinearly, and each pixel takes the class of the largest. So its
outlines run between the cells' middles, where two classes' scores meet, and may cross a cell anywhere: a ceiling of one
class per cell does not hold for it. Here the scores themselves are the unknowns. Cross-entropy is convex in them, so
descent does not get stuck; it stops after a fixed number of steps. What is reached is therefore a prediction that such
scores can make, and near the best one for cross-entropy; for the mIoU there may be a better one.
"""

from __future__ import annotations

import numpy as np

from .ceilings import cell_counts

STEPS = 60
RATE = 1.0  # of Adam (Kingma & Ba 2015), whose other two numbers are 0.9 and 0.99
RARE = 0.3  # a class counts by its pixels to the power of minus this, since the mIoU weighs classes alike
FLOOR = 0.02  # of a cell's share of a class, before its logarithm is where the descent begins


def axis(length: int, stride: int) -> np.ndarray:
    """Bilinear interpolation along one axis as a matrix float32 [length, cells], with a cell more at either end.

    The cells' middles lie at (i − ½) · stride pixels, so that each pixel lies between two; FCN's grids are such.

    >>> axis(4, 2).tolist()[0]
    [0.25, 0.75, 0.0, 0.0]
    """
    middles = stride * (np.arange(-(-length // stride) + 2) - 0.5)
    pixels = np.arange(length) + 0.5
    return np.maximum(1 - np.abs(pixels[:, None] - middles) / stride, 0).astype(np.float32)


def fitted(truth: np.ndarray, stride: int, classes: int, each: int = 2, steps: int = STEPS) -> np.ndarray:
    """The class of the largest interpolated score at each pixel, after fitting the scores to the truth.

    Args:
        truth: int [H, W], 255 for void.
        stride: pixels between scores.
        classes: K.
        each: only every so many-th pixel of each axis is fitted to; all are predicted.
        steps: of the descent.

    Returns:
        uint8 [H, W].

    Raises:
        ValueError: The stride or ``each`` is below 1.
    """
    if stride < 1 or each < 1:
        raise ValueError(f"A stride and a step over pixels are at least 1; got {stride} and {each}.")
    down, across = (axis(side, stride) for side in truth.shape)
    target = (truth[::each, None, ::each] == np.arange(classes)[:, None]).astype(np.float32)
    first = start(truth, stride, classes)
    scores = descended(first, target * _weights(target), down[::each], across[::each], steps)
    return np.asarray(_between(scores, down, across).argmax(1), np.uint8)


def start(truth: np.ndarray, stride: int, classes: int) -> np.ndarray:
    """Where the descent begins: the logarithm of each class's share of a cell, float32 [h, K, w]."""
    counts = cell_counts(truth, stride, classes).astype(np.float32)
    shares = counts / np.maximum(counts.sum(2, keepdims=True), 1)
    return np.pad(np.log(shares + FLOOR), ((1, 1), (1, 1), (0, 0)), mode="edge").transpose(0, 2, 1)


def descended(
    scores: np.ndarray, target: np.ndarray, down: np.ndarray, across: np.ndarray, steps: int
) -> np.ndarray:
    """Adam on the cross-entropy of interpolated scores.

    Args:
        scores: float32 [h, K, w]; with rows first each interpolation is one product of two matrices.
        target: float32 [H, K, W], each pixel's weight at its true class, 0 elsewhere and in void.
        down: [H, h], the interpolation along columns.
        across: [W, w], the one along rows.
        steps: how many.
    """
    mean, square = np.zeros_like(scores), np.zeros_like(scores)
    weights = target.sum(1, keepdims=True)
    for step in range(1, steps + 1):
        probs = _between(scores, down, across)
        probs -= probs.max(1, keepdims=True)
        np.exp(probs, out=probs)
        probs *= weights / probs.sum(1, keepdims=True)
        gradient = _between(probs - target, down.T, across.T)
        mean += 0.1 * (gradient - mean)
        square += 0.01 * (gradient**2 - square)
        move = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-12)
        scores = scores - np.float32(RATE) * move
    return scores


def _between(maps: np.ndarray, down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Maps [h, K, w] multiplied along both axes, by [H, h] and [W, w]: [H, K, W]."""
    rows, classes, columns = maps.shape
    wide = maps.reshape(rows * classes, columns) @ across.T
    return np.asarray((down @ wide.reshape(rows, -1)).reshape(len(down), classes, len(across)))


def _weights(target: np.ndarray) -> np.ndarray:
    """Of each class, float32 [K, 1]; all pixels together weigh 1."""
    counts = target.sum((0, 2))
    each = np.maximum(counts, 1) ** -RARE
    return np.asarray(each / max(float((each * counts).sum()), 1e-12), np.float32)[:, None]
