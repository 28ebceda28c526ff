"""Two ceilings of each stride on one scene beside what the networks reach: what is coarse, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecture_models import pictures
from lecture_models.cache import KEPT, soon
from lecture_models.evaluation import ceilings
from lecture_models.evaluation.fitted_scores import fitted
from lecture_models.scenes import CLASSES, VOID

from .fcn import NETWORKS, STRIDES, Predicted, prediction

CELLS = (32, 16, 8, 4)
EACH = {32: 2, 16: 2, 8: 1}
"""Scores of a stride are fitted to every so many-th pixel of each axis: the finer ones need all."""
ORACLES = ("scores", "cells")


@dataclass(frozen=True, eq=False)
class Ceiled:
    """Ceilings of a scene.

    Args:
        picture: what was looked at; a photograph has no ceilings.
        stride: the one whose prediction is shown.
        oracle: 'scores', fitted and interpolated, or 'cells', one class each.
        cells: one ceiling for each stride of ``CELLS``.
        scores: for each stride of ``STRIDES`` the prediction of fitted scores; None while it is computed.
        said: the networks' predictions, FCN-32s first.
    """

    picture: pictures.Picture
    stride: int
    oracle: str
    cells: tuple[ceilings.Ceiling, ...]
    scores: tuple[Predicted | None, ...]
    said: tuple[Predicted, ...]
    classes: tuple[str, ...] = CLASSES

    @property
    def truth(self) -> np.ndarray | None:
        """The scene's labels; None for a photograph."""
        return None if self.picture.scene is None else self.picture.scene.semantic

    @property
    def network(self) -> Predicted:
        """Of the network whose finest scores have the stride; for stride 4 that of stride 8."""
        return self.said[STRIDES.index(max(self.stride, STRIDES[-1]))]

    @property
    def waiting(self) -> bool:
        """Whether scores are still being fitted."""
        return any(one is None for one in self.scores)

    @property
    def best(self) -> np.ndarray | None:
        """The oracle's labels at the stride, uint8 [H, W]; None where they are still computed, or there is no truth."""
        if self.truth is None:
            return None
        if self.oracle == "cells" or self.stride not in STRIDES:
            return self.cells[CELLS.index(self.stride)].labels
        found = self.scores[STRIDES.index(self.stride)]
        return None if found is None else found.labels

    def split(self) -> np.ndarray | None:
        """Each pixel: 0 right or void, 1 wrong although the oracle is right, 2 wrong as the oracle is. uint8 [H, W]."""
        truth, best = self.truth, self.best
        if truth is None or best is None:
            return None
        wrong = (self.network.labels != truth) & (truth != VOID)
        return np.where(wrong, 1 + (best != truth), 0).astype(np.uint8)


def ceiled(key: str, stride: int, oracle: str) -> Ceiled:
    """Ceilings and networks on a picture; kept.

    Args:
        key: of the picture.
        stride: 32, 16, 8 or 4.
        oracle: 'scores' or 'cells'.

    Raises:
        ValueError: No such stride or oracle.
    """
    if stride not in CELLS or oracle not in ORACLES:
        raise ValueError(
            f"stride must be one of {CELLS} and oracle one of {ORACLES}; got {stride} and {oracle!r}."
        )
    shown = pictures.resolve(key)
    said = tuple(prediction(shown, name) for name in NETWORKS)
    if shown.scene is None:
        return Ceiled(shown, stride, oracle, (), (), said)
    truth = shown.scene.semantic
    cells = tuple(_cells(shown.key, truth, side) for side in CELLS)
    scores = tuple(_scores(shown.key, truth, side) for side in STRIDES)
    return Ceiled(shown, stride, oracle, cells, scores, said)


def _cells(key: str, truth: np.ndarray, stride: int) -> ceilings.Ceiling:
    return KEPT.get(("ceiling", key, stride), lambda: ceilings.ceiling(truth, stride, len(CLASSES)))


def _scores(key: str, truth: np.ndarray, stride: int) -> Predicted | None:
    return soon(("fitted scores", key, stride), lambda: _fitted(truth, stride))


def _fitted(truth: np.ndarray, stride: int) -> Predicted:
    labels = fitted(truth, stride, len(CLASSES), EACH[stride])
    return Predicted(labels, ceilings.ious(ceilings.confusion(labels, truth, len(CLASSES))))
