"""The autopsy of one pixel of a mask as JSON for the board ``maskAutopsy``: six pictures and their sums."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from demos.figures import encode, grids, overlays, style

if TYPE_CHECKING:
    from lecture_models.autopsy.align import AlignLink
    from lecture_models.autopsy.chain import Autopsy
    from lecture_models.autopsy.head import HeadLink, LogitLink
    from lecture_models.autopsy.picture import PictureLink
    from lecture_models.nets.rcnn_trace import RCNNTrace

LISTED = 6  # products of a logit that are drawn one by one
MARGIN = 3  # cells around a box on the drawn part of the map
THRESHOLD = 0.5
OPAQUE = 255 * 0.9  # of the strongest gradient
DRAWN = 384  # pixels of the longer side of a drawn gradient


def payload(trace: RCNNTrace, made: Autopsy | None, message: str = "") -> dict[str, Any]:
    """What the board draws.

    Args:
        trace: of the whole picture.
        made: the chain behind one pixel; None draws the picture alone, to choose a pixel.
        message: one sentence above the picture, such as why there is no chain.
    """
    image, names = trace.image, detection_names(trace)
    masks, boxes = trace.masks.numpy(), trace.boxes.tolist()
    colors = [style.instance_color(kind, number - 1) for kind, number in names]
    labels = [
        f"{kind} {number} · {score:.2f}"
        for (kind, number), score in zip(names, trace.scores.tolist(), strict=True)
    ]
    return {
        "size": list(image.shape[:2]),
        "base": encode.jpeg_uri(image),
        "overlay": encode.png_uri(overlays.segment_overlay(topmost(masks, image.shape[:2]), colors)),
        "boxes": [
            {"box": box, "color": color, "label": label}
            for box, color, label in zip(boxes, colors, labels, strict=True)
        ],
        "message": message,
        "chain": None if made is None else chain(made, trace, labels[made.detection]),
    }


def detection_names(trace: RCNNTrace) -> list[tuple[str, int]]:
    """Class and number within the class, from 1, of each detection: the best-scoring first."""
    seen: Counter[str] = Counter()
    names = []
    for label in trace.labels.tolist():
        kind = trace.classes[label] if label < len(trace.classes) else f"class {label}"
        seen[kind] += 1
        names.append((kind, seen[kind]))
    return names


def topmost(masks: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Which mask is drawn at each pixel: int [H, W], 0 for none, the first that covers it counted from 1."""
    if not len(masks):
        return np.zeros(size, np.int64)
    covers = masks >= THRESHOLD
    return np.where(covers.any(0), covers.argmax(0) + 1, 0)


def chain(made: Autopsy, trace: RCNNTrace, title: str) -> dict[str, Any]:
    """All links of one pixel, from the pixel back to the picture."""
    cells = trace.mask_cells[made.detection].numpy()
    return {
        "title": title,
        "name": made.name,
        "detection": made.detection,
        "pixel": list(made.pixel),
        "box": list(made.paste.box),
        "resized": resized(made),
        "value": made.paste.value,
        "mask": mask(made, cells),
        "logit": logit(made),
        "crop": crop(made.head, made.deconv.bin),
        "map": feature_map(made.align),
        "picture": picture(made.picture),
        "links": links(made),
    }


def resized(made: Autopsy) -> str:
    """How large the network saw the picture, in words; empty where it took it as it was."""
    if made.scales == (1.0, 1.0):
        return ""
    down, across = made.scales
    size = f"{made.network_size[1]} × {made.network_size[0]}"
    return f"The network saw the picture at {size} pixels, {across:.3f} times as wide and {down:.3f} times as high."


def mask(made: Autopsy, cells: np.ndarray) -> dict[str, Any]:
    """The 28 × 28 cells and those that the pixel reads."""
    followed = made.paste.followed
    return {
        "image": encode.png_uri(grids.heat(cells, 0.0, 1.0, "gray")),
        "size": len(cells),
        "source": list(made.paste.source),
        "cells": [
            {
                "row": cell.row,
                "column": cell.column,
                "weight": cell.weight,
                "prob": cell.prob,
                "inside": cell.inside,
                "followed": cell is followed or cell == followed,
            }
            for cell in made.paste.cells
        ],
    }


def logit(made: Autopsy) -> dict[str, Any]:
    """One logit's largest products, and what its largest feature was made of."""
    link, deconv, conv = made.logit, made.deconv, made.conv
    shown, rest = largest(link)
    return {
        "cell": [made.sigmoid.row, made.sigmoid.column],
        "value": link.value,
        "prob": made.sigmoid.value,
        "bias": link.bias,
        "products": shown,
        "rest": rest,
        "count": len(link.features),
        "deconv": {
            "channel": deconv.channel,
            "bin": list(deconv.bin),
            "tap": list(deconv.tap),
            "sum": float(deconv.products.sum()),
            "bias": deconv.bias,
            "value": deconv.value,
            "count": len(deconv.inputs),
        },
        "conv": {
            "channel": conv.channel,
            "places": conv.places.tolist(),
            "bias": conv.bias,
            "scale": conv.scale,
            "shift": conv.shift,
            "value": conv.value,
        },
    }


