"""Panoptic quality, by torchmetrics.

A predicted and a true segment of one class match if their IoU is above 0.5, strictly, which at most one pair
can. PQ = Σ IoU(matches) / (TP + ½ FP + ½ FN) = SQ · RQ: the mean IoU of the matches times an F1 score of
finding them. PQ, SQ and RQ are computed by class over all pictures, then averaged over the classes that occur
(Kirillov et al., "Panoptic segmentation", CVPR 2019, section 4).

Void of the truth is taken out of a predicted segment before its IoU, and a predicted segment that lies in
void by more than half is no false positive (section 4.2). Pixels that the *prediction* leaves open are a
mistake and stay one; torchmetrics would take them out as well, so they are handed to it as a class of their
own, which no average counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torchmetrics.detection import PanopticQuality as _PanopticQuality

VOID = 255


class PanopticQuality:
    """PQ, SQ and RQ over a stream of pictures.

    Args:
        classes: Names, by semantic label.
        stuff: Those of them that have no instances.

    >>> labels, segments = np.array([[0, 0, 1, 1]]), np.array([[0, 0, 1, 2]])
    >>> metric = PanopticQuality(["road", "ball"], stuff=["road"])
    >>> metric.update(labels, segments, labels, segments)
    >>> metric.compute()["pq"]
    1.0
    """

    def __init__(self, classes: Sequence[str], stuff: Sequence[str]) -> None:
        self.classes, self.stuff = tuple(classes), tuple(stuff)
        things = [label for label, name in enumerate(classes) if name not in stuff]
        stuffs = [label for label, name in enumerate(classes) if name in stuff]
        self._open = len(classes)
        self._order = [*things, *stuffs]  # torchmetrics answers in this order, then the open pixels
        self._metric = _PanopticQuality(
            things=set(things),
            stuffs={*stuffs, self._open},
            allow_unknown_preds_category=True,
            return_sq_and_rq=True,
            return_per_class=True,
            sync_on_compute=False,  # a stream is one process's own, also at the end of a training by several
        )

    def update(
        self, labels: np.ndarray, segments: np.ndarray, true_labels: np.ndarray, true_segments: np.ndarray
    ) -> None:
        """Add a picture.

        Args:
            labels: Predicted, int [H, W], 255 where the prediction leaves a pixel open.
            segments: Number of the predicted segment, int [H, W]; told apart within things only.
            true_labels: int [H, W], 255 for void.
            true_segments: int [H, W], as `segments`.

        Raises:
            ValueError: Shapes differ, or a label is neither 255 nor in 0..len(classes) - 1.
        """
        maps = (labels, segments, true_labels, true_segments)
        if len({part.shape for part in maps}) != 1:
            raise ValueError(f"The four maps have one shape; got {[part.shape for part in maps]}.")
        for part in (labels, true_labels):
            if not (np.isin(part, range(len(self.classes))) | (part == VOID)).all():
                raise ValueError(f"Labels are 255 or in 0..{len(self.classes) - 1}; got {np.unique(part)}.")
        labels = np.where(labels == VOID, self._open, labels)
        self._metric.update(_pairs(labels, segments), _pairs(true_labels, true_segments))

    def compute(self) -> dict[str, Any]:
        """Pq, sq, rq, pq_things, pq_stuff in 0..1, and pq, sq, rq, tp, fp, fn `by_class`.

        A class that occurs neither in prediction nor in truth is None and left out of the means.
        """
        table = {}
        counts = (self._metric.true_positives, self._metric.false_positives, self._metric.false_negatives)
        for row, label in enumerate(self._order):
            tp, fp, fn = (int(count[row]) for count in counts)
            quality = self._metric.compute()[row].tolist() if tp + fp + fn else [None] * 3
            table[self.classes[label]] = {
                **dict(zip(("pq", "sq", "rq"), quality, strict=True)),
                **{"tp": tp, "fp": fp, "fn": fn},
            }
        things = [name for name in self.classes if name not in self.stuff]
        return {
            **{key: _mean(table, key, self.classes) for key in ("pq", "sq", "rq")},
            "pq_things": _mean(table, "pq", things),
            "pq_stuff": _mean(table, "pq", self.stuff),
            "by_class": {name: table[name] for name in self.classes},
        }


def _pairs(labels: np.ndarray, segments: np.ndarray) -> torch.Tensor:
    """[1, H, W, 2]: (category, instance) of each pixel, as torchmetrics takes them."""
    return torch.from_numpy(np.stack([labels, segments], axis=-1).astype(np.int64))[None]


def _mean(table: dict[str, dict[str, Any]], key: str, classes: Sequence[str]) -> float | None:
    known = [table[name][key] for name in classes if table[name][key] is not None]
    return sum(known) / len(known) if known else None
