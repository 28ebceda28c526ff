"""Lesson A4: one RoI through the class and box head and the mask head, with all masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.figures import ablation, encode, grids, style
from demos.mask_head import behind, board, tasks, words
from demos.mask_head.slide import slide
from demos.ui import Box, Lesson, Panel, Panels, Screen, Table
from demos.ui.checks import Text, split_selection
from lecture_models import papers, pictures, results, zoo
from lecture_models.cache import KEPT
from lecture_models.studies import mask_head as masks

if TYPE_CHECKING:
    from demos.figures.slides import Slide

SIGMOID, SOFTMAX = "mask_sigmoid", "mask_softmax"
NETWORKS = {
    SIGMOID: "a sigmoid for each class",
    SOFTMAX: "a softmax over the classes",
    "panoptic_fpn": "sigmoid, trained for longer",
    "maskrcnn_resnet50_fpn": "sigmoid, COCO's 80 classes",
}
REFINED = style.CYCLE[1]
CELLS = 28
CELL = Text(r"\d{1,2},\d{1,2}", f'"column,row" of a cell, each from 0 to {CELLS - 1}, or empty')
BYTES_OF_NUMBER = 200  # with its key


def compute(
    picture: str, network: str, box: str, mask_class: str, threshold: float
) -> tuple[masks.RoIMasks, str]:
    """One pass over the picture (kept), both heads on one box, gradients; and a sentence where one is due."""
    shown, corners = pictures.resolve(picture), split_selection(box)
    network, message = zoo.usable(network, SIGMOID, photograph=shown.scene is None)
    if mask_class and mask_class in elsewhere(network):
        message, mask_class = f"This network knows no {mask_class}: here is the class head's choice.", ""
    return masks.study(shown, network, corners, mask_class, threshold), message


def elsewhere(network: str) -> set[str]:
    """Classes that only others know: the learner may have changed the network since choosing one."""
    every = {name for other in zoo.names() if other in NETWORKS for name in zoo.card(other).classes}
    return every.difference(zoo.card(network).classes)


def update(
    picture: str = "scene:42",
    network: str = SIGMOID,
    box: str = "",
    mask_class: str = "",
    threshold: float = 0.5,
    pixel: str = "14,14",
) -> Mapping[str, Any]:
    """Send one RoI through the class and box head and the mask head, with all K masks and the loss's gradients.

    Args:
        picture: key of the picture, such as scene:42.
        network: mask_sigmoid, mask_softmax, panoptic_fpn or maskrcnn_resnet50_fpn.
        box: x0,y0,x1,y1 in picture pixels; empty takes the detection whose class masks claim most.
        mask_class: class whose mask is pasted, chosen by hand; empty takes the class head's choice.
        threshold: probability from which a pixel belongs to the mask, 0.05 to 0.95.
        pixel: "column,row" of the cell of the 28 x 28 grid that is multiplied out.
    """
    made, message = compute(picture, network, box, mask_class, float(threshold))
    cell = cell_of(pixel)
    return {
        "stage": stage(made, message),
        "flow": board.flow(made, cell),
        "overlap": words.reading(made),
        "gradients": board.gradients(made),
        "cost": words.cost(made),
        "paper_2b": Table(**asdict(papers.MASK_LOSS), source="paper"),
        "ablation": ablation_table(),
        "behind": behind_table(),
        "question": words.question(made, rival(made)),
        "numbers": words.worked(made, cell),
        "seen": words.seen(made),
    }


def rival(made: masks.RoIMasks) -> int:
    """The class that the question is about; kept, since each move of a slider asks for it."""
    key = ("rival", made.network.network, made.picture.key, tuple(made.heads.box.tolist()))
    return KEPT.get(key, lambda: words.rival(made), lambda _: BYTES_OF_NUMBER)


def cell_of(pixel: str) -> tuple[int, int]:
    """A cell (column, row) from its text; the middle without one."""
    column, row = (int(side) for side in split_selection(pixel) or (CELLS // 2, CELLS // 2))
    if not (0 <= column < CELLS and 0 <= row < CELLS):
        raise ValueError(
            f"pixel must be column,row from 0 to {CELLS - 1}; got {pixel!r}. Choose another cell."
        )
    return column, row


def stage(made: masks.RoIMasks, message: str) -> Panels:
    """The picture to drag on: detections dashed, the pasted mask, the true outline."""
    found, size, chosen = made.network, made.heads.size, made.names[made.chosen]
    corners, labels, scores = (of[made.sure].tolist() for of in (found.boxes, found.labels, found.scores))
    names = [made.names[label] for label in labels]
    scored = [f"{name} {score:.2f}" for name, score in zip(names, scores, strict=True)]
    texts = board.named(corners, scored, size)
    colors = map(style.class_color, names)
    boxes = [Box(*one, dashed=True) for one in zip(corners, colors, texts, strict=True)]
    boxes.append(Box(made.heads.boxes[made.heads.label].tolist(), REFINED))
    legend = [(f"the {chosen}'s mask, pasted", style.PREDICTION), ("refined box", REFINED)]
    legend += [("true outline", style.TRUTH)] if made.thing is not None else []
    alt = f"{made.picture.title} with the mask of class {chosen} pasted into the box"
    overlay = encode.png_uri(board.outlines(made.mask(made.chosen), made.truth()))
    panel = Panel("The picture", alt, overlay=overlay, boxes=boxes, legend=legend)
    base, selection = encode.jpeg_uri(made.picture.image), ",".join(f"{side:.1f}" for side in made.heads.box)
    message = f"{message} {words.dropped(made)}".strip()
    return Panels(size, [panel], base, selection=selection, message=message)


def ablation_table() -> Table | None:
    """Our own two networks, trained anew with each loss; None, and so hidden, while there are no results."""
    found, sentence = results.usable((SOFTMAX, SIGMOID), ablation.METRICS)
    if not found:
        return ablation.none("masks", sentence)
    caption = ablation.told(found[1], "the mask loss", words.otherwise(found[0]) + words.unlike(*found))
    return ablation.table("masks", dict(zip(("softmax", "sigmoid"), found, strict=True)), caption)


def behind_table() -> Table | None:
    """What else than the masks the two losses change, and by how much other scenes would move the numbers."""
    found, sentence = results.study("mask_losses")
    try:
        return behind.table(found) if found else behind.none(sentence)
    except (KeyError, TypeError, ValueError, AttributeError):
        return behind.none(results.broken(results.RESULTS / "mask_losses.json"))


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    chosen = {key: value for key, value in (LESSON.defaults | settings).items() if key != "pixel"}
    return compute(**chosen)[0].arrays()


def figure(**settings: Any) -> Slide:
    """The masks of both losses for one RoI and class as a figure, or another network's; settings as `update`'s."""
    chosen = {key: value for key, value in (LESSON.defaults | settings).items() if key != "pixel"}
    first = compute(**chosen)[0]
    if first.network.network not in (SIGMOID, SOFTMAX):
        return slide([first], ["Mask"])
    same = {"box": ",".join(map(str, first.heads.box.tolist())), "mask_class": first.names[first.chosen]}
    both = [compute(**{**chosen, **same, "network": name})[0] for name in (SIGMOID, SOFTMAX)]
    return slide(both, ["Sigmoid", "Softmax"])


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.nets import mask_gradients, mask_heads, mask_softmax

    heads = (mask_heads.trace_mask_heads, mask_heads.mask_probs, mask_heads.raw_mask_logits)
    return compute, *heads, mask_gradients.mask_loss_gradients, mask_softmax.softmax_mask_loss


def build(screen: Screen) -> None:
    """Picture and heads side by side; network, threshold and the fit on the right; gradients and costs below."""
    looks: dict[str, Any] = {"gray": grids.table("gray"), "said": style.PREDICTION, "true": style.TRUTH}
    with screen.left, gr.Row(elem_classes=["mask-top"]):
        with gr.Column(min_width=0, elem_classes=["mask-picture"]):
            hint = "Click a dashed detection, drag the box, or draw a new one. Arrow keys move it."
            high = "var(--mask-stage)"  # set in board.css
            screen.stage("stage", label="RoI", select="box", key="box", hint=hint, height=high)
        with gr.Column(min_width=0, elem_classes=["mask-flow"]):
            label = "Both heads, and all masks"
            screen.board("flow", "maskFlow", label=label, key="mask_class", rule=Text(), **looks)
    with screen.right:
        choices = [(title, name) for name, title in NETWORKS.items()]
        screen.control("network", gr.Radio(choices, value=SIGMOID, label="Masks by"))
        screen.control("threshold", gr.Slider(0.05, 0.95, 0.5, step=0.01, label="Mask threshold", buttons=[]))
        screen.reading("overlap", "Fit of the pasted mask")
    with screen.row:
        label, looks["signed"] = "Gradient of the mask loss", grids.table("signed")
        screen.board("gradients", "maskGradients", label=label, key="pixel", rule=CELL, **looks)
        with gr.Row(elem_classes=["ww-tables"]):
            screen.table("cost", "Ours: what each head costs")
            screen.table("ablation", "Ours: the ablation, retrained on scenes")
            screen.table("paper_2b", "The paper's: table 2b, on COCO")
        with gr.Row(elem_classes=["ww-tables"]):
            screen.table("behind", "Ours: what lies behind the gain")


LESSON = Lesson(
    "mask_head",
    "A4",
    "The mask head",
    "The mask head answers with a mask for every class; the class head picks one, so the masks need not compete.",
    update,
    build,
    code=code,
    data=data,
    asks="Should the masks of the classes compete for a pixel?",
    card="Sigmoid, pasted",
    first="Drag the box.",
    figure=figure,
    tasks=tasks.of(compute),
)
