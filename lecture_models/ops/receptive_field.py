"""The receptive field of every layer of a network: how much of the picture a unit can depend on; and its cost.

A unit's field is a box of the picture, from the first to the last pixel that any path through the network can bring to
it; where paths part and meet again (skips), the box around all of them. Nothing outside of it can change the unit,
unless a layer on the way reads the whole map (a mean over all places, as in group normalisation, squeeze-excitation or
global pooling): then everything can, and the field is the one that would be left without.

Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 3, and Luo et al.
2016, "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks", section 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import fx, nn

from .receptive_graph import Graph, trace_graph
from .receptive_kinds import Edge, edges_of, kind_of, size_of
from .receptive_windows import Pattern, Range

FLOAT_BYTES = 4
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Layer:
    """One layer, or one function between layers.

    Args:
        name: the module's path; for a function, its caller's path and its name.
        kind: the module's class, or the function's name.
        receptive_field: (height, width) of a unit's field in picture pixels; of the largest one, where units differ.
        smallest_field: (height, width) of the smallest one.
        jump: pixels between the fields of neighbouring units, down and to the right.
        offset: (y, x) of the middle of the first unit's field, in pixels from the picture's outer corner.
        output_shape: (B, C, h, w), or (B, C) once the map is flattened.
        parameters: weights and biases of its own.
        macs: multiply-adds.
        activation_bytes: of its output, in float32.
        reads_whole_map: it takes a number from all places of its map.
        sees_everything: it, or a layer on the way to it, reads a whole map: no box holds all that a unit depends on.
    """

    name: str
    kind: str
    receptive_field: tuple[int, int]
    smallest_field: tuple[int, int]
    jump: tuple[float, float]
    offset: tuple[float, float]
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    activation_bytes: int
    reads_whole_map: bool
    sees_everything: bool


@dataclass(frozen=True)
class Reach:
    """What a node depends on: patterns along rows and columns (None where it has no place), and perhaps everything."""

    patterns: tuple[Pattern, Pattern] | None
    everything: bool


@dataclass(frozen=True, eq=False)
class Analysis:
    """A network on a picture of one size: its graph, its layers in the order of execution, and exact boxes of units."""

    graph: Graph
    layers: tuple[Layer, ...]
    nodes: Mapping[str, fx.Node]
    edges: Mapping[fx.Node, list[Edge]]

    def box(self, name: str, row: int, column: int) -> Box | None:
        """The pixels of the picture that one unit can depend on, cut to the picture and exact at its place.

        Args:
            name: of a layer with a map.
            row: of the unit, from 0.
            column: of the unit, from 0.

        Returns:
            (x0, y0, x1, y1) in pixels; None where nothing but padding reaches the unit.

        Raises:
            ValueError: No such layer, or no such unit.

        >>> network = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.MaxPool2d(2))
        >>> analyzed(network, (1, 1, 8, 8)).box("1", 0, 3)
        (5, 0, 8, 3)
        """
        node = self.node(name)
        if not all(0 <= place < side for place, side in zip((row, column), size_of(node), strict=True)):
            raise ValueError(
                f"{name} has {size_of(node)} rows and columns; there is no unit ({row}, {column})."
            )
        down, across = (self._back(node, place, axis) for axis, place in enumerate((row, column)))
        return None if down is None or across is None else (across[0], down[0], across[1] + 1, down[1] + 1)

    def node(self, name: str) -> fx.Node:
        """The node of a layer, the last one where a layer runs more than once; ValueError where there is none."""
        if name not in self.nodes:
            raise ValueError(f"name must be of a layer, such as {next(iter(self.nodes))}, got {name!r}.")
        return self.nodes[name]

    def _back(self, target: fx.Node, place: int, axis: int) -> Range | None:
        """The picture's rows or columns that one row or column of a node can depend on."""
        needed: dict[fx.Node, Range] = {target: (place, place)}
        for node in reversed(self.graph.nodes.nodes):
            if node not in needed or node.op == "placeholder":
                continue
            for edge in self.edges[node]:
                if edge.windows is None:
                    continue
                read = edge.windows[axis].read_inside(*needed[node], size_of(edge.source)[axis])
                if read is not None:
                    low, high = needed.get(edge.source, read)
                    needed[edge.source] = min(low, read[0]), max(high, read[1])
        return needed.get(next(iter(self.graph.nodes.nodes)))


