"""One pass through Panoptic FPN's pyramid and semantic branch with every map kept: laterals, sums, stages.

Lin et al. 2017, section 3, figure 3: each level is a 1 × 1 convolution of the backbone's map plus the coarser level's
sum, enlarged twice by nearest neighbour; a 3 × 3 convolution of the sum is what the branches read. Kirillov et al.
2019, "Panoptic Feature Pyramid Networks", figure 3: the semantic branch brings all levels to one size and adds them.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .macs import macs_of
from .panoptic_fpn import PanopticFPN
from .rcnn_trace import as_tensor
from .semantic_branch import upsample

LEVELS = ("P2", "P3", "P4", "P5")


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the network: what it is, the branch it belongs to, its parameters, and the MACs that it ran."""

    branch: str
    name: str
    parameters: int
    macs: int
    shape: str


@dataclass(frozen=True, eq=False)
class WalkTrace:
    """Maps of one picture, float32 [C, h, w] on the CPU, by level from P2 to P5.

    Args:
        bottom: what the backbone gives (C2..C5).
        sums: lateral plus what comes from above, before the last convolution.
        maps: P2..P5.
        weights: of the lateral 1 × 1 convolutions, [channels, C] each.
        biases: of the same, [channels] each.
        stages: each level's maps in the semantic branch, from its first convolution to the common size.
        parts: the ledger.
    """

    bottom: tuple[Tensor, ...]
    sums: tuple[Tensor, ...]
    maps: tuple[Tensor, ...]
    weights: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]
    stages: tuple[tuple[Tensor, ...], ...]
    parts: tuple[Part, ...]

    def lateral(self, level: int) -> Tensor:
        """The 1 × 1 convolution of the backbone's map, [channels, h, w]."""
        value: Tensor = torch.einsum("oc,chw->ohw", self.weights[level], self.bottom[level])
        return value + self.biases[level][:, None, None]

    def above(self, level: int) -> Tensor | None:
        """The coarser level's sum at this level's size, by nearest neighbour; None at the top."""
        if level + 1 == len(self.sums):
            return None
        coarse, size = self.sums[level + 1], self.sums[level].shape[-2:]
        return torch.nn.functional.interpolate(coarse[None], size=size, mode="nearest")[0]

    @property
    def joined(self) -> Tensor:
        """The sum of all levels in the semantic branch, [width, h, w] at stride 4."""
        return torch.stack([stage[-1] for stage in self.stages]).sum(0)

    @property
    def nbytes(self) -> int:
        """Memory of the maps, in bytes."""
        groups = (self.bottom, self.sums, self.maps, self.weights, *self.stages)
        return sum(int(one.nbytes) for group in groups for one in group)


@torch.inference_mode()
def walk(network: PanopticFPN, image: np.ndarray) -> WalkTrace:
    """Run the network once and keep its pyramid.

    Args:
        network: in eval mode.
        image: uint8 [H, W, 3].

    >>> from lecture_models.nets.panoptic_fpn import panoptic_fpn
    >>> trace = walk(panoptic_fpn().eval(), np.zeros((64, 64, 3), np.uint8))
    >>> [tuple(one.shape) for one in trace.maps]
    [(64, 16, 16), (64, 8, 8), (64, 4, 4), (64, 2, 2)]
    >>> float((trace.lateral(0) + trace.above(0) - trace.sums[0]).abs().max()) < 1e-4
    True
    """
    batch, _ = network.transform([as_tensor(image, next(network.parameters()).device)])
    pictures = batch.tensors
    backbone: Any = network.backbone
    bottom, body = macs_of(_bottom_up, backbone, pictures)
    maps, sideways = macs_of(backbone.fpn, OrderedDict((str(k), one) for k, one in enumerate(bottom)))
    levels = list(maps.values())
    stages = [_stages(branch, one) for branch, one in zip(network.semantic.levels, levels, strict=True)]
    parts = [
        _part("both", "backbone", [backbone.stem, backbone.stages], body, bottom[-1]),
        _part("both", "pyramid", [backbone.fpn], sideways, levels[0]),
        *_instance_parts(network, batch, maps),
        *_semantic_parts(network, pictures, levels),
    ]
    inner = [conv[0] for conv in backbone.fpn.inner_blocks]
    return WalkTrace(
        bottom=_kept(bottom),
        sums=_kept(_sums(backbone.fpn, bottom)),
        maps=_kept(levels),
        weights=tuple(conv.weight[:, :, 0, 0].cpu().clone() for conv in inner),
        biases=tuple(conv.bias.cpu().clone() for conv in inner),
        stages=tuple(_kept(one) for one in stages),
        parts=tuple(parts),
    )


