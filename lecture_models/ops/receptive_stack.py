"""Layers one on another, as a short text: how their field grows, how large their maps are, and what they cost.

``c3`` is a 3 × 3 convolution, ``c3s2`` one of stride 2, ``c3d4`` one dilated by 4, ``p2`` a 2 × 2 pooling of stride 2,
``u2`` bilinear upsampling by 2; ``c3x5`` is five times ``c3``. A ``-`` stands between layers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .receptive_windows import Pattern, Resampled, Sliding, Window

if TYPE_CHECKING:
    from torch import nn

FORM = re.compile(r"(c([1-9])(s[1-4])?(d([1-9]|1[0-6]))?|p([2-4])|u2)(x([1-9]\d{0,2}))?")
MOST = 128
"""Layers of a stack, at most."""
WIDEST = 1 << 16
"""Cells of a map along a side, and pixels between neighbouring units, at most: far beyond any picture."""
FLOAT_BYTES = 4


@dataclass(frozen=True)
class Step:
    """One layer: "conv", "pool" or "up", with its numbers."""

    kind: Literal["conv", "pool", "up"]
    kernel: int = 3
    stride: int = 1
    dilation: int = 1

    @property
    def text(self) -> str:
        """The layer as a stack's text has it.

        >>> Step("conv", 3, 2, 1).text, Step("pool", 2, 2).text, Step("up", 2).text
        ('c3s2', 'p2', 'u2')
        """
        if self.kind != "conv":
            return f"{self.kind[0]}{self.kernel}"
        stride = f"s{self.stride}" if self.stride > 1 else ""
        return f"c{self.kernel}{stride}" + (f"d{self.dilation}" if self.dilation > 1 else "")

    @property
    def title(self) -> str:
        """The layer in words.

        >>> Step("conv", 3, 2, 4).title, Step("pool", 2, 2).title, Step("up", 2).title
        ('3 × 3, stride 2, dilation 4', 'pool 2 × 2', 'up × 2')
        """
        if self.kind != "conv":
            return f"pool {self.kernel} × {self.kernel}" if self.kind == "pool" else "up × 2"
        stride = f", stride {self.stride}" if self.stride > 1 else ""
        dilation = f", dilation {self.dilation}" if self.dilation > 1 else ""
        return f"{self.kernel} × {self.kernel}{stride}{dilation}"

    def window(self, padded: bool = True) -> Window:
        """What the layer reads along an axis; ``padded`` convolutions keep the size, but for their stride."""
        if self.kind == "up":
            return Resampled("replicate", numerator=2, denominator=4, start=-1)
        around = self.dilation * (self.kernel - 1) // 2 if padded and self.kind == "conv" else 0
        return Sliding("zero", self.kernel, self.stride, around, self.dilation)

    def after(self, side: int, padded: bool = True) -> int:
        """Cells along an axis after the layer, of ``side`` before; 0 where the kernel does not fit."""
        if self.kind == "up":
            return 2 * side
        reach = self.dilation * (self.kernel - 1)
        around = 2 * (reach // 2) if padded and self.kind == "conv" else 0
        return max((side + around - reach - 1) // self.stride + 1, 0)


@dataclass(frozen=True)
class Grown:
    """A stack up to one of its layers.

    Args:
        step: the layer.
        field: pixels along an axis that its unit can depend on; of the largest unit, where they differ.
        jump: pixels between neighbours.
        side: cells of its map along an axis.
        macs: multiply-adds of the layer.
        bytes: of its output, in float32.
    """

    step: Step
    field: int
    jump: float
    side: int
    macs: int
    bytes: int


def parse_stack(text: str) -> tuple[Step, ...]:
    """The layers of a text.

    Raises:
        ValueError: It has another form, no layer, or more than 128.

    >>> [step.text for step in parse_stack("c3x2-p2-c5d2")]
    ['c3', 'c3', 'p2', 'c5d2']
    """
    steps: list[Step] = []
    for part in text.split("-"):
        found = FORM.fullmatch(part)
        if found is None:
            raise ValueError(
                "A stack is layers with “-” between them: c1 to c9, perhaps with stride s2 to s4 and dilation d2 to "
                f"d16, p2 to p4, or u2; x5 makes five of a kind. Got “{part[:20]}”. Write it as c3s2d4x5 or p2."
            )
        steps += [_step(found)] * int(found[8] or 1)
    if not 1 <= len(steps) <= MOST:
        raise ValueError(f"A stack has 1 to {MOST} layers; got {len(steps)}. Take some away.")
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found[2]:
        stride, dilation = (int(part[1:]) if part else 1 for part in (found[3], found[4]))
        return Step("conv", int(found[2]), stride, dilation)
    return Step("pool", int(found[6]), int(found[6])) if found[6] else Step("up", 2)


def stack_text(steps: Sequence[Step]) -> str:
    """The text of some layers, equal neighbours counted.

    >>> stack_text(parse_stack("c3-c3-c3-p2"))
    'c3x3-p2'
    """
    parts: list[list[object]] = []
    for step in steps:
        if parts and parts[-1][0] == step.text:
            parts[-1][1] = int(str(parts[-1][1])) + 1
        else:
            parts.append([step.text, 1])
    return "-".join(f"{text}x{times}" if times != 1 else f"{text}" for text, times in parts)


def grow(steps: Sequence[Step], side: int, channels: int, padded: bool = True) -> list[Grown]:
    """Field, size and cost after each layer of a stack, all of whose maps have the same number of channels.

    Args:
        steps: the layers.
        side: pixels of the square picture along an axis.
        channels: of each map; convolutions have no bias.
        padded: whether convolutions are padded by d · (k − 1) / 2.

    Raises:
        ValueError: A map or the step from unit to unit grows beyond all pictures.

    >>> [(one.field, one.side) for one in grow(parse_stack("c3-c3-p2-c3"), 224, 64)]
    [(3, 224), (5, 224), (6, 112), (10, 112)]
    """
    pattern, grown = Pattern(), []
    for number, step in enumerate(steps, start=1):
        pattern = pattern.through(step.window(padded))
        side = step.after(side, padded)
        if max(side, pattern.jump) > WIDEST:
            raise ValueError(
                f"A map has at most {WIDEST:,} cells along a side, and its units lie at most so many pixels "
                f"apart; layer {number} goes beyond. Take away strides, poolings or upsamplings."
            )
        kernels = channels * channels * step.kernel**2 if step.kind == "conv" else 0
        size = FLOAT_BYTES * channels * side * side
        grown.append(Grown(step, pattern.sizes[1], pattern.jump, side, kernels * side * side, size))
    return grown


def depth_for(field: int) -> int:
    """How many 3 × 3 convolutions it takes until 1 + 2 L pixels are at least ``field``.

    >>> depth_for(224)
    112
    """
    return max(-(-(field - 1) // 2), 0)


def hourglass(field: int) -> tuple[Step, ...]:
    """Downsampling and upsampling with a field of at least ``field`` pixels, by as few levels as do.

    Each level has two 3 × 3 convolutions and a pooling on the way down, an upsampling and a convolution on the way up.

    >>> stack_text(hourglass(30))
    'c3x2-p2-c3x2-p2-c3x2-u2-c3-u2-c3'
    """
    levels = 0
    while True:
        ways = "-".join([*["c3x2-p2"] * levels, "c3x2", *["u2-c3"] * levels])
        steps, pattern = parse_stack(ways), Pattern()
        for step in steps:
            pattern = pattern.through(step.window())
        if pattern.sizes[0] >= field:
            return steps
        levels += 1


def as_module(steps: Sequence[Step], channels: int, padded: bool = True) -> nn.Sequential:
    """The same layers as a module of torch, with fresh weights."""
    from torch import nn

    layers: list[nn.Module] = []
    for step in steps:
        if step.kind == "up":
            layers.append(nn.Upsample(scale_factor=2, mode="bilinear"))
        elif step.kind == "pool":
            layers.append(nn.MaxPool2d(step.kernel))
        else:
            around = step.dilation * (step.kernel - 1) // 2 if padded else 0
            numbers = {"stride": step.stride, "padding": around, "dilation": step.dilation, "bias": False}
            layers.append(nn.Conv2d(channels, channels, step.kernel, **numbers))  # type: ignore[arg-type]
    return nn.Sequential(*layers)


def paths(steps: Sequence[Step], unit: int, side: int, padded: bool = True) -> list[float]:
    """How much of a unit comes from each pixel along an axis, if all weights of a layer are equal: the paths, counted.

    It is the gradient of the unit of such a linear stack, and in two dimensions the product of both axes' (Luo et al.
    2016, section 2.2). It adds up to 1, but for what goes to the padding.

    Args:
        steps: the layers.
        unit: of the last map, from 0.
        side: pixels of the picture along the axis.
        padded: as in `grow`.

    >>> [round(9 * share) for share in paths(parse_stack("c3-c3"), 3, 7)]
    [0, 1, 2, 3, 2, 1, 0]
    """
    sides = [side]
    for step in steps:
        sides.append(step.after(sides[-1], padded))
    shares = {unit: 1.0}
    for step, length in zip(reversed(steps), reversed(sides[:-1]), strict=True):
        spread: dict[int, float] = {}
        for cell, share in shares.items():
            for place, part in _parts(step, cell, length, padded):
                if 0 <= place < length:
                    spread[place] = spread.get(place, 0.0) + share * part
        shares = spread
    return [shares.get(pixel, 0.0) for pixel in range(side)]


def _parts(step: Step, cell: int, length: int, padded: bool) -> list[tuple[int, float]]:
    """The inputs of one cell, each with its weight."""
    if step.kind == "up":
        near, far = cell // 2, cell // 2 + (1 if cell % 2 else -1)
        return [(near, 0.75), (min(max(far, 0), length - 1), 0.25)]
    first = step.window(padded).read(cell, cell)[0]
    return [(first + step.dilation * k, 1 / step.kernel) for k in range(step.kernel)]
