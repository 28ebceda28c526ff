"""A module as a torch.fx graph, one node for each layer and function that a picture really passes, with its costs.

``torch.fx.symbolic_trace`` knows no shapes, so a forward that looks at the picture's size cannot be traced by it, and
while it traces it replaces ``nn.Module.__call__`` for all threads. So the graph is written down while the module runs
once, on tensors without numbers (torch's "meta" device): nothing is computed, and every size is known.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map
from torch.utils.flop_counter import flop_registry
from torchvision.ops import FrozenBatchNorm2d, StochasticDepth

LEAVES = (FrozenBatchNorm2d, StochasticDepth)  # of torchvision: one layer each
CHAINS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
OPERATIONS_PER_MAC = 2


@dataclass(frozen=True, eq=False)
class Graph:
    """What a module ran on one picture.

    Args:
        nodes: in the order of execution; the first is the picture. ``meta`` of each has its ``name`` (the module's
            path, or that of the caller and the function), ``shape``, ``macs`` and ``elements`` (numbers returned).
        shadow: the module without numbers; a ``call_module`` node's target is a path of it.
    """

    nodes: fx.Graph
    shadow: nn.Module

    def layer(self, node: fx.Node) -> nn.Module | None:
        """The layer that a node calls; None for a function."""
        return self.shadow.get_submodule(str(node.target)) if node.op == "call_module" else None


@torch.no_grad()
def trace_graph(module: nn.Module, shape: tuple[int, ...]) -> Graph:
    """The graph of a module on a picture, as in evaluation. The module itself is neither run nor changed.

    Args:
        module: float [B, C, H, W] -> whatever it returns.
        shape: of the picture, (B, C, H, W).

    Raises:
        ValueError: A tensor comes from nowhere, or the module itself refuses the picture.

    >>> graph = trace_graph(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), (1, 3, 10, 10))
    >>> [(node.meta["name"], node.meta["shape"], node.meta["macs"]) for node in graph.nodes.nodes][1:]
    [('0', (1, 8, 8, 8), 13824), ('1', (1, 8, 8, 8), 0)]
    """
    memo: dict[int, Any] = {id(t): _without_numbers(t) for t in (*module.parameters(), *module.buffers())}
    shadow = copy.deepcopy(module, memo).eval()
    recorder = _Recorder(shadow)
    for name, part in shadow.named_modules():
        part._forward_hooks.clear()  # a copy of a hook would report to its owner
        part._forward_pre_hooks.clear()
        wrap = recorder.leaf(name, part) if _is_leaf(part) else recorder.branch(name, part)
        part.forward = wrap  # type: ignore[method-assign]
    picture = recorder.picture(torch.empty(shape, device="meta"))
    with recorder.counter, recorder:
        shadow(picture)
    return Graph(recorder.graph, shadow)


def _is_leaf(part: nn.Module) -> bool:
    ours = type(part).__module__.startswith("torch.nn") and not isinstance(part, CHAINS)
    return ours or isinstance(part, LEAVES)


def _without_numbers(tensor: Tensor) -> Tensor:
    empty = torch.empty_like(tensor, device="meta")
    return nn.Parameter(empty, requires_grad=False) if isinstance(tensor, nn.Parameter) else empty


class _Counter(TorchDispatchMode):
    """Adds up floating-point operations by torch's own formulas, of this thread alone."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            self.operations += formula(*args, **(kwargs or {}), out_val=out)
        return out


class _Recorder(TorchFunctionMode):
    """Writes down each call: of a leaf as a whole, of a function outside of leaves."""

    def __init__(self, root: nn.Module) -> None:
        super().__init__()
        self.graph, self.counter = fx.Graph(), _Counter()
        self.path, self.inside = "", False
        self.nodes: dict[int, fx.Node] = {}
        self.kept: list[Any] = []  # a tensor's id is its own for as long as the tensor lives
        self.attributes = {id(t): name for name, t in (*root.named_parameters(), *root.named_buffers())}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        before = self.counter.operations
        out = func(*args, **(kwargs or {}))
        if not self.inside and _tensors(out):
            name = ".".join(filter(None, (self.path, str(getattr(func, "__name__", func)).strip("_"))))
            node = self.graph.call_function(func, *self._written(name, args, kwargs))
            self._note(node, name, out, before)
        return out

    def leaf(self, name: str, part: nn.Module) -> Callable[..., Any]:
        """A leaf's forward, written down as one node."""
        forward = part.forward

        def call(*args: Any, **kwargs: Any) -> Any:
            if self.inside:  # a layer of a layer, as in attention
                return forward(*args, **kwargs)
            before, self.inside = self.counter.operations, True
            try:
                written = self._written(name, args, kwargs)
                out = forward(*args, **kwargs)
            finally:
                self.inside = False
            self._note(self.graph.call_module(name, *written), name, out, before)
            return out

        return call

    def branch(self, name: str, part: nn.Module) -> Callable[..., Any]:
        """The forward of a module that has parts: functions called in it have its name before theirs."""
        forward = part.forward

        def call(*args: Any, **kwargs: Any) -> Any:
            outer, self.path = self.path, name
            try:
                return forward(*args, **kwargs)
            finally:
                self.path = outer

        return call

    def picture(self, tensor: Tensor) -> Tensor:
        """Make a tensor the graph's input."""
        self._note(self.graph.placeholder("picture"), "picture", tensor, 0)
        return tensor

    def _written(self, name: str, args: Any, kwargs: Any) -> tuple[Any, Any]:
        return tree_map(lambda one: self._node(name, one), (tuple(args), kwargs or {}))

    def _node(self, name: str, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        if id(value) not in self.nodes:
            if id(value) not in self.attributes:
                raise ValueError(
                    f"What a network reads comes from its picture and its weights; {name} takes a tensor that is "
                    "neither. Register it as a buffer."
                )
            node = self.graph.create_node("get_attr", self.attributes[id(value)])
            self._note(node, str(node.target), value, self.counter.operations, own=False)
        return self.nodes[id(value)]

    def _note(self, node: fx.Node, name: str, out: Any, before: int, own: bool = True) -> None:
        self.kept.append(out)
        elements = sum(t.numel() for t in _tensors(out)) if own else 0
        macs = (self.counter.operations - before) // OPERATIONS_PER_MAC
        shape = tuple(out.shape) if isinstance(out, Tensor) else ()
        node.meta.update(name=name, shape=shape, macs=macs, elements=elements)
        if isinstance(out, Tensor):
            self.nodes[id(out)] = node
            return
        for place, part in enumerate(out):
            if isinstance(part, Tensor):
                picked = self.graph.call_function(operator.getitem, (node, place))
                self._note(picked, name, part, self.counter.operations, own=False)


def _tensors(out: Any) -> list[Tensor]:
    parts = out if isinstance(out, (tuple, list)) else [out]
    return [part for part in parts if isinstance(part, Tensor)]
