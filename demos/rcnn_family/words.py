r"""Sums of the R-CNN family, multiplied out: multiply-adds by stage, fates of anchors, one decoded box, one pixel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lecture_models.autopsy.chain import Autopsy
    from lecture_models.rcnn.ledgers import Ledger
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.stages import StagesTrace


def macs(ledger: Ledger) -> str:
    """Multiply-adds of a ledger's stages and their sum."""
    parts = [(stage.name, stage.macs) for stage in ledger.stages if stage.macs]
    terms = " + ".join(rf"\underbrace{{{count:,}}}_{{\text{{{name}}}}}" for name, count in parts)
    total = sum(count for _, count in parts)
    said = f"{ledger.name} on this picture, multiply-adds counted from the shapes that ran:"
    return f"{said}\n\n$${latex_commas(terms)} = {latex_commas(f'{total:,}')}$$"


def fates(counts: Mapping[str, int], names: Mapping[str, tuple[str, int]]) -> str:
    r"""Every anchor has one fate: the counts add up to the number of anchors.

    >>> fates({"a": 3, "b": 0, "c": 1}, {"a": ("Died", 1), "b": ("Lost", 2), "c": ("Survived", 3)}).split("$$")[1]
    '3\\text{ died} + 1\\text{ survived} = 4\\text{ anchors}'
    """
    terms = [rf"{count:,}\text{{ {lowered(names[key][0])}}}" for key, count in counts.items() if count]
    lines = [" + ".join(terms[start : start + 3]) for start in range(0, len(terms), 3)]
    total = latex_commas(rf"{sum(counts.values()):,}\text{{ anchors}}")
    joined = latex_commas(" + ".join(lines)) if len(lines) == 1 else stacked(lines)
    return f"Every anchor has one fate:\n\n$${joined} = {total}$$\n\n"


def lowered(name: str) -> str:
    """A name within a sentence: "Suppressed by NMS" -> "suppressed by NMS"."""
    return name[:1].lower() + name[1:]


def stacked(lines: list[str]) -> str:
    """Long sums on several lines, for narrow screens."""
    rows = r" \\ {}+ ".join(latex_commas(line) for line in lines)
    return rf"\begin{{aligned}}& {rows.replace(chr(92) * 2 + ' ', chr(92) * 2 + ' & ')}\end{{aligned}}"


def decoded(record: RCNNRecord, stages: StagesTrace) -> str:
    """How the best detection's anchor became its proposal: the four deltas, multiplied out."""
    if not len(stages.detected_anchors):
        return ""
    best = int(stages.detected_anchors[0])
    anchor, deltas = record.anchors[best].numpy().astype(float), record.deltas[best].numpy().astype(float)
    (x0, y0, x1, y1), (dx, dy, dw, dh) = anchor, deltas
    wide, high = x1 - x0, y1 - y0
    rows = [
        axis("x", (x0 + x1) / 2, dx, wide),
        axis("y", (y0 + y1) / 2, dy, high),
        side("w", wide, dw),
        side("h", high, dh),
    ]
    box = ", ".join(f"{value:.1f}" for value in np.asarray(record.decoded[best]))
    score = float(stages.scores[0])
    said = (
        f"The anchor that became the best detection (score {score:.2f}), moved by its deltas, network pixels:"
    )
    return f"{said}\n\n$$\\begin{{aligned}}{' '.join(rows)}\\end{{aligned}}$$\n\nSo its box is [{box}]."


def axis(name: str, center: float, delta: float, length: float) -> str:
    """A centre moved by its delta."""
    moved = center + delta * length
    return rf"{name} &= {center:.2f} + ({delta:.4f}) \cdot {length:.2f} = {moved:.2f} \\"


def side(name: str, length: float, delta: float) -> str:
    """A side stretched by its delta."""
    return rf"{name} &= {length:.2f} \cdot e^{{{delta:.4f}}} = {length * math.exp(delta):.2f} \\"


def pasted(chain: Autopsy) -> str:
    """The pixel's value from the cells that it reads, and the first of these from its logit."""
    cells = chain.paste.cells
    terms = " + ".join(rf"{cell.weight:.4f} \cdot {cell.prob:.4f}" for cell in cells)
    first = chain.sigmoid
    return (
        f"Pixel {chain.pixel} reads {len(cells)} cells of the 28 × 28 mask:\n\n"
        f"$${terms} = {chain.paste.value:.4f}$$\n\n"
        f"The cell in row {first.row}, column {first.column} is the sigmoid of its logit:\n\n"
        rf"$$\frac{{1}}{{1 + e^{{-({chain.logit.value:.4f})}}}} = {first.value:.4f}$$"
    )


def latex_commas(text: str) -> str:
    """Thousands' commas without the space that TeX sets after a comma."""
    return text.replace(",", "{,}")
