"""What a node of the graph reads of those before it: layers by their windows, functions as the layers that they are.

Nothing is guessed: a kind that is not listed here raises a ValueError with the layer's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import fx, nn

from .receptive_graph import Graph
from .receptive_layers import POINTWISE, reads_everything, window_of
from .receptive_sequences import is_sequence, keeps_places
from .receptive_windows import Sliding, Window

Windows = tuple[Window, Window]
Size = tuple[int, int]
Given = Mapping[str, Any]

SAME = (Window(), Window())
OVER_CHANNELS = frozenset(
    (
        "cat",
        "concat",
        "concatenate",
        "stack",
        "split",
        "chunk",
        "unbind",
        "softmax",
        "log_softmax",
        "normalize",
    )
)
REDUCING = frozenset(("sum", "mean", "amax", "amin"))
VIEWS = frozenset(("view", "reshape", "permute", "transpose", "unsqueeze", "squeeze", "flatten"))


@dataclass(frozen=True)
class Edge:
    """What a node reads of one of those before it.

    Args:
        source: the node before it.
        windows: along rows and columns; None where one number is read at all places.
        everything: also the whole of it, by its mean and variance for instance.
    """

    source: fx.Node
    windows: Windows | None
    everything: bool = False


def edges_of(graph: Graph, node: fx.Node) -> list[Edge]:
    """What a node reads of the nodes that depend on the picture.

    Raises:
        ValueError: A layer or a function of a kind that is not known; it is named.
    """
    sources = [one for one in node.all_input_nodes if one.op != "get_attr"]
    name = kind_of(graph, node)
    layer = graph.layer(node) or (LAYERS[name](_given(name, node)) if name in LAYERS else None)
    if layer is None and name in REDUCING and _is_global(node, sources[0]):
        layer = nn.AdaptiveAvgPool2d(1)
    in_a_row = keeps_places(node, sources, name, layer)
    if in_a_row is not None:
        if not in_a_row:
            raise unknown(node)
        return [Edge(source, SAME, isinstance(layer, nn.MultiheadAttention)) for source in sources]
    if layer is not None:
        return [_through(node, sources[0], layer)]
    if name == "getitem":
        return [Edge(sources[0], _cut(node, sources[0]))]
    if name in VIEWS:
        return [Edge(sources[0], _viewed(node, sources[0], name))]
    if (
        name in POINTWISE
        or name in REDUCING
        or (name in OVER_CHANNELS and not _over_places(node, sources[0]))
    ):
        return [_beside(node, source) for source in sources]
    raise unknown(node)


def kind_of(graph: Graph, node: fx.Node) -> str:
    """A node's kind: the layer's class, or the function's name."""
    layer = graph.layer(node)
    return type(layer).__name__ if layer is not None else function_name(node.target)


def function_name(target: Any) -> str:
    """A function's name as it is written: ``__getitem__`` is a crop, ``__iadd__`` an addition."""
    return str(getattr(target, "__name__", target)).strip("_")


def size_of(node: fx.Node) -> Size:
    """(rows, columns) of a node's maps; (1, 1) where it has none, as after flattening."""
    shape = node.meta["shape"]
    if is_sequence(node):
        height, width = node.meta["places"]
        return height, width
    if not shape:
        return size_of(node.all_input_nodes[0])
    if len(shape) == 3:
        raise unknown(node)
    return (shape[-2], shape[-1]) if len(shape) > 3 else (1, 1)


def unknown(node: fx.Node) -> ValueError:
    """The error that names a node which nobody can analyze."""
    return ValueError(
        f"A receptive field needs layers of known kinds that keep rows and columns; “{node.meta['name']}” is none. "
        "Analyze the part of the network before it."
    )


def _through(node: fx.Node, source: fx.Node, layer: nn.Module) -> Edge:
    before, after = size_of(source), size_of(node)
    rows, columns = (window_of(layer, axis, before[axis], after[axis]) for axis in (0, 1))
    if rows is None or columns is None:
        raise unknown(node)
    return Edge(source, (rows, columns), reads_everything(layer, before, after))


def _beside(node: fx.Node, source: fx.Node) -> Edge:
    """Cell on cell; a single cell is read at all places."""
    own, other = size_of(node), size_of(source)
    if own == other:
        return Edge(source, SAME)
    if other != (1, 1):
        raise unknown(node)
    return Edge(source, None, everything=True)


def _cut(node: fx.Node, source: fx.Node) -> Windows:
    """A part of a map, as ``x[:, :, 4:-4, 4:-4]``; or one of several results, as a whole."""
    if not source.meta["shape"]:
        return SAME
    index = node.args[1] if isinstance(node.args[1], tuple) else (node.args[1],)
    shape, gap = source.meta["shape"], 1 + len(source.meta["shape"]) - len(index)
    if Ellipsis in index:
        place = index.index(Ellipsis)
        index = (*index[:place], *[slice(None)] * gap, *index[place + 1 :])
    index = (*index, *[slice(None)] * (len(shape) - len(index)))
    if len(index) != len(shape) or not all(isinstance(one, slice) for one in index[-2:]):
        raise unknown(node)
    starts = [part.indices(side) for part, side in zip(index[-2:], shape[-2:], strict=True)]
    rows, columns = (Sliding(padding=-first, stride=step) for first, _, step in starts)
    return rows, columns


