"""Receptive fields: the ranges against gradients, with frozen batch normalisation and with group normalisation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import resnet50
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.ops import FrozenBatchNorm2d, roi_align

from lecture_models import zoo
from lecture_models.autopsy import field, picture
from lecture_models.autopsy.align import crop_box
from lecture_models.autopsy.chain import network_size
from lecture_models.autopsy.head import run_head, trace_stack
from lecture_models.nets.pyramid import PyramidBackbone
from lecture_models.nets.rcnn_trace import as_tensor
from tests.nets.coco_like import coco_like

NORMS = (nn.GroupNorm, nn.BatchNorm2d, FrozenBatchNorm2d)
CELL, LABEL = (13, 15), 1


def plain(module: nn.Module) -> nn.Module:
    """The same layers, all weights alike and positive: then the gradient reaches all that the kernels can reach."""
    for name, child in module.named_children():
        if isinstance(child, NORMS):
            setattr(module, name, nn.Identity())
        elif isinstance(child, nn.MaxPool2d):  # a maximum has a gradient to one input only
            setattr(module, name, nn.AvgPool2d(child.kernel_size, child.stride, child.padding))
        plain(child)
    if isinstance(module, nn.Conv2d):
        nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    return module


def as_read(module: nn.Module) -> nn.Module:
    """The average pooling of ``plain`` put back, for the ranges."""
    for name, child in module.named_children():
        if isinstance(child, nn.AvgPool2d):
            setattr(module, name, nn.MaxPool2d(child.kernel_size, child.stride, child.padding))
    return module


@pytest.mark.parametrize(
    ("kind", "level", "cell"),
    [
        ("ours", 0, 70),
        ("ours", 1, 40),
        ("ours", 3, 8),
        ("resnet18", 0, 70),
        ("resnet18", 3, 8),
        ("resnet50", 1, 40),
    ],
)
def test_the_pyramids_field_is_where_the_gradient_is(kind, level, cell):
    make = {"ours": PyramidBackbone}.get(kind, lambda: resnet_fpn_backbone(backbone_name=kind, weights=None))
    backbone = plain(make()).requires_grad_(False)
    pixels = torch.ones(1, 3, 8 if kind != "ours" else 32, 704, dtype=torch.float64, requires_grad=True)
    maps = backbone.double()(pixels)
    column = maps[str(level)][0, :, :, cell].sum()
    (gradient,) = torch.autograd.grad(column, pixels)
    reached = torch.nonzero(gradient[0].abs().sum((0, 1)))[:, 0]
    as_read(getattr(backbone, "body", backbone))
    sizes = [maps[str(k)].shape[3] for k in range(4)]
    ranges = field.pyramid_paths(backbone, level, (cell, cell), sizes, 1)
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    assert (max(low, 0), min(high, 703)) == (int(reached[0]), int(reached[-1]))
    assert len(ranges) == 4 - level


def test_resnet_50_sees_427_pixels():
    """Stride in the 3 × 3 convolution, as torchvision has it (483 with the stride in the 1 × 1)."""
    network = resnet50(weights=None)
    names = ("conv1", "maxpool", "layer1", "layer2", "layer3", "layer4")
    low, high = field.chain([getattr(network, name) for name in names], (5, 5), 0)
    assert high - low + 1 == 427


def test_unknown_layers_are_refused():
    with pytest.raises(ValueError, match="known kinds; got PixelShuffle"):
        field.through(nn.PixelShuffle(2), (0, 0), 0)
    with pytest.raises(ValueError, match="known backbone; got Linear"):
        field.body_stages(nn.Linear(1, 1))


@pytest.fixture(scope="module")
def frozen():
    return coco_like()


def resizing(network, shorter, longer):
    """The same network, resizing pictures to other sides."""
    network.transform.min_size, network.transform.max_size = (shorter,), longer
    return network


def look(network, image, gradient=True):
    """The chain's last links for a box of our choice: (picture link, logit)."""
    size = network_size(network, image)
    with torch.no_grad():
        batch, _ = network.transform([as_tensor(image)])
        maps = {key: value[0] for key, value in network.backbone(batch.tensors).items()}
    crop = crop_box(network, maps, torch.tensor([40.0, 12.0, 70.0, 44.0]), size)
    run = run_head(network.roi_heads, crop.network_crop[None].clone().requires_grad_())
    head = trace_stack(run, LABEL, CELL, 0.0)
    sizes = [tuple(maps[str(k)].shape[1:]) for k in range(4)]
    box = (40.0, 12.0, 70.0, 44.0)
    return picture.trace_picture(network, image, size, crop, head, sizes, box, gradient), head.value


