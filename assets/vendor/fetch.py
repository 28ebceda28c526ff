"""Fetch the browser's libraries again and check them: ``make vendor``. Versions and hashes stand in vendor.json."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Fetch each library by npm, and replace its files if their hash is the one that is written down."""
    for name, about in json.loads((HERE / "vendor.json").read_text(encoding="utf8")).items():
        with tempfile.TemporaryDirectory() as folder:
            fetch(name, about, Path(folder))


def fetch(name: str, about: dict[str, str], folder: Path) -> None:
    """One library: ``package`` and ``version`` for npm, ``file`` and ``sha256`` of its script."""
    package = f"{about['package']}@{about['version']}"
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        script, terms = (_member(archive, inside) for inside in (about["file"], "LICENSE"))
    found = hashlib.sha256(script).hexdigest()
    if found != about["sha256"]:
        raise SystemExit(
            f"{package}: the script's SHA-256 is {found}, not {about['sha256']}; nothing was replaced."
        )
    (HERE / f"{name}.js").write_bytes(script)
    (HERE / f"{name}.LICENSE").write_bytes(terms)
    print(f"{name}.js: {package}, as written down")


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"package/{name}")
    if file is None:
        raise SystemExit(f"the package has no {name}")
    return file.read()


if __name__ == "__main__":
    main()
