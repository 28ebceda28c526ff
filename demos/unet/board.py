"""What lesson B5 draws: a U of maps with a prediction beside the truth, upsamplers in a row, two ledgers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from demos.figures import encode
from demos.figures.maps import LARGE, SMALL, Map, small

if TYPE_CHECKING:
    from lecture_models.evaluation.bands import Banded
    from lecture_models.nets.unet_sizes import Ledger, Plan
    from lecture_models.studies.unet import Looked, Operated
    from lecture_models.studies.unet_sizes import Sized
    from lecture_models.studies.unet_upsamplers import Swapped

LEVELS = 4
CLOSE = 48
"""Cells of a map of upsamplers that are drawn, around its brightest: a nail must be seen as a nail."""


@dataclass(frozen=True)
class Losses:
    """Mean IoU lost in the band and inside, as shares; one row a part."""

    part: str
    zero: tuple[float | None, float | None]
    blur: tuple[float | None, float | None]


@dataclass(frozen=True)
class Levels:
    """The U of a picture: maps by part as they are read, label maps packed, and the chosen part before and after.

    ``maps`` has the parts, and as enc1 to enc4 the encoder's maps, which an operation on a skip leaves as they are.
    ``truth`` is None of a photograph. ``losses`` is None while they are being computed, empty where there is no truth.
    ``coming`` says that the board is to ask again.
    """

    picture: str
    size: tuple[int, int]
    classes: Sequence[str]
    truth: Mapping[str, Any] | None
    trained: Mapping[str, Any]
    now: Mapping[str, Any]
    maps: Mapping[str, Map]
    part: str
    named: str
    says: str
    brief: str
    band: int
    channel: str
    before: Map
    after: Map
    losses: Sequence[Losses]
    coming: bool
    message: str


def levels(
    made: Looked,
    done: Operated,
    parts: tuple[str, str],
    chosen: tuple[np.ndarray, np.ndarray],
    says: Mapping[str, Any],
) -> Levels:
    """The board of the U.

    Args:
        made: the picture's maps as trained.
        done: what an operation made of them.
        parts: the part that is looked at, and what is done to it.
        chosen: its map before and after, float [h, w].
        says: the other fields.
    """
    from_truth = made.truth
    part, act = parts
    trained = means(made)
    shapes = {name: made.shape(name) for name in trained}
    ends = {name: (float(one.min()), float(one.max())) for name, one in trained.items()}
    as_trained = {name: small(one, shapes[name], ends[name]) for name, one in trained.items()}
    moved = {name: small(one, shapes[name], ends[name]) for name, one in done.means.items()}
    shown = as_trained | (moved if act != "keep" else {})
    before, after = chosen
    shape = made.shape(part)
    span = float(before.min()), float(before.max())
    return Levels(
        picture=encode.jpeg_uri(made.image),
        size=(made.image.shape[0], made.image.shape[1]),
        truth=None if from_truth is None else encode.pack_indices(from_truth),
        trained=encode.pack_indices(made.labels),
        now=encode.pack_indices(done.labels),
        maps={**shown, **{f"enc{k}": as_trained[f"skip{k}"] for k in range(1, LEVELS + 1)}},
        part=part,
        before=small(before, shape, span, LARGE),
        after=small(after, shape, span, LARGE),
        **says,
    )


def means(made: Looked) -> dict[str, np.ndarray]:
    """The mean over channels of every map as trained, by part."""
    names = [f"{kind}{k}" for kind in ("skip", "up", "dec") for k in range(1, LEVELS + 1)]
    return {name: np.asarray(made.mean(name), np.float32) for name in (*names, "bottom")}


def losses(whole: Banded, after: Mapping[tuple[str, str], Banded]) -> list[Losses]:
    """What each part's absence and blur cost, by part."""
    lost = {pair: lost_of(whole, one) for pair, one in after.items()}
    parts = dict.fromkeys(part for part, _ in after)
    return [Losses(part, lost[part, "zero"], lost[part, "blur"]) for part in parts]


