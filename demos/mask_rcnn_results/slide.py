"""Lesson A5 as a figure: truth beside prediction with what became of each, and the errors counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.figures.slides import Numbers, Slide, of_panels
from demos.mask_rcnn_results import words
from demos.records import Panels, Table

if TYPE_CHECKING:
    import numpy as np

    from lecture_models.studies.mask_rcnn_results import GalleryScene

HEAD = ("error", "false positives", "missed")


def slide(made: GalleryScene, shown: Panels, score: float) -> Slide:
    """A gallery's scene, judged."""
    said = words.reading(made, score)
    return Slide(
        title=f"{said.value} {said.unit} things found in scene {made.scene.seed}",
        panels=[*of_panels(shown, made.scene.image), Numbers("Errors", errors(made))],
        legend=shown.legend,
        caption=f"{made.why()} Found: right class, mask IoU ≥ ½, score ≥ {score:.2f}. Mean mask IoU of the found: "
        f"{said.more[0][1]}.",
        source="Detections, IoUs and errors: computed in this run; the truth is the scene's own.",
    )


def errors(made: GalleryScene) -> Table:
    """How often each error happened, and all of them."""
    rows = [(kind, *map(str, pair)) for kind, pair in made.errors.counts.items() if sum(pair)]
    wrong = sum(one.false_positive for one in made.errors.items)
    rows.append(("all", str(wrong), str(len(made.errors.items) - wrong)))
    return Table(HEAD, rows, strong=(len(rows) - 1,))


def photograph(shown: Panels, image: np.ndarray, title: str, count: int) -> Slide:
    """Predictions alone, since a photograph has no truth."""
    things = "object" if count == 1 else "objects"
    return Slide(
        title=f"{count} {things} found in {title}",
        panels=of_panels(shown, image),
        legend=shown.legend,
        caption="Whether they are right, nobody knows: a photograph has no truth to judge by.",
        source="Detections: computed in this run.",
    )
