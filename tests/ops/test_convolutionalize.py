"""The convolutional form of a classifier: by hand, against the sliding window, and on torchvision's networks."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torchvision.models import alexnet, resnet18, vgg16

from lecture_models.nets.patch_classifier import PATCH, STRIDE, patch_classifier
from lecture_models.ops.convolutionalize import convolutionalize


def _classifier(features: nn.Module, *head: nn.Module) -> Any:
    network = nn.Module()
    network.features, network.classifier = nn.Sequential(features), nn.Sequential(*head)
    return network


def test_by_hand():
    # one linear layer adds up 2 × 2 cells with weights 1 10 / 100 1000; the input has two such windows:
    #
    #     1 2 3      left:  1 + 20 + 400 + 5000     right:  2 + 30 + 500 + 6000
    #     4 5 6
    identity, linear = nn.Conv2d(1, 1, 1, bias=False), nn.Linear(4, 1, bias=False)
    nn.init.ones_(identity.weight)
    linear.weight = nn.Parameter(torch.tensor([[1.0, 10, 100, 1000]]))
    form = convolutionalize(_classifier(identity, nn.Flatten(), linear))
    assert form(torch.tensor([[[[1.0, 2, 3], [4, 5, 6]]]])).tolist() == [[[[5421, 6532]]]]


def test_one_pass_equals_the_sliding_window():
    torch.manual_seed(0)
    network = patch_classifier().eval()
    for layer in network.features:  # running statistics as after a training
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.05, 0.2)
    x = torch.rand(1, 3, PATCH + 2 * STRIDE, PATCH + STRIDE)
    with torch.no_grad():
        passed = convolutionalize(network)(x)
        assert passed.shape == (1, 9, 3, 2)
        for row, column in ((0, 0), (1, 1), (2, 0), (2, 1)):
            top, left = row * STRIDE, column * STRIDE
            slid = network(x[..., top : top + PATCH, left : left + PATCH])
            assert torch.allclose(passed[..., row, column], slid, atol=1e-5)
        for top, left in ((7, 3), (45, 30)):  # between the strides, the window moves instead
            slid = network(x[..., top : top + PATCH, left : left + PATCH])
            assert torch.allclose(convolutionalize(network)(x[..., top:, left:])[..., 0, 0], slid, atol=1e-5)
        assert passed.std() > 1e-3


@pytest.mark.parametrize("build", [vgg16, alexnet])
def test_torchvisions_networks_give_their_own_logits(build: Any):
    with torch.device("meta"):
        network = build(weights=None).eval()
        for place in (k for k, layer in enumerate(network.classifier) if isinstance(layer, nn.Linear)):
            inputs = network.classifier[place].in_features
            network.classifier[place] = nn.Linear(inputs if inputs > 4096 else 64, 64)  # narrow: quick
    network.to_empty(device="cpu")
    torch.manual_seed(0)
    for parameter in network.parameters():  # quicker than the initialisation that training needs
        bound = (6 / parameter[0].numel()) ** 0.5 if parameter.ndim > 1 else 0.1
        nn.init.uniform_(parameter, -bound, bound)
    form: Any = convolutionalize(network).eval()
    with torch.no_grad():
        maps = network.features(torch.rand(1, 3, 224, 224))
        logits = form.classifier(maps)
        assert logits.shape[-2:] == (1, 1)
        assert torch.allclose(
            logits.flatten(1), network.classifier(network.avgpool(maps).flatten(1)), atol=1e-4
        )
        assert logits.std() > 0.1


def test_vgg_and_alexnet_have_the_kernels_that_are_known():
    with torch.device("meta"):
        for build, kernel in ((vgg16, 7), (alexnet, 6)):
            form: Any = convolutionalize(build(weights=None))
            sizes = [layer.kernel_size for layer in form.classifier if isinstance(layer, nn.Conv2d)]
            assert sizes == [(kernel, kernel), (1, 1), (1, 1)]
            assert form(torch.zeros(1, 3, 224, 224)).shape == (1, 1000, 1, 1)
            assert sum(isinstance(layer, nn.Dropout) for layer in form.classifier) == 2


def test_the_weights_are_shared_and_not_copied():
    network = patch_classifier()
    form: Any = convolutionalize(network)
    assert form.classifier[0].weight.data_ptr() == network.classifier[0].weight.data_ptr()
    assert form.features is network.features


@pytest.mark.parametrize(
    ("network", "named"),
    [
        (resnet18(weights=None), "ResNet does not"),
        (_classifier(nn.Conv2d(1, 2, 1), nn.Linear(2, 2), nn.LayerNorm(2)), "LayerNorm has none"),
        (_classifier(nn.Conv2d(1, 2, 1), nn.Linear(10, 2)), "got 10"),
        (_classifier(nn.Identity(), nn.Linear(10, 2)), "got no convolution"),
    ],
)
def test_what_has_no_convolutional_form_is_named(network: Any, named: str):
    with pytest.raises(ValueError, match=named):
        convolutionalize(network)
