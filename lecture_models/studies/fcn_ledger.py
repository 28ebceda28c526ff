"""FCN-8s beside torchvision's fcn_resnet50, stage by stage, counted on their shapes: two ways to fine scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lecture_models.cache import KEPT

from .receptive_networks import analysis_of

if TYPE_CHECKING:
    from lecture_models.ops.receptive_field import Analysis

SIZE = (256, 256)
STAGES = {
    "fcn_8s": {
        "features.3": "pool1",
        "features.7": "pool2",
        "features.14": "pool3",
        "features.21": "pool4",
        "features.28": "pool5",
        "classifier.6": "scores",
        "upscore2": "upsampled by 2",
        "upscore_pool4": "pool4 added, upsampled by 2",
        "upscore.conv_transpose2d": "pool3 added, upsampled by 8",
    },
    "fcn_resnet50": {
        "backbone.maxpool": "convolution, pooling",
        "backbone.layer1.2.conv2": "layer1",
        "backbone.layer2.3.conv2": "layer2",
        "backbone.layer3.5.conv2": "layer3",
        "backbone.layer4.2.conv2": "layer4",
        "classifier.4": "scores",
        "interpolate": "upsampled by 8, bilinear",
    },
}
"""The layer at the end of each stage that is told, by network."""
BODY = {"fcn_8s": "features", "fcn_resnet50": "backbone"}
BYTES_OF_ROW = 300


@dataclass(frozen=True)
class Stage:
    """The end of a stage: pixels between neighbours, the dilation of its last 3 × 3 kernel, and its receptive field."""

    name: str
    stride: int
    dilation: int
    field: int


@dataclass(frozen=True)
class Ledger:
    """The stages of a network, and how often maps are added to each other outside of its body: its skips."""

    stages: tuple[Stage, ...]
    skips: int


def ledger(name: str) -> Ledger:
    """The ledger of 'fcn_8s' or 'fcn_resnet50' on 256 × 256 pixels; kept. Nothing runs: no weights are needed.

    >>> [stage.stride for stage in ledger("fcn_resnet50").stages], ledger("fcn_resnet50").skips
    ([4, 4, 8, 8, 8, 8, 1], 0)
    """
    return KEPT.get(("fcn ledger", name), lambda: _ledger(name), lambda made: BYTES_OF_ROW * len(made.stages))


def _ledger(name: str) -> Ledger:
    made = analysis_of(name, SIZE)
    layers = {layer.name: layer for layer in made.layers}
    stages = tuple(
        Stage(title, round(layers[end].jump[0]), _dilation(made, end), layers[end].receptive_field[0])
        for end, title in STAGES[name].items()
    )
    outside = [one for one in made.layers if one.kind == "add" and not one.name.startswith(BODY[name])]
    return Ledger(stages, len(outside))


def _dilation(made: Analysis, end: str) -> int:
    """Of the convolution at the end of a stage; 1 for whatever has none."""
    layer: Any = made.graph.layer(made.node(end))
    found = getattr(layer, "dilation", 1)
    return int(found[0] if isinstance(found, tuple) else found)
