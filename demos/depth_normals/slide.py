"""Lesson D1 as a figure: each view as it stands on the page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import grids, style
from demos.figures.slides import Lines, Numbers, Picture, Scale, Slide, SlidePanel
from demos.records import Table

if TYPE_CHECKING:
    from lecture_models.studies.depth_normals import Looked, Scaled
    from lecture_models.studies.depth_relative import Related

RUN = "Computed in this run by multiscale_depth."
WORST = 0.5  # relative error of the last colour
TILT = 45.0  # degrees of the last colour
FACTORS = (0.5, 0.6, 0.8, 1.0, 1.25, 1.6, 2.0)
SHARES = (0.0, 0.5, 1.0)  # λ


def of_scales(made: Looked, quantity: str, seen: str) -> Slide:
    """Picture, three scales, truth, and the fine scale's error."""
    said = made.said
    panels: list[SlidePanel] = [Picture("Picture", made.image)]
    if quantity == "depth":
        ends = depth_ends(made)
        found = (("Coarse", said.coarse_depth), ("Middle", said.middle_depth), ("Fine", said.depth))
        panels += [depth_panel(name, one, ends) for name, one in found]
        if made.depth is not None:
            panels += [depth_panel("Truth", made.depth, ends), error_panel("Error of fine", said.depth, made)]
    else:
        several = (("Coarse", said.coarse_normals), ("Middle", said.middle_normals), ("Fine", said.normals))
        panels += [normal_panel(name, one) for name, one in several]
        if made.normals is not None:
            panels += [normal_panel("Truth", made.normals)]
    return Slide(
        title=f"Three scales: {quantity} of {made.picture.title}",
        panels=panels,
        caption=seen,
        source=RUN,
        uses=("picture", "view", "quantity"),
    )


def depth_ends(made: Looked) -> tuple[float, float]:
    """Depths, metres, of the first and last colour."""
    shown = made.said.depth if made.depth is None else made.depth[made.known]
    low, high = (float(one) for one in np.percentile(shown, (1, 99)))
    return low, max(high, 1.05 * low)


def depth_panel(title: str, depth: np.ndarray, ends: tuple[float, float]) -> Picture:
    """A depth map in colours of its logarithm, near bright; grey where there is none."""
    low, high = (math.log(one) for one in ends)
    known = np.isfinite(depth) & (depth > 0)
    logs = np.where(known, -np.log(np.where(known, depth, 1)), np.nan)
    picture = grids.heat(logs, -high, -low)
    return Picture(title, picture, sharp=True, scale=Scale("m, log scale", ends[1], ends[0]))


def error_panel(title: str, depth: np.ndarray, made: Looked) -> Picture:
    """Relative error of depth."""
    assert made.depth is not None
    with np.errstate(invalid="ignore"):
        error = np.where(made.known, np.abs(depth - made.depth) / np.where(made.known, made.depth, 1), np.nan)
    return Picture(title, grids.heat(error, 0, WORST), sharp=True, scale=Scale("|ŷ − y| / y", 0, WORST))


def normal_panel(title: str, normals: np.ndarray, note: str = "") -> Picture:
    """Normals as colours: x red, y green, z blue; grey where there is none."""
    none = ~(np.abs(normals).sum(-1) > 0)
    picture = np.rint((normals + 1) * 127.5).clip(0, 255).astype(np.uint8)
    picture[none] = style.rgb(style.VOID_COLOR)
    return Picture(title, picture, sharp=True, note=note)


def of_loss(made: Looked, found: Scaled | None, seen: str) -> Slide:
    """What a factor adds to the loss at three λ."""
    panels: list[SlidePanel] = [
        Picture("Picture", made.image),
        depth_panel("Fine", made.said.depth, depth_ends(made)),
    ]
    if found is not None:
        logs = np.log(FACTORS)
        lines = [
            (FACTORS, ((1 - lam) * (logs**2 + 2 * found.mean * logs)).tolist(), style.CYCLE[k])
            for k, lam in enumerate(SHARES)
        ]
        panels.append(Lines("What the factor adds", lines, ("factor on the whole map", "added to the loss")))
        one = found.after
        rows = [
            ("1/n Σ d²", f"{one.squares:.4f}"),
            (f"− {one.forgiven:g} · (1/n Σ d)²", f"−{one.forgiven * one.offset:.4f}"),
            ("slopes", f"{one.slopes:.4f}"),
            ("loss", f"{one.loss:.4f}"),
        ]
        panels.append(Numbers(f"With the factor {found.factor:g}", Table(("term", "value"), rows)))
    return Slide(
        title="The scale-invariant loss under a factor on the whole map",
        panels=panels,
        legend=[(f"λ = {lam:g}", style.CYCLE[k]) for k, lam in enumerate(SHARES)],
        caption=seen,
        source=RUN,
        uses=("picture", "view", "forgiven", "factor", "which"),
    )


