"""What lesson B2 asks: fields of real units, what a patch changes, and the race of three stacks."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lecture_models import pictures, zoo
from lecture_models.ops.receptive_stack import parse_stack
from lecture_models.studies import receptive_field as fields
from lecture_models.studies import receptive_networks as networks
from lecture_models.studies import receptive_timing as timing

pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture(scope="module")
def made(network: None) -> fields.Looked:
    return fields.looked("scene:42", "panoptic_fpn", "", (100, 140), ())


def test_the_unit_is_the_networks_own(made: fields.Looked):
    backbone = zoo.load("panoptic_fpn").backbone
    picture = torch.from_numpy(np.array(made.image)).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        x = backbone.stages[1](backbone.stages[0](backbone.stem((picture - 0.5) / 0.25)))
    np.testing.assert_allclose(made.seen[0].map, x[0].mean(0), atol=1e-5)


def test_trained_and_fresh_weights_are_compared(made: fields.Looked):
    assert [one.trained for one in made.seen] == [True, False]
    for one in made.seen:
        assert 0 < one.half < one.most < 1
        assert one.curve[-1] == pytest.approx(one.inside)
        assert one.inside < 1, "group normalisation reads the whole map"
    assert not np.array_equal(made.seen[0].heat, made.seen[1].heat)


def test_the_field_lies_around_the_point(made: fields.Looked):
    x0, y0, x1, y1 = made.field
    assert abs((x0 + x1) / 2 - 100) <= made.layer.jump[1] / 2
    assert abs((y0 + y1) / 2 - 140) <= made.layer.jump[0] / 2
    assert (y1 - y0, x1 - x0) == made.layer.receptive_field


def test_outside_of_the_field_a_patch_changes_exactly_nothing():
    """Batch normalisation is frozen: resnet18 reads no whole map."""
    beside = fields.looked("scene:7", "resnet18", "layer1.1.relu", (60, 60), (120, 120, 200, 200))
    assert beside.patched is not None
    assert not beside.patched.meets
    assert beside.patched.unit == 0
    assert (beside.patched.changes > 0).any()
    across = fields.looked("scene:7", "resnet18", "layer1.1.relu", (60, 60), (50, 50, 70, 70))
    assert across.patched is not None
    assert across.patched.meets
    assert across.patched.unit > 0
    assert not across.layer.sees_everything
    assert across.seen[0].inside == pytest.approx(1)


def test_where_a_layer_reads_the_whole_map_a_patch_anywhere_does(made: fields.Looked):
    far = fields.looked("scene:42", "panoptic_fpn", "", (100, 140), (200, 0, 250, 40))
    assert far.patched is not None
    assert not far.patched.meets
    assert far.patched.unit > 0


@pytest.mark.parametrize("net", networks.NETWORKS)
def test_every_network_has_its_usual_layer_and_stays_what_it_is_titled(net: str):
    analysis = networks.analysis_of(net, (160, 160))
    found = fields.usual_layer(analysis, net, "")
    assert found.name == networks.NETWORKS[net].layer
    assert fields.usual_layer(analysis, net, "not a layer") is found
    assert networks.titled(net).endswith("(trained)" if networks.is_trained(net) else "(untrained)")


@pytest.mark.parametrize("net", ["alexnet", "unet", "fcn_8s", "patch_classifier", "mobilenet_v3_small"])
def test_networks_without_weights_run_with_fresh_ones_from_one_seed(net: str):
    one = fields.looked("scene:3", net, "", (), ())
    assert one.seen[-1].trained is False
    again = networks._seeded(net)
    assert all(
        torch.equal(a, b) for a, b in zip(again.parameters(), networks.fresh(net).parameters(), strict=True)
    )
    assert one.seen[-1].heat.any()


def test_pictures_of_any_shape_are_made_small_with_whole_cells():
    for shape in ((1, 1), (300, 900), (256, 256), (33, 31)):
        height, width = fields.as_seen(np.zeros((*shape, 3), np.uint8)).shape[:2]
        assert height % 32 == width % 32 == 0
        assert 32 <= max(height, width) <= 256


def test_the_thing_is_large_but_not_too_large():
    shown = pictures.resolve("scene:42")
    assert shown.scene is not None
    index = fields.thing_of(shown)
    assert index is not None
    x0, y0, x1, y1 = shown.scene.things[index].box
    assert fields.LEAST_THING <= max(x1 - x0, y1 - y0) <= fields.MOST_THING
    assert fields.thing_of(pictures.resolve("sample:chelsea")) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scene:42", "resnet9", "", (), ()), "net must be one of"),
        (("scene:42", "panoptic_fpn", "", (), (300, 300, 400, 400)), "at least one pixel of the picture"),
        (("scene:x", "panoptic_fpn", "", (), ()), "seed"),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence(arguments: tuple, said: str):
    with pytest.raises(ValueError, match=said):
        fields.looked(*arguments)


# ---- the race ------------------------------------------------------------------------------------------------
def test_three_ways_to_the_same_field():
    own, plain, glass = timing.rivals(parse_stack("c3x8-c5"), True, 4, 32)
    assert (own.field, plain.field) == (21, 21)
    assert glass.field >= 21
    assert (own.text, plain.text) == ("c3x8-c5", "c3x10")
    assert own.macs == plain.macs - 2 * 9 * 4 * 4 * 32**2 + 25 * 4 * 4 * 32**2


def test_a_stack_does_not_race_against_itself():
    own, glass = timing.rivals(parse_stack("c3x10"), True, 4, 32)
    assert own.name == "yours, 3 × 3 alone"
    assert glass.name == "down and up"


def test_the_race_runs_every_layer_and_can_be_stopped():
    reports = list(timing.timed("c3x2-p2-c3", True, 4, 32))
    done, total, races = reports[-1]
    assert done == total == sum(len(race.steps) for race in races)
    assert all(race.done == len(race.steps) and race.ms > 0 for race in races)
    assert [report[0] for report in reports] == sorted(report[0] for report in reports)
    running = timing.timed("c3x2", True, 4, 32)
    assert next(running)[0] == 0
    running.close()


def test_a_map_without_cells_is_no_race():
    with pytest.raises(ValueError, match="of 8 pixels none is left after layer 4 of “your stack”"):
        next(timing.timed("c3x6", False, 4, 8))


def test_what_is_run_fits_the_memory_in_all_three_stacks():
    with pytest.raises(ValueError, match=r"“your stack” would take 2\.0 GiB"):
        next(timing.timed("u2x2", True, 128, 512))  # 128 · 2048² · 4 bytes
    with pytest.raises(
        ValueError, match="at most 50 billion multiply-adds; one of “your stack” would take 348"
    ):
        next(timing.timed("c9", True, 128, 512))


def test_a_rival_that_cannot_be_run_does_not_race():
    races = [
        *timing.rivals(parse_stack("c9d16x128"), True, 4, 512)
    ]  # 16,385 px: 512 cannot be halved that often
    assert [race.name for race in races] == ["your stack", "3 × 3 alone"]
