"""The loop: resumable to the bit, schedules that are functions of the step, batches split among processes."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lecture_models.training import loop
from lecture_models.training.recipe import Recipe

STORE = [
    {"image": np.full((3, 4, 4), i / 8, np.float32), "semantic": np.full((4, 4), i % 2)} for i in range(8)
]


def _recipe(**changes):
    settings = {"steps": 6, "scenes": 8, "batch": 4, "warm_up": 2, **changes}
    return Recipe("tiny", "Tiny", lambda: nn.Conv2d(3, 2, 1), _example, _loss, **settings)


def _example(scene, rng, progress):
    noise = rng.normal(0, 0.1, scene["image"].shape).astype(np.float32)
    return {
        "image": torch.from_numpy(scene["image"] + noise),
        "semantic": torch.from_numpy(scene["semantic"]),
    }


def _loss(network, examples):
    images, labels = (torch.stack([e[k] for e in examples]) for k in ("image", "semantic"))
    dropped = F.dropout(images, 0.3)  # the network's own draws, as an RoI sampler makes them
    return {"loss_a": F.cross_entropy(network(dropped), labels)}


def test_a_run_that_was_killed_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY", 2)
    whole, _ = loop.train(_recipe(), STORE, tmp_path / "whole")

    seen = []

    def killed(bar, recipe, losses, smooth):
        seen.append(losses)
        if len(seen) == 5:  # after the checkpoint of step 4, within step 5
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop, "_show", killed)
        with pytest.raises(KeyboardInterrupt):
            loop.train(_recipe(), STORE, tmp_path / "broken")
    resumed, minutes = loop.train(_recipe(), STORE, tmp_path / "broken")
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)
    assert minutes > 0


@pytest.mark.parametrize("changes", [{"steps": 7}, {"scenes": 7}, {"seed": 1}, {"learning_rate": 0.1}])
def test_another_recipes_checkpoint_is_not_gone_on_from(tmp_path, changes):
    loop.train(_recipe(steps=2), STORE, tmp_path)
    with pytest.raises(ValueError, match=r"checkpoint.pt is another's"):
        loop.train(_recipe(**{"steps": 2, **changes}), STORE, tmp_path)
    loop.train(_recipe(steps=2), STORE, tmp_path)


def test_training_lowers_the_loss(tmp_path):
    recipe = _recipe(steps=60, learning_rate=0.1)
    before = _loss(recipe.build(), [_example(s, np.random.default_rng(0), 0) for s in STORE])["loss_a"].item()
    network, _ = loop.train(recipe, STORE, tmp_path)
    after = _loss(network, [_example(s, np.random.default_rng(0), 0) for s in STORE])["loss_a"].item()
    assert after < before


def test_batches_must_divide_among_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(loop.Accelerator, "num_processes", 3)
    with pytest.raises(ValueError, match="must be a multiple of the processes"):
        loop.train(_recipe(), STORE, tmp_path)


def test_each_epoch_shows_every_scene_once():
    recipe = _recipe()
    first = recipe.indices(0) + recipe.indices(1)
    second = recipe.indices(2) + recipe.indices(3)
    assert sorted(first) == sorted(second) == list(range(8))
    assert first != second


def test_the_rate_warms_up_and_decays_to_one_percent():
    recipe = _recipe(steps=1000, warm_up=100, learning_rate=1.0)
    assert recipe.rate(0) == pytest.approx(0.01)
    assert recipe.rate(49) == pytest.approx(0.5, rel=0.02)
    assert recipe.rate(1000) == pytest.approx(0.01)
    assert all(recipe.rate(s) >= recipe.rate(s + 1) for s in range(100, 999))
