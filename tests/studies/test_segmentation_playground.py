"""Small scenes, a training that is watched, and what is known of a design before: by hand and by other libraries."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lecture_models.evaluation.segmentation import MeanIoU
from lecture_models.nets.small_segmenter import Design, small_segmenter
from lecture_models.scenes import CLASSES, VOID, render
from lecture_models.studies import live_training as live
from lecture_models.studies import segmentation_playground as playground
from lecture_models.studies import small_scenes
from lecture_models.studies.live_training import Learned, Setup, Training

SETUP = Setup(Design(1, "sum", "nearest"), "cross-entropy", 5)


@pytest.fixture(scope="module")
def sets() -> tuple[small_scenes.Small, small_scenes.Small]:
    """Sixteen scenes to train on, two that are held out."""
    images = [render(seed, size=small_scenes.SIDE) for seed in (*range(1_000_000, 1_000_008), 7, 8)]
    pictures = np.stack([scene.image for scene in images])
    labels = np.stack([scene.semantic for scene in images]).astype(np.uint8)
    return small_scenes.Small(pictures[:8], labels[:8]), small_scenes.Small(pictures[8:], labels[8:])


def learn(training: Training, sets: Any, reports: int, key: str = "scene:42") -> list[Learned]:
    shown = small_scenes.shown(key)
    return list(itertools.islice(live.learn(training, sets, shown, every=2), reports))


# ---- small scenes --------------------------------------------------------------------------------------------
def test_what_is_trained_on_is_not_shown_and_not_measured():
    assert small_scenes.FIRST_TRAINING >= 1_000_000
    assert small_scenes.FIRST_HELD_OUT + small_scenes.HELD_OUT <= 1_000_000
    assert small_scenes.TRAINING % small_scenes.CHUNK == small_scenes.HELD_OUT % small_scenes.CHUNK == 0


def test_sets_are_rendered_piece_by_piece_and_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(small_scenes, "TRAINING", small_scenes.CHUNK)
    monkeypatch.setattr(small_scenes, "HELD_OUT", small_scenes.CHUNK)
    rendering, done = small_scenes.sets(), []
    try:
        while True:
            done.append(next(rendering))
    except StopIteration as end:
        training, held_out = end.value
    chunk = small_scenes.CHUNK
    assert done == [(chunk, 2 * chunk), (2 * chunk, 2 * chunk)]
    scene = render(1_000_003, size=small_scenes.SIDE)
    assert np.array_equal(training.images[3], scene.image)
    assert np.array_equal(training.labels[3], scene.semantic)
    assert len(held_out.images) == chunk
    monkeypatch.setattr(small_scenes, "render", lambda *_, **__: pytest.fail("rendered again"))
    assert len(list(small_scenes.sets())) == 2


def test_a_scene_is_shown_with_its_settings_and_a_photograph_by_its_middle():
    shown = small_scenes.shown("scene:7?things=3")
    assert shown.key == "scene:7?things=3"
    assert shown.image.shape == (64, 64, 3)
    assert shown.labels is not None
    photo = small_scenes.shown("sample:chelsea")
    assert photo.image.shape == (64, 64, 3)
    assert photo.labels is None


def test_a_cell_has_its_most_frequent_class():
    # 0 0 | 1 V        0 0 | 1 1
    # 0 1 | V V   →    0 0 | 1 1
    labels = np.array([[0, 0, 1, VOID], [0, 1, VOID, VOID]], np.uint8)
    assert small_scenes.one_class_a_cell(labels, 2).tolist() == [[0, 0, 1, 1]] * 2
    assert small_scenes.one_class_a_cell(np.full((2, 2), VOID, np.uint8), 2).tolist() == [[VOID] * 2] * 2


def test_ious_are_those_of_our_metric():
    draws = np.random.default_rng(0)
    said, truth = draws.integers(0, 8, (2, 3, 20, 20)).astype(np.uint8)
    truth[0, 0] = VOID
    metric = MeanIoU(CLASSES)
    for one, other in zip(said, truth, strict=True):
        metric.update(one, other)
    found, theirs = small_scenes.ious(said, truth), metric.compute()
    assert small_scenes.mean(found) == pytest.approx(theirs["miou"])
    assert found[8] is None  # in neither
    for name, value in zip(CLASSES[:8], found, strict=False):
        assert value == pytest.approx(theirs["by_class"][name]["iou"])


# ---- training ------------------------------------------------------------------------------------------------
def test_the_same_seed_learns_the_same_and_another_does_not(sets: Any):
    one, two, three = (learn(Training(replace(SETUP, seed=seed)), sets, 3)[-1] for seed in (5, 5, 6))
    assert one.step == 4
    assert one.losses[1:] == two.losses[1:]
    assert np.array_equal(one.labels, two.labels)
    assert one.losses[1:] != three.losses[1:]


def test_a_stopped_training_goes_on_as_if_it_had_not_been(sets: Any):
    whole = learn(Training(SETUP), sets, 4)[-1]
    stopped = Training(SETUP)
    learn(stopped, sets, 2)
    again = learn(stopped, sets, 3)
    assert [one.step for one in again] == [2, 4, 6]
    assert again[-1].steps == whole.steps == (0, 2, 4, 6)
    assert again[-1].losses[1:] == whole.losses[1:]
    assert again[-1].mious == whole.mious


def test_another_picture_leaves_the_curve_as_it_is(sets: Any):
    training = Training(SETUP)
    first = learn(training, sets, 2)[-1]
    other = learn(training, sets, 1, "scene:43")[0]
    assert other.picture.key == "scene:43"
    assert other.losses[1:] == first.losses[1:]
    assert other.picture_mious[:-1] == first.picture_mious[:-1]
    photo = learn(training, sets, 1, "sample:chelsea")[0]
    assert math.isnan(photo.picture_mious[-1])


@pytest.mark.parametrize("loss", live.LOSSES)
def test_the_loss_falls(sets: Any, loss: live.Loss):
    reports = learn(Training(replace(SETUP, loss=loss)), sets, 13)
    assert reports[-1].losses[-1] < reports[1].losses[-1]
    assert reports[-1].mious[-1] > reports[0].mious[0]


def test_a_training_ends_after_its_seconds(sets: Any):
    told = list(live.learn(Training(SETUP), sets, small_scenes.shown("scene:42"), seconds=0.0))
    assert [one.step for one in told] == [0]


def test_the_trainer_takes_one_core_and_others_keep_theirs():
    usual = torch.get_num_threads()
    assert live.apart(torch.get_num_threads) == 1
    assert torch.get_num_threads() == usual
    import threading

    found: list[int] = []
    later = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert found == [usual]


def test_a_step_draws_each_scene_once():
    chosen, mirrored = SETUP.indices(3, 128)
    assert len(set(chosen.tolist())) == live.BATCH == len(mirrored)
    assert SETUP.indices(3, 128)[0].tolist() == chosen.tolist() != SETUP.indices(4, 128)[0].tolist()


@pytest.mark.parametrize(
    ("change", "must"), [({"loss": "l2"}, "loss is one of"), ({"seed": -1}, "seed is from")]
)
def test_bad_setups_are_refused(change: dict[str, Any], must: str):
    with pytest.raises(ValueError, match=must):
        replace(SETUP, **change)


# ---- trainings of visitors -----------------------------------------------------------------------------------
@pytest.fixture
def few(sets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two small sets instead of the real ones."""

    def rendered(_: Any) -> Any:
        yield 8, 8
        return sets

    monkeypatch.setattr(small_scenes, "sets", rendered)


