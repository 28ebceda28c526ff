"""The lecture as a document: every lesson on one picture, as one HTML file that needs nothing else.

    python -m demos.handout --picture scene:42 --to handout.html

Each lesson has its point, its figure, its number, its sums and its theory, with the papers as links. Formulas are
MathML, which browsers draw by themselves; a browser prints the file as PDF, each lesson on a new page.
"""

from __future__ import annotations

import argparse
import base64
import html
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from demos import FIRST_PICTURE, SYLLABUS, pictures
from demos.ui import Lesson, Part, glossary
from lecture_models.cache import KEPT

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

PAGE = Path(__file__).with_suffix(".html")
DOTS = 1600  # pixels of a figure's width
QUALITY = 88


def written(picture: str = FIRST_PICTURE, syllabus: Sequence[Part] = SYLLABUS) -> str:
    """The whole document. Raises ValueError for a picture that there is not."""
    return whole(picture, list(sections(picture, syllabus)), syllabus)


def sections(picture: str, syllabus: Sequence[Part] = SYLLABUS) -> Iterator[str]:
    """Each lesson as HTML, one after the other, since each takes its time; kept, for a class that asks for the same."""
    for part in syllabus:
        for lesson in part.lessons:
            yield KEPT.get(("handout", lesson.name, picture), lambda of=lesson: section(of, picture), len)  # type: ignore[misc]


def whole(picture: str, made: Sequence[str], syllabus: Sequence[Part] = SYLLABUS) -> str:
    """The sections as one page with its table of contents."""
    title = html.escape(pictures.resolve(picture).title)
    texts = {"picture": title, "contents": contents(syllabus), "lessons": "\n".join(made), "words": words()}
    return Template(PAGE.read_text(encoding="utf-8")).substitute(texts)


def contents(syllabus: Sequence[Part]) -> str:
    """The table of contents."""
    return "\n".join(
        f"<li><b>{html.escape(f'{part.letter} {part.title}')}</b><ol>"
        + "".join(f'<li><a href="#{one.name}">{heading(one)}</a></li>' for one in part.lessons)
        + "</ol></li>"
        for part in syllabus
    )


def heading(lesson: Lesson) -> str:
    """Number and title."""
    return html.escape(f"{lesson.number} {lesson.title}")


def section(lesson: Lesson, picture: str) -> str:
    """A lesson on a picture; what it cannot say of this picture is left out."""
    settings = {**lesson.defaults, "picture": picture} if "picture" in lesson.settings else lesson.defaults
    shown = lesson.update(**settings)
    parts = [f"<h2>{heading(lesson)}</h2>", f'<p class="point">{html.escape(lesson.point)}</p>']
    parts += [
        figure(lesson, settings),
        reading(shown),
        f'<p class="seen">{html.escape(str(shown["seen"]))}</p>',
    ]
    parts += ["<h3>Numbers</h3>", marked(str(shown["numbers"])), "<h3>Theory</h3>", marked(lesson.theory)]
    return f'<section id="{lesson.name}">{"".join(parts)}</section>'


def figure(lesson: Lesson, settings: Mapping[str, Any]) -> str:
    """The lesson's figure for slides, as a picture with its title for who does not see it."""
    if lesson.figure is None:
        return ""
    slide = lesson.figure(**settings)
    whole = cv2.imdecode(np.frombuffer(slide.file("png"), np.uint8), cv2.IMREAD_COLOR)
    assert whole is not None  # what was just written can be read
    height = round(whole.shape[0] * DOTS / whole.shape[1])
    small = cv2.resize(whole, (DOTS, height), interpolation=cv2.INTER_AREA)
    content = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])[1].tobytes()
    alt = html.escape(f"{slide.title}. {slide.caption}", quote=True)
    return f'<img alt="{alt}" src="data:image/webp;base64,{base64.b64encode(content).decode()}">'


def reading(shown: Mapping[str, Any]) -> str:
    """The large number and what it is."""
    found = next((one for one in shown.values() if type(one).__name__ == "Reading"), None)
    if found is None:
        return ""
    more = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in found.more)
    number = f"<b>{html.escape(found.value)}</b> {html.escape(found.unit)}"
    return f'<div class="reading"><p>{number} {html.escape(found.meaning)}</p><dl>{more}</dl></div>'


# ---- Markdown with formulas -------------------------------------------------------------------------------
def marked(text: str) -> str:
    """Markdown with LaTeX between dollar signs as HTML with MathML; HTML inside of it is text, papers are links.

    >>> "<math" in marked("A share: $\\\\tfrac12$.")
    True
    >>> marked("a <b>")
    '<p>a &lt;b&gt;</p>\\n'
    """
    return linked(_markdown().render(text))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    return made.use(
        dollarmath_plugin, allow_space=True, allow_digits=True, double_inline=True, renderer=_formula
    )


def _formula(latex: str, options: Mapping[str, Any]) -> str:
    from latex2mathml.converter import convert

    return convert(latex, display="block" if options["display_mode"] else "inline")


def linked(text: str) -> str:
    """HTML with each paper, as texts cite it, as a link to where it can be read."""
    for cited, address in glossary.read().links.items():
        link = f'<a href="{html.escape(address)}">{html.escape(cited)}</a>'
        text = re.sub(rf"(?<![>\w]){re.escape(html.escape(cited))}(?![\w<])", link, text)
    return text


def words() -> str:
    """The lecture's words, each with its sentence."""
    terms = sorted(glossary.read().entries, key=lambda one: one.names[0].lower())
    return "\n".join(f"<dt>{html.escape(one.names[0])}</dt><dd>{html.escape(one.says)}</dd>" for one in terms)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file; returns the exit status, 2 for a picture that there is not."""
    parser = argparse.ArgumentParser("python -m demos.handout", description=__doc__.splitlines()[0])
    parser.add_argument("--picture", default=FIRST_PICTURE, help="scene:SEED or sample:NAME")
    parser.add_argument("--to", type=Path, default=Path("handout.html"), help="the file")
    options = parser.parse_args(arguments)
    try:
        options.to.write_text(written(options.picture), encoding="utf-8")
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(options.to)
    return 0


if __name__ == "__main__":
    sys.exit(main())
