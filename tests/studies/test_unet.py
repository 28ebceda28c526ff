"""A trained U-Net under operations: nothing asked changes nothing, what runs again is what would have run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from lecture_models import pictures, zoo
from lecture_models.studies import unet as nets
from lecture_models.studies import unet_table as table
from lecture_models.studies import unet_upsamplers as swaps

SCENE = "scene:42"


@pytest.fixture(scope="module")
def made() -> nets.Looked:
    return nets.looked(SCENE)


def pixels(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float().div(255)


@pytest.mark.parametrize(
    ("part", "act", "amount"),
    [
        ("skip1", "keep", 8),
        ("skip2", "shift", 0),
        ("skips", "blur", 0),
        ("bottom", "keep", 3),
        ("dec2", "zero", 8),
    ],
)
def test_what_changes_nothing_gives_the_intact_prediction(
    made: nets.Looked, part: str, act: str, amount: float
):
    done = nets.operated(SCENE, part, act, amount)
    assert np.array_equal(done.labels, made.labels)


def test_a_transplant_of_its_own_map_changes_nothing(made: nets.Looked):
    for part in ("skip1", "up2", "bottom", "skips"):
        assert np.array_equal(nets.operated(SCENE, part, "transplant", donor=42).labels, made.labels), part


@pytest.mark.parametrize("level", range(4))
def test_an_operation_on_a_skip_is_that_of_the_whole_trace(made: nets.Looked, level: int):
    network: Any = zoo.load(nets.NETWORK)
    with torch.inference_mode():
        trace = network.trace(pixels(made.image), lambda at, skip: skip * (at != level))
    done = nets.operated(SCENE, f"skip{level + 1}", "zero")
    assert (done.labels != nets.as_labels(trace.logits)).mean() < 1e-4  # but for float32's rounding
    assert done.means["dec1"] == pytest.approx(trace.decoder[0][0].mean(0).numpy(), abs=2e-3)
    assert not done.means[f"skip{level + 1}"].any()


def test_the_upsampled_map_is_zero_where_it_was_zeroed(made: nets.Looked):
    done = nets.operated(SCENE, "up3", "zero")
    assert not done.means["up3"].any()
    assert set(done.means) == {f"{kind}{k}" for kind in ("skip", "up", "dec") for k in (1, 2, 3)}
    assert (done.labels != made.labels).any()


def test_another_scenes_map_from_below_brings_its_classes(made: nets.Looked):
    done, donor = nets.operated(SCENE, "up1", "transplant", donor=7), pictures.resolve("scene:7")
    assert donor.scene is not None
    own = (donor.scene.semantic == made.labels).mean()
    assert (donor.scene.semantic == done.labels).mean() > own + 0.1


def test_one_channel_is_shown_before_and_after(made: nets.Looked):
    before, after = nets.shown_maps(made, "skip1", "shift", 3, 0, 5)
    assert before == pytest.approx(made.encoder[0][0, 5].numpy(), abs=2e-3)
    assert after[:, 3:] == pytest.approx(before[:, :-3])
    mean, _ = nets.shown_maps(made, "skip1", "keep", 3, 0, 170)
    assert mean == pytest.approx(made.mean("skip1")), "a channel that it has not"


def test_a_trace_knows_its_bytes(made: nets.Looked):
    assert 18e6 < made.nbytes < 22e6
    assert made.shape("up3") == tuple(made.maps("up3").shape[1:])


def test_a_photograph_is_made_smaller_and_has_no_truth():
    made = nets.looked("sample:chelsea")
    assert max(made.image.shape[:2]) == nets.LONGEST
    assert made.truth is None
    assert nets.bands(made, made.labels, 5) is None
    done = nets.operated("sample:chelsea", "skip1", "transplant", donor=7)
    assert done.labels.shape == made.labels.shape


def test_the_table_is_the_operations(made: nets.Looked):
    found = table.bands_of_all(SCENE, 5)
    assert found is not None
    assert list(found) == table.TABLE
    one = nets.bands(made, nets.operated(SCENE, "skip2", "blur", table.ALL_BLUR).labels, 5)
    assert one is not None
    assert found["skip2", "blur"].miou == one.miou


def test_swapping_the_trained_upsampler_for_itself_changes_nothing(made: nets.Looked):
    assert np.array_equal(swaps.swap(SCENE, "transposed", True).labels, made.labels)
    whole, faint = swaps.swap(SCENE, "bed_of_nails", True), swaps.swap(SCENE, "bed_of_nails", False)
    assert whole.measured is not None
    assert faint.measured is not None
    assert whole.measured.miou > faint.measured.miou + 0.1, "most of the drop is the fainter mean"  # type: ignore


@pytest.mark.parametrize(
    ("part", "act", "said"),
    [("skip5", "zero", "part must be one of skip1"), ("skip1", "cut", "one of keep, zero, blur")],
)
def test_what_does_not_exist_is_said(part: str, act: str, said: str):
    with pytest.raises(ValueError, match=said):
        nets.operated(SCENE, part, act)


def test_many_scenes_need_a_truth():
    with pytest.raises(ValueError, match="needs scenes"):
        next(table.over_scenes("sample:chelsea", 5, 2))


@pytest.mark.slow
def test_what_the_lesson_claims_holds_over_scenes():
    """Theory and point: the finest skips are where, what comes from below is what; the deepest skip hardly counts."""
    *_, (scenes, total) = table.over_scenes("scene:100", 5, 6)
    assert scenes == 6
    lost = {
        pair: [before - after for before, after in zip(total[table.WHOLE].miou, one.miou, strict=True)]  # type: ignore
        for pair, one in total.items()
    }
    near, inside, _ = lost["skip1", "blur"]
    assert min(near - 0.08, 0.02 - inside) > 0, "blurred, the finest skip costs near boundaries"
    assert near > 2 * lost["up1", "blur"][0], "and more than what comes from below"
    assert lost["up1", "zero"][1] > 2 * lost["skip1", "zero"][1], (
        "without what comes from below, classes break"
    )
    assert min(lost["skip2", "zero"][1], lost["skip3", "zero"][1]) > 0.03, "skips carry some of what, too"
    assert max(lost["skip4", "zero"][:2]) < 0.05


@pytest.mark.slow
def test_zero_is_not_nothing():
    """Theory: another scene's bottom costs next to nothing, zeros in its place do."""
    sums: dict[str, Any] = {}
    for seed in range(100, 106):
        made = nets.looked(f"scene:{seed}")
        for act in ("keep", "zero", "transplant"):
            one = nets.bands(made, nets.operated(f"scene:{seed}", "bottom", act, donor=seed + 50).labels, 5)
            sums[act] = sums[act] + one if act in sums else one
    kept, zero, other = (one.miou[2] for one in sums.values())
    assert kept - zero > 0.08
    assert kept - other < 0.03
