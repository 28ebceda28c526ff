"""How often each class occurs in the scenes, and how well networks label it: is what is rare hard?

The pixels of each class in the 300 scenes on which our networks are measured are counted once, by
``python -m lecture_models.studies.class_balance``, and kept in assets/results; the IoUs are those of the cards.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lecture_models import pictures, results, zoo
from lecture_models.scenes import CLASSES, STUFF, VOID, Scene, render

NETWORKS = ("panoptic_fpn", "unet", "fcn_8s", "fcn_16s", "fcn_32s")
"""Those of ours that label each pixel with the scenes' classes."""
FILE = "class_balance.json"
SCENES = 300


@dataclass(frozen=True)
class Balance:
    """Classes of the scenes against a network.

    Args:
        network: its name.
        scenes: how many were looked at.
        first: seed of the first of them.
        pixels: of each class, in the order of ``CLASSES``.
        iou: of each class, None where it does not occur.
        pq: panoptic quality of each class, empty where the network tells no instances apart.
    """

    network: str
    scenes: int
    first: int
    pixels: tuple[int, ...]
    iou: tuple[float | None, ...]
    pq: tuple[float | None, ...] = ()

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of each class in the pixels that have one."""
        whole = max(sum(self.pixels), 1)
        return tuple(count / whole for count in self.pixels)

    @property
    def known(self) -> list[int]:
        """Classes that have pixels and an IoU."""
        return [k for k, value in enumerate(self.iou) if value is not None and self.pixels[k]]

    @property
    def rank_correlation(self) -> float | None:
        """Spearman's, of share and IoU; None of fewer than three classes, or if all are alike."""
        from scipy.stats import spearmanr

        pairs = [(self.pixels[k], self.iou[k]) for k in self.known]
        if len(pairs) < 3 or any(len(set(column)) < 2 for column in zip(*pairs, strict=True)):
            return None
        return float(spearmanr(*zip(*pairs, strict=True)).statistic)

    @property
    def mean_iou(self) -> float | None:
        """Over the classes that occur."""
        values = [value for value in self.iou if value is not None]
        return sum(values) / len(values) if values else None


def counted(semantic: np.ndarray) -> list[int]:
    """Pixels of each class, then those of void.

    >>> counted(np.array([[0, 0, 8, 255]]))
    [2, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    """
    labels = np.where(semantic == VOID, len(CLASSES), semantic)
    return np.bincount(labels.ravel(), minlength=len(CLASSES) + 1).tolist()


@cache
def pixels() -> tuple[tuple[int, ...], ...]:
    """Pixels of each class in each of the 300 scenes from seed 0 on, then of void; ValueError without the file."""
    path = results.RESULTS / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["pixels"]
        if np.shape(found) != (SCENES, len(CLASSES) + 1):
            raise TypeError("another shape")
        return tuple(map(tuple, found))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise results.ResultUnreadable(
            f"The result file {FILE} cannot be read; restore it from the repository."
        ) from error


def of_card(network: str) -> Balance:
    """A network's IoUs of its card against the pixels of the same scenes."""
    card = zoo.card(network)
    whole = np.sum(pixels(), axis=0)[: len(CLASSES)].tolist()
    by_class = card.metrics["by_class"]
    return of_metrics(network, by_class, whole, SCENES, 0)


def of_metrics(
    network: str, by_class: Mapping[str, Any], whole: Sequence[int], scenes: int, first: int
) -> Balance:
    """Metrics by class beside pixels."""
    iou, pq = ([by_class.get(name, {}).get(key) for name in CLASSES] for key in ("iou", "pq"))
    told = tuple(pq) if any(value is not None for value in pq) else ()
    return Balance(network, scenes, first, tuple(whole), tuple(iou), told)


def over_scenes(picture: str, network: str, scenes: int) -> Iterator[Balance]:
    """Measure a network on scenes, one after the other from a picture's on; after each what is known so far.

    Raises:
        ValueError: the picture is a photograph, of which nobody knows the truth.
    """
    if not picture.startswith("scene:"):
        raise ValueError(
            "A measurement needs scenes, since it needs a truth; got a photograph. Choose a scene."
        )
    first, settings = pictures.parse_scene(picture)
    first = min(first, pictures.MAX_SEED + 1 - scenes)
    whole, meter = np.zeros(len(CLASSES) + 1, np.int64), _Meter()
    for done, seed in enumerate(range(first, first + scenes), start=1):
        scene = render(seed, settings)
        with zoo.using(network) as ready:  # scene by scene: others use the network meanwhile
            meter.update(scene, ready)
        whole += counted(scene.semantic)
        yield of_metrics(network, meter.compute(), whole[: len(CLASSES)].tolist(), done, first)


class _Meter:
    """IoU of each class, and its panoptic quality where a network tells instances apart."""

    def __init__(self) -> None:
        from lecture_models.evaluation.panoptic import PanopticQuality
        from lecture_models.evaluation.segmentation import MeanIoU

        self.labels, self.segments = MeanIoU(CLASSES), PanopticQuality(CLASSES, STUFF)
        self.both = False

    def update(self, scene: Scene, network: Any) -> None:
        """Run the network on a scene and add what it says."""
        from lecture_models.evaluation.semantic import picture as tensor_of
        from lecture_models.nets.rcnn_trace import trace_rcnn
        from lecture_models.ops.panoptic import merge

        if getattr(network, "task", None) == "semantic":
            labels = network(tensor_of(scene, network))[0].argmax(0).cpu().numpy()
            return self.labels.update(labels, scene.semantic)
        trace, self.both = trace_rcnn(network, scene.image), True
        found = trace.labels.numpy() - 1 + len(STUFF), trace.scores.numpy(), trace.binary_masks
        assert trace.stuff_labels is not None, "it has a semantic branch"
        assert trace.semantic_labels is not None
        merged = merge(*found, trace.stuff_labels)
        self.labels.update(trace.semantic_labels, scene.semantic)
        self.segments.update(merged.label, merged.segment, scene.semantic, scene.instance)
        return None

    def compute(self) -> dict[str, dict[str, Any]]:
        """Metrics by class."""
        found = self.labels.compute()["by_class"]
        if self.both:
            quality = self.segments.compute()["by_class"]
            found = {name: {**values, **quality[name]} for name, values in found.items()}
        return found


def main() -> int:
    """Count the 300 scenes and write the file."""
    rows = [counted(render(seed).semantic) for seed in range(SCENES)]
    about = {
        "title": "Pixels of each class in the 300 scenes that our networks are measured on, then of void",
        "command": "python -m lecture_models.studies.class_balance",
        "classes": list(CLASSES),
        "first_seed": 0,
        "pixels": rows,
    }
    (results.RESULTS / FILE).write_text(json.dumps(about, separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
