"""What lesson A1 says about its run: the large number, the question, the sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import arithmetic
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.studies.vision_tasks import Compared

NOBODY = "Nobody has marked the truth of a photograph."


def reading(seen: Compared) -> Reading:
    """Pixels on which panoptic map and truth agree; for a photograph the number of objects."""
    kept = len(seen.answers.names)
    if seen.truth is None:
        return Reading(str(kept), "objects", "reach the score threshold. " + NOBODY)
    hits = sum(one >= 0 for one in seen.found)
    boxed = ("True objects with a box (IoU ≥ ½)", f"{hits} of {len(seen.true_numbers)}")
    more = [boxed, ("False alarms", str(kept - hits))]
    share = f"{100 * seen.agreement:.1f}"
    return Reading(share, "%", "of the pixels: panoptic map and truth agree", more=more)


def question(seen: Compared, score: float, then: Compared, other: float) -> Question:
    """What another threshold would do on this picture, computed by using it."""
    counts = [len(one.answers.names) for one in (seen, then)]
    values: list[float] = [*counts]
    unit, what = "", "number of objects"
    if seen.truth is not None:
        values, unit = [round(100 * one.agreement, 1) for one in (seen, then)], " %"
        what = "agreement of panoptic map and truth"
    text = f"Move the score threshold from {score:.2f} to {other:.2f} on this picture. What happens to the {what}?"
    now, later = (
        f"{value}{unit} with {count} detections" for value, count in zip(values, counts, strict=True)
    )
    answer = 1 - int(np.sign(values[1] - values[0]))
    return Question(text, ["It rises", "It stays the same", "It falls"], answer, f"From {now} to {later}.")


def numbers(trace: RCNNTrace, seen: Compared, score: float, pixel: Sequence[float]) -> str:
    """The large number and one pixel's probabilities, multiplied out, as Markdown."""
    height, width = trace.image.shape[:2]
    x, y = (int(pixel[0]), int(pixel[1])) if pixel else (width // 2, height // 2)
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    lines = [f"**Pixel ({x}, {y})**" + ("" if pixel else ", the middle: click any other.")]
    if seen.truth is not None:
        agree = arithmetic.fraction(seen.pixels[0], "pixels agree", seen.pixels[1], "pixels with a truth")
        lines.insert(0, f"**Agreement** {agree}")
    if trace.semantic is not None:
        lines.append(
            f"Semantic branch: {arithmetic.softmax(seen.answers.semantic.names, trace.semantic[:, y, x].numpy())}"
        )
    for k, mask, mine in seen.claims(trace, x, y):
        sign, says = (r"\ge", "its pixel") if mine else ("<", "not its pixel")
        keeps = rf"score ${seen.answers.scores[k]:.3f} \ge {score:.2f}$"
        lines.append(f"- {seen.title(k)}: {keeps}, mask probability ${mask:.3f} {sign} 0.5$: {says}")
    return "\n\n".join(lines)
