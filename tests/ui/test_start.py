"""The start page's parts without a browser: its lessons' questions, pictures from live runs, and what can be found."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from typing import Any, NamedTuple
from urllib.parse import unquote

import cv2
import httpx
import numpy as np
import pytest

import demos
from demos.ui import Lesson, cards
from demos.ui.letters import Refused
from demos.ui.page import source
from tests.ui.test_glossary import unexplained

LESSONS = [lesson for part in demos.SYLLABUS for lesson in part.lessons]
MOST_ASKS = 60
PATIENCE = 240  # seconds for all pictures of a cold server


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_lesson_has_one_short_question(lesson: Lesson):
    assert lesson.asks.endswith("?")
    assert len(lesson.asks) <= MOST_ASKS
    assert not unexplained(lesson.asks)


def test_no_two_lessons_ask_the_same():
    assert len({lesson.asks for lesson in LESSONS}) == len(LESSONS)


# ---- pictures ------------------------------------------------------------------------------------------------------
def picture(url: str, lesson: str, **headers: str) -> httpx.Response:
    """A card's picture, once it is there."""
    until = time.monotonic() + PATIENCE
    while (answer := httpx.get(f"{url}ww/card/{lesson}.webp", headers=headers)).status_code == 202:
        assert answer.content == b""
        assert time.monotonic() < until, f"{lesson} has no picture"
        time.sleep(0.3)
    return answer


@pytest.mark.slow
def test_each_card_shows_a_picture_of_a_run(url: str, log: io.StringIO):
    """Also for the lesson that is made last, everything before it was made."""
    for lesson in LESSONS[::-1]:
        answer = picture(url, lesson.name)
        assert answer.status_code == 200, lesson.name
        assert answer.headers["content-type"] == "image/webp"
        shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert shown is not None
        assert shown.shape == (160, 256, 3)
        assert shown.std() > 8, f"{lesson.name}'s picture is a plain one"
        assert len(unquote(answer.headers["alt-text"])) > 15
    assert log.getvalue() == ""


def test_a_picture_is_what_the_lessons_figure_holds(url: str):
    lesson = next(one for one in LESSONS if one.name == "receptive_field")
    assert lesson.figure is not None
    answer = picture(url, lesson.name)
    small = lesson.figure(**lesson.defaults).small(lesson.card)
    assert answer.content == small.image
    assert unquote(answer.headers["alt-text"]) == small.alt


def test_all_pictures_differ_and_are_counted(url: str):
    import app

    found = {lesson.name: picture(url, lesson.name).content for lesson in LESSONS}
    assert len(set(found.values())) == len(LESSONS)
    assert app.site.cards.nbytes == sum(map(len, found.values())) <= len(LESSONS) * cards.LARGEST


