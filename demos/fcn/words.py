"""What lesson B5 says about the sum of its run: the large number, the question, the sums written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures.arithmetic import written
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from lecture_models.studies.fcn import Summed
    from lecture_models.studies.fcn_ceilings import Ceiled

Said = tuple[Reading, "Question | None", str, str]
"""The words of a view: reading, question, numbers, what was seen."""
NETWORKS = {"fcn_32s": "FCN-32s", "fcn_16s": "FCN-16s", "fcn_8s": "FCN-8s"}
SCALES = ("stride 32", "pool4", "pool3")
ASKS = ("The deepest scores, upsampled.", "Scores of a finer map.", "Of the finest one.")
CELLS = ("32: cells", "pool4: cells", "pool3: cells")
CHANGES = "Skips change"
ERRORS = "Why it is wrong"
CAUSES = ("wrong, though the stride allows it", "too coarse: the oracle is wrong too")
ORACLES = {"scores": "Fitted scores", "cells": "One class per cell"}
ORACLE_ASKS = {
    "scores": "Scores fitted to the truth, interpolated.",
    "cells": "The best class of each cell that was found.",
}
NOBODY = "Nobody has marked the truth of a photograph."
LOSERS = 4  # classes to choose from
FEW = ((2.0, "under 2 %"), (5.0, "2 to 5 %"), (np.inf, "over 5 %"))


# ---- the sum ---------------------------------------------------------------------------------------------
def of_sum(made: Summed) -> Said:
    """What these weights make of the picture."""
    return sum_reading(made), sum_question(made), sum_numbers(made), sum_seen(made)


def titles(made: Summed) -> list[str]:
    """The sum at the pixel as the titles of the pictures: each scale's number, then the logit."""
    weights = made.parts.weights(made.skips)
    values = [w * float(v) for w, v in zip(weights, made.parts.at(made.point)[:, made.label], strict=True)]
    shown = [name if w == 1 else f"{w:g} · {name}" for w, name in zip(weights, SCALES, strict=False)]
    terms = [f"{name}: {signed(value, 2)}" for name, value in zip(shown, values, strict=True)]
    missing = [f"{name}: none" for name in SCALES[len(terms) :]]
    return [*terms, *missing, f"= {made.name}: {signed(sum(values), 2)}"]


def sum_reading(made: Summed) -> Reading:
    """The mIoU with these weights; of a photograph the pixels that changed class."""
    share = f"{100 * made.changed / made.now.labels.size:.1f} %"
    if made.now.miou is None or made.usual.miou is None or made.without.miou is None:
        what = f"of the pixels have another class than with both weights at 1. {NOBODY}"
        return Reading(share.removesuffix(" %"), "%", what)
    title = NETWORKS[made.network]
    alone = len(made.parts.strides) == 1
    what = f"mIoU of {title} on this picture{', which has no skips to weigh' if alone else ' with these weights'}"
    if alone:
        return Reading(f"{100 * made.now.miou:.1f}", "%", what)
    more = [("both weights 1", percent(made.usual.miou)), ("both weights 0", percent(made.without.miou))]
    if made.alone is not None and made.alone.miou is not None:
        more += [("FCN-32s, trained without skips", percent(made.alone.miou))]
    more += [("pixels unlike with both weights 1", share)]
    return Reading(f"{100 * made.now.miou:.1f}", "%", what, more=more)


