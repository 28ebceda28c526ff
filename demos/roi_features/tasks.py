"""What lesson A3 asks to reach: a crop in which rounding costs half of the mask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.studies.roi_features import Crops

ENOUGH = 0.5  # IoU of RoIAlign's mask: what it has lost itself is not the rounding's doing
HALF = 0.5
POOL, ALIGN = 0, 2  # places among the operators
ANSWER = {"box": "196,142,212,165"}


def of(compute: Callable[..., Crops]) -> tuple[Task, ...]:
    """The lesson's task; ``compute`` is the lesson's own."""

    def half(settings: Mapping[str, Any]) -> Verdict:
        return judge(compute(**settings))

    text = (
        "Crop a thing so that RoIPool’s mask has at most half the IoU of RoIAlign’s, "
        f"while RoIAlign’s has at least {ENOUGH:g}."
    )
    return (Task("half_the_mask", text, half, {"picture": "scene:42", **ANSWER}, {"picture": "scene:42"}),)


def judge(made: Crops) -> Verdict:
    """Whether RoIPool's crop loses half of the mask."""
    pool, align = made.mask_iou(POOL), made.mask_iou(ALIGN)
    if pool is None or align is None:
        nothing = "Your box holds no thing whose mask is known: click a green one, on a scene."
        return Verdict(False, nothing)
    ious = f"RoIPool’s mask has IoU {pool:.2f}, RoIAlign’s {align:.2f}"
    if align < ENOUGH:
        return Verdict(
            False, f"{ious}: that is below {ENOUGH:g}, so the box itself is poor. Fit it to a thing."
        )
    cells = f"a cell at {made.level} is {made.stride:g} px"
    if pool > HALF * align:
        return Verdict(
            False, f"{ious}: {100 * pool / align:.0f} % of it is left, and {cells}. Try a smaller thing."
        )
    width, height = made.box[2] - made.box[0], made.box[3] - made.box[1]
    return Verdict(True, f"{ious}: {cells}, too coarse a grid for a box of {width:.0f} × {height:.0f} px.")
