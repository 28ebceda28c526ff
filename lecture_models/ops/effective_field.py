"""The effective field of a unit: how much each pixel of a picture really changes it, by the gradient.

The receptive field says which pixels *can* change a unit. The gradient says by how much each does, to first order, on
this picture and with these weights: most of it lies in the middle, in a shape near a Gaussian.

Luo et al. 2016, "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks", sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn

from .receptive_field import Analysis

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Gaussian:
    """A Gaussian without tilt: centre (x, y) and standard deviations along x and y, all in pixels."""

    centre: tuple[float, float]
    sigma: tuple[float, float]


def run_to(analysis: Analysis, module: nn.Module, name: str, picture: Tensor) -> Tensor:
    """The output of one layer, with the layers after it left out.

    Args:
        analysis: of the module, for pictures of this shape.
        module: the one that was analyzed, or one with the same layers and other weights.
        name: of the layer.
        picture: float [B, C, H, W].

    Raises:
        ValueError: No such layer.
    """
    target = analysis.node(name)
    values: dict[fx.Node, Any] = {}

    def own(argument: Any) -> Any:
        return fx.node.map_arg(argument, lambda node: values[node])

    for node in analysis.graph.nodes.nodes:
        if node.op == "placeholder":
            values[node] = picture
        elif node.op == "get_attr":
            values[node] = _attribute(module, str(node.target))
        else:
            call: Any = module.get_submodule(str(node.target)) if node.op == "call_module" else node.target
            values[node] = call(*own(node.args), **own(node.kwargs))
        if node is target:
            break
    out: Tensor = values[target]
    return out


def _attribute(module: nn.Module, path: str) -> Any:
    *way, last = path.split(".")
    return getattr(module.get_submodule(".".join(way)), last)


def unit_gradient(
    analysis: Analysis, module: nn.Module, name: str, picture: Tensor, unit: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The magnitude of a unit's gradient at each pixel: the unit is the mean of a layer's channels at one place.

    Args:
        analysis: as in `run_to`.
        module: as in `run_to`.
        name: as in `run_to`.
        picture: float [1, C, H, W].
        unit: (row, column) of the layer's map.

    Returns:
        The map of units, float32 [h, w], and the mean over the picture's channels of the absolute gradient of one of
        them, float32 [H, W].
    """
    with torch.inference_mode(False), torch.enable_grad():
        asked = picture.detach().clone().requires_grad_(True)
        units = run_to(analysis, module, name, asked)[0].mean(0)
        (gradient,) = torch.autograd.grad(units[unit], asked)
    return units.detach().float().cpu().numpy(), gradient[0].abs().mean(0).float().cpu().numpy()


def share_inside(heat: np.ndarray, box: Box) -> float:
    """The share of a heat map [H, W] inside a box (x0, y0, x1, y1), pixels at its rim in part; 0 where all is 0.

    >>> share_inside(np.ones((4, 4)), (0, 0, 2, 1.5))
    0.1875
    """
    height, width = heat.shape
    rows, columns = _covered(box[1], box[3], height), _covered(box[0], box[2], width)
    total = float(heat.sum(dtype=np.float64))
    return float(rows @ heat.astype(np.float64) @ columns) / total if total > 0 else 0.0


def weights_inside(box: Box, size: tuple[int, ...]) -> np.ndarray:
    """How much of each pixel of a map of ``size`` lies inside a box: float [H, W]."""
    return np.outer(_covered(box[1], box[3], size[0]), _covered(box[0], box[2], size[1])).astype(np.float32)


def _covered(low: float, high: float, length: int) -> np.ndarray:
    """How much of each pixel lies between two places."""
    start = np.arange(length, dtype=np.float64)
    covered: np.ndarray = np.clip(np.minimum(high, start + 1) - np.maximum(low, start), 0, 1)
    return covered


def scaled(box: Box, scale: float) -> Box:
    """A box of the same middle and shape, its sides ``scale`` times as long.

    >>> scaled((0, 0, 8, 4), 0.5)
    (2.0, 1.0, 6.0, 3.0)
    """
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    wide, high = scale * (box[2] - box[0]) / 2, scale * (box[3] - box[1]) / 2
    return x - wide, y - high, x + wide, y + high


def share_curve(heat: np.ndarray, box: Box, scales: np.ndarray) -> np.ndarray:
    """The share of a heat map inside a box, scaled about its middle by each of some factors."""
    return np.array([share_inside(heat, scaled(box, float(scale))) for scale in scales])


def scale_holding(heat: np.ndarray, box: Box, share: float) -> float:
    """By what factor a box is scaled so that it holds a share of the heat that lies inside it; found by halving.

    >>> round(scale_holding(np.ones((10, 10)), (0, 0, 10, 10), 0.25), 3)
    0.5
    """
    wanted, low, high = share * share_inside(heat, box), 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if share_inside(heat, scaled(box, middle)) < wanted else (low, middle)
    return high


def fit_gaussian(heat: np.ndarray) -> Gaussian | None:
    """The Gaussian with the mean and the variances of a heat map [H, W]; None where all is 0.

    >>> fit = fit_gaussian(np.outer([1, 2, 1], [0, 1, 0]))
    >>> fit.centre, round(fit.sigma[1] ** 2, 3)
    ((1.5, 1.5), 0.5)
    """
    total = float(heat.sum(dtype=np.float64))
    if total <= 0:
        return None
    marginals: Mapping[str, np.ndarray] = {
        "x": heat.sum(0, dtype=np.float64),
        "y": heat.sum(1, dtype=np.float64),
    }
    means, deviations = [], []
    for marginal in marginals.values():
        places = np.arange(len(marginal)) + 0.5
        mean = float(places @ marginal) / total
        means.append(mean)
        deviations.append(float(np.sqrt(((places - mean) ** 2) @ marginal / total)))
    return Gaussian((means[0], means[1]), (deviations[0], deviations[1]))
