"""A trained U-Net under the knife: its maps on a picture, and the prediction after an operation on one of them.

The way down runs once a picture. An operation on a level runs the decoder from that level on. Each function makes what
one view of the lesson needs. torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT
from lecture_models.evaluation.bands import Banded, measure_bands
from lecture_models.scenes import CLASSES

if TYPE_CHECKING:
    from torch import Tensor


NETWORK = "unet"
LEVELS = 4
BOTTOM, SKIPS = "bottom", "skips"
OPERABLE = (*(f"{kind}{k}" for kind in ("skip", "up") for k in range(1, LEVELS + 1)), BOTTOM, SKIPS)
"""What the decoder's blocks read: skips and maps from below by level (1 is the finest), the bottom, all skips."""
PARTS = (*OPERABLE, *(f"dec{k}" for k in range(1, LEVELS + 1)))
MEAN = -1  # as a channel: the mean of all
LONGEST = 256  # pixels of a picture's longer side, as the network sees it here
CELL = 2**LEVELS


@dataclass(frozen=True, eq=False)
class Looked:
    """What the network made of a picture; maps float32 [1, C, h, w] by level, the finest first.

    ``image`` is uint8 [H, W, 3] as the network sees it, ``labels`` uint8 [H, W] its prediction. ``decoder`` has every
    level but the finest, from which nothing is run again, then that one's ``last`` in float16. 20 MB for a scene.
    """

    picture: pictures.Picture
    image: np.ndarray
    encoder: tuple[Tensor, ...]
    bottom: Tensor
    decoder: tuple[Tensor, ...]
    last: Tensor
    labels: np.ndarray

    @property
    def nbytes(self) -> int:
        """Memory of maps and labels, in bytes."""
        maps = (*self.encoder, self.bottom, *self.decoder, self.last)
        return sum(one.nbytes for one in maps) + self.labels.nbytes + self.image.nbytes

    @property
    def truth(self) -> np.ndarray | None:
        """The true labels, int [H, W]; None of a photograph."""
        return None if self.picture.scene is None else self.picture.scene.semantic

    def below(self, level: int) -> Tensor:
        """What lies below a level 0 to 3: the decoder's map there, or the bottom."""
        return self.bottom if level == LEVELS - 1 else self.decoder[level]

    def maps(self, part: str) -> Tensor:
        """The map of a part, as trained; all skips at once are shown by the finest."""
        kind, level = split(part)
        if kind == BOTTOM:
            return self.bottom
        if kind == "dec":
            return self.last.float() if level == 0 else self.decoder[level - 1]
        return _upsampled(self, level) if kind == "up" else self.encoder[level]

    def shape(self, part: str) -> tuple[int, int, int]:
        """Channels, height and width of a part's map."""
        kind, level = split(part)
        one = self.bottom if kind == BOTTOM else self.encoder[level]
        return one.shape[1], one.shape[2], one.shape[3]

    def mean(self, part: str) -> np.ndarray:
        """The mean over channels of a part's map as trained, float16 [h, w]; kept."""
        key = ("unet mean", self.picture.key, self.image.shape, part)
        return KEPT.get(key, lambda: mean_of(self.maps(part)))


def _upsampled(made: Looked, level: int) -> Tensor:
    with zoo.using(NETWORK) as network:
        below = made.below(level)
        found: Tensor = network.up[level](below.to(next(network.parameters()).device)).cpu()  # type: ignore
    return found


def split(part: str) -> tuple[str, int]:
    """Kind and level, 0 to 3, of a part.

    Raises:
        ValueError: It is none of ``PARTS``.

    >>> split("skip1"), split("bottom")
    (('skip', 0), ('bottom', 3))
    """
    if part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(PARTS)}; got {part!r}. Choose one of them.")
    kind, number = re.fullmatch(r"([a-z]+)(\d?)", part).groups()  # type: ignore[union-attr]
    usual = {BOTTOM: LEVELS - 1, SKIPS: 0}
    return kind, int(number) - 1 if number else usual[kind]


def cells_of(part: str) -> int:
    """Pixels of the picture that a cell of a part is wide.

    >>> cells_of("skip1"), cells_of("up3"), cells_of("bottom")
    (1, 4, 16)
    """
    kind, level = split(part)
    return CELL if kind == BOTTOM else int(2**level)


def seen(image: np.ndarray) -> np.ndarray:
    """A picture as the network sees it here: its longer side at most 256 pixels; uint8 [H, W, 3]."""
    height, width = image.shape[:2]
    factor = LONGEST / max(height, width)
    if factor >= 1:
        return image
    sides = [max(round(side * factor), 1) for side in (width, height)]
    return cv2.resize(image, sides, interpolation=cv2.INTER_AREA)


def looked(key: str) -> Looked:
    """All maps of a picture; kept."""
    shown = pictures.resolve(key)
    zoo.load(NETWORK)  # before a GPU is asked for
    return KEPT.get(("unet", shown.key), lambda: look(shown, seen(shown.image)))


@zoo.gpu
def look(shown: pictures.Picture, image: np.ndarray) -> Looked:
    """The network on a picture as it sees it, uint8 [H, W, 3]; not kept."""
    import torch

    with zoo.using(NETWORK) as network:
        net: Any = network
        place = next(net.parameters()).device
        pixels = torch.from_numpy(np.array(image)).to(place).permute(2, 0, 1)[None].float().div(255)
        trace = net.trace(pixels)
    first, *others = (one.cpu() for one in trace.decoder)
    encoder, bottom = tuple(one.cpu() for one in trace.encoder), trace.bottom.cpu()
    return Looked(shown, image, encoder, bottom, tuple(others), first.half(), as_labels(trace.logits))


