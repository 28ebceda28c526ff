"""Receptive fields of published networks, as they are known; and of our own."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision import models

from lecture_models.nets.macs import count_macs
from lecture_models.nets.panoptic_fpn import panoptic_fpn
from lecture_models.nets.patch_classifier import patch_classifier
from lecture_models.nets.unet import original_unet, unet
from lecture_models.ops.convolutionalize import convolutionalize
from lecture_models.ops.receptive_field import Layer, analyze, analyzed


def last(layers: list[Layer], name: str) -> Layer:
    """The last layer of a name: a block's ReLU runs more than once."""
    return [layer for layer in layers if layer.name == name][-1]


@pytest.fixture
def meta() -> torch.device:
    return torch.device("meta")


def test_vgg16_and_alexnet(meta: torch.device):
    with meta:
        vgg, alex = models.vgg16(), models.alexnet()
    layers = analyze(vgg, (3, 224, 224))
    assert last(layers, "features.30").receptive_field == (212, 212)
    assert last(layers, "classifier.0").receptive_field == (404, 404)
    assert not any(layer.sees_everything for layer in layers), (
        "at 224 pixels its adaptive pooling is an identity"
    )
    assert sum(layer.macs for layer in layers) == count_macs(vgg, torch.empty(1, 3, 224, 224, device="meta"))
    assert last(analyze(vgg, (3, 256, 256)), "avgpool").reads_whole_map, "at 256 it is none"
    layers = analyze(alex, (3, 224, 224))
    assert last(layers, "features.12").receptive_field == (195, 195)
    assert last(layers, "classifier.1").receptive_field == (355, 355)


RESNETS = {"resnet18": 435, "resnet34": 899, "resnet50": 427, "resnet101": 971, "resnet152": 1451}


@pytest.mark.parametrize(("name", "field"), RESNETS.items())
def test_torchvisions_resnets(name: str, field: int, meta: torch.device):
    with meta:
        layers = analyze(models.get_model(name), (3, 224, 224))
    stage = [layer for layer in layers if layer.name.startswith("layer4")][-1]
    assert (stage.receptive_field, stage.jump) == ((field, field), (32, 32))
    pool = last(layers, "avgpool")
    assert pool.reads_whole_map
    assert pool.receptive_field == (field, field), "the field that it would have without"
    assert last(layers, "fc").sees_everything


@pytest.mark.parametrize(("name", "field"), [("resnet50", 483), ("resnet101", 1027), ("resnet152", 1507)])
def test_the_stride_in_the_1x1_makes_the_field_larger(name: str, field: int, meta: torch.device):
    with meta:
        network = models.get_model(name)
    for block in network.modules():
        if isinstance(block, models.resnet.Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    layers = analyze(network, (3, 224, 224))
    assert [one for one in layers if one.name.startswith("layer4")][-1].receptive_field == (field, field)


def test_fcn_resnet50_keeps_stride_8_by_dilation(meta: torch.device):
    with meta:
        network = models.segmentation.fcn_resnet50(weights_backbone=None)
    layers = analyze(network, (3, 224, 224))
    assert (last(layers, "classifier.4").receptive_field, last(layers, "classifier.4").jump) == (
        (443, 443),
        (8, 8),
    )


def test_the_original_unet(meta: torch.device):
    with meta:
        found = analyzed(original_unet(), (1, 572, 572))
    bottom, out = last(list(found.layers), "bottom.3"), found.layers[-1]
    assert (bottom.receptive_field, bottom.jump) == ((140, 140), (16, 16))
    assert (out.smallest_field, out.receptive_field, out.jump) == ((188, 188), (204, 204), (1, 1))
    boxes = [found.box("classify", 100, column) for column in range(100, 116)]
    sides = [box[2] - box[0] for box in boxes if box]
    assert (min(sides), max(sides)) == (188, 204)
    assert sum(layer.parameters for layer in found.layers) == 31_030_658
    assert out.output_shape == (1, 2, 388, 388)


def test_the_cost_of_one_convolution_at_full_resolution(meta: torch.device):
    layer = analyze(nn.Conv2d(64, 64, 3, padding=1, bias=False, device="meta"), (64, 224, 224))[0]
    assert round(layer.macs / 1e9, 3) == 1.850
    assert layer.activation_bytes / 2**20 == 12.25


def test_our_networks():
    with torch.device("meta"):
        networks = [convolutionalize(patch_classifier()), unet(), panoptic_fpn().backbone]
    fields = [analyze(network, (3, 256, 256))[-1] for network in networks]
    assert fields[0].receptive_field == (158, 158), "a patch"
    assert not fields[0].sees_everything
    assert fields[1].sees_everything, "group normalisation"
    assert fields[2].sees_everything
