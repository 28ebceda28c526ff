"""The screen of one lesson: where its widgets stand and what they are called.

The frame makes one for each lesson and passes it to ``build``; widgets go to ``left``, ``right`` and ``row``.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from demos.ui import stage as stages
from demos.ui.checks import Rule, Selection, rule_for
from demos.ui.lesson import Lesson

RELEASE = (gr.Slider,)
SUBMIT = (gr.Number, gr.Textbox)


class Screen:
    """Slots and registers of one lesson.

    Attributes:
        left, right, row: contexts; ``with screen.left:`` places what follows on the left, and so on.
        inputs: settings' keys to their widgets, in the order of creation.
        rules: settings' keys to the check that each call passes.
        outputs: ``update``'s keys to the components that show them.
        triggers: the events that ask ``update``.
    """

    def __init__(self, lesson: Lesson, left: Any, right: Any, row: Any) -> None:
        self.lesson = lesson
        self.left, self.right, self.row = left, right, row
        self.inputs: dict[str, gr.components.Component] = {}
        self.rules: dict[str, Rule] = {}
        self.outputs: dict[str, gr.components.Component] = {}
        self.stages: dict[str, str] = {}
        self.triggers: list[Any] = []
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
        shape: dict[str, Any] = {"kind": select, "columns": columns, "height": height}
        component = stages.stage(self.lesson.name, name, value=value, label=label, hint=hint, **shape)
        self.outputs[name] = stages.feed(self.lesson.name, name)
        if key:
            self._register(key, component, Selection(select))
            self.stages[name] = key
            self.triggers.append(stages.trigger(component, "commit"))
        return component

    def control(self, key: str, component: gr.components.Component) -> gr.components.Component:
        """Register a gradio widget as the setting ``key``; its value must be ``update``'s default.

        Sliders ask Python on release, numbers and texts on Enter, everything else on change by the learner.
        """
        component.elem_id = component.elem_id or f"{self.lesson.name}-{key}"
        self._register(key, component, rule_for(component))
        if isinstance(component, RELEASE):
            self.triggers.append(component.release)
        elif isinstance(component, SUBMIT):
            self.triggers += [component.submit, component.blur]
        else:
            self.triggers.append(component.input)  # type: ignore[attr-defined]
        return component

    def reading(self, name: str, label: str = "Reading") -> gr.HTML:
        """The large number: shows ``update``'s ``Reading`` under ``name``."""
        return self.output(name, stages.widget("reading", label, self._id(name)))

    def table(self, name: str, label: str) -> gr.HTML:
        """A small table: shows ``update``'s ``Table`` under ``name``."""
        return self.output(name, stages.widget("table", label, self._id(name)))

    def board(self, name: str, script: str, *, label: str, **settings: Any) -> gr.HTML:
        """A component of the lesson's own JavaScript, see :func:`demos.ui.stage.board`."""
        return self.output(name, stages.board(self.lesson.name, name, script, label=label, **settings))

    def output(self, name: str, component: Any) -> Any:
        """Register any gradio component as the place where ``update``'s ``name`` is shown."""
        self.outputs[name] = component
        return component

    def _register(self, key: str, component: gr.components.Component, rule: Rule) -> None:
        self.inputs[key] = component
        self.rules[key] = rule

    def _id(self, name: str) -> str:
        return f"{self.lesson.name}-{name}"
