"""Lesson A4 as a figure: masks of one object under both losses, as the head says them and pasted, beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from demos.figures import grids, style
from demos.figures.overlays import outlines
from demos.figures.slides import Picture, Scale, Slide
from demos.records import Box

if TYPE_CHECKING:
    from lecture_models.studies.mask_head import RoIMasks

MARGIN = 0.15  # of the box's longer side, around it
PROBABILITY = Scale("probability", 0.0, 1.0, "gray")


def slide(made: Sequence[RoIMasks], titles: Sequence[str]) -> Slide:
    """For each network the chosen class's mask, its cells above and pasted below; before them picture and truth."""
    first = made[0]
    name, known = first.names[first.chosen], first.truth() is not None
    cells = [
        Picture(
            title,
            grids.heat(one.heads.mask_probs[one.chosen].numpy(), 0, 1, "gray"),
            sharp=True,
            scale=PROBABILITY,
        )
        for one, title in zip(made, titles, strict=True)
    ]
    pasted = [place(one, f"{title}, pasted") for one, title in zip(made, titles, strict=True)]
    start = [whole(first)]
    start += [truth(first)] if known else []
    fits = [one.iou(one.chosen) for one in made]
    said = ", ".join(
        f"{title.lower()} {fit:.2f}" for title, fit in zip(titles, fits, strict=True) if fit is not None
    )
    legend = [(f"the {name}'s mask", style.PREDICTION)] + ([("true outline", style.TRUTH)] if known else [])
    panels = [start[0], *cells, *start[1:], *pasted]
    return Slide(
        title=f"IoU of the {name}'s mask with the truth: {said}"
        if said
        else f"The {name}'s mask in {first.picture.title}",
        panels=panels,
        legend=legend,
        caption=f"The mask head's 28 × 28 cells for class {name}, and the pixels of at least {first.threshold:.2f} "
        "once pasted.",
        source="Masks and IoU: computed in this run."
        + ("" if known else " Nothing is known to be true here."),
    )


def whole(made: RoIMasks) -> Picture:
    """The picture with the RoI."""
    box = Box(made.heads.box.tolist(), style.CYCLE[1], "RoI")
    return Picture(f"The RoI in {made.picture.title}", made.picture.image, boxes=[box])


def window(made: RoIMasks) -> tuple[float, float, float, float]:
    """The part of the picture around the RoI."""
    x0, y0, x1, y1 = made.heads.box.tolist()
    side = max(x1 - x0, y1 - y0) * (0.5 + MARGIN)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - side, y - side, x + side, y + side


def truth(made: RoIMasks) -> Picture:
    """The true outline of the thing in the RoI."""
    mask = made.truth()
    lines = [] if mask is None else [(outlines(mask), style.TRUTH)]
    return Picture("The truth", made.picture.image, outlines=lines, window=window(made), ruler="px")


def place(made: RoIMasks, title: str) -> Picture:
    """The pasted mask's outline over the true one."""
    true, fit = made.truth(), made.iou(made.chosen)
    lines = [(outlines(true), style.TRUTH)] if true is not None else []
    lines.append((outlines(made.mask(made.chosen)), style.PREDICTION))
    note = "" if fit is None else f"IoU {fit:.2f} with the truth."
    return Picture(title, made.picture.image, outlines=lines, window=window(made), note=note)
