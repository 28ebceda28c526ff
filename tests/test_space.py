"""What goes to a Hugging Face Space: all that the app needs, nothing else."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from demos import space
from demos.ui.door import MOST_UPLOAD

STAYS = ("tests/", ".", "Makefile", "pyproject.toml", "CONTRIBUTING.md")


def test_all_that_is_tracked_goes_but_tests_and_tools():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=space.ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    wanted = {name for name in tracked if not name.startswith(STAYS)}
    assert wanted <= set(space.files())


def test_nothing_else_goes(tmp_path: Path):
    for name in ("app.py", "demos/a.js", "assets/weights/a.safetensors", "lecture_models/ops/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    wanted = space.files(tmp_path)
    for name in (
        ".venv/a.py",
        "tests/a.py",
        "demos/__pycache__/a.pyc",
        "assets/results/a.lock",
        "runs/a.pt",
        ".git/a",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert space.files(tmp_path) == wanted
    assert len(wanted) == 4


def test_a_dry_run_lists_and_sends_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(space, "HfApi", lambda: pytest.fail("a dry run asks nobody"))
    assert space.main(["user/name", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "app.py" in said
    assert "assets/weights/panoptic_fpn.safetensors" in said
    assert said.splitlines()[-1].endswith("files")


def test_the_hub_is_asked_for_a_space_and_gets_what_is_listed(monkeypatch: pytest.MonkeyPatch):
    calls: dict[str, dict[str, Any]] = {}

    class Hub:
        def create_repo(self, **given: Any) -> None:
            calls["create"] = given

        def upload_folder(self, **given: Any) -> None:
            calls["upload"] = given

    monkeypatch.setattr(space, "HfApi", Hub)
    assert space.main(["user/name"]) == 0
    assert calls["create"]["space_sdk"] == "gradio"
    assert calls["create"]["exist_ok"]
    assert calls["upload"]["repo_type"] == "space"
    assert calls["upload"]["allow_patterns"] == space.NEEDED
    assert calls["upload"]["ignore_patterns"] == space.LEFT_OUT


@pytest.mark.parametrize("name", ["name", "a/b/c", "user/", "../x y", ""])
def test_what_is_no_name_gets_a_sentence(name: str, capsys: pytest.CaptureFixture[str]):
    assert space.main([name]) == 2
    assert "user/name" in capsys.readouterr().err


def test_the_readme_says_how_to_stand_behind_a_proxy_and_in_a_frame():
    """What it says is what tests/browser/test_proxy.py and test_every_lesson.py try; a photograph passes the proxy."""
    text = (space.ROOT / "README.md").read_text(encoding="utf8")
    nginx = text[text.index("location /lecture/ {") :].partition("}")[0]
    assert re.search(r"proxy_pass http://[\w.:]+/;", nginx), "with its slash"
    for line in ("proxy_http_version 1.1;", "proxy_buffering off;", "X-Forwarded-Host $http_host;"):
        assert line in nginx
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", nginx)
    assert int(megabytes) << 20 >= MOST_UPLOAD
    assert "GRADIO_ROOT_PATH=/lecture make app" in text
    assert "GRADIO_ROOT_PATH=${JUPYTERHUB_SERVICE_PREFIX}proxy/7860 make app" in text
    assert 'width="900" height="600"' in text
