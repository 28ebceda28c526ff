"""The page: header, parts, lessons, picture bar and permalink, made from the syllabus alone."""

from __future__ import annotations

import html
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from demos.ui import arc, glossary, handout, path, runs, slots, start
from demos.ui import stage as stages
from demos.ui.asking import Asking
from demos.ui.cards import Cards
from demos.ui.checking import Checking
from demos.ui.guard import guard
from demos.ui.lesson import PICTURE, Lesson, Part
from demos.ui.picture import PictureBar, PictureSource
from demos.ui.save import save_row
from demos.ui.screen import Screen
from demos.ui.search import Operator, Search
from demos.ui.served import Files
from demos.ui.spoken import spoken
from demos.ui.wiring import check, endpoint

ROOT = Path(__file__).resolve().parents[2]
TITLE = "What & Where"
STYLES = (
    "style", "lesson", "views", "stage", "widgets", "arc", "glossary", "controls", "screens", "presenting", "start"
)  # fmt: skip
"""In this order: a later one wins."""
LATE = ("glossary", "sketches", "search", "search_sums", "pathway", "overview", "reached", "report")
"""Scripts that are fetched when they are needed: the first term or the search is opened, the guided path begins."""
MATH: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
HEADER = """
<header class="ww-header">
  <h1 class="ww-wordmark"><a href="./" title="The start page"><b>What</b> <i>&amp;</i> <b>Where</b></a></h1>
  <select class="ww-menu" aria-label="Lesson">{menu}</select>
  <nav class="ww-tools" aria-label="Page">
    <button type="button" data-tool="search" title="Search (key /)" aria-label="Search" aria-haspopup="dialog">
      <svg viewBox="0 0 17 17" aria-hidden="true"><path d="M12 7a5 5 0 1 1-10 0 5 5 0 0 1 10 0M10.8 10.8 15.5 15.5"
        stroke-width="1.8" /></svg></button>
    <button type="button" data-tool="path" title="The guided path: three tasks a part">Path</button>
    <button type="button" data-tool="link" title="Copy a link to exactly this view">Copy link</button>
    <button type="button" data-tool="present" title="Presenter mode (key P, Escape ends it)">Present</button>
    <button type="button" data-tool="theme" title="Light or dark">Theme</button>
    <button type="button" data-tool="leave" aria-label="Leave presenter mode" title="Leave (Escape)">✕</button>
  </nav>
  <output class="ww-said" aria-live="polite"></output>
</header>
"""


@dataclass(frozen=True)
class Site:
    """The page as it is served: gradio's app, what answers quick requests and checks tasks, scripts, cards, search."""

    demo: gr.Blocks
    asking: Asking
    checking: Checking
    files: Files
    cards: Cards
    search: Search


def build(
    syllabus: Sequence[Part],
    pictures: PictureSource,
    default_picture: str,
    networks: slots.NetworkSource,
    operators: Callable[[Sequence[Part]], Iterable[Operator]] = lambda _: (),
    document: handout.Document | None = None,
) -> Site:
    """The whole page.

    Args:
        syllabus: parts with their lessons in lecture order.
        pictures: where pictures come from, see :class:`~demos.ui.picture.PictureSource`.
        default_picture: key of the scene shown at first.
        networks: where networks come from, see :class:`~demos.ui.slots.NetworkSource`.
        operators: finds the operators of a syllabus for the search, see :class:`~demos.ui.search.Search`.
        document: writes the lecture as a file, see :mod:`demos.ui.handout`.

    Raises:
        TypeError: a lesson's parameters, widgets and documentation do not agree.
    """
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as demo:
        js = "window.whatwhere.header(element);"
        top = HEADER.replace("{menu}", _menu(syllabus))
        gr.HTML(top, elem_id="ww-top", js_on_load=js, apply_default_css=False)
        bar = PictureBar(pictures, default_picture)
        screens = _tabs(syllabus)
        for screen in screens:
            _connect(screen, bar, networks)
        _permalink(demo, bar, screens)
        if document:
            handout.place(document, bar.key)
    guard(demo)
    asking = Asking(screens, networks, pictures.following)
    lessons = [screen.lesson for screen in screens]
    cards = Cards(lessons, default_picture, networks, lambda: bool(asking.visitors))
    found = Search(syllabus, glossary.read(), operators)
    return Site(demo, asking, Checking(asking), files(syllabus), cards, found)


