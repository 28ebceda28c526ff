"""What lesson D1 says of normals, and of relative depth made metric."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from demos.depth_normals.words import (
    NO_NORMALS,
    UNKNOWN,
    UNKNOWN_NORMALS,
    Said,
    number,
    percent,
    some_pixel,
)
from demos.questions import lot
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.studies.depth_normals import Looked
    from lecture_models.studies.depth_relative import Related

SHARES = ("under ⅓", "⅓ to ½", "over ½")
RESIDUALS = ("under 5 %", "5 to 10 %", "10 to 20 %", "over 20 %")
EDGES = (0.05, 0.1, 0.2)
Scores = Mapping[str, Mapping[str, float | None]]


# ---- normals of the scales -------------------------------------------------------------------------------
def of_normals(made: Looked, scores: Scores, names: Mapping[str, str], asked: Question | None) -> Said:
    """The error of each scale's normals."""
    if not scores:
        text = f"normals known: {NO_NORMALS}."
        seen = "A photograph comes with 0 true normals; the network’s are shown all the same."
        return Reading("0", "", text), None, UNKNOWN_NORMALS, seen
    fine = scores["fine"]
    more = [
        (f"{names[one]} scale", f"{number(scores[one]['normals_mean'], 1)}°") for one in ("coarse", "middle")
    ]
    more += [
        ("median", f"{number(fine['normals_median'], 1)}°"),
        ("within 11.25°", f"{percent(fine['within_11'])} %"),
    ]
    text = "mean angle between predicted and true normals on this picture, at the fine scale."
    path = " → ".join(number(one["normals_mean"], 1) for one in scores.values())
    seen = f"From coarse to fine, the mean angle of the normals went {path}°."
    return Reading(number(fine["normals_mean"], 1), "°", text, more=more), asked, one_angle(made), seen


def one_angle(made: Looked) -> str:
    """The angle at one pixel, multiplied out."""
    assert made.normals is not None
    x, y = some_pixel(made)
    said, true = (np.asarray(one[y, x], np.float64) for one in (made.said.normals, made.normals))
    products = " + ".join(f"{a:.3f}\\cdot{b:.3f}" for a, b in zip(said, true, strict=True)).replace(
        "+ -", "- "
    )
    dot = float(np.clip(said @ true, -1, 1))
    return (
        f"At pixel ({x}, {y}) the network’s normal is {vector(said)}, the true one {vector(true)}:\n\n"
        rf"$$\cos\alpha = {products} = {dot:.4f}, \qquad \alpha = {math.degrees(math.acos(dot)):.1f}°$$"
    )


def vector(values: np.ndarray) -> str:
    """A vector in brackets."""
    return "(" + ", ".join(number(one) for one in values.tolist()) + ")"


# ---- normals from depth ----------------------------------------------------------------------------------
def whose(depth_of: str, camera: str, focal: float) -> str:
    """Which depth and camera, in words.

    >>> whose("truth", "known", 2.0)
    'the true depth and 2 × the focal length'
    """
    depth = "the true depth" if depth_of == "truth" else "the predicted depth"
    if camera == "none":
        return f"{depth} and no camera"
    return f"{depth} and the camera" if focal == 1 else f"{depth} and {focal:g} × the focal length"


def of_implied(
    made: Looked, scores: Scores, settings: tuple[str, str, float], asked: Question | None
) -> Said:
    """Normals from depth beside the network's own."""
    depth_of, camera, focal = settings
    what = whose(depth_of if made.depth is not None else "prediction", camera, focal)
    if not scores:
        text = f"true normals: {NO_NORMALS}. The angle between the two predictions is shown instead."
        seen = f"Normals from {what} stand beside the network’s own, with 0 true ones to compare."
        return Reading("0", "", text), None, UNKNOWN_NORMALS, seen
    own, other = scores["network"], scores["depth"]
    text = f"median angle to the truth of normals from {what}."
    more = [
        ("the network’s own normals", f"{number(own['normals_median'], 1)}°"),
        ("within 11.25°, from depth", f"{percent(other['within_11'])} %"),
        ("within 11.25°, the network’s own", f"{percent(own['within_11'])} %"),
    ]
    pair = f"{number(other['normals_median'], 1)}° from {what}, {number(own['normals_median'], 1)}° from the network"
    seen = f"Median angle of normals to the truth: {pair} directly."
    return (
        Reading(number(other["normals_median"], 1), "°", text, more=more),
        asked,
        crossed(made, settings),
        seen,
    )


def how_many_within(key: str, share: float) -> Question:
    """What share of normals from the predicted depth is nearly right."""
    answer = 0 if share < 1 / 3 else 2 if share > 1 / 2 else 1
    text = "Normals from the predicted depth, with the camera: what share is within 11.25° of the truth?"
    why = f"{percent(share)} %: small steps in depth, from pixel to pixel, turn a normal far."
    veils = ("reading", "normals/implied", "numbers")
    return Question(text, SHARES, answer, why, veils, f"{key} implied")


