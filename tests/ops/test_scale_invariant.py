"""The scale-invariant loss: by hand, what it forgives, and a loop in plain Python."""

from __future__ import annotations

import pytest
import torch

from lecture_models.ops.scale_invariant import scale_invariant_loss, trace_scale_invariant_loss

#   d = log prediction − log truth          slopes, between pixels that both have a depth
#
#     0.1 │ 0.3                             d_x:  0.2 in the first row, none in the second
#     ────┼────                             d_y: −0.5 in the first column, none in the second
#    −0.4 │ sky
TRUTH = torch.tensor([[1.0, 2.0], [3.0, float("inf")]])
PREDICTION = torch.tensor([[1.1, 2.3], [2.6, 9.0]])
MASK = torch.isfinite(TRUTH)


def test_by_hand():
    # squares (0.01 + 0.09 + 0.16) / 3, offset (0.0 / 3)², slopes (0.04 + 0.25) / 3
    trace = trace_scale_invariant_loss(PREDICTION, TRUTH, MASK)
    assert trace.difference.flatten().tolist() == pytest.approx([0.1, 0.3, -0.4, 0.0], abs=1e-6)
    assert trace.across.flatten().tolist() == pytest.approx([0.2, 0.0], abs=1e-6)
    assert trace.down.flatten().tolist() == pytest.approx([-0.5, 0.0], abs=1e-6)
    assert (trace.pixels, trace.forgiven) == (3, 0.5)
    assert trace.squares == pytest.approx(0.26 / 3, abs=1e-6)
    assert trace.offset == pytest.approx(0, abs=1e-6)
    assert trace.slopes == pytest.approx(0.29 / 3, abs=1e-6)
    assert trace.loss == pytest.approx(0.55 / 3, abs=1e-6)


def test_the_trace_is_the_loss():
    loss = scale_invariant_loss(PREDICTION[None] + 1, TRUTH[None], MASK[None])
    trace = trace_scale_invariant_loss(PREDICTION + 1, TRUTH, MASK)
    assert trace.loss == pytest.approx(float(loss))
    assert trace.squares - 0.5 * trace.offset + trace.slopes == pytest.approx(trace.loss)
    assert trace.offset == pytest.approx(1.0)


@pytest.mark.parametrize(("forgiven", "cost"), [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0)])
def test_a_factor_on_the_whole_picture(forgiven, cost):
    log_depth = torch.rand(2, 5, 7, generator=torch.Generator().manual_seed(0))
    factor = torch.tensor(3.0).log()
    loss = scale_invariant_loss(log_depth + factor, log_depth, log_depth > 0.2, forgiven)
    assert float(loss) == pytest.approx(float(cost * factor**2), abs=1e-6)


def test_equals_a_loop_over_pairs_of_pixels():
    """The second form of equation 1 of Eigen, Puhrsch & Fergus 2014: λ = 1 compares all pairs of pixels."""
    generator = torch.Generator().manual_seed(1)
    prediction, truth = torch.rand(2, 4, 5, generator=generator).double()
    mask = torch.rand(4, 5, generator=generator) > 0.3
    d = (prediction - truth)[mask].tolist()
    pairs = sum((one - other) ** 2 for one in d for other in d) / (2 * len(d) ** 2)
    slopes = 0.0
    for row in range(4):
        for column in range(5):
            for r, c in ((row, column + 1), (row + 1, column)):
                if r < 4 and c < 5 and mask[row, column] and mask[r, c]:
                    change = (prediction - truth)[r, c] - (prediction - truth)[row, column]
                    slopes += float(change) ** 2 / len(d)
    assert trace_scale_invariant_loss(prediction, truth, mask, 1.0).loss == pytest.approx(pairs + slopes)


def test_pictures_count_alike_and_the_sky_has_no_gradient():
    log_depth = torch.stack([PREDICTION, PREDICTION + 1]).requires_grad_()
    loss = scale_invariant_loss(log_depth, torch.stack([TRUTH, TRUTH]), torch.stack([MASK, MASK]))
    singles = [trace_scale_invariant_loss(PREDICTION + k, TRUTH, MASK).loss for k in (0, 1)]
    assert float(loss.detach()) == pytest.approx(sum(singles) / 2)
    loss.backward()
    assert torch.isfinite(log_depth.grad).all()
    assert log_depth.grad[:, 1, 1].tolist() == [0, 0]


def test_nothing_but_sky_costs_nothing():
    sky = torch.zeros(1, 2, 2, dtype=torch.bool)
    assert float(scale_invariant_loss(PREDICTION[None], TRUTH[None], sky)) == 0


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="one shape"):
        scale_invariant_loss(PREDICTION[None, None], TRUTH[None], MASK[None])
    with pytest.raises(ValueError, match="mask bool"):
        scale_invariant_loss(PREDICTION[None], TRUTH[None], MASK[None].float())
    with pytest.raises(ValueError, match="λ"):
        scale_invariant_loss(PREDICTION[None], TRUTH[None], MASK[None], 2.0)
