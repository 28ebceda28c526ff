"""Figures for slides: what a lesson shows now, on one light page of 16:9 that the last row of a class can read.

A lesson says what its figure holds, a :class:`Slide` of panels made from the same trace as the page; here it becomes a
file. matplotlib comes with the first figure.

- PDF has its fonts inside (TrueType), so it looks the same everywhere and its text can be searched and copied.
- SVG has text as text, which a lecturer can edit; without DejaVu Sans a reader takes Verdana, which is as wide.
- PNG has 300 dots per inch.

Equal slides give equal bytes. Pictures are never JPEG, so what is measured stays exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from demos.figures import encode
from demos.figures.overlays import Polygons
from demos.records import Box, Panel, Panels, Table

FORMS = ("pdf", "svg", "png")
WIDTH, HEIGHT = 40 / 3, 7.5
"""Inches."""
SMALLEST = 72 * HEIGHT / 45
"""Points of the smallest text: 1/45 of the height."""
MOST = 10
"""Panels of a slide."""


@dataclass(frozen=True)
class Scale:
    """A colour scale below a picture: its name with a unit, the numbers at its ends, a map of ``grids.MAPS``."""

    name: str
    low: float
    high: float
    kind: str = "viridis"


@dataclass(frozen=True)
class Picture:
    """A panel with a picture.

    Args:
        title: above it.
        image: uint8 RGB [h, w, 3].
        overlay: uint8 RGBA of any size, laid over the whole image, enlarged sharply.
        boxes: in the coordinates of ``size``.
        outlines: closed polygons in these coordinates, each list of them with its colour.
        points: (x, y, colour).
        tags: (text, colour) pairs written over the picture.
        size: (height, width) of the coordinates; the image's own where None.
        window: the part that is shown, xyxy; all of it where None.
        sharp: enlarge the image by nearest neighbour: True for small maps, False for photographs.
        scale: of the image's colours.
        ruler: unit of a scale bar, such as "px"; no bar where empty.
        note: below it.
    """

    title: str
    image: np.ndarray
    overlay: np.ndarray | None = None
    boxes: Sequence[Box] = ()
    outlines: Sequence[tuple[Polygons, str]] = ()
    points: Sequence[tuple[float, float, str]] = ()
    tags: Sequence[tuple[str, str]] = ()
    size: tuple[int, int] | None = None
    window: tuple[float, float, float, float] | None = None
    sharp: bool = False
    scale: Scale | None = None
    ruler: str = ""
    note: str = ""

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """What is shown, xyxy in the panel's coordinates."""
        height, width = self.size or self.image.shape[:2]
        x0, y0, x1, y1 = self.window or (0, 0, width, height)
        return max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)


@dataclass(frozen=True)
class Bars:
    """A panel with a bar for each (name, value, text, colour); ``axis`` names the values and their unit."""

    title: str
    bars: Sequence[tuple[str, float, str, str]]
    axis: str
    note: str = ""


@dataclass(frozen=True)
class Lines:
    """A panel with a line for each (xs, ys, colour), named in the legend; ``axes`` name x and y with their units."""

    title: str
    lines: Sequence[tuple[Sequence[float], Sequence[float], str]]
    axes: tuple[str, str]
    note: str = ""


@dataclass(frozen=True)
class Numbers:
    """A panel with a table, whose caption is its note."""

    title: str
    table: Table

    @property
    def note(self) -> str:
        """Below it."""
        return self.table.caption


SlidePanel = Picture | Bars | Lines | Numbers


@dataclass(frozen=True)
class Small:
    """A small picture of a slide as WebP, and its alternative text."""

    image: bytes
    alt: str


@dataclass(frozen=True)
class Slide:
    """A figure of a lesson; the frame adds ``lesson``, ``settings`` and ``link``.

    Args:
        title: what is seen, in one line.
        panels: one to ten, in reading order.
        legend: (name, colour) pairs.
        caption: what to look at, one or two sentences.
        source: where the numbers are from: this run, a result file of ours, a paper.
        uses: names of the settings that decide what is seen; all where empty.
        lesson: its number and title.
        settings: each as "Label: value".
        link: address that opens this view.
    """

    title: str
    panels: Sequence[SlidePanel]
    legend: Sequence[tuple[str, str]] = ()
    caption: str = ""
    source: str = ""
    uses: Sequence[str] = ()
    lesson: str = ""
    settings: Sequence[str] = ()
    link: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.panels) <= MOST:
            raise IndexError(f"A slide has 1 to {MOST} panels, got {len(self.panels)}. Leave some out.")

    def file(self, form: str) -> bytes:
        """The slide as a file, ``form`` one of ``FORMS``."""
        from demos.figures import slide_page  # it brings matplotlib, which the page does without until then

        return slide_page.file(self, form)

    def small(self, title: str = "") -> Small:
        """The panel whose title begins so, else the first picture, as small as a card of the start page."""
        from demos.figures import thumbnail  # OpenCV alone

        panel = thumbnail.panel_of(self, title)
        return Small(thumbnail.webp(thumbnail.thumbnail(panel)), f"{panel.title}. {self.title}.")


def of_panels(shown: Panels, image: np.ndarray, **common: object) -> list[Picture]:
    """The panels of a stage as they are on the page.

    Args:
        shown: what the stage shows.
        image: uint8 RGB [H, W, 3]: the picture itself, where the stage has it compressed.
        common: fields that all panels share, such as ``points``.
    """
    return [replace(_of_panel(one, shown, image), **common) for one in shown.panels]  # type: ignore[arg-type]


def _of_panel(one: Panel, shown: Panels, image: np.ndarray) -> Picture:
    return Picture(
        title=one.title,
        image=encode.decode(one.image)[..., :3] if one.image else image,
        overlay=encode.decode(one.overlay) if one.overlay else None,
        boxes=one.boxes,
        tags=one.tags,
        size=shown.size,
        sharp=one.pixelated,
        note=one.asks,
    )
