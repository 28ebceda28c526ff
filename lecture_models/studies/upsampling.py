"""A 4 × 4 map through seven ways of upsampling, and a real feature map pooled and brought back by each of them.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT

if TYPE_CHECKING:
    from torch import Tensor

    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.ops.upsample_trace import UpsampleTrace

KINDS = ("nearest", "bed_of_nails", "max_unpool", "bilinear", "bilinear_corners", "transposed", "resize")
"""The operators in the order of the page."""
SIDE = 4  # cells of the editable map, each way
HIGHEST = 9  # the scene's own numbers are scaled to 0 … 9, so that they can be added by hand
FACTOR = 2  # of all operators but the transposed convolution, whose stride the learner chooses
MEAN = -1  # as a channel: the mean of all
NAMED = ("bilinear", "flat", "learned")
"""Kernels that have a name: the bilinear one, equal weights, and least squares over the channels of a real map."""


@dataclass(frozen=True)
class Layer:
    """The learner's transposed convolution: a kernel and its arithmetic."""

    kernel: Tensor  # float [k, k]
    stride: int
    padding: int
    output_padding: int

    @property
    def resizing(self) -> Tensor:
        """The same kernel after a resize, where each number stands stride² times: its mean gain stays the same."""
        return self.kernel / self.stride**2


@dataclass(frozen=True)
class Restored:
    """A real map [H, W], averaged by 2 × 2 so many times, and what each operator makes of that.

    Max unpooling is half of a pair: it gets the map that was pooled by maxima, and their positions.
    """

    original: Tensor
    pooled: Tensor  # by means
    outputs: dict[str, Tensor]  # by kind, each [H, W]
    kernels: dict[str, tuple[Tensor, float]]  # of one layer: bilinear, learned and the learner's own

    @property
    def nbytes(self) -> int:
        """Bytes of the maps."""
        return sum(one.nbytes for one in (self.original, self.pooled, *self.outputs.values()))

    @cached_property
    def errors(self) -> dict[str, float]:
        """Root mean square of output − original, by kind, in standard deviations of the original."""
        return {kind: error(output, self.original) for kind, output in self.outputs.items()}


@dataclass(frozen=True)
class Upsampled:
    """Everything of one run."""

    picture: pictures.Picture
    level: str
    cells: Tensor  # float [4, 4]
    edited: bool  # whether the learner wrote them
    layer: Layer
    traces: dict[str, UpsampleTrace]  # the 4 × 4 map through each operator
    restored: Restored

    def coverage(self) -> Tensor:
        """How many of the 4 × 4 inputs meet in each output of the transposed convolution."""
        return coverage(self.layer)


def study(
    picture: pictures.Picture,
    name: str,
    cells: Sequence[float],
    kernel: str,
    arithmetic: tuple[int, int, int, int],
    place: tuple[str, int, int],
) -> Upsampled:
    """Upsample a small map and a real one in every way.

    Args:
        picture: from `pictures.resolve`.
        name: a detection network of the zoo; it runs once a picture.
        cells: the 4 × 4 numbers row by row; empty takes the scene's own map, averaged and scaled.
        kernel: one of ``NAMED``, or its k² numbers row by row; numbers of another size are cut or followed by zeros.
        arithmetic: kernel size, stride, padding, output padding.
        place: level such as "P3", channel or `MEAN`, and how many times the real map is pooled and upsampled.

    Raises:
        ValueError: no such level, channel or layer, or not the right number of numbers.
    """
    level, channel, times = place
    size, stride, padding, output_padding = arithmetic
    from lecture_models.ops.fitted_kernel import least_squares

    maps = level_of(zoo.trace(name, picture.image), level, FACTOR**times)
    shown = one_channel(maps, channel)
    key = ("least squares", name, picture.key, level, times, size)
    learned = KEPT.get(key, lambda: least_squares(maps, size))
    layer = Layer(kernel_of(kernel, size, stride, learned), stride, padding, output_padding)
    small, real = cells_of(cells, shown), kernel_of(kernel, size, FACTOR, learned)
    restoring = ("restored", name, picture.key, *place, *real.flatten().tolist())
    return Upsampled(
        picture=picture,
        level=level,
        cells=small,
        edited=bool(cells),
        layer=layer,
        traces=trace_all(small, layer),
        restored=KEPT.get(restoring, lambda: restore(shown, real, learned, times)),
    )


# ---- the small map -----------------------------------------------------------------------------------
def cells_of(cells: Sequence[float], shown: Tensor) -> Tensor:
    """Float [4, 4]: the learner's numbers, else a real map averaged over 4 × 4 parts and scaled to whole 0 … 9."""
    import torch
    from torch.nn import functional as F

    if cells:
        if len(cells) != SIDE * SIDE:
            raise ValueError(
                f"cells must be {SIDE * SIDE} numbers, row by row, got {len(cells)}. Give all of them."
            )
        return torch.tensor(cells, dtype=torch.float32).view(SIDE, SIDE)
    means = F.adaptive_avg_pool2d(shown[None], SIDE)[0]
    low, high = means.min(), means.max()
    return (HIGHEST * (means - low) / (high - low).clamp(min=1e-12)).round()


