"""``make space SPACE=user/name``: upload what the app needs to a Hugging Face Space.

The hub refuses binary files that come by a plain push of git; huggingface_hub sends each file the way that it wants.
Tests, caches and environments stay here. ``--dry-run`` lists what would go and sends nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError
from huggingface_hub.utils import filter_repo_objects

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ["app.py", "README.md", "LICENSE", "requirements.txt", "demos/*", "lecture_models/*", "assets/*"]
LEFT_OUT = ["*/__pycache__/*", "*.pyc", "*.pyi", "*.lock"]
NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}", re.ASCII)


def files(root: Path = ROOT) -> list[str]:
    """Paths, from ``root`` on, of all files that would be uploaded."""
    tops = dict.fromkeys(pattern.split("/")[0] for pattern in NEEDED)
    found = [path for top in tops for path in (root / top, *(root / top).rglob("*")) if path.is_file()]
    names = (path.relative_to(root).as_posix() for path in found)
    return sorted(filter_repo_objects(names, allow_patterns=NEEDED, ignore_patterns=LEFT_OUT))


def upload(space: str, api: HfApi, root: Path = ROOT) -> str:
    """Make the Space, if it is not there, and send the files; what else it has is deleted. Returns its address."""
    where: dict[str, Any] = {"repo_id": space, "repo_type": "space"}
    api.create_repo(**where, space_sdk="gradio", exist_ok=True)
    api.upload_folder(
        **where,
        folder_path=root,
        allow_patterns=NEEDED,
        ignore_patterns=LEFT_OUT,
        delete_patterns="*",
        commit_message="What & Where",
    )
    return f"https://huggingface.co/spaces/{space}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 2 where a name is none or the hub refuses."""
    parser = argparse.ArgumentParser("make space", description=__doc__)
    parser.add_argument("space", metavar="user/name", help="the Space; it is made if it is not there")
    parser.add_argument("--dry-run", action="store_true", help="list what would go, and send nothing")
    options = parser.parse_args(arguments)
    if not NAME.fullmatch(options.space):
        print(
            f"A Space is named user/name; got {options.space!r}. Run make space SPACE=user/name.",
            file=sys.stderr,
        )
        return 2
    if options.dry_run:
        return _list(files())
    try:
        print(upload(options.space, HfApi()))
    except (HfHubHTTPError, LocalTokenNotFoundError, OSError) as error:
        print(f"The hub took nothing: {error}. Log in with hf auth login, then try again.", file=sys.stderr)
        return 2
    return 0


def _list(names: Sequence[str]) -> int:
    sizes = [(ROOT / name).stat().st_size for name in names]
    for name, size in zip(names, sizes, strict=True):
        print(f"{size:>10,}  {name}")
    print(f"{sum(sizes):>10,}  bytes in {len(names)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
