"""Lesson B1: a window slid over a picture against one pass of the same network, made fully convolutional."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.figures import grids
from demos.fully_convolutional import board, slide, words
from demos.fully_convolutional.panels import panels
from demos.ui import Lesson, Progress, Screen
from demos.ui.checks import Text, split_selection
from lecture_models import results
from lecture_models.studies import fully_convolutional as fully
from lecture_models.studies import semantic_and_instances as both

if TYPE_CHECKING:
    from demos.figures.slides import Slide
    from lecture_models.nets.sliding_window import Padding

VIEWS = {
    "race": "The race",
    "weights": "Two forms",
    "sizes": "Any size",
    "tasks": "Instances",
}
PADDINGS = (("picture", "picture"), ("nothing", "none"), ("each layer", "layers"))
WINDOWS = (("½", 0.5), ("¾", 0.75), ("1", 1.0), ("1½", 1.5))
MODELS = (("VGG-16", "vgg16"), ("AlexNet", "alexnet"), ("ours", "patch_classifier"))
LAYERS = (("first", 1), ("second", 2), ("third", 3))
STRIDE = 16
PAIR = r"\d{1,5},\d{1,5}"
PANOPTIC = "panoptic_fpn"


def compute(
    picture: str,
    view: str,
    padding: Padding,
    window: float,
    stride: int,
    layer: int,
    place: str,
    weight: str,
    model: str,
    size: str,
    pixel: str,
) -> fully.Raced | fully.Weighed | fully.Sized | both.Told:
    """What the chosen view needs, and nothing else."""
    if view == "weights":
        return fully.weigh(picture, int(layer), split_selection(place), split_selection(weight))
    if view == "sizes":
        return fully.measure(picture, model, split_selection(size))
    if view == "tasks":
        return both.tell(picture, PANOPTIC, split_selection(pixel))
    return fully.race(picture, padding, window, int(stride))


def update(
    picture: str = "scene:42",
    view: str = "race",
    padding: Padding = "picture",
    window: float = 1.0,
    stride: int = STRIDE,
    layer: int = 1,
    place: str = "",
    weight: str = "",
    model: str = "vgg16",
    size: str = "384,384",
    pixel: str = "",
) -> Mapping[str, Any]:
    """A sliding window against one pass of the same network, one layer in two forms, sizes, semantic or instances.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        view: race, weights, sizes or tasks; the others' outputs are null.
        padding: race: picture (mean colour around it), none, or layers (zeros around every map).
        window: race: side of the window as a multiple of the network's own: 0.5, 0.75, 1 or 1.5.
        stride: race: pixels between two windows, after scaling: 32, 16, 8 or 4.
        layer: weights: fully connected layer, 1 to 3.
        place: weights: "x,y", the pixel in the patch's middle, or empty for the picture's.
        weight: weights: "column,row" of the matrix, or empty for the one of row 0 that adds most.
        model: sizes: patch_classifier, vgg16 or alexnet.
        size: sizes: "width,height" of the picture, 32 to 800 pixels a side.
        pixel: tasks: "x,y", the pixel whose class is selected, or empty for the largest instance's.
    """
    made = compute(picture, view, padding, window, stride, layer, place, weight, model, size, pixel)
    reading, question, numbers, seen = say(made)
    said = {"reading": reading, "question": question, "numbers": numbers, "seen": seen}
    return {**dict.fromkeys(VIEWS), view: drawn(made), **said}


def say(made: Any) -> words.Said:
    """The words of a view."""
    if isinstance(made, fully.Raced):
        height, width, _ = made.picture.image.shape
        ratios = fully.ratios((height, width), made.track.padding, 1 / made.track.zoom)
        reading, question, numbers, seen = words.of_race(made, ratios)
        found, _ = results.usable([fully.NETWORK], ["accuracy"])
        return reading, question, numbers + words.trained(found), seen
    if isinstance(made, fully.Weighed):
        return words.of_weights(made)
    return words.of_sizes(made) if isinstance(made, fully.Sized) else words.of_tasks(made)


def drawn(made: Any) -> Any:
    """The board of a view, or its stage."""
    if isinstance(made, fully.Raced):
        return board.race(made, words.scaled(made, patch()))
    if isinstance(made, fully.Weighed):
        return board.weights(made, patch())
    if isinstance(made, fully.Sized):
        return board.sizes(made, fully.LEAST, fully.MOST, fully.NETWORK)
    return panels(made)


def patch() -> int:
    """Side of the classifier's own window."""
    from lecture_models.nets.patch_classifier import PATCH

    return PATCH


