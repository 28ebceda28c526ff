"""Recipes of the networks that label pixels, and of the one that labels patches: examples by hand, and a first step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lecture_models.scenes import VOID, render
from lecture_models.training import patch_classifier, semantic
from lecture_models.training.__main__ import RECIPES
from lecture_models.training.data import FIRST_SEED, stored

NAMES = ("patch_classifier", "fcn_32s", "fcn_16s", "fcn_8s", "unet")


@pytest.fixture(scope="module")
def scene() -> dict[str, np.ndarray]:
    return {field: value for field, value in stored(render(FIRST_SEED)).items() if field in semantic.FIELDS}


def _ramp() -> dict[str, np.ndarray]:
    """A picture whose red says the column and green the row, and labels that are the column modulo 9."""
    rows, columns = np.mgrid[:256, :256].astype(np.uint8)
    return {"image": np.stack([columns, rows, rows], -1), "semantic": columns % 9}


def test_an_example_is_one_window_of_picture_and_labels_and_both_are_mirrored():
    examples = [semantic.example(_ramp(), np.random.default_rng(seed), 0.0) for seed in range(8)]
    assert all(one["image"].shape == (192, 192, 3) for one in examples)
    assert all(one["image"].dtype == one["semantic"].dtype == torch.uint8 for one in examples)
    columns = semantic.stacked(examples, "image")[..., 0]
    assert torch.equal(columns % 9, semantic.stacked(examples, "semantic"))
    assert set((columns[:, 0, 1].int() - columns[:, 0, 0].int()).tolist()) == {1, -1}
    assert len(set(columns[:, 0, 0].tolist())) > 1
    assert semantic.example(_ramp(), np.random.default_rng(0), 0.95)["semantic"].shape == (256, 256)


def test_pictures_are_lit_in_a_batch():
    image = torch.tensor([[[0, 102, 255]]], dtype=torch.uint8)
    lights = torch.tensor([[1.0, 0.0], [0.5, 0.1]])
    mirrored = torch.tensor(False)
    shown = [{"image": image, "light": light, "mirrored": mirrored} for light in lights]
    expected = torch.tensor([[0.0, 0.4, 1.0], [0.1, 0.3, 0.6]])
    assert torch.allclose(semantic.pictures(shown)[:, :, 0, 0], expected, atol=1e-6)


def test_half_of_the_patches_are_on_things_and_each_class_is_drawn_alike():
    # sky everywhere, a cone (7) of nine pixels, a person (8) of four hundred, void in a corner
    labels = np.zeros((256, 256), np.uint8)
    labels[5:8, 5:8], labels[100:120, 100:120], labels[0, 0] = 7, 8, VOID
    rng = np.random.default_rng(0)
    drawn = np.stack([labels[tuple(patch_classifier.pixels(labels, rng).T)] for _ in range(200)])
    assert (drawn[:, :2] == 0).mean() > 0.95
    things = drawn[:, 2:]
    assert set(np.unique(things)) == {7, 8}
    assert abs((things == 7).mean() - 0.5) < 0.1


def test_where_there_is_no_thing_patches_are_anywhere():
    labels = np.full((256, 256), VOID, np.uint8)
    assert patch_classifier.pixels(labels, np.random.default_rng(0)).shape == (patch_classifier.PATCHES, 2)


def test_a_patchs_label_is_that_of_its_point():
    for seed in range(4):
        one = patch_classifier.example(_ramp(), np.random.default_rng(seed), 0.0)
        columns = semantic.stacked([one], "image")[0, one["points"][:, 1], one["points"][:, 0], 0]
        assert torch.equal(columns % 9, one["labels"])


class _Answers(nn.Module):
    """Knows the class of a patch by the red of its middle."""

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """Patches -> logits."""
        red = (patches[:, 0, 79, 79] * 255).round().long() % 9
        return 50.0 * nn.functional.one_hot(red, 9)


def test_the_loss_is_asked_about_the_patches_of_the_points():
    examples = [patch_classifier.example(_ramp(), np.random.default_rng(seed), 0.0) for seed in range(3)]
    for one in examples:
        one["light"] = torch.tensor([1.0, 0.0])
    assert patch_classifier.loss(_Answers(), examples)["loss_class"] < 1e-3
    examples[0]["labels"][0] = (examples[0]["labels"][0] + 1) % 9
    assert patch_classifier.loss(_Answers(), examples)["loss_class"] > 1
    examples[0]["labels"][0] = VOID
    assert patch_classifier.loss(_Answers(), examples)["loss_class"] < 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_a_few_steps_lower_the_loss(name: str, scene: dict[str, np.ndarray]):
    torch.manual_seed(0)
    recipe = RECIPES[name]()
    network = recipe.build().train()
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    small = {field: value[60:156, 60:156] for field, value in scene.items()}  # a quarter of the time
    examples: list[Any] = [recipe.example(small, np.random.default_rng(seed), 0.95) for seed in range(2)]
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3)
    losses = []
    for _ in range(6):
        total = torch.stack(list(recipe.loss(network, examples).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        losses.append(total.item())
    assert losses[-1] < 0.9 * losses[0]


def test_each_fcn_starts_from_the_one_before():
    assert [RECIPES[name]().initial for name in NAMES] == ["", "patch_classifier", "fcn_32s", "fcn_16s", ""]
    assert {RECIPES[name]().fields for name in NAMES} == {("image", "semantic")}
    assert {RECIPES[name]().scenes for name in NAMES} == {12000}
