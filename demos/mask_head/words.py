"""What lesson A4 says about its run: the fit, the question, the costs, one cell multiplied out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.questions import drawn
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from lecture_models.autopsy.paste import PasteLink
    from lecture_models.studies.mask_head import RoIMasks

LOSSES = {
    "sigmoid": "binary loss, {:.3f} here, reads the mask of the true class alone. Every other class gets a gradient of "
    "exactly 0, at every cell.",
    "softmax": "multinomial loss, {:.3f} here, reads all masks: each is pushed at every cell, by p where it is wrong.",
}
CHOICES = ("At least 90 %", "50 to 90 %", "Less than 50 %")
ENDS = {
    "sigmoid": "With a sigmoid for each class the masks need not compete: over the picked one they add up to {:.2f}.",
    "softmax": "With a softmax the masks compete at every cell, where they add up to {:.0f}.",
}
GOOD, HALF = 0.9, 0.5  # shares of the right class's IoU: as well, and by half


def dropped(made: RoIMasks) -> str:
    """What becomes of a RoI of which the class head says background; "" for any other."""
    heads, name = made.heads, made.names[made.heads.label]
    if not heads.background:
        return ""
    prob, fate = float(heads.class_probs[heads.label]), "this RoI would be dropped"
    if prob > heads.least_score:
        fate = f"its {name}, {prob:.2f}, remains as an unsure detection"
    return f"The class head says background: {fate}. Shown: the best class that is not background."


def otherwise(softmax: Mapping[str, Any]) -> str:
    """The softmax network's mask AP by the other reading of its masks, where that was measured."""
    key = "metrics_against_background"
    found = [run[key]["mask_ap"] for run in softmax["runs"] if key in run]
    said = " Softmax read as 'its class beats the background' instead: mask AP {:.1f}."
    return said.format(100 * sum(found) / len(found)) if found else ""


def unlike(softmax: Mapping[str, Any], sigmoid: Mapping[str, Any]) -> str:
    """The seeds that were not trained quite alike, from the threads that the result files name.

    >>> runs = lambda *threads: {"runs": [{"seed": i, "versions": {"threads": n}} for i, n in enumerate(threads)]}
    >>> unlike(runs(2, 2), runs(1, 2))
    ' Seed 0 ran with 2 and 1 threads a process: other processes draw other samples, so it counts less.'
    """
    one, other = (
        {run["seed"]: run.get("versions", {}).get("threads") for run in of["runs"]}
        for of in (softmax, sigmoid)
    )
    said = " Seed {} ran with {} and {} threads a process: other processes draw other samples, so it "
    odd = [seed for seed in one if seed in other and one[seed] != other[seed]]
    return "".join(said.format(seed, one[seed], other[seed]) + "counts less." for seed in odd)


def worked(made: RoIMasks, cell: tuple[int, int]) -> str:
    """One cell of the chosen class's mask as Markdown: logit, probability, pasted pixel, gradient."""
    none = "None: the truth here is background, and the mask loss is defined on positive RoIs only."
    place = f"Cell (column {cell[0]}, row {cell[1]}) of the {made.names[made.chosen]}'s mask."
    lines = [
        f"**{place}** {probability(made, cell)}",
        f"**Pasted.** {pasted(made.link(cell), made.threshold)}",
        f"**Why is the pasted mask wider than its box?** {wider(made)}",
        f"**Gradient.** {none if made.negative else gradient(made, cell)}",
    ]
    return "\n\n".join(lines)


def probability(made: RoIMasks, cell: tuple[int, int], shown: int = 8) -> str:
    """From logits to the probability of the chosen class, by the network's own rule, and the sum over all classes."""
    heads, (column, row) = made.heads, cell
    logits, probs = (of[:, row, column].double().numpy() for of in (heads.mask_logits, heads.mask_probs))
    z, whole, found = logits[made.chosen], np.exp(logits).sum(), probs[made.chosen]
    powers = " + ".join(f"e^{{{value:.2f}}}" for value in logits)
    said = rf"Its own logit alone: $p = \dfrac{{1}}{{1 + e^{{{-z:.3f}}}}} = {found:.4f}$. No other logit occurs in it."
    if heads.rule == "softmax":
        parts = rf"\dfrac{{e^{{{z:.2f}}}}}{{{powers}}} = \dfrac{{{np.exp(z):.4g}}}{{{whole:.4g}}}"
        said = f"A softmax over the classes: $p = {parts} = {found:.4f}$. Every logit occurs in it."
    terms = " + ".join(f"{prob:.3f}" for prob in probs[:shown])
    rest = r" + \dots" if len(probs) > shown else ""
    return f"{said}\n\n**The K probabilities there** add up to ${terms}{rest} = {probs.sum():.3f}$."


