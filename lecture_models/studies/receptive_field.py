"""What lesson B2 asks: how a stack of layers sees more and more, and what one unit of a real network really looks at.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT
from lecture_models.ops.receptive_stack import Grown, Step, grow, parse_stack
from lecture_models.studies import receptive_networks as networks
from lecture_models.studies.receptive_timing import refuse_empty

if TYPE_CHECKING:
    from torch import Tensor, nn

    from lecture_models.ops.effective_field import Gaussian
    from lecture_models.ops.receptive_field import Analysis, Box, Layer

LONGEST = 256  # pixels of a picture's longer side, as networks see it here
COARSEST = 32  # its sides are multiples of this, so that all maps have whole cells
GREY = 128  # of a patch
LEAST_THING, MOST_THING = 24, 200  # pixels of a thing that a field is to hold
CURVE = tuple(np.linspace(0, 1, 41).tolist())
"""Scales of the box at which the share of the gradient is taken."""


@dataclass(frozen=True)
class Stacked:
    """A stack of layers over a picture: its growth, and a thing that its field may hold."""

    picture: pictures.Picture
    steps: tuple[Step, ...]
    grown: tuple[Grown, ...]
    padded: bool
    channels: int
    side: int  # of the square picture whose cost is counted
    thing: int | None  # of the scene


@dataclass(frozen=True, eq=False)
class Unit:
    """One unit of one layer of a network, and the part of a picture that it can see."""

    analysis: Analysis
    net: str
    image: np.ndarray  # uint8 [H, W, 3], as the network sees it
    layer: Layer
    unit: tuple[int, int]  # row, column
    field: tuple[float, float, float, float]  # xyxy, not cut to the picture
    box: Box  # the same cut to the picture, exact


@dataclass(frozen=True, eq=False)
class Effective:
    """The gradient of one unit on the picture, for trained or for fresh weights."""

    trained: bool
    map: np.ndarray  # float32 [h, w]: the layer's output, mean of its channels
    heat: np.ndarray  # float32 [H, W]
    inside: float  # share of the heat inside the field
    half: float  # scale of the field that holds half of what is inside
    most: float  # and 95 %
    fit: Gaussian | None  # of the heat inside the field
    curve: tuple[float, ...]  # share of the heat inside the field, scaled by CURVE

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return self.map.nbytes + self.heat.nbytes


@dataclass(frozen=True, eq=False)
class Patched:
    """What a grey patch on the picture changes in the layer's output."""

    box: Box
    changes: np.ndarray  # float32 [h, w]: the largest change of any channel
    unit: float  # at the unit
    meets: bool  # whether the patch reaches into the unit's field

    @property
    def nbytes(self) -> int:
        """Memory of the array."""
        return self.changes.nbytes


@dataclass(frozen=True, eq=False)
class Looked:
    """One unit of one layer of a network on a picture."""

    picture: pictures.Picture
    image: np.ndarray  # uint8 [H, W, 3], as the network sees it
    name: str
    layers: tuple[Layer, ...]
    layer: Layer
    unit: tuple[int, int]  # row, column
    field: tuple[float, float, float, float]  # xyxy, not cut to the picture
    box: Box  # the same cut to the picture, exact
    seen: tuple[Effective, ...]  # trained first, where there are trained weights; then fresh
    patched: Patched | None


def stacked(key: str, stack: str, padded: bool, channels: int, side: int) -> Stacked:
    """A stack of layers over a picture.

    Args:
        key: of the picture.
        stack: layers as `lecture_models.ops.receptive_stack` writes them.
        padded: whether convolutions keep the size.
        channels: of all maps, where cost is counted.
        side: pixels along an axis, where cost is counted.

    Raises:
        ValueError: A bad key or stack, or one that leaves nothing of the picture.
    """
    shown = pictures.resolve(key)
    steps = parse_stack(stack)
    grown = tuple(grow(steps, side, channels, padded))
    for pixels in (side, min(shown.image.shape[:2])):
        refuse_empty("your stack", grow(steps, pixels, channels, padded), pixels)
    return Stacked(shown, steps, grown, padded, channels, side, thing_of(shown))


def thing_of(shown: pictures.Picture) -> int | None:
    """Index of the scene's largest thing that is not too large; None where there is none, as of a photograph."""
    things = shown.scene.things if shown.scene is not None else ()
    sizes = [max(t.box[2] - t.box[0], t.box[3] - t.box[1]) for t in things]
    fitting = [i for i, size in enumerate(sizes) if LEAST_THING <= size <= MOST_THING]
    return max(fitting, key=lambda i: things[i].area) if fitting else None


def looked(key: str, net: str, layer: str, unit: Sequence[float], patch: Sequence[float]) -> Looked:
    """One unit of a network on a picture: its field, and its gradient with trained and with fresh weights.

    Args:
        key: of the picture.
        net: a name of `receptive_networks.NETWORKS`.
        layer: path of a layer with a map; one that this network does not have takes its usual one.
        unit: x, y of a pixel; the unit whose field lies around it. Empty takes the middle.
        patch: x0, y0, x1, y1, to be covered with grey; empty covers nothing.

    Raises:
        ValueError: A bad key or network, or a patch beside the picture.
    """
    shown = pictures.resolve(key)
    image = as_seen(shown.image)
    asked = unit_of(net, image, layer, unit)
    trained = networks.is_trained(net)
    name = (net, shown.key, asked.layer.name, asked.unit)
    seen = []
    for kind in (True, False) if trained else (False,):
        made = partial(_effective, asked, kind)
        seen.append(KEPT.get(("effective field", kind, *name), made))
    corners, patched = cut_patch(patch, image.shape[:2]), None
    if corners is not None:
        patched = KEPT.get(("patched", trained, *name, corners), partial(_patched, asked, trained, corners))
    layers = networks.analysis_of(net, image.shape[:2]).layers
    return Looked(
        shown, image, net, layers, asked.layer, asked.unit, asked.field, asked.box, tuple(seen), patched
    )


