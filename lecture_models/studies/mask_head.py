"""One RoI of one picture through both heads: its K masks, their fit with the truth, gradients, and what heads cost.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models import pictures, zoo
from lecture_models.boxes import iou
from lecture_models.cache import KEPT
from lecture_models.classes import in_our_words
from lecture_models.studies import roi_features

if TYPE_CHECKING:
    from torch import Tensor

    from lecture_models.autopsy.paste import Overhang, PasteLink
    from lecture_models.nets.mask_gradients import MaskGradients
    from lecture_models.nets.mask_heads import HeadCost, MaskHeadsTrace
    from lecture_models.nets.rcnn_trace import RCNNTrace

SHOWN = 6  # masks that are shown of a network with more classes; the chosen one comes on top
SURE = 0.5  # score from which a detection is a good box to begin with
FOUND = 0.5  # IoU from which a detection has found a thing
CELLS = 28  # of a mask, each way
DECIDES = "mask_sigmoid"  # the network that finds the box to begin with in a scene
BYTES_OF_BOX = 300  # four numbers and their key


@dataclass(frozen=True)
class RoIMasks:
    """One box of one picture: what both heads said, whose mask is looked at, and what is true."""

    picture: pictures.Picture
    network: RCNNTrace
    heads: MaskHeadsTrace
    chosen: int  # label whose mask is pasted
    by_hand: bool  # chosen by the learner, not by the class head
    threshold: float
    thing: int | None  # index of the true thing that the box overlaps most
    gradients: MaskGradients
    costs: tuple[HeadCost, HeadCost]

    @property
    def names(self) -> tuple[str, ...]:
        """Class names by label, the background first, which COCO's list writes with underscores."""
        return ("background", *self.network.classes[1:])

    @property
    def labels(self) -> list[int]:
        """The labels that are shown: all of a few, else the background and the class head's most probable ones."""
        count = len(self.names)
        if count <= SHOWN + 2:
            return list(range(count))
        best = (1 + (-self.heads.class_probs[1:]).argsort()).tolist()[: SHOWN - 1]
        return list(dict.fromkeys([0, *best, self.chosen, self.gradients.label]))

    @property
    def others(self) -> list[int]:
        """The labels that are not shown."""
        return sorted({*range(len(self.names))}.difference(self.labels))

    @property
    def sure(self) -> Tensor:
        """Which detections are good boxes to begin with: bool [N]."""
        return self.network.scores >= SURE

    @property
    def overlap(self) -> float | None:
        """IoU of the box with the box of the true thing that it overlaps most; None without a truth."""
        if self.picture.scene is None:
            return None
        box = self.heads.box.tolist()
        return max((iou(box, thing.box) for thing in self.picture.scene.things), default=0.0)

    @property
    def negative(self) -> bool:
        """Whether training would take this RoI for background, and so ask nothing of the mask head."""
        return self.overlap is not None and self.overlap < self.heads.positive

    def mask(self, label: int, threshold: float | None = None) -> np.ndarray:
        """One class's mask in the picture at a threshold, the learner's without one: bool [H, W]."""
        if label not in self._pasted:
            self._pasted[label] = self.heads.pasted(label).numpy()
        return np.asarray(self._pasted[label] >= (self.threshold if threshold is None else threshold))

    @cached_property
    def _pasted(self) -> dict[int, np.ndarray]:
        return {}

    def truth(self) -> np.ndarray | None:
        """The true mask of the thing in the box, bool [H, W]; None where nothing is known of one."""
        if self.thing is None or self.picture.scene is None:
            return None
        return np.asarray(self.picture.scene.instance == self.thing + 1)

    def fit(self, label: int, against: np.ndarray, threshold: float | None = None) -> float:
        """IoU of a class's pasted mask with another mask, bool [H, W]; at the learner's threshold without one."""
        return mask_iou(self.mask(label, threshold), against)

    def iou(self, label: int) -> float | None:
        """IoU of one class's mask with the true one; None without a truth."""
        truth = self.truth()
        return None if truth is None else mask_iou(self.mask(label), truth)

    def over(self, label: int) -> float:
        """Sum of all classes' probabilities, averaged over the cells of one class's mask; 1 under a softmax."""
        from lecture_models.nets.mask_heads import sums_in_masks

        probs = self.heads.mask_probs[None]
        return float(sums_in_masks(probs, probs.new_tensor([label]).long())[0])

    def link(self, cell: tuple[int, int]) -> PasteLink:
        """How the pixel nearest to a cell (column, row) comes from the chosen class's cells."""
        from lecture_models.autopsy.paste import pixel_of_cell, trace_paste

        heads, label = self.heads, self.chosen
        pixel = pixel_of_cell(cell, heads.box, heads.mask_probs.shape[-1], heads.size)
        own = float(heads.pasted(label)[pixel[1], pixel[0]])
        link = trace_paste(heads.mask_probs[label], heads.mask_logits[label], heads.box, pixel, own)
        assert link is not None, "the pixel of a cell lies in the pasted mask"
        return link

    def pasting(self) -> tuple[Overhang, tuple[int, int]]:
        """How far a pasted mask hangs over its box, and the pixels (width, height) that this one is pasted into."""
        from lecture_models.autopsy.paste import overhang, pasted_box

        cells = int(self.heads.mask_probs.shape[-1])
        _, _, width, height = pasted_box(self.heads.box, cells)
        return overhang(cells), (width, height)

    def arrays(self) -> dict[str, Any]:
        """Everything that both heads said, the chosen class's mask, and the gradients where there is a mask loss."""
        names = (
            "box",
            "box_crop",
            "mask_crop",
            "class_logits",
            "deltas",
            "boxes",
            "mask_logits",
            "mask_probs",
        )
        saved: dict[str, Any] = {name: getattr(self.heads, name).numpy() for name in names}
        if not self.negative:
            saved |= {"gradients": self.gradients.gradients.numpy(), "target": self.gradients.target.numpy()}
        return saved | {"mask": self.mask(self.chosen), "classes": list(self.names), "rule": self.heads.rule}


