"""What lesson D1 says of depth: scales, the loss under a factor, points in space, and the tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures.arithmetic import written
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from lecture_models.papers import Published
    from lecture_models.studies.depth_normals import Looked, Scaled

Said = tuple[Reading, Question | None, str, str]
"""The words of a view: reading, question, numbers, what was seen."""
CHOICES: dict[str, dict[str, str]] = {
    "view": {
        "scales": "Scales",
        "loss": "Loss",
        "normals": "Normals",
        "space": "3-D",
        "relative": "Relative",
    },
    "quantity": {"depth": "Depth", "normals": "Normals"},
    "below": {"error": "the error", "change": "what it changed"},
    "which": {"prediction": "Prediction", "truth": "Truth"},
    "camera": {"known": "with a camera", "none": "no camera"},
    "paint": {"picture": "Picture", "error": "Error"},
    "world": {"stereo": "Stereo photograph", "picture": "The chosen picture"},
    "source": {"network": "the network’s", "measured": "the measured one"},
}
"""The settings that are one of a few, with the name of each choice."""
SCALES = {"coarse": "Coarse", "middle": "Middle", "fine": "Fine"}
NOBODY = "nobody has measured this photograph’s depth"
UNSEEN = "This network has only ever seen rendered streets: in a photograph its metres mean little."
UNSEEN_UNKNOWN = f"This network has only ever seen rendered streets, and {NOBODY}."
UNKNOWN = f"{NOBODY[0].upper()}{NOBODY[1:]}, so nothing is compared. Choose a scene, or the motorcycle."
NO_NORMALS = "nobody has measured this photograph’s normals"
UNKNOWN_NORMALS = f"{NO_NORMALS[0].upper()}{NO_NORMALS[1:]}, so nothing is compared. Choose a scene."
SIDES = ("too near", "within 2 %", "too far")
METRICS = {
    "abs_rel": "abs rel",
    "sq_rel": "sq rel, m",
    "rmse": "RMSE, m",
    "rmse_log": "RMSE of ln",
    "scale_invariant": "scale-invariant",
    "delta_1": "δ < 1.25",
    "delta_2": "δ < 1.25²",
    "delta_3": "δ < 1.25³",
    "normals_mean": "normals, mean angle",
    "normals_median": "normals, median angle",
    "within_11": "normals within 11.25°",
    "within_22": "normals within 22.5°",
    "within_30": "normals within 30°",
}


def signed(value: float, digits: int = 3) -> str:
    """A number with its sign, a true minus.

    >>> signed(-0.5), signed(0.25, 2)
    ('−0.500', '+0.25')
    """
    return written(value, digits, "+")


def number(value: float | None, digits: int = 3) -> str:
    """A number with a true minus; a dash where there is none."""
    return "–" if value is None else written(value, digits)


def percent(share: float | None, digits: int = 1) -> str:
    """A share in per cent; what is infinite is over all bounds, what is unknown a dash."""
    if share is None:
        return "–"
    return f"{100 * share:.{digits}f}" if math.isfinite(share) else "∞"


# ---- the question of most views --------------------------------------------------------------------------
def too_near(key: str, bias: float, limit: float, view: str = "scales") -> Question:
    """Whether the whole picture is predicted too near; ``bias`` is the mean of ln prediction − ln truth."""
    answer = 1 if abs(bias) <= limit else 0 if bias < 0 else 2
    factor = math.exp(bias)
    why = f"The mean of ln ŷ − ln y is {signed(bias)}: a factor of {factor:.3f} on the whole picture."
    veils = {
        "scales": ("scales/readout", "numbers"),
        "loss": ("loss/difference", "loss/curves", "loss/terms", "reading", "numbers"),
        "space": ("space/prediction", "numbers"),
    }[view]
    text = "As a whole, does the network see this picture too near or too far?"
    return Question(text, SIDES, answer, why, veils, key)


# ---- scales ----------------------------------------------------------------------------------------------
def of_depth(made: Looked, scores: Mapping[str, Mapping[str, float | None]], asked: Question | None) -> Said:
    """The error of each scale's depth."""
    if not scores:
        said = made.said.depth
        text = f"is the median depth that the network says; {NOBODY}, so changes are shown and no errors."
        seen = f"The network’s median depth of this photograph is {float(np.median(said)):.1f} m."
        return Reading(f"{float(np.median(said)):.1f}", "m", text), None, UNKNOWN, seen
    fine = scores["fine"]
    more = [
        (f"{SCALES[name]} scale", f"{percent(scores[name]['abs_rel'])} %") for name in ("coarse", "middle")
    ]
    more += [("δ < 1.25", f"{percent(fine['delta_1'])} %"), ("RMSE", f"{number(fine['rmse'], 2)} m")]
    text = "mean relative error of depth on this picture, |ŷ − y| / y, at the fine scale."
    path = " → ".join(percent(one["abs_rel"]) for one in scores.values())
    seen = f"From coarse to fine, the mean relative error of depth went {path} %."
    return Reading(percent(fine["abs_rel"]), "%", text, more=more), asked, one_pixel(made), seen


