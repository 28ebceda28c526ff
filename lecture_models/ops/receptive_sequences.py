"""A map as the sequence of its places, which is what attention takes: each keeps its field on the way there and back.

Attention reads all places at each (Wang et al. 2018, "Non-local Neural Networks", section 3.1), so the layer reads the
whole map; the field without it is the one that its sequence had.
"""

from __future__ import annotations

from typing import Any

from torch import fx, nn

from .receptive_layers import DROPOUTS, MIXING, POINTWISE

OVER_NUMBERS = (nn.Linear, nn.LayerNorm)  # over the last axis, which then is not that of the places
ALONE = POINTWISE - {"local_response_norm"}  # which goes over the second axis
RESHAPED = ("flatten", "Flatten", "view", "reshape", "unflatten")


def is_sequence(node: fx.Node) -> bool:
    """Whether a node is a map's places in a row, [B, L, C], [B, C, L] or [L, B, C]; L = h · w."""
    return "along" in node.meta


def keeps_places(node: fx.Node, sources: list[fx.Node], name: str, layer: nn.Module | None) -> bool | None:
    """Whether a node's places are those of its sources, row by row; notes which of its axes they lie along.

    Args:
        node: that takes or makes a sequence.
        sources: the nodes before it that depend on the picture.
        name: of its kind.
        layer: that it calls, None for a function.

    Returns:
        None where none of this is a sequence, as attention's weights are none.
    """
    if not sources or (name == "getitem" and not sources[0].meta["shape"] and node.args[1] != 0):
        return None
    source = sources[0]
    if not is_sequence(source):
        return _begun(node, source, name)
    along, places = source.meta["along"], source.meta["places"]
    if any(one.meta.get("places") != places or one.meta.get("along") != along for one in sources):
        return False
    if name in RESHAPED:
        return along == 2 and node.meta["shape"] == (*source.meta["shape"][:2], *places)
    if name in ("transpose", "permute"):
        return _along(node, _moved(node, along), places)
    return _stays(node, source, name, layer) and _along(node, along, places)


def _begun(node: fx.Node, source: fx.Node, name: str) -> bool | None:
    """A map that is laid out in a row, all other axes as they were."""
    before = source.meta["shape"]
    if name not in RESHAPED or len(before) != 4 or node.meta["shape"] != (*before[:2], before[2] * before[3]):
        return None
    return _along(node, 2, before[2:])


def _stays(node: fx.Node, source: fx.Node, name: str, layer: nn.Module | None) -> bool:
    """Whether a node changes no place's place: attention, one of its results, or a function of each place."""
    along = source.meta["along"]
    if isinstance(layer, nn.MultiheadAttention):
        return along == (1 if layer.batch_first else 0)
    if name == "getitem":
        return not source.meta["shape"]  # attention's result, not a part of a sequence
    return _by_place(name, layer, along) and node.meta["shape"] == source.meta["shape"]


def _along(node: fx.Node, axis: int, places: tuple[int, int]) -> bool:
    node.meta.update(along=axis, places=places)
    return True


def _moved(node: fx.Node, along: int) -> int:
    """Where an axis of three goes."""
    given: list[Any] = [*node.args[1:]]
    dims = [one % 3 for part in given for one in (part if isinstance(part, (tuple, list)) else [part])]
    if len(dims) == 3:
        return dims.index(along)
    return int(dims[1 - dims.index(along)]) if along in dims else along


def _by_place(name: str, layer: nn.Module | None, along: int) -> bool:
    """Whether a function or a layer takes each place by itself."""
    if layer is None:
        return name in ALONE or (name == "linear" and along != 2)
    if isinstance(layer, OVER_NUMBERS):
        return along != 2 and len(getattr(layer, "normalized_shape", (1,))) == 1
    activates = type(layer).__module__ == "torch.nn.modules.activation" and not isinstance(layer, MIXING)
    return activates or isinstance(layer, (nn.Identity, *DROPOUTS))
