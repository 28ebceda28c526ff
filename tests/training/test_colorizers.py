"""The colorizers' recipes: alike in all but what is compared; losses by hand; one step of each."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lecture_models.colour_prior import training_counts
from lecture_models.ops.colour_bins import gamut_bins, rebalancing_weights, soft_encode
from lecture_models.training.__main__ import RECIPES
from lecture_models.training.colorizers import (
    CROP,
    classes_loss,
    example,
    lightness_and_ab,
    rebalanced_loss,
    regression_loss,
)

NAMES = ("colorizer_regression", "colorizer_classes", "colorizer_rebalanced")


class _Says(nn.Module):
    """A network that says the same whatever it sees."""

    def __init__(self, answer: torch.Tensor) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, lightness: torch.Tensor) -> torch.Tensor:
        return self.answer


def _plain(*colours: tuple[int, int, int]) -> list[dict[str, torch.Tensor]]:
    """One example of 4 × 4 pixels, which is one cell of the output, for each colour."""
    return [
        {"image": torch.tensor(colour, dtype=torch.uint8).expand(4, 4, 3), "mirrored": torch.tensor(False)}
        for colour in colours
    ]


def _stored(seed: int) -> dict[str, np.ndarray]:
    return {"image": np.random.default_rng(seed).integers(0, 256, (256, 256, 3)).astype(np.uint8)}


def test_the_three_are_alike_in_all_but_output_and_loss():
    recipes = [asdict(RECIPES[name]()) for name in NAMES]
    for other in recipes[1:]:
        differ = {key for key in other if other[key] != recipes[0][key]}
        assert differ == {"name", "title", "build", "loss", "arguments"}
    assert RECIPES[NAMES[0]]().indices(7) == RECIPES[NAMES[2]]().indices(7)


def test_an_example_is_a_crop_of_bytes():
    found = example(_stored(0), np.random.default_rng(0), 0.5)
    assert found["image"].shape == (CROP, CROP, 3)
    assert found["image"].dtype == torch.uint8


def test_the_target_is_the_mean_of_a_cell():
    halves = torch.zeros(4, 4, 3, dtype=torch.uint8)
    halves[:, :2], halves[:, 2:] = torch.tensor([255, 0, 0]), torch.tensor([128, 128, 128])
    lightness, ab = lightness_and_ab([{"image": halves, "mirrored": torch.tensor(True)}])
    assert ab.flatten().tolist() == pytest.approx([80.09 / 2, 67.20 / 2], abs=0.01)  # half red, half grey
    assert lightness[0, 0, 0].tolist() == pytest.approx([53.59, 53.59, 53.24, 53.24], abs=0.01)


def test_regression_by_hand():
    # red has ab (80.09, 67.20); a prediction 50 off in a and 25 off in b costs 1 + ¼
    answer = torch.tensor([80.09 - 50, 67.20 + 25]).view(1, 2, 1, 1)
    loss = regression_loss(_Says(answer), _plain((255, 0, 0)))
    assert float(loss["loss_ab"]) == pytest.approx(1.25, abs=1e-3)


def test_classes_equal_torchs_cross_entropy_with_dense_targets():
    examples = _plain((255, 0, 0), (90, 120, 60))
    logits = torch.randn(2, 261, 1, 1, generator=torch.Generator().manual_seed(0))
    ab = lightness_and_ab(examples)[1]
    targets = soft_encode(ab[:, :, 0, 0], gamut_bins())
    each = F.cross_entropy(logits[:, :, 0, 0], targets, reduction="none")
    assert float(classes_loss(_Says(logits), examples)["loss_classes"]) == pytest.approx(float(each.mean()))
    weights = rebalancing_weights(training_counts(), gamut_bins())[targets.argmax(1)]
    assert weights[0] > 3 * weights[1]  # red is rarer than the green of grass
    found = rebalanced_loss(_Says(logits), examples)["loss_rebalanced"]
    assert float(found) == pytest.approx(float((each * weights).mean()), rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_some_steps_lower_the_loss_and_reach_every_weight(name):
    torch.manual_seed(0)
    recipe = RECIPES[name]()
    network = recipe.build().train()
    # a picture in two colours, each of another lightness, small so that the test is quick
    image = torch.zeros(64, 64, 3, dtype=torch.uint8)
    image[:32], image[32:] = torch.tensor([230, 120, 40]), torch.tensor([40, 90, 30])
    examples = [{"image": image, "mirrored": torch.tensor(mirrored)} for mirrored in (False, True)]
    optimizer = torch.optim.AdamW(network.parameters(), 1.5e-3)
    values = []
    for _ in range(6):
        (loss,) = recipe.loss(network, examples).values()
        optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())
        optimizer.step()
        values.append(float(loss.detach()))
    assert values[-1] < 0.8 * values[0]
