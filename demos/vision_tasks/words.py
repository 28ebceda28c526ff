"""What lesson A1 says about its run: the large number, the question, the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import arithmetic
from demos.questions import drawn
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.studies.vision_tasks import Compared

Outcome = tuple[int, "float | None"]
"""What a score threshold gives: how many detections, and the agreement in percent; None without a truth."""
CHOICES = ("It rises", "It stays the same", "It falls")
RISES = 0
NAMED = 2  # missed things whose names have room
NOBODY = "Nobody has marked the truth of a photograph."


def reading(seen: Compared) -> Reading:
    """True objects that were found, which moves when a network fails; for a photograph the number of objects."""
    kept = len(seen.answers.names)
    if seen.truth is None:
        one = kept == 1
        told = f"{'reaches' if one else 'reach'} the score threshold. {NOBODY}"
        return Reading(str(kept), "object" if one else "objects", told)
    hits = sum(one >= 0 for one in seen.found)
    more = [("Missed", ", ".join(seen.missed))] if 0 < len(seen.missed) <= NAMED else []
    more += [("False alarms", str(kept - hits))]
    more += [("Pixels on which panoptic map and truth agree", f"{100 * seen.agreement:.1f} %")]
    found = "true objects have a box: right class, IoU ≥ ½"
    return Reading(str(hits), f"of {len(seen.true_numbers)}", found, more=more)


def question(picture: str, seen: Compared, score: float, then: Mapping[float, Outcome]) -> Question:
    """What another threshold would do on this picture, drawn among those of which it is known."""
    kept, known = len(seen.answers.names), seen.truth is not None
    now = (kept, round(100 * seen.agreement, 1) if known else None)
    answers = {other: answer(now, outcome) for other, outcome in then.items()}
    other = drawn(picture, answers.items(), rare=RISES)
    what = "agreement with the truth" if known else "number of detections"
    text = f"Score threshold {score:.2f} → {other:.2f}: what happens to the {what}?"
    why = reason(now, then[other], score, other)
    return Question(text, CHOICES, answers[other], why, ("agreement", "numbers", "seen"), picture)


def answer(now: Outcome, then: Outcome) -> int:
    """Index of the choice that holds: of the agreement, for a photograph of the number of detections."""
    before, after = (one[0] if one[1] is None else one[1] for one in (now, then))
    return 1 - int(np.sign(after - before))


def reason(now: Outcome, then: Outcome, score: float, other: float) -> str:
    """From where to where, and what the detections did that come or go."""
    many = abs(then[0] - now[0])
    if not many:
        return (
            f"No score lies between {min(score, other):.2f} and {max(score, other):.2f}: all {now[0]} stay."
        )
    detections = "The detection" if many == 1 else f"The {many} detections"
    verb = ("comes" if many == 1 else "come") if then[0] > now[0] else ("goes" if many == 1 else "go")
    if now[1] is None or then[1] is None:
        return f"From {now[0]} to {then[0]}: whether those {many} are right, nobody has marked."
    moved = f"From {now[1]} % to {then[1]} %."
    if then[1] == now[1]:
        return f"{moved} {detections} that {verb} changed too few pixels to count."
    right = "right" if (then[1] > now[1]) == (then[0] > now[0]) else "wrong"
    were = "was" if many == 1 else "were"
    return f"{moved} {detections} that {verb} {were}, pixel by pixel, more often {right} than not."


def seen(seen: Compared, score: float) -> str:
    """What this run showed, for the end of the lesson."""
    kept = len(seen.answers.names)
    found = f"{kept} detection{'s' * (kept != 1)}"
    pass_ = f"One forward pass gave five of the answers, with {found} of score ≥ {score:.2f}."
    if seen.truth is None:
        return f"{pass_} {NOBODY}"
    hits = sum(one >= 0 for one in seen.found)
    only = "only the panoptic map gives each pixel one answer with both, its class and its object"
    return f"{pass_} Their boxes find {hits} of {len(seen.true_numbers)} true things; {only}."


def numbers(trace: RCNNTrace, seen: Compared, score: float, pixel: Sequence[float]) -> str:
    """The large number and one pixel's probabilities, multiplied out, as Markdown."""
    height, width = trace.image.shape[:2]
    x, y = (int(pixel[0]), int(pixel[1])) if pixel else (width // 2, height // 2)
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    lines = [f"**Pixel ({x}, {y})**" + ("" if pixel else ", the middle: click any other.")]
    if seen.truth is not None:
        agree = arithmetic.fraction(seen.pixels[0], "pixels agree", seen.pixels[1], "pixels with a truth")
        lines.insert(0, f"**Agreement** {agree}")
    if (logits := trace.semantic) is not None:
        said = arithmetic.softmax(seen.answers.semantic.names, logits[:, y, x].numpy())
        lines.append(f"Semantic branch: {said}")
    for k, mask, mine in seen.claims(trace, x, y):
        sign, says = (r"\ge", "its pixel") if mine else ("<", "not its pixel")
        keeps = rf"score ${seen.answers.scores[k]:.3f} \ge {score:.2f}$"
        lines.append(f"- {seen.title(k)}: {keeps}, mask probability ${mask:.3f} {sign} 0.5$: {says}")
    return "\n\n".join(lines)
