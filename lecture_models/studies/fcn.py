"""What lesson B5 asks of FCN-32s, FCN-16s and FCN-8s: their sum taken apart, and three networks on one picture.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT, soon
from lecture_models.evaluation import ceilings
from lecture_models.scenes import CLASSES, STUFF, VOID

if TYPE_CHECKING:
    from lecture_models.nets.fcn_parts import Parts

NETWORKS = ("fcn_32s", "fcn_16s", "fcn_8s")
STRIDES = (32, 16, 8)
SHOWN = 0.97  # of the numbers of a class lie within its colour scale
WHOLE, NONE = (1.0, 1.0), (0.0, 0.0)
Skips = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Predicted:
    """The classes of one picture: uint8 [H, W], and for a scene each class's IoU (NaN if absent) and their mean."""

    labels: np.ndarray
    ious: np.ndarray | None

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self.labels.nbytes + (0 if self.ious is None else self.ious.nbytes)

    @property
    def miou(self) -> float | None:
        """Mean IoU over the classes that occur in truth or prediction; None without a truth."""
        return None if self.ious is None else ceilings.mean(self.ious)


@dataclass(frozen=True, eq=False)
class Summed:
    """The sum of one network on one picture with its skips weighed.

    Args:
        picture: what was looked at.
        network: its name.
        parts: what each scale adds.
        skips: weights of pool4 and pool3.
        logits: float32 [K, H, W] with these weights.
        now, usual, without: predictions with these weights, with 1 and with 0.
        alone: of FCN-32s, which was trained without skips; None while it is computed.
        point: the pixel (x, y) whose sum is written out.
        label: the class that is shown.
    """

    picture: pictures.Picture
    network: str
    parts: Parts
    skips: Skips
    logits: np.ndarray
    now: Predicted
    usual: Predicted
    without: Predicted
    alone: Predicted | None
    point: tuple[int, int]
    label: int
    classes: tuple[str, ...] = CLASSES

    @property
    def name(self) -> str:
        """Of the class that is shown."""
        return CLASSES[self.label]

    @property
    def truth(self) -> np.ndarray | None:
        """The scene's labels, int [H, W] with 255 for void; None for a photograph."""
        return None if self.picture.scene is None else self.picture.scene.semantic

    @property
    def rival(self) -> int:
        """The class of the largest logit at the pixel, but for the one that is shown."""
        x, y = self.point
        values = self.logits[:, y, x].copy()
        values[self.label] = -np.inf
        return int(values.argmax())

    @property
    def changed(self) -> int:
        """Pixels whose class is another than with both weights at 1."""
        return int((self.now.labels != self.usual.labels).sum())

    @cached_property
    def limit(self) -> float:
        """The end of the colours: all but a few of the shown class's numbers, at weights of 1, lie below it."""
        maps = self.parts.maps[:, self.label]
        sizes = np.abs(np.concatenate([maps, maps.sum(0, keepdims=True)]))
        return float(max(np.quantile(sizes, SHOWN), 1e-6))


def parts_of(shown: pictures.Picture, network: str) -> Parts:
    """The sum of a network on a picture; kept.

    Raises:
        ValueError: It is no FCN of ours.
        WeightsUnavailable: (a ValueError) Its weights cannot be read.
    """
    if network not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}; got {network!r}. Choose one.")
    zoo.load(network)  # before a GPU is asked for
    return KEPT.get(("fcn parts", network, shown.key), lambda: _parts_of(shown.image, network))


@zoo.gpu
def _parts_of(image: np.ndarray, network: str) -> Parts:
    import torch

    from lecture_models.nets.fcn_parts import take_apart

    x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255
    with zoo.using(network) as model:
        return take_apart(model, x.to(next(model.parameters()).device))  # type: ignore[arg-type]


def predicted(shown: pictures.Picture, logits: np.ndarray) -> Predicted:
    """The classes of the largest logits, measured against the truth if there is one."""
    labels = largest(logits)
    if shown.scene is None:
        return Predicted(labels, None)
    counts = ceilings.confusion(labels, shown.scene.semantic, len(CLASSES))
    return Predicted(labels, ceilings.ious(counts))


