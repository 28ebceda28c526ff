"""CIE Lab: lightness L apart from colour (a, b), in batches and on any device.

sRGB (IEC 61966-2-1) → linear light → XYZ, relative to the white D65 (2° observer) → Lab (CIE 15). ``L`` runs from 0
to 100, ``a`` from green to red, ``b`` from blue to yellow; grey has a = b = 0. The numbers are those of
``skimage.color``, which takes one picture at a time and no device.
"""

from __future__ import annotations

import torch
from torch import Tensor

TO_XYZ = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
WHITE = (0.95047, 1.0, 1.08883)  # D65, 2° observer
LINEAR_BELOW = 0.008856  # of Y / Y white: there the cube root is replaced by a line
SLOPE, OFFSET = 7.787, 16 / 116


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """Colours of sRGB -> Lab.

    Args:
        rgb: float [N, 3, H, W] in 0..1.

    Returns:
        float32 [N, 3, H, W]: L in 0..100, a and b in about -110..110.

    Raises:
        ValueError: Another shape, or integers.

    >>> rgb_to_lab(torch.ones(1, 3, 1, 1)).flatten().round().abs().tolist()
    [100.0, 0.0, 0.0]
    """
    _check("rgb", rgb)
    rgb = rgb.float()
    light = torch.where(rgb > 0.04045, ((rgb + 0.055) / 1.055).clamp_min(0) ** 2.4, rgb / 12.92)
    xyz = _mixed(light, rgb.new_tensor(TO_XYZ)) / rgb.new_tensor(WHITE).view(1, 3, 1, 1)
    root = xyz.clamp_min(LINEAR_BELOW) ** (1 / 3)
    x, y, z = torch.where(xyz > LINEAR_BELOW, root, SLOPE * xyz + OFFSET).unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)


def lab_to_rgb(lab: Tensor) -> Tensor:
    """Lab -> colours of sRGB; a colour that sRGB cannot show is clipped channel by channel.

    Args:
        lab: float [N, 3, H, W].

    Returns:
        float32 [N, 3, H, W] in 0..1.

    Raises:
        ValueError: Another shape, or integers.

    >>> lab_to_rgb(torch.tensor([100.0, 0.0, 0.0]).view(1, 3, 1, 1)).flatten().round(decimals=2).tolist()
    [1.0, 1.0, 1.0]
    """
    _check("lab", lab)
    lightness, a, b = lab.float().unbind(1)
    y = (lightness + 16) / 116
    root = torch.stack([y + a / 500, y, (y - b / 200).clamp_min(0)], 1)
    xyz = torch.where(root > LINEAR_BELOW ** (1 / 3), root**3, (root - OFFSET) / SLOPE)
    white = root.new_tensor(WHITE).view(1, 3, 1, 1)
    light = _mixed(xyz * white, torch.linalg.inv(torch.tensor(TO_XYZ)).to(root.device))
    curved = 1.055 * light.clamp_min(0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(light > 0.0031308, curved, 12.92 * light).clamp(0, 1)


def _mixed(channels: Tensor, matrix: Tensor) -> Tensor:
    """A 3 × 3 matrix times the channels, element by element: a GPU's matrix product may round to ten bits."""
    return (matrix[:, :, None, None] * channels[:, None]).sum(2)


def _check(name: str, values: Tensor) -> None:
    if values.ndim != 4 or values.shape[1] != 3 or not values.is_floating_point():
        raise ValueError(
            f"{name} must be float [N, 3, H, W]; got {values.dtype} {list(values.shape)}: "
            "put the channels second and divide uint8 by 255."
        )
