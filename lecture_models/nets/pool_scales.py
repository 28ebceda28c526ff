"""The strides of a pyramid, told to the crops before the first picture.

torchvision's ``MultiScaleRoIAlign`` infers them from the first picture that it sees, and wrongly from a narrow one,
since pictures are padded: it would then crop at twice the scale for everybody who comes after.
"""

from __future__ import annotations

from typing import Any

import torch
from torchvision.ops import poolers

STRIDES = (4, 8, 16, 32)  # of P2..P5, in ours and in torchvision's networks
SIDE = 256  # pixels; any square that the strides divide


def set_scales(network: Any) -> None:
    """Set scales and level mapping of a detector's crops from P2..P5; other networks stay as they are.

    >>> from lecture_models.nets.panoptic_fpn import panoptic_fpn
    >>> network = panoptic_fpn()
    >>> set_scales(network)
    >>> network.roi_heads.mask_roi_pool.scales
    [0.25, 0.125, 0.0625, 0.03125]
    """
    heads = getattr(network, "roi_heads", None)
    for pool in (getattr(heads, "box_roi_pool", None), getattr(heads, "mask_roi_pool", None)):
        if pool is not None and len(pool.featmap_names) == len(STRIDES):
            maps = [torch.zeros(1, 1, SIDE // stride, SIDE // stride) for stride in STRIDES]
            rule = (pool.canonical_scale, pool.canonical_level)
            pool.scales, pool.map_levels = poolers._setup_scales(maps, [(SIDE, SIDE)], *rule)
