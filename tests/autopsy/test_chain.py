"""The autopsy of a mask: on 100 random pixels each link multiplies back to what the network had there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torchvision.models.detection.roi_heads import paste_masks_in_image
from torchvision.ops import roi_align

from lecture_models import zoo
from lecture_models.autopsy import chain as mask_autopsy
from lecture_models.autopsy.chain import autopsy
from lecture_models.nets.mask_softmax import softmax_heads
from lecture_models.nets.panoptic_fpn import panoptic_fpn
from lecture_models.nets.rcnn_trace import trace_rcnn
from lecture_models.scenes import render
from tests.nets.coco_like import coco_like

SEEDS = (42, 7, 3)
PIXELS = 100
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def ours(network):
    return zoo.load("panoptic_fpn"), [zoo.trace("panoptic_fpn", render(seed).image) for seed in SEEDS]


@pytest.fixture(scope="module", params=["maskrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn_v2"])
def resized(request):
    """A torchvision Mask R-CNN that enlarges the picture, by not quite the same factor down and across."""
    net = coco_like(request.param)
    image = np.ascontiguousarray(render(5).image[20:197, 10:243])
    return net, trace_rcnn(net, image)


def random_pixels(traces, count, seed=0):
    """Pixels inside of random detections of random pictures: (trace, pixel, detection)."""
    draw = np.random.default_rng(seed)
    while count:
        trace = traces[draw.integers(len(traces))]
        number = int(draw.integers(len(trace.boxes)))
        x0, y0, x1, y1 = trace.boxes[number].tolist()
        pixel = (draw.uniform(x0, x1), draw.uniform(y0, y1))
        if x1 - x0 >= 2 and y1 - y0 >= 2:
            count -= 1
            yield trace, pixel, number


def relative(made):
    """Differences, as shares of a link's size where that is above 1: float32 has seven digits."""
    size = {
        name: abs(getattr(made, name).network_value) for name in ("logit", "deconv", "conv", "head", "align")
    }
    size["shares"] = size["head"]
    return {name: d / max(1.0, size.get(name, 1.0)) for name, d in made.differences.items()}


def test_each_link_multiplies_back_on_random_pixels(ours):
    net, traces = ours
    worst: dict[str, float] = {}
    with torch.inference_mode():  # as inside zoo.using
        for trace, pixel, number in random_pixels(traces, PIXELS):
            made = autopsy(net, trace, pixel, number, gradient=False)
            assert made.head.outside == 0
            assert made.align.worst < TOLERANCE
            for name, difference in made.differences.items():
                worst[name] = max(worst.get(name, 0.0), difference)
    assert set(worst) == {"paste", "sigmoid", "logit", "deconv", "conv", "head", "align", "shares"}
    assert max(worst.values()) < TOLERANCE, worst


def test_each_link_multiplies_back_where_the_picture_is_resized(resized):
    net, traced = resized
    for trace, pixel, number in random_pixels([traced], 8):
        made = autopsy(net, trace, pixel, number, gradient=False)
        assert made.head.outside == 0
        assert made.scales[0] > 1.2
        assert made.scales == tuple(made.network_size[axis] / trace.image.shape[axis] for axis in (0, 1))
        assert max(relative(made).values()) < TOLERANCE, made.differences


def test_the_links_hold_each_other(ours):
    """What one link gives is what the link before it takes."""
    net, traces = ours
    for trace, pixel, number in random_pixels(traces, 10, seed=1):
        made = autopsy(net, trace, pixel, number, gradient=False)
        cell, deconv = made.paste.followed, made.deconv
        assert (made.sigmoid.row, made.sigmoid.column) == (cell.row, cell.column)
        assert made.sigmoid.logit == made.logit.value
        assert cell.logit == pytest.approx(made.logit.value, abs=TOLERANCE)
        assert made.logit.features[deconv.channel] == deconv.network_value
        assert [2 * b + t for b, t in zip(deconv.bin, deconv.tap, strict=True)] == [cell.row, cell.column]
        assert deconv.inputs[made.conv.channel] == made.conv.network_value
        assert made.conv.bin == deconv.bin
        top, left, bottom, right = made.head.field
        assert top <= deconv.bin[0] <= bottom
        assert left <= deconv.bin[1] <= right
        assert made.align.bin == made.head.followed
        assert sum(weight for _, _, weight, _ in made.align.cells) == pytest.approx(1, abs=1e-5)


