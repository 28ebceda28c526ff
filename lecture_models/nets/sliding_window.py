"""A sliding window against one pass: the same classifier on every crop, and on the whole picture at once.

Farabet et al. 2013 and Pinheiro & Collobert 2014 classify a patch around each pixel; Long et al. 2015 (section 3.1) run
the network once, made fully convolutional. Both get the same prepared picture here (:class:`Track`), and both give
logits on the same grid, so that their difference can be taken place by place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lecture_models.ops.convolutionalize import convolutionalize
from lecture_models.ops.rarefy import rarefy
from lecture_models.ops.zero_padding import with_zero_padding

from .macs import count_macs
from .patch_classifier import PATCH, SIDE, STRIDE, PatchClassifier, pad_by_mean

Padding = Literal["none", "picture", "layers"]
OWN: dict[Padding, int] = {"none": PATCH, "picture": PATCH, "layers": SIDE * STRIDE}
"""Side of the network's own window, pixels: that for which the fully connected layers get 3 × 3 cells."""
MOST_PIXELS = 500_000  # of a prepared picture: its first maps take 32 channels of it
FIRST_CHUNK, LARGEST_CHUNK = 4, 32
SECONDS = 0.25  # of a chunk: how long a learner waits for Stop


class ZeroPaddedClassifier(nn.Module):
    """A patch classifier's layers and weights with zeros around every map: patches [N, 3, 96, 96] -> logits [N, 9]."""

    def __init__(self, network: PatchClassifier) -> None:
        super().__init__()
        self.features, self.classifier = with_zero_padding(network.features), network.classifier
        self.train(network.training)

    def forward(self, patches: Tensor) -> Tensor:
        """Float [N, 3, 96, 96] in 0..1 -> logits [N, 9]."""
        logits: Tensor = self.classifier(self.features(patches).flatten(1))
        return logits


@dataclass(frozen=True)
class Track:
    """A picture made ready for both, and the grid of their scores.

    Score (i, j) is about the window whose corner lies at (i, j) · ``stride`` pixels of ``image``. A pixel (x, y) of
    ``image`` is ((x − left) / zoom, (y − top) / zoom) of the picture, with the margin that was added on these sides.
    """

    padding: Padding
    own: int  # the window, in pixels of ``image``
    stride: int
    image: Tensor  # float [1, 3, h, w] in 0..1
    zoom: float
    margin: int
    shape: tuple[int, int]  # rows and columns of scores

    @property
    def total(self) -> int:
        """How many windows there are."""
        return self.shape[0] * self.shape[1]

    def window(self, row: int, column: int) -> tuple[float, float, float, float]:
        """The window of a score in pixels of the picture, xyxy."""
        x, y = ((side * self.stride - self.margin) / self.zoom for side in (column, row))
        return x, y, x + self.own / self.zoom, y + self.own / self.zoom


@dataclass(frozen=True)
class Plan:
    """Sizes of a prepared picture: ``scaled`` before any margin, ``padded`` with it, and rows and columns of scores."""

    scaled: tuple[int, int]
    margin: int
    padded: tuple[int, int]
    shape: tuple[int, int]


def plan(size: tuple[int, int], padding: Padding, window: float, stride: int) -> Plan:
    """What `prepare` will make of a picture of ``size`` (height, width). Raises ValueError as it does."""
    own = OWN[padding]
    high, wide = (max(1, round(side / window)) for side in size)
    margin = own // 2 - stride // 2 if padding == "picture" else 0
    rest = (
        (-high % stride, -wide % stride) if padding == "picture" else (0, 0)
    )  # so that scores tile all of it
    rows, columns = high + 2 * margin + rest[0], wide + 2 * margin + rest[1]
    if rows * columns > MOST_PIXELS:
        raise ValueError(
            f"A picture for one pass may have {MOST_PIXELS:,} pixels; this one would get {columns} × {rows}. "
            "Choose a larger window."
        )
    if min(rows, columns) < own:
        raise ValueError(
            f"A window of {own} pixels must fit into the picture, which is {columns} × {rows} after scaling. "
            "Choose padding around the picture, or a larger picture."
        )
    shape = (rows - own) // stride + 1, (columns - own) // stride + 1
    return Plan((high, wide), margin, (rows, columns), shape)


def prepare(image: np.ndarray, padding: Padding, window: float, stride: int) -> Track:
    """Scale a picture so that the network's own window covers as much of it as asked for, and pad it if asked for.

    Args:
        image: uint8 [H, W, 3].
        padding: "none"; "picture": the mean colour around it, so that scores tile all of it; "layers": zeros around
            every map of the network, which then has another window of its own.
        window: side of the window as a multiple of the network's own.
        stride: pixels between two windows, after scaling.

    Raises:
        ValueError: No window fits into the picture, or the picture gets too large.
    """
    planned = plan((image.shape[0], image.shape[1]), padding, window, stride)
    x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255
    if window != 1:
        smooth: dict[str, Any] = {"mode": "bilinear", "align_corners": False, "antialias": True}
        x = F.interpolate(x, planned.scaled, **smooth).clamp(0, 1)
    before = planned.margin
    below, right = (after - own - before for after, own in zip(planned.padded, planned.scaled, strict=True))
    x = pad_by_mean(x, (before, right, before, below))
    return Track(padding, OWN[padding], stride, x, 1 / window, before, planned.shape)


