"""What the browser draws of one run: the numbers that it computes with, and what it cannot compute itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demos.figures import encode

if TYPE_CHECKING:
    from lecture_models.studies.upsampling import Upsampled

DIGITS = 4  # of the learner's numbers, which are tenths: float32 would send 0.1 as 0.10000000149


@dataclass(frozen=True)
class Bench:
    """The 4 × 4 map over its picture, and the layer; ``edited`` where the learner wrote the numbers."""

    picture: str
    cells: Sequence[float]
    edited: bool
    kernel: Sequence[float]
    size: int
    stride: int
    padding: int
    output_padding: int


@dataclass(frozen=True)
class Kernel:
    """A kernel by its name, row by row, and its error on the real map, in standard deviations."""

    name: str
    weights: Sequence[float]
    error: float


@dataclass(frozen=True)
class Kernels:
    """The fixed, the learned and the learner's own kernel, and which map their errors are on."""

    kernels: Sequence[Kernel]
    map: str


def bench(made: Upsampled) -> Bench:
    """The bench of one run."""
    layer = made.layer
    return Bench(
        picture=encode.jpeg_uri(made.picture.image),
        cells=[round(value, DIGITS) for value in made.cells.flatten().tolist()],
        edited=made.edited,
        kernel=layer.kernel.flatten().tolist(),
        size=len(layer.kernel),
        stride=layer.stride,
        padding=layer.padding,
        output_padding=layer.output_padding,
    )


def kernels(made: Upsampled, channel: str) -> Kernels:
    """Kernels of one layer, side by side."""
    found = made.restored.kernels.items()
    return Kernels(
        kernels=[Kernel(name, weights.flatten().tolist(), error) for name, (weights, error) in found],
        map=f"{channel} at {made.level}",
    )
