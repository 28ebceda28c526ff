"""Commands on scenes.

python -m lecture_models.scenes export DIR --first-seed N --scenes K    COCO instance and COCO panoptic files
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .export import export
from .settings import SceneSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 2 for arguments out of range, 1 where the disk fails."""
    options = _parser().parse_args(arguments)
    try:
        settings = SceneSettings(**{name: getattr(options, name) for name in SceneSettings.RANGES})
        export(options.directory, options.first_seed, options.scenes, settings, options.size, _show)
    except (ValueError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    print(f"\n{options.scenes} scenes in {options.directory}", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lecture_models.scenes", description="Procedural scenes.")
    commands = parser.add_subparsers(required=True, metavar="export")
    command = commands.add_parser("export", help="write pictures with COCO instance and panoptic annotations")
    command.add_argument("directory", type=Path, metavar="DIR", help="made if it does not exist")
    command.add_argument(
        "--first-seed", type=int, default=0, metavar="N", help="the others follow (default 0)"
    )
    command.add_argument("--scenes", type=int, default=10, metavar="K", help="how many (default 10)")
    command.add_argument("--size", type=int, default=256, help="height and width in pixels, 64 to 512")
    for name, (low, high, _, unit, what) in SceneSettings.RANGES.items():
        default = getattr(SceneSettings(), name)
        command.add_argument(
            f"--{name.replace('_', '-')}",
            type=type(default),
            default=default,
            help=f"{what}: {low:g} to {high:g} {unit} (default {default:g})",
        )
    return parser


def _show(done: int, total: int) -> None:
    print(f"\r{done}/{total} scenes", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
