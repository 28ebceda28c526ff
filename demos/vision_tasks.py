"""
### One picture, every task

| task | answers | extent in the picture | tells objects apart |
|---|---|---|---|
| classification | which classes are there? | none | no |
| semantic segmentation | which class has this pixel? | every pixel | no: no objects, just pixels |
| object detection | where is each object? | a box | yes |
| instance segmentation | which pixels are this object's? | its pixels | yes, but knows only things |
| panoptic segmentation | which class, and which object, has this pixel? | every pixel | yes |

*Things* can be counted (a person, a ball); *stuff* cannot (sky, road). Instance segmentation is done here as in
Mask R-CNN: detect all objects first, then predict a mask for each of them. The semantic map comes from a second
branch on the same feature pyramid, and the panoptic map merges the two: detections take their pixels in order of
score, stuff fills the rest.

All six views are of **one** forward pass. The score threshold $t$ keeps a detection if its score $s \\ge t$; the
network does not run again when it moves.

A predicted object counts as found if it has the class of a true one and
$$\\mathrm{IoU} = \\frac{|P \\cap T|}{|P \\cup T|} > \\tfrac12 ,$$
since at most one prediction can then belong to a true object.

He, Gkioxari, Dollár and Girshick 2017, *Mask R-CNN* (section 3); Kirillov, He, Girshick, Rother and Dollár 2019,
*Panoptic Segmentation* (sections 3 and 4.1, merging in section 7); Kirillov, Girshick, He and Dollár 2019, *Panoptic
Feature Pyramid Networks* (section 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from demos.figures import encode, overlays, style
from demos.ui import Box, Knows, Lesson, Panel, Panels, Question, Reading, Screen
from demos.ui.checks import split_selection
from lecture_models import pictures, segments, tasks, zoo
from lecture_models.pictures import Picture
from lecture_models.scenes import STUFF
from lecture_models.segments import Segments
from lecture_models.tasks import Answers

if TYPE_CHECKING:
    from lecture_models.nets.rcnn_trace import RCNNTrace

OURS = "panoptic_fpn"
NETWORKS = {
    OURS: "The lecture's own: street scenes",
    "maskrcnn_resnet50_fpn_v2": "Mask R-CNN v2: COCO, 80 classes",
    "maskrcnn_resnet50_fpn": "Mask R-CNN: COCO, 80 classes",
    "fasterrcnn_resnet50_fpn": "Faster R-CNN: COCO, boxes only",
}
ASKS = {
    "Classes present": "Which classes are there?",
    "Semantic map": "Which class has each pixel?",
    "Boxes": "Where is each object?",
    "Instances": "Which pixels are whose?",
    "Panoptic map": "Which class and which object has each pixel?",
    "Truth": "What is really there?",
}
NOBODY = "Nobody has marked the truth of a photograph."


@dataclass(frozen=True)
class Compared:
    """Answers beside the truth, if there is one: what matches what, and the objects' numbers within their class."""

    picture: Picture
    answers: Answers
    truth: Segments | None
    found: list[int]  # true thing (from 0) of each detection by its box, -1: none
    owned: np.ndarray  # true segment of each panoptic segment, 0: none
    masked: np.ndarray  # true segment of each instance, 0: none
    numbers: list[int]  # of each detection, within its class
    true_numbers: list[int]

    def title(self, detection: int) -> str:
        return f"{self.answers.names[detection]} {self.numbers[detection]}"

    def color(self, detection: int) -> str:
        return style.instance_color(self.answers.names[detection], self.numbers[detection] - 1)

    @property
    def agreement(self) -> float:
        """Share of the pixels with a truth where the panoptic map agrees with it."""
        right, counted = segments.agreement(self.answers.panoptic, self.truth, self.owned) if self.truth else (0, 0)
        return right / max(counted, 1)


def compute(picture: str, network: str) -> tuple[Picture, RCNNTrace, str]:
    """One forward pass over the picture, from the cache if it ran before; a sentence if the weights are not here."""
    shown = pictures.resolve(picture)
    try:
        return shown, zoo.trace(network, shown.image), ""
    except zoo.WeightsUnavailable as error:
        if network == OURS:
            raise
        return shown, zoo.trace(OURS, shown.image), f"{error} Meanwhile this is the lecture's own network."


def compare(picture: Picture, answers: Answers) -> Compared:
    """Match the answers with the truth of the scene."""
    if picture.scene is None:
        nothing = np.zeros(len(answers.panoptic) + 1, int), np.zeros(len(answers.instances) + 1, int)
        alone = [-1] * len(answers.names)
        return Compared(picture, answers, None, alone, *nothing, tasks.numbered(answers.names, alone), [])
    truth = segments.of_scene(picture.scene)
    things = truth.names[len(STUFF) :]
    boxes = np.array([thing.box for thing in picture.scene.things], float)
    found = tasks.match_boxes(answers.names, answers.boxes, things, boxes)
    owned, masked = segments.match(answers.panoptic, truth), segments.match(answers.instances, truth)
    numbers = tasks.numbered(answers.names, found, things)
    return Compared(picture, answers, truth, found, owned, masked, numbers, tasks.numbered(things, range(len(things)), things))


