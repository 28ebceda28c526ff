r"""Mask R-CNN tells apart objects that stand among others of their kind, takes the pieces of an object that an
occluder cuts in two for one, and finds small ones (He, Gkioxari, Dollár and Girshick 2017, *Mask R-CNN*, section 4.1
and figures 2, 5 and 6). And it fails, in ways that can be named and counted.

**The galleries** are found by rule among the scenes from the one in the bar on, with the settings in the bar: *crowd*
is the largest group of one class whose visible boxes overlap or touch; *cut* has the most things whose visible mask
falls into parts of at least 16 pixels; *small* the most things of less than $24^2$ pixels; *failures* the most errors.
The first three look at the truth alone, so no network can please them.

**A match.** Detections choose in order of falling score. Each takes the free true instance of its class with the
largest mask IoU, if that is at least ½ (COCO's rule; what lies on things too small to judge counts neither way). What
is left over are the errors: **false positives** on one side, **missed instances** on the other.

**Their names** follow TIDE (Bolya, Foley, Hays and Hoffman 2020, section 2.2), with $t_f=0.5$ and $t_b=0.1$, on masks.
Each error gets the first that fits: *duplicate*, *wrong class*, *merged* (one mask over most of two or more things),
*split* (several masks, each on another part of one thing), *poor mask* (box IoU $\ge t_f$, mask IoU not), *poor box*,
*background*. A missed instance takes the name of the false positive that is about it, else it is *missed*.
So the counts add up:
$$\sum_\text{classes}(\text{false positives} + \text{missed}) = \mathrm{FP} + \mathrm{FN}\ \text{at IoU}\ \tfrac12 .$$
TIDE itself counts a missed instance only where no other error explains it, and weighs errors by the AP they cost.

**AP** is the area under the interpolated precision-recall curve, averaged over the classes and over IoU 0.50, 0.55 …
0.95; AP50 and AP75 are at one threshold (Lin et al. 2014, *Microsoft COCO*). Small, medium and large are divided at
$16^2$ and $48^2$ pixels, since COCO's $32^2$ and $96^2$ were made for larger pictures.

**Networks of COCO** know two of the scenes' classes, person and (sports) ball, and have never seen such scenes. They
are judged on these two alone; their detections of anything else are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import gradio as gr
import numpy as np

from demos.figures import encode, exhibited, galleries, measured, style, verdicts
from demos.ui import Box, Knows, Lesson, Panel, Panels, Progress, Question, Reading, Screen, Table
from demos.ui.checks import Text, split_selection
from lecture_models import pictures, tasks, zoo
from lecture_models.evaluation import errors, exhibits, stream
from lecture_models.evaluation.examples import examples_of
from lecture_models.evaluation.exhibits import Exhibit
from lecture_models.evaluation.judged import judge
from lecture_models.scenes import THINGS

OURS = "panoptic_fpn"
WITHOUT_MASKS = ("fasterrcnn_resnet50_fpn",)
FITTING = [name for name in (*zoo.names("panoptic"), *zoo.names("detection")) if name not in WITHOUT_MASKS]
NETWORKS = {**{name: zoo.title(name) for name in FITTING}, OURS: "The lecture's own: street scenes"}
GALLERIES = {
    "crowd": "Crowd",
    "cut": "Cut apart",
    "small": "Small",
    "failures": "Failures",
    "this": "This scene",
}
STREETS = "This network knows only rendered streets: for photographs choose one that was trained on COCO."
NOBODY = (
    "Nobody has marked the truth of a photograph, so nothing can be judged here: "
    "galleries and rank, the IoU of a thing, errors and AP need a scene. Choose one."
)
HINT = "Point at a thing for its IoU; click to multiply it out. Scene settings, above, turn the difficulty."
STAGE_HEIGHT = "var(--mrr-stage)"  # set in mask_rcnn_results.css
RANKS, MOST_SCENES = 6, 300
OTHER_SCORES, SURE = (0.3, 0.8), 0.95
COLORS = {"true": style.TRUTH, "found": style.PREDICTION, "other": style.CYCLE[1], "series": style.CYCLE[:3]}


def compute(
    picture: str, network: str, gallery: str, rank: int, scenes: int, score: float, opened: str = ""
) -> tuple[Exhibit, str]:
    """The gallery's scene, or the opened one, judged from cached forward passes; and what to say of it."""
    message, context = "", f"{gallery} {rank} {picture}"
    key, _, then = opened.partition(" ")
    if opened and opened.count(" ") != 3:
        must = "opened must be KEY GALLERY RANK PICTURE, as a card sets it"
        raise ValueError(f"{must}; got {opened!r}. Leave it empty.")
    if opened and then == context:
        picture, gallery = key, "this"
    try:
        zoo.load(network)
    except zoo.WeightsUnavailable as error:
        if network == OURS:
            raise
        network, message = OURS, f" {error} Meanwhile this is the lecture's own network."
    made = exhibits.exhibit(pictures.resolve(picture), network, gallery, rank, scenes, score)
    known = made.judged.classes
    if len(known) < len(THINGS):
        message += f" Judged are only {' and '.join(known)}: this network knows no other class of the scenes."
    return made, made.why() + message


