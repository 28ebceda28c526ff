"""The board of the autopsy: its sums add up to the values beside them, and its pictures have the sizes that it says."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from demos.figures import encode
from demos.rcnn_family import autopsy as figure
from demos.rcnn_family.ledgers import mask_overlay
from demos.records import as_json
from lecture_models import pictures, zoo
from lecture_models.autopsy.chain import autopsy
from lecture_models.scenes import render
from lecture_models.studies.rcnn_family import Traced


@pytest.fixture(scope="module")
def made(network) -> Traced:
    trace = zoo.trace("panoptic_fpn", render(42).image)
    x0, y0, x1, y1 = trace.boxes[2].tolist()
    found = autopsy(zoo.load("panoptic_fpn"), trace, ((x0 + x1) / 2, (y0 + y1) / 2), 2)
    return Traced(pictures.resolve("scene:42"), trace, found, "")


@pytest.fixture(scope="module")
def shown(made) -> figure.Board:
    return figure.board(made)


def test_it_is_json_of_a_moderate_size(shown):
    assert len(as_json(shown)) < 600_000


def test_the_sums_add_up(shown, made):
    chain, found = shown.chain, made.made
    assert sum(cell.weight * cell.prob for cell in chain.paste.cells) == pytest.approx(chain.paste.value)
    followed = [(cell.row, cell.column) for cell in (found.paste.followed, chain.sigmoid)]
    assert followed[0] == followed[1]
    logit, value = chain.logit, chain.sigmoid.logit
    total = sum(product for *_, product in logit.products) + logit.rest + logit.bias
    assert total == pytest.approx(value, abs=1e-6)
    for _, feature, weight, product in logit.products:
        assert feature * weight == pytest.approx(product)
    assert chain.sigmoid.value == pytest.approx(1 / (1 + np.exp(-value)))
    head = chain.head
    assert np.sum(head.contributions) + head.constant == pytest.approx(head.value, abs=1e-5)
    assert len(chain.links) == len(found.differences)
    for key, _, _, value, own in chain.links:
        assert abs(value - own) == pytest.approx(found.differences[key])
        assert abs(value - own) < 1e-4


def test_the_formulas_in_words_hold(shown, made):
    """What the card says of the largest product: max(0, products + bias), and the nine bins below it."""
    logit, conv = shown.chain.logit, made.made.conv
    value, products, sign, bias = re.fullmatch(
        r"(\S+) = max\(0, (\S+) ([+−]) (\S+)\)", logit.formula
    ).groups()
    number = float(products.replace("−", "-")) + (1 if sign == "+" else -1) * float(bias)
    assert float(value) == pytest.approx(max(0, number), abs=2e-3)
    assert float(value) == pytest.approx(logit.products[0][1], abs=1e-3)
    by_place = conv.scale * (np.sum(logit.nine) + conv.bias) + conv.shift
    assert conv.value == pytest.approx(max(0, by_place), abs=1e-5)
    assert f"is {conv.value:.3f}" in logit.conv


def test_the_map_holds_the_box_and_its_values(shown, made):
    part, trace, found = shown.chain.align, made.trace, made.made
    top, left, height, width = shown.chain.extent
    values = part.features
    assert values.shape == (height, width)
    own = trace.features[part.level][part.channel].numpy()
    np.testing.assert_array_equal(values, own[top : top + height, left : left + width])
    for row, column, _, value in found.align.cells:
        assert values[row - top, column - left] == pytest.approx(value)


def test_the_first_mask_that_covers_a_pixel_is_drawn(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "demos.rcnn_family.ledgers.segment_overlay", lambda parts, colors: drawn.append(parts)
    )
    monkeypatch.setattr(encode, "png_uri", lambda image: "")
    masks = np.array([[[0.6, 0.0, 0.5]], [[0.9, 0.8, 0.1]]]) >= figure.THRESHOLD
    mask_overlay(masks, ["#ff0000", "#0000ff"])
    assert drawn[0].tolist() == [[1, 2, 1]]


def test_the_strongest_gradient_is_the_brightest():
    drawn = figure.brightness(np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4))
    assert drawn.shape == (3, 4)
    assert drawn[0, 0] == 0
    assert drawn.argmax() == 11
    assert not figure.brightness(np.zeros((2, 2), np.float32)).any()


def test_a_large_gradient_is_drawn_smaller():
    assert figure.brightness(np.ones((400, 800), np.float32)).shape == (figure.DRAWN // 2, figure.DRAWN)


def test_without_a_chain_there_is_the_picture_and_a_sentence(made):
    shown = figure.board(replace(made, made=None, message="No box there."))
    assert shown.chain is None
    assert shown.message == "No box there."
    assert len(shown.boxes) == len(made.trace.boxes)
    assert figure.detection_names(made.trace)[0][1] == 1


def test_a_resized_picture_is_told(made):
    assert figure.resized(made.made) == ""
    larger = replace(made.made, scales=(3.125, 3.13), network_size=(800, 1066))
    assert "1066 × 800 pixels, 3.130 times as wide" in figure.resized(larger)
