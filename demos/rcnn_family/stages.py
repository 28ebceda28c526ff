"""The stages of a detector and the fates of its anchors for the board ``rcnnStages``.

The board draws a few hundred of the anchors: **of each fate the 60 best**, by class score for those that the box
head saw and by objectness for the others. Counts are always those of all anchors. While all are alive that choice would
show them crowded around things: then all anchors of a few cells of each level are drawn, evenly spread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, style
from demos.rcnn_family.ledgers import instance_colors, mask_overlay
from demos.rcnn_family.stage_list import KINDS, LOOKS, Look, Pose, Told, told

if TYPE_CHECKING:
    from lecture_models.rcnn.fates import FatesTrace
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.single_fates import Fate, PlaceFates
    from lecture_models.rcnn.stages import StagesTrace
    from lecture_models.studies.rcnn_family import Filtered

DRAWN = 60  # anchors of each fate that are drawn
CELLS = 3  # rows and columns of cells of a level whose anchors are drawn while all are alive
HALF = 0.5  # probability from which a pixel belongs to a mask
SURVIVED = "survived"
FATES = {  # kind of fate: (what it is called, kind of the stage at which it comes)
    "below_top_k": ("Below the top-k of its level", "top_k"),
    "too_small": ("Too small once clipped", "clipping"),
    "low_objectness": ("Objectness too low", "clipping"),
    "suppressed_in_rpn": ("Suppressed by RPN NMS", "rpn_nms"),
    "over_proposal_limit": ("Over the limit of proposals", "rpn_nms"),
    "low_class_score": ("Class score too low", "class_nms"),
    "too_small_refined": ("Too small once refined", "class_nms"),
    "suppressed_in_class": ("Suppressed by class NMS", "class_nms"),
    "over_detection_limit": ("Over the limit of detections", "class_nms"),
    SURVIVED: ("Survived", "end"),
}
ENDS = np.array([[*KINDS, "end"].index(stage) for _, stage in FATES.values()])
"""Number of the stage, from 0, at which each fate comes; survivors' is after the last."""


@dataclass(frozen=True)
class Stage(Told, Look):
    """A stage as the board has it: also what is drawn of it, in words, and the levels that its colours tell apart."""

    note: str = ""
    levels: Sequence[int] = ()


@dataclass(frozen=True)
class Tracks:
    """Boxes that are followed; texts of numbers (``encode.listed``), one for each box, four in the poses.

    First ``followed`` anchors; then ``twins``, one more for each further detection of a proposal; then the sample.
    """

    followed: int
    twins: int
    level: str
    roi: str  # the level that it is cropped from
    objectness: str
    ends: str  # number of the stage
    label: str
    score: str
    poses: Mapping[str, str]


@dataclass(frozen=True)
class Missed:
    """What there is to say of a missed thing, the fate of its best box, and where the thing is."""

    text: str
    fate: Fate | None = None
    truth: Sequence[float] | None = None


@dataclass(frozen=True)
class Board:
    """Picture, twelve stages, boxes to follow, how all anchors ended, the fates at a place, and a missed thing."""

    size: tuple[int, int]
    image: str
    pasted: str  # masks over the image, "" for none
    levels: Sequence[str]
    classes: Sequence[tuple[str, str]]
    found: int
    tracks: Tracks
    stages: Sequence[Stage]
    fates: Sequence[tuple[str, str, int]]  # kind, title, how many of all anchors met it
    place: PlaceFates | None
    missed: Missed


def board(made: Filtered) -> Board:
    """The board of one study."""
    record, stages, fates = made.record, made.stages, made.fates
    names = [record.class_name(label) for label in range(stages.class_probs.shape[1])]
    masks = stages.masks(record.size).numpy() >= HALF
    colors = instance_colors([names[label] for label in stages.labels.tolist()])
    followed = tracks(record, stages, fates)
    return Board(
        size=record.size,
        image=encode.jpeg_uri(record.image),
        pasted=mask_overlay(masks, colors),
        levels=record.levels,
        classes=[(name, style.class_color(name)) for name in names],
        found=len(stages.detections),
        tracks=followed,
        stages=stage_list(record, stages, masks, followed),
        fates=[(kind, FATES[kind][0], count) for kind, count in fates.counts.items()],
        place=made.place,
        missed=missed(made),
    )


# ---- stages and boxes that are followed through them ----------------------------------------------------
def stage_list(record: RCNNRecord, stages: StagesTrace, masks: np.ndarray, shown: Tracks) -> list[Stage]:
    """All stages in order."""
    ends = np.array(shown.ends.split(","), int)[: shown.followed + shown.twins]
    levels = {"level": range(len(record.levels)), "roi": _numbers(record, stages), "class": ()}
    made = []
    for i, (look, its) in enumerate(zip(LOOKS, told(record, stages, masks), strict=True)):
        here = int((ends[: None if look.color == "class" else shown.followed] >= i).sum())
        note = _note(record, look, here, its.before)
        made.append(Stage(**vars(its), **vars(look), note=note, levels=list(map(int, levels[look.color]))))
    return made


