"""A measurement as the board draws it: AP, its curve over the scenes, and the errors by class."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from demos.figures import galleries

if TYPE_CHECKING:
    from lecture_models.evaluation.stream import Measured
    from lecture_models.scenes import SceneSettings

History = Sequence[tuple[float | None, ...]]


def bars(counts: Mapping[str, tuple[int, int]], rules: Mapping[str, str]) -> list[dict[str, Any]]:
    """One bar for each class of errors: its name, its rule, false positives and missed instances."""
    return [
        {"kind": kind, "rule": rules[kind], "wrong": pair[0], "gone": pair[1]}
        for kind, pair in counts.items()
    ]


def curve(history: History) -> dict[str, list[float | None]]:
    """AP over the scenes so far: `scenes`, and `AP`, `AP50`, `AP75` in percent; None where it is not defined.

    >>> curve([(1, 0.5, 0.75, 0.25)])["AP50"]
    [75.0]
    >>> curve([(1, None, 0.75, 0.25)])["AP"]
    [None]
    """
    columns = list(zip(*history, strict=True)) if history else [(), (), (), ()]
    percent: dict[str, list[float | None]] = {
        name: [None if value is None else round(100 * value, 2) for value in column]
        for name, column in zip(("AP", "AP50", "AP75"), columns[1:], strict=True)
    }
    return {"scenes": list(columns[0]), **percent}


def precision(ap: Mapping[str, Any]) -> list[list[str]]:
    """Rows of AP in percent: box and mask by AP, AP50, AP75, small, medium, large; "–" where there is nothing.

    >>> precision({"mask_ap": 0.5, "by_size": {}})[1][:3]
    ['mask', '50.0', '–']
    """
    sizes = ap.get("by_size", {})
    rows = []
    for kind in ("box", "mask"):
        values = [ap.get(f"{kind}_ap{at}") for at in ("", "50", "75")]
        values += [sizes.get(size, {}).get(f"{kind}_ap") for size in ("small", "medium", "large")]
        rows.append([kind, *("–" if value is None else f"{100 * value:.1f}" for value in values)])
    return rows


def measured(
    told: Measured,
    history: History,
    names: Mapping[str, str],
    rules: Mapping[str, str],
    key: Callable[[int], str],
) -> dict[str, Any]:
    """All that the board shows; it says what it was measured on, since settings may have changed since.

    The cards travel as JSON text. gradio 6.31 sends what differs from the last value, and mixes up nested lists that
    become shorter in several places; a text is sent as a whole, and not at all while it stays the same.

    Args:
        told: The results so far.
        history: (scenes, mask AP, AP50, AP75) each time that AP was computed.
        names: The network's title under "network", the galleries' titles under their names.
        rules: The rule of each class of errors.
        key: The picture's key of a seed.
    """
    last = told.first_seed + told.done - 1
    return {
        "about": f"{names['network']} on scenes {told.first_seed} to {last} ({difficulty(told.settings)})",
        "errors": f"Errors at score ≥ {told.score:.2f} and IoU 0.5",
        "rows": precision(told.ap or {}),
        "curve": curve(history),
        "bars": bars(told.counts, rules),
        "hits": told.true_positives,
        "aside": aside(told),
        "cards": json.dumps([galleries.card(one, key(one.seed)) for one in told.worst]),
        "strongest": [
            {"title": names[gallery], "seed": seed, "count": found.strength[0], "key": key(seed)}
            for gallery, (seed, found) in told.strongest.items()
        ],
    }


def aside(told: Measured) -> str:
    """The classes that were judged, and what counts neither way."""
    parts = [f"{told.in_void} on things too small to judge"] if told.in_void else []
    parts += [f"{told.strangers} of classes that no scene has"] if told.strangers else []
    rest = f" Detections that count neither way: {' and '.join(parts)}." if parts else ""
    return f"Judged: {', '.join(told.classes)}.{rest}"


def difficulty(settings: SceneSettings) -> str:
    """The settings that make scenes hard, in a line."""
    sizes = f"{settings.size_min:g} to {settings.size_max:g} px high"
    return (
        f"{settings.things} things, crowding {settings.crowding:g}, occlusion {settings.occlusion:g}, {sizes}"
    )