def noise(seed=0, width=1024):
    return np.random.default_rng(seed).integers(0, 256, (64, width, 3), np.uint8)


def outside_changed(image, box):
    changed = noise(1, image.shape[1])
    x0, y0, x1, y1 = (round(side) for side in box)
    changed[y0:y1, x0:x1] = image[y0:y1, x0:x1]
    return changed


@pytest.mark.parametrize("width", [1024, 900])  # as it is, and resized
def test_with_frozen_batch_normalisation_the_field_is_exact(frozen, width):
    network, image = resizing(frozen, 64 if width == 1024 else 70, 1024), noise(0, width)
    link, logit = look(network, image)
    assert link.exact
    assert link.box[2] < width
    assert link.outside == 0
    assert link.difference < 1e-4
    changed, after = look(network, outside_changed(image, link.box), gradient=False)
    assert after == pytest.approx(logit, abs=1e-5 * max(1, abs(logit)))
    assert changed.heat is None
    assert changed.outside is None
    _, other = look(network, noise(1, width), gradient=False)
    assert abs(other - logit) > 1e-3 * abs(logit)


def test_with_group_normalisation_the_rest_of_the_picture_counts_a_little(network):
    net, image = zoo.load("panoptic_fpn"), noise()
    link, logit = look(net, image)
    assert not link.exact
    assert link.box[2] < 1024
    assert 0 < link.outside < 0.2 * link.heat.max()
    _, after = look(net, outside_changed(image, link.box), gradient=False)
    assert abs(after - logit) > 1e-5


def test_the_fields_are_nested_and_hold_more_and_more(network):
    net = zoo.load("panoptic_fpn")
    link, _ = look(net, noise(0, 256))
    shares = [path.share for path in link.fields]
    assert [path.stage for path in link.fields] == ["C2", "C3", "C4", "C5"]
    assert shares == sorted(shares)
    assert shares[0] > 0.1
    for inner, outer in zip(link.fields, link.fields[1:], strict=False):
        assert all(a >= b for a, b in zip(inner.box[:2], outer.box[:2], strict=True))
        assert all(a <= b for a, b in zip(inner.box[2:], outer.box[2:], strict=True))


@pytest.mark.parametrize("kind", ["ours", "resized"])
def test_the_gradient_is_the_one_through_torchvisions_crop(kind, network, frozen):
    net = zoo.load("panoptic_fpn") if kind == "ours" else resizing(frozen, 96, 200)
    image = noise(0, 96)
    link, _ = look(net, image)
    pixels = as_tensor(image).requires_grad_()
    batch, _ = net.transform([pixels])
    maps = net.backbone(batch.tensors)
    rois = torch.tensor([[0.0, 40, 12, 70, 44]])
    crop = roi_align(maps["0"], rois, 14, 1 / 4, 2, aligned=False)  # 31 pixels: the finest level, in both
    logit = net.roi_heads.mask_predictor(net.roi_heads.mask_head(crop))[0, LABEL, CELL[0], CELL[1]]
    (expected,) = torch.autograd.grad(logit, pixels)
    found = torch.from_numpy(link.heat)
    torch.testing.assert_close(found, expected.norm(dim=0), rtol=1e-3, atol=1e-4 * float(found.max()))
