"""One bin of a crop multiplied out as Markdown, from its trace: what "Numbers behind it" shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lecture_models.ops.roi_features import PoolTrace, SampleTrace

LISTED = 24  # cells of a bin that are written out


def worked(level: str, stride: float, pool: PoolTrace, align: SampleTrace) -> str:
    """The middle bin of RoIPool and of RoIAlign, from the box in pixels to the number."""
    row, column = (len(pool.row_bins) - 1) // 2, (len(pool.column_bins) - 1) // 2
    on_map = f"your box {show(pool.box.tolist(), 1)} is {show(pool.exact_box.tolist(), 4)} in cells"
    cells = f"{pool.snapped_box.tolist()} (first column, first row, last column, last row)"
    lines = [
        f"Level {level}, stride {stride:g} px: {on_map}.",
        f"**RoIPool** snaps it to the cells {cells}.",
        pool_sum(pool, row, column),
        f"**RoIAlign** divides it in bins: edges {show(align.column_edges.tolist(), 3)} across. One of their points:",
        point_sum(align, row, column),
        bin_sum(align, row, column),
    ]
    return "\n\n".join(lines)


def pool_sum(trace: PoolTrace, row: int, column: int) -> str:
    """One bin of RoIPool as Markdown."""
    values = trace.values(row, column).flatten().tolist()
    listed = ",\\ ".join(f"{value:.3f}" for value in values[:LISTED]) + (
        ",\\ \\ldots" if len(values) > LISTED else ""
    )
    name = r"\max" if trace.reduce == "max" else r"\operatorname{mean}"
    result = f"{trace.output[0, row, column]:.4f}"
    return f"Bin {row + 1}, {column + 1} holds {len(values)} cells: $${name}\\{{{listed}\\}} = {result}$$"


def point_sum(trace: SampleTrace, row: int, column: int) -> str:
    """One sampling point, its four neighbours and their weights, as Markdown."""
    x, y = trace.points[row, column, 0, 0].tolist()
    weights = trace.weights[row, column, 0, 0].tolist()
    rows, columns = trace.neighbours[row, column, 0, 0].T
    cells = trace.features[0, rows, columns].tolist()
    terms = " + ".join(f"{weight:.3f}\\cdot({cell:.3f})" for weight, cell in zip(weights, cells, strict=True))
    return f"$$f({x:.3f}, {y:.3f}) = {terms} = {trace.values[0, row, column, 0, 0]:.4f}$$"


def bin_sum(trace: SampleTrace, row: int, column: int) -> str:
    """The mean (or maximum) of one bin's points as Markdown."""
    values = [f"{value:.4f}" for value in trace.values[0, row, column].flatten().tolist()]
    result = f"{trace.output[0, row, column]:.4f}"
    if trace.reduce == "max":
        return "The largest of its points: $$\\max\\{" + ",\\ ".join(values) + f"\\}} = {result}$$"
    total = " + ".join(values)
    return f"The mean of its points: $$\\tfrac{{1}}{{{len(values)}}}({total}) = {result}$$"


def show(values: Sequence[float], digits: int) -> str:
    """Numbers of a box or of edges, as text."""
    return "[" + ", ".join(f"{value:.{digits}f}" for value in values) + "]"
