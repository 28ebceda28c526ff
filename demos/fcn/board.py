"""What the browser draws of ceilings: for each stride what the network reaches, and what stands above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demos.fcn import words

if TYPE_CHECKING:
    from lecture_models.studies.fcn_ceilings import Ceiled


@dataclass(frozen=True)
class Level:
    """One stride: shares in 0..1; None where there is no network of that stride, or scores are still fitted."""

    stride: int
    network: str
    reached: float | None
    scores: float | None
    cells: float
    paper: str


@dataclass(frozen=True)
class Ladder:
    """All strides, the chosen one, and whether to ask again for what is still computed."""

    levels: Sequence[Level]
    stride: int
    waiting: bool


def ladder(made: Ceiled, paper: Mapping[int, str]) -> Ladder | None:
    """The board of a scene's ceilings; ``paper`` has the published ceiling of each stride. None of a photograph."""
    if made.truth is None:
        return None
    levels = []
    for k, found in enumerate(made.cells):
        said = made.said[k].miou if k < len(made.said) else None
        score = made.scores[k] if k < len(made.scores) else None
        name = list(words.NETWORKS.values())[k] if k < len(words.NETWORKS) else ""
        top = None if score is None else score.miou
        levels.append(Level(found.stride, name, said, top, found.miou, paper.get(found.stride, "")))
    return Ladder(levels, made.stride, made.waiting)
