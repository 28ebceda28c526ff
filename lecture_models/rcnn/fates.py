"""Of each anchor: how far it came, and what ended it.

Every anchor has exactly one fate, so the counts of the fates add up to the number of anchors. A proposal is judged
once for each class, by candidates; **its fate is that of the candidate that came farthest**, and of several that
came equally far, of the one with the best class score. Ren et al. 2015, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .record import RCNNRecord
from .stages import StagesTrace

FATES = (
    "below_top_k",
    "too_small",
    "low_objectness",
    "suppressed_in_rpn",
    "over_proposal_limit",
    "low_class_score",
    "too_small_refined",
    "suppressed_in_class",
    "over_detection_limit",
    "survived",
)
"""In the order of the stages: a later one has come farther."""
(
    BELOW_TOP_K,
    TOO_SMALL,
    LOW_OBJECTNESS,
    SUPPRESSED_IN_RPN,
    OVER_PROPOSAL_LIMIT,
    LOW_CLASS_SCORE,
    TOO_SMALL_REFINED,
    SUPPRESSED_IN_CLASS,
    OVER_DETECTION_LIMIT,
    SURVIVED,
) = range(len(FATES))


@dataclass(frozen=True)
class FatesTrace:
    """One entry for each of A anchors. Numbers of nothing are -1; boxes in picture pixels."""

    fate: Tensor  # int64 [A], index into FATES
    boxes: Tensor  # [A, 4]: anchor, clipped proposal or refined box, whichever it was at the end
    suppressor: Tensor  # int64 [A]: who suppressed it, an anchor in the RPN, a candidate among the classes
    iou: Tensor  # [A]: with the suppressor, 0 for none
    candidate: Tensor  # int64 [A]: of the proposals, the candidate that came farthest
    score: Tensor  # [A]: that candidate's class score; before the box head, the objectness as a probability
    detection: Tensor  # int64 [A]: number of the detection that a survivor became

    @property
    def counts(self) -> dict[str, int]:
        """How many anchors met each fate; they add up to all anchors."""
        counts = self.fate.bincount(minlength=len(FATES)).tolist()
        return dict(zip(FATES, counts, strict=True))


@torch.inference_mode()
def trace_fates(record: RCNNRecord, stages: StagesTrace) -> FatesTrace:
    """The fate of every anchor of a record, under the settings of these stages.

    >>> import numpy as np
    >>> from lecture_models.nets.panoptic_fpn import panoptic_fpn
    >>> from lecture_models.rcnn.record import record_rcnn
    >>> from lecture_models.rcnn.stages import trace_stages
    >>> network = panoptic_fpn().eval()
    >>> record = record_rcnn(network, np.zeros((64, 96, 3), np.uint8))
    >>> sum(trace_fates(record, trace_stages(network, record)).counts.values())  # 3 · (384 + 96 + 24 + 6) anchors
    1530
    """
    fate, suppressor, iou = _proposal_fates(stages, len(record.anchors))
    boxes = record.in_picture(record.anchors)
    decoded = fate != BELOW_TOP_K
    boxes[decoded] = record.in_picture(record.clipped[decoded])
    nothing = torch.full((len(fate),), -1)
    made = FatesTrace(fate, boxes, suppressor, iou, nothing, record.objectness.sigmoid(), nothing.clone())
    _add_candidates(made, stages)
    return made


def _proposal_fates(stages: StagesTrace, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Fates up to the proposals; whoever becomes one is LOW_CLASS_SCORE until its candidates are known."""
    rpn = stages.rpn
    fate, suppressor, iou = torch.full((count,), BELOW_TOP_K), torch.full((count,), -1), torch.zeros(count)
    fate[rpn.top[~rpn.likely]] = LOW_OBJECTNESS
    fate[rpn.top[~rpn.large]] = TOO_SMALL  # the size is tested first
    fate[rpn.compared] = SUPPRESSED_IN_RPN
    gone = rpn.nms.suppressor >= 0
    suppressor[rpn.compared[gone]] = rpn.compared[rpn.nms.suppressor[gone]]
    iou[rpn.compared] = rpn.nms.iou
    fate[rpn.unsuppressed] = OVER_PROPOSAL_LIMIT
    fate[rpn.proposals] = LOW_CLASS_SCORE
    return fate, suppressor, iou


def _add_candidates(made: FatesTrace, stages: StagesTrace) -> None:
    """Give each proposal the fate of the candidate that came farthest."""
    proposals, classes = stages.rpn.proposals, stages.class_probs.shape[1]
    fates, suppressors, ious, detections = _candidate_fates(stages)
    progress = (2 * fates + stages.class_probs.flatten().double()).view(-1, classes)  # a score is at most 1
    progress[:, 0] = -1  # the background is no candidate
    chosen = torch.arange(len(proposals)) * classes + progress.argmax(1)
    made.fate[proposals] = fates[chosen]
    made.boxes[proposals] = stages.class_boxes.flatten(0, 1)[chosen]
    made.suppressor[proposals] = suppressors[chosen]
    made.iou[proposals] = ious[chosen]
    made.candidate[proposals] = chosen
    made.score[proposals] = stages.class_probs.flatten()[chosen]
    made.detection[proposals] = detections[chosen]


def _candidate_fates(stages: StagesTrace) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of each candidate: its fate, the candidate that suppressed it, the IoU with that, its detection."""
    count = stages.class_probs.numel()
    fate, suppressor, iou = (
        torch.full((count,), LOW_CLASS_SCORE),
        torch.full((count,), -1),
        torch.zeros(count),
    )
    detection = suppressor.clone()
    fate[stages.scored] = TOO_SMALL_REFINED
    fate[stages.candidates] = SUPPRESSED_IN_CLASS
    gone = stages.nms.suppressor >= 0
    suppressor[stages.candidates[gone]] = stages.candidates[stages.nms.suppressor[gone]]
    iou[stages.candidates] = stages.nms.iou
    fate[stages.unsuppressed] = OVER_DETECTION_LIMIT
    fate[stages.detections] = SURVIVED
    detection[stages.detections] = torch.arange(len(stages.detections))
    return fate, suppressor, iou, detection
