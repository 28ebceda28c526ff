"""Lesson B5 as a figure: each view as it stands on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures import grids, overlays, style
from demos.figures.slides import Bars, Numbers, Picture, Scale, Slide, SlidePanel
from demos.records import Table
from demos.unet import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lecture_models.evaluation.bands import Banded
    from lecture_models.studies.unet import Looked, Operated
    from lecture_models.studies.unet_sizes import Sized
    from lecture_models.studies.unet_upsamplers import Swapped

CLASSES = tuple(style.CLASS_COLORS)
LEVELS = ("picture", "view", "part", "act", "amount", "donor", "band")


def labelled(title: str, made: Looked, labels: np.ndarray, note: str = "") -> Picture:
    """A label map over the picture."""
    colors = [style.class_color(name) for name in CLASSES]
    overlay = overlays.segment_overlay(np.where(labels < len(CLASSES), labels + 1, 0).astype(int), colors)
    return Picture(title, made.image, overlay=overlay, note=note)


def of_levels(made: Looked, done: Operated, says: str, width: int, scores: Sequence[Banded | None]) -> Slide:
    """Truth, prediction before and after, what changed, and mean IoU in the band and inside."""
    panels: list[SlidePanel] = [] if made.truth is None else [labelled("Truth", made, made.truth)]
    panels.append(labelled("As trained", made, made.labels))
    before, after = scores
    if says:
        panels.append(labelled("After the operation", made, done.labels, says))
        changed = np.where((made.labels != done.labels)[..., None], (*style.rgb(style.WRONG), 255), 0)
        dim = overlays.dimmed(made.image, 1.0)
        panels.append(Picture("Pixels that changed", dim, overlay=changed.astype(np.uint8)))
    if before is not None and after is not None:
        panels.append(Bars(f"Mean IoU, band of {width} px", bars(before, after, says), "mean IoU"))
    names = tuple(CLASSES[k] for k in np.unique(made.labels))
    return Slide(
        title=f"U-Net with {says}" if says else "U-Net as trained",
        panels=panels,
        legend=style.legend(names),
        caption=f"On {made.picture.title}. {words.seen_levels(made, says, width, scores)}",
        source="Predictions and mean IoU: computed in this run.",
        uses=LEVELS,
    )


def bars(before: Banded, after: Banded, says: str) -> list[tuple[str, float, str, str]]:
    """Mean IoU near boundaries and inside, as trained and after an operation."""
    runs = [("as trained", before, style.CYCLE[0])] + ([("after", after, style.CYCLE[1])] if says else [])
    return [
        (f"{place}, {name}", share or 0.0, f"{words.percent(share)} %", color)
        for k, place in enumerate(("near", "inside"))
        for name, one, color in runs
        for share in [one.miou[k]]
    ]


def of_swap(made: Looked, one: Swapped, own: Swapped, titles: Mapping[str, str]) -> Slide:
    """The prediction with the trained upsampler and with another, and level 1's upsampled map with both."""
    low, high = float(own.upsampled.min()), float(own.upsampled.max())
    scale = Scale("mean of the channels", low, high)
    shown = list({each.kind: each for each in (own, one)}.values())
    panels: list[SlidePanel] = [] if made.truth is None else [labelled("Truth", made, made.truth)]
    for each in shown:
        found = each.measured
        note = (
            f"boundary IoU {words.percent(found.boundary_iou)} %, mean IoU {words.percent(found.miou)} %"
            if found
            else ""
        )
        panels.append(labelled(titles[each.kind], made, each.labels, note))
    panels += [
        Picture(
            f"Level 1’s map: {titles[each.kind].lower()}",
            grids.heat(np.asarray(each.upsampled, np.float32), low, high),
            sharp=True,
            scale=scale,
        )
        for each in shown
    ]
    changed = int((one.labels != made.labels).sum())
    return Slide(
        title=f"{titles[one.kind]} in a decoder trained with transposed convolution",
        panels=panels,
        legend=style.legend(tuple(CLASSES[k] for k in np.unique(made.labels))),
        caption=f"On {made.picture.title}: {changed:,} pixels change class. It shows what this network relies on.",
        source="Predictions and metrics: computed in this run.",
        uses=("picture", "view", "upsampler", "made_up"),
    )


def of_sizes(made: Sized, titles: Sequence[str]) -> Slide:
    """The two ledgers as tables."""
    panels: list[SlidePanel] = []
    for title, plan, one in zip(titles, made.plans, made.ledgers, strict=True):
        rows = []
        for level in range(plan.levels):
            crop, up = one.crop(level), one.upsampled[level]
            down = one.encoder[level] if level < len(one.encoder) else None
            rows.append(
                (
                    f"{level + 1}",
                    *(("–" if n is None else str(n)) for n in (down, crop, up, one.decoder[level])),
                )
            )
        bottom = str(one.encoder[-1]) if len(one.encoder) > plan.levels else "–"
        rows.append(("bottom", bottom, "", "", ""))
        note = one.broken or f"{made.side} px in, {one.output} px out; {plan.parameters:,} parameters."
        panels.append(Numbers(title, Table(("level", "down", "crop", "up ×2", "decoder"), rows, note)))
    first = made.ledgers[0]
    return Slide(
        title=f"{made.side} × {made.side} px: {f'{first.output} come out' if first.output else 'no legal size'}",
        panels=panels,
        caption=f"Sides of the maps in cells; “crop” is cut off each edge of a skip. {first.broken}".strip(),
        source="Sizes do not depend on weights; parameters: counted on the modules.",
        uses=("view", "side"),
    )
