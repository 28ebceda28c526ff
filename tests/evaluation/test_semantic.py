"""Meters of networks that label pixels or patches, by networks that know the truth or a part of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lecture_models import zoo
from lecture_models.evaluation import evaluate, meters
from lecture_models.evaluation.__main__ import main
from lecture_models.evaluation.semantic import PatchMeter, SemanticMeter
from lecture_models.nets.patch_classifier import PATCH, cut_patches, patch_classifier
from lecture_models.nets.unet import unet
from lecture_models.scenes import CLASSES, VOID, render

KEYS = ("miou", "pixel_accuracy", "mean_accuracy", "frequency_weighted_iou", "boundary_iou")


class _Knows(nn.Module):
    """Gives the labels of one scene, or what is made of them."""

    task = "semantic"

    def __init__(self, labels: np.ndarray) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(1))
        self.logits = torch.from_numpy(np.eye(len(CLASSES))[np.minimum(labels, 8)]).permute(2, 0, 1)[None]

    def forward(self, _: torch.Tensor) -> torch.Tensor:
        """Logits."""
        return self.logits


def test_a_network_that_knows_all_gets_one_everywhere():
    scene = render(3, size=128)
    meter = meters.meter_of(_Knows(scene.semantic))
    assert isinstance(meter, SemanticMeter)
    meter.update(scene, _Knows(scene.semantic))
    result = meter.compute()
    assert {key: result[key] for key in KEYS} == pytest.approx(dict.fromkeys(KEYS, 1.0))
    assert set(result["by_class"]["road"]) == {"iou", "accuracy", "boundary_iou"}


def test_a_network_that_knows_no_things_loses_their_classes():
    scene = render(3, size=128)
    meter = SemanticMeter()
    meter.update(scene, _Knows(np.where(scene.semantic > 3, 2, scene.semantic)))
    result = meter.compute()
    known = scene.semantic[scene.semantic != VOID]
    there = np.unique(known)
    assert result["mean_accuracy"] == pytest.approx((there <= 3).sum() / len(there))
    assert result["pixel_accuracy"] == pytest.approx((known <= 3).mean())


def test_patches_are_those_that_the_window_would_cut():
    torch.manual_seed(0)
    network: Any = patch_classifier().eval()
    network.classifier[-1].weight.data *= 30  # untrained, it would say one class everywhere
    scene = render(3)
    places = range(16, 256, 32)
    points = torch.tensor([[x, y] for y in places for x in places])
    image = torch.from_numpy(scene.image.copy()).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        slid = network(cut_patches(image, torch.zeros(64, dtype=torch.int64), points)).argmax(1).numpy()
    truth = scene.semantic[16::32, 16::32].ravel()
    meter = meters.meter_of(network)
    assert isinstance(meter, PatchMeter)
    meter.update(scene, network)
    result = meter.compute()
    assert PATCH == 158
    assert result["accuracy"] == pytest.approx((slid == truth)[truth != VOID].mean())
    assert set(result) == {"accuracy", "mean_accuracy", "by_class"}


def test_a_card_of_this_kind_is_loaded_and_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path)
    torch.manual_seed(0)
    card = zoo.Card(name="fresh", title="U-Net", network="unet", kind="semantic", classes=CLASSES)
    zoo.save(
        "fresh", unet().state_dict(), card
    )  # by a name of its own: what is loaded stays, for other tests too
    assert zoo.names("semantic") == ("fresh",)
    assert main(["fresh", "--scenes", "1"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert all(0 <= result[key] <= 1 for key in KEYS)
    assert "fresh" not in (*zoo.names("panoptic"), *zoo.names("detection"))  # which lessons of part A list
    with pytest.raises(ValueError, match="fresh has none"):
        zoo.trace("fresh", np.zeros((64, 64, 3), np.uint8))


def test_measuring_labels_needs_no_pycocotools():
    code = (
        "import sys; sys.modules['pycocotools'] = None\n"
        "from lecture_models.evaluation import evaluate\n"
        "from lecture_models.nets.unet import unet\n"
        "print(evaluate(unet().eval(), 0, 1)['pixel_accuracy'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 0 <= float(done.stdout) <= 1


def test_a_fresh_network_can_be_measured():
    assert 0 <= evaluate(unet().eval(), 0, 1)["miou"] <= 1
