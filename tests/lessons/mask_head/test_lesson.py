"""The lesson on the mask head: what it shows is what the heads computed; bad settings get one sentence."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.models.detection.roi_heads import paste_masks_in_image

from demos.figures import encode
from demos.mask_head import lesson
from lecture_models import pictures, published, zoo
from lecture_models.autopsy.paste import overhang
from lecture_models.nets.mask_heads import mask_probs
from lecture_models.studies import mask_head as roi_masks
from tests.ui.raw import call

DEFAULTS = ["scene:42", "mask_sigmoid", "", "", 0.5, "14,14"]
RULES = {"mask_sigmoid": "sigmoid", "mask_softmax": "softmax", "panoptic_fpn": "sigmoid"}
NAMES = ["background", "ball", "crate", "pillar", "cone", "person"]


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return {name: lesson.update(network=name) for name in RULES}


@pytest.fixture
def coco() -> Iterator[None]:
    """torchvision's COCO network with random weights, since its own have to be fetched."""
    from torchvision.models.detection import maskrcnn_resnet50_fpn

    def untrained(name: str) -> Any:
        torch.manual_seed(0)
        return maskrcnn_resnet50_fpn(weights=None, weights_backbone=None, min_size=192, max_size=256)

    patch = pytest.MonkeyPatch()
    patch.setattr(published, "build", untrained)
    yield
    patch.undo()
    zoo._networks.clear()
    zoo.KEPT.clear()
    roi_masks.costs_of.cache_clear()


def study(name: str, **settings: Any) -> roi_masks.RoIMasks:
    return roi_masks.study(pictures.resolve("scene:42"), name, **settings)


@pytest.mark.parametrize("name", RULES)
def test_the_flow_holds_what_the_heads_say(shown, name: str):
    flow, heads = shown[name]["flow"], study(name).heads
    assert [one.name for one in flow.classes] == NAMES
    assert flow.rule == heads.rule == RULES[name]
    assert np.array_equal(encode.unpack(flow.logits), heads.mask_logits)
    assert [one.logit for one in flow.classes] == pytest.approx(heads.class_logits.tolist())
    assert sum(one.prob for one in flow.classes) == pytest.approx(1, abs=1e-5)
    assert flow.picked == flow.chosen == heads.label
    assert flow.deltas == heads.deltas[heads.label].tolist()
    assert flow.rest is None


def test_without_a_box_it_takes_a_detection_of_the_same_thing(shown):
    boxes = {name: shown[name]["flow"].box for name in RULES}
    for name, box in boxes.items():
        found = zoo.trace(name, pictures.resolve("scene:42").image).boxes
        assert (found - torch.tensor(box)).abs().sum(1).min() < 1e-3
        assert roi_masks.iou(box, boxes["panoptic_fpn"]) > 0.5


@pytest.mark.parametrize("name", RULES)
def test_the_gradients_are_exactly_zero_or_all_there(shown, name: str):
    board = shown[name]["gradients"]
    values, label = encode.unpack(board.values), board.label
    others = [k for k in range(6) if k != label]
    loss = float(study(name).gradients.loss)
    kind = {"sigmoid": "binary", "softmax": "multinomial"}[RULES[name]]
    assert board.about.startswith(f"The {kind} loss, {loss:.3f} here, ")
    if RULES[name] == "sigmoid":
        assert not values[others].any()
        assert [board.norms[k] for k in others] == [0.0] * 5
        assert board.norms[label] > 0
        return
    assert min(board.norms) > 0
    share = encode.unpack(board.target)
    target = np.zeros_like(values)
    target[0], target[label] = 1 - share, share
    logits = torch.from_numpy(encode.unpack(shown[name]["flow"].logits).copy())
    wanted = mask_probs(logits, "softmax").numpy() - target
    np.testing.assert_allclose(values * 784, wanted, atol=1e-6)


def test_softmax_masks_compete_and_sigmoid_masks_do_not(shown):
    sums = {name: study(name).heads.mask_probs.sum(0) for name in RULES}
    assert float((sums["mask_softmax"] - 1).abs().max()) < 1e-5
    assert float((sums["mask_sigmoid"] - 1).abs().max()) > 0.2


def test_the_reading_is_the_iou_of_the_pasted_mask(shown):
    made = study("mask_sigmoid")
    scene = made.picture.scene
    assert scene is not None
    assert made.thing is not None
    truth, mask = scene.instance == made.thing + 1, made.heads.pasted(made.chosen).numpy() >= 0.5
    fit = (truth & mask).sum() / (truth | mask).sum()
    assert shown["mask_sigmoid"]["overlap"].value == f"{fit:.2f}"
    assert fit > 0.5


