"""Lesson D2: colour from lightness, as a mean and as a distribution that is read, sharpened and chosen from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from demos.colorization import panels, slide, tasks, views, words
from demos.ui import Lesson, Screen
from demos.ui.checks import split_selection
from lecture_models import results
from lecture_models.studies import colorization as study
from lecture_models.studies import colorization_views as looks

if TYPE_CHECKING:
    from demos.figures.slides import Slide

VIEWS = {"pixel": "One pixel", "compare": "Three losses", "choose": "Choose a colour", "bins": "The bins"}
SHOWN = {"shares": "How common", "weights": "Weight in the loss"}
OUTPUTS = ("pictures", "compare", "plane", "chroma", "encoding")
USUAL = "rebalanced"
FARTHEST = 128  # a and b of a colour that can be asked about
HINT = "Click a pixel, or a thing whose colour you want to choose."


def compute(
    picture: str,
    view: str,
    loss: str,
    temperature: float,
    pixel: str,
    colour: str,
    shown: str,
    uniform_share: float,
    lightness: float,
) -> looks.Pixel | looks.Compared | looks.Chosen | looks.Bins:
    """What the chosen view looks at; forward passes are kept.

    Raises:
        ValueError: the colour is not in the range that 8 bits of a and b have.
    """
    if any(abs(one) > FARTHEST for one in split_selection(colour)):
        raise ValueError(
            f"colour must be a,b, each from −{FARTHEST} to {FARTHEST}; got {colour}. Choose another."
        )
    if view == "compare":
        return looks.compared(picture, temperature)
    if view == "bins":
        return looks.all_bins(shown, uniform_share, lightness, split_selection(colour))
    seen = looks.pixel(study.coloured(picture, loss), temperature, split_selection(pixel))
    return looks.chosen(seen, split_selection(colour)) if view == "choose" else seen


def update(
    picture: str = "scene:42",
    view: str = "pixel",
    loss: str = USUAL,
    temperature: float = 0.38,
    pixel: str = "",
    colour: str = "",
    shown: str = "shares",
    uniform_share: float = 0.5,
    lightness: float = 60,
) -> Mapping[str, Any]:
    """Colour from lightness: a pixel's distribution, three losses, the choice of another mode, the bins.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        view: pixel, compare, choose or bins; the others' outputs are null.
        loss: pixel and choose: what the network learned with: regression, classes or rebalanced.
        temperature: T of the annealed mean, 0 (the mode) to 1 (the mean); the regression has none.
        pixel: pixel and choose: "x,y", or empty for one that the picture draws.
        colour: choose and bins: "a,b", the colour that was chosen, or empty for the likeliest.
        shown: bins: shares (how common a bin is in training scenes) or weights (in the rebalanced loss).
        uniform_share: bins: lambda of the weights, 0.01 to 1.
        lightness: bins: L at which the bins are shown, 0 to 100.
    """
    made = compute(picture, view, loss, temperature, pixel, colour, shown, uniform_share, lightness)
    drawn = {
        "pixel": views.of_pixel,
        "compare": views.of_compare,
        "choose": views.of_choose,
        "bins": views.of_bins,
    }
    seen, (reading, numbers, said) = drawn[view](made)  # type: ignore[operator]
    asked = words.question(picture, looks.things(picture), view)
    told = {"reading": reading, "question": asked, "numbers": numbers, "seen": said, "ours": ours()}
    return {**dict.fromkeys(OUTPUTS), **seen, **told}


def ours() -> Any:
    """Our result files as a table."""
    found, _ = results.usable([f"colorizer_{one}" for one in study.LOSSES], list(words.METRICS))
    return words.results_table(found)


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    if isinstance(made, looks.Bins):
        return {"bins": made.plane.bins, "shares": made.shares, "weights": made.weights}
    if isinstance(made, looks.Compared):
        return {"chroma": made.chroma, "distance": made.errors, "shares": made.shares}
    seen = made if isinstance(made, looks.Pixel) else made.seen
    maps = {"ab": np.round(seen.ab[::2, ::2], 2), "true_ab": np.round(seen.made.truth[::2, ::2], 2)}
    saved = {**maps, "pixel": seen.point, "temperature": seen.temperature}
    if seen.at is not None:
        saved |= {"bins": seen.plane.bins, **vars(seen.at)}
    return saved if seen is made else {**saved, "chosen": made.colour, "mean_probs": made.probs}  # type: ignore[union-attr]


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    if isinstance(made, looks.Bins):
        return slide.of_bins(made)
    if isinstance(made, looks.Compared):
        return slide.of_compare(made)
    return slide.of_choose(made) if isinstance(made, looks.Chosen) else slide.of_pixel(made)


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.nets.colorizer import Colorizer
    from lecture_models.ops.colour_bins import (
        annealed_mean,
        nearest_bins,
        rebalancing_weights,
        sharpened,
        soft_encode,
    )

    return (
        annealed_mean,
        sharpened,
        study.ab_of,
        nearest_bins,
        soft_encode,
        rebalancing_weights,
        Colorizer.forward,
        compute,
    )


def build(screen: Screen) -> None:
    """The view's pictures and the ab plane on the left; on the right which view, its controls, and the reading."""
    place: dict[str, Any] = {"columns": 2, "select": "point", "key": "pixel", "height": "var(--cz-stage)"}
    with screen.left:
        screen.stage("pictures", label="One picture; click a pixel", hint=HINT, **place)
        screen.stage("compare", label="Three losses and the truth", columns=4, height="var(--cz-row)")
        screen.board("plane", "czPlane", label="The ab plane", key="colour", **views.LOOKS)
        screen.board("chroma", "czChroma", label="How strong the colours are")
    with screen.right:
        screen.views(VIEWS)
        losses = [(title, name) for name, title in panels.LOSSES.items()]
        screen.control("loss", gr.Radio(losses, value=USUAL, label="The network learned by"))
        slider: dict[str, Any] = {"buttons": []}
        about = "1 reads the mean, 0 the mode."
        screen.control("temperature", gr.Slider(0, 1, 0.38, step=0.01, label="T", info=about, **slider))
        screen.control(
            "shown", gr.Radio([(t, v) for v, t in SHOWN.items()], value="shares", label="Squares show")
        )
        screen.control(
            "uniform_share", gr.Slider(0.01, 1, 0.5, step=0.01, label="λ of the weights", **slider)
        )
        screen.control("lightness", gr.Slider(0, 100, 60, step=1, label="Lightness L", **slider))
        screen.reading("reading")
    with screen.row, gr.Row(elem_classes=["cz-tables"]):
        screen.table("encoding", "Soft encoding of the colour")
        screen.table("ours", "Our three networks")


LESSON = Lesson(
    "colorization",
    "D2",
    "Colorization",
    "A mean of colours turns grey; a distribution over colours can be sharpened, and chosen from.",
    update,
    build,
    code=code,
    data=data,
    first="Click a pixel.",
    asks="Which colours might a grey picture have had?",
    card="Rebalanced",
    figure=figure,
    tasks=tasks.of(compute),
)
