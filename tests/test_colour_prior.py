"""The prior of colours: counted by hand and anew from a scene, and refused where its file is not one."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from lecture_models import colour_prior
from lecture_models.colour_prior import bin_indices, counts_of, rare_bins, training_counts
from lecture_models.ops.colour_bins import gamut_bins
from lecture_models.scenes import render


def test_counts_by_hand():
    # two grey pixels and a red one, whose Lab is (53, 80, 67): bins (0, 0) and (80, 70)
    image = np.array([[[90, 90, 90], [255, 0, 0], [200, 200, 200]]], np.uint8)
    found = {tuple(gamut_bins()[q].tolist()): int(n) for q, n in enumerate(counts_of(image)) if n}
    assert found == {(0.0, 0.0): 2, (80.0, 70.0): 1}


def test_counts_of_a_scene_equal_rounding():
    """On a regular grid the nearest centre is the rounded colour, as long as that is in the gamut."""
    image = render(5, size=64).image
    rounded = np.round(rgb2lab(image)[..., 1:].reshape(-1, 2) / 10).astype(int) * 10
    expected = [(rounded == ab).all(1).sum() for ab in gamut_bins().int().numpy()]
    assert int(np.abs(counts_of(image).numpy() - expected).sum()) <= 4  # pixels between two bins
    assert sum(expected) == 64 * 64


def test_the_file_holds_every_pixel_of_its_scenes():
    about = json.loads(colour_prior.PRIOR.read_text(encoding="utf8"))
    assert int(training_counts().sum()) == about["scenes"] * about["size"] ** 2
    assert about["first_seed"] >= 1_000_000  # seeds below are held out
    assert about["command"] == "python -m lecture_models.colour_prior"


def test_rare_bins_hold_no_more_than_their_share():
    counts = torch.tensor([50, 0, 30, 15, 5])
    assert rare_bins(counts, 0.2).tolist() == [False, True, False, True, True]
    assert rare_bins(counts, 0.19).tolist() == [False, True, False, False, True]


def test_large_maps_are_looked_up_in_parts():
    ab = torch.rand(colour_prior.AT_ONCE + 5, 2) * 100 - 50
    assert torch.equal(bin_indices(ab)[-7:], bin_indices(ab[-7:]))


@pytest.mark.parametrize(
    "content", [None, "", "{}", '{"counts": [1, 2]}', '{"counts": "many"}', '{"counts": {}}', "[]"]
)
def test_a_file_that_is_none_is_refused(content, tmp_path, monkeypatch):
    monkeypatch.setattr(colour_prior, "PRIOR", tmp_path / "colour_prior.json")
    if content is not None:
        colour_prior.PRIOR.write_text(content, encoding="utf8")
    with pytest.raises(colour_prior.PriorUnreadable, match="make it anew"):
        training_counts.__wrapped__()


def test_the_command_writes_what_it_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(colour_prior, "PRIOR", tmp_path / "colour_prior.json")
    monkeypatch.setattr(colour_prior, "SCENES", 1)
    colour_prior.main()
    assert int(training_counts.__wrapped__().sum()) == 256**2
