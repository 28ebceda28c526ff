r"""What lesson B2 says about its run: for each view the large number, the question, and the sums behind it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from demos.questions import lot
from demos.records import Question, Reading

if TYPE_CHECKING:
    from lecture_models.ops.receptive_stack import Grown
    from lecture_models.studies.receptive_field import Looked, Stacked

Said = tuple[Reading, Question, str, str]
"""The words of a view: reading, question, numbers, what was seen."""
OFFERED = 4  # choices
SHARES = (0.05, 0.1, 0.2)  # of the field's area, between the choices
LISTED = 8  # layers that are written out


# ---- a stack ---------------------------------------------------------------------------------------------
def of_stack(made: Stacked) -> Said:
    """How far a stack sees, what that costs, and how deep it would have to be for a thing."""
    return stack_reading(made), depth_question(made), stack_numbers(made), stack_seen(made)


def thing(made: Stacked) -> tuple[str, list[float]] | None:
    """Name and box of the thing that a field may hold."""
    if made.thing is None or made.picture.scene is None:
        return None
    found = made.picture.scene.things[made.thing]
    return found.name, list(found.box)


def wanted(made: Stacked) -> tuple[str, int]:
    """What a field is to hold, and its longer side in pixels: the thing, or the whole picture."""
    found = thing(made)
    if found is None:
        return "picture", max(made.picture.image.shape[:2])
    x0, y0, x1, y1 = found[1]
    return found[0], round(max(x1 - x0, y1 - y0))


def layers_of(number: int) -> str:
    """A number of layers in words."""
    return f"{number} layer{'s' * (number > 1)}"


def stack_reading(made: Stacked) -> Reading:
    """The field, its growth, its cost."""
    last, layers = made.grown[-1], len(made.grown)
    macs, size = sum(one.macs for one in made.grown), sum(one.bytes for one in made.grown)
    more = [
        (f"multiply-adds at {made.side} px", f"{plain(macs / 1e9)} G"),
        ("activation memory", f"{plain(size / 2**20)} MiB"),
    ]
    text = f"receptive field: {last.field} × {last.field} px after {layers_of(layers)}."
    return Reading(f"{last.field}", "px", text, more=more)


def depth_question(made: Stacked) -> Question:
    """How many 3 × 3 convolutions a thing takes; choices double, the picture draws where the right one stands."""
    name, size = wanted(made)
    depth = -(-(size - 1) // 2)
    place = lot(f"{made.picture.key} depth", OFFERED)
    layers = [max(round(depth * 2.0 ** (i - place)), 1) for i in range(OFFERED)]
    layers = sorted(
        {depth, *layers, *(depth + i for i in range(1, OFFERED))}
        if len(set(layers)) < OFFERED
        else set(layers)
    )
    choices = [f"{one}" for one in layers[:OFFERED]]
    why = f"Each adds 2 px: 1 + 2 · {depth} = {1 + 2 * depth} px hold its {size} px, 1 + 2 · {depth - 1} do not."
    text = f"How many 3 × 3 convolutions until one unit sees all {size} px of the {name}?"
    veils = ("growth/needed", "numbers", "seen")
    return Question(text, choices, choices.index(f"{depth}"), why, veils, made.picture.key)


def stack_numbers(made: Stacked) -> str:
    """The field layer by layer, and what the first convolution costs."""
    lines, jump, field = [], 1.0, 1
    for i, one in enumerate(made.grown[:LISTED]):
        lines.append(f"Layer {i + 1}, {one.step.title}: {grown_line(one, field, jump)}")
        jump, field = one.jump, one.field
    rest = len(made.grown) - LISTED
    if rest > 0:
        lines.append(f"… and {rest} more, to {made.grown[-1].field} px.")
    return "\n\n".join([*lines, macs_of_first(made)])


def grown_line(one: Grown, field: int, jump: float) -> str:
    """One layer: its reach times the jump before it is added to the field before it."""
    step = one.step
    reach = step.dilation * (step.kernel - 1)
    if step.kind == "up" or field + reach * jump != one.field:
        return f"neighbours see differently much, up to {one.field} px; jump {one.jump:g} px."
    terms = [rf"\underbrace{{{field}}}_{{\text{{field before}}}}"]
    terms += [rf"\underbrace{{{step.dilation}\cdot({step.kernel}-1)}}_{{\text{{reach}}}}"]
    terms += [rf"\underbrace{{{jump:g}}}_{{\text{{jump before}}}}"]
    return rf"${terms[0]} + {terms[1]}\cdot{terms[2]} = {one.field}$ px; jump {one.jump:g} px."


def macs_of_first(made: Stacked) -> str:
    """The multiply-adds of the first convolution, multiplied out."""
    for one in made.grown:
        if one.step.kind == "conv":
            k, c, size = one.step.kernel, made.channels, f"{one.bytes / 2**20:.2f}"
            macs = rf"${k}^2\cdot{c}\cdot{c}\cdot{one.side}^2 = {one.macs / 1e9:.3f}$ billion multiply-adds"
            output = rf"its output takes $4\cdot{c}\cdot{one.side}^2$ bytes = {size} MiB"
            return f"The first convolution costs {macs}; {output}."
    return "It has no convolution, so nothing is multiplied."


def stack_seen(made: Stacked) -> str:
    """What this stack showed."""
    name, size = wanted(made)
    last = made.grown[-1]
    holds = "holds" if last.field >= size else "does not hold"
    return (
        f"After {layers_of(len(made.grown))} a unit sees {last.field} px, which {holds} the {name}'s {size} px. "
        f"Plain 3 × 3 convolutions would need {-(-(size - 1) // 2)} of them for it."
    )


def plain(value: float) -> str:
    """Four digits, and never a power of ten.

    >>> plain(1.8496), plain(12.25), plain(1_067_584.3)
    ('1.85', '12.25', '1,067,584')
    """
    return f"{value:.4g}" if value < 1000 else f"{value:,.0f}"


def cost(macs: int, size: int) -> str:
    """A sum of costs in words."""
    return f"{plain(macs / 1e9)} G multiply-adds, {plain(size / 2**20)} MiB of outputs"


# ---- a network -------------------------------------------------------------------------------------------
def of_network(made: Looked) -> Said:
    """What a unit can see, and what it looks at."""
    return network_reading(made), area_question(made), network_numbers(made), network_seen(made)


def weights(trained: bool) -> str:
    """Whose weights, in a word."""
    return "trained" if trained else "untrained"


def network_reading(made: Looked) -> Reading:
    """The field, and the part of it that holds half of the gradient."""
    seen, (high, wide) = made.seen[0], made.layer.receptive_field
    half, most = (f"{scale * wide:.0f} × {scale * high:.0f} px" for scale in (seen.half, seen.most))
    more = [
        ("gradient inside", f"{100 * seen.inside:.1f} %"),
        ("half of that in", half),
        ("95 % of that in", most),
    ]
    whole = ", not counting a layer before it that reads its whole map" * made.layer.sees_everything
    text = f"receptive field of a unit of this layer, {high} × {wide} px{whole}."
    return Reading(f"{high}", "px", text, more=more)


def area_question(made: Looked) -> Question:
    """Which part of the field's area holds half of the gradient."""
    seen, (high, wide) = made.seen[0], made.layer.receptive_field
    share = seen.half**2
    answer = sum(share >= edge for edge in SHARES)
    bounds = [f"{100 * edge:.0f} %" for edge in SHARES]
    choices = [
        f"under {bounds[0]}",
        *(f"{a} to {b}" for a, b in pairwise(bounds)),
        f"over {bounds[-1]}",
    ]
    half = f"{seen.half * wide:.1f} × {seen.half * high:.1f} of {wide} × {high} px"
    why = f"Half of the gradient in the field lies in the middle {half}, {100 * share:.1f} % of its area."
    text = "Half of this unit's gradient lies in which part of its field's area?"
    about = f"{made.picture.key} {made.name} {made.layer.name}"
    return Question(text, choices, answer, why, ("sight/gradient", "numbers", "reading", "seen"), about)