def _viewed(node: fx.Node, source: fx.Node, name: str) -> Windows:
    """Another shape of the same numbers: flattened, a layer after it reads all cells as one kernel does."""
    own, other, axes = size_of(node), size_of(source), len(source.meta["shape"])
    moved = [one % axes for one in _dims(node)] if name in ("permute", "transpose") else []
    kept = not moved or (moved[-2:] == [axes - 2, axes - 1] if name == "permute" else max(moved) < axes - 2)
    if own == other and kept:
        return SAME
    if len(node.meta["shape"]) > 2:
        raise unknown(node)
    return Sliding(kernel=other[0]), Sliding(kernel=other[1])


def _dims(node: fx.Node) -> list[int]:
    given = node.kwargs.get("dim", node.kwargs.get("dims", node.args[1:]))
    flat: list[Any] = []
    for one in given if isinstance(given, (tuple, list)) else [given]:
        flat += one if isinstance(one, (tuple, list)) else [one]
    return [one for one in flat if isinstance(one, int) and not isinstance(one, bool)]


def _is_global(node: fx.Node, source: fx.Node) -> bool:
    """Whether a sum or a mean runs over the places of a map; over its channels alone it does not."""
    axes = len(source.meta["shape"])
    dims = {one % axes for one in _dims(node)} or set(range(axes))
    over = [axis in dims for axis in (axes - 2, axes - 1)]
    if axes > 3 and over[0] != over[1]:
        raise unknown(node)
    return axes > 3 and over[0]


def _over_places(node: fx.Node, source: fx.Node) -> bool:
    axes = len(node.meta["shape"] or source.meta["shape"])
    return axes > 3 and any(one % axes >= axes - 2 for one in _dims(node)[-1:])


# ---- functions that are layers --------------------------------------------------------------------------------
POOLED = ("input", "kernel_size", "stride", "padding", "dilation")
CONVOLVED = ("input", "weight", "bias", "stride", "padding")
NAMES = {
    "max_pool2d": POOLED,
    "avg_pool2d": POOLED[:4],
    "adaptive_avg_pool2d": ("input", "output_size"),
    "adaptive_max_pool2d": ("input", "output_size"),
    "conv2d": (*CONVOLVED, "dilation", "groups"),
    "conv_transpose2d": (*CONVOLVED, "output_padding", "groups", "dilation"),
    "interpolate": ("input", "size", "scale_factor", "mode", "align_corners"),
    "pad": ("input", "pad", "mode", "value"),
    "group_norm": ("input",),
    "instance_norm": ("input",),
    "layer_norm": ("input", "normalized_shape"),
    "pixel_shuffle": ("input", "upscale_factor"),
    "pixel_unshuffle": ("input", "downscale_factor"),
}
WIDTHS = {"constant": nn.ZeroPad2d, "replicate": nn.ReplicationPad2d, "reflect": nn.ReflectionPad2d}


def _given(name: str, node: fx.Node) -> Given:
    return {**dict(zip(NAMES[name], node.args, strict=False)), **node.kwargs}


def _some(given: Given, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names if given.get(name) not in (None, [], ())}


def _convolution(kind: Any, given: Given) -> nn.Module:
    kernel, numbers = given["weight"].meta["shape"][-2:], _some(given, ("stride", "padding", "dilation"))
    made: nn.Module = kind(1, 1, tuple(kernel), **numbers, device="meta")
    return made


def _padding(given: Given) -> nn.Module:
    sides = tuple(given["pad"])[:4]
    return WIDTHS.get(given.get("mode", "constant"), nn.CircularPad2d)(sides + (0,) * (4 - len(sides)))


def _upsampling(given: Given) -> nn.Module:
    exact = () if given.get("recompute_scale_factor") else ("scale_factor",)
    return nn.Upsample(**_some(given, ("size", "mode", "align_corners", *exact)))


LAYERS: Mapping[str, Callable[[Given], nn.Module]] = {
    "max_pool2d": lambda given: nn.MaxPool2d(**_some(given, POOLED[1:])),
    "avg_pool2d": lambda given: nn.AvgPool2d(**_some(given, POOLED[1:4])),
    "adaptive_avg_pool2d": lambda given: nn.AdaptiveAvgPool2d(given["output_size"]),
    "adaptive_max_pool2d": lambda given: nn.AdaptiveMaxPool2d(given["output_size"]),
    "conv2d": lambda given: _convolution(nn.Conv2d, given),
    "conv_transpose2d": lambda given: _convolution(nn.ConvTranspose2d, given),
    "interpolate": _upsampling,
    "pad": _padding,
    "group_norm": lambda given: nn.GroupNorm(1, 1),
    "instance_norm": lambda given: nn.InstanceNorm2d(1),
    "layer_norm": lambda given: nn.LayerNorm(given["normalized_shape"]),
    "pixel_shuffle": lambda given: nn.PixelShuffle(given["upscale_factor"]),
    "pixel_unshuffle": lambda given: nn.PixelUnshuffle(given["downscale_factor"]),
}
