"""Settings from outside (the page, a permalink, the raw API) are checked here, one clear sentence each.

A rule is made from the widget once, when the page is built; the same rule serves endpoint and permalink.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

MAX_TEXT = 300
"""Longest text (a picture key, a selection) that is accepted, in characters."""

SELECTIONS = {"point": ("x,y", 2), "box": ("x0,y0,x1,y1", 4)}
LEAST = 1e-30
"""A number nearer to 0 than this is 0: in single precision, in which lessons compute, it may be nothing else."""
_NUMBER = re.compile(r"-?\d{1,5}(\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True)
class Number:
    """A finite number within [low, high]; ``whole`` asks for an integer.

    >>> Number(0, 1).check("T", 1e-320)
    0.0
    """

    low: float
    high: float
    whole: bool = False

    def check(self, name: str, value: Any) -> float | int:
        """Return the value as a number. Raises gr.Error with what must hold, what came, what to do."""
        kind = "a whole number" if self.whole else "a number"
        must = f"{name} must be {kind} from {self.low:g} to {self.high:g}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise refuse(must, value)
        if not self.low <= value <= self.high or (self.whole and value != int(value)):
            raise refuse(must, value)  # not-a-number fails the first comparison
        return int(value) if self.whole else float(value) if abs(value) >= LEAST else 0.0

    def parse(self, text: str) -> Any:
        try:
            return float(text)
        except ValueError:
            return text


@dataclass(frozen=True)
class Choice:
    """One of the given values."""

    choices: tuple[Any, ...]

    def check(self, name: str, value: Any) -> Any:
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value in self.choices:
            return value
        raise refuse(f"{name} must be one of {', '.join(str(one) or 'empty' for one in self.choices)}", value)

    def parse(self, text: str) -> Any:
        return next((choice for choice in self.choices if str(choice) == text), text)


@dataclass(frozen=True)
class Switch:
    """True or False."""

    def check(self, name: str, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise refuse(f"{name} must be true or false", value)

    def parse(self, text: str) -> Any:
        return {"1": True, "0": False, "true": True, "false": False}.get(text.lower(), text)


@dataclass(frozen=True)
class Text:
    """A short text; one with a ``form``, a regular expression, has it as a whole or is empty.

    ``what`` says the form in words.
    """

    form: str = ""
    what: str = ""

    def check(self, name: str, value: Any) -> str:
        must = f"{name} must be {self.what or f'a text of at most {MAX_TEXT} characters'}"
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise refuse(must, value)
        if value and self.form and not re.fullmatch(self.form, value, re.ASCII):
            raise refuse(must, value)
        return value

    def parse(self, text: str) -> Any:
        return text


@dataclass(frozen=True)
class Selection:
    """A stage's selection: "" (nothing), "x,y" or "x0,y0,x1,y1" in picture pixels; boxes are sorted."""

    kind: str

    def check(self, name: str, value: Any) -> str:
        form, count = SELECTIONS[self.kind]
        must = f'{name} must be "{form}" in picture pixels, or empty'
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise refuse(must, value)
        if not value.strip():
            return ""
        parts = [part.strip() for part in value.split(",")]
        if len(parts) != count or not all(_NUMBER.fullmatch(part) for part in parts):
            raise refuse(must, value)
        numbers = [float(part) for part in parts]
        if self.kind == "box" and not (numbers[0] <= numbers[2] and numbers[1] <= numbers[3]):
            raise refuse(f"{name} must have x0 <= x1 and y0 <= y1", value)
        return ",".join(f"{number:.12g}" for number in numbers)

    def parse(self, text: str) -> Any:
        return text


Rule = Number | Choice | Switch | Text | Selection


def rule_for(component: gr.components.Component) -> Rule:
    """The rule that a widget implies: a slider's range, a dropdown's choices and so on."""
    if isinstance(component, (gr.Slider, gr.Number)):
        low, high = component.minimum, component.maximum
        if low is None or high is None:
            raise TypeError(f"{component.label!r} needs minimum and maximum: the endpoint checks them.")
        whole = isinstance(component.step, int) and float(low).is_integer()
        return Number(low, high, whole)
    if isinstance(component, (gr.Dropdown, gr.Radio)):
        return Choice(tuple(value for _, value in component.choices))
    if isinstance(component, gr.Checkbox):
        return Switch()
    return Text()


def refuse(must: str, came: Any) -> gr.Error:
    """The error for a value that does not fit; its text is shown as text."""
    return gr.Error(f"{must}; got {shorten(came)}. Choose another value.", duration=8, print_exception=False)


def shorten(value: Any, limit: int = 60) -> str:
    """A value as a short text, for a message; without angle brackets, since messages are drawn as HTML.

    >>> shorten("<b>"), shorten(9.0), shorten(None)
    ('“‹b›”', '9', 'nothing')
    """
    try:
        text = _plainly(value).replace("<", "‹").replace(">", "›")
    except RecursionError:
        text = "a value of very many levels"
    end = "…”" if text.startswith("“") else "…"
    return text if len(text) <= limit else text[: limit - len(end)] + end


def _plainly(value: Any) -> str:
    """A value as a sentence names it."""
    if isinstance(value, str):
        return f"“{''.join(one if one.isprintable() else ' ' for one in value)}”"
    if isinstance(value, float):
        return f"{value:g}"
    return "nothing" if value is None else repr(value)


def split_selection(text: str) -> tuple[float, ...]:
    """Numbers of a selection.

    >>> split_selection("40,24,152,136.5")
    (40.0, 24.0, 152.0, 136.5)
    >>> split_selection("")
    ()
    """
    return tuple(float(part) for part in text.split(",")) if text.strip() else ()


def check_all(rules: dict[str, Rule], values: Sequence[Any]) -> dict[str, Any]:
    """Check the settings of one call, in the order of ``rules``. Raises gr.Error at the first bad one."""
    return {name: rule.check(name, value) for (name, rule), value in zip(rules.items(), values, strict=True)}