def update(
    picture: str = "scene:42", network: str = OURS, score: float = 0.5, pixel: str = ""
) -> Mapping[str, Any]:
    """Every vision task's answer about one picture, from one forward pass of a network, beside the truth.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        network: the network; COCO's are fetched when they are first asked for.
        score: detections with a lower score are left out, 0.05 to 0.95.
        pixel: "x,y", a pixel whose numbers are multiplied out, or empty.
    """
    shown, trace, message = compute(picture, network)
    seen = compare(shown, tasks.answer(trace, score))
    return {
        "views": views(seen, message),
        "agreement": reading(seen),
        "question": question(trace, seen, score),
        "numbers": numbers(trace, seen, score, split_selection(pixel)),
    }


# ---- the six views ----------------------------------------------------------------------------------


def views(seen: Compared, message: str) -> Panels:
    """Six linked panels: classes, semantic map, boxes, instances, panoptic map, truth."""
    size = seen.picture.image.shape[:2]
    panels = [make(seen) for make in (classes_view, semantic_view, boxes_view, instances_view, panoptic_view, truth_view)]
    panels = [replace(panel, asks=ASKS[panel.title]) for panel in panels]
    truth = encode.pack_indices(seen.truth.map) if seen.truth else None
    names = tuple(dict.fromkeys([*(seen.truth.names if seen.truth else ()), *seen.answers.classes]))
    legend = [*style.legend(names), ("void: nothing said", style.VOID_COLOR)]
    base = encode.jpeg_uri(seen.picture.image)
    return Panels(size, panels, base, legend, truth, message=message)


def classes_view(seen: Compared) -> Panel:
    present = seen.answers.classes
    there = ", ".join(present) or "nothing"
    tags = [(name, style.class_color(name)) for name in present]
    index = np.zeros(seen.picture.image.shape[:2], np.uint8)
    knows = [Knows(f"{len(present)} classes, somewhere", "Cannot know: where they are.")]
    marks = ["." + "".join("+" if name in present else "-" for name in seen.truth.names)] if seen.truth else []
    dark = encode.jpeg_uri(overlays.dimmed(seen.picture.image))
    return Panel("Classes present", f"In the picture: {there}", dark, "", encode.pack_indices(index), knows, marks, tags)


def semantic_view(seen: Compared) -> Panel:
    said = seen.answers.semantic
    colors = [style.class_color(name) for name in said.names]
    knows = [Knows("no class", "This network knows no stuff."), *(Knows(name, which(name)) for name in said.names)]
    return drawn("Semantic map", "A class for each pixel", seen, said, colors, knows, np.zeros(len(said) + 1, int))


def which(name: str) -> str:
    return "Stuff: there is only one." if name in STUFF else f"Cannot know: which {name}."


def boxes_view(seen: Compared) -> Panel:
    answers = seen.answers
    index, sets = overlays.covering(answers.boxes, seen.picture.image.shape[:2])
    knows = [Knows(inside(seen, one), "Cannot know: which of its pixels.") for one in sets]
    boxes = [
        Box(tuple(map(float, box)), seen.color(k), f"{seen.title(k)} · {answers.scores[k]:.2f}")
        for k, box in enumerate(answers.boxes)
    ]
    alt = f"{len(boxes)} boxes: {', '.join(box.label for box in boxes)}"
    return Panel("Boxes", alt, index=encode.pack_indices(index), texts=knows, marks=box_marks(seen, sets), boxes=boxes)


def inside(seen: Compared, boxes: Sequence[int]) -> str:
    said = [f"{seen.title(k)}, score {seen.answers.scores[k]:.2f}" for k in boxes] if len(boxes) < 2 else [seen.title(k) for k in boxes]
    return "; ".join(said) if said else "no object"


def box_marks(seen: Compared, sets: Sequence[tuple[int, ...]]) -> list[str]:
    """Right where a true thing is boxed as what it is, and where stuff is in no false box."""
    if seen.truth is None:
        return []
    rows = []
    for boxes in sets:
        things = {seen.found[k] for k in boxes}
        right = [k - len(STUFF) in things if thing else -1 not in things for k, thing in enumerate(seen.truth.things)]
        rows.append("." + "".join("+" if one else "-" for one in right))
    return rows


