"""Receptive fields by hand, against what gradients reach, and against what is known of published networks."""

from __future__ import annotations

import random

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision import models

from lecture_models.ops.receptive_field import Analysis, Layer, analyze, analyzed


def last(layers: list[Layer], name: str) -> Layer:
    """The last layer of a name: a block's ReLU runs more than once."""
    return [layer for layer in layers if layer.name == name][-1]


@pytest.fixture
def meta() -> torch.device:
    return torch.device("meta")


# ---- by hand ------------------------------------------------------------------------------------------------
# pixels      0 1 2 3 4 5 6 7        conv 3, stride 2, padding 1: unit i reads 2i − 1 … 2i + 1
# conv unit   0   1   2   3          pool 2: unit j reads conv units 2j, 2j + 1, so pixels 4j − 1 … 4j + 3
# pool unit   0       1
def test_a_convolution_and_a_pooling_by_hand():
    network = nn.Sequential(nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.MaxPool2d(2))
    conv, pool = analyze(network, (3, 8, 8))
    assert (conv.receptive_field, conv.jump, conv.offset) == ((3, 3), (2, 2), (0.5, 0.5))
    assert (pool.receptive_field, pool.jump, pool.offset) == ((5, 5), (4, 4), (1.5, 1.5))
    assert (conv.parameters, conv.macs, conv.activation_bytes) == (3 * 9 * 5 + 5, 3 * 9 * 5 * 16, 4 * 5 * 16)
    assert pool.output_shape == (1, 5, 2, 2)
    assert analyzed(network, (3, 8, 8)).box("1", 0, 1) == (3, 0, 8, 4)  # cut to the picture


# input i     0     1     2          kernel 3, stride 2: input i goes to the outputs 2i … 2i + 2,
# outputs     0 1 2 3 4 5 6          so output 2 has two inputs and output 3 one
def test_a_transposed_convolution_gives_its_outputs_unequal_fields():
    layer = analyze(nn.ConvTranspose2d(1, 1, 3, stride=2), (1, 3, 3))[0]
    assert (layer.smallest_field, layer.receptive_field, layer.jump) == ((1, 1), (2, 2), (0.5, 0.5))
    found = analyzed(nn.Sequential(nn.ConvTranspose2d(1, 1, 3, stride=2)), (1, 3, 3))
    assert [found.box("0", 3, column) for column in (2, 3)] == [(0, 1, 2, 2), (1, 1, 2, 2)]


@pytest.mark.parametrize("depth", [1, 2, 5, 112])
def test_a_stack_of_3x3_sees_1_and_2_more_a_layer(depth: int):
    stack = nn.Sequential(*(nn.Conv2d(1, 1, 3, padding=1) for _ in range(depth)))
    assert analyze(stack, (1, 8, 8))[-1].receptive_field == (1 + 2 * depth, 1 + 2 * depth)


def test_sides_differ_where_kernels_do():
    layer = analyze(nn.Conv2d(1, 1, (1, 5), stride=(2, 1), dilation=(1, 2)), (1, 20, 20))[0]
    assert (layer.receptive_field, layer.jump) == ((1, 9), (2, 1))


class Parallel(nn.Module):
    """A small and a large path that meet: the union counts."""

    def __init__(self) -> None:
        super().__init__()
        self.small, self.large = nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 3, padding=4, dilation=4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.small(x), self.large(x) + x], 1)


def test_paths_that_meet_have_the_union():
    found = analyzed(Parallel(), (1, 16, 16))
    assert [layer.kind for layer in found.layers] == ["Conv2d", "Conv2d", "add", "cat"]
    assert found.layers[-1].receptive_field == (9, 9)
    assert found.box("cat", 8, 8) == (4, 4, 13, 13)


