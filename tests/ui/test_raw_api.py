"""Hand-made calls: each gets one clear sentence or a correct result, the log stays empty, the next call works."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import demos
from tests.ui.raw import call, upload

LESSON = demos.SYLLABUS[0].lessons[0]
GOOD = list(LESSON.defaults.values())
NAMES = list(LESSON.settings)


def with_value(name: str, value: object) -> list[object]:
    return [value if key == name else good for key, good in zip(NAMES, GOOD, strict=True)]


BAD = [
    *[
        ("picture", value)
        for value in (None, 7, [], {}, "", "scene:", "scene:-1", "scene:1e9", "scene:9999999999999")
    ],
    *[
        ("picture", value)
        for value in ("scene:1?things=99", "scene:1?things=2.5", "scene:1?foo=1", "scene:1?things=nan")
    ],
    *[
        ("picture", value)
        for value in ("sample:../../etc/passwd", "upload:0", "/etc/passwd", "x" * 10_000, "scene:١")
    ],
    *[
        ("score", value)
        for value in (None, "high", -1, 2, float("nan"), float("inf"), True, [0.5], {"a": 1}, 10**400)
    ],
    *[("network", value) for value in (None, 3, "resnet", ["panoptic_fpn"], {"x": 1}, "<b>panoptic_fpn</b>")],
    *[
        ("pixel", value)
        for value in (None, 5, "1", "1,2,3", "a,b", "nan,nan", "1e3,2", [1, 2], {"x": 1}, "9" * 400)
    ],
]


@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda value: str(value)[:24])
def test_bad_setting_gets_one_sentence(url: str, log: io.StringIO, name: str, value: object):
    kind, content = call(url, LESSON.name, with_value(name, value))
    assert kind == "error"
    message = content["error"]
    assert message, "no sentence"
    assert len(message) < 400
    assert "<" not in message
    assert message.rstrip().endswith(".")
    assert log.getvalue() == ""


@pytest.mark.parametrize("data", [[], GOOD[:1], None, {}, "text", 5])
def test_missing_arguments(url: str, log: io.StringIO, data: object):
    kind, content = call(url, LESSON.name, data)
    assert kind != "complete"
    assert content
    assert log.getvalue() == ""


def test_too_many_arguments_are_ignored(url: str):
    assert call(url, LESSON.name, [*GOOD, 1, 2, 3])[0] == "complete"


def test_body_that_is_no_json(url: str):
    kind, _ = call(url, LESSON.name, b"{")
    assert kind.startswith("http 4")


def test_good_call_after_all_this(url: str, log: io.StringIO):
    assert call(url, LESSON.name, GOOD)[0] == "complete"
    assert log.getvalue() == ""


def test_selection_outside_the_picture_is_answered(url: str):
    assert call(url, LESSON.name, with_value("pixel", "5000,5000"))[0] == "complete"


def test_upload_gets_a_key_that_lessons_take(url: str, tmp_path: Path):
    path = tmp_path / "noise.png"
    PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)).save(path)
    kind, content = call(url, "upload_picture", [upload(url, path)])
    assert kind == "complete", content
    assert content[0].startswith("upload:")
    assert call(url, LESSON.name, with_value("picture", content[0]))[0] == "complete"


@pytest.mark.parametrize(
    "payload",
    [
        None,
        5,
        "x",
        [],
        {},
        {"path": None},
        {"path": 5},
        {"path": "/etc/passwd"},
        {"url": "http://127.0.0.1:1/x.png"},
    ]
    + [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, {"url": "data:image/png;base64,AAAA"}],
    ids=str,
)
def test_hand_made_file(url: str, log: io.StringIO, payload: object):
    kind, content = call(url, "upload_picture", [payload])
    assert kind == "error"
    assert "Traceback" not in log.getvalue(), log.getvalue()
    assert content["error"], "no sentence"


def test_bad_file_gets_a_sentence(url: str, log: io.StringIO, tmp_path: Path):
    path = tmp_path / "text.png"
    path.write_text("no picture")
    kind, content = call(url, "upload_picture", [upload(url, path)])
    assert kind == "error"
    assert "not a picture" in content["error"]
    assert log.getvalue() == ""


NAMED = (
    "computer%20vision.png",
    "a b (1) [2].png",
    "Fußgänger.png",
    "100%.png",
    "%2e%2e%2fa.png",
    "plain.png",
)


def test_a_file_of_any_name_is_the_same_picture(url: str, log: io.StringIO, tmp_path: Path):
    keys = set()
    for name in NAMED:
        path = tmp_path / name
        PIL.Image.fromarray(np.full((64, 64, 3), 7, np.uint8)).save(path)
        kind, content = call(url, "upload_picture", [upload(url, path)])
        assert kind == "complete", name
        keys.add(content[0])
    assert len(keys) == 1
    assert log.getvalue() == ""


def test_the_key_tells_which_values_are_black_and_white(url: str, tmp_path: Path):
    path = tmp_path / "a.png"
    PIL.Image.fromarray(np.linspace(0, 4095, 64 * 64).reshape(64, 64).astype(np.uint16)).save(path)
    _, (key, *_) = call(url, "upload_picture", [upload(url, path)])
    assert key.partition("?")[2].startswith("values=")
    assert call(url, LESSON.name, with_value("picture", key))[0] == "complete"


def test_file_over_the_limit_is_refused(url: str, tmp_path: Path):
    import httpx

    path = tmp_path / "large.png"
    path.write_bytes(b"0" * 9_000_000)
    with path.open("rb") as file:
        answer = httpx.post(f"{url}gradio_api/upload", files={"files": ("large.png", file)}, timeout=60)
    assert answer.status_code == 413
    assert "at most 8 MB" in answer.text
