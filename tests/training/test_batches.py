"""What happens to a batch on the device, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lecture_models.training.batches import GAIN, SHIFT, drawn_light, drawn_mirror, lit, mirrored, pictures, tensor


def _example(image: np.ndarray, mirror: bool, gain: float = 1.0, shift: float = 0.0) -> dict[str, torch.Tensor]:
    return {"image": tensor(image), "mirror": torch.tensor(mirror), "light": torch.tensor([gain, shift])}


def test_pictures_by_hand():
    image = np.array([[[0, 51, 255], [255, 0, 102]]], np.uint8)  # one row: two pixels
    batch = pictures([_example(image, False), _example(image, True)])
    assert batch[0, :, 0].T.flatten().tolist() == pytest.approx([0, 0.2, 1, 1, 0, 0.4])
    assert batch[1, :, 0].T.flatten().tolist() == pytest.approx([1, 0, 0.4, 0, 0.2, 1])


def test_light_by_hand():
    image = np.full((1, 1, 3), 102, np.uint8)  # 0.4
    examples = [_example(image, False, 1.2, 0.05), _example(image, False, 0.8, -0.5)]
    assert lit(pictures(examples), examples)[:, 0, 0, 0].tolist() == pytest.approx([0.53, 0.0])


def test_mirroring_twice_changes_nothing():
    batch, mirror = torch.rand(4, 3, 5, 6), torch.tensor([True, False, True, False])
    assert torch.equal(mirrored(mirrored(batch, mirror), mirror), batch)
    assert torch.equal(mirrored(batch, mirror)[0], batch[0].flip(-1))


def test_draws_stay_in_their_ranges_and_vary():
    rng = np.random.default_rng(0)
    lights = torch.stack([drawn_light(rng) for _ in range(200)])
    for values, (low, high) in zip(lights.T, (GAIN, SHIFT), strict=True):
        assert low <= float(values.min()) < low + 0.05 < high - 0.05 < float(values.max()) <= high
    assert 60 < sum(bool(drawn_mirror(rng)) for _ in range(200)) < 140


def test_a_tensor_does_not_share_the_stores_memory():
    values = np.zeros(3, np.uint8)
    tensor(values)[0] = 1
    assert values[0] == 0