def test_a_box_on_the_background_says_so_and_has_no_mask_loss():
    seen = lesson.update(box="2,2,60,30")
    made = study("mask_sigmoid", box=(2, 2, 60, 30))
    assert made.heads.background
    assert made.negative
    assert seen["flow"].background
    assert "The class head says background" in seen["stage"].message
    assert "not background" in seen["stage"].message
    assert seen["overlap"].more[0][1].startswith("background")
    assert "The truth here is background" in seen["overlap"].meaning
    assert "no mask loss" in seen["gradients"].about
    assert seen["gradients"].values is None
    assert "positive RoIs only" in seen["numbers"]
    assert "gradients" not in lesson.data(box="2,2,60,30")


def test_another_class_and_threshold_by_hand():
    other = lesson.update(mask_class="person", threshold=0.3)
    made = study("mask_sigmoid", mask_class="person", threshold=0.3)
    assert other["flow"].chosen == NAMES.index("person")
    assert other["flow"].by_hand
    assert other["overlap"].value == f"{made.iou(5):.2f}"
    assert ("Chosen by hand", "person") in other["overlap"].more
    assert "person's mask" in other["numbers"]


@pytest.mark.parametrize("name", RULES)
def test_the_question_is_answered_by_the_other_classes_mask(shown, name: str):
    made, asked = study(name), shown[name]["question"]
    other = next(label for label in range(1, 6) if f"Paste the {NAMES[label]}'s" in asked.text)
    right, wrong = made.iou(made.heads.label), made.iou(other)
    assert right
    assert wrong is not None
    assert asked.answer == (0 if wrong >= 0.9 * right else 1 if wrong >= 0.5 * right else 2)
    assert f"{wrong:.2f}" in asked.why
    assert f"flow/{NAMES[other]}" in asked.veils


def test_the_costs_are_for_each_roi_and_for_those_that_ran(shown):
    table, trace = (
        shown["mask_sigmoid"]["cost"],
        zoo.trace("mask_sigmoid", pictures.resolve("scene:42").image),
    )
    assert [row[3] for row in table.rows] == [str(len(trace.proposals)), str(len(trace.boxes))]
    boxes, masks = roi_masks.costs_of("mask_sigmoid")
    assert table.rows[1][2] == f"{masks.macs / 1e6:.2f} M"
    assert table.rows[0][4] == f"{boxes.macs * len(trace.proposals) / 1e9:.3f} G"


@pytest.mark.parametrize("name", RULES)
def test_the_numbers_end_in_the_heads_values(name: str):
    said = lesson.update(network=name, pixel="3,20")["numbers"]
    made = study(name)
    found = made.heads.mask_probs[made.chosen, 20, 3]
    assert f"= {float(found):.4f}$" in said
    value = 784 * float(made.gradients.gradients[made.chosen, 20, 3])
    assert said.split("**Gradient.**")[1].count(f"{value:.4f}$") == 2  # p - t, and by autograd


def test_the_overhang_of_a_pasted_mask_is_torchvisions():
    # a box from 10 to 38 in x and y, 28 pixels: grown by 30/28 it runs from 9 to 39, the ends counted in: 31 pixels
    # for 28 cells and a ring of zeros; its outermost pixels lie in the ring, 29 are left, from 10 to 38
    box, ones = torch.tensor([[10.0, 10, 38, 38]]), torch.ones(1, 1, 28, 28)
    mask = paste_masks_in_image(ones, box, (60, 60))[0, 0] >= 0.5
    assert mask.any(0).nonzero().flatten().tolist() == list(range(10, 39))
    found = overhang(28)
    assert (
        (found.pixels, found.covered, found.ringed) == (int(mask.sum()), (29, 29), 31) == (841, (29, 29), 31)
    )
    assert found.iou == pytest.approx(784 / 841)
    empty = torch.tensor([[10.0, 10, 10, 10]])
    assert found.empty == int((paste_masks_in_image(ones, empty, (60, 60)) >= 0.5).sum()) == 1
    said = lesson.update(box="20,30,48,58")["numbers"]
    assert r"$29\times29 = 841$ pixels instead of $784$: IoU $0.932$" in said
    assert "still gets 1 pixel." in said
    assert r"stretched over $31\times31$ pixels, for a box of $28.0\times28.0$" in said


