"""Lesson B6: a prediction painted by hand, and every metric of segmentation as it follows the brush."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.figures import style
from demos.questions import lot
from demos.segmentation_metrics import board, tasks, words
from demos.segmentation_metrics.slide import slide
from demos.ui import Lesson, Progress, Screen
from demos.ui.checks import Text
from lecture_models import pictures, zoo
from lecture_models.scenes import CLASSES
from lecture_models.studies import segmentation_metrics as study

if TYPE_CHECKING:
    from demos.figures.slides import Slide

OURS = "panoptic_fpn"
FITTING = (*zoo.names("panoptic"), *zoo.names("semantic"))
NETWORKS = {**{name: zoo.title(name) for name in FITTING}, OURS: "Panoptic FPN: street scenes"}
STARTS = {
    "moved": "the mask, moved",
    "network": "a network's",
    "constant": "one class",
    "truth": "the truth",
}
LABELS = {"two": "it and the rest", "all": "all nine"}
SEEN_BEST = "chosen for you"
PICTURES = 12  # of a measured data set
MOVE = Text(
    r"-?\d{1,3},-?\d{1,3},\d(\.\d{1,2})?",
    '"dx,dy,scale", whole pixels and a scale from 0.25 to 4, such as "12,-4,1.2", or empty',
)
COLORS = {
    "truth": style.TRUTH,
    "both": style.SHARED,
    "prediction": style.PREDICTION,
    "series": style.CYCLE[:2],
}


def compute(
    picture: str, network: str, start: study.Start, labels: study.Labels, target: str, moved: str, void: int
) -> study.Study:
    """Truth and prediction as they begin, with all metrics; kept for each choice."""
    move = tuple(float(part) for part in moved.split(",")) if moved else None
    if move is not None and len(move) != 3:
        raise ValueError(f'moved must be {MOVE.what}; got "{moved}". Leave it empty.')
    shown = pictures.resolve(picture)
    return study.study(shown, network, start, labels, target, move, int(void), lot(shown.key, study.DRAWS))


def update(
    picture: str = "scene:42",
    network: str = OURS,
    start: study.Start = "moved",
    labels: study.Labels = "two",
    target: str = "",
    moved: str = "",
    void: int = 0,
) -> dict[str, Any]:
    """Measure a prediction of one picture with IoU and the other metrics of segmentation.

    Args:
        picture: key of the picture, such as scene:42.
        network: a network that labels pixels; it predicts where start is network.
        start: what the prediction is: moved (the true mask, moved), network, constant (one class) or truth.
        labels: two (the target against the rest) or all (nine classes).
        target: the class that is looked at, such as ball; empty takes one that is seen well.
        moved: "dx,dy,scale", how the true mask is moved, in pixels; empty draws a shift.
        void: pixels on both sides of each true outline that are void, 0 to 8.
    """
    usual, message = zoo.usable(network, OURS, photograph=False)
    made = compute(picture, usual, start, labels, target, moved, void)
    said = " ".join(filter(None, (message, "" if made.known else words.STANDS_IN)))
    curves = [board.Curve(*one) for one in study.curves(made.picture)]
    return {
        "easel": board.easel(made, start, usual, said),
        "number": words.reading(made),
        "scores": board.checked(made.measured, made.target),
        "more": board.More(curves),
        "question": words.question(compute(picture, usual, start, labels, target, "", void)),
        "numbers": words.numbers(made),
        "seen": words.seen(made),
    }


def measure(
    picture: str = "scene:42", network: str = OURS, labels: study.Labels = "two", target: str = ""
) -> Iterator[Any]:
    """Measure a network on the pictures that follow, each by itself and all together.

    Args:
        picture: key of the picture; the scenes after it are measured, with its settings.
        network: the network that predicts.
        labels: two or all, as in the lesson.
        target: the class that is looked at; empty takes the one that is seen best in the first picture.
    """
    usual, _ = zoo.usable(network, OURS)
    first = compute(picture, usual, "network", labels, target, "", 0)
    if first.picture.scene is None:
        raise ValueError("A data set needs scenes, since it needs a truth; got a photograph. Choose a scene.")
    named = first.names[first.target]
    key, rows = picture, list[board.Row]()
    for done in range(PICTURES + 1):
        following = pictures.following(key) if done < PICTURES else None
        yield {
            "progress": Progress(done, PICTURES, f"{done} of {PICTURES} scenes"),
            "album": board.Album(rows[:], first.names, ended=following is None),
        }
        if following is None:
            return
        key = following
        made = compute(key, usual, "network", labels, named, "", 0)
        rows.append(board.row(key, made.picture.title, made.measured.confusion))


def data(**settings: Any) -> dict[str, Any]:
    """Truth, prediction and metrics of the start, for "Save the data"; settings as `update`'s."""
    settings = LESSON.defaults | settings
    made = compute(**{**settings, "network": zoo.usable(settings["network"], OURS)[0]})
    measured = made.measured
    names = ("pixel_accuracy", "mean_accuracy", "miou", "frequency_weighted_iou", "boundary_iou")
    each = {"iou": measured.iou, "accuracy": measured.accuracy, "boundary": measured.boundary}
    maps = {"truth": made.truth, "prediction": made.prediction, "confusion": measured.confusion}
    numbers = {key: [float("nan") if one is None else one for one in values] for key, values in each.items()}
    whole = {key: float("nan") if (one := getattr(measured, key)) is None else one for key in names}
    return {**maps, "names": list(made.names), "target": made.names[made.target], **numbers, **whole}