def _note(record: RCNNRecord, look: Look, here: int, before: int) -> str:
    """Which of all boxes are drawn at a stage."""
    if look.drawn == "sample":
        whole = all(min(height, width) >= CELLS for height, width, _ in record.shapes)
        cells = f"{'' if whole else 'at most '}{CELLS * CELLS}"  # a small map has fewer
        return f"Drawn: the {len(even_anchors(record.shapes))} anchors of {cells} cells of each level."
    if look.color != "class":
        return f"Drawn: {here:,} of {before:,}, of each fate the {DRAWN} best."
    known = look.kind in ("classes", "class_nms")
    return f"Drawn: {here:,}, of each proposal the candidate that came farthest." if known else ""


def tracks(record: RCNNRecord, stages: StagesTrace, fates: FatesTrace) -> Tracks:
    """Where the followed boxes are in each pose, what is known of them, and where they end."""
    fate, born = fates.fate.numpy(), stages.detected_anchors.numpy()
    chosen = drawn_anchors(fate, fates.score.numpy())
    twins = np.flatnonzero(fates.detection.numpy()[born] != np.arange(len(born)))
    anchors = np.concatenate([chosen, born[twins], even_anchors(record.shapes)])
    candidate, score = fates.candidate.numpy()[anchors], fates.score.numpy()[anchors]
    own: dict[Pose, Any] = {"anchor": record.anchors, "decoded": record.decoded, "clipped": record.clipped}
    boxes = {pose: record.in_picture(its[anchors]).numpy() for pose, its in own.items()}
    refined = np.where(candidate[:, None] >= 0, fates.boxes.numpy()[anchors], boxes["clipped"])
    label = np.maximum(candidate, 0) % stages.class_probs.shape[1]
    last = slice(len(chosen), len(chosen) + len(twins))
    refined[last], label[last], score[last] = stages.boxes[twins], stages.labels[twins], stages.scores[twins]
    return Tracks(
        followed=len(chosen),
        twins=len(twins),
        level=encode.listed(record.anchor_levels[anchors]),
        roi=encode.listed(roi_levels(record, stages)[anchors]),
        objectness=encode.listed(record.objectness.sigmoid()[anchors], 3),
        ends=encode.listed(ENDS[fate[anchors]]),
        label=encode.listed(label),
        score=encode.listed(score, 3),
        poses={pose: encode.listed(its) for pose, its in {**boxes, "refined": refined}.items()},
    )


def roi_levels(record: RCNNRecord, stages: StagesTrace) -> np.ndarray:
    """The level that each proposal is cropped from, an index of the record's levels; of the others the anchor's own."""
    levels = record.anchor_levels.numpy().copy()
    levels[stages.rpn.proposals.numpy()] = _numbers(record, stages)[stages.proposal_levels.numpy()]
    return levels


def _numbers(record: RCNNRecord, stages: StagesTrace) -> np.ndarray:
    return np.array([record.levels.index(name) for name in stages.roi_levels])


def even_anchors(shapes: Sequence[tuple[int, int, int]], cells: int = CELLS) -> np.ndarray:
    """All anchors of ``cells`` × ``cells`` cells of each level, spread evenly over its map: indices int64.

    ``shapes`` are of each level (rows, columns, anchors a cell); a smaller map gives all that it has.

    >>> even_anchors([(4, 4, 1), (1, 1, 2)], cells=2).tolist()
    [5, 7, 13, 15, 16, 17]
    """
    chosen, start, parts = [], 0, (np.arange(cells) + 0.5) / cells
    for height, width, anchors in shapes:
        rows, columns = (np.unique((parts * side).astype(int)) for side in (height, width))
        first = (rows[:, None] * width + columns).reshape(-1, 1) * anchors
        chosen.append(start + (first + np.arange(anchors)).reshape(-1))
        start += height * width * anchors
    return np.concatenate(chosen)


def drawn_anchors(fate: np.ndarray, score: np.ndarray, most: int = DRAWN) -> np.ndarray:
    """Of each fate the best ``most`` anchors: indices int64, fate after fate, best first.

    >>> drawn_anchors(np.array([0, 1, 0, 0]), np.array([0.1, 0.2, 0.3, 0.2]), most=2).tolist()
    [2, 3, 1]
    """
    mine = [np.flatnonzero(fate == one) for one in np.unique(fate)]
    return np.concatenate([some[np.argsort(-score[some], kind="stable")[:most]] for some in mine])


def missed(made: Filtered) -> Missed:
    """The missed thing whose box came nearest, or why there is none to show."""
    if made.things is None:
        return Missed("The truth of this picture is not known, so nobody can say what was missed.")
    if made.missed is None:
        return Missed("No box was lost for a missed thing: none has IoU 0.5 or more with one.")
    box, name, _ = made.things[made.missed.thing]
    text = f"No detection found this {name}. A box that was lost had IoU {made.missed.iou:.2f} with it."
    return Missed(text, made.missed.fate, box)
