"""The zoo: names, cards, one network per name, traces by content. Networks are stand-ins made on the spot."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lecture_models import devices, published, zoo
from lecture_models.cache import ByteCache, NotKept, only_kept
from lecture_models.rcnn import record as record_module

GREY = np.full((8, 8, 3), 128, np.uint8)


class _Small(nn.Module):
    def __init__(self, width: int = 2) -> None:
        super().__init__()
        self.line = nn.Linear(width, 1)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A zoo whose only network of ours is a line of three numbers, and whose traces are counted."""
    calls: list[np.ndarray] = []

    def trace_rcnn(network: nn.Module, image: np.ndarray) -> Any:
        assert torch.is_inference_mode_enabled()
        calls.append(image)
        return SimpleNamespace(nbytes=1000, network=network)

    def module(name: str, **contents: Any) -> None:
        monkeypatch.setitem(sys.modules, name, _with(ModuleType(name), contents))

    assert record_module  # imported while its neighbours are the real ones
    module("lecture_models.nets", __path__=[])
    module("lecture_models.nets.pool_scales", set_scales=lambda network: None)
    module("lecture_models.nets.small", small=_Small)
    module("lecture_models.nets.rcnn_trace", trace_rcnn=trace_rcnn)
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path)
    monkeypatch.setattr(zoo, "_networks", ByteCache(1 << 20))
    monkeypatch.setattr(zoo, "KEPT", ByteCache(10_000))
    monkeypatch.setenv("LECTURE_DEVICE", "cpu")
    network = _Small(width=3)
    zoo.save(
        "small",
        network.state_dict(),
        zoo.Card(name="small", title="A line", classes=("none", "ball"), arguments={"width": 3}),
    )
    return SimpleNamespace(network=network, calls=calls, folder=tmp_path)


def _with(module: ModuleType, contents: dict[str, Any]) -> ModuleType:
    for name, value in contents.items():
        setattr(module, name, value)
    return module


def test_names_come_from_the_pairs_of_files(small: SimpleNamespace):
    assert zoo.names() == ("small", *published.NETWORKS)
    assert zoo.names("panoptic") == ("small",)
    (small.folder / "small.safetensors").unlink()
    assert zoo.names("panoptic") == ()


def test_a_network_is_built_as_its_card_says_and_made_once(small: SimpleNamespace):
    network = zoo.load("small")
    assert zoo.load("small") is network
    assert not network.training
    assert network.name == "small"
    assert network.classes == ("none", "ball")
    assert next(network.parameters()).dtype == torch.float32
    assert not any(p.requires_grad for p in network.parameters())
    torch.testing.assert_close(network.line.weight, small.network.line.weight, rtol=1e-3, atol=1e-4)


def test_saving_replaces_what_is_in_memory(small: SimpleNamespace):
    first = zoo.load("small")
    zoo.trace("small", GREY)
    zoo.save("small", _Small(width=3).state_dict(), zoo.card("small"))
    assert zoo.load("small") is not first
    zoo.trace("small", GREY)
    assert len(small.calls) == 2


def test_a_changed_file_is_refused(small: SimpleNamespace):
    path = small.folder / "small.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(zoo.WeightsUnavailable, match="hash"):
        zoo.load("small")


@pytest.mark.parametrize("name", ["", "nothing", "../small", "small.json", "/etc/passwd"])
def test_unknown_names_are_named(small: SimpleNamespace, name: str):
    for function in (zoo.load, zoo.card, zoo.title, zoo.kind, lambda n: zoo.trace(n, GREY)):
        with pytest.raises(ValueError, match="maskrcnn_resnet50_fpn"):
            function(name)


def test_a_name_that_is_a_path_is_not_saved(small: SimpleNamespace):
    with pytest.raises(ValueError, match="identifier"):
        zoo.save("../x", {}, zoo.Card(name="x", title="x"))


def test_a_picture_is_traced_once_by_its_content(small: SimpleNamespace):
    first = zoo.trace("small", GREY)
    assert zoo.trace("small", GREY.copy()) is first
    assert zoo.trace("small", np.asfortranarray(GREY)) is first
    assert len(small.calls) == 1
    zoo.trace("small", GREY.reshape(4, 16, 3))  # the same bytes, another picture
    zoo.trace("small", GREY + np.uint8(1))
    assert len(small.calls) == 3