def _bottom_up(backbone: Any, pictures: Tensor) -> list[Tensor]:
    """C2..C5."""
    x, found = backbone.stem(pictures), []
    for stage in backbone.stages:
        x = stage(x)
        found.append(x)
    return found


def _sums(fpn: Any, bottom: list[Tensor]) -> list[Tensor]:
    """Lateral plus top-down of every level, in the library's own order."""
    last = fpn.get_result_from_inner_blocks(bottom[-1], -1)
    found = [last]
    for level in reversed(range(len(bottom) - 1)):
        lateral = fpn.get_result_from_inner_blocks(bottom[level], level)
        last = lateral + torch.nn.functional.interpolate(last, size=lateral.shape[-2:], mode="nearest")
        found.insert(0, last)
    return found


def _stages(branch: Any, x: Tensor) -> list[Tensor]:
    """A level's maps on the semantic branch's way to stride 4: after each convolution and its upsampling."""
    found = []
    for step, layer in enumerate(branch.convs):
        x = layer(x)
        x = upsample(x) if step < branch.doublings else x
        found.append(x)
    return found


def _instance_parts(network: PanopticFPN, batch: Any, maps: Any) -> list[Part]:
    """RPN, box head and mask head, with what they really ran on this picture."""
    (proposals, _), rpn = macs_of(network.rpn, batch, maps)
    (found, _), heads = macs_of(network.roi_heads, maps, proposals, batch.image_sizes)
    roi: Any = network.roi_heads
    boxes = found[0]["boxes"]
    crops = roi.mask_roi_pool(maps, [boxes], batch.image_sizes)
    masks, mask_macs = macs_of(lambda x: roi.mask_predictor(roi.mask_head(x)), crops)
    many = len(proposals[0])
    return [
        Part("instance", "RPN", _count(network.rpn), rpn, f"{many} proposals"),
        Part(
            "instance",
            "box head",
            _count(roi.box_head, roi.box_predictor),
            heads - mask_macs,
            f"{many} × 6 scores",
        ),
        Part(
            "instance",
            "mask head",
            _count(roi.mask_head, roi.mask_predictor),
            mask_macs,
            f"{len(masks)} × {masks.shape[-1]}² masks",
        ),
    ]


def _semantic_parts(network: PanopticFPN, pictures: Tensor, levels: list[Tensor]) -> list[Part]:
    """The branch's ways to stride 4, and what follows their sum."""
    branch = network.semantic

    def to_stride_4() -> Tensor:
        return torch.stack([way(x) for way, x in zip(branch.levels, levels, strict=True)]).sum(0)

    joined, ways = macs_of(to_stride_4)
    logits, whole = macs_of(branch.at_half, pictures, levels)
    rest = [branch.detail, branch.narrow, branch.mix, branch.classify]
    return [
        _part("semantic", "levels to stride 4", [branch.levels], ways, joined),
        _part("semantic", "sum to logits", rest, whole - ways, logits),
    ]


def _part(branch: str, name: str, modules: list[Any], macs: int, out: Tensor) -> Part:
    return Part(branch, name, _count(*modules), macs, " × ".join(map(str, out.shape[1:])))


def _count(*modules: Any) -> int:
    return sum(one.numel() for module in modules for one in module.parameters())


def _kept(maps: list[Tensor]) -> tuple[Tensor, ...]:
    return tuple(one[0].detach().float().cpu().contiguous().clone() for one in maps)


@torch.inference_mode()
def without(network: PanopticFPN, image: np.ndarray, level: str) -> Any:
    """The network's trace where one level of the pyramid, P2 to P5, is zero for both branches.

    The network was never trained without it: what it loses is what it relies on.

    Raises:
        ValueError: there is no such level.
    """
    from .rcnn_trace import trace_rcnn

    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}; got {level!r}. Choose one of them.")
    name = str(LEVELS.index(level))

    def silence(_: Any, __: Any, maps: Any) -> Any:
        return OrderedDict((key, torch.zeros_like(one) if key == name else one) for key, one in maps.items())

    handle = network.backbone.register_forward_hook(silence)
    try:
        return trace_rcnn(network, image)
    finally:
        handle.remove()
