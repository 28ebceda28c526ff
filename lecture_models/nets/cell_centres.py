"""Where the cells of a network's feature maps lie in the picture: the centre of the pixels that change them.

"Cell i covers the pixels s·i to s·(i + 1)" is a convention. What a cell really sees is decided by paddings and weights:
in a network of padded 3 × 3 convolutions of stride 2 the middle of a receptive field lies at s·i + ½ px, and not at
s·i + s/2. Here it is measured by the gradient, as Luo et al. 2016, section 3, measure the effective receptive field.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

SIDE = 4  # cells each way whose gradients are looked at together
REACH = 2  # cells around a cell's place in which its gradient is looked at; not more than they are apart
ROUNDS = 8  # of looking around the last centre


def measured_centres(backbone: nn.Module, pictures: Sequence[np.ndarray]) -> tuple[float, ...]:
    """Where cell i's centre lies on the average, at i + c cells: c of each of the backbone's maps, finest first.

    The statistics of group normalisation are held fixed: through them every pixel changes every cell a little.

    Args:
        backbone: float [1, 3, S, S] -> maps by name, each [1, C, S / stride, S / stride].
        pictures: uint8 [S, S, 3] each, all of one size.
    """
    own = copy.deepcopy(backbone).eval()
    for layer in own.modules():
        if isinstance(layer, nn.GroupNorm):
            layer.register_forward_hook(_with_fixed_statistics)
    found = [_centres(own, picture) for picture in pictures]
    return tuple(float(one) for one in np.mean(found, axis=0))


def _centres(backbone: nn.Module, picture: np.ndarray) -> list[float]:
    with torch.inference_mode(False), torch.enable_grad():
        device = next((one.device for one in backbone.parameters()), torch.device("cpu"))
        pixels = torch.from_numpy(np.array(picture)).to(device).permute(2, 0, 1)[None].float() / 255
        pixels.requires_grad_(True)
        maps = list(backbone(pixels).values())
        return [_centre(units[0].mean(0), pixels) for units in maps]


def _centre(units: Tensor, pixels: Tensor) -> float:
    """The mean of c over some cells and both axes: ``units`` [h, h] is a map's mean over its channels."""
    side, length = len(units), pixels.shape[-1]
    apart = length / min(SIDE, side)
    # of both parities, since a map from above is doubled
    places = [int((k + 0.5) * side / min(SIDE, side)) - k % 2 for k in range(min(SIDE, side))]
    units = units[places][:, places]
    (gradient,) = torch.autograd.grad(units.sum(), pixels, retain_graph=True)
    heat, stride = gradient[0].abs().sum(0).cpu().double(), length / side
    reach = min(REACH * stride, apart / 2)
    starts = [(stride * row + 0.5, stride * column + 0.5) for row in places for column in places]
    centres = np.array([centre_of(heat, start, reach) for start in starts])
    corners = np.array([(stride * row, stride * column) for row in places for column in places])
    return float(((centres - corners) / stride).mean())


def centre_of(heat: Tensor, start: tuple[float, float], reach: float) -> tuple[float, float]:
    """The centre of mass (y, x) of a heat map [H, W], pixels, within a square around itself.

    It begins at ``start`` and moves on to the centre that it finds, some times; the square is ``2 · reach`` wide.

    >>> heat = torch.zeros(9, 9)
    >>> heat[4, 5:7] = 1
    >>> centre_of(heat, (4.0, 5.0), 3.0)
    (4.5, 6.0)
    """
    places = [torch.arange(length, dtype=heat.dtype) + 0.5 for length in heat.shape]
    centre = start
    for _ in range(ROUNDS):
        near = [
            (reach + 0.5 - (place - at).abs()).clamp(0, 1) for place, at in zip(places, centre, strict=True)
        ]
        inside = heat * near[0][:, None] * near[1]
        total = float(inside.sum())
        if not total:
            return start
        centre = float(inside.sum(1) @ places[0]) / total, float(inside.sum(0) @ places[1]) / total
    return centre


def _with_fixed_statistics(layer: nn.GroupNorm, inputs: tuple[Tensor], _: Tensor) -> Tensor:
    """The same output, whose gradient does not go through means and deviations."""
    groups = inputs[0].unflatten(1, (layer.num_groups, -1))
    variance, mean = torch.var_mean(groups.detach(), dim=(2, 3, 4), unbiased=False, keepdim=True)
    normal = ((groups - mean) / (variance + layer.eps).sqrt()).flatten(1, 2)
    return normal * layer.weight[:, None, None] + layer.bias[:, None, None]
