"""The stereo photograph's measured depth: by hand, from a file made here, and from scikit-image's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lecture_models import pictures, stereo


def made(folder: Path, disparity: np.ndarray) -> Path:
    np.savez(folder / stereo.FILE, disparity)
    return folder


def test_depth_by_hand():
    # 994.978 px · 0.193001 m = 192.03 px m; over 0 + 31.086 px it is 6.18 m, over 64.949 px more 2 m
    depth = stereo.depth_from_disparity(np.array([0.0, 192.0318 / 2 - 31.086, np.nan], np.float32))
    assert depth[:2] == pytest.approx([6.1774, 2.0], abs=1e-3)
    assert np.isinf(depth[2])


def test_a_file_made_on_the_spot_is_read(tmp_path: Path):
    disparity = np.full(stereo.SIZE, 20.0, np.float32)
    disparity[:250], disparity[0, 0] = 60.0, np.inf
    depth = stereo.measured_depth((100, 148), made(tmp_path, disparity))
    assert depth.shape == (100, 148)
    assert depth[80] == pytest.approx(stereo.FOCAL * stereo.BASELINE / (20 + stereo.SHIFT))
    assert depth[20] == pytest.approx(stereo.FOCAL * stereo.BASELINE / (60 + stereo.SHIFT))
    assert np.isinf(stereo.measured_depth(stereo.SIZE, tmp_path)[0, 0])


def test_no_measurement_is_invented_between_near_and_far(tmp_path: Path):
    disparity = np.where(np.indices(stereo.SIZE).sum(0) % 2, 10.0, 50.0).astype(np.float32)
    found = np.unique(stereo.measured_depth((77, 99), made(tmp_path, disparity)))
    assert found == pytest.approx(sorted(stereo.depth_from_disparity(np.array([50.0, 10.0]))))


def test_what_is_missing_or_damaged_is_said(tmp_path: Path):
    with pytest.raises(ValueError, match=r"disp\.npz is not there"):
        stereo.disparity(tmp_path)
    for content in (b"", b"no archive"):
        (tmp_path / stereo.FILE).write_bytes(content)
        with pytest.raises(ValueError, match="500 × 741"):
            stereo.disparity(tmp_path)
    with pytest.raises(ValueError, match="500 × 741"):
        stereo.disparity(made(tmp_path, np.zeros((2, 2))))
    with pytest.raises(ValueError, match="500 × 741"):  # an object would be unpickled
        stereo.disparity(made(tmp_path, np.array([{}], object)))


def test_a_size_has_pixels():
    with pytest.raises(ValueError, match="at least 1"):
        stereo.measured_depth((0, 5))


def test_scikit_images_own_file_is_of_a_garage():
    depth = stereo.measured_depth(pictures.resolve(stereo.KEY).image.shape[:2])
    known = np.isfinite(depth)
    assert known.mean() > 0.9
    assert 2 < depth[known].min() < depth[known].max() < 6
