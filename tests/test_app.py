"""Every lesson of the syllabus, without knowing which: what the page promises of each."""

from __future__ import annotations

import importlib
import inspect
import io
import json
import re
import subprocess
import sys

import httpx
import pytest

import demos
from demos.ui import Lesson
from tests import fifteen
from tests.ui.raw import call

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def test_parts_are_the_lectures():
    assert [part.letter for part in demos.SYLLABUS] == ["A", "B", "C", "D"]
    numbers = [lesson.number for lesson in LESSONS]
    assert numbers == sorted(numbers)
    for part in demos.SYLLABUS:
        assert all(lesson.number.startswith(part.letter) for lesson in part.lessons)


@every_lesson
def test_lesson_has_a_point_a_text_and_a_reference(lesson: Lesson):
    assert len(lesson.title.split()) <= 4
    assert lesson.point.endswith(".")
    assert len(lesson.point) <= 140
    assert re.search(r"\b(19|20)\d\d\b", lesson.theory), "the text names no paper with its year"
    assert re.search(r"section|table|figure", lesson.theory, re.IGNORECASE), "the text names no section"


@every_lesson
def test_lesson_file_is_named_like_its_endpoint(lesson: Lesson):
    module = importlib.import_module(f"demos.{lesson.name}.lesson")
    assert module.LESSON is lesson
    assert lesson.folder.name == lesson.name


@every_lesson
def test_build_is_short(lesson: Lesson):
    assert len(inspect.getsource(lesson.build).splitlines()) <= 40


@every_lesson
def test_order_of_a_lesson_file(lesson: Lesson):
    text = inspect.getsource(importlib.import_module(f"demos.{lesson.name}.lesson"))
    places = [text.index(f"\n{word}") for word in ("def compute(", "def update(", "def build(", "LESSON = ")]
    assert places == sorted(places)


@every_lesson
def test_code_is_found(lesson: Lesson):
    from demos.ui.page import source

    assert "def compute(" in source(lesson)["code"]


@every_lesson
def test_endpoint_answers_with_its_defaults(lesson: Lesson, url: str, log: io.StringIO):
    kind, content = call(url, lesson.name, list(lesson.defaults.values()))
    assert kind == "complete", content
    assert sum(value is not None for value in content) >= 4  # a picture, a reading, the question, the numbers
    assert log.getvalue() == ""


@every_lesson
def test_data_is_saved_as_json_and_npz(lesson: Lesson, url: str):
    import numpy as np

    for form in ("json", "npz"):
        kind, content = call(url, f"{lesson.name}_{form}", list(lesson.defaults.values()))
        assert kind == "complete", content
        raw = httpx.get(content[0]["url"]).content
        assert len(raw) < 3_000_000, "what a visitor saves is small: masks as run lengths"
        saved = json.loads(raw) if form == "json" else dict(np.load(io.BytesIO(raw)))
        assert len(saved) > 1
        settings = saved["settings"] if form == "json" else json.loads(str(saved["settings"]))
        assert settings == lesson.defaults


@every_lesson
def test_endpoint_is_documented(lesson: Lesson, url: str):
    info = httpx.get(f"{url}gradio_api/info").json()["named_endpoints"][f"/{lesson.name}"]
    names = [parameter["parameter_name"] for parameter in info["parameters"]]
    assert names == list(lesson.settings)
    assert all(parameter["parameter_has_default"] for parameter in info["parameters"])
    assert [parameter["parameter_default"] for parameter in info["parameters"]] == list(
        lesson.defaults.values()
    )
    assert info["description"]


def test_the_first_load_of_fifteen_lessons_is_small(network: None):
    """The page with its configuration, and the styles and scripts that it loads at once, as they travel."""
    with fifteen.served(fifteen.syllabus()) as address:
        files = set(re.findall(r"ww/[0-9a-f]{12}/[\w./-]+", httpx.get(address).text))
        root = next(iter(files)).partition("/draw/")[0]
        sizes = {name: on_the_wire(address + name) for name in ("", *files, f"{root}/vendor/lit-html.js")}
    assert len(files) > 15
    assert sum(sizes.values()) <= 150_000, sizes


def on_the_wire(address: str) -> int:
    """Bytes of a file's body as it is sent to a browser."""
    with httpx.stream("GET", address, headers={"Accept-Encoding": "gzip, br"}) as answer:
        assert answer.status_code == 200
        return sum(map(len, answer.iter_raw()))


def test_page_is_up_before_torch():
    """Importing the app must not import what only a network or a chart needs."""
    heavy = ["torch", "torchvision", "scipy", "matplotlib", "skimage"]
    code = f"import sys, app; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_file_but_its_own_is_served(url: str, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for path in ("/etc/passwd", "app.py", str(secret)):
        assert httpx.get(f"{url}gradio_api/file={path}").status_code in (403, 404)
