"""What was really pooled, in image pixels."""

from __future__ import annotations

import pytest
import torch
from torchvision.ops import box_iou

from lecture_models.ops.roi_features import pooled_box, roi_align, roi_pool

BOX = torch.tensor([[40.0, 24.0, 152.0, 136.0]])


def test_by_hand():
    # cells 3…10 and 2…9 of stride 16, both ends included: 48 … 176 and 32 … 160
    assert pooled_box(BOX, "roi_pool", 1 / 16).tolist() == [[48.0, 32.0, 176.0, 160.0]]
    assert pooled_box(BOX, "roi_warp", 1 / 16).tolist() == [[48.0, 32.0, 176.0, 160.0]]
    assert pooled_box(BOX, "roi_align", 1 / 16).tolist() == [[48.0, 32.0, 160.0, 144.0]]
    assert pooled_box(BOX, "roi_align", 1 / 16, aligned=True).tolist() == BOX.tolist()
    assert pooled_box(BOX, "roi_pool", 1 / 16, size=(9, 10)).tolist() == [[48.0, 32.0, 160.0, 144.0]]


def test_where_cells_lie_moves_the_region_and_no_cell():
    # centres at 16·i + 2 instead of 16·i + 8: all of it six pixels further to the upper left
    assert pooled_box(BOX, "roi_pool", 1 / 16, centre=2 / 16).tolist() == [[42.0, 26.0, 170.0, 154.0]]
    assert pooled_box(BOX, "roi_align", 1 / 16, centre=0.0).tolist() == BOX.tolist()
    # rounding alone: from the centre of cell 3 at 56 to that of cell 10 at 168
    alone = pooled_box(BOX, "roi_pool", 1 / 16, whole_cells=False)
    assert alone.tolist() == [[56.0, 40.0, 168.0, 152.0]]


def test_cells_outside_the_pooled_box_have_no_say():
    map_ = torch.randn(1, 16, 16, generator=torch.Generator().manual_seed(5))
    x0, y0, x1, y1 = (int(v) for v in (pooled_box(BOX, "roi_pool", 1 / 16) / 16)[0])
    other = torch.full_like(map_, 99.0)
    other[:, y0:y1, x0:x1] = map_[:, y0:y1, x0:x1]
    assert torch.equal(roi_pool(map_, BOX, 7, 1 / 16), roi_pool(other, BOX, 7, 1 / 16))


def test_the_mean_position_that_roi_align_reads_is_the_centre_of_its_pooled_box():
    # each cell holds the x of its centre in image pixels: the mean over all bins is the centre of the region
    centres = ((torch.arange(40) + 0.5) * 8).expand(1, 40, 40).contiguous()
    for aligned in (False, True):
        region = pooled_box(BOX, "roi_align", 1 / 8, aligned)
        mean = roi_align(centres, BOX, 7, 1 / 8, aligned=aligned).mean()
        torch.testing.assert_close(mean, region[0, [0, 2]].mean())


def test_the_larger_the_stride_the_less_of_the_box_is_pooled():
    generator = torch.Generator().manual_seed(6)
    sizes = 48 + torch.rand(2000, 2, generator=generator) * 252
    corners = torch.rand(2000, 2, generator=generator) * 500
    boxes = torch.cat([corners, corners + sizes], dim=1)
    ious = [
        box_iou(boxes, pooled_box(boxes, "roi_pool", 1 / s)).diagonal().mean().item() for s in (4, 8, 16, 32)
    ]
    assert ious == sorted(ious, reverse=True)
    assert ious == pytest.approx([0.932, 0.872, 0.770, 0.616], abs=0.01)


def test_unknown_operator():
    with pytest.raises(ValueError, match="roi_crop"):
        pooled_box(BOX, "roi_crop", 1 / 16)
