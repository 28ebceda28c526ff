"""The lecture: its parts and lessons in order. A lesson is one file of this folder and one line of SYLLABUS."""

from __future__ import annotations

from demos import roi_features, vision_tasks
from demos.ui import Part
from lecture_models import pictures

__all__ = ["FIRST_PICTURE", "SYLLABUS", "pictures", "warm_up"]

FIRST_PICTURE = "scene:42"

SYLLABUS = (
    Part("A", "From boxes to instances", (vision_tasks.LESSON, roi_features.LESSON)),
    Part("B", "A label for every pixel"),
    Part("C", "Both at once"),
    Part("D", "Beyond labels"),
)


def warm_up() -> None:
    """Import torch and load the first lesson's network, so that the first visitor does not wait for it."""
    vision_tasks.LESSON.update(picture=FIRST_PICTURE)
