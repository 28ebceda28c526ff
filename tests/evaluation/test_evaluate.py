"""The whole measurement: a network that knows the truth gets 1 everywhere, and the command prints JSON."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from lecture_models import evaluation, zoo
from lecture_models.evaluation import evaluate
from lecture_models.evaluation.__main__ import main
from lecture_models.nets import rcnn_trace
from lecture_models.scenes import CLASSES, STUFF, THINGS, VOID, Scene, render

KEYS = (
    *("box_ap", "box_ap50", "box_ap75", "mask_ap", "mask_ap50", "mask_ap75"),
    *("miou", "pq", "sq", "rq", "pq_things", "pq_stuff"),
)


def _perfect(scene: Scene, classes: tuple[str, ...]) -> Any:
    """The trace that a network would leave which knows the scene."""
    numbers = np.arange(1, len(scene.things) + 1)[:, None, None]
    return SimpleNamespace(
        network="perfect",
        classes=classes,
        boxes=torch.tensor([thing.box for thing in scene.things]).reshape(-1, 4),
        labels=torch.tensor([thing.label - len(STUFF) + 1 for thing in scene.things], dtype=torch.int64),
        scores=torch.linspace(0.99, 0.9, len(scene.things)),
        mask_cells=torch.zeros(len(scene.things), 28, 28),
        binary_masks=scene.instance == numbers,
        half_semantic=torch.zeros(1),
        semantic_labels=np.where(scene.semantic < len(CLASSES), scene.semantic, 0),
        stuff_labels=np.where(scene.semantic < len(STUFF), scene.semantic, 0),
    )


@pytest.fixture
def scenes(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, Scene]:
    """Small scenes, found again by their picture; the trace of any network is the truth."""
    known: dict[bytes, Scene] = {}

    def small(seed: int, size: int) -> Scene:
        scene = render(seed, size=size // 2)
        known[scene.image.tobytes()] = scene
        return scene

    def trace(network: Any, image: np.ndarray) -> Any:
        return _perfect(known[image.tobytes()], network)

    monkeypatch.setattr(evaluation, "render", small)
    monkeypatch.setattr(rcnn_trace, "trace_rcnn", trace)
    monkeypatch.setattr(
        zoo, "load", lambda name: ("background", *THINGS) if name == "net" else zoo.card(name)
    )
    return known


def test_a_perfect_network_gets_one_everywhere(scenes: dict[bytes, Scene]):
    seen: list[tuple[int, int]] = []
    result = evaluate(("background", *THINGS), 3, 3, lambda *done: seen.append(done))  # type: ignore[arg-type]
    assert any((scene.semantic == VOID).any() for scene in scenes.values())
    assert {key: result[key] for key in KEYS} == pytest.approx(dict.fromkeys(KEYS, 1.0))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    things = [thing for scene in scenes.values() for thing in scene.things]
    assert result["things_per_scene"] == len(things) / 3
    assert result["share_under_24px"] == pytest.approx(np.mean([thing.area < 576 for thing in things]))


def test_one_process_of_several_measures_alone(scenes: dict[bytes, Scene], monkeypatch: pytest.MonkeyPatch):
    """At the end of a training by several processes, the first one measures and the others do not wait for it."""
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    monkeypatch.setattr(torch.distributed, "barrier", lambda *_, **__: pytest.fail("it waits for the others"))
    try:
        assert evaluate(("background", *THINGS), 3, 1)["pq"] == pytest.approx(1.0)  # type: ignore[arg-type]
    finally:
        torch.distributed.destroy_process_group()


def test_other_classes_and_no_scenes_are_refused(scenes: dict[bytes, Scene]):
    with pytest.raises(ValueError, match="perfect"):
        evaluate(("background", "horse"), 0, 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="At least 1"):
        evaluate((), 0, 0)  # type: ignore[arg-type]
    for first in (-1, 1_000_000, 999_999):
        with pytest.raises(ValueError, match="never trained on"):
            evaluate((), first, 2)  # type: ignore[arg-type]


def test_the_command_prints_json(scenes: dict[bytes, Scene], capsys: pytest.CaptureFixture[str]):
    assert main(["net", "--first-seed", "7", "--scenes", "2"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert all(0 <= result[key] <= 1 for key in KEYS)
    assert (result["network"], result["first_seed"], result["scenes"]) == ("net", 7, 2)
    assert set(result["by_class"]) == set(CLASSES)
    assert "2/2" in err


def test_the_command_names_an_unknown_network(scenes: dict[bytes, Scene], capsys: pytest.CaptureFixture[str]):
    assert main(["nothing"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "nothing" in err