def of_normals(made: Looked, found: np.ndarray, whose: str, seen: str) -> Slide:
    """Normals of the network, of depth and of the truth."""
    panels: list[SlidePanel] = [
        Picture("Picture", made.image),
        normal_panel("The network’s own", made.said.normals),
    ]
    panels.append(normal_panel("From depth", found, f"of {whose}"))
    if made.normals is not None:
        panels.append(normal_panel("Truth", made.normals))
        for name, one in (("Angle, network", made.said.normals), ("Angle, from depth", found)):
            cosine = np.clip((one * made.normals).sum(-1), -1, 1)
            angle = np.where(made.known, np.degrees(np.arccos(cosine)), np.nan)
            panels.append(
                Picture(name, grids.heat(angle, 0, TILT), sharp=True, scale=Scale("degrees", 0, TILT))
            )
    return Slide(
        title=f"Normals of the network, and of {whose}",
        panels=panels,
        caption=seen,
        source=RUN,
        uses=("picture", "view", "depth_of", "camera", "focal"),
    )


def of_space(made: Looked, far: float, seen: str) -> Slide:
    """The scene from above: true and predicted points."""
    panels: list[SlidePanel] = [Picture("Picture", made.image)]
    pair = (("Prediction from above", made.said.depth), ("Truth from above", made.depth))
    panels += [Picture(name, above(made, one, far), sharp=True) for name, one in pair if one is not None]
    return Slide(
        title=f"Points in space, up to {far:g} m",
        panels=panels,
        caption=f"{seen} From above: the camera at the middle of the lower edge, {far:g} m ahead at the upper.",
        source=RUN,
        uses=("picture", "view", "far"),
    )


def above(made: Looked, depth: np.ndarray, far: float, side: int = 256) -> np.ndarray:
    """Points as seen from above, in the picture's colours, uint8 [side, side, 3]; the nearest is drawn last."""
    picture = np.full((side, side, 3), 255, np.uint8)
    known = np.isfinite(depth) & (depth <= far)
    x = (
        (np.arange(depth.shape[1])[None] + 0.5 - made.camera.centre[0])
        / made.camera.focal
        * np.where(known, depth, 0)
    )
    columns = np.rint((x / far + 0.5) * (side - 1)).astype(int)
    rows = np.rint((1 - np.where(known, depth, 0) / far) * (side - 1)).astype(int)
    inside = known & (columns >= 0) & (columns < side)
    order = np.argsort(-depth[inside], kind="stable")
    picture[rows[inside][order], columns[inside][order]] = made.image[inside][order]
    return picture


def of_relative(found: Related, source: str, seen: str) -> Slide:
    """The relative map, what two points make of it, the truth and the error."""
    made = found.made
    x0, y0, x1, y1 = found.points
    points = [(x0 + 0.5, y0 + 0.5, style.CYCLE[1]), (x1 + 0.5, y1 + 0.5, style.CYCLE[0])]
    panels: list[SlidePanel] = [
        Picture("Picture", made.image, points=points),
        Picture(
            "Relative map", grids.heat(found.relative, 0, 1), sharp=True, scale=Scale("r, no unit", 0, 1)
        ),
    ]
    if made.depth is not None and found.metric is not None:
        ends = depth_ends(made)
        panels += [
            depth_panel("By two points", found.metric, ends),
            depth_panel("Measured", made.depth, ends),
        ]
        panels.append(error_panel("Error", found.metric, made))
    whose = "the network’s" if source == "network" else "the measured"
    return Slide(
        title=f"Two points make {whose} relative map metric",
        panels=panels,
        legend=[("A", style.CYCLE[1]), ("B", style.CYCLE[0])],
        caption=seen,
        source=RUN,
        uses=("picture", "view", "world", "source", "points"),
    )