def steps(owner: tuple[str, str] | None, setup: Setup = SETUP, reports: int = 2) -> list[int]:
    told = list(itertools.islice(playground.train("scene:42", setup, owner), reports + 1))
    assert told[0] == (8, 8)
    return [one.step for one in told[1:]]  # type: ignore[union-attr]


@pytest.mark.usefixtures("few")
def test_a_training_goes_on_for_its_owner_and_lane_alone():
    assert steps(("me", "A")) == [0, 10]
    assert steps(("me", "A")) == [10, 20]
    assert steps(("me", "B")) == [0, 10]
    assert steps(("you", "A")) == [0, 10]
    assert steps(("me", "A"), replace(SETUP, seed=6)) == [0, 10]
    assert steps(("me", "A"), reports=1) == [20]
    assert steps(None) == steps(None) == [0, 10]  # nobody's is not kept


@pytest.mark.usefixtures("few")
def test_what_is_kept_has_a_limit_and_the_oldest_leaves_first(monkeypatch: pytest.MonkeyPatch):
    from lecture_models.cache import ByteCache

    size = Training(SETUP).nbytes
    kept: ByteCache[Training] = ByteCache(2 * size)
    monkeypatch.setattr(playground, "_trainings", kept)
    for visitor in ("a", "b", "c"):
        steps((visitor, "A"))
    assert kept.nbytes == 2 * size
    assert steps(("c", "A"), reports=1) == [10]
    assert steps(("a", "A"), reports=1) == [0]


