"""What lesson B4 asks to reach: a transposed convolution without a checkerboard, of the same output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict
from demos.upsampling.words import per_axis

if TYPE_CHECKING:
    from lecture_models.studies.upsampling import Upsampled

SIDE, STRIDE = 8, 2  # of the output, and of the layer


def of(compute: Callable[..., Upsampled]) -> tuple[Task, ...]:
    """The lesson's task; ``compute`` is the lesson's own."""

    def even(settings: Mapping[str, Any]) -> Verdict:
        return judge(compute(**settings))

    text = (
        f"Rid the transposed convolution of its checkerboard: at stride {STRIDE} and an output of {SIDE} × {SIDE}, "
        "equally many inputs meet in each inner cell."
    )
    answer = {"picture": "scene:42", "size": 4, "output_padding": 0}
    return (Task("even_stamps", text, even, answer, {"picture": "scene:42"}),)


def judge(made: Upsampled) -> Verdict:
    """Whether the layer doubles the size evenly."""
    layer, counts = made.layer, per_axis(made.layer)
    height, width = made.traces["transposed"].output.shape
    shape = f"Kernel {len(layer.kernel)}, stride {layer.stride}, output {height} × {width}"
    most, least = max(counts) ** 2, min(counts) ** 2
    if layer.stride != STRIDE:
        return Verdict(False, f"{shape}: the stride must be {STRIDE}.")
    if most != least:
        meet = f"{most} inputs meet in some inner cells and {least} in others"
        return Verdict(False, f"{shape}: {meet}, since the stride does not divide the kernel.")
    if (height, width) != (SIDE, SIDE):
        return Verdict(False, f"{shape}: it is even now, but not {SIDE} × {SIDE}. Change the paddings.")
    return Verdict(True, f"{shape}: {most} in each inner cell, since the stride divides the kernel.")