def crossed(made: Looked, settings: tuple[str, str, float]) -> str:
    """Two tangents crossed at one pixel."""
    depth_of, camera, factor = settings
    x, y = some_pixel(made)
    height, width = made.size
    x, y = min(max(x, 1), width - 2), min(max(y, 1), height - 2)
    depth = made.depth if depth_of == "truth" and made.depth is not None else made.said.depth
    focal = made.camera.focal * factor

    def point(column: int, row: int) -> np.ndarray:
        z = float(depth[row, column])
        if camera == "none":
            return np.array([column, -row, -z])
        return np.array([(column + 0.5 - width / 2) * z / focal, -(row + 0.5 - height / 2) * z / focal, -z])

    right, down = tangent(point, x, y, (1, 0)), tangent(point, x, y, (0, 1))
    normal = np.cross(down, right)
    normal /= max(float(np.linalg.norm(normal)), 1e-12)
    unit = "a pixel counts as a metre" if camera == "none" else f"focal length {focal:.1f} px"
    if not np.isfinite(normal).all():
        return "No neighbour of the pixel has a depth, so there are no tangents."
    return (
        f"At pixel ({x}, {y}), {unit}: one step right leads by {vector(right)} m, one step down by {vector(down)} m. "
        "The normal stands on both:\n\n"
        rf"$$n = \frac{{t_y \times t_x}}{{|t_y \times t_x|}} = \text{{{vector(normal)}}}$$"
    )


def tangent(point, x: int, y: int, step: tuple[int, int]) -> np.ndarray:  # type: ignore[no-untyped-def]
    """From a pixel to the next along an axis, or from the one before where that is closer in depth."""
    here, after, before = point(x, y), point(x + step[0], y + step[1]), point(x - step[0], y - step[1])
    ahead, behind = after - here, here - before
    nearer = not np.isfinite(ahead[2]) or abs(behind[2]) < abs(ahead[2])
    return np.asarray(behind if nearer and np.isfinite(behind[2]) else ahead)


# ---- relative depth --------------------------------------------------------------------------------------
def of_relative(
    found: Related, source: str, residuals: Sequence[float | None], asked: Question | None
) -> Said:
    """What two points make of a relative map."""
    here, best, flat, raw = residuals
    title = "the photograph" if found.made.picture.scene is None else found.made.picture.title
    more = [
        ("least squares of 1/Z, all pixels", f"{percent(best)} %"),
        ("one depth everywhere", f"{percent(flat)} %"),
        ("the network’s own metres", f"{percent(raw)} %"),
    ]
    if here is None:
        text = found.why or "no fit."
        seen = f"Two points with a depth and 2 different values of the map are needed on {title}."
        return Reading("–", "%", text, more=more if found.best else ()), asked, found.why or UNKNOWN, seen
    what = "the measured map" if source == "measured" else "the network’s map"
    text = f"median relative error after {what} was fixed by the two points."
    pair = f"a median error of {percent(here)} %, the network’s own metres {percent(raw)} %"
    seen = f"On {title}, {what} through two points has {pair}."
    return Reading(percent(here), "%", text, more=more), asked, two_equations(found), seen


def two_equations(found: Related) -> str:
    """Scale and shift from two points, multiplied out."""
    fit = found.fit
    if fit is None:
        return found.why
    x0, y0, x1, y1 = found.points
    r0, r1 = float(found.relative[y0, x0]), float(found.relative[y1, x1])
    z0, z1 = found.depths
    return (
        f"At A the map is {r0:.4f} and the depth {z0:.2f} m, at B {r1:.4f} and {z1:.2f} m:\n\n"
        rf"$$s = \frac{{1/{z1:.2f} - 1/{z0:.2f}}}{{{r1:.4f} - {r0:.4f}}} = {fit.scale:.4f}\text{{ m}}^{{-1}}, \quad"
        rf" t = \frac{{1}}{{{z0:.2f}}} - {fit.scale:.4f}\cdot{r0:.4f} = {fit.shift:.4f}\text{{ m}}^{{-1}}$$"
        "\n\nEvery other pixel: Z = 1 / (s · r + t)."
    )


def how_far_off(key: str, world: str, share: float) -> Question:
    """How large the residual is after two points that the picture draws, and the board marks."""
    answer = sum(share >= edge for edge in EDGES)
    text = "The network’s map fixed at the two white squares: what is the median error?"
    why = f"{percent(share)} %: two points fix scale and shift, and nothing else."
    veils = ("reading", "relative/error", "relative/readout", "numbers")
    return Question(text, RESIDUALS, answer, why, veils, f"{key} {world} {lot(key, 8)}")
