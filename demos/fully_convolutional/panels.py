"""The semantic map, boxes and instances of one picture as a stage, with what a click selects in all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import encode, grids, overlays, style
from demos.records import Box, Knows, Panel, Panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lecture_models.studies.semantic_and_instances import Told

FAINT = 0.3
"""Share of the colour that is left of what is not selected."""
HEAT = 0.8
TITLES = ("Semantic map", "Boxes", "Instances")


def panels(made: Told) -> Panels:
    """Four linked panels; what is of the selected class stands out in each."""
    image = made.picture.image
    names = list(dict.fromkeys([*made.answers.semantic.names, *made.answers.names]))
    shown = [semantic(made), boxes(made), instances(made), heat(made)]
    legend = style.legend(tuple(names))
    selection = ",".join(map(str, made.pixel))
    return Panels(image.shape[:2], shown, encode.jpeg_uri(image), legend, selection=selection)


def semantic(made: Told) -> Panel:
    """A class for each pixel."""
    said = made.answers.semantic
    colors = [style.class_color(name) for name in said.names]
    overlay = selected(overlays.segment_overlay(said.map, colors), said.map, [made.label + 1])
    knows = [Knows("no class")] + [Knows(name, "Cannot know: which one, or how many.") for name in said.names]
    return _panel(TITLES[0], said.names, overlay, said.map, knows, "Which class has each pixel?")


def boxes(made: Told) -> Panel:
    """Detections; those of another class are grey."""
    found, size = made.answers, made.picture.image.shape[:2]
    shown = []
    for k, (box, score) in enumerate(zip(found.boxes.tolist(), found.scores, strict=True)):
        mine = found.names[k] == made.name
        color = style.class_color(found.names[k]) if mine else style.MUTED
        shown.append(Box(tuple(box), color, f"{found.names[k]} {score:.2f}" if mine else "", dashed=not mine))
    index, sets = overlays.covering(found.boxes, size)
    texts = [", ".join(f"{found.names[k]} {found.scores[k]:.2f}" for k in inside) for inside in sets]
    knows = [
        Knows(text or "no object", "Cannot know: which of its pixels." if text else "") for text in texts
    ]
    made_panel = _panel(TITLES[1], found.names, None, index, knows, "Where is each object?")
    return replace(made_panel, boxes=shown)


def instances(made: Told) -> Panel:
    """A mask for each object; those of the selected class stand out, each in a colour of its own."""
    said = made.answers.instances
    counts = [said.names[:k].count(name) for k, name in enumerate(said.names)]
    colors = [style.instance_color(name, number) for name, number in zip(said.names, counts, strict=True)]
    mine = [k for k, name in enumerate(said.names, start=1) if name == made.name]
    overlay = selected(overlays.segment_overlay(said.map, colors), said.map, mine)
    texts = [f"{name} {number + 1}" for name, number in zip(said.names, counts, strict=True)]
    knows = [Knows("no object", "Cannot know: what is around.")] + [Knows(text, "") for text in texts]
    return _panel(TITLES[2], said.names, overlay, said.map, knows, "Which pixels are whose?")


def heat(made: Told) -> Panel:
    """The selected class's probability at each pixel, over the picture."""
    values = made.probs[made.label]
    picture = grids.heat(values, 0, 1)
    ground = overlays.dimmed(made.picture.image, 1.0)
    mixed = np.rint(HEAT * picture + (1 - HEAT) * ground).astype(np.uint8)
    title = f"Heat map: {made.name}"
    alt = f"Probability of {made.name} at each pixel, from dark 0 to bright 1"
    index = encode.pack_indices(np.rint(100 * values).astype(np.uint8))
    knows = [Knows(f"{made.name}: {percent} %") for percent in range(101)]
    return Panel(
        title, alt, encode.png_uri(mixed), index=index, texts=knows, asks="How sure is it of this class?"
    )


def selected(overlay: np.ndarray, numbers: np.ndarray, mine: Sequence[int]) -> np.ndarray:
    """An overlay RGBA whose segments are faint but for those of the given numbers; all of them as usual for none."""
    if not mine:
        return overlay
    faint = overlay.copy()
    others = ~np.isin(numbers, mine)
    faint[..., 3] = np.where(others, faint[..., 3] * FAINT, faint[..., 3]).astype(np.uint8)
    return faint


def _panel(
    title: str,
    names: Sequence[str],
    overlay: np.ndarray | None,
    index: np.ndarray,
    knows: Sequence[Knows],
    asks: str,
) -> Panel:
    alt = f"{asks} {', '.join(dict.fromkeys(names)) or 'nothing'}"
    shown = encode.png_uri(overlay) if overlay is not None else ""
    return Panel(title, alt, overlay=shown, index=encode.pack_indices(index), texts=knows, asks=asks)
