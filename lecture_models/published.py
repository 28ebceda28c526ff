"""torchvision's networks, trained on COCO: their cards, where their weights come from, and how they are built.

Nothing is fetched before somebody asks for one. Importing this file is cheap: torchvision is imported by the functions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lecture_models import weights
from lecture_models.weights import Card, Progress

if TYPE_CHECKING:
    from torch import nn

NETWORKS = {
    "maskrcnn_resnet50_fpn_v2": ("detection", "Mask R-CNN, ResNet-50 FPN v2 (COCO)"),
    "maskrcnn_resnet50_fpn": ("detection", "Mask R-CNN, ResNet-50 FPN (COCO)"),
    "fasterrcnn_resnet50_fpn": ("detection", "Faster R-CNN, ResNet-50 FPN (COCO)"),
    "deeplabv3_resnet50": ("segmentation", "DeepLabv3, ResNet-50 (COCO with VOC's labels)"),
    "fcn_resnet50": ("segmentation", "FCN, ResNet-50, stride 8 by dilation (COCO with VOC's labels)"),
}
"""Kind and title of each, by name."""


def card(name: str) -> Card:
    """What torchvision says of a network, as a card of ours."""
    from torchvision.models import get_model_weights

    enum: Any = get_model_weights(name).DEFAULT
    kind, title = NETWORKS[name]
    return Card(
        name=name,
        title=title,
        kind=kind,
        data=next(iter(enum.meta["_metrics"])).replace("-val", " train, measured on val "),
        recipe=enum.meta["recipe"],
        metrics={
            key: value / 100 for scores in enum.meta["_metrics"].values() for key, value in scores.items()
        },
        sha256=enum.url.rsplit("-", 1)[1].split(".")[0],
        classes=tuple(enum.meta["categories"]),
        license="code BSD-3-Clause (torchvision); weights trained on COCO, see its terms",
    )


def weights_file(name: str) -> tuple[str, Path]:
    """Where a network of torchvision's comes from, and where it lies once it was fetched."""
    import torch
    from torchvision.models import get_model_weights

    url = get_model_weights(name).DEFAULT.url
    return url, Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[1]


def fetch(name: str, progress: Progress | None = None) -> Path:
    """Bring a network's weights to this machine, if they are elsewhere; returns their file.

    Raises:
        WeightsUnavailable: Network or disk failed, or the file is not the one its hash names.
    """
    url, place = weights_file(name)
    return weights.fetch(url, place.parent, progress, NETWORKS[name][1])


def build(name: str) -> nn.Module:
    """The network with its published weights. Raises WeightsUnavailable as :func:`fetch`."""
    import torch
    from torchvision.models import get_model, get_model_weights

    state = torch.load(fetch(name), map_location="cpu", weights_only=True)
    options = {"aux_loss": True} if NETWORKS[name][0] == "segmentation" else {}
    classes = len(get_model_weights(name).DEFAULT.meta["categories"])
    network = get_model(name, weights=None, weights_backbone=None, num_classes=classes, **options)
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
