"""What the playground says: a design in words, the large number, the question, one step multiplied out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from demos.questions import lot
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.studies.live_training import Setup
    from lecture_models.studies.segmentation_playground import Level, Sketch, Truth

SKIPS = {"none": "None", "sum": "Sum", "concatenate": "Concatenate"}
UPSAMPLERS = {
    "nearest": "Nearest",
    "bilinear": "Bilinear",
    "transposed": "Transposed",
    "unpooling": "Unpooling",
}
UP = {
    "nearest": "nearest neighbour",
    "bilinear": "bilinear",
    "transposed": "transposed convolution",
    "unpooling": "max unpooling",
}
LOSSES = {"cross-entropy": "Cross-entropy", "dice": "Dice"}
JOINED = {"none": "no skips", "sum": "skips summed", "concatenate": "skips concatenated"}
VEILS = ("seen", "levels/cells")
MANY = 4  # classes that vanish, and more
VALUES = 3  # of a picture's pixel
Classes = Sequence[str]


def told(setup: Setup) -> str:
    """A setup in words."""
    design = setup.design
    parts = [f"depth {design.depth}", JOINED[design.skips], UP[design.upsampler]]
    return ", ".join([*parts, LOSSES[setup.loss].lower(), f"seed {setup.seed}"])


def named(setup: Setup) -> str:
    """A setup as a short name, equal for equal setups."""
    design = setup.design
    return f"{design.depth} {design.skips} {design.upsampler} {setup.loss} {setup.seed}"


def skip(kind: str, level: Level) -> str:
    """What is joined at a level; empty at the bottom and without skips."""
    if kind == "none" or not level.decoder:
        return ""
    sign = "and" if kind == "concatenate" else "+"
    return f"{level.encoder} {sign} {level.upsampled} → {level.joined}"


def size(made: Sketch) -> str:
    """The bottom's map, such as 8 × 8 cells."""
    side = made.levels[-1].side
    return f"{side}\u00a0×\u00a0{side} cells"


def reading(made: Sketch) -> Reading:
    """How many parameters there are to learn."""
    bottom, side = made.levels[-1], made.levels[0].side
    numbers, all_ = bottom.encoder * bottom.side**2, VALUES * side**2
    more = [
        ("Multiply-adds a picture", f"{made.macs / 1e6:.1f} million"),
        ("Numbers in the picture", f"{all_:,}"),
        ("Numbers at the bottom", f"{numbers:,}"),
    ]
    meaning = f"to be learned; {side}\u00a0×\u00a0{side} pixels become {size(made)} at the bottom"
    return Reading(f"{made.parameters:,}", "parameters", meaning, more=more)


def question(made: Sketch, classes: Classes) -> Question:
    """How many classes vanish at the bottom's stride; of a photograph, which has no truth, how many cells there are."""
    if made.truth is None:
        return cells_question(made)
    stride, present = made.setup.design.stride, made.truth.present
    answer = min(len(made.truth.vanished), MANY)
    return Question(
        f"One class for each {stride} × {stride} px: how many of the picture's {len(present)} classes vanish?",
        ["none", *map(str, range(1, MANY)), f"{MANY} or more"],
        answer,
        why(made.truth, classes),
        VEILS,
        made.picture.key,
    )


def why(truth: Truth, classes: Classes) -> str:
    """Which classes vanish, and how the least and the most common ones fare."""
    gone = truth.vanished
    rarest = min(truth.present, key=lambda label: truth.counts[label])
    largest = max(truth.present, key=lambda label: truth.counts[label])
    kept = f"{classes[largest].capitalize()}, the largest, keeps IoU {truth.cell_ious[largest] or 0:.2f}"
    if not gone:
        iou = truth.cell_ious[rarest] or 0
        return f"All stay; {classes[rarest]}, with {truth.counts[rarest]} px, at IoU {iou:.2f}. {kept}."
    listed = ", ".join(f"{classes[label]} ({truth.counts[label]} px)" for label in gone)
    return f"Gone: {listed}. {kept}; small things need the finer maps of skips."


