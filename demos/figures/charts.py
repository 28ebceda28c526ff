"""Charts through matplotlib's ``Figure`` alone: pyplot keeps figures open and is not safe with threads."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from demos.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def chart(x_name: str, y_name: str, size: tuple[float, float] = (4.2, 2.6)) -> tuple[Figure, Axes]:
    """An empty figure in the project's style; axis names carry their unit. ``size`` is in inches."""
    from matplotlib.figure import (
        Figure,
    )  # here: matplotlib takes a second to import and most visits need no chart

    figure = Figure(figsize=size, layout="constrained", facecolor=style.PAPER)
    axes = figure.add_subplot(facecolor=style.PAPER)
    axes.set_xlabel(x_name, color=style.INK)
    axes.set_ylabel(y_name, color=style.INK)
    axes.tick_params(colors=style.MUTED)
    axes.grid(color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_prop_cycle(color=list(style.CYCLE))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def lines(
    x_name: str,
    y_name: str,
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    mark: float | None = None,
) -> Figure:
    """Line chart of several series over ``x`` with a legend; ``mark`` draws a vertical line at one x."""
    figure, axes = chart(x_name, y_name)
    for name, values in series.items():
        axes.plot(x, values, label=name, linewidth=2, marker="o", markersize=4)
    if mark is not None:
        axes.axvline(mark, color=style.INK, linewidth=1, linestyle=":")
    axes.legend(frameon=False, fontsize=9)
    return figure


def svg_uri(figure: Figure) -> str:
    """A figure as an SVG data URI: sharp at any size, drawn on white in both themes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()