# ---- against gradients --------------------------------------------------------------------------------------
def random_layer(rng: random.Random) -> nn.Module:
    kernel, stride, dilation = rng.choice([1, 2, 3, 4]), rng.choice([1, 1, 2]), rng.choice([1, 1, 2])
    padding = rng.randint(0, dilation * (kernel - 1) // 2)
    mode = rng.choice(["zeros", "zeros", "replicate", "reflect"])
    return rng.choice(
        [
            nn.Conv2d(1, 1, kernel, stride, padding, dilation, padding_mode=mode),
            nn.AvgPool2d(max(kernel, stride), stride, ceil_mode=rng.random() < 0.5),
            nn.ConvTranspose2d(1, 1, kernel, rng.choice([2, 3]), padding, dilation=dilation),
            nn.Upsample(scale_factor=2, mode=rng.choice(["nearest", "bilinear", "bicubic"])),
            nn.ReplicationPad2d((1, 2, 0, 1)),
            nn.ZeroPad2d((2, 0, 1, -1)),
        ]
    )


class Random(nn.Module):
    """A few layers in a row, each with a skip where the sizes allow it; positive weights, so that nothing cancels."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        rng = random.Random(seed)
        self.layers = nn.ModuleList(random_layer(rng) for _ in range(rng.randint(2, 4)))
        for weight in self.parameters():
            nn.init.constant_(weight, 0.5)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            y = layer(x)
            high, wide = (min(a, b) for a, b in zip(x.shape[-2:], y.shape[-2:], strict=True))
            x = y[..., :high, :wide] + x[..., :high, :wide] if y.shape == x.shape else y
        return x


def reached(
    network: nn.Module, size: int, row: int, column: int, channels: int = 1
) -> tuple[int, ...] | None:
    """The box around the pixels with a gradient, (x0, y0, x1, y1)."""
    picture = torch.rand(1, channels, size, size, requires_grad=True)
    network(picture)[0, :, row, column].sum().backward()
    rows, columns = torch.nonzero(picture.grad[0].abs().sum(0), as_tuple=True)
    if not len(rows):
        return None
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


@pytest.mark.parametrize("seed", range(24))
def test_the_box_holds_exactly_the_pixels_with_a_gradient(seed: int):
    network = Random(seed).eval()
    found, rng = analyzed(network, (1, 17, 17)), random.Random(seed)
    name, (_, _, high, wide) = found.layers[-1].name, found.layers[-1].output_shape
    for _ in range(4):
        row, column = rng.randrange(high), rng.randrange(wide)
        assert found.box(name, row, column) == reached(network, 17, row, column), (row, column)


def test_nothing_outside_of_a_resnets_box_changes_a_unit():
    network = models.resnet18().eval()
    part = nn.Sequential(*list(network.children())[:6])  # to layer2
    found = analyzed(part, (3, 128, 128))
    layer = found.layers[-1]
    x0, y0, x1, y1 = found.box(layer.name, 8, 8) or ()
    assert (y1 - y0, x1 - x0) == layer.receptive_field
    picture = torch.rand(1, 3, 128, 128)
    other = torch.rand(1, 3, 128, 128)
    other[..., y0:y1, x0:x1] = picture[..., y0:y1, x0:x1]
    with torch.no_grad():
        assert torch.equal(part(picture)[0, :, 8, 8], part(other)[0, :, 8, 8])


# ---- what reads everything, and what nobody knows -----------------------------------------------------------------
def test_squeeze_excitation_is_marked_and_leaves_the_field_without_it(meta: torch.device):
    with meta:
        layers = analyze(models.mobilenet_v3_small(), (3, 224, 224))
    pool = last(layers, "features.1.block.1.avgpool")
    scaled = last(layers, "features.1.block.1.mul")
    assert pool.reads_whole_map
    assert not scaled.reads_whole_map
    assert scaled.sees_everything
    assert scaled.receptive_field == last(layers, "features.1.block.0.0").receptive_field


@pytest.mark.parametrize("norm", [nn.GroupNorm(2, 4), nn.InstanceNorm2d(4), nn.LayerNorm((4, 8, 8))])
def test_norms_over_places_are_marked(norm: nn.Module):
    layers = analyze(nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), norm, nn.ReLU()), (3, 8, 8))
    assert [layer.reads_whole_map for layer in layers] == [False, True, False]
    assert [layer.sees_everything for layer in layers] == [False, True, True]
    assert {layer.receptive_field for layer in layers} == {(3, 3)}


def test_batch_normalisation_is_a_fixed_factor_and_the_module_stays_as_it_was():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).train()
    calls: list[int] = []
    network[0].register_forward_hook(lambda *_: calls.append(1))
    before = network[1].running_mean.clone()
    assert not analyze(network, (3, 8, 8))[-1].reads_whole_map
    assert network.training
    assert torch.equal(before, network[1].running_mean)
    assert not calls


class Strange(nn.Module):
    def __init__(self, function: object) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)  # type: ignore[operator]


class Parts(nn.Module):
    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.first, self.odd = nn.Conv2d(3, 4, 3, padding=1), part

    def forward(self, x: Tensor) -> Tensor:
        return self.odd(self.first(x))


UNKNOWN = {
    "fold": Strange(lambda x: F.unfold(x, 3)),
    "roll": Strange(lambda x: x.roll(1, -1)),
    "sort": Strange(lambda x: x.sort(-1).values),
    "turned": Strange(lambda x: x.transpose(-1, -2)),
    "beside": Strange(lambda x: torch.cat([x, x], -1)),
    "circular": nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular"),
    "linear": nn.Linear(8, 8),
    "softmax": nn.Softmax(-1),
    "constant": Strange(lambda x: x + torch.zeros_like(x).cumsum(-1)),
}


@pytest.mark.parametrize("part", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_raises_with_its_name(part: nn.Module):
    with pytest.raises(ValueError, match="“odd"):
        analyze(Parts(part), (3, 8, 8))


def test_bad_arguments_get_a_sentence():
    with pytest.raises(ValueError, match=r"\(C, H, W\)"):
        analyze(nn.Conv2d(1, 1, 3), (8, 8))
    found: Analysis = analyzed(nn.Sequential(nn.Conv2d(1, 1, 3)), (1, 8, 8))
    with pytest.raises(ValueError, match="such as 0"):
        found.box("features", 0, 0)
    with pytest.raises(ValueError, match=r"no unit \(6, 0\)"):
        found.box("0", 6, 0)
