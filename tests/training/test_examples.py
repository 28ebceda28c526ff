"""Examples made ahead by a thread are those made in turn, whoever asks and however many share the batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from lecture_models.training.examples import batches, examples
from lecture_models.training.recipe import Recipe, RecipeError

STORE = [{"image": np.full((1, 2, 2), k, np.float32)} for k in range(8)]
CPU = torch.device("cpu")


def _noisy(
    scene: dict[str, np.ndarray], rng: np.random.Generator, progress: float
) -> dict[str, torch.Tensor]:
    return {"image": torch.from_numpy(scene["image"] + rng.random() + 100 * progress)}


def _recipe(example: Any = _noisy, **changes: Any) -> Recipe:
    return Recipe("tiny", "Tiny", torch.nn.Identity, example, lambda *_: {}, 6, 8, batch=4, **changes)


def _values(batch: list[dict[str, torch.Tensor]]) -> list[float]:
    return [float(one["image"].mean()) for one in batch]


def test_ahead_or_in_turn_they_are_the_same():
    ahead = [_values(batch) for batch in batches(_recipe(), STORE, range(2, 6), (0, 1), CPU)]
    assert ahead == [_values(examples(_recipe(), STORE, step, (0, 1))) for step in range(2, 6)]
    assert len({tuple(values) for values in ahead}) == 4


def test_two_processes_share_what_one_would_have():
    (whole,), *halves = (list(batches(_recipe(), STORE, range(1), p, CPU)) for p in ((0, 1), (0, 2), (1, 2)))
    assert [_values(half[0]) for half in halves] == [_values(whole)[::2], _values(whole)[1::2]]


def test_no_step_is_left_and_no_scene_is_read():
    assert list(batches(_recipe(), [], range(6, 6), (0, 1), CPU)) == []


def test_what_fails_in_the_thread_is_told():
    def broken(*_: Any) -> Any:
        raise RecipeError("no such field")

    with pytest.raises(RecipeError, match="no such field"):
        next(batches(_recipe(broken), STORE, range(6), (0, 1), CPU))


def test_a_field_that_is_not_stored_is_refused():
    assert _recipe(fields=("image", "depth")).fields == ("image", "depth")
    with pytest.raises(RecipeError, match=r"fields must be of image, .*got \('sound',\)"):
        _recipe(fields=("sound",))
