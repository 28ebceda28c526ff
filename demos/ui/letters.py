"""What a call may say: its body rewritten from the parts that belong there, or one sentence why not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import gradio as gr
from starlette.responses import Response

from demos.ui.checks import shorten

MOST_VALUES = 200
HASH = re.compile(r"[\w-]{1,64}")
GONE = "There is no answer under this name any more: it was fetched, or nobody fetched it for a minute. Call again."


class Refused(Exception):  # noqa: N818 - it says what happened to a request, not that something broke
    """A request that does not get in: HTTP status and one sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def rewritten(path: str, body: Mapping[str, Any], demo: gr.Blocks) -> tuple[str, dict[str, Any]]:
    """The path, without the API's prefix, and the body that gradio gets. Raises Refused."""
    kind, _, name = path.partition("/")
    if path == "queue/join":
        return path, _joined(body, demo)
    if kind == "cancel":
        return path, {**_named(body, "session_hash", "event_id"), "fn_index": _event(body, demo, stops=True)}
    if kind == "reset":
        return path, _named(body, "event_id")
    if name.startswith("v2/"):
        name = name.removeprefix("v2/")
        body = {"data": _in_order(name, body, demo)}
    _endpoint(name, demo)
    return f"call/{name}", {"data": _data(body), **_session(body)}


def _joined(body: Mapping[str, Any], demo: gr.Blocks) -> dict[str, Any]:
    """What the page sends when something happens on it."""
    session = _named(body, "session_hash")
    trigger = body.get("trigger_id")
    known = isinstance(trigger, int) and not isinstance(trigger, bool) and trigger in demo.blocks
    found = {"data": _data(body), "fn_index": _event(body, demo), "trigger_id": trigger if known else None}
    return {**session, **found}


def _event(body: Mapping[str, Any], demo: gr.Blocks, stops: bool = False) -> int:
    """The number of an event that Python answers, or that a cancel may name since it stops others."""
    number = body.get("fn_index")
    known = isinstance(number, int) and not isinstance(number, bool) and number in demo.fns
    event = demo.fns[number] if known else None  # type: ignore[index]
    if event is None or not (event.fn or (stops and event.cancels)):
        raise Refused(404, f"The page has no event {shorten(number)} that Python answers. Reload the page.")
    return event._id


def _endpoint(name: str, demo: gr.Blocks) -> Any:
    named = [
        event for event in demo.fns.values() if event.api_name == name and event.api_visibility == "public"
    ]
    if not named or not named[0].fn:
        raise Refused(
            404, f"No endpoint is called {shorten(name)}. The page's link “Use via API” lists them."
        )
    return named[0]


def _in_order(name: str, body: Mapping[str, Any], demo: gr.Blocks) -> list[Any]:
    """Named values of a call in the order of the endpoint's parameters, defaults where there is none."""
    _endpoint(name, demo)
    parameters = demo.get_api_info()["named_endpoints"][f"/{name}"]["parameters"]
    names = [one["parameter_name"] for one in parameters]
    unknown = sorted(set(body) - set(names) - {"session_hash", "oauth_token"})
    if unknown:
        raise Refused(422, f"{name} takes {', '.join(names)}; got {shorten(unknown[0])}. Leave it out.")
    return [body.get(one["parameter_name"], one.get("parameter_default")) for one in parameters]


def _data(body: Mapping[str, Any]) -> list[Any]:
    data = body.get("data")
    if isinstance(data, list) and len(data) <= MOST_VALUES:
        return data
    raise Refused(
        422,
        f'A call\'s data is a list of at most {MOST_VALUES} values; got {shorten(data)}. Send {{"data": [...]}}.',
    )


def _session(body: Mapping[str, Any]) -> dict[str, str]:
    return _named(body, "session_hash") if body.get("session_hash") is not None else {}


def _named(body: Mapping[str, Any], *keys: str) -> dict[str, str]:
    """Names that the page itself has made up: short, of letters and digits."""
    for key in keys:
        value = body.get(key)
        if not isinstance(value, str) or not HASH.fullmatch(value):
            must = f"{key} must be 1 to 64 letters, digits, _ or -"
            raise Refused(422, f"{must}; got {shorten(value)}. Reload the page.")
    return {key: body[key] for key in keys}


def stream(session: str, demo: gr.Blocks) -> Response | None:
    """None for a visitor whose answers are on their way; for any other what tells the page to connect anew."""
    if session in demo._queue.pending_messages_per_session:
        return None
    message = {"msg": "unexpected_error", "message": GONE, "success": False, "session_not_found": True}
    return Response(f"data: {json.dumps(message)}\n\n", media_type="text/event-stream")


def result(event: str, demo: gr.Blocks) -> Response | None:
    """None for a call whose answer is kept or under way; for any other the sentence, as such an answer."""
    queue = demo._queue
    waiting = any(event in ids for ids in queue.pending_event_ids_session.values())
    if waiting or event in queue.event_ids_to_events or event in queue.pending_messages_per_session:
        return None
    return Response(f"event: error\ndata: {json.dumps({'error': GONE})}\n\n", media_type="text/event-stream")
