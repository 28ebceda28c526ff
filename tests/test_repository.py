"""What a stranger clones: no traces of one machine, no oversized file, a README that makes it a Space."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
MAX_WEIGHTS = 9_500_000
MAX_FILE = 9_500_000
MAX_TOTAL = 90_000_000
# Written in pieces, so that this file passes its own test.
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|farm|root|home/\w+|Users/\w+)/|/tmp/" + r"(?:bash_jobs|plan)|"
    r"(?:files\.)?py"
    + r"thonhosted\.|py"
    + r"pi\.org|registry\.np"
    + r"mjs|deb\.deb"
    + r"ian\.|download\.py"
    + r"torch"
)


def _files() -> list[Path]:
    """Files of the repository: git's list, or of an unpacked archive what lies there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    names = [ROOT / name for name in listed if name]
    if names:
        return [path for path in names if path.is_file()]
    return [p for p in ROOT.rglob("*") if p.is_file() and not {".venv", "runs", "data"} & set(p.parts)]


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf8")
    except UnicodeDecodeError:
        return None


def test_no_path_of_a_machine_and_no_registry_host():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in _files()
        if path.stat().st_size < 2_000_000 and (text := _text(path)) is not None
        for match in MACHINE.finditer(text)
    ]
    assert not found


def test_files_are_small_enough_for_a_space():
    files = _files()
    large = [
        f"{path.relative_to(ROOT)}: {path.stat().st_size}" for path in files if path.stat().st_size > MAX_FILE
    ]
    assert not large
    assert sum(path.stat().st_size for path in files) < MAX_TOTAL


def test_every_weights_file_has_a_card_that_knows_it():
    for path in (ROOT / "assets" / "weights").glob("*"):
        assert path.suffix in (".safetensors", ".json"), (
            f"{path.name}: only safetensors and cards belong here"
        )
        pair = path.with_suffix(".json" if path.suffix == ".safetensors" else ".safetensors")
        assert pair.is_file(), f"{path.name} has no {pair.name} beside it"
        assert path.stat().st_size <= MAX_WEIGHTS


def test_cards_are_complete():
    for path in (ROOT / "assets" / "weights").glob("*.json"):
        card = json.loads(path.read_text(encoding="utf8"))
        keys = ["title", "data", "recipe", "steps", "metrics", "seeds", "commit", "sha256"]
        keys += [] if card["kind"] in ("depth", "colour") else ["classes"]  # which label nothing
        empty = [key for key in keys if not card.get(key)]
        assert not empty, f"{path.name} does not say: {', '.join(empty)}"


def _front_matter() -> dict:
    text = (ROOT / "README.md").read_text(encoding="utf8")
    assert text.startswith("---\n")
    return yaml.safe_load(text.split("---\n", 2)[1])


def test_front_matter_makes_it_a_space():
    front = _front_matter()
    assert front["sdk"] == "gradio"
    assert front["license"] == "mit"
    assert (ROOT / front["app_file"]).is_file()
    assert isinstance(front["python_version"], str)  # 3.10 without quotes would be the number 3.1
    assert len(front["short_description"]) <= 60
    for key in ("colorFrom", "colorTo"):
        assert front[key] in ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")


def test_requirements_allow_the_version_that_the_space_installs():
    from packaging.requirements import Requirement

    front = _front_matter()
    requirements = _requirements()
    assert Requirement(requirements["gradio"]).specifier.contains(front["sdk_version"])
    project = (ROOT / "pyproject.toml").read_text(encoding="utf8")
    allowed = re.search(r'requires-python = "(.+)"', project)
    assert allowed is not None
    assert Requirement(f"python{allowed[1]}").specifier.contains(front["python_version"])


def _requirements() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf8").splitlines()
    found = {}
    for line in lines:
        if line and not line.startswith("#"):
            requirement, _, reason = line.partition("#")
            found[re.split(r"[<>=\[]", requirement)[0].strip()] = requirement.strip()
            assert reason.strip(), f"{requirement.strip()} is there for no stated reason"
    return found


@pytest.mark.parametrize("name", sorted(_requirements()))
def test_requirements_are_ranges(name: str):
    requirement = _requirements()[name]
    assert ">=" in requirement
    assert "<" in requirement, f"{requirement} has no upper end"


def test_links_of_the_readme_lead_to_files():
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text(encoding="utf8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (ROOT / target).exists(), f"{page} points to {target}"


def test_the_readme_names_every_lesson():
    text = (ROOT / "README.md").read_text(encoding="utf8")
    lessons = [path.stem for path in (ROOT / "demos").glob("*.py") if path.stem != "__init__"]
    assert [lesson for lesson in lessons if f"demos/{lesson}.py" not in text] == []


def test_one_command_checks_all_from_nothing():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111, ".ci/run cannot be executed"
    text = script.read_text(encoding="utf8")
    assert "set -euo pipefail" in text
    assert "make check test" in text
