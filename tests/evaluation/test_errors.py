"""Each class of errors on a drawn picture; random ones are in test_matching.py."""

from __future__ import annotations

import numpy as np
import pytest

from lecture_models.evaluation.detection import Detections, Instances
from lecture_models.evaluation.errors import Errors, classify_errors
from lecture_models.evaluation.matching import IN_VOID
from lecture_models.scenes import tight_box

WIDE = 16


def drawn(picture: str, names: str) -> np.ndarray:
    """Masks of the letters in a picture of text, in the order of `names`: bool [N, rows, WIDE]."""
    rows = [line.strip().ljust(WIDE, ".") for line in picture.strip().splitlines()]
    grid = np.array([list(row) for row in rows])
    return np.array([grid == name for name in names]).reshape(len(names), *grid.shape)


def boxes_of(masks: np.ndarray) -> np.ndarray:
    return np.array([tight_box(mask) if mask.any() else (0, 0, 1, 1) for mask in masks], float).reshape(-1, 4)


def truth_of(
    picture: str, names: str, labels: tuple[int, ...] = (), void: np.ndarray | None = None
) -> Instances:
    masks = drawn(picture, names)
    return Instances(boxes_of(masks), np.array(labels or (0,) * len(names), int), masks, void)


def found_of(*pictures: tuple[str, float, int]) -> Detections:
    """One picture, score and label for each detection; its mask are the letters d."""
    masks = np.array([drawn(picture, "d")[0] for picture, _, _ in pictures])
    scores = np.array([score for _, score, _ in pictures])
    return Detections(boxes_of(masks), np.array([label for _, _, label in pictures], int), scores, masks)


def told(errors: Errors) -> list[tuple[str, bool, tuple[int, ...], tuple[int, ...]]]:
    return [(one.kind, one.false_positive, one.detections, one.truths) for one in errors.items]


TWO = """
    aaaa....bbbb....
    aaaa....bbbb....
    aaaa....bbbb....
    aaaa....bbbb....
"""
LEFT = "dddd\n" * 4
RIGHT = "........dddd\n" * 4


def test_no_error():
    errors = classify_errors(truth_of(TWO, "ab"), found_of((LEFT, 0.9, 0), (RIGHT, 0.8, 0)))
    assert errors.items == ()
    assert errors.true_positives == 2


def test_missed_says_what_the_threshold_left_out():
    found = found_of((LEFT, 0.9, 0), (RIGHT, 0.3, 0), ("........dd\n" * 4, 0.2, 0))
    errors = classify_errors(truth_of(TWO, "ab"), found, score=0.5)
    assert told(errors) == [("missed", False, (), (1,))]
    assert errors.items[0].below == pytest.approx(0.3)
    assert errors.items[0].severity == pytest.approx(4 / 64)


def test_duplicate():
    errors = classify_errors(truth_of(TWO, "a"), found_of((LEFT, 0.7, 0), (LEFT, 0.9, 0)))
    assert told(errors) == [("duplicate", True, (0, 1), (0,))]
    assert errors.items[0].severity == pytest.approx(0.7)


def test_merged_by_a_false_positive():
    # One mask over both: IoU with each is 16 / 48.
    both = "dddddddddddd\n" * 4
    errors = classify_errors(truth_of(TWO, "ab"), found_of((both, 0.9, 0)))
    assert told(errors) == [
        ("merged", True, (0,), (0, 1)),
        ("merged", False, (0,), (0,)),
        ("merged", False, (0,), (1,)),
    ]
    assert [len(group) for group in errors.incidents] == [3]


def test_merged_by_a_hit():
    # aaaaaaaaaabb: the mask over all of it has IoU 40 / 48 with a, and b is swallowed.
    truth = truth_of("aaaaaaaaaabb\n" * 4, "ab")
    errors = classify_errors(truth, found_of(("dddddddddddd\n" * 4, 0.9, 0)))
    assert errors.true_positives == 1
    assert told(errors) == [("merged", False, (0,), (1,))]


def test_two_things_in_a_mask_of_a_third_class_are_not_merged():
    truth = truth_of(TWO, "ab", (1, 2))
    errors = classify_errors(truth, found_of(("dddddddddddd\n" * 4, 0.9, 0)))
    assert [one.kind for one in errors.items] == ["wrong class", "wrong class", "missed"]


CUT = "aaaa........aaaa\n" * 4  # one thing behind an occluder


