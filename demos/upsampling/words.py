"""What lesson B3 says about its run: the large number, the question, sums written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from demos.questions import drawn
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.ops.upsample_trace import UpsampleTrace
    from lecture_models.studies.upsampling import Layer, Upsampled

NAMES = {
    "nearest": "Nearest neighbour",
    "bed_of_nails": "Bed of nails",
    "max_unpool": "Max unpooling",
    "bilinear": "Bilinear",
    "bilinear_corners": "Bilinear, aligned",
    "transposed": "Transposed convolution",
    "resize": "Resize, then convolve",
}
USUAL_COUNTS = (1, 2, 4)
MOST_CHOICES = 5
PLACE = (3, 4)  # of the output that is written out: row and column, from 0


def per_axis(layer: Layer) -> list[int]:
    """How many inputs meet along one axis away from the rim, for each place after an input's own."""
    size, stride = len(layer.kernel), layer.stride
    return [len(range(place, size, stride)) for place in range(stride)]


def reading(made: Upsampled, asked: int) -> Reading:
    """How unevenly inputs pile up in the transposed convolution; ``asked`` is the output padding that was asked for."""
    counts, layer = per_axis(made.layer), made.layer
    most, least = max(counts) ** 2, min(counts) ** 2
    size = len(layer.kernel)
    what = f"inputs meet in an inner output: most, fewest (kernel {size}, stride {layer.stride})"
    height, width = made.traces["transposed"].output.shape
    zeros = int((made.traces["max_unpool"].output == 0).sum())
    more = [
        ("Size of its output", f"{height} × {width}"),
        ("Zeros after max unpooling", f"{zeros} of 16"),
    ]
    if asked != layer.output_padding:
        more.append(("Output padding, less than the stride", f"{layer.output_padding} is used"))
    return Reading(f"{most} : {least}", "", what, more=more)


def question(made: Upsampled) -> Question:
    """How many inputs meet in one output of the transposed convolution? Drawn so that each count comes as often."""
    counts = made.coverage().int()
    places = [(row, column) for row in range(counts.shape[0]) for column in range(counts.shape[1])]
    row, column = drawn(made.picture.key, [(place, int(counts[place])) for place in places])
    answer = int(counts[row, column])
    offered = choices(answer, counts.unique().tolist())
    down, across = along(made.layer, row), along(made.layer, column)
    layer = f"Kernel {len(made.layer.kernel)}, stride {made.layer.stride}"
    return Question(
        f"Transposed convolution: how many inputs meet in its row {row + 1}, column {column + 1}?",
        [str(one) for one in offered],
        offered.index(answer),
        f"{layer}: {down} along y and {across} along x reach it, and {down} · {across} = {answer}.",
        (
            "bench/" + NAMES["transposed"],
            "views/" + NAMES["transposed"],
            "views/coverage",
            "reading",
            "numbers",
        ),
        made.picture.key,
    )


def choices(answer: int, found: list[int]) -> list[int]:
    """Counts to choose from: those that occur, with usual ones where these are few; the answer is among them."""
    every = sorted({*found, *USUAL_COUNTS})
    start = min(max(every.index(answer) - MOST_CHOICES // 2, 0), max(len(every) - MOST_CHOICES, 0))
    return every[start : start + MOST_CHOICES]


def along(layer: Layer, output: int) -> int:
    """How many of the four inputs of an axis reach one output."""
    size, stride, start = len(layer.kernel), layer.stride, output + layer.padding
    return sum(0 <= start - stride * cell < size for cell in range(4))


def seen(made: Upsampled) -> str:
    """What this run showed, for the end of the lesson."""
    errors = made.restored.errors
    (height, width), (h, w) = made.restored.original.shape, made.restored.pooled.shape
    said = [
        ("bilinear", "bilinear"),
        ("transposed", "your transposed convolution"),
        ("bed_of_nails", "the bed of nails"),
    ]
    listed = ", ".join(f"{name} {errors[kind]:.2f}" for kind, name in said)
    return (
        f"{made.level} of this picture went from {height} × {width} to {h} × {w} cells and back. "
        f"Errors, in standard deviations: {listed}."
    )


def numbers(made: Upsampled) -> str:
    """One output of three operators from its inputs, the pair of pooling and unpooling, and the adjoint."""
    lines = [f"The output in row {PLACE[0] + 1}, column {PLACE[1] + 1}, from the 4 × 4 numbers $x$."]
    kinds = ("nearest", "bilinear", "transposed")
    lines += [f"**{NAMES[kind]}**: {written(made.traces[kind])}" for kind in kinds]
    unpooled = made.traces["max_unpool"].output
    kept = ", ".join(f"{value:g}" for value in unpooled[unpooled != 0].tolist())
    lines.append(
        f"**{NAMES['max_unpool']}** keeps {kept or 'nothing but zeros'}, each in its place; the rest is 0."
    )
    lines.append(f"**Adjoint.** {adjoint(made.traces['transposed'])}")
    return "\n\n".join(lines)


def written(trace: UpsampleTrace) -> str:
    """One output as a sum, in LaTeX; the last cell where the output is smaller than the place."""
    row, column = (min(place, side - 1) for place, side in zip(PLACE, trace.output.shape, strict=True))
    terms = [rf"{weight:.4g}\cdot {float(trace.input[i, j]):g}" for i, j, weight in trace.terms(row, column)]
    return f"$${' + '.join(terms) or '0'} = {float(trace.output[row, column]):.4f}$$"


def adjoint(trace: UpsampleTrace) -> str:
    """⟨Cz, x⟩ = ⟨z, Cᵀx⟩ for the bench's own matrix Cᵀ and a map z of the output's size, 1, 2, 3 …."""
    z = trace.matrix.new_tensor(range(1, len(trace.matrix) + 1))
    left, right = (trace.matrix.T @ z) @ trace.input.flatten(), z @ trace.output.flatten()
    return (
        "With $C^{\\mathsf T}$ the transposed convolution above and $z = 1, 2, 3, \\ldots$: "
        rf"$\langle Cz, x\rangle = {float(left):.2f}$ and $\langle z, C^{{\mathsf T}}x\rangle = {float(right):.2f}$."
    )


def noted(errors: Mapping[str, float], kind: str) -> str:
    """The line below a restored map."""
    return f"error {errors[kind]:.2f}"
