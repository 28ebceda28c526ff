"""What lies behind the ablation of the mask loss, from our own study (lecture_models/training/mask_losses.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from demos.records import Table

LOSSES = ("softmax", "sigmoid")
HEAD = ("behind the gain", *LOSSES, "gain")
Row = tuple[str, ...]
Study = Mapping[str, Any]


def table(found: Study) -> Table:
    """Masks in the same boxes, the error of the scenes, gradients, and where the lesson begins."""
    return Table(
        HEAD, [*precision(found), *gradients(found), *beginnings(found)], told(found), source="result"
    )


def none(sentence: str) -> Table | None:
    """The place of the table where its file cannot be read, which the sentence says; None where there is no file."""
    return Table(HEAD, [], sentence, source="result") if sentence else None


def precision(found: Study) -> list[Row]:
    """Mask AP of each network in its own boxes, and of both in the boxes of one."""
    by = {one["boxes"]: one for one in found["heads"]}
    own = {loss: (by[loss]["mask_ap"][loss], by[loss]["standard_error"][loss]) for loss in LOSSES}
    rows = [("mask AP, each in its own boxes", *(percent(*own[loss]) for loss in LOSSES), gain(by["own"]))]
    for boxes in LOSSES:
        one = by[boxes]
        cells = (percent(one["mask_ap"][loss], one["standard_error"][loss]) for loss in LOSSES)
        rows.append((f"both in the {boxes}'s boxes", *cells, gain(one)))
    return rows


def percent(value: float, error: float) -> str:
    """A fraction in per cent with its standard error.

    >>> percent(0.4345, 0.0066)
    '43.5 ±0.7'
    """
    return f"{100 * value:.1f} ±{100 * error:.1f}"


def gain(one: Mapping[str, float]) -> str:
    """The gain of a row in points with its standard error.

    >>> gain({"gain": 0.0464, "gain_standard_error": 0.0022})
    '+4.6 ±0.2'
    """
    return f"+{percent(one['gain'], one['gain_standard_error'])}".replace("+-", "−")


def gradients(found: Study) -> list[Row]:
    """How long gradients are, of the fresh and of the trained network."""
    titles = {
        "mask_loss_on_backbone": "length of the mask loss's gradient on the backbone",
        "whole": "of the whole gradient",
    }
    rows = []
    for when in ("fresh", "trained"):
        for key, title in titles.items():
            values = [found["gradients"][loss][when][key] for loss in LOSSES]
            rows.append((f"{title}, {when}", *(f"{value:.3g}" for value in values), "–"))
    return rows


def beginnings(found: Study) -> list[Row]:
    """Which mask fits better where the lesson begins."""
    made, scenes = found["beginnings"], found["beginnings"]["scenes"]
    fits = [made["mean_iou"][loss] for loss in LOSSES]
    better = [str(made[f"{loss}_fits_better"]) for loss in LOSSES]
    return [
        ("mean IoU where the lesson begins", *(f"{fit:.3f}" for fit in fits), f"{fits[1] - fits[0]:+.3f}"),
        (f"fits better there, of {scenes} scenes", *better, "–"),
    ]


def told(found: Study) -> str:
    """What was measured, and what else than the masks the two losses change."""
    by, test = {one["boxes"]: one for one in found["heads"]}, found["test"]
    whole = 100 * by["own"]["gain"]
    alone = sorted(100 * by[loss]["gain"] for loss in LOSSES)
    clips = [found["gradients"][loss]["clip"] for loss in LOSSES]
    scaled = [
        clip / found["gradients"][loss]["fresh"]["whole"] for clip, loss in zip(clips, LOSSES, strict=True)
    ]
    batches, batch = (found["gradients"]["sigmoid"][key] for key in ("batches", "batch"))
    return (
        f"Seed 0 on {test['scenes']} unseen scenes; ± is the standard error of taking other scenes (bootstrap, "
        f"{test['draws']} draws), not of training anew. The losses change more than the masks: on the first "
        f"{batches} batches of {batch}, untrained, one clip of {clips[0]:g} scales all gradients by "
        f"{ends(scaled)}, and the boxes differ, too. In the same boxes the masks alone bring "
        f"{alone[0]:.1f} to {alone[1]:.1f} of the {whole:.1f} points. Measure it yourself: {found['command']}."
    )


def ends(pair: Sequence[float]) -> str:
    """Two numbers of the losses in words.

    >>> ends([0.0701, 0.187])
    '0.07 (softmax) and 0.19 (sigmoid)'
    """
    return " and ".join(f"{value:.2f} ({loss})" for value, loss in zip(pair, LOSSES, strict=True))
