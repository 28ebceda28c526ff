"""Scenes of 64 × 64 pixels for networks that learn while one waits: a training set, a held-out set, one picture."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

import numpy as np

from lecture_models import pictures
from lecture_models.cache import KEPT
from lecture_models.scenes import VOID, render

SIDE = 64
TRAINING, HELD_OUT = 128, 32
"""Scenes in each set."""
FIRST_TRAINING, FIRST_HELD_OUT = 1_000_000, 900_000
"""Seeds: from a million on a scene may be trained on, all smaller ones are held out."""
CHUNK = 16  # scenes that are kept together
KNOWN_CLASSES = 9


@dataclass(frozen=True, eq=False)
class Small:
    """Pictures and their labels: ``images`` uint8 [N, S, S, 3], ``labels`` uint8 [N, S, S] with 255 for void."""

    images: np.ndarray
    labels: np.ndarray

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return int(self.images.nbytes + self.labels.nbytes)


@dataclass(frozen=True, eq=False)
class Shown:
    """The picture that a class looks at: ``image`` uint8 [S, S, 3], ``labels`` uint8 [S, S], None of a photograph."""

    key: str
    title: str
    image: np.ndarray
    labels: np.ndarray | None

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return int(self.image.nbytes + (0 if self.labels is None else self.labels.nbytes))


def sets(
    compute: Callable[[Callable[[], Small]], Small] = lambda render: render(),
) -> Generator[tuple[int, int], None, tuple[Small, Small]]:
    """Both sets, rendered where they are not kept.

    Args:
        compute: calls what renders some of them, perhaps in another thread.

    Yields:
        Scenes done and scenes in all.

    Returns:
        Training and held-out scenes.
    """
    plan = [(FIRST_TRAINING, TRAINING), (FIRST_HELD_OUT, HELD_OUT)]
    total, done = TRAINING + HELD_OUT, 0
    found: list[Small] = []
    for first, count in plan:
        parts = []
        for start in range(first, first + count, CHUNK):
            parts.append(compute(partial(KEPT.get, ("small scenes", start), partial(_render, start))))
            done += CHUNK
            yield done, total
        found.append(
            Small(np.concatenate([p.images for p in parts]), np.concatenate([p.labels for p in parts]))
        )
    return found[0], found[1]


def _render(first: int) -> Small:
    scenes = [render(seed, size=SIDE) for seed in range(first, first + CHUNK)]
    labels = np.stack([scene.semantic for scene in scenes]).astype(np.uint8)
    return Small(np.stack([scene.image for scene in scenes]), labels)


def shown(key: str) -> Shown:
    """The page's picture at 64 × 64 pixels: a scene rendered anew, a photograph's middle square made smaller; kept.

    Raises:
        ValueError: there is no such picture.
    """
    if not key.startswith("scene:"):
        return _small_photograph(
            pictures.resolve(key)
        )  # an upload is not kept: it must be gone after its hour
    seed, settings = pictures.parse_scene(key)
    name = pictures.scene_key(seed, settings)

    def small() -> Shown:
        scene = render(seed, settings, SIDE)
        return Shown(name, f"scene {seed}", scene.image, scene.semantic.astype(np.uint8))

    return KEPT.get(("small scene", name), small)


def _small_photograph(picture: pictures.Picture) -> Shown:
    import cv2

    height, width = picture.image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = np.ascontiguousarray(picture.image[top : top + side, left : left + side])
    small = cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return Shown(picture.key, picture.title, np.asarray(small), None)


def one_class_a_cell(labels: np.ndarray, side: int, classes: int = KNOWN_CLASSES) -> np.ndarray:
    """Label maps of which each cell has its most frequent class, the first of several; void if it is all void.

    Args:
        labels: uint8 [S, S], 255 for void.
        side: pixels along a side of a cell; S is a multiple of it.
        classes: K.

    Returns:
        uint8 [S, S].

    >>> one_class_a_cell(np.array([[0, 1], [1, 255]], np.uint8), 2).tolist()
    [[1, 1], [1, 1]]
    """
    cells = labels.reshape(len(labels) // side, side, -1, side)
    counts = np.stack([(cells == label).sum((1, 3)) for label in range(classes)])
    best = np.where(counts.sum(0) > 0, counts.argmax(0), VOID).astype(np.uint8)
    return best.repeat(side, 0).repeat(side, 1)


def ious(prediction: np.ndarray, truth: np.ndarray, classes: int = KNOWN_CLASSES) -> tuple[float | None, ...]:
    """IoU of each class over the pixels of any number of pictures; None where it is in neither. Void does not count.

    >>> ious(np.array([0, 0, 1]), np.array([0, 1, 255]), 3)
    (0.5, 0.0, None)
    """
    known = truth != VOID
    counts = np.bincount(
        classes * truth[known].astype(np.int64) + prediction[known], minlength=classes**2
    ).reshape(classes, classes)
    both, either = counts.diagonal(), counts.sum(0) + counts.sum(1) - counts.diagonal()
    return tuple(float(b / e) if e else None for b, e in zip(both, either, strict=True))


def mean(values: tuple[float | None, ...]) -> float:
    """Of the IoUs that there are: mIoU.

    >>> mean((0.5, None, 1.0))
    0.75
    """
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0