def test_our_ablation_is_the_result_files(monkeypatch: pytest.MonkeyPatch):
    def load(name: str, metrics: Any) -> dict[str, Any]:
        value = {"mask_softmax": 0.2, "mask_sigmoid": 0.25}[name]
        metrics = {f"{kind}_ap{at}": value for kind in ("mask", "box") for at in ("", "50", "75")}
        run = {"seed": 0, "metrics": metrics, "test": {"scenes": 300}}
        return {"runs": [run], "settings": {"steps": 1600}, "command": f"train {name}"}

    monkeypatch.setattr(lesson.results, "load", load)
    table = lesson.ablation_table()
    assert table
    assert [row[1] for row in table.rows] == ["20.0", "25.0", "+5.0"]
    assert "one seed" in table.caption
    assert "train mask_sigmoid" in table.caption
    assert table.source == "result"


def test_the_other_reading_of_the_softmax_is_told_where_it_was_measured():
    run = {"metrics_against_background": {"mask_ap": 0.2345}}
    assert lesson.words.otherwise({"runs": [{}]}) == ""
    assert "instead: mask AP 23.4" in lesson.words.otherwise({"runs": [run, {}]})


def test_without_results_there_is_no_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    monkeypatch.setattr(lesson.results, "RESULTS", tmp_path)
    assert lesson.ablation_table() is None


def test_a_class_that_only_another_network_knows_gets_a_message():
    other = lesson.update(mask_class="cat")
    assert other["stage"].message.startswith("This network knows no cat")
    assert not other["flow"].by_hand


def test_a_photograph_has_no_truth_and_says_so():
    seen = lesson.update(picture="sample:chelsea")
    assert "rendered streets" in seen["stage"].message
    assert seen["overlap"].unit == "px"
    assert "as if it were true" in seen["gradients"].about
    assert seen["flow"].target is None


def test_coco_shows_the_most_probable_of_91_masks(coco: None):
    seen = lesson.update(picture="sample:chelsea", network="maskrcnn_resnet50_fpn", mask_class="dog")
    flow, board = seen["flow"], seen["gradients"]
    names = [one.name for one in flow.classes]
    assert flow.count == 91
    assert len(names) <= roi_masks.SHOWN + 2
    assert names[0] == "background"
    assert names[flow.chosen] == "dog"
    made = roi_masks.study(pictures.resolve("sample:chelsea"), "maskrcnn_resnet50_fpn")
    shown_sum = torch.from_numpy(encode.unpack(flow.logits).copy()).sigmoid().sum(0)
    whole = shown_sum + torch.from_numpy(encode.unpack(flow.rest).copy())
    torch.testing.assert_close(whole, made.heads.mask_probs.sum(0), atol=1e-4, rtol=0)
    assert f"Of the {91 - len(names)} classes not shown the largest norm is exactly 0." in board.about
    assert board.names == names


def test_saved_data_multiplies_back():
    saved = lesson.data(network="mask_softmax", box="60,80,150,170", threshold=0.4)
    powers = np.exp(saved["mask_logits"] - saved["mask_logits"].max(0))
    np.testing.assert_allclose(powers / powers.sum(0), saved["mask_probs"], atol=1e-5)
    assert saved["mask"].shape == (256, 256)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (0, "scene:nothing", "scene"),
        (1, "fasterrcnn_resnet50_fpn", "network"),
        (1, 3, "network"),
        (2, "1,2", "x0,y0,x1,y1"),
        (2, "500,500,600,600", "at least one pixel"),
        (3, "unicorn", "mask_class must be"),
        (3, "<b>crate</b>", "mask_class must be"),
        (3, "background", "mask_class must be"),
        (3, "x" * 400, "mask_class"),
        (3, None, "mask_class"),
        (4, 0.01, "threshold"),
        (4, math.nan, ""),
        (4, "half", "threshold"),
        (5, "28,0", "pixel must be"),
        (5, "3", "pixel"),
    ],
)
def test_bad_settings_get_one_sentence_and_no_traceback(
    url: str, log: io.StringIO, place: int, value: Any, said: str
):
    settings = [*DEFAULTS]
    settings[place] = value
    kind, content = call(url, "mask_head", settings)
    assert kind != "complete"
    assert said in str(content)
    assert "<b>" not in str(content)
    assert "Traceback" not in log.getvalue()
    assert call(url, "mask_head", DEFAULTS)[0] == "complete"
