"""Colour from lightness: distributions at a pixel, three losses on one picture, and the choice of another mode.

The networks run once a picture; each function makes what one view of the lesson needs. torch is imported inside the
functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from lecture_models import pictures, segments, zoo
from lecture_models.cache import KEPT
from lecture_models.studies.colour_plane import bins
from lecture_models.studies.depth_normals import seen

LOSSES = ("regression", "classes", "rebalanced")
STRIDE = 4
LEAST_MODE = 0.02  # probability of the least mode that is offered
NEAR = 2  # bins: modes are at least so far apart
FLOODED = 8.0  # of L: how much a photograph's patch may differ from the clicked pixel
CHROMA = 5.0  # Lab units: width of a bar of the histogram
MOST_CHROMA = 100.0


@dataclass(frozen=True, eq=False)
class Coloured:
    """What one network says of a picture, as it is kept: logits in half precision, 2 MB.

    Attributes:
        picture: as it was asked for.
        loss: one of `LOSSES`.
        image: uint8 [H, W, 3], as the network sees it before its colour is taken away.
        lab: float32 [3, H, W], the picture's own L, a, b.
        answer: float16 [Q, h, w], logits of the bins, or [2, h, w], ab of the regression; h = ⌈H / 4⌉.
    """

    picture: pictures.Picture
    loss: str
    image: np.ndarray
    lab: np.ndarray
    answer: np.ndarray

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return self.image.nbytes + self.lab.nbytes + self.answer.nbytes

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.image.shape[0], self.image.shape[1]

    @property
    def lightness(self) -> np.ndarray:
        """float32 [H, W], 0..100."""
        return self.lab[0]

    @cached_property
    def truth(self) -> np.ndarray:
        """The picture's own ab, float32 [H, W, 2]."""
        return np.ascontiguousarray(self.lab[1:].transpose(1, 2, 0))

    def cell(self, x: int, y: int) -> tuple[int, int]:
        """Row and column of the cell that covers a pixel."""
        return y // STRIDE, x // STRIDE


def coloured(key: str, loss: str) -> Coloured:
    """A network's answer about a picture; kept.

    Raises:
        ValueError: no such picture or loss.
    """
    shown = pictures.resolve(key)
    zoo.load(f"colorizer_{loss}")  # before a GPU is asked for
    return KEPT.get(("colorization", loss, shown.key), lambda: _coloured(shown, loss))


@zoo.gpu
def _coloured(shown: pictures.Picture, loss: str) -> Coloured:
    import torch

    from lecture_models.ops.lab import rgb_to_lab

    image = seen(shown.image)
    with zoo.using(f"colorizer_{loss}") as network, torch.inference_mode():
        place = next(network.parameters()).device
        rgb = torch.from_numpy(np.array(image)).to(place).permute(2, 0, 1)[None].float() / 255
        lab = rgb_to_lab(rgb)
        answer: Any = network(lab[:, :1])
    return Coloured(shown, loss, image, lab[0].cpu().numpy(), answer[0].half().cpu().numpy())


# ---- one pixel, one temperature ------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class AtPixel:
    """The distribution in a pixel's cell, and the colours that are read from it.

    Attributes:
        probs: float32 [Q], as the network says it (T = 1).
        annealed: float32 [Q], at the chosen T.
        mode, mean, read: ab [2]: the likeliest bin, the mean at T = 1, the annealed mean.
    """

    probs: np.ndarray
    annealed: np.ndarray
    mode: np.ndarray
    mean: np.ndarray
    read: np.ndarray


def at_pixel(made: Coloured, x: int, y: int, temperature: float) -> AtPixel | None:
    """What is said in the cell of a pixel; None of the regression, which has no distribution."""
    if made.loss == "regression":
        return None
    import torch

    from lecture_models.ops.colour_bins import gamut_bins, trace_annealed_mean

    row, column = made.cell(x, y)
    logits = torch.from_numpy(made.answer[:, row, column].astype(np.float32))[None, :, None, None]
    trace = trace_annealed_mean(logits, gamut_bins(), temperature)
    probs, annealed = trace.probs[0, :, 0, 0].numpy(), trace.annealed[0, :, 0, 0].numpy()
    return AtPixel(probs, annealed, bins()[probs.argmax()], probs @ bins(), trace.ab[0, :, 0, 0].numpy())


