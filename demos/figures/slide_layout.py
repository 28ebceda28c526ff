"""Where everything of a slide stands: computed from the number and shape of its panels and from its text.

The text stands below the panels or, where that leaves them larger, in a column beside them. All pictures have one
height, the largest that some division into rows allows. Lengths are inches from the upper left corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from demos.figures import style
from demos.figures.slide_text import HEAD, TEXT, TITLE, height_of, width_of, wrapped
from demos.figures.slides import HEIGHT, WIDTH, Numbers, Picture, Slide, SlidePanel
from demos.records import Table

MARGIN, GAP, COLUMN = 0.4, 0.25, 3.6
CHART = 1.6  # width of a chart to its height
LEAST = 1.0  # height of a picture
LEAST_CHART = 1.6
STRIP = 0.2  # height of a colour scale
ROW, PAD = 0.27, 0.24  # of a table: height of a row, space between columns
SWATCH = 0.17
MOST_NAMED = 24  # entries of a legend
BETTER = 1.05  # a column beside the panels must make them so much larger
KEPT = (1000, 12, 9, 7, 5, 3, 1, 0)  # rows of a table, until all fits; with the last, notes go too


@dataclass(frozen=True)
class Rect:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


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


@dataclass(frozen=True)
class Cell:
    """A panel's place: its content, its title above and, under the colour scale, its note below."""

    panel: SlidePanel
    rect: Rect
    head: tuple[str, ...]
    foot: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A slide, laid out."""

    cells: Sequence[Cell] = ()
    lines: Sequence[Line] = field(default_factory=tuple)


def plan(slide: Slide) -> Plan:
    """The best layout of a slide."""
    title = wrapped(slide.title, WIDTH - 2 * MARGIN, TITLE, True)
    lines = [
        Line(MARGIN, MARGIN + height_of(i, TITLE), text, TITLE, bold=True) for i, text in enumerate(title)
    ]
    top = MARGIN + height_of(len(title), TITLE) + 0.12
    for most in KEPT:
        short = [shortened(panel, most) for panel in slide.panels]
        under, beside = _below(slide, short, top), _beside(slide, short, top)
        best = beside if height(beside.cells) > BETTER * height(under.cells) else under
        if best.cells:
            break
    return Plan(best.cells, [*lines, *best.lines])


def _below(slide: Slide, panels: Sequence[SlidePanel], top: float) -> Plan:
    width = WIDTH - 2 * MARGIN
    text, height = block(slide, width)
    start = HEIGHT - MARGIN - height
    cells = arranged(panels, Rect(MARGIN, top, width, start - GAP - top))
    return Plan(cells, [replace(one, x=one.x + MARGIN, y=one.y + start) for one in text])


def _beside(slide: Slide, panels: Sequence[SlidePanel], top: float) -> Plan:
    text, height = block(slide, COLUMN)
    room, start = HEIGHT - MARGIN - top, WIDTH - MARGIN - COLUMN
    if height > room:
        return Plan()
    cells = arranged(panels, Rect(MARGIN, top, start - 2 * GAP - MARGIN, room))
    return Plan(cells, [replace(one, x=one.x + start, y=one.y + top) for one in text])


def block(slide: Slide, width: float) -> tuple[list[Line], float]:
    """Legend, caption, settings, source and link in a column of a width, and how high it is."""
    lines, y = legend(slide.legend, width)
    settings = " · ".join(slide.settings)
    link = slide.link if slide.link.startswith("http") else ""
    name = f"What & Where, {slide.lesson}" if slide.lesson else "What & Where"
    parts = [(slide.caption, style.INK, ""), (settings, style.MUTED, ""), (slide.source, style.MUTED, "")]
    for text, color, url in (*parts, (f"{name}: {slide.link}" if slide.link else name, style.MUTED, link)):
        found = wrapped(text, width)
        y += 0.07 if found and y else 0
        lines += [
            Line(0, y + height_of(i), one, color=color, link=url and link) for i, one in enumerate(found)
        ]
        y += height_of(len(found))
    return lines, y


def legend(pairs: Sequence[tuple[str, str]], width: float) -> tuple[list[Line], float]:
    """Patches with their names, as many in a row as fit, and how high they are."""
    lines, x, y = [], 0.0, 0.0
    named = [(f"and {len(pairs) - MOST_NAMED} more", style.PAPER)] if len(pairs) > MOST_NAMED else []
    for name, color in [*pairs[:MOST_NAMED], *named]:
        text = wrapped(name, width - SWATCH - 0.1)[0]
        wide = SWATCH + 0.08 + width_of(text) + 0.25
        if x and x + wide - 0.25 > width:
            x, y = 0.0, y + height_of(1)
        lines += [Line(x, y, "", color=color), Line(x + SWATCH + 0.08, y, text)]
        x += wide
    return lines, y + height_of(1) if lines else 0.0


# ---- panels in rows -----------------------------------------------------------------------------------
def arranged(panels: Sequence[SlidePanel], room: Rect) -> list[Cell]:
    """Panels in rows of one height, the highest that fits; none where nothing does."""
    found = [cells for rows in divisions(len(panels)) if (cells := _fitted(panels, rows, room))]
    return max(found, key=height, default=[])


def height(cells: Sequence[Cell]) -> float:
    """Of pictures and charts; of the tables where there is nothing else."""
    others = [cell.rect.height for cell in cells if not isinstance(cell.panel, Numbers)]
    return max(others or [cell.rect.height for cell in cells], default=0.0)


def divisions(count: int) -> Iterator[tuple[int, ...]]:
    """All ways of dividing so many panels, in order, into at most three rows: their lengths.

    >>> list(divisions(3))
    [(3,), (1, 2), (2, 1), (1, 1, 1)]
    """
    for rows in range(1, min(count, 3) + 1):
        for cuts in combinations(range(1, count), rows - 1):
            ends = (0, *cuts, count)
            yield tuple(b - a for a, b in pairwise(ends))


def _fitted(panels: Sequence[SlidePanel], lengths: Sequence[int], room: Rect) -> list[Cell]:
    """Cells of one division; titles and notes are broken anew until they need no more lines."""
    ends = [sum(lengths[:i]) for i in range(len(lengths) + 1)]
    rows = [list(panels[a:b]) for a, b in pairwise(ends)]
    heads, feet = [height_of(1, HEAD)] * len(rows), [0.0] * len(rows)
    cells: list[Cell] = []
    for _ in range(4):
        high = _height(rows, room, sum(heads) + sum(feet))
        if not high:
            return []
        cells, needs = _placed(rows, room, high, heads, feet)
        if all(
            need[0] <= head and need[1] <= foot for need, head, foot in zip(needs, heads, feet, strict=True)
        ):
            return cells
        heads = [max(need[0], head) for need, head in zip(needs, heads, strict=True)]
        feet = [max(need[1], foot) for need, foot in zip(needs, feet, strict=True)]
    return []


def _height(rows: Sequence[Sequence[SlidePanel]], room: Rect, texts: float) -> float:
    """The one height of all rows with pictures or charts, above and below which texts take so much; 0 if none fits."""
    tables = [row for row in rows if is_tables(row)]
    others = [row for row in rows if not is_tables(row)]
    spare = room.height - texts - GAP * (len(rows) - 1) - sum(max(map(_least, row)) for row in tables)
    wide = min(_highest(row, room.width) for row in rows)
    high = min(wide, spare / max(len(others), 1))
    enough = high >= max((_least(panel) for row in others for panel in row), default=0.0)
    return high if enough and high > 0 and spare >= 0 else 0.0


def is_tables(row: Sequence[SlidePanel]) -> bool:
    """Whether a row has tables alone, and so a height of its own."""
    return all(isinstance(panel, Numbers) for panel in row)


def _placed(
    rows: Sequence[Sequence[SlidePanel]],
    room: Rect,
    high: float,
    heads: Sequence[float],
    feet: Sequence[float],
) -> tuple[list[Cell], list[tuple[float, float]]]:
    """Cells of a height from the left of the room on, and how high titles and notes of each row are."""
    highs = [max(map(_least, row)) if is_tables(row) else high for row in rows]
    whole = sum(heads) + sum(feet) + sum(highs) + GAP * (len(rows) - 1)
    widths = [[_width(panel, high) for panel in row] for row in rows]
    y, cells, needs = room.y + min((room.height - whole) / 2, 0.4), [], []
    for row, wide, tall, head, foot in zip(rows, widths, highs, heads, feet, strict=True):
        x = room.x
        made = []
        for panel, width in zip(row, wide, strict=True):
            rect = Rect(x, y + head, width, tall)
            made.append(
                Cell(panel, rect, wrapped(panel.title, width, HEAD, True), wrapped(panel.note, width))
            )
            x += width + GAP
        strips = [below(one.panel) + (height_of(len(one.foot)) if one.foot else 0) for one in made]
        needs.append((max(height_of(len(one.head), HEAD) for one in made), max(strips)))
        cells += made
        y += head + tall + foot + GAP
    return cells, needs


def is_number(text: str) -> bool:
    """Whether a table's cell is a number, and so stands to the right.

    >>> is_number("−0.25"), is_number("2×2 deconv")
    (True, False)
    """
    return not text.strip("0123456789.,+-−–± %")


def below(panel: SlidePanel) -> float:
    """Height of what stands between a panel's content and its note."""
    return STRIP + height_of(1) if isinstance(panel, Picture) and panel.scale else 0.04


