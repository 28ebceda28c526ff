r"""Mask R-CNN adds a third answer to Faster R-CNN's two. Each RoI flows to the heads **at once**: a $7\times7$ crop
of its features to the class and box head, a $14\times14$ crop to the mask head, a small fully convolutional net that
answers with $K$ masks of $28\times28$, one for each class (He, Gkioxari, Dollár and Girshick 2017, *Mask R-CNN*,
section 3). The class head picks one of them; the others are thrown away.

**Who says what it is?** In a fully convolutional network for semantic segmentation the mask says both: a softmax over
the classes at each pixel, trained with a multinomial loss, and so the classes compete. In a RoI the class head has
already recognised the object. So each class gets a mask of its own, by a sigmoid at each pixel:
$$p_k = \frac{1}{1+e^{-z_k}} \qquad\text{instead of}\qquad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$
The mask head need not recognise the object again.

**The loss says it too.** For a RoI of true class $c$, with $t$ the true mask in the box and $n=28^2$ cells, the binary
loss reads $z_c$ alone:
$$\frac{\partial L}{\partial z_k} = \frac1n\,(p_c - t)\ \text{for}\ k=c, \qquad
\frac{\partial L}{\partial z_k} = 0\ \text{for}\ k\ne c.$$
The zero is exact, and autograd finds it below. The multinomial loss pushes every class at every cell:
$\partial L/\partial z_k = \frac1n\,(p_k - t_k)$, with $t_c=t$, $t_0=1-t$ for the background, and $0$ else.
A mask for the background comes with torchvision's head; the binary loss never trains it.

**The four deltas.** $(d_x, d_y, d_w, d_h)$ move the box's centre by shares of its size and scale its sides by
$e^{d_w}, e^{d_h}$ (Girshick et al. 2014, *R-CNN*, appendix C); torchvision divides them by 10, 10, 5, 5 first.

**In training and in use.** In training both heads get the same RoIs, the mask head those with an object. In use it
waits: it runs on the detections that the box head left, fewer and better placed boxes. Here it always gets the box that
you see; for a detection's box its mask is the network's own.

**A swap is not the ablation.** Reading a sigmoid network's logits by a softmax would only illustrate. The two networks
of the switch were each trained with their own loss, alike in everything else. Table 2b of the paper stands below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.figures import ablation, encode, style
from demos.figures import mask_boards as boards
from demos.figures import mask_head as figures
from demos.ui import Box, Lesson, Panel, Panels, Question, Reading, Screen, Table
from demos.ui.checks import Text, split_selection
from lecture_models import papers, pictures, results, roi_masks, zoo

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
GOOD, HALF = 0.9, 0.5  # shares of the right class's IoU: as well, and by half


def compute(
    picture: str, network: str, box: str, mask_class: str, threshold: float
) -> tuple[roi_masks.RoIMasks, str]:
    """One pass over the picture (kept), both heads on one box, gradients; and a sentence where one is due."""
    shown, corners = pictures.resolve(picture), split_selection(box)
    message = STREETS if network in (SIGMOID, SOFTMAX, "panoptic_fpn") and shown.scene is None else ""
    try:
        zoo.trace(network, shown.image)
    except zoo.WeightsUnavailable as error:
        network, message = SIGMOID, f"{error} Meanwhile this is the lecture's own network."
    if mask_class and mask_class not in zoo.card(network).classes and known(mask_class):
        message, mask_class = f"This network knows no {mask_class}: here is the class head's choice.", ""
    return roi_masks.study(shown, network, corners, mask_class, threshold), message


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
        "flow": boards.flow(made, cell),
        "overlap": reading(made),
        "gradients": boards.gradients(made),
        "cost": cost(made),
        "paper_2b": Table(**asdict(papers.MASK_LOSS), source="paper"),
        "ablation": ablation_table(),
        "question": question(made),
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


def stage(made: roi_masks.RoIMasks, message: str) -> Panels:
    """The picture to drag on: detections dashed, the pasted mask, the true outline."""
    found = made.network
    name = made.names[made.chosen]
    sure = found.scores >= roi_masks.SURE
    corners, names = found.boxes[sure].tolist(), [made.names[k] for k in found.labels[sure].tolist()]
    scored = [f"{one} {score:.2f}" for one, score in zip(names, found.scores[sure].tolist(), strict=True)]
    texts = figures.named(corners, scored, made.heads.size)
    boxes = [
        Box(tuple(box), style.class_color(one), text, dashed=True)
        for box, one, text in zip(corners, names, texts, strict=True)
    ]
    message = f"{message} {figures.dropped(made.heads, made.names)}".strip()
    boxes.append(Box(made.heads.boxes[made.heads.label].tolist(), REFINED))
    legend = [(f"the {name}'s mask, pasted", style.PREDICTION), ("refined box", REFINED)]
    legend += [("true outline", style.TRUTH)] if made.thing is not None else []
    panel = Panel(
        "The picture",
        f"{made.picture.title} with the mask of class {name} pasted into the box",
        overlay=encode.png_uri(figures.outlines(made.mask(made.chosen), made.truth())),
        boxes=boxes,
        legend=legend,
    )
    selection = ",".join(f"{side:.1f}" for side in made.heads.box.tolist())
    base = encode.jpeg_uri(made.picture.image)
    return Panels(made.heads.size, [panel], base, selection=selection, message=message)


def reading(made: roi_masks.RoIMasks) -> Reading:
    """How well the pasted mask fits the truth; for a photograph how many pixels it has."""
    head, probs, name = made.heads.label, made.heads.class_probs, made.names[made.chosen]
    says = 0 if made.heads.background else head
    said = made.names[says] if says else "background"  # COCO's list writes it with underscores
    more = [("Class head", f"{said} {float(probs[says]):.2f}")]
    more += [("Chosen by hand", name)] if made.by_hand else []
    fit = made.iou(made.chosen)
    if fit is None:
        count = int(made.mask(made.chosen).sum())
        known = (
            "Nothing is known to be true here." if made.overlap is None else "The truth here is background."
        )
        return Reading(str(count), "px", f"in the {name}'s mask. {known}", more=more)
    if made.by_hand and made.chosen != head:
        more.append((f"The {made.names[head]}'s mask", f"{made.iou(head):.2f}"))
    return Reading(f"{fit:.2f}", "IoU", f"of the {name}'s mask, pasted, with the true mask", more=more)


def question(made: roi_masks.RoIMasks) -> Question:
    """What if the class head had taken the second most probable class? Computed from that class's mask."""
    head, other = made.heads.label, made.runner_up
    truth = made.truth()
    against = made.mask(head) if truth is None else truth
    right, wrong = (roi_masks.mask_iou(made.mask(label), against) for label in (head, other))
    what = f"the {made.names[head]}'s mask" if truth is None else "the truth"
    share = wrong / right if right > 0 else 0.0
    answer = 0 if share >= GOOD else 1 if share >= HALF else 2
    text = (
        f"The class head's best thing is the {made.names[head]}. Had it taken {made.names[other]}, its second, the "
        f"{made.names[other]}'s mask would be pasted. How well would that fit {what}?"
    )
    choices = ["About as well", "Worse, but at least half as well", "Less than half as well"]
    why = f"IoU with {what}: the {made.names[head]}'s mask {right:.2f}, the {made.names[other]}'s mask {wrong:.2f}."
    return Question(text, choices, answer, why)


