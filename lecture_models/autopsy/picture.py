"""From the cells of the pyramid back to the picture: which pixels can matter, and how much each one does.

Here nothing is multiplied out: between picture and pyramid lie dozens of layers. What is given is the field that the
layers' kernels allow, and the gradient: by how much the logit changes with a pixel, to first order. The box is
held fixed; that it lies where it does depends on the picture too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from lecture_models.nets.rcnn_trace import as_tensor

from .align import Crop, cell_gradient, touched
from .field import normalises_whole_maps, pyramid_paths
from .head import HeadLink

XYXY = tuple[float, float, float, float]


@dataclass(frozen=True)
class FieldPath:
    """The pixels that can reach the cells through one stage of the backbone."""

    stage: str  # such as "C4"
    box: XYXY  # xyxy, picture pixels, cut to the picture
    share: float | None  # of the gradient's magnitude inside the box; None where it was not asked for


@dataclass(frozen=True)
class PictureLink:
    """Cells ← picture: fields by the stage they come through, and the gradient of the logit.

    ``exact`` says whether no pixel outside the largest field can matter. It is False for group normalisation,
    whose mean and variance are taken over the whole map.
    """

    cells: tuple[int, int, int, int]  # of P_k: first row, first column, last row, last column; inclusive
    fields: tuple[FieldPath, ...]  # the same stage first, the coarsest last
    exact: bool
    heat: np.ndarray | None  # float32 [H, W]: length of the gradient over R, G, B; logit per unit of 0..1
    box_share: float | None  # of the heat inside the detection's box
    outside: float | None  # largest heat outside the largest field
    difference: float | None  # largest difference of the recomputed map from the trace's

    @property
    def box(self) -> XYXY:
        """The largest field, which holds the others."""
        x0, y0, x1, y1 = zip(*(field.box for field in self.fields), strict=True)
        return min(x0), min(y0), max(x1), max(y1)


def trace_picture(
    network: Any,
    image: np.ndarray,
    size: tuple[int, int],
    crop: Crop,
    head: HeadLink,
    sizes: list[tuple[int, int]],
    box: XYXY,
    gradient: bool = True,
) -> PictureLink:
    """The pixels that the bins of one logit's field can depend on.

    Args:
        network: a Mask R-CNN in eval mode whose backbone ends in a pyramid.
        image: uint8 [H, W, 3].
        size: (height, width) of the network's picture.
        crop: of the detection.
        head: which bins reach the logit, and its gradient.
        sizes: (h, w) of the maps from P2 up.
        box: of the detection, picture pixels.
        gradient: also run the picture through the backbone once more, and back.
    """
    rows, columns = touched(crop, head.field)
    edges = []
    for axis, cells in ((0, rows), (1, columns)):
        lengths = [shape[axis] for shape in sizes]
        ranges = pyramid_paths(network.backbone, crop.level, cells, lengths, axis)
        edges.append([_on_picture(r, size[axis], image.shape[axis]) for r in ranges])
    boxes = [(left, top, right, bottom) for (top, bottom), (left, right) in zip(*edges, strict=True)]
    heat, difference = picture_gradient(network, image, crop, head.gradient) if gradient else (None, None)
    shares = [None if heat is None else share_inside(heat, field) for field in boxes]
    names = [f"C{crop.level + 2 + i}" for i in range(len(boxes))]
    link = PictureLink(
        cells=(rows[0], columns[0], rows[1], columns[1]),
        fields=tuple(map(FieldPath, names, boxes, shares)),
        exact=not normalises_whole_maps(network.backbone),
        heat=heat,
        box_share=None if heat is None else share_inside(heat, box),
        outside=None,
        difference=difference,
    )
    return link if heat is None else replace(link, outside=largest_outside(heat, link.box))


def _on_picture(pixels: tuple[int, int], size: int, length: int) -> tuple[float, float]:
    """Edges, in picture pixels, of what a range of network pixels reads through the resizing, cut to the picture."""
    low, high = max(pixels[0], 0), min(pixels[1], size - 1)
    if size != length:  # bilinear: the two pixels around (i + ½) · length / size − ½
        low = int(np.floor((low + 0.5) * length / size - 0.5))
        high = int(np.floor((high + 0.5) * length / size - 0.5)) + 1
    return float(max(low, 0)), float(min(high, length - 1) + 1)


def picture_gradient(
    network: Any, image: np.ndarray, crop: Crop, gradient: np.ndarray
) -> tuple[np.ndarray, float]:
    """How much each pixel moves the logit: the picture through the backbone once more, and back.

    Args:
        network: in eval mode.
        image: uint8 [H, W, 3].
        crop: of the detection.
        gradient: float [C, 14, 14], of the logit with respect to the crop.

    Returns:
        The length of the gradient over the three colours, float32 [H, W], and the largest difference between the
        map computed here and the one in the trace.
    """
    device = next(network.parameters()).device
    pixels = as_tensor(image, device).requires_grad_()
    batch, _ = network.transform([pixels])
    features = network.backbone(batch.tensors)[crop.key]
    back = cell_gradient(crop, torch.from_numpy(gradient))[None].to(device)
    (found,) = torch.autograd.grad(features, pixels, back)
    difference = float((features.detach()[0].cpu() - crop.features).abs().max())
    return np.asarray(found.norm(dim=0).float().cpu().numpy()), difference


def share_inside(heat: np.ndarray, box: XYXY) -> float:
    """The part of a map's sum that lies in a box (whole pixels whose centres it holds).

    >>> share_inside(np.ones((4, 4)), (0.0, 0.0, 2.0, 2.0))
    0.25
    """
    height, width = heat.shape
    xs, ys = np.arange(width) + 0.5, np.arange(height) + 0.5
    inside = ((ys >= box[1]) & (ys < box[3]))[:, None] & ((xs >= box[0]) & (xs < box[2]))
    return float(heat[inside].sum(dtype=np.float64) / max(heat.sum(dtype=np.float64), 1e-30))


def largest_outside(heat: np.ndarray, box: XYXY) -> float:
    """The largest number of a map outside of a box; 0 where the box covers the map."""
    rest = heat.copy()
    rest[round(box[1]) : round(box[3]), round(box[0]) : round(box[2])] = 0
    return float(rest.max())
