"""The arc of a lesson: the question before the answer, and at the end what was seen and the way to the next lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from demos.ui import stage as stages
from demos.ui.lesson import Lesson, Part
from demos.ui.screen import Screen

Following = tuple[str, Lesson]
"""What the button says, and the lesson that it opens."""


def following(syllabus: Sequence[Part]) -> Mapping[str, Following]:
    """For each lesson's name the one that follows in the lecture; after the last one comes the first again."""
    lessons = [lesson for part in syllabus for lesson in part.lessons]
    after = {one.name: (f"Next: {titled(two)}", two) for one, two in pairwise(lessons)}
    more = "" if all(part.lessons for part in syllabus) else "More parts follow. "
    return after | {one.name: (f"{more}Back to {titled(lessons[0])}", lessons[0]) for one in lessons[-1:]}


def titled(lesson: Lesson) -> str:
    """A lesson's number and title."""
    return f"{lesson.number} {lesson.title}"


def question(screen: Screen) -> None:
    """The line of the question, drawn by demos/draw/predict.js."""
    screen.output("question", stages.widget("question", screen.lesson.name, "question", "Predict first"))


def seen(screen: Screen, after: Following) -> None:
    """What was seen, and the button to another lesson, drawn by demos/draw/seen.js."""
    text, lesson = after
    there = {"next": lesson.name, "part": lesson.number[0], "says": text}
    screen.output("seen", stages.widget("seen", screen.lesson.name, "seen", "What you saw", **there))
