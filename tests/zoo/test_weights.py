"""Files of weights, made on the spot: what is written comes back, what is wrong is refused in a sentence."""

from __future__ import annotations

import errno
import hashlib
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch

from lecture_models import weights
from lecture_models.cards import read_card
from lecture_models.weights import Card, WeightsUnavailable, fetch, read_weights, save_weights

CONTENT = bytes(range(256)) * 4000
NAME = f"net-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind = self.path.split("/")[1]
        if kind == "missing":
            self.send_error(404)
            return
        body = {"whole": CONTENT, "wrong": CONTENT[::-1], "cut": CONTENT[: len(CONTENT) // 2]}[kind]
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep the test's output quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def _one_sentence(error: pytest.ExceptionInfo[BaseException]) -> bool:
    text = str(error.value)
    return text.endswith(".") and "\n" not in text and "Traceback" not in text and len(text) < 200


def test_weights_come_back_as_float32_within_half_precision(tmp_path: Path):
    state = {"a.weight": torch.randn(3, 4), "a.count": torch.tensor(7), "b": torch.arange(4.0)[::2]}
    card = save_weights(tmp_path, "net", state, Card(name="", title="A net", classes=("none", "ball")))
    back = read_weights(tmp_path / "net.safetensors", card.sha256)
    assert back["a.weight"].dtype == torch.float32
    torch.testing.assert_close(back["a.weight"], state["a.weight"], rtol=1e-3, atol=1e-6)
    assert back["a.count"] == 7
    assert back["b"].tolist() == [0.0, 2.0]
    assert read_card(tmp_path / "net.json") == card
    assert card.name == "net"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.json", "net.safetensors"]


def test_tensors_that_share_memory_are_saved(tmp_path: Path):
    shared = torch.ones(4, dtype=torch.float16)
    card = save_weights(tmp_path, "net", {"a": shared, "b": shared[:2]}, Card(name="net", title="A net"))
    assert read_weights(tmp_path / "net.safetensors", card.sha256)["b"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])
def test_values_that_half_precision_cannot_hold_are_refused(tmp_path: Path, value: float):
    with pytest.raises(ValueError, match="bias"):
        save_weights(tmp_path, "net", {"bias": torch.tensor([value])}, Card(name="net", title="A net"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["truncated", "bit flipped", "empty", "missing", "no hash"])
def test_a_damaged_file_is_never_parsed(tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch):
    card = save_weights(tmp_path, "net", {"a": torch.ones(100)}, Card(name="net", title="A net"))
    path = tmp_path / "net.safetensors"
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        flipped = content[:-1] + bytes([content[-1] ^ 1])
        path.write_bytes(
            {"truncated": content[:-7], "bit flipped": flipped, "empty": b"", "no hash": content}[damage]
        )
    monkeypatch.setattr("safetensors.torch.load", lambda _: pytest.fail("a refused file was parsed"))
    with pytest.raises(WeightsUnavailable) as error:
        read_weights(path, "" if damage == "no hash" else card.sha256)
    assert _one_sentence(error)


@pytest.mark.parametrize("text", ["", "[]", '{"title": 3', '{"surprise": 1}'])
def test_a_damaged_card_is_refused(tmp_path: Path, text: str):
    (tmp_path / "net.json").write_text(text)
    with pytest.raises(WeightsUnavailable) as error:
        read_card(tmp_path / "net.json")
    assert _one_sentence(error)


def test_fetch_reports_progress_and_asks_once(tmp_path: Path, server: str):
    seen: list[tuple[int, int]] = []
    path = fetch(f"{server}/whole/{NAME}", tmp_path / "new", lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert fetch("http://127.0.0.1:9/closed/" + NAME, tmp_path / "new") == path
    assert [p.name for p in (tmp_path / "new").iterdir()] == [NAME]


@pytest.mark.parametrize("kind", ["wrong", "cut", "missing"])
def test_what_is_not_the_published_file_is_refused_and_removed(tmp_path: Path, server: str, kind: str):
    with pytest.raises(WeightsUnavailable) as error:
        fetch(f"{server}/{kind}/{NAME}", tmp_path)
    assert _one_sentence(error)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_file_in_the_folder_is_fetched_anew(tmp_path: Path, server: str):
    (tmp_path / NAME).write_bytes(CONTENT[:1000])
    assert fetch(f"{server}/whole/{NAME}", tmp_path).read_bytes() == CONTENT
    (tmp_path / NAME).write_bytes(CONTENT[:1000])
    with pytest.raises(WeightsUnavailable):
        fetch("http://127.0.0.1:9/closed/" + NAME, tmp_path)


def test_offline_is_one_sentence(tmp_path: Path):
    with pytest.raises(WeightsUnavailable, match="could not be fetched") as error:
        fetch("http://127.0.0.1:9/closed/" + NAME, tmp_path)
    assert _one_sentence(error)
    with pytest.raises(WeightsUnavailable, match="A net could not") as error:
        fetch("http://nowhere.invalid/" + NAME, tmp_path / "other", title="A net")
    assert _one_sentence(error)


def test_a_full_disk_is_one_sentence(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(weights, "_download", full)
    with pytest.raises(WeightsUnavailable, match="No space left on device") as error:
        fetch(f"{server}/whole/{NAME}", tmp_path)
    assert _one_sentence(error)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, server: str):
    (tmp_path / "file").write_text("")
    with pytest.raises(WeightsUnavailable) as error:
        fetch(f"{server}/whole/{NAME}", tmp_path / "file" / "folder")
    assert _one_sentence(error)


def test_a_name_without_a_hash_is_never_fetched(tmp_path: Path):
    with pytest.raises(ValueError, match="hash"):
        fetch("http://127.0.0.1:9/net.pth", tmp_path)


def test_a_failure_is_remembered_for_a_minute(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(WeightsUnavailable) as error:
        fetch("http://127.0.0.1:9/closed/" + NAME, tmp_path)
    with pytest.raises(WeightsUnavailable, match=re.escape(str(error.value))):
        fetch(f"{server}/whole/{NAME}", tmp_path)  # it would be there, but is not asked for yet
    monkeypatch.setattr(weights, "REMEMBERED_SECONDS", 0.0)
    assert fetch(f"{server}/whole/{NAME}", tmp_path).is_file()


def test_two_who_want_a_file_fetch_it_once(tmp_path: Path, server: str):
    asked: list[int] = []
    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(
                lambda _: fetch(f"{server}/whole/{NAME}", tmp_path, lambda *_: asked.append(1)), range(2)
            )
        )
    assert found[0] == found[1]
    assert len(asked) == -(-len(CONTENT) // weights.CHUNK)  # one answer's pieces
