"""What lesson C1 asks to reach: a merge that takes an instance back, and a match that needs more than a half."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.ops.panoptic_quality import QualityTrace
    from lecture_models.studies.panoptic import Merged

KEYS = ("picture", "confidence", "overlap", "stuff_area", "fill")
OVERLAP = 0.5  # as the lesson begins
STEP = 0.01  # of the threshold's slider
HALF = 0.5  # IoU of the pair in question
MERGE = {"picture": "scene:23", "view": "merge"}
QUALITY = {"picture": "scene:42", "view": "quality", "on": "hand"}
MERGE_TEXT = (
    "Two instances are refused, since others cover them. Turn “Most overlap” until PQ is higher than at "
    f"{OVERLAP:g}: one of them is a thing."
)
QUALITY_TEXT = (
    "In the picture made by hand a ball shares just half of the union with a true one, and is no match. "
    "Move the threshold just far enough."
)
MERGE_PLACE = "This is about “The merge” of scene 23: choose both."
QUALITY_PLACE = "This is about “PQ”, painted on the picture “made by hand”: choose both."


def of(compute: Callable[..., Merged], by_hand: Callable[[], QualityTrace]) -> tuple[Task, ...]:
    """The lesson's tasks; ``compute`` is the lesson's own, ``by_hand`` the quality of the picture made by hand."""

    def back(settings: Mapping[str, Any]) -> Verdict:
        chosen = {key: settings[key] for key in KEYS}
        return judge(compute(**chosen), compute(**{**chosen, "overlap": OVERLAP}))

    def half(settings: Mapping[str, Any]) -> Verdict:
        return matched(by_hand(), settings["threshold"])

    merge = MERGE | {"overlap": 0.8}
    quality = QUALITY | {"threshold": HALF - STEP}
    return (
        Task("comes_back", MERGE_TEXT, back, merge, MERGE, ("picture", "view"), MERGE_PLACE),
        Task("just_half", QUALITY_TEXT, half, quality, QUALITY, ("view", "on"), QUALITY_PLACE),
    )


def judge(made: Merged, usual: Merged) -> Verdict:
    """Whether an instance that the usual overlap refuses is back, and PQ higher."""
    if made.quality is None or usual.quality is None:
        return Verdict(False, "Nobody has marked the things of a photograph: choose a scene.")
    now, before = made.quality.pq or 0.0, usual.quality.pq or 0.0
    pasted = {one.detection for one in made.trial.candidates if one.verdict == "pasted"}
    refused = [one for one in usual.trial.candidates if one.verdict in ("overlap", "nothing")]
    back = [usual.title(one) for one in refused if one.detection in pasted]
    covered = ", ".join(f"{usual.title(one)} is covered by {100 * one.overlap:.0f} %" for one in refused)
    if not back:
        return Verdict(
            False, f"Nobody comes back at {made.rule.overlap:g}: {covered or 'nobody was refused'}."
        )
    quality = f"PQ is {100 * now:.1f} %, and was {100 * before:.1f} %"
    names = " and ".join(back).capitalize()
    if now <= before:
        return Verdict(
            False, f"{names} came back, but {quality}: who comes back must be a thing of the truth."
        )
    return Verdict(
        True, f"{names} came back: {quality}. What others cover for the most part can still be a thing."
    )


def matched(made: QualityTrace, threshold: float) -> Verdict:
    """Whether the threshold lets the pair of half an IoU match, by no more than one step of its slider."""
    pair = next(one for one in made.near if one.iou == HALF)
    iou = f"its IoU is {pair.shared} / {pair.union} = {pair.iou:g}"
    if threshold >= pair.iou:
        return Verdict(
            False, f"At {threshold:.2f} it is no match: {iou}, and a match needs more than the threshold."
        )
    if threshold < pair.iou - 1.5 * STEP:
        return Verdict(False, f"At {threshold:.2f} it matches, but farther than needed: {iou}.")
    why = "above one half no segment can have two matches, so PQ asks for strictly more than 0.5"
    return Verdict(True, f"At {threshold:.2f} it matches, since {iou}; {why}.")
