"""Lesson A4: one RoI through the class and box head and the mask head, with all masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.figures import ablation, encode, grids, style
from demos.mask_head import board, words
from demos.mask_head import pictures as drawn
from demos.ui import Box, Lesson, Panel, Panels, Screen, Table
from demos.ui.checks import Text, split_selection
from lecture_models import papers, pictures, results, zoo
from lecture_models.studies import mask_head as masks

SIGMOID, SOFTMAX = "mask_sigmoid", "mask_softmax"
NETWORKS = {
    SIGMOID: "a sigmoid for each class",
    SOFTMAX: "a softmax over the classes",
    "panoptic_fpn": "sigmoid, trained for longer",
    "maskrcnn_resnet50_fpn": "sigmoid, COCO's 80 classes",
}
STREETS = "This network has only ever seen rendered streets. For photographs choose the one that was trained on COCO."
REFINED = style.CYCLE[1]
CELLS = 28


def compute(
    picture: str, network: str, box: str, mask_class: str, threshold: float
) -> tuple[masks.RoIMasks, str]:
    """One pass over the picture (kept), both heads on one box, gradients; and a sentence where one is due."""
    shown, corners = pictures.resolve(picture), split_selection(box)
    message = STREETS if network in (SIGMOID, SOFTMAX, "panoptic_fpn") and shown.scene is None else ""
    try:
        zoo.trace(network, shown.image)
    except zoo.WeightsUnavailable as error:
        network, message = SIGMOID, f"{error} Meanwhile this is the lecture's own network."
    if mask_class and mask_class not in zoo.card(network).classes and known(mask_class):
        message, mask_class = f"This network knows no {mask_class}: here is the class head's choice.", ""
    return masks.study(shown, network, corners, mask_class, threshold), message


def known(mask_class: str) -> bool:
    """Whether any of the networks has such a class: the learner may have changed the network since choosing it."""
    return any(mask_class in zoo.card(name).classes for name in zoo.names() if name in NETWORKS)


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
        box: x0,y0,x1,y1 in picture pixels; empty takes a detection.
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
        "question": words.question(made),
        "numbers": numbers(made, cell),
    }


def cell_of(pixel: str) -> tuple[int, int]:
    """A cell (column, row) from its text; the middle without one."""
    column, row = (int(side) for side in split_selection(pixel) or (CELLS // 2, CELLS // 2))
    if not (0 <= column < CELLS and 0 <= row < CELLS):
        raise ValueError(
            f"pixel must be column,row from 0 to {CELLS - 1}; got {pixel[:40]!r}. Choose another cell."
        )
    return column, row


def stage(made: masks.RoIMasks, message: str) -> Panels:
    """The picture to drag on: detections dashed, the pasted mask, the true outline."""
    found = made.network
    name = made.names[made.chosen]
    sure = found.scores >= masks.SURE
    corners, names = found.boxes[sure].tolist(), [made.names[k] for k in found.labels[sure].tolist()]
    scored = [f"{one} {score:.2f}" for one, score in zip(names, found.scores[sure].tolist(), strict=True)]
    texts = drawn.named(corners, scored, made.heads.size)
    boxes = [
        Box(tuple(box), style.class_color(one), text, dashed=True)
        for box, one, text in zip(corners, names, texts, strict=True)
    ]
    message = f"{message} {words.dropped(made.heads, made.names)}".strip()
    boxes.append(Box(made.heads.boxes[made.heads.label].tolist(), REFINED))
    legend = [(f"the {name}'s mask, pasted", style.PREDICTION), ("refined box", REFINED)]
    legend += [("true outline", style.TRUTH)] if made.thing is not None else []
    panel = Panel(
        "The picture",
        f"{made.picture.title} with the mask of class {name} pasted into the box",
        overlay=encode.png_uri(drawn.outlines(made.mask(made.chosen), made.truth())),
        boxes=boxes,
        legend=legend,
    )
    selection = ",".join(f"{side:.1f}" for side in made.heads.box.tolist())
    base = encode.jpeg_uri(made.picture.image)
    return Panels(made.heads.size, [panel], base, selection=selection, message=message)


def ablation_table() -> Table | None:
    """Our own two networks, trained anew with each loss; None, and so hidden, while there are no results."""
    try:
        softmax, sigmoid = (results.load(name, ablation.METRICS) for name in (SOFTMAX, SIGMOID))
    except results.ResultUnreadable as error:
        return Table(ablation.heads("masks"), [], str(error), source="result")
    except ValueError:
        return None
    rows = [ablation.row(name, found) for name, found in (("softmax", softmax), ("sigmoid", sigmoid))]
    rows.append(ablation.gain(softmax, sigmoid))
    test, steps, seeds = sigmoid["runs"][0]["test"], sigmoid["settings"]["steps"], len(sigmoid["runs"])
    over = "one seed" if seeds == 1 else f"{seeds} seeds, ± is half their range"
    caption = (
        f"Ours: both trained for {steps:,} steps, alike in all but the mask loss, {over}; {test['scenes']} unseen "
        f"scenes.{words.otherwise(softmax)} Retrain it yourself: {sigmoid['command']}."
    )
    return Table(ablation.heads("masks"), rows, caption, source="result", strong=(1,))


def numbers(made: masks.RoIMasks, cell: tuple[int, int]) -> str:
    """One cell: logit, probability, pasted pixel, gradient."""
    from lecture_models.autopsy.paste import pixel_of_cell, trace_paste

    heads, chosen = made.heads, made.chosen
    pixel = pixel_of_cell(cell, heads.box, CELLS, heads.size)
    own = float(heads.pasted(chosen)[pixel[1], pixel[0]])
    pasted = trace_paste(heads.mask_probs[chosen], heads.mask_logits[chosen], heads.box, pixel, own)
    assert pasted is not None, "the pixel of a cell lies in the pasted mask"
    gradients = None if made.negative else made.gradients
    return words.worked(heads, gradients, made.names, made.chosen, cell, pasted, made.threshold)


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    settings = LESSON.defaults | settings
    settings.pop("pixel")
    made, _ = compute(**settings)
    heads = made.heads
    names = ("box", "box_crop", "mask_crop", "class_logits", "deltas", "boxes", "mask_logits", "mask_probs")
    saved: dict[str, Any] = {name: getattr(heads, name).numpy() for name in names}
    if not made.negative:
        saved |= {"gradients": made.gradients.gradients.numpy(), "target": made.gradients.target.numpy()}
    return saved | {"mask": made.mask(made.chosen), "classes": list(made.names), "rule": heads.rule}


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.nets import mask_gradients, mask_heads, mask_softmax

    heads = (mask_heads.trace_mask_heads, mask_heads.mask_probs, mask_heads.raw_mask_logits)
    return compute, *heads, mask_gradients.mask_loss_gradients, mask_softmax.softmax_mask_loss


def build(screen: Screen) -> None:
    """Picture and heads side by side; network, threshold and the fit on the right; gradients and costs below."""
    gray, signed = grids.table("gray"), grids.table("signed")
    with screen.left, gr.Row(elem_classes=["mask-top"]):
        with gr.Column(min_width=0, elem_classes=["mask-picture"]):
            hint = "Click a dashed detection, drag the box or its corners, or use arrow keys."
            high = "var(--mask-stage)"  # set in board.css
            screen.stage("stage", label="RoI", select="box", key="box", hint=hint, height=high)
        with gr.Column(min_width=0, elem_classes=["mask-flow"]):
            label, lines = "Both heads, and all masks", {"contour": style.PREDICTION, "truth": style.TRUTH}
            screen.board(
                "flow", "maskFlow", label=label, key="mask_class", rule=Text(), lut=gray, lines=lines
            )
    with screen.right:
        choices = [(title, name) for name, title in NETWORKS.items()]
        screen.control("network", gr.Radio(choices, value=SIGMOID, label="Masks by"))
        screen.control("threshold", gr.Slider(0.05, 0.95, 0.5, step=0.01, label="Mask threshold", buttons=[]))
        screen.reading("overlap", "Fit of the pasted mask")
    with screen.row:
        label = "Gradient of the mask loss"
        screen.board(
            "gradients", "maskGradients", label=label, key="pixel", lut=signed, gray=gray, truth=style.TRUTH
        )
        with gr.Row(elem_classes=["mask-tables"]):
            screen.table("cost", "What each head costs")
            screen.table("ablation", "The same ablation, retrained here")
            screen.table("paper_2b", "Mask R-CNN, table 2b")


LESSON = Lesson(
    "mask_head",
    "A4",
    "The mask head",
    "The mask head answers with a mask for every class; the class head picks one, so the masks need not compete.",
    update,
    build,
    code=code,
    data=data,
)
