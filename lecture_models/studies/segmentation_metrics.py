"""A predicted label map beside the true one: where the prediction begins, and what every metric says of it.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT
from lecture_models.evaluation.one_picture import Measured, measure
from lecture_models.ops.moved_mask import moved_mask, shift_curve
from lecture_models.scenes import CLASSES, STUFF, THINGS, VOID

Start = Literal["moved", "network", "constant", "truth"]
Labels = Literal["two", "all"]
REST = "rest"
WANTED = (0.2, 0.4, 0.6, 0.8)
"""IoUs that a drawn shift of the true mask comes near, each as often."""
DIRECTIONS = ((2, 0), (2, 1), (2, 2), (1, 2), (0, 2))
"""Of a drawn shift, across and down; it goes towards the middle of the picture."""
DRAWS = len(WANTED) * len(DIRECTIONS)
FARTHEST = 40  # times such a direction
SCALES = 0.25, 4.0
ONE_THING = 0.75  # share of a class's pixels in its largest region, from which the class is one thing
GOOD_AREA = 400, 9000  # pixels of a region that is seen well and has room to move
ENOUGH = 4000  # pixels; a larger region is seen no better
SMALLEST = 60  # pixels of a small thing whose IoU is drawn against its shift

Move = tuple[float, float, float]
"""dx, dy in pixels, and scale."""


@dataclass(frozen=True)
class Study:
    """A picture's truth, the map that a prediction begins from, and what the metrics say of it.

    Args:
        picture: the picture.
        names: class names by label.
        target: the label that is looked at.
        truth: int64 [H, W], 255 where void.
        base: int64 [H, W], the prediction without the mask that moves.
        layer: bool [H, W], the mask that moves, as it lies in the truth; None where none does.
        move: how it is moved.
        known: whether the truth is a scene's; else a network's answer stands in for it.
    """

    picture: pictures.Picture
    names: tuple[str, ...]
    target: int
    truth: np.ndarray
    base: np.ndarray
    layer: np.ndarray | None
    move: Move
    known: bool

    @cached_property
    def prediction(self) -> np.ndarray:
        """The predicted label map, int64 [H, W]."""
        if self.layer is None:
            return self.base
        return np.where(moved_mask(self.layer, *self.move), self.target, self.base)

    @cached_property
    def measured(self) -> Measured:
        """All metrics of the prediction."""
        return measure(self.prediction, self.truth, self.names)


def study(
    picture: pictures.Picture,
    network: str,
    start: Start = "moved",
    labels: Labels = "two",
    target: str = "",
    move: Move | None = None,
    void: int = 0,
    draw: int = 0,
) -> Study:
    """Truth and prediction of one picture as the learner meets them.

    Args:
        picture: from `pictures.resolve`; of a photograph nobody knows the truth: the network's answer stands in.
        network: of kind "panoptic" or "semantic".
        start: "moved" is the true map with the target's mask moved, "constant" one class everywhere.
        labels: "two" tells the target from the rest, "all" has the scenes' nine classes.
        target: name of a class; empty takes one that is seen well.
        move: how the mask is moved; None takes a shift drawn by ``draw``.
        void: pixels on each side of a true outline that are made void.
        draw: 0 to ``DRAWS`` - 1: the shift's direction, and the IoU that it comes near.

    Raises:
        ValueError: no such start, labels or class, or a scale out of ``SCALES``.
    """
    for name, value, options in (
        ("start", start, ("moved", "network", "constant", "truth")),
        ("labels", labels, ("two", "all")),
        ("target", target, ("", *CLASSES)),
    ):
        if value not in options:
            raise ValueError(
                f"{name} must be one of {', '.join(options)}; got {value!r}. Choose one of them."
            )
    if move is not None and not SCALES[0] <= move[2] <= SCALES[1]:
        raise ValueError(
            f"A mask's scale must be from {SCALES[0]:g} to {SCALES[1]:g}; got {move[2]:g}. Choose another."
        )
    key = ("metrics", picture.key, network, start, labels, target, move, void, draw)
    return KEPT.get(
        key, lambda: _study(picture, network, start, labels, target, move, void, draw), size=_bytes
    )


def _bytes(made: Study) -> int:
    parts = [made.truth, made.base, made.prediction, *([made.layer] if made.layer is not None else [])]
    return sum(part.nbytes for part in parts) + made.measured.nbytes


def _study(
    picture: pictures.Picture,
    network: str,
    start: Start,
    labels: Labels,
    target: str,
    move: Move | None,
    void: int,
    draw: int,
) -> Study:
    scene = picture.scene
    exact = scene.semantic if scene is not None else semantic_map(network, picture.image)
    label = CLASSES.index(target) if target else usual_class(exact)
    names = (REST, CLASSES[label]) if labels == "two" else CLASSES
    true = as_labels(exact, label, labels)
    target_label = 1 if labels == "two" else label
    base, layer = true, None
    if start == "moved":
        layer = exact == label
        base = without(true, target_label) if labels == "all" else np.zeros_like(true)
        move = drawn_move(layer, draw) if move is None else move
    elif start == "network":
        base = as_labels(semantic_map(network, picture.image), label, labels)
    elif start == "constant":
        base = np.full_like(true, np.bincount(true[true != VOID], minlength=1).argmax())
    base = np.where(base == VOID, 0, base)  # a prediction leaves nothing open
    kept = move if layer is not None and move is not None else (0.0, 0.0, 1.0)
    return Study(picture, names, target_label, void_band(true, void), base, layer, kept, scene is not None)


def as_labels(classes: np.ndarray, label: int, labels: Labels) -> np.ndarray:
    """A map of the nine classes as it is, or as 1 where it has ``label`` and 0 elsewhere; void stays void."""
    if labels == "all":
        return classes
    return np.where(classes == VOID, VOID, (classes == label).astype(np.int64))


def semantic_map(network: str, image: np.ndarray) -> np.ndarray:
    """What a network says of each pixel: int64 [H, W], labels of the scenes' classes.

    Raises:
        ValueError: the network has no semantic output.
    """
    if zoo.kind(network) == "panoptic":
        labels = zoo.trace(network, image).semantic_labels
        assert labels is not None, "a network of this kind has a semantic branch"
        return labels.astype(np.int64)
    if zoo.kind(network) != "semantic":
        raise ValueError(f"{network} gives no class for each pixel. Choose a network that does.")
    key = ("labels", network, image.tobytes())
    return KEPT.get(key, lambda: _labels_of(network, image))


@zoo.gpu
def _labels_of(network: str, image: np.ndarray) -> np.ndarray:
    import torch

    with zoo.using(network) as net:
        place = next(net.parameters()).device
        pixels = torch.from_numpy(np.array(image)).to(place).permute(2, 0, 1)[None].float().div(255)
        return np.asarray(net(pixels)[0].argmax(0).cpu().numpy())


def usual_class(labels: np.ndarray) -> int:
    """The thing that is seen best: a class in one piece, of a good size; else the smallest class that occurs."""
    areas = np.bincount(labels[labels != VOID], minlength=len(CLASSES))
    things = [label for label in range(len(STUFF), len(STUFF) + len(THINGS)) if areas[label]]
    if not things:
        return int(np.where(areas > 0, areas, areas.max() + 1).argmin())

    from scipy import ndimage

    def fit(label: int) -> tuple[bool, bool, int]:
        regions, _ = ndimage.label(labels == label)
        whole = np.bincount(regions.ravel())[1:].max() >= ONE_THING * areas[label]
        inside = not (labels[[0, -1]] == label).any() and not (labels[:, [0, -1]] == label).any()
        good = whole and GOOD_AREA[0] <= areas[label] <= GOOD_AREA[1]
        return bool(good), inside, min(int(areas[label]), ENOUGH)

    return max(things, key=fit)


def without(labels: np.ndarray, label: int) -> np.ndarray:
    """A label map without one class: its pixels get the label of the nearest other pixel."""
    from scipy import ndimage

    gone = (labels == label) | (labels == VOID)
    if gone.all():
        return labels
    places = ndimage.distance_transform_edt(gone, return_distances=False, return_indices=True)
    return np.asarray(labels[tuple(places)])


def drawn_move(mask: np.ndarray, draw: int) -> Move:
    """A shift of a mask in a drawn direction, as far as brings its IoU near a drawn one of `WANTED`."""
    wanted, (across, down) = WANTED[draw % len(WANTED)], DIRECTIONS[draw // len(WANTED) % len(DIRECTIONS)]
    if not mask.any():
        return 0.0, 0.0, 1.0
    rows, columns = np.nonzero(mask)
    right = across if columns.mean() < mask.shape[1] / 2 else -across
    below = down if rows.mean() < mask.shape[0] / 2 else -down

    def off(by: int) -> float:
        there = moved_mask(mask, by * right, by * below)
        return abs(float((mask & there).sum() / (mask | there).sum()) - wanted)

    best = min(range(1, FARTHEST + 1), key=off)
    return float(best * right), float(best * below), 1.0


def void_band(labels: np.ndarray, width: int) -> np.ndarray:
    """A label map whose pixels within ``width`` of another label are void: bands along both sides of all outlines.

    >>> void_band(np.array([[0, 0, 0, 1, 1, 1]]), 1).tolist()
    [[0, 0, 255, 255, 1, 1]]
    """
    if not width:
        return labels
    square = np.ones((3, 3), np.uint8)
    least, most = (
        way(labels.astype(np.uint8), square, iterations=width, borderType=cv2.BORDER_REPLICATE)
        for way in (cv2.erode, cv2.dilate)
    )
    return np.where(least != most, VOID, labels)


def curves(picture: pictures.Picture, most: int = 40) -> list[tuple[str, int, list[float]]]:
    """IoU against shift of a small and of the largest thing of a scene: name, area, IoU at 0 to ``most`` pixels."""
    key = ("shift curves", picture.key, most)
    return KEPT.get(
        key, lambda: _curves(picture, most), size=lambda found: 8 * (most + 2) * max(len(found), 1)
    )


def _curves(picture: pictures.Picture, most: int) -> list[tuple[str, int, list[float]]]:
    scene = picture.scene
    things = enumerate(scene.things, start=1) if scene is not None else ()
    found = [(thing.area, number, thing.name) for number, thing in things if thing.area >= SMALLEST]
    if scene is None or not found:
        return []
    chosen = dict.fromkeys((min(found), max(found)))
    return [(name, area, shift_curve(scene.instance == number, most)) for area, number, name in chosen]