def power(value: float) -> str:
    r"""A small number in LaTeX.

    >>> power(-0.000123)
    '(-1.230\\cdot10^{-4})'
    """
    digits, exponent = f"{value:.3e}".split("e")
    return rf"({digits}\cdot10^{{{int(exponent)}}})"


def pasted(link: PasteLink, threshold: float) -> str:
    """A picture pixel as the weighted mean of the cells around it."""
    terms = " + ".join(rf"{cell.weight:.3f}\cdot{cell.prob:.3f}" for cell in link.cells)
    sign, side = (r"\ge", "in the mask") if link.value >= threshold else ("<", "outside")
    return (
        f"The picture's pixel {link.pixel} lies between {len(link.cells)} cells: "
        f"${terms} = {link.value:.4f} {sign} {threshold:.2f}$: {side}."
    )


def wider(made: RoIMasks) -> str:
    """The overhang of a pasted mask: ones in a box of as many pixels, an empty box, and this box."""
    one, (across, down) = made.pasting()
    x0, y0, x1, y1 = made.heads.box.tolist()
    columns, rows = one.covered
    asked, empty = one.cells**2, "1 pixel" if one.empty == 1 else f"{one.empty} pixels"
    return (
        f"Torchvision rounds the corners down and counts the last pixel in: $x_1 - x_0 + 1$ of them. Ones in all "
        f"${one.cells}\\times{one.cells}$ cells, pasted into a box of ${one.cells}\\times{one.cells}$ pixels, cover "
        f"${columns}\\times{rows} = {one.pixels}$ pixels instead of ${asked}$: IoU ${one.iou:.3f}$. A box without any "
        f"size still gets {empty}. Here cells and a ring of zeros around them, which lets the mask end smoothly, are "
        f"stretched over ${across}\\times{down}$ pixels, for a box of ${x1 - x0:.1f}\\times{y1 - y0:.1f}$."
    )


def gradient(made: RoIMasks, cell: tuple[int, int]) -> str:
    """The gradient of the loss at one logit, times the number of cells, as probability minus target."""
    found, label, (column, row) = made.gradients, made.chosen, cell
    value, p = (float(of[label, row, column]) for of in (found.gradients, made.heads.mask_probs))
    true, share, where = made.names[found.label], float(found.target[row, column]), ""
    target = {found.label: share, 0: 1 - share}.get(label, 0.0)  # a softmax's; the background's is the rest
    if made.heads.rule == "softmax":
        inside = f"inside the true {true}" if share else "outside, so background"
        if 0 < share < 1:
            inside = f"{share:.3f} {inside}, the rest background"
        where = f"The cell lies {inside}. "
    elif label != found.label:
        return (
            f"The RoI is a {true}. The binary loss reads the {true}'s mask alone, so for the "
            f"{made.names[label]}'s logit autograd gives ${value:g}$, exactly."
        )
    cells = found.target.numel()
    return (
        rf"{where}${cells}\cdot\partial L/\partial z = p - t = {p:.4f} - {target:.4g} = {p - target:.4f}$; "
        rf"by autograd ${cells}\cdot{power(value)} = {cells * value:.4f}$."
    )


def loss(made: RoIMasks) -> str:
    """What the mask loss reads, how large it is and what its target is; or why there is none."""
    if made.negative:
        return (
            f"The truth here is background, no mask loss for it: the box has an IoU of {made.overlap or 0.0:.2f} with "
            f"the nearest true box, and only RoIs of at least {made.heads.positive:g} train the mask head."
        )
    found, name, more = made.gradients, made.names[made.gradients.label], ""
    target = f"the true {name} in the box"
    if made.thing is None:
        target = f"the network's own {name}, as if it were true: nobody marked a photograph's truth"
    if made.others:
        largest = max(found.norms[k] for k in made.others)
        norm = f"{largest:.2e}" if largest else "exactly 0"
        more = f" Of the {len(made.others)} classes not shown the largest norm is {norm}."
    return f"The {LOSSES[made.heads.rule].format(found.loss)} The target is {target}.{more}"


