"""Lesson D2 as a figure: each view as it stands on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demos.colorization import board, panels, views, words
from demos.figures import style
from demos.figures.slides import Bars, Lines, Numbers, Slide, of_panels

if TYPE_CHECKING:
    import numpy as np

    from lecture_models.studies.colorization_views import Bins, Chosen, Compared, Pixel, Plane

RUN = "Colours and numbers: computed in this run."
LIKELY = 8  # bins of a distribution that are drawn
SHARED = ("picture", "view", "loss", "temperature", "pixel")


def likeliest(plane: Plane, values: np.ndarray, title: str, axis: str, order: Sequence[int]) -> Bars:
    """Bins as bars in their own colours."""
    colors = board.hexes(plane.colors)
    bars = [
        (words.colour(plane.bins[k]), 100 * float(values[k]), f"{100 * values[k]:.1f}", colors[k])
        for k in order
    ]
    return Bars(title, bars, axis)


def of_pixel(seen: Pixel) -> Slide:
    """The pictures and the likeliest colours at the pixel."""
    x, y = seen.point
    drawn = of_panels(panels.of_pixel(seen), seen.made.image, points=[(x + 0.5, y + 0.5, style.WRONG)])
    more: list[Bars] = []
    if seen.at is not None:
        order = (-seen.at.annealed).argsort(kind="stable")[:LIKELY].tolist()
        axis = f"probability at T = {seen.temperature:g}, %"
        more = [likeliest(seen.plane, seen.at.annealed, f"At pixel ({x}, {y})", axis, order)]
    return Slide(
        title=f"{panels.LOSSES[seen.made.loss]}: colour from lightness ({seen.made.picture.title})",
        panels=[*drawn, *more],
        legend=panels.ends(),
        caption=words.pixel_seen(seen),
        source=RUN,
        uses=SHARED,
    )


def of_compare(found: Compared) -> Slide:
    """The three losses, and how strong their colours are."""
    first = found.made["regression"]
    middles = [5 * k + 2.5 for k in range(len(found.shares["truth"]))]
    lines = [(middles, (100 * one).tolist(), views.LINES[name]) for name, one in found.shares.items()]
    chart = Lines("How strong the colours are", lines, ("chroma, Lab units", "% of the pixels"))
    names = [*panels.LOSSES.values(), panels.TRUE]
    return Slide(
        title=f"Three losses, one body ({first.picture.title})",
        panels=[*of_panels(panels.of_compare(found), first.image), chart],
        legend=list(zip(names, views.LINES.values(), strict=True)),
        caption=words.compare_seen(found),
        source=RUN,
        uses=("picture", "view", "temperature"),
    )


def of_choose(found: Chosen) -> Slide:
    """The pictures, and the colours that are offered."""
    seen = found.seen
    drawn = of_panels(panels.of_choose(found), seen.made.image)
    more: list[Bars] = []
    if found.probs is not None:
        shares = found.probs * 0
        for one in found.modes:
            shares[one.bin] = one.probability
        order = [one.bin for one in found.modes[:LIKELY]]
        more = [
            likeliest(found.plane, shares, f"Colours of {found.name}", "share of the distribution, %", order)
        ]
    return Slide(
        title=f"Another mode: plausible, not true ({seen.made.picture.title})",
        panels=[*drawn, *more],
        caption=words.choose_seen(found),
        source=RUN,
        uses=(*SHARED, "colour"),
    )


def of_bins(found: Bins) -> Slide:
    """The commonest and the rarest bins, and a colour's soft encoding."""
    order = (-found.shares).argsort(kind="stable")[:LIKELY].tolist()
    return Slide(
        title="The bins of the ab plane",
        panels=[
            likeliest(
                found.plane, found.shares, "The commonest bins", "share of the training pixels, %", order
            ),
            Numbers("Soft encoding", words.encoding_table(found)),
        ],
        caption=words.bins_seen(found),
        source="Bins, shares and weights: computed in this run; the shares are counted on training scenes.",
        uses=("view", "shown", "uniform_share", "lightness", "colour"),
    )
