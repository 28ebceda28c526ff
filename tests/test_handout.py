"""The handout holds every lesson, its formulas and its papers, and nothing from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.dom.minidom import parseString

import pytest

from demos import SYLLABUS, handout
from demos.ui import Lesson, Part

LESSONS = [lesson for part in SYLLABUS for lesson in part.lessons]
FEW = (Part("A", "Some <b>lessons</b>", (LESSONS[0], LESSONS[2])),)


@pytest.fixture(scope="module")
def page() -> str:
    return handout.written("scene:7", FEW)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
def test_every_theory_is_written_with_its_formulas(lesson: Lesson):
    made = handout.marked(lesson.theory)
    assert made.count("<math") >= lesson.theory.replace("$$", "").count("$") // 2
    assert "$" not in re.sub(r"<math.*?</math>|<code>.*?</code>", "", made, flags=re.S)
    for formula in re.findall(r"<math.*?</math>", made, flags=re.S):
        parseString(formula.replace("&nbsp;", " "))


def test_a_lesson_has_point_figure_number_sums_theory_and_links(page: str):
    for lesson in FEW[0].lessons:
        part = page.split(f'<section id="{lesson.name}">')[1].split("</section>", maxsplit=1)[0]
        for held in (
            f"<h2>{lesson.number} {lesson.title}</h2>",
            "data:image/webp;base64,",
            'class="reading"',
        ):
            assert held in part
        assert 'href="https://' in part
        assert "<h3>Numbers</h3>" in part
        assert f'href="#{lesson.name}"' in page
    assert "scene 7" in page


def test_nothing_comes_from_outside_and_texts_are_texts(page: str):
    assert "<script" not in page
    assert not re.search(r'(src|srcset)="(?!data:)', page)
    assert "Some &lt;b&gt;lessons&lt;/b&gt;" in page
    assert handout.marked("<img src=x onerror=alert(1)> $\\frac12$").startswith("<p>&lt;img")


def test_each_number_is_the_lessons_own(page: str):
    lesson = LESSONS[0]
    shown = lesson.update(picture="scene:7")
    assert f"<b>{shown['agreement'].value}</b>" in page


def test_a_class_that_asks_for_the_same_waits_once(page: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handout, "section", lambda lesson, picture: pytest.fail("it is kept"))
    assert handout.written("scene:7", FEW) == page


def test_a_lesson_without_a_figure_is_written_without(monkeypatch: pytest.MonkeyPatch):
    assert "<img" not in handout.section(replace(LESSONS[0], figure=None), "scene:7")


def test_a_picture_that_is_not_there_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert handout.main(["--picture", "scene:x", "--to", str(tmp_path / "a.html")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert not (tmp_path / "a.html").exists()
