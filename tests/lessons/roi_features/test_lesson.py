"""The lesson on cropping features: what it shows is what the operators computed; bad settings get one sentence."""

from __future__ import annotations

import io
import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
import torch

from demos.figures import encode
from demos.roi_features import lesson
from lecture_models import pictures, results
from lecture_models.boxes import iou
from lecture_models.ops.roi_features import pooled_box, roi_align, roi_pool, roi_warp
from lecture_models.studies import roi_features as crops
from tests.ui.raw import call

DEFAULTS = ["scene:42", "", "P3", -1, 3, "usual"]

pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture(scope="module")
def shown(network: None) -> dict[str, Any]:
    return lesson.update(box="60.3,90.7,141.2,180.4", level="P4", channel=5, bins=7)


@pytest.fixture(scope="module")
def made(network: None) -> crops.Crops:
    """What it was made from."""
    return lesson.compute("scene:42", "60.3,90.7,141.2,180.4", "P4", 5, 7, "usual")


def test_the_board_holds_what_the_operators_say(shown):
    board = asdict(shown["board"])
    values = torch.from_numpy(encode.unpack(board["map"]).copy())[None]
    box = torch.tensor([board["box"]])
    expected = [
        roi_pool(values, box, 7, 1 / 16),
        roi_warp(values, box, 7, 1 / 16),
        roi_align(values, box, 7, 1 / 16),
        roi_align(values, box, 7, 1 / 16, aligned=True),
    ]
    for operator, crop in zip(board["operators"], expected, strict=True):
        np.testing.assert_allclose(operator["output"], crop.flatten(), atol=1e-5)


def test_the_map_is_the_networks_channel(shown):
    made = crops.study(pictures.resolve("scene:42"), lesson.NETWORK, (60.3, 90.7, 141.2, 180.4), "P4", 5)
    assert np.array_equal(encode.unpack(shown["board"].map), made.network.features["P4"][5])
    mean = crops.study(pictures.resolve("scene:42"), lesson.NETWORK, (60.3, 90.7, 141.2, 180.4), "P4")
    torch.testing.assert_close(mean.features[0], mean.network.features["P4"].mean(0))


def test_the_reading_is_the_iou_with_what_was_pooled(shown, made):
    board = asdict(shown["board"])
    where: dict[str, Any] = {"size": (16, 16), "centre": crops.cell_centres()["P4"]}
    region = tuple(pooled_box(torch.tensor([board["box"]]), "roi_pool", 1 / 16, **where)[0].tolist())
    assert made.regions[0] == region
    assert shown["overlap"].value == f"{iou(board['box'], region):.2f}"


def test_the_question_is_answered_by_the_box(shown, made):
    shifts = [abs(there - here) for there, here in zip(made.regions[0], shown["board"].box, strict=True)]
    asked = shown["question"]
    assert asked.answer == shifts.index((max if "farthest" in asked.text else min)(shifts))


def test_the_numbers_end_in_the_operators_values(shown):
    middle = 3 * 7 + 3
    pool, align = (shown["board"].operators[number].output[middle] for number in (0, 2))
    assert f"= {pool:.4f}$$" in shown["numbers"]
    assert f"= {align:.4f}$$" in shown["numbers"]


def test_heads_ran_on_each_crop(shown):
    for operator in asdict(shown["board"])["operators"]:
        assert 0 <= operator["score"] <= 1
        assert 0 <= operator["mask_iou"] <= 1
        assert 0 <= operator["mean_iou"] <= 1
        assert operator["mask"].startswith("data:image/png")
    assert shown["board"].picture.startswith("data:image/jpeg")


def test_masks_are_outlined_at_one_half_and_the_truth_pixel_by_pixel(shown, made):
    board, truth = shown["board"], made.truth()
    said = [cells.numpy() >= 0.5 for cells in made.swap.mask_cells]
    drawn = [*(operator.outline for operator in board.operators), board.truth]
    for polygons, mask in zip(drawn, [*said, truth], strict=True):
        assert bool(polygons) == mask.any()
        if not polygons:
            continue
        rows, columns = np.nonzero(mask)
        corners = np.concatenate([np.reshape(line, (-1, 2)) for line in polygons])
        np.testing.assert_allclose(corners.min(0), (columns.min(), rows.min()), atol=0.15)
        np.testing.assert_allclose(corners.max(0), (columns.max() + 1, rows.max() + 1), atol=0.15)


def test_random_boxes_lose_most_to_rounding_but_where_cells_nearly_tile():
    """P2 and P3, whose cells lie near i: RoIAlign reads where they are; at every stride RoIPool is behind it."""
    curves, centres = crops.stride_curves(), list(crops.cell_centres().values())
    assert all(pool < align for pool, align in zip(curves["roi_pool"], curves["roi_align"], strict=True))
    for k in (0, 1):
        assert centres[k] < 0.25
        assert curves["roi_align"][k] > curves["roi_align_aligned"][k]


