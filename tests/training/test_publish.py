"""Only the recipe as it stands publishes: that is said before it is trained, and nothing is replaced before the end."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import torch
from torch import nn

from lecture_models import results, zoo
from lecture_models.training import __main__ as command
from lecture_models.training import checkpoint, publish
from lecture_models.training.recipe import RecipeError
from lecture_models.weights import read_weights

NAME = "roi_pool_s16"
TRIAL = [NAME, "--steps", "1", "--scenes", "8"]
ASSETS = Path(results.__file__).parent.parent / "assets"


@pytest.fixture
def published(folders: Path) -> Path:
    """The folders with the weights, card and results of NAME as they are published."""
    for ending in ("weights/{}.safetensors", "weights/{}.json", "results/{}.json"):
        shutil.copy(ASSETS / ending.format(NAME), folders / ending.format(NAME))
    return folders


def contents(folder: Path) -> dict[str, bytes]:
    """What `assets` would hold, byte by byte."""
    files = [*(folder / "weights").iterdir(), *(folder / "results").iterdir()]
    return {path.name: path.read_bytes() for path in files}


def places(folder: Path) -> list[str]:
    return ["--data", str(folder / "scenes"), "--runs", str(folder / "runs")]


def goes(seed: int = 0, **changes: int) -> publish.Destination:
    recipe = command.RECIPES[NAME](seed=seed, **changes)
    return publish.destination(recipe, command.RECIPES[NAME](), Path("runs"))


@pytest.mark.slow
def test_a_trial_publishes_nothing(published: Path, capsys: pytest.CaptureFixture[str]):
    before = contents(published)
    assert command.main([*TRIAL, *places(published)]) == 0
    assert contents(published) == before
    said = capsys.readouterr()
    assert "box_ap" in json.loads(said.out)
    assert "steps 1 instead of 1600, training_scenes 8 instead of 4000" in said.err
    (checkpoint,) = (published / "runs").rglob("checkpoint.pt")
    assert str(checkpoint.parent) in said.err
    card = json.loads((checkpoint.parent / f"{NAME}.json").read_text())
    assert read_weights(checkpoint.parent / f"{NAME}.safetensors", card["sha256"])
    assert card["metrics"] == json.loads(said.out)


def test_what_it_writes_is_said_before_it_begins(
    published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(command.data, "prepare", lambda *_: None)
    monkeypatch.setattr(command.data, "wait_for", lambda *_: [])
    seen: list[str] = []

    def stopped(*_: object) -> None:
        seen.append(capsys.readouterr().err)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "train", stopped)
    for more in (["--steps", "5"], [], ["--seed", "2"]):
        with pytest.raises(KeyboardInterrupt):
            command.main([NAME, *more])
    trial, zero, two = seen
    assert "nothing is published" in trial
    assert "weights, card and results" in zero
    assert "seed 2 in the results" in two


def test_where_each_kind_of_run_goes(folders: Path):
    assert (goes().weights, goes().results) == (True, True)
    assert (goes(3).weights, goes(3).results) == (False, True)
    for trial in (goes(steps=1599), goes(scenes=4001), goes(3, steps=1)):
        assert (trial.weights, trial.results) == (False, False)
    assert goes(steps=1600) == goes()
    assert len({one.folder for one in (goes(), goes(3), goes(steps=1599), goes(scenes=4001))}) == 4


def test_results_that_cannot_take_the_run_are_told_before_it(
    published: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command, "train", lambda *_: pytest.fail("it was trained"))
    path = published / "results" / f"{NAME}.json"
    whole = path.read_text()
    for text, what in ((whole[:300], "restore"), (whole.replace('"steps": 1600', '"steps": 9'), "settings")):
        path.write_text(text)
        assert command.main([NAME, *places(published)]) == 2
        assert what in capsys.readouterr().err
    assert goes(steps=3).told  # a trial does not need them


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return command.RECIPES[NAME]().build().eval()


def test_a_measurement_that_fails_leaves_all_as_it_was(
    published: Path, network: nn.Module, monkeypatch: pytest.MonkeyPatch
):
    def failing(*_: object) -> None:
        raise RuntimeError("no memory")

    before = contents(published)
    monkeypatch.setattr(publish, "evaluate", failing)
    with pytest.raises(RuntimeError, match="no memory"):
        publish.publish(command.RECIPES[NAME](), network, 1.0, goes())
    assert contents(published) == before


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])
def test_weights_that_are_no_good_are_refused_before_they_are_measured(
    published: Path, network: nn.Module, monkeypatch: pytest.MonkeyPatch, value: float
):
    before = contents(published)
    monkeypatch.setattr(publish, "evaluate", lambda *_: pytest.fail("it was measured"))
    nn.init.constant_(next(network.parameters()), value)
    for where in (goes(), goes(1), goes(steps=1)):
        with pytest.raises(RecipeError, match="float16"):
            publish.publish(command.RECIPES[NAME](), network, 1.0, where)
    assert contents(published) == before


def test_what_is_measured_is_what_is_saved_and_loaded(
    folders: Path, network: nn.Module, monkeypatch: pytest.MonkeyPatch
):
    seen: list[dict[str, torch.Tensor]] = []

    def evaluate(measured: nn.Module, *_: object) -> dict[str, float]:
        assert not zoo.WEIGHTS.joinpath(f"{NAME}.safetensors").exists()
        seen.append({key: value.clone() for key, value in measured.state_dict().items()})
        return {"box_ap": 0.5}

    monkeypatch.setattr(publish, "evaluate", evaluate)
    publish.publish(command.RECIPES[NAME](), network, 1.0, goes())
    loaded = zoo.load(NAME).state_dict()
    assert all(torch.equal(value.cpu(), loaded[key].cpu()) for key, value in seen[0].items())
    assert zoo.card(NAME).metrics == results.load(NAME)["runs"][0]["metrics"] == {"box_ap": 0.5}


@pytest.mark.parametrize(
    ("changes", "must"),
    [
        (["--steps", "0"], "steps must be at least 1; got 0"),
        (["--steps", "-5"], "got -5"),
        (["--scenes", "4"], "scenes must be at least {batch}"),
        (["--scenes", "-8"], "got -8"),
        (["--seed", "-1"], "seed must be from 0"),
        (["--seed", str(2**64)], f"got {2**64}"),
    ],
)
def test_a_command_that_cannot_be_trained_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: list[str], must: str
):
    for name in command.RECIPES:
        assert command.main([name, *changes, *places(tmp_path)]) == 2
        said = capsys.readouterr()
        assert must.format(batch=command.RECIPES[name]().batch) in said.err
        assert said.err.count("\n") == 1
        assert said.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("changes", [{"batch": 0}, {"warm_up": 0}, {"scenes": 7}, {"seed": 2**32}])
def test_a_recipe_refuses_what_it_could_not_train(changes: dict[str, int]):
    with pytest.raises(ValueError, match="must be"):
        command.RECIPES["panoptic_fpn"](**changes)


def test_the_largest_seed_can_be_drawn_from():
    recipe = command.RECIPES[NAME](seed=2**32 - 1)
    torch.manual_seed(recipe.draws(recipe.steps, 1023))
    assert len(recipe.indices(0)) == recipe.batch


def test_a_training_can_be_published_later_and_needs_no_scenes_then(
    folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    recipe = command.RECIPES[NAME]()
    network = recipe.build()
    place = folders / "runs" / f"{NAME}-0" / checkpoint.NAME
    optimizer = torch.optim.AdamW(network.parameters())
    monkeypatch.setattr(command.data, "prepare", lambda *_: pytest.fail("it was rendered"))
    monkeypatch.setattr(publish, "evaluate", lambda *_: {"box_ap": 0.5})
    checkpoint.save(place, recipe, network, optimizer, recipe.steps, 7.5, "one GPU")
    assert command.main([NAME, "--train-only", *places(folders)]) == 0
    assert contents(folders) == {}
    assert command.main([NAME, *places(folders)]) == 0
    assert json.loads(capsys.readouterr().out) == {"box_ap": 0.5}
    (run,) = results.load(NAME)["runs"]
    assert (
        (run["device"], run["minutes"]) == (zoo.card(NAME).device, zoo.card(NAME).minutes) == ("one GPU", 7.5)
    )


def test_a_package_that_is_not_installed_is_left_out_of_the_versions(monkeypatch: pytest.MonkeyPatch):
    def without(name: str) -> str:
        if name == "pycocotools":
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(publish, "version", without)
    assert "pycocotools" not in publish.versions()
    assert publish.versions()["torch"] == "1"