def test_split():
    # Two masks, one on each visible part: IoU 1/2 each would be a hit, so each has a hole.
    first, second = (
        "dddd\ndddd\nddd\nddd",
        "............dddd\n............dddd\n............ddd\n............ddd",
    )
    errors = classify_errors(truth_of(CUT, "a"), found_of((first, 0.9, 0), (second, 0.8, 0)))
    assert told(errors) == [
        ("split", True, (0, 1), (0,)),
        ("split", True, (1, 0), (0,)),
        ("split", False, (0,), (0,)),
    ]


def test_split_beside_a_hit():
    # The surer part has IoU 20 / 32 and is a hit; the other part is a false positive and no duplicate.
    truth = truth_of("aaaaa........aaa\n" * 4, "a")
    errors = classify_errors(truth, found_of(("ddddd\n" * 4, 0.9, 0), (".............ddd\n" * 4, 0.8, 0)))
    assert errors.true_positives == 1
    assert told(errors) == [("split", True, (1, 0), (0,))]


def test_a_part_inside_another_mask_is_not_split():
    errors = classify_errors(truth_of(TWO, "a"), found_of((LEFT, 0.9, 0), ("dd\n" * 3 + ".", 0.8, 0)))
    assert [one.kind for one in errors.items] == ["poor box"]


def test_wrong_class():
    errors = classify_errors(truth_of(TWO, "a", (1,)), found_of((LEFT, 0.9, 0)))
    assert told(errors) == [("wrong class", True, (0,), (0,)), ("wrong class", False, (0,), (0,))]
    loosely = classify_errors(truth_of(TWO, "a", (1,)), found_of(("...ddd\n" * 4, 0.9, 0)))  # IoU 4 / 24
    assert loosely.items[0].kind == "wrong class"


def test_poor_box():
    # Right class, two columns of four: mask IoU 8 / 24, box IoU the same.
    errors = classify_errors(truth_of(TWO, "a"), found_of(("..dddd\n" * 4, 0.9, 0)))
    assert told(errors) == [("poor box", True, (0,), (0,)), ("poor box", False, (0,), (0,))]
    assert errors.items[0].mask_iou == pytest.approx(8 / 24)


def test_poor_mask():
    # The frame of the thing: box IoU 1, mask IoU 7 / 16.
    frame = "dddd\nd\nd\nd"
    errors = classify_errors(truth_of(TWO, "a"), found_of((frame, 0.9, 0)))
    assert told(errors) == [("poor mask", True, (0,), (0,)), ("poor mask", False, (0,), (0,))]
    assert (errors.items[0].mask_iou, errors.items[0].box_iou) == (pytest.approx(7 / 16), 1.0)


def test_background():
    errors = classify_errors(truth_of(TWO, "a"), found_of((LEFT, 0.9, 0), (RIGHT, 0.6, 0)))
    assert told(errors) == [("background", True, (1,), ())]


def test_of_several_false_positives_the_best_overlap_explains_a_missed_instance():
    found = found_of(("..dddd\n" * 4, 0.7, 0), ("dddd\nd\nd\nd", 0.6, 0))  # poor box 8/24, poor mask 7/16
    errors = classify_errors(truth_of(TWO, "a"), found)
    assert told(errors)[2] == ("poor mask", False, (1,), (0,))


def test_void_is_neither_right_nor_wrong():
    void = drawn(TWO, "b")[0]
    errors = classify_errors(truth_of(TWO, "a", void=void), found_of((LEFT, 0.9, 0), (RIGHT, 0.8, 0)))
    assert errors.items == ()
    assert errors.matching.truth.tolist() == [0, IN_VOID]


def test_pictures_without_truth_or_detections():
    nothing = Detections(np.zeros((0, 4)), np.zeros(0, int), np.zeros(0), np.zeros((0, 4, WIDE), bool))
    assert [one.kind for one in classify_errors(truth_of(TWO, "ab"), nothing).items] == ["missed"] * 2
    empty = Instances(np.zeros((0, 4)), np.zeros(0, int), np.zeros((0, 4, WIDE), bool))
    assert told(classify_errors(empty, found_of((LEFT, 0.9, 0)))) == [("background", True, (0,), ())]
    assert classify_errors(empty, nothing).items == ()


@pytest.mark.parametrize("settings", [{"iou": 0.1}, {"iou": 1.5}, {"score": -0.1}, {"score": 2.0}])
def test_thresholds_out_of_range_get_a_sentence(settings: dict[str, float]):
    with pytest.raises(ValueError, match="iou is"):
        classify_errors(truth_of(TWO, "a"), found_of((LEFT, 0.9, 0)), **settings)
