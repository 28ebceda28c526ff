"""The ablations' recipes differ in what they are about, and in nothing else; results keep what was measured."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial

import pytest
import torch

from lecture_models import results, zoo
from lecture_models.training import publish
from lecture_models.training.__main__ import RECIPES, _parser

ABOUT = ("name", "title", "build", "arguments")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("roi_pool_s8", "roi_align_s8"),
        ("roi_pool_s8", "roi_warp_s8"),
        ("roi_pool_s16", "roi_align_s16"),
        ("mask_sigmoid", "mask_softmax"),
    ],
)
def test_a_pair_is_alike_in_all_but_one_thing(one, other):
    first, second = (asdict(RECIPES[name]()) for name in (one, other))
    assert {key for key in first if first[key] != second[key]} == set(ABOUT)
    changed = {key for key in first["arguments"] if first["arguments"][key] != second["arguments"][key]}
    assert changed in ({"crop"}, {"mask_loss"})
    for step in (0, 1, 1599):
        assert RECIPES[one]().indices(step) == RECIPES[other]().indices(step)
        assert RECIPES[one]().draws(step, 0) == RECIPES[other]().draws(step, 0)


def test_a_seed_changes_order_and_weights():
    zero, one = RECIPES["roi_pool_s8"](), RECIPES["roi_pool_s8"](seed=1)
    assert zero.indices(0) != one.indices(0)
    assert _parser().parse_args(["roi_pool_s8", "--seed", "1"]).seed == 1


def test_seed_0_goes_to_the_zoo_and_every_seed_to_the_results(folders):
    for seed in (1, 0):
        recipe, standard = RECIPES["roi_align_s16"](seed=seed), RECIPES["roi_align_s16"]()
        torch.manual_seed(seed)
        goes = publish.destination(recipe, standard, folders / "runs")
        publish.publish(recipe, recipe.build().eval(), 0.5, goes)
        assert ("roi_align_s16" in zoo.names()) == (seed == 0)
    found = results.load("roi_align_s16")
    assert [run["seed"] for run in found["runs"]] == [0, 1]
    assert found["settings"]["arguments"] == {"crop": "roi_align", "stride": 16}
    assert found["command"] == "python -m lecture_models.training roi_align_s16"
    assert found["runs"][0]["metrics"] == zoo.card("roi_align_s16").metrics
    assert found["runs"][0]["versions"]["torch"] == torch.__version__.split("+")[0]
    network = zoo.load("roi_align_s16")
    assert zoo.kind("roi_align_s16") == "ablation"
    assert network.roi_heads.box_roi_pool.crop == "roi_align"


def test_runs_with_other_settings_do_not_mix(folders):
    about = {"title": "t", "command": "c", "settings": {"steps": 3}}
    add = partial(results.add, "net")
    for seed, ap in ((1, 0.25), (0, 0.75), (1, 0.5)):
        add(about, {"seed": seed, "test": {"scenes": 1}, "metrics": {"mask_ap": ap}})
    assert results.spread("net", "mask_ap") == (0.625, 0.125, 2)
    with pytest.raises(ValueError, match="other settings"):
        add({**about, "settings": {"steps": 4}}, {"seed": 2, "metrics": {}})
    with pytest.raises(ValueError, match="training other"):
        results.load("other")


def test_runs_that_end_at_the_same_time_are_all_kept(folders):
    about = {"title": "t", "command": "c", "settings": {"steps": 3}}

    def add(seed):
        results.add("net", about, {"seed": seed, "test": {"scenes": 1}, "metrics": {}})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(24)))
    assert [run["seed"] for run in results.load("net")["runs"]] == list(range(24))
