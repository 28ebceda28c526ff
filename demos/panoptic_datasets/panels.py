"""The pictures of lesson C3: a scene under two label sets, a data set's picture with its segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demos.figures import encode, overlays, style
from demos.panoptic_datasets import board
from demos.records import Box, Knows, Panel, Panels

if TYPE_CHECKING:
    from lecture_models.pictures import Picture
    from lecture_models.studies.panoptic_datasets import Look, Relabelled

OWN = "Our labels"
BECOMES = "Relabelled"
MOST_NAMED = 14  # classes of a legend


def why(made: Relabelled, name: str) -> str:
    """Why a class becomes void, empty where it does not."""
    if made.labels[name]:
        return ""
    parts = made.parts(name)
    return f"; there only parts of it have labels: {parts[0]} …" if parts else "; no label fits"


def relabelled(made: Relabelled) -> Panels:
    """A scene under its own labels, and under those of another set."""
    truth, image = made.truth, made.scene.image
    own, new, texts, becomes = [], [], [Knows("void")], [Knows("void")]
    seen: dict[str, int] = {}
    for name, thing in zip(truth.names, truth.things, strict=True):
        number = seen[name] = seen.get(name, 0) + 1
        label = made.labels[name]
        color = style.instance_color(name, number - 1) if thing else style.class_color(name)
        own.append(color)
        new.append(color if label else style.VOID_COLOR)
        said = f"{name} {number}" if thing else name
        texts.append(Knows(said))
        becomes.append(
            Knows(f"{label.name}: {made.how(name)}" if label else "void", f"our {said}{why(made, name)}")
        )
    legend = [(name, style.class_color(name)) for name in made.pixels]
    names = {label.name: style.class_color(name) for name in made.pixels if (label := made.labels[name])}
    after = [*names.items(), *([("void", style.VOID_COLOR)] if made.lost else [])]
    index = encode.pack_indices(truth.map)
    views = [
        Panel(
            title,
            f"{title}: {', '.join(name for name, _ in key)}",
            overlay=encode.png_uri(overlays.segment_overlay(truth.map, colors, style.VOID_COLOR)),
            index=index,
            texts=known,
            legend=key,
        )
        for title, colors, known, key in ((OWN, own, texts, legend), (BECOMES, new, becomes, after))
    ]
    return Panels(image.shape[:2], views, encode.jpeg_uri(image))


def unlabelled(shown: Picture) -> Panels:
    """A photograph, of which nobody knows the labels."""
    message = "Nobody has labelled this photograph, so there is nothing to relabel. Choose a scene."
    return Panels(
        shown.image.shape[:2],
        [Panel("Picture", shown.title)],
        encode.jpeg_uri(shown.image),
        message=message,
    )


def of_data_set(look: Look, image: np.ndarray) -> Panels:
    """A picture of a data set beside its segments, those of the chosen class alone where one is chosen."""
    entry, numbers = look.data.entries[look.place], look.data.entries[look.place].numbers
    kinds = [look.data.by_id[one.category] for one in entry.segments]
    wanted = np.array([True, *(look.category in (-1, kind.id) for kind in kinds)])
    index = np.where(wanted[numbers], numbers, 0).astype(np.int32)
    colors = board.colors_of(look, entry)
    void = style.VOID_COLOR if look.category < 0 else None
    overlay = encode.png_uri(overlays.segment_overlay(index, colors, void))
    texts = [Knows("void" if look.category < 0 else "another class")]
    for one, kind in zip(entry.segments, kinds, strict=True):
        said = "thing" if kind.thing else "stuff"
        texts.append(
            Knows(f"{kind.name}{', a crowd' if one.crowd else ''}", f"{said}, {one.area:,} px, id {one.id}")
        )
    boxes = [
        Box(scaled(one.box, entry.size, entry.shown), colors[k], kind.name)
        for k, (one, kind) in enumerate(zip(entry.segments, kinds, strict=True))
        if kind.id == look.category and kind.thing
    ]
    named = {kind.name: style.class_color(kind.name) for kind in kinds if look.category in (-1, kind.id)}
    legend = list(named.items())[:MOST_NAMED]
    more = len(named) - len(legend)
    alt = f"{entry.name}: {', '.join(named) or 'no segment'}"
    first = Panel("Picture", entry.name, note="" if entry.picture else "The data set brings no picture.")
    note = f"and {more} more classes, see the table" if more > 0 else ""
    second = Panel(
        "Segments",
        alt,
        overlay=overlay,
        index=encode.pack_indices(index),
        texts=texts,
        boxes=boxes,
        legend=legend,
        note=note,
    )
    return Panels(entry.shown, [first, second], encode.jpeg_uri(image))


def scaled(
    box: tuple[int, int, int, int], size: tuple[int, int], shown: tuple[int, int]
) -> tuple[float, float, float, float]:
    """A box xywh of the file as xyxy of what is shown.

    >>> scaled((10, 20, 30, 40), (100, 200), (50, 100))
    (5.0, 10.0, 20.0, 30.0)
    """
    x, y, wide, high = box
    down, across = shown[0] / size[0], shown[1] / size[1]
    return x * across, y * down, (x + wide) * across, (y + high) * down