def lost_of(whole: Banded, after: Banded) -> tuple[float | None, float | None]:
    """Mean IoU lost in the band and inside."""
    pairs = zip(whole.miou[:2], after.miou[:2], strict=True)
    first, second = (None if a is None or b is None else a - b for a, b in pairs)
    return first, second


@dataclass(frozen=True)
class Many:
    """Losses of so many scenes together, their areas added, with the band's width."""

    scenes: int
    band: int
    losses: Sequence[Losses]


# ---- upsamplers ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Upsampled:
    """One upsampler's prediction, packed, its upsampled map at level 1, and its scores, None of a photograph."""

    kind: str
    title: str
    labels: Mapping[str, Any]
    map: Map
    miou: float | None
    boundary: float | None
    changed: int


@dataclass(frozen=True)
class Upsamplers:
    """All upsamplers of a picture, the chosen one named; ``coming``: the board is to ask again for the rest.

    ``window`` is the part of the picture whose maps are drawn, xyxy.
    """

    picture: str
    size: tuple[int, int]
    classes: Sequence[str]
    truth: Mapping[str, Any] | None
    kinds: Sequence[Upsampled]
    window: tuple[int, int, int, int]
    chosen: str
    coming: bool
    message: str


def upsamplers(
    made: Looked, found: Sequence[Swapped], titles: Mapping[str, str], says: Mapping[str, Any]
) -> Upsamplers:
    """The board of the upsamplers; ``says`` are the other fields."""
    own = np.asarray(made.mean("up1"), np.float32)
    ends, shape = (float(own.min()), float(own.max())), made.shape("up1")
    x0, y0, x1, y1 = window = around_brightest(own)
    kinds = [
        Upsampled(
            kind=one.kind,
            title=titles[one.kind],
            labels=encode.pack_indices(one.labels),
            map=small(one.upsampled[y0:y1, x0:x1], shape, ends),
            miou=None if one.measured is None else one.measured.miou,
            boundary=None if one.measured is None else one.measured.boundary_iou,
            changed=int((one.labels != made.labels).sum()),
        )
        for one in found
    ]
    return Upsamplers(
        picture=encode.jpeg_uri(made.image),
        size=(made.image.shape[0], made.image.shape[1]),
        truth=None if made.truth is None else encode.pack_indices(made.truth),
        kinds=kinds,
        window=window,
        **says,
    )


def around_brightest(values: np.ndarray) -> tuple[int, int, int, int]:
    """A square window, xyxy, around the largest of the values [h, w], its corners even.

    >>> around_brightest(np.eye(1, 200, 90).repeat(100, axis=0))
    (66, 0, 114, 48)
    """
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    sides = zip((column, row), values.shape[::-1], strict=True)
    x0, y0 = (int(np.clip(at - CLOSE // 2, 0, max(side - CLOSE, 0))) // 2 * 2 for at, side in sides)
    return x0, y0, min(x0 + CLOSE, values.shape[1]), min(y0 + CLOSE, values.shape[0])


# ---- sizes -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Column:
    """One U-Net's ledger: title, its plan, its ledger, the pixels cut off each edge of every skip."""

    title: str
    plan: Plan
    ledger: Ledger
    crops: Sequence[int | None]


@dataclass(frozen=True)
class Sizes:
    """The two ledgers of a side, and the legal sides around it."""

    side: int
    most: int
    picture: str
    columns: Sequence[Column]
    around: Sequence[int]


def sizes(made: Sized, titles: Sequence[str], most: int, around: Sequence[int], image: np.ndarray) -> Sizes:
    """The board of the sizes; ``image`` is the picture, stretched to a square."""
    columns = [
        Column(title, plan, ledger, [ledger.crop(level) for level in range(plan.levels)])
        for title, plan, ledger in zip(titles, made.plans, made.ledgers, strict=True)
    ]
    thumb = cv2.resize(image, (SMALL, SMALL), interpolation=cv2.INTER_AREA)
    return Sizes(made.side, most, encode.jpeg_uri(thumb), columns, around)