def instances_view(seen: Compared) -> Panel:
    said = seen.answers.instances
    colors = [seen.color(k) for k in range(len(said))]
    texts = [f"{seen.title(k)}, score {seen.answers.scores[k]:.2f}" for k in range(len(said))]
    knows = [Knows("no object", "Cannot know: which background."), *(Knows(text, "Cannot know: what is around it.") for text in texts)]
    panel = drawn("Instances", "A mask for each object", seen, said, colors, knows, seen.masked, stuff_is_none=True)
    return panel


def panoptic_view(seen: Compared) -> Panel:
    said, owner = seen.answers.panoptic, seen.answers.owner
    colors = [style.class_color(name) if k < 0 else seen.color(k) for name, k in zip(said.names, owner, strict=True)]
    texts = [name if k < 0 else f"{seen.title(k)}, score {seen.answers.scores[k]:.2f}" for name, k in zip(said.names, owner, strict=True)]
    knows = [Knows("void", "Nothing was sure enough here."), *(Knows(text, "One answer for each pixel.") for text in texts)]
    return drawn("Panoptic map", "A class for each pixel, an object for each thing", seen, said, colors, knows, seen.owned)


def truth_view(seen: Compared) -> Panel:
    if seen.truth is None:
        index = encode.pack_indices(np.zeros(seen.picture.image.shape[:2], np.uint8))
        return Panel("Truth", NOBODY, index=index, texts=[Knows("unknown", NOBODY)], note="")
    stuff = len(STUFF)
    pairs = list(zip(seen.truth.names[stuff:], seen.true_numbers, strict=True))
    colors = [style.class_color(name) for name in STUFF] + [style.instance_color(name, k - 1) for name, k in pairs]
    texts = [*STUFF, *(f"{name} {k}" for name, k in pairs)]
    knows = [Knows("void", "Too small to count."), *(Knows(text, "Exact: the scene was computed.") for text in texts)]
    overlay = encode.png_uri(overlays.segment_overlay(seen.truth.map, colors, style.VOID_COLOR))
    return Panel("Truth", f"True segments: {', '.join(texts)}", "", overlay, encode.pack_indices(seen.truth.map), knows)


def drawn(
    title: str,
    alt: str,
    seen: Compared,
    said: Segments,
    colors: Sequence[str],
    knows: Sequence[Knows],
    matched: np.ndarray,
    stuff_is_none: bool = False,
) -> Panel:
    """A panel of segments over the picture, with its marks against the truth."""
    overlay = encode.png_uri(overlays.segment_overlay(said.map, colors, None if stuff_is_none else style.VOID_COLOR))
    marks = segment_marks(said, seen.truth, matched, stuff_is_none) if seen.truth else []
    names = ", ".join(dict.fromkeys(said.names)) or "none"
    return Panel(title, f"{alt}: {names}", "", overlay, encode.pack_indices(said.map), knows, marks)


def segment_marks(said: Segments, truth: Segments, matched: np.ndarray, stuff_is_none: bool) -> list[str]:
    """Signs of each said number against each true number; void truth is not compared."""
    table = segments.right_table(said, truth, matched)
    if stuff_is_none:
        table[0, 1:] = [not thing for thing in truth.things]
    return ["." + "".join("+" if one else "-" for one in row[1:]) for row in table]


# ---- reading, question, numbers -----------------------------------------------------------------------


def reading(seen: Compared) -> Reading:
    """Pixels on which panoptic map and truth agree; for a photograph the number of objects."""
    kept = len(seen.answers.names)
    if seen.truth is None:
        return Reading(str(kept), "objects", "reach the score threshold. " + NOBODY)
    hits = sum(one >= 0 for one in seen.found)
    more = [
        ("True objects with a box (IoU ≥ ½)", f"{hits} of {len(seen.true_numbers)}"),
        ("False alarms", str(kept - hits)),
    ]
    return Reading(f"{100 * seen.agreement:.1f}", "%", "of the pixels: panoptic map and truth agree", more=more)


def question(trace: RCNNTrace, seen: Compared, score: float) -> Question:
    """What another threshold would do, computed by using it."""
    other = 0.8 if score < 0.65 else 0.3
    then = compare(seen.picture, tasks.answer(trace, other))
    if seen.truth is None:
        lost, name = len(then.answers.names) - len(seen.answers.names), "objects"
        now, later = f"{len(seen.answers.names)}", f"{len(then.answers.names)} objects"
    else:
        lost, name = round(100 * (then.agreement - seen.agreement), 1), "agreement with the truth"
        now, later = f"{100 * seen.agreement:.1f} %", f"{100 * then.agreement:.1f} %"
    text = f"Move the score threshold from {score:.2f} to {other:.2f} on this picture. What happens to the number of objects?"
    if seen.truth is not None:
        text = f"Move the score threshold from {score:.2f} to {other:.2f} on this picture. What happens to the panoptic map's {name}?"
    before, after = len(seen.answers.names), len(then.answers.names)
    why = f"It goes from {now} to {later}: {before} detections now, {after} then. Move the slider and see which pixels change."
    return Question(text, ["It rises", "It stays the same", "It falls"], 1 - int(np.sign(lost)), why)


