"""Lesson A1: one picture, every task, from one forward pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from demos.figures import encode, overlays, style
from demos.questions import others
from demos.ui import Box, Knows, Lesson, Panel, Panels, Screen
from demos.ui.checks import split_selection
from demos.vision_tasks import beyond, words
from demos.vision_tasks.slide import slide
from lecture_models import pictures, segments, zoo
from lecture_models.cache import KEPT
from lecture_models.scenes import STUFF
from lecture_models.studies import beyond_labels
from lecture_models.studies import vision_tasks as tasks
from lecture_models.studies.vision_tasks import Compared

if TYPE_CHECKING:
    from demos.figures.slides import Slide
    from lecture_models.nets.rcnn_trace import RCNNTrace

OURS = "panoptic_fpn"
NETWORKS = {
    OURS: "The lecture's own: street scenes",
    "maskrcnn_resnet50_fpn_v2": "Mask R-CNN v2: COCO, 80 classes",
    "maskrcnn_resnet50_fpn": "Mask R-CNN: COCO, 80 classes",
    "fasterrcnn_resnet50_fpn": "Faster R-CNN: COCO, boxes only",
}
PLAIN = "Plain picture"
ASKS = {
    PLAIN: "What does the network get?",
    "Classes present": "Which classes are there?",
    "Semantic map": "Which class has each pixel?",
    "Boxes": "Where is each object?",
    "Instances": "Which pixels are whose?",
    "Panoptic map": "Which class and which object has each pixel?",
    "Truth": "What is really there?",
    "The picture": "What is really there? Nobody has marked it.",
    **beyond.ASKS,
}
OTHER_SCORES = (0.1, 0.3, 0.8, 0.95)


def compute(picture: str, network: str) -> tuple[pictures.Picture, RCNNTrace, str]:
    """One forward pass over the picture, from the cache if it ran before, and a sentence where one is due."""
    shown = pictures.resolve(picture)
    usual, message = zoo.usable(network, OURS, photograph=shown.scene is None)
    return shown, zoo.trace(usual, shown.image), message


def update(
    picture: str = "scene:42", network: str = OURS, score: float = 0.5, pixel: str = ""
) -> Mapping[str, Any]:
    """Every vision task's answer about one picture beside the truth: five from one forward pass of a network.

    Depth and normals come from another network, colour from a third one, which sees the lightness alone.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        network: the network; COCO's are fetched when they are first asked for.
        score: detections with a lower score are left out, 0.05 to 0.95.
        pixel: "x,y", a pixel whose numbers are multiplied out, or empty.
    """
    shown, trace, message = compute(picture, network)
    seen = tasks.compare(shown.scene, tasks.answer(trace, score))
    kept = outcomes(shown, trace, (score, *others(OTHER_SCORES, score)))
    return {
        "views": views(shown, seen, message),
        "agreement": words.reading(seen),
        "question": words.question(shown.key, kept, score),
        "numbers": words.numbers(trace, seen, score, split_selection(pixel)),
        "seen": words.seen(seen, score),
    }


def outcomes(
    shown: pictures.Picture, trace: RCNNTrace, scores: Sequence[float]
) -> dict[float, words.Outcome]:
    """For each score threshold how many detections reach it and, of a scene, how many true objects these find."""
    found = tasks.found_by_all(shown.scene, trace) if shown.scene else None
    kept = {score: int((trace.scores >= score).sum()) for score in scores}

    def hits(many: int) -> int | None:
        return None if found is None else sum(one >= 0 for one in found[:many])

    return {score: words.Outcome(many, hits(many)) for score, many in kept.items()}


def views(shown: pictures.Picture, seen: Compared, message: str) -> Panels:
    """Linked panels of one picture, each with what it says at every pixel and whether that is true."""
    size = shown.image.shape[:2]
    panels = [plain_view(shown, size)] if seen.truth else []
    panels += [classes_view(seen, shown.image), semantic_view(seen), boxes_view(seen, size)]
    panels += [instances_view(seen), panoptic_view(seen)]
    more: Sequence[Panel] = ()
    try:
        more = without_labels(shown)
    except zoo.WeightsUnavailable as error:
        message = message or str(error)
    panels += [*more, truth_view(seen, size)]
    names = dict.fromkeys([*(seen.truth.names if seen.truth else ()), *seen.answers.classes])
    legend = [*style.legend(tuple(names)), ("void", style.VOID_COLOR)]
    legend += shades(seen) + (beyond.legend() if more else [])
    truth = encode.pack_indices(seen.truth.map) if seen.truth else None
    return Panels(size, panels, encode.jpeg_uri(shown.image), legend, truth, message=message)


def without_labels(shown: pictures.Picture) -> tuple[Panel, ...]:
    """Depth, normals and colour, by two networks of their own; kept, since no setting but the picture moves them."""
    key = "without labels", shown.key
    sky = None if shown.scene is None else shown.scene.semantic == STUFF.index("sky")
    return KEPT.get(key, lambda: beyond.views(beyond_labels.beyond(shown), sky), beyond.bytes_of)


def shades(seen: Compared) -> list[tuple[str, str]]:
    """What another shade of a class's colour means, by the first one that is shown."""
    more = [k for k, number in enumerate(seen.numbers) if number > 1]
    return [(f"lighter or darker: another {seen.answers.names[k]}", color(seen, k)) for k in more[:1]]