def test_by_default_the_best_crop_gives_the_best_mask():
    """What the lesson shows first bears its point."""
    made = crops.study(pictures.resolve("scene:42"), lesson.NETWORK, (), "P3")
    pool, _, align, aligned = made.overlaps()
    assert pool < aligned < align
    assert made.mask_iou(0) < made.mask_iou(3) < made.mask_iou(2)
    more = dict(lesson.update()["overlap"].more)
    assert pool < float(more["its rounding alone, centre to centre"])
    assert more["RoIAlign"] == f"{align:.2f}"


@pytest.mark.parametrize("stride", [8, 16])
def test_our_table_is_the_result_files(shown, stride):
    table = shown[f"ours_{stride}"]
    kinds = lesson.TRAINED[stride]
    found = {kind: results.load(f"{kind}_s{stride}") for kind in kinds}
    for kind, row in zip(kinds, table.rows, strict=False):
        aps = [100 * run["metrics"]["mask_ap"] for run in found[kind]["runs"]]
        assert row[1].startswith(f"{np.mean(aps):.1f}")
        assert (len(aps) > 1) == (f"{len(aps)} seeds" in row[0])
    pool, align = (
        {r["seed"]: r["metrics"]["box_ap75"] for r in found[k]["runs"]} for k in ("roi_pool", "roi_align")
    )
    gains = [100 * (align[seed] - pool[seed]) for seed in pool.keys() & align.keys()]
    assert table.rows[-1][6].startswith(f"{np.mean(gains):+.1f}")
    side = found["roi_align"]["runs"][0]["metrics"]["median_side"]
    assert f"{side / stride:.1f} cells" in table.caption
    assert found["roi_align"]["command"] in table.caption
    assert table.source == "result"
    assert shown["paper_2d"].source == "paper"


def test_the_pairs_were_trained_alike():
    for stride in (8, 16):
        pool, align = (results.load(f"{kind}_s{stride}") for kind in ("roi_pool", "roi_align"))
        one, other = ({**r["settings"], "arguments": None} for r in (pool, align))
        assert one == other
        assert [run["seed"] for run in pool["runs"]] == [run["seed"] for run in align["runs"]]


def test_without_a_box_it_takes_a_thing():
    board = asdict(lesson.update(picture="scene:7")["board"])
    assert list(board["box"]) in [list(thing.box) for thing in pictures.resolve("scene:7").scene.things]


def test_a_photograph_has_no_truth():
    board = asdict(lesson.update(picture="sample:chelsea", level="P5", bins=2)["board"])
    assert board["things"] == []
    assert all(operator["mask_iou"] is None for operator in board["operators"])


@pytest.mark.parametrize("box", ["-30,-30,900,900", "255,255,256,256", "10,10,11,11", "0,0,1.5,256"])
def test_boxes_at_and_beyond_the_rim_are_cut_to_the_picture(box):
    x0, y0, x1, y1 = lesson.update(box=box, level="P5")["board"].box
    assert 0 <= x0 < x1 <= 256
    assert 0 <= y0 < y1 <= 256


@pytest.mark.parametrize("box", ["300,300,400,400", "20,20,20,90", "-90,0,-10,50"])
def test_a_box_that_misses_the_picture_gets_a_sentence(box):
    with pytest.raises(ValueError, match="at least one pixel of the picture"):
        lesson.update(box=box)


def test_saved_data_multiplies_back():
    saved = lesson.data(box="60.3,90.7,141.2,180.4", bins=5)
    np.testing.assert_allclose(
        saved["A_y"] @ saved["features"] @ saved["A_x"].T, saved["roi_align"], atol=1e-5
    )


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (0, "scene:nothing", "scene"),
        (1, "1,2", "x0,y0,x1,y1"),
        (1, "90,10,20,50", "x0 <= x1"),
        (1, "a,b,c,d", "x0,y0,x1,y1"),
        (1, "500,500,600,600", "at least one pixel"),
        (1, None, "x0,y0,x1,y1"),
        (2, "P9", "level must be"),
        (3, 64, "channel"),
        (3, 1.5, "channel"),
        (3, math.nan, ""),
        (3, "first", "channel"),
        (4, 4, "bins"),
        (4, [3], "bins"),
        (5, "median", "reduce"),
    ],
)
def test_bad_settings_get_one_sentence_and_no_traceback(
    url: str, log: io.StringIO, place: int, value: Any, said: str
):
    settings = [*DEFAULTS]
    settings[place] = value
    kind, content = call(url, "roi_features", settings)
    assert kind != "complete"
    assert said in str(content)
    assert "Traceback" not in log.getvalue()
    assert call(url, "roi_features", DEFAULTS)[0] == "complete"
