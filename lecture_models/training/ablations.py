"""Recipes of the lecture's two ablations: networks alike in all but the crop, or in all but the mask loss.

He et al. 2017, tables 2b, 2c and 2d, at the size of our scenes. Of one seed, all have the same pictures in the same
order; the networks of one stride, and the two of the mask losses, also the same initial weights.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..nets.mask_rcnn import mask_rcnn
from ..nets.one_level import one_level
from .panoptic_fpn import example, loss
from .recipe import Recipe

STEPS = 1600
SCENES = 4000
NAMES = {"roi_pool": "RoIPool", "roi_warp": "RoIWarp", "roi_align": "RoIAlign"}


def crop_recipe(crop: Any, stride: int, **changes: Any) -> Recipe:
    """A one-level Mask R-CNN; `changes` are the seed, or for tests and trials."""
    arguments = {"crop": crop, "stride": stride}
    title = f"Mask R-CNN with {NAMES[crop]}, one level of stride {stride}"
    return _recipe(f"{crop}_s{stride}", title, one_level, arguments, changes)


def mask_recipe(mask_loss: Any, **changes: Any) -> Recipe:
    """A Mask R-CNN on a pyramid with one of two mask losses; `changes` as above."""
    title = f"Mask R-CNN with {mask_loss} masks"
    return _recipe(f"mask_{mask_loss}", title, mask_rcnn, {"mask_loss": mask_loss}, changes)


def _recipe(
    name: str, title: str, build: Callable[..., Any], arguments: dict[str, Any], changes: dict[str, Any]
) -> Recipe:
    card = {"kind": "ablation", "network": build.__name__, "arguments": arguments}
    settings: dict[str, Any] = {"steps": STEPS, "scenes": SCENES, **card, **changes}
    return Recipe(name, title, partial(build, **arguments), example, loss, **settings)


CROPS = (("roi_pool", 8), ("roi_warp", 8), ("roi_align", 8), ("roi_pool", 16), ("roi_align", 16))
RECIPES: dict[str, Callable[..., Recipe]] = {
    **{f"{crop}_s{stride}": partial(crop_recipe, crop, stride) for crop, stride in CROPS},
    **{f"mask_{kind}": partial(mask_recipe, kind) for kind in ("sigmoid", "softmax")},
}
