"""The values that ``update`` returns: plain records of text and encoded pictures, no component, no array.

Each has ``payload()``, the JSON that demos/draw draws. All text in them reaches the page as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Box:
    """A box drawn over a panel: ``box`` xyxy in picture pixels, a CSS colour, a label, perhaps dashed.

    ``offered``: a click on it makes it the stage's box.
    """

    box: Sequence[float]
    color: str
    label: str = ""
    dashed: bool = False
    offered: bool = False


@dataclass(frozen=True)
class Knows:
    """What a panel says at a pixel: what it knows and what it cannot know."""

    text: str
    cannot: str = ""


@dataclass(frozen=True)
class Panel:
    """One view of the picture on a stage.

    Args:
        title: shown above the picture.
        alt: alternative text: what the picture shows, for somebody who does not see it.
        image: data URI that fills the panel (see ``demos.figures.encode``), or '' to show the stage's ``base``.
        overlay: data URI laid over the image, enlarged without smoothing.
        index: packed indices [h, w] (``encode.pack_indices``), any size; ``texts[index]`` is read out.
        texts: what to say for each index.
        marks: for each index a text with one sign for each number of the stage's ``truth``: '+' right, '-' wrong,
            '.' nothing to compare; then the read-out says whether this panel is right at that pixel.
        tags: (text, CSS colour) pairs written over the picture, for what has no place in it.
        values: packed floats [h, w] (``encode.pack_values``): the number under the pointer is read out.
        unit: unit of ``values``.
        boxes: boxes in picture pixels.
        legend: (name, CSS colour) pairs of this panel alone.
        pixelated: enlarge ``image`` by nearest neighbour: True for small maps, False for photographs.
        asks: what this view answers, shown below it until a pixel is pointed at.
        note: one line below the panel.
    """

    title: str
    alt: str
    image: str = ""
    overlay: str = ""
    index: Mapping[str, Any] | None = None
    texts: Sequence[Knows] = ()
    marks: Sequence[str] = ()
    tags: Sequence[tuple[str, str]] = ()
    values: Mapping[str, Any] | None = None
    unit: str = ""
    boxes: Sequence[Box] = ()
    legend: Sequence[tuple[str, str]] = ()
    pixelated: bool = False
    asks: str = ""
    note: str = ""


@dataclass(frozen=True)
class Panels:
    """What a stage shows: panels of one picture of ``size`` (height, width), an optional legend for all.

    Args:
        size: (height, width) of the picture in pixels; boxes, points and crosshair are in these pixels.
        panels: the views, in reading order.
        base: data URI of the picture, shared by all panels with an empty ``image``.
        legend: (name, CSS colour) pairs.
        truth: packed numbers of the true segments [H, W], which the panels' ``marks`` are about.
        selection: set the stage's selection ("x,y" or "x0,y0,x1,y1"); None leaves the learner's as it is.
        message: one sentence above the panels, such as "The weights could not be fetched: …".
        picture: key of the picture that is shown, where it is another than the page's.
    """

    size: tuple[int, int]
    panels: Sequence[Panel]
    base: str = ""
    legend: Sequence[tuple[str, str]] = ()
    truth: Mapping[str, Any] | None = None
    selection: str | None = None
    message: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Reading:
    """The one large number of a lesson.

    Args:
        value: the number as text, rounded as it should be read.
        unit: such as ``%`` or ``px``.
        meaning: what it is, in one sentence.
        source: 'run' (computed now), 'result' (a result file of ours) or 'paper'; they look different.
        cite: what the number is from, where it is not from this run.
        more: further (label, value) pairs, small.
    """

    value: str
    unit: str
    meaning: str
    source: str = "run"
    cite: str = ""
    more: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Question:
    """A question that the learner's own settings decide; ``answer`` is an index of ``choices``.

    The page hides answer and reason, and veils what would give them away, until the learner commits to a choice.

    Args:
        text: the question, short enough for one line with its choices.
        choices: two to five, each of a few words.
        answer: index of the right one.
        why: numbers of this run and a reason, in at most two short sentences.
        veils: what would give the answer away: keys of outputs, or ``key/part`` for a stage's panel of that title or
            for what a board marks with ``data-shows``.
        about: what is asked about, such as the picture's key: the page asks anew when it changes.
        step: scenes to the next one that this lesson shows as another.
    """

    text: str
    choices: Sequence[str]
    answer: int
    why: str
    veils: Sequence[str] = ()
    about: str = ""
    step: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.answer < len(self.choices):
            raise IndexError(f"answer is an index of {len(self.choices)} choices, got {self.answer}.")


@dataclass(frozen=True)
class Verdict:
    """What the check of a task came to: whether it is reached, and why, or how far off, in one short sentence."""

    done: bool
    said: str


@dataclass(frozen=True)
class Task:
    """Something to reach in a lesson by acting, for the guided path; the learner's settings decide.

    Args:
        name: of this task alone: it names it in links and in what browsers remember.
        text: what to reach, in one or two short sentences.
        judge: a lesson's settings in, a :class:`Verdict` out, computed from what the lesson makes of them.
        answer: settings that reach it, those that are not the lesson's own.
        start: settings to begin with, in the same way.
        holds: keys of ``start`` whose settings belong to the task, such as ``view``.
        elsewhere: the sentence for a learner who has changed one of them.

    Examples:
        >>> near = Task("near", "Come near to 5.", lambda s: Verdict(s["x"] > 4, f"It is {s['x']}."), {"x": 5})
        >>> near.check({"x": 3})
        Verdict(done=False, said='It is 3.')
    """

    name: str
    text: str
    judge: Callable[[Mapping[str, Any]], Verdict]
    answer: Mapping[str, Any]
    start: Mapping[str, Any] = field(default_factory=dict)
    holds: Sequence[str] = ()
    elsewhere: str = ""

    def check(self, settings: Mapping[str, Any]) -> Verdict:
        """Whether all of a lesson's settings reach it. Raises what the lesson raises for bad ones."""
        if any(settings[key] != self.start[key] for key in self.holds):
            return Verdict(False, self.elsewhere)
        return self.judge(settings)


