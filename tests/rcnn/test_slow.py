"""Slow R-CNN: as many passes as crops, stoppable, the same boxes however it is chunked, crops that are the box."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.detection import fasterrcnn_resnet50_fpn

from lecture_models import zoo
from lecture_models.rcnn import slow as rcnn_slow
from lecture_models.rcnn.selective_search import search
from lecture_models.rcnn.slow import next_chunk, slow_ledger, usual_warp, warp_crops
from lecture_models.scenes import render


@pytest.fixture(scope="module", params=["ours", "torchvision"])
def network(request):
    if request.param == "ours":
        return zoo.load("panoptic_fpn")
    torch.manual_seed(0)
    settings = {"min_size": 128, "max_size": 160, "box_score_thresh": 0.011}
    return fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None, **settings).eval()


@pytest.fixture(scope="module")
def image():
    return render(42, size=128).image


@pytest.fixture(scope="module")
def ledgers(network, image):
    return list(slow_ledger(network, image, 20, warp=64))


def left_hooks(network):
    return sum(len(part._forward_hooks) for part in network.modules())


def test_as_many_passes_as_crops(network, image, ledgers):
    assert ledgers[0].done == ledgers[0].passes == 0
    assert all(ledger.passes == ledger.done for ledger in ledgers)
    assert [ledger.done for ledger in ledgers] == sorted({ledger.done for ledger in ledgers})
    assert ledgers[-1].done == len(ledgers[-1].proposals) == 20
    assert torch.equal(ledgers[-1].proposals, search(image, 20).boxes)
    assert left_hooks(network) == 0


def test_the_hook_counts_what_another_hook_counts(network, image):
    seen = []
    handle = network.backbone.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    try:
        *_, last = slow_ledger(network, image, 11, warp=64)
    finally:
        handle.remove()
    assert sum(seen) == last.passes == 11


def test_stages_add_up_to_a_count_of_the_whole_run(network, image, ledgers):
    with FlopCounterMode(display=False) as counter:
        list(slow_ledger(network, image, 20, warp=64))
    assert ledgers[-1].macs == counter.get_total_flops() // 2 > 0
    assert [stage.name for stage in ledgers[-1].stages] == [
        "selective search",
        "warp",
        "backbone",
        "box head",
    ]


def test_stopping_leaves_nothing_and_what_was_done_stays(network, image):
    run = slow_ledger(network, image, 20, warp=64)
    next(run)
    some = next(run)
    assert left_hooks(network) == 0  # also between chunks: others may use the network
    run.close()
    assert left_hooks(network) == 0
    assert 0 < some.done == some.passes < len(some.proposals)


def test_chunks_change_nothing(network, image, ledgers, monkeypatch):
    monkeypatch.setattr(rcnn_slow, "next_chunk", lambda *_: 3)
    *_, other = slow_ledger(network, image, 20, warp=64)
    assert torch.allclose(other.boxes, ledgers[-1].boxes, atol=1e-2)
    assert torch.allclose(other.scores, ledgers[-1].scores, atol=1e-4)
    assert other.macs == ledgers[-1].macs


def test_each_chunk_takes_its_turn(network, image):
    turns = []

    @contextmanager
    def turn():
        turns.append("in")
        yield
        turns.append("out")

    for _ in slow_ledger(network, image, 9, warp=64, turn=turn):
        assert turns[-1] == "out"
    assert turns.count("in") == turns.count("out") == 3  # to prepare, 8 crops, 1 crop


def test_gradients_of_others_are_left_alone(network, image):
    run = slow_ledger(network, image, 9, warp=64)
    next(run)
    assert not torch.is_inference_mode_enabled()
    run.close()


def test_detections_are_in_the_picture(ledgers):
    last = ledgers[-1]
    assert len(last.boxes) == len(last.labels) == len(last.scores) > 0
    assert last.boxes.min() >= 0
    assert last.boxes.max() <= 128
    assert last.warp == 64


@pytest.mark.parametrize("warp", [50, -32])
def test_a_side_that_does_not_fit_the_pyramid_is_said(network, image, warp):
    with pytest.raises(ValueError, match="multiple of 32"):
        next(slow_ledger(network, image, 5, warp=warp))


def test_the_usual_warp_is_the_canonical_object(network):
    scale = network.roi_heads.box_roi_pool.canonical_scale
    assert usual_warp(network) == scale in (96, 224)


def test_a_warp_without_change_is_the_crop():
    picture = torch.randn(1, 3, 60, 50)
    crop = warp_crops(picture, torch.tensor([[7.0, 9, 39, 41]]), side=32, rim=0)
    assert torch.allclose(crop[0], picture[0, :, 9:41, 7:39], atol=1e-5)


def test_the_rim_is_the_pictures_own_surroundings():
    # the box of 20 fills 20 of 32 pixels, so the rim of 6 on each side is 6 pixels of the picture
    picture = torch.randn(1, 3, 60, 60)
    crop = warp_crops(picture, torch.tensor([[20.0, 15, 40, 35]]), side=32, rim=6)
    assert torch.allclose(crop[0], picture[0, :, 9:41, 14:46], atol=1e-5)


def test_outside_the_picture_is_the_mean():
    crop = warp_crops(torch.ones(1, 1, 16, 16), torch.tensor([[0.0, 0, 16, 16]]), side=32, rim=8)[0, 0]
    assert crop[:6].abs().max() == 0
    assert crop[10:22, 10:22].min() == 1


def test_a_warp_that_shrinks_averages():
    picture = torch.randn(1, 1, 64, 64)
    crop = warp_crops(picture, torch.tensor([[0.0, 0, 64, 64]]), side=32, rim=0)
    expected = torch.nn.functional.avg_pool2d(picture, 2)
    assert torch.allclose(crop, expected, atol=1e-5)


def test_chunks_grow_and_shrink_with_the_clock():
    assert next_chunk(8, 0.01) == 16
    assert next_chunk(8, 0.5) == 4
    assert next_chunk(60, 0.01) == 64
    assert next_chunk(1, 100.0) == 1


def test_a_bad_picture_is_said(network):
    with pytest.raises(ValueError, match="not empty"):
        next(slow_ledger(network, np.zeros((0, 8, 3), np.uint8)))
