"""The gradient of either mask loss with respect to every class's logits: exactly 0, or p - target."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lecture_models.nets.mask_gradients import mask_loss_gradients
from lecture_models.nets.mask_heads import mask_probs

BOX, CELLS = torch.tensor([10.0, 20.0, 38.0, 48.0]), 28 * 28
LABEL = 3


@pytest.fixture
def logits() -> torch.Tensor:
    return 3 * torch.randn(6, 28, 28, generator=torch.manual_seed(2))


@pytest.fixture
def mask() -> torch.Tensor:
    """A rectangle: with this box, pixel and cell are one, so that the target is exact."""
    mask = torch.zeros(64, 64, dtype=torch.bool)
    mask[25:40, 15:30] = True
    return mask


def test_the_binary_loss_asks_nothing_at_all_of_other_classes(logits: torch.Tensor, mask: torch.Tensor):
    found = mask_loss_gradients(logits, "sigmoid", BOX, mask, LABEL)
    others = [k for k in range(6) if k != LABEL]
    assert (found.gradients[others] == 0).all()
    assert [found.norms[k] for k in others] == [0.0] * 5
    expected = (logits[LABEL].sigmoid() - found.target) / CELLS
    torch.testing.assert_close(found.gradients[LABEL], expected, atol=1e-8, rtol=0)


def test_the_multinomial_loss_asks_p_minus_target_of_every_class(logits: torch.Tensor, mask: torch.Tensor):
    found = mask_loss_gradients(logits, "softmax", BOX, mask, LABEL)
    wanted = torch.zeros(6, 28, 28)
    wanted[0], wanted[LABEL] = 1 - found.target, found.target
    expected = mask_probs(logits, "softmax") - wanted
    torch.testing.assert_close(found.gradients * CELLS, expected, atol=1e-6, rtol=0)
    assert (found.gradients != 0).all()
    torch.testing.assert_close(found.gradients.sum(0), torch.zeros(28, 28), atol=1e-8, rtol=0)


def test_the_target_is_the_mask_inside_the_box(logits: torch.Tensor, mask: torch.Tensor):
    found = mask_loss_gradients(logits, "sigmoid", BOX, mask, LABEL)
    by_hand = torch.zeros(28, 28)
    by_hand[6:19, 6:19] = (
        1  # RoIAlign averages four points half a pixel apart: only the rim is between 0 and 1
    )
    assert torch.equal(found.target[6:19, 6:19], by_hand[6:19, 6:19])
    assert found.target[:4].sum() == 0
    assert found.target[:, 22:].sum() == 0


def test_the_loss_is_the_mean_over_the_cells(logits: torch.Tensor, mask: torch.Tensor):
    binary = mask_loss_gradients(logits, "sigmoid", BOX, mask, LABEL)
    by_hand = F.binary_cross_entropy(logits[LABEL].sigmoid(), binary.target)
    assert binary.loss == pytest.approx(float(by_hand), abs=1e-5)
    many = mask_loss_gradients(logits, "softmax", BOX, mask, LABEL)
    logs = mask_probs(logits, "softmax").log()
    by_hand = -(many.target * logs[LABEL] + (1 - many.target) * logs[0]).mean()
    assert many.loss == pytest.approx(float(by_hand), abs=1e-5)


@pytest.mark.parametrize("rule", ["sigmoid", "softmax"])
def test_gradients_are_differences_of_the_loss(logits: torch.Tensor, mask: torch.Tensor, rule):
    found = mask_loss_gradients(logits.double(), rule, BOX.double(), mask, LABEL)
    for k in (0, LABEL, 5):
        moved = logits.double().clone()
        moved[k, 13, 20] += 1e-4
        step = mask_loss_gradients(moved, rule, BOX.double(), mask, LABEL).loss - found.loss
        assert step / 1e-4 == pytest.approx(float(found.gradients[k, 13, 20]), abs=1e-7)


def test_it_works_inside_inference_mode(logits: torch.Tensor, mask: torch.Tensor):
    with torch.inference_mode():
        inside = logits * 1
        found = mask_loss_gradients(inside, "sigmoid", BOX, mask, LABEL)
    assert found.norms[LABEL] > 0


@pytest.mark.parametrize("label", [0, 6, -1])
def test_the_background_has_no_mask_loss(logits: torch.Tensor, mask: torch.Tensor, label: int):
    with pytest.raises(ValueError, match="label must be from 1 to 5"):
        mask_loss_gradients(logits, "sigmoid", BOX, mask, label)
