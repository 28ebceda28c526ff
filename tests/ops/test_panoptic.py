"""Merging instances and stuff: by hand on small pictures, by what must hold, and by panopticapi's rule on sets."""

import numpy as np
import pytest

from lecture_models.ops.panoptic import COCO_STUFF_AREA, STUFF_AREA, merge, trace_merge
from lecture_models.scenes.settings import STUFF, VOID


def _stuff(label, shape=(4, 4)):
    """One class of stuff everywhere."""
    return np.full(shape, label)


def test_the_better_detection_keeps_the_shared_pixels():
    #   first (0.9)   second (0.8)   merged
    #     11..          .22.          112.     each covers two columns of a 4 × 4 picture
    masks = np.zeros((2, 4, 4), bool)
    masks[0, :, :2], masks[1, :, 1:3] = True, True
    merged = merge(np.array([4, 8]), np.array([0.9, 0.8]), masks, _stuff(2), stuff_area=1)
    assert merged.segment[0].tolist() == [1, 1, 2, 3]
    assert merged.label[0].tolist() == [4, 4, 8, 2]
    assert [s.detection for s in merged.segments] == [0, 1, None]


def test_a_detection_mostly_covered_is_rejected_for_its_overlap():
    masks = np.zeros((2, 4, 4), bool)
    masks[0, :, :3], masks[1, :, 1:4] = True, True  # one third of the second is left
    trace = trace_merge(np.array([4, 4]), np.array([0.9, 0.8]), masks, _stuff(1), stuff_area=1)
    assert [s.label for s in trace.merged.segments] == [4, 1]
    assert [c.verdict for c in trace.candidates] == ["pasted", "overlap"]
    assert (trace.candidates[1].area, trace.candidates[1].taken) == (12, 8)
    assert trace.candidates[1].overlap == pytest.approx(2 / 3)


@pytest.mark.parametrize(("overlap", "verdict"), [(0.49, "overlap"), (0.5, "pasted")])
def test_exactly_half_taken_is_not_too_much(overlap: float, verdict: str):
    masks = np.zeros((2, 4, 4), bool)
    masks[0, :, :2], masks[1, :, 1:3] = True, True
    trace = trace_merge(np.array([4, 4]), np.array([0.9, 0.8]), masks, _stuff(1), overlap=overlap)
    assert trace.candidates[1].verdict == verdict


def test_every_reason_has_its_name():
    masks = np.zeros((4, 4, 4), bool)
    masks[:2] = True  # the second lies wholly under the first; the third is below; the fourth has no pixel
    masks[2, 0] = True
    scores = np.array([0.9, 0.8, 0.4, 0.7])
    trace = trace_merge(np.array([4, 5, 6, 7]), scores, masks, _stuff(0))
    assert [(c.detection, c.verdict) for c in trace.candidates] == [
        (0, "pasted"),
        (1, "nothing"),
        (3, "nothing"),
        (2, "score"),
    ]


def test_low_scores_are_not_used_and_small_stuff_is_void():
    masks = np.ones((1, 4, 4), bool)
    trace = trace_merge(np.array([4]), np.array([0.4]), masks, _stuff(0))
    assert (trace.merged.label == VOID).all()
    assert trace.merged.void == 16
    assert not trace.merged.segments
    assert [(f.area, f.segment) for f in trace.fills] == [(16, 0), (0, 0), (0, 0), (0, 0)]


def test_ours_is_a_smaller_share_than_cocos():
    assert COCO_STUFF_AREA == 4096
    assert STUFF_AREA / 256**2 < COCO_STUFF_AREA / (640 * 480)


def _random(seed: int, shape=(24, 20), many=9):
    """Blobs that overlap, a map of stuff with holes, scores with ties."""
    rng = np.random.default_rng(seed)
    masks = np.zeros((many, *shape), bool)
    for mask in masks:
        y, x = rng.integers(0, shape[0] - 3), rng.integers(0, shape[1] - 3)
        mask[y : y + rng.integers(0, 14), x : x + rng.integers(1, 14)] = True
    stuff = np.kron(rng.integers(0, 6, (6, 5)), np.ones((4, 4), int))  # 4 and 5 are none
    return rng.integers(4, 9, many), rng.integers(0, 11, many) / 10, masks, stuff


@pytest.mark.parametrize("seed", range(8))
def test_every_pixel_belongs_to_exactly_one_segment_or_to_none(seed: int):
    trace = trace_merge(*_random(seed), overlap=0.7, stuff_area=20)
    merged = trace.merged
    for segment in merged.segments:
        assert set(merged.label[merged.segment == segment.id]) == {segment.label}
    assert ((merged.segment == 0) == (merged.label == VOID)).all()
    assert sorted(s.id for s in merged.segments) == list(range(1, merged.segment.max() + 1))
    left = sum(c.area - c.taken for c in trace.candidates if c.verdict == "pasted")
    assert left + sum(f.area for f in trace.fills if f.segment) + merged.void == merged.segment.size


def _by_sets(labels, scores, masks, stuff, confidence, overlap, stuff_area):
    """panopticapi's rule, with sets of pixels: what each pixel belongs to, as (kind, number)."""
    used: set = set()
    owner: dict = {}
    order = sorted((i for i in range(len(scores)) if scores[i] >= confidence), key=lambda i: -scores[i])
    for i in order:
        mine = set(map(tuple, np.argwhere(masks[i]).tolist()))
        if not mine or len(mine & used) / len(mine) > overlap:
            continue
        owner |= dict.fromkeys(mine - used, ("thing", i))
        used |= mine
    for number in range(len(STUFF)):
        rest = set(map(tuple, np.argwhere(stuff == number).tolist())) - set(owner)
        if len(rest) >= stuff_area:
            owner |= dict.fromkeys(rest, ("stuff", number))
    return owner


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rule", [(0.5, 0.5, 64), (0.0, 0.0, 1), (0.3, 0.99, 30), (0.7, 0.25, 10)])
def test_it_is_panopticapis_rule(seed: int, rule):
    given = _random(seed)
    merged, owner = merge(*given, *rule), _by_sets(*given, *rule)
    parts = {
        s.id: ("stuff", s.label) if s.detection is None else ("thing", s.detection) for s in merged.segments
    }
    found = {(y, x): parts[n] for (y, x), n in np.ndenumerate(merged.segment) if n}
    assert found == owner


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="must agree"):
        merge(np.array([4]), np.array([0.5]), np.zeros((1, 3, 3), bool), _stuff(0))
