"""From one bin of the mask head's crop back to the cells of the pyramid: RoIAlign, point by point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchvision.ops import MultiScaleRoIAlign

from lecture_models.ops.roi_align import separable_weights, trace_roi_align
from lecture_models.ops.roi_trace import SampleTrace

from .head import HeadLink


@dataclass(frozen=True)
class Crop:
    """One box cropped for the mask head: by the network's own operator, and by ours with everything kept."""

    level: int  # 0 for P2
    key: str  # of the map in the network's dict, such as "0"
    features: Tensor  # float [C, h, w]
    box: Tensor  # float [4], network pixels
    scale: float  # cells per network pixel
    sampling_ratio: int
    network_crop: Tensor  # float [C, 14, 14]
    trace: SampleTrace


@dataclass(frozen=True)
class AlignLink:
    """Bin ← cells: value = mean over points of Σ weight · cell. All of one channel, in index coordinates.

    ``shares`` says what each cell of the map gives the logit, over all channels and all bins that read it; with
    the head's constant they add up to the logit.
    """

    level: str  # such as "P3"
    stride: float  # network pixels per cell
    box: tuple[float, float, float, float]  # on the map, index coordinates
    bin: tuple[int, int]
    channel: int
    points: np.ndarray  # float32 [P, 2]: (x, y)
    neighbours: np.ndarray  # int64 [P, 4, 2]: (row, column)
    weights: np.ndarray  # float32 [P, 4]
    cells: tuple[tuple[int, int, float, float], ...]  # row, column, weight in the bin, value; merged
    value: float
    network_value: float
    features: np.ndarray  # float32 [h, w]: the channel of the map
    crop: np.ndarray  # float32 [14, 14]: the channel of the network's own crop
    columns: np.ndarray  # float32 [14, s]: x of the points of each column of bins
    rows: np.ndarray  # float32 [14, s]: y of the points of each row of bins
    shares: np.ndarray  # float64 [h, w], logit units
    shares_value: float  # Σ shares + constant
    shares_network_value: float  # the logit
    worst: float  # largest difference between our crop and the network's, all bins and channels


@torch.no_grad()
def crop_box(network: Any, maps: dict[str, Tensor], box: Tensor, size: tuple[int, int]) -> Crop:
    """Crop a box as the network's mask head gets it.

    Args:
        network: a Mask R-CNN in eval mode.
        maps: its feature maps [C, h, w] by the network's own names, on the CPU.
        box: float [4], xyxy, network pixels.
        size: (height, width) of the network's picture, without padding.

    Raises:
        ValueError: its crops do not come from a ``MultiScaleRoIAlign`` with a fixed number of points.
    """
    pool = network.roi_heads.mask_roi_pool
    device = next(network.parameters()).device
    batch = {key: value[None].to(device) for key, value in maps.items()}
    boxes = [box[None].to(device)]
    crop = pool(batch, boxes, [size])  # also lets a network that never ran find its scales
    if not isinstance(pool, MultiScaleRoIAlign) or pool.scales is None or pool.sampling_ratio < 1:
        raise ValueError(
            f"The autopsy follows a MultiScaleRoIAlign of a pyramid; this network crops by {type(pool).__name__}."
        )
    level = int(pool.map_levels(boxes)[0]) if len(pool.featmap_names) > 1 else 0
    key, scale, ratio = pool.featmap_names[level], float(pool.scales[level]), int(pool.sampling_ratio)
    features = maps[key]
    trace = trace_roi_align(features, box, pool.output_size, scale, ratio)
    return Crop(level, key, features, box, scale, ratio, crop[0].cpu(), trace)


def cell_gradient(crop: Crop, gradient: Tensor) -> Tensor:
    """Gradient [C, h, w] with respect to the map, of what has the gradient [C, 14, 14] with respect to the crop.

    RoIAlign is A_y · F · A_xᵀ, so backwards it is A_yᵀ · G · A_x.
    """
    a_y, a_x = _matrices(crop)
    back: Tensor = a_y.T @ gradient @ a_x
    return back


def touched(crop: Crop, field: tuple[int, int, int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last row, first and last column of the cells that some bins read (inclusive)."""
    a_y, a_x = _matrices(crop)
    rows = a_y[field[0] : field[2] + 1].sum(0).nonzero()[:, 0]
    columns = a_x[field[1] : field[3] + 1].sum(0).nonzero()[:, 0]
    if not len(rows) or not len(columns):  # all points lie outside the map
        return (0, 0), (0, 0)
    return (int(rows[0]), int(rows[-1])), (int(columns[0]), int(columns[-1]))


def _matrices(crop: Crop) -> tuple[Tensor, Tensor]:
    _, height, width = crop.features.shape
    bins = (crop.network_crop.shape[1], crop.network_crop.shape[2])
    a_y, a_x = separable_weights(crop.box[None], bins, crop.scale, (height, width), crop.sampling_ratio)
    return a_y[0], a_x[0]


@torch.no_grad()
def trace_align(crop: Crop, head: HeadLink) -> AlignLink:
    """The bin that moves the logit most, in the channel that moves it most there."""
    row, column = head.followed
    own = crop.network_crop[:, row, column].double().numpy()
    channel = int(np.abs(head.gradient[:, row, column] * own).argmax())
    trace = crop.trace
    weights = trace.weights[row, column].flatten(0, 1)
    neighbours = trace.neighbours[row, column].flatten(0, 1)
    cells = _merged(crop.features[channel], neighbours, weights)
    back = cell_gradient(crop, torch.from_numpy(head.gradient))
    shares = (back.double() * crop.features.double()).sum(0)
    points = trace.points.numpy()
    sides = trace.column_edges[[0, -1]].tolist(), trace.row_edges[[0, -1]].tolist()
    return AlignLink(
        level=f"P{crop.level + 2}",
        stride=1 / crop.scale,
        box=(sides[0][0], sides[1][0], sides[0][1], sides[1][1]),
        bin=(row, column),
        channel=channel,
        points=points[row, column].reshape(-1, 2),
        neighbours=neighbours.numpy(),
        weights=weights.numpy(),
        cells=cells,
        value=sum(weight * value for _, _, weight, value in cells),
        network_value=float(crop.network_crop[channel, row, column]),
        features=crop.features[channel].numpy(),
        crop=crop.network_crop[channel].numpy(),
        columns=points[0, :, 0, :, 0],
        rows=points[:, 0, :, 0, 1],
        shares=shares.numpy(),
        shares_value=float(shares.sum()) + head.constant,
        shares_network_value=head.network_value,
        worst=float((trace.output - crop.network_crop).abs().max()),
    )


def _merged(
    features: Tensor, neighbours: Tensor, weights: Tensor
) -> tuple[tuple[int, int, float, float], ...]:
    """Cells with their weight in the bin: points share cells, and each point counts 1 / their number."""
    total: dict[tuple[int, int], float] = {}
    for (row, column), weight in zip(
        neighbours.flatten(0, 1).tolist(), weights.flatten().tolist(), strict=True
    ):
        total[row, column] = total.get((row, column), 0.0) + weight / len(neighbours)
    return tuple((r, c, w, float(features[r, c])) for (r, c), w in sorted(total.items()) if w > 0)
