"""Result files: what trainings of ours came to, one JSON a network under ``assets/results``.

Lessons draw their tables from these files, so that each number on the screen names the run it is from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lecture_models.weights import replace_file

RESULTS = Path(__file__).resolve().parent.parent / "assets" / "results"


class ResultUnreadable(ValueError):  # noqa: N818 - it says what is the case, not whose fault it is
    """A result file is there and cannot be used: the message is one sentence that names it."""


def load(name: str, metrics: Sequence[str] = ()) -> dict[str, Any]:
    """The results of a network: ``title``, ``command``, ``settings``, and ``runs`` by rising seed.

    A run has ``seed``, ``steps``, ``minutes`` (wall time), ``device`` (on what), ``metrics`` (as
    :func:`lecture_models.evaluation.evaluate`), ``test`` (first seed and number of scenes) and ``versions``.

    Args:
        name: Of the network.
        metrics: Names of numbers that each run must have.

    Raises:
        ValueError: There are none yet; the message has the command that makes them.
        ResultUnreadable: (a ValueError) The file is cut off, or lacks something that a result has.
    """
    path = RESULTS / f"{name}.json"
    if not name.isidentifier() or not path.is_file():
        raise ValueError(
            f"There is no result of {name!r} yet. Make one: python -m lecture_models.training {name}"
        )
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _check(found, metrics)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ResultUnreadable(broken(path)) from error
    return found


def usable(names: Sequence[str], metrics: Sequence[str] = ()) -> tuple[list[dict[str, Any]], str]:
    """The results of networks that belong together; none of them where one is missing or cannot be read.

    Returns:
        The results, or none of them and the sentence that names the file that cannot be read, "" for a missing one.
    """
    try:
        return [load(name, metrics) for name in names], ""
    except ResultUnreadable as error:
        return [], str(error)
    except ValueError:
        return [], ""


def study(name: str) -> tuple[dict[str, Any] | None, str]:
    """What a study of ours came to, one whose file is no list of runs.

    Returns:
        The file's content and ""; None and the sentence that names a file that cannot be read, "" for a missing one.
    """
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return None, ""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        _need(found, command=str, test=dict)
    except (OSError, ValueError, TypeError, RecursionError):
        return None, broken(path)
    return found, ""


def broken(path: Path) -> str:
    """What is said of a file that cannot be read."""
    return f"The result file {path.name} cannot be read; restore it from the repository."


def _check(found: Any, metrics: Sequence[str]) -> None:
    """Raise TypeError unless a result has what lessons read of it."""
    _need(found, command=str, settings=dict, runs=list)
    _need(found["settings"], steps=int)
    if not found["runs"]:
        raise TypeError("there are no runs.")
    for run in found["runs"]:
        _need(run, seed=int, test=dict, metrics=dict)
        _need(run["test"], scenes=int)
        for measured in (run["metrics"], run.get("metrics_against_background")):
            if measured is not None:
                _need(measured, **dict.fromkeys(metrics, (int, float)))


def _need(values: Any, **kinds: Any) -> None:
    missing = [
        name
        for name, kind in kinds.items()
        if not isinstance(values, dict) or not isinstance(values.get(name), kind)
    ]
    if missing:
        raise TypeError(f"{', '.join(missing)} is missing, or of another type.")


def runs_so_far(name: str, about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The runs to which another of the same settings can be added; none where there is no file.

    Args:
        name: Of the network, an identifier.
        about: ``title``, ``command`` and ``settings``; they are of all its runs alike.

    Raises:
        ValueError: The file cannot be read, or the settings differ from those of the runs that are there.
    """
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return []
    old = load(name)
    if old["settings"] != json.loads(json.dumps(about["settings"])):
        raise ValueError(
            f"{path.name} holds runs with other settings: {old['settings']}; got {about['settings']}. "
            "Remove the file to begin anew, or train with the same."
        )
    runs: list[dict[str, Any]] = old["runs"]
    return runs


def add(name: str, about: Mapping[str, Any], run: Mapping[str, Any]) -> Path:
    """Add a run to a network's results, in the place of an older one of the same seed; returns the file.

    The file is replaced as a whole. Of several processes that add to it at once, each waits for the one before.

    Args:
        name: Of the network, an identifier.
        about: See :func:`runs_so_far`.
        run: See :func:`load`.

    Raises:
        ValueError: As :func:`runs_so_far`.
    """
    from filelock import FileLock  # only trainings add, and only they have it

    path = RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        runs = [one for one in runs_so_far(name, about) if one["seed"] != run["seed"]]
        everything = {**about, "runs": sorted([*runs, run], key=lambda one: one["seed"])}
        replace_file(path, (json.dumps(everything, indent=1) + "\n").encode())
    return path


def spread(name: str, metric: str) -> tuple[float, float, int]:
    """Mean of a metric over a network's runs, half of their range, and how many they are."""
    values = [run["metrics"][metric] for run in load(name, [metric])["runs"]]
    return sum(values) / len(values), (max(values) - min(values)) / 2, len(values)
