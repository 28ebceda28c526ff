"""Hostile calls, drawn by seed over all endpoints, events, routes and files that the running page has."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.hostile.files import files
from tests.hostile.values import TEXTS, Canaries, anything, nested

API = "gradio_api/"
JSON = {"Content-Type": "application/json"}
ROUTES = (
    "run/{n}", "api/{n}", "run/{n}/", "call/{n}/{t}", "call/v2/{n}/{t}", "deep_link?session_hash={t}",
    "info?page={t}", "openapi.json", "component_server", "component_server/", "reset", "cancel", "queue/status",
    "queue/data?session_hash={t}", "upload_progress?upload_id={t}", "file={p}", "file/{p}", "proxy={p}",
    "stream/{t}", "stream/{t}/close", "stream/{t}/0/1/playlist.m3u8", "process_recording", "vibe-edit/",
    "custom_component/{t}/client/component/x.js", "vibe-code/", "undo-vibe-edit", "dev/reload", "login_check",
    "user", "token", "app_id", "runs", "startup-events", "monitoring/summary", "mcp/sse", "mcp/schema",
    "run-history/buckets", "profiling/summary", "theme.css",
)  # fmt: skip
PAGES = (
    "?page={t}", "?deep_link={t}", "?deep_link=../../{t}", "?lesson={t}&picture={t}", "config?page={t}", "{t}",
    "monitoring", "static/../../app.py", "static/{p}", "assets/{p}", "assets/..%2f..%2f..%2fetc/passwd",
    "svelte/{p}", "login", "logout", "pwa_icon/{t}", "robots.txt", "manifest.json", "%00", "static/%00",
    "..%5c..%5capp.py", "file={p}", "favicon.ico",
)  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """One request; ``follow`` means that a call's answer is fetched, ``file`` is what an upload sends."""

    label: str
    method: str
    path: str
    request: dict[str, Any] = field(default_factory=dict)
    follow: bool = False
    file: tuple[str, bytes, bool] | None = None


@dataclass(frozen=True)
class Surface:
    """What can be attacked: endpoints with their parameters' defaults, numbers of events and components."""

    endpoints: dict[str, list[Any]]
    parameters: dict[str, list[str]]
    events: list[int]
    components: list[int]

    @property
    def lessons(self) -> list[str]:
        """The endpoints of lessons: no other's name begins theirs."""
        shown = [name for name, keys in self.parameters.items() if keys[:1] == ["picture"]]
        return [name for name in shown if not any(name.startswith(f"{other}_") for other in shown)]

    @classmethod
    def of(cls, info: dict[str, Any], config: dict[str, Any]) -> Surface:
        """Read from the app's own description, so that a new lesson is attacked the day it is there."""
        named = {name.lstrip("/"): about["parameters"] for name, about in info["named_endpoints"].items()}
        return cls(
            {
                name: [one.get("parameter_default") for one in parameters]
                for name, parameters in named.items()
            },
            {name: [one["parameter_name"] for one in parameters] for name, parameters in named.items()},
            [event["id"] for event in config["dependencies"]],
            [component["id"] for component in config["components"]],
        )


def attacks(surface: Surface, canaries: Canaries, seed: int) -> Iterator[Attack]:
    """Without end; the same for the same seed and page."""
    draw = random.Random(seed)
    kinds: tuple[Callable[[], Attack], ...] = (
        *(partial(_values, surface, canaries, draw),) * 5,
        partial(_named, surface, canaries, draw),
        *(partial(_event, surface, canaries, draw),) * 2,
        *(partial(_ask, surface, canaries, draw),) * 2,
        partial(_check, canaries, draw),
        partial(_body, surface, draw),
        *(partial(_route, surface, canaries, draw),) * 2,
        partial(_upload, draw),
        partial(_component, surface, canaries, draw),
    )
    while True:
        yield draw.choice(kinds)()


def _call(name: str, content: bytes, label: str) -> Attack:
    return Attack(label, "POST", f"{API}call/{name}", {"content": content, "headers": JSON}, follow=True)


def _values(surface: Surface, canaries: Canaries, draw: random.Random) -> Attack:
    """Defaults but for one value or a few; sometimes too few or too many."""
    name = draw.choice(list(surface.endpoints))
    data = list(surface.endpoints[name])
    for _ in range(draw.choice((1, 1, 1, 2, 9))):
        if data:
            data[draw.randrange(len(data))] = anything(draw, canaries)
    data = data[: draw.randrange(len(data) + 1)] if draw.random() < 0.1 else data
    data += [anything(draw, canaries)] * (draw.random() < 0.1)
    return _call(name, json.dumps({"data": data}).encode(), f"{name} {str(data)[:200]}")


def _named(surface: Surface, canaries: Canaries, draw: random.Random) -> Attack:
    """The same by names, as `/call/v2` takes them."""
    name = draw.choice(list(surface.endpoints))
    keys = [*surface.parameters[name], "session_hash", "oauth_token", "nonsense"]
    body = {draw.choice(keys): anything(draw, canaries) for _ in range(draw.randrange(3))}
    content = json.dumps(body).encode()
    return Attack(
        f"v2 {name} {str(body)[:200]}",
        "POST",
        f"{API}call/v2/{name}",
        {"content": content, "headers": JSON},
        True,
    )


