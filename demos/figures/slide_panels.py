"""Panels of a slide on matplotlib's figure: pictures with what lies over them, charts, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import MaxNLocator

from demos.figures import grids, style
from demos.figures.slide_caption import Line
from demos.figures.slide_labels import Chip, chips
from demos.figures.slide_layout import ROW, STRIP, Cell, Rect, below, columns, is_number, natural
from demos.figures.slide_pixels import cut, enlarged, laid_over
from demos.figures.slide_text import HEAD, TEXT, height_of
from demos.figures.slides import HEIGHT, WIDTH, Bars, Lines, Numbers, Picture, Scale
from demos.records import Box

BELOW_LINE = 0.98  # of a text's size: how far its base line is below the top of its line
STROKE, THIN, RIM = 2.2, 1.2, 1.8  # points: a line, one of many, and how much wider its dark rim is
MANY = 20  # boxes from which their lines are thin
TICKS = 4
NAMED = 10  # places along a line, at most
ROOM = 1.5  # length of the axis to the longest bar: its value stands behind it


class Sheet:
    """A figure on which things are placed in inches from the upper left corner.

    Args:
        figure: matplotlib's.
        density: pixels an inch of the pictures.
    """

    def __init__(self, figure: Figure, density: int) -> None:
        self.figure, self.density = figure, density

    def panel(self, cell: Cell) -> None:
        """A panel with its title and its note."""
        rect, top = cell.rect, cell.rect.y - 0.04 - height_of(len(cell.head), HEAD)
        for i, text in enumerate(cell.head):
            self.text(Line(rect.x, top + height_of(i, HEAD), text, HEAD, bold=True))
        high = natural(cell.panel)[1] if isinstance(cell.panel, Numbers) else rect.height
        foot = rect.y + high + below(cell.panel)
        for i, text in enumerate(cell.foot):
            self.text(Line(rect.x, foot + height_of(i), text, color=style.MUTED))
        if isinstance(cell.panel, Picture):
            self.picture(cell.panel, rect)
            if cell.panel.scale:
                self.scale(cell.panel.scale, replace(rect, width=cell.width))
        elif isinstance(cell.panel, Numbers):
            self.table(cell.panel, rect)
        else:
            self.chart(cell.panel, rect)

    # ---- text and shapes ------------------------------------------------------------------------------
    def text(self, line: Line, align: str = "left") -> None:
        """A line of text, or a patch of colour. No text is read as mathematics: it may hold what a visitor wrote."""
        if not line.text:
            self.patch(Rect(line.x, line.y + 0.025, 0.17, 0.17), line.color, style.MUTED)
            return
        x, y = self.place(line.x, line.y + line.size * BELOW_LINE / 72)
        looks: dict[str, Any] = {
            "size": line.size,
            "color": line.color,
            "weight": "bold" if line.bold else "normal",
        }
        made = self.figure.text(x, y, line.text, ha=align, va="baseline", parse_math=False, **looks)
        if line.link:
            made.set_url(line.link)

    def patch(self, rect: Rect, fill: str, edge: str = "none", alpha: float = 1.0) -> None:
        """A filled rectangle."""
        x, y = self.place(rect.x, rect.y + rect.height)
        size = rect.width / WIDTH, rect.height / HEIGHT
        looks: dict[str, Any] = {"fc": fill, "ec": edge, "lw": 0.6, "alpha": alpha}
        self.figure.add_artist(Rectangle((x, y), *size, transform=self.figure.transFigure, **looks))

    def stroke(self, ends: Sequence[tuple[float, float]], color: str, width: float = 0.8) -> None:
        """A straight line."""
        (x0, y0), (x1, y1) = (self.place(*end) for end in ends)
        line = Line2D([x0, x1], [y0, y1], color=color, lw=width, transform=self.figure.transFigure)
        self.figure.add_artist(line)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point in the figure's own coordinates."""
        return x / WIDTH, 1 - y / HEIGHT

    def axes(self, rect: Rect) -> Axes:
        """Axes that fill a rectangle."""
        x, y = self.place(rect.x, rect.y + rect.height)
        return self.figure.add_axes((x, y, rect.width / WIDTH, rect.height / HEIGHT))

    # ---- a picture ------------------------------------------------------------------------------------
    def picture(self, panel: Picture, rect: Rect) -> None:
        """The shown part of a picture, at the pixels of its place, and what lies over it."""
        axes = self.axes(rect)
        shown, (x0, y0, x1, y1) = cut(panel)
        size = max(1, round(rect.width * self.density)), max(1, round(rect.height * self.density))
        ground = enlarged(shown[0], size, panel.sharp)
        for layer in shown[1:]:
            ground = laid_over(ground, layer)
        axes.imshow(ground, extent=(x0, x1, y1, y0), interpolation="none", aspect="auto")
        x0, y0, x1, y1 = panel.extent
        axes.set(xlim=(x0, x1), ylim=(y1, y0))
        axes.set_axis_off()
        for polygons, color in panel.outlines:
            for ends in polygons:
                corners = np.reshape(ends, (-1, 2))
                axes.add_patch(Polygon(corners, fill=False, ec=style.INK, lw=STROKE * RIM, alpha=0.5))
                axes.add_patch(Polygon(corners, fill=False, ec=color, lw=STROKE))
        for box in panel.boxes:
            self.box(axes, box, THIN if len(panel.boxes) > MANY else STROKE)
        for x, y, color in panel.points:
            for edge, width in ((style.INK, STROKE * RIM), (color, STROKE)):
                axes.plot([x], [y], "o", ms=11, mfc="none", mec=edge, mew=width)
        for chip in chips(panel, rect):
            self.chip(chip)

    def box(self, axes: Axes, box: Box, width: float) -> None:
        """A box with a dark rim, so that it is seen on any ground."""
        x0, y0, x1, y1 = box.box
        for edge, wide, alpha in ((style.INK, width * RIM, 0.5), (box.color, width, 1.0)):
            looks: dict[str, Any] = {
                "ec": edge,
                "lw": wide,
                "alpha": alpha,
                "ls": (0, (4, 2)) if box.dashed else "-",
            }
            axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, **looks))

    def chip(self, chip: Chip) -> None:
        """A text on its ground; a scale bar has a line above it."""
        place = chip.place
        self.patch(place, style.darker(chip.color) if chip.color else style.INK, alpha=0.9)
        middle, top = place.x + place.width / 2, place.y + (0.08 if chip.bar else 0) - 0.01
        if chip.bar:
            ends = [(middle - chip.bar / 2, place.y + 0.06), (middle + chip.bar / 2, place.y + 0.06)]
            self.stroke(ends, style.PAPER, 3)
        self.text(Line(middle, top, chip.text, color=style.PAPER), "center")

    def scale(self, scale: Scale, rect: Rect) -> None:
        """A colour scale below a picture: the numbers at its ends, its name between them."""
        axes = self.axes(Rect(rect.x, rect.y + rect.height + 0.07, rect.width, STRIP - 0.07))
        axes.imshow(grids.heat(np.arange(256.0)[None], kind=scale.kind), aspect="auto", interpolation="none")
        axes.set_axis_off()
        y = rect.y + rect.height + STRIP
        self.text(Line(rect.x, y, number(scale.low)))
        self.text(Line(rect.x + rect.width, y, number(scale.high)), "right")
        self.text(Line(rect.x + rect.width / 2, y, scale.name, color=style.MUTED), "center")

    # ---- a chart, a table -----------------------------------------------------------------------------
    def chart(self, panel: Bars | Lines, rect: Rect) -> None:
        """Bars or lines in a rectangle, with all that is written at their axes."""
        axes = self.axes(rect)
        axes.tick_params(labelsize=TEXT, colors=style.INK, length=3)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        if isinstance(panel, Bars):
            draw_bars(axes, panel)
        else:
            draw_lines(axes, panel)
        for label in (axes.xaxis.label, axes.yaxis.label):
            label.set(size=TEXT, color=style.MUTED, parse_math=False)
        self.fit(axes, rect)

    def fit(self, axes: Axes, rect: Rect) -> None:
        """Shrink axes until all that is written at them lies in a rectangle too."""
        canvas = self.figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        renderer, inner, dpi = canvas.get_renderer(), rect, self.figure.dpi
        for _ in range(2):
            whole = axes.get_tightbbox(renderer)
            assert whole is not None
            left, right = whole.x0 / dpi - rect.x, rect.x + rect.width - whole.x1 / dpi
            top, bottom = HEIGHT - whole.y1 / dpi - rect.y, rect.y + rect.height - HEIGHT + whole.y0 / dpi
            wide, high = inner.width + left + right, inner.height + top + bottom
            inner = Rect(inner.x - left, inner.y - top, wide, high)
            x, y = self.place(inner.x, inner.y + inner.height)
            axes.set_position((x, y, inner.width / WIDTH, inner.height / HEIGHT))

    def table(self, panel: Numbers, rect: Rect) -> None:
        """A table: numbers to the right, words to the left, marked rows bold."""
        table, widths, y = panel.table, columns(panel.table), rect.y
        numeric = [all(map(is_number, column)) for column in zip(*table.rows, strict=True)] or [False] * len(
            widths
        )
        for i, row in enumerate([table.head, *table.rows]):
            strong, x = i - 1 in table.strong, rect.x
            if strong:
                self.patch(Rect(rect.x, y, sum(widths), ROW), style.GRID, alpha=0.45)
            for text, wide, right in zip(row, widths, numeric, strict=True):
                place, align = (x + wide - 0.04, "right") if right else (x + 0.04, "left")
                color = style.INK if i else style.MUTED
                if text:
                    self.text(Line(place, y + 0.02, text, color=color, bold=strong or not i), align)
                x += wide
            y += ROW
            self.stroke([(rect.x, y), (rect.x + sum(widths), y)], style.GRID)


