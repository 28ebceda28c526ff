"""Figures of all lessons through their endpoints: forms, sentences, links, and what a photograph does not name."""

from __future__ import annotations

import re
from types import SimpleNamespace

import httpx
import pytest

import demos
from demos.ui import Lesson, figure
from tests.ui.raw import call

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
STARTS = {"pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<?xml"}


def file(url: str, lesson: Lesson, form: str, **settings: object) -> bytes:
    kind, content = call(url, f"{lesson.name}_figure", [*(lesson.defaults | settings).values(), form])
    assert kind == "complete", content
    assert content[0]["orig_name"] == f"{lesson.name}.{form}"
    return httpx.get(content[0]["url"]).content


def texts(svg: bytes) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)", svg.decode()))


@every_lesson
def test_each_form_is_a_small_file(lesson, url: str):
    for form, start in STARTS.items():
        found = file(url, lesson, form)
        assert found.startswith(start)
        assert len(found) < 3_000_000


@every_lesson
def test_the_caption_has_settings_source_and_link(lesson, url: str):
    said = texts(file(url, lesson, "svg", picture="scene:7"))
    assert "Picture: scene:7" in said
    assert "this run" in said
    assert f"?lesson={lesson.name}&amp;picture=scene:7" in said.replace("&amp; ", "&amp;").replace("? ", "?")
    assert f"{lesson.number} {lesson.title}" in said


@every_lesson
def test_a_photograph_has_no_truth(lesson, url: str):
    said = texts(file(url, lesson, "svg", picture="sample:chelsea"))
    assert "Cat" in said
    assert not re.search(r"\bTruth\b|The truth|with the truth|true outline|Missed|False positives", said)


@pytest.mark.parametrize("view", ["ledgers", "stages", "autopsy"])
def test_each_view_of_the_family_has_its_figure(view: str, url: str):
    lesson = next(one for one in LESSONS if "view" in one.settings)
    said = texts(file(url, lesson, "svg", view=view))
    assert {"ledgers": "Backbone passes", "stages": "Top-k", "autopsy": "logit"}[view] in said


@pytest.mark.parametrize("form", ["gif", "", None, 7, ["pdf"], {"a": 1}, "PDF"])
def test_another_form_gets_a_sentence(form: object, url: str, log):
    lesson = LESSONS[0]
    kind, content = call(url, f"{lesson.name}_figure", [*lesson.defaults.values(), form])
    assert kind == "error"
    assert content["error"].startswith("format must be one of pdf, svg, png; got")
    assert log.getvalue() == ""


def test_the_endpoint_is_documented(url: str):
    info = httpx.get(f"{url}gradio_api/info").json()["named_endpoints"]
    for lesson in LESSONS:
        found = info[f"/{lesson.name}_figure"]["parameters"]
        assert [one["parameter_name"] for one in found] == [*lesson.settings, "format"]
        assert all(one["parameter_has_default"] for one in found)


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("https://a-class.example/what/?lesson=x#y", "https://a-class.example/what/"),
        ("http://127.0.0.1:7860/", "http://127.0.0.1:7860/"),
        ("javascript:alert(1)", ""),
        ("https://x/<script>", ""),
        ("https://user:word@host/", ""),
        ("https://" + "a" * 500, ""),
        ("", ""),
    ],
)
def test_only_a_plain_address_is_printed(said: str, page: str):
    assert figure.page_of(SimpleNamespace(headers={"referer": said})) == page


def test_a_link_has_what_differs_and_escapes_it():
    lesson = LESSONS[0]
    settings = lesson.defaults | {"picture": "scene:7?things=3", "pixel": '1,2"<&'}
    assert figure.link(lesson, settings, "http://a/") == (
        "http://a/?lesson=vision_tasks&picture=scene:7%3Fthings%3D3&pixel=1,2%22%3C%26"
    )
    assert figure.link(lesson, settings | {"picture": "upload:0123456789abcdef"}, "http://a/") == ""


def test_files_are_made_one_at_a_time(url: str):
    """So that many that nobody fetches do not stop the lessons' answers."""
    import app

    kinds = ("_figure", "_json", "_npz")
    makers = [fn for fn in app.demo.fns.values() if str(fn.api_name).endswith(kinds)]
    assert len(makers) >= 3 * len(LESSONS) - 3
    assert {(fn.concurrency_id, fn.concurrency_limit) for fn in makers} == {("files", 1)}