def test_against_torchvisions_own_paste_and_crop(resized):
    net, trace = resized
    made = autopsy(net, trace, _middle(trace, 0), 0, gradient=False)
    x, y = made.pixel
    size = trace.image.shape[:2]
    pasted = paste_masks_in_image(trace.mask_cells[:1, None], trace.boxes[:1], size, padding=1)
    assert made.paste.value == pytest.approx(float(pasted[0, 0, y, x]), abs=1e-6)
    down, across = made.scales
    box = trace.boxes[0] * torch.tensor([across, down, across, down])
    rois = torch.cat([torch.zeros(1), box])[None]
    features = trace.features[made.align.level][None]
    crop = roi_align(features, rois, 14, 1 / made.align.stride, 2, aligned=False)[0]
    expected = crop[made.align.channel]
    torch.testing.assert_close(torch.from_numpy(made.align.crop), expected, rtol=1e-4, atol=1e-4)
    assert made.align.value == pytest.approx(float(expected[made.align.bin]), rel=1e-4, abs=1e-4)


def test_the_best_mask_that_covers_the_pixel_is_taken(ours):
    _, (trace, *_) = ours
    covered = (trace.masks >= 0.5).sum(0)
    y, x = (int(i) for i in torch.nonzero(covered == covered.max())[0])
    best = int(torch.nonzero(trace.masks[:, y, x] >= 0.5)[0])
    assert mask_autopsy.choose(trace, (x, y)) == best
    swapped = replace(trace, mask_cells=torch.full_like(trace.mask_cells, 0.4))  # boxes alone are left
    boxes = trace.boxes
    inside = (
        (boxes[:, 0] < x + 0.5) & (x + 0.5 < boxes[:, 2]) & (boxes[:, 1] < y + 0.5) & (y + 0.5 < boxes[:, 3])
    )
    assert mask_autopsy.choose(swapped, (x, y)) == int(torch.nonzero(inside)[0])


def test_bad_questions_are_answered_in_a_sentence(ours):
    net, (trace, *_) = ours
    height, width = trace.image.shape[:2]
    with pytest.raises(ValueError, match=f"inside the picture, {width} × {height}; got"):
        autopsy(net, trace, (width, 3))
    with pytest.raises(ValueError, match="got \\(nan, 3\\)"):
        autopsy(net, trace, (float("nan"), 3))
    with pytest.raises(ValueError, match="A detection is from 0 to"):
        autopsy(net, trace, (3, 3), len(trace.boxes))
    free = torch.nonzero(trace.masks.sum(0) == 0)[0]
    with pytest.raises(ValueError, match=r"the nearest are \w+ \(\d+ px away\).* and .*Click inside"):
        autopsy(net, trace, (int(free[1]), int(free[0])))
    with pytest.raises(ValueError, match="Click inside the box"):
        autopsy(net, trace, (int(free[1]), int(free[0])), 0)
    none = {name: getattr(trace, name)[:0] for name in ("boxes", "labels", "scores", "mask_cells")}
    with pytest.raises(ValueError, match="found nothing"):
        autopsy(net, replace(trace, **none), (3, 3))
    with pytest.raises(ValueError, match="no mask head"):
        autopsy(net, replace(trace, mask_cells=trace.mask_cells[:0]), (3, 3))


def test_softmax_masks_are_refused(ours):
    _, (trace, *_) = ours
    network = panoptic_fpn().eval()
    network.roi_heads = softmax_heads(network.roi_heads).eval()
    with pytest.raises(ValueError, match="one sigmoid a class; SoftmaxMaskPredictor"):
        autopsy(network, trace, _middle(trace, 0), 0)


def test_it_leaves_the_network_as_it_was(ours):
    net, (trace, *_) = ours
    before = [p.clone() for p in net.parameters()]
    autopsy(net, trace, _middle(trace, 0), 0)
    assert all(p.grad is None and not p.requires_grad for p in net.parameters())
    assert all(map(torch.equal, before, net.parameters()))


def _middle(trace, number):
    x0, y0, x1, y1 = trace.boxes[number].tolist()
    return (x0 + x1) / 2, (y0 + y1) / 2