def cost(made: roi_masks.RoIMasks) -> Table:
    """Parameters and multiply-adds of each head, for one RoI and for those that ran on this picture."""
    counts = (len(made.network.proposals), len(made.network.boxes))
    totals = [one.macs * count for one, count in zip(made.costs, counts, strict=True)]
    rows = [
        (one.name, f"{one.parameters:,}", f"{one.macs / 1e6:.2f} M", str(count), f"{whole / 1e9:.3f} G")
        for one, count, whole in zip(made.costs, counts, totals, strict=True)
    ]
    ratio = made.costs[1].macs / made.costs[0].macs
    said = (
        f"MACs are multiply-adds. For one RoI the mask head costs {ratio:.1f} times as much as the other: it is not "
        "free. But it runs on detections, the other on all proposals. Crops are not counted."
    )
    return Table(("head", "parameters", "MACs a RoI", "RoIs", "MACs here"), rows, said)


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
        f"scenes.{figures.otherwise(softmax)} Retrain it yourself: {sigmoid['command']}."
    )
    return Table(ablation.heads("masks"), rows, caption, source="result", strong=(1,))


def numbers(made: roi_masks.RoIMasks, cell: tuple[int, int]) -> str:
    """One cell: logit, probability, pasted pixel, gradient."""
    from lecture_models.autopsy.paste import pixel_of_cell, trace_paste

    heads, chosen = made.heads, made.chosen
    pixel = pixel_of_cell(cell, heads.box, CELLS, heads.size)
    own = float(heads.pasted(chosen)[pixel[1], pixel[0]])
    pasted = trace_paste(heads.mask_probs[chosen], heads.mask_logits[chosen], heads.box, pixel, own)
    assert pasted is not None, "the pixel of a cell lies in the pasted mask"
    gradients = None if made.negative else made.gradients
    return figures.worked(heads, gradients, made.names, made.chosen, cell, pasted, made.threshold)


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
    gray, signed = boards.colors("gray"), boards.colors("signed")
    with screen.left, gr.Row(elem_classes=["mask-top"]):
        with gr.Column(min_width=0, elem_classes=["mask-picture"]):
            hint = "Click a dashed detection, drag the box or its corners, or use arrow keys."
            high = "var(--mask-stage)"  # set in mask_head.css
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
    __doc__ or "",
    update,
    build,
    code=code,
    data=data,
)