@pytest.mark.parametrize(
    "image", [GREY[..., 0], GREY.astype(float), GREY[:0], np.zeros((4, 4, 4), np.uint8)], ids=str
)
def test_what_is_not_an_image_is_refused(small: SimpleNamespace, image: np.ndarray):
    with pytest.raises(ValueError, match="uint8"):
        zoo.trace("small", image)
    assert small.calls == []


def test_segmentation_networks_have_no_trace():
    with pytest.raises(ValueError, match="fcn_resnet50"):
        zoo.trace("fcn_resnet50", GREY)


def test_one_forward_at_a_time(small: SimpleNamespace):
    inside, most = 0, 0
    lock = threading.Lock()

    def run(_: int) -> None:
        nonlocal inside, most
        with zoo.using("small"):
            with lock:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.01)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(8)))
    assert most == 1


def test_device_follows_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LECTURE_DEVICE", "cpu")
    assert zoo.device() == torch.device("cpu")
    monkeypatch.setenv("LECTURE_DEVICE", "abacus")
    with pytest.raises(ValueError, match="abacus"):
        zoo.device()
    monkeypatch.delenv("LECTURE_DEVICE")
    assert zoo.device().type in ("cuda", "mps", "cpu")


def test_gpu_is_a_decorator_that_changes_nothing_here():
    def function() -> int:
        return 1

    assert devices.gpu(function) is function
    assert devices.gpu(duration=30)(function) is function


def test_gpu_asks_spaces_on_zero_gpu_but_not_for_what_is_kept(monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []

    def lend(function: Any = None, **options: Any) -> Any:
        if function is None:
            return lambda inner: lend(inner, **options)
        return lambda *values: asked.append(options) or function(*values)

    monkeypatch.setitem(sys.modules, "spaces", _with(ModuleType("spaces"), {"GPU": lend}))
    monkeypatch.setenv("SPACES_ZERO_GPU", "1")
    gpu = devices._gpu_decorator()
    assert gpu(len)([1, 2]) == 2
    assert gpu(duration=30)(len)([]) == 0
    assert asked == [{}, {"duration": 30}]
    with only_kept(), pytest.raises(NotKept):
        gpu(len)([])
    assert len(asked) == 2


def test_importing_the_zoo_does_not_import_torch():
    code = "import sys, lecture_models.zoo; sys.exit(any(m in sys.modules for m in ('torch', 'torchvision')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", published.NETWORKS)
def test_torchvision_cards(name: str):
    card = zoo.card(name)
    assert len(card.sha256) == 8
    assert card.kind == zoo.kind(name)
    assert card.classes[0] == "__background__"
    assert all(0 < value < 1 for value in card.metrics.values())
    json.dumps(card.metrics)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["maskrcnn_resnet50_fpn", "fcn_resnet50"])
def test_torchvision_networks_are_built_as_torchvision_builds_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Random weights stand in for the published ones; torchvision's own builder reads them too: equal."""
    from torchvision.models import get_model, get_model_weights

    enum = get_model_weights(name).DEFAULT
    options = {"aux_loss": True} if zoo.kind(name) == "segmentation" else {}
    torch.manual_seed(0)
    state = get_model(name, weights=None, weights_backbone=None, **options).state_dict()
    state = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    first = next(key for key in state if key.endswith("bn1.running_var"))
    state[first] = torch.full_like(state[first], 1e-5)  # so small that an epsilon shows
    torch.save(state, tmp_path / "published.pth")
    monkeypatch.setattr(type(enum), "get_state_dict", lambda *_, **__: state)
    monkeypatch.setattr(published, "fetch", lambda *_, **__: tmp_path / "published.pth")
    monkeypatch.setattr(zoo, "_networks", ByteCache(1 << 30))
    monkeypatch.setenv("LECTURE_DEVICE", "cpu")

    picture = torch.rand(3, 48, 64)
    ours, theirs = zoo.load(name), get_model(name, weights=enum).eval()
    with torch.inference_mode():
        if zoo.kind(name) == "segmentation":
            torch.testing.assert_close(ours(picture[None])["out"], theirs(picture[None])["out"])
        else:
            features, expected = (net.backbone(picture[None]) for net in (ours, theirs))
            for level in expected:
                torch.testing.assert_close(features[level], expected[level], rtol=1e-4, atol=1e-4)


def test_ours_have_seen_no_photograph():
    assert zoo.usable("panoptic_fpn", "panoptic_fpn") == ("panoptic_fpn", "")
    assert zoo.usable("panoptic_fpn", "panoptic_fpn", photograph=True) == ("panoptic_fpn", zoo.STREETS)
