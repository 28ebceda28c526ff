"""A small picture of a slide: one of its panels with what lies over it, for a card of the start page."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from demos.figures import style
from demos.figures.slide_pixels import cut, enlarged, laid_over
from demos.figures.slides import Picture, Slide

WIDTH, HEIGHT = 256, 160
"""Pixels: as wide as a scene, so that its own pixels are seen."""
QUALITY = 82
LOWER = 0.56
"""Where the middle of the strip lies that is cut out of a high picture: things stand below the horizon."""
FINE = 4
"""Binary digits of a place between two pixels."""
LINE = 2
MANY = 12  # boxes from which their lines are thin


def panel_of(slide: Slide, title: str = "") -> Picture:
    """The first picture of a slide whose title begins so.

    Raises:
        LookupError: there is none.
    """
    pictures = [one for one in slide.panels if isinstance(one, Picture)]
    for one in pictures:
        if one.title.startswith(title):
            return one
    have = ", ".join(one.title for one in pictures) or "none"
    raise LookupError(
        f"No picture of “{slide.title}” begins with “{title}”; there are: {have}. Name one of them."
    )


def thumbnail(panel: Picture) -> np.ndarray:
    """A panel cut to the shape of a card: its image, overlay, outlines, boxes and points.

    Returns:
        uint8 RGB [HEIGHT, WIDTH, 3].

    Examples:
        >>> thumbnail(Picture("A wall", np.full((4, 4, 3), 7, np.uint8), sharp=True)).shape
        (160, 256, 3)
    """
    panel = replace(panel, window=strip(panel.extent))
    parts, (x0, y0, x1, y1) = cut(panel)
    left, top, right, _ = panel.extent
    scale = WIDTH / (right - left)
    size = round((x1 - x0) * scale), round((y1 - y0) * scale)
    drawn = cv2.resize(enlarged(parts[0], size, panel.sharp), size, interpolation=cv2.INTER_AREA)
    for layer in parts[1:]:
        drawn = laid_over(drawn, layer)
    x, y = round((left - x0) * scale), round((top - y0) * scale)
    drawn = cv2.resize(np.ascontiguousarray(drawn[y : y + HEIGHT, x : x + WIDTH]), (WIDTH, HEIGHT))
    lines(drawn, panel, (left, top), scale)
    return drawn


def strip(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The largest part of a place, xyxy, that has the shape of a card.

    >>> strip((0, 0, 320, 100))
    (80.0, 0, 240.0, 100)
    """
    x0, y0, x1, y1 = extent
    wide, high = x1 - x0, y1 - y0
    if wide * HEIGHT > high * WIDTH:
        cut_off = (wide - high * WIDTH / HEIGHT) / 2
        return x0 + cut_off, y0, x1 - cut_off, y1
    kept = wide * HEIGHT / WIDTH
    top = y0 + (high - kept) * LOWER
    return x0, top, x1, top + kept


def lines(drawn: np.ndarray, panel: Picture, corner: tuple[float, float], scale: float) -> None:
    """Outlines, boxes and points over a picture, each with a dark rim, in place."""
    place = lambda ends: np.rint((np.reshape(ends, (-1, 2)) - corner) * scale * 2**FINE).astype(np.int32)  # noqa: E731
    width = LINE if len(panel.boxes) <= MANY else 1
    closed = [(place(one), color) for polygons, color in panel.outlines for one in polygons]
    for box in panel.boxes:
        x0, y0, x1, y1 = box.box
        closed.append((place([x0, y0, x1, y0, x1, y1, x0, y1]), box.color))
    for corners, color in closed:
        for paint, wide in ((style.INK, width + 1), (color, width)):
            cv2.polylines(drawn, [corners], True, style.rgb(paint), wide, cv2.LINE_AA, FINE)
    for x, y, color in panel.points:
        (at,) = place((x, y))
        for paint, wide in ((style.INK, LINE + 1), (color, LINE)):
            cv2.circle(drawn, at.tolist(), 5 << FINE, style.rgb(paint), wide, cv2.LINE_AA, FINE)


def webp(image: np.ndarray) -> bytes:
    """A picture, uint8 RGB [H, W, 3], as WebP; lossy, for looking at only.

    >>> webp(np.zeros((2, 2, 3), np.uint8))[8:12]
    b'WEBP'
    """
    done, data = cv2.imencode(
        ".webp", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, QUALITY]
    )
    if not done:
        raise ValueError(f"A picture of {list(image.shape)} could not be written as WebP.")
    return data.tobytes()
