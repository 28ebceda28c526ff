"""What lesson B2 draws: a picture to grow a stack over, a network's units and their gradients, layers as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode
from demos.receptive_field import words

if TYPE_CHECKING:
    from lecture_models.ops.receptive_field import Layer
    from lecture_models.studies.receptive_field import Effective, Looked, Stacked

MIB = 2**20


@dataclass(frozen=True)
class Growth:
    """A picture of ``size`` (height, width), a thing in it (its name and box), and the stack over it, as a text."""

    picture: str
    size: Sequence[int]
    thing: str
    box: Sequence[float]
    stack: str
    padded: bool
    channels: int
    side: int


@dataclass(frozen=True)
class Units:
    """One layer's map (packed, mean of the channels) and the chosen unit [row, column].

    ``field``, ``jump`` and ``offset`` are (down, across); ``changes`` is what a patch changes, or None.
    """

    layer: str
    map: Mapping[str, Any]
    unit: Sequence[int]
    field: Sequence[int]
    jump: Sequence[float]
    offset: Sequence[float]
    size: Sequence[int]
    changes: Mapping[str, Any] | None


@dataclass(frozen=True)
class Heat:
    """A unit's gradient (packed, its ``glow``): whose weights, what lies inside the field, its Gaussian.

    ``ellipse`` is x, y and two standard deviations along x and y; ``curve`` shares by the board's scales.
    """

    weights: str
    glow: Mapping[str, Any]
    inside: float
    half: float
    most: float
    ellipse: Sequence[float]
    curve: Sequence[float]


@dataclass(frozen=True)
class Sight:
    """The picture with the unit's field, cut to it (``box``), its whole ``sides``, gradients, and a patch.

    ``everything`` says that a layer before the unit reads its whole map.
    """

    picture: str
    size: Sequence[int]
    box: Sequence[float]
    sides: Sequence[int]
    everything: bool
    heats: Sequence[Heat]
    patch: Sequence[float]
    said: str


@dataclass(frozen=True)
class Rows:
    """Layers as a table that can be saved: heads, rows of numbers and texts, names to choose by, the chosen one.

    ``fields`` are the fields' heights, for the curve; ``whole`` marks layers that read their whole map.
    """

    file: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | float]]
    names: Sequence[str]
    chosen: str
    fields: Sequence[int]
    whole: Sequence[bool]
    picture: int
    total: str


def growth(made: Stacked, stack: str) -> Growth:
    """The board of a growing stack."""
    thing = words.thing(made)
    return Growth(
        picture=encode.jpeg_uri(made.picture.image),
        size=made.picture.image.shape[:2],
        thing=thing[0] if thing else "",
        box=thing[1] if thing else [],
        stack=stack,
        padded=made.padded,
        channels=made.channels,
        side=made.side,
    )


def units(made: Looked) -> Units:
    """The board of a layer's units."""
    layer = made.layer
    return Units(
        layer=layer.name,
        map=encode.pack_values(made.seen[0].map),
        unit=made.unit,
        field=layer.receptive_field,
        jump=layer.jump,
        offset=layer.offset,
        size=made.image.shape[:2],
        changes=encode.pack_values(made.patched.changes) if made.patched else None,
    )


def sight(made: Looked) -> Sight:
    """The board of the picture that a unit looks at."""
    return Sight(
        picture=encode.jpeg_uri(made.image),
        size=made.image.shape[:2],
        box=made.box,
        sides=made.layer.receptive_field,
        everything=made.layer.sees_everything,
        heats=[heat(one) for one in made.seen],
        patch=made.patched.box if made.patched else [],
        said=words.patched(made),
    )


def heat(seen: Effective) -> Heat:
    """A gradient for the browser."""
    fit = seen.fit
    return Heat(
        weights="trained" if seen.trained else "fresh",
        glow=encode.pack_indices(glow(seen.heat)),
        inside=seen.inside,
        half=seen.half,
        most=seen.most,
        ellipse=[*fit.centre, 2 * fit.sigma[0], 2 * fit.sigma[1]] if fit else [],
        curve=seen.curve,
    )


def glow(heat: np.ndarray) -> np.ndarray:
    """A gradient's strength, uint8 [H, W]: its square root, so that what is weak is seen too; 255 is the strongest."""
    strength = np.sqrt(heat / max(float(heat.max()), 1e-30))
    return np.rint(255 * strength).astype(np.uint8)


def stack_rows(made: Stacked) -> Rows:
    """The layers of a stack."""
    rows: list[list[str | float]] = [
        [i + 1, one.step.title, one.field, one.jump, one.side, one.macs, one.bytes]
        for i, one in enumerate(made.grown)
    ]
    head = ("layer", "kind", "field, px", "jump, px", "side, cells", "MACs", "bytes")
    total = words.cost(sum(one.macs for one in made.grown), sum(one.bytes for one in made.grown))
    fields = [one.field for one in made.grown]
    return Rows(
        "stack.csv", head, rows, [], "", fields, [False] * len(rows), max(made.picture.image.shape[:2]), total
    )


def network_rows(made: Looked) -> Rows:
    """The layers of a network; those with a map can be chosen."""
    from_name = {layer.name: layer for layer in made.layers}
    names = [
        layer.name if len(layer.output_shape) == 4 and min(layer.output_shape[2:]) > 1 else ""
        for layer in made.layers
    ]
    head = ("layer", "kind", "field, px", "jump, px", "output", "parameters", "MACs", "bytes", "whole map")
    total = words.cost(sum(one.macs for one in made.layers), sum(one.activation_bytes for one in made.layers))
    assert made.layer.name in from_name
    return Rows(
        file=f"{made.name}.csv",
        head=head,
        rows=[network_row(layer) for layer in made.layers],
        names=names,
        chosen=made.layer.name,
        fields=[layer.receptive_field[0] for layer in made.layers],
        whole=[layer.reads_whole_map for layer in made.layers],
        picture=max(made.image.shape[:2]),
        total=total,
    )


def network_row(layer: Layer) -> list[str | float]:
    """One layer: texts and plain numbers."""
    field = " × ".join(map(str, layer.receptive_field))
    shape = " × ".join(map(str, layer.output_shape[1:]))
    whole = "reads" if layer.reads_whole_map else "sees" if layer.sees_everything else ""
    jump = layer.jump[0]
    return [
        layer.name,
        layer.kind,
        field,
        jump,
        shape,
        layer.parameters,
        layer.macs,
        layer.activation_bytes,
        whole,
    ]


def columns(rows: Rows) -> dict[str, list[str | float]]:
    """The table by its columns: "layer", "kind", "field" and so on."""
    names = [name.partition(",")[0].replace(" ", "_") for name in rows.head]
    return {name: [row[i] for row in rows.rows] for i, name in enumerate(names)}