def _ask(surface: Surface, canaries: Canaries, draw: random.Random) -> Attack:
    """A quick question beside the queue: a lesson's settings but for one, or a request of another shape."""
    name = draw.choice(surface.lessons)
    settings: dict[str, Any] = dict(zip(surface.parameters[name], surface.endpoints[name], strict=True))
    settings[draw.choice((*settings, "nonsense"))] = anything(draw, canaries)
    body: dict[str, Any] = {"lesson": name, "settings": settings, "have": [], "visitor": str(draw.random())}
    if draw.random() < 0.4:
        body[draw.choice((*body, "nonsense"))] = anything(draw, canaries)
    if draw.random() < 0.1:
        del body[draw.choice(list(body))]
    return Attack(f"ask {str(body)[:200]}", "POST", "ww/ask", _raw(body))


def _check(canaries: Canaries, draw: random.Random) -> Attack:
    """Whether a task of the path is reached: one that there is, or none, with settings of any kind."""
    task = draw.choice(("half_the_mask", "comes_back", "nothing", "../x", "", None, 5, ["half_the_mask"]))
    settings = {draw.choice(("picture", "box", "overlap", "x")): anything(draw, canaries)}
    body: dict[str, Any] = {"task": task, "settings": settings, "visitor": str(draw.random())}
    if draw.random() < 0.4:
        body[draw.choice((*body, "nonsense"))] = anything(draw, canaries)
    return Attack(f"check {str(body)[:200]}", "POST", "ww/check", _raw(body))


def _event(surface: Surface, canaries: Canaries, draw: random.Random) -> Attack:
    """An event of the page by its number, also those that only browsers answer."""
    body: dict[str, Any] = {
        "fn_index": draw.choice((*surface.events, -1, 10**9, "0", None, 1.5)),
        "session_hash": draw.choice(("hostile", "../x", "", None, "x" * 5000, 5)),
        "data": draw.choice(([], [None] * 40, [anything(draw, canaries) for _ in range(12)], None, {}, "x")),
    }
    extra = ("trigger_id", "event_data", "event_id", "batched", "simple_format", "oauth_token")
    body |= {key: anything(draw, canaries) for key in extra if draw.random() < 0.3}
    path = draw.choice(("queue/join", "queue/join", "cancel", "reset", "run/predict"))
    return Attack(f"{path} {str(body)[:200]}", "POST", API + path, _raw(body))


def _raw(body: dict[str, Any]) -> dict[str, Any]:
    return {"content": json.dumps(body).encode(), "headers": JSON}


def _body(surface: Surface, draw: random.Random) -> Attack:
    """What is not JSON, or not the JSON that is meant."""
    name = draw.choice(list(surface.endpoints))
    deep = json.dumps(nested(300)).encode()
    content = draw.choice((
        b"", b"{", b"[]", b"null", b'"x"', b"NaN", b"\xff\xfe", b'{"data": }', b'{"data": 5}', b'{"data": {"0": 1}}',
        b'{"data": ' + deep + b"}", b"[" * 100_000, b'{"data": [' + b"9" * 10_000 + b"]}", b'{"data": ["\\ud800"]}',
        b'{"data": ["' + b"x" * 999_000 + b'"]}', b'{"data": ["' + b"x" * 1_200_000 + b'"]}', b"{}" * 1000,
    ))  # fmt: skip
    kind = draw.choice(("application/json", "application/json", "text/plain", "multipart/form-data", ""))
    path = draw.choice(
        (f"call/{name}", "queue/join", f"call/v2/{name}", "cancel", "upload", "../ww/ask", "../ww/check")
    )
    request = {"content": content, "headers": {"Content-Type": kind} if kind else {}}
    return Attack(f"body {path} {content[:60]!r} {kind}", "POST", API + path, request)


def _route(surface: Surface, canaries: Canaries, draw: random.Random) -> Attack:
    """Every route that gradio has, and some that it has not."""
    name = draw.choice((*surface.endpoints, "nonsense"))
    text = draw.choice([text for text in TEXTS if text.isascii() and "\0" not in text and len(text) < 400])
    path = draw.choice([path for path in canaries.paths() if "\0" not in path])
    template = draw.choice((*(API + route for route in ROUTES), *PAGES))
    method = draw.choice(("GET", "GET", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"))
    return Attack(f"{method} {template}", method, template.format(n=name, t=text, p=path))


def _upload(draw: random.Random) -> Attack:
    """A file that is sent, and then named in a call."""
    file = draw.choice(list(files()))
    return Attack(f"upload {file[0][:40]}", "POST", f"{API}upload", {"files": {"files": file[:2]}}, file=file)


def _component(surface: Surface, canaries: Canaries, draw: random.Random) -> Attack:
    """A function of a component, by its number and name."""
    body = {
        "component_id": draw.choice((*surface.components, -1, 10**9, "x")),
        "fn_name": draw.choice(("__init__", "preprocess", "ask", "get_config", "x", "")),
        "session_hash": draw.choice(("hostile", "", "../x")),
        "data": anything(draw, canaries),
    }
    return Attack(f"component {str(body)[:160]}", "POST", f"{API}component_server", _raw(body))
