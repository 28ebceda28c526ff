"""Text of a slide, measured and broken into lines before anything is drawn. Lengths in inches, sizes in points."""

from __future__ import annotations

import re
from functools import lru_cache

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from demos.figures.slides import SMALLEST

TITLE, HEAD, TEXT = 24.0, 14.0, SMALLEST
SPACING = 1.3
DPI = 288  # at which text is measured: fine enough that hinting moves nothing
SAFE = 1.02  # backends differ by a hundredth
BREAKS = re.compile(r"(?<=[\s&?/,·])")


@lru_cache(maxsize=4096)
def width_of(text: str, size: float = TEXT, bold: bool = False) -> float:
    """How wide a line is."""
    font = FontProperties(size=size, weight="bold" if bold else "normal")  # type: ignore[arg-type]
    pixels, _, _ = _renderer().get_text_width_height_descent(text or " ", font, False)
    return float(pixels) / DPI * SAFE


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    return RendererAgg(8, 8, DPI)


def height_of(lines: int, size: float = TEXT) -> float:
    """How high so many lines are."""
    return lines * size * SPACING / 72


@lru_cache(maxsize=4096)
def wrapped(
    text: str, width: float, size: float = TEXT, bold: bool = False, most: int = 99
) -> tuple[str, ...]:
    """Lines of at most a width, broken after spaces and in addresses after their signs, else within a word.

    Of more than ``most`` lines the last that is left ends in "…".
    """
    lines, line = [], ""
    for word in (piece for part in BREAKS.split(text) for piece in _pieces(part, width, size, bold)):
        if line and width_of((line + word).rstrip(), size, bold) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
    lines += [line.rstrip()] if line.strip() else []
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1]
    while last and width_of(last + "…", size, bold) > width:
        last = last[:-1]
    return (*lines[: most - 1], last.rstrip() + "…")


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    """A word, or the parts of one that is wider than a line."""
    if width_of(word.rstrip(), size, bold) <= width:
        return [word]
    most = max(1, int(len(word) * width / width_of(word, size, bold) * 0.9))
    return [word[start : start + most] for start in range(0, len(word), most)]
