"""The links one by one: a paste by hand, the layers of the mask head against torch's, what reaches a logit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.roi_heads import paste_masks_in_image

from lecture_models.autopsy import head
from lecture_models.autopsy.paste import pasted_box, trace_paste


class Heads:
    """A mask head of 6 channels in 3 × 3 convolutions, 3 classes."""

    def __init__(self, norm_layer=None, dilation=1):
        torch.manual_seed(1)
        self.mask_head = MaskRCNNHeads(5, (6, 6, 6), dilation, norm_layer=norm_layer).eval()
        self.mask_predictor = MaskRCNNPredictor(6, 7, 3).eval()
        for part in (self.mask_head, self.mask_predictor):
            for name, value in part.named_buffers():
                if name.endswith("running_var"):
                    nn.init.uniform_(value, 0.5, 2)
            for value in (p for p in part.parameters() if p.ndim == 1):
                nn.init.uniform_(value, 0.1, 0.6)

    def logits(self, crop):
        with torch.no_grad():
            return self.mask_predictor(self.mask_head(crop))


@pytest.fixture(params=[(None, 1), (nn.BatchNorm2d, 1), (None, 2)], ids=["plain", "batch norm", "dilated"])
def heads(request):
    return Heads(*request.param)


@pytest.fixture
def crop():
    return torch.randn(1, 5, 14, 14, generator=torch.Generator().manual_seed(2)).requires_grad_()


# A mask of 2 × 2 cells with its ring of zeros is 4 × 4. The box [2, 2, 6, 6] grows by 4/2 around its centre (4, 4) to
# [0, 0, 8, 8], both ends included: 9 × 9 pixels. Pixel 3 falls on 4/9 · 3.5 − ½ = 1.0556 of the 4: cell 0 of the
# mask, and 0.0556 of cell 1. Pixel 1 falls on 4/9 · 1.5 − ½ = 0.1667: 0.8333 of the ring, 0.1667 of cell 0.
#
#      ring  0    1   ring
#  ring  0   0    0    0
#    0   0  0.2  0.6   0          pixel (3, 3) reads all four, (1, 3) half ring
#    1   0  0.4  1.0   0
#  ring  0   0    0    0
def test_a_paste_by_hand():
    probs = torch.tensor([[0.2, 0.6], [0.4, 1.0]])
    box = torch.tensor([2.0, 2.0, 6.0, 6.0])
    assert pasted_box(box, 2) == (0, 0, 9, 9)
    near, far = 1 - 1 / 18, 1 / 18
    link = trace_paste(probs, probs.logit(), box, (3, 3), 0.0)
    assert [(c.row, c.column) for c in link.cells] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    weights = [near * near, near * far, far * near, far * far]
    assert [c.weight for c in link.cells] == pytest.approx(weights, abs=1e-6)
    by_hand = near * near * 0.2 + near * far * 0.6 + far * near * 0.4 + far * far * 1.0
    assert link.value == pytest.approx(by_hand, abs=1e-6)
    edge = trace_paste(probs, probs.logit(), box, (1, 3), 0.0)
    assert edge.value == pytest.approx((near * 0.2 + far * 0.4) / 6, abs=1e-6)
    assert [(c.row, c.column, c.inside) for c in edge.cells] == [
        (0, -1, False),
        (0, 0, True),
        (1, -1, False),
        (1, 0, True),
    ]
    assert edge.cells[0].prob == 0
    assert edge.cells[0].logit is None
    assert (edge.followed.row, edge.followed.column) == (0, 0)


def test_a_paste_is_torchvisions_pixel_by_pixel():
    draw = torch.Generator().manual_seed(3)
    probs = torch.rand(28, 28, generator=draw)
    for box in (
        [3.2, 5.9, 20.4, 44.1],
        [-4.0, -2.5, 30.0, 12.0],
        [40.3, 30.2, 60.9, 50.7],
        [10.0, 10.0, 11.5, 13.0],
    ):
        sides = torch.tensor(box)
        expected = paste_masks_in_image(probs[None, None], sides[None], (48, 56), padding=1)[0, 0]
        for y in range(0, 48, 2):
            for x in range(1, 56, 2):
                link = trace_paste(probs, probs, sides, (x, y), 0.0)
                assert (link.value if link else 0.0) == pytest.approx(float(expected[y, x]), abs=1e-5)
                assert link is None or sum(c.weight for c in link.cells) == pytest.approx(1, abs=1e-6)


def test_the_last_layers_against_torchs(heads, crop):
    run = head.run_head(heads, crop)
    own = heads.logits(crop)
    torch.testing.assert_close(run.outputs[-1], own)
    maps = heads.mask_head(crop.detach())
    maps = maps.detach()
    up = F.conv_transpose2d(
        maps, heads.mask_predictor.conv5_mask.weight, heads.mask_predictor.conv5_mask.bias, stride=2
    )
    for cell in ((0, 0), (13, 6), (27, 27)):
        logit = head.trace_logit(run, 2, cell, float(own[0, 2][cell]))
        assert logit.value == pytest.approx(float(own[0, 2][cell]), abs=1e-5)
        assert logit.products.sum() + logit.bias == pytest.approx(logit.value)
        deconv = head.trace_deconv(run, 4, cell)
        assert deconv.before == pytest.approx(float(up.detach()[0, 4][cell]), abs=1e-5)
        assert deconv.value == pytest.approx(deconv.network_value, abs=1e-5)
        conv = head.trace_conv(run, 3, deconv.bin)
        assert conv.value == pytest.approx(float(maps[0, 3][deconv.bin]), abs=1e-5)
        by_place = conv.scale * (conv.places.sum() + conv.bias) + conv.shift
        assert conv.value == pytest.approx(max(0.0, by_place))


@pytest.mark.parametrize("cell", [(0, 0), (13, 6), (20, 27)])
def test_the_bins_and_the_biases_add_up_to_the_logit(heads, crop, cell):
    run = head.run_head(heads, crop)
    own = float(heads.logits(crop)[0, 1][cell])
    link = head.trace_stack(run, 1, cell, own)
    assert link.value == pytest.approx(own, abs=1e-4)
    assert link.contributions.sum() + link.constant == pytest.approx(link.value)
    assert link.outside == 0


def test_the_field_of_three_convolutions_by_hand(crop):
    """Cell (13, 6) comes from bin (6, 3) alone; three 3 × 3 convolutions reach three bins further: 3..9, 0..6."""
    run = head.run_head(Heads(), crop)
    assert head.trace_stack(run, 1, (13, 6), 0.0).field == (3, 0, 9, 6)
    assert head.trace_stack(run, 1, (0, 27), 0.0).field == (0, 10, 3, 13)


def test_the_field_is_as_small_as_it_can_be(heads, crop):
    """With positive weights all bins of the field matter (every second, when dilated), and no other."""
    for value in (*heads.mask_head.parameters(), *heads.mask_predictor.parameters()):
        value.data.abs_()
    positive = crop.detach().abs().requires_grad_()
    link = head.trace_stack(head.run_head(heads, positive), 1, (13, 6), 0.0)
    reached = np.argwhere(np.abs(link.gradient).sum(0) > 0)
    step = heads.mask_head[0][0].dilation[0]
    bins = [(r, c) for r in range(14) for c in range(14) if (r - 6) % step == 0 and (c - 3) % step == 0]
    top, left, bottom, right = link.field
    expected = [(r, c) for r, c in bins if top <= r <= bottom and left <= c <= right]
    assert list(map(tuple, reached.tolist())) == expected
    assert link.field == ((3, 0, 9, 6) if step == 1 else (0, 0, 12, 9))


def test_what_lies_outside_the_field_changes_nothing(heads, crop):
    link = head.trace_stack(head.run_head(heads, crop), 1, (13, 6), 0.0)
    inside = np.s_[:, :, link.field[0] : link.field[2] + 1, link.field[1] : link.field[3] + 1]
    other = torch.rand(1, 5, 14, 14)
    other[inside] = crop.detach()[inside]
    before, after = (float(heads.logits(c)[0, 1, 13, 6]) for c in (crop.detach(), other))
    assert after == pytest.approx(before, abs=1e-5)
