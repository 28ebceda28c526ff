"""Lesson C3 as a figure: each view as it stands on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.figures import style
from demos.figures.arithmetic import plural
from demos.figures.slides import Bars, Numbers, Picture, Slide, of_panels
from demos.panoptic_datasets import board, panels, words
from demos.records import Table

if TYPE_CHECKING:
    import numpy as np

    from lecture_models.datasets.statistics import Statistics
    from lecture_models.pictures import Picture as Shown
    from lecture_models.studies.class_balance import Balance
    from lecture_models.studies.panoptic_datasets import Look, Relabelled

MOST = 9  # rows of a table


def of_labels(made: Relabelled) -> Slide:
    """A scene under two label sets, and the label of each class."""
    shown = panels.relabelled(made)
    rows = [
        (name, label.name if (label := made.labels[name]) else "void", made.how(name)) for name in made.pixels
    ]
    return Slide(
        title=f"{words.percent(made.void)} % of {made.picture.title} become void under {made.target.title}",
        panels=[
            *of_panels(shown, made.scene.image),
            Numbers("Each class", Table(("ours", made.target.title, "is"), rows)),
        ],
        legend=[*style.legend(tuple(made.pixels)), ("void", style.VOID_COLOR)],
        caption=f"{made.named} of {plural(made.things, 'thing')} keep a name.",
        source=f"Labels of {made.target.title}: {made.target.source}. Pixels: counted in this run.",
        uses=("picture", "view", "target"),
    )


def of_photograph(shown: Shown) -> Slide:
    """A photograph has no labels."""
    return Slide(
        title=f"{shown.title}: nobody has labelled it",
        panels=[Picture("Picture", shown.image)],
        caption="A photograph has no labels that could be carried over to another set.",
        source="The picture itself.",
        uses=("picture", "view"),
    )


def of_data(look: Look, counts: Statistics, image: np.ndarray) -> Slide:
    """A picture of a data set and its balance of classes."""
    shown, largest = panels.of_data_set(look, image), counts.balance[:MOST]
    bars = [
        (
            one.category.name,
            100 * one.share,
            f"{words.percent(one.share)} %",
            style.class_color(one.category.name),
        )
        for one in largest
    ]
    return Slide(
        title=f"{look.data.title}: {plural(len(look.data.entries), 'picture')}",
        panels=[*of_panels(shown, image), Bars("Largest classes", bars, "share of the labelled pixels, %")],
        legend=shown.panels[1].legend,
        caption=f"{sum(counts.instances)} things in all; {words.percent(counts.void)} % of the pixels are void.",
        source="Areas and instances: counted in the data set.",
        uses=("picture", "view", "folder", "shown"),
    )


def of_balance(made: Balance, shown: board.Against) -> Slide:
    """IoU of each class, rarest last, beside its share."""
    order = sorted(shown.dots, key=lambda dot: -dot.share)
    bars = {
        "Share of the pixels": [(dot.name, dot.share, f"{dot.share:.1f} %", dot.color) for dot in order],
        "IoU": [(dot.name, dot.iou, f"{dot.iou:.1f} %", dot.color) for dot in order],
    }
    return Slide(
        title="Rare classes against how well they are labelled",
        panels=[Bars(title, list(values), "%") for title, values in bars.items()],
        caption=f"{shown.heading}. {shown.says}",
        source=f"IoU: our card of {made.network}; pixels: our count of the same {made.scenes} scenes.",
        uses=("view", "network"),
    )
