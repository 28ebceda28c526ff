"""Autopsy of one pixel of a mask: every number on the way from the picture to it, as one chain of links.

    pixel ← bilinear paste ← cells of the 28 × 28 mask ← sigmoid ← logit ← 64 features ← deconvolution ← 3 × 3
    convolutions ← bins of the 14 × 14 crop ← RoIAlign's points ← cells of P_k ← the picture

Each link holds its own product (``value``) and what the network itself had there (``network_value``). He et al.
2017, Mask R-CNN, section 3 and figure 4 (right); the level of the crop: Lin et al. 2017, equation 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lecture_models.nets.rcnn_trace import COCO_LEVELS, RCNNTrace, as_tensor

from .align import AlignLink, Crop, crop_box, trace_align
from .head import (
    ConvLink,
    DeconvLink,
    HeadLink,
    LogitLink,
    SigmoidLink,
    run_head,
    trace_conv,
    trace_deconv,
    trace_logit,
    trace_stack,
)
from .paste import PasteLink, trace_paste
from .picture import PictureLink, trace_picture

NEAREST = 3  # boxes that are named where none holds the pixel


@dataclass(frozen=True)
class Autopsy:
    """The chain behind one pixel of one detection's mask, from the end back to the picture."""

    pixel: tuple[int, int]  # x, y
    detection: int  # its number in the trace, from 0, best score first
    name: str
    score: float
    network_size: tuple[int, int]  # (height, width) of the picture that the network saw
    scales: tuple[
        float, float
    ]  # network pixels per picture pixel, down and across; 1 where nothing is resized
    paste: PasteLink
    sigmoid: SigmoidLink
    logit: LogitLink
    deconv: DeconvLink
    conv: ConvLink
    head: HeadLink
    align: AlignLink
    picture: PictureLink

    @property
    def values(self) -> dict[str, tuple[float, float]]:
        """For each link its own product, and the network's value."""
        links: dict[str, Any] = {"paste": self.paste, "sigmoid": self.sigmoid, "logit": self.logit}
        links |= {"deconv": self.deconv, "conv": self.conv, "head": self.head, "align": self.align}
        found = {name: (float(link.value), float(link.network_value)) for name, link in links.items()}
        return found | {"shares": (self.align.shares_value, self.align.shares_network_value)}

    @property
    def differences(self) -> dict[str, float]:
        """For each link, how far its own product is from the network's value."""
        return {name: abs(own - network) for name, (own, network) in self.values.items()}


def autopsy(
    network: Any,
    trace: RCNNTrace,
    pixel: tuple[float, float],
    detection: int | None = None,
    gradient: bool = True,
) -> Autopsy:
    """Follow one pixel of a mask back to the picture.

    It may be called inside ``torch.inference_mode`` (so inside ``zoo.using``), leaves no gradients behind and
    does not change the network.

    Args:
        network: the Mask R-CNN that made the trace, in eval mode.
        trace: of the whole picture.
        pixel: (x, y), picture pixels.
        detection: whose mask; None takes the best-scoring one whose mask covers the pixel, else whose box does.
        gradient: also compute the gradient on the picture, one more pass through the backbone, forth and back.

    Returns:
        Autopsy.

    Raises:
        ValueError: outside the picture, no such detection, no mask there, or a network of another kind.
    """
    place = _inside(trace, pixel)
    number = choose(trace, place) if detection is None else _checked(trace, detection)
    with torch.inference_mode(False), torch.enable_grad():
        return _follow(network, trace, place, number, gradient)


def _follow(network: Any, trace: RCNNTrace, pixel: tuple[int, int], number: int, gradient: bool) -> Autopsy:
    size = network_size(network, trace.image)
    scales = (size[0] / trace.image.shape[0], size[1] / trace.image.shape[1])
    crop = crop_detection(network, trace, number, size)
    label, heads = int(trace.labels[number]), network.roi_heads
    start = crop.network_crop[None].to(next(network.parameters()).device).clone().requires_grad_()
    run = run_head(heads, start)
    with torch.no_grad():
        own = heads.mask_predictor(heads.mask_head(start.detach()))[0, label].cpu()
    paste = _paste(trace, number, own, pixel)
    if paste is None:
        raise ValueError(_off_the_mask(trace, number, pixel))
    cell = (paste.followed.row, paste.followed.column)
    network_logit = float(own[cell])
    logit = trace_logit(run, label, cell, network_logit)
    deconv = trace_deconv(run, logit.followed, cell)
    head = trace_stack(run, label, cell, network_logit)
    sizes = [(int(m.shape[1]), int(m.shape[2])) for key, m in trace.features.items() if key != "P6"]
    return Autopsy(
        pixel=pixel,
        detection=number,
        name=trace.names[number],
        score=float(trace.scores[number]),
        network_size=size,
        scales=scales,
        paste=paste,
        sigmoid=_sigmoid(trace, number, cell, logit.value),
        logit=logit,
        deconv=deconv,
        conv=trace_conv(run, deconv.followed, deconv.bin),
        head=head,
        align=trace_align(crop, head),
        picture=trace_picture(network, trace.image, size, crop, head, sizes, paste.box, gradient),
    )


