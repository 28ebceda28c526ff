"""What each view of the colorization lesson looks at: a pixel, three losses, another mode, the bins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from lecture_models import segments
from lecture_models.cache import KEPT
from lecture_models.scenes import STUFF
from lecture_models.studies import colorization as study
from lecture_models.studies import colour_plane as colours
from lecture_models.studies.colorization import AtPixel, Coloured, Mode

TEMPERATURE = 0.38  # of the paper, section 2.3
SMALLEST = 150  # pixels of a thing that is asked about
BYTES = 2000  # of the errors of a picture's things
EXAMPLE = (23.0, 34.0)  # (a, b) that is encoded until another is chosen


@dataclass(frozen=True, eq=False)
class Plane:
    """The ab plane at a lightness: bins [Q, 2], their colours uint8 [Q, 3], those that sRGB shows, its outlines."""

    lightness: float
    bins: np.ndarray
    colors: np.ndarray
    shown: np.ndarray
    gamut: Sequence[np.ndarray]


def plane(lightness: float) -> Plane:
    """The plane at a lightness."""
    bins = colours.bins()
    level = round(lightness)
    return Plane(
        lightness, bins, colours.shown_rgb(lightness, bins), colours.in_gamut(level), colours.gamut(level)
    )


@dataclass(frozen=True, eq=False)
class Pixel:
    """A picture at T, and its distribution at a point (x, y); ``at`` is None of the regression.

    ``ab`` is float32 [H, W, 2], ``image`` and ``grey`` uint8 [H, W, 3].
    """

    made: Coloured
    temperature: float
    point: tuple[int, int]
    ab: np.ndarray
    image: np.ndarray
    grey: np.ndarray
    at: AtPixel | None
    plane: Plane


def pixel(made: Coloured, temperature: float, chosen: Sequence[float]) -> Pixel:
    """One pixel of a picture."""
    ab = study.ab_of(made, temperature)
    x, y = point(made, chosen)
    at = study.at_pixel(made, x, y, temperature)
    shown = colours.image_of(made.lightness, ab)
    around = plane(float(made.lightness[y, x]))
    return Pixel(made, temperature, (x, y), ab, shown, colours.grey_of(made.lightness), at, around)


def point(made: Coloured, chosen: Sequence[float]) -> tuple[int, int]:
    """The chosen pixel, inside the picture; else the middle of the largest thing, else of the picture."""
    height, width = made.size
    if chosen:
        return min(max(int(chosen[0]), 0), width - 1), min(max(int(chosen[1]), 0), height - 1)
    if made.picture.scene is None:
        return width // 2, height // 2
    truth = segments.of_scene(made.picture.scene)
    sizes = np.bincount(truth.map.ravel(), minlength=len(truth) + 1)[1:]
    sizes[: sum(name in STUFF for name in truth.names)] = 0
    return middle(truth.map == sizes.argmax() + 1) if sizes.any() else (width // 2, height // 2)


def middle(mask: np.ndarray) -> tuple[int, int]:
    """A pixel (x, y) of a mask that is farthest from its edge.

    >>> middle(np.array([[0, 0, 0, 0], [0, 1, 1, 1], [0, 1, 1, 1], [0, 1, 1, 1]], bool))
    (2, 2)
    """
    inside = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(inside.argmax()), inside.shape)
    return int(x), int(y)


@dataclass(frozen=True, eq=False)
class Compared:
    """The three losses on one picture: answers, colours and pictures by loss, each with its distance to the truth.

    ``chroma`` and ``shares`` (histograms) have the truth's under "truth".
    """

    made: Mapping[str, Coloured]
    temperature: float
    images: Mapping[str, np.ndarray]
    chroma: Mapping[str, float]
    shares: Mapping[str, np.ndarray]
    errors: Mapping[str, float]


def compared(picture: str, temperature: float) -> Compared:
    """All three on a picture."""
    made = {one: study.coloured(picture, one) for one in study.LOSSES}
    said = {one: study.ab_of(each, temperature) for one, each in made.items()}
    first = made[study.LOSSES[0]]
    images = {one: colours.image_of(first.lightness, ab) for one, ab in said.items()}
    maps = {**said, "truth": first.truth}
    chroma = {one: float(study.chroma(ab).mean()) for one, ab in maps.items()}
    shares = {one: study.histogram(ab) for one, ab in maps.items()}
    errors = {one: study.distance(ab, first.truth) for one, ab in said.items()}
    return Compared(made, temperature, images, chroma, shares, errors)


@dataclass(frozen=True, eq=False)
class Chosen:
    """One region in a colour that its distribution offers.

    Attributes:
        seen: the picture as the network colours it.
        name: of the region.
        probs: float64 [Q], the mean distribution over it; None of the regression.
        modes: colours that are offered.
        colour, said, true: ab [2]: chosen, the network's and the true mean.
        share: probability of what is nearer to the chosen colour than to any other mode.
        image: uint8 [H, W, 3], the region recoloured.
        apart: mean distances from the true colours over the region: of the chosen colour and of the network's.
        plane: at the region's mean lightness.
    """

    seen: Pixel
    name: str
    probs: np.ndarray | None
    modes: Sequence[Mode]
    colour: np.ndarray
    said: np.ndarray
    true: np.ndarray
    share: float
    image: np.ndarray
    apart: tuple[float, float]
    plane: Plane


def chosen(seen: Pixel, colour: Sequence[float]) -> Chosen:
    """The region at the pixel in a colour (a, b); where none is chosen in the second likeliest mode."""
    made, ab = seen.made, seen.ab
    mask, name = study.region(made, *seen.point)
    said = ab[mask].mean(0)
    probs = None if made.loss == "regression" else study.mean_probs(made, mask)
    modes = [] if probs is None else study.modes(probs)
    usual = colours.bins()[modes[min(1, len(modes) - 1)].bin] if modes else said
    one = np.asarray(colour or usual, np.float32)
    share = 1.0 if probs is None else study.share_near(probs, modes, one)
    yours = study.recoloured(ab, mask, one)
    apart = study.distance(yours, made.truth, mask), study.distance(ab, made.truth, mask)
    true, image = made.truth[mask].mean(0), colours.image_of(made.lightness, yours)
    around = plane(float(made.lightness[mask].mean()))
    return Chosen(seen, name, probs, modes, one, said, true, share, image, apart, around)


@dataclass(frozen=True, eq=False)
class Bins:
    """All bins: shares of the training pixels and weights [Q], and a colour's soft encoding (bin, distance, share)."""

    shown: str
    uniform_share: float
    shares: np.ndarray
    weights: np.ndarray
    colour: np.ndarray
    encoding: Sequence[tuple[np.ndarray, float, float]]
    plane: Plane


