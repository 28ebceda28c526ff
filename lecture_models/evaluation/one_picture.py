"""All metrics of one predicted label map at once, with the areas that they are made of.

torch is imported inside the function, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture_models.scenes import VOID


@dataclass(frozen=True)
class Measured:
    """All metrics of one prediction of one picture, in 0..1; None where nothing is to be measured.

    ``confusion`` int64 [K, K]: pixels of true class i (row) that are predicted as class j; void is left out. ``iou``,
    ``accuracy`` and ``boundary`` have an entry a class.
    """

    confusion: np.ndarray
    iou: tuple[float | None, ...]
    accuracy: tuple[float | None, ...]
    boundary: tuple[float | None, ...]
    pixel_accuracy: float | None
    mean_accuracy: float | None
    miou: float | None
    frequency_weighted_iou: float | None
    boundary_iou: float | None

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return int(self.confusion.nbytes)

    def areas(self, label: int) -> tuple[int, int, int]:
        """Pixels of a class in the truth, in the prediction, and in both."""
        counts = self.confusion
        return int(counts[label].sum()), int(counts[:, label].sum()), int(counts[label, label])

    def dice(self, label: int) -> float | None:
        """Dice of a class: twice the shared area by the sum of both."""
        true, said, both = self.areas(label)
        return 2 * both / (true + said) if true + said else None


def measure(prediction: np.ndarray, truth: np.ndarray, names: Sequence[str]) -> Measured:
    """All metrics of a prediction, int [H, W], against a truth, int [H, W] with 255 for void."""
    from torch import from_numpy
    from torchmetrics.functional.classification import multiclass_confusion_matrix

    from .boundary import BoundaryIoU
    from .segmentation import MeanIoU

    regions, outlines = MeanIoU(names), BoundaryIoU(names)
    for meter in (regions, outlines):
        meter.update(prediction, truth)
    said, true = (from_numpy(labels.astype(np.int64)) for labels in (prediction, truth))
    counts = multiclass_confusion_matrix(said, true, len(names), ignore_index=VOID, validate_args=False)
    mean, accuracies, edges = regions.compute(), regions.accuracies(), outlines.compute()
    return Measured(
        confusion=counts.numpy(),
        iou=tuple(mean["by_class"][name]["iou"] for name in names),
        accuracy=tuple(accuracies["by_class"][name]["accuracy"] for name in names),
        boundary=tuple(edges["by_class"][name]["boundary_iou"] for name in names),
        **{key: accuracies[key] for key in ("pixel_accuracy", "mean_accuracy", "frequency_weighted_iou")},
        miou=mean["miou"],
        boundary_iou=edges["boundary_iou"],
    )


def mean_iou(values: Sequence[float | None], absent: float | None = None) -> float | None:
    """The mean of classes' IoUs; a None, of an absent class, counts ``absent``, or not at all if that is None.

    >>> mean_iou([1.0, None, 0.5]), mean_iou([1.0, None, 0.5], 0), mean_iou([1.0, None, 0.4], 1)
    (0.75, 0.5, 0.7999999999999999)
    """
    counted = [absent if value is None else value for value in values]
    known = [value for value in counted if value is not None]
    return sum(known) / len(known) if known else None
