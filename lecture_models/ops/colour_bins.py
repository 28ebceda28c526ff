"""Colour as a choice among bins: which bins there are, soft targets, weights of rare colours, and the way back.

Zhang, Isola & Efros, "Colorful Image Colorization", ECCV 2016, sections 2.1 (bins, soft encoding), 2.2 (class
rebalancing) and 2.3 (annealed mean). ``Q`` is the number of bins. The paper's list has 313 bins and was published
with its code; ours are those that 8-bit sRGB reaches, see :func:`gamut_bins`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from lecture_models.ops.lab import rgb_to_lab

GRID = 10  # units of a and b from one bin's centre to the next
REACH = 1024  # more than a and b differ by, over the whole gamut
NEIGHBOURS, SIGMA = 5, 5.0  # of the soft encoding (section 2.1)
UNIFORM_SHARE = 0.5  # λ of the rebalancing (section 2.2)
TEMPERATURE = 0.38  # of the annealed mean (section 2.3)


@cache
def gamut_bins(grid: int = GRID) -> Tensor:
    """Centres of the ab bins that sRGB can reach: float32 [Q, 2], by a, then b. Do not change it: all share it.

    The rule: centres are the multiples of `grid`; a bin belongs to the gamut if at least one 8-bit colour with a
    channel at 0 or 255 is nearest to its centre, in a and in b. These colours are the surface of the sRGB cube, and
    the line of constant (a, b) through a colour inside the cube meets the surface: no bin is lost.

    Args:
        grid: distance between centres, at least 1.

    Raises:
        ValueError: `grid` is below 1.

    >>> tuple(gamut_bins(10).shape)
    (261, 2)
    """
    if grid < 1:
        raise ValueError(f"grid must be at least 1 (units of a and b); got {grid}: give more.")
    levels = torch.arange(256) / 255
    faces = []
    for channel in range(3):
        for end in (0.0, 1.0):
            pair = torch.cartesian_prod(levels, levels).unbind(1)
            colour = [*pair[:channel], torch.full_like(pair[0], end), *pair[channel:]]
            faces.append(torch.stack(colour))
    ab = rgb_to_lab(torch.cat(faces, 1)[None, :, None])[0, 1:, 0].T
    a, b = torch.round(ab / grid).long().unbind(1)
    code = (a * REACH + b + REACH // 2).unique()  # pairs as numbers, which sort many times as fast
    a = torch.div(code, REACH, rounding_mode="floor")
    return torch.stack([a, code - a * REACH - REACH // 2], 1).float() * grid


def nearest_bins(
    ab: Tensor, bins: Tensor, neighbours: int = NEIGHBOURS, sigma: float = SIGMA
) -> tuple[Tensor, Tensor]:
    """The nearest bins of each colour and their weights, which is what a soft encoding consists of.

    Args:
        ab: float [N, 2], Lab units.
        bins: float [Q, 2], as :func:`gamut_bins` gives them.
        neighbours: how many bins share a colour, from 1 to Q.
        sigma: of the Gaussian of the distance, Lab units.

    Returns:
        Indices int64 [N, neighbours], the nearest first, and weights float [N, neighbours] that sum to 1.

    Raises:
        ValueError: Shapes or numbers out of range.

    >>> index, weight = nearest_bins(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 0.0], [10.0, 0.0]]), 1)
    >>> index.tolist(), weight.tolist()
    ([[0]], [[1.0]])
    """
    _check(ab, bins, neighbours, sigma)
    difference = ab[:, None] - bins  # exact, unlike cdist's matrix product
    distance, index = difference.square().sum(2).topk(neighbours, largest=False)
    return index, (-distance / (2 * sigma**2)).softmax(1)  # softmax: far outside the gamut exp alone is 0


def soft_encode(ab: Tensor, bins: Tensor, neighbours: int = NEIGHBOURS, sigma: float = SIGMA) -> Tensor:
    """Soft targets Z: each colour shared among its nearest bins, weighted by a Gaussian of the distance.

    Args and Raises as :func:`nearest_bins`.

    Returns:
        float [N, Q]; each row sums to 1 and has `neighbours` values that are not 0.

    >>> soft_encode(torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 0.0], [50.0, 0.0]]), 2).round().tolist()
    [[1.0, 0.0]]
    """
    index, weight = nearest_bins(ab, bins, neighbours, sigma)
    return torch.zeros(len(ab), len(bins), dtype=weight.dtype, device=ab.device).scatter(1, index, weight)


def smoothed_shares(counts: Tensor, bins: Tensor, sigma: float = SIGMA) -> Tensor:
    """The empirical distribution p̃: shares of the bins, each spread over its surroundings by a Gaussian.

    Args:
        counts: [Q], pixels by bin, not all 0.
        bins: float [Q, 2].
        sigma: of the Gaussian, Lab units.

    Returns:
        float [Q] that sums to 1.

    Raises:
        ValueError: `counts` is not [Q], has negative values, or is 0 everywhere.
    """
    if counts.shape != bins.shape[:1] or bool((counts < 0).any()) or not bool((counts > 0).any()):
        raise ValueError(
            f"counts must be [Q] = [{len(bins)}], not negative and not all 0; got {list(counts.shape)} with the "
            f"sum {counts.sum():g}: count the pixels of at least one picture into these bins."
        )
    distance = (bins[:, None] - bins).square().sum(2)
    spread = (-distance / (2 * sigma**2)).softmax(1)  # row q: where bin q's pixels go
    return (counts.to(bins.dtype) / counts.sum()) @ spread


def rebalancing_weights(
    counts: Tensor, bins: Tensor, uniform_share: float = UNIFORM_SHARE, sigma: float = SIGMA
) -> Tensor:
    """Weight of each bin in the loss: w ∝ 1 / ((1 − λ) p̃ + λ / Q), scaled so that Σ p̃ w = 1.

    λ = 1 weighs all pixels alike; towards λ = 0 all colours count alike, however rare.

    Args:
        counts: [Q], pixels by bin in the training pictures.
        bins: float [Q, 2].
        uniform_share: λ, the share of the uniform distribution, above 0 and at most 1.
        sigma: of the smoothing of p̃, Lab units.

    Returns:
        float [Q], positive.

    Raises:
        ValueError: `uniform_share` is out of range, or as :func:`smoothed_shares`.
    """
    if not 0 < uniform_share <= 1:
        raise ValueError(
            f"uniform_share (λ) must be above 0 and at most 1; got {uniform_share}: the paper has 0.5."
        )
    shares = smoothed_shares(counts, bins, sigma)
    weights = 1 / ((1 - uniform_share) * shares + uniform_share / len(bins))
    return weights / (shares * weights).sum()


@dataclass(frozen=True)
class AnnealedMean:
    """Everything on the way from logits to a colour.

    Attributes:
        temperature: T.
        bins: float [Q, 2].
        probs: float [N, Q, H, W], the softmax before annealing (T = 1).
        annealed: float [N, Q, H, W], the softmax at T; one-hot for T = 0.
        ab: float [N, 2, H, W], Σ annealed · bins.
    """

    temperature: float
    bins: Tensor
    probs: Tensor
    annealed: Tensor
    ab: Tensor


def annealed_mean(logits: Tensor, bins: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """One colour from a distribution: the mean after the logits were divided by T (equation 5).

    T = 1 is the mean, which is greyish where the distribution has several modes; towards T = 0 it becomes the mode,
    which is vivid and jumps from pixel to pixel. At T = 0, and below the logits' least number, it is the mode:
    the first of the largest logits.

    Args:
        logits: float [N, Q, H, W].
        bins: float [Q, 2].
        temperature: T, at least 0.

    Returns:
        float [N, 2, H, W], Lab units.

    Raises:
        ValueError: `temperature` is negative or not finite, or shapes do not fit.

    >>> annealed_mean(torch.zeros(1, 2, 1, 1), torch.tensor([[0.0, 0.0], [10.0, 20.0]]), 1.0).flatten().tolist()
    [5.0, 10.0]
    """
    return _mean(sharpened(logits, bins, temperature), bins)


def trace_annealed_mean(logits: Tensor, bins: Tensor, temperature: float = TEMPERATURE) -> AnnealedMean:
    """The annealed mean with its distributions; arguments and errors as :func:`annealed_mean`."""
    annealed = sharpened(logits, bins, temperature)
    return AnnealedMean(temperature, bins, logits.softmax(1), annealed, _mean(annealed, bins))


def sharpened(logits: Tensor, bins: Tensor, temperature: float) -> Tensor:
    """The distribution at T, float [N, Q, H, W]; arguments and errors as :func:`annealed_mean`."""
    if not (math.isfinite(temperature) and temperature >= 0):
        raise ValueError(
            f"temperature must be a finite number of at least 0; got {temperature}: the paper has 0.38."
        )
    if logits.ndim != 4 or bins.shape != (logits.shape[1], 2):
        raise ValueError(
            f"logits must be [N, Q, H, W] and bins [Q, 2]; got {list(logits.shape)} and {list(bins.shape)}: "
            "take the bins that the network was trained with."
        )
    if temperature < torch.finfo(logits.dtype).tiny:  # which is 0 to the logits
        return torch.zeros_like(logits).scatter(1, logits.argmax(1, keepdim=True), 1.0)
    # the largest becomes 0 first, so that no small temperature makes it overflow
    return ((logits - logits.amax(1, keepdim=True)) / temperature).softmax(1)


def _mean(probs: Tensor, bins: Tensor) -> Tensor:
    return torch.einsum("nqhw,qc->nchw", probs, bins.to(probs))


def _check(ab: Tensor, bins: Tensor, neighbours: int, sigma: float) -> None:
    if ab.ndim != 2 or ab.shape[1] != 2 or bins.ndim != 2 or bins.shape[1] != 2:
        raise ValueError(
            f"ab must be [N, 2] and bins [Q, 2]; got {list(ab.shape)} and {list(bins.shape)}: flatten the pixels."
        )
    if not 1 <= neighbours <= len(bins) or not sigma > 0:
        raise ValueError(
            f"neighbours must be in 1..{len(bins)} and sigma above 0; got {neighbours} and {sigma}: "
            "the paper has 5 and 5."
        )
