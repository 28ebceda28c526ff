"""A photograph whose depth was measured: scikit-image's motorcycle, one of a stereo pair of Middlebury 2014.

Rectified cameras side by side see a point at depth Z shifted by the disparity

    disparity = focal · baseline / Z  −  shift        (pixels; shift: how far the principal points lie apart)

so disparity is inverse depth but for a scale and a shift. The numbers of the camera are those that scikit-image gives
with the pair (Scharstein et al. 2014, "High-Resolution Stereo Datasets with Subpixel-Accurate Ground Truth").
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

KEY = "sample:motorcycle"
"""The picture that this is the depth of, the left one."""
SIZE = (500, 741)
FOCAL, SHIFT = 994.978, 31.086  # pixels
CENTRE = (311.193, 254.877)  # pixels of the left picture
BASELINE = 0.193001  # metres
FILE = "motorcycle_disp.npz"
LARGEST = 16_000_000  # bytes of a file that is read


def disparity(folder: Path | None = None) -> np.ndarray:
    """The measured disparity, float32 [500, 741] in pixels, not-a-number where nothing was measured.

    Args:
        folder: where the file is, instead of scikit-image's own folder.

    Raises:
        ValueError: The file is not there, or is not one array of that size.
    """
    path = (folder or _folder()) / FILE
    if not path.is_file():
        raise ValueError(
            f"The stereo photograph's disparity must lie in scikit-image's folder of data; {FILE} is not there. "
            "Install a scikit-image that brings it, such as 0.26, or choose a scene."
        )
    try:
        found = _read(path)
    except Exception as error:  # a damaged archive may raise nearly anything
        raise ValueError(
            f"{FILE} must hold one array of {SIZE[0]} × {SIZE[1]} numbers; it holds something else. "
            "Install scikit-image anew, or choose a scene."
        ) from error
    return found


def _read(path: Path) -> np.ndarray:
    if path.stat().st_size > LARGEST:
        raise TypeError("too large")
    with np.load(path, allow_pickle=False) as file:
        (name,) = file.files
        found = np.asarray(file[name], np.float32)
    if found.shape != SIZE:
        raise TypeError(f"{found.shape}")
    return np.where(np.isfinite(found) & (found > -SHIFT), found, np.float32("nan"))


def _folder() -> Path:
    import skimage.data  # here, since most visits need no sample

    return Path(skimage.data.__file__).parent


def depth_from_disparity(disparity: np.ndarray) -> np.ndarray:
    """Depth in metres of disparities in pixels, any shape; infinite where nothing was measured.

    >>> depth_from_disparity(np.array([0.0, np.nan], np.float32)).astype(float).round(3).tolist()
    [6.177, inf]
    """
    with np.errstate(invalid="ignore"):
        depth = FOCAL * BASELINE / (disparity + SHIFT)
    return np.where(np.isfinite(depth), depth, np.inf).astype(np.float32)


def measured_depth(size: tuple[int, int], folder: Path | None = None) -> np.ndarray:
    """The measured depth at a size (height, width), float32 in metres, infinite where unknown.

    Each pixel takes the measurement nearest to its middle: means would invent points between near and far.

    Raises:
        ValueError: as :func:`disparity`, or the size has no pixel.
    """
    if min(size) < 1:
        raise ValueError(f"size must be height and width in pixels, at least 1; got {size}.")
    whole = depth_from_disparity(disparity(folder))
    rows, columns = (
        ((np.arange(many) + 0.5) / many * full).astype(int) for many, full in zip(size, SIZE, strict=True)
    )
    return np.ascontiguousarray(whole[rows[:, None], columns])


def camera(size: tuple[int, int]) -> tuple[float, tuple[float, float]]:
    """Focal length and principal point (x, y) in pixels of the picture at a size (height, width).

    >>> focal, (x, y) = camera((250, 370))
    >>> round(focal, 1), round(x, 1), round(y, 1)
    (496.8, 155.4, 127.4)
    """
    down, across = (many / full for many, full in zip(size, SIZE, strict=True))
    return FOCAL * across, (CENTRE[0] * across, CENTRE[1] * down)
