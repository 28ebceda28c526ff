"""Ledgers: equal to the network where they must be, passes and multiply-adds counted, nothing left behind."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.detection import fasterrcnn_resnet50_fpn, maskrcnn_resnet50_fpn

from lecture_models import zoo
from lecture_models.nets.panoptic_fpn import panoptic_fpn
from lecture_models.nets.rcnn_trace import as_tensor, trace_rcnn
from lecture_models.rcnn import ledgers as rcnn_ledgers
from lecture_models.rcnn.ledgers import (
    RPN,
    Ledger,
    fast_ledger,
    faster_ledger,
    mask_ledger,
    own_ledgers,
    shared_times,
    things_found,
)
from lecture_models.rcnn.meter import PARTS, Meter, Stage, _part
from lecture_models.rcnn.selective_search import Search, search
from lecture_models.scenes import render
from tests.nets.detectors import torchvision_detector


def coco(build):
    torch.manual_seed(0)
    settings = {
        "min_size": 128,
        "max_size": 160,
        "rpn_post_nms_top_n_test": 40,  # its heads are large: few proposals and detections are enough here
        "box_detections_per_img": 4,
        "box_score_thresh": 0.011,
    }
    return build(weights=None, weights_backbone=None, **settings).eval()


@pytest.fixture(scope="module", params=["ours", "torchvision"])
def network(request):
    return zoo.load("panoptic_fpn") if request.param == "ours" else coco(maskrcnn_resnet50_fpn)


@pytest.fixture(scope="module")
def image():
    return render(42, size=128).image


@pytest.fixture(scope="module")
def ledgers(network, image):
    return shared_times((fast_ledger(network, image, search(image, 40)), *own_ledgers(network, image)))


@pytest.fixture(scope="module")
def result(network, image):
    with torch.inference_mode():
        return network([as_tensor(image)])[0]


def left_hooks(network):
    return sum(len(part._forward_hooks) for part in network.modules())


def test_faster_and_mask_are_the_network_itself(ledgers, result):
    assert len(result["boxes"]) > 0
    for ledger in ledgers[1:]:
        assert torch.allclose(ledger.boxes, result["boxes"], atol=1e-3)
        assert torch.allclose(ledger.scores, result["scores"], atol=1e-4)
        assert torch.equal(ledger.labels, result["labels"])
    masks = result["masks"][:, 0] >= 0.5
    assert (ledgers[2].masks != masks).float().mean() < 1e-5
    assert ledgers[0].masks is None
    assert ledgers[1].masks is None


def test_one_pass_each_and_nothing_left(network, ledgers):
    assert [ledger.name for ledger in ledgers] == ["Fast R-CNN", "Faster R-CNN", "Mask R-CNN"]
    assert [ledger.passes for ledger in ledgers] == [1, 1, 1]
    assert all(ledger.done == len(ledger.proposals) for ledger in ledgers)
    assert left_hooks(network) == 0


def test_fast_and_slow_start_from_the_same_proposals(ledgers, image):
    assert torch.allclose(ledgers[0].proposals, search(image, 40).boxes, atol=1e-4)
    assert ledgers[0].source == "selective search"
    assert ledgers[1].source == RPN


def test_fast_with_the_rpns_proposals_is_faster(network, image, ledgers):
    faster = ledgers[1]
    fast = fast_ledger(network, image, Search(faster.proposals, 0.0, len(faster.proposals)), RPN)
    assert torch.allclose(fast.boxes, faster.boxes, atol=1e-3)
    assert torch.allclose(fast.scores, faster.scores, atol=1e-4)
    assert torch.equal(fast.labels, faster.labels)


def test_stages_add_up_to_a_count_of_the_whole_run(network, image, ledgers):
    """The meter counts shapes afterwards; here torch's counter watches the real run from begin to end."""
    runs = (
        lambda: fast_ledger(network, image, search(image, 40)),
        lambda: faster_ledger(network, image),
        lambda: mask_ledger(network, image),
    )
    for run, ledger in zip(runs, ledgers, strict=True):
        with FlopCounterMode(display=False) as counter:
            run()
        assert ledger.macs == counter.get_total_flops() // 2 > 0


def test_each_stage_has_its_own(ledgers):
    fast, faster, mask = ({stage.name: stage for stage in ledger.stages} for ledger in ledgers)
    assert list(fast) == ["selective search", "backbone", "box head"]
    assert list(faster) == ["backbone", "RPN", "box head"]
    assert list(mask) == ["backbone", "RPN", "box head", "mask head"]
    assert fast["backbone"].macs == faster["backbone"].macs == mask["backbone"].macs
    assert fast["selective search"].macs == 0
    assert all(stage.ms > 0 for stages in (fast, faster, mask) for stage in stages.values())


def test_the_box_head_costs_the_same_for_each_proposal(network, image):
    macs = []
    for limit in (10, 30):
        ledger = fast_ledger(network, image, search(image, limit))
        macs.append(next(stage.macs for stage in ledger.stages if stage.name == "box head") / limit)
    assert macs[0] == macs[1]


def test_without_a_mask_head_there_is_no_mask_ledger(image):
    network = coco(fasterrcnn_resnet50_fpn)
    assert [ledger.name for ledger in own_ledgers(network, image)] == ["Faster R-CNN"]
    with pytest.raises(ValueError, match="has none"):
        mask_ledger(network, image)