def test_a_browser_has_it_once(url: str):
    first = picture(url, "upsampling")
    again = picture(url, "upsampling", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing", "..", "%2e%2e%2fapp", "vision_tasks.png", "x" * 65, ""])
def test_no_other_address_has_a_picture(url: str, log: io.StringIO, name: str):
    answer = httpx.get(f"{url}ww/card/{name}.webp")
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith(".")
    assert httpx.post(f"{url}ww/card/upsampling.webp").status_code in (404, 405)
    assert log.getvalue() == ""


class Shown(NamedTuple):
    """A small picture, and the slide that has it."""

    image: bytes
    alt: str = "A picture."

    def small(self, title: str) -> Shown:
        return self


class Networks:
    """Where networks come from, as far as a card asks; perhaps they are lent by call."""

    def __init__(self, lent: bool = False) -> None:
        self.lent = lent

    def lent_by_call(self) -> bool:
        return self.lent

    def only_kept(self) -> Any:
        return nullcontext()


def toy(name: str, figure: Any) -> Lesson:
    def update(picture: str = "scene:1") -> dict[str, Any]:
        return {}

    return Lesson(name, "A1", name, "A toy.", update, lambda screen: None, figure=figure)


def asked(made: cards.Cards, name: str, patience: float = 10) -> int:
    """The status of a picture, once it is no longer to come."""
    until = time.monotonic() + patience
    while (status := made.answer(name, {}).status_code) == 202 and time.monotonic() < until:
        time.sleep(0.01)
    return status


def test_what_cannot_be_drawn_has_no_picture_and_the_log_says_why(caplog: pytest.LogCaptureFixture):
    def breaks(**settings: Any) -> Shown:
        raise ValueError("The weights could not be had.")

    large = toy("large", lambda **settings: Shown(b"x" * (cards.LARGEST + 1)))
    lessons = [
        toy("breaks", breaks),
        toy("none", None),
        large,
        toy("well", lambda **settings: Shown(b"webp")),
    ]
    made = cards.Cards(lessons, "scene:2", Networks())  # type: ignore[arg-type]
    assert [asked(made, one.name) for one in lessons] == [204, 204, 204, 200]
    assert "breaks: The weights could not be had." in caplog.text
    assert "large: A card's picture has at most 40,000 bytes; this one has 40,001." in caplog.text
    assert made.nbytes == 4
    with pytest.raises(Refused):
        made.answer("nobody", {})


def test_it_is_drawn_once_of_the_pages_picture_and_not_while_a_visitor_waits(monkeypatch: pytest.MonkeyPatch):
    seen, busy = [], threading.Event()
    busy.set()
    monkeypatch.setattr(cards, "LOOK", 0.01)
    one = toy("one", lambda **settings: seen.append(settings) or Shown(b"webp"))
    made = cards.Cards([one], "scene:7", Networks(), busy.is_set)  # type: ignore[arg-type]
    for _ in range(5):
        assert made.answer("one", {}).status_code == 202
    time.sleep(0.2)
    assert seen == []
    busy.clear()
    assert asked(made, "one") == 200
    assert seen == [{"picture": "scene:7"}]


def test_where_networks_are_lent_by_call_only_what_is_kept_is_drawn():
    from lecture_models.cache import NotKept

    kept = []

    def figure(**settings: Any) -> Shown:
        if not kept:
            raise NotKept
        return Shown(b"webp")

    made = cards.Cards([toy("one", figure)], "scene:7", Networks(lent=True))  # type: ignore[arg-type]
    assert asked(made, "one", patience=0.2) == 202
    kept.append(True)
    assert asked(made, "one") == 200


def test_the_page_and_a_request_for_a_picture_bring_no_torch():
    """What a request does is to ask; who draws is another thread."""
    code = """if True:
        import sys, app
        app.site.cards.begin = lambda: None
        print(app.site.cards.answer("unet", {}).status_code, "torch" in sys.modules)"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["202", "False"]


# ---- the search ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def index(url: str) -> dict[str, list[dict[str, Any]]]:
    """All that can be found."""
    answer = httpx.get(f"{url}ww/search.json", timeout=120)
    assert answer.status_code == 200
    again = httpx.get(f"{url}ww/search.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    return answer.json()


def test_lessons_terms_and_papers_are_found(index: dict[str, list[dict[str, Any]]]):
    from demos.ui import glossary

    assert [one["name"] for one in index["lessons"]] == [lesson.name for lesson in LESSONS]
    for lesson, one in zip(LESSONS, index["lessons"], strict=True):
        assert (one["title"], one["also"]) == (lesson.title, [lesson.number])
        assert lesson.point in one["text"]
        assert lesson.asks in one["text"]
    words = glossary.read()
    assert [one["name"] for one in index["terms"]] == [entry.key for entry in words.entries]
    assert [one["link"] for one in index["papers"]] == [paper.link for paper in words.papers]


def test_every_public_operator_is_found_with_what_it_does(index: dict[str, list[dict[str, Any]]]):
    functions = {function.__name__: function for function in demos.operators.functions()}
    assert {one["title"] for one in index["operators"]} == set(functions)
    assert len(functions) > 100
    for one in index["operators"]:
        function = functions[one["title"]]
        assert one["file"] == f"{function.__module__.replace('.', '/')}.py"
        assert one["text"], f"{one['title']} does not say what it does"
        assert not re.search(r":func:|`", one["text"])


def test_who_is_said_to_show_an_operator_does(index: dict[str, list[dict[str, Any]]]):
    told = {lesson.name: source(lesson)["code"] for lesson in LESSONS}
    numbers = {lesson.name: f"{lesson.number} {lesson.title}" for lesson in LESSONS}
    shows = [one for one in index["operators"] if one["shows"]]
    for one in shows:
        assert f"def {one['title']}(" in told[one["lesson"]]
        assert one["where"] == numbers[one["lesson"]]
    assert {"roi_align", "roi_pool", "trace_merge", "convolutionalize"} <= {one["title"] for one in shows}
    used = {one["title"]: one["lesson"] for one in index["operators"] if not one["shows"]}
    assert used["trace_roi_align"] == "roi_features"
    assert used["soft_dice"] == "segmentation_playground"


def test_nobody_else_asks_the_search(url: str):
    assert httpx.post(f"{url}ww/search.json").status_code in (404, 405)
    assert httpx.get(f"{url}ww/search.json?x=../app.py").status_code == 200
    assert httpx.get(f"{url}ww/searchxjson").status_code == 404
