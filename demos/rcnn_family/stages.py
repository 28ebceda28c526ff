"""The stages of a detector and its obituaries as the JSON of the board ``rcnnStages`` (assets/rcnn_stages.js).

The board draws a few hundred of the anchors: **of each fate the 60 best**, by class score for those that the box
head saw and by objectness for the others. Counts are always those of all anchors.

While all anchors are alive that choice would show them crowded around things: then all anchors of a few cells of each
level are drawn, evenly spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, overlays, style
from demos.figures.rcnn_stage_details import class_names, stage_list

if TYPE_CHECKING:
    from lecture_models.rcnn.lives import Life, Place
    from lecture_models.rcnn.obituaries import Obituaries
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.stages import StagesTrace

DRAWN = 60
"""Anchors of each fate that are drawn."""
CELLS = 3
"""Rows and columns of cells of a level whose anchors are drawn while all are alive."""
HALF = 0.5
"""Probability from which a pixel belongs to a mask."""
SURVIVED = "survived"
FATES = {  # fate: (what it is called, number of the stage at which it comes, from 0)
    "below_top_k": ("Below the top-k of its level", 2),
    "too_small": ("Too small once clipped", 4),
    "low_objectness": ("Objectness too low", 4),
    "suppressed_in_rpn": ("Suppressed by RPN NMS", 5),
    "over_proposal_limit": ("Over the limit of proposals", 5),
    "low_class_score": ("Class score too low", 9),
    "too_small_refined": ("Too small once refined", 9),
    "suppressed_in_class": ("Suppressed by class NMS", 9),
    "over_detection_limit": ("Over the limit of detections", 9),
    SURVIVED: ("Survived", 12),
}
Truth = Sequence[tuple[Sequence[float], str]]


def payload(
    record: RCNNRecord,
    stages: StagesTrace,
    ends: Obituaries,
    place: Place | None = None,
    wronged: tuple[Life, int, float] | None = None,
    truth: Truth | None = None,
) -> dict[str, Any]:
    """What the board ``rcnnStages`` draws: picture, 12 stages, boxes to follow, fates, the lives at a place.

    Args:
        record: of the picture.
        stages: of the record, under the learner's settings.
        ends: the obituaries of both.
        place: the lives at the place that the learner clicked (``lives.at_place``); None before a click.
        wronged: ``lives.wrongly_killed``: None if nobody was, or if ``truth`` is None.
        truth: (box, name) of the true things, picture pixels; None for a picture without a known truth.

    Returns:
        JSON, about 60 kB for a scene of 256 × 256.
    """
    names = class_names(record, stages.class_probs.shape[1])
    pasted = stages.masks(record.size).numpy() >= HALF
    return {
        "size": list(record.size),
        "image": encode.jpeg_uri(record.image),
        "levels": list(record.levels),
        "roi_levels": [record.levels.index(name) for name in stages.roi_levels],
        "classes": [[name, style.class_color(name)] for name in names],
        "total": len(record.anchors),
        "sample": _sample(record),
        "tracks": _tracks(record, stages, ends),
        "stages": stage_list(record, stages, pasted),
        "pasted": _pasted(pasted, stages, names),
        "fates": [[key, *FATES[key], count] for key, count in ends.counts.items()],
        "place": None if place is None else _place(place, record),
        "wronged": _wronged(wronged, truth, record),
    }


# ---- boxes that are followed through the stages ---------------------------------------------------------
def _tracks(record: RCNNRecord, stages: StagesTrace, ends: Obituaries) -> dict[str, Any]:
    """One entry a box: where it is as anchor, decoded, clipped and refined; when it dies; its class and score.

    A proposal that became several detections has one track more for each of them, marked by ``twin``.
    """
    fate, detection = ends.fate.numpy(), ends.detection.numpy()
    chosen = drawn_anchors(fate, ends.score.numpy())
    born = stages.detected_anchors.numpy()
    twins = np.array([d for d, anchor in enumerate(born) if detection[anchor] != d], np.int64)
    anchors = np.concatenate([chosen, born[twins]]).astype(np.int64)
    refined, classes = ends.boxes.numpy()[anchors], stages.class_probs.shape[1]
    clipped = record.in_picture(record.clipped).numpy()[anchors]
    label = np.maximum(ends.candidate.numpy(), 0)[anchors] % classes
    score = ends.score.numpy()[anchors]
    seen = (ends.candidate.numpy() >= 0)[anchors]
    refined = np.where(seen[:, None], refined, clipped)
    last = slice(len(chosen), None)
    refined[last], label[last] = stages.boxes.numpy()[twins], stages.labels.numpy()[twins]
    score[last] = stages.scores.numpy()[twins]
    return {
        "drawn": len(chosen),
        "level": record.anchor_levels.numpy()[anchors].tolist(),
        "roi": roi_levels(record, stages)[anchors].tolist(),
        "objectness": _rounded(record.objectness.sigmoid().numpy()[anchors], 3),
        "dies": [FATES[list(FATES)[f]][1] for f in fate[anchors].tolist()],
        "label": label.tolist(),
        "score": _rounded(score, 3),
        "anchor": _rounded(record.in_picture(record.anchors).numpy()[anchors]),
        "decoded": _rounded(record.in_picture(record.decoded).numpy()[anchors]),
        "clipped": _rounded(clipped),
        "refined": _rounded(refined),
    }


def roi_levels(record: RCNNRecord, stages: StagesTrace) -> np.ndarray:
    """The level that each proposal is cropped from, an index of the record's levels; of the others the anchor's own."""
    levels = record.anchor_levels.numpy().copy()
    numbers = np.array([record.levels.index(name) for name in stages.roi_levels])
    levels[stages.rpn.proposals.numpy()] = numbers[stages.proposal_levels.numpy()]
    return levels


def _sample(record: RCNNRecord) -> dict[str, Any]:
    """The anchors that are drawn at the stages at which all are alive."""
    anchors = even_anchors(record.shapes)
    whole = all(min(height, width) >= CELLS for height, width, _ in record.shapes)
    return {
        "cells": f"{CELLS * CELLS}" if whole else f"at most {CELLS * CELLS}",  # a small map has fewer
        "level": record.anchor_levels.numpy()[anchors].tolist(),
        "objectness": _rounded(record.objectness.sigmoid().numpy()[anchors], 3),
        "anchor": _rounded(record.in_picture(record.anchors).numpy()[anchors]),
    }


def even_anchors(shapes: Sequence[tuple[int, int, int]], cells: int = CELLS) -> np.ndarray:
    """All anchors of ``cells`` × ``cells`` cells of each level, spread evenly over its map: indices int64.

    Args:
        shapes: of each level (rows, columns, anchors a cell); a smaller map gives all that it has.
        cells: in each direction.

    >>> even_anchors([(4, 4, 1), (1, 1, 2)], cells=2).tolist()
    [5, 7, 13, 15, 16, 17]
    """
    chosen, start = [], 0
    for height, width, anchors in shapes:
        rows, columns = (
            np.unique(((np.arange(cells) + 0.5) / cells * side).astype(int)) for side in (height, width)
        )
        first = (rows[:, None] * width + columns).reshape(-1, 1) * anchors
        chosen.append(start + (first + np.arange(anchors)).reshape(-1))
        start += height * width * anchors
    return np.concatenate(chosen)


def drawn_anchors(fate: np.ndarray, score: np.ndarray, most: int = DRAWN) -> np.ndarray:
    """Of each fate the best ``most`` anchors: indices int64, fate after fate, best first.

    >>> drawn_anchors(np.array([0, 1, 0, 0]), np.array([0.1, 0.2, 0.3, 0.2]), most=2).tolist()
    [2, 3, 1]
    """
    chosen = []
    for one in np.unique(fate):
        mine = np.flatnonzero(fate == one)
        chosen.append(mine[np.argsort(-score[mine], kind="stable")[:most]])
    return np.concatenate(chosen)


def _pasted(pasted: np.ndarray, stages: StagesTrace, names: Sequence[str]) -> str:
    """The masks, bool [n, H, W], over the picture, the best detection on top; "" for a network without masks."""
    if not len(pasted):
        return ""
    segments = np.zeros(pasted.shape[1:], np.int32)
    for number in reversed(range(len(pasted))):
        segments[pasted[number]] = number + 1
    labels = stages.labels.tolist()
    colors = [style.instance_color(names[label], labels[:i].count(label)) for i, label in enumerate(labels)]
    return encode.png_uri(overlays.segment_overlay(segments, colors[: len(pasted)]))


# ---- obituaries -----------------------------------------------------------------------------------------
def _place(place: Place, record: RCNNRecord) -> dict[str, Any]:
    return {
        "point": _rounded(place.point),
        "total": place.total,
        "counts": list(place.counts.values()),
        "lives": [_life(one, record) for one in place.lives],
    }


def _life(life: Life, record: RCNNRecord) -> dict[str, Any]:
    return {
        "level": record.levels.index(life.level),
        "fate": life.fate,
        "name": life.name,
        "objectness": _rounded(life.objectness, 3),
        "score": _rounded(life.score, 3),
        "anchor": _rounded(life.anchor_box),
        "box": _rounded(life.box),
        "decoded": _rounded(life.decoded),
        "killer": None if life.killer_box is None else _rounded(life.killer_box),
        "sentence": life.sentence,
    }


def _wronged(
    wronged: tuple[Life, int, float] | None, truth: Truth | None, record: RCNNRecord
) -> dict[str, Any]:
    """What the button "Best box that was wrongly killed" shows, or why it has nothing to show."""
    if truth is None:
        return {"text": "The truth of this picture is not known, so nobody can say who was wronged."}
    if wronged is None:
        return {"text": "Nobody was wronged: no dead box has IoU 0.5 or more with a thing that was missed."}
    life, thing, iou = wronged
    box, name = truth[thing]
    text = f"No detection found this {name}. A box that died had IoU {iou:.2f} with it."
    return {"text": text, "life": _life(life, record), "truth": _rounded(box)}


def _rounded(values: Any, digits: int = 1) -> Any:
    return np.round(np.asarray(values, np.float64), digits).tolist()