def ticks(ends: tuple[float, float]) -> list[float]:
    """A few round numbers between two.

    >>> ticks((0.0, 3.2))
    [0.0, 1.0, 2.0, 3.0]
    """
    found = map(float, MaxNLocator(TICKS, steps=[1, 2, 2.5, 5, 10]).tick_values(*ends))
    return [one for one in found if min(ends) <= one <= max(ends)]


def number(value: float) -> str:
    """An end of a scale, to two digits.

    >>> number(-0.3214), number(1.0)
    ('−0.32', '1')
    """
    return f"{value:.2g}".replace("-", "−")


def draw_bars(axes: Axes, panel: Bars) -> None:
    """Horizontal bars, the first on top, each with its value written behind it."""
    if not panel.bars:
        axes.set_xlabel(f"{panel.axis}: none")
        axes.set_yticks([])
        return
    names, values, texts, colors = zip(*panel.bars, strict=True)
    places = range(len(names))
    axes.barh(places, values, color=colors, height=0.62)
    axes.set_yticks(places, names, parse_math=False)
    axes.invert_yaxis()
    longest = max([*values, 1e-12])
    axes.set(xlabel=panel.axis, xlim=(0, ROOM * longest))
    axes.set_xticks(ticks((0, longest)))
    for place, value, text in zip(places, values, texts, strict=True):
        looks: dict[str, Any] = {"size": TEXT, "color": style.INK, "va": "center", "parse_math": False}
        axes.annotate(text, (value, place), xytext=(5, 0), textcoords="offset points", **looks)


def draw_lines(axes: Axes, panel: Lines) -> None:
    """Lines with a mark at each point, whose places are the ticks."""
    places: list[float] = sorted({x for xs, _, _ in panel.lines for x in xs})
    for xs, ys, color in panel.lines:
        axes.plot([places.index(x) for x in xs], ys, "o-", color=color, lw=2.5, ms=6)
    each = -(-len(places) // NAMED)
    axes.set_xticks(range(0, len(places), each), [f"{place:g}" for place in places[::each]])
    axes.set_yticks(ticks(axes.get_ylim()))
    axes.grid(axis="y", color=style.GRID, lw=0.8)
    axes.set(xlabel=panel.axes[0], ylabel=panel.axes[1])
