"""``make hostile``: thousands of hostile calls on the app as a user starts it; exit status 1 if anything was wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time

import httpx

from tests.hostile import campaign
from tests.hostile.server import Server, running

KEEPS = 50.0
"""Megabytes by which memory may stay above its warm level."""
WARM = 320
SETTLE = (
    80.0  # seconds until nobody fetches an answer any more, and the janitor has given back what was freed
)


def main() -> int:
    """Warm up, attack, wait, compare."""
    parser = argparse.ArgumentParser("python -m tests.hostile", description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(GRADIO_TEMP_DIR=folder) as server:
        warm(server)
        campaign.run(
            server, WARM, options.seed + 1, folder
        )  # a visit to the paths of errors, uploads and runs too
        before = settled(server)
        began = time.monotonic()
        wrong = campaign.run(server, options.calls, options.seed, folder)
        took, after = time.monotonic() - began, settled(server)
    if after > before + KEEPS:
        wrong.append(f"memory stays {after - before:.0f} MB above its warm level")
    print(f"{options.calls} calls in {took:.0f} s; memory {before:.0f} MB before, {after:.0f} MB after")
    print("\n".join(wrong) or "nothing was wrong")
    return 1 if wrong else 0


def warm(server: Server) -> None:
    """Ordinary calls of every endpoint that takes a picture, on many scenes, until the caches are full."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        surface = campaign.Surface.of(client.get("gradio_api/info").json(), client.get("config").json())
        names = [name for name, keys in surface.parameters.items() if keys[:1] == ["picture"]]
        for number in range(WARM):
            name = names[number % len(names)]
            values = [f"scene:{number}", *surface.endpoints[name][1:]]
            request = {"json": {"data": values}}
            attack = campaign.Attack(name, "POST", f"gradio_api/call/{name}", request, follow=True)
            campaign.send(client, attack)


def settled(server: Server) -> float:
    """Memory once everything has calmed down, MB."""
    time.sleep(SETTLE)
    return server.memory


if __name__ == "__main__":
    sys.exit(main())