def files(syllabus: Sequence[Part] = ()) -> Files:
    """Scripts and styles of the drawing kit, of the lessons, and of others; the glossary and the guided path."""
    made = {glossary.CONTENT: glossary.read().content(), path.CONTENT: path.content(syllabus)}
    return Files({"": ROOT / "demos", "vendor/": ROOT / "assets" / "vendor"}, made)


def head(files: Files) -> str:
    """Style and scripts of the page for ``launch(head=…)``: the frame's own, since lessons bring theirs when opened.

    ``window.whatwhere.NAME(…)`` is the function NAME of demos/draw/page.js, whenever that module is there: gradio's
    components may call before. The style does not go through ``launch(css_paths=…)``, which rewrites selectors.
    """
    kit = sorted(
        name
        for name in files.plain
        if name.startswith("draw/") and name.endswith(".js") and Path(name).stem not in LATE
    )
    ahead = "".join(f'<link rel="modulepreload" href="{files.address(name)}">' for name in kit)
    page = json.dumps(files.address("draw/page.js"))
    call = """(address) => { const page = import(new URL(address, document.baseURI));
        window.whatwhere = new Proxy({}, { get: (_, name) => async (...all) => (await page)[name](...all) }); }"""
    styles = "".join(f'<link rel="stylesheet" href="{files.address(f"draw/{name}.css")}">' for name in STYLES)
    styles += f'<link rel="stylesheet" media="print" href="{files.address("draw/print.css")}">'
    terms = json.dumps(glossary.read().spellings(), ensure_ascii=False).replace("<", "\\u003c")
    known = f'<script type="application/json" id="ww-terms">{terms}</script>'
    return f"{styles}{known}{ahead}<script>({call})({page})</script>"


