"""Slow R-CNN with the weights of today: each proposal is cut from the picture, warped, and passes the backbone alone.

Girshick et al. 2014, section 2: selective search, crops warped to one size with a rim of the picture around them
(appendix A), one forward pass for each. What follows is the box head that Fast R-CNN uses too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchvision.ops import roi_align

from .ledgers import LIMIT, SELECTIVE_SEARCH, Ledger, Setting, decide, finish, prepare
from .meter import Meter
from .selective_search import search

RIM = 1 / 3  # share of a crop's side that is context, on each side: see `usual_warp`
CANONICAL_SCALE = 96  # pixels, for a network that does not say how large its objects are
COARSEST = 32  # a crop's side is a multiple of it, so that all maps have whole cells
FIRST_CHUNK, LARGEST_CHUNK = 8, 64
SECONDS = 0.25  # of a chunk: how long a learner waits for Stop


def slow_ledger(
    network: Any,
    image: np.ndarray,
    limit: int = LIMIT,
    warp: int = 0,
    turn: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> Iterator[Ledger]:
    """Run Slow R-CNN, one chunk of crops after the other: a ledger after each, the last one complete.

    Nothing is held between two ledgers, neither hooks nor the network, so that it can be stopped there by closing
    the generator, and others may use the network meanwhile.

    Args:
        network: a torchvision Faster or Mask R-CNN in eval mode, or ours.
        image: uint8 [H, W, 3].
        limit: most proposals, at least 1.
        warp: side of the square that crops are warped to, a multiple of 32; 0 takes `usual_warp`.
        turn: gives what is entered around each chunk, such as ``lambda: zoo.using(name)``.

    Yields:
        Ledgers whose ``done`` grows from 0 to the number of proposals; detections are those of the crops so far.

    Raises:
        ValueError: no such image, limit or warp.
    """
    side = warp or usual_warp(network)
    if side % COARSEST or side < COARSEST:
        raise ValueError(f"warp must be a multiple of {COARSEST} pixels, got {side}.")
    found = search(image, limit)
    meter = Meter(network)
    meter.add(SELECTIVE_SEARCH, found.ms)
    with turn(), torch.inference_mode():
        run = _Run(prepare(network, image), meter, found.boxes, side)
        ledger = run.ledger()
    yield ledger
    chunk = FIRST_CHUNK
    while run.done < len(found.boxes):
        start = time.perf_counter()
        with turn(), torch.inference_mode():
            with meter.watching():
                run.pass_crops(chunk)
            ledger = run.ledger()
        yield ledger
        chunk = next_chunk(chunk, time.perf_counter() - start)


def next_chunk(chunk: int, seconds: float) -> int:
    """As many crops as fit into a quarter of a second, at most twice as many as before.

    >>> next_chunk(8, 0.05), next_chunk(8, 0.5), next_chunk(1, 9.0)
    (16, 4, 1)
    """
    fits = int(chunk * SECONDS / max(seconds, 1e-6))
    return max(1, min(fits, 2 * chunk, LARGEST_CHUNK))


def usual_warp(network: Any) -> int:
    """Side of the crops' square: the network's canonical object, 96 pixels for ours, 224 for torchvision's.

    The box fills the middle third, so that its features come from the finest level, where a box has 8 cells at our
    size (equation 1 of the FPN paper). The paper's rim of 16 pixels in 227 (appendix A) does for a network that is then
    trained on such crops. This one learned from whole pictures, and without surroundings it takes almost all crops for
    objects. Measured on scenes 206 to 220, 145 things, 300 proposals each, with panoptic_fpn: things found at IoU 0.5
    (by boxes of any score that the network keeps), and boxes of score 0.5 or more:

        side 64, rim 16/227: 90, 520    side 64, rim 1/4: 106, 200    side 64, rim 1/3: 107, 155
                                        side 96, rim 1/4: 105, 206    side 96, rim 1/3: 110, 161

    Fast R-CNN, with the same proposals, finds 111 and has 106 such boxes; Faster 134 and 132.
    """
    scale = getattr(network.roi_heads.box_roi_pool, "canonical_scale", CANONICAL_SCALE)
    return max(COARSEST, COARSEST * round(scale / COARSEST))


@dataclass
class _Run:
    """What Slow R-CNN has so far."""

    setting: Setting
    meter: Meter
    proposals: Tensor  # float [N, 4], picture pixels
    side: int
    logits: list[Tensor] = field(default_factory=list)
    deltas: list[Tensor] = field(default_factory=list)
    done: int = 0

    def pass_crops(self, count: int) -> None:
        """The next crops: warped, through the backbone, and their own region through the box head."""
        boxes = self.network_boxes()[self.done : self.done + count]
        heads, rim = self.setting.network.roi_heads, round(RIM * self.side)
        with self.meter.stage("warp"):
            crops = warp_crops(self.setting.batch.tensors, boxes, self.side, rim)
            crops = crops.contiguous(memory_format=torch.channels_last)
        with self.meter.stage("backbone"):
            maps = self.setting.network.backbone(crops)
        with self.meter.stage("box head"):
            inner = boxes.new_tensor([[rim, rim, self.side - rim, self.side - rim]])
            sizes = [(self.side, self.side)] * len(boxes)
            regions = heads.box_roi_pool(maps, [inner] * len(boxes), sizes)
            logits, deltas = heads.box_predictor(heads.box_head(regions))
        self.logits.append(logits)
        self.deltas.append(deltas)
        self.done += len(boxes)

    def network_boxes(self) -> Tensor:
        """The proposals in network pixels, where the network is."""
        return self.proposals.to(self.setting.batch.tensors.device) * self.setting.scale

    def ledger(self) -> Ledger:
        """The ledger of the crops so far. NMS works on what is there; its time counts when all are."""
        complete = self.done == len(self.proposals)
        with self.meter.stage("box head") if complete else nullcontext():
            result = self.detections()
        return Ledger(
            name="Slow R-CNN",
            source=SELECTIVE_SEARCH,
            proposals=self.proposals,
            done=self.done,
            passes=self.meter.passes,
            stages=self.meter.stages(),
            boxes=result["boxes"].cpu(),
            labels=result["labels"].cpu(),
            scores=result["scores"].cpu(),
            warp=self.side,
        )

    def detections(self) -> dict[str, Tensor]:
        """Boxes, labels and scores in picture pixels. A warp is linear, so deltas move the proposal itself."""
        if not self.done:
            none = torch.zeros(0)
            return {"boxes": none.view(0, 4), "labels": none.long(), "scores": none}
        logits, deltas = torch.cat(self.logits), torch.cat(self.deltas)
        boxes = self.network_boxes()[: self.done]
        return finish(self.setting, decide(self.setting, logits, deltas, boxes))


def warp_crops(pictures: Tensor, boxes: Tensor, side: int, rim: int) -> Tensor:
    """Cut boxes out of a picture with some of what is around them, and warp them to squares.

    The box itself fills the square up to ``rim`` pixels on each side; what would lie outside the picture is 0, which
    is the mean of a normalised picture. A warp that shrinks averages (RoIAlign with bins of one output pixel).

    Args:
        pictures: float [1, C, H, W], normalised.
        boxes: float [N, 4], xyxy, pixels of the picture.
        side: of the squares, pixels.
        rim: pixels of the square on each side that are context.

    Returns:
        float [N, C, side, side].

    >>> picture = torch.arange(16.0).view(1, 1, 4, 4)
    >>> warp_crops(picture, torch.tensor([[1.0, 1, 3, 3]]), side=2, rim=0)[0, 0].tolist()
    [[5.0, 6.0], [9.0, 10.0]]
    """
    around = rim / (side - 2 * rim) * (boxes[:, 2:] - boxes[:, :2])
    padded = torch.cat([boxes[:, :2] - around, boxes[:, 2:] + around], dim=1)
    squares: Tensor = roi_align(pictures, [padded], side, sampling_ratio=-1, aligned=True)
    return squares
