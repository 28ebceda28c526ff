"""Answers of the tasks, on traces small enough to work out by hand and on perfect ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from lecture_models import segments
from lecture_models.nets.rcnn_trace import RCNNTrace
from lecture_models.scenes import Scene, render
from lecture_models.segments import Segments
from lecture_models.studies import vision_tasks as tasks

CLASSES = ("background", "ball", "crate", "pillar", "cone", "person")


@dataclass(frozen=True)
class Given(RCNNTrace):
    """A trace with masks and logits of any kind, not only those that cells and half maps can give."""

    masks: Any = None
    semantic: Any = None

    def mask(self, number: int) -> Any:
        return self.masks[number]


def trace_of(image: np.ndarray, boxes: Any, labels: Any, scores: Any, masks: Any, semantic: Any) -> RCNNTrace:
    size = image.shape[:2]
    return Given(
        image=image,
        network="made up",
        classes=CLASSES,
        features={},
        strides={},
        scale=1.0,
        proposals=torch.zeros(0, 4),
        boxes=torch.tensor(np.array(boxes, np.float32).reshape(-1, 4)),
        labels=torch.tensor(np.array(labels, np.int64)),
        scores=torch.tensor(np.array(scores, np.float32)),
        mask_cells=torch.zeros(len(masks), 28, 28),
        half_semantic=None,
        masks=torch.tensor(np.array(masks, np.float32).reshape(-1, *size)),
        semantic=None if semantic is None else torch.tensor(np.array(semantic, np.float32)),
    )


def perfect(scene: Scene) -> RCNNTrace:
    """What a network without any error would leave."""
    things = [k for k, thing in enumerate(scene.things) if (scene.instance == k + 1).any()]
    semantic = np.zeros((9, *scene.semantic.shape))
    rows, columns = np.nonzero(scene.semantic < 9)
    semantic[scene.semantic[rows, columns], rows, columns] = 5
    return trace_of(
        scene.image,
        [scene.things[k].box for k in things],
        [scene.things[k].label - 3 for k in things],
        np.linspace(0.99, 0.6, len(things)),
        [scene.instance == k + 1 for k in things],
        semantic,
    )


@pytest.fixture(scope="module")
def scene() -> Scene:
    return render(7)


def test_perfect_network_agrees_everywhere(scene: Scene):
    seen = tasks.compare(scene, tasks.answer(perfect(scene), 0.5))
    assert seen.agreement > 0.999
    assert all(found >= 0 for found in seen.found)
    assert len(set(seen.found)) == len(seen.found)
    numbers = {(name, number) for name, number in zip(seen.answers.names, seen.numbers, strict=True)}
    assert len(numbers) == len(seen.numbers), "two objects have one name"


def test_threshold_takes_the_weak_ones(scene: Scene):
    trace = perfect(scene)
    kept = [len(tasks.answer(trace, score).names) for score in (0.05, 0.7, 0.995)]
    assert kept[0] == len(trace.scores)
    assert kept[0] > kept[1] > kept[2] == 0


def test_nothing_detected_is_answered(scene: Scene):
    seen = tasks.compare(scene, tasks.answer(perfect(scene), 0.999))
    assert seen.found == ()
    assert 0 < seen.agreement < 1
    assert tasks.boxes_right(seen, [()]) == [[not thing for thing in seen.truth.things]]


def test_photograph_has_no_truth(scene: Scene):
    seen = tasks.compare(None, tasks.answer(perfect(scene), 0.5))
    assert seen.truth is None
    assert seen.agreement == 0
    assert set(seen.found) == {-1}


def test_network_that_knows_no_stuff():
    image = np.zeros((8, 8, 3), np.uint8)
    mask = np.zeros((8, 8))
    mask[2:5, 2:5] = 0.9
    said = tasks.answer(trace_of(image, [[2, 2, 5, 5]], [1], [0.9], [mask], None), 0.5)
    assert said.semantic.names == ("ball",)
    assert (said.panoptic.map > 0).sum() == 9
    assert said.classes == ("ball",)


def test_network_without_masks():
    image = np.zeros((8, 8, 3), np.uint8)
    said = tasks.answer(trace_of(image, [[2, 2, 5, 5]], [1], [0.9], [], None), 0.5)
    assert said.names == ("ball",)
    assert len(said.instances) == len(said.panoptic) == 0
    assert tasks.compare(None, said).claims(trace_of(image, [[2, 2, 5, 5]], [1], [0.9], [], None), 3, 3) == []


def test_match_needs_more_than_half():
    truth = Segments(np.array([[1, 1, 1, 0]], np.int32), ("ball",), (True,))
    half = Segments(np.array([[1, 0, 0, 1]], np.int32), ("ball",), (True,))
    most = Segments(np.array([[1, 1, 0, 1]], np.int32), ("ball",), (True,))
    other = Segments(most.map, ("cone",), (True,))
    assert segments.match(half, truth).tolist() == [0, 0]
    assert segments.match(most, truth).tolist() == [0, 1], "void is left out of the union"
    assert segments.match(other, truth).tolist() == [0, 0]


def test_two_boxes_on_one_thing_count_once():
    found = tasks.match_boxes(
        ("ball", "ball"), np.array([[0, 0, 4, 4], [0, 0, 4, 3.0]]), ("ball",), np.array([[0, 0, 4, 4.0]])
    )
    assert found == [0, -1]
