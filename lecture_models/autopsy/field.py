"""Receptive fields from the layers: which inputs can reach an output, as a range of cells along each axis.

A convolution's output i reads the inputs s·i − p … s·i − p + d·(k − 1): kernel k, stride s, padding p, dilation d.
Going backwards through the layers the range grows; where a network branches, the larger range counts. Normalisation by
fixed numbers reads its own cell alone. Group normalisation does too, but for its mean and variance over the whole
map: that part is no receptive field, and ``normalises_whole_maps`` says whether a network has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck
from torchvision.ops import FrozenBatchNorm2d

Range = tuple[int, int]  # first and last cell, both inclusive

POINTWISE = (nn.ReLU, nn.Identity, nn.BatchNorm2d, FrozenBatchNorm2d, nn.GroupNorm, nn.Dropout)
WHOLE_MAP = (nn.GroupNorm, nn.InstanceNorm2d, nn.LayerNorm)


def through(layer: Any, cells: Range, axis: int) -> Range:
    """The inputs of a layer, a block or a chain of layers that its outputs ``cells`` can depend on.

    Args:
        layer: convolution, transposed convolution, maximum pooling, anything pointwise, or made of these:
            a chain (``nn.Sequential``), a residual block of torchvision or of ``lecture_models.nets.pyramid``.
        cells: range of outputs.
        axis: 0 for rows, 1 for columns.

    Returns:
        A range that is not cut to the size of the map.

    Raises:
        ValueError: for a layer of another kind.

    >>> through(nn.Conv2d(1, 1, 3, stride=2, padding=1), (4, 5), 0)
    (7, 11)
    >>> through(nn.ConvTranspose2d(1, 1, 2, stride=2), (4, 5), 0)
    (2, 2)
    """
    if isinstance(layer, POINTWISE):
        return cells
    if isinstance(layer, nn.ConvTranspose2d):
        return _transposed(layer, cells, axis)
    if isinstance(layer, (nn.Conv2d, nn.MaxPool2d)):
        return _convolution(layer, cells, axis)
    if isinstance(layer, (BasicBlock, Bottleneck)):
        names = ("conv1", "conv2", "conv3")
        main = chain([getattr(layer, name) for name in names if hasattr(layer, name)], cells, axis)
        return union(main, through(layer.downsample or nn.Identity(), cells, axis))
    if all(hasattr(layer, name) for name in ("first", "second", "shortcut")):
        main = chain([layer.first, layer.second], cells, axis)
        return union(main, through(layer.shortcut, cells, axis))
    if isinstance(layer, nn.Sequential):
        return chain(layer, cells, axis)
    raise ValueError(f"A receptive field needs layers of known kinds; got {type(layer).__name__}.")


def chain(layers: Iterable[Any], cells: Range, axis: int) -> Range:
    """The inputs of the first of several layers, given outputs of the last."""
    for layer in reversed(list(layers)):
        cells = through(layer, cells, axis)
    return cells


def union(one: Range, other: Range) -> Range:
    """The smallest range that holds both."""
    return min(one[0], other[0]), max(one[1], other[1])


def _axis(value: Any, axis: int) -> int:
    return int(value[axis] if isinstance(value, tuple) else value)


def _convolution(layer: Any, cells: Range, axis: int) -> Range:
    kernel, stride, padding, dilation = (
        _axis(getattr(layer, name), axis) for name in ("kernel_size", "stride", "padding", "dilation")
    )
    return cells[0] * stride - padding, cells[1] * stride - padding + dilation * (kernel - 1)


def _transposed(layer: Any, cells: Range, axis: int) -> Range:
    # output o = s·i − p + d·k, so i runs from ⌈(o + p − d·(K − 1)) / s⌉ to ⌊(o + p) / s⌋
    kernel, stride, padding, dilation = (
        _axis(getattr(layer, name), axis) for name in ("kernel_size", "stride", "padding", "dilation")
    )
    return -((dilation * (kernel - 1) - cells[0] - padding) // stride), (cells[1] + padding) // stride


def pyramid_paths(backbone: Any, level: int, cells: Range, sizes: list[int], axis: int) -> list[Range]:
    """Pixels that can reach cells of a pyramid's map, by the stage they come through.

    P_k adds C_k, read through its own 1 × 1 convolution, to what comes down from P_k+1, so a cell of P2 sees the
    picture through C2, C3, C4 and C5, each with a larger field.

    Args:
        backbone: ``PyramidBackbone`` or torchvision's ``BackboneWithFPN`` of a ResNet.
        level: number of the map, 0 for P2.
        cells: range of its cells.
        sizes: length of each map along the axis, from P2 up.
        axis: 0 for rows, 1 for columns.

    Returns:
        Ranges of network pixels, through stage ``level``, ``level + 1``, …; not cut to the picture.
    """
    fpn, stages = backbone.fpn, body_stages(backbone)
    cells = through(fpn.layer_blocks[level], cells, axis)
    fields: list[Range] = []
    for stage in range(level, len(stages)):
        cells = (max(cells[0], 0), min(cells[1], sizes[stage] - 1))
        below = [layer for part in stages[: stage + 1] for layer in part]
        fields.append(chain([*below, fpn.inner_blocks[stage]], cells, axis))
        if stage + 1 < len(stages):  # nearest neighbour: cell i of the finer map copies cell ⌊i · n / m⌋
            finer, coarser = sizes[stage], sizes[stage + 1]
            cells = (cells[0] * coarser // finer, cells[1] * coarser // finer)
    return fields


def body_stages(backbone: Any) -> list[list[nn.Module]]:
    """The layers of a backbone below its pyramid, in order, parted after each stage that the pyramid reads."""
    if hasattr(backbone, "stages"):
        first, *rest = list(backbone.stages)
        return [[backbone.stem, first], *([stage] for stage in rest)]
    if not hasattr(backbone, "body"):
        raise ValueError(
            f"A receptive field needs a pyramid on a known backbone; got {type(backbone).__name__}."
        )
    stages: list[list[nn.Module]] = [[]]
    for name, layer in backbone.body.items():
        stages[-1].append(layer)
        if name in backbone.body.return_layers:
            stages.append([])
    return stages[:-1]


def normalises_whole_maps(network: nn.Module) -> bool:
    """Whether a layer takes its mean and variance from the whole map, so that every pixel counts a little."""
    return any(isinstance(layer, WHOLE_MAP) for layer in network.modules())
