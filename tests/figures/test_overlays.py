"""Overlays and encoders: what is drawn is what was asked for, and what is measured survives the trip."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest

from demos.figures import encode, grids, overlays, style


def decoded(uri: str) -> np.ndarray:
    raw = np.frombuffer(base64.b64decode(uri.split(",", 1)[1]), np.uint8)
    image = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED)
    return cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA if image.shape[2:] == (4,) else cv2.COLOR_BGR2RGB)


def test_segments_have_their_colours_and_borders():
    segments = np.zeros((6, 8), np.int32)
    segments[2:5, 3:7] = 1
    picture = overlays.segment_overlay(segments, ["#ff0000"])
    assert picture.shape == (6, 8, 4)
    assert (picture[segments == 0] == 0).all()
    assert tuple(picture[2, 3][:3]) == (255, 0, 0)
    assert tuple(picture[4, 6]) == (*style.rgb(style.VOID_COLOR), 255)


def test_void_is_drawn_where_asked():
    picture = overlays.segment_overlay(np.zeros((2, 2), np.int32), [], style.VOID_COLOR)
    assert (picture[..., 3] > 100).all()


@pytest.mark.parametrize("count", [0, 1, 7, 40])
def test_covering_boxes(count: int):
    rng = np.random.default_rng(count)
    corners = rng.uniform(-5, 45, (count, 2, 2))
    boxes = np.concatenate([corners.min(1), corners.max(1)], 1)
    index, sets = overlays.covering(boxes, (30, 40))
    for y, x in rng.integers(0, 30, (60, 2)):
        inside = [k for k, b in enumerate(boxes) if b[0] <= x + 0.5 < b[2] and b[1] <= y + 0.5 < b[3]]
        assert list(sets[index[y, x]]) == inside


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)])
def test_png_is_lossless(shape: tuple[int, ...]):
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    back = decoded(encode.png_uri(image))
    assert np.array_equal(back[..., 0] if len(shape) == 2 else back, image)


def test_packed_numbers_are_lossless():
    rng = np.random.default_rng(0)
    for high in (3, 255, 256, 60_000):
        values = rng.integers(0, high + 1, (9, 4))
        assert np.array_equal(encode.unpack(encode.pack_indices(values)), values)
    values = rng.normal(size=(2, 3, 4)).astype(np.float32)
    assert np.array_equal(encode.unpack(encode.pack_values(values)), values)


@pytest.mark.parametrize("bad", [np.zeros((2, 2)), np.zeros((2, 2, 2, 2), np.uint8)])
def test_pictures_of_other_types_are_refused(bad: np.ndarray):
    with pytest.raises(ValueError, match="uint8"):
        encode.png_uri(bad)


def test_indices_out_of_range_are_refused():
    for bad in (np.array([[-1]]), np.array([[70_000]]), np.zeros(3, int)):
        with pytest.raises(ValueError, match="0 to 65535"):
            encode.pack_indices(bad)


def test_heat_uses_the_whole_scale():
    picture = grids.heat(np.array([[0.0, 0.5, 1.0, np.nan]]))
    assert picture.shape == (1, 4, 3)
    assert len({tuple(color) for color in picture[0]}) == 4
