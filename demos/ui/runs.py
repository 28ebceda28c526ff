"""Long work of a lesson: a generator that reports as it goes, with a Start and a Stop button and an endpoint.

One run at a time for all visitors, beside the queue of the lessons, so that nobody's sliders wait for it; others wait
in line and see their place in it, and each has a limited time (:mod:`demos.ui.turns`).
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demos.records import Progress, as_sent
from demos.ui import slots
from demos.ui import stage as stages
from demos.ui.checks import Text, check_all
from demos.ui.lesson import PICTURE, Lesson
from demos.ui.spoken import spoken
from demos.ui.turns import SECONDS, TURNS, Turns
from demos.ui.visitor import visitor

WAIT = 0.5  # seconds between two looks at the line
Report = Progress | Mapping[str, Any]


class Waiting(list[Any]):
    """The values of a report that only says how many come before this run."""


@dataclass
class Run:
    """One long piece of work of a lesson, and where it stands on the page.

    Attributes:
        name: names the endpoint, ``/<lesson>_<name>``.
        generate: settings in, reports out; all parameters are settings of the lesson.
        start, stop, progress: its widgets.
    """

    name: str
    generate: Callable[..., Iterator[Report]]
    start: gr.Button
    stop: gr.Button
    progress: gr.HTML

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the settings that ``generate`` takes."""
        return tuple(inspect.signature(self.generate).parameters)


def place(lesson: Lesson, name: str, generate: Callable[..., Iterator[Report]], label: str) -> Run:
    """The widgets of a run, where the lesson's ``build`` stands."""
    identity = f"{lesson.name}-{name}"
    with gr.Row(elem_classes=["ww-run"]):
        start = gr.Button(label, size="sm", variant="primary", elem_id=f"{identity}-start", min_width=80)
        stop = gr.Button("Stop", size="sm", elem_id=f"{identity}-stop", min_width=60)
    about = " ".join(inspect.signature(generate).parameters)
    progress = stages.widget("progress", lesson.name, f"{name}-progress", f"Progress of {name}", about=about)
    return Run(name, generate, start, stop, progress)


def check(lesson: Lesson, run: Run) -> None:
    """Raise TypeError unless a run's parameters are documented settings of the lesson, with the same defaults."""
    described = inspect.getdoc(run.generate) or ""
    for name, parameter in inspect.signature(run.generate).parameters.items():
        if name not in lesson.settings or parameter.default != lesson.defaults[name]:
            raise TypeError(
                f"{lesson.name}.{run.name}: {name} must be a setting of update, default included."
            )
        if f"{name}:" not in described:
            raise TypeError(f"{lesson.name}.{run.name}: the docstring must describe {name} under Args.")


def connect(
    lesson: Lesson,
    run: Run,
    outputs: Mapping[str, Any],
    rules: Mapping[str, Any],
    inputs: Mapping[str, Any],
    networks: slots.NetworkSource,
) -> None:
    """Wire the two buttons; ``inputs`` are the widgets of the lesson's settings, ``outputs`` those of its reports."""
    said = json.dumps(run.progress.elem_id)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    # first, since gradio begins with a button's next listener when the one before has ended
    run.start.click(None, js=f"() => {{ window.whatwhere.running({said}, 'started'); }}", **quiet)
    started = run.start.click(
        stepped(run, stream(run, tuple(outputs), rules), rules, networks),
        [inputs[name] for name in run.settings],
        [run.progress, *outputs.values()],
        api_name=f"{lesson.name}_{run.name}",
        preprocess=False,
        trigger_mode="once",
        show_progress="hidden",
        concurrency_id="run",
        concurrency_limit=None,  # turns.py lines them up
    )
    run.stop.click(None, js=f"() => {{ window.whatwhere.running({said}, 'stopped'); }}", **quiet)
    run.stop.click(None, cancels=[started], **quiet)


def stream(
    run: Run, outputs: Sequence[str], rules: Mapping[str, Any], turns: Turns = TURNS
) -> Callable[..., Iterator[list[Any]]]:
    """``generate`` with checked values, as lists of values for the components, one for each report, in turn."""
    own = own_rules(run, rules)

    def call(*values: Any) -> Iterator[list[Any]]:
        try:
            settings = check_all(own, values)
            turn = turns.take(visitor())
            try:
                while ahead := turn.ahead:
                    yield Waiting(arrange(outputs, Progress(0, 0, f"Waiting: {ahead} before you…")))
                yield from limited(run.generate(**settings), outputs)
            finally:
                turn.leave()
        except gr.Error:
            yield arrange(outputs, Progress(0, 0, ""))  # the line goes; gradio shows the sentence
            raise

    return call


def own_rules(run: Run, rules: Mapping[str, Any]) -> dict[str, Any]:
    """The checks of a run's settings."""
    return {name: rules.get(name, Text()) if name != PICTURE else Text() for name in run.settings}


def stepped(
    run: Run,
    reports: Callable[..., Iterator[list[Any]]],
    rules: Mapping[str, Any],
    networks: slots.NetworkSource,
) -> Callable[..., AsyncIterator[list[Any]]]:
    """A run as gradio calls it: weights are fetched before it takes its place in line, steps run in threads of ours.

    Who waits in line takes none of these threads; who stops waits for the step that has begun.
    """
    own = own_rules(run, rules)

    async def call(*values: Any) -> AsyncIterator[list[Any]]:
        await slots.fetch(networks, check_all(own, values))
        steps = reports(*values)
        step: asyncio.Future[list[Any] | None] | None = None
        try:
            while True:
                step = asyncio.ensure_future(slots.step(lambda: next(steps, None)))
                if (report := await asyncio.shield(step)) is None:
                    return
                yield report
                if isinstance(report, Waiting):
                    await asyncio.sleep(WAIT)
        finally:
            if step:
                await asyncio.wait({step})
            await slots.step(steps.close)  # type: ignore[attr-defined]

    functools.update_wrapper(call, run.generate)
    call.__annotations__ = {}
    return call


def limited(reports: Iterator[Report], outputs: Sequence[str]) -> Iterator[list[Any]]:
    """Reports until they end or the time of a run is over."""
    started, last = time.monotonic(), Progress(0, 0, "")
    try:
        with spoken():
            for report in reports:
                last = report if isinstance(report, Progress) else report.get("progress", last)
                yield arrange(outputs, report)
                if time.monotonic() - started > SECONDS and last.done < last.total:
                    text = f"{last.text}. Stopped after {SECONDS} s, the limit for one run."
                    yield arrange(outputs, Progress(last.done, last.total, text))
                    return
    finally:
        getattr(reports, "close", lambda: None)()


def arrange(outputs: Sequence[str], report: Report) -> list[Any]:
    """A report in the order of the components; what it does not mention stays as it is on the page."""
    parts = {"progress": report} if isinstance(report, Progress) else dict(report)
    unknown = set(parts) - {"progress", *outputs}
    if unknown:
        raise TypeError(f"a report has {sorted(unknown)}, but the run's outputs are {sorted(outputs)}.")
    return [as_sent(parts[key]) if key in parts else gr.skip() for key in ("progress", *outputs)]