def all_bins(shown: str, uniform_share: float, lightness: float, colour: Sequence[float]) -> Bins:
    """The bins at a lightness."""
    shares, weights = colours.prior(uniform_share)
    ab = np.asarray(colour or EXAMPLE)
    return Bins(shown, uniform_share, shares, weights, ab, colours.encoding(ab.tolist()), plane(lightness))


def things(picture: str) -> list[tuple[str, Mapping[str, float]]]:
    """Each large thing of a scene with the three networks' mean distances from its colour at T = 0.38; kept."""
    made = study.coloured(picture, study.LOSSES[0])
    if made.picture.scene is None:
        return []
    return KEPT.get(("colorization things", made.picture.key), lambda: _things(made), size=lambda _: BYTES)


def _things(made: Coloured) -> list[tuple[str, Mapping[str, float]]]:
    assert made.picture.scene is not None
    truth = segments.of_scene(made.picture.scene)
    said = {one: study.ab_of(study.coloured(made.picture.key, one), TEMPERATURE) for one in study.LOSSES}
    both = [(name, truth.map == k + 1) for k, name in enumerate(truth.names)]
    kinds, masks = zip(*(one for one in both if one[1].any()), strict=True)
    names = placed(kinds, [float(np.flatnonzero(mask.any(0)).mean()) for mask in masks])
    return [
        (title, {one: study.distance(ab, made.truth, mask) for one, ab in said.items()})
        for name, title, mask in zip(kinds, names, masks, strict=True)
        if name not in STUFF and mask.sum() >= SMALLEST
    ]


def placed(names: Sequence[str], columns: Sequence[float]) -> list[str]:
    """What to call things of these names in these columns, so that everybody finds them.

    >>> placed(["pillar", "ball", "pillar"], [90.0, 30.0, 10.0])
    ['pillar 2 from the left', 'the ball', 'pillar 1 from the left']
    """
    order = [sorted(at for other, at in zip(names, columns, strict=True) if other == name) for name in names]
    return [
        f"the {name}" if len(all_) == 1 else f"{name} {all_.index(at) + 1} from the left"
        for name, at, all_ in zip(names, columns, order, strict=True)
    ]
