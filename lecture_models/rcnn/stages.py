"""A detector's filters one by one, on the raw outputs of a recorded pass, with any settings.

From anchors to masks as in torchvision's ``RegionProposalNetwork.filter_proposals`` and
``RoIHeads.postprocess_detections``, but each step keeps which anchors went on and why the others did not. With the
network's own settings the result is ``network(picture)``. Only the heads run, on the RoIs that are left; the
backbone does not. Ren et al. 2015, section 3; Lin et al. 2017, section 4; He et al. 2017, section 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torchvision.models.detection.roi_heads import maskrcnn_inference
from torchvision.ops import clip_boxes_to_image

from lecture_models.nets.rcnn_trace import COCO_LEVELS, paste

from .nms import NMSTrace, trace_nms
from .record import Limits, RCNNRecord

MASKED = 40  # at most so many detections, the best ones, get their masks


@dataclass(frozen=True)
class StageSettings:
    """What a learner may turn; None is the network's own number."""

    pre_nms_top_n: int | None = None
    post_nms_top_n: int | None = None
    rpn_nms_iou: float | None = None
    score_threshold: float | None = None

    def limits(self, own: Limits) -> Limits:
        """The network's limits with these in their place.

        Raises:
            ValueError: A number of boxes below 1, or an IoU or a score outside of 0..1.
        """
        chosen = {name: value for name, value in vars(self).items() if value is not None}
        for name, value in chosen.items():
            if name.endswith("top_n") and not (value >= 1 and value == int(value)):
                raise ValueError(f"{name} is a whole number of boxes, at least 1; got {value}.")
            if not name.endswith("top_n") and not (math.isfinite(value) and 0 <= value <= 1):
                raise ValueError(f"{name} is between 0 and 1; got {value}.")
        whole = {name: int(value) for name, value in chosen.items() if name.endswith("top_n")}
        return replace(own, **{**chosen, **whole})


@dataclass(frozen=True)
class ProposalStages:
    """The RPN's filters. T anchors after the top-k, S after the size and objectness tests, N proposals.

    All indices are of the record's anchors, except those inside ``nms``, which are of ``compared``.
    """

    top: Tensor  # int64 [T], level after level, best first
    large: Tensor  # bool [T]: not too small once clipped
    likely: Tensor  # bool [T]: objectness not below the network's threshold
    compared: Tensor  # int64 [S]: large and likely ones, which NMS compares
    nms: NMSTrace  # over [S]
    unsuppressed: Tensor  # int64: after NMS, best first
    proposals: Tensor  # int64 [N]: the first of them


@dataclass(frozen=True)
class StagesTrace:
    """Every stage's outcome, on the CPU; boxes in picture pixels.

    N proposals, K classes with the background first. A *candidate* is one class of one proposal, numbered
    ``proposal * K + label``: M of them pass score and size, D are detections.
    """

    limits: Limits  # as used
    rpn: ProposalStages
    roi_levels: tuple[str, ...]  # levels that RoIs are cropped from
    proposal_boxes: Tensor  # [N, 4]
    proposal_levels: Tensor  # int64 [N], index into ``roi_levels``
    crops: Tensor  # [N, 7, 7]: RoI features, averaged over their channels
    class_probs: Tensor  # [N, K]
    class_boxes: Tensor  # [N, K, 4], refined for each class and clipped
    scored: Tensor  # int64: candidates above the score threshold
    candidates: Tensor  # int64 [M]: those of them that are not too small
    nms: NMSTrace  # over [M], class by class
    unsuppressed: Tensor  # int64: candidates after NMS, best first
    detections: Tensor  # int64 [D]: candidates that are the result
    boxes: Tensor  # [D, 4]
    labels: Tensor  # int64 [D]
    scores: Tensor  # [D]
    mask_cells: Tensor  # [min(D, 40), 28, 28] probs; [0, 28, 28] for a network without masks

    @property
    def detected_anchors(self) -> Tensor:
        """The anchor that each detection began as, int64 [D]."""
        return self.rpn.proposals[self.detections // self.class_probs.shape[1]]

    def masks(self, size: tuple[int, int]) -> Tensor:
        """The masks pasted into a picture of this size: probs [min(D, 40), H, W]."""
        return paste(self.mask_cells, self.boxes[: len(self.mask_cells)], size)


@torch.inference_mode()
def trace_stages(network: Any, record: RCNNRecord, settings: StageSettings = StageSettings()) -> StagesTrace:
    """Filter a record with these settings: anchors → proposals → detections → masks.

    Args:
        network: the network that made the record, in eval mode; its heads run on the proposals.
        record: of the picture.
        settings: what differs from the network's own.

    Raises:
        ValueError: As :meth:`StageSettings.limits`.

    >>> import numpy as np
    >>> from lecture_models.nets.panoptic_fpn import panoptic_fpn
    >>> from lecture_models.rcnn.record import record_rcnn
    >>> network = panoptic_fpn().eval()
    >>> record = record_rcnn(network, np.zeros((64, 96, 3), np.uint8))
    >>> stages = trace_stages(network, record, StageSettings(pre_nms_top_n=10, post_nms_top_n=8))
    >>> len(stages.rpn.top), len(stages.rpn.proposals)  # 10 of each of P2, P3, P4 and P5
    (40, 8)
    """
    limits = settings.limits(record.limits)
    made = _proposed(network, record, limits)
    found = _filter_candidates(made.probs, made.refined, limits)
    classes = made.probs.shape[1]
    chosen = made.refined.flatten(0, 1)[found["detections"]]
    labels = found["detections"] % classes
    names = [name for name in network.roi_heads.box_roi_pool.featmap_names if name in record.maps]
    return StagesTrace(
        limits=limits,
        rpn=made.rpn,
        roi_levels=tuple(COCO_LEVELS[name] for name in names),
        proposal_boxes=record.in_picture(made.boxes),
        proposal_levels=_levels_of(network, made.boxes, len(names)),
        crops=made.crops,
        class_probs=made.probs,
        class_boxes=record.in_picture(made.refined),
        **found,
        boxes=record.in_picture(chosen),
        labels=labels,
        scores=made.probs.flatten()[found["detections"]],
        mask_cells=_mask_head(network, record, chosen[:MASKED], labels[:MASKED]),
    )


@dataclass(frozen=True, eq=False)
class _Proposed:
    """Proposals and what the box head says of them, on the CPU; boxes in network pixels."""

    rpn: ProposalStages
    boxes: Tensor  # [N, 4]
    probs: Tensor  # [N, K]
    refined: Tensor  # [N, K, 4], clipped
    crops: Tensor  # [N, 7, 7]


# A record's latest: as long as only the class score moves, neither the RPN's filters nor the box head run anew.
_latest: WeakKeyDictionary[RCNNRecord, tuple[Limits, _Proposed]] = WeakKeyDictionary()


def _proposed(network: Any, record: RCNNRecord, limits: Limits) -> _Proposed:
    key = replace(limits, score_threshold=0.0)
    kept = _latest.get(record)
    if kept is None or kept[0] != key:
        rpn = filter_anchors(record, limits)
        kept = _latest[record] = key, _box_head(network, record, rpn)
    return kept[1]


def filter_anchors(record: RCNNRecord, limits: Limits) -> ProposalStages:
    """The RPN's filters alone: top-k of each level, size, objectness, NMS in each level, post-NMS top-n."""
    counts = record.anchor_levels.bincount(minlength=len(record.levels)).tolist()
    starts = [sum(counts[:level]) for level in range(len(counts))]
    levels = zip(record.objectness.split(counts), starts, strict=True)
    top = torch.cat([o.topk(min(limits.pre_nms_top_n, len(o)))[1] + start for o, start in levels])
    boxes, probs = record.clipped[top], record.objectness[top].sigmoid()
    large, likely = _large(boxes, limits.rpn_min_size), probs >= limits.objectness
    fit = large & likely
    nms = trace_nms(boxes[fit], probs[fit], record.anchor_levels[top[fit]], limits.rpn_nms_iou)
    alive = top[fit][nms.kept]
    return ProposalStages(top, large, likely, top[fit], nms, alive, alive[: limits.post_nms_top_n])


def _large(boxes: Tensor, least: float) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2] >= least).all(-1)