def sum_question(made: Summed) -> Question | None:
    """Which class loses most IoU without the skips; of a photograph how many pixels change. None where none does."""
    key = f"{made.picture.key} {made.network}"
    veils = ("classes", f"sum/{CHANGES}", "numbers")
    if made.usual.ious is None or made.without.ious is None:
        changed = 100 * float((made.usual.labels != made.without.labels).mean())
        answer = next(k for k, (most, _) in enumerate(FEW) if changed < most)
        text = "Both skips at 0: what part of the pixels changes class?"
        why = f"{changed:.1f} % do, most of them along outlines."
        choices = [name for _, name in FEW]
        return Question(text, choices, answer, why, (*veils, "reading"), key) if changed else None
    lost = made.usual.ious - made.without.ious
    order = [int(k) for k in np.argsort(-np.nan_to_num(lost, nan=-1)) if not np.isnan(lost[k])]
    if len(order) < 2 or lost[order[0]] <= 0:
        return None
    others = [k for k in order[1:] if k >= made.classes.index("ball")] or order[1:]
    chosen = [order[0], *others[: LOSERS - 1]]
    offered, least = sorted(chosen), made.classes[chosen[-1]]
    text = "Both skips at 0: which class loses most IoU here?"
    share = np.bincount(made.usual.labels.ravel(), minlength=len(made.classes)) / made.usual.labels.size
    sizes = [f"{percent(share[k])} of the picture" for k in (chosen[0], chosen[-1])]
    lose = [points(lost[k]) for k in (chosen[0], chosen[-1])]
    why = f"It is {sizes[0]} and loses {lose[0]} points; {least}, {sizes[1]}, {lose[1]}."
    return Question(text, [made.classes[k] for k in offered], offered.index(order[0]), why, veils, key)


def arithmetic_table(made: Summed) -> Table:
    """The sum at the chosen pixel: the shown class and its strongest rival."""
    weights = made.parts.weights(made.skips)
    at = made.parts.at(made.point).astype(np.float64)
    heads = ["stride 32", *(f"+ {w:g} · {n}" for w, n in zip(weights[1:], made.parts.names[1:], strict=True))]
    rows = []
    for label in (made.label, made.rival):
        terms = [signed(w * v, 3) for w, v in zip(weights, at[:, label], strict=True)]
        rows.append((made.classes[label], *terms, signed(float(np.dot(weights, at[:, label])), 3)))
    both = at[:, made.label] - at[:, made.rival]
    terms = [signed(w * v, 3) for w, v in zip(weights, both, strict=True)]
    rows.append(("difference", *terms, signed(float(np.dot(weights, both)), 3)))
    x, y = made.point
    ahead = made.label if np.dot(weights, both) > 0 else made.rival
    caption = f"Pixel ({x}, {y}): the larger sum, {made.classes[ahead]}, wins."
    return Table(("", *heads, "= logit"), rows, caption, strong=(2,))


def classes_table(made: Summed) -> Table | None:
    """Each class's IoU with both skips, with these weights and without."""
    if made.usual.ious is None or made.now.ious is None or made.without.ious is None:
        return None
    rows = [
        (
            name,
            *(percent(one.ious[k]) for one in (made.without, made.now, made.usual) if one.ious is not None),
        )
        for k, name in enumerate(made.classes)
        if not np.isnan(made.usual.ious[k])
    ]
    head = ("IoU", "weights 0", "these", "weights 1")
    return Table(head, rows, f"{NETWORKS[made.network]} on this picture, class by class.")


def sum_numbers(made: Summed) -> str:
    """The sum at the pixel, and one step deeper: the cells that the last upsampling reads."""
    x, y = made.point
    taps, stride = made.parts.taps(made.point), made.parts.strides[-1]
    summed = made.parts.summed(made.skips)
    names = [made.classes[k] for k in (made.label, made.rival)]
    lines = [f"**Pixel ({x}, {y}).** Each scale’s number, times its weight, adds up to the logit:"]
    lines += [sum_line(made, label) for label in (made.label, made.rival)]
    lines += [
        f"**One step deeper.** The last upsampling, by {stride}, is bilinear: the logit of {names[0]} reads "
        f"{len(taps)} cells of the sum at stride {stride}, each with its tap:"
    ]
    terms = " + ".join(rf"{w:.6f}\cdot({summed[made.label, i, j]:.5f})" for i, j, w in taps)
    lines.append(f"$${terms} = {sum(w * float(summed[made.label, i, j]) for i, j, w in taps):.5f}$$")
    i, j, _ = max(taps, key=lambda tap: tap[2])
    cell = made.parts.maps[:, made.label, i, j]
    lines += [
        f"The nearest of these cells, in row {i} and column {j}, is itself such a sum:",
        plus(made, cell),
    ]
    if len(made.parts.strides) > 1:
        lines.append(
            "On the way there each doubling reads 2 × 2 cells; its kernel was learned, and may mix classes."
        )
    lines.append(
        "A weight of 0 takes a skip out of a network that was trained with it. FCN-32s was trained without: two things."
    )
    return "\n\n".join(lines)


