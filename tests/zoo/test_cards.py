"""A broken card makes one network unavailable, in one sentence; the others, and the names, do not mind."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import torch

from lecture_models import zoo
from lecture_models.cards import read_card
from lecture_models.weights import Card, WeightsUnavailable, save_weights

CARD = {"name": "broken", "title": "A net", "classes": ["none", "ball"]}
DAMAGE = {
    "cut off": json.dumps(CARD)[:30],
    "empty": "",
    "no JSON": "<html>",
    "no mapping": "[1, 2]",
    "too deep": "[" * 100_000,
    "unknown field": json.dumps({**CARD, "surprise": 1}),
    "no title": json.dumps({"name": "broken"}),
    **{
        f"{field} is {value!r}": json.dumps({**CARD, field: value})
        for field, value in {
            "title": 3,
            "kind": None,
            "steps": "many",
            "minutes": "long",
            "classes": "ball",
            "metrics": [],
            "arguments": "none",
            "sha256": 7,
        }.items()
    },
    "classes are numbers": json.dumps({**CARD, "classes": [1]}),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights of two networks: `broken`, whose card a test damages, and `whole`."""
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path)
    for name in ("broken", "whole"):
        save_weights(tmp_path, name, {"a": torch.ones(3)}, Card(name=name, title=f"A {name} net"))
    return tmp_path


@pytest.mark.parametrize("damage", [*DAMAGE, "missing"])
def test_a_broken_card_makes_one_network_unavailable(
    folder: Path, damage: str, caplog: pytest.LogCaptureFixture
):
    path = folder / "broken.json"
    path.write_text(DAMAGE[damage]) if damage in DAMAGE else path.unlink()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert zoo.names("panoptic") == ("whole",)
            assert "broken" not in zoo.names()
    (line,) = caplog.records
    assert line.levelname == "WARNING"
    assert line.exc_info is None
    assert "broken.json" in line.getMessage()
    for ask in (zoo.title, zoo.kind, zoo.card, zoo.load):
        with pytest.raises(WeightsUnavailable) as error:
            ask("broken")
        assert "broken.json" in str(error.value)
        assert str(error.value).endswith("restore it from the repository.")
        assert "\n" not in str(error.value)
    assert zoo.title("whole") == "A whole net"


@pytest.mark.parametrize(
    "changes",
    [{"network": "surprise"}, {"network": "one_level", "arguments": {"legs": 4}}, {"network": "macs"}],
)
def test_a_card_of_a_network_that_cannot_be_built_is_one_sentence(folder: Path, changes: dict[str, object]):
    path = folder / "broken.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(WeightsUnavailable, match=r"broken\.json.*restore it"):
        zoo.load("broken")


def test_a_missing_file_of_weights_is_one_sentence(folder: Path):
    (folder / "broken.safetensors").unlink()
    with pytest.raises(WeightsUnavailable, match=r"broken\.safetensors.*restore it"):
        zoo.load("broken")


def test_files_of_other_names_are_no_networks(folder: Path):
    for ending in ("json", "safetensors"):
        (folder / f"whole (copy).{ending}").write_bytes((folder / f"whole.{ending}").read_bytes())
    assert zoo.names("panoptic") == ("broken", "whole")


def test_a_number_may_lack_its_decimal_point(tmp_path: Path):
    (tmp_path / "net.json").write_text(json.dumps({**CARD, "minutes": 3}))
    assert read_card(tmp_path / "net.json").minutes == 3