def test_hooks_go_where_a_run_fails(network, image, monkeypatch):
    def fail(*_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(rcnn_ledgers, "detect", fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        faster_ledger(network, image)
    assert left_hooks(network) == 0


def test_every_part_that_multiplies_is_watched(network):
    """Parameters of two dimensions and more outside the watched parts belong to no ledger: the semantic branch."""
    watched = {id(p) for name in PARTS for p in _part(network, name).parameters()}
    others = {n.split(".")[0] for n, p in network.named_parameters() if p.dim() > 1 and id(p) not in watched}
    assert others <= {"semantic"}


def test_passes_are_pictures_and_not_calls(network):
    meter = Meter(network)
    with torch.inference_mode(), meter.watching():
        network.backbone(torch.zeros(3, 3, 64, 64))
        network.backbone(torch.zeros(2, 3, 64, 64))
    with torch.inference_mode():
        network.backbone(torch.zeros(1, 3, 64, 64))  # nobody watches
    assert meter.passes == 5


def test_counting_while_watching_counts_nothing_twice(image):
    """Shapes are counted on copies of the parts: a copy must not carry the hook that reports to the meter."""
    network = panoptic_fpn().eval()
    meter = Meter(network)
    with torch.inference_mode(), meter.watching():
        network.backbone(torch.zeros(1, 3, 64, 64))
        macs = [meter.stages()[0].macs for _ in range(2)]
    assert meter.passes == 1
    assert macs[0] == macs[1] > 0


def found(boxes, labels, scores, score=0.0):
    none = torch.zeros(0, 4)
    stages = (Stage("backbone", 3, 1.0), Stage("RPN", 4, 0.5))
    ledger = Ledger("x", "y", none, 0, 1, stages, *(torch.tensor(v) for v in (boxes, labels, scores)))
    assert ledger.macs == 7
    assert ledger.ms == 1.5
    truth = torch.tensor([[0.0, 0, 10, 10], [20.0, 0, 30, 10]])
    return things_found(ledger, truth, torch.tensor([1, 2]), score)


def test_things_found_by_hand():
    exact, shifted = [0.0, 0, 10, 10], [0.0, 5.1, 10, 15.1]  # IoU of the second with the truth: 49 / 151
    right = [20.0, 0, 30, 9]
    assert found([exact, right], [1, 2], [0.9, 0.4]) == [True, True]
    assert found([exact, right], [1, 2], [0.9, 0.4], score=0.5) == [True, False]
    assert found([shifted, right], [1, 1], [0.9, 0.4]) == [False, False]  # too far away; the wrong class
    assert found([right, right], [2, 2], [0.9, 0.8]) == [
        False,
        True,
    ]  # a second box of one thing finds nothing new
    nothing = Ledger("x", "y", torch.zeros(0, 4), 0, 1, (), torch.zeros(0, 4), torch.zeros(0), torch.zeros(0))
    assert things_found(nothing, torch.zeros(0, 4), torch.zeros(0)) == []
    assert things_found(nothing, torch.zeros(1, 4), torch.ones(1)) == [False]


@pytest.mark.parametrize("size", [(43, 510), (200, 40)])
def test_a_long_picture_is_resized_by_factors_of_each_axis(size):
    """torchvision rounds width and height on their own; one factor for both would move the boxes by pixels."""
    wide = torchvision_detector(masks=False)
    image = np.random.default_rng(1).integers(0, 255, (*size, 3), np.uint8)
    with torch.inference_mode():
        expected = wide([as_tensor(image)])[0]
    ledger = faster_ledger(wide, image)
    torch.testing.assert_close(ledger.boxes, expected["boxes"], atol=5e-2, rtol=0)
    again = fast_ledger(wide, image, Search(ledger.proposals, 0.0, len(ledger.proposals)))
    torch.testing.assert_close(again.boxes, expected["boxes"], atol=5e-2, rtol=0)
    torch.testing.assert_close(trace_rcnn(wide, image).proposals, ledger.proposals, atol=5e-2, rtol=0)


def test_a_shared_stage_has_one_time(ledgers):
    fast, faster, mask = ({stage.name: stage.ms for stage in ledger.stages} for ledger in ledgers)
    assert fast["backbone"] == faster["backbone"] == mask["backbone"]
    assert faster["RPN"] == mask["RPN"]


def test_the_fastest_run_is_taken_by_hand():
    def book(source, **times):
        stages = tuple(Stage(name, 7, ms) for name, ms in times.items())
        none = torch.zeros(0)
        return Ledger("x", source, none.view(0, 4), 0, 1, stages, none.view(0, 4), none.long(), none)

    books = (
        book("search", search=90.0, backbone=755.0, box=3.0),
        book(RPN, backbone=175.0, rpn=20.0, box=9.0),
        book(RPN, backbone=512.0, rpn=12.0, box=8.0, mask=5.0),
    )
    fast, faster, mask = ([stage.ms for stage in one.stages] for one in shared_times(books))
    assert fast == [90, 175, 3]  # its box head works on other proposals
    assert faster == [175, 12, 8]
    assert mask == [175, 12, 8, 5]
    assert [one.macs for one in shared_times(books)] == [one.macs for one in books]
