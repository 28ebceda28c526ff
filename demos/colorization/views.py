"""What each view of lesson D2 shows and says, made from what the study looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from demos.colorization import board, panels, words
from demos.colorization.board import Mark, Swatch
from demos.figures import encode, style

if TYPE_CHECKING:
    from lecture_models.studies.colorization_views import Bins, Chosen, Compared, Pixel

LINES = {
    "regression": style.CYCLE[1],
    "classes": style.CYCLE[0],
    "rebalanced": style.CYCLE[2],
    "truth": style.MUTED,
}
ALONE = "one colour, and no distribution"  # of the regression
LOOKS: dict[str, Any] = {
    "marks": {
        "true": style.RIGHT,
        "mode": style.CYCLE[3],
        "mean": style.CYCLE[1],
        "read": style.CYCLE[0],
        "chosen": style.CYCLE[4],
        "share": style.CYCLE[3],
    }
}


def of_pixel(seen: Pixel) -> tuple[dict[str, Any], words.Said]:
    """A picture at T, and the distribution at one pixel."""
    (x, y), at = seen.point, seen.at
    marks = [Mark("true", "true colour", *seen.made.truth[y, x].tolist())]
    if at is None:
        marks += [Mark("read", "regression", *seen.ab[y, x].tolist())]
    else:
        marks += [Mark("mode", "mode", *at.mode.tolist()), Mark("mean", "mean (T = 1)", *at.mean.tolist())]
        marks += [Mark("read", f"read at T = {seen.temperature:g}", *at.read.tolist())]
    what = f"probability at T = {seen.temperature:g}" if at else ALONE
    plane = board.plane(seen.plane, None if at is None else at.annealed, what, "%", marks)
    return {"pictures": panels.of_pixel(seen), "plane": plane}, words.of_pixel(seen)


def of_compare(found: Compared) -> tuple[dict[str, Any], words.Said]:
    """The three losses on one picture."""
    names = [*panels.LOSSES.values(), panels.TRUE]
    shares = [encode.listed(one, 4) for one in found.shares.values()]
    lines = board.Chroma(names, list(LINES.values()), shares, list(found.chroma.values()))
    return {"compare": panels.of_compare(found), "chroma": lines}, words.of_compare(found)


def of_choose(found: Chosen) -> tuple[dict[str, Any], words.Said]:
    """One thing in a colour that its distribution offers."""
    marks = [
        Mark("true", "true colour", *found.true.tolist()),
        Mark("read", "the network’s", *found.said.tolist()),
        Mark("chosen", "your colour", *found.colour.tolist()),
    ]
    swatches = []
    for one in found.modes:
        a, b = found.plane.bins[one.bin].tolist()
        color = board.hexes(found.plane.colors[one.bin : one.bin + 1])[0]
        swatches.append(Swatch(int(a), int(b), color, one.probability))
    what = ALONE if found.probs is None else f"mean probability over {found.name}"
    asks = "Choose a colour here, or any square."
    about = f"{found.seen.made.picture.key} {found.name} {found.true.round(2).tolist()}"
    plane = board.plane(found.plane, found.probs, what, "%", marks, swatches, asks, about)
    return {"pictures": panels.of_choose(found), "plane": plane}, words.of_choose(found)


def of_bins(found: Bins) -> tuple[dict[str, Any], words.Said]:
    """All bins, how common they are and what they weigh, and one colour's soft encoding."""
    share = found.shown == "shares"
    values = found.shares if share else found.weights
    what = (
        "share of the training pixels, smoothed"
        if share
        else f"weight in the loss, λ = {found.uniform_share:g}"
    )
    marks = [Mark("share", f"{100 * part:.0f} %", *bin_.tolist()) for bin_, _, part in found.encoding]
    marks += [Mark("chosen", "your colour", *np.asarray(found.colour, float).tolist())]
    asks = "Click anywhere: that colour is shared among its five nearest bins."
    plane = board.plane(found.plane, values, what, "%" if share else "×", marks, asks=asks)
    return {"plane": plane, "encoding": words.encoding_table(found)}, words.of_bins(found)
