"""Cropping features, all in one place: RoIPool, RoIWarp, RoIAlign, and what each of them really pooled.

| operator | box | bins | values | file |
|---|---|---|---|---|
| RoIPool | snapped to cells | snapped to cells | max of whole cells | roi_pool.py |
| RoIWarp | snapped to cells | exact | bilinear, averaged | roi_warp.py |
| RoIAlign | exact | exact | bilinear, averaged | roi_align.py |

Girshick 2015 (Fast R-CNN), Dai et al. 2016 (MNC), He et al. 2017 (Mask R-CNN, section 3 and table 2).
"""

from __future__ import annotations

from lecture_models.ops.roi_align import (
    roi_align,
    roi_align_batched,
    roi_align_separable,
    separable_weights,
    trace_roi_align,
)
from lecture_models.ops.roi_box import pooled_box, snap
from lecture_models.ops.roi_pool import roi_pool, trace_roi_pool
from lecture_models.ops.roi_trace import PoolTrace, SampleTrace
from lecture_models.ops.roi_warp import roi_warp, trace_roi_warp

__all__ = [
    "PoolTrace",
    "SampleTrace",
    "pooled_box",
    "roi_align",
    "roi_align_batched",
    "roi_align_separable",
    "roi_pool",
    "roi_warp",
    "separable_weights",
    "snap",
    "trace_roi_align",
    "trace_roi_pool",
    "trace_roi_warp",
]
