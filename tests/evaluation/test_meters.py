"""Networks of other classes than ours: measured on what they share with the scenes, by hand-made answers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models.segmentation import fcn_resnet50

from lecture_models import zoo
from lecture_models.evaluation import evaluate, meters
from lecture_models.evaluation.meters import DetectionMeter, LabelMeter, meter_of
from lecture_models.evaluation.shared import shared_classes
from lecture_models.nets import rcnn_trace
from lecture_models.scenes import CLASSES, THINGS, VOID, render

COCO = zoo.card("maskrcnn_resnet50_fpn").classes
VOC = zoo.card("fcn_resnet50").classes


def _seeds_with(*names: str) -> list[int]:
    """Scenes in which all these things are seen."""
    return [s for s in range(40) if {THINGS[t.label - 4] for t in render(s, size=128).things} >= set(names)][
        :2
    ]


def _coco_trace(scene: Any, masks: bool = True, ball: str = "sports ball") -> Any:
    """What a perfect COCO network says of a scene: its persons and balls, and a chair that is not there."""
    words = {"person": "person", "ball": ball}
    mine = [(i, t) for i, t in enumerate(scene.things, 1) if CLASSES[t.label] in words]
    boxes = [list(t.box) for _, t in mine] + [[1.0, 1.0, 9.0, 9.0]]
    labels = [COCO.index(words[CLASSES[t.label]]) for _, t in mine] + [COCO.index("chair")]
    found = [scene.instance == i for i, _ in mine] + [scene.instance < 0]
    return SimpleNamespace(
        network="coco",
        image=scene.image,
        classes=COCO,
        boxes=torch.tensor(boxes),
        labels=torch.tensor(labels),
        scores=torch.linspace(0.9, 0.8, len(boxes)),
        mask_cells=torch.zeros(len(boxes) * masks, 28, 28),
        binary_masks=np.array(found)[: len(boxes) * masks],
        half_semantic=None,
    )


@pytest.mark.parametrize("masks", [True, False])
def test_a_coco_network_is_measured_on_persons_and_balls_alone(monkeypatch, masks):
    meter = DetectionMeter()
    for seed in _seeds_with("person", "ball"):
        scene = render(seed, size=128)
        monkeypatch.setattr(rcnn_trace, "trace_rcnn", lambda *_, scene=scene: _coco_trace(scene, masks))
        meter.update(scene, None)
    result = meter.compute()
    assert result["box_ap"] == pytest.approx(1.0)
    assert result.get("mask_ap") == (pytest.approx(1.0) if masks else None)
    assert set(result["by_class"]) == {"ball", "person"}
    assert "miou" not in result


def test_a_wrong_class_counts(monkeypatch):
    scene = render(_seeds_with("ball")[0], size=128)
    monkeypatch.setattr(rcnn_trace, "trace_rcnn", lambda *_: _coco_trace(scene, ball="person"))
    meter = DetectionMeter()
    meter.update(scene, None)
    assert meter.compute()["by_class"]["ball"]["box_ap"] == 0


class _Labels(nn.Module):
    """Says "person" exactly where the scene has one, "car" elsewhere."""

    name, classes = "fcn_resnet50", VOC

    def __init__(self, scene: Any) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(1))
        person = torch.from_numpy(scene.semantic == CLASSES.index("person"))
        self.logits = torch.zeros(1, len(VOC), *person.shape)
        self.logits[0, VOC.index("person")] = person.float()
        self.logits[0, VOC.index("car")] = (~person).float()

    def forward(self, x: Any) -> Any:
        return {"out": self.logits}


def test_a_segmentation_network_is_measured_on_the_class_it_shares():
    seed = _seeds_with("person")[0]
    scene = render(seed, size=128)
    network = _Labels(scene)
    meter = meter_of(network)
    assert isinstance(meter, LabelMeter)
    meter.update(scene, network)
    assert meter.compute()["by_class"] == {"person": {"iou": 1.0}}
    worse = _Labels(scene)
    worse.logits[0, VOC.index("person"), :64] = 0  # all persons of the upper half are lost
    meter = meter_of(worse)
    meter.update(scene, worse)
    truth = scene.semantic == CLASSES.index("person")
    known = scene.semantic != VOID
    below = truth & known & (np.arange(128)[:, None] >= 64)
    assert meter.compute()["miou"] == pytest.approx(below.sum() / (truth & known).sum())


def test_torchvisions_segmentation_network_runs():
    network: Any = fcn_resnet50(weights=None, weights_backbone=None, num_classes=len(VOC)).eval()
    network.name, network.classes = "fcn_resnet50", VOC
    labels = meters.label_map(network, render(3, size=64).image)
    assert labels.shape == (64, 64)
    assert labels.max() < len(VOC)


def test_nothing_shared_is_refused():
    with pytest.raises(ValueError, match="birds knows none of the scenes' things"):
        shared_classes(("background", "bird"), "birds")


def test_an_ablation_network_is_measured_without_a_semantic_branch():
    from lecture_models.nets.one_level import one_level

    torch.manual_seed(0)
    result = evaluate(one_level("roi_pool", 16).eval(), 0, 1)
    assert {"box_ap", "mask_ap75", "median_side"} <= set(result)
    assert "pq" not in result
