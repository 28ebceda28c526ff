"""Selective search: proposals without a network, by merging similar regions of a picture (Uijlings et al. 2013).

The picture is cut into small regions of one colour (Felzenszwalb & Huttenlocher 2004), neighbours that are most
alike in colour, texture, size and fill are merged until one is left, and each region on the way gives its box.
OpenCV's ``ximgproc`` does it for two colour spaces, three grain sizes and two measures (fast mode).
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from lecture_models.cache import KEPT, soon

MAX_SIDE = 500  # pixels of the longer side; R-CNN makes pictures 500 wide (Girshick et al. 2014, section 4.2, ILSVRC)
MIN_SIDE = 6  # pixels of the searched picture; a box that is smaller either way is no proposal
SEED = 0
EVERY_BOX = 1 << 20  # more than a picture has

Mode = Literal["fast", "quality"]


def selective_search(image: np.ndarray, limit: int, mode: Mode = "fast") -> Tensor:
    """Boxes that may hold an object: float [N, 4], xyxy in picture pixels, N at most ``limit``.

    The same picture gives the same boxes in the same order. A picture with a side above 500 pixels is searched
    at 500 and its boxes are scaled back. Exact duplicates are left out, and boxes narrower or lower than
    ``MIN_SIDE`` pixels.

    Args:
        image: uint8 [H, W, 3], RGB.
        limit: most boxes to return, at least 1.
        mode: "fast" or, about three times as many boxes, "quality".

    Raises:
        ValueError: not such an image, limit or mode.

    >>> picture = np.zeros((64, 64, 3), np.uint8)
    >>> picture[16:48, 20:40] = 255
    >>> [20.0, 16.0, 40.0, 48.0] in selective_search(picture, 10).tolist()
    True
    """
    _check(image, limit, mode)
    height, width = image.shape[:2]
    scale = min(1.0, MAX_SIDE / max(height, width))
    if scale < 1:
        smaller = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = cv2.resize(image, smaller, interpolation=cv2.INTER_AREA)
    back = (width / image.shape[1], height / image.shape[0])
    boxes = ranked(_search(image, mode))
    found = torch.from_numpy(boxes[:limit].astype(np.float32))
    return found * torch.tensor([*back, *back], dtype=torch.float32)


def ranked(boxes: np.ndarray) -> np.ndarray:
    """Boxes without repetitions and without tiny ones, in an order that starts with a bit of everything.

    Uijlings et al. multiply each region's place in the hierarchy by a random number and sort, so that the first
    boxes are of many sizes. OpenCV does so from the small regions on, but with C's ``rand()``, which no seed of
    OpenCV's own reaches; so its order is dropped and drawn anew here, with a seed, and with the place by area
    (the smallest is first) instead of the place in the hierarchy.

    Args:
        boxes: int [N, 4], xyxy.

    Returns:
        int [M, 4].
    """
    boxes = np.unique(boxes.reshape(-1, 4), axis=0)  # sorted, so what came first is forgotten
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    boxes = boxes[(width >= MIN_SIDE) & (height >= MIN_SIDE)]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    place = np.empty(len(boxes))
    place[np.argsort(area, kind="stable")] = np.arange(1, len(boxes) + 1)
    return boxes[np.argsort(place * np.random.default_rng(SEED).random(len(boxes)), kind="stable")]


def _search(image: np.ndarray, mode: Mode) -> np.ndarray:
    """What OpenCV finds, in its own random order: int [N, 4], xyxy."""
    search = cv2.ximgproc.segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(np.ascontiguousarray(image[..., ::-1]))
    if mode == "fast":
        search.switchToSelectiveSearchFast()
    else:
        search.switchToSelectiveSearchQuality()
    x, y, width, height = np.asarray(search.process(), np.int64).reshape(-1, 4).T
    return np.stack([x, y, x + width, y + height], axis=1)


def _check(image: np.ndarray, limit: int, mode: str) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f"An image is uint8 [H, W, 3] and not empty; got {image.dtype} {list(image.shape)}.")
    if min(image.shape[:2]) < MIN_SIDE:
        size = " × ".join(map(str, image.shape[:2]))
        raise ValueError(f"Selective search needs at least {MIN_SIDE} pixels each way; got {size}.")
    if limit < 1:
        raise ValueError(f"limit must be at least 1 proposal; got {limit}.")
    if mode not in ("fast", "quality"):
        raise ValueError(f"mode must be 'fast' or 'quality'; got {mode!r}.")


@dataclass(frozen=True)
class Search:
    """Proposals of one picture and what they took."""

    boxes: Tensor  # float [N, 4], xyxy, picture pixels
    ms: float  # of the search when it ran, for all boxes
    found: int  # boxes before the limit

    @property
    def nbytes(self) -> int:
        """Bytes of the boxes."""
        return int(self.boxes.nbytes)


def search(image: np.ndarray, limit: int) -> Search:
    """`selective_search` with its time; a picture that was searched before is answered from the cache.

    Args and Raises: as `selective_search`, in fast mode. The time is that of the search itself, also from the cache.
    """
    _check(image, limit, "fast")
    return _first(KEPT.get(_content(image), lambda: _timed(image)), limit)


def search_soon(image: np.ndarray, limit: int) -> Search | None:
    """The same; None while it is searched in the background, see :func:`lecture_models.cache.soon`."""
    _check(image, limit, "fast")
    found = soon(_content(image), lambda: _timed(image))
    return None if found is None else _first(found, limit)


def _content(image: np.ndarray) -> tuple[str, str]:
    text = repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()
    return "selective search", hashlib.sha1(text).hexdigest()


def _first(every: Search, limit: int) -> Search:
    return replace(every, boxes=every.boxes[:limit])


def _timed(image: np.ndarray) -> Search:
    start = time.perf_counter()
    boxes = selective_search(image, EVERY_BOX)
    return Search(boxes, 1000 * (time.perf_counter() - start), len(boxes))
