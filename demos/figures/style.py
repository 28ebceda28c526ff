"""Every colour of the pictures. A class has one colour in all lessons; assets/style.css has the page's own.

The class colours differ in lightness as well as in hue, so that they stay apart for colour-blind eyes and
on a pale projector; the test measures the smallest difference under the three common kinds of colour blindness.
"""

from __future__ import annotations

import colorsys

import numpy as np

CLASS_COLORS = {
    "sky": "#a9defa",
    "road": "#6b6680",
    "grass": "#93bb5a",
    "building": "#bf9c92",
    "ball": "#c8324a",
    "crate": "#96590a",
    "pillar": "#f8f6e2",
    "cone": "#ffa51a",
    "person": "#4247d0",
}
VOID_COLOR = "#20242c"
TRUTH = "#12b886"
PREDICTION = "#4263eb"
SHARED = "#ffd43b"
WRONG = "#e03131"
RIGHT = "#2f9e44"
INK = "#212529"
MUTED = "#6b7280"
GRID = "#d0d5dd"
PAPER = "#ffffff"
CYCLE = ("#4263eb", "#e8590c", "#0c8599", "#c2255c", "#5f3dc4", "#868e96")
"""Colours of a chart's series, in order."""
LEVELS = ("#f0e442", "#56b4e9", "#e69f00", "#e888bd", "#ffffff", "#00c48c")
"""Colours of a pyramid's levels from P2 on, as on the page (demos/rcnn_family/stages.css)."""


def rgb(color: str) -> tuple[int, int, int]:
    """A hex colour as (red, green, blue) of 0..255.

    >>> rgb("#ff8000")
    (255, 128, 0)
    """
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def hex_color(red: float, green: float, blue: float) -> str:
    """(red, green, blue) of 0..255 as a hex colour."""
    return "#" + "".join(f"{round(max(0, min(255, part))):02x}" for part in (red, green, blue))


def darker(color: str, share: float = 0.45) -> str:
    """A colour mixed with black, of which it keeps a share: a ground for white text, as the page's chips have it.

    >>> darker("#ffffff", 0.5)
    '#808080'
    """
    return hex_color(*(share * part for part in rgb(color)))


def class_color(name: str) -> str:
    """Colour of a class by its name: the scenes' own, else one spread by the name's bytes (COCO's 91 classes).

    >>> class_color("ball") == CLASS_COLORS["ball"]
    True
    """
    if name in CLASS_COLORS:
        return CLASS_COLORS[name]
    hue = sum((place + 1) * byte for place, byte in enumerate(name.encode())) * 0.618034 % 1
    red, green, blue = colorsys.hls_to_rgb(hue, 0.45, 0.65)
    return hex_color(255 * red, 255 * green, 255 * blue)


def instance_color(name: str, number: int) -> str:
    """Colour of the ``number``-th instance (from 0) of a class: the class's hue, lighter and darker in turn."""
    hue, light, strength = colorsys.rgb_to_hls(*(part / 255 for part in rgb(class_color(name))))
    steps = (0, 0.16, -0.14, 0.26, -0.22, 0.08) if 0.42 < light < 0.62 else (0, 0.15, 0.3, 0.08, 0.23, 0.38)
    way = -1 if light > 0.62 else 1  # a light colour has room below it, a dark one above
    turn = (0, 0.025, -0.025)[number // len(steps) % 3]
    light = min(0.92, max(0.15, light + way * steps[number % len(steps)]))
    red, green, blue = colorsys.hls_to_rgb((hue + turn) % 1, light, strength)
    return hex_color(255 * red, 255 * green, 255 * blue)


def number_color(number: int) -> str:
    """Colour of the ``number``-th of many that no class tells apart, such as tracks: hues far from one another.

    >>> len({number_color(k) for k in range(30)})
    30
    """
    light = (0.56, 0.42, 0.7)[number % 3]
    red, green, blue = colorsys.hls_to_rgb(number * 0.618034 % 1, light, 0.75)
    return hex_color(255 * red, 255 * green, 255 * blue)


def palette(names: tuple[str, ...]) -> np.ndarray:
    """Colours of classes as uint8 [256, 3], so that ``palette(names)[labels]`` paints a label map; 255 is void."""
    table = np.zeros((256, 3), np.uint8)
    for index, name in enumerate(names):
        table[index] = rgb(class_color(name))
    table[255] = rgb(VOID_COLOR)
    return table


def legend(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """(name, colour) pairs for a panel's legend."""
    return [(name, class_color(name)) for name in names]
