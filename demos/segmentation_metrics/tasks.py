"""What lesson B6 asks to reach: one prediction that IoU calls good and Dice only fair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.studies.segmentation_metrics import Study

LEAST_IOU, MOST_DICE = 0.5, 0.7


def of(compute: Callable[..., Study]) -> tuple[Task, ...]:
    """The lesson's task; ``compute`` is the lesson's own."""

    def both(settings: Mapping[str, Any]) -> Verdict:
        return judge(compute(**settings))

    text = f"Move the mask, without painting, until its IoU is above {LEAST_IOU:g} and its Dice below {MOST_DICE:g}."
    elsewhere = "This is about a moved mask: choose “the mask, moved” under “The prediction begins as”."
    start = {"picture": "scene:42", "start": "moved"}
    return (Task("iou_not_dice", text, both, start | {"moved": "11,0,1"}, start, ("start",), elsewhere),)


def judge(made: Study) -> Verdict:
    """Whether the moved mask's IoU and Dice lie on the two sides."""
    iou = made.measured.iou[made.target]
    if iou is None:
        return Verdict(False, "This class is nowhere, neither true nor predicted: look at another class.")
    dice = 2 * iou / (1 + iou)
    numbers = f"IoU {iou:.3f} is Dice {dice:.3f}"
    if iou <= LEAST_IOU:
        return Verdict(False, f"{numbers}: move the mask nearer to the truth.")
    if dice >= MOST_DICE:
        most = MOST_DICE / (2 - MOST_DICE)
        return Verdict(
            False, f"{numbers}: Dice is 2 · IoU / (1 + IoU), below {MOST_DICE:g} only under IoU {most:.3f}."
        )
    return Verdict(
        True, f"{numbers}: of one class in one picture either follows from the other, 2 · IoU / (1 + IoU)."
    )
