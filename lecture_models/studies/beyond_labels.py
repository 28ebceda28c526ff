"""Depth, normals and colour of one picture, as two networks of their own say them, beside the tasks with labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecture_models import pictures, zoo
from lecture_models.studies.depth_normals import looked, seen

COLORIZER = "colorizer_rebalanced"


@dataclass(frozen=True, eq=False)
class Beyond:
    """What is said of every pixel of a picture, whose longer side is at most 256 pixels.

    Attributes:
        depth: float32 [H, W], metres.
        normals: float32 [H, W, 3], unit vectors in camera axes: right, up, towards the camera.
        image: uint8 [H, W, 3], the picture's lightness with invented colour.
        ab: float32 [H, W, 2], that colour, Lab units.
    """

    depth: np.ndarray
    normals: np.ndarray
    image: np.ndarray
    ab: np.ndarray


def beyond(shown: pictures.Picture) -> Beyond:
    """Both networks on a picture; not kept, but for what lesson D1 keeps of it.

    Raises:
        WeightsUnavailable: (a ValueError) A network's file is missing or broken.
    """
    zoo.load(COLORIZER)  # before a GPU is asked for
    said = looked(shown.key).said
    return _coloured(shown.image, said.depth, said.normals)


@zoo.gpu
def _coloured(image: np.ndarray, depth: np.ndarray, normals: np.ndarray) -> Beyond:
    from lecture_models.nets.colorizer import colourise

    with zoo.using(COLORIZER) as network:
        made = colourise(network, seen(image))  # type: ignore[arg-type]
    return Beyond(depth, normals, made.image, made.ab)
