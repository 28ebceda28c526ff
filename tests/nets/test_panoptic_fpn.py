"""Panoptic FPN: its crops are torchvision's, its trace is its output, and it fits into the repository."""

import numpy as np
import pytest
import torch
from torchvision.models.detection import fasterrcnn_resnet50_fpn, maskrcnn_resnet50_fpn
from torchvision.models.detection.roi_heads import paste_masks_in_image
from torchvision.ops import MultiScaleRoIAlign

from lecture_models.nets.mask_rcnn import CANONICAL_SCALE, LEVELS
from lecture_models.nets.panoptic_fpn import panoptic_fpn
from lecture_models.nets.rcnn_trace import as_tensor, paste, run_heads, trace_rcnn
from lecture_models.nets.semantic_branch import semantic_loss
from lecture_models.scenes import render


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return panoptic_fpn().eval()


@pytest.fixture(scope="module")
def image():
    return render(42).image


def test_fits_into_the_repository(network):
    assert 2 * sum(p.numel() for p in network.parameters()) < 9.5e6


def test_crops_equal_torchvisions(network):
    torch.manual_seed(1)
    maps = {
        name: torch.randn(2, 8, 256 // stride, 256 // stride)
        for name, stride in zip("0123", (4, 8, 16, 32), strict=True)
    }
    boxes = [_random_boxes(30), _random_boxes(20)]
    theirs = MultiScaleRoIAlign(list(LEVELS), 7, 2, canonical_scale=CANONICAL_SCALE, canonical_level=4)
    ours = network.roi_heads.box_roi_pool
    ours.scales, ours.map_levels = None, None
    expected = theirs(maps, boxes, [(256, 256)] * 2)
    ours(maps, boxes, [(256, 256)] * 2)  # the first call sets the scales
    assert torch.allclose(ours(maps, boxes, [(256, 256)] * 2), expected, atol=1e-5)
    assert ours(maps, [torch.zeros(0, 4)] * 2, [(256, 256)] * 2).shape == (0, 8, 7, 7)


def _random_boxes(count):
    corner, size = torch.rand(count, 2) * 180, torch.rand(count, 2) * 70 + 5
    return torch.cat([corner, corner + size], 1)


@torch.inference_mode()
def test_the_trace_is_the_networks_own_output(network, image):
    trace, result = trace_rcnn(network, image), network([as_tensor(image)])[0]
    assert torch.allclose(trace.boxes, result["boxes"], atol=1e-3)
    assert torch.allclose(trace.scores, result["scores"], atol=1e-4)
    assert torch.allclose(trace.masks, result["masks"][:, 0], atol=1e-4)
    assert torch.allclose(trace.semantic, result["semantic"], atol=1e-4)
    assert torch.equal(trace.mask(1), trace.masks[1])
    for _ in range(2):  # made, then from bits
        assert np.array_equal(trace.binary_masks, trace.masks.numpy() >= 0.5)
    assert np.array_equal(trace.semantic_labels, trace.semantic.numpy().argmax(0))
    assert np.array_equal(trace.stuff_labels, trace.semantic[:4].numpy().argmax(0))
    assert trace.strides == {"P2": 4, "P3": 8, "P4": 16, "P5": 32}
    assert trace.nbytes < 3 << 20, "a class of 100, each with an own scene, finds its traces kept"


def test_pasted_masks_are_torchvisions():
    generator = torch.Generator().manual_seed(3)
    corners = torch.rand(40, 2, generator=generator) * torch.tensor([90, 58]) - 20
    boxes = torch.cat(
        [corners, corners + 25 + torch.rand(40, 2, generator=generator) * 35], 1
    )  # some reach out
    cells = torch.rand(40, 28, 28, generator=generator)
    theirs = paste_masks_in_image(cells[:, None], boxes, (64, 96), padding=1)[:, 0]
    assert torch.equal(paste(cells, boxes, (64, 96)), theirs)
    assert not paste(cells[:1], torch.tensor([[120.0, 5.0, 140.0, 9.0]]), (64, 96)).any()  # it lies outside
    assert paste(cells[:0], boxes[:0], (64, 96)).shape == (0, 64, 96)


@torch.inference_mode()
def test_the_heads_on_the_networks_own_crops_give_the_networks_own_scores(network, image):
    trace = trace_rcnn(network, image)
    maps = {level: trace.features[p][None] for level, p in zip(LEVELS, ("P2", "P3", "P4", "P5"), strict=True)}
    boxes = trace.boxes[:5]
    crops = network.roi_heads.box_roi_pool(maps, [boxes], [(256, 256)])
    masks = network.roi_heads.mask_roi_pool(maps, [boxes], [(256, 256)])
    heads = run_heads(network, crops, masks, boxes, (256, 256))
    assert torch.allclose(heads.class_probs.sum(1), torch.ones(5), atol=1e-5)
    own = heads.mask_probs[torch.arange(5), trace.labels[:5]]
    assert torch.allclose(own, trace.mask_cells[:5], atol=1e-4)


@pytest.mark.parametrize("build", [maskrcnn_resnet50_fpn, fasterrcnn_resnet50_fpn])
def test_torchvisions_networks_leave_the_same_trace(build):
    torch.manual_seed(0)
    network = build(
        weights=None, weights_backbone=None, min_size=128, max_size=192, box_detections_per_img=3
    ).eval()
    image = np.random.default_rng(0).integers(0, 255, (64, 80, 3), dtype=np.uint8)
    trace = trace_rcnn(network, image)
    with torch.inference_mode():
        result = network([as_tensor(image)])[0]
    assert trace.scale == 2
    assert trace.strides["P2"] == pytest.approx(2)
    assert torch.allclose(trace.boxes, result["boxes"], atol=1e-3)
    assert set(trace.features) == {"P2", "P3", "P4", "P5", "P6"}
    assert trace.masks.shape == ((0 if "masks" not in result else len(result["boxes"])), 64, 80)
    assert trace.semantic is None


def test_semantic_loss_by_hand():
    # one pixel of class 0 predicted at probability 1/2, one void pixel, two classes:
    # cross-entropy -ln(1/2); Dice of class 0 (2·½ + 1) / (½ + 1 + 1), of class 1 (0 + 1) / (½ + 0 + 1)
    logits, labels = torch.zeros(1, 2, 1, 2), torch.tensor([[[0, 255]]])
    dice = 1 - (2 / 2.5 + 1 / 1.5) / 2
    assert float(semantic_loss(logits, labels)) == pytest.approx(np.log(2) + dice, abs=1e-6)


def test_semantic_loss_of_a_perfect_answer_is_nothing():
    labels = torch.randint(0, 3, (2, 8, 8))
    logits = 50 * torch.nn.functional.one_hot(labels, 3).permute(0, 3, 1, 2).float()
    assert float(semantic_loss(logits, labels)) < 1e-4