def trace_all(cells: Tensor, layer: Layer) -> dict[str, UpsampleTrace]:
    """One map through all operators, each with its matrix."""
    from lecture_models.ops import transposed_convolution as convolutions
    from lecture_models.ops import unpooling
    from lecture_models.ops.upsample_bilinear import trace_upsample_bilinear

    arithmetic = (layer.stride, layer.padding, layer.output_padding)
    return {
        "nearest": unpooling.trace_nearest(cells),
        "bed_of_nails": unpooling.trace_bed_of_nails(cells),
        "max_unpool": unpooling.trace_max_unpool(cells),
        "bilinear": trace_upsample_bilinear(cells),
        "bilinear_corners": trace_upsample_bilinear(cells, align_corners=True),
        "transposed": convolutions.trace_transposed_convolution(cells, layer.kernel, *arithmetic),
        "resize": convolutions.trace_resize_convolution(cells, layer.resizing),
    }


def coverage(layer: Layer) -> Tensor:
    """How many of the 4 × 4 inputs meet in each output of a layer, float [H, W]."""
    from lecture_models.ops import transposed_convolution as convolutions

    arithmetic = (layer.stride, layer.padding, layer.output_padding)
    return convolutions.coverage((SIDE, SIDE), len(layer.kernel), *arithmetic)


# ---- kernels -----------------------------------------------------------------------------------------
def kernel_of(kernel: str, size: int, stride: int, learned: Tensor | None = None) -> Tensor:
    """Float [size, size]: a kernel by its name, or the learner's own numbers.

    Raises:
        ValueError: no such name, or no square number of numbers.
    """
    import torch

    from lecture_models.ops.transposed_convolution import hat_kernel

    if kernel == "bilinear":
        return hat_kernel(size)
    if kernel == "flat":
        return torch.full((size, size), stride**2 / size**2)
    if kernel == "learned" and learned is not None:
        return learned
    try:
        weights = [float(part) for part in kernel.split(",")]
    except ValueError:
        weights = []
    side = round(len(weights) ** 0.5)
    if not weights or side * side != len(weights):
        raise ValueError(
            f"kernel must be {', '.join(NAMED)}, or 4, 9, 16 or 25 numbers; got {kernel[:40]!r}. Choose one of these."
        )
    own, shared = torch.zeros(size, size), min(side, size)
    own[:shared, :shared] = torch.tensor(weights).view(side, side)[:shared, :shared]
    return own


# ---- the real map ------------------------------------------------------------------------------------
def level_of(trace: RCNNTrace, level: str, multiple: int) -> Tensor:
    """Float [C, H, W]: the features of a level, cut at the lower right so that pooling tiles them."""
    if level not in trace.features:
        raise ValueError(
            f"level must be one of {', '.join(trace.features)}, got {level!r}. Choose one of them."
        )
    maps = trace.features[level]
    height, width = (side - side % multiple for side in maps.shape[-2:])
    if not height or not width:
        raise ValueError(
            f"{level} of this picture has {maps.shape[-2]} × {maps.shape[-1]} cells, too few to pool by {multiple}. "
            "Choose a finer level."
        )
    return maps[:, :height, :width]


def one_channel(maps: Tensor, channel: int) -> Tensor:
    """Float [H, W]: one channel, or the mean of all."""
    if channel == MEAN:
        return maps.mean(dim=0)
    if not 0 <= channel < len(maps):
        raise ValueError(f"channel must be from 0 to {len(maps) - 1}, or {MEAN} for the mean, got {channel}.")
    return maps[channel]


def restore(original: Tensor, kernel: Tensor, learned: Tensor, times: int) -> Restored:
    """A real map pooled so many times, and back again by each operator; only max unpooling is told positions."""
    from lecture_models.ops.fitted_kernel import doubled, mean_pool
    from lecture_models.ops.transposed_convolution import hat_kernel, resize_convolution
    from lecture_models.ops.unpooling import bed_of_nails, nearest
    from lecture_models.ops.upsample_bilinear import upsample_bilinear

    pooled = repeated(mean_pool, original[None], times)[0]
    steps: dict[str, Callable[[Tensor], Tensor]] = {
        "nearest": nearest,
        "bed_of_nails": bed_of_nails,
        "bilinear": upsample_bilinear,
        "bilinear_corners": lambda x: upsample_bilinear(x, align_corners=True),
        "transposed": lambda x: doubled(x, kernel),
        "resize": lambda x: resize_convolution(x, kernel / FACTOR**2),
    }
    outputs = {kind: repeated(step, pooled, times) for kind, step in steps.items()}
    outputs["max_unpool"] = pooled_and_back(original, times)
    weights = {"bilinear": hat_kernel(len(kernel)), "learned": learned, "yours": kernel}
    grown = {
        name: repeated(functools.partial(doubled, kernel=one), pooled, times) for name, one in weights.items()
    }
    kernels = {name: (weights[name], error(grown[name], original)) for name in weights}
    return Restored(original, pooled, {kind: outputs[kind] for kind in KINDS}, kernels)


def pooled_and_back(original: Tensor, times: int) -> Tensor:
    """Max pooling and max unpooling as a pair: the largest number of each window survives in its place."""
    from lecture_models.ops.unpooling import max_pool, max_unpool

    if not times:
        return original
    values, places = max_pool(original)
    return max_unpool(pooled_and_back(values, times - 1), places, (original.shape[0], original.shape[1]))


def repeated(step: Callable[[Tensor], Tensor], x: Tensor, times: int) -> Tensor:
    """A step taken so many times."""
    for _ in range(times):
        x = step(x)
    return x


def error(output: Tensor, original: Tensor) -> float:
    """Root mean square difference, in standard deviations of the original."""
    return float((output - original).square().mean().sqrt() / original.std(correction=0).clamp(min=1e-12))
