"""Ways to the same field, timed layer by layer: the learner's stack, plain convolutions, down and up again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lecture_models.ops.receptive_stack import (
    Grown,
    Step,
    as_module,
    depth_for,
    grow,
    hourglass,
    parse_stack,
    stack_text,
)

REPORT = 0.2  # seconds between two reports, at least
DEEPEST = 160  # plain convolutions that are run, at most
GIB = 1 << 30
LAYER_MACS = 50e9  # multiply-adds of a layer that is run, at most: some seconds, after which Stop is heard
LARGEST = 1 * GIB  # bytes of a map that is run, at most


@dataclass(frozen=True)
class Race:
    """One stack, and how far it was run.

    Args:
        name: what it is.
        steps: its layers.
        field: pixels that its unit sees.
        macs: multiply-adds of all layers.
        bytes: of all outputs.
        done: layers that were run.
        ms: milliseconds of these.
    """

    name: str
    steps: tuple[Step, ...]
    field: int
    macs: int
    bytes: int
    done: int = 0
    ms: float = 0.0

    @property
    def text(self) -> str:
        """The stack as a text."""
        return stack_text(self.steps)


def timed(stack: str, padded: bool, channels: int, side: int) -> Iterator[tuple[int, int, tuple[Race, ...]]]:
    """Run stacks of the same field on noise, one layer after the other.

    Args:
        stack: the learner's.
        padded: whether its convolutions keep the size.
        channels: of all maps.
        side: pixels of the picture.

    Yields:
        Layers done, layers in all, and the stacks as they stand.

    Raises:
        ValueError: No such stack, or nothing is left of its map.
    """
    races = [*rivals(parse_stack(stack), padded, channels, side)]
    total, last = sum(len(race.steps) for race in races), time.monotonic()
    yield 0, total, tuple(races)
    for place, race in enumerate(races):
        for done, ms in enumerate(_layer_times(race.steps, padded or place > 0, channels, side), start=1):
            races[place] = replace(races[place], done=done, ms=races[place].ms + ms)
            if time.monotonic() - last > REPORT:
                last = time.monotonic()
                yield sum(one.done for one in races), total, tuple(races)
    yield total, total, tuple(races)


def rivals(steps: tuple[Step, ...], padded: bool, channels: int, side: int) -> Iterator[Race]:
    """The learner's stack, and others whose field is at least as large, as far as they can be run.

    Raises:
        ValueError: Of the learner's stack nothing is left, or it is too large to be run.
    """
    field = grow(steps, side, channels, padded)[-1].field
    plain = (Step("conv"),) * min(max(depth_for(field), 1), DEEPEST)
    raced = [("your stack", steps), ("3 × 3 alone", plain)]
    if padded and steps == plain:
        raced = [("yours, 3 × 3 alone", steps)]  # else one stack would have two times
    for name, other in (*raced, ("down and up", hourglass(field))):
        grown = grow(other, side, channels, padded or other is not steps)
        try:
            _can_run(name, grown, side)
        except ValueError:
            if other is steps:
                raise
            continue  # a rival that this side has no room for does not race
        macs, size = sum(one.macs for one in grown), sum(one.bytes for one in grown)
        yield Race(name, tuple(other), grown[-1].field, macs, size)


def refuse_empty(name: str, grown: Sequence[Grown], side: int) -> None:
    """Raise ValueError for a stack that leaves nothing of a map."""
    empty = [number for number, one in enumerate(grown, start=1) if one.side < 1]
    if empty:
        raise ValueError(
            f"A map has at least one cell; of {side} pixels none is left after layer {empty[0]} of “{name}”. "
            "Take fewer layers, or smaller strides and poolings."
        )


def _can_run(name: str, grown: Sequence[Grown], side: int) -> None:
    """Raise ValueError for a stack with an empty map, or one that memory should not hold, or that takes too long."""
    refuse_empty(name, grown, side)
    if (work := max(one.macs for one in grown)) > LAYER_MACS:
        raise ValueError(
            f"A layer that is run takes at most {LAYER_MACS / 1e9:.0f} billion multiply-adds; one of “{name}” would "
            f"take {work / 1e9:,.0f}. Take a smaller kernel, fewer channels or a smaller picture."
        )
    largest = max(one.bytes for one in grown)
    if largest > LARGEST:
        raise ValueError(
            f"A map that is run takes at most {LARGEST / GIB:.0f} GiB; one of “{name}” would take "
            f"{largest / GIB:.1f} GiB. Take a smaller picture, fewer channels or fewer upsamplings."
        )


def _layer_times(steps: tuple[Step, ...], padded: bool, channels: int, side: int) -> Iterator[float]:
    """Milliseconds of one layer after the other."""
    import torch

    layers = as_module(steps, channels, padded)
    with torch.inference_mode():
        x = torch.rand(1, channels, side, side)
        layers[0](x)  # the first call of a kind takes longer
    for layer in layers:
        with torch.inference_mode():
            started = time.perf_counter()
            x = layer(x).clamp_(0, 1)
            yield 1000 * (time.perf_counter() - started)
