"""A training starts from another's weights: the finished run of its seed, else the published file, else not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lecture_models import zoo
from lecture_models.training import checkpoint, loop
from lecture_models.training.initial import initial_state, start_from
from lecture_models.training.recipe import Recipe, RecipeError

STORE = [{"image": np.full((3, 2, 2), k / 4, np.float32)} for k in range(4)]


def _recipe(name: str = "later", initial: str = "first", **changes: Any) -> Recipe:
    def loss(network: nn.Module, examples: list[Any]) -> dict[str, torch.Tensor]:
        return {
            "loss": F.mse_loss(network(torch.stack([e["image"] for e in examples])), torch.ones(4, 2, 2, 2))
        }

    def example(scene: dict[str, np.ndarray], *_: Any) -> dict[str, torch.Tensor]:
        return {"image": torch.from_numpy(scene["image"])}

    settings: dict[str, Any] = {"steps": 2, "scenes": 4, "batch": 4, **changes}
    return Recipe(name, "Tiny", lambda: nn.Conv2d(3, 2, 1), example, loss, initial=initial, **settings)


def _state(value: float) -> dict[str, torch.Tensor]:
    return {"weight": torch.full((2, 3), value), "bias": torch.full((2,), value)}


def test_the_finished_run_of_the_same_seed_comes_before_the_published_file(folders: Path):
    zoo.save("first", _state(0.5), zoo.Card(name="first", title="First"))
    runs = folders / "runs"
    for seed in (0, 1):
        loop.train(_recipe("first", "", seed=seed), STORE, runs / f"first-{seed}")
    for seed, weight in ((0, checkpoint.finished(runs / "first-0/checkpoint.pt")), (2, _state(0.5))):
        found = initial_state(_recipe(seed=seed), runs)
        assert found is not None
        assert weight is not None
        assert torch.equal(found["bias"], weight["bias"])


def test_a_run_that_was_broken_off_is_not_started_from(folders: Path, monkeypatch: pytest.MonkeyPatch):
    place = folders / "runs" / "first-0"
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY", 1)
    with monkeypatch.context() as patch:
        patch.setattr(loop.checkpoint, "save", _stop_after_the_first(loop.checkpoint.save))
        with pytest.raises(KeyboardInterrupt):
            loop.train(_recipe("first", ""), STORE, place)
    assert (place / "checkpoint.pt").exists()
    with pytest.raises(RecipeError, match=r"later starts from first, .* train it first"):
        initial_state(_recipe(), folders / "runs")


def _stop_after_the_first(save: Any) -> Any:
    def saved(*arguments: Any) -> None:
        save(*arguments)
        raise KeyboardInterrupt

    return saved


def test_nothing_is_needed_by_who_starts_from_nothing(tmp_path: Path):
    assert initial_state(_recipe(initial=""), tmp_path) is None


def test_shared_names_are_copied_and_matrices_become_kernels():
    # a matrix [1, 8] over 2 channels of 2 × 2 values, channel by channel, row by row:
    #
    #     channel 0: 0 1    channel 1: 4 5
    #                2 3               6 7
    network = nn.Sequential(nn.Conv2d(2, 1, 2), nn.Conv2d(1, 1, 1))
    before = network[1].weight.clone()
    start_from(network, {"0.weight": torch.arange(8.0)[None], "other": torch.ones(1)})
    assert network[0].weight[0].tolist() == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
    assert torch.equal(network[1].weight, before)


def test_networks_that_do_not_belong_together_are_refused():
    with pytest.raises(RecipeError, match="share none"):
        start_from(nn.Conv2d(2, 1, 2), {"other": torch.ones(1)})
    with pytest.raises(RecipeError, match="weight has 8 values, and 7"):
        start_from(nn.Conv2d(2, 1, 2), {"weight": torch.ones(7)})


def test_the_training_begins_there_and_its_settings_say_so(tmp_path: Path):
    recipe = _recipe(steps=1, learning_rate=1e-9)
    network, _ = loop.train(recipe, STORE, tmp_path, _state(0.25))
    assert torch.allclose(network.weight, torch.tensor(0.25), atol=1e-6)  # type: ignore[arg-type]
    assert recipe.settings()["initial"] == "first"
    assert "initial" not in _recipe(initial="").settings()
    assert "starts from first" in recipe.describe()
