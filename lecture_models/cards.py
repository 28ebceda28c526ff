"""Cards of our networks: read from their JSON files, and refused in one sentence where a file is not a whole card."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from lecture_models.weights import Card, WeightsUnavailable

_log = logging.getLogger(__name__)


def read_card(path: Path) -> Card:
    """The card in a JSON file.

    Raises:
        WeightsUnavailable: There is no card at `path`, or it is cut off, has other fields, or values of another type.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf8"))
        _check_types(fields)
        return Card(**{**fields, "classes": tuple(fields.get("classes", ()))})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsUnavailable(
            f"The card {path.name} cannot be read; restore it from the repository."
        ) from error


def _check_types(fields: Mapping[str, Any]) -> None:
    """Raise TypeError where a known field has another type than its default; a number may lack its decimal point."""
    defaults = {**asdict(Card(name="", title="")), "classes": []}
    for name, value in fields.items():
        default = defaults.get(name)
        if not isinstance(value, (int, float) if isinstance(default, float) else type(default)):
            raise TypeError(f"{name} is {value!r}.")
    if not all(isinstance(name, str) for name in fields.get("classes", [])):
        raise TypeError(f"classes are {fields['classes']!r}.")


def cards_in(folder: Path) -> dict[str, Card]:
    """Cards of all networks whose weights lie in a folder, by name; one without a readable card is left out.

    The log says once which is left out, and why.
    """
    found = {}
    for path in sorted(folder.glob("*.safetensors")):
        if path.stem.isidentifier():
            try:
                found[path.stem] = read_card(path.with_suffix(".json"))
            except WeightsUnavailable as error:
                _warn_once(path, str(error))
    return found


@cache
def _warn_once(path: Path, sentence: str) -> None:
    _log.warning("%s is left out: %s", path.stem, sentence)
