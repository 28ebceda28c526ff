"""What lesson A4 says about its run: the fit, the question, the costs, one cell multiplied out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from lecture_models.autopsy.paste import PasteLink
    from lecture_models.nets.mask_gradients import MaskGradients
    from lecture_models.nets.mask_heads import MaskHeadsTrace
    from lecture_models.studies.mask_head import RoIMasks

GOOD, HALF = 0.9, 0.5  # shares of the right class's IoU: as well, and by half


def dropped(heads: MaskHeadsTrace, names: Sequence[str]) -> str:
    """What becomes of a RoI of which the class head says background; "" for any other."""
    if not heads.background:
        return ""
    name, prob = names[heads.label], float(heads.class_probs[heads.label])
    fate = (
        f"its {name}, {prob:.2f}, remains as an unsure detection"
        if prob > heads.least_score
        else "this RoI would be dropped"
    )
    return f"The class head says background: {fate}. Shown: the best class that is not background."


def otherwise(softmax: Mapping[str, Any]) -> str:
    """The softmax network's mask AP by the other reading of its masks, where that was measured."""
    other = [
        run["metrics_against_background"] for run in softmax["runs"] if "metrics_against_background" in run
    ]
    if not other:
        return ""
    mean = 100 * sum(one["mask_ap"] for one in other) / len(other)
    return f" Softmax read as 'its class beats the background' instead: mask AP {mean:.1f}."


def worked(
    heads: MaskHeadsTrace,
    gradients: MaskGradients | None,
    names: Sequence[str],
    label: int,
    cell: tuple[int, int],
    pasted: PasteLink,
    threshold: float,
) -> str:
    """One cell of one class's mask as Markdown: logit, probability, pasted pixel, gradient."""
    column, row = cell
    lines = [
        f"**Cell (column {column}, row {row}) of the {names[label]}'s mask.** "
        + probability(heads, names, label, cell),
        "**The K probabilities there** " + total(heads, cell),
        paste_line(pasted, threshold),
        "**Gradient.** "
        + (
            gradient(heads, gradients, names, label, cell)
            if gradients
            else "None: the truth here is background, and the mask loss is defined on positive RoIs only."
        ),
    ]
    return "\n\n".join(lines)


def probability(heads: MaskHeadsTrace, names: Sequence[str], label: int, cell: tuple[int, int]) -> str:
    """From logits to the probability of one class at a cell, by the network's own rule."""
    logits = heads.mask_logits[:, cell[1], cell[0]].double().numpy()
    found, z = float(heads.mask_probs[label, cell[1], cell[0]]), logits[label]
    if heads.rule == "sigmoid":
        only = "The other logits do not occur in it."
        return rf"Its own logit alone: $p = \dfrac{{1}}{{1 + e^{{{-z:.3f}}}}} = {found:.4f}$. {only}"
    terms = " + ".join(f"e^{{{value:.2f}}}" for value in logits)
    part, whole = np.exp(z), np.exp(logits).sum()
    return (
        rf"A softmax over the classes: $p = \dfrac{{e^{{{z:.2f}}}}}{{{terms}}} = "
        rf"\dfrac{{{part:.4g}}}{{{whole:.4g}}} = {found:.4f}$. Every logit occurs in it."
    )


def total(heads: MaskHeadsTrace, cell: tuple[int, int], shown: int = 8) -> str:
    """The sum of the K probabilities at a cell."""
    values = heads.mask_probs[:, cell[1], cell[0]].double().numpy()
    terms = " + ".join(f"{value:.3f}" for value in values[:shown])
    rest = r" + \dots" if len(values) > shown else ""
    return rf"add up to ${terms}{rest} = {values.sum():.3f}$."


def power(value: float) -> str:
    r"""A small number in LaTeX.

    >>> power(-0.000123)
    '(-1.230\\cdot10^{-4})'
    """
    digits, exponent = f"{value:.3e}".split("e")
    return rf"({digits}\cdot10^{{{int(exponent)}}})"


def paste_line(pasted: PasteLink, threshold: float) -> str:
    """A picture pixel as the weighted mean of the cells around it."""
    terms = " + ".join(rf"{cell.weight:.3f}\cdot{cell.prob:.3f}" for cell in pasted.cells)
    inside = (
        rf"\ge {threshold:.2f}$: in the mask"
        if pasted.value >= threshold
        else rf"< {threshold:.2f}$: outside"
    )
    x, y = pasted.pixel
    return (
        f"**Pasted.** The picture's pixel ({x}, {y}) lies between {len(pasted.cells)} cells: "
        f"${terms} = {pasted.value:.4f} {inside}."
    )


