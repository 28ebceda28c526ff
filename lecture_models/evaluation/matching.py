"""Which detection belongs to which true instance, by COCO's rule at one threshold of mask IoU.

Detections choose in order of falling score. Each takes the true instance of its class, not taken yet, with which
its mask has the largest IoU, if that reaches the threshold. One that finds none but lies in void to at least the
same share is put aside: neither right nor wrong. What is left over are false positives on one side and missed
instances (false negatives) on the other.

Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, and the evaluation code published with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lecture_models.boxes import box_iou

from .detection import Detections, Instances, void_regions

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

NOTHING = -1
IN_VOID = -2


@dataclass(frozen=True)
class Matching:
    """Detections of at least a score, by falling score (K of them), beside N true instances.

    Args:
        kept: int [K], index of each detection in what the network found.
        truth: int [K], the true instance that belongs to each; NOTHING for a false positive, IN_VOID for one that
            is not judged.
        same: bool [K, N], whether the classes agree.
        shared: int [K, N], pixels in both masks.
        found_area: int [K], pixels.
        true_area: int [N], pixels.
        mask_iou: float [K, N].
        box_iou: float [K, N].
        overlaps: int [K, K], pixels that two detections share.
    """

    kept: np.ndarray
    truth: np.ndarray
    same: np.ndarray
    shared: np.ndarray
    found_area: np.ndarray
    true_area: np.ndarray
    mask_iou: np.ndarray
    box_iou: np.ndarray
    overlaps: np.ndarray

    @property
    def missed(self) -> np.ndarray:
        """Indices of the true instances that no detection belongs to."""
        return np.setdiff1d(np.arange(len(self.true_area)), self.truth)

    @property
    def covered(self) -> np.ndarray:
        """Share of each true instance that each detection covers: float [K, N]."""
        return self.shared / np.maximum(self.true_area, 1)

    @property
    def inside(self) -> np.ndarray:
        """Share of each detection that lies on each true instance: float [K, N]."""
        return self.shared / np.maximum(self.found_area, 1)[:, None]


def match_masks(truth: Instances, found: Detections, iou: float = 0.5, score: float = 0.0) -> Matching:
    """Match the detections of at least `score` with the truth of their picture.

    Args:
        truth: True instances; their void is treated as in :class:`detection.AveragePrecision`.
        found: What a network says, in any order.
        iou: Least mask IoU of a match, above 0 and at most 1.
        score: Detections below it are left out.

    Raises:
        ValueError: `iou` or `score` is out of range.

    >>> mask = np.ones((1, 4, 4), bool)
    >>> box, label = np.array([[0.0, 0, 4, 4]]), np.array([0])
    >>> two = Detections(np.repeat(box, 2, 0), np.array([0, 0]), np.array([0.6, 0.9]), np.repeat(mask, 2, 0))
    >>> made = match_masks(Instances(box, label, mask), two)
    >>> made.kept.tolist(), made.truth.tolist()
    ([1, 0], [0, -1])
    """
    if not 0 < iou <= 1 or not 0 <= score <= 1:
        raise ValueError(f"iou is in (0, 1] and score in [0, 1]; got iou={iou!r}, score={score!r}.")
    kept = np.argsort(-found.scores, kind="stable")
    kept = kept[found.scores[kept] >= score]
    said, true = _flat(found.masks[kept]), _flat(truth.masks)
    shared, areas = _pixels(said, true), (np.diff(said.indptr), np.diff(true.indptr))
    mask_iou = shared / np.maximum(areas[0][:, None] + areas[1] - shared, 1)
    same = found.labels[kept][:, None] == truth.labels
    void = _flat(np.array(void_regions(truth.void)).reshape(-1, *truth.masks.shape[1:]))
    in_void = _pixels(said, void) / np.maximum(areas[0], 1)[:, None]
    return Matching(
        kept=kept,
        truth=_greedy(np.where(same, mask_iou, -1.0), in_void.max(1, initial=0.0), iou),
        same=same,
        shared=shared,
        found_area=areas[0],
        true_area=areas[1],
        mask_iou=mask_iou,
        box_iou=box_iou(found.boxes[kept].reshape(-1, 4), truth.boxes.reshape(-1, 4)),
        overlaps=_pixels(said, said),
    )


def _greedy(iou: np.ndarray, in_void: np.ndarray, threshold: float) -> np.ndarray:
    """The true instance of each detection [K]; `iou` [K, N] is below 0 where classes differ."""
    threshold = min(threshold, 1 - 1e-10)  # as COCO's code has it: a perfect mask passes a threshold of 1
    free = np.ones(iou.shape[1], bool)
    chosen = np.full(len(iou), NOTHING)
    for detection, row in enumerate(iou):
        options = np.flatnonzero(free & (row >= threshold))
        if len(options):
            best = options[
                len(options) - 1 - row[options][::-1].argmax()
            ]  # COCO's code takes the last of equals
            chosen[detection], free[best] = best, False
        elif in_void[detection] >= threshold:
            chosen[detection] = IN_VOID
    return chosen


def _flat(masks: np.ndarray) -> csr_matrix:
    """Masks bool [N, H, W] as sparse int [N, H · W]: most pixels are in few masks, so that products take 1 ms."""
    from scipy.sparse import csr_matrix

    size = int(np.prod(masks.shape[1:]))
    at = np.flatnonzero(masks)
    starts = np.searchsorted(at, size * np.arange(len(masks) + 1))
    return csr_matrix((np.ones(len(at), int), at % max(size, 1), starts), shape=(len(masks), size))


def _pixels(first: csr_matrix, second: csr_matrix) -> np.ndarray:
    """Pixels that masks share: int [N, M]."""
    return (first @ second.T).toarray()
