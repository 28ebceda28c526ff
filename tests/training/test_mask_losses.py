"""The study behind the mask loss's ablation: lengths of gradients as the training clips them, and swapped heads."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from lecture_models import pictures, zoo
from lecture_models.training import mask_losses
from lecture_models.training.ablations import RECIPES
from lecture_models.training.examples import examples

# the file as it is in the repository, whatever other tests of this folder put in its place
STUDY = json.loads((zoo.WEIGHTS.parent / "results" / "mask_losses.json").read_text())


@pytest.mark.parametrize("loss", mask_losses.LOSSES)
def test_lengths_are_those_that_the_training_clips(loss: str):
    recipe = RECIPES[f"mask_{loss}"](batch=1, scenes=1)
    scenes = {0: mask_losses.training_scene(0)}
    torch.manual_seed(0)
    network = recipe.build().train()
    batch = examples(recipe, scenes, 0, (0, 1))
    mask, whole = mask_losses.norms(recipe, network, batch, 0)
    torch.manual_seed(recipe.draws(0, 0))
    losses = recipe.loss(network, batch)
    torch.stack(list(losses.values())).sum().backward(retain_graph=True)
    assert float(torch.nn.utils.clip_grad_norm_(network.parameters(), 1e9)) == pytest.approx(whole, rel=1e-4)
    network.zero_grad()
    losses["loss_mask"].backward()
    assert float(torch.nn.utils.clip_grad_norm_(network.backbone.parameters(), 1e9)) == pytest.approx(
        mask, rel=1e-4
    )


@pytest.mark.parametrize("loss", mask_losses.LOSSES)
def test_a_networks_masks_in_its_own_boxes_are_its_own(loss: str):
    trace = zoo.trace(f"mask_{loss}", pictures.resolve("scene:42").image)
    with zoo.using(f"mask_{loss}") as network:
        found = mask_losses.on_boxes(network, trace, trace)
    assert np.mean(found.masks != trace.binary_masks) < 1e-5
    assert np.array_equal(found.labels, trace.labels.numpy() - 1)


def test_another_networks_masks_differ_and_its_boxes_do_not():
    sigmoid, softmax = (
        zoo.trace(f"mask_{loss}", pictures.resolve("scene:42").image) for loss in ("sigmoid", "softmax")
    )
    with zoo.using("mask_softmax") as network:
        found = mask_losses.on_boxes(network, softmax, sigmoid)
    assert np.array_equal(found.boxes, sigmoid.boxes.numpy())
    assert (found.masks != sigmoid.binary_masks).any()


@pytest.mark.parametrize("loss", mask_losses.LOSSES)
def test_the_file_is_of_the_published_weights_and_agrees_with_their_cards(loss: str):
    card = zoo.card(f"mask_{loss}")
    assert STUDY["networks"][loss] == card.sha256
    by = {one["boxes"]: one for one in STUDY["heads"]}
    assert by[loss]["mask_ap"][loss] == pytest.approx(card.metrics["mask_ap"], abs=1e-4)
    own = by["sigmoid"]["mask_ap"]["sigmoid"] - by["softmax"]["mask_ap"]["softmax"]
    assert by["own"]["gain"] == pytest.approx(own)


def test_what_the_lesson_says_the_study_bears():
    by = {one["boxes"]: one for one in STUDY["heads"]}
    for one in by.values():
        assert one["gain"] > 3 * one["gain_standard_error"]
    for loss in mask_losses.LOSSES:
        assert by[loss]["gain"] < by["own"]["gain"], "the masks alone are not the whole gain"
    soft, sigmoid = (
        STUDY["gradients"][loss]["fresh"]["mask_loss_on_backbone"] for loss in mask_losses.LOSSES
    )
    assert soft > 2 * sigmoid
    begins = STUDY["beginnings"]
    assert begins["sigmoid_fits_better"] > begins["scenes"] / 2 > begins["softmax_fits_better"]
    assert begins["mean_sum"] > 3