def one_pixel(made: Looked) -> str:
    """The errors at one pixel, multiplied out."""
    x, y = some_pixel(made)
    assert made.depth is not None
    said, true = float(made.said.depth[y, x]), float(made.depth[y, x])
    n = int(made.known.sum())
    return (
        f"At pixel ({x}, {y}) the network says {said:.2f} m; the truth is {true:.2f} m:\n\n"
        rf"$$\frac{{|\hat y - y|}}{{y}} = \frac{{|{said:.2f} - {true:.2f}|}}{{{true:.2f}}}"
        rf" = {abs(said - true) / true:.3f}, \qquad \ln\hat y - \ln y = {math.log(said / true):+.3f}$$"
        f"\n\nAbs rel is the mean of the first over {n:,} pixels with a depth; the sky has none."
    )


def some_pixel(made: Looked) -> tuple[int, int]:
    """A pixel in the lower middle that has a depth."""
    height, width = made.size
    known = made.known if made.known.any() else np.ones(made.size, bool)
    ys, xs = np.nonzero(known)
    nearest = int(np.argmin((xs - width // 2) ** 2 + (ys - 3 * height // 4) ** 2))
    return int(xs[nearest]), int(ys[nearest])


# ---- loss ------------------------------------------------------------------------------------------------
def of_loss(found: Scaled | None, which: str, asked: Question | None) -> Said:
    """What a factor costs, multiplied out."""
    if found is None:
        text = f"no loss: {NOBODY}."
        return Reading("–", "", text), None, UNKNOWN, "Without 1 true depth map there is no loss to compute."
    lam, plain = found.after.forgiven, factor_cost(found, 0.0)
    what = "the prediction" if which == "prediction" else "the truth itself"
    text = f"is what the factor {found.factor:g} on {what} adds to the loss at λ = {lam:g}."
    more = [
        ("at this λ it adds", number(tidy(found.cost), 4)),
        ("at λ = 0 it adds", number(plain, 4)),
        ("the loss without it", number(found.before.loss, 4)),
        ("the loss with it", number(found.after.loss, 4)),
    ]
    share = f"{100 * (1 - lam):.0f} %"
    seen = (
        f"At λ = {lam:g}, the factor {found.factor:g} on {what} costs {number(tidy(found.cost), 4)}: "
        f"{share} of its cost at λ = 0."
    )
    return Reading(number(tidy(found.cost), 3), "", text, more=more), asked, loss_sum(found), seen


def tidy(value: float) -> float:
    """A number that rounds to zero without its sign."""
    return 0.0 if abs(value) < 5e-5 else value


def factor_cost(found: Scaled, forgiven: float) -> float:
    """What the factor adds at another λ: (1 − λ)(ln² f + 2 m ln f)."""
    log = math.log(found.factor)
    return (1 - forgiven) * (log * log + 2 * found.mean * log)


def loss_sum(found: Scaled) -> str:
    """The loss with its factor, term by term."""
    one, log, m = found.after, math.log(found.factor), found.mean
    lam = one.forgiven
    return (
        f"n = {one.pixels:,} pixels have a depth. The factor {found.factor:g} adds ln {found.factor:g} = {log:.4f} to "
        f"every d; their mean was m = {m:.4f} and is {m + log:.4f} now.\n\n"
        rf"$$\frac1n\sum d^2 - \frac{{\lambda}}{{n^2}}\Bigl(\sum d\Bigr)^2 + \frac1n\sum(d_x^2+d_y^2)"
        rf" = {one.squares:.4f} - {lam:g}\cdot{one.offset:.4f} + {one.slopes:.4f} = {one.loss:.4f}$$"
        "\n\nWhat the factor adds, since differences of neighbours do not change:\n\n"
        rf"$$(1-\lambda)\,(\ln^2 f + 2\,m\ln f) = {1 - lam:g}\cdot({log * log:.4f} + 2\cdot{m:.4f}\cdot{log:.4f})"
        rf" = {factor_cost(found, lam):.4f}$$"
    )


# ---- space -----------------------------------------------------------------------------------------------
def of_space(made: Looked, far: float, asked: Question | None) -> Said:
    """How far apart a pixel's two points are, the true and the predicted."""
    rays = ray_lengths(made)
    if made.depth is None:
        near = float(np.median(made.said.depth))
        text = f"is the median depth of the predicted points; {NOBODY}."
        seen = f"The predicted points stand {near:.1f} m away at their middle."
        return Reading(f"{near:.1f}", "m", text), None, put_in_space(made), seen
    shown = made.known & (made.depth <= far)
    if not shown.any():
        text = f"no pixel’s true depth is below {far:g} m: look farther."
        return Reading("–", "m", text), asked, put_in_space(made), f"Nothing stands within {far:g} m."
    apart = float(np.median((np.abs(made.said.depth - made.depth) * rays)[shown]))
    text = f"between a pixel’s predicted and its true point, median over all up to {far:g} m away."
    seen = f"Up to {far:g} m away, a predicted point stands {apart:.2f} m off the true one (median)."
    more = [("points compared", f"{int(shown.sum()):,}"), ("focal length", f"{made.camera.focal:.0f} px")]
    return Reading(f"{apart:.2f}", "m", text, more=more), asked, put_in_space(made), seen


def ray_lengths(made: Looked) -> np.ndarray:
    """Metres along each pixel's ray for one metre of depth, [H, W]."""
    height, width = made.size
    x = (np.arange(width) + 0.5 - made.camera.centre[0]) / made.camera.focal
    y = (np.arange(height) + 0.5 - made.camera.centre[1]) / made.camera.focal
    return np.sqrt(1 + x[None] ** 2 + y[:, None] ** 2)


def put_in_space(made: Looked) -> str:
    """Where a pixel stands in space, multiplied out."""
    x, y = some_pixel(made)
    focal, (cx, cy), depth = made.camera.focal, made.camera.centre, float(made.said.depth[y, x])
    across, up = (x + 0.5 - cx) * depth / focal, -(y + 0.5 - cy) * depth / focal
    whose = "The camera’s" if made.camera.known else "An assumed"
    return (
        f"{whose} focal length is {focal:.1f} px, its principal point ({cx:.1f}, {cy:.1f}). Pixel ({x}, {y}) at "
        f"Z = {depth:.2f} m stands at\n\n"
        rf"$$X = \frac{{({x} + ½ - {cx:.1f})\cdot {depth:.2f}}}{{{focal:.1f}}} = {across:.2f}\text{{ m}}, \quad"
        rf" Y = -\frac{{({y} + ½ - {cy:.1f})\cdot {depth:.2f}}}{{{focal:.1f}}} = {up:.2f}\text{{ m}}$$"
    )


# ---- tables ----------------------------------------------------------------------------------------------
def metric(name: str, value: float) -> str:
    """A metric as the tables write it."""
    if name.startswith(("delta", "within")):
        return f"{100 * value:.1f} %"
    return f"{value:.1f}°" if name.startswith("normals") else f"{value:.3f}"


def results_table(found: Mapping[str, Any] | None) -> Table | None:
    """What our training came to, from its result file; None where there is none."""
    if found is None:
        return None
    runs: Sequence[Mapping[str, Any]] = found["runs"]
    rows = [
        (title, metric(name, float(np.mean([run["metrics"][name] for run in runs]))))
        for name, title in METRICS.items()
    ]
    scenes = runs[0]["test"]["scenes"]
    caption = f"Our result file: {scenes} unseen scenes, outdoors, up to 400 m. Again: {found['command']}"
    return Table(("multiscale_depth", "our scenes"), rows, caption, "result")


def paper_table(published: Published) -> Table:
    """What the paper's network came to."""
    return Table(published.head, published.rows, published.caption, "paper")
