"""The frame's modules import each other in one direction."""

from __future__ import annotations

from tests.test_architecture import PRODUCT, _imports


def test_no_module_of_the_frame_imports_itself_by_a_detour():
    edges = {
        name: {
            f"demos/ui/{module.split('.')[2]}.py"
            for module, _, typing_only in _imports(name)
            if _is_ui(module, typing_only)
        }
        for name in PRODUCT
        if name.startswith("demos/ui/") and not name.endswith("__init__.py")
    }
    assert not [name for name in edges if name in _reached(edges, name)]


def _is_ui(module: str, typing_only: bool) -> bool:
    return not typing_only and module.startswith("demos.ui.")


def _reached(edges: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    todo = list(edges.get(start, ()))
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += edges.get(name, ())
    return seen
