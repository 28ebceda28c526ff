"""The screen of one lesson: where its widgets stand and what they are called.

The frame makes one for each lesson and passes it to ``build``; widgets go to ``left``, ``right`` and ``row``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gradio as gr

from demos.ui import dropped, runs
from demos.ui import stage as stages
from demos.ui.checks import Rule, Selection, Text, rule_for
from demos.ui.lesson import PICTURE, Lesson


class Screen:
    """Slots and registers of one lesson.

    Attributes:
        left, right, row: contexts; ``with screen.left:`` places what follows on the left, and so on.
        inputs: settings' keys to their widgets, in the order of creation.
        rules: settings' keys to the check that each call passes.
        outputs: ``update``'s keys to the components that show them.
        runs: names of long pieces of work to what is known of them.
        beacon: the lesson's point, whose events ask ``update`` through gradio's queue.
    """

    def __init__(self, lesson: Lesson, left: Any, right: Any, row: Any) -> None:
        self.lesson = lesson
        self.left, self.right, self.row = left, right, row
        self.inputs: dict[str, gr.components.Component] = {}
        self.rules: dict[str, Rule] = {}
        self.outputs: dict[str, gr.components.Component] = {}
        self.runs: dict[str, runs.Run] = {}
        self._streamed: dict[str, dict[str, Any]] = {}
        self.beacon: Any = None
        self.foot: Any = None
        self.status: Any = None

    def stage(
        self,
        name: str,
        *,
        label: str,
        select: str = "none",
        key: str = "",
        columns: int = 1,
        height: str = "var(--ww-stage-height)",
        hint: str = "",
    ) -> gr.HTML:
        """A stage that shows ``update``'s ``Panels`` under ``name``; its selection is the setting ``key``.

        Args:
            name: output key.
            label: what it is, for screen readers and the API.
            select: 'box', 'point' or 'none'.
            key: setting of the selection, its default is ``update``'s; needed unless ``select`` is 'none'.
            columns: panels side by side on a wide screen.
            height: CSS height that all rows of panels share.
            hint: how to use it, one short line below.
        """
        value = self.lesson.defaults[key] if key else ""
        shape: dict[str, Any] = {
            "kind": select,
            "key": key,
            "columns": columns,
            "height": height,
            "hint": hint,
        }
        component = stages.stage(self.lesson.name, name, value=value, label=label, **shape)
        self.outputs[name] = stages.outlet(self.lesson.name, name)
        if key:
            self._register(key, component, Selection(select))
        return component

    def control(self, key: str, component: gr.components.Component) -> gr.components.Component:
        """Register a gradio widget as the setting ``key``; its value must be ``update``'s default.

        The lesson asks anew whenever it changes, also while a slider moves; numbers on Enter.
        """
        component.elem_id = component.elem_id or f"{self.lesson.name}-{key}"
        self._register(key, component, rule_for(component))
        if isinstance(component, (gr.Dropdown, gr.Checkbox)):  # demos/draw/controls.js tells of the others
            js = f"(value) => {{ window.whatwhere.set({self.lesson.name!r}, {key!r}, value); }}"
            quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
            component.change(None, [component], None, js=js, **quiet)
        return component

    def views(self, titles: Mapping[str, str]) -> None:
        """The choice of what a lesson looks at, its setting ``view``, by titles of its values.

        demos/draw/views.css then lays out the controls; what each view shows and needs is told by the lesson's style.
        """
        choices = [(title, value) for value, title in titles.items()]
        usual = self.lesson.defaults["view"]
        self.control("view", gr.Radio(choices, value=usual, label="Look at", elem_classes=["ww-views"]))

    def dropped(self, key: str, admit: Callable[[str], str], rule: Rule, *, label: str) -> None:
        """A place for a visitor's zip file or folder, whose key is the setting ``key``: see :mod:`demos.ui.dropped`.

        Args:
            key: setting; empty until a file was sent.
            admit: the path of a file to its key; ValueError, with a sentence, for a bad one.
            rule: the check of the key.
            label: what may be dropped, in a few words.
        """
        self._register(key, dropped.place(self.lesson, key, admit, label), rule)

    def reading(self, name: str, label: str = "Reading", by: str = "") -> gr.HTML:
        """The large number: shows ``update``'s ``Reading`` under ``name``."""
        return self.output(name, stages.widget("reading", self.lesson.name, name, label), by)

    def table(self, name: str, label: str, by: str = "", fold: bool = False) -> gr.HTML:
        """A small table: shows ``update``'s ``Table`` under ``name``; with ``fold`` behind its label until asked."""
        data = {"fold": "1"} if fold else {}
        return self.output(name, stages.widget("table", self.lesson.name, name, label, **data), by)

    def board(
        self,
        name: str,
        script: str,
        *,
        label: str,
        by: str = "",
        key: str = "",
        rule: Rule | None = None,
        **settings: Any,
    ) -> gr.HTML:
        """A component of the lesson's own JavaScript, see :func:`demos.ui.stage.board`.

        Args:
            name: output key.
            script: name of the function in the lesson's board.js.
            label: what it is, for screen readers and the API.
            by: the run whose output it is, instead of ``update``'s.
            key: setting that the learner chooses on the board, a point "x,y" in picture pixels.
            rule: the check of that setting, where it is not such a point.
            settings: what the script reads from its ``settings``.
        """
        styled = "yes" if (self.lesson.folder / "board.css").is_file() else ""
        data: dict[str, Any] = {"label": label, "run": by, "key": key, "styled": styled, "settings": settings}
        start = self.lesson.defaults[key] if key else None
        component = stages.board(self.lesson.name, name, script, value=start, **data)
        if key:
            self._register(key, component, rule or Selection("point"))
            hidden = stages.outlet(self.lesson.name, name)
            return self.output(name, hidden, by) and component
        return self.output(name, component, by)

    def run(self, name: str, generate: Callable[..., Iterator[runs.Report]], *, label: str) -> None:
        """Start and Stop buttons and a progress line for long work; outputs name it by ``by=name``.

        Args:
            name: the endpoint is ``/<lesson>_<name>``.
            generate: generator function; its parameters are settings of the lesson, its values
                :class:`~demos.records.Progress` or mappings {"progress": …, output key: value}.
            label: text of the Start button.
        """
        self.runs[name] = runs.place(self.lesson, name, generate, label)

    def output(self, name: str, component: Any, by: str = "") -> Any:
        """Register any gradio component as the place where ``update``'s ``name`` is shown, or the run's ``by``."""
        owner = self._streamed.setdefault(by, {}) if by else self.outputs
        owner[name] = component
        return component

    def streamed(self, run: str) -> dict[str, Any]:
        """Outputs of a run: keys to components."""
        return self._streamed.get(run, {})

    @property
    def all_rules(self) -> dict[str, Rule]:
        """The check of each setting, in the order of ``update``'s parameters."""
        rules = {PICTURE: Text(), **self.rules}
        return {name: rules[name] for name in self.lesson.settings}

    def _register(self, key: str, component: gr.components.Component, rule: Rule) -> None:
        self.inputs[key] = component
        self.rules[key] = rule
