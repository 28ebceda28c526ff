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
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models.cache import ByteCache
from lecture_models.devices import device, gpu
from lecture_models.weights import (
    Card,
    Progress,
    WeightsUnavailable,
    fetch,
    read_card,
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
    "card",
    "device",
    "gpu",
    "kind",
    "load",
    "names",
    "record",
    "save",
    "title",
    "trace",
    "using",
]

WEIGHTS = Path(__file__).resolve().parent.parent / "assets" / "weights"
NETWORK_BYTES = 1 << 30
TRACE_BYTES = 256 << 20
RECORD_BYTES = 128 << 20  # one picture's of a COCO network at its full size, dozens of ours
MAX_THREADS = 8  # our networks are small: more threads than this wait for each other

TORCHVISION = {
    "maskrcnn_resnet50_fpn_v2": ("detection", "Mask R-CNN, ResNet-50 FPN v2 (COCO)"),
    "maskrcnn_resnet50_fpn": ("detection", "Mask R-CNN, ResNet-50 FPN (COCO)"),
    "fasterrcnn_resnet50_fpn": ("detection", "Faster R-CNN, ResNet-50 FPN (COCO)"),
    "deeplabv3_resnet50": ("segmentation", "DeepLabv3, ResNet-50 (COCO with VOC's labels)"),
    "fcn_resnet50": ("segmentation", "FCN, ResNet-50, stride 8 by dilation (COCO with VOC's labels)"),
}

_networks: ByteCache[nn.Module] = ByteCache(NETWORK_BYTES)
_traces: ByteCache[RCNNTrace] = ByteCache(TRACE_BYTES)
_records: ByteCache[RCNNRecord] = ByteCache(RECORD_BYTES)
_forward_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
if hasattr(
    os, "register_at_fork"
):  # ZeroGPU runs a call in a fork, in which nobody would release another thread's lock
    os.register_at_fork(after_in_child=_forward_locks.clear)


def names(kind: str | None = None) -> tuple[str, ...]:
    """Names of the networks that :func:`load` knows: ours first, then torchvision's.

    Args:
        kind: Only those of this kind: "panoptic", "ablation", "detection" or "segmentation".
    """
    ours = sorted(path.stem for path in WEIGHTS.glob("*.json") if path.with_suffix(".safetensors").is_file())
    every = (*ours, *TORCHVISION)
    return tuple(name for name in every if kind is None or _kind(name) == kind)


def title(name: str) -> str:
    """A network's name for people. Raises ValueError for a name that is not in the zoo."""
    return TORCHVISION[name][1] if name in TORCHVISION else _our_card(name).title


def kind(name: str) -> str:
    """Kind of a network: "panoptic", "detection" or "segmentation". Raises ValueError for an unknown name."""
    return _kind(name)


def _kind(name: str) -> str:
    return TORCHVISION[name][0] if name in TORCHVISION else _our_card(name).kind


def card(name: str) -> Card:
    """What there is to know about a network: data, recipe, metrics, classes, hash, licence.

    Raises:
        ValueError: The name is not in the zoo.
    """
    return _torchvision_card(name) if name in TORCHVISION else _our_card(name)


def _our_card(name: str) -> Card:
    if not name.isidentifier() or not (WEIGHTS / f"{name}.json").is_file():
        raise ValueError(f"No network is called {name!r}; choose one of {', '.join(names())}.")
    return read_card(WEIGHTS / f"{name}.json")


def _torchvision_card(name: str) -> Card:
    from torchvision.models import get_model_weights

    weights: Any = get_model_weights(name).DEFAULT
    kind, title = TORCHVISION[name]
    return Card(
        name=name,
        title=title,
        kind=kind,
        data=next(iter(weights.meta["_metrics"])).replace("-val", " train, measured on val "),
        recipe=weights.meta["recipe"],
        metrics={
            key: value / 100 for scores in weights.meta["_metrics"].values() for key, value in scores.items()
        },
        sha256=weights.url.rsplit("-", 1)[1].split(".")[0],
        classes=tuple(weights.meta["categories"]),
        license="code BSD-3-Clause (torchvision); weights trained on COCO, see its terms",
    )


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
    _traces.clear()
    _records.clear()
    return saved


