"""What stands written over a picture: names of boxes, tags, a scale bar; none covers another. Lengths in inches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from demos.figures.slide_layout import Rect
from demos.figures.slide_text import height_of, width_of, wrapped
from demos.figures.slides import Picture

HIGH = height_of(1) - 0.02  # of a chip
INNER = 0.04  # space in a chip on each side of its text
BAR = 0.3  # a scale bar is at most this part of the width
LARGE = 3.0  # width of a picture from which names have their scores
HIDDEN = 0.2  # part of another box that a name may cover
LENGTHS = [step * 10**power for power in range(4) for step in (1, 2, 5)]


@dataclass(frozen=True)
class Chip:
    """A text on a coloured ground, and where; ``bar`` is the length of the line that it measures."""

    place: Rect
    text: str
    color: str
    bar: float = 0.0


def chips(panel: Picture, rect: Rect) -> list[Chip]:
    """All chips of a picture; of names that would cover another or leave the picture, the first are kept."""
    found = [*ruler(panel, rect), *tags(panel, rect)]
    boxes = [on_slide(box.box, panel, rect) for box in panel.boxes]
    for box, place in zip(panel.boxes, boxes, strict=True):
        others = [other for other in boxes if other != place]
        for text in texts(box.label, rect):
            sides = around(place, width_of(text) + 2 * INNER)
            free = (one for one in sides if inside(one, rect) and is_free(one, found) and spares(one, others))
            if where := next(free, None):
                found.append(Chip(where, text, box.color))
                break
    return found


def on_slide(box: Sequence[float], panel: Picture, rect: Rect) -> Rect:
    """A box of a picture as a rectangle on the slide."""
    x0, y0, x1, _ = panel.extent
    scale = rect.width / (x1 - x0)
    left, top, right, bottom = box
    x, y = rect.x + (left - x0) * scale, rect.y + (top - y0) * scale
    return Rect(x, y, (right - left) * scale, (bottom - top) * scale)


def texts(label: str, rect: Rect) -> list[str]:
    """What may be written of a label: all of it in a large picture, else, or where it has no room, its name."""
    name = label.partition(" · ")[0]
    return list(dict.fromkeys([name] if rect.width < LARGE else [label, name])) if label else []


def around(box: Rect, wide: float) -> list[Rect]:
    """Places for the name of a box, the best first: above it, below it, inside."""
    left, right = box.x, box.x + box.width - wide
    over, under = box.y - HIGH, box.y + box.height
    places = [(left, over), (right, over), (left, under), (right, under), (left, box.y)]
    return [Rect(x, y, wide, HIGH) for x, y in places]


def spares(one: Rect, boxes: list[Rect]) -> bool:
    """Whether a rectangle leaves most of each of these boxes in sight."""
    for box in boxes:
        wide = min(one.x + one.width, box.x + box.width) - max(one.x, box.x)
        high = min(one.y + one.height, box.y + box.height) - max(one.y, box.y)
        if wide > 0 and high > 0 and wide * high > HIDDEN * box.width * box.height:
            return False
    return True


def inside(one: Rect, whole: Rect) -> bool:
    """Whether a rectangle lies in another."""
    return (
        whole.x <= one.x
        and whole.y <= one.y
        and one.x + one.width <= whole.x + whole.width
        and one.y + one.height <= whole.y + whole.height
    )


def is_free(one: Rect, taken: list[Chip]) -> bool:
    """Whether a rectangle covers no chip."""
    return not any(
        one.x < other.place.x + other.place.width
        and other.place.x < one.x + one.width
        and one.y < other.place.y + other.place.height
        and other.place.y < one.y + one.height
        for other in taken
    )


def ruler(panel: Picture, rect: Rect) -> Iterator[Chip]:
    """A scale bar in the lower right corner: the longest round length that is short enough."""
    x0, _, x1, _ = panel.extent
    fitting = [length for length in LENGTHS if length <= BAR * (x1 - x0)]
    if panel.ruler and fitting:
        bar, text = fitting[-1] * rect.width / (x1 - x0), f"{fitting[-1]} {panel.ruler}"
        wide = max(bar, width_of(text)) + 4 * INNER
        place = Rect(rect.x + rect.width - wide - 0.06, rect.y + rect.height - HIGH - 0.14, wide, HIGH + 0.08)
        yield Chip(place, text, "", bar)


def tags(panel: Picture, rect: Rect) -> list[Chip]:
    """Tags in rows in the middle of the picture; the last says how many have no room."""
    most = max(1, int((rect.height - 0.1) / (HIGH + 0.06)))
    rows: list[list[tuple[str, str, float]]] = [[]]
    for name, color in panel.tags:
        text = "".join(wrapped(name, rect.width - 0.1 - 4 * INNER, most=1))
        wide = width_of(text) + 4 * INNER
        if rows[-1] and sum(one[2] + 0.06 for one in rows[-1]) + wide > rect.width - 0.1:
            rows.append([])
        rows[-1].append((text, color, wide))
    left = sum(map(len, rows[most - 1 :])) if len(rows) > most else 0
    if left:
        more = "".join(wrapped(f"and {left} more", rect.width - 0.1 - 4 * INNER, most=1))
        rows = [*rows[: most - 1], [(more, rows[0][0][1], width_of(more) + 4 * INNER)]]
    y, made = rect.y + (rect.height - len(rows) * (HIGH + 0.06)) / 2, []
    for row in rows:
        x = rect.x + (rect.width - sum(one[2] + 0.06 for one in row)) / 2
        for text, color, wide in row:
            made.append(Chip(Rect(x, y, wide, HIGH), text, color))
            x += wide + 0.06
        y += HIGH + 0.06
    return made
