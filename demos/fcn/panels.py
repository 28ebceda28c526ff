"""Lesson B5's pictures: what each scale adds, their sum, predictions beside the truth, errors by their cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.fcn import words
from demos.figures import encode, grids, overlays, style
from demos.records import Box, Knows, Panel, Panels

if TYPE_CHECKING:
    from lecture_models.studies.fcn import Networks, Summed
    from lecture_models.studies.fcn_ceilings import Ceiled

STEPS = 12  # of colour on each side of 0: bands that are seen as contours, and small to send
ENDS = 1.3  # of the limit: the ends of the colour map
READ = style.CYCLE[1]
GAINED, LOST, OTHER = style.RIGHT, style.WRONG, style.SHARED
WRONG, COARSE = style.WRONG, style.SHARED
CHANGED = ("the same class", "put right", "put wrong", "changed, not right")


# ---- the sum ---------------------------------------------------------------------------------------------
def of_sum(made: Summed, message: str) -> Panels:
    """Each scale's share at every pixel, the sum and the prediction; below them the scores as the network has them."""
    image, titles = made.picture.image, words.titles(made)
    shares = [scale(made, k, titles[k]) for k in range(len(words.SCALES))]
    total = made.logits[made.label]
    logit = heat(titles[-1], total, made, "the logit", "The sum. The largest of nine wins.")
    shown = [*shares, logit, labelled("Prediction", made.now.labels, made.truth, made.classes)]
    shown += [scores(made, k) for k in range(len(words.SCALES))]
    shown += [changes(made), true(made.truth, made.classes, made.picture.title)]
    place = ",".join(map(str, made.point))
    legend = [*scale_legend(made), ("cells that the pixel reads", READ)]
    legend += [] if made.truth is None else list(zip(CHANGED[1:], (GAINED, LOST, OTHER), strict=True))
    about: dict[str, Any] = {"truth": packed(made.truth), "selection": place, "message": message}
    return Panels(image.shape[:2], shown, encode.jpeg_uri(image), legend, **about)


def scale(made: Summed, k: int, title: str) -> Panel:
    """What a scale adds to the shown class's logit, weighed and upsampled; nothing where the network has no such."""
    there = k < len(made.parts.strides)
    weight = made.parts.weights(made.skips)[k] if there else 0.0
    maps = made.parts.maps[min(k, len(made.parts.strides) - 1), made.label][None]
    values = weight * made.parts.upsampled(maps)[0]
    asks = words.ASKS[k] if there else f"{words.NETWORKS[made.network]} has no such scores."
    return heat(title, values, made, f"from {words.SCALES[k]}", asks)


def scores(made: Summed, k: int) -> Panel:
    """A scale's own scores, one square a cell, with the cells that reach the pixel."""
    parts = made.parts
    title = words.CELLS[k]
    if k >= len(parts.strides):
        return heat(title, np.zeros(made.now.labels.shape), made, "no score", "Not in this network.")
    values = parts.own(k)[made.label]
    box = Box(parts.read(k, made.point), READ)
    asks = f"A score every {parts.strides[k]} px."
    return replace(heat(title, values, made, "the cell’s score", asks), boxes=[box], pixelated=True)


def heat(title: str, values: np.ndarray, made: Summed, what: str, asks: str) -> Panel:
    """Numbers float [H, W] in bands of colour from −limit to limit, which all maps of the lesson share."""
    band = np.clip(np.rint(values * (STEPS / made.limit)), -STEPS, STEPS).astype(np.int8) + STEPS
    colors = painting(np.arange(-STEPS, STEPS + 1.0) / STEPS)
    knows = [Knows(between(k, made.limit / STEPS), what) for k in range(-STEPS, STEPS + 1)]
    alt = f"{title}, {what}, from {words.signed(values.min(), 1)} to {words.signed(values.max(), 1)}"
    index = encode.pack_indices(band)
    return Panel(
        title, alt, encode.palette_uri(band.astype(np.uint8), colors), index=index, texts=knows, asks=asks
    )


def painting(shares: np.ndarray) -> np.ndarray:
    """Colours of shares of the limit, −1 to 1: uint8 [n, 3]. The map's own ends, alike dark, are left out."""
    return grids.heat(shares[None], -ENDS, ENDS, "signed")[0]


def between(band: int, step: float) -> str:
    """The numbers of a band of colour.

    >>> between(2, 1.0), between(-STEPS, 1.0)
    ('+1.5 to +2.5', 'below −11.5')
    """
    low, high = (words.signed((band + half) * step, 1) for half in (-0.5, 0.5))
    if abs(band) == STEPS:
        return f"above {low}" if band > 0 else f"below {high}"
    return f"{low} to {high}"


def scale_legend(made: Summed) -> list[tuple[str, str]]:
    """Five colours of the shared scale with their logits."""
    shares = (-1.0, -0.5, 0.0, 0.5, 1.0)
    colors = painting(np.array(shares))
    texts = [words.signed(made.limit * share, 1) if share else "0" for share in shares]
    texts[0], texts[-1] = f"{texts[0]} or less", f"{texts[-1]} or more (logit)"
    return [(text, style.hex_color(*color)) for text, color in zip(texts, colors.tolist(), strict=True)]


