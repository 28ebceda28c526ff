"""What a learner can turn in a scene: counts, sizes, crowding, light and camera, each with its range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

CLASSES = ("sky", "road", "grass", "building", "ball", "crate", "pillar", "cone", "person")
STUFF = CLASSES[:4]
THINGS = CLASSES[4:]
VOID = 255


@dataclass(frozen=True)
class SceneSettings:
    """How a scene is composed; every field has a unit and a range (see ``RANGES``).

    Args:
        things: how many things are placed (0..24); some may end up hidden or too small to see.
        crowding: chance (0..1) that a thing stands beside another one of its own class.
        size_min: smallest apparent height a thing is placed at, in pixels of a 256-pixel picture.
        size_max: largest apparent height, same unit; at least ``size_min``.
        occlusion: chance (0..1) that a thing is placed behind another one, on the same line of sight.
        sun_height: degrees above the horizon; the seed moves it by up to 20 degrees.
        camera_height: metres above the ground; the seed moves it by up to half.

    Raises:
        ValueError: where a value is not a finite number inside its range.

    >>> SceneSettings(things=3).things
    3
    """

    things: int = 10
    crowding: float = 0.3
    size_min: float = 16.0
    size_max: float = 160.0
    occlusion: float = 0.35
    sun_height: float = 45.0
    camera_height: float = 2.4

    # name: (low, high, step, unit, what it does)
    RANGES: ClassVar[dict[str, tuple[float, float, float, str, str]]] = {
        "things": (0, 24, 1, "count", "things placed in the scene"),
        "crowding": (0.0, 1.0, 0.05, "chance", "a thing stands beside one of its own class"),
        "size_min": (6.0, 220.0, 1.0, "px at 256", "smallest apparent height"),
        "size_max": (6.0, 220.0, 1.0, "px at 256", "largest apparent height"),
        "occlusion": (0.0, 1.0, 0.05, "chance", "a thing is placed behind another"),
        "sun_height": (5.0, 85.0, 1.0, "degrees", "sun above the horizon, before the seed moves it"),
        "camera_height": (1.0, 6.0, 0.1, "metres", "camera above the ground, before the seed moves it"),
    }

    def __post_init__(self) -> None:
        for name, (low, high, _, unit, _) in self.RANGES.items():
            _check(name, getattr(self, name), low, high, unit)
        if int(self.things) != self.things:
            raise ValueError(
                f"things must be a whole number; got {self.things!r}. Give an integer from 0 to 24."
            )
        if self.size_min > self.size_max:
            raise ValueError(
                f"size_min must not exceed size_max; got {self.size_min:g} > {self.size_max:g}. Lower it."
            )


def _check(name: str, value: object, low: float, high: float, unit: str) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type, operator]
        raise ValueError(
            f"{name} must be a number from {low:g} to {high:g} ({unit}); got {value!r}. Choose another."
        )
