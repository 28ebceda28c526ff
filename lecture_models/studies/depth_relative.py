"""Relative depth and two points that make it metric: on the stereo photograph, or on the picture that is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecture_models import stereo
from lecture_models.cache import KEPT
from lecture_models.ops.affine_depth import Affine, best_fit, metric_depth, through_two
from lecture_models.studies.depth_normals import Looked, looked

RIM = 0.1  # of height and width, where no point is chosen at first
RIM = 0.1  # of height and width, where no point is chosen at first
NEAR, FAR = 0.15, 0.85  # of the pixels with a depth, those that are nearer than the points chosen at first


@dataclass(frozen=True, eq=False)
class Related:
    """A relative map of a picture, two points, and what they make of it.

    Attributes:
        made: the picture.
        relative: r, float64 [H, W], inverse depth but for a scale and a shift; unknown is not-a-number.
        span: inverse depths, 1/m, that r = 0 and r = 1 stand for; a relative network would not tell them.
        points: x0, y0, x1, y1, whole pixels.
        depths: true depths at both, metres; infinite where there is none.
        fit: scale and shift through both; None where they cannot be had, and ``why`` says so.
        best: scale and shift of least squares over all pixels; None without a truth.
        metric, at_best: depth in metres by the two, float64 [H, W].
    """

    made: Looked
    relative: np.ndarray
    span: tuple[float, float]
    points: tuple[int, int, int, int]
    depths: tuple[float, float]
    fit: Affine | None
    best: Affine | None
    why: str = ""

    @property
    def metric(self) -> np.ndarray | None:
        """Depth by the two points, metres, infinite where the fit gives none."""
        return None if self.fit is None else metric_depth(self.relative, self.fit)

    @property
    def at_best(self) -> np.ndarray | None:
        """Depth by least squares."""
        return None if self.best is None else metric_depth(self.relative, self.best)

    @property
    def flat(self) -> np.ndarray | None:
        """The same depth everywhere, of the mean inverse depth: what is known of a picture without any map."""
        known = self.made.known
        if self.made.depth is None or not known.any():
            return None
        return np.full(self.made.size, 1 / float((1 / self.made.depth[known].astype(np.float64)).mean()))

    def residual(self, depth: np.ndarray | None) -> float | None:
        """Median of |Z − Z*| / Z* over the pixels with a true depth; what the fit cannot place is infinitely wrong."""
        truth = self.made.depth
        known = self.made.known & np.isfinite(self.relative)
        if depth is None or truth is None or not known.any():
            return None
        return float(np.median(np.abs(depth[known] - truth[known]) / truth[known]))


def key_of(picture: str, world: str) -> str:
    """The picture that a world means: "stereo" is the stereo photograph, "picture" the one shown."""
    return stereo.KEY if world == "stereo" else picture


def relative_map(made: Looked, source: str) -> tuple[np.ndarray, tuple[float, float]]:
    """Inverse depth whose scale and shift were thrown away: from 0, farthest, to 1, nearest; float64 [H, W].

    It comes with the inverse depths of 0 and 1.

    Args:
        made: a picture.
        source: "measured", from the truth (for the stereo photograph this is its disparity), or "network".
    """
    depth = made.depth if source == "measured" and made.depth is not None else made.said.depth
    known = np.isfinite(depth)
    inverse = np.where(known, 1 / np.where(known, depth, 1).astype(np.float64), np.nan)
    low, high = float(np.nanmin(inverse)), float(np.nanmax(inverse))
    return (inverse - low) / max(high - low, 1e-12), (low, high)


def usual_points(made: Looked) -> tuple[int, int, int, int]:
    """A nearer and a farther pixel with a depth, where nobody has chosen any."""
    height, width = made.size
    if made.depth is None or not made.known.any():
        return width // 4, height * 3 // 4, width * 3 // 4, height // 2
    rim = np.ones(made.size, bool)
    rim[round(RIM * height) : -round(RIM * height), round(RIM * width) : -round(RIM * width)] = False
    offered = made.known & ~rim if (made.known & ~rim).any() else made.known
    order = np.argsort(np.where(offered, made.depth, np.inf), axis=None, kind="stable")
    many = int(offered.sum())
    near, far = (int(order[int(part * (many - 1))]) for part in (NEAR, FAR))
    return near % width, near // width, far % width, far // width


def within(points: tuple[float, ...], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Two points as whole pixels of a picture of a size (height, width)."""
    height, width = size
    x0, y0, x1, y1 = (int(value) for value in points)
    xs, ys = (
        [min(max(one, 0), most - 1) for one in pair] for pair, most in (((x0, x1), width), ((y0, y1), height))
    )
    return xs[0], ys[0], xs[1], ys[1]


def related(picture: str, world: str, source: str, points: tuple[float, ...] = ()) -> Related:
    """A relative map made metric by two points.

    Args:
        picture: key of the picture shown.
        world: "stereo" or "picture".
        source: "measured" or "network".
        points: x0, y0, x1, y1 in picture pixels; empty for two that are chosen here.
    """
    made = looked(key_of(picture, world))
    relative, span = relative_map(made, source)
    x0, y0, x1, y1 = within(points, made.size) if len(points) == 4 else usual_points(made)
    at = (relative[y0, x0], relative[y1, x1])
    if made.depth is None:
        why = "Nobody has measured this photograph’s depth: choose the stereo photograph, or a scene."
        return Related(made, relative, span, (x0, y0, x1, y1), (np.inf, np.inf), None, None, why)
    depths = float(made.depth[y0, x0]), float(made.depth[y1, x1])
    try:
        fit, why = through_two((float(at[0]), float(at[1])), depths), ""
    except ValueError as error:
        fit, why = None, str(error)
    unknown = "No depth is known at one of the points: choose another."
    why = unknown if fit is None and not np.isfinite([*at, *depths]).all() else why
    known = np.where(np.isfinite(relative), made.depth, np.inf)
    return Related(made, relative, span, (x0, y0, x1, y1), depths, fit, best_fit(relative, known), why)


def candidates(made: Looked, many: int) -> list[tuple[tuple[int, int, int, int], float]]:
    """Pairs of points with a depth, spread over near and far, each with the residual of the network's map; kept.

    Args:
        made: a picture.
        many: at most so many pairs; none without a truth.
    """
    if made.depth is None or not made.known.any():
        return []
    key = ("depth pairs", made.picture.key, many)
    return KEPT.get(key, lambda: _pairs(made, many), size=lambda found: 80 * len(found))


def _pairs(made: Looked, many: int) -> list[tuple[tuple[int, int, int, int], float]]:
    relative, _ = relative_map(made, "network")
    places = np.argwhere(made.known)
    rng = np.random.default_rng(0)
    found = []
    for (y0, x0), (y1, x1) in places[rng.integers(0, len(places), (many, 2))]:
        assert made.depth is not None
        depths = float(made.depth[y0, x0]), float(made.depth[y1, x1])
        try:
            fit = through_two((float(relative[y0, x0]), float(relative[y1, x1])), depths)
        except ValueError:
            continue
        truth = made.depth[made.known]
        error = np.abs(metric_depth(relative[made.known], fit) - truth) / truth
        found.append(((int(x0), int(y0), int(x1), int(y1)), float(np.median(error))))
    return found
