"""Predicted colour against a picture's own, over all pixels of all pictures, in Lab units.

colour_error is the mean distance in (a, b): √(Δa² + Δb²). chroma is the mean of √(a² + b²), of the prediction and of
the truth: grey has 0, so a timid prediction shows here, and predicting grey everywhere has a colour_error of
true_chroma. rare_recall looks at rare colours alone: of the pixels whose nearest bin is one of the rarest, which hold
a tenth of the training scenes' pixels, the share whose predicted colour is within 20 of the true one.

The three colorizers are compared by Zhang, Isola & Efros (ECCV 2016, section 3.1 and table 1) by other numbers, on
photographs: area under the curve of the share of pixels within a distance, plain and rebalanced.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lecture_models.colour_prior import bin_indices, rare_bins, training_counts
from lecture_models.nets.colorizer import colourise
from lecture_models.ops.lab import rgb_to_lab
from lecture_models.scenes import Scene

NEAR = 20.0  # Lab units


class ColourErrors:
    """Errors of predicted colour over a stream of pictures.

    Args:
        rare: bool [Q], the rare ones among the bins.
    """

    def __init__(self, rare: torch.Tensor) -> None:
        self._rare = rare
        self._sums = {"colour_error": 0.0, "chroma": 0.0, "true_chroma": 0.0}
        self._pixels = self._rare_pixels = self._found = 0

    def update(self, ab: np.ndarray, truth: np.ndarray) -> None:
        """Add a picture: predicted and true ab, float [H, W, 2].

        Raises:
            ValueError: Their shapes differ.
        """
        if ab.shape != truth.shape or ab.shape[-1:] != (2,):
            raise ValueError(
                f"Prediction and truth must have one shape [H, W, 2]; got {ab.shape} and {truth.shape}: resize it."
            )
        said, true = (values.reshape(-1, 2).astype(np.float64) for values in (ab, truth))
        distance = np.linalg.norm(said - true, axis=1)
        sums = (distance.sum(), np.linalg.norm(said, axis=1).sum(), np.linalg.norm(true, axis=1).sum())
        for name, value in zip(self._sums, sums, strict=True):
            self._sums[name] += float(value)
        rare = self._rare[bin_indices(torch.from_numpy(true).float())].numpy()
        self._pixels += len(true)
        self._rare_pixels += int(rare.sum())
        self._found += int((distance[rare] <= NEAR).sum())

    def compute(self) -> dict[str, float | None]:
        """colour_error, chroma and true_chroma in Lab units, rare_recall and rare_share (of all pixels) in 0..1.

        None where there was no pixel to measure on.
        """
        means = {name: value / self._pixels if self._pixels else None for name, value in self._sums.items()}
        return {
            **means,
            "rare_recall": self._found / self._rare_pixels if self._rare_pixels else None,
            "rare_share": self._rare_pixels / self._pixels if self._pixels else None,
        }


class ColourMeter:
    """All of the above for a network of kind "colour"; a distribution is read by its annealed mean at T = 0.38."""

    def __init__(self) -> None:
        self._errors = ColourErrors(rare_bins(training_counts()))

    def update(self, scene: Scene, network: Any) -> None:
        """Run the network on a scene's lightness and add what it says."""
        picture = torch.from_numpy(np.array(scene.image)).permute(2, 0, 1)[None].float() / 255
        truth = rgb_to_lab(picture)[0, 1:].permute(1, 2, 0).numpy()
        self._errors.update(colourise(network, scene.image).ab, truth)

    def compute(self) -> dict[str, Any]:
        """The errors of the scenes so far."""
        return self._errors.compute()
