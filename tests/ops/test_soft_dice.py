"""Dice of probabilities, by hand, by what it is for hard labels, and by another's arithmetic."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lecture_models.nets.semantic_branch import semantic_loss
from lecture_models.ops.soft_dice import soft_dice, trace_soft_dice


def test_by_hand():
    # three pixels, two classes; the truth is 0, 1, void
    #   p(0)   0.8   0.4   0.9
    #   p(1)   0.2   0.6   0.1
    probs = torch.tensor([[[[0.8, 0.4, 0.9]], [[0.2, 0.6, 0.1]]]])
    labels = torch.tensor([[[0, 1, 255]]])
    trace = trace_soft_dice(probs, labels)
    assert trace.overlap.tolist() == pytest.approx([0.8, 0.6])
    assert trace.predicted.tolist() == pytest.approx([1.2, 0.8])
    assert trace.true.tolist() == [1, 1]
    assert trace.dice.tolist() == pytest.approx([(1.6 + 1) / (1.2 + 1 + 1), (1.2 + 1) / (0.8 + 1 + 1)])


def test_of_the_truth_itself_it_is_one():
    labels = torch.randint(0, 3, (2, 5, 5))
    probs = F.one_hot(labels, 4).permute(0, 3, 1, 2).float()
    assert soft_dice(probs, labels).tolist() == [1, 1, 1, 1]  # the fourth class is absent from both


def test_of_hard_labels_it_is_the_dice_of_masks():
    torch.manual_seed(0)
    said, labels = torch.randint(0, 3, (2, 2, 40, 40)).unbind()
    found = soft_dice(F.one_hot(said, 3).permute(0, 3, 1, 2).float(), labels)
    for label in range(3):
        p, t = said == label, labels == label
        assert float(found[label]) == pytest.approx(float(2 * (p & t).sum() / (p.sum() + t.sum())), abs=1e-3)


def test_the_loss_of_our_recipes_is_cross_entropy_and_dice():
    torch.manual_seed(1)
    logits, labels = torch.randn(2, 3, 6, 6), torch.randint(0, 3, (2, 6, 6))
    labels[0, 0] = 255
    known = labels != 255
    p, t = logits.softmax(1), labels
    each = [
        (2 * (p[:, k] * (t == k) * known).sum() + 1) / ((p[:, k] * known).sum() + (t == k).sum() + 1)
        for k in range(3)
    ]
    expected = F.cross_entropy(logits, labels, ignore_index=255) + 1 - sum(each) / 3
    torch.testing.assert_close(semantic_loss(logits, labels), expected)
