"""A trained network by its name: its card, its weights, the device it runs on, and one cache of what it saw.

Ours are the pairs ``assets/weights/<name>.safetensors`` + ``<name>.json`` (the card). torchvision's networks,
trained on COCO, are fetched when somebody first asks for one. Importing this file is cheap: torch is imported
with the first network.

>>> "maskrcnn_resnet50_fpn" in names()
True
>>> title("maskrcnn_resnet50_fpn")
'Mask R-CNN, ResNet-50 FPN (COCO)'
"""

from __future__ import annotations

import hashlib
import importlib
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models import published
from lecture_models.cache import KEPT, ByteCache, at_once, only_kept
from lecture_models.cards import cards_in, read_card
from lecture_models.devices import device, gpu, lent_by_call
from lecture_models.weights import (
    Card,
    Progress,
    WeightsUnavailable,
    read_weights,
    save_weights,
)

if TYPE_CHECKING:
    import torch
    from torch import nn

    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.rcnn.record import RCNNRecord

__all__ = [
    "Card",
    "WeightsUnavailable",
    "at_once",
    "card",
    "device",
    "fetch",
    "gpu",
    "is_here",
    "kind",
    "lent_by_call",
    "load",
    "names",
    "only_kept",
    "record",
    "save",
    "title",
    "trace",
    "usable",
    "using",
]

WEIGHTS = Path(__file__).resolve().parent.parent / "assets" / "weights"
NETWORK_BYTES = 1 << 30
ONLY_STREETS = "This network has only ever seen rendered streets: of a photograph its answers say little."
STREETS = (
    "This network has only ever seen rendered streets. For photographs choose one that was trained on COCO."
)
MAX_THREADS = 8  # our networks are small: more threads than this wait for each other

_networks: ByteCache[nn.Module] = ByteCache(NETWORK_BYTES)
_forward_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
if hasattr(
    os, "register_at_fork"
):  # ZeroGPU runs a call in a fork, in which nobody would release another thread's lock
    os.register_at_fork(after_in_child=_forward_locks.clear)


def names(kind: str | None = None) -> tuple[str, ...]:
    """Names of the networks that :func:`load` knows: ours first, then torchvision's.

    One of ours whose card cannot be read is left out; asking for it says which file to restore.

    Args:
        kind: Only those of this kind; :class:`Card` says which there are.
    """
    ours = {name: card.kind for name, card in cards_in(WEIGHTS).items()}
    every = ours | {name: its for name, (its, _) in published.NETWORKS.items()}
    return tuple(name for name, its in every.items() if kind in (None, its))


def title(name: str) -> str:
    """A network's name for people. Raises ValueError for a name that is not in the zoo."""
    return published.NETWORKS[name][1] if name in published.NETWORKS else _our_card(name).title


def kind(name: str) -> str:
    """Kind of a network, as its :class:`Card` has it. Raises ValueError for an unknown name."""
    return published.NETWORKS[name][0] if name in published.NETWORKS else _our_card(name).kind


def card(name: str) -> Card:
    """What there is to know about a network: data, recipe, metrics, classes, hash, licence.

    Raises:
        ValueError: The name is not in the zoo.
        WeightsUnavailable: (a ValueError) The card's file cannot be read.
    """
    return published.card(name) if name in published.NETWORKS else _our_card(name)


def _our_card(name: str) -> Card:
    files = [WEIGHTS / f"{name}.{ending}" for ending in ("json", "safetensors")]
    if not name.isidentifier() or not any(path.is_file() for path in files):
        raise ValueError(f"No network is called {name!r}; choose one of {', '.join(names())}.")
    return read_card(files[0])


def save(name: str, state_dict: Mapping[str, torch.Tensor], card: Card) -> Card:
    """Put a trained network into assets/weights, as float16, with its card; :func:`load` finds it there.

    Returns:
        The card with the file's SHA-256.

    Raises:
        ValueError: `name` is no identifier, or a tensor does not fit into float16.
    """
    if not name.isidentifier():
        raise ValueError(f"A network's name is a Python identifier, such as panoptic_fpn; got {name!r}.")
    saved = save_weights(WEIGHTS, name, state_dict, card)
    _networks.clear()  # an older network of this name may be in memory
    KEPT.clear()
    return saved


def load(name: str) -> nn.Module:
    """A trained network in eval mode on :func:`device`, made once and shared; do not change it.

    It carries its `name` and its `classes` (names by label) as attributes.

    Args:
        name: One of :func:`names`.

    Raises:
        ValueError: The name is not in the zoo.
        WeightsUnavailable: (a ValueError) Network or disk failed, or the file is not the one its hash names.
    """
    return _networks.get(name, lambda: _build(name), size=_parameter_bytes)


