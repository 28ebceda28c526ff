"""What lesson B5 says where networks are compared: with the ceilings of their strides, and with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.fcn import words
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.studies.fcn import Networks
    from lecture_models.studies.fcn_ceilings import Ceiled

SHARES = ("under a quarter", "a quarter to a half", "over a half")
STEPS = ("FCN-32s → FCN-16s", "FCN-16s → FCN-8s")


# ---- ceilings --------------------------------------------------------------------------------------------
def of_ceilings(made: Ceiled) -> words.Said:
    """What part of a network's errors is the stride's."""
    split = made.split()
    if split is None:
        text = words.NOBODY if made.truth is None else "Scores are being fitted to the truth of this scene."
        reading = Reading("–", "%", f"{text} {'A ceiling needs one.' if made.truth is None else ''}".strip())
        seen = f"A stride of {made.stride} px puts a ceiling on what scores can draw."
        return reading, None, f"{text} Choose a scene." if made.truth is None else text, seen
    return ceilings_reading(made, split), ceilings_question(made), ceilings_numbers(made), ceilings_seen(made)


def ceilings_reading(made: Ceiled, split: np.ndarray) -> Reading:
    """The share of wrong pixels that the oracle has wrong too."""
    wrong, coarse = int((split > 0).sum()), int((split == 2).sum())
    who, what = words.network_of(made), words.ORACLES[made.oracle].lower()
    text = (
        f"of the pixels that {who} has wrong are too coarse: {what} at stride {made.stride} fail there too."
    )
    if made.oracle == "cells" or made.stride not in (32, 16, 8):
        text = f"of the pixels that {who} has wrong are wrong too with the best class per cell of {made.stride} px."
    more = [("wrong pixels", f"{wrong:,}"), ("of them too coarse", f"{coarse:,}")]
    return Reading(f"{100 * coarse / max(wrong, 1):.0f}", "%", text, more=more)


def ceilings_question(made: Ceiled) -> Question | None:
    """How much of FCN-32s's error is its stride's, by fitted scores; None while these come."""
    found, truth = made.scores[0], made.truth
    if found is None or truth is None:
        return None
    wrong = (made.said[0].labels != truth) & (truth < len(made.classes))
    share = float((found.labels != truth)[wrong].mean()) if wrong.any() else 0.0
    answer = int(share >= 0.25) + int(share > 0.5)
    text = "Of FCN-32s’s wrong pixels, how many would perfect scores at stride 32 get wrong too?"
    why = f"{100 * share:.0f} %: so much is the stride’s doing, the rest the network’s."
    veils = ("reading", f"ceilings/{words.ERRORS}", "ladder", "numbers")
    return Question(text, SHARES, answer, why, veils, f"{made.picture.key} ceilings")


def ceilings_numbers(made: Ceiled) -> str:
    """How each ceiling was found, and what stands between it and the network."""
    lines = [
        "**One class per cell.** Each cell takes its commonest class; then the best change of one cell, again and "
    ]
    lines[0] += "again, until no change of one cell raises the mIoU (a local maximum):"
    lines += [
        f"- stride {one.stride}: ${100 * one.majority_miou:.2f}\\,\\%$, after {one.changes} changes "
        f"${100 * one.miou:.2f}\\,\\%$"
        for one in made.cells
    ]
    lines.append(
        "\n**Fitted scores.** Scores of the stride are fitted to the truth and interpolated as the network’s last "
        "layer does. What they reach beside the network of that stride:\n"
    )
    for stride, found, said in zip((32, 16, 8), made.scores, made.said, strict=True):
        if found is not None and found.miou is not None and said.miou is not None:
            gap = 100 * (found.miou - said.miou)
            lines.append(
                f"- stride {stride}: ${100 * found.miou:.2f} - {100 * said.miou:.2f} = {gap:.2f}$ points of mIoU"
            )
    lines.append("\nIf a network lies above one class per cell, it is because its outlines cross cells.")
    return "\n".join(lines)


def ceilings_seen(made: Ceiled) -> str:
    """What this run showed."""
    k = (32, 16, 8).index(max(made.stride, 8))
    cell, score, said = made.cells[k].miou, made.scores[k], made.said[k].miou
    stride, name = (32, 16, 8)[k], words.network_of(made)
    if score is None or score.miou is None or said is None:
        return f"One class per cell of {stride} px reaches {words.percent(cell)} mIoU here."
    return (
        f"At stride {stride} one class per cell reaches {words.percent(cell)} mIoU here, "
        f"fitted scores {words.percent(score.miou)}, {name} {words.percent(said)}."
    )


# ---- three networks --------------------------------------------------------------------------------------
def of_networks(made: Networks, note: str, paper: Sequence[float]) -> words.Said:
    """The three networks on this picture; ``paper`` has what the two steps gain in the paper, in points."""
    first, _, last = (one.miou for one in made.said)
    if first is None or last is None:
        changed = 100 * float((made.said[0].labels != made.said[2].labels).mean())
        reading = Reading(f"{changed:.1f}", "%", f"of the pixels: FCN-32s and FCN-8s differ. {words.NOBODY}")
        seen = f"FCN-32s and FCN-8s disagree on {changed:.1f} % of this picture’s pixels."
        return reading, None, note, seen
    gain = 100 * (last - first)
    names = list(words.NETWORKS.values())
    more = [(name, words.percent(one.miou or 0.0)) for name, one in zip(names, made.said, strict=True)]
    reading = Reading(
        words.signed(gain, 1), "points", "of mIoU: FCN-8s against FCN-32s on this picture", more=more
    )
    # as the pictures print them, so that they add up
    steps = [b - a for a, b in pairwise(round(100 * (one.miou or 0.0), 1) for one in made.said)]
    why = f"pool4 brings {words.signed(steps[0], 1)} points here, pool3 {words.signed(steps[1], 1)}; "
    why += f"in the paper {words.signed(paper[0], 1)} and {words.signed(paper[1], 1)}."
    text = "Which step gains more mIoU on this picture?"
    shown = [f"networks/{name}" for name in names]
    veils = ("reading", *shown, "numbers")
    asked = Question(text, STEPS, int(steps[1] > steps[0]), why, veils, f"{made.picture.key} nets")
    seen = f"On this picture: {', '.join(f'{name} {text}' for name, text in more)}."
    return reading, asked, note, seen


def seeds(found: Sequence[Mapping[str, Any]]) -> str:
    """The mean over seeds of each network's mIoU, multiplied out; what to do where there are no results."""
    if not found:
        return "There are no results of ours yet."
    lines = [
        "**Our result files.** mIoU in per cent over the seeds of each network, all pixels of all scenes together:"
    ]
    for name, one in zip(words.NETWORKS.values(), found, strict=True):
        values = [100 * run["metrics"]["miou"] for run in one["runs"]]
        terms = " + ".join(f"{value:.2f}" for value in values)
        lines.append(
            rf"$$\text{{{name}}}:\quad \frac{{{terms}}}{{{len(values)}}} = {sum(values) / len(values):.2f}$$"
        )
    lines.append("The mIoU of one picture is another number: it knows the classes of that picture alone.")
    return "\n\n".join(lines)
