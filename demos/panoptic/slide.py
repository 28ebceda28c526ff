"""The lesson as a figure: each view as it stands on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures import grids, overlays, style
from demos.figures.slides import Bars, Numbers, Picture, Scale, Slide, SlidePanel, of_panels
from demos.panoptic import ladder, told
from demos.panoptic.panels import color
from demos.panoptic.words import percent, verdict
from demos.records import Panels, Table

if TYPE_CHECKING:
    from lecture_models.ops.panoptic_quality import QualityTrace
    from lecture_models.segments import Segments
    from lecture_models.studies.panoptic import Merged
    from lecture_models.studies.panoptic_case import Case
    from lecture_models.studies.panoptic_drive import Driven
    from lecture_models.studies.panoptic_walk import Walked

RUN = "Maps and numbers: computed in this run."
SHARED = ("picture", "view", "confidence", "overlap", "stuff_area", "fill")
ROWS = 9  # of a table on a slide
FINE = 16  # dots of a pixel of the picture made by hand, so that borders are thin
FATES = (("match", style.RIGHT), ("false positive", style.WRONG), ("false negative", style.CYCLE[1]))


def of_sees(made: Merged, shown: Panels, answers: Table) -> Slide:
    """The four maps, and what they say at the pixel."""
    x, y = (float(part) for part in (shown.selection or "0,0").split(","))
    drawn: list[SlidePanel] = [*of_panels(shown, made.picture.image, points=[(x, y, style.WRONG)])]
    return Slide(
        title=f"What each model sees: {made.picture.title}",
        panels=[*drawn, Numbers("At the pixel", answers)],
        legend=shown.legend,
        caption=f"{made.contested:,} pixels are claimed by two instances; in the merged map each has one owner.",
        source=RUN,
        uses=(*SHARED, "place"),
    )


def merged_map(made: Merged, title: str) -> Picture:
    """The merged map over its picture."""
    owners = {one.segment: one for one in made.trial.candidates if one.segment}
    colors = [
        color(made, owners[k]) if k in owners else style.class_color(name)
        for k, name in enumerate(made.prediction.names, start=1)
    ]
    overlay = overlays.segment_overlay(made.prediction.map, colors, style.VOID_COLOR)
    return Picture(title, made.picture.image, overlay=overlay)


def of_merge(made: Merged, seen: str) -> Slide:
    """The merged map beside the cases."""
    rows = [
        (made.title(one), f"{one.score:.2f}", f"{one.overlap:.2f}", verdict(one.verdict, made.rule))
        for one in made.trial.candidates[:ROWS]
    ]
    caption = f"The first {len(rows)} of {len(made.trial.candidates)} instances, by falling score."
    table = Table(("instance", "score", "overlap", "verdict"), rows, caption)
    return Slide(
        title=f"Merging {len(made.trial.candidates)} instances and stuff: {made.picture.title}",
        panels=[merged_map(made, "Merged"), Numbers("On trial", table)],
        legend=style.legend(tuple(dict.fromkeys(made.prediction.names))),
        caption=seen,
        source=RUN,
        uses=SHARED,
    )


def fates(said: Segments, truth: Segments, quality: QualityTrace, factor: int = 1) -> np.ndarray:
    """Segments by what became of them, as an overlay: matches, false positives, false negatives."""
    matched = np.isin(said.map, [pair.predicted for pair in quality.matches])
    wrong = np.isin(said.map, quality.false_positives)
    missed = np.isin(truth.map, quality.false_negatives)
    kind = np.where(wrong, 2, np.where(missed, 3, np.where(matched, 1, 0))).astype(np.int32)
    return overlays.segment_overlay(grids.enlarge(kind, factor), [hue for _, hue in FATES])


def classes_of(quality: QualityTrace) -> Bars:
    """PQ of each class."""
    bars = [
        (name, one.pq or 0.0, f"{percent(one.pq)} %", style.class_color(name))
        for name, one in quality.by_class.items()
        if one.weight
    ]
    return Bars("PQ of each class", bars, "PQ")


def of_quality(made: Merged, seen: str) -> Slide:
    """Matches and mistakes, and PQ by class."""
    assert made.quality is not None
    assert made.truth is not None
    overlay = fates(made.prediction, made.truth, made.quality)
    panels: list[SlidePanel] = [
        merged_map(made, "Prediction"),
        Picture("Matches and mistakes", overlays.dimmed(made.picture.image, 1.0), overlay=overlay),
        classes_of(made.quality),
    ]
    title = f"PQ = SQ × RQ: {percent(made.quality.pq)} % on {made.picture.title}"
    return Slide(title, panels, FATES, seen, RUN, uses=SHARED)


def of_case(case: Case, seen: str) -> Slide:
    """The picture made by hand."""
    ground = np.full((*case.truth.map.shape, 3), 235, np.uint8)
    maps = []
    for title, one in (("Truth", case.truth), ("Prediction", case.prediction)):
        colors = [style.class_color(name) for name in one.names]
        drawn = overlays.segment_overlay(grids.enlarge(one.map, FINE), colors, style.VOID_COLOR)
        maps.append(Picture(title, ground, overlay=drawn, sharp=True))
    overlay = fates(case.prediction, case.truth, case.quality, FINE)
    panels: list[SlidePanel] = [
        *maps,
        Picture("Matches and mistakes", ground, overlay=overlay, sharp=True),
        classes_of(case.quality),
    ]
    return Slide("Every rule of PQ once", panels, FATES, seen, RUN, uses=("view", "on"))


def of_walk(made: Walked, seen: str) -> Slide:
    """The sums of the pyramid, the semantic branch's sum, the ledger."""
    channel = made.cell.channel
    panels: list[SlidePanel] = []
    for k, name in enumerate(ladder.LEVELS):
        values = made.walk.sums[k][channel].numpy()
        low, high = ladder.ends(values)
        scale = Scale(f"sum, channel {channel}", low, high, "signed")
        panels.append(
            Picture(f"{name}: sum", grids.heat(values, low, high, "signed"), sharp=True, scale=scale)
        )
    rows = [
        (one.branch, one.name, f"{one.parameters:,}", f"{one.macs / 1e6:,.0f}", one.shape)
        for one in made.walk.parts
    ]
    panels.append(Numbers("Ledger", Table(("branch", "part", "parameters", "MMAC", "out"), rows)))
    return Slide(
        title=f"Panoptic FPN’s pyramid on {made.picture.title}",
        panels=panels,
        caption=seen,
        source=RUN,
        uses=("picture", "view", "level", "cell", "channel", "off"),
    )


def of_drive(made: Merged, driven: Driven | None, seen: str) -> Slide:
    """Frames of the drive, things coloured by their track."""
    panels: list[SlidePanel] = []
    frames = [] if driven is None else [0, len(driven.frames) // 2, len(driven.frames) - 1]
    for k in frames:
        assert driven is not None
        frame = driven.frames[k]
        colors = [
            style.number_color(track) if track else style.class_color(name)
            for track, name in zip(driven.tracks[k], frame.said.names, strict=True)
        ]
        overlay = overlays.segment_overlay(frame.said.map.astype(np.int32), colors, style.VOID_COLOR)
        panels.append(Picture(f"After {frame.way:.1f} m", frame.image, overlay=overlay))
    panels = panels or [merged_map(made, "The first frame")]
    return Slide(
        title=f"A drive through {made.picture.title}",
        panels=[*panels, Numbers("What a planner needs", told.planner())],
        caption=seen,
        source=RUN,
        uses=("picture", "view", "pace", "same"),
    )
