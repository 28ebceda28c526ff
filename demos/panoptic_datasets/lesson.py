"""Lesson C3: panoptic data sets: what their labels can say, what they are made of, and which classes are hard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.panoptic_datasets import board, panels, slide, tasks, words
from demos.ui import Lesson, Progress, Screen
from demos.ui.checks import Text
from lecture_models import label_sets, pictures, zoo
from lecture_models.datasets import coco, kept, statistics
from lecture_models.scenes import CLASSES, STUFF
from lecture_models.studies import class_balance
from lecture_models.studies import panoptic_datasets as study

if TYPE_CHECKING:
    from demos.figures.slides import Slide

OURS = "panoptic_fpn"
VIEWS = {"labels": "Label sets", "data": "A data set", "balance": "Rare is hard"}
TARGETS = {key: label_sets.label_sets()[key].title for key in study.TARGETS}
HERE = [name for name in class_balance.NETWORKS if name in zoo.names()]
NETWORKS = {OURS: "Panoptic FPN on street scenes", **{name: zoo.title(name) for name in HERE}}
LABEL = Text(r"[a-z0-9]{1,12}:[^\x00-\x1f<>]{1,100}", "SET:NAME, such as cityscapes:road")
SHOWN = Text(r"\d{1,4} -?\d{1,16}", "PLACE CATEGORY, such as 0 -1, or empty")
FOLDER = Text(rf"{kept.PREFIX}[0-9a-f]{{16}}", "a data set's key, or empty")
THINGS = tuple(name for name in CLASSES if name not in STUFF)


def compute(picture: str, view: str, target: str, folder: str, shown: str, network: str) -> Any:
    """What the chosen view needs: a scene under a label set, a look at a data set, or a network's balance."""
    if view == "balance":
        return class_balance.of_card(network)
    if view == "data":
        data = study.opened(folder, picture)
        return study.look(data, shown), statistics.count(data)
    return study.relabel(picture, target)


def update(
    picture: str = "scene:42",
    view: str = "labels",
    target: str = "coco",
    label: str = "cityscapes:road",
    folder: str = "",
    shown: str = "",
    network: str = OURS,
    scenes: int = 20,
) -> Mapping[str, Any]:
    """Labels of four data sets compared and laid over a scene, a data set looked through, rare classes against IoU.

    Args:
        picture: key of the picture; data sets and measurements of ours begin at its scene.
        view: labels, data or balance; the others' outputs are null.
        target: labels: the label set that the scene is relabelled with: coco, vistas, cityscapes or ade20k.
        label: labels: SET:NAME, a label to find in every set; the scenes' own set is scenes.
        folder: data: key of a data set that was sent to panoptic_datasets_folder, empty for 8 of our scenes.
        shown: data: "PLACE CATEGORY", the picture from 0 on and a category's id, -1 for all; empty for 0 -1.
        network: balance: one of ours that labels each pixel.
        scenes: balance: scenes to measure on when a measurement is started, 5 to 100.
    """
    made = compute(picture, view, target, folder, shown, network)
    found: dict[str, Any]
    if view == "labels":
        found, said = of_labels(made, picture, label)
    elif view == "data":
        look, counts = made
        found, said = of_data(look, counts, picture)
    else:
        said = words.of_balance(made, CLASSES, zoo.title(network), picture)
        found = {"balance": drawn(made)}
    outputs = dict.fromkeys(("pictures", "sets", "facts", "contents", "balance"))
    reading, question, numbers, seen = said
    return {**outputs, **found, "reading": reading, "question": question, "numbers": numbers, "seen": seen}


def of_labels(made: study.Relabelled | None, picture: str, label: str) -> tuple[dict[str, Any], words.Said]:
    """A scene under a label set, and a label in every set."""
    every, chosen = label_sets.label_sets(), study.find_label(label)
    near = {key: label_sets.related(chosen, key) for key in every}
    shown = {
        "sets": board.sets(chosen, every, near, words.about(chosen, every, near)),
        "facts": words.facts(every, label_sets.facts()),
    }
    if made is None:
        photograph = pictures.resolve(picture)
        return {**shown, "pictures": panels.unlabelled(photograph)}, words.of_photograph(photograph.title)
    under = {key: study.Relabelled(made.picture, every[key]) for key in study.TARGETS}
    asked = words.question(made.picture.key, under)
    return {**shown, "pictures": panels.relabelled(made)}, words.of_labels(made, asked)


