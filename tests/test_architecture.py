"""The house's rules, read from the source: who imports whom, who launches, where colours live, lengths."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app", "demos", "lecture_models", "tests")
PYTHON_FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in (ROOT / "demos", ROOT / "lecture_models", ROOT / "tests")
    for path in folder.rglob("*.py")
) + ["app.py"]
PRODUCT = [name for name in PYTHON_FILES if not name.startswith("tests/")]
LESSONS = sorted(path.parent.name for path in (ROOT / "demos").glob("*/theory.md"))
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf8"), filename=name)


def _module_of(name: str) -> list[str]:
    """A file's package, as a list of names: what a relative import starts from."""
    return list(Path(name).parent.parts)


def _imports(name: str) -> Iterator[tuple[str, int, bool]]:
    """(full module name, line, whether only types are taken from it) for each import anywhere in a file."""
    typing_only = {
        id(node)
        for block in ast.walk(_tree(name))
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(_tree(name)):
        for module in _modules(node, name):
            yield module, node.lineno, id(node) in typing_only  # type: ignore[attr-defined]


def _modules(node: ast.AST, name: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = _module_of(name)
        base = package[: len(package) - node.level + 1] if node.level else []
        prefix = ".".join([*base, *([node.module] if node.module else [])])
        yield from (f"{prefix}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _room(name: str) -> str:
    if name == "app.py":
        return "app"
    parts = Path(name).parts
    if parts[0] != "demos":
        return parts[0]
    if len(parts) == 2:
        return "records" if parts[1] == "records.py" else "demos"
    if parts[1] in LESSONS:
        return "lesson" if parts[2] in ("lesson.py", "__init__.py") else "board"
    return "/".join(parts[:2])


FORBIDDEN: dict[str, tuple[str, ...]] = {
    "lecture_models": ("app", "demos", "tests", "gradio", "matplotlib"),
    "demos/figures": ("app", "demos.ui", "tests", "gradio", "torch", "torchvision"),
    "board": ("app", "demos.ui", "tests", "gradio", "torch", "torchvision"),
    "records": (
        "app",
        "demos.ui",
        "demos.figures",
        "lecture_models",
        "tests",
        "gradio",
        "torch",
        "torchvision",
    ),
    "demos/ui": ("app", "demos.figures", "lecture_models", "tests", "torch", "torchvision"),
    "lesson": ("app", "tests"),
    "demos": ("app", "tests", "torch", "torchvision"),
    "app": ("tests", "torch", "torchvision", "lecture_models"),
}
"""What a room never imports, by the first names of a module. A *board* is all of a lesson's folder but lesson.py."""


def test_the_rooms_are_found_and_relative_imports_understood():
    assert {_room(name) for name in PRODUCT} == set(FORBIDDEN)
    modules = {module for module, _, _ in _imports("lecture_models/scenes/export.py")}
    assert {"lecture_models.scenes.render.render", "pycocotools.mask", "numpy"} <= modules


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


@pytest.mark.parametrize("name", PRODUCT)
def test_import_rule(name: str):
    broken = [
        f"{name}:{line} imports {module}"
        for module, line, _ in _imports(name)
        if any(_is_in(module, package) for package in FORBIDDEN[_room(name)])
    ]
    assert not broken


@pytest.mark.parametrize("name", [name for name in PRODUCT if _room(name) in ("demos/figures", "board")])
def test_figures_and_boards_take_only_types_from_the_models(name: str):
    broken = [
        f"{name}:{line} imports {module} at run time"
        for module, line, typing_only in _imports(name)
        if _is_in(module, "lecture_models") and not typing_only
    ]
    assert not broken


@pytest.mark.parametrize(
    "name", [name for name in PRODUCT if _room(name) in ("lesson", "board", "demos/figures", "demos/ui")]
)
def test_a_lesson_is_imported_by_nobody_else(name: str):
    lessons = {f"demos.{lesson}" for lesson in LESSONS} - {f"demos.{Path(name).parent.name}"}
    broken = [
        f"{name}:{line} imports {module}"
        for module, line, _ in _imports(name)
        if any(_is_in(module, lesson) for lesson in lessons)
    ]
    assert not broken


def test_models_import_nothing_of_ours_but_models():
    outside = [
        f"{name}:{line} imports {module}"
        for name in PRODUCT
        if name.startswith("lecture_models/")
        for module, line, _ in _imports(name)
        if module.split(".")[0] in OURS and not _is_in(module, "lecture_models")
    ]
    assert not outside


def _calls(name: str, attribute: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute
    ]


def test_only_the_app_launches():
    assert [name for name in PRODUCT if _calls(name, "launch")] == ["app.py"]


@pytest.mark.parametrize("name", PRODUCT)
def test_no_pyplot(name: str):
    assert not [line for module, line, _ in _imports(name) if _is_in(module, "matplotlib.pyplot")]


HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b|\b(?:rgba?|hsla?|oklch)\(\s*\d")
NAMED = {
    "red",
    "green",
    "blue",
    "orange",
    "yellow",
    "purple",
    "cyan",
    "magenta",
    "black",
    "white",
    "grey",
    "gray",
}
COLOUR_ARGUMENTS = {"color", "colour", "c", "edgecolor", "facecolor", "fill", "stroke", "background"}


def _docstrings(tree: ast.Module) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def _colours(name: str) -> Iterator[str]:
    tree = _tree(name)
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if text and HEX_COLOUR.search(node.value):  # type: ignore[attr-defined]
            yield f"{name}:{node.lineno} {node.value!r}"  # type: ignore[attr-defined]
        if isinstance(node, ast.keyword) and node.arg in COLOUR_ARGUMENTS:
            value = node.value
            if isinstance(value, ast.Constant) and value.value in NAMED:
                yield f"{name}:{value.lineno} {node.arg}={value.value!r}"


@pytest.mark.parametrize("name", [n for n in PRODUCT if n.startswith(("demos/", "app"))])
def test_colours_live_in_style_alone(name: str):
    if name != "demos/figures/style.py":
        assert not list(_colours(name))


@pytest.mark.parametrize("name", PRODUCT)
def test_styles_and_scripts_are_files(name: str):
    """CSS and JavaScript live in files of their own, where editors and linters know what they are."""
    longest = [
        f"{name}:{node.lineno}"
        for node in ast.walk(_tree(name))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"addEventListener|@media|document\.querySelector", node.value)
        and id(node) not in _docstrings(_tree(name))
    ]
    assert not longest


def test_no_rooms_for_odds_and_ends():
    odd = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert [name for name in PYTHON_FILES if odd & {*Path(name).parts, Path(name).stem}] == []


@pytest.mark.parametrize("name", PYTHON_FILES)
def test_files_hold_one_idea(name: str):
    lines = (ROOT / name).read_text(encoding="utf8").count("\n")
    assert lines <= MAX_FILE_LINES, f"{name} has {lines} lines: it holds more than one idea"


def _functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(name)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("name", PYTHON_FILES)
def test_functions_are_short(name: str):
    long = [
        f"{name}:{function.lineno} {function.name} has {_body_lines(function)} lines"
        for function in _functions(name)
        if _body_lines(function) > MAX_FUNCTION_LINES
    ]
    assert not long


def _public(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        defines = isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        if defines and not node.name.startswith("_"):  # type: ignore[attr-defined]
            yield node  # type: ignore[misc]


@pytest.mark.parametrize("name", PRODUCT)
def test_what_is_public_says_what_it_does(name: str):
    tree = _tree(name)
    silent = [f"{name}:{node.lineno} {node.name}" for node in _public(tree) if not ast.get_docstring(node)]
    assert not silent
    assert ast.get_docstring(tree) or not tree.body, f"{name} has no docstring of its own"
