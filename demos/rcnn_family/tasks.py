"""What lesson A2 asks to reach: as many things with few proposals as the network finds with many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.studies.rcnn_family import Filtered

FEW = 20  # proposals
FOUND = 0.5  # IoU and score from which a thing is found
START = {"picture": "scene:9", "view": "stages", "post_nms": FEW}


def of(compute: Callable[..., Any]) -> tuple[Task, ...]:
    """The lesson's task; ``compute`` is the lesson's own."""

    def few(settings: Mapping[str, Any]) -> Verdict:
        made = compute(**settings)
        return judge(made, compute(**{**settings, "pre_nms": 0, "post_nms": 0, "nms_iou": 0.7}))

    text = (
        f"{FEW} proposals lose a thing that the network’s own number of them finds. Keep {FEW}, and turn "
        "“NMS of proposals” until as many are found."
    )
    elsewhere = "This is about “Stage by stage”: choose it under “Look at”."
    return (Task("few_proposals", text, few, START | {"nms_iou": 0.5}, START, ("view",), elsewhere),)


def judge(made: Filtered, own: Filtered) -> Verdict:
    """Whether a run with few proposals finds as many things as the network's own settings."""
    if made.things is None:
        return Verdict(False, "Nobody has marked the things of a photograph: choose a scene.")
    if not made.things:
        return Verdict(False, "There is no thing on this picture: choose another scene.")
    proposals, many = len(made.stages.rpn.proposals), len(own.stages.rpn.proposals)
    here, there = found(made), found(own)
    counts = f"{proposals} proposals find {here} of {len(made.things)} things, the network’s own {many} find {there}"
    if proposals > FEW:
        return Verdict(
            False, f"{counts}. Turn “Proposals” down to {FEW}, but not to 0: that is the network’s own."
        )
    nms = f"NMS at IoU {made.stages.limits.rpn_nms_iou:g}"
    if here < there:
        return Verdict(False, f"{counts}: {nms} keeps copies of one thing, or drops neighbours.")
    return Verdict(True, f"{counts}: {nms} gives the places of copies to other things.")


def found(made: Filtered) -> int:
    """How many true things have a detection of their class, of score and IoU ``FOUND`` or more."""
    stages, hits = made.stages, 0
    for box, _, label in made.things or ():
        fits = (stages.labels == label) & (stages.scores >= FOUND)
        hits += any(overlap(box, other) >= FOUND for other in stages.boxes[fits].tolist())
    return hits


def overlap(one: tuple[float, ...], other: list[float]) -> float:
    """IoU of two boxes, xyxy.

    >>> overlap((0, 0, 2, 2), [0, 0, 2, 1])
    0.5
    """
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared)
