"""The measurement of the lesson on results: it ends with the stream's result and names the scenes that it took."""

from __future__ import annotations

from typing import Any

import pytest

from demos.mask_rcnn_results import lesson
from demos.ui import Progress
from lecture_models import pictures
from lecture_models.evaluation.measurement import measure

pytestmark = pytest.mark.usefixtures("network")
BUSY = "scene:42?things=16&crowding=0.8"


@pytest.fixture(scope="module")
def reports(network: None) -> list[Any]:
    return list(lesson.measure(picture=BUSY, scenes=3, score=0.4))


def test_a_measurement_reports_progress_and_ends_with_the_streams_result(reports: list[Any]):
    last = list(measure("panoptic_fpn", 42, 3, pictures.parse_scene(BUSY)[1], 0.4))[-1]
    assert reports[0] == Progress(0, 3, "Loading the network …")
    done = [(one if isinstance(one, Progress) else one["progress"]).done for one in reports]
    assert done == [0, 1, 2, 3]
    board = reports[-1]["measured"]
    assert board.counts == last.counts
    assert last.ap is not None
    assert board.precision.rows[1][1] == f"{100 * last.ap['mask_ap']:.1f}"
    assert [name for _, name, _ in board.curve[-3:]] == ["AP", "AP50", "AP75"]
    assert board.curve[-1][0] == 3
    assert board.curve[-2][2] == pytest.approx(100 * last.ap["mask_ap50"], abs=0.01)
    assert "scenes 42 to 44" in board.about
    assert "16 things" in board.about


def test_the_line_below_the_button_says_the_ap_and_how_many_of_each_kind_were_found(reports: list[Any]):
    board, line = reports[-1]["measured"], reports[-1]["progress"].text
    assert line.startswith(f"3 of 3 scenes, mask AP {board.precision.rows[1][1]} %, ")
    (*_, last) = measure("panoptic_fpn", 42, 3, pictures.parse_scene(BUSY)[1], 0.4)
    for (kind, found, recall), (name, (hits, count)) in zip(
        board.recall.rows, last.kinds.items(), strict=True
    ):
        assert (kind, found) == (name, f"{hits} of {count}")
        assert recall == (f"{100 * hits / count:.0f}" if count else "–")


def test_cards_come_worst_first_and_name_their_scene(reports: list[Any]):
    cards = reports[-1]["measured"].cards
    assert {card.key for card in cards} <= {BUSY.replace("42", str(seed)) for seed in (42, 43, 44)}
    scores = [float(card.title.split()[-1]) for card in cards if "score" in card.title]
    assert scores == sorted(scores, reverse=True)


def test_the_last_scenes_of_all_are_measured_and_not_those_of_the_training():
    (*_, last) = lesson.measure(picture="scene:999999?things=2", scenes=1)
    assert "scenes 999999 to 999999" in last["measured"].about
    first = next(
        told for told in lesson.measure(picture="scene:999999", scenes=3) if not isinstance(told, Progress)
    )
    assert "scenes 999997 to" in first["measured"].about


def test_a_photograph_cannot_be_measured():
    with pytest.raises(ValueError, match="Choose a scene"):
        next(lesson.measure(picture="sample:chelsea"))
