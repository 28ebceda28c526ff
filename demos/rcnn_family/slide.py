"""Lesson A2 as a figure, one for each view: the ledgers' race, six of the stages, the way back from a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, grids, style
from demos.figures.slides import Bars, Numbers, Picture, Scale, Slide
from demos.rcnn_family import autopsy, ledgers, stages
from demos.records import Box, Table

if TYPE_CHECKING:
    from lecture_models.autopsy.chain import Autopsy
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.stages import StagesTrace
    from lecture_models.studies.rcnn_family import Books, Filtered, Traced

DRAWN = 40  # boxes of a stage, the best
PIXEL = style.WRONG
FILTERS = ("pre_nms", "post_nms", "nms_iou", "score")


# ---- ledgers ---------------------------------------------------------------------------------------------
def of_ledgers(made: Books) -> Slide:
    """What the first ledger proposes and the last one finds; passes, multiply-adds and times of all."""
    colors = dict(zip([one.name for one in made.ledgers], style.CYCLE, strict=False))
    macs = [(one.name, one.macs / 1e9, f"{one.macs / 1e9:.2f} G", colors[one.name]) for one in made.ledgers]
    times = [(one.name, one.ms, f"{one.ms:.0f} ms", colors[one.name]) for one in made.ledgers]
    crops, shown = len(made.ledgers[0].proposals), ledgers.board(made)
    first, last = shown.columns[0], shown.columns[-1]
    proposals = np.array(first.proposals.split(","), float).reshape(-1, 4)[:DRAWN].tolist()
    boxes = [Box(box, style.CYCLE[1]) for box in proposals]
    overlay = encode.decode(last.masks) if last.masks else None
    image, note = made.picture.image, f"{first.name}: {first.source}, {len(boxes)} of {crops}."
    return Slide(
        title=f"{crops} backbone passes become one: the R-CNN family on {made.picture.title}",
        panels=[
            Picture("Proposals", image, boxes=boxes, note=note),
            Picture(
                f"{last.name} finds", image, overlay, last.boxes, note=f"Score at least {made.score:.2f}."
            ),
            Numbers("Backbone passes", passes(made, crops)),
            Bars("Multiply-adds", macs, "multiply-adds, G"),
            Bars("Time on this machine", times, "milliseconds"),
        ],
        caption=f"{made.network}: the same weights, used as each member of the family. Times are of one picture, "
        "selective search included.",
        source="Passes, multiply-adds and times: measured in this run. Slow R-CNN's passes are its proposals, counted.",
        uses=("picture", "network", "view"),
    )


def passes(made: Books, crops: int) -> Table:
    """How often each member runs the backbone on this picture."""
    rows = [("Slow R-CNN", str(crops)), *((one.name, str(one.passes)) for one in made.ledgers)]
    return Table(("network", "passes"), rows)


# ---- stages ----------------------------------------------------------------------------------------------
def of_stages(made: Filtered) -> Slide:
    """Six of the twelve stages, with what is left at each."""
    record, trace, shown = made.record, made.stages, stages.board(made)
    told = {one.kind: one for one in shown.stages}
    names = [name for name, _ in shown.classes]
    pasted = encode.decode(shown.pasted) if shown.pasted else None
    panels = []
    for kind, boxes in {**proposed(record, trace), **detected(trace, names)}.items():
        one = told[kind]
        funnel = f"{one.after:,}" if one.before == one.after else f"{one.before:,} → {one.after:,}"
        left = f"{one.of}, {len(boxes)} drawn." if boxes and len(boxes) < one.after else f"{one.of}."
        overlay = pasted if kind == "pasted" else None
        panels.append(Picture(f"{one.title}: {funnel}", record.image, overlay, boxes, note=left))
    count, total = len(trace.detections), len(record.anchors)
    levels = list(zip(record.levels, style.LEVELS, strict=False))
    found = dict.fromkeys(names[label] for label in trace.labels.tolist())
    return Slide(
        title=f"From {total:,} anchors to {count} detections in {made.picture.title}",
        panels=panels,
        legend=[*((f"level {name}", color) for name, color in levels), *style.legend(tuple(found))],
        caption="Anchors and proposals have the colour of their level, detections that of their class.",
        source="Boxes and counts: computed in this run.",
        uses=("picture", "network", "view", *FILTERS),
    )


def proposed(record: RCNNRecord, trace: StagesTrace) -> dict[str, list[Box]]:
    """The best boxes of stages before the box head, in the colours of their levels."""
    scores, levels = record.objectness.numpy(), record.anchor_levels.numpy()

    def boxes(anchors: np.ndarray, poses: Any) -> list[Box]:
        some = record.in_picture(poses[anchors]).tolist()
        return [Box(box, style.LEVELS[int(levels[k])]) for box, k in zip(some, anchors, strict=True)]

    def best(anchors: np.ndarray) -> np.ndarray:
        return anchors[np.argsort(-scores[anchors], kind="stable")[:DRAWN]]

    top, left = best(trace.rpn.top.numpy()), trace.rpn.proposals.numpy()[:DRAWN]
    return {
        "anchors": boxes(stages.even_anchors(record.shapes, 2), record.anchors),
        "top_k": boxes(top, record.anchors),
        "deltas": boxes(top, record.decoded),
        "rpn_nms": boxes(left, record.clipped),
    }


def detected(trace: StagesTrace, names: list[str]) -> dict[str, list[Box]]:
    """Detections by their boxes, and by their masks."""
    labels = [names[label] for label in trace.labels.tolist()]
    colors, scores = ledgers.instance_colors(labels), trace.scores.tolist()
    texts = [f"{name} · {score:.2f}" for name, score in zip(labels, scores, strict=True)]
    return {"class_nms": list(map(Box, trace.boxes.tolist(), colors, texts)), "pasted": []}


# ---- autopsy ---------------------------------------------------------------------------------------------
def of_autopsy(made: Traced) -> Slide:
    """One pixel of a mask, its cell, the features and the pixels that it came from, and the links between."""
    shown, uses = autopsy.board(made), ("picture", "network", "view", "pixel")
    picture = Picture(
        made.picture.title, made.trace.image, encode.decode(shown.overlay) if shown.overlay else None
    )
    source = "Values and gradients: computed in this run."
    if made.made is None:
        return Slide("No pixel to follow", [picture], caption=made.message, source=source, uses=uses)
    chain, (x, y) = made.made, made.made.pixel
    return Slide(
        title=f"Pixel {x}, {y} of a {chain.name}'s mask, back to the picture",
        panels=[
            pixel(chain, picture, shown.boxes[chain.detection]),
            cells(chain, made.trace.mask_cells[chain.detection].numpy()),
            features(chain),
            *gradient(chain),
            Numbers("Each link, multiplied back", links(chain)),
        ],
        legend=[("the pixel, its cell, its bin's points", PIXEL), ("box of the detection", style.CYCLE[1])],
        caption=f"The {chain.name} (score {chain.score:.2f}) says {chain.paste.value:.3f} at this pixel. Each link's "
        "own product stands beside the network's value.",
        source=source,
        uses=uses,
    )


def pixel(chain: Autopsy, picture: Picture, box: Box) -> Picture:
    """The pixel on the picture with the masks."""
    x, y = chain.pixel
    points = [(x + 0.5, y + 0.5, PIXEL)]
    boxes = [Box(box.box, style.CYCLE[1], box.label)]
    return Picture("Masks", picture.image, picture.overlay, boxes, points=points)


def cells(chain: Autopsy, mask: np.ndarray) -> Picture:
    """The cell on the mask head's grid."""
    at = chain.paste.followed
    points, scale = [(at.column + 0.5, at.row + 0.5, PIXEL)], Scale("mask probability", 0.0, 1.0, "gray")
    title = f"Cell of {len(mask)} × {len(mask)}"
    return Picture(title, grids.heat(mask, 0, 1, "gray"), points=points, sharp=True, scale=scale)