def sum_line(made: Summed, label: int) -> str:
    """The sum of one class at the pixel, in LaTeX."""
    return plus(made, made.parts.at(made.point)[:, label], rf"\text{{{made.classes[label]}}}:\quad ")


def plus(made: Summed, values: np.ndarray, name: str = "") -> str:
    """Weights times numbers and their sum, in LaTeX, after a name."""
    weights = made.parts.weights(made.skips)
    terms = " + ".join(rf"{w:g}\cdot({v:.5f})" for w, v in zip(weights, values.tolist(), strict=True))
    return f"$${name}{terms} = {float(np.dot(weights, values.astype(np.float64))):.5f}$$"


def sum_seen(made: Summed) -> str:
    """What this run showed, for the end of the lesson."""
    title = NETWORKS[made.network]
    changed = 100 * float((made.usual.labels != made.without.labels).mean())
    if made.usual.miou is None or made.without.miou is None:
        return f"Without its skips {title} gives {changed:.1f} % of this picture’s pixels another class."
    said = f"Without its skips {title} goes from {percent(made.usual.miou)} to {percent(made.without.miou)} mIoU here"
    return f"{said}, since {changed:.1f} % of the pixels get another class than with them.{lucky(made)}"


def lucky(made: Summed) -> str:
    """What to think of weights that do better than those of the training; empty where they do not."""
    now, usual = made.now.miou or 0, made.usual.miou or 0
    if percent(now) == percent(usual) or now < usual:
        return ""
    return f" These weights reach {percent(now)}, more than 1 and 1: on this picture, not over many (see the theory)."


# ---- names ---------------------------------------------------------------------------------------------
def network_of(made: Ceiled) -> str:
    """The network of the chosen stride."""
    return f"FCN-{max(made.stride, 8)}s"


def oracle(made: Ceiled) -> str:
    """What the oracle is called above its picture."""
    return ORACLES[made.oracle if made.stride in (32, 16, 8) else "cells"]


def oracle_asks(made: Ceiled) -> str:
    """What the oracle's picture answers."""
    return ORACLE_ASKS[made.oracle if made.stride in (32, 16, 8) else "cells"]


def ceilings_message(made: Ceiled) -> str:
    """Why something is missing; empty where nothing is."""
    if made.truth is None:
        return f"{NOBODY} A ceiling needs one: choose a scene."
    if made.stride not in (32, 16, 8) and made.oracle == "scores":
        return "No network here has stride 4, so no scores are fitted to it: this is one class per cell."
    return ""


# ---- numbers as text -------------------------------------------------------------------------------------
def percent(value: float) -> str:
    """A share as text; a dash for a class that is absent.

    >>> percent(0.7134), percent(float("nan"))
    ('71.3 %', '–')
    """
    return f"{100 * value:.1f} %" if np.isfinite(value) else "–"


def points(value: float) -> str:
    """A difference of shares in points, without its sign if it is nothing.

    >>> points(0.321), points(-0.0001)
    ('32.1', '0.0')
    """
    return written(100 * value, 1)


def signed(value: float, digits: int) -> str:
    """A number with its sign, a true minus.

    >>> signed(-1.25, 2), signed(0.5, 1), signed(-0.001, 2)
    ('−1.25', '+0.5', '+0.00')
    """
    return written(value, digits, "+")
