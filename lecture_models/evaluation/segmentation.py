"""Mean intersection over union of label maps, by torchmetrics, and the accuracies of the same confusion matrix.

IoU of a class = area(truth ∩ prediction) / area(truth ∪ prediction), areas summed over all pixels of all
pictures; mean IoU is the mean over the classes. The mean of each picture's own IoUs is another number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torchmetrics.classification import MulticlassJaccardIndex

VOID = 255


class MeanIoU:
    """IoU over the pixels of a stream of pictures; void pixels of the truth do not count.

    Args:
        classes: Names, by label.

    >>> metric = MeanIoU(["road", "grass"])
    >>> metric.update(np.array([[0, 0, 1, 1]]), np.array([[0, 1, 1, 255]]))
    >>> metric.compute()["miou"]
    0.5
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        self._metric = MulticlassJaccardIndex(
            len(classes),
            average=None,
            ignore_index=VOID,
            validate_args=False,
            sync_on_compute=False,  # a stream is one process's own, also at the end of a training by several
        )

    def update(self, prediction: np.ndarray, truth: np.ndarray) -> None:
        """Add a picture: two label maps, int [H, W], the truth with 255 for void.

        Raises:
            ValueError: Their shapes differ, or a label is not in 0..len(classes) - 1.
        """
        if prediction.shape != truth.shape:
            raise ValueError(
                f"Prediction and truth have one shape; got {prediction.shape} and {truth.shape}."
            )
        for name, labels in (("prediction", prediction), ("truth", truth[truth != VOID])):
            if labels.size and not 0 <= labels.min() <= labels.max() < len(self.classes):
                raise ValueError(
                    f"Labels of the {name} are in 0..{len(self.classes) - 1}; "
                    f"got {labels.min()}..{labels.max()}."
                )
        self._metric.update(*(torch.as_tensor(labels.astype(np.int64)) for labels in (prediction, truth)))

    def compute(self) -> dict[str, Any]:
        """`miou` in 0..1 over the classes that occur in prediction or truth, and `by_class`.

        A class that occurs in neither is None and left out of the mean; so is `miou` if there is no pixel.
        """
        confusion = self._metric.confmat
        occurs = (confusion.sum(0) + confusion.sum(1) > 0).tolist()
        values = self._metric.compute().tolist() if any(occurs) else [0.0] * len(occurs)
        known = [value for value, there in zip(values, occurs, strict=True) if there]
        by_class = {
            name: {"iou": value if there else None}
            for name, value, there in zip(self.classes, values, occurs, strict=True)
        }
        return {"miou": sum(known) / len(known) if known else None, "by_class": by_class}

    def accuracies(self) -> dict[str, Any]:
        """The other three metrics of Long et al. 2015, section 5, and the accuracy `by_class`, all in 0..1 or None.

        With n_ij pixels of class i that are predicted to be of class j, and t_i = Σ_j n_ij:

            pixel_accuracy          Σ_i n_ii / Σ_i t_i
            mean_accuracy           the mean of n_ii / t_i over the classes that occur in the truth
            frequency_weighted_iou  Σ_i t_i IoU_i / Σ_i t_i
        """
        counts = self._metric.confmat.double()
        right, true = counts.diagonal(), counts.sum(1)
        total = float(true.sum())
        each = [float(r / t) if t else None for r, t in zip(right, true, strict=True)]
        known = [value for value in each if value is not None]
        iou = right / (true + counts.sum(0) - right).clamp(min=1)
        return {
            "pixel_accuracy": float(right.sum()) / total if total else None,
            "mean_accuracy": sum(known) / len(known) if known else None,
            "frequency_weighted_iou": float((true * iou).sum()) / total if total else None,
            "by_class": {name: {"accuracy": value} for name, value in zip(self.classes, each, strict=True)},
        }
