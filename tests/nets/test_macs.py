"""Multiply-adds: by hand, against the numbers on torchvision's cards, and parts add up to the whole."""

import pytest
import torch
from torch import nn
from torchvision.models import ResNet18_Weights, SqueezeNet1_1_Weights, resnet18, squeezenet1_1

from lecture_models.nets.macs import count_macs, macs_of


def test_a_convolution_by_hand():
    # 3 → 8 channels, kernel 5 × 3, stride 2, padding 2 and 1: [2, 3, 10, 12] → [2, 8, 5, 6]; the bias is an addition
    layer = nn.Conv2d(3, 8, (5, 3), stride=2, padding=(2, 1))
    assert count_macs(layer, torch.zeros(2, 3, 10, 12)) == 2 * (5 * 6) * 8 * (3 * 5 * 3)


def test_groups_and_transposed_convolutions_by_hand():
    # each of 6 output channels sees 1 of 6 inputs
    assert count_macs(nn.Conv2d(6, 6, 3, groups=6), torch.zeros(1, 6, 5, 5)) == 9 * 6 * 9
    # transposed: each input cell is multiplied with the whole kernel, into each output channel
    assert count_macs(nn.ConvTranspose2d(4, 5, 2, stride=2), torch.zeros(1, 4, 7, 7)) == 49 * 4 * 5 * 4


def test_a_linear_layer_by_hand():
    assert count_macs(nn.Linear(7, 5), torch.zeros(3, 7)) == 3 * 7 * 5


@pytest.mark.parametrize(
    ("build", "weights"),
    [(resnet18, ResNet18_Weights.DEFAULT), (squeezenet1_1, SqueezeNet1_1_Weights.DEFAULT)],
)
def test_equals_what_torchvisions_card_calls_gflops(build, weights):
    """The card is rounded to three digits after the point: 0.0005 is all the tolerance there is."""
    network = build(weights=None).eval()
    with torch.inference_mode():
        macs = count_macs(network, torch.zeros(1, 3, 224, 224))
    assert macs / 1e9 == pytest.approx(weights.meta["_ops"], abs=5e-4)


def test_modules_add_up_and_the_result_is_the_networks_own():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 1))
    pixels = torch.randn(1, 3, 8, 8)
    result, macs = macs_of(network, pixels)
    assert torch.equal(result, network(pixels))
    between = network[0](pixels)
    assert count_macs(network[0], pixels) + count_macs(network[2], between) == macs
    assert count_macs(network[1], between) == 0


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_the_same_with_and_without_gradients(context):
    with context():
        assert count_macs(nn.Linear(4, 4), torch.zeros(2, 4)) == 32


def test_what_raises_leaves_no_counter_behind():
    def fail(_):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        count_macs(fail, torch.zeros(1))
    assert count_macs(nn.Linear(4, 4), torch.zeros(1, 4)) == 16
