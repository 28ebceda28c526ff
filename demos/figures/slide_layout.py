"""Where everything of a slide stands: computed from the number and shape of its panels and from its text.

The text stands below the panels or, where that leaves them larger, in a column beside them. All pictures have one
height, the largest that some division into rows allows. Lengths are inches from the upper left corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from demos.figures.slide_caption import Line, block
from demos.figures.slide_text import HEAD, TEXT, TITLE, height_of, width_of, wrapped
from demos.figures.slides import HEIGHT, WIDTH, Numbers, Picture, Slide, SlidePanel
from demos.records import Table

MARGIN, GAP, COLUMN = 0.4, 0.25, 3.6
CHART = 1.6  # width of a chart to its height
LEAST = 1.0  # height of a picture
LEAST_CHART = 1.4
WIDEST = 4.0  # width of a picture's place to the height of its row; a wider picture is less high than its row
NARROW = 1.1  # the least width of a panel's place, and of the numbers below a colour scale
STRIP = 0.2  # height of a colour scale
ROW, PAD = 0.27, 0.24  # of a table: height of a row, space between columns
SMALLER = 0.5  # of the least heights where nothing else fits
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
class Cell:
    """A panel's place: its content, its title above and, under the colour scale, its note below.

    ``width`` is that of title, scale and note: more than the content's where that is narrow.
    """

    panel: SlidePanel
    rect: Rect
    width: float
    head: tuple[str, ...]
    foot: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A slide, laid out."""

    cells: Sequence[Cell] = ()
    lines: Sequence[Line] = field(default_factory=tuple)


def plan(slide: Slide) -> Plan:
    """The best layout of a slide."""
    for brief, most in tries(slide):
        title = wrapped(slide.title, WIDTH - 2 * MARGIN, TITLE, True, 1 if brief else 2)
        top = MARGIN + height_of(len(title), TITLE) + 0.12
        short = [shortened(panel, most) for panel in slide.panels]
        under, beside = (of(slide, short, top, brief) for of in (_below, _beside))
        best = beside if height(beside.cells) > BETTER * height(under.cells) else under
        if best.cells:
            break
    places = [MARGIN + height_of(i, TITLE) for i in range(len(title))]
    lines = [Line(MARGIN, y, text, TITLE, bold=True) for y, text in zip(places, title, strict=True)]
    return Plan(best.cells, [*lines, *best.lines])


def tries(slide: Slide) -> Iterator[tuple[bool, int]]:
    """What may be left out, ever more of it: whether texts are brief, and how many rows a table keeps."""
    tables = any(isinstance(panel, Numbers) for panel in slide.panels)
    for brief in (False, True):
        yield from ((brief, most) for most in (KEPT if tables else (KEPT[0], 0)))


def _below(slide: Slide, panels: Sequence[SlidePanel], top: float, brief: bool) -> Plan:
    width = WIDTH - 2 * MARGIN
    text, height = block(slide, width, brief)
    start = HEIGHT - MARGIN - height
    cells = arranged(panels, Rect(MARGIN, top, width, start - GAP - top), brief)
    return Plan(cells, [replace(one, x=one.x + MARGIN, y=one.y + start) for one in text])


def _beside(slide: Slide, panels: Sequence[SlidePanel], top: float, brief: bool) -> Plan:
    text, height = block(slide, COLUMN, brief)
    room, start = HEIGHT - MARGIN - top, WIDTH - MARGIN - COLUMN
    if height > room:
        return Plan()
    cells = arranged(panels, Rect(MARGIN, top, start - 2 * GAP - MARGIN, room), brief)
    return Plan(cells, [replace(one, x=one.x + start, y=one.y + top) for one in text])


# ---- panels in rows -----------------------------------------------------------------------------------
def arranged(panels: Sequence[SlidePanel], room: Rect, brief: bool = False) -> list[Cell]:
    """Panels in rows of one height, the highest that fits, or none; with ``brief`` titles small ones too."""
    found = [cells for rows in divisions(len(panels)) if (cells := _fitted(panels, rows, room, brief))]
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