def figure(**settings: Any) -> Slide:
    """The areas and what they come to as a figure; settings as `update`'s."""
    settings = LESSON.defaults | settings
    return slide(compute(**{**settings, "network": zoo.usable(settings["network"], OURS)[0]}))


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.evaluation.boundary import BoundaryIoU, band
    from lecture_models.evaluation.one_picture import mean_iou, measure
    from lecture_models.evaluation.segmentation import MeanIoU
    from lecture_models.ops.moved_mask import moved_mask

    return compute, moved_mask, measure, MeanIoU, BoundaryIoU, band, mean_iou


def build(screen: Screen) -> None:
    """The easel on the left; what is predicted, the number and the scores on the right; the rest below."""
    starts, labels, nets = (
        [(title, name) for name, title in of.items()] for of in (STARTS, LABELS, NETWORKS)
    )
    with screen.left:
        looks: dict[str, Any] = {"colors": COLORS, "scales": study.SCALES}
        screen.board(
            "easel", "metricsEasel", label="The prediction, to paint on", key="moved", rule=MOVE, **looks
        )
    with screen.right:
        screen.control("start", gr.Radio(starts, value="moved", label="The prediction begins as"))
        with gr.Row(elem_classes=["met-settings"]):
            classes = [(SEEN_BEST, ""), *((name, name) for name in CLASSES)]
            screen.control("target", gr.Dropdown(classes, value="", label="Look at the class"))
            screen.control("labels", gr.Radio(labels, value="two", label="Classes"))
            screen.control("void", gr.Slider(0, 8, 0, step=1, label="Void, px", buttons=[]))
        screen.board("number", "metricsNumber", label="IoU", **looks)
        screen.board("scores", "metricsScores", label="The formula and the metrics", **looks)
    with screen.row:
        screen.board("more", "metricsMore", label="Areas, conventions, paradoxes", **looks)
        with gr.Row(elem_classes=["met-measure"]):
            screen.control("network", gr.Dropdown(nets, value=OURS, label="Network"))
            with gr.Column(min_width=0):
                screen.run("measure", measure, label=f"Measure it on the next {PICTURES} scenes")
        screen.board("album", "metricsAlbum", label="Pictures and data set", by="measure", **looks)


LESSON = Lesson(
    "segmentation_metrics",
    "B6",
    "Metrics",
    "IoU divides what two areas share by all that they cover: move, paint or erase, and watch which metric notices.",
    update,
    build,
    code=code,
    data=data,
    asks="Which metric notices that a mask is wrong?",
    card="From near",
    first="Drag the mask.",
    figure=figure,
    tasks=tasks.of(compute),
)
