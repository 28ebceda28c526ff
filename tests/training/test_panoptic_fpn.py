"""The recipe of panoptic_fpn: targets by hand, and one step through the whole network."""

import numpy as np
import torch

from lecture_models.scenes import CLASSES, THINGS, render
from lecture_models.training.data import FIRST_SEED, prepare, settings_for
from lecture_models.training.panoptic_fpn import CROP, example, loss, recipe, targets


def test_targets_by_hand():
    # instance map (semantic: 4 = ball in 1, 8 = person in 2, grass elsewhere), 20 wide and 10 high:
    #
    #     columns 0..4   ball      5..9  grass      10..13  person
    #     rows 0..9                                  rows 5..8 only
    instance = np.zeros((10, 20), np.uint8)
    instance[:, :5], instance[5:9, 10:14] = 1, 2
    semantic = np.where(instance == 1, 4, np.where(instance == 2, 8, 2)).astype(np.uint8)
    found = targets(semantic, instance)
    assert found["boxes"].tolist() == [[0, 0, 5, 10], [10, 5, 14, 9]]
    assert found["labels"].tolist() == [1, 5]
    assert found["masks"].sum((1, 2)).tolist() == [50, 16]


def test_a_piece_below_sixteen_pixels_is_no_target():
    instance = np.zeros((8, 8), np.uint8)
    instance[:3, :5] = 1
    assert targets(np.full((8, 8), 4, np.uint8), instance)["boxes"].shape == (0, 4)


def _stored(seed):
    scene = render(seed)
    return {f: getattr(scene, f).astype(np.uint8) for f in ("image", "semantic", "instance")}


def test_an_example_is_a_crop_and_later_the_whole_picture():
    rng = np.random.default_rng(0)
    assert example(_stored(3), rng, 0.0)["image"].shape == (3, CROP, CROP)
    assert example(_stored(3), rng, 0.95)["semantic"].shape == (256, 256)


def test_one_step_has_every_loss_and_reaches_every_weight():
    torch.manual_seed(0)
    network = recipe().build().train()
    examples = [example(_stored(s), np.random.default_rng(s), 0.0) for s in (3, 4)]
    losses = loss(network, examples)
    assert set(losses) == {
        "loss_objectness", "loss_rpn_box_reg", "loss_classifier", "loss_box_reg", "loss_mask", "loss_semantic",
    }  # fmt: skip
    torch.stack(list(losses.values())).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_a_crop_without_things_still_trains():
    empty = {"image": np.zeros((256, 256, 3), np.uint8)}
    empty |= {"semantic": np.full((256, 256), 2, np.uint8), "instance": np.zeros((256, 256), np.uint8)}
    losses = loss(recipe().build().train(), [example(empty, np.random.default_rng(0), 0.0)])
    assert all(torch.isfinite(v) for v in losses.values())


def test_the_store_holds_what_render_gives(tmp_path):
    store = prepare(tmp_path, 2, workers=1)
    scene = render(FIRST_SEED + 1, settings_for(FIRST_SEED + 1))
    assert np.array_equal(store[1]["image"], scene.image)
    assert np.array_equal(store[1]["instance"], scene.instance)
    assert CLASSES[-len(THINGS) :] == THINGS