def _fitted(panels: Sequence[SlidePanel], lengths: Sequence[int], room: Rect, brief: bool) -> list[Cell]:
    """Cells of one division; titles and notes are broken anew until they need no more lines."""
    ends = [sum(lengths[:i]) for i in range(len(lengths) + 1)]
    rows = [list(panels[a:b]) for a, b in pairwise(ends)]
    heads, feet = [height_of(1, HEAD)] * len(rows), [0.0] * len(rows)
    cells: list[Cell] = []
    for _ in range(4):
        high = _height(rows, room, sum(heads) + sum(feet), SMALLER if brief else 1)
        if not high:
            return []
        cells, needs = _placed(rows, room, high, heads, feet, 1 if brief else 3)
        if all(
            need[0] <= head and need[1] <= foot for need, head, foot in zip(needs, heads, feet, strict=True)
        ):
            return cells
        heads = [max(need[0], head) for need, head in zip(needs, heads, strict=True)]
        feet = [max(need[1], foot) for need, foot in zip(needs, feet, strict=True)]
    return []


def _height(rows: Sequence[Sequence[SlidePanel]], room: Rect, texts: float, least: float) -> float:
    """The one height of all rows with pictures or charts, above and below which texts take so much; 0 if none fits."""
    tables = [row for row in rows if is_tables(row)]
    others = [row for row in rows if not is_tables(row)]
    spare = room.height - texts - GAP * (len(rows) - 1) - sum(max(map(_least, row)) for row in tables)
    wide = min(_highest(row, room.width) for row in rows)
    high = min(wide, spare / max(len(others), 1))
    floors = [_least(panel) * (least if isinstance(panel, Picture) else 1) for row in others for panel in row]
    enough = high >= max(floors, default=0.0)
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
    most: int,
) -> tuple[list[Cell], list[tuple[float, float]]]:
    """Cells of a height from the left of the room on, and how high titles and notes of each row are."""
    highs = [max(map(_least, row)) if is_tables(row) else high for row in rows]
    whole = sum(heads) + sum(feet) + sum(highs) + GAP * (len(rows) - 1)
    widths = [[max(shape(panel) * high, narrowest(panel)) for panel in row] for row in rows]
    y, cells, needs = room.y + min((room.height - whole) / 2, 0.4), [], []
    for row, wide, tall, head, foot in zip(rows, widths, highs, heads, feet, strict=True):
        x = room.x
        made = []
        for panel, width in zip(row, wide, strict=True):
            rect = Rect(x, y + head, width, tall)
            if isinstance(panel, Picture):
                rect = replace(rect, width=(side := shape(panel) * tall), height=side / proportion(panel))
            made.append(
                Cell(
                    panel,
                    rect,
                    width,
                    wrapped(panel.title, width, HEAD, True, most),
                    wrapped(panel.note, width, most=2 * most),
                )
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
    """Width of a panel's place to the height of its row; 0 for a table, which has a size of its own."""
    if isinstance(panel, Picture):
        return min(proportion(panel), WIDEST)
    return 0.0 if isinstance(panel, Numbers) else CHART


def proportion(picture: Picture) -> float:
    """Width of a picture to its own height."""
    x0, y0, x1, y1 = picture.extent
    return (x1 - x0) / (y1 - y0)


def narrowest(panel: SlidePanel) -> float:
    """The least width of a panel's place: a table's own; its title's longest word, what is below a colour scale."""
    if isinstance(panel, Numbers):
        return natural(panel)[0]
    word = max((width_of(one, HEAD, True) for one in panel.title.split()), default=0.0)
    scale = panel.scale if isinstance(panel, Picture) else None
    return max(word, NARROW + width_of(scale.name) if scale else NARROW)


def _highest(row: Sequence[SlidePanel], width: float) -> float:
    """How high a row may be that is so wide; panels that would be too narrow keep their least width."""
    least, high = list(map(narrowest, row)), HEIGHT
    for _ in row:
        kept = [wide if shape(panel) * high < wide else 0.0 for panel, wide in zip(row, least, strict=True)]
        shapes = sum(shape(panel) for panel, wide in zip(row, kept, strict=True) if not wide)
        spare = width - sum(kept) - GAP * (len(row) - 1)
        high = min(high, spare / shapes) if shapes else high * (spare >= 0)
    return high


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