def largest(link: LogitLink, listed: int = LISTED) -> tuple[list[dict[str, float]], float]:
    """The products with the largest magnitudes, in order, and the sum of all others."""
    products = link.products
    order = np.argsort(-np.abs(products), kind="stable")
    shown = [
        {
            "channel": int(k),
            "feature": float(link.features[k]),
            "weight": float(link.weights[k]),
            "value": float(products[k]),
        }
        for k in order[:listed]
    ]
    return shown, float(products[order[listed:]].sum())


def crop(head: HeadLink, straight: tuple[int, int]) -> dict[str, Any]:
    """What each bin of the crop gives the logit; ``straight`` is the bin right below the cell."""
    return {
        "values": head.contributions.tolist(),
        "field": list(head.field),
        "followed": list(head.followed),
        "straight": list(straight),
        "sum": float(head.contributions.sum()),
        "constant": head.constant,
        "value": head.value,
        "outside": head.outside,
    }


def feature_map(link: AlignLink) -> dict[str, Any]:
    """The part of the pyramid's map around the box, one channel, with all that the browser needs for any bin."""
    top, left, height, width = window(link)
    part = link.features[top : top + height, left : left + width]
    return {
        "image": encode.png_uri(grids.heat(part)),
        "level": link.level,
        "stride": link.stride,
        "channel": link.channel,
        "window": [top, left, height, width],
        "shape": list(link.features.shape),
        "values": encode.pack_values(part),
        "box": list(link.box),
        "columns": link.columns.tolist(),
        "rows": link.rows.tolist(),
        "crop": link.crop.tolist(),
        "worst": link.worst,
    }


def window(link: AlignLink) -> tuple[int, int, int, int]:
    """The drawn part of the map: first row, first column, rows, columns; a square where the map has room for it."""
    height, width = link.features.shape
    x0, y0, x1, y1 = link.box
    side = int(np.ceil(max(x1 - x0, y1 - y0))) + 2 * MARGIN
    rows, columns = min(side, height), min(side, width)
    top = int(np.clip(round((y0 + y1 + 1 - rows) / 2), 0, height - rows))
    left = int(np.clip(round((x0 + x1 + 1 - columns) / 2), 0, width - columns))
    return top, left, rows, columns


def picture(link: PictureLink) -> dict[str, Any]:
    """The fields on the picture and the gradient over it."""
    return {
        "heat": "" if link.heat is None else encode.png_uri(heat_overlay(link.heat)),
        "fields": [{"stage": path.stage, "box": list(path.box), "share": path.share} for path in link.fields],
        "box_share": link.box_share,
        "exact": link.exact,
        "outside": link.outside,
    }


def heat_overlay(heat: np.ndarray) -> np.ndarray:
    """A gradient's magnitude as a see-through picture: the stronger, the more opaque and the brighter.

    The root of the magnitude is drawn, since a few pixels are far stronger than the rest.

    Args:
        heat: float [H, W], 0 or above.

    Returns:
        uint8 RGBA [h, w, 4]; a large picture's is averaged to at most ``DRAWN`` pixels a side.
    """
    shrink = DRAWN / max(heat.shape)
    if shrink < 1:
        heat = cv2.resize(heat, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    most = max(float(np.quantile(heat, 0.998)), 1e-30)
    share = np.sqrt(np.clip(heat / most, 0, 1))
    return np.dstack([grids.heat(share, 0.0, 1.0), np.rint(share * OPAQUE).astype(np.uint8)])


def links(made: Autopsy) -> list[dict[str, Any]]:
    """Each link's own product beside the network's value."""
    count, kernel = len(made.logit.features), "×".join(map(str, made.conv.places.shape))
    bins = (made.head.field[2] - made.head.field[0] + 1) * (made.head.field[3] - made.head.field[1] + 1)
    rows = [
        ("paste", "pixel", f"bilinear, {len(made.paste.cells)} cells", made.paste),
        ("sigmoid", "cell", "sigmoid of its logit", made.sigmoid),
        ("logit", "logit", f"1×1 conv, {count} products, bias", made.logit),
        (
            "deconv",
            "feature",
            f"2×2 deconv, {len(made.deconv.inputs)} products, ReLU",
            made.deconv,
        ),
        ("conv", "its input", f"last {kernel} convolution, ReLU", made.conv),
        ("head", "logit again", f"{bins} bins · gradient", made.head),
        ("align", "bin", f"RoIAlign, {len(made.align.cells)} cells of {made.align.level}", made.align),
    ]
    found = [(*row[:3], float(row[3].value), float(row[3].network_value)) for row in rows]  # type: ignore[attr-defined]
    shares = (made.align.shares_value, made.align.shares_network_value)
    found.append(("shares", "logit again", f"cells of {made.align.level} · gradient", *shares))
    return [
        {"key": key, "name": name, "by": by, "value": value, "network": own, "difference": abs(value - own)}
        for key, name, by, value, own in found
    ]
