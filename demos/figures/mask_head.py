"""Pictures and arithmetic of the lesson on the mask head: outlines over the picture, and one cell multiplied out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from demos.figures import style

if TYPE_CHECKING:
    from lecture_models.autopsy.paste import PasteLink
    from lecture_models.nets.mask_gradients import MaskGradients
    from lecture_models.nets.mask_heads import MaskHeadsTrace

FILL = 90  # of 255: how much of the mask's colour lies over the picture
SIDE = 768  # pixels of the overlay's longer side, at most: outlines finer than the picture's pixels
SMALL, LETTER, ROW = 0.17, 0.014, 0.035  # of the picture: a small box, a letter's width, a label's height
LINE = 0.007  # width of an outline, of the shorter side


def outlines(mask: np.ndarray, truth: np.ndarray | None) -> np.ndarray:
    """A mask filled and outlined, and the true outline, to lay over the picture.

    Args:
        mask: bool [H, W].
        truth: bool [H, W] or None.

    Returns:
        uint8 RGBA, a whole number of times larger than the mask.
    """
    factor = max(1, SIDE // max(mask.shape))
    layer = np.zeros((mask.shape[0] * factor, mask.shape[1] * factor, 4), np.uint8)
    width = max(2, round(LINE * min(layer.shape[:2])))
    layer[_enlarged(mask, factor) > 0] = (*style.rgb(style.PREDICTION), FILL)
    if truth is not None:
        _draw(layer, truth, factor, style.TRUTH, width)
    _draw(layer, mask, factor, style.PREDICTION, width)
    return layer


def _enlarged(mask: np.ndarray, factor: int) -> np.ndarray:
    return np.repeat(np.repeat(mask.astype(np.uint8), factor, 0), factor, 1)


def _draw(layer: np.ndarray, mask: np.ndarray, factor: int, color: str, width: int) -> None:
    found, _ = cv2.findContours(_enlarged(mask, factor), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(layer, found, -1, (*style.rgb(color), 255), width)


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


def named(boxes: Sequence[Sequence[float]], texts: Sequence[str], size: tuple[int, int]) -> list[str]:
    """The texts of boxes, shortened to the class above small boxes, "" where one would cover another's.

    Args:
        boxes: xyxy, the most important first.
        texts: of each, such as "ball 0.97".
        size: (height, width) of the picture.
    """
    taken: list[tuple[float, float, float, float]] = []
    kept = []
    for (x0, y0, x1, _), text in zip(boxes, texts, strict=True):
        said = text if x1 - x0 >= SMALL * size[1] else text.rpartition(" ")[0]
        wide, high = LETTER * size[1] * (len(said) + 1), ROW * size[0]
        left = x1 - wide if x0 > 0.6 * size[1] else x0  # as stage.js places them
        top = y0 if y0 < 0.07 * size[0] else y0 - high
        place = (left, top, left + wide, top + high)
        free = not any(
            place[0] < o[2] and o[0] < place[2] and place[1] < o[3] and o[1] < place[3] for o in taken
        )
        taken += [place] if free else []
        kept.append(said if free else "")
    return kept


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
