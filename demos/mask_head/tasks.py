"""What lesson A4 asks to reach: a wrong class's mask that fits as well as the right one's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.studies.mask_head import RoIMasks

NEARLY = 0.1  # of IoU
ENOUGH = 0.5  # IoU of the right class's mask: below, no mask fits the thing
KEYS = ("picture", "network", "box", "mask_class", "threshold")
START = {"picture": "scene:42", "network": "mask_softmax"}


def of(compute: Callable[..., tuple[RoIMasks, str]]) -> tuple[Task, ...]:
    """The lesson's task; ``compute`` is the lesson's own."""

    def another(settings: Mapping[str, Any]) -> Verdict:
        return judge(compute(**{key: settings[key] for key in KEYS})[0])

    text = (
        "Make a wrong class’s mask fit the thing nearly as well as the right class’s: "
        f"IoU at most {NEARLY:g} lower. One choice on the right allows it."
    )
    answer = {"picture": "scene:42", "network": "mask_sigmoid", "mask_class": "person"}
    return (Task("another_class", text, another, answer, START),)


def judge(made: RoIMasks) -> Verdict:
    """Whether the pasted mask is a wrong class's and fits nearly as well as the right one's."""
    right, chosen = made.gradients.label, made.chosen
    there, here = made.iou(right), made.iou(chosen)
    if there is None or here is None:
        return Verdict(False, "No true thing is known in your box: click a detection, on a scene.")
    if chosen == right:
        pasted = f"The mask of {made.names[right]}, the right class, is pasted, IoU {there:.2f}"
        return Verdict(False, f"{pasted}: click another class’s mask.")
    ious = f"The mask of {made.names[chosen]} has IoU {here:.2f}, that of {made.names[right]} {there:.2f}"
    if there < ENOUGH:
        return Verdict(False, f"{ious}: that is below {ENOUGH:g}, so the box is poor. Fit it to a thing.")
    if here >= there - NEARLY:
        return Verdict(
            True, f"{ious}: this mask head draws the shape, and leaves to the class head what it is."
        )
    if made.heads.rule == "softmax":
        return Verdict(
            False, f"{ious}: under a softmax the classes compete for each pixel, and one takes it."
        )
    return Verdict(
        False, f"{ious}: {round(there, 2) - round(here, 2):.2f} lower. Try another class, or another thing."
    )