def theme() -> gr.themes.Base:
    """System fonts alone, so that no request leaves for another host; colours stand in assets/style.css."""
    return gr.themes.Base(
        primary_hue="indigo",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def _menu(syllabus: Sequence[Part]) -> str:
    """The pages as options of the menu that takes the place of the tabs on a phone."""
    options = [start.option()]
    for part in syllabus:
        options += [f'<optgroup label="{html.escape(f"{part.letter}  {part.title}")}">']
        for one in part.lessons:
            title = html.escape(f"{one.number}  {one.title}")
            options += [f'<option value="{one.name}" data-part="{part.letter}">{title}</option>']
        options += ["</optgroup>"]
    return "".join(options)


def _tabs(syllabus: Sequence[Part]) -> list[Screen]:
    screens, after = [], arc.following(syllabus)
    with gr.Tabs(elem_id="ww-parts", elem_classes=["ww-parts"], overflow_behavior="wrap"):
        start.tab(syllabus)
        for part in syllabus:
            label = f"{part.letter}  {part.title}"
            tab = gr.Tab(
                label, id=part.letter, interactive=bool(part.lessons), elem_id=f"ww-part-{part.letter}"
            )
            with tab, gr.Tabs(elem_classes=["ww-lessons"], overflow_behavior="wrap"):
                screens += [_lesson(lesson, after[lesson.name]) for lesson in part.lessons]
    return screens


def _lesson(lesson: Lesson, after: arc.Following) -> Screen:
    """One tab: point, question, stage on the left, controls and reading on the right, intermediates, accordions."""
    with gr.Tab(f"{lesson.number}  {lesson.title}", id=lesson.name, elem_id=f"ww-tab-{lesson.name}"):
        beacon = stages.beacon(lesson.name, lesson.point, lesson.defaults, lesson.first)
        line = gr.Column(elem_classes=["ww-line"], min_width=0)
        with gr.Row(elem_classes=["ww-main"]):
            left = gr.Column(elem_classes=["ww-left"], min_width=0, scale=1)
            right = gr.Column(elem_classes=["ww-right"], min_width=0, scale=0)
        row = gr.Column(elem_classes=["ww-row"], min_width=0)
        screen = Screen(lesson, left, right, row)
        screen.beacon = beacon
        with line:
            arc.question(screen)
        lesson.build(screen)
        with screen.right:
            screen.status = gr.HTML(
                label="Progress so far", elem_classes=["ww-status"], elem_id=f"{lesson.name}-status"
            )
        with gr.Column(elem_classes=["ww-more"], min_width=0):
            _more(lesson, screen)
            screen.foot = gr.Column(elem_classes=["ww-foot"], min_width=0)
        arc.seen(screen, after)
    check(lesson, screen)
    return screen


def _more(lesson: Lesson, screen: Screen) -> None:
    closed: dict[str, Any] = {"open": False, "elem_classes": ["ww-fold"]}
    with gr.Accordion("Numbers behind it", elem_id=f"{lesson.name}-numbers-fold", **closed):
        screen.output(
            "numbers", gr.Markdown(label="Numbers", latex_delimiters=MATH, elem_id=f"{lesson.name}-numbers")
        )
    with gr.Accordion("Show the code", elem_id=f"{lesson.name}-code-fold", **closed) as fold:
        code = stages.widget("code", lesson.name, "code", "The code as it ran")
        fold.expand(partial(source, lesson), None, code, show_progress="hidden", api_visibility="private")
    with gr.Accordion("Theory and paper", elem_id=f"{lesson.name}-theory-fold", **closed):
        gr.Markdown(lesson.theory, latex_delimiters=MATH, elem_classes=["ww-theory"])
        stages.words(lesson.name, glossary.read().found(f"{lesson.point}\n{lesson.theory}"))


def source(lesson: Lesson) -> dict[str, str]:
    """Source of the functions that a lesson names, read when the learner opens "Show the code"."""
    return {"code": "\n\n".join(inspect.getsource(function) for function in lesson.code())}


def _connect(screen: Screen, bar: PictureBar, networks: slots.NetworkSource) -> None:
    widgets = {PICTURE: bar.key, **screen.inputs}
    inputs = [widgets[name] for name in screen.lesson.settings]
    for run in screen.runs.values():
        runs.connect(screen.lesson, run, screen.streamed(run.name), screen.rules, widgets, networks)
    name = screen.lesson.name
    queued = gr.on(
        [stages.trigger(screen.beacon, "queue")],
        endpoint(screen.lesson, screen, networks),
        inputs,
        list(screen.outputs.values()),
        api_name=name,
        preprocess=False,
        show_progress="full",
        show_progress_on=screen.status,
        concurrency_limit=None,  # slots.py lines them up
    )
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    queued.success(None, js=f"() => {{ window.whatwhere.arrived({name!r}, true); }}", **quiet)
    queued.failure(None, js=f"() => {{ window.whatwhere.arrived({name!r}, false); }}", **quiet)
    js = f"() => window.whatwhere.recalled({name!r}, {json.dumps(list(screen.inputs))})"
    back = [stages.trigger(screen.beacon, "restore")]
    gr.on(back, None, None, list(screen.inputs.values()), js=js, **quiet)
    told = [stages.trigger(screen.beacon, "told")]
    gr.on(told, None, None, [screen.outputs["numbers"]], js=f"() => window.whatwhere.told({name!r})", **quiet)
    with screen.foot:
        save_row(screen.lesson, screen, inputs, networks)


def _permalink(demo: gr.Blocks, bar: PictureBar, screens: list[Screen]) -> None:
    """Reading the address when the page opens; the browser then knows all settings, and writes links itself."""
    widgets = [widget for screen in screens for widget in screen.inputs.values()]
    bars = [bar.key, bar.seed, bar.sample, *bar.sliders.values()]

    def restore(request: gr.Request) -> dict[Any, Any]:
        # the first of two values, as the browser reads it
        query = dict(reversed(request.query_params.multi_items()))
        screen = next((one for one in screens if one.lesson.name == query.get("lesson")), screens[0])
        return {bar.key: gr.skip()} | _restored(query, bar, screen)

    names = json.dumps([[screen.lesson.name, list(screen.inputs)] for screen in screens])
    js = f"(...all) => {{ window.whatwhere.restored({names}, ...all); }}"
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    # else gradio tells all these of the progress of every later event, which takes the browser 50 ms each time
    on = {"show_progress_on": screens[0].status}
    opened = demo.load(restore, None, [*bars, *widgets], **on, **quiet)
    opened.then(None, [bar.key, *widgets], None, js=js, **quiet)


def _restored(query: dict[str, str], bar: PictureBar, screen: Screen) -> dict[Any, Any]:
    """Values of all widgets that a permalink names; the browser opens its lesson (demos/draw/tabs.js)."""
    values: dict[Any, Any] = {}
    if PICTURE in query:
        with warned():
            values |= bar.restore(query[PICTURE])
    for name, rule in screen.rules.items():
        with warned():
            if name in query:
                values[screen.inputs[name]] = rule.check(name, rule.parse(query[name]))
    return values


@contextmanager
def warned() -> Iterator[None]:
    """A bad value in a permalink becomes a warning, and the lesson opens with its own value instead."""
    try:
        with spoken():
            yield
    except gr.Error as error:
        said = error.message.removesuffix("Choose another value.").strip()
        gr.Warning(f"This link cannot be followed in all: {said} The usual value is shown.", duration=8)