def padded_as(network: Any, padding: Padding) -> Any:
    """The classifier of single windows: the network itself, or with zeros around its maps."""
    return ZeroPaddedClassifier(network).eval() if padding == "layers" else network


@dataclass(frozen=True)
class Passed:
    """What came out of one run, or of the windows so far: logits float [N, 9], row by row, and their cost.

    N grows to ``total`` while the window slides; one pass has all of them.
    """

    logits: Tensor
    total: int
    macs: int
    ms: float

    @property
    def done(self) -> int:
        """Windows that have a score."""
        return len(self.logits)

    @property
    def nbytes(self) -> int:
        """Memory of the logits, in bytes."""
        return self.logits.nbytes


def one_pass(network: Any, track: Track) -> Passed:
    """All scores from one run of the network made fully convolutional."""
    form: Any = rarefy(convolutionalize(padded_as(network, track.padding)), track.stride).eval()
    image = _on(network, track.image)
    form(image[..., : track.own, : track.own])  # the first call of a new kernel is slower
    began = time.perf_counter()
    logits = form(image)[0].flatten(1).T.float().cpu()
    ms = 1000 * (time.perf_counter() - began)
    macs = macs_of_pass(track.padding, track.stride, tuple(track.image.shape))
    return Passed(logits.contiguous(), track.total, macs, ms)


def slide(
    network: Any,
    track: Track,
    ms: float = float("inf"),
    turn: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> Iterator[Passed]:
    """The window at every place, in batches: what is there after each of them, the last one complete.

    Nothing is held between two of them, so that it can be stopped there by closing the generator.

    Args:
        network: ``patch_classifier``.
        track: the picture.
        ms: stop once so many milliseconds have been worked.
        turn: gives what is entered around each batch, such as ``lambda: zoo.using(name)``.
    """
    classify = padded_as(network, track.padding)
    windows = track.image[0].unfold(1, track.own, track.stride).unfold(2, track.own, track.stride)
    found, worked, chunk, each = [], 0.0, FIRST_CHUNK, macs_of_window(track.padding)
    done = 0
    while done < track.total and worked < ms:
        with turn(), torch.inference_mode():
            began = time.perf_counter()
            places = torch.arange(done, min(done + chunk, track.total))
            crops = windows[:, places // track.shape[1], places % track.shape[1]].transpose(0, 1)
            found.append(classify(_on(network, crops)).float().cpu())
            took = time.perf_counter() - began
        worked, done = worked + 1000 * took, done + len(places)
        chunk = max(FIRST_CHUNK, min(int(chunk * SECONDS / max(took, 1e-6)), 2 * chunk, LARGEST_CHUNK))
        yield Passed(torch.cat(found), track.total, done * each, worked)


def rims(network: Any, track: Track) -> list[Tensor]:
    """Where a crop's maps are not those of the one pass: after each pooling float [n, n], its largest |difference|.

    The crop is the one nearest to the middle whose corner lies on a cell of the coarsest map. Differences are shares of
    the map's largest value.
    """
    features = padded_as(network, track.padding).features
    image = _on(network, track.image)
    top, left = (STRIDE * ((side - track.own) // (2 * STRIDE)) for side in image.shape[-2:])
    whole = _after_poolings(features, image)
    alone = _after_poolings(features, image[..., top : top + track.own, left : left + track.own])
    found = []
    for number, (maps, own) in enumerate(zip(whole, alone, strict=True), start=1):
        (row, column), side = (top >> number, left >> number), own.shape[-1]
        there = maps[..., row : row + side, column : column + side]
        found.append(((own - there).abs().amax(1)[0] / own.abs().max().clamp(min=1e-12)).cpu())
    return found


def _after_poolings(features: nn.Sequential, x: Tensor) -> list[Tensor]:
    maps = []
    for layer in features:
        x = layer(x)
        if isinstance(layer, nn.MaxPool2d):
            maps.append(x.clone())
    return maps


@lru_cache(maxsize=256)
def macs_of_pass(padding: Padding, stride: int, shape: tuple[int, ...]) -> int:
    """Multiply-adds of one pass over a picture [1, 3, h, w], counted on its shapes alone."""
    with torch.device("meta"):
        form = rarefy(convolutionalize(padded_as(PatchClassifier(), padding)), stride).eval()
        return count_macs(form, torch.zeros(shape))


@lru_cache(maxsize=8)
def macs_of_window(padding: Padding) -> int:
    """Multiply-adds of one window, counted on its shapes alone."""
    with torch.device("meta"):
        side = OWN[padding]
        return count_macs(padded_as(PatchClassifier(), padding).eval(), torch.zeros(1, 3, side, side))


def _on(network: Any, x: Tensor) -> Tensor:
    return x.to(next(network.parameters()).device).contiguous(memory_format=torch.channels_last)