@dataclass(frozen=True)
class Table:
    """A small table: column heads, rows of text, a caption with its source; ``source`` as in :class:`Reading`."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    source: str = "run"
    strong: Sequence[int] = field(default_factory=tuple)


@dataclass(frozen=True)
class Progress:
    """How far long work is: ``done`` of ``total`` (0 if unknown), and what of, such as "12 of 50 scenes"."""

    done: int
    total: int
    text: str


def as_json(value: Any) -> bytes:
    """Records, lists and mappings as JSON; arrays and tensors are lists, what is not finite is null.

    >>> import numpy as np
    >>> as_json({"rows": np.zeros((1, 2))})
    b'{"rows":[[0.0,0.0]]}'
    """
    return orjson.dumps(value, _plain, orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    """What orjson cannot write by itself: tensors, arrays in another order, NumPy's own numbers."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"data may hold arrays, numbers, texts, lists and dicts; got {type(value).__name__}.")


def as_sent(value: Any) -> Any:
    """Records, lists and mappings as one JSON text, which demos/draw/packed.js reads; anything else as it is.

    gradio 6.31 makes every number of a nested value reactive in the browser, which takes it 200 ms for 100 kB, and
    garbles the nested lists of a stream when they get shorter. A text it leaves alone. What is not finite becomes null,
    as in gradio's own answers: the browser could not read NaN.

    >>> as_sent({"rows": [1, float("nan")]}), as_sent("text"), as_sent(None)
    ('{"rows":[1,null]}', 'text', None)
    """
    whole = is_dataclass(value) or isinstance(value, dict | list)
    return as_json(value).decode() if whole else value
