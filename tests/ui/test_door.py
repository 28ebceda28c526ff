"""The door: only what the page needs is open, and a call's body is small and made of known parts."""

from __future__ import annotations

import io
import json

import httpx
import pytest

import demos

LESSON = demos.SYLLABUS[0].lessons[0]
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "gradio_api/run/vision_tasks"),
        ("POST", "gradio_api/api/vision_tasks"),
        ("GET", "gradio_api/deep_link?session_hash=x"),
        ("GET", "gradio_api/proxy=http://127.0.0.1:1/"),
        ("POST", "gradio_api/process_recording"),
        ("POST", "gradio_api/stream/x"),
        ("POST", "gradio_api/vibe-edit/"),
        ("GET", "monitoring"),
        ("GET", "static/%2e%2e/%2e%2e/app.py"),
        ("GET", "assets/" + "x" * 5000),
        ("PUT", "gradio_api/upload"),
        ("GET", "gradio_api/file=http://127.0.0.1:1/x.png"),
        ("GET", "gradio_api/file=assets/weights/panoptic_fpn.json"),
        ("GET", "gradio_api/file=/proc/self/root/etc/passwd"),
    ],
)
def test_what_the_page_does_not_need_does_not_exist(url: str, log: io.StringIO, method: str, path: str):
    answer = httpx.request(method, url + path)
    assert answer.status_code in (404, 405)
    assert answer.json()["detail"].endswith(".")
    assert log.getvalue() == ""


def test_other_pages_and_kept_links_are_not_looked_for(url: str, log: io.StringIO):
    for query in ("?page=nowhere", "?deep_link=AAAAAAAAAAA", "config?page=nowhere", "gradio_api/info?page=x"):
        assert httpx.get(url + query).status_code == 200
    assert log.getvalue() == ""


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b'{"data": {}}', 422),
        (b'{"data": [], "session_hash": "../x"}', 422),
        (b'{"data": ["' + b"x" * 1_000_000 + b'"]}', 413),
    ],
)
def test_a_bad_body_gets_one_sentence(url: str, log: io.StringIO, content: bytes, status: int):
    answer = httpx.post(f"{url}gradio_api/call/{LESSON.name}", content=content, headers=JSON)
    assert answer.status_code == status
    assert answer.json()["detail"].endswith(".")
    assert log.getvalue() == ""


@pytest.mark.parametrize(("where", "form"), [("ww/ask", '"lesson"'), ("gradio_api/call/toy", '"data"')])
def test_what_is_no_json_is_told_the_form_of_its_own_address(url: str, where: str, form: str):
    answer = httpx.post(f"{url}{where}", content=b"[]", headers=JSON)
    assert form in answer.json()["detail"]


def test_a_body_sent_in_pieces_is_counted(url: str):
    pieces = (b"x" * 100_000 for _ in range(30))
    answer = httpx.post(f"{url}gradio_api/call/{LESSON.name}", content=pieces, headers=JSON)
    assert answer.status_code == 413


def test_events_that_only_a_browser_answers_are_refused(url: str, log: io.StringIO):
    config = httpx.get(f"{url}config").json()
    silent = [event["id"] for event in config["dependencies"] if not event["backend_fn"]]
    assert len(silent) > 5
    for number in (*silent, -1, 10**9, "0", True, None):
        body = {"fn_index": number, "session_hash": "test", "data": [None] * 40}
        answer = httpx.post(f"{url}gradio_api/queue/join", json=body)
        assert answer.status_code == 404
    assert log.getvalue() == ""


@pytest.mark.parametrize("levels", range(940, 1000, 3))
def test_a_value_of_very_many_levels_gets_a_sentence(url: str, log: io.StringIO, levels: int):
    deep = "[" * levels + "]" * levels
    content = f'{{"visitor": "a", "lesson": "vision_tasks", "have": [], "settings": {{"score": {deep}}}}}'
    assert httpx.post(f"{url}ww/ask", content=content, headers=JSON).status_code in (400, 422)
    assert log.getvalue() == ""


def test_a_call_has_few_values(url: str):
    answer = httpx.post(f"{url}gradio_api/call/{LESSON.name}", json={"data": [[]] * 300_000})
    assert answer.status_code == 422


@pytest.mark.parametrize("visitor", [None, 5, "", "x" * 65, "<b>", ["a"]])
def test_a_visitor_has_a_short_name(url: str, visitor: object):
    body = {"lesson": LESSON.name, "settings": {}, "have": [], "visitor": visitor}
    answer = httpx.post(f"{url}ww/ask", json=body)
    assert answer.status_code == 422
    assert "Reload the page" in answer.json()["error"]


@pytest.mark.parametrize("name", ["nonsense", "restore", "upload_picture/x", "../x"])
def test_an_unknown_endpoint_is_named(url: str, log: io.StringIO, name: str):
    for form in ("call", "call/v2"):
        answer = httpx.post(f"{url}gradio_api/{form}/{name}", json={"data": []})
        assert answer.status_code == 404
    assert log.getvalue() == ""


def test_a_call_by_names(url: str, log: io.StringIO):
    unknown = httpx.post(f"{url}gradio_api/call/v2/upload_picture", json={"picture": None})
    assert unknown.status_code == 422
    assert "takes file" in unknown.json()["detail"]
    begun = httpx.post(f"{url}gradio_api/call/v2/{LESSON.name}", json={"score": 0.3})
    text = httpx.get(f"{url}gradio_api/call/v2/{LESSON.name}/{begun.json()['event_id']}", timeout=60).text
    assert "event: complete" in text
    assert log.getvalue() == ""


def test_unknown_answers_say_so(url: str, log: io.StringIO):
    stream = httpx.get(f"{url}gradio_api/queue/data?session_hash=nobody").text
    message = json.loads(stream.removeprefix("data: "))
    assert message["session_not_found"]
    assert "event: error" in httpx.get(f"{url}gradio_api/call/{LESSON.name}/nothing").text
    assert log.getvalue() == ""
