"""The ledger of sizes: as the modules themselves say it, and the reference of VGG-16 at 384 pixels."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lecture_models.nets.macs import count_macs
from lecture_models.nets.size_ledger import BUILDERS, classifier, on_meta
from lecture_models.ops.convolutionalize import convolutionalize

GIGA = 1e9


def test_vgg16_at_384_pixels_is_the_reference():
    vgg = classifier("vgg16")
    assert vgg.scores((384, 384)) == (6, 6)
    assert 36 * vgg.macs / GIGA == pytest.approx(556.9, abs=0.05)
    assert vgg.pass_macs((384, 384)) / GIGA == pytest.approx(49.6, abs=0.05)
    assert 36 * vgg.macs / vgg.pass_macs((384, 384)) == pytest.approx(11.2, abs=0.05)
    assert [layer.kernel for layer in vgg.layers if layer.connected] == [7, 1, 1]


def test_what_runs_has_the_same_numbers():
    """Counted on meta tensors by torch's own counter: the classifier on 36 crops, and one pass."""
    network = on_meta("vgg16")
    crops = count_macs(network, torch.zeros(36, 3, 224, 224, device="meta"))
    once = count_macs(convolutionalize(network), torch.zeros(1, 3, 384, 384, device="meta"))
    assert crops == 36 * classifier("vgg16").macs
    assert once == classifier("vgg16").pass_macs((384, 384))


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("size", [(384, 384), (260, 413), (640, 480)])
def test_sizes_are_those_of_the_modules(name: str, size: tuple[int, int]):
    form = convolutionalize(on_meta(name)).eval()
    seen = []
    for layer in form.modules():
        if isinstance(layer, (nn.Conv2d, nn.MaxPool2d)):
            layer.register_forward_hook(lambda _, __, out: seen.append(tuple(out.shape[-2:])))
    macs = count_macs(form, torch.zeros(1, 3, *size, device="meta"))
    assert classifier(name).sizes(size) == seen
    assert classifier(name).pass_macs(size) == macs


@pytest.mark.parametrize("name", BUILDERS)
def test_its_own_size_gives_one_score_and_what_is_too_small_none(name: str):
    made = classifier(name)
    assert made.scores((made.own, made.own)) == (1, 1)
    assert made.scores((100, made.own)) == (0, 0)
    assert made.pass_macs((100, made.own)) == 0
    assert len(made.sizes((100, 400))) < len(made.layers)


def test_another_classifier_is_refused():
    with pytest.raises(ValueError, match="one of patch_classifier, vgg16, alexnet; got 'resnet18'"):
        classifier("resnet18")
