"""The sum inside an FCN taken apart: what the scores of each scale add to the logits of every pixel.

Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 4.2 and figure 3.
After the scores an FCN only upsamples and adds, linearly and without a bias. So its logits are exactly the sum of one
map for each scale, each brought to pixels alone, and a weight on a skip multiplies its map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lecture_models.ops.bilinear_kernel import bilinear_kernel

from .fcn import FCN, FCNTrace

SCALES = ("stride 32", "pool4", "pool3")
Tap = tuple[int, int, float]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Parts:
    """What P scales, the coarsest first, add to the logits of one picture; float32 arrays.

    Args:
        maps: [P, K, h, w], each scale brought to the grid of the finest scores by the network's own layers.
        scores: of each scale [K, h_p, w_p] on its own grid, as the 1 × 1 convolutions give them.
        strides: pixels between the cells of each scale.
        firsts: the pixel at which the first cell of each scale begins, along both axes; not positive.
        down, across: [H, h] and [W, w], the weights of the last upsampling along each axis.
    """

    maps: np.ndarray
    scores: tuple[np.ndarray, ...]
    strides: tuple[int, ...]
    firsts: tuple[int, ...]
    down: np.ndarray
    across: np.ndarray

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(one.nbytes for one in (self.maps, *self.scores, self.down, self.across))

    @property
    def names(self) -> tuple[str, ...]:
        """What each scale is called."""
        return SCALES[: len(self.strides)]

    def weights(self, skips: Sequence[float]) -> tuple[float, ...]:
        """A weight for each scale: 1, then those of the skips that the network has."""
        return (1.0, *skips[: len(self.strides) - 1])

    def summed(self, skips: Sequence[float]) -> np.ndarray:
        """The weighted sum on the grid of the finest scores, float32 [K, h, w]."""
        return np.tensordot(np.asarray(self.weights(skips), np.float32), self.maps, 1)

    def upsampled(self, maps: np.ndarray) -> np.ndarray:
        """The last upsampling, and the crop to the picture: [N, h, w] -> [N, H, W].

        OpenCV interpolates as ``down @ maps @ across.T`` does, but reads only the four cells that count.
        """
        import cv2

        factor, start = self.strides[-1], -self.firsts[-1]
        size = (factor * maps.shape[2], factor * maps.shape[1])
        window = np.s_[start : start + len(self.down), start : start + len(self.across)]
        return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_LINEAR)[window] for one in maps])

    def logits(self, skips: Sequence[float]) -> np.ndarray:
        """The network's logits with its skips weighed, float32 [K, H, W]."""
        return self.upsampled(self.summed(skips))

    def at(self, point: tuple[int, int]) -> np.ndarray:
        """What each scale adds at a pixel (x, y), unweighted: float32 [P, K]."""
        return np.asarray((self.maps @ self.across[point[0]]) @ self.down[point[1]])

    def taps(self, point: tuple[int, int]) -> list[Tap]:
        """The cells (row, column) of the finest grid that a pixel (x, y) reads, each with its weight."""
        rows, columns = self.down[point[1]], self.across[point[0]]
        pairs = [(int(i), int(j)) for i in np.flatnonzero(rows) for j in np.flatnonzero(columns)]
        return [(i, j, float(rows[i] * columns[j])) for i, j in pairs]

    def own(self, scale: int) -> np.ndarray:
        """For each pixel the score of the cell of a scale that it lies in, float32 [K, H, W]: nothing interpolated."""
        first, stride = self.firsts[scale], self.strides[scale]
        rows, columns = ((np.arange(len(axis)) - first) // stride for axis in (self.down, self.across))
        return np.asarray(self.scores[scale][:, rows[:, None], columns[None]])

    def read(self, scale: int, point: tuple[int, int]) -> Box:
        """The pixels x0, y0, x1, y1 of all cells of a scale that reach a pixel (x, y); they may lie outside."""
        spans = []
        for axis, place in ((self.across, point[0]), (self.down, point[1])):
            cells = np.flatnonzero(axis[place])
            first, last = int(cells[0]), int(cells[-1])
            for _ in range(len(self.strides) - 1 - scale):  # through a doubling: kernel 4, stride 2
                first, last = max((first - 2) // 2, 0), last // 2
            last = min(last, self.scores[scale].shape[2 if axis is self.across else 1] - 1)
            spans.append((self._begin(scale, first), self._begin(scale, last + 1)))
        (x0, x1), (y0, y1) = spans
        return x0, y0, x1, y1

    def _begin(self, scale: int, cell: int) -> int:
        return self.firsts[scale] + self.strides[scale] * cell


def take_apart(network: FCN, image: Tensor) -> Parts:
    """Run an FCN on one picture, float [1, 3, H, W] in 0..1, and take its sum apart.

    Raises:
        ValueError: The picture is below 32 pixels.

    >>> from .fcn import fcn
    >>> parts = take_apart(fcn(8).eval(), torch.zeros(1, 3, 40, 48))
    >>> parts.maps.shape, parts.strides, parts.firsts, parts.logits((1, 1)).shape
    ((3, 9, 22, 22), (32, 16, 8), (-32, -48, -56), (9, 40, 48))
    """
    with torch.inference_mode():
        trace = network.trace(image)
        maps = torch.cat(_paths(network, trace))
    scores = [one[0] for one in (trace.score32, trace.score_pool4, trace.score_pool3) if one is not None]
    strides = (32, 16, 8)[: len(scores)]
    firsts = [network.stride // 2 - network.offset]
    for finer in strides[
        :0:-1
    ]:  # a doubling puts the first fine cell half a coarse one before the first coarse one
        firsts.insert(0, firsts[0] + finer)
    height, width = image.shape[-2:]
    axes = (_axis(network, side, maps.shape[at]) for side, at in ((height, 2), (width, 3)))
    given = (maps.float().cpu().numpy(), tuple(one.float().cpu().numpy() for one in scores))
    return Parts(*given, strides, tuple(firsts), *axes)


def _paths(network: FCN, trace: FCNTrace) -> list[Tensor]:
    """Each scale alone through the layers that follow its scores, [1, K, h, w], before the last upsampling."""
    paths = [trace.score32]
    if trace.upsampled32 is not None and trace.score_pool4 is not None:
        paths = [trace.upsampled32, trace.score_pool4]
    if trace.score_pool3 is not None:
        paths = [*(network.upscore_pool4(path) for path in paths), trace.score_pool3]
    return paths


def _axis(network: FCN, length: int, cells: int) -> np.ndarray:
    """The last upsampling along one axis as a matrix, pixels by cells: a hat for each cell."""
    factor = network.stride
    hat = bilinear_kernel(factor).sum(1).div(factor).numpy()
    place = np.arange(length)[:, None] + network.offset - factor * np.arange(cells)[None]
    inside = (place >= 0) & (place < 2 * factor)
    return np.where(inside, hat[np.clip(place, 0, 2 * factor - 1)], 0).astype(np.float32)
