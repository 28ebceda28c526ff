"""Rows of an ablation's table from result files: mean over seeds, spread, gain of the last over the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from demos.records import Table

MASKS = (("mask_ap", "AP"), ("mask_ap50", "AP50"), ("mask_ap75", "AP75"))
BOXES = (("box_ap", "box AP"), ("box_ap50", "box AP50"), ("box_ap75", "box AP75"))
METRICS = (*(key for key, _ in MASKS + BOXES), "median_side")
"""What a result must have measured, so that it can be a row here."""
Result = Mapping[str, Any]


def heads(first: str, metrics: Sequence[tuple[str, str]] = MASKS + BOXES) -> tuple[str, ...]:
    """Heads of the columns; ``first`` stands above the rows' names."""
    return (first, *(name for _, name in metrics))


def row(name: str, result: Result, metrics: Sequence[tuple[str, str]] = MASKS + BOXES) -> tuple[str, ...]:
    """One network: means over its seeds in per cent, with half their range where there are several.

    >>> runs = [{"metrics": {"mask_ap": 0.25}}, {"metrics": {"mask_ap": 0.35}}]
    >>> row("RoIPool", {"runs": runs}, MASKS[:1])
    ('RoIPool, 2 seeds', '30.0 ±5.0')
    """
    count = len(result["runs"])
    seeds = f"{name}, {count} seeds" if count > 1 else name
    return (seeds, *(_cell(values(result, key)) for key, _ in metrics))


def gain(
    first: Result, second: Result, metrics: Sequence[tuple[str, str]] = MASKS + BOXES
) -> tuple[str, ...]:
    """What the second is better by, in points: the mean over the seeds that both have, and half the range.

    >>> runs = lambda *aps: {"runs": [{"seed": i, "metrics": {"mask_ap": ap}} for i, ap in enumerate(aps)]}
    >>> gain(runs(0.2, 0.3), runs(0.25, 0.37), MASKS[:1])
    ('gain', '+6.0 ±1.0')
    """
    return ("gain", *(_gain(first, second, key) for key, _ in metrics))


def table(head: str, found: Mapping[str, Result], caption: str) -> Table:
    """Networks' results by name, the last one strong, and its gain over the first."""
    rows = [row(name, result) for name, result in found.items()]
    first, *_, last = found.values()
    caption = " ".join(filter(None, (caption, by_seed(found), apart(found))))
    return Table(heads(head), [*rows, gain(first, last)], caption, source="result", strong=(len(rows) - 1,))


def by_seed(found: Mapping[str, Result], metric: str = "mask_ap") -> str:
    """What each training came to, since half a range says little of two seeds; empty where there is one seed each.

    >>> runs = lambda *aps: {"runs": [{"metrics": {"mask_ap": ap}} for ap in aps]}
    >>> by_seed({"softmax": runs(0.434, 0.437), "sigmoid": runs(0.499)})
    'Mask AP by seed: softmax 43.4, 43.7; sigmoid 49.9.'
    """
    if all(len(result["runs"]) < 2 for result in found.values()):
        return ""
    listed = "; ".join(
        f"{name} {', '.join(f'{one:.1f}' for one in values(result, metric))}"
        for name, result in found.items()
    )
    return f"Mask AP by seed: {listed}."


def apart(found: Mapping[str, Result], metric: str = "mask_ap") -> str:
    """Which networks of one seed differ from the first by no more than its own seeds do; empty where none does.

    >>> runs = lambda *aps: {"runs": [{"metrics": {"mask_ap": ap}} for ap in aps]}
    >>> apart({"RoIPool": runs(0.33, 0.34), "RoIWarp": runs(0.345), "RoIAlign": runs(0.45)})
    'RoIWarp, one seed, is 1.0 from the mean of RoIPool, whose seeds differ by 1.0: no telling the two apart.'
    """
    (first, base), *others = ((name, values(result, metric)) for name, result in found.items())
    mean, spread = sum(base) / len(base), max(base) - min(base)
    near = [(name, abs(one[0] - mean)) for name, one in others if len(one) == 1 and len(base) > 1]
    said = (
        "{}, one seed, is {:.1f} from the mean of {}, whose seeds differ by {:.1f}: no telling the two apart."
    )
    return " ".join(said.format(name, off, first, spread) for name, off in near if off <= 1.5 * spread)


def none(head: str, sentence: str) -> Table | None:
    """The place of such a table where a file cannot be read, which the sentence says; None where there is no file."""
    return Table(heads(head), [], sentence, source="result") if sentence else None


def told(
    result: Result,
    but: str = "the crop",
    note: str = " RoIAlign corrects the half cell here; the paper does not say.",
) -> str:
    """What all rows of a table have in common: how they were trained, what differs, on what they were measured."""
    test, steps, seeds = result["runs"][0]["test"], result["settings"]["steps"], len(result["runs"])
    over = f"up to {seeds} seeds, ± is half their range" if seeds > 1 else "one seed each"
    return (
        f"Ours: each trained anew for {steps:,} steps, alike in all but {but} ({over}); {test['scenes']} unseen "
        f"scenes.{note} Retrain it yourself: {result['command']}."
    )


def values(result: Result, metric: str) -> list[float]:
    """A metric of all seeds, in per cent."""
    return [100 * run["metrics"][metric] for run in result["runs"]]


def differences(first: Result, second: Result, metric: str) -> list[float]:
    """Second minus first, for each seed that both were trained with, in points."""
    one, other = ({run["seed"]: run["metrics"][metric] for run in of["runs"]} for of in (first, second))
    return [100 * (other[seed] - one[seed]) for seed in sorted(one.keys() & other.keys())]


def _gain(first: Result, second: Result, metric: str) -> str:
    return _cell(differences(first, second, metric), "+.1f")


def _cell(found: Sequence[float], form: str = ".1f") -> str:
    mean = format(sum(found) / len(found), form)
    return f"{mean} ±{(max(found) - min(found)) / 2:.1f}" if len(found) > 1 else mean
