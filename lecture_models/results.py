"""Result files: what trainings of ours came to, one JSON a network under ``assets/results``.

Lessons draw their tables from these files, so that each number on the screen names the run it is from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent.parent / "assets" / "results"


def load(name: str) -> dict[str, Any]:
    """The results of a network: ``title``, ``command``, ``settings``, and ``runs`` by rising seed.

    A run has ``seed``, ``steps``, ``minutes`` (wall time), ``metrics`` (as :func:`lecture_models.evaluation.evaluate`),
    ``test`` (first seed and number of scenes) and ``versions``.

    Raises:
        ValueError: There are none yet; the message has the command that makes them.
    """
    path = RESULTS / f"{name}.json"
    if not name.isidentifier() or not path.is_file():
        raise ValueError(
            f"There is no result of {name!r} yet. Make one: python -m lecture_models.training {name}"
        )
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def add(name: str, about: Mapping[str, Any], run: Mapping[str, Any]) -> Path:
    """Add a run to a network's results, in the place of an older one of the same seed; returns the file.

    Args:
        name: Of the network, an identifier.
        about: ``title``, ``command`` and ``settings``; they are of all its runs alike.
        run: See :func:`load`.

    Raises:
        ValueError: The settings differ from those of the runs that are there.
    """
    path = RESULTS / f"{name}.json"
    old = load(name) if path.is_file() else {**about, "runs": []}
    if old["settings"] != json.loads(json.dumps(about["settings"])):
        raise ValueError(
            f"{path.name} holds runs with other settings: {old['settings']}; got {about['settings']}. "
            "Remove the file to begin anew, or train with the same."
        )
    runs = [one for one in old["runs"] if one["seed"] != run["seed"]]
    everything = {**about, "runs": sorted([*runs, run], key=lambda one: one["seed"])}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
    return path


def spread(name: str, metric: str) -> tuple[float, float, int]:
    """Mean of a metric over a network's runs, half of their range, and how many they are."""
    values = [run["metrics"][metric] for run in load(name)["runs"]]
    return sum(values) / len(values), (max(values) - min(values)) / 2, len(values)
