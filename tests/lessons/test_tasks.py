"""The tasks of the guided path: three a part, reached by their answers and not by what a lesson begins with."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest

import demos
from demos.records import Task, Verdict
from demos.ui import Lesson, Part
from lecture_models import pictures
from tests.ui.test_glossary import unexplained

TASKS = [(lesson, task) for part in demos.SYLLABUS for lesson in part.lessons for task in lesson.tasks]
every_task = pytest.mark.parametrize(("lesson", "task"), TASKS, ids=[task.name for _, task in TASKS])
A_PART = 3
WITHOUT_NUMBERS = ("thing_or_stuff",)  # labels have none
SLOWEST = 0.5  # seconds of a check on a kept trace
LONGEST, LONGEST_SAID = 170, 190  # characters
SCENES = [f"scene:{seed}" for seed in (3, 7, 8, 9, 10, 11, 12)]


def settings_of(lesson: Lesson, changed: Mapping[str, Any]) -> dict[str, Any]:
    return {**lesson.defaults, **changed}


def sentence(verdict: Verdict) -> None:
    """One or two short sentences that end as such, without a word that nobody explains."""
    assert re.fullmatch(r"[A-Z0-9“].*[.]", verdict.said), verdict.said
    assert len(verdict.said) <= LONGEST_SAID, verdict.said
    assert "nan" not in verdict.said
    assert not unexplained(verdict.said), verdict.said


@pytest.mark.parametrize("part", demos.SYLLABUS, ids=lambda part: part.letter)
def test_a_part_has_three_tasks_over_two_of_its_lessons(part: Part):
    with_tasks = [lesson for lesson in part.lessons if lesson.tasks]
    assert sum(len(lesson.tasks) for lesson in with_tasks) == A_PART
    assert len(with_tasks) >= 2


def test_names_are_unlike_and_can_stand_in_a_link():
    names = [task.name for _, task in TASKS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_]{3,24}", name) for name in names)


@every_task
def test_a_task_is_said_shortly_in_words_that_are_explained(lesson: Lesson, task: Task):
    assert len(task.text) <= LONGEST
    assert task.text.endswith(".")
    assert not unexplained(task.text)
    assert bool(task.holds) == bool(task.elsewhere)
    assert set(task.holds) <= set(task.start)
    assert set(task.start) <= set(lesson.defaults)
    assert task.start["picture"] == task.answer["picture"]


@every_task
def test_the_answer_reaches_it_and_neither_beginning_does(lesson: Lesson, task: Task):
    for changed, done in ((task.answer, True), (task.start, False), ({}, False)):
        verdict = task.check(settings_of(lesson, changed))
        sentence(verdict)
        assert verdict.done is done, verdict.said
        assert changed == {} or re.search(r"\d", verdict.said) or task.name in WITHOUT_NUMBERS


@every_task
def test_the_answers_settings_pass_the_lessons_own_checks(lesson: Lesson, task: Task):
    import app

    rules = app.site.asking.screens[lesson.name].all_rules
    for changed in (task.start, task.answer):
        for key, value in changed.items():
            assert rules[key].check(key, value) == value


@every_task
def test_a_check_is_quick_on_what_is_kept(lesson: Lesson, task: Task):
    for changed in (task.start, task.answer):
        task.check(settings_of(lesson, changed))
        began = time.perf_counter()
        task.check(settings_of(lesson, changed))
        assert time.perf_counter() - began < SLOWEST


@every_task
def test_elsewhere_in_the_lesson_it_says_where_it_is_done(lesson: Lesson, task: Task):
    for key in task.holds:
        away = {**settings_of(lesson, task.answer), key: "something else"}
        assert task.check(away) == Verdict(False, task.elsewhere)


@every_task
def test_a_photograph_gets_a_sentence(lesson: Lesson, task: Task):
    picture = f"sample:{next(iter(pictures.SAMPLES))}"
    sentence(task.check(settings_of(lesson, {**task.start, "picture": picture})))


# ---- other pictures ------------------------------------------------------------------------------------------
CROPS = {
    "scene:7": {"box": "76,178,130,255", "level": "P4"},
    "scene:8": {"box": "5,111,16,137", "level": "P5"},
    "scene:9": {"box": "17,131,44,165", "level": "P3"},
    "scene:10": {"box": "82,85,103,118", "level": "P3"},
    "scene:11": {"box": "109,97,139,126", "level": "P5"},
}
PIXELS = {
    "scene:3": "130,78",
    "scene:7": "42,90",
    "scene:9": "46,86",
    "scene:10": "62,70",
    "scene:11": "222,62",
}
MOVES = [f"{x},{y},1" for x, y in product((11, 12, 13, 9, 8, 6, 5, 4, 3, 2), (0, 1))]
Ways = Iterable[Mapping[str, Any]]
WAYS: dict[str, Callable[[str], Ways]] = {
    "few_proposals": lambda _: [{"nms_iou": iou} for iou in (0.7, 0.6, 0.5, 0.4)],
    "half_the_mask": lambda scene: [CROPS.get(scene, {})],
    "another_class": lambda _: [
        {"network": "mask_sigmoid", "mask_class": one} for one in ("person", "ball", "pillar")
    ],
    "iou_not_dice": lambda _: [{"moved": move} for move in MOVES],
    "greyer_mean": lambda scene: [{"pixel": PIXELS.get(scene, "")}],
}
"""For tasks of any picture: what a learner may try; for others the answer itself."""


@every_task
def test_it_is_reached_on_other_scenes_or_is_bound_to_its_own(lesson: Lesson, task: Task):
    if "picture" in task.holds:
        return
    reached = 0
    for scene in SCENES:
        ways = WAYS[task.name](scene) if task.name in WAYS else [task.answer]
        tries = (settings_of(lesson, {**task.start, **one, "picture": scene}) for one in ways)
        reached += any(task.check(one).done for one in tries)
        if reached == 5:
            return
    pytest.fail(f"reached on {reached} of {len(SCENES)} scenes")


def test_a_factor_that_turns_the_mean_difference_round_is_not_forgiven():
    from demos.depth_normals import lesson as depth

    task = next(task for lesson, task in TASKS if task.name == "free_factor")
    settings = {**depth.LESSON.defaults, "picture": "scene:2", "view": "loss", "forgiven": 0.0}
    made = depth.compute("scene:2", "loss")
    mean = depth.nets.scaled(made, "prediction", 1.0, 0.0).mean  # type: ignore[union-attr]
    verdict = task.check({**settings, "factor": float(np.exp(-2 * mean))})
    assert not verdict.done
    assert "others would not" in verdict.said
