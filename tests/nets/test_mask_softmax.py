"""Softmax masks: log-odds whose sigmoid is the softmax, a loss worked by hand, and a training step."""

from __future__ import annotations

import math

import torch
from torchvision.models.detection.mask_rcnn import MaskRCNNPredictor

from lecture_models.nets.mask_rcnn import mask_rcnn
from lecture_models.nets.mask_softmax import SoftmaxRoIHeads, log_odds, softmax_mask_loss


def test_the_sigmoid_of_log_odds_is_the_softmax():
    logits = torch.randn(3, 6, 4, 4, dtype=torch.float64) * 5
    torch.testing.assert_close(log_odds(logits).sigmoid(), logits.softmax(1))


def test_the_loss_by_hand():
    # One RoI, the box [0, 0, 4, 4], K = 3 classes, true class 2; masks of 2 × 2 bins:
    #
    #     true mask, 4 × 4      1 1 0 0      torchvision reads each bin at 2 × 2 points, along x at 0.5 and 1.5
    #                           1 1 0 0      (between pixels 0|1 and 1|2, so 1 and ½: mean ¾), at 2.5 and 3.5 (0);
    #                           0 0 0 0      along y alike. So the share of the mask is   9/16   0
    #                           0 0 0 0                                                      0     0
    #
    # All logits are 0 but class 2's, ln 2: p_2 = 2/4, p_0 = 1/4. The first bin counts 9/16 for class 2 and 7/16 for
    # the background, the other three are background.
    mask = torch.zeros(1, 4, 4, dtype=torch.uint8)
    mask[0, :2, :2] = 1
    logits = torch.zeros(1, 3, 2, 2)
    logits[:, 2] = math.log(2)
    box = [torch.tensor([[0.0, 0.0, 4.0, 4.0]])]
    loss = softmax_mask_loss(logits, box, [mask], [torch.tensor([2])], [torch.tensor([0])])
    first = (9 * math.log(2) + 7 * math.log(4)) / 16
    assert math.isclose(loss.item(), (first + 3 * math.log(4)) / 4, rel_tol=1e-6)


def test_without_roi_there_is_nothing_to_learn():
    logits = torch.zeros(0, 3, 2, 2, requires_grad=True)
    none = [torch.zeros(0, dtype=torch.int64)]
    loss = softmax_mask_loss(logits, [torch.zeros(0, 4)], [torch.zeros(0, 4, 4)], none, none)
    loss.backward()
    assert loss.item() == 0


def _networks():
    made = []
    for mask_loss in ("sigmoid", "softmax"):
        torch.manual_seed(5)
        made.append(mask_rcnn(mask_loss))
    return made


def test_both_losses_start_from_the_same_weights():
    sigmoid, softmax = (network.state_dict() for network in _networks())
    assert sigmoid.keys() == softmax.keys()
    assert all(torch.equal(sigmoid[key], value) for key, value in softmax.items())


def test_one_step_differs_in_the_mask_loss_alone():
    targets = [
        {
            "boxes": torch.tensor([[10.0, 10.0, 50.0, 54.0]]),
            "labels": torch.tensor([3]),
            "masks": (torch.arange(64)[:, None] > 9).expand(64, 64)[None].to(torch.uint8),
        }
    ]
    losses = []
    for network in _networks():
        torch.manual_seed(6)
        losses.append(
            network.train()([torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(1))], targets)
        )
    sigmoid, softmax = losses
    assert sigmoid.keys() == softmax.keys()
    assert {key for key in sigmoid if not torch.equal(sigmoid[key], softmax[key])} == {"loss_mask"}
    softmax["loss_mask"].backward()


def test_evaluation_pastes_softmax_probabilities():
    network = _networks()[1].eval()
    heads = network.roi_heads
    assert isinstance(heads, SoftmaxRoIHeads)
    x = torch.randn(2, 64, 14, 14)
    with torch.no_grad():
        raw = MaskRCNNPredictor.forward(heads.mask_predictor, x)
        torch.testing.assert_close(heads.mask_predictor(x).sigmoid(), raw.softmax(1))
        torch.testing.assert_close(heads.mask_predictor(x).sigmoid().sum(1), torch.ones(2, 28, 28))
        heads.mask_predictor.against_background = True
        beats = heads.mask_predictor(x).sigmoid() > 0.5
        torch.testing.assert_close(beats, raw > raw[:, :1])
        heads.mask_predictor.against_background = False
    assert network.eval()([torch.rand(3, 64, 64)])[0]["masks"].shape[1:] == (1, 64, 64)