def color(seen: Compared, detection: int) -> str:
    """A detection's colour: its class's, lighter or darker with its number; found objects as in the truth."""
    return style.instance_color(seen.answers.names[detection], seen.numbers[detection] - 1)


def scored(seen: Compared, detection: int) -> str:
    """A detection as text: "ball 2, score 0.97"."""
    return f"{seen.title(detection)}, score {seen.answers.scores[detection]:.2f}"


def plain_view(shown: pictures.Picture, size: tuple[int, int]) -> Panel:
    """The picture as the network gets it: colours, and not a word."""
    return panel(PLAIN, [shown.title], np.zeros(size, np.uint8), [Knows("a colour", "Cannot know: of what.")])


def classes_view(seen: Compared, image: np.ndarray) -> Panel:
    """Classification: names without a place, so the picture is only a dark ground for them."""
    present = seen.answers.classes
    knows = [Knows(f"{len(present)} classes", "Cannot know: where they are.")]
    right = [[name in present for name in seen.truth.names]] if seen.truth else []
    tags = [(name, style.class_color(name)) for name in present]
    dark, index = encode.jpeg_uri(overlays.dimmed(image)), np.zeros(image.shape[:2], np.uint8)
    return replace(panel("Classes present", present, index, knows, right), image=dark, tags=tags)


def semantic_view(seen: Compared) -> Panel:
    """A class for each pixel; objects of a class are not told apart."""
    said = seen.answers.semantic
    one = "Stuff: nobody counts it."
    cannot = [one if name in STUFF else f"Cannot know: which {name}." for name in said.names]
    knows = [Knows("no class", "This network knows no stuff."), *map(Knows, said.names, cannot)]
    colors = [style.class_color(name) for name in said.names]
    return painted("Semantic map", seen, said, colors, knows, np.zeros(len(said) + 1, int))


def boxes_view(seen: Compared, size: tuple[int, int]) -> Panel:
    """Detections as boxes."""
    index, sets = overlays.covering(seen.answers.boxes, size)
    knows = []
    for inside in sets:
        text = scored(seen, inside[0]) if len(inside) == 1 else "; ".join(map(seen.title, inside))
        knows.append(Knows(text or "no object", "Cannot know: which of its pixels." if inside else ""))
    labels = [f"{seen.title(k)} · {score:.2f}" for k, score in enumerate(seen.answers.scores)]
    boxes = [Box(tuple(box), color(seen, k), labels[k]) for k, box in enumerate(seen.answers.boxes.tolist())]
    return replace(panel("Boxes", labels, index, knows, tasks.boxes_right(seen, sets)), boxes=boxes)


def instances_view(seen: Compared) -> Panel:
    """A mask for each object, and nothing about the rest."""
    said = seen.answers.instances
    knows = [Knows("no object", "Cannot know: which background.")]
    knows += [Knows(scored(seen, k), "Cannot know: what is around it.") for k in range(len(said))]
    colors = [color(seen, k) for k in range(len(said))]
    return painted("Instances", seen, said, colors, knows, seen.masked, void=None)


def panoptic_view(seen: Compared) -> Panel:
    """Stuff and things in one map."""
    said = seen.answers.panoptic
    parts = list(zip(said.names, seen.answers.owner, strict=True))
    colors = [style.class_color(name) if k < 0 else color(seen, k) for name, k in parts]
    knows = [Knows("void", "Nothing was sure enough here.")]
    knows += [Knows(name if k < 0 else scored(seen, k), "One answer for each pixel.") for name, k in parts]
    return painted("Panoptic map", seen, said, colors, knows, seen.owned)