def largest(logits: np.ndarray) -> np.ndarray:
    """The class of the largest logit, the first of equal ones: [K, H, W] -> uint8 [H, W].

    One class after another: an argmax over the first axis takes several times as long.
    """
    best, labels = logits[0].copy(), np.zeros(logits.shape[1:], np.uint8)
    for label, values in enumerate(logits[1:], start=1):
        labels[values > best] = label
        np.maximum(best, values, out=best)
    return labels


def prediction(shown: pictures.Picture, network: str, skips: Skips = WHOLE) -> Predicted:
    """What a network says of a picture with its skips weighed; kept."""
    return KEPT.get(_named(shown, network, skips), lambda: _predict(shown, network, skips))


def prediction_soon(shown: pictures.Picture, network: str) -> Predicted | None:
    """The same with all weights at 1; in a hurry None, while it is computed in the background."""
    return soon(_named(shown, network, WHOLE), lambda: _predict(shown, network, WHOLE))


def _named(shown: pictures.Picture, network: str, skips: Skips) -> tuple[object, ...]:
    return "fcn prediction", network, shown.key, skips


def _predict(shown: pictures.Picture, network: str, skips: Skips) -> Predicted:
    return predicted(shown, parts_of(shown, network).logits(skips))


def summed(key: str, network: str, category: str, point: Sequence[float], skips: Skips) -> Summed:
    """The sum of a network's scales on a picture.

    Args:
        key: of the picture.
        network: one of ``NETWORKS``.
        category: name of the class that is shown; empty for the pixel's own, which is its true one if it has one.
        point: (x, y), or empty for a pixel that the skips put right.
        skips: weights of pool4 and pool3.
    """
    shown = pictures.resolve(key)
    parts = parts_of(shown, network)
    usual, without = (prediction(shown, network, weights) for weights in (WHOLE, NONE))
    logits = parts.logits(skips)
    now = usual if skips == WHOLE else predicted(shown, logits)
    place = _inside(shown, point) if point else turned(shown, usual, without)
    label = CLASSES.index(category) if category in CLASSES else _own(shown, usual, place)
    alone = prediction_soon(shown, "fcn_32s")
    return Summed(shown, network, parts, skips, logits, now, usual, without, alone, place, label)


def _inside(shown: pictures.Picture, point: Sequence[float]) -> tuple[int, int]:
    height, width = shown.image.shape[:2]
    return min(max(int(point[0]), 0), width - 1), min(max(int(point[1]), 0), height - 1)


def _own(shown: pictures.Picture, usual: Predicted, place: tuple[int, int]) -> int:
    x, y = place
    true = VOID if shown.scene is None else int(shown.scene.semantic[y, x])
    return int(usual.labels[y, x]) if true == VOID else true


def turned(shown: pictures.Picture, usual: Predicted, without: Predicted) -> tuple[int, int]:
    """A pixel deep inside what the skips change: of a thing that they put right, if the truth is known and one is."""
    import cv2

    changed = usual.labels != without.labels
    if shown.scene is not None:
        right = changed & (usual.labels == shown.scene.semantic)
        things = right & (shown.scene.semantic >= len(STUFF)) & (shown.scene.semantic != VOID)
        changed = next(one for one in (things, right, changed) if one.any() or one is changed)
    height, width = changed.shape
    if not changed.any():
        return width // 2, height // 2
    depth = cv2.distanceTransform(np.pad(changed.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(x), int(y)


@dataclass(frozen=True, eq=False)
class Networks:
    """Predictions of the three networks for one picture, the coarsest first."""

    picture: pictures.Picture
    said: tuple[Predicted, ...]
    classes: tuple[str, ...] = CLASSES

    @property
    def truth(self) -> np.ndarray | None:
        """The scene's labels; None for a photograph."""
        return None if self.picture.scene is None else self.picture.scene.semantic


def networks(key: str) -> Networks:
    """The three networks on a picture."""
    shown = pictures.resolve(key)
    return Networks(shown, tuple(prediction(shown, name) for name in NETWORKS))
