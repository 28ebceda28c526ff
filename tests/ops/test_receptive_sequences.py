"""Attention over the places of a map: it is marked, the field around it stays exact, and nothing is guessed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lecture_models.ops.receptive_field import analyze, analyzed


class Attending(nn.Module):
    """A convolution, then attention over the places of its map with what a transformer has around it."""

    def __init__(self, batch_first: bool) -> None:
        super().__init__()
        self.conv, self.after = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 4, 3)
        self.norm, self.feed = nn.LayerNorm(8), nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Dropout())
        self.attention = nn.MultiheadAttention(8, 2, batch_first=batch_first)
        self.first = batch_first
        self.place = nn.Parameter(torch.zeros(1, 36, 8))

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        row = self.norm(x.flatten(2).transpose(1, 2)) + self.place
        row = row if self.first else row.permute(1, 0, 2)
        row = row + self.attention(row, row, row)[0]
        row = row if self.first else row.permute(1, 0, 2)
        row = row + self.feed(row)
        return self.after(row.transpose(1, 2).reshape(x.shape))


# picture 8 × 8, conv 3: map 6 × 6, so 36 places in a row; attention mixes them all, a place's own field stays 3 × 3
@pytest.mark.parametrize("batch_first", [True, False])
def test_attention_is_marked_and_leaves_the_field_without_it(batch_first: bool):
    network = Attending(batch_first).eval()
    layers = analyze(network, (3, 8, 8))
    assert [layer.name for layer in layers if layer.reads_whole_map] == ["attention"]
    named = {layer.name: layer for layer in layers}
    at = named["attention"]
    assert (at.receptive_field, at.sees_everything, named["conv"].sees_everything) == (
        (3, 3),
        True,
        False,
    )
    assert named["feed.1"].receptive_field == (3, 3)
    out = layers[-1]
    assert (out.receptive_field, out.jump, out.output_shape) == ((5, 5), (1, 1), (1, 4, 4, 4))
    assert analyzed(network, (3, 8, 8)).box("after", 0, 1) == (1, 0, 6, 5)
    picture = torch.rand(1, 3, 8, 8, generator=torch.manual_seed(0), requires_grad=True)
    network(picture)[0, 0, 0, 0].backward()
    assert picture.grad is not None
    assert (picture.grad[0, 0] != 0).all(), "with attention every pixel counts"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: x.flatten(2).mean(1),
        lambda x: x.flatten(2).softmax(-1),
        lambda x: x.flatten(2).reshape(1, 3, 8, 2),
        lambda x: x.flatten(2).transpose(1, 2).reshape(1, 3, 4, 4),
        lambda x: x.flatten(2) + x.transpose(2, 3).flatten(2),
        lambda x: x.flatten(2)[:, :, 1:],
        lambda x: nn.GroupNorm(1, 3, affine=False)(x.flatten(2)),
        lambda x: F.group_norm(x.flatten(2), 1),
        lambda x: F.layer_norm(x.flatten(2), (16,)),
        lambda x: nn.Softmax(1)(x.flatten(2).transpose(1, 2)),
        lambda x: F.local_response_norm(x.flatten(2).transpose(1, 2), 2),
        lambda x: F.linear(x.flatten(2), x.flatten(2)[0]),
        lambda x: x + torch.ones(1, 3, 4, 4, device="meta"),
    ],
)
def test_a_row_of_places_that_is_mixed_raises(wrong):
    class Mixed(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return wrong(x)

    with pytest.raises(ValueError, match="known kinds"):
        analyze(Mixed(), (3, 4, 4))


def test_the_weights_of_attention_are_no_map():
    class Weighing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(3, 1, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            row = x.flatten(2).transpose(1, 2)
            return self.attention(row, row, row)[1].relu()

    with pytest.raises(ValueError, match="relu"):
        analyze(Weighing(), (3, 4, 4))