def as_labels(logits: Tensor) -> np.ndarray:
    """Logits [1, K, H, W] -> the best class of each pixel, uint8 [H, W]."""
    return logits[0].argmax(0).cpu().numpy().astype(np.uint8)


@dataclass(frozen=True, eq=False)
class Operated:
    """A prediction after an operation, uint8 [H, W], and the channels' mean of each map that it reached, by part."""

    labels: np.ndarray
    means: Mapping[str, np.ndarray]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self.labels.nbytes + sum(one.nbytes for one in self.means.values())


def effective(part: str, act: str, amount: float) -> str:
    """The act that really changes something: "keep" for a map that no block reads, or for nothing to move or blur."""
    idle = part not in OPERABLE or (act in ("blur", "shift") and amount == 0)
    return "keep" if idle else act


def operated(key: str, part: str, act: str, amount: float = 0, donor: int = 0) -> Operated:
    """The prediction after an act on a part; kept.

    Args:
        key: of the picture.
        part: one of ``PARTS``; what is not operable stays as it is.
        act: one of ``unet_surgery.ACTS``.
        amount: pixels of the picture: the standard deviation of a blur, the way of a shift to the right.
        donor: seed of the scene whose map a transplant takes.

    Raises:
        ValueError: no such part or act.
    """
    made = looked(key)
    act = effective(part, act, amount)
    kept = ("unet operated", made.picture.key, part, act, amount, donor if act == "transplant" else None)
    return KEPT.get(kept, lambda: operate_on(made, part, act, amount, donor))


def after(made: Looked, part: str, act: str, amount: float, donor: int) -> Tensor:
    """A part's map after an act, of all skips at once the finest's; arguments as :func:`operated`."""
    maps = made.maps(part)
    return _change(made, part, effective(part, act, amount), amount, donor)(split(part)[1], maps)


def _change(made: Looked, part: str, act: str, amount: float, donor: int) -> Callable[[int, Tensor], Tensor]:
    """What an act makes of a map of a level; a donor's maps are there before, since one network runs one at a time."""
    from lecture_models.nets.unet_surgery import operate

    kind, own = split(part)
    parts = {level: f"skip{level + 1}" for level in range(LEVELS)} if kind == SKIPS else {own: part}
    other = given(made, donor) if act == "transplant" else None
    theirs = {level: other.maps(there) if other else None for level, there in parts.items()}

    def change(level: int, maps: Tensor) -> Tensor:
        there = theirs[level]
        put = None if there is None else there.to(maps.device)
        return operate(act, maps, amount / cells_of(parts[level]), put)

    return change


def given(made: Looked, donor: int) -> Looked:
    """What the network made of the donor, a scene, at the size of this picture; kept."""
    shown = pictures.resolve(f"scene:{donor}")
    height, width = made.image.shape[:2]
    if shown.image.shape == made.image.shape:
        return looked(shown.key)
    image = cv2.resize(shown.image, (width, height), interpolation=cv2.INTER_AREA)
    return KEPT.get(("unet", shown.key, height, width), lambda: look(shown, image))


@zoo.gpu
def operate_on(made: Looked, part: str, act: str, amount: float, donor: int) -> Operated:
    """The decoder after an act on a part; arguments as :func:`operated`. Not kept."""
    kind, level = split(part)
    if kind == "dec":
        level = 0
    change = _change(made, part, act, amount, donor)
    start = LEVELS - 1 if kind == SKIPS else level
    with zoo.using(NETWORK) as network:
        net: Any = network
        place = next(net.parameters()).device
        below = made.below(start).to(place)
        below = change(start, below) if kind == BOTTOM else below

        def skip(at: int, maps: Tensor) -> Tensor:
            return change(at, maps) if kind == SKIPS or (kind, at) == ("skip", level) else maps

        def up(at: int, x: Tensor) -> Tensor:
            upsampled: Tensor = net.up[at](x)
            return change(at, upsampled) if (kind, at) == ("up", level) else upsampled

        maps = [one.to(place) for one in made.encoder[: start + 1]]
        steps = net.decode(maps, below, skip, up)
        labels = as_labels(net.logits(steps[0].decoder, made.image.shape[:2]))
    means = {BOTTOM: mean_of(below)} if kind == BOTTOM else {}
    for at, step in enumerate(steps):
        read = step.concatenated.split(step.upsampled.shape[1], 1)  # as the block read them
        parts = {f"skip{at + 1}": read[0], f"up{at + 1}": read[1], f"dec{at + 1}": step.decoder}
        means |= {name: mean_of(maps) for name, maps in parts.items()}
    return Operated(labels, means)


def mean_of(maps: Tensor, channel: int = MEAN) -> np.ndarray:
    """The mean over the channels of maps [1, C, h, w], or one of them, float16 [h, w]."""
    chosen = maps[0].mean(0) if channel == MEAN else maps[0, channel]
    return chosen.half().cpu().numpy()


def shown_maps(
    made: Looked, part: str, act: str, amount: float, donor: int, channel: int
) -> tuple[np.ndarray, np.ndarray]:
    """A part's map before and after an act, float16 [h, w]: a channel, or the mean of all if it has no such one."""
    if not MEAN < channel < made.shape(part)[0]:
        name = "skip1" if part == SKIPS else part
        return made.mean(part), operated(made.picture.key, part, act, amount, donor).means.get(
            name, made.mean(part)
        )
    pair = made.maps(part), after(made, part, act, amount, donor)
    return mean_of(pair[0], channel), mean_of(pair[1], channel)


def bands(made: Looked, labels: np.ndarray, width: int) -> Banded | None:
    """Band and interior of a prediction of a scene; None of a photograph."""
    if made.truth is None:
        return None
    return measure_bands(labels, made.truth, width, len(CLASSES))
