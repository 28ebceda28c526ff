"""The plane of colours: its bins, how a colour looks at a lightness, what sRGB can show there, and what a bin weighs.

torch is imported inside the functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np

SHOWN = 0.5
"""Lab units: a colour that clipping to sRGB moves by less is shown as it is."""


def bins() -> np.ndarray:
    """Centres of the bins, float32 [Q, 2]."""
    from lecture_models.ops.colour_bins import gamut_bins

    return gamut_bins().numpy()


def shown_rgb(lightness: float, ab: np.ndarray) -> np.ndarray:
    """Colours [n, 2] at one lightness as uint8 [n, 3], clipped to what sRGB can show."""
    lab = np.concatenate([np.full((len(ab), 1), lightness, np.float32), np.asarray(ab, np.float32)], 1)
    return image_of(lab[:, :1], lab[:, None, 1:])[:, 0]


def image_of(lightness: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """L [H, W] and ab [H, W, 2] as a picture, uint8 [H, W, 3]."""
    import torch

    from lecture_models.ops.lab import lab_to_rgb

    lab = np.concatenate([lightness[..., None], ab], 2).astype(np.float32)
    rgb = lab_to_rgb(torch.from_numpy(lab).permute(2, 0, 1)[None])[0]
    return (rgb * 255).round().byte().permute(1, 2, 0).numpy()


@cache
def _greys() -> np.ndarray:
    """SRGB's grey of L = 0, 0.1 … 100, uint8 [1001]."""
    levels = np.arange(1001, dtype=np.float32)[:, None] / 10
    return image_of(levels, np.zeros((1001, 1, 2), np.float32))[:, 0, 0]


def grey_of(lightness: np.ndarray) -> np.ndarray:
    """L [H, W] without colour, uint8 [H, W, 3]: to a tenth of L, which is less than a step of 8-bit grey."""
    return np.repeat(_greys()[np.rint(lightness * 10).astype(int).clip(0, 1000)][..., None], 3, 2)


@cache
def in_gamut(lightness: int) -> np.ndarray:
    """Whether sRGB can show each bin's centre at a lightness, 0 to 100, by :func:`gamut`'s rule: bool [Q]."""
    return (
        _moved(np.concatenate([np.full((len(bins()), 1), lightness, np.float32), bins()], 1).T[..., None])[
            :, 0
        ]
        < SHOWN
    )


def _moved(lab: np.ndarray) -> np.ndarray:
    """How far colours [3, H, W] move when they are clipped to sRGB, Lab units."""
    import torch

    from lecture_models.ops.lab import lab_to_rgb, rgb_to_lab

    one = torch.from_numpy(np.ascontiguousarray(lab, np.float32))[None]
    return (rgb_to_lab(lab_to_rgb(one)) - one).square().sum(1).sqrt()[0].numpy()


@cache
def gamut(lightness: int, step: float = 2.0, reach: float = 120.0) -> list[np.ndarray]:
    """Outlines of the colours that sRGB can show at a lightness, 0 to 100: polygons [n, 2] of (a, b).

    A colour is inside if clipping it to sRGB moves it by less than half a unit.
    """
    axis = np.arange(-reach, reach + step, step, dtype=np.float32)
    moved = _moved(np.stack(np.broadcast_arrays(np.float32(lightness), *np.meshgrid(axis, axis))))
    found, _ = cv2.findContours((moved < SHOWN).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [line[:, 0] * step - reach for line in found if len(line) > 2]


def prior(uniform_share: float) -> tuple[np.ndarray, np.ndarray]:
    """How common each bin is in the training scenes, smoothed, and its weight in the rebalanced loss: float64 [Q]."""
    from lecture_models.colour_prior import training_counts
    from lecture_models.ops.colour_bins import gamut_bins, rebalancing_weights, smoothed_shares

    counts = training_counts()
    shares = smoothed_shares(counts, gamut_bins().double())
    weights = rebalancing_weights(counts, gamut_bins().double(), uniform_share)
    return shares.numpy(), weights.numpy()


def encoding(ab: Sequence[float]) -> list[tuple[np.ndarray, float, float]]:
    """The soft encoding of a colour: its nearest bins, each with its distance and its share."""
    import torch

    from lecture_models.ops.colour_bins import gamut_bins, nearest_bins

    colour = torch.tensor([list(ab)], dtype=torch.float32)
    index, weight = nearest_bins(colour, gamut_bins())
    chosen = bins()[index[0].numpy()]
    apart = np.linalg.norm(chosen - np.asarray(ab, np.float32), axis=1)
    return [(b, float(d), float(w)) for b, d, w in zip(chosen, apart, weight[0].numpy(), strict=True)]
