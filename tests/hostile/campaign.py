"""A campaign: many attacks on a running app, each judged; what was wrong comes back as sentences."""

from __future__ import annotations

import http.server
import itertools
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import PIL.Image

from tests.hostile.attacks import API, JSON, Attack, Surface, attacks
from tests.hostile.server import Server
from tests.hostile.values import Canaries

SLOWEST = 5.0
"""Seconds that an answer may take."""
LOOK = 2.0  # seconds for which a run is listened to
RUNS = ("_slow", "_measure", "_train", "handout")
SECRET = (1, 2, 3)
AT_ONCE = 3


@contextmanager
def canaries(uploads: str) -> Iterator[tuple[Canaries, list[str]]]:
    """A picture, a pipe and an address that must not be opened, and the list of who asked the address."""
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

        def log_message(self, *_: Any) -> None: ...

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        picture, pipe = Path(folder) / "secret.png", Path(folder) / "pipe"
        PIL.Image.new("RGB", (64, 64), SECRET).save(picture)
        os.mkfifo(pipe)
        yield Canaries(str(picture), str(pipe), folder, uploads, f"http://127.0.0.1:{web.server_port}"), asked
    web.shutdown()


def run(server: Server, calls: int, seed: int, uploads: str, slowest: float = SLOWEST) -> list[str]:
    """Send so many attacks, whose answers may take ``slowest`` seconds; returns what was wrong."""
    with canaries(uploads) as (birds, asked), httpx.Client(base_url=server.url, timeout=30) as client:
        surface = Surface.of(client.get(f"{API}info").json(), client.get("config").json())
        wrong = ordinary(client, surface)  # the first also loads a network
        order = itertools.islice(attacks(surface, birds, seed), calls)
        for batch in iter(lambda: list(itertools.islice(order, 20)), []):
            lines = len(server.lines)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                wrong += [
                    text
                    for found in pool.map(lambda one: judge(client, one, slowest), batch)
                    for text in found
                ]
            said = "".join(server.lines[lines:])
            if "Traceback" in said or "Error" in said:
                wrong.append(f"the log says {said[-1500:]} after one of {[one.label for one in batch]}")
            wrong += ordinary(client, surface)
        wrong += [f"{path} was fetched" for path in asked]
    return wrong


def judge(client: httpx.Client, attack: Attack, slowest: float) -> list[str]:
    """Send one attack; an answer is quick, is no 500, and says something."""
    began = time.monotonic()
    try:
        try:
            status, text = send(client, attack)
        except (httpx.ReadError, httpx.RemoteProtocolError):  # a connection that an attack before had closed
            status, text = send(client, attack)
    except httpx.HTTPError as error:
        return [f"{attack.label}: {type(error).__name__} after {time.monotonic() - began:.1f} s"]
    took, wrong = time.monotonic() - began, []
    if status >= 500 and status not in (501, 503, 507):
        wrong.append(f"{attack.label} {attack.path[-80:]}: status {status}: {text[:200]}")
    if took > slowest:
        wrong.append(f"{attack.label}: {took:.1f} s")
    if "event: error" in text and '"error": null' in text:
        wrong.append(f"{attack.label}: no sentence: {text[:200]}")
    if "secret.png" in attack.label and "event: complete" in text and "upload:" in text:
        wrong.append(f"{attack.label}: a foreign file was read")
    return wrong


def send(client: httpx.Client, attack: Attack) -> tuple[int, str]:
    """The status and the text of an answer, that of a call or an upload followed to its end."""
    with client.stream(attack.method, attack.path, **attack.request) as answer:
        text = (
            _read(answer, LOOK)
            if "event-stream" in answer.headers.get("content-type", "")
            else _read(answer, 30)
        )
        status = answer.status_code
    if status != 200 or not (attack.follow or attack.file):
        return status, text
    if attack.file is None:
        return status, _result(client, attack.path, text)
    body = {"data": [{"path": json.loads(text)[0], "meta": {"_type": "gradio.FileData"}}]}
    begun = client.post(f"{API}call/upload_picture", json=body)
    said = _result(client, f"{API}call/upload_picture", begun.text)
    kept = Path(body["data"][0]["path"]).exists()
    right = ("event: complete" in said) == attack.file[2] and not kept
    return (200, said) if right else (599, f"taken or kept wrongly: {said[:200]}")


def _result(client: httpx.Client, path: str, begun: str) -> str:
    event = json.loads(begun)["event_id"]
    look = LOOK if any(name in path for name in RUNS) else 30
    with suppress(httpx.ReadTimeout), client.stream("GET", f"{path}/{event}", timeout=look) as answer:
        return _read(answer, look)
    return ""  # a handout says nothing until it is written


def _read(answer: httpx.Response, seconds: float) -> str:
    """What comes within so many seconds."""
    until, text = time.monotonic() + seconds, ""
    for part in answer.iter_text():
        text += part
        if time.monotonic() > until or len(text) > 4_000_000:
            break
    return text


def ordinary(client: httpx.Client, surface: Surface) -> list[str]:
    """The next ordinary call works."""
    name = surface.lessons[0]
    body = json.dumps({"data": surface.endpoints[name]}).encode()
    status, text = send(
        client, Attack(name, "POST", f"{API}call/{name}", {"content": body, "headers": JSON}, True)
    )
    return [] if "event: complete" in text else [f"an ordinary call of {name} failed: {status} {text[:300]}"]