def load(name: str, progress: Progress | None = None) -> nn.Module:
    """A trained network in eval mode on :func:`device`, made once and shared; do not change it.

    It carries its `name` and its `classes` (names by label) as attributes.

    Args:
        name: One of :func:`names`.
        progress: Called with (bytes done, bytes in total) while torchvision's weights are fetched.

    Raises:
        ValueError: The name is not in the zoo.
        WeightsUnavailable: (a ValueError) Network or disk failed, or the file is not the one its hash names.
    """
    return _networks.get(name, lambda: _build(name, progress), size=_parameter_bytes)


def _build(name: str, progress: Progress | None) -> nn.Module:
    import torch

    from lecture_models.nets.pool_scales import set_scales

    torch.set_num_threads(min(torch.get_num_threads(), MAX_THREADS))
    network: Any = _torchvision_network(name, progress) if name in TORCHVISION else _our_network(name)
    set_scales(network)
    network.name, network.classes = name, card(name).classes
    return network.eval().requires_grad_(False).to(device())


def _our_network(name: str) -> nn.Module:
    card = _our_card(name)
    state = read_weights(WEIGHTS / f"{name}.safetensors", card.sha256)
    builder = card.network or name
    module = importlib.import_module(f"lecture_models.nets.{builder}")
    network: nn.Module = getattr(module, builder)(**card.arguments)
    network.load_state_dict(state)
    return network


def _torchvision_network(name: str, progress: Progress | None) -> nn.Module:
    import torch
    from torchvision.models import get_model, get_model_weights

    weights: Any = get_model_weights(name).DEFAULT
    path = fetch(weights.url, Path(torch.hub.get_dir()) / "checkpoints", progress, title(name))
    state = torch.load(path, map_location="cpu", weights_only=True)
    options = {"aux_loss": True} if kind(name) == "segmentation" else {}
    network = get_model(
        name, weights=None, weights_backbone=None, num_classes=len(weights.meta["categories"]), **options
    )
    network.load_state_dict(state)
    if name in ("maskrcnn_resnet50_fpn", "fasterrcnn_resnet50_fpn"):
        _without_epsilon(network)
    return network


def _without_epsilon(network: nn.Module) -> None:
    """Batch normalisation with epsilon 0, as these two were trained and as torchvision builds them."""
    import torch

    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = 0.0


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


def trace(name: str, image: np.ndarray, progress: Progress | None = None) -> RCNNTrace:
    """What the detection network `name` computed on a picture, with its intermediate values, on the CPU.

    One forward per network and picture: the same content is answered from a cache, whose values all callers
    share. Do not change a trace.

    Args:
        name: A network of kind "panoptic" or "detection".
        image: uint8 [H, W, 3], RGB.
        progress: As for :func:`load`.

    Raises:
        ValueError: Not such a network, or not such an image.
        WeightsUnavailable: As :func:`load`.
    """
    return _traces.get((name, _content(name, image)), lambda: _forward_of(name, image, progress, raw=False))


def record(name: str, image: np.ndarray, progress: Progress | None = None) -> RCNNRecord:
    """The raw outputs of one pass, before any filter: what ``stages`` starts from.

    Cached, shared and checked as :func:`trace`, whose arguments and errors are the same.
    """
    return _records.get((name, _content(name, image)), lambda: _forward_of(name, image, progress, raw=True))


def _content(name: str, image: np.ndarray) -> str:
    """A key for the picture's content; ValueError where a detection network cannot run on it."""
    if kind(name) == "segmentation":
        raise ValueError(f"A trace follows a detection network from proposals to masks; {name} has none.")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f"An image is uint8 [H, W, 3] and not empty; got {image.dtype} {list(image.shape)}.")
    return hashlib.sha1(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()


def _forward_of(name: str, image: np.ndarray, progress: Progress | None, raw: bool) -> Any:
    load(name, progress)  # before a GPU is asked for: a download needs none
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
        load(_name)
