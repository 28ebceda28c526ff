"""Truth beside prediction: segments in their colours, what each says, boxes around what matters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from demos.figures import encode, overlays, style
from demos.mask_rcnn_results import words
from demos.records import Box, Knows, Panel, Panels

if TYPE_CHECKING:
    from lecture_models.pictures import Picture
    from lecture_models.studies.mask_rcnn_results import GalleryScene, Numbered
    from lecture_models.studies.vision_tasks import Answers

TINY = 24
"""Pixels: a label would cover a smaller box and its neighbours, so it is read out where it is pointed at."""


def stage(made: GalleryScene, message: str) -> Panels:
    """A scene's truth and what the network found, with the classes and the two kinds of boxes as legend."""
    image, views = made.scene.image, [truth(made), prediction(made)]
    legend = style.legend(tuple(dict([*made.things, *made.detections]))) + marks(made)
    base, key = encode.jpeg_uri(image), made.picture.key
    return Panels(image.shape[:2], views, base, legend, message=message, picture=key)


def marks(made: GalleryScene) -> list[tuple[str, str]]:
    """What the boxes mean that are drawn, and no others."""
    asked, wrong = set(made.finding.members), bool(made.wrong)
    kinds = [kind for kind, drawn in (("not found", bool(made.missed)), ("false positive", wrong)) if drawn]
    found = [("asked for, with its mask IoU", style.TRUTH)] if asked.difference(made.missed) else []
    return found + ([(f"dashed: {' or '.join(kinds)}", style.WRONG)] if kinds else [])


def truth(made: GalleryScene) -> Panel:
    """The true things; boxes around what the gallery is about and, dashed, around all that was not found."""
    things, asked = made.scene.things, made.finding.members
    knows = [Knows(str(made.things[k]), words.fate(made, k)) for k in range(len(things))]
    boxes = [Box(things[k].box, style.WRONG, dashed=True) for k in made.missed if k not in asked]
    for k in asked:
        title, error = str(made.things[k]), made.missed.get(k)
        look = (style.WRONG, f"{title} {error.kind}", True) if error else (style.TRUTH, title)
        boxes.append(Box(things[k].box, *look))
    return painted("Truth", made.scene.instance, made.things, [Knows("no thing"), *knows], boxes)


def prediction(made: GalleryScene) -> Panel:
    """What the network found; a hit has the colour of its thing and its mask IoU, an error a dashed box."""
    knows, boxes = [Knows("no detection")], []
    for k, (thing, box) in enumerate(zip(made.matches, made.boxes, strict=True)):
        said = f"{made.detections[k]}, score {made.scores[k]:.2f}"
        knows.append(Knows(said, words.detection_fate(made, k)))
        tiny = max(box[2] - box[0], box[3] - box[1]) < TINY
        if k in made.wrong:
            boxes.append(Box(box, style.WRONG, "" if tiny else made.wrong[k].kind, True))
        elif thing in made.finding.members:
            boxes.append(Box(box, style.TRUTH, "" if tiny else f"{made.overlaps[thing].iou:.2f}"))
    return painted("Prediction", made.prediction_map, made.detections, knows, boxes)


def photograph(shown: Picture, said: Answers, numbered: Sequence[Numbered], message: str) -> Panels:
    """A picture without a truth beside what the network says of it."""
    scored = [Knows(f"{one}, score {score:.2f}") for one, score in zip(numbered, said.scores, strict=True)]
    knows = [Knows("no detection"), *scored]
    views = [Panel("Picture", shown.title), painted("Prediction", said.instances.map, numbered, knows)]
    legend = style.legend(tuple(dict(numbered)))
    return Panels(shown.image.shape[:2], views, encode.jpeg_uri(shown.image), legend, message=message)


def painted(
    title: str, index: np.ndarray, of: Sequence[Numbered], knows: Sequence[Knows], boxes: Sequence[Box] = ()
) -> Panel:
    """Segments over the picture; ``index`` [H, W] is 0 for none, k for the k-th, which ``knows[k]`` reads out."""
    colors = [style.instance_color(one.name, one.number - 1) for one in of]
    overlay = encode.png_uri(overlays.segment_overlay(index, colors))
    alt = f"{title}: {', '.join(map(str, of)) or 'nothing'}"
    return Panel(title, alt, overlay=overlay, index=encode.pack_indices(index), texts=knows, boxes=boxes)