def _box_head(network: Any, record: RCNNRecord, rpn: ProposalStages) -> _Proposed:
    """Class probs, refined boxes, and the crops averaged over channels."""
    heads, boxes = network.roi_heads, record.clipped[rpn.proposals]
    crops = heads.box_roi_pool(_maps(network, record), [boxes.to(_device(network))], [record.network_size])
    logits, deltas = heads.box_predictor(heads.box_head(crops))
    refined = heads.box_coder.decode(deltas, [boxes.to(deltas)])
    refined = clip_boxes_to_image(refined, record.network_size).cpu()
    return _Proposed(rpn, boxes, logits.softmax(-1).cpu(), refined, crops.mean(1).cpu())


def _device(network: Any) -> torch.device:
    device: torch.device = next(network.parameters()).device
    return device


def _maps(network: Any, record: RCNNRecord) -> dict[str, Tensor]:
    """Feature maps on the network's device."""
    return {name: value.to(_device(network)) for name, value in record.maps.items()}


def _levels_of(network: Any, boxes: Tensor, count: int) -> Tensor:
    """Which of ``count`` levels each RoI is cropped from, by the network's own map (FPN, equation 1)."""
    if count == 1 or not len(boxes):
        return torch.zeros(len(boxes), dtype=torch.int64)
    levels: Tensor = network.roi_heads.box_roi_pool.map_levels([boxes])
    return levels


def _filter_candidates(probs: Tensor, boxes: Tensor, limits: Limits) -> dict[str, Any]:
    """The box head's filters: score, size, NMS in each class, limit; candidates by number."""
    classes = probs.shape[1]
    above = probs > limits.score_threshold
    above[:, 0] = False  # the background is nothing to be found
    scored = above.flatten().nonzero()[:, 0]
    flat = boxes.flatten(0, 1)
    candidates = scored[_large(flat[scored], limits.box_min_size)]
    nms = trace_nms(flat[candidates], probs.flatten()[candidates], candidates % classes, limits.box_nms_iou)
    alive = candidates[nms.kept]
    return {
        "scored": scored,
        "candidates": candidates,
        "nms": nms,
        "unsuppressed": alive,
        "detections": alive[: limits.detections],
    }


def _mask_head(network: Any, record: RCNNRecord, boxes: Tensor, labels: Tensor) -> Tensor:
    """Mask probs of each box's own class, [n, 28, 28]; none for a network without masks."""
    heads = network.roi_heads
    if not heads.has_mask() or not len(boxes):
        return torch.zeros(0, 28, 28)
    device = _device(network)
    crops = heads.mask_roi_pool(_maps(network, record), [boxes.to(device)], [record.network_size])
    logits = heads.mask_predictor(heads.mask_head(crops))
    return maskrcnn_inference(logits, [labels.to(device)])[0][:, 0].float().cpu()
