"""The autopsy of one pixel of a mask for the board ``maskAutopsy``: six pictures and their sums.

Pictures that do not depend on the pixel are the same texts after each click, so a quick answer leaves them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from demos.figures import encode, grids
from demos.rcnn_family.ledgers import instance_colors, mask_overlay
from demos.records import Box

if TYPE_CHECKING:
    from lecture_models.autopsy.align import AlignLink
    from lecture_models.autopsy.chain import Autopsy
    from lecture_models.autopsy.head import HeadLink, SigmoidLink
    from lecture_models.autopsy.paste import PasteLink
    from lecture_models.autopsy.picture import PictureLink
    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.studies.rcnn_family import Traced

LISTED = 6  # products of a logit that are drawn one by one
MARGIN = 3  # cells around a box on the drawn part of the map
THRESHOLD = 0.5
BRIGHTEST, STEP = 252, 4  # of a drawn gradient: 64 steps, since the eye sees no more and it is half as long
DRAWN = 384  # pixels of the longer side of a drawn gradient

Numbers = Sequence[float]
Product = tuple[int, float, float, float]
"""Channel, feature, weight, and their product."""
Link = tuple[str, str, str, float, float]
"""Key, name, how it was made, its own product, and the network's value."""


@dataclass(frozen=True)
class Logit:
    """One cell's logit: its largest products, the sum of the ``rest`` of ``count``, and what the largest was made of.

    ``deconv`` and ``conv`` are told, with the formula of the one and the nine sums of the other.
    """

    products: Sequence[Product]
    rest: float
    count: int
    bias: float
    formula: str
    deconv: str
    nine: Sequence[Numbers]
    conv: str


@dataclass(frozen=True)
class Chain:
    """All links of one pixel of a detection, from the pixel back to the picture, most of them as they were traced.

    ``mask`` is a picture of ``size`` × ``size`` cells; ``straight`` the bin right below the cell; ``map`` a picture of
    the ``extent`` of the pyramid's map, of ``shape``, whose numbers ``align`` holds; ``heat`` the gradient's
    brightness, '' where it was not asked for.
    """

    detection: int
    resized: str
    mask: str
    size: int
    paste: PasteLink
    sigmoid: SigmoidLink
    logit: Logit
    head: HeadLink
    straight: Numbers
    align: AlignLink
    map: str
    extent: Numbers
    shape: Numbers
    heat: str
    picture: PictureLink
    links: Sequence[Link]


@dataclass(frozen=True)
class Board:
    """The picture with all masks and boxes, a message, and the chain behind one pixel, if there is one."""

    size: tuple[int, int]
    base: str
    overlay: str
    boxes: Sequence[Box]
    message: str
    chain: Chain | None


def board(made: Traced) -> Board:
    """What the board draws; without a chain the picture alone, to choose a pixel."""
    trace = made.trace
    names, scores, colors = detection_names(trace), trace.scores.tolist(), instance_colors(trace.names)
    labels = [f"{kind} {number} · {s:.2f}" for (kind, number), s in zip(names, scores, strict=True)]
    return Board(
        size=(trace.image.shape[0], trace.image.shape[1]),
        base=encode.jpeg_uri(trace.image),
        overlay=mask_overlay(trace.masks.numpy() >= THRESHOLD, colors),
        boxes=list(map(Box, trace.boxes.tolist(), colors, labels)),
        message=made.message,
        chain=None if made.made is None else chain(made.made, trace.mask_cells[made.made.detection].numpy()),
    )


def detection_names(trace: RCNNTrace) -> list[tuple[str, int]]:
    """Class and number within the class, from 1, of each detection: the best-scoring first."""
    return [(kind, trace.names[:place].count(kind) + 1) for place, kind in enumerate(trace.names)]


def chain(made: Autopsy, cells: np.ndarray) -> Chain:
    """All links of one pixel; ``cells`` are its detection's mask."""
    head, align, end = made.head, made.align, made.picture
    top, left, height, width = extent(align)
    part = align.features[top : top + height, left : left + width]
    return Chain(
        detection=made.detection,
        resized=resized(made),
        mask=encode.png_uri(grids.heat(cells, 0.0, 1.0, "gray")),
        size=len(cells),
        paste=made.paste,
        sigmoid=made.sigmoid,
        logit=logit(made),
        head=replace(head, gradient=head.gradient[:0]),
        straight=made.deconv.bin,
        align=replace(align, features=part, shares=align.shares[:0]),
        map=encode.png_uri(grids.heat(part)),
        extent=(top, left, height, width),
        shape=align.features.shape,
        heat="" if end.heat is None else encode.png_uri(brightness(end.heat)),
        picture=replace(end, heat=None),
        links=links(made),
    )


