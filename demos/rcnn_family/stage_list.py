"""The twelve stages of a detector for the board ``rcnnStages``: counts, a sentence with its numbers, a small figure.

A figure is ``{"bars": [[name, level or -1, count, out of]]}`` or ``{"cells": [[name, picture, caption]]}``; one of the
best alone has ``more``, which says how many it leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, grids

if TYPE_CHECKING:
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.stages import StagesTrace

SHOWN = 12  # crops and masks in a figure, best first
LISTED = 7  # bars of a figure that could have many


def stage_list(record: RCNNRecord, stages: StagesTrace, pasted: np.ndarray) -> list[dict[str, Any]]:
    """The stages in order: ``{title, before, after, of, text, figure}``; ``of`` names what is counted.

    ``pasted``: the masks in the picture, bool [n, H, W].
    """
    made = [*_until_proposals(record, stages), *_from_proposals(record, stages, pasted)]
    keys = ("title", "before", "after", "of", "text", "figure")
    return [dict(zip(keys, stage, strict=True)) for stage in made]


def class_names(record: RCNNRecord, count: int) -> list[str]:
    """Names by label; "class 7" where the network does not say."""
    known = list(record.classes[:count])
    return known + [f"class {label}" for label in range(len(known), count)]


def _until_proposals(record: RCNNRecord, stages: StagesTrace) -> list[tuple[Any, ...]]:
    """Anchors, objectness, top-k, deltas, clipping, NMS in the levels."""
    rpn, total = stages.rpn, len(record.anchors)
    everybody, top, fit = np.arange(total), rpn.top.numpy(), rpn.compared.numpy()
    left = rpn.proposals.numpy()
    of_all, of_top, of_fit = (_by_level(record, anchors) for anchors in (everybody, top, fit))
    best = f"In each level, the best {stages.limits.pre_nms_top_n:,} by objectness go on."
    figures = (
        _level_bars(record, everybody, [total] * len(of_all)),
        _objectness_maps(record),
        _level_bars(record, top, of_all),
        _delta_bars(record, top),
        _level_bars(record, fit, of_top),
        _level_bars(record, left, of_fit),
    )
    return [
        ("Anchors", total, total, "anchors", _anchor_text(record), figures[0]),
        ("Objectness", total, total, "anchors", _objectness_text(record), figures[1]),
        ("Top-k", total, len(top), "anchors", best, figures[2]),
        ("Deltas", len(top), len(top), "boxes", _delta_text(record, top), figures[3]),
        ("Clipping", len(top), len(fit), "boxes", _clip_text(record, stages), figures[4]),
        ("RPN NMS", len(fit), len(left), "boxes", _nms_text(stages), figures[5]),
    ]


def _from_proposals(record: RCNNRecord, stages: StagesTrace, pasted: np.ndarray) -> list[tuple[Any, ...]]:
    """RoI levels, RoI features, classes, NMS in the classes, masks, pasted masks."""
    count, classes = len(stages.proposal_boxes), stages.class_probs.shape[1]
    pairs, found, masks = count * (classes - 1), len(stages.detections), len(stages.mask_cells)
    names = class_names(record, classes)
    crop = (
        "RoIAlign cuts 7 × 7 numbers a channel from each RoI's level. Here: their mean over the channels, for"
    )
    crop += f" the {min(count, SHOWN)} best proposals, dark to bright on a scale of their own."
    text = f"The box head gives each proposal {classes} class probabilities and, for each of {classes - 1} classes, a"
    text += f" refined box: {pairs:,} candidates. Bars: each proposal's best class."
    mask = "The mask head sees 14 × 14 crops of the detections and says 28 × 28 probabilities of each one's class."
    mask += f" Only the best {masks} get one here." if 0 < masks < found else ""
    paste = "Each mask is enlarged to its box; pixels with at least 0.5 belong to the thing."
    paste += " Bars: how many they are, of its box's pixels."
    if not masks and found:
        mask = paste = "This network has no mask head."
    return [
        ("RoI level", count, count, "proposals", _level_text(stages), _roi_bars(record, stages)),
        ("RoI features", count, count, "proposals", crop, _crops(stages)),
        ("Classes", count, pairs, "candidates", text, _class_bars(stages, names)),
        ("Class NMS", pairs, found, "candidates", _filter_text(stages), _filter_bars(stages, pairs)),
        ("Masks", found, masks, "detections", mask, _mask_cells(stages, names)),
        ("Pasted", masks, masks, "masks", paste, _area_bars(pasted, stages, names)),
    ]


# ---- bars by level -----------------------------------------------------------------------------------------
def _by_level(record: RCNNRecord, anchors: np.ndarray) -> list[int]:
    counts: list[int] = np.bincount(
        record.anchor_levels.numpy()[anchors], minlength=len(record.levels)
    ).tolist()
    return counts


def _level_bars(record: RCNNRecord, anchors: np.ndarray, before: Sequence[int]) -> dict[str, Any]:
    after = _by_level(record, anchors)
    return {"bars": [[n, i, after[i], before[i]] for i, n in enumerate(record.levels)]}


def _roi_bars(record: RCNNRecord, stages: StagesTrace) -> dict[str, Any]:
    counts = np.bincount(stages.proposal_levels.numpy(), minlength=len(stages.roi_levels)).tolist()
    rows = zip(stages.roi_levels, counts, strict=True)
    return {"bars": [[name, record.levels.index(name), count, sum(counts)] for name, count in rows]}


def _level_text(stages: StagesTrace) -> str:
    if len(stages.roi_levels) == 1:
        return f"All RoIs are cropped from the only level, {stages.roi_levels[0]}."
    span = f"{stages.roi_levels[0]} to {stages.roi_levels[-1]}"
    text = f"Each RoI is cropped from the level that fits its size, {span}"
    return f"{text}: the larger the box, the coarser (FPN, equation 1)."


# ---- region proposal network -------------------------------------------------------------------------------
def _anchor_text(record: RCNNRecord) -> str:
    levels = zip(record.levels, record.shapes, strict=True)
    shapes = ", ".join(f"{name} {w} × {h} × {anchors}" for name, (h, w, anchors) in levels)
    return f"Boxes of fixed sizes and shapes around every cell: {shapes} (columns × rows × anchors a cell)."


def _clip_text(record: RCNNRecord, stages: StagesTrace) -> str:
    rpn, least = stages.rpn, stages.limits.objectness
    moved = int((record.clipped[rpn.top] != record.decoded[rpn.top]).any(1).sum())
    small, unlikely = int((~rpn.large).sum()), int((rpn.large & ~rpn.likely).sum())
    text = f"{moved:,} boxes reach over the border and are cut there. {small:,} are too small then"
    return f"{text}, {unlikely:,} have an objectness below {least:g}." if least else f"{text}."


def _nms_text(stages: StagesTrace) -> str:
    alive, left, limits = len(stages.rpn.unsuppressed), len(stages.rpn.proposals), stages.limits
    text = f"In each level, a box goes if it overlaps a better one by an IoU above {limits.rpn_nms_iou:g}."
    return f"{text} {alive:,} stay; the best {left:,} of them are the proposals (limit {limits.post_nms_top_n:,})."


def _objectness_text(record: RCNNRecord) -> str:
    probs = 1 / (1 + np.exp(-record.objectness.numpy().astype(np.float64)))
    sure = int((probs >= 0.5).sum())
    text = f"The RPN says of each anchor how likely it is a thing: {sure:,} reach 0.5."
    return f"{text} Maps: the best anchor of each cell, bright is 1."


def _objectness_maps(record: RCNNRecord) -> dict[str, Any]:
    probs = 1 / (1 + np.exp(-record.objectness.numpy().astype(np.float64)))
    cells, start = [], 0
    for name, (height, width, anchors) in zip(record.levels, record.shapes, strict=True):
        count = height * width * anchors
        best = probs[start : start + count].reshape(height, width, anchors).max(2)
        cells.append([name, encode.png_uri(grids.heat(best, 0, 1)), f"{width} × {height}"])
        start += count
    return {"cells": cells}


def _delta_text(record: RCNNRecord, top: np.ndarray) -> str:
    best = top[np.argmax(record.objectness.numpy()[top])]
    dx, dy, dw, dh = record.deltas.numpy()[best].astype(float)
    said = f"dx {dx:+.2f}, dy {dy:+.2f} (of its sides), width × {np.exp(dw):.2f}, height × {np.exp(dh):.2f}"
    return (
        f"Each box moves by its four deltas. The best one: {said}. Bars: how far the centres moved.".replace(
            "-", "−"
        )
    )


def _delta_bars(record: RCNNRecord, top: np.ndarray) -> dict[str, Any]:
    """How many of the boxes moved how far."""
    change = (
        (record.in_picture(record.decoded) - record.in_picture(record.anchors)).numpy()[top].astype(float)
    )
    far = np.hypot(change[:, 0] + change[:, 2], change[:, 1] + change[:, 3]) / 2
    edges = [0, 1, 2, 4, 8, np.inf]
    counts = np.histogram(far, edges)[0].tolist()
    names = ["under 1 px", "1 to 2 px", "2 to 4 px", "4 to 8 px", "8 px and more"]
    return {"bars": [[name, -1, count, len(top)] for name, count in zip(names, counts, strict=True)]}


# ---- heads ---------------------------------------------------------------------------------------------------
def _crops(stages: StagesTrace) -> dict[str, Any]:
    crops = stages.crops[:SHOWN].numpy()
    low, high = (limit(crops, axis=(1, 2), keepdims=True) if len(crops) else 0 for limit in (np.min, np.max))
    levels = [stages.roi_levels[level] for level in stages.proposal_levels[:SHOWN].tolist()]
    captions = [f"RoI {number}" for number in range(1, len(crops) + 1)]
    return {"cells": _cells(levels, (crops - low) / np.maximum(high - low, 1e-12), captions)}


def _cells(names: Sequence[str], values: np.ndarray, captions: Sequence[str]) -> list[list[str]]:
    """Maps [n, h, w] of 0..1 as named pictures, coloured in one go."""
    if not len(values):
        return []
    pictures = grids.heat(values.reshape(-1, values.shape[2]), 0, 1).reshape(*values.shape, 3)
    return [[n, encode.png_uri(p), c] for n, p, c in zip(names, pictures, captions, strict=True)]


def _class_bars(stages: StagesTrace, names: Sequence[str]) -> dict[str, Any]:
    best = stages.class_probs.numpy().argmax(1) if len(stages.class_probs) else np.zeros(0, int)
    counts = np.bincount(best, minlength=len(names))
    order = np.argsort(-counts, kind="stable")[:LISTED]
    return {"bars": [[names[i], -1, int(counts[i]), len(best)] for i in order if counts[i]]}


def _filter_text(stages: StagesTrace) -> str:
    limits, alive = stages.limits, len(stages.unsuppressed)
    text = f"A candidate needs a class score above {limits.score_threshold:g}. In each class, it goes if it overlaps a"
    text += f" better one with IoU above {limits.box_nms_iou:g}: {alive:,} stay."
    return f"{text} A picture keeps at most {limits.detections:,}."


def _filter_bars(stages: StagesTrace, pairs: int) -> dict[str, Any]:
    rows = (
        ("score", stages.scored),
        ("size", stages.candidates),
        ("NMS", stages.unsuppressed),
        ("limit", stages.detections),
    )
    return {"bars": [[f"after {name}", -1, len(kept), pairs] for name, kept in rows]}


def _mask_cells(stages: StagesTrace, names: Sequence[str]) -> dict[str, Any]:
    masks = stages.mask_cells[:SHOWN].numpy()
    named = [names[label] for label in stages.labels[: len(masks)].tolist()]
    captions = [f"{score:.2f}" for score in stages.scores[: len(masks)].tolist()]
    return {"cells": _cells(named, masks, captions), **_more(len(stages.mask_cells), SHOWN)}


def _more(count: int, listed: int) -> dict[str, str]:
    """How many are not in a figure, in words; nothing where all are."""
    return {"more": f"and {count - listed:,} more"} if count > listed else {}


def _area_bars(pasted: np.ndarray, stages: StagesTrace, names: Sequence[str]) -> dict[str, Any]:
    areas = pasted.sum((1, 2)).tolist()
    sides = (stages.boxes[:, 2:] - stages.boxes[:, :2]).numpy()
    rows = list(zip(stages.labels.tolist(), areas, sides.prod(1).round().astype(int).tolist(), strict=False))
    named = [
        (f"{number} {names[label]}", area, max(area, box))
        for number, (label, area, box) in enumerate(rows, 1)
    ]
    return {
        "bars": [[name, -1, area, box] for name, area, box in named[:LISTED]],
        **_more(len(named), LISTED),
    }
