"""Cards and results that cannot be read: the app starts, the lessons that need them say which file it is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import demos
from demos import mask_head, roi_features
from demos.ui import Table
from lecture_models import results, zoo

ASSETS = Path(zoo.__file__).parent.parent / "assets"
APP = """
import json, sys
from pathlib import Path
from lecture_models import results, zoo
zoo.WEIGHTS, results.RESULTS = Path(sys.argv[1]), Path(sys.argv[2])
import app
from demos.ui.spoken import is_said_on_purpose

app.demos.warm_up()
said = {}
for part in app.demos.SYLLABUS:
    for lesson in part.lessons:
        try:
            lesson.update()
            said[lesson.name] = ""
        except ValueError as error:
            assert is_said_on_purpose(error), error
            said[lesson.name] = str(error)
print(json.dumps(said))
"""


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Copies of the published weights, cards and results."""
    for name in ("weights", "results"):
        shutil.copytree(ASSETS / name, tmp_path / name)
    return tmp_path


def start(assets: Path) -> tuple[dict[str, str], str]:
    """Start the app and ask every lesson: what each says instead of an answer, and the log."""
    command = [sys.executable, "-c", APP, str(assets / "weights"), str(assets / "results")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


def tear(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


@pytest.mark.slow
def test_the_app_starts_with_every_file_broken(assets: Path):
    for path in assets.rglob("*.json"):
        tear(path)
    said, log = start(assets)
    assert set(said) == {lesson.name for part in demos.SYLLABUS for lesson in part.lessons}
    assert said.pop("receptive_field") == "", "a stack of layers needs no network"
    assert said.pop("segmentation_playground") == "", "nor does one that is trained there"
    assert said.pop("panoptic_datasets") == "", "nor do labels"
    own = {
        "mask_head": "mask_sigmoid",
        "fully_convolutional": "patch_classifier",
        "fcn": "fcn_8s",
        "unet": "unet",
        "depth_normals": "multiscale_depth",
        "colorization": "colorizer_rebalanced",
    }
    for name, sentence in said.items():
        assert f"{own.get(name, 'panoptic_fpn')}.json" in sentence
        assert "restore it from the repository." in sentence
    assert "Traceback" not in log
    left_out = [line for line in log.splitlines() if "is left out" in line]
    assert len(left_out) == len(list((assets / "weights").glob("*.json")))


@pytest.mark.slow
def test_one_broken_card_leaves_the_others(assets: Path):
    tear(assets / "weights" / "mask_sigmoid.json")
    said, _ = start(assets)
    assert {name for name, sentence in said.items() if sentence} == {"mask_head"}


def test_the_other_mask_loss_answers_for_a_broken_one(assets: Path, monkeypatch: pytest.MonkeyPatch):
    tear(assets / "weights" / "mask_softmax.json")
    monkeypatch.setattr(zoo, "WEIGHTS", assets / "weights")
    message = mask_head.update(network="mask_softmax")["stage"].message
    assert "mask_softmax.json" in message
    assert "own network" in message
    monkeypatch.setattr(mask_head, "NETWORKS", dict.fromkeys(("mask_sigmoid", "mask_softmax"), ""))
    with pytest.raises(ValueError, match="zebra"):  # asks every network that is there for it
        mask_head.update(mask_class="zebra")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("roi_pool_s8", lambda: roi_features.ours(8)),
        ("roi_align_s16", lambda: roi_features.ours(16)),
        ("mask_softmax", mask_head.ablation_table),
    ],
)
@pytest.mark.parametrize("damage", ["cut off", "no runs", "no metric", "a text", "no steps", "a list"])
def test_a_broken_result_is_named_where_its_table_was(
    assets: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    table: Callable[[], Table | None],
    damage: str,
):
    monkeypatch.setattr(results, "RESULTS", assets / "results")
    path = assets / "results" / f"{name}.json"
    found = json.loads(path.read_text())
    path.write_text(damaged(found, damage))
    made = table()
    assert made is not None
    assert made.rows == []
    assert f"{name}.json" in made.caption
    assert "restore it from the repository." in made.caption
    path.unlink()
    assert table() is None


def damaged(found: dict, damage: str) -> str:
    """The text of a result file with one thing wrong."""
    if damage == "no runs":
        found["runs"] = []
    elif damage == "no metric":
        del found["runs"][0]["metrics"]["mask_ap75"]
    elif damage == "a text":
        found["runs"][0]["metrics"]["mask_ap75"] = "high"
    elif damage == "no steps":
        del found["settings"]["steps"]
    whole = json.dumps([found] if damage == "a list" else found)
    return whole[:-40] if damage == "cut off" else whole