def resized(made: Autopsy) -> str:
    """How large the network saw the picture, in words; empty where it took it as it was."""
    if made.scales == (1.0, 1.0):
        return ""
    (down, across), (height, width) = made.scales, made.network_size
    text = f"The network saw the picture at {width} × {height} pixels, {across:.3f} times as wide"
    return f"{text} and {down:.3f} times as high."


def logit(made: Autopsy) -> Logit:
    """One logit's largest products, and what its largest feature was made of."""
    link, deconv, conv, products = made.logit, made.deconv, made.conv, made.logit.products
    order = np.argsort(-np.abs(products), kind="stable").tolist()
    columns = (values[order[:LISTED]].tolist() for values in (link.features, link.weights, products))
    (row, column), (down, across), sign = deconv.bin, deconv.tap, "−" if deconv.bias < 0 else "+"
    formula = f"{deconv.value:.3f} = max(0, {deconv.products.sum():.3f} {sign} {abs(deconv.bias):.3f})"
    where = f"{len(deconv.inputs)} products at bin ({row + 1}, {column + 1}), tap ({down + 1}, {across + 1})"
    scaled = "" if (conv.scale, conv.shift) == (1, 0) else " and batch normalisation"
    below = (
        f"Its largest input there, channel {conv.channel}, is {conv.value:.3f}: nine bins of the last 3 × 3"
    )
    return Logit(
        products=list(zip(order, *columns, strict=False)),
        rest=float(products[order[LISTED:]].sum()),
        count=len(products),
        bias=link.bias,
        formula=formula.replace("-", "−"),
        deconv=f"channel {deconv.channel} of the 2 × 2 deconvolution: {where}",
        nine=conv.places.tolist(),
        conv=f"{below} convolution, bias {conv.bias:.3f}{scaled}, ReLU.".replace("-", "−"),
    )


def extent(link: AlignLink) -> tuple[int, int, int, int]:
    """The drawn part of the map: first row, first column, rows, columns; a square where the map has room for it."""
    height, width = link.features.shape
    x0, y0, x1, y1 = link.box
    side = int(np.ceil(max(x1 - x0, y1 - y0))) + 2 * MARGIN
    rows, columns = min(side, height), min(side, width)
    top = int(np.clip(round((y0 + y1 + 1 - rows) / 2), 0, height - rows))
    left = int(np.clip(round((x0 + x1 + 1 - columns) / 2), 0, width - columns))
    return top, left, rows, columns


def brightness(heat: np.ndarray) -> np.ndarray:
    """How bright a gradient's magnitude [H, W] is drawn: uint8 [h, w]; a large picture's is averaged to ``DRAWN``.

    The root of the magnitude is drawn, since a few pixels are far stronger than the rest.
    """
    shrink = DRAWN / max(heat.shape)
    if shrink < 1:
        heat = cv2.resize(heat, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    most = max(float(np.quantile(heat, 0.998)), 1e-30)
    share = np.sqrt(np.clip(heat / most, 0, 1))
    return STEP * np.rint(share * (BRIGHTEST // STEP)).astype(np.uint8)


def links(made: Autopsy) -> list[Link]:
    """Each link's own product beside the network's value."""
    top, left, bottom, right = made.head.field
    kernel, level = "×".join(map(str, made.conv.places.shape)), made.align.level
    told = {
        "paste": ("pixel", f"bilinear, {len(made.paste.cells)} cells"),
        "sigmoid": ("cell", "sigmoid of its logit"),
        "logit": ("logit", f"1×1 conv, {len(made.logit.features)} products, bias"),
        "deconv": ("feature", f"2×2 deconv, {len(made.deconv.inputs)} products, ReLU"),
        "conv": ("its input", f"last {kernel} convolution, ReLU"),
        "head": ("logit again", f"{(bottom - top + 1) * (right - left + 1)} bins · gradient"),
        "align": ("bin", f"RoIAlign, cells of {level}"),
        "shares": ("logit again", f"cells of {level} · gradient"),
    }
    return [(key, *told[key], own, network) for key, (own, network) in made.values.items()]
