"""Masks by per-pixel softmax, in which the classes compete for each pixel (as in FCN; table 2b of Mask R-CNN).

The head is the same, 28 × 28 logits for each of K classes with the background first; the loss and how it is read
differ. Mask R-CNN's own loss is binary: the mask of the true class alone, whatever the others say.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torchvision.models.detection.mask_rcnn import MaskRCNNPredictor
from torchvision.models.detection.roi_heads import RoIHeads, project_masks_on_boxes


class SoftmaxMaskPredictor(MaskRCNNPredictor):
    """torchvision's predictor whose output, in evaluation, is the log-odds of each class under softmax.

    Whoever reads a Mask R-CNN takes the sigmoid of what comes out, and the sigmoid of these log-odds is the
    softmax. So everything that runs or traces a Mask R-CNN runs and traces this one. A pixel then belongs to a mask
    if its class has at least half of the probability, which is stricter than beating the background alone:
    ``against_background`` reads it so.
    """

    against_background = False

    def forward(self, x: Tensor) -> Tensor:
        """Mask features [N, C, 14, 14] -> logits in training, log-odds in evaluation, [N, K, 28, 28]."""
        logits: Tensor = super().forward(x)
        if self.training:
            return logits
        return logits - logits[:, :1] if self.against_background else log_odds(logits)


def log_odds(logits: Tensor) -> Tensor:
    """log(p / (1 − p)) of the softmax p over dim 1; the same shape.

    >>> odds = log_odds(torch.tensor([[2.0, 0.0, 1.0]]))
    >>> torch.allclose(odds.sigmoid(), torch.tensor([[2.0, 0.0, 1.0]]).softmax(1))
    True
    """
    classes = range(logits.shape[1])
    others = [torch.cat([logits[:, :k], logits[:, k + 1 :]], 1).logsumexp(1) for k in classes]
    return logits - torch.stack(others, 1)


class SoftmaxRoIHeads(RoIHeads):
    """torchvision's heads with another mask loss; boxes, samples and their order are the library's."""

    def has_mask(self) -> bool:
        """In training the library leaves the masks to :meth:`forward` below."""
        return not self.training and bool(super().has_mask())

    def select_training_samples(self, proposals: Any, targets: Any) -> Any:
        """The library's samples, remembered for the masks of the same step."""
        chosen = super().select_training_samples(proposals, targets)
        self._samples = chosen
        return chosen

    def forward(self, features: Any, proposals: Any, image_shapes: Any, targets: Any = None) -> Any:
        """As the library's; in training with the multinomial mask loss."""
        result, losses = super().forward(features, proposals, image_shapes, targets)
        if self.training:
            boxes, matched, labels, _ = self._samples
            del self._samples
            kept = [torch.where(label > 0)[0] for label in labels]
            boxes, matched, labels = (
                [v[k] for v, k in zip(vs, kept, strict=True)] for vs in (boxes, matched, labels)
            )
            crops = self.mask_roi_pool(features, boxes, image_shapes)
            logits = self.mask_predictor(self.mask_head(crops))
            masks = [t["masks"] for t in targets]
            losses["loss_mask"] = softmax_mask_loss(logits, boxes, masks, labels, matched)
        return result, losses


def softmax_mask_loss(
    logits: Tensor, boxes: list[Tensor], masks: list[Tensor], labels: list[Tensor], matched: list[Tensor]
) -> Tensor:
    """Cross-entropy over the classes, averaged over all pixels of all RoIs.

    A pixel's target is the RoI's class inside the true mask and the background, 0, outside; where the mask's edge
    crosses a pixel both count by their share, as in torchvision's binary loss.

    Args:
        logits: float [N, K, M, M] of the RoIs of all pictures.
        boxes: for each picture float [N_i, 4], xyxy, pixels.
        masks: for each picture uint8 [G_i, H, W], true masks.
        labels: for each picture int64 [N_i] in 1..K-1.
        matched: for each picture int64 [N_i], which true mask a RoI belongs to.
    """
    if logits.shape[0] == 0:
        return logits.sum() * 0
    size = logits.shape[-1]
    inside = [project_masks_on_boxes(m, b, i, size) for m, b, i in zip(masks, boxes, matched, strict=True)]
    share, log_probs = torch.cat(inside), logits.log_softmax(1)
    own = log_probs[torch.arange(len(logits)), torch.cat(labels)]
    return -(share * own + (1 - share) * log_probs[:, 0]).mean()


def softmax_heads(heads: RoIHeads) -> SoftmaxRoIHeads:
    """The same heads, with the same weights, whose masks are multinomial."""
    matcher, sampler, old = heads.proposal_matcher, heads.fg_bg_sampler, heads.mask_predictor
    predictor = SoftmaxMaskPredictor(
        old.conv5_mask.in_channels, old.conv5_mask.out_channels, old.mask_fcn_logits.out_channels
    )
    predictor.load_state_dict(old.state_dict())
    return SoftmaxRoIHeads(
        heads.box_roi_pool,
        heads.box_head,
        heads.box_predictor,
        matcher.high_threshold,
        matcher.low_threshold,
        sampler.batch_size_per_image,
        sampler.positive_fraction,
        heads.box_coder.weights,
        heads.score_thresh,
        heads.nms_thresh,
        heads.detections_per_img,
        heads.mask_roi_pool,
        heads.mask_head,
        predictor,
    )
