"""Lesson B5's first half as a figure: each view as it stands on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.fcn import compared, words
from demos.figures import style
from demos.figures.slides import Bars, Numbers, Slide, SlidePanel, of_panels

if TYPE_CHECKING:
    from demos.records import Panels, Table
    from lecture_models.studies.fcn import Networks, Summed
    from lecture_models.studies.fcn_ceilings import Ceiled

RUN = "Scores, sums and predictions: computed in this run."


def of_sum(made: Summed, shown: Panels) -> Slide:
    """The scales, their sum, the prediction and the truth."""
    x, y = made.point
    points = [(x + 0.5, y + 0.5, style.PAPER)]
    drawn = of_panels(shown, made.picture.image, points=points)
    last = [drawn[-1]] if made.truth is not None else [drawn[-2]]
    said = words.sum_reading(made)
    return Slide(
        title=f"{words.NETWORKS[made.network]}, {made.name}: what each scale adds ({made.picture.title})",
        panels=[*drawn[:5], *last],
        legend=[*shown.legend[:5], *style.legend(made.classes)],
        caption=f"{words.arithmetic_table(made).caption} {said.value} % {said.meaning}.".replace("..", "."),
        source=RUN,
        uses=("picture", "view", "network", "category", "place", "pool4", "pool3"),
    )


def of_ceilings(made: Ceiled, shown: Panels) -> Slide:
    """The pictures, and what each stride allows beside what its network reaches."""
    drawn: list[SlidePanel] = [*of_panels(shown, made.picture.image)]
    bars = []
    for k, cell in enumerate(made.cells):
        bars.append((f"one class per {cell.stride} px", *_bar(cell.miou), style.CYCLE[5]))
        score = made.scores[k] if k < len(made.scores) else None
        if score is not None and score.miou is not None:
            bars.append((f"fitted scores, {cell.stride} px", *_bar(score.miou), style.CYCLE[1]))
        if k < len(made.said) and (reached := made.said[k].miou) is not None:
            bars.append((list(words.NETWORKS.values())[k], *_bar(reached), style.CYCLE[0]))
    if bars:
        drawn.append(Bars("Ceilings and networks", bars, "mIoU on this picture, %"))
    return Slide(
        title=f"What stride {made.stride} allows, and what {words.network_of(made)} makes of it",
        panels=drawn,
        legend=shown.legend,
        caption=compared.of_ceilings(made)[3],
        source=RUN,
        uses=("picture", "view", "stride", "oracle"),
    )


def _bar(share: float) -> tuple[float, str]:
    return 100 * share, f"{100 * share:.1f}"


def of_networks(made: Networks, shown: Panels, seen: str, ours: Table | None) -> Slide:
    """Truth and predictions, and our results."""
    drawn: list[SlidePanel] = [*of_panels(shown, made.picture.image)]
    if ours is not None and ours.rows:
        drawn.append(Numbers("Over unseen scenes", ours))
    return Slide(
        title=f"FCN-32s, FCN-16s and FCN-8s on {made.picture.title}",
        panels=drawn,
        legend=shown.legend,
        caption=seen,
        source=f"{RUN} The table: our result files.",
        uses=("picture", "view"),
    )
