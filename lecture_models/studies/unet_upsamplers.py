"""A trained U-Net whose decoder has another upsampler at every level.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models import zoo
from lecture_models.cache import KEPT, soon
from lecture_models.scenes import CLASSES
from lecture_models.studies.unet import NETWORK, Looked, as_labels, looked, mean_of

if TYPE_CHECKING:
    from lecture_models.evaluation.one_picture import Measured


@dataclass(frozen=True, eq=False)
class Swapped:
    """A prediction with an upsampler in the place of the trained ones, uint8 [H, W], and level 1's upsampled map."""

    kind: str
    labels: np.ndarray
    upsampled: np.ndarray  # float16 [h, w], mean of the channels
    measured: Measured | None  # None of a photograph

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        measured = self.measured.nbytes if self.measured else 0
        return self.labels.nbytes + self.upsampled.nbytes + measured


def swap(key: str, kind: str, made_up: bool) -> Swapped:
    """The decoder with another upsampler at every level; kept. Raises ValueError where there is no such upsampler."""
    from lecture_models.nets.unet_swap import SPARSE

    made = looked(key)
    made_up = made_up and kind in SPARSE
    return KEPT.get(("unet swapped", made.picture.key, kind, made_up), lambda: _swapped(made, kind, made_up))


@zoo.gpu
def _swapped(made: Looked, kind: str, made_up: bool) -> Swapped:
    from lecture_models.evaluation.one_picture import measure
    from lecture_models.nets.unet_swap import swapped

    with zoo.using(NETWORK) as network:
        net: Any = network
        place = next(net.parameters()).device
        maps = [one.to(place) for one in made.encoder]
        steps = net.decode(maps, made.bottom.to(place), up=swapped(net, kind, maps, made_up))
        labels = as_labels(net.logits(steps[0].decoder, made.image.shape[:2]))
    found = None if made.truth is None else measure(labels, made.truth, CLASSES)
    return Swapped(kind, labels, mean_of(steps[0].upsampled), found)


def swaps(key: str, made_up: bool) -> Sequence[Swapped] | None:
    """Every upsampler; None while the background computes them. Kept."""
    from lecture_models.nets.unet_swap import UPSAMPLERS

    made = looked(key)
    kept = ("unet swaps", made.picture.key, made_up)
    return soon(
        kept,
        lambda: [swap(key, kind, made_up) for kind in UPSAMPLERS],
        lambda all_: sum(one.nbytes for one in all_),
    )
