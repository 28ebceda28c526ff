"""What lesson B6 says about its run: the large number, the question, the metrics multiplied out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.evaluation.one_picture import Measured
    from lecture_models.studies.segmentation_metrics import Study

EDGES = (0.3, 0.5, 0.7)
CHOICES = ("Below 0.3", "0.3 to 0.5", "0.5 to 0.7", "Above 0.7")
MEAN_EDGES = (0.5, 0.7, 0.9)
MEAN_CHOICES = ("Below 0.5", "0.5 to 0.7", "0.7 to 0.9", "Above 0.9")
ABSENT_CHOICES = ("0", "1", "0/0: it has none")
VEILS = ("number", "scores", "more/areas", "more/absent", "more/shift", "album/album", "numbers", "seen")
STANDS_IN = "Nobody has marked the truth of a photograph: the network's answer stands in for it."


def place(value: float, edges: Sequence[float]) -> int:
    """Between which edges a value lies, from 0; on an edge, above it.

    >>> place(0.5, (0.3, 0.5, 0.7))
    2
    """
    return sum(value >= edge for edge in edges)


def show(value: float | None, digits: int = 2) -> str:
    """A metric as text; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def signed(value: float) -> str:
    """A shift in pixels, with a true minus sign."""
    return f"{value:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")


def reading(made: Study) -> Reading:
    """IoU of the class that is looked at."""
    true, said, both = made.measured.areas(made.target)
    name = made.names[made.target]
    meaning = f"IoU of {name}: {both:,} shared of {true + said - both:,} pixels"
    return Reading(show(made.measured.iou[made.target]), "", meaning)


def question(made: Study) -> Question:
    """The IoU of a moved mask; of another prediction the mean IoU, with the pixel accuracy given."""
    measured = made.measured
    if measured.iou[made.target] is None:
        return absent(made)
    if made.layer is not None:
        return moved(made)
    accuracy, mean = measured.pixel_accuracy or 0.0, measured.miou or 0.0
    known = [value for value in measured.iou if value is not None]
    text = f"As it begins, {percent(accuracy)} of the pixels are right. "
    text += f"What is the mean IoU of the {len(known)} classes?"
    worst = min(known)
    low = made.names[measured.iou.index(worst)]
    why = f"It is {mean:.2f}: each class counts alike, and {low} has {worst:.2f}."
    return Question(text, MEAN_CHOICES, place(mean, MEAN_EDGES), why, VEILS, f"{made.picture.key} mean")


def percent(share: float) -> str:
    """A share with as many digits as it takes to tell it from all.

    >>> percent(0.977), percent(0.99953), percent(1.0)
    ('97.7 %', '99.95 %', '100 %')
    """
    if share == 1:
        return "100 %"
    digits = next((n for n in range(1, 5) if round(100 * share, n) < 100), 5)
    return f"{100 * share:.{digits}f} %"


def moved(made: Study) -> Question:
    """What IoU has the true mask after a shift?"""
    true, said, both = made.measured.areas(made.target)
    iou = made.measured.iou[made.target] or 0.0
    dx, dy, scale = made.move
    sized = "" if scale == 1 else f", {scale:g} times as wide and high"
    text = (
        f"The true mask of {made.names[made.target]}, moved by {signed(dx)}, {signed(dy)} px{sized}. Its IoU?"
    )
    out = "but what sticks out counts on both sides" if said > both else "and nothing sticks out"
    covered = f"{100 * both / max(true, 1):.0f} % of the truth is covered"
    why = f"{both:,} of {true + said - both:,} pixels: {iou:.2f}. {covered}, {out}."
    return Question(text, CHOICES, place(iou, EDGES), why, VEILS, made.picture.key)


def absent(made: Study) -> Question:
    """What does a class count that is neither there nor predicted?"""
    name = made.names[made.target]
    text = f"There is no {name} here, and none is predicted. What is its IoU?"
    why = f"0 of 0 pixels is no number. Left out of the mean it costs nothing: mean IoU {show(made.measured.miou)}."
    return Question(text, ABSENT_CHOICES, 2, why, VEILS, f"{made.picture.key} absent")


def seen(made: Study) -> str:
    """What this run showed, for the end of the lesson."""
    measured = made.measured
    name, iou, dice = made.names[made.target], measured.iou[made.target], measured.dice(made.target)
    edge = measured.boundary[made.target]
    pair = (
        f"{name}, before any painting, has IoU {show(iou)}, Dice {show(dice)} and boundary IoU {show(edge)}"
    )
    share = "–" if measured.pixel_accuracy is None else f"{100 * measured.pixel_accuracy:.1f} %"
    whole = f"{share} of the pixels are right, and the mean IoU is {show(measured.miou)}"
    return f"On {made.picture.title} {pair}. {whole}."


def numbers(made: Study) -> str:
    """The metrics of the start, from the areas to the numbers, as Markdown."""
    measured, name = made.measured, made.names[made.target]
    true, said, both = measured.areas(made.target)
    lines = ["As it begins, before you paint:"]
    if true + said:
        lines.append(kite(name, true, said, both))
        lines.append(twice(true, said, both))
    terms = [f"{value:.3f}" for value in measured.iou if value is not None]
    if terms:
        lines.append(
            rf"Mean IoU: $\tfrac{{1}}{{{len(terms)}}}({' + '.join(terms)}) = {show(measured.miou, 4)}$"
        )
    total, right = int(measured.confusion.sum()), int(measured.confusion.trace())
    if total:
        lines.append(rf"Pixel accuracy: $\tfrac{{{right}}}{{{total}}} = {right / total:.4f}$")
    lines += weighted(measured)
    return "\n\n".join(lines)


def kite(name: str, true: int, said: int, both: int) -> str:
    """The lecture's formula with a class's areas."""
    union = true + said - both
    formula = (
        rf"\frac{{{both}}}{{{true} + {said} - {both}}} = \frac{{{both}}}{{{union}}} = {both / union:.4f}"
    )
    return rf"**IoU of {name}**: $$\mathrm{{IoU}} = {formula}$$"


def twice(true: int, said: int, both: int) -> str:
    """Dice from the same areas, and from IoU."""
    iou, dice = both / (true + said - both), 2 * both / (true + said)
    areas = rf"\tfrac{{2 \cdot {both}}}{{{true} + {said}}} = {dice:.4f}"
    return rf"Dice: ${areas} = \tfrac{{2 \cdot {iou:.4f}}}{{1 + {iou:.4f}}}$"


def weighted(measured: Measured) -> list[str]:
    """Mean accuracy, and IoU weighted by frequency."""
    accuracies = [f"{value:.3f}" for value in measured.accuracy if value is not None]
    total = int(measured.confusion.sum())
    if not accuracies or not total:
        return []
    all_of_them = rf"\tfrac{{1}}{{{len(accuracies)}}}({' + '.join(accuracies)})"
    mean = f"Mean accuracy: ${all_of_them} = {show(measured.mean_accuracy, 4)}$"
    shares = measured.confusion.sum(1) / total
    terms = [
        f"{share:.3f} \\cdot {iou:.3f}"
        for share, iou in zip(shares, measured.iou, strict=True)
        if iou is not None
    ]
    said = f"${' + '.join(terms)} = {show(measured.frequency_weighted_iou, 4)}$"
    return [mean, f"Frequency-weighted IoU: {said}"]
