"""What lesson A3 says about its run: the large number, the question, one bin multiplied out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demos.questions import lot
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.ops.roi_features import SampleTrace
    from lecture_models.studies.roi_features import Crops

EDGES = ("left", "top", "right", "bottom")
LISTED = 24  # cells of a bin that are written out
NOTHING = "it lies outside the map, and nothing counts as 0."


def reading(made: Crops) -> Reading:
    """How much of the learner's box RoIPool really pooled, what of that is its rounding, and RoIAlign beside it."""
    text = f"IoU of your box with what RoIPool pools at {made.level} (stride {made.stride:g})"
    pool, _, align, _ = made.overlaps()
    more = [
        ("its rounding alone, centre to centre", f"{made.rounding():.2f}"),
        ("RoIAlign", f"{align:.2f}"),
        ("cell i lies at, in cells", f"i + {made.centre:.2f}"),
    ]
    return Reading(f"{pool:.2f}", "", text, more=more)


def question(made: Crops) -> Question:
    """Which edge does RoIPool move farthest, or least? Decided by the box and the level; the picture draws which."""
    moved = made.shifts(0)
    by = [round(abs(shift), 1) for shift in moved]
    ends = {"farthest": max(by), "least": min(by)}
    alone = [name for name, end in ends.items() if by.count(end) == 1] or list(ends)
    asked = alone[lot(made.picture.key, len(alone))]
    said = ", ".join(f"{edge} {shift:+.1f}" for edge, shift in zip(EDGES, moved, strict=True)).capitalize()
    cells = f"edges are rounded to cells of {made.stride:g} px, and the cells at both ends count whole"
    why = f"{said} px: {cells}.".replace("-", "−")
    tie = " (Ties: the first.)" if by.count(ends[asked]) > 1 else ""
    text = f"Which edge of your box does RoIPool move {asked} at {made.level}?{tie}"
    veils = (
        "board/RoIPool",
        "board/RoIWarp",
        "numbers",
    )  # RoIWarp snaps three of its edges to the same cells
    return Question(
        text, [f"{edge.capitalize()}" for edge in EDGES], by.index(ends[asked]), why, veils, made.picture.key
    )


def seen(made: Crops) -> str:
    """What this run showed, for the end of the lesson."""
    pool, _, align, aligned = made.overlaps()
    rounded = f"At {made.level}, a cell of {made.stride:g} px, RoIPool pooled a region of IoU {pool:.2f} with your box"
    return f"{rounded}; RoIAlign’s has {align:.2f}, aligned {aligned:.2f}. The cells lie at i + {made.centre:.2f}."


def numbers(made: Crops) -> str:
    """The middle bin of RoIPool and of RoIAlign, from the box in pixels to the number."""
    pool, _, align, _ = made.operators
    row, column = (len(pool.row_bins) - 1) // 2, (len(pool.column_bins) - 1) // 2
    on_map = f"your box {show(pool.box.tolist(), 1)} is {show(pool.exact_box.tolist(), 4)} in cells"
    cells = f"{pool.snapped_box.tolist()} (first column, first row, last column, last row)"
    pooled, points = (
        pool.values(row, column).flatten().tolist(),
        align.values[0, row, column].flatten().tolist(),
    )
    what = "largest" if align.reduce == "max" else "mean"
    lines = [
        f"Level {made.level}, stride {made.stride:g} px: {on_map}.",
        f"**RoIPool** snaps it to the cells {cells}.",
        f"Bin {row + 1}, {column + 1} holds {len(pooled)} cell{'' if len(pooled) == 1 else 's'}: "
        + (reduced(pooled, pool.reduce, float(pool.output[0, row, column]), 3) if pooled else NOTHING),
        f"**RoIAlign** divides it in bins: edges {show(align.column_edges.tolist(), 3)} across. One of their points:",
        point_sum(align, row, column),
        f"The {what} of its points: {reduced(points, align.reduce, float(align.output[0, row, column]))}",
    ]
    return "\n\n".join(lines)


def reduced(values: Sequence[float], reduce: str, result: float, digits: int = 4) -> str:
    """The maximum or the mean of a bin's values, as LaTeX."""
    listed = [f"{value:.{digits}f}" for value in values[:LISTED]] + [r"\ldots"] * (len(values) > LISTED)
    if reduce == "max":
        return r"$$\max\{" + r",\ ".join(listed) + rf"\}} = {result:.4f}$$"
    return rf"$$\tfrac{{1}}{{{len(values)}}}({' + '.join(listed)}) = {result:.4f}$$"


def point_sum(trace: SampleTrace, row: int, column: int) -> str:
    """One sampling point, its four neighbours and their weights, as Markdown."""
    x, y = trace.points[row, column, 0, 0].tolist()
    weights = trace.weights[row, column, 0, 0].tolist()
    rows, columns = trace.neighbours[row, column, 0, 0].T
    cells = trace.features[0, rows, columns].tolist()
    terms = " + ".join(f"{weight:.3f}\\cdot({cell:.3f})" for weight, cell in zip(weights, cells, strict=True))
    return f"$$f({x:.3f}, {y:.3f}) = {terms} = {trace.values[0, row, column, 0, 0]:.4f}$$"


def show(values: Sequence[float], digits: int) -> str:
    """Numbers of a box or of edges, as text."""
    return "[" + ", ".join(f"{value:.{digits}f}" for value in values) + "]"
