"""Lesson B5, the playground: design a small network, train it for a minute, watch it learn, compare two runs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.figures import style
from demos.segmentation_playground import board, words
from demos.segmentation_playground.slide import slide
from demos.ui import Lesson, Progress, Screen
from demos.ui.visitor import visitor
from lecture_models.scenes.settings import CLASSES, VOID
from lecture_models.studies import live_training, small_scenes
from lecture_models.studies import segmentation_playground as playground

if TYPE_CHECKING:
    from demos.figures.slides import Slide
    from lecture_models.nets.small_segmenter import Skips, Upsampler
    from lecture_models.studies.live_training import Learned, Loss

DEPTH = 3
LANES = ("A", "B")
MOST = int(live_training.SECONDS)
SECONDS = (10, 30, MOST)
HELD_OUT = small_scenes.HELD_OUT


def compute(
    picture: str, depth: int, skips: Skips, upsampler: Upsampler, loss: Loss, seed: int
) -> playground.Sketch:
    """The untrained network on the picture."""
    return playground.sketch(picture, playground.chosen(int(depth), skips, upsampler, loss, int(seed)))


def update(
    picture: str = "scene:42",
    depth: int = DEPTH,
    skips: Skips = "concatenate",
    upsampler: Upsampler = "bilinear",
    loss: Loss = "cross-entropy",
    seed: int = 0,
    lane: str = "A",
    seconds: int = MOST,
) -> Mapping[str, Any]:
    """A small segmentation network of one's own design, before its training: shapes, cost, prediction, loss.

    Args:
        picture: key of the picture; it is shown with 64 x 64 pixels.
        depth: how many times the encoder halves its maps, 1 to 4.
        skips: none, sum or concatenate.
        upsampler: nearest, bilinear, transposed or unpooling.
        loss: cross-entropy or dice.
        seed: of the fresh weights and of the order of the scenes, 0 to 9999.
        lane: the run that the next training is shown as, A or B.
        seconds: how long it goes on at a time: 10, 30 or 60.
    """
    made = compute(picture, depth, skips, upsampler, loss, seed)
    return {
        "lanes": board.lanes(made, lane, playground.guessing()),
        "levels": board.levels(made),
        "reading": words.reading(made),
        "question": words.question(made, CLASSES),
        "numbers": words.numbers(made, CLASSES),
        "seen": words.seen(made),
    }


def train(
    picture: str = "scene:42",
    depth: int = DEPTH,
    skips: Skips = "concatenate",
    upsampler: Upsampler = "bilinear",
    loss: Loss = "cross-entropy",
    seed: int = 0,
    lane: str = "A",
    seconds: int = MOST,
) -> Iterator[Mapping[str, Any]]:
    """Train the network while watching; from the same page it goes on where it was stopped, while the server keeps it.

    Args:
        picture: key of the picture whose prediction is reported.
        depth: as in the lesson.
        skips: as in the lesson.
        upsampler: as in the lesson.
        loss: as in the lesson.
        seed: as in the lesson.
        lane: A or B: each has a training of its own.
        seconds: as in the lesson.
    """
    setup = playground.chosen(int(depth), skips, upsampler, loss, int(seed))
    owner = (visitor(), lane) if visitor() else None
    began = None
    for told in playground.train(picture, setup, owner, seconds):
        if isinstance(told, tuple):
            text = "Rendering small scenes: {} of {}".format(*told)
            yield {"progress": Progress(0, seconds, text)}
            continue
        began = began or time.monotonic()
        spent = min(time.monotonic() - began, seconds)
        yield {
            "progress": Progress(round(spent), seconds, f"Run {lane}: {said(told)}"),
            "trained": board.lane(told, lane),
        }


def said(told: Learned) -> str:
    """How far a training is, in a line."""
    loss = "" if told.step == 0 else f", loss {told.losses[-1]:.3f}"
    return f"step {told.step}, {told.seconds:.0f} s in all{loss}, mIoU {told.mious[-1]:.2f}"


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    chosen = {key: (LESSON.defaults | settings)[key] for key in DESIGN}
    made = compute(**chosen)
    kept: dict[str, Any] = {"image": made.picture.image, "untrained_labels": made.labels}
    kept |= {"parameters": made.parameters, "macs": made.macs, "sides": [one.side for one in made.levels]}
    kept["encoder_channels"] = [one.encoder for one in made.levels]
    if made.truth is None:
        return kept
    truth = made.truth
    sums = {"overlap": truth.dice.overlap, "predicted": truth.dice.predicted, "true": truth.dice.true}
    pixel = {"pixel": [truth.pixel.row, truth.pixel.column], "logits": truth.pixel.logits}
    losses = {"loss": truth.loss, "cross_entropy": truth.cross_entropy, "untrained_miou": truth.miou}
    maps = {"truth": made.picture.labels, "one_class_a_cell": truth.cells}
    return {**kept, **maps, **losses, **pixel, **{f"dice_{key}": value for key, value in sums.items()}}


def figure(**settings: Any) -> Slide:
    """Picture, truth, truth in cells and the untrained prediction as a figure; settings as `update`'s."""
    chosen = {key: (LESSON.defaults | settings)[key] for key in DESIGN}
    return slide(compute(**chosen), CLASSES)


def build(screen: Screen) -> None:
    """Both runs left, the design and its training right, the network level by level below."""
    looks: dict[str, Any] = {"names": CLASSES, "void": VOID, "held": HELD_OUT}
    looks |= {"colors": [style.class_color(name) for name in CLASSES], "none": style.VOID_COLOR}
    with screen.left:
        screen.board("lanes", "playLanes", label="Truth, and what two networks say", **looks)
    with screen.right:
        with gr.Row(elem_classes=["play-pair"]):
            screen.control("depth", gr.Radio(list(playground.DEPTHS), value=DEPTH, label="Encoder depth"))
            losses = [(title, name) for name, title in words.LOSSES.items()]
            screen.control("loss", gr.Radio(losses, value="cross-entropy", label="Loss"))
        skips = [(title, name) for name, title in words.SKIPS.items()]
        screen.control("skips", gr.Radio(skips, value="concatenate", label="Skips"))
        ups = [(title, name) for name, title in words.UPSAMPLERS.items()]
        screen.control("upsampler", gr.Radio(ups, value="bilinear", label="Upsampler"))
        with gr.Row(elem_classes=["play-pair"]):
            number = gr.Number(
                0, label="Seed", minimum=0, maximum=live_training.MOST_SEED, step=1, precision=0
            )
            screen.control("seed", number)
            screen.control("seconds", gr.Radio(list(SECONDS), value=MOST, label="Train for, s"))
            screen.control("lane", gr.Radio(list(LANES), value="A", label="Shown as run"))
        screen.run("train", train, label="Train")
        screen.board("trained", "playTrained", label="The run so far", by="train")
        screen.reading("reading", "Parameters")
    with screen.row:
        screen.board("levels", "playLevels", label="The network, level by level", **looks)


DESIGN = ("picture", "depth", "skips", "upsampler", "loss", "seed")
LESSON = Lesson(
    "segmentation_playground",
    "B5",
    "Playground",
    "Depth tells what, skips bring back where: build a small network, train it for a minute, and see it learn.",
    update,
    build,
    code=lambda: (compute, *playground.code()),
    data=data,
    asks="What can you teach a small network in a minute?",
    card="Untrained network",
    first="Press Train.",
    figure=figure,
)