def numbers(trace: RCNNTrace, seen: Compared, score: float, pixel: Sequence[float]) -> str:
    """The large number and one pixel's probabilities, multiplied out, as Markdown."""
    lines = []
    if seen.truth is not None:
        right, counted = segments.agreement(seen.answers.panoptic, seen.truth, seen.owned)
        lines.append(f"**Agreement.** $\\dfrac{{{right}\\text{{ pixels agree}}}}{{{counted}\\text{{ pixels with a truth}}}} = {100 * right / max(counted, 1):.2f}\\,\\%$")
    height, width = seen.picture.image.shape[:2]
    x, y = (int(pixel[0]), int(pixel[1])) if pixel else (width // 2, height // 2)
    if not (0 <= x < width and 0 <= y < height):
        raise ValueError(f"pixel must lie in the picture of {width} × {height}; got {x},{y}. Click another pixel.")
    lines.append(f"**Pixel ({x}, {y}).** " + ("" if pixel else "The middle; click any other. "))
    lines += semantic_numbers(trace, x, y) + mask_numbers(trace, seen, score, x, y)
    return "\n\n".join(lines)


def semantic_numbers(trace: RCNNTrace, x: int, y: int) -> list[str]:
    if trace.semantic is None:
        return ["This network has no semantic branch."]
    from lecture_models.scenes import CLASSES

    logits = trace.semantic[:, y, x].double().numpy()
    powers = np.exp(logits)
    best = np.argsort(-logits)[:3]
    terms = " + ".join(f"e^{{{logits[k]:.2f}}}" for k in best)
    return [
        f"Semantic branch: $p(\\text{{{CLASSES[best[0]]}}}) = \\dfrac{{e^{{{logits[best[0]]:.2f}}}}}{{{terms} + \\dots}}"
        f" = \\dfrac{{{powers[best[0]]:.4g}}}{{{powers.sum():.4g}}} = {powers[best[0]] / powers.sum():.4f}$"
    ]


def mask_numbers(trace: RCNNTrace, seen: Compared, score: float, x: int, y: int) -> list[str]:
    """Which detections claim the pixel: score against threshold, mask probability against one half."""
    rows = []
    for k in range(min(len(seen.answers.names), len(trace.masks))):
        x0, y0, x1, y1 = seen.answers.boxes[k]
        if x0 <= x + 0.5 < x1 and y0 <= y + 0.5 < y1:
            mask = float(trace.masks[k, y, x])
            says = "its pixel" if mask >= tasks.MASK_THRESHOLD else "not its pixel"
            rows.append(f"- {seen.title(k)}: score ${seen.answers.scores[k]:.3f} \\ge {score:.2f}$, mask probability ${mask:.3f}$: {says}")
    return ["\n".join(rows) or "No detection's box covers this pixel."]


def data(
    picture: str = "scene:42", network: str = OURS, score: float = 0.5, pixel: str = ""
) -> Mapping[str, Any]:
    """Maps, boxes, scores and names as they are shown."""
    shown, trace, _ = compute(picture, network)
    said = tasks.answer(trace, score)
    maps = {"semantic": said.semantic, "instances": said.instances, "panoptic": said.panoptic}
    arrays = {name: one.map for name, one in maps.items()} | {f"{name}_names": list(one.names) for name, one in maps.items()}
    return {**arrays, "boxes": said.boxes, "scores": said.scores, "names": list(said.names)}


def build(screen: Screen) -> None:
    """Six views on the left; network, score threshold and the agreement on the right."""
    with screen.left:
        screen.stage("views", label="Six views of one picture", select="point", key="pixel", columns=3)
    with screen.right:
        choices = [(title, name) for name, title in NETWORKS.items()]
        screen.control("network", gr.Dropdown(choices, value=OURS, label="Network"))
        slider = gr.Slider(0.05, 0.95, 0.5, step=0.01, label="Score threshold", info="Detections below it are left out.")
        screen.control("score", slider)
        screen.reading("agreement", "Agreement with the truth")


LESSON = Lesson(
    name="vision_tasks",
    number="A1",
    title="Computer vision tasks",
    point="One forward pass, every task: point at a pixel and see what each answer knows there, and what it cannot know.",
    theory=__doc__ or "",
    update=update,
    build=build,
    code=lambda: (compute, tasks.answer, tasks.merge, segments.match),
    data=data,
)
