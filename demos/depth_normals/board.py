"""What lesson D1 draws: depth and normals as packed steps, and what each view says of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode

if TYPE_CHECKING:
    from lecture_models.ops.scale_invariant import ScaleInvariantTrace
    from lecture_models.studies.depth_normals import Looked, Scaled
    from lecture_models.studies.depth_relative import Related

STEPS = 400
"""Steps of a depth in which it grows e-fold: one is a quarter of a per cent."""
ENDS = (1, 99)  # per cent of the pixels between which depth is coloured
HALF = 127  # steps of a normal's component from 0 to 1


@dataclass(frozen=True)
class Depth:
    """A depth map for the browser: step v is exp(low + (v − 1) / STEPS) metres, 0 where there is none."""

    steps: Mapping[str, Any]
    low: float


def depth(values: np.ndarray) -> Depth:
    """A map in metres, float [h, w], in steps; what is not positive and finite is none.

    >>> one = depth(np.array([[1.0, np.e, np.inf]]))
    >>> encode.unpack(one.steps).tolist(), one.low
    ([[1, 401, 0]], 0.0)
    """
    known = np.isfinite(values) & (values > 0)
    logs = np.log(np.where(known, values, 1))
    low = math.floor(STEPS * float(logs[known].min())) / STEPS if known.any() else 0.0
    steps = np.where(known, np.rint((logs - low) * STEPS) + 1, 0)
    return Depth(encode.pack_indices(np.clip(steps, 0, 65535).astype(np.uint16)), low)


def normals(values: np.ndarray) -> Mapping[str, Any]:
    """Unit normals, float [h, w, 3], as bytes [3h, w], x before y before z: 127 steps for 1, 0 at 128; none is 0."""
    none = ~(np.abs(values).sum(-1) > 0)
    steps = np.where(none[..., None], 0, np.rint(values * HALF) + HALF + 1)
    height, width = none.shape
    return encode.pack_indices(steps.astype(np.uint8).transpose(2, 0, 1).reshape(3 * height, width))


def every_second(values: np.ndarray) -> np.ndarray:
    """Every second pixel across and down: the network's fine scale has no more of its own."""
    return values[::2, ::2]


@dataclass(frozen=True)
class Seen:
    """The picture as the network sees it, its answer and its truth, None of most photographs.

    ``ends`` are the depths, metres, of the first and last colour; ``focal`` and ``centre`` (x, y) the camera's, pixels;
    ``up`` points to the sky, in camera axes.
    """

    picture: str
    size: tuple[int, int]
    fine: Depth
    truth: Depth | None
    ends: tuple[float, float]
    focal: float
    centre: tuple[float, float]
    up: tuple[float, float, float]
    message: str


def seen(made: Looked, message: str) -> Seen:
    """What all views share."""
    shown = made.said.depth if made.depth is None else made.depth[made.known]
    low, high = (float(np.percentile(shown, one)) for one in ENDS)
    return Seen(
        picture=encode.jpeg_uri(made.image),
        size=made.size,
        fine=depth(made.said.depth),
        truth=None if made.depth is None else depth(made.depth),
        ends=(low, max(high, 1.05 * low)),
        focal=made.camera.focal,
        centre=made.camera.centre,
        up=made.camera.up,
        message=message,
    )


@dataclass(frozen=True)
class Scales:
    """The three scales: depth, or normals packed by scale with the truth's last, None where there is none.

    ``errors`` has each scale's error over this picture in per cent or degrees, None without a truth.
    """

    seen: Seen
    quantity: str
    below: str
    coarse: Depth
    middle: Depth
    normals: Sequence[Mapping[str, Any] | None]
    errors: Sequence[float | None]


def scales(one: Seen, made: Looked, quantity: str, below: str, errors: Sequence[float | None]) -> Scales:
    """The board of the scales; normals are sent where they are looked at."""
    said = made.said
    packed: list[Mapping[str, Any] | None] = []
    if quantity == "normals":
        packed = [
            normals(one) for one in (said.coarse_normals, said.middle_normals, every_second(said.normals))
        ]
        packed.append(None if made.normals is None else normals(every_second(made.normals)))
    small = depth(said.coarse_depth), depth(said.middle_depth)
    return Scales(one, quantity, below, *small, packed, errors)


@dataclass(frozen=True)
class Terms:
    """The loss of one map by its terms."""

    squares: float
    offset: float
    slopes: float
    loss: float


@dataclass(frozen=True)
class Loss:
    """The loss before and after a factor on ``which``, the prediction or the truth; ``mean`` of the difference."""

    seen: Seen
    which: str
    factor: float
    forgiven: float
    mean: float
    before: Terms | None
    after: Terms | None
    cost: float


def loss(one: Seen, found: Scaled | None, which: str, factor: float, forgiven: float) -> Loss:
    """The board of the loss."""
    if found is None:
        return Loss(one, which, factor, forgiven, 0.0, None, None, 0.0)
    pair = terms(found.before), terms(found.after)
    return Loss(one, which, factor, forgiven, found.mean, *pair, found.cost)


def terms(trace: ScaleInvariantTrace) -> Terms:
    """A trace's terms."""
    return Terms(trace.squares, trace.offset, trace.slopes, trace.loss)


@dataclass(frozen=True)
class Implied:
    """Normals of the network, of the truth, and those that depth implies, all at every second pixel.

    ``medians`` are angles to the truth in degrees, of the network and of depth; None without a truth.
    """

    seen: Seen
    network: Mapping[str, Any]
    truth: Mapping[str, Any] | None
    implied: Mapping[str, Any]
    depth_of: str
    camera: str
    focal: float
    medians: Sequence[float | None]


def implied(
    shared: Seen,
    made: Looked,
    found: np.ndarray,
    settings: tuple[str, str, float],
    medians: Sequence[float | None],
) -> Implied:
    """The board of the normals; ``settings`` are whose depth, which camera, and the factor on its focal length."""
    own, truth, other = (
        None if one is None else normals(every_second(one))
        for one in (made.said.normals, made.normals, found)
    )
    assert own is not None
    assert other is not None
    return Implied(shared, own, truth, other, *settings, medians)


@dataclass(frozen=True)
class Space:
    """Points in space, those of prediction and truth beside each other, up to ``far`` metres."""

    seen: Seen
    paint: str
    far: float


@dataclass(frozen=True)
class Relative:
    """A relative map of a picture, from the network or the truth, and what two points make of it.

    ``fit`` is its scale and shift, ``span`` the inverse depths (1/m) of r = 0 and r = 1, ``why`` why none. ``depths``
    (true ones at the points, metres) and ``residual`` hold until a point is moved; ``asked`` are the question's points.
    """

    seen: Seen
    source: str
    points: tuple[int, int, int, int]
    span: tuple[float, float]
    fit: tuple[float, float] | None
    why: str
    depths: Sequence[float | None]
    residual: float | None
    asked: tuple[int, int, int, int] | None


def relative(
    one: Seen, found: Related, source: str, residual: float | None, asked: tuple[int, int, int, int] | None
) -> Relative:
    """The board of relative depth."""
    fit = None if found.fit is None else (found.fit.scale, found.fit.shift)
    depths = [depth if math.isfinite(depth) else None for depth in found.depths]
    return Relative(one, source, found.points, found.span, fit, found.why, depths, residual, asked)
