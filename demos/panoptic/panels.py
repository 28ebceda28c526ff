"""The first view's pictures: the instance branch alone, the semantic branch alone, both merged, and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from demos.figures import encode, overlays, style
from demos.records import Knows, Panel, Panels

if TYPE_CHECKING:
    from lecture_models.ops.panoptic import Candidate
    from lecture_models.studies.panoptic import Merged, Selected

TITLES = ("Instance branch alone", "Semantic branch alone", "Both, merged", "Truth")
FADED = 0.7
"""Of the opacity of what is not selected."""
TWICE = style.WRONG


def of_sees(made: Merged, chosen: Selected, message: str) -> Panels:
    """Four linked pictures of one street; what is selected is bright in each."""
    image = made.picture.image
    shown = [instances(made, chosen), semantic(made, chosen), merged(made, chosen), true(made, chosen)]
    names = tuple(dict.fromkeys([*made.prediction.names, *(made.truth.names if made.truth else ())]))
    legend = [*style.legend(names), ("void, nothing", style.VOID_COLOR), ("claimed twice", TWICE)]
    place = ",".join(map(str, chosen.pixel))
    return Panels(image.shape[:2], shown, encode.jpeg_uri(image), legend, selection=place, message=message)


def color(made: Merged, one: Candidate) -> str:
    """A detection's colour: its class's, lighter or darker with its number, as the truth's."""
    return style.instance_color(made.semantic.names[one.label], made.numbers[one.detection] - 1)


def instances(made: Merged, chosen: Selected) -> Panel:
    """Every mask, the best on top; pixels that two claim are marked."""
    masks = made.masks[[one.detection for one in made.instances]]
    index, sets = claimants(masks)
    knows = [Knows(said_by(made, inside), "No layout: what is around it?") for inside in sets]
    best = np.array([inside[0] + 1 if inside else 0 for inside in sets])[index]
    overlay = overlays.segment_overlay(best, [color(made, one) for one in made.instances], style.VOID_COLOR)
    overlay[made.claims > 1] = (*style.rgb(TWICE), 255)
    lit = made.masks[chosen.claims[0].detection] if chosen.claims else np.zeros_like(made.claims, bool)
    alt = f"{len(masks)} masks; {made.contested} pixels are claimed by two or more"
    return panel(0, alt, brightened(overlay, lit), index, knows, "Which pixels are whose?")


def claimants(masks: np.ndarray) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Which masks, bool [K, H, W], claim each pixel: an index [H, W] into tuples of numbers from 0.

    >>> claimants(np.array([[[True, False]], [[True, False]]]))[1]
    [(), (0, 1)]
    """
    rows = np.packbits(masks.reshape(len(masks), masks.shape[1] * masks.shape[2]), axis=0)
    if not len(masks):
        return np.zeros(masks.shape[1:], np.int32), [()]
    kinds, index = np.unique(rows, axis=1, return_inverse=True)
    bits = np.unpackbits(kinds.astype(np.uint8), axis=0, count=len(masks)).T
    sets = [tuple(int(k) for k in np.flatnonzero(one)) for one in bits]
    return index.reshape(masks.shape[1:]).astype(np.int32), sets


def said_by(made: Merged, inside: Sequence[int]) -> str:
    """What the instances of a pixel are called."""
    if not inside:
        return "no object"
    titles = [made.title(made.instances[k]) for k in inside]
    return titles[0] if len(titles) == 1 else f"claimed by {' and '.join(titles)}"


def semantic(made: Merged, chosen: Selected) -> Panel:
    """A class for each pixel."""
    said = made.semantic
    overlay = overlays.segment_overlay(said.map, [style.class_color(name) for name in said.names])
    knows = [Knows("no class")]
    things = {made.prediction.names[k] for k, thing in enumerate(made.prediction.things) if thing}
    knows += [Knows(name, "Which one? No number." if name in things else "") for name in said.names]
    alt = f"A class for each pixel; at the chosen one {said.names[chosen.label]}"
    lit = said.map == chosen.label + 1
    return panel(1, alt, brightened(overlay, lit), said.map, knows, "Which class has each pixel?")


def merged(made: Merged, chosen: Selected) -> Panel:
    """One class and number for each pixel, or void."""
    said = made.prediction
    owners = {one.segment: one for one in made.trial.candidates if one.segment}
    colors = [
        color(made, owners[k]) if k in owners else style.class_color(name)
        for k, name in enumerate(said.names, start=1)
    ]
    overlay = overlays.segment_overlay(said.map, colors, style.VOID_COLOR)
    knows = [Knows("void", "Nobody has taken it.")]
    knows += [Knows(made.said(k)) for k in range(1, len(said) + 1)]
    alt = f"{len(said)} segments, each pixel in one; {made.merged.void} pixels are void"
    lit = (said.map == chosen.segment) & (chosen.segment > 0)
    return panel(2, alt, brightened(overlay, lit), said.map, knows, "Which class and which one, everywhere?")


def true(made: Merged, chosen: Selected) -> Panel:
    """The scene's own segments, or the photograph."""
    shape = made.merged.segment.shape
    if made.truth is None:
        knows = [Knows("unknown", "A photograph: nobody marked it.")]
        index = np.zeros(shape, np.int32)
        shown = panel(3, "The photograph; nobody marked it", None, index, knows, "Nobody has marked it.")
        return replace(shown, title="The photograph")
    numbers = [made.true(k) for k in range(1, len(made.truth) + 1)]
    stuff = len(numbers) - len(made.true_numbers)
    colors = [
        style.instance_color(name, made.true_numbers[k - stuff] - 1)
        if k >= stuff
        else style.class_color(name)
        for k, name in enumerate(made.truth.names)
    ]
    overlay = overlays.segment_overlay(made.truth.map, colors, style.VOID_COLOR)
    lit = (made.truth.map == chosen.true) & bool(chosen.true)
    knows = [Knows("void", "Too small to count."), *map(Knows, numbers)]
    alt = f"{len(made.true_numbers)} things and the stuff around them"
    return panel(3, alt, brightened(overlay, lit), made.truth.map, knows, "What is really there?")


def brightened(overlay: np.ndarray, lit: np.ndarray) -> np.ndarray:
    """An overlay, RGBA [H, W, 4], whose selected pixels stay and are framed, while the others fade."""
    if not lit.any():
        return overlay
    made = overlay.copy()
    made[..., 3] = np.where(lit, overlay[..., 3], (overlay[..., 3] * FADED).astype(np.uint8))
    around = cv2.dilate(lit.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~lit
    made[around] = (*style.rgb(style.PAPER), 255)
    return made


def panel(
    number: int, alt: str, overlay: np.ndarray | None, index: np.ndarray, knows: Sequence[Knows], asks: str
) -> Panel:
    """One of the four."""
    drawn = "" if overlay is None else encode.png_uri(overlay)
    return Panel(TITLES[number], alt, overlay=drawn, index=encode.pack_indices(index), texts=knows, asks=asks)