def truth_view(seen: Compared, size: tuple[int, int]) -> Panel:
    """The scene's exact segments; for a photograph the picture alone."""
    if seen.truth is None:
        knows = [Knows("unknown", "A photograph: nobody marked it.")]
        return panel("The picture", [words.NOBODY], np.zeros(size, np.uint8), knows)
    pairs = list(zip(seen.truth.names[len(STUFF) :], seen.true_numbers, strict=True))
    colors = [*map(style.class_color, STUFF), *(style.instance_color(name, k - 1) for name, k in pairs)]
    texts = [*STUFF, *(f"{name} {k}" for name, k in pairs)]
    knows = [Knows("void", "Too small to count.")]
    knows += [Knows(text, "Exact: the scene was computed.") for text in texts]
    return painted("Truth", seen, seen.truth, colors, knows)


def painted(
    title: str,
    seen: Compared,
    said: segments.Segments,
    colors: Sequence[str],
    knows: Sequence[Knows],
    matched: np.ndarray | None = None,
    void: str | None = style.VOID_COLOR,
) -> Panel:
    """A panel of segments over the picture; with ``matched`` it is compared with the truth."""
    overlay = encode.png_uri(overlays.segment_overlay(said.map, colors, void))
    made = replace(panel(title, said.names, said.map, knows), overlay=overlay)
    if seen.truth is None or matched is None:
        return made
    return replace(made, marks=signs(segments.right_table(said, seen.truth, matched)[:, 1:]))


def panel(
    title: str, names: Sequence[str], index: np.ndarray, knows: Sequence[Knows], right: Any = ()
) -> Panel:
    """A panel that reads out ``knows[index]``; ``right[index][truth]`` says where that is true, void left out."""
    alt = f"{ASKS[title]} {', '.join(dict.fromkeys(names)) or 'nothing'}"
    packed = encode.pack_indices(index)
    return Panel(title, alt, index=packed, texts=knows, marks=signs(right), asks=ASKS[title])


def signs(right: Any) -> list[str]:
    """Rows of right and wrong as a panel's marks; the first sign is for void truth, which is not compared."""
    return ["." + "".join("+" if one else "-" for one in row) for row in right]


def data(
    picture: str = "scene:42", network: str = OURS, score: float = 0.5, pixel: str = ""
) -> Mapping[str, Any]:
    """Maps, boxes, scores and names as they are shown."""
    said = tasks.answer(compute(picture, network)[1], score)
    maps = {name: getattr(said, name) for name in ("semantic", "instances", "panoptic")}
    saved: dict[str, Any] = {"boxes": said.boxes, "scores": said.scores, "names": list(said.names)}
    saved |= {f"{name}_names": list(one.names) for name, one in maps.items()}
    return saved | {name: one.map for name, one in maps.items()}


def figure(picture: str = "scene:42", network: str = OURS, score: float = 0.5, pixel: str = "") -> Slide:
    """The views as a figure; settings as `update`'s."""
    shown, trace, _ = compute(picture, network)
    seen = tasks.compare(shown.scene, tasks.answer(trace, score))
    return slide(shown, seen, views(shown, seen, ""), split_selection(pixel))


def build(screen: Screen) -> None:
    """All views in two rows; network, score threshold and the agreement beside them."""
    with screen.left:
        screen.stage("views", label="Views of one picture", select="point", key="pixel", columns=5)
    with screen.right:
        choices = [(title, name) for name, title in NETWORKS.items()]
        screen.control("network", gr.Dropdown(choices, value=OURS, label="Network"))
        about = "Detections below it are left out."
        screen.control("score", gr.Slider(0.05, 0.95, 0.5, step=0.01, label="Score threshold", info=about))
        screen.reading("agreement", "Agreement with the truth")


LESSON = Lesson(
    name="vision_tasks",
    number="A1",
    title="Vision tasks",
    point="One picture, every task: point at a pixel to see what each answer knows, and what it cannot know.",
    update=update,
    build=build,
    code=lambda: (compute, tasks.answer, tasks.merge, segments.match),
    data=data,
    asks="What can each kind of answer know about one pixel?",
    card="Boxes",
    first="Point at a pixel.",
    figure=figure,
)
