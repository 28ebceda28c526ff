"""From the sliding window to one pass: the race on a picture, one layer in two forms, and any size.

Each function makes what one view of the lesson needs. torch is imported inside the functions, so that the page is up
before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT

if TYPE_CHECKING:
    from torch import Tensor

    from lecture_models.nets.size_ledger import Classifier, Size
    from lecture_models.nets.sliding_window import Padding, Passed, Track
    from lecture_models.nets.two_forms import TwoForms

NETWORK = "patch_classifier"
STRIDES = (32, 16, 8, 4)


@dataclass(frozen=True)
class Raced:
    """A picture, all scores from one pass, and the windows that are done.

    ``windows`` are those that were done when the pass had finished, or as many as a race has come to.
    """

    picture: pictures.Picture
    classes: tuple[str, ...]
    track: Track
    once: Passed
    windows: Passed
    window_macs: int
    rims: tuple[Tensor, ...]
    message: str = ""

    @property
    def all_macs(self) -> int:
        """Multiply-adds of all windows."""
        return self.track.total * self.window_macs

    @property
    def ratio(self) -> float:
        """How many times as many multiply-adds all windows take."""
        return self.all_macs / self.once.macs

    @property
    def labels(self) -> np.ndarray:
        """The one pass's class at each place, int64 [h, w]."""
        return self.once.logits.argmax(1).view(self.track.shape).numpy()

    @property
    def probs(self) -> np.ndarray:
        """The one pass's probabilities, float32 [9, h, w]."""
        return self.once.logits.softmax(1).T.reshape(-1, *self.track.shape).numpy()

    def window_labels(self) -> np.ndarray:
        """The windows' class at each place, int64 [h, w]; −1 where no window has been yet."""
        return self._filled(self.windows.logits.argmax(1).numpy(), -1)

    def differences(self) -> np.ndarray:
        """Largest |difference| of the two forms' logits at each place, float32 [h, w]; NaN where no window has been."""
        apart = self.windows.logits - self.once.logits[: self.windows.done]
        return self._filled(apart.abs().amax(1).numpy(), np.nan)

    def _filled(self, values: np.ndarray, rest: float) -> np.ndarray:
        full = np.full(self.track.total, rest, values.dtype)
        full[: len(values)] = values
        return full.reshape(self.track.shape)

    def right(self) -> tuple[int, int] | None:
        """Places whose class is that of their middle pixel, and places with a truth; None of photographs."""
        scene = self.picture.scene
        if scene is None:
            return None
        height, width = scene.semantic.shape
        rows, columns = (np.arange(count) for count in self.track.shape)
        x0, y0, x1, y1 = self.track.window(0, 0)
        step = self.track.stride / self.track.zoom
        ys = np.clip(((y0 + y1) / 2 + rows * step).astype(int), 0, height - 1)
        xs = np.clip(((x0 + x1) / 2 + columns * step).astype(int), 0, width - 1)
        truth = scene.semantic[ys[:, None], xs[None]]
        known = truth < len(self.classes)
        return int((self.labels == truth)[known].sum()), int(known.sum())


def race(key: str, padding: Padding, window: float, stride: int) -> Raced:
    """One pass over a picture, and as many windows as fit into its time; kept. Raises ValueError for bad settings."""
    from lecture_models.nets.sliding_window import prepare

    shown = pictures.resolve(key)
    zoo.load(NETWORK)  # before a GPU is asked for
    kept = ("sliding window", shown.key, padding, window, stride)
    return KEPT.get(kept, lambda: _race(shown, prepare(shown.image, padding, window, stride)), _nbytes)


def _nbytes(made: Raced) -> int:
    tensors = (made.track.image, *made.rims)
    return made.once.nbytes + made.windows.nbytes + sum(one.nbytes for one in tensors)


@zoo.gpu
def _race(shown: pictures.Picture, track: Track) -> Raced:
    from lecture_models.nets import sliding_window as sliding

    with zoo.using(NETWORK) as network:
        once = sliding.one_pass(network, track)
        *_, windows = sliding.slide(network, track, once.ms)
        rims = tuple(sliding.rims(network, track))
        classes: Any = network.classes
    each = sliding.macs_of_window(track.padding)
    message = zoo.ONLY_STREETS if shown.scene is None else ""
    return Raced(shown, classes, track, once, windows, each, rims, message)


def run(key: str, padding: Padding, window: float, stride: int) -> Iterator[Raced]:
    """The whole race, batch after batch; closing the iterator stops it."""
    from lecture_models.nets import sliding_window as sliding

    made = race(key, padding, window, stride)
    for windows in sliding.slide(zoo.load(NETWORK), made.track, turn=partial(zoo.using, NETWORK)):
        yield replace(made, windows=windows)
    KEPT.get(_name_of_all(made), lambda: windows)


