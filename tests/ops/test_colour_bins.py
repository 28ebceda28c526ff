"""Colour bins: by hand on two or three bins, invariants, and other implementations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from skimage.color import rgb2lab

from lecture_models.ops.colour_bins import (
    annealed_mean,
    gamut_bins,
    nearest_bins,
    rebalancing_weights,
    smoothed_shares,
    soft_encode,
    trace_annealed_mean,
)

#   b
#   │   C(0,10)                 three bins; the colour (3, 0) is 3 from A, 7 from B, √109 from C
#   │
#   A(0,0) ── B(10,0) ── a
BINS = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def _random_ab(n: int = 200) -> torch.Tensor:
    return torch.rand(n, 2, generator=torch.Generator().manual_seed(1)) * 160 - 80


def test_number_of_bins_by_our_rule():
    assert [len(gamut_bins(grid)) for grid in (10, 20)] == [261, 77]
    assert gamut_bins().remainder(10).unique().tolist() == [0]


def test_colours_inside_the_cube_reach_no_other_bin():
    levels = np.arange(0, 256, 5) / 255
    cube = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(-1, 1, 3)
    reached = {tuple(ab) for ab in np.round(rgb2lab(cube)[:, 0, 1:] / 10).astype(int) * 10}
    assert reached <= {tuple(ab) for ab in gamut_bins().int().tolist()}
    assert (0, 0) in reached


def test_soft_encoding_by_hand():
    z = soft_encode(torch.tensor([[3.0, 0.0]]), BINS, neighbours=2, sigma=5.0)[0]
    near, far = np.exp(-9 / 50), np.exp(-49 / 50)
    assert z.tolist() == pytest.approx([near / (near + far), far / (near + far), 0])


def test_soft_encoding_sums_to_one_and_its_largest_is_the_nearest():
    z, bins = soft_encode(_random_ab(), gamut_bins()), gamut_bins()
    torch.testing.assert_close(z.sum(1), torch.ones(len(z)))
    assert (z > 0).sum(1).max() <= 5
    nearest = cKDTree(bins.numpy()).query(_random_ab().numpy())[1]
    assert torch.equal(z.argmax(1), torch.from_numpy(nearest))


def test_soft_encoding_equals_a_k_d_tree():
    ab, bins = _random_ab(), gamut_bins()
    distance, index = cKDTree(bins.double().numpy()).query(ab.double().numpy(), k=5)
    reference = np.zeros((len(ab), len(bins)))
    weight = np.exp(-(distance**2) / 50)
    np.put_along_axis(reference, index, weight / weight.sum(1, keepdims=True), 1)
    torch.testing.assert_close(soft_encode(ab, bins).double(), torch.from_numpy(reference), atol=1e-5, rtol=0)


def test_a_colour_far_outside_of_the_gamut_still_has_its_bins():
    index, weight = nearest_bins(torch.tensor([[500.0, 0.0]]), BINS, 2)
    assert index.tolist() == [[1, 0]]
    assert weight.tolist() == [[1.0, 0.0]]


def test_weights_by_hand():
    # σ so small that nothing is spread: p̃ = (0.8, 0.2, 0); with λ = ½ the mixture is (0.4, 0.1, 0) + 1/6
    mixed = np.array([0.4, 0.1, 0.0]) + 1 / 6
    weights = 1 / mixed / (0.8 / mixed[0] + 0.2 / mixed[1])
    found = rebalancing_weights(torch.tensor([8, 2, 0]), BINS, sigma=0.1)
    assert found.tolist() == pytest.approx(weights.tolist())


def test_smoothing_by_hand():
    # all pixels in A; its Gaussian (σ = 5) gives B and C e^(−100/50) each for 1 of its own
    e = np.exp(-2)
    assert smoothed_shares(torch.tensor([4, 0, 0]), BINS).tolist() == pytest.approx(
        [1 / (1 + 2 * e), e / (1 + 2 * e), e / (1 + 2 * e)]
    )


def test_weights_expect_one_and_favour_rare_colours():
    counts = torch.randint(0, 1000, (261,), generator=torch.Generator().manual_seed(2)) ** 2
    shares = smoothed_shares(counts, gamut_bins())
    assert float(shares.sum()) == pytest.approx(1)
    weights = rebalancing_weights(counts, gamut_bins())
    assert float((shares * weights).sum()) == pytest.approx(1, abs=1e-5)
    assert bool((weights[shares.argsort()].diff() <= 1e-6).all())
    assert rebalancing_weights(counts, gamut_bins(), 1.0).tolist() == pytest.approx([1.0] * 261)


def test_smoothing_equals_a_loop():
    counts, bins = torch.arange(261), gamut_bins().double().numpy()
    expected = np.zeros(261)
    for q, centre in enumerate(bins):
        kernel = np.exp(-((bins - centre) ** 2).sum(1) / 50)
        expected += q * kernel / kernel.sum()
    found = smoothed_shares(counts, gamut_bins())
    np.testing.assert_allclose(found.numpy(), expected / counts.sum().item(), atol=1e-6)


def test_annealed_mean_by_hand():
    # probabilities ½, ¼, ¼; T = ½ squares them: ⅔, ⅙, ⅙
    logits = torch.tensor([0.5, 0.25, 0.25]).log().view(1, 3, 1, 1)
    assert annealed_mean(logits, BINS, 1.0).flatten().tolist() == pytest.approx([2.5, 2.5])
    assert annealed_mean(logits, BINS, 0.5).flatten().tolist() == pytest.approx([10 / 6, 10 / 6])
    assert annealed_mean(logits, BINS, 0).flatten().tolist() == [0.0, 0.0]
    tie = torch.tensor([0.0, 1.0, 1.0]).view(1, 3, 1, 1)
    assert annealed_mean(tie, BINS, 0).flatten().tolist() == [10.0, 0.0]  # the first of the largest


def test_towards_zero_the_mean_becomes_the_mode():
    logits = torch.randn(2, 261, 3, 3, generator=torch.Generator().manual_seed(3)) * 30
    mode = annealed_mean(logits, gamut_bins(), 0)
    torch.testing.assert_close(annealed_mean(logits, gamut_bins(), 1e-6), mode)
    torch.testing.assert_close(annealed_mean(logits + 7, gamut_bins()), annealed_mean(logits, gamut_bins()))


def test_the_trace_multiplies_back_and_equals_the_papers_formula():
    logits = torch.randn(1, 261, 4, 5, generator=torch.Generator().manual_seed(4))
    trace = trace_annealed_mean(logits, gamut_bins(), 0.38)
    torch.testing.assert_close(torch.einsum("nqhw,qc->nchw", trace.annealed, trace.bins), trace.ab)
    assert torch.equal(trace.ab, annealed_mean(logits, gamut_bins(), 0.38))
    powered = trace.probs.double() ** (1 / 0.38)  # exp(log z / T), equation 5
    torch.testing.assert_close(
        trace.annealed.double(), powered / powered.sum(1, keepdim=True), atol=1e-6, rtol=0
    )


@pytest.mark.parametrize("temperature", [1e-30, 1e-40, 1e-320])
def test_the_least_temperatures_read_the_mode(temperature):
    logits = torch.randn(1, 261, 4, 5, generator=torch.Generator().manual_seed(4))
    assert torch.equal(
        annealed_mean(logits, gamut_bins(), temperature), annealed_mean(logits, gamut_bins(), 0.0)
    )


@pytest.mark.parametrize("temperature", [-0.1, float("nan"), float("inf")])
def test_a_temperature_that_cannot_be_meant_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be"):
        annealed_mean(torch.zeros(1, 3, 1, 1), BINS, temperature)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="bins that the network was trained with"):
        annealed_mean(torch.zeros(1, 4, 1, 1), BINS)
    with pytest.raises(ValueError, match="neighbours must be"):
        soft_encode(torch.zeros(1, 2), BINS, neighbours=4)
    with pytest.raises(ValueError, match="flatten the pixels"):
        soft_encode(torch.zeros(1, 2, 3), BINS)
    with pytest.raises(ValueError, match="λ"):
        rebalancing_weights(torch.ones(3), BINS, 0.0)
    with pytest.raises(ValueError, match="at least one picture"):
        smoothed_shares(torch.zeros(3), BINS)
    with pytest.raises(ValueError, match="grid"):
        gamut_bins(0)
