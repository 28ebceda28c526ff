"""The text of a slide below or beside its panels: legend, caption, settings, source, link. Lengths in inches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demos.figures import style
from demos.figures.slide_text import TEXT, height_of, width_of, wrapped
from demos.figures.slides import Slide

SWATCH = 0.17
MOST_NAMED, BRIEF = 24, 8  # entries of a legend, and of a brief one
MOST_LINES, BRIEF_LINES = 8, 2  # of a paragraph


@dataclass(frozen=True)
class Line:
    """A line of text: its upper left corner; or a patch of colour, where it has no text."""

    x: float
    y: float
    text: str
    size: float = TEXT
    color: str = style.INK
    bold: bool = False
    link: str = ""


def block(slide: Slide, width: float, brief: bool = False) -> tuple[list[Line], float]:
    """Legend, caption, settings, source and link in a column of a width, and how high it is."""
    lines, y = legend(slide.legend, width, BRIEF if brief else MOST_NAMED)
    settings = " · ".join(slide.settings)
    link = slide.link if slide.link.startswith("http") else ""
    name = f"What & Where, {slide.lesson}" if slide.lesson else "What & Where"
    parts = [(slide.caption, style.INK, ""), (settings, style.MUTED, ""), (slide.source, style.MUTED, "")]
    for text, color, url in (*parts, (f"{name}: {slide.link}" if slide.link else name, style.MUTED, link)):
        found = wrapped(text, width, most=MOST_LINES if url or not brief else BRIEF_LINES)
        y += 0.07 if found and y else 0
        lines += [
            Line(0, y + height_of(i), one, color=color, link=url and link) for i, one in enumerate(found)
        ]
        y += height_of(len(found))
    return lines, y


def legend(pairs: Sequence[tuple[str, str]], width: float, most: int) -> tuple[list[Line], float]:
    """Patches with their names, as many in a row as fit, at most so many, and how high they are."""
    lines, x, y = [], 0.0, 0.0
    named = [(f"and {len(pairs) - most} more", style.PAPER)] if len(pairs) > most else []
    for name, color in [*pairs[:most], *named]:
        text = wrapped(name, width - SWATCH - 0.1)[0]
        wide = SWATCH + 0.08 + width_of(text) + 0.25
        if x and x + wide - 0.25 > width:
            x, y = 0.0, y + height_of(1)
        lines += [Line(x, y, "", color=color), Line(x + SWATCH + 0.08, y, text)]
        x += wide
    return lines, y + height_of(1) if lines else 0.0