def gradient(
    heads: MaskHeadsTrace, found: MaskGradients, names: Sequence[str], label: int, cell: tuple[int, int]
) -> str:
    """The gradient of the loss at one logit, times the number of cells, as probability minus target."""
    column, row = cell
    cells = found.target.numel()
    value, p = float(found.gradients[label, row, column]), float(heads.mask_probs[label, row, column])
    true_name, target = names[found.label], float(found.target[row, column])
    if heads.rule == "sigmoid" and label != found.label:
        return (
            f"The RoI is a {true_name}. The binary loss reads the {true_name}'s mask alone, so for the "
            f"{names[label]}'s logit autograd gives ${value:g}$, exactly."
        )
    if heads.rule == "softmax":
        share, target = target, {found.label: target, 0: 1 - target}.get(label, 0.0)
        inside, outside = f"inside the true {true_name}", "outside, so background"
        where = (
            f"{share:.3f} {inside}, the rest background" if 0 < share < 1 else inside if share else outside
        )
        return (
            rf"The cell lies {where}. ${cells}\cdot\partial L/\partial z = p - t = {p:.4f} - {target:.4g} = "
            rf"{p - target:.4f}$; by autograd ${cells}\cdot{power(value)} = {cells * value:.4f}$."
        )
    return (
        rf"${cells}\cdot\partial L/\partial z = p - t = {p:.4f} - {target:.3f} = {p - target:.4f}$; "
        rf"by autograd ${cells}\cdot{power(value)} = {cells * value:.4f}$."
    )


def reading(made: RoIMasks) -> Reading:
    """How well the pasted mask fits the truth; for a photograph how many pixels it has."""
    head, probs, name = made.heads.label, made.heads.class_probs, made.names[made.chosen]
    says = 0 if made.heads.background else head
    said = made.names[says] if says else "background"  # COCO's list writes it with underscores
    more = [("Class head", f"{said} {float(probs[says]):.2f}")]
    more += [("Chosen by hand", name)] if made.by_hand else []
    fit = made.iou(made.chosen)
    if fit is None:
        count = int(made.mask(made.chosen).sum())
        known = (
            "Nothing is known to be true here." if made.overlap is None else "The truth here is background."
        )
        return Reading(str(count), "px", f"in the {name}'s mask. {known}", more=more)
    if made.by_hand and made.chosen != head:
        more.append((f"The {made.names[head]}'s mask", f"{made.iou(head):.2f}"))
    return Reading(f"{fit:.2f}", "IoU", f"of the {name}'s mask, pasted, with the true mask", more=more)


def question(made: RoIMasks) -> Question:
    """What if the class head had taken the second most probable class? Computed from that class's mask."""
    head, other = made.heads.label, made.runner_up
    truth = made.truth()
    against = made.mask(head) if truth is None else truth
    right, wrong = (made.fit(label, against) for label in (head, other))
    what = f"the {made.names[head]}'s mask" if truth is None else "the truth"
    share = wrong / right if right > 0 else 0.0
    answer = 0 if share >= GOOD else 1 if share >= HALF else 2
    text = (
        f"The class head's best thing is the {made.names[head]}. Had it taken {made.names[other]}, its second, the "
        f"{made.names[other]}'s mask would be pasted. How well would that fit {what}?"
    )
    choices = ["About as well", "Worse, but at least half as well", "Less than half as well"]
    why = f"IoU with {what}: the {made.names[head]}'s mask {right:.2f}, the {made.names[other]}'s mask {wrong:.2f}."
    return Question(text, choices, answer, why)


def cost(made: RoIMasks) -> Table:
    """Parameters and multiply-adds of each head, for one RoI and for those that ran on this picture."""
    counts = (len(made.network.proposals), len(made.network.boxes))
    totals = [one.macs * count for one, count in zip(made.costs, counts, strict=True)]
    rows = [
        (one.name, f"{one.parameters:,}", f"{one.macs / 1e6:.2f} M", str(count), f"{whole / 1e9:.3f} G")
        for one, count, whole in zip(made.costs, counts, totals, strict=True)
    ]
    ratio = made.costs[1].macs / made.costs[0].macs
    said = (
        f"MACs are multiply-adds. For one RoI the mask head costs {ratio:.1f} times as much as the other: it is not "
        "free. But it runs on detections, the other on all proposals. Crops are not counted."
    )
    return Table(("head", "parameters", "MACs a RoI", "RoIs", "MACs here"), rows, said)