def network_numbers(made: Looked) -> str:
    """Where the unit's field lies, from its row and column."""
    layer, (row, column), (x0, y0, x1, y1) = made.layer, made.unit, made.box
    lines = [
        f"Unit in row {row}, column {column} of {layer.name} ({' × '.join(map(str, layer.output_shape[1:]))}).",
        along("x", column, layer.offset[1], layer.jump[1], layer.receptive_field[1]),
        along("y", row, layer.offset[0], layer.jump[0], layer.receptive_field[0]),
        f"Cut to the picture and exact at this place: columns {x0} to {x1 - 1}, rows {y0} to {y1 - 1}.",
    ]
    if layer.smallest_field != layer.receptive_field:
        small, large = layer.smallest_field[0], layer.receptive_field[0]
        lines.append(
            f"Units of this layer differ: their fields have {small} to {large} px, depending on the place."
        )
    lines += scaled(made)
    for seen in made.seen:
        if seen.fit is not None:
            x, y = seen.fit.sigma
            lines.append(
                f"With {weights(seen.trained)} weights {100 * seen.inside:.1f} % of the gradient lies in the field. "
                f"The Gaussian of the same mean and variance has σ = {x:.1f} px across and {y:.1f} px down."
            )
    return "\n\n".join(lines)


def scaled(made: Looked) -> list[str]:
    """What was done to a picture whose sides the network does not take."""
    (high, wide), (height, width) = made.image.shape[:2], made.picture.image.shape[:2]
    if (high, wide) == (height, width):
        return []
    return [
        f"The picture of {width} × {height} px was scaled to {wide} × {high} px for the network, so that all "
        "maps have whole cells. Pixels here are those of the scaled one."
    ]


def along(axis: str, place: int, offset: float, jump: float, field: int) -> str:
    """One axis, multiplied out."""
    middle = offset + jump * place
    return (
        rf"$${axis}:\ \underbrace{{{offset:g}}}_{{\text{{offset}}}} + \underbrace{{{jump:g}}}_{{\text{{jump}}}}"
        rf"\cdot {place} = {middle:g}\ \text{{px}},\quad {middle:g} \pm \tfrac{{{field}}}{{2}}$$"
    )


def network_seen(made: Looked) -> str:
    """What this unit showed."""
    seen, (high, wide) = made.seen[0], made.layer.receptive_field
    half = f"half of its gradient there lies in {100 * seen.half**2:.0f} % of them."
    text = f"A unit of {made.layer.name} can see {wide} × {high} px; {half}"
    if made.layer.sees_everything:
        outside = f"{100 * (1 - seen.inside):.0f} % of it"
        return f"{text} {outside} lies outside, since a layer reads its whole map."
    return f"{text} Outside of its field it is exactly 0."


def patched(made: Looked) -> str:
    """What a grey patch does to the unit."""
    patch = made.patched
    if patch is None:
        return ""
    changed = int((patch.changes > 0).sum())
    many = f"{changed} of {patch.changes.size} units change."
    if patch.meets:
        return f"The patch reaches into the field: the unit changes by {number(patch.unit)}. {many}"
    if patch.unit == 0:
        return f"The patch lies outside of the field: the unit changes by exactly 0. {many}"
    whole = f"and yet the unit changes by {number(patch.unit)}: a layer reads its whole map."
    return f"The patch lies outside of the field, {whole} {many}"


def number(value: float) -> str:
    """A change, to three digits."""
    return f"{value:.3g}"
