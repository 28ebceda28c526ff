"""Small maps (features, scores, crops) as pictures of one pixel a cell; the page enlarges them sharply."""

from __future__ import annotations

import cv2
import numpy as np

from demos.figures import style

MAPS = {"viridis": cv2.COLORMAP_VIRIDIS, "gray": cv2.COLORMAP_BONE, "signed": cv2.COLORMAP_TWILIGHT_SHIFTED}


def heat(
    values: np.ndarray, low: float | None = None, high: float | None = None, kind: str = "viridis"
) -> np.ndarray:
    """A map of numbers as a picture of the same size.

    Args:
        values: float [h, w].
        low, high: numbers drawn with the first and the last colour; the map's own extremes where None.
        kind: 'viridis' (even to colour-blind eyes), 'gray' or 'signed' (use low = -high).

    Returns:
        uint8 RGB [h, w, 3]; not-a-number is drawn grey.
    """
    values = np.asarray(values, np.float64)
    finite = np.isfinite(values)
    low = float(values[finite].min(initial=0)) if low is None else low
    high = float(values[finite].max(initial=0)) if high is None else high
    scaled = (np.where(finite, values, low) - low) * (255 / max(high - low, 1e-12))
    painted = cv2.applyColorMap(np.clip(np.rint(scaled), 0, 255).astype(np.uint8), MAPS[kind])
    picture = np.ascontiguousarray(painted[..., ::-1])
    picture[~finite] = 128
    return picture


def table(kind: str = "viridis") -> list[str]:
    """A colour map's 256 colours, for the cells that the browser draws itself.

    >>> len(table())
    256
    """
    return [style.hex_color(*color) for color in heat(np.arange(256.0)[None], kind=kind)[0].tolist()]


def enlarge(picture: np.ndarray, factor: int) -> np.ndarray:
    """Each pixel as a square of ``factor`` pixels, for files; the page enlarges by itself.

    >>> enlarge(np.ones((2, 2), np.uint8), 3).shape
    (6, 6)
    """
    return np.repeat(np.repeat(picture, factor, axis=0), factor, axis=1)