def finished(made: Raced) -> Raced:
    """The race with all windows, if it was run to its end; else as it is."""
    kept = _name_of_all(made)
    return replace(made, windows=KEPT.get(kept, lambda: made.windows)) if kept in KEPT else made


def _name_of_all(made: Raced) -> tuple[object, ...]:
    return "all windows", made.picture.key, made.track.padding, made.track.zoom, made.track.stride


def ratios(size: Size, padding: Padding, window: float) -> dict[int, float]:
    """How many times as many multiply-adds all windows take as one pass, by stride.

    >>> [round(ratio) for ratio in ratios((256, 256), "picture", 1.0).values()]
    [9, 32, 84, 127]
    """
    from lecture_models.nets.sliding_window import macs_of_pass, macs_of_window, plan

    found = {}
    for stride in STRIDES:
        planned = plan(size, padding, window, stride)
        windows = planned.shape[0] * planned.shape[1] * macs_of_window(padding)
        found[stride] = windows / macs_of_pass(padding, stride, (1, 3, *planned.padded))
    return found


@dataclass(frozen=True)
class Weighed:
    """One fully connected layer on one patch, and the weight that is looked at: row ``unit`` and ``column``."""

    picture: pictures.Picture
    forms: TwoForms
    point: tuple[int, int]
    unit: int
    column: int
    map_size: tuple[int, int]  # of the whole picture's last feature map

    @property
    def place(self) -> tuple[int, int, int]:
        """Channel, row and column of the weight in its kernel."""
        side = self.forms.side
        channel, cell = divmod(self.column, side**2)
        return channel, *divmod(cell, side)


def weigh(key: str, layer: int, place: Sequence[float], weight: Sequence[float]) -> Weighed:
    """A layer in both forms on the patch around ``place`` (x, y), the picture's middle if empty; kept.

    Args:
        key: of the picture.
        layer: 1 for the first fully connected layer.
        place: pixel of the picture.
        weight: (column, row) of the matrix; if there is none such, of row 0 the one that adds most.

    Raises:
        ValueError: no such layer.
    """
    shown = pictures.resolve(key)
    height, width = shown.image.shape[:2]
    x, y = place or (width // 2, height // 2)
    point = min(max(int(x), 0), width - 1), min(max(int(y), 0), height - 1)
    zoo.load(NETWORK)
    made = KEPT.get(
        ("two forms", shown.key, layer, point), lambda: _weigh(shown.image, layer, point), _forms_bytes
    )
    forms, size = made
    rows, columns = forms.matrix.shape
    column, unit = map(int, weight or (-1, -1))
    if not (0 <= unit < rows and 0 <= column < columns):  # it may be of another layer, chosen before
        column, unit = int((forms.matrix[0] * forms.inputs).abs().argmax()), 0
    return Weighed(shown, forms, point, unit, column, size)


def _forms_bytes(made: tuple[TwoForms, tuple[int, int]]) -> int:
    return made[0].nbytes


@zoo.gpu
def _weigh(image: np.ndarray, layer: int, point: tuple[int, int]) -> tuple[TwoForms, tuple[int, int]]:
    import torch

    from lecture_models.nets.size_ledger import classifier
    from lecture_models.nets.two_forms import trace_two_forms

    x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255
    with zoo.using(NETWORK) as network:
        forms = trace_two_forms(network, x.to(next(network.parameters()).device), point, layer - 1)
    layers = [one for one in classifier(NETWORK).layers if not one.connected]
    sizes = classifier(NETWORK).sizes((image.shape[0], image.shape[1]))[: len(layers)]
    return forms, (sizes[-1] if len(sizes) == len(layers) else (0, 0))


@dataclass(frozen=True)
class Sized:
    """A classifier and the size of a picture."""

    picture: pictures.Picture
    classifier: Classifier
    size: Size

    @property
    def scores(self) -> Size:
        """Of the fully convolutional form."""
        return self.classifier.scores(self.size)

    @property
    def windows_macs(self) -> int:
        """Multiply-adds of the classifier on one crop for each score."""
        return self.scores[0] * self.scores[1] * self.classifier.macs

    @property
    def pass_macs(self) -> int:
        """Multiply-adds of one pass."""
        return self.classifier.pass_macs(self.size)


LEAST, MOST = 32, 800
"""Pixels of a side in the ledger of sizes."""


def measure(key: str, model: str, size: Sequence[float]) -> Sized:
    """The ledger of a classifier for a picture of a (width, height), the chosen picture's own if empty."""
    from lecture_models.nets.size_ledger import classifier

    shown = pictures.resolve(key)
    height, width = shown.image.shape[:2]
    wide, high = map(int, size or (width, height))
    if not all(LEAST <= side <= MOST for side in (wide, high)):
        raise ValueError(
            f"size must be width,height from {LEAST} to {MOST} pixels; got {wide},{high}. Choose another."
        )
    return Sized(shown, classifier(model), (high, wide))
