"""Networks for depth and for colour come back from their card, and a trace of a detector refuses them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lecture_models import zoo
from lecture_models.nets.colorizer import colourise
from lecture_models.nets.multiscale_depth import trace_geometry
from lecture_models.training import publish
from lecture_models.training.__main__ import RECIPES

GREY = np.full((64, 64, 3), 120, np.uint8)
NAMES = ("multiscale_depth", "colorizer_regression", "colorizer_rebalanced")


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """Each network with fresh weights in a folder of its own, under the card of its recipe."""
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path)
    torch.manual_seed(0)
    for name in NAMES:
        recipe = RECIPES[name]()
        zoo.save(name, recipe.build().state_dict(), publish.card(recipe, 1.0))
    yield
    zoo._networks.clear()


def test_they_load_from_their_cards(saved):
    assert [zoo.kind(name) for name in NAMES] == ["depth", "colour", "colour"]
    assert zoo.card("colorizer_rebalanced").arguments == {"output": "classes"}
    with zoo.using("multiscale_depth") as network:
        assert trace_geometry(network, GREY).depth.shape == (64, 64)
    for name in NAMES[1:]:
        with zoo.using(name) as network:
            assert colourise(network, GREY).image.shape == GREY.shape


def test_no_list_of_other_networks_has_them(saved):
    for kind in ("panoptic", "ablation", "detection", "segmentation", "semantic"):
        assert not set(NAMES) & set(zoo.names(kind))
    for name in NAMES:
        for function in (zoo.trace, zoo.record):
            with pytest.raises(ValueError, match=name):
                function(name, GREY)
        assert zoo.card(name).classes == ()


def test_their_files_are_small(saved):
    for name in NAMES:
        assert (zoo.WEIGHTS / f"{name}.safetensors").stat().st_size <= 4_500_000