def network_size(network: Any, image: np.ndarray) -> tuple[int, int]:
    """(height, width) to which a network's transform resizes a picture, without the padding around it."""
    with torch.no_grad():
        height, width = network.transform([as_tensor(image)])[0].image_sizes[0]
    return int(height), int(width)


def crop_detection(network: Any, trace: RCNNTrace, number: int, size: tuple[int, int]) -> Crop:
    """A detection's box cropped for the mask head, from the trace's features.

    Args:
        network: the network that made the trace.
        trace: of the whole picture.
        number: of the detection.
        size: (height, width) of the network's picture.
    """
    keys = {level: key for key, level in COCO_LEVELS.items()}
    maps = {keys[level]: features for level, features in trace.features.items()}
    down, across = (size[axis] / trace.image.shape[axis] for axis in (0, 1))
    box = trace.boxes[number] * torch.tensor([across, down, across, down])
    return crop_box(network, maps, box, size)


def choose(trace: RCNNTrace, pixel: tuple[int, int]) -> int:
    """The best-scoring detection whose mask covers a pixel, else whose box does.

    Raises:
        ValueError: there is none; the sentence names the nearest boxes.
    """
    if not len(trace.mask_cells):
        raise ValueError(no_masks(trace))
    x, y = pixel
    for number in np.flatnonzero(trace.binary_masks[:, y, x]).tolist():
        return int(number)
    for number in range(len(trace.boxes)):
        if _distance(trace.boxes[number], pixel) == 0 and _paste(
            trace, number, trace.mask_cells[number], pixel
        ):
            return number
    raise ValueError(
        f"No detection's box holds the pixel ({x}, {y}); {near(trace, pixel)}. Click inside a mask."
    )


def near(trace: RCNNTrace, pixel: tuple[int, int]) -> str:
    """The boxes nearest to a pixel, in words: "the nearest are ball (3 px away) and crate (20 px away)"."""
    distances = [_distance(box, pixel) for box in trace.boxes]
    order = sorted(range(len(distances)), key=lambda number: distances[number])[:NEAREST]
    named = [f"{trace.names[number]} ({distances[number]:.0f} px away)" for number in order]
    listed = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
    return f"the nearest {'is' if len(named) == 1 else 'are'} {listed}"


def _paste(trace: RCNNTrace, number: int, logits: Tensor, pixel: tuple[int, int]) -> PasteLink | None:
    value = float(trace.mask(number)[pixel[1], pixel[0]])
    return trace_paste(trace.mask_cells[number], logits, trace.boxes[number], pixel, value)


def _sigmoid(trace: RCNNTrace, number: int, cell: tuple[int, int], logit: float) -> SigmoidLink:
    value = float(1 / (1 + np.exp(-np.clip(logit, -500, 500))))
    return SigmoidLink(*cell, logit, value, float(trace.mask_cells[number][cell]))


def _distance(box: Tensor, pixel: tuple[int, int]) -> float:
    """From a pixel's centre to a box, pixels; 0 inside."""
    x0, y0, x1, y1 = box.tolist()
    x, y = pixel[0] + 0.5, pixel[1] + 0.5
    return float(np.hypot(max(x0 - x, 0, x - x1), max(y0 - y, 0, y - y1)))


def _inside(trace: RCNNTrace, pixel: tuple[float, float]) -> tuple[int, int]:
    height, width = trace.image.shape[:2]
    x, y = pixel
    if not (0 <= x < width and 0 <= y < height):  # also refuses not-a-number
        raise ValueError(
            f"A pixel lies inside the picture, {width} × {height}; got ({x:g}, {y:g}). Click in it."
        )
    return int(x), int(y)


def _checked(trace: RCNNTrace, detection: int) -> int:
    if not len(trace.mask_cells):
        raise ValueError(no_masks(trace))
    if not 0 <= detection < len(trace.mask_cells):
        raise ValueError(
            f"A detection is from 0 to {len(trace.mask_cells) - 1} here; got {detection}. Choose one of them."
        )
    return detection


def no_masks(trace: RCNNTrace) -> str:
    """Why a trace has no mask to follow, and what to do."""
    if len(trace.boxes):
        return "This network has no mask head; choose a Mask R-CNN."
    return "The network found nothing in this picture, so there is no mask to follow; choose another picture."


def _off_the_mask(trace: RCNNTrace, number: int, pixel: tuple[int, int]) -> str:
    box = ", ".join(f"{side:.0f}" for side in trace.boxes[number].tolist())
    return (
        f"The mask of detection {number} ({trace.names[number]}) covers its box [{box}] and reads nothing at "
        f"({pixel[0]}, {pixel[1]}). Click inside the box."
    )
