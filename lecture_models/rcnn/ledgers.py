"""One picture, one set of trained weights, used as Fast R-CNN, Faster R-CNN and Mask R-CNN: who ran what, how often.

Fast (Girshick 2015): proposals from selective search, one backbone pass, crops from the feature map.
Faster (Ren et al. 2015): proposals from a region proposal network on the same features.
Mask (He et al. 2017): the same, and a mask for each detection. In training the mask head works in parallel with the
class and box heads; at test on the detected boxes. Slow R-CNN stands in ``slow``.

All thresholds (score, NMS, number of detections) are the network's own and the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchvision.models.detection.roi_heads import maskrcnn_inference
from torchvision.ops import box_iou

from lecture_models.nets.rcnn_trace import as_tensor
from lecture_models.segments import MASK_THRESHOLD

from .meter import Meter, Stage
from .selective_search import Search

SELECTIVE_SEARCH = "selective search"
RPN = "region proposal network"
LIMIT = 300  # proposals of selective search; the papers take about 2000, the boxes that our scenes have are some 500
FOUND_IOU = 0.5


@dataclass(frozen=True)
class Ledger:
    """What one member of the family did on a picture, on the CPU. N proposals, D detections, by falling score."""

    name: str  # such as "Fast R-CNN"
    source: str  # where the proposals came from
    proposals: Tensor  # float [N, 4], xyxy, picture pixels
    done: int  # proposals that went through; below N while Slow R-CNN runs or where it was stopped
    passes: int  # pictures or crops that went through the backbone, counted by a hook
    stages: tuple[Stage, ...]
    boxes: Tensor  # float [D, 4], xyxy, picture pixels
    labels: Tensor  # int64 [D]
    scores: Tensor  # float [D]
    masks: Tensor | None = None  # bool [D, H, W], for Mask R-CNN alone
    warp: int = 0  # side in pixels of the square that each crop is warped to, for Slow R-CNN alone

    @property
    def macs(self) -> int:
        """Multiply-adds of all stages."""
        return sum(stage.macs for stage in self.stages)

    @property
    def ms(self) -> float:
        """Milliseconds of all stages."""
        return sum(stage.ms for stage in self.stages)

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return sum(int(value.nbytes) for value in vars(self).values() if isinstance(value, Tensor))


@dataclass(frozen=True)
class Setting:
    """A picture as the network sees it."""

    network: Any
    size: tuple[int, int]  # of the picture
    batch: Any  # torchvision's ImageList: normalised, resized, padded
    scale: Tensor  # float [4], network pixels per picture pixel: x, y, x, y; each axis is rounded on its own


def own_ledgers(network: Any, image: np.ndarray) -> tuple[Ledger, ...]:
    """Faster and, where the network has a mask head, Mask R-CNN, which propose by themselves: runs of their own.

    Args:
        network: a torchvision Faster or Mask R-CNN in eval mode, or ours.
        image: uint8 [H, W, 3].
    """
    ledgers = [faster_ledger(network, image)]
    return (*ledgers, mask_ledger(network, image)) if network.roi_heads.has_mask() else tuple(ledgers)


def shared_times(ledgers: Sequence[Ledger]) -> tuple[Ledger, ...]:
    """Ledgers in which a stage that several share has the same time, the fastest of their runs.

    One run is as fast as the machine is idle; two runs of the same work would then look like two different costs.
    Shared is the backbone, which sees the same picture, and what works on proposals of the same source.
    """
    times: dict[tuple[str, str], float] = {}
    for ledger in ledgers:
        for stage in ledger.stages:
            work = _work(ledger, stage)
            times[work] = min(stage.ms, times.get(work, stage.ms))
    return tuple(
        replace(ledger, stages=tuple(replace(s, ms=times[_work(ledger, s)]) for s in ledger.stages))
        for ledger in ledgers
    )


def _work(ledger: Ledger, stage: Stage) -> tuple[str, str]:
    return stage.name, "" if stage.name == "backbone" else ledger.source


@torch.inference_mode()
def fast_ledger(network: Any, image: np.ndarray, found: Search, source: str = SELECTIVE_SEARCH) -> Ledger:
    """Fast R-CNN: one backbone pass, then the box head on crops of the feature map at given proposals.

    Args:
        network: a torchvision Faster or Mask R-CNN in eval mode, or ours.
        image: uint8 [H, W, 3].
        found: the proposals, in picture pixels, and what they took.
        source: where they came from.
    """
    meter = Meter(network)
    meter.add(source, found.ms)
    with meter.watching():
        setting, maps = see(network, image, meter)
        proposals = found.boxes.to(setting.batch.tensors.device) * setting.scale
        result = detect(setting, maps, proposals, meter)
    return record("Fast R-CNN", source, setting, proposals, result, meter)


@torch.inference_mode()
def faster_ledger(network: Any, image: np.ndarray) -> Ledger:
    """Faster R-CNN: the proposals come from the network's own features. Equals ``network(picture)``."""
    meter = Meter(network)
    with meter.watching():
        setting, maps = see(network, image, meter)
        proposals = propose(setting, maps, meter)
        result = detect(setting, maps, proposals, meter)
    return record("Faster R-CNN", RPN, setting, proposals, result, meter)


