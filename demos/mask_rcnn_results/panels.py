"""A scene on show, as parts of panels: segments in their colours, what each says, boxes around what matters.

A part has the names of a panel's fields; ``texts`` are (text, small print) and ``boxes`` (box, colour, label, dashed).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, overlays, style, verdicts

if TYPE_CHECKING:
    from lecture_models.tasks import Answers

    from lecture_models.evaluation.exhibits import Exhibit

Text = tuple[str, str]
ASIDE = f"{style.WRONG}b3"
"""A missed thing that the gallery does not ask for: the same red, paler and (by mask_rcnn_results.css) thinner."""
TINY = 24
"""Pixels: a label would cover a smaller box and its neighbours, so it is read out where it is pointed at."""

BoxOf = tuple[Sequence[float], str, str, bool]


def truth(made: Exhibit) -> dict[str, Any]:
    """The true things; boxes around what the gallery is about and, dashed, around all that was not found.

    What was not found and is not the gallery's has no label, and a paler line: see :data:`ASIDE`.
    """
    things = range(len(made.scene.things))
    names = [thing.name for thing in made.scene.things]
    texts = [("no thing", ""), *((made.true_title(k), verdicts.verdict(made, k)) for k in things)]
    boxes: list[BoxOf] = [
        (made.scene.things[k].box, ASIDE, "", True)
        for k in things
        if k not in made.found.members and made.error_of(k)
    ]
    for k in made.found.members:
        error, box = made.error_of(k), made.scene.things[k].box
        title = made.true_title(k)
        boxes.append(
            (box, style.WRONG, f"{title} {error.kind}", True) if error else (box, style.TRUTH, title, False)
        )
    return part(
        "Truth",
        list(map(made.true_title, things)),
        made.scene.instance,
        names,
        made.true_numbers,
        texts,
        boxes,
    )


def prediction(made: Exhibit) -> dict[str, Any]:
    """What the network found; a hit has the colour of its thing and its mask IoU, an error a dashed box."""
    texts: list[Text] = [("no detection", "")]
    boxes: list[BoxOf] = []
    small = [max(x1 - x0, y1 - y0) < TINY for x0, y0, x1, y1 in made.boxes]
    for k, (text, fate, wrong) in enumerate(verdicts.detections(made)):
        texts.append((text, fate))
        if wrong:
            boxes.append((made.boxes[k], style.WRONG, "" if small[k] else wrong, True))
        elif made.matches[k] in made.found.members:
            said = "" if small[k] else fate.removeprefix("IoU ")
            boxes.append((made.boxes[k], style.TRUTH, said, False))
    titles = [made.found_title(k) for k in range(len(made.scores))]
    return part("Prediction", titles, made.prediction_map, made.found_names, made.found_numbers, texts, boxes)


def answers(said: Answers, numbers: Sequence[int]) -> dict[str, Any]:
    """What a network says of a picture without a truth; `numbers` count within the classes."""
    titles = [f"{name} {number}" for name, number in zip(said.names, numbers, strict=True)]
    scored = [(f"{title}, score {score:.2f}", "") for title, score in zip(titles, said.scores, strict=True)]
    texts = [("no detection", ""), *scored]
    return part("Prediction", titles, said.instances.map, said.names, numbers, texts)


def part(
    title: str,
    titles: Sequence[str],
    index: np.ndarray,
    names: Sequence[str],
    numbers: Sequence[int],
    texts: Sequence[Text],
    boxes: Sequence[BoxOf] = (),
) -> dict[str, Any]:
    """Segments over the picture, read out where they are pointed at.

    Args:
        title: Of the panel.
        titles: Of the segments, for who does not see them.
        index: int [H, W], 0 for none, k for the k-th segment.
        names: Class of each segment.
        numbers: Number of each within its class, from 1.
        texts: What to say at each index.
        boxes: What to frame.
    """
    colors = [style.instance_color(name, number - 1) for name, number in zip(names, numbers, strict=True)]
    return {
        "title": title,
        "alt": f"{title}: {', '.join(titles) or 'nothing'}",
        "overlay": encode.png_uri(overlays.segment_overlay(index, colors)),
        "index": encode.pack_indices(index),
        "texts": list(texts),
        "boxes": list(boxes),
    }


def legend(made: Exhibit) -> list[tuple[str, str]]:
    """The classes of the scene and the two kinds of boxes."""
    names = tuple(dict.fromkeys(thing.name for thing in made.scene.things))
    frames = [("asked for, with its mask IoU", style.TRUTH)] if made.found.members else []
    errors = [("not found, or a false positive", style.WRONG)] if made.judged.errors.items else []
    return [*style.legend(names), *frames, *errors]