def analyze(module: nn.Module, input_size: tuple[int, ...]) -> list[Layer]:
    """Receptive field, size and cost of every layer of a feed-forward module, in the order of execution.

    Args:
        module: float [B, C, H, W] -> whatever it returns, of convolutions, transposed convolutions, pooling,
            normalisation, interpolation, linear layers, attention over the places of a map, and skips. It is
            neither run nor changed, and is analyzed as it is in evaluation.
        input_size: of the picture, (B, C, H, W) or (C, H, W).

    Raises:
        ValueError: A layer or function is of a kind that is not known; it is named.

    >>> layers = analyze(nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3)), (3, 32, 32))
    >>> [(layer.name, layer.kind, layer.receptive_field, layer.jump[0]) for layer in layers]
    [('0', 'Conv2d', (3, 3), 1.0), ('1', 'MaxPool2d', (4, 4), 2.0), ('2', 'Conv2d', (8, 8), 2.0)]
    """
    return list(analyzed(module, input_size).layers)


def analyzed(module: nn.Module, input_size: tuple[int, ...]) -> Analysis:
    """The same, with the graph, for exact boxes of single units; arguments and errors as `analyze`."""
    if len(input_size) not in (3, 4) or min(input_size) < 1:
        raise ValueError(
            f"input_size must be (C, H, W) or (B, C, H, W), each at least 1; got {tuple(input_size)}."
        )
    graph = trace_graph(module, tuple(input_size) if len(input_size) == 4 else (1, *input_size))
    reaches: dict[fx.Node, Reach] = {}
    edges: dict[fx.Node, list[Edge]] = {}
    layers, nodes = [], {}
    for node in graph.nodes.nodes:
        if node.op == "placeholder":
            reaches[node] = Reach((Pattern(), Pattern()), everything=False)
        elif node.op != "get_attr":
            edges[node] = edges_of(graph, node)
            reaches[node] = _reach(edges[node], reaches)
            if node.meta["elements"]:
                layer = _layer(graph, node, edges[node], reaches[node])
                layers.append(layer)
                nodes[layer.name] = node
    return Analysis(graph, tuple(layers), nodes, edges)


def _reach(edges: list[Edge], reaches: Mapping[fx.Node, Reach]) -> Reach:
    """What a node depends on, from what it reads."""
    joined: tuple[Pattern, Pattern] | None = None
    for edge in edges:
        patterns = reaches[edge.source].patterns
        if edge.windows is None or patterns is None:
            continue
        rows, columns = patterns
        ways = rows.through(edge.windows[0]), columns.through(edge.windows[1])
        joined = (joined[0].joined(ways[0]), joined[1].joined(ways[1])) if joined else ways
    return Reach(joined, any(edge.everything or reaches[edge.source].everything for edge in edges))


def _layer(graph: Graph, node: fx.Node, edges: list[Edge], reach: Reach) -> Layer:
    rows, columns = reach.patterns or (Pattern(), Pattern())
    module = graph.layer(node)
    return Layer(
        name=node.meta["name"],
        kind=kind_of(graph, node),
        receptive_field=(rows.sizes[1], columns.sizes[1]),
        smallest_field=(rows.sizes[0], columns.sizes[0]),
        jump=(rows.jump, columns.jump),
        offset=(rows.offset, columns.offset),
        output_shape=node.meta["shape"],
        parameters=sum(one.numel() for one in module.parameters()) if module is not None else 0,
        macs=node.meta["macs"],
        activation_bytes=FLOAT_BYTES * node.meta["elements"],
        reads_whole_map=any(edge.everything and edge.windows is not None for edge in edges),
        sees_everything=reach.everything,
    )
