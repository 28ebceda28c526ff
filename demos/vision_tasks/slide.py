"""Lesson A1 as a figure: the views as they stand on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demos.figures import style
from demos.figures.slides import Slide, of_panels
from demos.vision_tasks import words

if TYPE_CHECKING:
    from demos.records import Panels
    from lecture_models.pictures import Picture
    from lecture_models.studies.vision_tasks import Compared


def slide(shown: Picture, seen: Compared, views: Panels, pixel: Sequence[float]) -> Slide:
    """All views as they stand on the page."""
    points = [(int(pixel[0]) + 0.5, int(pixel[1]) + 0.5, style.PAPER)] if pixel else []
    panels = of_panels(views, shown.image, points=points)
    said = words.reading(seen)
    return Slide(
        title=f"One picture, every task: {shown.title}",
        panels=panels,
        legend=views.legend,
        caption=f"{said.value} {said.unit} {said.meaning}".rstrip(".") + ".",
        source="Maps, boxes and numbers: computed in this run"
        + ("; the truth is the scene's own." if seen.truth else "."),
    )
