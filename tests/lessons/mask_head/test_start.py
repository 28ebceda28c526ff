"""Where the lesson on the mask head begins: with the detection in whose mask the classes' masks claim most."""

from __future__ import annotations

import pytest
import torch

from demos.mask_head import lesson
from lecture_models import pictures, zoo
from lecture_models.boxes import iou
from lecture_models.nets.mask_heads import every_mask, sums_in_masks
from lecture_models.studies import mask_head as masks

SCENES = [0, 3, 7, 12, 21, 42]


@pytest.fixture(scope="module", params=SCENES)
def picture(request: pytest.FixtureRequest) -> pictures.Picture:
    return pictures.resolve(f"scene:{request.param}")


def claims(picture: pictures.Picture) -> dict[tuple[float, ...], float]:
    """For each sure detection that is not too small the sum over its mask, one box at a time."""
    trace, found = zoo.trace("mask_sigmoid", picture.image), {}
    for box, score in zip(trace.boxes.tolist(), trace.scores.tolist(), strict=True):
        if score >= 0.5 and (box[2] - box[0]) * (box[3] - box[1]) >= 28**2:
            heads = masks.study(picture, "mask_sigmoid", box).heads
            probs, label = heads.mask_probs, int(trace.labels[trace.boxes.tolist().index(box)])
            cells = probs[label] >= 0.5
            found[tuple(box)] = float(probs.sum(0)[cells].mean())
    return found


def test_it_begins_where_the_masks_claim_most(picture: pictures.Picture):
    made, sums = masks.study(picture, "mask_sigmoid"), claims(picture)
    assert sums[tuple(made.heads.box.tolist())] == pytest.approx(max(sums.values()), abs=1e-3)
    assert max(sums.values()) > 2, "they need not compete, and it shows"


def test_all_networks_begin_with_the_same_thing(picture: pictures.Picture):
    first = masks.study(picture, "mask_sigmoid").heads.box.tolist()
    for name in ("mask_softmax", "panoptic_fpn"):
        made = masks.study(picture, name)
        assert iou(made.heads.box.tolist(), first) >= 0.5
        assert (made.over(made.heads.label) == pytest.approx(1, abs=1e-4)) == (name == "mask_softmax")


def test_the_reading_and_the_end_say_what_they_add_up_to():
    for name, digits in (("mask_sigmoid", 2), ("mask_softmax", 0)):
        made, shown = masks.study(pictures.resolve("scene:42"), name), lesson.update(network=name)
        assert dict(shown["overlap"].more)["All masks, on average over its pixels, add up to"] == f"{made.over(made.chosen):.2f}"
        assert shown["seen"].endswith(f" add up to {made.over(made.heads.label):.{digits}f}.")


def test_a_photograph_begins_with_the_networks_own_detection_and_nothing_with_its_middle():
    shown = pictures.resolve("sample:chelsea")
    trace = zoo.trace("mask_sigmoid", shown.image)
    first = masks.first_box("mask_sigmoid", trace, shown)
    if (trace.scores >= 0.5).any():
        assert list(first) in trace.boxes.tolist()
    empty = pictures.resolve("scene:42?things=0")
    assert len(masks.study(empty, "mask_sigmoid").heads.box) == 4


def test_the_deciding_network_runs_once_a_scene(monkeypatch: pytest.MonkeyPatch):
    picture = pictures.resolve("scene:42")
    trace = zoo.trace("mask_softmax", picture.image)
    first = masks.first_box("mask_softmax", trace, picture)
    monkeypatch.setattr(masks, "most_claimed", lambda *_: pytest.fail("it ran again"))
    assert masks.first_box("mask_softmax", trace, picture) == first


def test_many_boxes_at_once_are_each_alone():
    picture = pictures.resolve("scene:42")
    for name in ("mask_sigmoid", "mask_softmax"):
        trace = zoo.trace(name, picture.image)
        boxes = trace.boxes[:5]
        with zoo.using(name) as network:
            together = every_mask(network, trace, boxes)
        for box, probs in zip(boxes.tolist(), together, strict=True):
            torch.testing.assert_close(
                masks.study(picture, name, box).heads.mask_probs, probs, atol=1e-4, rtol=0
            )


def test_sums_by_hand():
    # class 1's mask holds the cells a and b:   a: 0.2 + 0.9 = 1.1   b: 0.4 + 0.6 = 1.0   c is not in it
    probs = torch.tensor([[[0.2, 0.4, 0.9]], [[0.9, 0.6, 0.1]]])[None]
    assert sums_in_masks(probs, torch.tensor([1])).item() == pytest.approx(1.05)
    assert sums_in_masks(probs * 0.1, torch.tensor([1])).item() == 0