def unit_of(net: str, image: np.ndarray, layer: str, point: Sequence[float]) -> Unit:
    """The unit that looks at a point (x, y) of a picture, or at its middle."""
    height, width = image.shape[:2]
    analysis = networks.analysis_of(net, (height, width))
    found = usual_layer(analysis, net, layer)
    row, column = unit_at(found, point or (width / 2, height / 2))
    box = analysis.box(found.name, row, column) or (0, 0, 1, 1)
    return Unit(analysis, net, image, found, (row, column), field_of(found, row, column), box)


def as_seen(image: np.ndarray) -> np.ndarray:
    """A picture as the networks here see it: at most 256 pixels, sides multiples of 32; uint8 [H, W, 3]."""
    height, width = image.shape[:2]
    factor = LONGEST / max(height, width)
    sides = [max(round(side * factor / COARSEST), 1) * COARSEST for side in (width, height)]
    if sides == [width, height]:
        return image
    return cv2.resize(image, sides, interpolation=cv2.INTER_AREA)


def maps_of(layers: Sequence[Layer]) -> list[Layer]:
    """Layers whose output is a map of at least two units along each axis."""
    return [layer for layer in layers if len(layer.output_shape) == 4 and min(layer.output_shape[2:]) > 1]


def usual_layer(analysis: Analysis, net: str, layer: str) -> Layer:
    """The layer of a name, or the network's usual one where it has none of this name."""
    by_name = {one.name: one for one in maps_of(analysis.layers)}
    return by_name.get(layer) or by_name[networks.chosen(net).layer]


def unit_at(layer: Layer, point: Sequence[float]) -> tuple[int, int]:
    """(row, column) of the unit whose field has its middle nearest to a point (x, y) of the picture."""
    places = []
    for axis, place in enumerate((point[1], point[0])):
        unit = round((place - layer.offset[axis]) / layer.jump[axis])
        places.append(min(max(unit, 0), layer.output_shape[2 + axis] - 1))
    return places[0], places[1]


def field_of(layer: Layer, row: int, column: int) -> tuple[float, float, float, float]:
    """A unit's field, xyxy, not cut to the picture."""
    y, x = (layer.offset[axis] + layer.jump[axis] * place for axis, place in enumerate((row, column)))
    high, wide = (side / 2 for side in layer.receptive_field)
    return x - wide, y - high, x + wide, y + high


def cut_patch(patch: Sequence[float], size: tuple[int, int]) -> Box | None:
    """A patch in whole pixels, cut to the picture; None for an empty one. ValueError where nothing is left of it."""
    if not patch:
        return None
    x0, x1 = (int(min(max(round(side), 0), size[1])) for side in (patch[0], patch[2]))
    y0, y1 = (int(min(max(round(side), 0), size[0])) for side in (patch[1], patch[3]))
    if x1 <= x0 or y1 <= y0:
        raise ValueError(
            f"patch must cover at least one pixel of the picture ({size[1]} × {size[0]}), got {list(patch)}. "
            "Drag another one."
        )
    return x0, y0, x1, y1


def _module(net: str, trained: bool) -> nn.Module:
    return networks.trained(net) if trained else networks.fresh(net)


def _tensor(net: str, image: np.ndarray) -> Tensor:
    import torch

    picture = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255
    return networks.normalised(net, picture.to(zoo.device()))


@zoo.gpu
def _effective(asked: Unit, trained: bool) -> Effective:
    from lecture_models.ops import effective_field as effective

    module, picture = _module(asked.net, trained), _tensor(asked.net, asked.image)
    out, heat = effective.unit_gradient(asked.analysis, module, asked.layer.name, picture, asked.unit)
    field = asked.field
    return Effective(
        trained=trained,
        map=out,
        heat=heat,
        inside=effective.share_inside(heat, field),
        half=effective.scale_holding(heat, field, 0.5),
        most=effective.scale_holding(heat, field, 0.95),
        fit=effective.fit_gaussian(heat * effective.weights_inside(field, heat.shape)),
        curve=tuple(effective.share_curve(heat, field, np.array(CURVE)).tolist()),
    )


@zoo.gpu
def _patched(asked: Unit, trained: bool, patch: Box) -> Patched:
    import torch

    from lecture_models.ops.effective_field import run_to

    (x0, y0, x1, y1), box = patch, asked.box
    covered = asked.image.copy()
    covered[y0:y1, x0:x1] = GREY
    with torch.inference_mode():
        module, pictures_of = _module(asked.net, trained), (asked.image, covered)
        tensors = [_tensor(asked.net, image) for image in pictures_of]
        before, after = (run_to(asked.analysis, module, asked.layer.name, one) for one in tensors)
    changes = (after - before)[0].abs().amax(0).float().cpu().numpy()
    meets = x0 < box[2] and box[0] < x1 and y0 < box[3] and box[1] < y1
    return Patched(patch, changes, float(changes[asked.unit]), meets)