def slide_window(
    picture: str = "scene:42", padding: Padding = "picture", window: float = 1.0, stride: int = STRIDE
) -> Iterator[Mapping[str, Any]]:
    """Slide the window over the whole picture: the classifier on every crop, in batches. Reports after each batch.

    Args:
        picture: key of the picture.
        padding: picture, none or layers.
        window: side of the window as a multiple of the network's own.
        stride: pixels between two windows, after scaling.
    """
    for made in fully.run(picture, padding, window, int(stride)):
        done, total = made.windows.done, made.windows.total
        text = f"{done:,} of {total:,} windows, {made.windows.ms / 1000:.1f} s"
        yield {"progress": Progress(done, total, text), "windows": board.windows(made)}


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    if isinstance(made, fully.Raced):
        made = fully.finished(made)
        shared = {"once_macs": made.once.macs, "windows_macs": made.all_macs, "classes": list(made.classes)}
        return {"probs": made.probs, "labels": made.labels, "differences": made.differences(), **shared}
    if isinstance(made, fully.Weighed):
        forms = made.forms
        return {
            "inputs": forms.inputs.numpy(),
            "weights": forms.matrix[made.unit].numpy(),
            "connected": forms.connected.numpy(),
            "convolved": forms.convolved.numpy(),
        }
    if isinstance(made, fully.Sized):
        names = [layer.name for layer in made.classifier.layers]
        sizes = dict(zip(names, made.classifier.sizes(made.size), strict=False))
        return {"sizes": sizes, "pass_macs": made.pass_macs, "windows_macs": made.windows_macs}
    answers = made.answers
    maps = {"semantic": answers.semantic.map, "instances": answers.instances.map}
    return {**maps, "boxes": answers.boxes, "scores": answers.scores, "names": list(answers.names)}


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    if isinstance(made, fully.Raced):
        return slide.of_race(fully.finished(made))
    if isinstance(made, fully.Weighed):
        return slide.of_weights(made)
    return slide.of_sizes(made) if isinstance(made, fully.Sized) else slide.of_tasks(made, panels(made))


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.nets import sliding_window as sliding
    from lecture_models.nets.two_forms import trace_two_forms
    from lecture_models.ops.convolutionalize import as_convolution, convolutionalize
    from lecture_models.ops.rarefy import rarefy

    return compute, convolutionalize, as_convolution, rarefy, sliding.one_pass, sliding.slide, trace_two_forms


def build(screen: Screen) -> None:
    """The view's board on the left; on the right which view, its controls, and the reading."""
    with screen.left:
        looks: dict[str, Any] = {"heat": grids.table(), "signed": grids.table("signed")}
        with gr.Column(elem_classes=["fc-run"], min_width=0):
            screen.run("slide", slide_window, label="Slide the window")
        screen.board("windows", "fcWindows", label="Windows so far", by="slide")
        screen.board(
            "race", "fcRace", label="Sliding window and one pass; click a place", key="place", **looks
        )
        which = Text(PAIR, '"column,row" of the matrix, two whole numbers, or empty')
        screen.board(
            "weights",
            "fcWeights",
            label="A layer in two forms; click a weight",
            key="weight",
            rule=which,
            **looks,
        )
        pixels = Text(PAIR, f'"width,height", whole pixels from {fully.LEAST} to {fully.MOST}, or empty')
        screen.board("sizes", "fcSizes", label="Ledger of sizes; drag the corner", key="size", rule=pixels)
        about = "Click any pixel: its class stands out in all four."
        place: dict[str, Any] = {"select": "point", "key": "pixel", "hint": about}
        screen.stage("tasks", label="One picture, four answers", columns=4, **place)
    with screen.right:
        screen.views(VIEWS)
        screen.control("padding", gr.Radio(list(PADDINGS), value="picture", label="Padding"))
        screen.control(
            "window", gr.Radio(list(WINDOWS), value=1.0, label="Window’s side, in the network’s own")
        )
        strides = [(str(one), one) for one in fully.STRIDES]
        screen.control("stride", gr.Radio(strides, value=STRIDE, label="A window every … pixels"))
        screen.control("layer", gr.Radio(list(LAYERS), value=1, label="Fully connected layer"))
        screen.control("model", gr.Radio(list(MODELS), value="vgg16", label="Classifier"))
        screen.reading("reading")


LESSON = Lesson(
    "fully_convolutional",
    "B1–2",
    "Fully convolutional",
    "A fully connected layer is a convolution with a kernel as large as its input: one pass classifies every window.",
    update,
    build,
    code=code,
    data=data,
    asks="How does a classifier label a whole picture at once?",
    card="One pass",
    first="Slide the window.",
    figure=figure,
)
