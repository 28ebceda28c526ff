"""The gradient of the mask loss of one RoI with respect to each class's mask logits, by autograd.

He et al. 2017, section 3: the binary loss is defined on the true class's mask alone, so it says nothing of the others:
their gradient is exactly 0. A multinomial loss per pixel, as in FCN, pushes every class at every pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.models.detection.roi_heads import maskrcnn_loss, project_masks_on_boxes

from lecture_models.nets.mask_heads import Rule
from lecture_models.nets.mask_softmax import softmax_mask_loss


@dataclass(frozen=True)
class MaskGradients:
    """The mask loss of one RoI and what it asks of the logits of all K classes."""

    loss: float
    label: int  # the RoI's true class
    target: Tensor  # float [28, 28]: how far each cell lies in the true mask, 0 to 1
    gradients: Tensor  # float [K, 28, 28]: d loss / d logit; times the number of cells it is p - target for the sigmoid

    @property
    def norms(self) -> list[float]:
        """Euclidean length of each class's gradient over its 28 × 28 logits."""
        return [float(norm) for norm in self.gradients.flatten(1).norm(dim=1)]


def mask_loss_gradients(logits: Tensor, rule: Rule, box: Tensor, mask: Tensor, label: int) -> MaskGradients:
    """Run the training loss of this rule on one RoI, and back to the logits.

    Both losses are those that the networks were trained with: torchvision's ``maskrcnn_loss`` for the sigmoid,
    :func:`~lecture_models.nets.mask_softmax.softmax_mask_loss` for the softmax. Both average over the cells.

    Args:
        logits: float [K, M, M], raw mask logits of the RoI.
        rule: the network's own, "sigmoid" or "softmax".
        box: float [4], the RoI, xyxy, in pixels of ``mask``.
        mask: bool [H, W], the true mask.
        label: the RoI's true class, 1..K-1.

    Raises:
        ValueError: the label is the background or no class.
    """
    if not 0 < label < len(logits):
        raise ValueError(
            f"label must be from 1 to {len(logits) - 1}, got {label}. The background has no mask loss."
        )
    with torch.inference_mode(False), torch.enable_grad():
        leaf = logits.clone()[None].requires_grad_()
        boxes, masks = [box.clone()[None]], [mask.clone()[None].to(torch.uint8)]
        labels, first = [torch.tensor([label])], [torch.zeros(1, dtype=torch.int64)]
        given = (boxes, masks, labels, first)
        loss = softmax_mask_loss(leaf, *given) if rule == "softmax" else maskrcnn_loss(leaf, *given)
        (gradients,) = torch.autograd.grad(loss, leaf)
        target = project_masks_on_boxes(masks[0], boxes[0], first[0], logits.shape[-1])[0]
    return MaskGradients(float(loss.detach()), label, target, gradients[0])