def shape(panel: SlidePanel) -> float:
    """Width of a panel to its height; 0 for a table, which has a size of its own."""
    if isinstance(panel, Picture):
        x0, y0, x1, y1 = panel.extent
        return (x1 - x0) / (y1 - y0)
    return 0.0 if isinstance(panel, Numbers) else CHART


def _width(panel: SlidePanel, high: float) -> float:
    return natural(panel)[0] if isinstance(panel, Numbers) else shape(panel) * high


def _highest(row: Sequence[SlidePanel], width: float) -> float:
    """How high a row may be that is so wide."""
    fixed = sum(natural(panel)[0] for panel in row if isinstance(panel, Numbers)) + GAP * (len(row) - 1)
    shapes = sum(map(shape, row))
    return (width - fixed) / shapes if shapes else HEIGHT * (fixed <= width)


def _least(panel: SlidePanel) -> float:
    """The least height of a panel."""
    if isinstance(panel, Numbers):
        return natural(panel)[1]
    return LEAST if isinstance(panel, Picture) else LEAST_CHART


def natural(panel: Numbers) -> tuple[float, float]:
    """Width and height of a table."""
    return sum(columns(panel.table)), ROW * (1 + len(panel.table.rows))


def columns(table: Table) -> list[float]:
    """Widths of a table's columns, in bold where a row is marked."""
    cells = zip(table.head, *table.rows, strict=True)
    return [max(width_of(text, TEXT, True) for text in column) + PAD for column in cells]


def shortened(panel: SlidePanel, most: int) -> SlidePanel:
    """A panel whose table has at most so many rows and says how many are left out; with 0 it has no note either."""
    if not isinstance(panel, Numbers):
        return panel if most else replace(panel, note="")
    table, left = panel.table, len(panel.table.rows) - most
    if left <= 0:
        return panel
    caption = f"And {left} more. {table.caption}".strip() if most else ""
    return replace(panel, table=replace(table, rows=list(table.rows)[:most], caption=caption))
