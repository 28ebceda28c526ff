"""Measure a network of the zoo on held-out scenes; JSON on stdout, progress on stderr.

python -m lecture_models.evaluation panoptic_fpn --first-seed 0 --scenes 300

Trainings use seeds from 1,000,000 on; every smaller seed is held out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from lecture_models import zoo

from . import SIZE, evaluate


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 2 where an argument or the network's file is no good."""
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    try:
        network: Any = zoo.load(options.name)
        metrics = evaluate(network, options.first_seed, options.scenes, _show)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(file=sys.stderr)
    measured = {
        "network": options.name,
        "first_seed": options.first_seed,
        "scenes": options.scenes,
        "size": SIZE,
    }
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({**measured, "seconds": seconds, "device": str(zoo.device()), **metrics}, indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lecture_models.evaluation",
        description="AP, mean IoU and panoptic quality on scenes at 256×256 with default settings.",
    )
    parser.add_argument("name", metavar="NAME", help=f"a network of the zoo: {', '.join(zoo.names())}")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="default 0")
    parser.add_argument("--scenes", type=int, default=300, metavar="K", help="default 300")
    return parser


def _show(done: int, total: int) -> None:
    print(f"\r{done}/{total} scenes", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