def cells_question(made: Sketch) -> Question:
    """How many cells the bottom has, for a picture without a truth."""
    side, bottom = made.levels[0].side, made.levels[-1].side
    offered = sorted({bottom**2, (side // 2 ** (1 + lot(made.picture.key, 4))) ** 2, (2 * bottom) ** 2})
    depth, stride = made.setup.design.depth, made.setup.design.stride
    return Question(
        f"Depth {depth}, {side} × {side} pixels: how many cells has the bottom?",
        [f"{one:,}" for one in offered],
        offered.index(bottom**2),
        f"Each pooling halves both sides: {side} / {stride} = {bottom}, and {bottom} · {bottom} = {bottom**2:,}.",
        ("levels", "reading", "seen"),
        made.picture.key,
    )


def celled(made: Sketch) -> str:
    """What one class a cell comes to."""
    if made.truth is None:
        return "A photograph has no truth here: choose a scene to see it in cells"
    values = [value for value in made.truth.cell_ious if value is not None]
    many, all_ = len(made.truth.vanished), len(made.truth.present)
    score = sum(values) / len(values)
    return f"mIoU {score:.2f}, {many or 'none'} of {all_} classes gone"


def seen(made: Sketch) -> str:
    """What this run showed, for the end of the lesson."""
    start = f"Depth {made.setup.design.depth} leaves {size(made)} of {made.picture.title}"
    if made.truth is None:
        return f"{start}, and {made.parameters:,} parameters are to be learned. Nobody has labelled a photograph."
    loss = "Dice loss" if made.setup.loss == "dice" else "cross-entropy"
    return (
        f"{start}; with one class each: {celled(made)}. Untrained, the network has mIoU {made.truth.miou:.2f} and "
        f"{loss} {made.truth.loss:.2f}."
    )


def numbers(made: Sketch, classes: Classes) -> str:
    """Both losses of the untrained network at the rarest class, multiplied out."""
    if made.truth is None:
        return "There is no loss without a truth. Choose a scene."
    truth, pixel = made.truth, made.truth.pixel
    name, count = classes[pixel.label], truth.counts[pixel.label]
    return "\n\n".join([
        f"The untrained network (seed {made.setup.seed}) on {made.picture.title}, at the rarest class: {name}, {count} "
        f"of {truth.pixels:,} pixels.",
        cross_entropy(truth, name),
        f"**What each class weighs.** In the cross-entropy all pixels count alike, so {name} is "
        f"${count} / {truth.pixels} = {100 * count / truth.pixels:.2f}$ % of it. In the Dice loss all {len(classes)} "
        f"classes count alike: $1 / {len(classes)} = {100 / len(classes):.1f}$ %.",
        dice(truth, name),
    ])  # fmt: skip


def cross_entropy(truth: Truth, name: str) -> str:
    """The loss of one pixel from its logits, and its gradient."""
    pixel, label = truth.pixel, truth.pixel.label
    exps = [math.exp(value) for value in pixel.logits]
    p = float(pixel.probs[label])
    return (
        f"**Cross-entropy at row {pixel.row}, column {pixel.column}.** The logits are "
        f"{', '.join(f'{value:.3f}' for value in pixel.logits)}; that of {name} is {pixel.logits[label]:.3f}. "
        rf"$$p=\frac{{e^{{{pixel.logits[label]:.3f}}}}}{{\sum_k e^{{z_k}}}}="
        rf"\frac{{{exps[label]:.4f}}}{{{sum(exps):.4f}}}={p:.5f},\qquad -\ln p={-math.log(p):.4f}.$$ "
        f"The loss is the mean of {truth.pixels:,} such numbers, {truth.cross_entropy:.4f}. Its gradient by this logit "
        f"is $(p-1)/{truth.pixels}={(p - 1) / truth.pixels:.6f}$: it pulls the logit up."
    )


def dice(truth: Truth, name: str) -> str:
    """The Dice coefficient of a class from its sums."""
    d = truth.dice
    return (
        rf"**Dice of {name}.** $$\frac{{2\sum pg+1}}{{\sum p+\sum g+1}}="
        rf"\frac{{2\cdot {d.overlap:.4f}+1}}{{{d.predicted:.4f}+{d.true:.0f}+1}}={d.dice:.5f}.$$ The loss is one minus "
        "the mean of such numbers over the classes."
    )
