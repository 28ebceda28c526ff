"""The race of stacks for the browser: layers, costs, and the time that each has taken so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demos.figures import style

if TYPE_CHECKING:
    from lecture_models.studies.receptive_timing import Race

COLORS = (style.CYCLE[0], style.CYCLE[1], style.CYCLE[2])


@dataclass(frozen=True)
class Runner:
    """One stack of the race; ``share`` is its time over the longest."""

    name: str
    text: str
    color: str
    field: int
    layers: int
    done: int
    gmacs: float
    mib: float
    ms: float
    share: float


@dataclass(frozen=True)
class Measured:
    """All of them, and the settings that they are about: stack, padded, channels, side."""

    about: Sequence[str | bool | int]
    runners: Sequence[Runner]


def measured_board(about: Sequence[str | bool | int], races: Sequence[Race]) -> Measured:
    """The board of a race."""
    most = max([race.ms for race in races] + [1e-9])
    return Measured(about, [runner(race, color, most) for race, color in zip(races, COLORS, strict=False)])


def runner(race: Race, color: str, most: float) -> Runner:
    """One of them."""
    return Runner(
        name=race.name,
        text=race.text,
        color=color,
        field=race.field,
        layers=len(race.steps),
        done=race.done,
        gmacs=race.macs / 1e9,
        mib=race.bytes / 2**20,
        ms=race.ms,
        share=race.ms / most,
    )
