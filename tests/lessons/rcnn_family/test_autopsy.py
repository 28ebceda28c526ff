"""The board's JSON: its sums add up to the values beside them, and its pictures have the sizes that it says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from demos.figures import encode
from demos.figures import mask_autopsy as figure
from lecture_models import zoo
from lecture_models.autopsy.chain import autopsy
from lecture_models.scenes import render


@pytest.fixture(scope="module")
def made(network):
    trace = zoo.trace("panoptic_fpn", render(42).image)
    x0, y0, x1, y1 = trace.boxes[2].tolist()
    return trace, autopsy(zoo.load("panoptic_fpn"), trace, ((x0 + x1) / 2, (y0 + y1) / 2), 2)


@pytest.fixture(scope="module")
def shown(made):
    return figure.payload(*made)


def test_it_is_json_of_a_moderate_size(shown):
    assert len(json.dumps(shown, allow_nan=False)) < 600_000


def test_the_sums_add_up(shown, made):
    chain, (_, found) = shown["chain"], made
    cells = chain["mask"]["cells"]
    assert sum(c["weight"] * c["prob"] for c in cells) == pytest.approx(chain["value"])
    assert [c["followed"] for c in cells].count(True) == 1
    logit = chain["logit"]
    total = sum(p["value"] for p in logit["products"]) + logit["rest"] + logit["bias"]
    assert total == pytest.approx(logit["value"], abs=1e-6)
    assert all(p["feature"] * p["weight"] == pytest.approx(p["value"]) for p in logit["products"])
    assert logit["prob"] == pytest.approx(1 / (1 + np.exp(-logit["value"])))
    deconv, conv = logit["deconv"], logit["conv"]
    assert deconv["value"] == pytest.approx(max(0, deconv["sum"] + deconv["bias"]))
    by_place = conv["scale"] * (np.sum(conv["places"]) + conv["bias"]) + conv["shift"]
    assert conv["value"] == pytest.approx(max(0, by_place))
    crop = chain["crop"]
    assert np.sum(crop["values"]) + crop["constant"] == pytest.approx(crop["value"], abs=1e-5)
    assert crop["sum"] == pytest.approx(np.sum(crop["values"]))
    assert len(chain["links"]) == len(found.differences)
    for link in chain["links"]:
        assert link["difference"] == pytest.approx(found.differences[link["key"]])
        assert link["difference"] < 1e-4


def test_the_window_holds_the_box_and_its_values(shown, made):
    part, (trace, found) = shown["chain"]["map"], made
    top, left, height, width = part["window"]
    values = encode.unpack(part["values"])
    assert values.shape == (height, width)
    own = trace.features[part["level"]][part["channel"]].numpy()
    np.testing.assert_array_equal(values, own[top : top + height, left : left + width])
    for row, column, _, value in found.align.cells:
        assert values[row - top, column - left] == pytest.approx(value)


def test_the_first_mask_that_covers_a_pixel_is_drawn():
    masks = np.array([[[0.6, 0.0, 0.5]], [[0.9, 0.8, 0.1]]])
    assert figure.topmost(masks, (1, 3)).tolist() == [[1, 2, 1]]
    assert figure.topmost(masks[:0], (1, 3)).tolist() == [[0, 0, 0]]


def test_the_strongest_gradient_is_the_most_opaque():
    heat = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    drawn = figure.heat_overlay(heat)
    assert drawn.shape == (3, 4, 4)
    assert drawn[0, 0, 3] == 0
    assert drawn[..., 3].argmax() == 11
    assert not figure.heat_overlay(np.zeros((2, 2), np.float32))[..., 3].any()


def test_without_a_chain_there_is_the_picture_and_a_sentence(made):
    trace, _ = made
    shown = figure.payload(trace, None, "No box there.")
    assert shown["chain"] is None
    assert shown["message"] == "No box there."
    assert len(shown["boxes"]) == len(trace.boxes)
    assert figure.detection_names(trace)[0][1] == 1


def test_a_resized_picture_is_told(made):
    from dataclasses import replace

    _, found = made
    assert figure.resized(found) == ""
    larger = replace(found, scales=(3.125, 3.13), network_size=(800, 1066))
    assert "1066 × 800 pixels, 3.130 times as wide" in figure.resized(larger)
