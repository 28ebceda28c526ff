"""From one cell of a mask back through the mask head to the 14 × 14 bins that it was made of.

The last three layers and one 3 × 3 convolution are multiplied out product by product. For the whole stack: a
chain of convolutions and ReLUs is linear as long as no ReLU changes between open and closed, so with the ReLUs
as this crop left them

    logit = Σ over bins and channels of gradient · value + what the biases alone give,

exactly, and each bin's part of the sum is a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models.detection.mask_rcnn import MaskRCNNPredictor

from .field import chain


@dataclass(frozen=True)
class SigmoidLink:
    """Cell ← logit: value = 1 / (1 + exp(−logit))."""

    row: int
    column: int
    logit: float
    value: float
    network_value: float


@dataclass(frozen=True)
class LogitLink:
    """Logit ← features of the last 1 × 1 convolution: value = Σ features · weights + bias."""

    label: int
    features: np.ndarray  # float32 [C], after the ReLU
    weights: np.ndarray  # float32 [C]
    bias: float
    value: float
    network_value: float

    @property
    def products(self) -> np.ndarray:
        """Float64 [C]."""
        return self.features.astype(np.float64) * self.weights

    @property
    def followed(self) -> int:
        """The channel with the largest product by magnitude."""
        return int(np.abs(self.products).argmax())


@dataclass(frozen=True)
class DeconvLink:
    """Feature ← one bin through one tap of the 2 × 2 deconvolution: max(0, Σ inputs · weights + bias)."""

    channel: int
    bin: tuple[int, int]  # row, column of the 14 × 14
    tap: tuple[int, int]  # row, column of the 2 × 2 kernel
    inputs: np.ndarray  # float32 [C]
    weights: np.ndarray  # float32 [C]
    bias: float
    before: float  # the sum
    value: float  # after the ReLU
    network_value: float

    @property
    def products(self) -> np.ndarray:
        """Float64 [C]."""
        return self.inputs.astype(np.float64) * self.weights

    @property
    def followed(self) -> int:
        """The channel with the largest product by magnitude."""
        return int(np.abs(self.products).argmax())


@dataclass(frozen=True)
class ConvLink:
    """One output of the last 3 × 3 convolution: max(0, scale · (Σ places + bias) + shift).

    ``places`` is [3, 3]: for each of the nine bins the sum over channels of input · weight. ``scale`` and
    ``shift`` are a batch normalisation's, 1 and 0 where there is none.
    """

    channel: int
    bin: tuple[int, int]
    places: np.ndarray  # float64 [kh, kw]
    bias: float
    scale: float
    shift: float
    before: float
    value: float
    network_value: float


@dataclass(frozen=True)
class HeadLink:
    """Logit ← all bins that can reach it: value = Σ contributions + constant."""

    field: tuple[int, int, int, int]  # first row, first column, last row, last column of the bins; inclusive
    contributions: np.ndarray  # float64 [14, 14]: Σ over channels of gradient · value
    gradient: np.ndarray  # float32 [C, 14, 14] of the logit with respect to the crop
    constant: float  # the logit that the biases alone give, the ReLUs as they are
    value: float
    network_value: float
    outside: float  # largest gradient outside the field: 0

    @property
    def followed(self) -> tuple[int, int]:
        """Row and column of the bin that moves the logit most."""
        row, column = divmod(int(np.abs(self.contributions).argmax()), self.contributions.shape[1])
        return row, column


@dataclass(frozen=True)
class HeadPass:
    """One crop through the mask head, layer by layer: each layer, what went in and what came out."""

    crop: Tensor  # float [1, C, 14, 14]; gradients flow to it
    layers: tuple[nn.Module, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


def run_head(heads: Any, crop: Tensor) -> HeadPass:
    """The network's mask head on one crop, with every layer's input and output kept.

    Args:
        heads: a ``RoIHeads`` in eval mode whose predictor is torchvision's ``MaskRCNNPredictor``.
        crop: float [1, C, 14, 14] that requires gradients.

    Raises:
        ValueError: the mask head or its predictor is of another kind.
    """
    if type(heads.mask_predictor) is not MaskRCNNPredictor:
        name = type(heads.mask_predictor).__name__
        raise ValueError(f"The autopsy follows masks of one sigmoid a class; {name} is of another kind.")
    parts = [m for part in (heads.mask_head, heads.mask_predictor) for m in part.modules()]
    layers = [m for m in parts if not list(m.children())]
    x, inputs, outputs = crop, [], []
    for layer in layers:
        inputs.append(x)
        x = F.relu(x) if isinstance(layer, nn.ReLU) else layer(x)  # the network's own ReLU works in place
        outputs.append(x)
    return HeadPass(crop, tuple(layers), tuple(inputs), tuple(outputs))


def trace_logit(run: HeadPass, label: int, cell: tuple[int, int], network_value: float) -> LogitLink:
    """The 1 × 1 convolution at one cell, for one class."""
    layer: Any = run.layers[-1]
    features, weights = run.inputs[-1][0, :, cell[0], cell[1]], layer.weight[label, :, 0, 0]
    bias = _number(layer.bias[label])
    return LogitLink(
        label, _array(features), _array(weights), bias, _dot(features, weights) + bias, network_value
    )


def trace_deconv(run: HeadPass, channel: int, cell: tuple[int, int]) -> DeconvLink:
    """One channel of the deconvolution at one cell: stride 2 and kernel 2, so one bin and one tap."""
    layer: Any = run.layers[-3]
    (row, down), (column, across) = divmod(cell[0], 2), divmod(cell[1], 2)
    inputs, weights = run.inputs[-3][0, :, row, column], layer.weight[:, channel, down, across]
    bias = _number(layer.bias[channel])
    before = _dot(inputs, weights) + bias
    value = _number(run.inputs[-1][0, channel, cell[0], cell[1]])
    where = ((row, column), (down, across))
    return DeconvLink(channel, *where, _array(inputs), _array(weights), bias, before, max(before, 0.0), value)


def trace_conv(run: HeadPass, channel: int, place: tuple[int, int]) -> ConvLink:
    """One output of the mask head's last 3 × 3 convolution."""
    last = max(i for i, m in enumerate(run.layers[:-3]) if isinstance(m, nn.Conv2d))
    layer: Any = run.layers[last]
    reach, step = layer.padding[0], layer.dilation[0]
    padded = F.pad(run.inputs[last][0].detach(), (reach,) * 4).double()
    rows = [place[0] + step * k for k in range(layer.kernel_size[0])]
    columns = [place[1] + step * k for k in range(layer.kernel_size[1])]
    places = (padded[:, rows][:, :, columns] * layer.weight[channel].detach().double()).sum(0)
    bias = _number(layer.bias[channel]) if layer.bias is not None else 0.0
    scale, shift = _affine(run.layers[last + 1], channel)
    before = scale * (float(places.sum()) + bias) + shift
    value = _number(run.inputs[-3][0, channel, place[0], place[1]])
    return ConvLink(channel, place, _array(places), bias, scale, shift, before, max(before, 0.0), value)


