"""What lesson A1 says about its run: the large number, the question, the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from demos.figures import arithmetic
from demos.questions import drawn
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.studies.vision_tasks import Compared

CHOICES = ("At least one true object", "False alarms alone", "Nothing")
OF_A_PHOTOGRAPH = ("Detections", "Nothing")
NAMED = 2  # missed things whose names have room
NOBODY = "Nobody has marked the truth of a photograph."


def reading(seen: Compared) -> Reading:
    """True objects that were found, which moves when a network fails; for a photograph the number of detections."""
    kept = len(seen.answers.names)
    if seen.truth is None:
        one = kept == 1
        told = f"{'reaches' if one else 'reach'} the score threshold. {NOBODY}"
        return Reading(str(kept), "detection" if one else "detections", told)
    hits = sum(one >= 0 for one in seen.found)
    more = [("Missed", ", ".join(seen.missed))] if 0 < len(seen.missed) <= NAMED else []
    more += [("False alarms", str(kept - hits))]
    more += [("Pixels on which panoptic map and truth agree", f"{100 * seen.agreement:.1f} %")]
    found = "true objects have a box: right class, IoU ≥ ½"
    return Reading(str(hits), f"of {len(seen.true_numbers)}", found, more=more)


class Outcome(NamedTuple):
    """What a score threshold keeps: detections, and the true objects that they find; None for a photograph."""

    kept: int
    hits: int | None


def question(picture: str, outcomes: Mapping[float, Outcome], score: float) -> Question:
    """What another threshold would bring or cost on this picture, drawn among those whose outcome is known."""
    now = outcomes[score]
    answers = {other: answer(now, then) for other, then in outcomes.items() if other != score}
    other = drawn(picture, answers.items())
    what = "comes in" if other < score else "is lost"
    choices = OF_A_PHOTOGRAPH if now.hits is None else CHOICES
    text = f"Score threshold {score:.2f} → {other:.2f}: what {what}?"
    why = reason(now, outcomes[other], (score, other))
    return Question(text, choices, answers[other], why, ("agreement", "seen"), picture)


def answer(now: Outcome, then: Outcome) -> int:
    """Index of the choice that holds."""
    if now.hits is None:
        return int(then.kept == now.kept)
    return 0 if then.hits != now.hits else 1 if then.kept != now.kept else 2


def reason(now: Outcome, then: Outcome, scores: tuple[float, float]) -> str:
    """How many detections come in or are lost, and what they are."""
    many = abs(then.kept - now.kept)
    if not many:
        return f"No detection has a score from {min(scores):.2f} to {max(scores):.2f}."
    one, more = ("comes in", "come in") if then.kept > now.kept else ("is lost", "are lost")
    moved = f"{arithmetic.plural(many, 'detection')} {one if many == 1 else more}"
    if now.hits is None or then.hits is None:
        return f"{moved}: whether they are right, nobody has marked."
    hits = abs(then.hits - now.hits)
    return f"{moved}: {arithmetic.plural(hits, 'true object')} and {arithmetic.plural(many - hits, 'false alarm')}."


def seen(seen: Compared, score: float) -> str:
    """What this run showed, for the end of the lesson."""
    kept = len(seen.answers.names)
    found = arithmetic.plural(kept, "detection")
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
