"""What the browser draws of errors and of a measurement: counts, cards, AP and its curve.

Outlines travel as numbers in pixels of their card's picture, so that they stay exact and sharp at any size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from demos.figures import encode
from demos.figures.overlays import Polygons, outlines
from demos.mask_rcnn_results import words
from demos.records import Table

if TYPE_CHECKING:
    from lecture_models.evaluation.cards import Card
    from lecture_models.evaluation.measurement import Measurement
    from lecture_models.studies.mask_rcnn_results import GalleryScene

QUALITY, SIDE = 88, 192
SERIES = ("AP", "AP50", "AP75")
HEAD = ("AP, %", *SERIES, "small", "medium", "large")
Point = tuple[int, str, float | None]
"""Scenes so far, AP, AP50 or AP75, and its value on masks in percent, None where it is not defined."""


@dataclass(frozen=True)
class CardView:
    """A card as it is drawn: texts, its scene's key, a data URI of ``size``, outlines by what they show."""

    kind: str
    rule: str
    title: str
    lines: Sequence[str]
    costs: int
    seed: int
    key: str
    image: str
    size: Sequence[int]
    outlines: Mapping[str, Polygons]


@dataclass(frozen=True)
class ErrorsBoard:
    """Errors: (false positives, missed) of each class, true positives, cards; the rest is of a measurement.

    ``context`` are gallery, rank and picture: a scene that a card opens is shown while they stay. ``curve`` has three
    points for each step, ``strongest`` each gallery's scene as (text, its picture's key).
    """

    about: str
    counts: Mapping[str, tuple[int, int]]
    hits: int
    cards: Sequence[CardView]
    context: str = ""
    heading: str = ""
    precision: Table | None = None
    recall: Table | None = None
    curve: Sequence[Point] = ()
    aside: str = ""
    strongest: Sequence[tuple[str, str]] = ()


def scene_errors(made: GalleryScene, cards: Sequence[Card], score: float, context: str) -> ErrorsBoard:
    """The errors of a gallery's scene."""
    about = f"Errors of scene {made.scene.seed}, score ≥ {score:.2f}, IoU 0.5"
    views = [view(card, made.picture.key) for card in cards]
    return ErrorsBoard(about, made.errors.counts, made.errors.true_positives, views, context)


def measured(
    told: Measurement, curve: Sequence[Point], names: Mapping[str, str], key: Callable[[int], str]
) -> ErrorsBoard:
    """A measurement so far; ``names`` are titles of networks and galleries, ``key(seed)`` is a picture's."""
    scenes = f"scenes {told.first_seed} to {told.first_seed + told.done - 1}"
    best = [(names[gallery], seed, found.strength[0]) for gallery, (seed, found) in told.strongest.items()]
    return ErrorsBoard(
        about=f"{names[told.network]} on {scenes} ({words.difficulty(told.settings)})",
        counts=told.counts,
        hits=told.true_positives,
        cards=[view(card, key(card.seed)) for card in told.worst],
        heading=f"Errors at score ≥ {told.score:.2f} and IoU 0.5",
        precision=precision(told.ap or {}),
        recall=words.recall(told),
        curve=curve,
        aside=words.aside(told),
        strongest=[(f"{title}: scene {seed} ({count})", key(seed)) for title, seed, count in best],
    )


def points(told: Measurement) -> list[Point]:
    """The ends of the curves."""
    values = [(told.ap or {}).get(f"mask_{name.lower()}") for name in SERIES]
    shares = [None if value is None else round(100 * value, 2) for value in values]
    return [(told.done, name, share) for name, share in zip(SERIES, shares, strict=True)]


def precision(ap: Mapping[str, Any]) -> Table:
    """AP of boxes and of masks in percent; "–" where there is nothing."""
    sizes, rows = ap.get("by_size", {}), []
    for kind in ("box", "mask"):
        values = [ap.get(f"{kind}_{name.lower()}") for name in SERIES]
        values += [sizes.get(size, {}).get(f"{kind}_ap") for size in HEAD[-3:]]
        rows.append([kind, *("–" if value is None else f"{100 * value:.1f}" for value in values)])
    return Table(HEAD, rows, strong=(1,))


def view(card: Card, key: str) -> CardView:
    """A card as it is drawn; the true outline lies above the others."""
    texts = card.kind, card.rule, words.card_title(card), words.card_lines(card)
    image, size = encode.jpeg_uri(shrunk(card.image), QUALITY), card.image.shape[:2]
    masks = {"other": card.other_mask, "found": card.found_mask, "true": card.true_mask}
    lines = {part: outlines(mask) for part, mask in masks.items() if mask.any()}
    return CardView(*texts, card.costs, card.seed, key, image, size, lines)


def shrunk(image: np.ndarray) -> np.ndarray:
    """A picture with sides of at most SIDE pixels, as large as a card shows it."""
    scale = SIDE / max(*image.shape[:2], SIDE)
    return image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