def test_eight_of_the_largest_are_kept():
    largest = Training(Setup(Design(4, "concatenate", "transposed"))).nbytes
    assert 8 * largest <= playground.TRAININGS <= 64 << 20


def test_memory_is_weights_gradients_and_two_means():
    training = Training(SETUP)
    loss = live.loss_of(training.network(torch.rand(1, 3, 64, 64)), torch.zeros(1, 64, 64).long(), "dice")
    loss.backward()
    training.optimizer.step()
    weights = list(training.network.parameters())
    held = sum(w.nbytes + w.grad.nbytes for w in weights)  # type: ignore[union-attr]
    held += sum(v.nbytes for s in training.optimizer.state.values() for v in s.values() if v.numel() > 1)
    assert training.nbytes == held


@pytest.mark.parametrize("seconds", [0, -1, 61, float("nan")])
def test_a_training_goes_on_for_a_minute_at_most(seconds: float):
    with pytest.raises(ValueError, match="at most 60 s"):
        next(playground.train("scene:42", SETUP, None, seconds))


# ---- before a training ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("loss", live.LOSSES)
def test_what_is_told_before_a_training_is_the_networks_own(loss: live.Loss):
    setup = playground.chosen(3, "concatenate", "bilinear", loss, 2)
    made = playground.sketch("scene:9", setup)
    network, truth = small_segmenter(setup.design, 2), made.truth
    assert truth is not None
    logits = network(live.as_input(made.picture.image[None])).detach()
    labels = torch.from_numpy(made.picture.labels).long()[None]  # type: ignore[arg-type]
    assert np.array_equal(made.labels, logits[0].argmax(0).numpy())
    assert truth.cross_entropy == pytest.approx(
        float(F.cross_entropy(logits, labels, ignore_index=255)), abs=1e-5
    )
    pixel = truth.pixel
    assert int(labels[0, pixel.row, pixel.column]) == pixel.label
    assert truth.counts[pixel.label] == min(count for count in truth.counts if count)
    np.testing.assert_allclose(pixel.logits, logits[0, :, pixel.row, pixel.column].numpy(), atol=1e-6)
    d = truth.dice
    assert d.dice == pytest.approx((2 * d.overlap + 1) / (d.predicted + d.true + 1), abs=1e-6)
    assert d.true == truth.counts[pixel.label]
    assert made.parameters == sum(weight.numel() for weight in network.parameters())
    if loss == "cross-entropy":
        assert truth.loss == truth.cross_entropy


def test_levels_are_the_maps_own():
    made = playground.sketch("scene:9", playground.chosen(2, "concatenate", "nearest", "dice", 0))
    listed = [(one.side, one.encoder, one.upsampled, one.joined, one.decoder) for one in made.levels]
    assert listed == [(64, 8, 8, 16, 8), (32, 16, 16, 32, 16), (16, 32, 0, 0, 0)]


def test_classes_that_vanish_have_no_cell():
    made = playground.sketch("scene:42", playground.chosen(4, "none", "nearest", "dice", 0))
    truth, labels = made.truth, made.picture.labels
    assert truth is not None
    assert labels is not None
    for label in truth.present:
        assert (label in truth.vanished) == (not (truth.cells == label).any())
        if label in truth.vanished:
            assert truth.cell_ious[label] == 0
    assert truth.vanished
    assert set(truth.present) == set(labels.ravel().tolist()) - {VOID}


def test_a_photograph_has_no_truth():
    made = playground.sketch("sample:chelsea", SETUP)
    assert made.truth is None
    assert made.nbytes == made.picture.nbytes + made.labels.nbytes
