"""Fields of a JSON file from outside, each with the sentence that is said where it is not what it must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lecture_models.datasets.archive import inside, told
from lecture_models.datasets.model import DataSetError

LARGEST = 2**53
NAME = 120
SHOWN = 40  # letters of a class's name that are kept


def at(name: str, where: str, fault: str) -> str:
    """A fault at a place of a file, as a sentence.

    >>> at("panoptic.json", "images[3]", "has no id. Add one")
    'panoptic.json: images[3] has no id. Add one.'
    """
    return f"{told(name)}: {where} {fault}."


def listed(name: str, content: Mapping[str, Any], key: str, where: str = "") -> Sequence[Any]:
    """A list."""
    value = content.get(key)
    if not isinstance(value, list):
        raise DataSetError(at(name, f"{where} {key}".strip(), "must be a list. Write it anew"))
    return value


def small(name: str, values: Sequence[Any], most: int, what: str) -> Sequence[Any]:
    """A list of at most so many."""
    if len(values) > most:
        raise DataSetError(at(name, what, f"has {len(values)} entries; at most {most} are read. Send fewer"))
    return values


def record(name: str, where: str, given: Any) -> Mapping[str, Any]:
    """An object."""
    if not isinstance(given, dict):
        raise DataSetError(at(name, where, "must be an object. Write it anew"))
    return given


def whole(name: str, where: str, given: Mapping[str, Any], key: str) -> int:
    """A whole number that is not negative."""
    value = given.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST:
        raise DataSetError(at(name, where, f"must have {key}, a whole number from 0 on. Correct it"))
    return value


def identity(name: str, where: str, given: Mapping[str, Any], key: str) -> int | str:
    """What names a picture: a whole number, or a text, as Cityscapes has it."""
    return (
        named(name, where, given, key) if isinstance(given.get(key), str) else whole(name, where, given, key)
    )


def flag(name: str, where: str, given: Mapping[str, Any], key: str) -> bool:
    """0 or 1."""
    if given.get(key) not in (0, 1):
        raise DataSetError(at(name, where, f"must have {key}, 0 or 1. Correct it"))
    return bool(given[key])


def named(name: str, where: str, given: Mapping[str, Any], key: str) -> str:
    """A text that is not empty, as it may be shown."""
    value = given.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > NAME:
        raise DataSetError(at(name, where, f"must have {key}, a text of 1 to {NAME} letters. Correct it"))
    return told(value.strip(), SHOWN if key == "name" else NAME)


def file_named(name: str, where: str, given: Mapping[str, Any]) -> str:
    """A ``file_name`` as a plain relative path."""
    text = named(name, where, given, "file_name")
    if not (path := inside(text)):
        fault = f"has file_name {told(text)}, which leads out of the folder or is no plain name. Correct it"
        raise DataSetError(at(name, where, fault))
    return path