def of_data(
    look: study.Look, counts: statistics.Statistics, picture: str
) -> tuple[dict[str, Any], words.Said]:
    """A picture of a data set, its segments, and what all of them come to."""
    shown = {
        "pictures": panels.of_data_set(look, study.image_of(look)),
        "contents": board.contents(look, counts),
    }
    return shown, words.of_data(look, counts, picture)


def drawn(made: class_balance.Balance) -> board.Against:
    """Rare against hard, for the browser."""
    title = words.heading(made, zoo.title(made.network))
    return board.against(made, CLASSES, THINGS, title, words.verdict(made, CLASSES))


def measure(picture: str = "scene:42", network: str = OURS, scenes: int = 20) -> Iterator[Mapping[str, Any]]:
    """Label scenes one after the other; after each, share and IoU of every class so far.

    Args:
        picture: key of the first scene; the others follow, with its settings.
        network: the network to measure.
        scenes: how many, 5 to 100.
    """
    yield {"progress": Progress(0, scenes, "Loading the network …")}
    for made in class_balance.over_scenes(picture, network, scenes):
        progress = Progress(made.scenes, scenes, f"{made.scenes} of {scenes} scenes")
        yield {"progress": progress, "measured": drawn(made)}


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    made = compute(
        **{key: chosen[key] for key in ("picture", "view", "target", "folder", "shown", "network")}
    )
    if chosen["view"] == "labels":
        return made.arrays() if made else {"labels": []}
    if chosen["view"] == "balance":
        scores = {"iou": made.iou, "pq": made.pq}
        known = {
            key: [float("nan") if one is None else one for one in values] for key, values in scores.items()
        }
        return {"classes": list(CLASSES), "pixels": made.pixels, **known}
    look, counts = made
    return {
        "title": look.data.title,
        "classes": [one.category.name for one in counts.balance],
        "pixels": [one.pixels for one in counts.balance],
        "instances": counts.instances,
        "areas": counts.areas,
        "void_share": counts.void,
    }


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    made = compute(
        **{key: chosen[key] for key in ("picture", "view", "target", "folder", "shown", "network")}
    )
    if chosen["view"] == "balance":
        return slide.of_balance(made, drawn(made))
    if chosen["view"] == "data":
        look, counts = made
        return slide.of_data(look, counts, study.image_of(look))
    photograph = pictures.resolve(chosen["picture"])
    return slide.of_labels(made) if made else slide.of_photograph(photograph)


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    return (
        compute,
        label_sets.relation,
        label_sets.carried,
        coco.agreed,
        statistics.count,
        class_balance.over_scenes,
    )


def build(screen: Screen) -> None:
    """Pictures and what is beside them on the left; on the right which view, its controls, and the reading."""
    with screen.left:
        screen.stage("pictures", label="The picture and its labels", columns=2, height="var(--ps-stage)")
        screen.board("sets", "psSets", label="A label in every set", key="label", rule=LABEL)
        screen.board("contents", "psContents", label="What the data set holds", key="shown", rule=SHOWN)
        screen.board("balance", "psAgainst", label="Share of pixels against IoU")
    with screen.right:
        screen.views(VIEWS)
        sets = [(title, key) for key, title in TARGETS.items()]
        screen.control("target", gr.Radio(sets, value="coco", label="Relabel the scene with"))
        screen.dropped("folder", kept.admit, FOLDER, label="Your own, in COCO’s panoptic format")
        titles = [(title, name) for name, title in NETWORKS.items()]
        screen.control("network", gr.Dropdown(titles, value=OURS, label="Network"))
        screen.reading("reading")
        screen.control("scenes", gr.Slider(5, 100, 20, step=5, label="Scenes", buttons=[]))
        with gr.Column(elem_classes=["ps-run"], min_width=0):
            screen.run("measure", measure, label="Measure it on these scenes")
    with screen.row:
        screen.board("measured", "psAgainst", label="Measured now", by="measure")
        screen.table("facts", "What is published of the data sets")


LESSON = Lesson(
    "panoptic_datasets",
    "C3",
    "Panoptic data sets",
    "A data set’s labels decide what a pixel can be called and what is void; "
    "in ours, rare classes tend to be labelled worse.",
    update,
    build,
    code=code,
    data=data,
    asks="What can a pixel be called, and what is void?",
    card="Relabelled",
    first="Relabel the scene.",
    figure=figure,
    tasks=tasks.of(study.find_label, label_sets.related, label_sets.label_sets),
)