def update(
    picture: str = "scene:42",
    network: str = OURS,
    gallery: str = "crowd",
    rank: int = 1,
    scenes: int = 50,
    score: float = 0.5,
    pixel: str = "",
    opened: str = "",
) -> Mapping[str, Any]:
    """Find a scene that is hard in one way, judge a network on it, and name each of its errors.

    Args:
        picture: key of the picture; galleries look at its scene and those that follow, with its settings.
        network: the network; COCO's are fetched when they are first asked for.
        gallery: crowd, cut, small, failures, or this for the picture's own scene.
        rank: 1 for the scene that shows it most strongly, 2 for the next, up to 6.
        scenes: scenes to measure on; galleries look at the first 16 of them (failures: 6).
        score: least score of a detection that counts, 0.05 to 0.95.
        pixel: "x,y", a pixel of the thing whose IoU is multiplied out, or empty.
        opened: "KEY GALLERY RANK PICTURE", a scene opened from the list of errors while these were set, or empty.
    """
    if pictures.resolve(picture).scene is None:
        return photograph(pictures.resolve(picture), network, score)
    made, message = compute(picture, network, gallery, rank, scenes, score, opened)
    return {
        "stage": stage(made, message),
        "found": reading(made, score),
        "objects": objects(made),
        "errors": {**board(made, score), "context": f"{gallery} {rank} {picture}"},
        "question": question(made, score),
        "numbers": numbers(made, score, split_selection(pixel)),
    }


def stage(made: Exhibit, message: str) -> Panels:
    """Truth and prediction, with boxes around what the gallery is about and around false positives."""
    panels = [panel(exhibited.truth(made)), panel(exhibited.prediction(made))]
    size, base = made.scene.image.shape[:2], encode.jpeg_uri(made.scene.image)
    return Panels(size, panels, base, exhibited.legend(made), message=message)


def panel(part: Mapping[str, Any]) -> Panel:
    """A panel of a part that :mod:`demos.figures.exhibited` made."""
    texts, boxes = [Knows(*text) for text in part["texts"]], [Box(*box) for box in part["boxes"]]
    return Panel(**{**part, "texts": texts, "boxes": boxes})


def reading(made: Exhibit, score: float) -> Reading:
    """How many of the things were found."""
    hits, things, wrong = verdicts.tally(made)
    mean = verdicts.mean_iou(made)
    more = [("Mean mask IoU of those", "–" if mean is None else f"{mean:.2f}")]
    more += [("False positives + missed", f"{wrong} + {things - hits} = {wrong + things - hits}")]
    meaning = f"things found: right class, mask IoU ≥ ½, score ≥ {score:.2f}"
    return Reading(str(hits), f"of {things}", meaning, more=more)


def objects(made: Exhibit) -> Table:
    """Each thing with its IoU, those of the gallery first."""
    rows, strong = verdicts.rows(made)
    caption = "IoU = P ∩ T over P + T − P ∩ T; T: the thing's visible pixels, P: its detection's. Marked: asked for."
    return Table(verdicts.HEAD, rows, caption, strong=strong)


def board(made: Exhibit, score: float) -> dict[str, Any]:
    """Counts and cards of this scene's errors."""
    result = made.judged.errors
    cards = [galleries.card(one, made.picture.key) for one in examples_of(made.judged)]
    about = f"Errors of scene {made.scene.seed}, score ≥ {score:.2f}, IoU 0.5"
    bars = measured.bars(result.counts, errors.RULES)
    return {"about": about, "bars": bars, "hits": result.true_positives, "cards": cards}


def measure(
    picture: str = "scene:42", network: str = OURS, scenes: int = 50, score: float = 0.5
) -> Iterator[Any]:
    """Measure AP and count errors over scenes while watching: after each scene what is known so far.

    Args:
        picture: key of the first scene; the others follow, with its settings.
        network: the network to measure.
        scenes: how many, 1 to 300.
        score: least score of a detection that can be an error; the AP takes all detections.
    """
    start = pictures.resolve(picture).scene
    if start is None:
        raise ValueError(
            "A measurement needs scenes, whose truth is known; got a photograph. Choose a scene."
        )
    yield Progress(0, scenes, "Loading the network …")
    zoo.load(network)
    history: list[tuple[float | None, ...]] = []
    names = {**GALLERIES, "network": NETWORKS[network]}
    key = partial(pictures.scene_key, settings=start.settings)
    for told in stream.stream(network, min(start.seed, stream.SEEDS - scenes), scenes, start.settings, score):
        progress = Progress(told.done, scenes, f"{told.done} of {scenes} scenes, {told.seconds:.0f} s")
        if told.ap is None or told.ap_of != told.done:
            yield progress
            continue
        history.append((told.done, *(told.ap[f"mask_ap{at}"] for at in ("", "50", "75"))))
        yield {"progress": progress, "measured": measured.measured(told, history, names, errors.RULES, key)}


