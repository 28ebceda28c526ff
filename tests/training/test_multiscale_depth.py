"""The recipe of multiscale_depth: truth by hand, mirrored with its normals, reduced with its sky; and some steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lecture_models.evaluation.depth import NormalErrors
from lecture_models.ops.normals_from_depth import normals_from_depth
from lecture_models.scenes import render
from lecture_models.training.data import stored
from lecture_models.training.multiscale_depth import example, loss, recipe, reduced, truth


def _examples(*seeds: int, size: int = 64) -> list[dict[str, torch.Tensor]]:
    return [example(stored(render(s, size=size)), np.random.default_rng(s), 0.0) for s in seeds]


def test_truth_by_hand():
    # one row of two pixels: a wall at e m that looks to the right, and sky
    scene = {
        "image": np.zeros((1, 2, 3), np.uint8),
        "depth": np.array([[np.e, np.inf]], np.float16),
        "normals": np.array([[[127, 0, 0], [0, 0, 0]]], np.int8),
    }
    one = example(scene, np.random.default_rng(0), 0.0)
    plain, turned = ({**one, "mirrored": torch.tensor(mirror)} for mirror in (False, True))
    log_depth, normals, known = truth([plain, turned])
    assert log_depth.flatten().tolist() == pytest.approx([1, 0, 0, 1], abs=1e-3)
    assert known.flatten().tolist() == [True, False, False, True]
    assert normals[0, :, 0].T.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert normals[1, :, 0].T.tolist() == [[0, 0, 0], [-1, 0, 0]]


def test_a_cell_is_the_mean_of_what_has_a_depth():
    # 2 × 4 pixels in cells of 2: three pixels with a depth on the left, one on the right, which is too few
    log_depth = torch.tensor([[[1.0, 2.0, 0.0, 0.0], [3.0, 0.0, 0.0, 5.0]]])
    known = log_depth > 0
    normals = torch.zeros(1, 3, 2, 4)
    normals[0, 1] = known[0]
    mean, mean_normals, mean_known = reduced(log_depth, normals, known, 2)
    assert mean_known.flatten().tolist() == [True, False]
    assert float(mean[0, 0, 0]) == pytest.approx(2.0)
    assert mean_normals[0, :, 0, 0].tolist() == pytest.approx([0, 1, 0])
    whole = (log_depth, normals, known)
    assert all(torch.equal(a, b) for a, b in zip(reduced(*whole, 1), whole, strict=True))


def test_mirrored_normals_belong_to_the_mirrored_depth():
    """Computed from the mirrored depth map, the normals are the mirrored truth: x was turned, and only x."""
    scene = render(3, size=128)
    one = example(stored(scene), np.random.default_rng(0), 0.0)
    log_depth, normals, known = truth([{**one, "mirrored": torch.tensor(True)}])
    depth = torch.where(known, log_depth.exp(), torch.inf)[0]
    errors = NormalErrors()
    computed = normals_from_depth(depth.double(), scene.camera.focal(128)).permute(1, 2, 0)
    errors.update(computed.numpy(), normals[0].permute(1, 2, 0).double().numpy(), known[0].numpy())
    assert errors.compute()["normals_median"] < 3


def test_one_step_has_every_loss_and_reaches_every_weight():
    torch.manual_seed(0)
    network = recipe().build().train()
    losses = loss(network, _examples(3, 4))
    parts = [
        f"loss_{task}_{scale}" for scale in ("coarse", "middle", "fine") for task in ("depth", "normals")
    ]
    assert list(losses) == parts
    torch.stack(list(losses.values())).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_eight_steps_on_two_pictures_lower_every_loss():
    torch.manual_seed(0)
    network, examples = recipe().build().train(), _examples(3, 4)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3)
    first = {name: float(value.detach()) for name, value in loss(network, examples).items()}
    for _ in range(8):
        losses = loss(network, examples)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
    assert all(float(losses[name].detach()) < 0.9 * first[name] for name in first)


def test_nothing_but_sky_still_trains():
    sky = {
        "image": np.zeros((64, 64, 3), np.uint8),
        "depth": np.full((64, 64), np.inf, np.float16),
        "normals": np.zeros((64, 64, 3), np.int8),
    }
    losses = loss(recipe().build().train(), [example(sky, np.random.default_rng(0), 0.0)])
    assert all(float(value.detach()) == 0 for value in losses.values())
