"""Lesson A5: scenes that are hard, found by rule, what a network finds in them, and a name for each error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.figures import style
from demos.mask_rcnn_results import board, panels, slide, words
from demos.questions import others
from demos.ui import Lesson, Progress, Reading, Screen
from demos.ui.checks import Text, split_selection
from lecture_models import evaluation, pictures, zoo
from lecture_models.cache import KEPT
from lecture_models.evaluation import errors, matching, measurement
from lecture_models.evaluation.cards import cards_of
from lecture_models.studies import bad_boxes
from lecture_models.studies import mask_rcnn_results as study
from lecture_models.studies.vision_tasks import answer

if TYPE_CHECKING:
    from demos.figures.slides import Slide

OURS = "panoptic_fpn"
WITHOUT_MASKS = ("fasterrcnn_resnet50_fpn",)
FITTING = [name for name in (*zoo.names("panoptic"), *zoo.names("detection")) if name not in WITHOUT_MASKS]
NETWORKS = {**{name: zoo.title(name) for name in FITTING}, OURS: "The lecture's own: street scenes"}
NAMES = {"crowd": "Crowd", "cut": "Cut apart", "small": "Small", "failures": "Failures", "this": "This scene"}
HINT = "Point at a thing for its IoU; click to multiply it out. Scene settings, above, turn the difficulty."
BYTES_OF_PAIR = 200  # two numbers and their key
OPENED = Text(
    r"scene:\d{1,6}(\?\S*)? [a-z]+ \d \S+", "SCENE GALLERY RANK PICTURE, as a card sets it, or empty"
)
ONLY_SHOWN = ("pixel", "fifty")  # settings that change what is said of a scene, and neither data nor figure
OTHER_SCORES = (0.1, 0.3, 0.7, 0.9)
COLORS = {"true": style.TRUTH, "found": style.PREDICTION, "other": style.CYCLE[1], "series": style.CYCLE[:3]}


def compute(
    picture: str, network: str, gallery: str, rank: int, scenes: int, score: float, opened: str = ""
) -> study.GalleryScene:
    """The gallery's scene, or the opened one, compared with cached forward passes."""
    key, _, context = opened.partition(" ")
    if opened and opened.count(" ") != 3:
        must = "opened must be KEY GALLERY RANK PICTURE, as a card sets it"
        raise ValueError(f"{must}; got {opened!r}. Leave it empty.")
    if opened and context == f"{gallery} {rank} {picture}":
        picture, gallery = key, "this"
    return study.find(picture, network, gallery, rank, scenes, score)


def update(
    picture: str = "scene:42",
    network: str = OURS,
    gallery: str = "crowd",
    rank: int = 1,
    scenes: int = 50,
    score: float = 0.5,
    pixel: str = "",
    opened: str = "",
    fifty: bool = False,
) -> Mapping[str, Any]:
    """Find a scene that is hard in one way, compare a network with its truth, and name each of its errors.

    Args:
        picture: key of the picture; galleries look at its scene and those that follow, with its settings.
        network: the network; COCO's are fetched when they are first asked for.
        gallery: crowd, cut, small, failures, or this for the picture's own scene.
        rank: 1 for the scene that shows it most strongly, 2 for the next, up to 6.
        scenes: scenes to measure on; galleries look at the first 16 of them (failures: 6).
        score: least score of a detection that counts, 0.05 to 0.95.
        pixel: "x,y", a pixel of the thing whose IoU is multiplied out, or empty.
        opened: "KEY GALLERY RANK PICTURE", a scene opened from the list of errors while these were set, or empty.
        fifty: whether fifty bad boxes at score 0.01 are added where AP is taken of this scene.
    """
    no_truth = not picture.startswith("scene:")
    usual, sentence = zoo.usable(network, OURS, photograph=no_truth)
    if no_truth:
        return photograph(picture, usual, score, sentence)
    scene = {"picture": picture, "network": usual, "gallery": gallery, "rank": rank, "opened": opened}
    return judged(sentence, pixel, score, fifty, scenes=study.looked_at(gallery, scenes), **scene)


@lru_cache(maxsize=16)
def judged(sentence: str, pixel: str, score: float, fifty: bool, **settings: Any) -> Mapping[str, Any]:
    """What is shown of a scene; kept, since "Scenes" moves the measurement alone beyond what a gallery looks at."""
    made = compute(score=score, **settings)
    then = {other: wrong_at(made, settings["network"], other) for other in others(OTHER_SCORES, score)}
    context = "{gallery} {rank} {picture}".format(**settings)
    return {
        "stage": panels.stage(made, f"{made.why()} {sentence}".strip()),
        "found": words.reading(made, score),
        "objects": words.objects(made),
        "unseen": words.unseen(bad_boxes.judge(made, fifty), bad_boxes.SCORE),
        "errors": board.scene_errors(made, cards_of(made.comparison), score, context),
        "question": words.question(made, settings["picture"], score, then),
        "numbers": words.numbers(made, score, split_selection(pixel)),
        "seen": words.seen(made),
    }


def wrong_at(made: study.GalleryScene, network: str, score: float) -> words.Wrong:
    """False positives and missed things at another threshold; kept, since each slider's move asks for them."""
    kept = ("wrong", network, made.picture.key, score)
    return KEPT.get(kept, lambda: words.counted(made.errors_at(score)), lambda _: BYTES_OF_PAIR)