def question(made: Exhibit, score: float) -> Question:
    """What another threshold would do to the number of errors, computed by using it."""
    other = max(OTHER_SCORES, key=lambda one: abs(one - score))
    then = judge(made.scene, made.trace, other).errors
    now = made.judged.errors
    text = f"Move the score threshold from {score:.2f} to {other:.2f} on this scene: false positives plus missed …"
    wrong = [sum(one.false_positive for one in errors.items) for errors in (now, then)]
    sums = [f"{w} + {len(e.items) - w} = {len(e.items)}" for w, e in zip(wrong, (now, then), strict=True)]
    answer = 1 - int(np.sign(len(then.items) - len(now.items)))
    return Question(text, ["rise", "stay the same", "fall"], answer, f"From {sums[0]} to {sums[1]}.")


def numbers(made: Exhibit, score: float, pixel: tuple[float, ...]) -> str:
    """The IoU of the thing at a pixel (else of the first of the gallery), and one point of AP's curve."""
    height, width = made.scene.instance.shape
    x, y = (int(pixel[0]), int(pixel[1])) if pixel else (-1, -1)
    at = int(made.scene.instance[y, x]) if 0 <= x < width and 0 <= y < height else 0
    thing = at - 1 if at else next(iter(made.found.members), None)
    hint = "" if at else "\n\nPoint at another thing of the scene and click: its IoU is multiplied out here."
    return verdicts.worked(made, thing, score) + hint


def photograph(shown: pictures.Picture, network: str, score: float) -> dict[str, Any]:
    """Predictions alone, since a photograph has no truth."""
    message = f"{NOBODY} {STREETS}" if network == OURS else NOBODY
    try:
        trace = zoo.trace(network, shown.image)
    except zoo.WeightsUnavailable as error:
        trace = zoo.trace(OURS, shown.image)
        message += f" {error} Meanwhile this is the lecture's own network."
    said = tasks.answer(trace, score)
    alone = exhibited.answers(said, tasks.numbered(said.names, [-1] * len(said.names)))
    views = [Panel("Picture", shown.title), panel(alone)]
    count, sure = (int((trace.scores.numpy() >= at).sum()) for at in (score, SURE))
    choices = sorted({0, sure, count})
    asked = f"How many of the {count} detections have a score of at least {SURE}?"
    why = f"{sure} of {count}. A score is not the chance to be right."
    legend = style.legend(tuple(dict.fromkeys(said.names)))
    meaning = f"reach the score {score:.2f}; whether they are right, nobody knows"
    return {
        "stage": Panels(shown.image.shape[:2], views, encode.jpeg_uri(shown.image), legend, message=message),
        "found": Reading(str(count), "objects", meaning),
        "objects": None,
        "errors": None,
        "question": Question(asked, [str(choice) for choice in choices], choices.index(sure), why),
        "numbers": "There is no IoU without a truth. Choose a scene.",
    }


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    chosen = {key: value for key, value in (LESSON.defaults | settings).items() if key != "pixel"}
    return compute(**chosen)[0].arrays()


def build(screen: Screen) -> None:
    """The gallery's scene and its settings; below them its errors; below these the measurement."""
    with screen.left:
        place = {"select": "point", "key": "pixel", "height": STAGE_HEIGHT}
        screen.stage("stage", label="Truth beside prediction", columns=2, hint=HINT, **place)
    shows, nets = ([(title, name) for name, title in of.items()] for of in (GALLERIES, NETWORKS))
    with screen.right:
        screen.control("gallery", gr.Radio(shows, value="crowd", label="Gallery"))
        with gr.Row(elem_classes=["mrr-pair"]):
            screen.control("rank", gr.Slider(1, RANKS, 1, step=1, label="Rank", buttons=[]))
            score = gr.Slider(0.05, 0.95, 0.5, step=0.01, label="Score ≥", buttons=[])
            screen.control("score", score)
        screen.reading("found", "Things found")
        with gr.Row(elem_classes=["mrr-pair"]):
            scenes = gr.Slider(1, MOST_SCENES, 50, step=1, label="Scenes", buttons=[])
            screen.control("scenes", scenes)
            with gr.Column(min_width=0):
                screen.run("measure", measure, label="Measure AP")
        screen.control("network", gr.Dropdown(nets, value=OURS, label="Network"))
    with screen.row:
        about = "AP and errors over many scenes"
        screen.board(
            "measured", "maskResults", label=about, by="measure", key="opened", rule=Text(), colors=COLORS
        )
        screen.board("errors", "maskResults", label="Errors of this scene", colors=COLORS)
        screen.table("objects", "Each thing and its IoU")


def code() -> tuple[Any, ...]:
    """What "Show the code" prints."""
    from lecture_models.evaluation.matching import match_masks

    return compute, match_masks, errors.classify_errors, stream.stream


LESSON = Lesson(
    "mask_rcnn_results",
    "A5",
    "Results",
    "Mask R-CNN separates crowds, joins what is cut apart, finds small things; where it fails, each error has a name.",
    __doc__,
    update,
    build,
    code=code,
    data=data,
)
