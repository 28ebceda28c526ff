"""How often each colour bin occurs in the training scenes; kept in ``assets/colour_prior.json``.

Zhang, Isola & Efros, ECCV 2016, section 2.2, estimate this distribution from their training set, to weigh rare
colours. Here it is counted once, over all pixels of some training scenes, by

    python -m lecture_models.colour_prior
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lecture_models.ops.colour_bins import GRID, gamut_bins, nearest_bins
from lecture_models.ops.lab import rgb_to_lab
from lecture_models.weights import replace_file

PRIOR = Path(__file__).resolve().parent.parent / "assets" / "colour_prior.json"
SCENES = 256
AT_ONCE = 1 << 13  # pixels whose distances to all bins are in memory together
RARE_SHARE = 0.1  # of the training pixels
_REMEDY = "restore it from the repository, or make it anew: python -m lecture_models.colour_prior"


class PriorUnreadable(ValueError):  # noqa: N818 - it says what is the case, not whose fault it is
    """The file of counts is missing or is not one: the message is one sentence that says how to make it."""


def bin_indices(ab: Tensor) -> Tensor:
    """The nearest bin of each colour.

    Args:
        ab: float [N, 2], Lab units.

    Returns:
        int64 [N], indices of :func:`lecture_models.ops.colour_bins.gamut_bins`.

    >>> gamut_bins()[bin_indices(torch.tensor([[3.0, -14.0]]))].tolist()
    [[0.0, -10.0]]
    """
    bins = gamut_bins().to(ab.device)
    return torch.cat([nearest_bins(some, bins, 1)[0][:, 0] for some in ab.split(AT_ONCE)])


def counts_of(image: np.ndarray) -> Tensor:
    """Pixels of a picture by bin: uint8 [H, W, 3] -> int64 [Q]."""
    lab = rgb_to_lab(torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255)
    return torch.bincount(bin_indices(lab[0, 1:].flatten(1).T), minlength=len(gamut_bins()))


@cache
def training_counts() -> Tensor:
    """Pixels of the training scenes by bin: int64 [Q]. Do not change it: all share it.

    Raises:
        PriorUnreadable: (a ValueError) The file is missing, cut off, or for other bins.
    """
    try:
        counts = torch.tensor(json.loads(PRIOR.read_bytes())["counts"], dtype=torch.int64)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise PriorUnreadable(f"{PRIOR.name} cannot be read; {_REMEDY}") from error
    if counts.shape != gamut_bins().shape[:1]:
        raise PriorUnreadable(
            f"{PRIOR.name} must have {len(gamut_bins())} counts; it has {list(counts.shape)}: {_REMEDY}"
        )
    return counts


def rare_bins(counts: Tensor, share: float = RARE_SHARE) -> Tensor:
    """Bins of the rarest colours: as many as together hold at most a share of all pixels, the rarest first.

    Args:
        counts: [Q], pixels by bin.
        share: of all pixels, in 0..1.

    Returns:
        bool [Q].

    >>> rare_bins(torch.tensor([60, 3, 30, 7]), 0.1).tolist()
    [False, True, False, True]
    """
    order = counts.argsort()
    rare = torch.zeros(len(counts), dtype=torch.bool)
    rare[order] = counts[order].cumsum(0) <= share * counts.sum()
    return rare


def main() -> None:
    """Render training scenes, count their colours, write the file."""
    from lecture_models.scenes import render
    from lecture_models.training.data import FIRST_SEED, SIZE, settings_for

    total = torch.zeros(len(gamut_bins()), dtype=torch.int64)
    for done in range(SCENES):
        seed = FIRST_SEED + done
        total += counts_of(render(seed, settings_for(seed), SIZE).image)
        print(f"\r{done + 1}/{SCENES} scenes", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    about = {"command": "python -m lecture_models.colour_prior", "first_seed": FIRST_SEED, "scenes": SCENES}
    prior = {**about, "size": SIZE, "grid": GRID, "counts": total.tolist()}
    replace_file(PRIOR, (json.dumps(prior) + "\n").encode())


if __name__ == "__main__":
    main()
