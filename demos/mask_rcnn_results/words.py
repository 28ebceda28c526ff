"""What became of each thing of a scene, in words and in LaTeX: found with which IoU, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lecture_models.evaluation.exhibits import Exhibit

HEAD = ("thing", "T, px", "P, px", "P ∩ T, px", "score", "mask IoU")


def iou_text(made: Exhibit, thing: int) -> str:
    """The mask IoU of a thing with the detection that belongs to it, or why there is none."""
    if thing not in made.judged.things:
        return "not judged"
    parts, error = made.iou_parts(thing), made.error_of(thing)
    return f"IoU {parts[3]:.2f}" if parts else error.kind if error else ""


def verdict(made: Exhibit, thing: int) -> str:
    """A thing's fate in a few words."""
    error = made.error_of(thing)
    if error is not None:
        return f"not found, {error.kind}: {error.rule}"
    return (
        f"found, mask {iou_text(made, thing)}"
        if thing in made.matches
        else "not judged: the network lacks its class"
    )


def detections(made: Exhibit) -> list[tuple[str, str, str]]:
    """For each kept detection its title with its score, its fate in words, and its class of error ("" for none)."""
    told = []
    for k, score in enumerate(made.scores):
        error, thing = made.wrong(k), made.matches[k]
        fate = iou_text(made, thing) if thing >= 0 else "lies on things too small to judge"
        said = f"{made.found_title(k)}, score {score:.2f}"
        told.append((said, f"{error.kind}: {error.rule}", error.kind) if error else (said, fate, ""))
    return told


def rows(made: Exhibit) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    """A row for each thing under HEAD, those of the gallery first, and the numbers of these rows."""
    order = sorted(range(len(made.scene.things)), key=lambda k: (k not in made.found.members, k))
    return tuple(_row(made, k) for k in order), tuple(range(len(made.found.members)))


def _row(made: Exhibit, thing: int) -> tuple[str, ...]:
    name, area, parts = made.true_title(thing), str(made.scene.things[thing].area), made.iou_parts(thing)
    if parts is None:
        return name, area, "–", "–", "–", iou_text(made, thing)
    found, _, shared, iou = parts
    score = made.scores[made.matches.index(thing)]
    return name, area, str(found), str(shared), f"{score:.2f}", f"{iou:.2f}"


def tally(made: Exhibit) -> tuple[int, int, int]:
    """Things found, things in all, false positives."""
    result = made.judged.errors
    wrong = sum(one.false_positive for one in result.items)
    return result.true_positives, len(made.judged.things), wrong


def mean_iou(made: Exhibit) -> float | None:
    """Mean mask IoU of the things that were found; None where none was."""
    ious = [parts[3] for k in range(len(made.scene.things)) if (parts := made.iou_parts(k))]
    return float(np.mean(ious)) if ious else None


def worked(made: Exhibit, thing: int | None, score: float) -> str:
    """One thing's IoU and one point of the precision-recall curve, multiplied out, as Markdown."""
    lines = []
    if thing is not None:
        lines.append(f"**{made.true_title(thing)}** {_iou(made, thing)}")
    name, hits, wrong, gone = made.precision_recall
    lines.append(
        rf"**One point of the curve of {name}, in this scene.** With the detections of score $\ge {score:.2f}$: "
        rf"{hits} hits, {wrong} false positives, {gone} missed, so "
        + rf"$\text{{precision}} = {_share(hits, wrong)}$ and $\text{{recall}} = {_share(hits, gone)}$. "
        "AP is the area under all such points, over all scores and scenes."
    )
    found, things, wrongs = tally(made)
    kinds = " + ".join(str(sum(pair)) for pair in made.judged.errors.counts.values() if sum(pair))
    total = wrongs + things - found
    lines.append(
        rf"**Errors** $\mathrm{{FP}} + \mathrm{{FN}} = {wrongs} + {total - wrongs} = {total}$; "
        rf"by class ${kinds or 0} = {total}$."
    )
    return "\n\n".join(lines)


def _iou(made: Exhibit, thing: int) -> str:
    parts = made.iou_parts(thing)
    if parts is None:
        return verdict(made, thing) + "."
    found, true, shared, iou = parts
    union = found + true - shared
    return (
        rf"$\mathrm{{IoU}} = \dfrac{{|P\cap T|}}{{|P|+|T|-|P\cap T|}} = \dfrac{{{shared}}}{{{found}+{true}-{shared}}}"
        rf" = \dfrac{{{shared}}}{{{union}}} = {iou:.4f}$"
    )


def _share(part: int, rest: int) -> str:
    whole = part + rest
    return (
        rf"\dfrac{{{part}}}{{{part}+{rest}}} = {part / whole:.3f}"
        if whole
        else rf"\dfrac{{{part}}}{{0}}\ \text{{(none)}}"
    )
