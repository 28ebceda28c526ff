"""What a lesson is: a frozen record that the frame turns into a tab, an endpoint and a permalink."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demos.records import Task

if TYPE_CHECKING:
    from demos.ui.screen import Screen

PICTURE = "picture"
"""The one setting that all lessons share: the picture's key, such as ``scene:42``."""


@dataclass(frozen=True)
class Lesson:
    """One tab of the page, made of the functions of one lesson's folder.

    Args:
        name: the folder's name; it names the endpoint, the permalink's ``lesson`` and the tab.
        number: place in the lecture, such as ``A1``.
        title: the tab's title, at most four words.
        point: what the lesson teaches, in one sentence that a stranger understands.
        update: settings in, a mapping from output keys to values out; all parameters have defaults.
        build: places the widgets on a :class:`~demos.ui.screen.Screen`.
        code: returns the functions whose source "Show the code" prints; called when the learner opens it.
        first: what to do first, in a few words such as "Drag the box."; every lesson of the page needs it.
        data: settings in, a mapping from names to arrays and plain values out; what "Save the data" writes.
        figure: settings in, a slide of demos.figures.slides out; what "Save as figure" writes.
        asks: its question on the start page, one short line that a newcomer understands; every lesson of the page
            needs it.
        card: how the title of the figure's panel begins that stands on the start page; the first picture's where empty.
        tasks: what the guided path asks to reach in this lesson.

    Examples:
        >>> def update(picture: str = "scene:42", score: float = 0.5) -> dict:
        ...     '''Detect things in a picture.
        ...
        ...     Args:
        ...         score: scores from 0 to 1.
        ...     '''
        ...     return {}
        >>> lesson = Lesson("toy", "A1", "Toy", "A toy.", update, lambda screen: None)
        >>> lesson.settings
        ('picture', 'score')
        >>> lesson.defaults["score"]
        0.5
    """

    name: str
    number: str
    title: str
    point: str
    update: Callable[..., Mapping[str, Any]]
    build: Callable[[Screen], None]
    code: Callable[[], Sequence[Callable]] = tuple
    first: str = ""
    data: Callable[..., Mapping[str, Any]] | None = None
    figure: Callable[..., Any] | None = None
    asks: str = ""
    card: str = ""
    tasks: tuple[Task, ...] = ()

    @property
    def folder(self) -> Path:
        """Where all of the lesson lies: the folder of the file with ``update``."""
        return Path(inspect.getfile(self.update)).resolve().parent

    @property
    def theory(self) -> str:
        """The tab's text, ``theory.md`` of the lesson's folder: Markdown with LaTeX between dollar signs."""
        return (self.folder / "theory.md").read_text(encoding="utf-8")

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of ``update``'s parameters: the widgets' keys, in order, ``picture`` first."""
        return tuple(inspect.signature(self.update).parameters)

    @property
    def defaults(self) -> dict[str, Any]:
        """Default of each setting; a parameter without one is an error, since the endpoint promises them."""
        found = {}
        for name, parameter in inspect.signature(self.update).parameters.items():
            if parameter.default is inspect.Parameter.empty:
                raise TypeError(f"{self.name}.update({name}) needs a default: the endpoint promises one.")
            found[name] = parameter.default
        return found


@dataclass(frozen=True)
class Part:
    """A part of the lecture: a letter, a title and its lessons in order (none while they are being written)."""

    letter: str
    title: str
    lessons: tuple[Lesson, ...] = ()