@torch.inference_mode()
def mask_ledger(network: Any, image: np.ndarray) -> Ledger:
    """Mask R-CNN: Faster R-CNN, and the mask head on each detection; its time includes pasting the masks.

    Raises:
        ValueError: for a network without a mask head.
    """
    if not network.roi_heads.has_mask():
        raise ValueError("Mask R-CNN needs a mask head and this network has none. Choose another network.")
    meter = Meter(network)
    with meter.watching():
        setting, maps = see(network, image, meter)
        proposals = propose(setting, maps, meter)
        result = detect(setting, maps, proposals, meter)
        with meter.stage("mask head"):
            result["masks"] = _mask_cells(setting, maps, result)
            finished = finish(setting, result)
    return record("Mask R-CNN", RPN, setting, proposals, finished, meter)


def see(network: Any, image: np.ndarray, meter: Meter) -> tuple[Setting, Any]:
    """The picture through transform and backbone, once."""
    with meter.stage("backbone"):
        setting = prepare(network, image)
        pictures = setting.batch.tensors.contiguous(memory_format=torch.channels_last)
        return setting, network.backbone(pictures)


def prepare(network: Any, image: np.ndarray) -> Setting:
    """The picture normalised, resized and padded by the network's own transform."""
    height, width = image.shape[:2]
    batch, _ = network.transform([as_tensor(image, next(network.parameters()).device)])
    down, across = (int(seen) / own for seen, own in zip(batch.image_sizes[0], (height, width), strict=True))
    scale = batch.tensors.new_tensor([across, down, across, down])
    return Setting(network, (height, width), batch, scale)


def propose(setting: Setting, maps: Any, meter: Meter) -> Tensor:
    """The region proposal network's proposals, float [N, 4], network pixels."""
    with meter.stage("RPN"):
        proposals: Tensor = setting.network.rpn(setting.batch, maps)[0][0]
    return proposals


def detect(setting: Setting, maps: Any, proposals: Tensor, meter: Meter) -> dict[str, Tensor]:
    """Crops of the proposals through the box head, and NMS: boxes (network pixels), labels, scores."""
    heads, sizes = setting.network.roi_heads, setting.batch.image_sizes
    with meter.stage("box head"):
        crops = heads.box_roi_pool(maps, [proposals], sizes)
        logits, deltas = heads.box_predictor(heads.box_head(crops))
        return decide(setting, logits, deltas, proposals)


def decide(setting: Setting, logits: Tensor, deltas: Tensor, proposals: Tensor) -> dict[str, Tensor]:
    """Class scores and deltas to detections, by the network's own thresholds and NMS."""
    heads, sizes = setting.network.roi_heads, setting.batch.image_sizes
    boxes, scores, labels = heads.postprocess_detections(logits, deltas, [proposals], sizes)
    return {"boxes": boxes[0], "labels": labels[0], "scores": scores[0]}


def _mask_cells(setting: Setting, maps: Any, result: dict[str, Tensor]) -> Tensor:
    """The mask head's cells of the detected classes, float [D, 1, 28, 28]."""
    heads = setting.network.roi_heads
    crops = heads.mask_roi_pool(maps, [result["boxes"]], setting.batch.image_sizes)
    logits = heads.mask_predictor(heads.mask_head(crops))
    return maskrcnn_inference(logits, [result["labels"]])[0]


def finish(setting: Setting, result: dict[str, Tensor]) -> dict[str, Tensor]:
    """Back to picture pixels, masks pasted; a result that is there already stays."""
    sizes = setting.batch.image_sizes
    finished: dict[str, Tensor] = setting.network.transform.postprocess(
        [dict(result)], sizes, [setting.size]
    )[0]
    return finished


def record(
    name: str, source: str, setting: Setting, proposals: Tensor, result: dict[str, Tensor], meter: Meter
) -> Ledger:
    """A ledger of what ran; ``result`` is in network pixels unless it has pasted masks."""
    masks = result.get("masks")
    shown = result if masks is not None else finish(setting, result)
    return Ledger(
        name=name,
        source=source,
        proposals=(proposals / setting.scale).cpu(),
        done=len(proposals),
        passes=meter.passes,
        stages=meter.stages(),
        boxes=shown["boxes"].cpu(),
        labels=shown["labels"].cpu(),
        scores=shown["scores"].cpu(),
        masks=None if masks is None else (masks[:, 0] >= MASK_THRESHOLD).cpu(),
    )


def things_found(ledger: Ledger, boxes: Tensor, labels: Tensor, score: float = 0.0) -> list[bool]:
    """Which true things a ledger found: by a detection of the right class at IoU 0.5 or more, each for one thing.

    Detections choose in order of falling score, the truth of largest overlap first, as COCO's evaluation has it.

    Args:
        ledger: of the picture.
        boxes: float [T, 4], true boxes, picture pixels.
        labels: int64 [T], detection labels.
        score: least score of a detection that counts.

    Returns:
        T times whether found.
    """
    found = [False] * len(boxes)
    if not len(boxes):
        return found
    for row, label, confidence in zip(
        box_iou(ledger.boxes, boxes), ledger.labels, ledger.scores, strict=True
    ):
        free = (labels == label) & ~torch.tensor(found)
        overlap = torch.where(free, row, torch.zeros_like(row))
        best = int(overlap.argmax())
        if confidence >= score and overlap[best] >= FOUND_IOU:
            found[best] = True
    return found
