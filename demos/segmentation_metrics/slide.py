"""Lesson B6 as a figure: the areas over the picture, IoU of each class, and all metrics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import overlays, style
from demos.figures.slides import Bars, Numbers, Picture, Slide
from demos.records import Table
from demos.segmentation_metrics.board import colored
from demos.segmentation_metrics.words import show

if TYPE_CHECKING:
    from lecture_models.studies.segmentation_metrics import Study

MARGIN = 8  # pixels around what is seen from near
AREAS = (("truth alone: missed", style.TRUTH), ("both", style.SHARED), ("prediction alone", style.PREDICTION))
BORROWED = (("network alone", style.TRUTH), *AREAS[1:])  # of a photograph nobody knows the truth


def slide(made: Study) -> Slide:
    """Three areas, one formula."""
    true, said, both = made.measured.areas(made.target)
    union, name = true + said - both, made.names[made.target]
    iou = made.measured.iou[made.target]
    formula = f"{both:,} / ({true:,} + {said:,} − {both:,}) = {both:,} / {union:,}"
    known = "" if made.known else " Nobody marked this photograph: a network's answer stands in."
    return Slide(
        title=f"IoU of {name} = {formula} = {show(iou)}",
        panels=[areas(made), close(made), *([each(made)] if len(made.names) > 2 else []), all_metrics(made)],
        legend=AREAS if made.known else BORROWED,
        caption=f"{name.capitalize()} on {made.picture.title}: intersection {both:,}, union {union:,} pixels.{known}",
        source="Areas and metrics: computed in this run.",
    )


def areas(made: Study) -> Picture:
    """Truth, prediction and what both share, over the picture."""
    known = made.truth != 255
    true, said = made.truth == made.target, (made.prediction == made.target) & known
    parts = (true & ~said) * 1 + (true & said) * 2 + (said & ~true) * 3
    overlay = overlays.segment_overlay(parts.astype(np.int32), [color for _, color in AREAS])
    against = "Truth" if made.known else "A network's answer"
    title = f"{against} and prediction of {made.names[made.target]}"
    return Picture(title, overlays.dimmed(made.picture.image, 1.0), overlay)


def close(made: Study) -> Picture:
    """The same from near."""
    whole = areas(made)
    rows, columns = np.nonzero((made.truth == made.target) | (made.prediction == made.target))
    if not len(rows):
        return replace(whole, title="From near")
    side = max(np.ptp(rows), np.ptp(columns)) / 2 + MARGIN
    x, y = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    window = float(x - side), float(y - side), float(x + side), float(y + side)
    return replace(whole, title="From near", window=window, ruler="px")


def each(made: Study) -> Bars:
    """IoU of each class that occurs."""
    pairs = [(name, iou) for name, iou in zip(made.names, made.measured.iou, strict=True) if iou is not None]
    return Bars("IoU of each class", [(name, iou, f"{iou:.2f}", colored(name)) for name, iou in pairs], "IoU")


def all_metrics(made: Study) -> Numbers:
    """The metrics as a table."""
    one, target = made.measured, made.target
    rows = [
        ("mean IoU", show(one.miou, 3)),
        ("pixel accuracy", show(one.pixel_accuracy, 3)),
        ("mean accuracy", show(one.mean_accuracy, 3)),
        ("frequency-weighted IoU", show(one.frequency_weighted_iou, 3)),
        (f"Dice of {made.names[target]}", show(one.dice(target), 3)),
        (f"boundary IoU of {made.names[target]}", show(one.boundary[target], 3)),
    ]
    return Numbers("All metrics", Table(("metric", "value"), rows))
