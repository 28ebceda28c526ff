"""What lesson D2 draws: colours as bins of the ab plane, and how strongly colours are spread over a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import encode, style

if TYPE_CHECKING:
    from lecture_models.studies.colorization_views import Plane as Shown

DIGITS = 5  # of a probability


@dataclass(frozen=True)
class Mark:
    """A colour (a, b) that is marked on the plane: ``kind`` is mode, mean, read, true, chosen or share."""

    kind: str
    name: str
    a: float
    b: float


@dataclass(frozen=True)
class Swatch:
    """A colour that may be chosen: its bin's (a, b), how it looks, its probability."""

    a: int
    b: int
    color: str
    share: float


@dataclass(frozen=True)
class Plane:
    """The ab plane at one lightness.

    Args:
        bins: centres, a then b, as `encode.listed` writes them.
        colors: of the bins at this lightness, hex, one text.
        shown: a 1 for each bin that sRGB can show at this lightness, else a 0, one text.
        values: what the squares' areas show, a number for each bin, listed; empty where there is none.
        what: name of the values.
        unit: "%" for shares, "×" for weights.
        gamut: outlines of what sRGB can show at the lightness, each a then b, listed.
        marks: colours that are marked.
        swatches: colours to choose from.
        asks: what a click does; empty where it does nothing.
        about: what a colour is chosen for: it is forgotten when another thing comes.
        lightness: L.
    """

    bins: str
    colors: str
    shown: str
    values: str
    what: str
    unit: str
    gamut: Sequence[str]
    marks: Sequence[Mark]
    swatches: Sequence[Swatch]
    asks: str
    about: str
    lightness: float


def plane(
    seen: Shown,
    values: np.ndarray | None,
    what: str,
    unit: str,
    marks: Sequence[Mark] = (),
    swatches: Sequence[Swatch] = (),
    asks: str = "",
    about: str = "",
) -> Plane:
    """A study's plane with values of its bins [Q]."""
    return Plane(
        bins=encode.listed(seen.bins.astype(int)),
        colors="".join(hexes(seen.colors)),
        shown="".join("01"[one] for one in seen.shown.astype(int)),
        values="" if values is None else encode.listed(values, DIGITS),
        what=what,
        unit=unit,
        gamut=[encode.listed(line.astype(int)) for line in seen.gamut],
        marks=marks,
        swatches=swatches,
        asks=asks,
        about=about,
        lightness=round(seen.lightness, 1),
    )


def hexes(colors: np.ndarray) -> list[str]:
    """Colours uint8 [n, 3] as CSS writes them.

    >>> hexes(np.array([[255, 0, 16]], np.uint8))
    ['#ff0010']
    """
    return [style.hex_color(*one) for one in colors.tolist()]


@dataclass(frozen=True)
class Chroma:
    """Shares of the pixels by chroma: names and colours of lines, for each its shares, listed, and its mean chroma."""

    names: Sequence[str]
    colors: Sequence[str]
    shares: Sequence[str]
    means: Sequence[float]
