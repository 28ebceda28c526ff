"""One layer in two forms: the numbers are the network's own, and another order of flattening is another function."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from lecture_models import zoo
from lecture_models.nets.patch_classifier import cut_patches
from lecture_models.nets.two_forms import trace_two_forms


@pytest.fixture(scope="module")
def network() -> Any:
    return zoo.load("patch_classifier")


@pytest.fixture(scope="module")
def picture() -> Tensor:
    torch.manual_seed(0)
    return torch.rand(1, 3, 200, 200)


@pytest.mark.parametrize(("number", "side"), [(0, 3), (1, 1), (2, 1)])
def test_both_forms_agree_and_multiply_back(network: Any, picture: Tensor, number: int, side: int):
    with torch.inference_mode():
        made = trace_two_forms(network, picture, (90, 110), number)
    assert made.side == side
    assert made.difference < 1e-5
    product = made.matrix @ made.inputs + made.bias
    torch.testing.assert_close(product, made.connected, atol=1e-4, rtol=0)
    assert made.inputs.abs().sum() > 0


def test_the_last_layer_gives_the_networks_logits(network: Any, picture: Tensor):
    with torch.inference_mode():
        made = trace_two_forms(network, picture, (90, 110), 2)
        logits = network(cut_patches(picture, torch.tensor([0]), torch.tensor([[90, 110]])))[0]
    torch.testing.assert_close(made.connected, logits, atol=1e-5, rtol=0)


def test_the_readings_of_the_first_layer(network: Any, picture: Tensor):
    with torch.inference_mode():
        right, flat, swapped = trace_two_forms(network, picture, (90, 110), 0).readings
        (alone,) = trace_two_forms(network, picture, (90, 110), 1).readings
    assert (right.kernel, right.slides) == ((512, 192, 3, 3), True)
    assert (flat.kernel, flat.slides) == ((512, 1728, 1, 1), False)
    assert max(right.difference, flat.difference, alone.difference) < 1e-5
    assert swapped.difference > 0.1
    assert alone.kernel == (256, 512, 1, 1)


def test_a_layer_that_is_not_there(network: Any, picture: Tensor):
    with pytest.raises(ValueError, match="3 fully connected layers; got number 4"):
        trace_two_forms(network, picture, (90, 110), 3)