def mask_iou(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two masks, 0 where both are empty.

    >>> mask_iou(np.array([True, True, False]), np.array([True, False, False]))
    0.5
    """
    return float((one & other).sum() / max((one | other).sum(), 1))


def study(
    picture: pictures.Picture,
    name: str,
    box: Sequence[float] = (),
    mask_class: str = "",
    threshold: float = 0.5,
) -> RoIMasks:
    """Send one box of a picture through both heads of a network.

    Args:
        picture: from `pictures.resolve`.
        name: a network of the zoo with a mask head; it runs once a picture.
        box: x0, y0, x1, y1 in picture pixels; empty takes :func:`first_box`.
        mask_class: whose mask to paste; empty is the class head's choice.
        threshold: probability from which a pixel belongs to the mask.

    Raises:
        ValueError: the network has no such class or no masks, or the box misses the picture.
    """
    import torch

    trace = zoo.trace(name, picture.image)
    corners = roi_features.place_box(box or first_box(name, trace, picture), picture)
    key = ("mask heads", name, picture.key, *corners)
    heads = KEPT.get(key, lambda: _heads(name, trace, torch.tensor(corners)))
    chosen = label_of(mask_class, trace.classes) if mask_class else heads.label
    thing = roi_features.thing_in(corners, picture)
    gradients = _gradients(heads, picture, trace, thing, threshold)
    costs = costs_of(name)
    return RoIMasks(picture, trace, heads, chosen, bool(mask_class), threshold, thing, gradients, costs)


def label_of(name: str, classes: Sequence[str]) -> int:
    """The label of a thing's class. Raises ValueError for a name that is not among the classes."""
    if name not in classes[1:]:
        some = ", ".join(classes[1:7]) + (" and so on" if len(classes) > 7 else "")
        raise ValueError(f"mask_class must be empty or one of {some}; got {name[:40]!r}. Choose one of them.")
    return list(classes).index(name)


def first_box(name: str, trace: RCNNTrace, picture: pictures.Picture) -> Sequence[float]:
    """A box to begin with: the detection in whose mask the other classes' masks claim most, of those not too small.

    In a scene the sigmoid network of the ablation decides, so that all networks begin with the same thing: the
    detection of it where they found it, else its box. In a photograph the network itself decides. Without any
    detection it is a large thing's box, or the middle of the picture.
    """
    if picture.scene is None:
        return most_claimed(name, trace, picture) or roi_features.usual_box(picture)
    usual = _usual(picture)
    best = max(trace.boxes[trace.scores >= SURE].tolist(), key=lambda box: iou(box, usual), default=usual)
    return best if iou(best, usual) >= FOUND else usual


def _usual(picture: pictures.Picture) -> Sequence[float]:
    """The box of a scene that all networks begin with; kept, so that one pass of the deciding network is enough."""

    def find() -> Sequence[float]:
        if DECIDES not in zoo.names():
            return roi_features.usual_box(picture)
        found = most_claimed(DECIDES, zoo.trace(DECIDES, picture.image), picture)
        return found or roi_features.usual_box(picture)

    return KEPT.get(("first box", picture.key), find, lambda _: BYTES_OF_BOX)


def most_claimed(name: str, trace: RCNNTrace, picture: pictures.Picture) -> list[float]:
    """The sure detection with the largest mean sum of class probabilities over its mask, of equals the largest one.

    Only boxes at least as large as the cells of their mask are looked at, where there are any; empty without any.
    """
    from lecture_models.nets.mask_heads import sums_in_masks

    sure = trace.scores >= SURE
    boxes, labels = trace.boxes[sure], trace.labels[sure]
    area = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    large = area >= CELLS**2
    if large.any():
        boxes, labels, area = boxes[large], labels[large], area[large]
    if not len(boxes):
        return []
    sums = sums_in_masks(_every_mask(name, trace, boxes), labels)
    best = max(range(len(boxes)), key=lambda k: (round(float(sums[k]), 3), float(area[k])))
    first: list[float] = boxes[best].tolist()
    return first


def _gradients(
    heads: MaskHeadsTrace, picture: pictures.Picture, trace: RCNNTrace, thing: int | None, threshold: float
) -> MaskGradients:
    """Against the true thing in the box; where nobody knows it, against the network's own mask."""
    import torch

    from lecture_models.nets.mask_gradients import mask_loss_gradients

    mask, label = heads.pasted(heads.label) >= threshold, heads.label
    if thing is not None and picture.scene is not None:
        mask = torch.from_numpy(np.asarray(picture.scene.instance == thing + 1))
        known = in_our_words(trace.classes)
        true_name = picture.scene.things[thing].name
        label = known.index(true_name) if true_name in known else label
    return mask_loss_gradients(heads.mask_logits, heads.rule, heads.box, mask, label)


@zoo.gpu
def _heads(name: str, trace: RCNNTrace, box: Tensor) -> MaskHeadsTrace:
    from lecture_models.nets.mask_heads import trace_mask_heads

    with zoo.using(name) as network:
        return trace_mask_heads(network, trace, box)


@zoo.gpu
def _every_mask(name: str, trace: RCNNTrace, boxes: Tensor) -> Tensor:
    from lecture_models.nets.mask_heads import every_mask

    with zoo.using(name) as network:
        return every_mask(network, trace, boxes)


@lru_cache(maxsize=16)
def costs_of(name: str) -> tuple[HeadCost, HeadCost]:
    """Parameters and multiply-adds of both heads of a network of the zoo, for one RoI."""
    from lecture_models.nets.mask_heads import head_costs

    with zoo.using(name) as network:
        return head_costs(network)