def trace_stack(run: HeadPass, label: int, cell: tuple[int, int], network_value: float) -> HeadLink:
    """Which bins can reach one cell's logit, and what each of them gives."""
    logit = run.outputs[-1][0, label, cell[0], cell[1]]
    (gradient,) = torch.autograd.grad(logit, run.crop, retain_graph=True)
    parts = (gradient[0].double() * run.crop.detach()[0].double()).sum(0)
    constant = float(biases_alone(run)[0, label, cell[0], cell[1]])
    size = run.crop.shape[-1]
    rows, columns = (chain(run.layers, (cell[axis], cell[axis]), axis) for axis in (0, 1))
    top, left = max(rows[0], 0), max(columns[0], 0)
    bottom, right = min(rows[1], size - 1), min(columns[1], size - 1)
    rest = gradient[0].clone()
    rest[:, top : bottom + 1, left : right + 1] = 0
    return HeadLink(
        field=(top, left, bottom, right),
        contributions=_array(parts),
        gradient=_array(gradient[0]),
        constant=constant,
        value=float(parts.sum()) + constant,
        network_value=network_value,
        outside=float(rest.abs().max()),
    )


@torch.no_grad()
def biases_alone(run: HeadPass) -> Tensor:
    """Logits [1, K, 28, 28] of a crop of zeros, with the ReLUs open where the real crop opened them."""
    x = torch.zeros_like(run.crop)
    for layer, entered in zip(run.layers, run.inputs, strict=True):
        x = x * (entered > 0) if isinstance(layer, nn.ReLU) else layer(x)
    return x


def _affine(layer: Any, channel: int) -> tuple[float, float]:
    """Scale and shift of a batch normalisation in eval mode; (1, 0) of anything else."""
    if not isinstance(layer, nn.BatchNorm2d):
        return 1.0, 0.0
    assert layer.running_var is not None
    assert layer.running_mean is not None
    scale = layer.weight[channel] / (layer.running_var[channel] + layer.eps).sqrt()
    return _number(scale), _number(layer.bias[channel] - scale * layer.running_mean[channel])


def _dot(one: Tensor, other: Tensor) -> float:
    return _number((one.double() * other.double()).sum())


def _number(value: Tensor) -> float:
    return float(value.detach())


def _array(values: Tensor) -> np.ndarray:
    return np.asarray(values.detach().cpu().numpy())
