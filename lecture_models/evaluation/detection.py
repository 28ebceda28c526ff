"""Average precision of boxes and masks, by pycocotools.

AP is the mean over classes and over the IoU thresholds 0.50, 0.55 … 0.95 of the area under the interpolated
precision-recall curve (Lin et al., "Microsoft COCO", ECCV 2014, and the evaluation code published with it).
AP50 and AP75 are at one threshold.

Two things differ from COCO's challenge. Sizes are bounded by 16² and 48² pixels of mask, since COCO's 32² and
96² were made for larger pictures. And void (things too small to judge) is ignored: in each class, a region of
void grown by two pixels counts as a crowd does at COCO, so that a detection which lies in it is neither right
nor wrong.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lecture_models.scenes import tight_box
from lecture_models.scenes.export import encode_mask

if TYPE_CHECKING:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

AREAS: Mapping[str, tuple[float, float]] = {
    "all": (0.0, 1e10),
    "small": (0.0, 16.0**2),
    "medium": (16.0**2, 48.0**2),
    "large": (48.0**2, 1e10),
}
"""Bins of mask area in square pixels (for an unmatched detection in AP of boxes: of box area)."""

_QUIET = threading.Lock()  # stdout is redirected for the whole process: two at once could leave it so
VOID_MARGIN = 2  # pixels: a detection of a thing too small to judge is seldom exact
MAX_DETECTIONS = 100


class Instances(NamedTuple):
    """True instances of one picture."""

    boxes: np.ndarray  # float [N, 4], xyxy in picture pixels
    labels: np.ndarray  # int [N], index into the metric's classes
    masks: np.ndarray  # bool [N, H, W]
    void: np.ndarray | None = None  # bool [H, W], pixels where nothing is judged


class Detections(NamedTuple):
    """What a detector says of one picture."""

    boxes: np.ndarray  # float [D, 4], xyxy in picture pixels
    labels: np.ndarray  # int [D], index into the metric's classes
    scores: np.ndarray  # float [D]
    masks: np.ndarray  # bool [D, H, W]


class AveragePrecision:
    """Box and mask AP over a stream of pictures; what is kept of each is its boxes and run lengths.

    Args:
        classes: Names, by label.

    >>> mask = np.zeros((1, 8, 8), bool); mask[0, 2:6, 2:6] = True
    >>> box, label = np.array([[2.0, 2, 6, 6]]), np.array([0])
    >>> metric = AveragePrecision(["ball"])
    >>> metric.update(Instances(box, label, mask), Detections(box, label, np.array([0.9]), mask))
    >>> metric.compute()["mask_ap"]
    1.0
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        self._images: list[dict[str, Any]] = []
        self._truth: list[dict[str, Any]] = []
        self._found: list[dict[str, Any]] = []

    def update(self, truth: Instances, found: Detections) -> None:
        """Add a picture.

        Raises:
            ValueError: Lengths within `truth` or `found` differ, or a label is not in 0..len(classes) - 1.
        """
        for part in (truth, found):
            self._check(part)
        image_id, (height, width) = len(self._images) + 1, truth.masks.shape[1:]
        self._images.append({"id": image_id, "height": height, "width": width})
        for box, label, mask in zip(truth.boxes, truth.labels, truth.masks, strict=True):
            self._add_truth(image_id, int(label), box, mask, iscrowd=0)
        for region in void_regions(truth.void):
            for label in range(len(self.classes)):
                self._add_truth(image_id, label, tight_box(region), region, iscrowd=1)
        for box, label, score, mask in zip(*found, strict=True):
            entry = _annotation(len(self._found) + 1, image_id, int(label), box, mask)
            self._found.append({**entry, "score": float(score)})

    def _check(self, part: Instances | Detections) -> None:
        if not len(part.boxes) == len(part.labels) == len(part.masks):
            counts = {"boxes": len(part.boxes), "labels": len(part.labels), "masks": len(part.masks)}
            raise ValueError(f"A picture has as many boxes as labels and masks; got {counts}.")
        if not np.isin(part.labels, range(len(self.classes))).all():
            raise ValueError(
                f"Labels are in 0..{len(self.classes) - 1} ({self.classes}); got {np.unique(part.labels)}."
            )

    def _add_truth(self, image_id: int, label: int, box: Any, mask: np.ndarray, iscrowd: int) -> None:
        entry = _annotation(len(self._truth) + 1, image_id, label, box, mask)
        self._truth.append({**entry, "iscrowd": iscrowd})

    def compute(self) -> dict[str, Any]:
        """AP of what was added so far, fractions in 0..1, None where there is no such true instance.

        Returns:
            box_ap, box_ap50, box_ap75, mask_ap, mask_ap50, mask_ap75, and the same two APs `by_class` and
            `by_size`.
        """
        result: dict[str, Any] = {}
        by_class: dict[str, dict[str, float | None]] = {name: {} for name in self.classes}
        by_size: dict[str, dict[str, float | None]] = {name: {} for name in AREAS if name != "all"}
        for kind in ("box", "mask"):
            precision = self._precision(kind)  # [threshold, recall, class, area]
            result[f"{kind}_ap"] = _mean(precision[..., 0])
            result[f"{kind}_ap50"] = _mean(precision[0, ..., 0])
            result[f"{kind}_ap75"] = _mean(precision[5, ..., 0])
            for label, name in enumerate(self.classes):
                by_class[name][f"{kind}_ap"] = _mean(precision[:, :, label, 0])
            for area, name in enumerate(AREAS):
                if name != "all":
                    by_size[name][f"{kind}_ap"] = _mean(precision[..., area])
        return {**result, "by_class": by_class, "by_size": by_size}

    def resampled(self, orders: Sequence[Sequence[int]]) -> list[float | None]:
        """Mask AP of the pictures taken anew, for each order of their numbers: what other pictures would have given.

        Each picture is matched once. The bootstrap draws as many numbers as there are pictures, with replacement
        (Efron and Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 6); two metrics over the same pictures
        that get the same orders are compared on the same draws.

        Args:
            orders: each the numbers, from 0, of the pictures that count, as often as they count; as many as there are.

        Raises:
            ValueError: An order has another length.

        >>> mask = np.zeros((1, 8, 8), bool); mask[0, 2:6, 2:6] = True
        >>> box, label = np.array([[2.0, 2, 6, 6]]), np.array([0])
        >>> metric, none = AveragePrecision(["ball"]), np.zeros(0, int)
        >>> metric.update(Instances(box, label, mask), Detections(box, label, np.array([0.9]), mask))
        >>> metric.update(Instances(box, label, mask), Detections(box[none], label[none], none, mask[none]))
        >>> metric.resampled([[0, 0], [0, 1], [1, 1]])[::2]
        [1.0, 0.0]
        """
        count, found = len(self._images), []
        run = self._evaluated("mask", ("all",))
        cells = np.empty(len(run.evalImgs), object)
        cells[:] = run.evalImgs
        by_class = cells.reshape(-1, count)  # one size: [class, picture]
        for order in orders:
            if len(order) != count:
                raise ValueError(
                    f"An order has as many numbers as there are pictures, {count}; got {len(order)}."
                )
            run.evalImgs = by_class[:, list(order)].ravel().tolist()
            with _QUIET, contextlib.redirect_stdout(io.StringIO()):
                run.accumulate()
            found.append(_mean(run.eval["precision"]))
        return found

    def _precision(self, kind: str) -> np.ndarray:
        run = self._evaluated(kind, tuple(AREAS))
        with _QUIET, contextlib.redirect_stdout(io.StringIO()):
            run.accumulate()
        return run.eval["precision"][..., 0]

    def _evaluated(self, kind: str, areas: Sequence[str]) -> COCOeval:
        """Matched picture by picture, for some sizes."""
        from pycocotools.cocoeval import COCOeval

        with _QUIET, contextlib.redirect_stdout(io.StringIO()):  # pycocotools tells its progress on stdout
            truth, found = self._coco(self._truth, "mask"), self._coco(self._found, kind)
            run = COCOeval(truth, found, "bbox" if kind == "box" else "segm")
            run.params.areaRng = [list(AREAS[area]) for area in areas]
            run.params.areaRngLbl = list(areas)
            run.params.maxDets = [MAX_DETECTIONS]
            run.evaluate()
        return run

    def _coco(self, annotations: list[dict[str, Any]], kind: str) -> COCO:
        """An index over copies, since pycocotools writes into what it gets; `kind` says whose area counts."""
        from pycocotools.coco import COCO

        coco = COCO()
        coco.dataset = {
            "images": self._images,
            "categories": [{"id": label + 1, "name": name} for label, name in enumerate(self.classes)],
            "annotations": [{**entry, "area": entry[f"{kind}_area"]} for entry in annotations],
        }
        coco.createIndex()
        return coco


def void_regions(void: np.ndarray | None) -> list[np.ndarray]:
    """The void of a picture, grown by two pixels, as its connected regions, each bool [H, W].

    >>> [int(region.sum()) for region in void_regions(np.eye(9, dtype=bool) & (np.arange(9) == 4))]
    [25]
    """
    from scipy import ndimage

    if void is None or not void.any():
        return []
    grown = ndimage.binary_dilation(void, np.ones((3, 3), bool), iterations=VOID_MARGIN)
    regions, count = ndimage.label(grown)
    return [regions == number for number in range(1, count + 1)]


def _annotation(number: int, image_id: int, label: int, box: Any, mask: np.ndarray) -> dict[str, Any]:
    x0, y0, x1, y1 = (float(value) for value in box)
    return {
        "id": number,
        "image_id": image_id,
        "category_id": label + 1,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "segmentation": encode_mask(mask),
        "box_area": (x1 - x0) * (y1 - y0),
        "mask_area": int(mask.sum()),
    }


def _mean(precision: np.ndarray) -> float | None:
    """Mean of the cells that exist: pycocotools marks classes and sizes without a true instance by -1."""
    known = precision[precision > -1]
    return round(float(known.mean()), 12) if known.size else None  # 1, and not 0.9999999999999998