def changes(made: Summed) -> Panel:
    """The pixels whose class is another than with both skips at 0: put right, put wrong, or wrong either way."""
    now, without, truth = made.now.labels, made.without.labels, made.truth
    differ = now != without
    if truth is None:
        texts = CHANGED[0], "another class"
        return painted(words.CHANGES, differ.astype(int), [OTHER], texts, "What the skips change.")
    right, gone = differ & (now == truth), differ & (without == truth)
    kinds = np.where(right, 1, np.where(gone, 2, np.where(differ, 3, 0)))
    return painted(words.CHANGES, kinds, [GAINED, LOST, OTHER], CHANGED, "Against both weights at 0.")


# ---- ceilings --------------------------------------------------------------------------------------------
def of_ceilings(made: Ceiled) -> Panels:
    """Truth, the network, the oracle of the stride, and the network's errors by their cause."""
    image, classes = made.picture.image, made.classes
    network = labelled(words.network_of(made), made.network.labels, made.truth, classes)
    shown = [true(made.truth, classes, made.picture.title), network]
    best, split = made.best, made.split()
    if best is not None and split is not None and made.truth is not None:
        shown.append(labelled(words.oracle(made), best, made.truth, classes, words.oracle_asks(made)))
        texts = ["right, or not judged", *words.CAUSES]
        asks = f"Every pixel that {words.network_of(made)} has wrong."
        shown.append(painted(words.ERRORS, split.astype(int), [WRONG, COARSE], texts, asks))
        legend = [*style.legend(classes), *zip(words.CAUSES, (WRONG, COARSE), strict=True)]
    else:
        legend = style.legend(classes)
    about: dict[str, Any] = {"truth": packed(made.truth), "message": words.ceilings_message(made)}
    return Panels(image.shape[:2], shown, encode.jpeg_uri(image), legend, **about)


# ---- three networks --------------------------------------------------------------------------------------
def of_networks(made: Networks, message: str) -> Panels:
    """The truth and three predictions."""
    image, classes = made.picture.image, made.classes
    shown = [true(made.truth, classes, made.picture.title)]
    for said, name in zip(made.said, words.NETWORKS.values(), strict=True):
        asks = "" if said.miou is None else f"mIoU {100 * said.miou:.1f} % on this picture"
        shown.append(labelled(name, said.labels, made.truth, classes, asks))
    about: dict[str, Any] = {"truth": packed(made.truth), "message": message}
    return Panels(image.shape[:2], shown, encode.jpeg_uri(image), style.legend(classes), **about)


# ---- what they share -------------------------------------------------------------------------------------
def labelled(
    title: str, labels: np.ndarray, truth: np.ndarray | None, classes: Sequence[str], asks: str = ""
) -> Panel:
    """A predicted label map, int [H, W], over the picture, which says whether it is right."""
    colors = [style.class_color(name) for name in classes]
    numbers = labels.astype(np.int64) + 1
    overlay = encode.png_uri(overlays.segment_overlay(numbers, colors))
    present = [classes[k] for k in np.unique(labels)]
    knows = [Knows("no class"), *map(Knows, classes)]
    marks: list[str] = []
    if truth is not None:
        marks = ["." * (len(classes) + 1)]
        marks += [
            "." + "".join("+" if j == k else "-" for j in range(len(classes))) for k in range(len(classes))
        ]
    alt = f"{title}: {', '.join(present)}"
    asks = asks or "The class of the largest sum."
    return Panel(
        title,
        alt,
        overlay=overlay,
        index=encode.pack_indices(numbers),
        texts=knows,
        marks=marks,
        asks=asks,
    )


def true(truth: np.ndarray | None, classes: Sequence[str], title: str) -> Panel:
    """The scene's exact labels; of a photograph the picture alone."""
    if truth is None:
        return Panel("The picture", title, asks=words.NOBODY)
    numbers = np.where(truth < len(classes), truth + 1, 0)
    colors = [style.class_color(name) for name in classes]
    overlay = encode.png_uri(overlays.segment_overlay(numbers, colors, style.VOID_COLOR))
    knows = [Knows("void: too small to count"), *map(Knows, classes)]
    alt = f"Truth: {', '.join(classes[k] for k in np.unique(truth) if k < len(classes))}"
    return Panel(
        "Truth", alt, overlay=overlay, index=encode.pack_indices(numbers), texts=knows, asks="Exact."
    )


def painted(
    title: str,
    kinds: np.ndarray,
    colors: Sequence[str],
    texts: Sequence[str],
    asks: str,
) -> Panel:
    """Kinds of pixels int [H, W], 0 for none, over the darkened picture."""
    overlay = overlays.segment_overlay(kinds, colors)
    overlay[kinds == 0] = (0, 0, 0, 150)
    counts = ", ".join(f"{int((kinds == k).sum())} pixels {texts[k]}" for k in range(1, len(texts)))
    index = encode.pack_indices(kinds)
    return Panel(
        title,
        f"{title}: {counts}",
        overlay=encode.png_uri(overlay),
        index=index,
        texts=[*map(Knows, texts)],
        asks=asks,
    )


def packed(truth: np.ndarray | None) -> dict[str, Any] | None:
    """The numbers of the true classes for the panels' marks; void is 0."""
    return None if truth is None else encode.pack_indices(np.where(truth < 255, truth + 1, 0))
