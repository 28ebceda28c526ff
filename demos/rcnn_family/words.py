r"""What lesson A2 says about its run: for each view the large number, the question, and the sums behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from demos.rcnn_family.stages import FATES, SURVIVED
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.autopsy.chain import Autopsy
    from lecture_models.rcnn.ledgers import Ledger
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.stages import StagesTrace
    from lecture_models.studies.rcnn_family import Books, Filtered, Traced

Said = tuple[Reading, Question, str]
"""The words of a view: reading, question, numbers."""


# ---- ledgers ---------------------------------------------------------------------------------------------
def of_ledgers(made: Books) -> Said:
    """Passes of the backbone, and which stage takes most."""
    crops, last = f"{len(made.ledgers[0].proposals)}", made.ledgers[-1]
    text = f"backbone passes: one for each of {crops} proposals, or one for all of them."
    if made.waiting:
        crops, text = "…", "backbone passes: selective search is looking for proposals."
    names = [stage.name for stage in last.stages]
    most = max(range(len(names)), key=lambda place: last.stages[place].macs)
    shares = ", ".join(f"{stage.name} {100 * stage.macs / last.macs:.0f} %" for stage in last.stages)
    asked = f"Which stage of {last.name} takes most multiply-adds on this picture?"
    why = f"Counted from the shapes that ran: {shares}."
    return Reading(f"{crops} → 1", "", text), Question(asked, names, most, why), macs(last)


def macs(ledger: Ledger) -> str:
    """Multiply-adds of a ledger's stages and their sum."""
    terms = [rf"\underbrace{{{s.macs:,}}}_{{\text{{{s.name}}}}}" for s in ledger.stages if s.macs]
    sums = latex_commas(f"{' + '.join(terms)} = {ledger.macs:,}")
    return f"{ledger.name} on this picture, multiply-adds counted from the shapes that ran:\n\n$${sums}$$"


# ---- stages ----------------------------------------------------------------------------------------------
def of_stages(made: Filtered) -> Said:
    """How many anchors survive, and what ends the others."""
    counts, total = made.fates.counts, len(made.record.anchors)
    left, boxes = counts[SURVIVED], len(made.stages.detections)
    ends = {FATES[kind][0]: count for kind, count in counts.items() if count and kind != SURVIVED}
    order = sorted(ends, key=lambda name: -ends[name])
    asked = f"Of {total:,} anchors {left} survive. What ends the second-largest number of them?"
    why = "; ".join(f"{name}: {ends[name]:,}" for name in order) + "."
    choices = list(ends) if len(ends) > 1 else [*ends, "nothing else"]
    second = choices.index(order[1]) if len(order) > 1 else 1
    if len(order) > 2 and ends[order[1]] == ends[order[2]]:
        asked += " (Two tie: the first of them, as listed.)"
    text = f"anchors survive (detections: {boxes}). Where did the others die?"
    numbers = fates(counts, FATES) + decoded(made.record, made.stages)
    return Reading(str(left), f"of {total:,}", text), Question(asked, choices, second, why), numbers


def fates(counts: Mapping[str, int], names: Mapping[str, tuple[str, str]]) -> str:
    r"""Every anchor has one fate: the counts add up to the number of anchors.

    >>> fates({"a": 3, "b": 0, "c": 1}, {"a": ("Died", ""), "b": ("Lost", ""), "c": ("Survived", "")}).split("$$")[1]
    '3\\text{ died} + 1\\text{ survived} = 4\\text{ anchors}'
    """
    named = {names[kind][0]: count for kind, count in counts.items() if count}
    terms = [rf"{count:,}\text{{ {name[:1].lower()}{name[1:]}}}" for name, count in named.items()]
    lines = [" + ".join(terms[start : start + 3]) for start in range(0, len(terms), 3)]
    joined = lines[0]
    if len(lines) > 1:  # for narrow screens
        joined = r"\begin{aligned}& " + r" \\ & {}+ ".join(lines) + r"\end{aligned}"
    sums = latex_commas(rf"{joined} = {sum(counts.values()):,}\text{{ anchors}}")
    return f"Every anchor has one fate:\n\n$${sums}$$\n\n"


def decoded(record: RCNNRecord, stages: StagesTrace) -> str:
    """How the best detection's anchor became its proposal: the four deltas, multiplied out."""
    if not len(stages.detected_anchors):
        return ""
    best = int(stages.detected_anchors[0])
    x0, y0, x1, y1 = record.anchors[best].tolist()
    deltas, sides = record.deltas[best].tolist(), (x1 - x0, y1 - y0)
    rows = []
    for name, center, delta, length in zip("xy", ((x0 + x1) / 2, (y0 + y1) / 2), deltas, sides, strict=False):
        moved = center + delta * length
        rows.append(rf"{name} &= {center:.2f} + ({delta:.4f}) \cdot {length:.2f} = {moved:.2f} \\")
    for name, delta, length in zip("wh", deltas[2:], sides, strict=True):
        rows.append(rf"{name} &= {length:.2f} \cdot e^{{{delta:.4f}}} = {length * math.exp(delta):.2f} \\")
    score = f"{float(stages.scores[0]):.2f}"
    text = f"The anchor that became the best detection (score {score}), moved by its deltas, network pixels:"
    box = ", ".join(f"{side:.1f}" for side in record.decoded[best].tolist())
    return f"{text}\n\n$$\\begin{{aligned}}{' '.join(rows)}\\end{{aligned}}$$\n\nSo its box is [{box}]."


# ---- autopsy ---------------------------------------------------------------------------------------------
def of_autopsy(made: Traced) -> Said:
    """The pixel's probability, and how many cells one bin of the crop reads."""
    if made.made is None:
        ready = "Click a pixel inside a mask first. Ready?"
        nothing = Question(ready, ["Yes", "No"], 0, "Then the chain appears.")
        return Reading("–", "", "No mask at this pixel."), nothing, "Nothing yet."
    chain = made.made
    inside = "in" if chain.paste.value >= 0.5 else "outside"
    text = f"probability of {chain.name} at pixel {chain.pixel}: {inside} the mask."
    more = [("largest difference of a link", f"{max(chain.differences.values()):.0e}".replace("e-0", "e−"))]
    cells, points = len(chain.align.cells), len(chain.align.points)
    choices = sorted({1, 4, 9, 16, cells})
    asked = f"One bin of the crop for this mask: how many cells of {chain.align.level} does it read?"
    why = f"{points} points, each between four cells, some of them shared: {cells} different cells have a weight."
    question = Question(
        asked, [f"{count} cell{'' if count == 1 else 's'}" for count in choices], choices.index(cells), why
    )
    return Reading(f"{chain.paste.value:.3f}", "", text, more=more), question, pasted(chain)


def pasted(chain: Autopsy) -> str:
    """The pixel's value from the cells that it reads, and the first of these from its logit."""
    cells, first = chain.paste.cells, chain.sigmoid
    terms = " + ".join(rf"{cell.weight:.4f} \cdot {cell.prob:.4f}" for cell in cells)
    return (
        f"Pixel {chain.pixel} reads {len(cells)} cells of the 28 × 28 mask:\n\n"
        f"$${terms} = {chain.paste.value:.4f}$$\n\n"
        f"The cell in row {first.row + 1}, column {first.column + 1} is the sigmoid of its logit:\n\n"
        rf"$$\frac{{1}}{{1 + e^{{-({chain.logit.value:.4f})}}}} = {first.value:.4f}$$"
    )


def latex_commas(text: str) -> str:
    """Thousands' commas without the space that TeX sets after a comma."""
    return text.replace(",", "{,}")
