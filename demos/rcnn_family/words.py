r"""What lesson A2 says about its run: for each view the large number, the question, and the sums behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from demos.questions import lot
from demos.rcnn_family.stages import FATES, SURVIVED
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.autopsy.chain import Autopsy
    from lecture_models.rcnn.ledgers import Ledger
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.stages import StagesTrace
    from lecture_models.studies.rcnn_family import Books, Filtered, Traced

Said = tuple[Reading, Question | None, str, str]
"""The words of a view: reading, question, numbers, what was seen."""
RANKS = ("the most", "the second-most", "the fewest")
ENDED = ("the most", "the second-most", "the third-most")
OFFERED = 4  # choices


# ---- ledgers ---------------------------------------------------------------------------------------------
def of_ledgers(made: Books) -> Said:
    """Passes of the backbone, and which stage takes most multiply-adds, or fewest."""
    crops, last = f"{len(made.ledgers[0].proposals)}", made.ledgers[-1]
    text = f"backbone passes: one for each of {crops} proposals, or one for all of them."
    if made.waiting:
        crops, text = "…", "backbone passes: selective search is looking for proposals."
    reading = Reading(f"{crops} → 1", "", text)
    return reading, which_stage(made.picture.key, last), macs(last), of_passes(made, crops)


def which_stage(picture: str, ledger: Ledger) -> Question:
    """Which stage takes most multiply-adds, second most or fewest: the picture draws which is asked."""
    stages = [stage for stage in ledger.stages if stage.macs]
    order = sorted(range(len(stages)), key=lambda place: -stages[place].macs)
    rank = lot(f"{picture} ledgers", len(RANKS))
    answer = (order[0], order[1], order[-1])[rank]
    said = ", ".join(f"{stage.name} {stage.macs / 1e9:.2f} G" for stage in stages)
    grows = f"Only the mask head grows with the detections, {len(ledger.boxes)} here."
    heads = f"The box head runs for each of {len(ledger.proposals)} proposals."
    why = f"{said[:1].upper()}{said[1:]}. {heads if ledger.masks is None else grows}"
    asked = f"Which stage of {ledger.name} takes {RANKS[rank]} multiply-adds here?"
    names = [f"{stage.name[:1].upper()}{stage.name[1:]}" for stage in stages]
    return Question(
        asked, names, answer, why, ("ledgers/work", "slow/work", "numbers"), f"{picture} {ledger.name}"
    )


def of_passes(made: Books, crops: str) -> str:
    """What the ledgers showed, for the end of the lesson."""
    last = made.ledgers[-1]
    often = "once for each proposal" if made.waiting else f"{crops} times"
    passes = f"Slow R-CNN passes the backbone {often} for this picture, the others once."
    if made.truths is None:
        sure = int((last.scores >= made.score).sum())
        return f"{passes} {last.name} has {sure} detections of score ≥ {made.score:g}."
    hits = [hit for _, hit in made.truths[-1]]
    return f"{passes} {last.name} finds {sum(hits)} of {len(hits)} things that way."


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
    text = f"anchors survive (detections: {boxes}). Where did the others die?"
    numbers = fates(counts, FATES) + decoded(made.record, made.stages)
    seen = f"Of {total:,} anchors {left} survived every filter and gave {boxes} detections."
    seen += " Each of the others has one end."
    return Reading(str(left), f"of {total:,}", text), which_end(made.picture.key, counts), numbers, seen


def which_end(picture: str, counts: Mapping[str, int]) -> Question | None:
    """What ended most anchors, second or third most: the picture draws which is asked; None where all ended alike."""
    ends = {FATES[kind][0]: count for kind, count in counts.items() if count and kind != SURVIVED}
    order = sorted(ends, key=lambda name: -ends[name])
    if len(order) < 2:
        return None
    rank = lot(f"{picture} stages", min(len(ENDED), len(order)))
    choices = [name for name in ends if name in order[:OFFERED]]
    tie = " (Ties: the first.)" if [*ends.values()].count(ends[order[rank]]) > 1 else ""
    asked = f"What ends {ENDED[rank]} of the {sum(counts.values()):,} anchors?{tie}"
    why = (
        "; ".join(f"{name}: {ends[name]:,}" for name in order)
        + ". An anchor stops at the first filter that it fails."
    )
    veils = ("stages/endings", "stages/funnel", "numbers")
    return Question(asked, choices, choices.index(order[rank]), why, veils, f"{picture} stages")


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
        nothing = "Choose a pixel inside a mask, and its number is followed back to the picture."
        return Reading("–", "", "No mask at this pixel."), None, "Nothing yet.", nothing
    chain = made.made
    inside = "in" if chain.paste.value >= 0.5 else "outside"
    text = f"probability of {chain.name} at pixel {chain.pixel}: {inside} the mask."
    largest = f"{max(chain.differences.values()):.0e}".replace("e-0", "e−")
    reading = Reading(f"{chain.paste.value:.3f}", "", text, more=[("largest difference of a link", largest)])
    seen = f"The sums from the picture to the mask give pixel {chain.pixel} of the {chain.name} its {reading.value}."
    seen += f" No link of the chain is off by more than {largest}."
    return reading, how_many_cells(made.picture.key, chain), pasted(chain), seen


def how_many_cells(picture: str, chain: Autopsy) -> Question:
    """How many cells of the map one bin of the crop reads."""
    cells, points = len(chain.align.cells), len(chain.align.points)
    choices = sorted({1, 4, 9, 16, cells})
    asked = f"One bin of the crop for this mask: how many cells of {chain.align.level} does it read?"
    why = f"{points} points lie each between four cells. Some are shared: {cells} different cells have a weight."
    said = [f"{count} cell{'' if count == 1 else 's'}" for count in choices]
    return Question(asked, said, choices.index(cells), why, ("autopsy/map",), f"{picture} {chain.pixel}")


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
