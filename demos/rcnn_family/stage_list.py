"""The twelve stages of a detector as the board tells them: how each is drawn, counts, a sentence, a small figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from demos.figures import encode, grids

if TYPE_CHECKING:
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.stages import StagesTrace

SHOWN = 12  # crops and masks in a figure, best first
SURE = 0.5  # least score of what the ledgers draw; a test holds it against theirs
LISTED = 7  # bars of a figure that could have many
MOVED = {"under 1 px": 0, "1 to 2 px": 1, "2 to 4 px": 2, "4 to 8 px": 4, "8 px and more": 8}

Pose = Literal["anchor", "decoded", "clipped", "refined"]
Bar = tuple[str, int, int, int]
"""A name, the level whose colour it has (-1 for none), how many, of how many."""
Cell = tuple[str, str, str]
"""A name, a small map as a data URI, a caption."""


@dataclass(frozen=True)
class Look:
    """How a stage is drawn: the pose of its boxes, which boxes, and what their colours tell.

    ``drawn``: a 'sample' of all anchors, those that are 'followed', or these with what was 'found' strong and named.
    """

    kind: str
    title: str
    pose: Pose
    drawn: Literal["sample", "followed", "found"]
    color: Literal["level", "roi", "class"]


LOOKS = (
    Look("anchors", "Anchors", "anchor", "sample", "level"),
    Look("objectness", "Objectness", "anchor", "sample", "level"),
    Look("top_k", "Top-k", "anchor", "followed", "level"),
    Look("deltas", "Deltas", "decoded", "followed", "level"),
    Look("clipping", "Clipping", "clipped", "followed", "level"),
    Look("rpn_nms", "RPN NMS", "clipped", "followed", "level"),
    Look("roi_level", "RoI level", "clipped", "followed", "roi"),
    Look("roi_features", "RoI features", "clipped", "followed", "roi"),
    Look("classes", "Classes", "refined", "followed", "class"),
    Look("class_nms", "Class NMS", "refined", "found", "class"),
    Look("masks", "Masks", "refined", "found", "class"),
    Look("pasted", "Pasted", "refined", "found", "class"),
)
KINDS = [look.kind for look in LOOKS]


@dataclass(frozen=True)
class Told:
    """What a stage did: ``after`` of ``before`` (named by ``of``) went on, a text, and a figure of bars or of cells.

    ``more`` says how many are left out of a figure of the best alone.
    """

    before: int
    after: int
    of: str
    text: str
    bars: Sequence[Bar] = ()
    cells: Sequence[Cell] = ()
    more: str = ""


def told(record: RCNNRecord, stages: StagesTrace, pasted: np.ndarray) -> Iterator[Told]:
    """What each stage did, in the order of ``LOOKS``; ``pasted`` are the masks in the picture, bool [n, H, W]."""
    yield from _anchors(record, stages)
    yield from _boxes(record, stages)
    yield from _regions(record, stages)
    yield from _detections(record, stages, pasted)


def _anchors(record: RCNNRecord, stages: StagesTrace) -> Iterator[Told]:
    """Anchors, objectness, top-k."""
    everybody, top = np.arange(len(record.anchors)), stages.rpn.top.numpy()
    levels, total = list(zip(record.levels, record.shapes, strict=True)), len(everybody)
    shapes = ", ".join(f"{name} {w} × {h} × {anchors}" for name, (h, w, anchors) in levels)
    text = f"Boxes of fixed sizes and shapes around every cell: {shapes} (columns × rows × anchors a cell)."
    bars = [(name, i, count, total) for name, i, count, _ in _level_bars(record, everybody, everybody)]
    yield Told(total, total, "anchors", text, bars)

    probs = 1 / (1 + np.exp(-record.objectness.numpy().astype(np.float64)))
    sure, maps, start = int((probs >= 0.5).sum()), [], 0
    for name, (height, width, anchors) in levels:
        cells = probs[start : start + height * width * anchors].reshape(height, width, anchors)
        maps.append((name, encode.png_uri(grids.heat(cells.max(2), 0, 1)), f"{width} × {height}"))
        start += cells.size
    text = f"The RPN says of each anchor how likely it is a thing: {sure:,} reach 0.5."
    text += " Maps: the best anchor of each cell, bright is 1."
    yield Told(total, total, "anchors", text, cells=maps)

    text = f"In each level, the best {stages.limits.pre_nms_top_n:,} by objectness go on."
    yield Told(total, len(top), "anchors", text, _level_bars(record, top, everybody))


def _boxes(record: RCNNRecord, stages: StagesTrace) -> Iterator[Told]:
    """Deltas, clipping, NMS in the levels."""
    rpn, limits = stages.rpn, stages.limits
    top, fit, left = rpn.top.numpy(), rpn.compared.numpy(), rpn.proposals.numpy()
    dx, dy, dw, dh = record.deltas.numpy()[top[np.argmax(record.objectness.numpy()[top])]].astype(float)
    best = f"dx {dx:+.2f}, dy {dy:+.2f} (of its sides), width × {np.exp(dw):.2f}, height × {np.exp(dh):.2f}"
    text = f"Each box moves by its four deltas. The best one: {best.replace('-', '−')}."
    moved = record.in_picture(record.decoded[top] - record.anchors[top]).double().numpy()
    far = np.hypot(moved[:, 0] + moved[:, 2], moved[:, 1] + moved[:, 3]) / 2
    counts = np.histogram(far, [*MOVED.values(), np.inf])[0].tolist()
    bars = [(name, -1, count, len(top)) for name, count in zip(MOVED, counts, strict=True)]
    yield Told(len(top), len(top), "boxes", f"{text} Bars: how far the centres moved.", bars)

    cut = int((record.clipped[top] != record.decoded[top]).any(1).sum())
    small, unlikely = int((~rpn.large).sum()), int((rpn.large & ~rpn.likely).sum())
    text = f"{cut:,} boxes reach over the border and are cut there. {small:,} are too small then"
    text += f", {unlikely:,} have an objectness below {limits.objectness:g}" if limits.objectness else ""
    yield Told(len(top), len(fit), "boxes", f"{text}.", _level_bars(record, fit, top))

    text = f"In each level, a box goes if it overlaps a better one by an IoU above {limits.rpn_nms_iou:g}."
    text += f" {len(rpn.unsuppressed):,} stay; the best {len(left):,} of them are the proposals"
    text += f" (limit {limits.post_nms_top_n:,})."
    yield Told(len(fit), len(left), "boxes", text, _level_bars(record, left, fit))


def _regions(record: RCNNRecord, stages: StagesTrace) -> Iterator[Told]:
    """RoI levels, RoI features, classes."""
    count, classes, levels = len(stages.proposal_boxes), stages.class_probs.shape[1], stages.roi_levels
    text = f"All RoIs are cropped from the only level, {levels[0]}."
    if len(levels) > 1:
        text = f"Each RoI is cropped from the level that fits its size, {levels[0]} to {levels[-1]}: the larger the"
        text += " box, the coarser (FPN, equation 1)."
    counts = np.bincount(stages.proposal_levels.numpy(), minlength=len(levels)).tolist()
    rows = zip(levels, counts, strict=True)
    bars = [(name, record.levels.index(name), one, count) for name, one in rows]
    yield Told(count, count, "proposals", text, bars)

    crops = stages.crops[:SHOWN].numpy()
    text = "RoIAlign cuts 7 × 7 numbers a channel from each RoI's level. Here: their mean over the channels,"
    text += f" for the {len(crops)} best proposals, dark to bright on a scale of their own."
    low, high = (limit(crops, axis=(1, 2), keepdims=True) if count else 0 for limit in (np.min, np.max))
    from_levels = [levels[level] for level in stages.proposal_levels[:SHOWN].tolist()]
    captions = [f"RoI {number}" for number in range(1, len(crops) + 1)]
    cells = _cells(from_levels, (crops - low) / np.maximum(high - low, 1e-12), captions)
    yield Told(count, count, "proposals", text, cells=cells)

    best = stages.class_probs.numpy().argmax(1) if count else np.zeros(0, int)
    often = np.bincount(best, minlength=classes).tolist()
    order = sorted(range(classes), key=lambda label: -often[label])[:LISTED]
    pairs = count * (classes - 1)
    text = f"The box head gives each proposal {classes} class probabilities and, for each of {classes - 1} classes, a"
    text += f" refined box: {pairs:,} candidates. Bars: each proposal's best class."
    bars = [(record.class_name(label), -1, often[label], count) for label in order if often[label]]
    yield Told(count, pairs, "candidates", text, bars)


def _detections(record: RCNNRecord, stages: StagesTrace, pasted: np.ndarray) -> Iterator[Told]:
    """NMS in the classes, masks, pasted masks."""
    limits, pairs = stages.limits, stages.class_probs[:, 1:].numel()
    found, masks = len(stages.detections), stages.mask_cells.numpy()
    kept = {"score": stages.scored, "size": stages.candidates}
    kept |= {"NMS": stages.unsuppressed, "limit": stages.detections}
    text = f"A candidate needs a class score above {limits.score_threshold:g}. In each class, it goes if it overlaps a"
    text += f" better one with IoU above {limits.box_nms_iou:g}: {len(stages.unsuppressed):,} stay."
    sure = int((stages.scores >= SURE).sum())
    text += f" A picture keeps at most {limits.detections:,}. {sure} of these {found} have score {SURE:g} or more,"
    text += " which are the boxes that the ledgers draw."
    bars = [(f"after {name}", -1, len(some), pairs) for name, some in kept.items()]
    yield Told(pairs, found, "candidates", text, bars)

    nothing = "This network has no mask head." if found and not len(masks) else ""
    text = "The mask head sees 14 × 14 crops of the detections and says 28 × 28 probabilities of each one's class."
    text += f" Only the best {len(masks)} get one here." if len(masks) < found else ""
    named = [record.class_name(label) for label in stages.labels[: len(masks)].tolist()]
    cells = _cells(named[:SHOWN], masks[:SHOWN], [f"{score:.2f}" for score in stages.scores.tolist()])
    yield Told(found, len(masks), "detections", nothing or text, (), cells, _more(masks, SHOWN))

    text = "Each mask is enlarged to its box; pixels with at least 0.5 belong to the thing."
    sides = (stages.boxes[:, 2:] - stages.boxes[:, :2]).numpy()
    areas = zip(named, pasted.sum((1, 2)).tolist(), sides.prod(1).round().astype(int).tolist(), strict=False)
    bars = [(f"{i} {name}", -1, area, max(area, box)) for i, (name, area, box) in enumerate(areas, 1)]
    text = nothing or f"{text} Bars: how many they are, of its box's pixels."
    yield Told(len(masks), len(masks), "masks", text, bars[:LISTED], more=_more(bars, LISTED))


def _level_bars(record: RCNNRecord, anchors: np.ndarray, before: np.ndarray) -> list[Bar]:
    """Of each level, how many of these anchors are left of those before."""
    levels, count = record.anchor_levels.numpy(), len(record.levels)
    now, then = (np.bincount(levels[some], minlength=count).tolist() for some in (anchors, before))
    return [(name, i, now[i], then[i]) for i, name in enumerate(record.levels)]


def _cells(names: Sequence[str], values: np.ndarray, captions: Sequence[str]) -> list[Cell]:
    """Maps [n, h, w] of 0..1 as named pictures, coloured in one go."""
    if not len(values):
        return []
    pictures = grids.heat(values.reshape(-1, values.shape[2]), 0, 1).reshape(*values.shape, 3)
    return list(zip(names, map(encode.png_uri, pictures), captions, strict=False))


def _more(listed: Sequence[object] | np.ndarray, most: int) -> str:
    """How many are not in a figure, in words."""
    return f"and {len(listed) - most:,} more" if len(listed) > most else ""