def photograph(picture: str, network: str, score: float, sentence: str) -> Mapping[str, Any]:
    """Predictions alone, since a photograph has no truth."""
    shown = pictures.resolve(picture)
    said = answer(zoo.trace(network, shown.image), score)
    count = len(said.names)
    numbered = study.numbered(said.names, [-1] * count)
    meaning = f"reach the score {score:.2f}; whether they are right, nobody knows"
    return {
        "stage": panels.photograph(shown, said, numbered, f"{words.NOBODY} {sentence}"),
        "found": Reading(str(count), "detection" if count == 1 else "detections", meaning),
        "objects": None,
        "unseen": None,
        "errors": None,
        "question": words.sure(count, int((said.scores >= words.SURE).sum()), picture),
        "numbers": "There is no IoU without a truth. Choose a scene.",
        "seen": f"{count} detection{'s' * (count != 1)} of score ≥ {score:.2f}. {words.NOBODY}",
    }


def measure(
    picture: str = "scene:42", network: str = OURS, scenes: int = 50, score: float = 0.5
) -> Iterator[Any]:
    """Measure AP, recall by kind of thing and errors over scenes: after each scene what is known so far.

    Args:
        picture: key of the first scene; the others follow, with its settings.
        network: the network to measure.
        scenes: how many, 1 to 300.
        score: least score of a detection that can be an error; the AP takes all detections.
    """
    start = pictures.resolve(picture).scene
    if start is None:
        raise ValueError(
            "A measurement needs scenes, since it needs a truth; got a photograph. Choose a scene."
        )
    yield Progress(0, scenes, "Loading the network …")
    zoo.load(network)
    curve: tuple[board.Point, ...] = ()
    key = partial(pictures.scene_key, settings=start.settings)
    first = min(start.seed, evaluation.UNSEEN - scenes)
    for told in measurement.measure(network, first, scenes, start.settings, score):
        report: dict[str, Any] = {}
        if told.ap_of == told.done:  # else the AP is of fewer scenes
            curve = (*curve, *board.points(told))
            report["measured"] = board.measured(told, curve, NAMES | NETWORKS, key)
        yield {"progress": Progress(told.done, scenes, words.so_far(told)), **report}


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    chosen = {key: value for key, value in (LESSON.defaults | settings).items() if key not in ONLY_SHOWN}
    return compute(**{**chosen, "network": zoo.usable(chosen["network"], OURS)[0]}).arrays()


def figure(**settings: Any) -> Slide:
    """The scene with its errors as a figure, a photograph with its detections; settings as `update`'s."""
    chosen = {key: value for key, value in (LESSON.defaults | settings).items() if key not in ONLY_SHOWN}
    shown, score = pictures.resolve(chosen["picture"]), chosen["score"]
    chosen["network"] = zoo.usable(chosen["network"], OURS, photograph=shown.scene is None)[0]
    if shown.scene is None:
        seen = photograph(chosen["picture"], chosen["network"], score, "")
        return slide.photograph(seen["stage"], shown.image, shown.title, int(seen["found"].value))
    made = compute(**chosen)
    return slide.slide(made, panels.stage(made, ""), score)


def build(screen: Screen) -> None:
    """The gallery's scene and its settings; below them its errors; below these the measurement."""
    with screen.left:
        place = {"select": "point", "key": "pixel", "height": "var(--mrr-stage)"}  # set in board.css
        screen.stage("stage", label="Truth beside prediction", columns=2, hint=HINT, **place)
    shows, nets = ([(title, name) for name, title in of.items()] for of in (NAMES, NETWORKS))
    with screen.right:
        screen.control("gallery", gr.Radio(shows, value="crowd", label="Gallery"))
        with gr.Row(elem_classes=["mrr-pair"]):
            screen.control("rank", gr.Slider(1, 6, 1, step=1, label="Rank", buttons=[]))
            screen.control("score", gr.Slider(0.05, 0.95, 0.5, step=0.01, label="Score ≥", buttons=[]))
        screen.reading("found", "Things found")
        with gr.Row(elem_classes=["mrr-pair"]):
            screen.control("scenes", gr.Slider(1, 300, 50, step=1, label="Scenes", buttons=[]))
            with gr.Column(min_width=0):
                screen.run("measure", measure, label="Measure AP")
        screen.control("network", gr.Dropdown(nets, value=OURS, label="Network"))
    with screen.row:
        looks: dict[str, Any] = {"colors": COLORS, "rules": dict(errors.RULES)}
        about = "AP and errors over many scenes"
        screen.board("measured", "errors", label=about, by="measure", key="opened", rule=OPENED, **looks)
        screen.board("errors", "errors", label="Errors of this scene", **looks)
        screen.control("fifty", gr.Checkbox(False, label="Add fifty bad boxes at score 0.01"))
        with gr.Row(elem_classes=["ww-tables"]):
            screen.table("unseen", "Ours: what AP does not see, in this scene")
        screen.table("objects", "Each thing and its IoU")


LESSON = Lesson(
    "mask_rcnn_results",
    "A5",
    "Results",
    "Crowds, things cut apart and small things are the hard cases; where the network fails, each error has a name.",
    update,
    build,
    code=lambda: (compute, matching.match_masks, errors.classify_errors, measurement.measure),
    data=data,
    asks="Which things are hard to find, and what goes wrong?",
    first="Pick a gallery.",
    figure=figure,
)
