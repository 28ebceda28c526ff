"""The networks whose fields lesson B2 shows: ours, trained where their weights are here, and torchvision's, untrained.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lecture_models import zoo
from lecture_models.cache import KEPT, ByteCache

if TYPE_CHECKING:
    from torch import Tensor, nn

    from lecture_models.ops.receptive_field import Analysis

FRESH_BYTES = 200 << 20
ANALYSIS_BYTES = 4 << 20  # of a graph, about
SEED = 0
_fresh: ByteCache[Any] = ByteCache(FRESH_BYTES)


@dataclass(frozen=True)
class Choice:
    """A network that can be chosen: what it is called, the layer that is shown first, how pictures are normalised."""

    title: str
    layer: str
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)


IMAGENET: dict[str, Any] = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
NETWORKS = {
    "panoptic_fpn": Choice("Panoptic FPN", "backbone.stages.1.1.relu", (0.5,) * 3, (0.25,) * 3),
    "patch_classifier": Choice("Patch classifier, made convolutional", "features.21"),
    "fcn_8s": Choice("FCN-8s", "features.21"),
    "unet": Choice("U-Net", "encoder.2.1.2"),
    "vgg16": Choice("VGG-16", "features.23", **IMAGENET),
    "alexnet": Choice("AlexNet", "features.5", **IMAGENET),
    "resnet18": Choice("ResNet-18", "layer2.1.relu", **IMAGENET),
    "resnet34": Choice("ResNet-34", "layer2.3.relu", **IMAGENET),
    "resnet50": Choice("ResNet-50", "layer2.3.relu", **IMAGENET),
    "resnet101": Choice("ResNet-101", "layer2.3.relu", **IMAGENET),
    "fcn_resnet50": Choice("FCN, ResNet-50", "backbone.layer2.3.relu", **IMAGENET),
    "mobilenet_v2": Choice("MobileNet v2", "features.6.add", **IMAGENET),
    "mobilenet_v3_small": Choice("MobileNet v3 small", "features.6.add", **IMAGENET),
}
BUILDERS: dict[str, tuple[Any, ...]] = {"fcn_8s": ("fcn", 8)}
OURS = ("panoptic_fpn", "patch_classifier", "fcn_8s", "unet")


def analysis_of(name: str, size: tuple[int, int]) -> Analysis:
    """The analysis of a network, with its classifier, on pictures of (height, width); kept.

    Raises:
        ValueError: No such network.
    """
    from lecture_models.ops.receptive_field import analyzed

    chosen(name)
    key = ("receptive analysis", name, size)
    return KEPT.get(key, lambda: analyzed(_on_meta(name), (3, *size)), lambda _: ANALYSIS_BYTES)


def chosen(name: str) -> Choice:
    """The network of a name; raises ValueError where there is none."""
    if name not in NETWORKS:
        raise ValueError(f"net must be one of {', '.join(NETWORKS)}, got {name!r}. Choose one of them.")
    return NETWORKS[name]


def titled(name: str) -> str:
    """A network's name for people, with what its weights are here."""
    return f"{NETWORKS[name].title} ({'trained' if is_trained(name) else 'untrained'})"


def is_trained(name: str) -> bool:
    """Whether there are trained weights of ours; torchvision's would have to be fetched, so its networks are fresh."""
    return name in OURS and name in zoo.names()


def trained(name: str) -> nn.Module:
    """The network with its trained weights; they must be here."""
    return _looking_part(name, zoo.load(name))


def fresh(name: str) -> nn.Module:
    """The network with fresh weights from a fixed seed, up to its last map."""
    return _fresh.get(name, lambda: _seeded(name), _parameter_bytes)


def normalised(name: str, picture: Tensor) -> Tensor:
    """A picture float [B, 3, H, W] in 0..1 as a network takes it."""
    choice = NETWORKS[name]
    mean, std = (picture.new_tensor(one)[:, None, None] for one in (choice.mean, choice.std))
    return (picture - mean) / std


def _seeded(name: str) -> nn.Module:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        network = _looking_part(name, _built(name))
    return network.eval().requires_grad_(False).to(zoo.device())


def _on_meta(name: str) -> nn.Module:
    import torch

    with torch.device("meta"):
        return _whole(name, _built(name))


def _built(name: str) -> nn.Module:
    if name in OURS:
        module = importlib.import_module(f"lecture_models.nets.{BUILDERS.get(name, (name,))[0]}")
        builder, *arguments = BUILDERS.get(name, (name,))
        made: nn.Module = getattr(module, builder)(*arguments)
        return made
    from torchvision import models

    if name == "fcn_resnet50":
        network: nn.Module = models.segmentation.fcn_resnet50(weights=None, weights_backbone=None)
        return network
    return models.get_model(name, weights=None)


def _whole(name: str, network: nn.Module) -> nn.Module:
    """What is analyzed: picture in, last map or scores out."""
    from lecture_models.nets.panoptic_fpn import PanopticFPN
    from lecture_models.ops.convolutionalize import convolutionalize

    if isinstance(network, PanopticFPN):
        return _pyramid_and_labels()(network)
    return convolutionalize(network) if name == "patch_classifier" else network


def _looking_part(name: str, network: Any) -> nn.Module:
    """What really runs: without a classifier behind the last map, whose weights are large."""
    from torch import nn

    head = "fc" if name.startswith("resnet") else "classifier"
    if name not in OURS and name != "fcn_resnet50":
        setattr(network, head, nn.Identity())
    return _whole(name, network)


def _pyramid_and_labels() -> type[Any]:
    """Panoptic FPN's backbone and semantic branch: a picture in, a label map out, no boxes."""
    from torch import nn

    class PyramidAndLabels(nn.Module):
        def __init__(self, network: Any) -> None:
            super().__init__()
            self.backbone, self.semantic = network.backbone, network.semantic

        def forward(self, picture: Tensor) -> Tensor:
            logits: Tensor = self.semantic(picture, list(self.backbone(picture).values()))
            return logits

    return PyramidAndLabels


def _parameter_bytes(network: nn.Module) -> int:
    return sum(t.nbytes for t in (*network.parameters(), *network.buffers()))
