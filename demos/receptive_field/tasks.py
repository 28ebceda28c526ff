"""What lesson B3 asks to reach: with five layers a field that would take twenty-three plain ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.studies.receptive_field import Stacked

FIELD, MOST, LARGEST = 47, 5, 3  # pixels, layers, cells of a kernel


def of(compute: Callable[..., Any]) -> tuple[Task, ...]:
    """The lesson's task; ``compute`` is the lesson's own."""

    def sees(settings: Mapping[str, Any]) -> Verdict:
        return judge(compute(**settings))

    text = (
        f"See exactly {FIELD} pixels with at most {MOST} layers, none larger than {LARGEST} × {LARGEST}. "
        "Strides, dilations and pooling are allowed."
    )
    elsewhere = "This is about “Grow a stack”: choose it under “Look at”."
    start = {"picture": "scene:42", "view": "stack"}
    return (Task("sees_47", text, sees, start | {"stack": "c3s2x3-c3x2"}, start, ("view",), elsewhere),)


def judge(made: Stacked) -> Verdict:
    """Whether few small layers see just so far."""
    layers, field = len(made.steps), made.grown[-1].field
    sees = f"{layers} layer{'s see' if layers > 1 else ' sees'} {field} px"
    largest = max((one.kernel for one in made.steps if one.kind != "up"), default=0)
    if largest > LARGEST:
        return Verdict(
            False, f"A kernel of {largest} × {largest} is larger than {LARGEST} × {LARGEST}; {sees}."
        )
    plain = f"plain 3 × 3 layers would need {(FIELD - 1) // 2} for {FIELD}"
    if field != FIELD:
        way = "too few" if field < FIELD else "too many"
        return Verdict(
            False, f"{sees}, {abs(FIELD - field)} {way}: {plain}. Let early layers take larger steps."
        )
    if layers > MOST:
        return Verdict(
            False, f"{sees}, but that is {layers - MOST} layers over {MOST}: a stride counts for all after."
        )
    return Verdict(True, f"{sees}, and {plain}: each stride or dilation makes the layers reach farther.")
