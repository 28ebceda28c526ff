"""Files of weights: written, verified, fetched.

Nothing is loaded before its hash agrees, and nothing is unpickled. Our own networks are float16 safetensors
with a card (JSON) that names the file's SHA-256. torchvision's come from its own server; the first digits of
their SHA-256 stand in their file names.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import math
import os
import re
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlparse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in total or 0 if the server does not say)."""

CHUNK = 1 << 18
TIMEOUT_SECONDS = 15.0
REMEMBERED_SECONDS = 60.0
"""How long a failure to fetch a file is remembered: who asks meanwhile hears of it at once."""
_failures: dict[Path, tuple[float, str]] = {}
_fetching: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)
_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.[a-z]+$")


class WeightsUnavailable(ValueError):  # noqa: N818 - it says what is the case, not whose fault it is
    """A network's weights cannot be had now: its message is one sentence for the learner.

    A ValueError, so that a page which does not treat it specially shows the sentence and not a traceback.
    """


@dataclass(frozen=True)
class Card:
    """What there is to know about a trained network.

    Attributes:
        name: Its name in the zoo.
        title: Its name for people.
        kind: "panoptic", "detection" or "segmentation": which of its outputs there are; "ablation" for a detection
            network that was trained to be compared with another, and is no better than that needs; "semantic" for
            one of ours that labels pixels, "patches" for one that labels the middle of a patch.
        data: What it was trained on.
        recipe: The command, or where the recipe is described.
        steps: Optimiser steps.
        minutes: Wall-clock minutes of the training.
        device: On what it was trained, such as "2 CPU cores"; "" where that is not known.
        metrics: Measured on held-out data; fractions in 0..1.
        seeds: Which scenes were for training and which for testing, by name.
        commit: Of the code that trained it.
        sha256: Of the file, or its first digits.
        classes: Names by detection label, the background first (where it has no boxes: by semantic label).
        license: Of the weights.
        network: Module and function in lecture_models.nets that build it; empty: its own name.
        arguments: Keyword arguments of that function.
    """

    name: str
    title: str
    kind: str = "panoptic"
    data: str = ""
    recipe: str = ""
    steps: int = 0
    minutes: float = 0.0
    device: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    seeds: Mapping[str, Any] = field(default_factory=dict)
    commit: str = ""
    sha256: str = ""
    classes: tuple[str, ...] = ()
    license: str = "MIT"
    network: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)


def save_weights(folder: Path, name: str, state_dict: Mapping[str, torch.Tensor], card: Card) -> Card:
    """Write ``<name>.safetensors`` (floating-point tensors as float16) and ``<name>.json`` into `folder`.

    Each file is replaced as a whole: who reads meanwhile sees the old one or the new one.

    Returns:
        The card as written, with `name` and the file's SHA-256.

    Raises:
        ValueError: A tensor holds values that float16 cannot (not finite, or beyond 65504).
    """
    from safetensors.torch import save

    content = save({key: to_float16(key, tensor) for key, tensor in state_dict.items()})
    card = replace(card, name=name, sha256=hashlib.sha256(content).hexdigest())
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / f"{name}.safetensors", content)
    replace_file(folder / f"{name}.json", (json.dumps(asdict(card), indent=2) + "\n").encode())
    return card


def to_float16(key: str, tensor: torch.Tensor) -> torch.Tensor:
    """A tensor as a file of ours holds it: floating-point values as float16, on the CPU, in memory of its own.

    Args:
        key: Its name in the network, for the message.
        tensor: Any shape and dtype; integers stay as they are.

    Raises:
        ValueError: It holds values that float16 cannot (not finite, or beyond 65504).
    """
    import torch

    tensor = tensor.detach().cpu()
    if tensor.is_floating_point():
        tensor = tensor.to(torch.float16)
        if not bool(torch.isfinite(tensor).all()):
            raise ValueError(
                f"Weights are stored as float16, and {key} holds values that do not fit: do not save it."
            )
    return tensor.clone(
        memory_format=torch.contiguous_format
    )  # safetensors refuses tensors that share memory


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that a kill leaves the old one or the new one, whole."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.partial")
    temporary.write_bytes(content)
    temporary.replace(path)


def read_weights(path: Path, sha256: str) -> dict[str, torch.Tensor]:
    """Tensors of a safetensors file, floating-point ones as float32, after its hash was compared.

    Raises:
        WeightsUnavailable: The file is missing, or is not the one with this SHA-256 (truncated, edited,
            replaced).
    """
    from safetensors.torch import load

    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsUnavailable(
            f"{path.name} cannot be read ({_reason(error)}); restore it from the repository."
        ) from error
    if not sha256 or hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsUnavailable(
            f"{path.name} is not the file that its card describes (the hash differs), so it was not loaded; "
            "restore it from the repository."
        )
    return {key: t.float() if t.is_floating_point() else t for key, t in load(content).items()}


def fetch(url: str, folder: Path, progress: Progress | None = None, title: str = "") -> Path:
    """A file whose name holds the first digits of its SHA-256, from `folder` or, the first time, from `url`.

    It is written beside its place and moved there when it is whole and its hash agrees; a wrong file that is
    there already is fetched anew. Two who want the same file fetch it once, and a failure is remembered for a minute.

    Args:
        url: For example ".../resnet18-f37072fd.pth".
        folder: Made if it does not exist.
        progress: Called while bytes arrive, from this thread.
        title: What the file is, for the sentence that says that it cannot be had.

    Raises:
        WeightsUnavailable: Network or disk failed, or what came has another hash.
        ValueError: The name holds no hash.
    """
    name = Path(urlparse(url).path).name
    match = _HASH_IN_NAME.search(name)
    if match is None:
        raise ValueError(
            f"A file is fetched only if its name holds its hash, as in net-0123abcd.pth; got {name}."
        )
    path = folder / name
    with _fetching[path]:
        if path.is_file() and _hash_of(path).startswith(match[1]):
            return path
        since, said = _failures.get(path, (-math.inf, ""))
        if time.monotonic() - since < REMEMBERED_SECONDS:
            raise WeightsUnavailable(said)
        try:
            _fetch(url, path, match[1], progress, title or name)
        except WeightsUnavailable as error:
            _failures[path] = (time.monotonic(), str(error))
            raise
    return path


def _fetch(url: str, path: Path, digits: str, progress: Progress | None, title: str) -> None:
    """Fetch one file to its place. Raises WeightsUnavailable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _partial(path) as (temporary, file):
            digest = _download(url, file, progress)
            if not digest.startswith(digits):
                raise WeightsUnavailable(
                    f"What came for {title} is not the published file (its hash differs); it was not loaded."
                )
            file.close()
            temporary.replace(path)
    except (OSError, http.client.HTTPException) as error:
        raise WeightsUnavailable(f"{title} could not be fetched ({_reason(error)}).") from error


@contextmanager
def _partial(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file beside `path` to write to; removed in the end unless it was moved."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with temporary.open("wb") as file:
            yield temporary, file
    finally:
        temporary.unlink(missing_ok=True)


def _download(url: str, file: BinaryIO, progress: Progress | None) -> str:
    """Copy what `url` answers into `file`; returns its SHA-256."""
    request = urllib.request.Request(url, headers={"User-Agent": "what-and-where"})
    digest, done = hashlib.sha256(), 0
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        total = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, total)
    return digest.hexdigest()


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _reason(error: Exception) -> str:
    """The cause in a few words: of URLError its reason, of OSError its text without the path."""
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause or type(error).__name__)
