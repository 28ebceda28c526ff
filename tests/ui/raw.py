"""Calls of the app as a program makes them: plain HTTP, with whatever somebody may send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx


def call(url: str, name: str, data: Any) -> tuple[str, Any]:
    """Call an endpoint and return its last event ('complete' or 'error') and that event's content."""
    body = data if isinstance(data, bytes) else json.dumps({"data": data}).encode()
    head = {"Content-Type": "application/json"}
    begun = httpx.post(f"{url}gradio_api/call/{name}", content=body, headers=head, timeout=120)
    if begun.status_code != 200:
        return f"http {begun.status_code}", begun.text
    event = begun.json()["event_id"]
    text = httpx.get(f"{url}gradio_api/call/{name}/{event}", timeout=120).text
    last = text.strip().split("\n\n")[-1].split("\n")
    kind, content = last[0].removeprefix("event: "), last[1].removeprefix("data: ")
    return kind, json.loads(content)


def upload(url: str, path: Path) -> dict[str, Any]:
    """Upload a file as the page does; returns what an endpoint takes for it."""
    with path.open("rb") as file:
        answer = httpx.post(f"{url}gradio_api/upload", files={"files": (path.name, file)}, timeout=60)
    return {"path": answer.json()[0], "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