def usable(name: str, other: str, photograph: bool = False) -> tuple[str, str]:
    """`name` where its card and its weights can be had, else `other`, and a sentence where one is due.

    Args:
        name: Of the network that is asked for.
        other: Of one of ours that takes its place.
        photograph: Whether it is to look at a photograph; ours have seen none.

    Raises:
        ValueError: As :func:`load`.
    """
    try:
        kind(name)  # a network in memory may have lost its card
        load(name)
    except WeightsUnavailable as error:
        if name == other:
            raise
        return other, f"{error} Meanwhile this is the lecture's own network."
    return name, STREETS if photograph and name not in published.NETWORKS else ""


def is_here(name: str) -> bool:
    """Whether :func:`load` needs no other machine for a network; True also for a name that is not in the zoo."""
    if name not in published.NETWORKS or name in _networks:
        return True
    return published.weights_file(name)[1].is_file()


def fetch(name: str, progress: Progress | None = None) -> None:
    """Bring a network's weights to this machine, if they are elsewhere.

    Args:
        name: One of :func:`names`.
        progress: Called with (bytes done, bytes in total) while they arrive.

    Raises:
        WeightsUnavailable: Network or disk failed, or the file is not the one its hash names.
    """
    if not is_here(name):
        published.fetch(name, progress)


def _build(name: str) -> nn.Module:
    import torch

    from lecture_models.nets.pool_scales import set_scales

    torch.set_num_threads(min(torch.get_num_threads(), MAX_THREADS))
    network: Any = published.build(name) if name in published.NETWORKS else _our_network(name)
    set_scales(network)
    network.name, network.classes = name, card(name).classes
    return network.eval().requires_grad_(False).to(device())


def _our_network(name: str) -> nn.Module:
    card = _our_card(name)
    state = read_weights(WEIGHTS / f"{name}.safetensors", card.sha256)
    builder = card.network or name
    try:
        module = importlib.import_module(f"lecture_models.nets.{builder}")
        network: nn.Module = getattr(module, builder)(**card.arguments)
        network.load_state_dict(state)
    except (ImportError, AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise WeightsUnavailable(
            f"The card {name}.json names no network that its weights fit; restore it from the repository."
        ) from error
    return network


def _parameter_bytes(network: nn.Module) -> int:
    return sum(t.nbytes for t in (*network.parameters(), *network.buffers()))


@contextmanager
def using(name: str) -> Iterator[nn.Module]:
    """The network `name`, for this thread alone and without gradients: one forward at a time per network.

    Raises:
        ValueError: As :func:`load`.
    """
    import torch

    network = load(name)
    with _forward_locks[name], torch.inference_mode():
        yield network


def trace(name: str, image: np.ndarray) -> RCNNTrace:
    """What the detection network `name` computed on a picture, with its intermediate values, on the CPU.

    One forward per network and picture: the same content is answered from a cache, whose values all callers
    share. Do not change a trace.

    Args:
        name: A network of kind "panoptic" or "detection".
        image: uint8 [H, W, 3], RGB.

    Raises:
        ValueError: Not such a network, or not such an image.
        WeightsUnavailable: As :func:`load`.
    """
    key = ("trace", name, _content(name, image))
    return KEPT.get(key, lambda: _forward_of(name, image, raw=False))


def record(name: str, image: np.ndarray) -> RCNNRecord:
    """The raw outputs of one pass, before any filter: what ``stages`` starts from.

    Cached, shared and checked as :func:`trace`, whose arguments and errors are the same.
    """
    key = ("record", name, _content(name, image))
    return KEPT.get(key, lambda: _forward_of(name, image, raw=True))


def _content(name: str, image: np.ndarray) -> str:
    """A key for the picture's content; ValueError where a detection network cannot run on it."""
    if kind(name) not in ("panoptic", "ablation", "detection"):
        raise ValueError(f"A trace follows a detection network from proposals to masks; {name} has none.")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f"An image is uint8 [H, W, 3] and not empty; got {image.dtype} {list(image.shape)}.")
    return hashlib.sha1(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()


def _forward_of(name: str, image: np.ndarray, raw: bool) -> Any:
    load(name)  # before a GPU is asked for: a download needs none
    return _forward(name, image, raw)


@gpu
def _forward(name: str, image: np.ndarray, raw: bool = False) -> RCNNTrace | RCNNRecord:
    from lecture_models.nets.rcnn_trace import trace_rcnn
    from lecture_models.rcnn.record import record_rcnn

    with using(name) as network:
        return record_rcnn(network, image) if raw else trace_rcnn(network, image)


if os.environ.get(
    "SPACES_ZERO_GPU"
):  # there, networks move to CUDA before the first call, outside of the decorator
    for _name in names("panoptic"):
        with suppress(WeightsUnavailable):  # the others work without it, and its lessons say which file it is
            load(_name)