def ab_of(made: Coloured, temperature: float) -> np.ndarray:
    """The predicted colour of every pixel, float32 [H, W, 2]: annealed at stride 4, then upsampled as in the paper."""
    import torch
    from torch.nn import functional as F

    from lecture_models.ops.colour_bins import annealed_mean, gamut_bins

    answer = torch.from_numpy(made.answer).float()[None]
    small = answer if made.loss == "regression" else annealed_mean(answer, gamut_bins(), temperature)
    ab = F.interpolate(small, scale_factor=STRIDE, mode="bilinear", align_corners=False)[0]
    return ab[:, : made.size[0], : made.size[1]].permute(1, 2, 0).numpy()


def chroma(ab: np.ndarray) -> np.ndarray:
    """√(a² + b²): 0 for grey; [H, W] of [H, W, 2]."""
    return np.hypot(ab[..., 0], ab[..., 1])


def histogram(ab: np.ndarray) -> np.ndarray:
    """Shares of the pixels by chroma, in bars of 5 units up to 100, the last with all beyond: float64 [20]."""
    edges = np.arange(0, MOST_CHROMA + CHROMA / 2, CHROMA)
    counts, _ = np.histogram(np.minimum(chroma(ab), MOST_CHROMA - 1e-3), edges)
    return counts / counts.sum()


# ---- another mode --------------------------------------------------------------------------------------
def region(made: Coloured, x: int, y: int) -> tuple[np.ndarray, str]:
    """The thing or stuff at a pixel, bool [H, W], and its name; of a photograph the patch of like lightness."""
    if (scene := made.picture.scene) is not None:
        truth = segments.of_scene(scene)
        if number := int(truth.map[y, x]):
            return truth.map == number, truth.names[number - 1]
    from skimage.segmentation import flood

    smooth = cv2.GaussianBlur(made.lightness, (0, 0), 1.5)
    return flood(smooth, (y, x), tolerance=FLOODED), "patch of like lightness"


def mean_probs(made: Coloured, mask: np.ndarray) -> np.ndarray:
    """The mean distribution over the cells of a mask, each by the pixels that it has: float64 [Q]."""
    padded = np.pad(mask, [(0, -side % STRIDE) for side in mask.shape])
    height, width = padded.shape
    weight = padded.reshape(height // STRIDE, STRIDE, width // STRIDE, STRIDE).sum((1, 3)).astype(np.float64)
    logits = made.answer.astype(np.float64)[:, weight > 0]
    odds = np.exp(logits - logits.max(0))
    return (odds / odds.sum(0)) @ (weight[weight > 0] / weight.sum())


@dataclass(frozen=True)
class Mode:
    """A colour that is likelier than those around it: its bin, the probability of that bin and its surroundings."""

    bin: int
    probability: float


def modes(probs: np.ndarray) -> list[Mode]:
    """The modes of a distribution over the bins [Q], the likeliest first.

    The likeliest bin that no other mode is within two bins of, again and again; those that the probability of all bins
    nearest to them is less than 2 % of are left out, and the others share all of it.
    """
    centres, chosen = bins(), list[int]()
    for index in np.argsort(-probs):
        apart = all(np.abs(centres[index] - centres[one]).max() > NEAR * 10 for one in chosen)
        if apart and probs[index] >= LEAST_MODE / 4:
            chosen.append(int(index))
    kept = [one for one, p in zip(chosen, shares(probs, centres[chosen]), strict=True) if p >= LEAST_MODE]
    found = [Mode(one, float(p)) for one, p in zip(kept, shares(probs, centres[kept]), strict=True)]
    return sorted(found, key=lambda mode: -mode.probability)


def shares(probs: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """The probability of the bins that are nearest to each of some colours [n, 2]: float64 [n].

    A bin that is as near to several is shared among them, so that their order says nothing.
    """
    if not len(colours):
        return np.zeros(0)
    apart = np.linalg.norm(bins()[:, None] - colours, axis=2)
    nearest = apart <= apart.min(1, keepdims=True) + 1e-6
    return probs @ (nearest / nearest.sum(1, keepdims=True))


def share_near(probs: np.ndarray, found: Sequence[Mode], colour: np.ndarray) -> float:
    """The probability of the bins that are nearest to a colour; the modes share the others, and a mode has its own."""
    centres = bins()[[one.bin for one in found]]
    others = centres[(centres != colour).any(1)]
    return float(shares(probs, np.concatenate([[colour], others]))[0])


def recoloured(ab: np.ndarray, mask: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """`ab` [H, W, 2] with one colour [2] inside a mask: lightness, which carries shade and texture, stays."""
    return np.where(mask[..., None], np.asarray(colour, np.float32), ab)


def distance(ab: np.ndarray, truth: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Mean distance of two colour maps [H, W, 2] in Lab units, over a mask or everywhere."""
    apart = np.linalg.norm(ab - truth, axis=2)
    return float(apart.mean() if mask is None else apart[mask].mean())