def features(chain: Autopsy) -> Picture:
    """The bin's sampling points on one channel of the level that the box is cropped from."""
    link = chain.align
    top, left, height, width = autopsy.extent(link)
    part = link.features[top : top + height, left : left + width]
    shift = np.array([left - 0.5, top - 0.5])
    points = [(x, y, PIXEL) for x, y in (link.points - shift).tolist()]
    box = Box((np.array(link.box) - np.tile(shift, 2)).tolist(), style.CYCLE[1])
    scale = Scale(f"channel {link.channel}", float(part.min()), float(part.max()))
    return Picture(
        f"Features at {link.level}", grids.heat(part), boxes=[box], points=points, sharp=True, scale=scale
    )


def gradient(chain: Autopsy) -> list[Picture]:
    """Which pixels would change the logit; nothing where no gradient was asked for."""
    if chain.picture.heat is None:
        return []
    bright = autopsy.brightness(chain.picture.heat)
    image = np.repeat(bright[..., None], 3, axis=2)
    return [Picture("Gradient on the picture", image, note="Bright: changes the logit.")]


def links(chain: Autopsy) -> Table:
    """Each link's product and the network's value."""
    rows = [(name, how, f"{own:.4f}", f"{value:.4f}") for _, name, how, own, value in autopsy.links(chain)]
    return Table(("link", "made by", "product", "network"), rows)
