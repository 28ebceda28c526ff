"""What a detector really ran, stage by stage: pictures through the backbone, multiply-adds, milliseconds.

Hooks on the network's own parts note every call and its shapes. Multiply-adds are counted afterwards on those
shapes, on copies of the parts without numbers (torch's "meta" device), since counting would disturb the clock.
"""

from __future__ import annotations

import copy
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from lecture_models.nets.macs import count_macs

PARTS = {
    "backbone": "backbone",
    "rpn.head": "RPN",
    "roi_heads.box_head": "box head",
    "roi_heads.box_predictor": "box head",
    "roi_heads.mask_head": "mask head",
    "roi_heads.mask_predictor": "mask head",
}
"""Every part of a Faster or Mask R-CNN that multiplies, and the stage that it belongs to."""


@dataclass(frozen=True)
class Stage:
    """One stage of a ledger: multiply-adds and milliseconds."""

    name: str
    macs: int
    ms: float


class Meter:
    """Notes what a network runs while ``watching``, and how long each ``stage`` takes.

    Attributes:
        passes: pictures (or crops) that went through the backbone, batch entries counted one by one.

    >>> from lecture_models.nets.panoptic_fpn import panoptic_fpn
    >>> network = panoptic_fpn().eval()
    >>> meter = Meter(network)
    >>> with torch.no_grad(), meter.watching(), meter.stage("backbone"):
    ...     _ = network.backbone(torch.zeros(2, 3, 64, 64))
    >>> meter.passes, [stage.name for stage in meter.stages()]
    (2, ['backbone'])
    """

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.passes = 0
        self._device = next(network.parameters()).device
        self._ms: dict[str, float] = {}
        self._calls: Counter[tuple[str, Any]] = Counter()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count the calls inside; the hooks are gone afterwards, whatever happened."""
        with ExitStack() as stack:
            for name in PARTS:
                part = _part(self.network, name)
                if part is not None:
                    stack.callback(part.register_forward_hook(self._hook(name)).remove)
            yield

    def _hook(self, name: str) -> Any:
        def note(module: nn.Module, arguments: tuple[Any, ...], output: Any) -> None:
            if name == "backbone":
                self.passes += len(arguments[0])
            self._calls[name, _frozen(arguments)] += 1

        return note

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of what runs inside to a stage; on a GPU its work is waited for."""
        self._wait()
        start = time.perf_counter()
        yield
        self._wait()
        self.add(name, 1000 * (time.perf_counter() - start))

    def add(self, name: str, ms: float) -> None:
        """Add milliseconds that were measured elsewhere."""
        self._ms[name] = self._ms.get(name, 0.0) + ms

    def _wait(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)

    def stages(self) -> tuple[Stage, ...]:
        """The stages so far, in the order of their first run."""
        macs: Counter[str] = Counter()
        for (name, shapes), times in self._calls.items():
            macs[PARTS[name]] += times * _macs(_part(self.network, name), shapes)
        names = [*self._ms, *(name for name in macs if name not in self._ms)]
        return tuple(Stage(name, macs[name], self._ms.get(name, 0.0)) for name in names)


def _part(network: Any, path: str) -> Any:
    """A part by its path; None where the network has none."""
    for name in path.split("."):
        network = getattr(network, name, None)
    return network


def _frozen(arguments: Any) -> Any:
    """Arguments with shapes in place of tensors, all tuples, so that they are a key."""
    if isinstance(arguments, Tensor):
        return torch.Size(arguments.shape)
    return tuple(_frozen(one) for one in arguments)


class _Shadow:
    """A part without numbers, and the multiply-adds it took on shapes that it has seen."""

    def __init__(self, part: nn.Module) -> None:
        memo: dict[int, Any] = {id(t): _meta(t) for t in (*part.parameters(), *part.buffers())}
        self.part = copy.deepcopy(part, memo)
        for module in self.part.modules():  # a copy of a hook would report to its meter
            module._forward_hooks.clear()
        self.counts: dict[Any, int] = {}


def _meta(tensor: Tensor) -> Tensor:
    empty = torch.empty_like(tensor, device="meta")
    return nn.Parameter(empty, requires_grad=False) if isinstance(tensor, nn.Parameter) else empty


_shadows: WeakKeyDictionary[nn.Module, _Shadow] = WeakKeyDictionary()


def _macs(part: nn.Module, shapes: Any) -> int:
    """Multiply-adds of one call; each entry of a batch takes the same, so one is counted."""
    if len(shapes) == 1 and isinstance(shapes[0], torch.Size):
        batch, *rest = shapes[0]
        return int(batch) * _counted(part, (torch.Size([1, *rest]),))
    return _counted(part, shapes)


@torch.no_grad()
def _counted(part: nn.Module, shapes: Any) -> int:
    """Multiply-adds of one call, remembered by its shapes."""
    shadow = _shadows.get(part)
    if shadow is None:
        shadow = _shadows[part] = _Shadow(part)
    if shapes not in shadow.counts:
        shadow.counts[shapes] = count_macs(shadow.part, *(_empty(shape) for shape in shapes))
    return shadow.counts[shapes]


def _empty(shapes: Any) -> Any:
    """Tensors without numbers of these shapes; several in a list, which is how a network takes several maps."""
    if isinstance(shapes, torch.Size):
        return torch.empty(shapes, device="meta")
    return [_empty(one) for one in shapes]
