"""Lesson B1 as a figure: each view as it stands on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures import grids, overlays, style
from demos.figures.slides import Bars, Numbers, Picture, Scale, Slide, SlidePanel, of_panels
from demos.fully_convolutional import numerals, words
from demos.records import Table

if TYPE_CHECKING:
    from demos.records import Panels
    from lecture_models.studies.fully_convolutional import Raced, Sized, Weighed
    from lecture_models.studies.semantic_and_instances import Told

RUN = "Maps and differences: computed in this run; multiply-adds: counted on the shapes."
SHOWN = 12  # units and channels of a matrix that a figure holds
LOW, HIGH = -9.0, 1.0  # powers of ten on a map of differences


def of_race(made: Raced) -> Slide:
    """The windows so far, the one pass, their difference, and the work of both."""
    classes = tuple(dict.fromkeys(made.classes[k] for k in made.labels.ravel()))
    once, all_ = made.once.macs / 1e9, made.all_macs / 1e9
    work = [
        (f"{made.track.total} windows", all_, f"{all_:.1f} G", style.CYCLE[1]),
        ("one pass", once, f"{once:.2f} G", style.CYCLE[0]),
    ]
    done = made.windows.done
    when = "" if done == made.track.total else " in the time of one pass"
    many, way = numerals.saving(made.ratio)
    panels: list[SlidePanel] = [
        scores("Sliding window", made, made.window_labels(), f"{done} of {made.track.total} scores{when}"),
        scores("One pass", made, made.labels, "all at once"),
        differences(made),
        Bars("Work", work, "GMAC"),
    ]
    return Slide(
        title=f"One pass takes {numerals.times(many)} times {way} multiply-adds than {words.windows(made)}",
        panels=panels,
        legend=style.legend(classes),
        caption=f"On {made.picture.title}. {words.of_time(made)}",
        source=RUN,
        uses=("picture", "view", "padding", "window", "stride"),
    )


def scores(title: str, made: Raced, labels: np.ndarray, note: str) -> Picture:
    """A score map over the picture, each score where its window's middle is."""
    height, width = made.picture.image.shape[:2]
    rows, columns = cells(made, height, width)
    spread = np.where(
        (rows[:, None] >= 0) & (columns[None] >= 0), labels[rows[:, None], columns[None]] + 1, 0
    )
    colors = [style.class_color(name) for name in made.classes]
    return Picture(title, made.picture.image, overlay=overlays.segment_overlay(spread, colors), note=note)


def cells(made: Raced, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """For each row and each column of pixels the row and column of its score, −1 where there is none."""
    x0, y0, x1, y1 = made.track.window(0, 0)
    step, (rows, columns) = made.track.stride / made.track.zoom, made.track.shape

    def along(side: int, start: float, count: int) -> np.ndarray:
        found = np.floor((np.arange(side) + 0.5 - start) / step + 0.5).astype(int)
        return np.where((found >= 0) & (found < count), found, -1)

    return along(height, (y0 + y1) / 2, rows), along(width, (x0 + x1) / 2, columns)


def differences(made: Raced) -> Picture:
    """Where the two differ, on a logarithmic scale."""
    apart = np.log10(np.maximum(made.differences(), 10**LOW))
    image = grids.heat(apart, LOW, HIGH)
    scale = Scale("largest |difference|, power of ten", LOW, HIGH)
    largest = numerals.tiny(float(np.nanmax(made.differences())))
    return Picture(
        "Difference of the logits", image, sharp=True, scale=scale, note=f"at most {largest}; grey: to come"
    )


def of_weights(made: Weighed) -> Slide:
    """A part of the matrix, and the kernel that its row is."""
    forms, side = made.forms, made.forms.side
    channel, row, column = made.place
    first = min(max(channel - SHOWN // 2, 0), max(forms.channels - SHOWN, 0))
    columns = slice(first * side**2, (first + SHOWN) * side**2)
    units = slice(made.unit, made.unit + SHOWN)
    part = forms.matrix[units, columns].numpy()
    most = float(np.abs(part).max())
    kernel = part[0].reshape(-1, side, side)
    tiles = np.concatenate(
        [np.concatenate([tile, np.full((side, 1), np.nan)], 1) for tile in kernel[: SHOWN // 2]], axis=1
    )
    scale = Scale("weight", -most, most, "signed")
    readings = [
        (one.name, " × ".join(map(str, one.kernel)), numerals.tiny(one.difference)) for one in forms.readings
    ]
    table = Table(
        ["reading", "kernel", "largest |difference|"], readings, "Against the matrix, on this patch."
    )
    where = f"channels {first} to {first + SHOWN - 1}"
    return Slide(
        title=f"{len(forms.matrix)} rows of {len(forms.inputs)} weights: as many {side} × {side} kernels",
        panels=[
            Picture(
                "As a matrix", grids.heat(part, -most, most, "signed"), sharp=True, scale=scale, note=where
            ),
            Picture(
                f"Its first row as kernels of {side} × {side}",
                grids.heat(tiles, -most, most, "signed"),
                sharp=True,
                scale=scale,
                note=f"unit {made.unit}, the first {SHOWN // 2} of these channels",
            ),
            Numbers("Readings of the matrix", table),
        ],
        caption=f"On {made.picture.title}: column {made.column} of the matrix is channel {channel}, row {row}, "
        f"column {column} of the kernel.",
        source="Weights: of our patch classifier. Differences: computed in this run.",
        uses=("picture", "view", "layer", "place", "weight"),
    )


def of_sizes(made: Sized) -> Slide:
    """The map after each layer, and what crops and one pass take."""
    sizes = made.classifier.sizes(made.size)
    rows = [
        (
            layer.name,
            f"{layer.kernel} × {layer.kernel}",
            str(layer.stride),
            f"{high} × {wide}",
            f"{layer.macs((high, wide)) / 1e9:.2f}",
        )
        for layer, (high, wide) in zip(made.classifier.layers, sizes, strict=False)
        if layer.kind == "pooling" or layer.connected
    ]
    (down, across), (height, width) = made.scores, made.size
    many, way = numerals.saving(made.windows_macs / made.pass_macs) if made.pass_macs else (0.0, "")
    saved = f"{many:.1f} times {way}" if way else "no score"
    work = [
        (f"{down * across} crops", made.windows_macs / 1e9, numerals.giga(made.windows_macs), style.CYCLE[1]),
        ("one pass", made.pass_macs / 1e9, numerals.giga(made.pass_macs), style.CYCLE[0]),
    ]
    table = Table(["layer", "kernel", "stride", "map", "GMAC"], rows, "Poolings and fully connected layers.")
    return Slide(
        title=f"{made.classifier.title} on {width} × {height} px: {across} × {down} scores",
        panels=[Numbers("Sizes", table), Bars("Work", work, "GMAC", note=f"One pass: {saved}.")],
        caption=words.of_sizes(made)[3],
        source="Sizes and multiply-adds do not depend on weights: counted on the shapes.",
        uses=("view", "model", "size"),
    )


def of_tasks(made: Told, shown: Panels) -> Slide:
    """The panels as they stand on the page."""
    x, y = made.pixel
    points = [(x + 0.5, y + 0.5, style.PAPER)]
    return Slide(
        title=f"{made.name.capitalize()}: a class for each pixel, boxes, instances ({made.picture.title})",
        panels=of_panels(shown, made.picture.image, points=points),
        legend=shown.legend,
        caption=words.of_tasks(made)[3],
        source="All from one forward pass, computed in this run.",
        uses=("picture", "view", "pixel"),
    )