def reading(made: RoIMasks) -> Reading:
    """How well the pasted mask fits the truth; for a photograph how many pixels it has."""
    head, name = made.heads.label, made.names[made.chosen]
    says = 0 if made.heads.background else head
    more = [("Class head", f"{made.names[says]} {float(made.heads.class_probs[says]):.2f}")]
    more += [("Chosen by hand", name)] if made.by_hand else []
    more += [("All masks, on average over its pixels, add up to", f"{made.over(made.chosen):.2f}")]
    fit = made.iou(made.chosen)
    if fit is None:
        count = int(made.mask(made.chosen).sum())
        truth = "Nothing is known to be true here" if made.overlap is None else "The truth here is background"
        return Reading(str(count), "px", f"in the {name}'s mask. {truth}.", more=more)
    if made.by_hand and made.chosen != head:
        more.append((f"The {made.names[head]}'s mask", f"{made.iou(head):.2f}"))
    return Reading(f"{fit:.2f}", "IoU", f"of the {name}'s mask, pasted, with the true mask", more=more)


def rival(made: RoIMasks) -> int:
    """The label of another class whose mask is asked about, drawn among what their masks would fit like.

    At a threshold of one half, so that the question stays while the learner moves the threshold.
    """
    against, _ = target(made)
    fits = {label: made.fit(label, against, HALF) for label in made.labels if label}
    right, others = fits.get(made.heads.label, 0.0), [k for k in fits if k != made.heads.label]
    return drawn(made.picture.key, [(label, grade(fits[label], right)) for label in others])


def target(made: RoIMasks) -> tuple[np.ndarray, str]:
    """The mask that others are held against, bool [H, W], and its name: the truth, else the class head's choice."""
    truth, head = made.truth(), made.heads.label
    return (made.mask(head), f"the {made.names[head]}'s mask") if truth is None else (truth, "the truth")


def grade(fit: float, right: float) -> int:
    """Index of the choice that holds where another class's mask fits by ``fit`` and the right one's by ``right``."""
    share = fit / right if right > 0 else 0.0
    return 0 if share >= GOOD else 1 if share >= HALF else 2


def question(made: RoIMasks, other: int) -> Question | None:
    """What if the class head had taken another class? Computed from that class's mask; None where both are empty."""
    head = made.heads.label
    first, second = made.names[head], made.names[other]
    against, what = target(made)
    right, wrong = made.fit(head, against), made.fit(other, against)
    if not right:
        return None
    text = f"Paste the {second}'s mask instead of the {first}'s: how much of the IoU with {what} is left?"
    share = f"{100 * wrong / right:.0f} %"
    cause = reason(made.heads.rule, first, second, wrong < HALF * right)
    why = f"IoU {wrong:.2f} instead of {right:.2f} is {share}. {cause}"
    veils = (f"flow/{second}", "numbers", *(["overlap"] if made.by_hand else []))
    about = f"{made.picture.key} {made.network.network} {second}"
    return Question(text, CHOICES, grade(wrong, right), why, veils, about)


def reason(rule: str, first: str, second: str, poor: bool) -> str:
    """Why another class's mask fits as it does, by the loss that trained it; ``poor``: by less than half."""
    if rule == "softmax":
        return f"At every cell the classes share 1: where the {first} wins, the {second} loses."
    if poor:
        return f"The {second}'s mask learned from things of its own class alone."
    return f"No loss pushed the {second}'s mask down where the {first}'s is right."


def seen(made: RoIMasks) -> str:
    """What this run showed, for the end of the lesson."""
    heads, count = made.heads, len(made.names)
    name, prob = made.names[heads.label], float(heads.class_probs[heads.label])
    picked = (
        f"For one RoI the mask head drew {count} masks, and the class head picked the {name}'s ({prob:.2f})"
    )
    fit = made.iou(heads.label)
    said = f", which fits the truth with IoU {fit:.2f}." if fit is not None else "."
    return f"{picked}{said} {ENDS[heads.rule].format(made.over(heads.label))}"


def cost(made: RoIMasks) -> Table:
    """Parameters and multiply-adds of each head, for one RoI and for those that ran on this picture."""
    rows = []
    for head, rois in zip(made.costs, (made.network.proposals, made.network.boxes), strict=True):
        macs = f"{head.macs / 1e6:.2f} M", str(len(rois)), f"{head.macs * len(rois) / 1e9:.3f} G"
        rows.append((head.name, f"{head.parameters:,}", *macs))
    ratio = made.costs[1].macs / made.costs[0].macs
    said = (
        f"MACs are multiply-adds. For one RoI the mask head costs {ratio:.1f} times as much as the other: it is not "
        "free. But it runs on detections, the other on all proposals. Crops are not counted."
    )
    return Table(("head", "parameters", "MACs a RoI", "RoIs", "MACs here"), rows, said)
