"""Lesson B3: one 4 × 4 map through seven ways of upsampling, and a real map back to its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from demos.figures import encode, grids
from demos.ui import Lesson, Panel, Panels, Screen
from demos.ui.checks import Text, split_selection
from demos.upsampling import board, tasks, words
from demos.upsampling.slide import slide
from lecture_models import pictures
from lecture_models.studies import upsampling as study

if TYPE_CHECKING:
    from demos.figures.slides import Slide

NETWORK = "panoptic_fpn"
LEVELS = ("P2", "P3", "P4")
MEAN = study.MEAN
TIMES = (1, 2, 3)
SIZE, STRIDE, PADDING, OUTPUT_PADDING = 3, 2, 1, 1  # twice the size, the commonest layer of decoders
KERNEL = "flat"
NAMED = (("bilinear", "bilinear"), ("flat", "all equal"), ("learned", "learned"))
HINT = (
    "Each operator doubles the size as often as the map was halved; your kernel does it with stride 2, "
    "whatever stride the 4 × 4 map has. Point at a cell to read its number."
)
NUMBER = r"\d(\.\d{1,2})?"
CELLS = Text(
    rf"{NUMBER}(,{NUMBER}){{15}}", "16 numbers from 0 to 9.99 with commas between them, row by row, or empty"
)
WEIGHT = r"-?\d(\.\d{1,3})?"
SQUARES = "|".join(rf"{WEIGHT}(,{WEIGHT}){{{side * side - 1}}}" for side in range(2, 6))
WEIGHTS = Text(
    rf"bilinear|flat|learned|{SQUARES}",
    "bilinear, flat, learned, or 4, 9, 16 or 25 numbers between -9.999 and 9.999 with commas between them",
)


def compute(
    picture: str,
    cells: str,
    kernel: str,
    size: int,
    stride: int,
    padding: int,
    output_padding: int,
    level: str,
    channel: int,
    times: int,
) -> study.Upsampled:
    """One forward pass (kept); the small map through seven operators, the real one pooled and back."""
    added = min(int(output_padding), int(stride) - 1)
    arithmetic = (int(size), int(stride), int(padding), added)
    place = (level, int(channel), int(times))
    shown = pictures.resolve(picture)
    return study.study(shown, NETWORK, split_selection(cells), kernel or KERNEL, arithmetic, place)


def update(
    picture: str = "scene:42",
    cells: str = "",
    kernel: str = KERNEL,
    size: int = SIZE,
    stride: int = STRIDE,
    padding: int = PADDING,
    output_padding: int = OUTPUT_PADDING,
    level: str = "P2",
    channel: int = MEAN,
    times: int = 2,
) -> Mapping[str, Any]:
    """Upsample a 4 x 4 map by seven operators, and a network's feature map after pooling it.

    Args:
        picture: key of the picture, such as scene:42.
        cells: 16 numbers from 0 to 9, row by row; empty takes the network's map, averaged and scaled.
        kernel: bilinear, flat (equal weights), learned (least squares on this map), or its numbers row by row.
        size: side of the kernel, 2 to 5.
        stride: of the transposed convolution, 1 to 3.
        padding: cut off at each side of its output, 0 to 2.
        output_padding: added at the end; at most the stride less one is used.
        level: level of the pyramid that the real map is from, P2 to P4.
        channel: its channel, from 0; -1 is the mean of all.
        times: how many times it is pooled by 2 and brought back, 1 to 3.
    """
    made = compute(picture, cells, kernel, size, stride, padding, output_padding, level, channel, times)
    return {
        "bench": board.bench(made),
        "weights": {"kernel": kernel or KERNEL},
        "views": board.kernels(made, "the mean of all channels" if channel == MEAN else f"channel {channel}"),
        "stage": stage(made),
        "reading": words.reading(made, int(output_padding)),
        "question": words.question(made),
        "numbers": words.numbers(made),
        "seen": words.seen(made),
    }


def stage(made: study.Upsampled) -> Panels:
    """The picture, the map before and after pooling, and what each operator makes of it, on one scale of colours."""
    real, image = made.restored, made.picture.image
    low, high = float(real.original.min()), float(real.original.max())
    size = "{} × {}".format(*real.original.shape)

    def panel(title: str, values: np.ndarray, note: str) -> Panel:
        alt = f"{title}: {values.shape[0]} × {values.shape[1]} cells, bright where values are large"
        looks: dict[str, Any] = {"values": encode.pack_values(values), "pixelated": True, "asks": note}
        return Panel(title, alt, encode.png_uri(grids.heat(values, low, high)), **looks)

    maps = [panel(f"{made.level}, {size}", real.original.numpy(), "the network's own map")]
    pooled = real.pooled.numpy()
    maps.append(panel("Averaged, {} × {}".format(*pooled.shape), pooled, "what all but unpooling start from"))
    maps += [
        panel(words.NAMES[kind], output.numpy(), words.noted(real.errors, kind))
        for kind, output in real.outputs.items()
    ]
    picture = Panel("The picture", made.picture.title)
    return Panels(image.shape[:2], [picture, *maps], encode.jpeg_uri(image))


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    small = {kind: trace.output.numpy() for kind, trace in made.traces.items()}
    matrices = {f"{kind}_matrix": trace.matrix.numpy() for kind, trace in made.traces.items()}
    real = {f"{kind}_real": output.numpy() for kind, output in made.restored.outputs.items()}
    maps = {"real": made.restored.original.numpy(), "real_averaged": made.restored.pooled.numpy()}
    inputs = {"cells_used": made.cells.numpy(), "kernel_used": made.layer.kernel.numpy()}
    learned = {"kernel_learned": made.restored.kernels["learned"][0].numpy()}
    return {
        **inputs,
        **learned,
        **small,
        **matrices,
        **maps,
        **real,
        "errors": list(made.restored.errors.values()),
    }


def figure(**settings: Any) -> Slide:
    """Input, outputs, coverage and errors as a figure; settings as `update`'s."""
    return slide(compute(**(LESSON.defaults | settings)))


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.ops import fitted_kernel, unpooling, upsample_bilinear
    from lecture_models.ops import transposed_convolution as convolutions

    without = (unpooling.nearest, unpooling.bed_of_nails, unpooling.max_pool, unpooling.max_unpool)
    bilinear = (upsample_bilinear.source_points, upsample_bilinear.upsample_bilinear)
    layers = (
        convolutions.transposed_convolution,
        convolutions.resize_convolution,
        fitted_kernel.least_squares,
    )
    return compute, *without, *bilinear, *layers


def build(screen: Screen) -> None:
    """Input and seven outputs first, kernel and layer beside them; what follows below; the real map last."""
    looks: dict[str, Any] = {"table": grids.table(), "names": words.NAMES}
    plain: dict[str, Any] = {"step": 1, "buttons": []}
    with screen.left:
        label = "A map of 4 × 4 numbers, and seven ways to upsample it"
        screen.board("bench", "upsamplingBench", label=label, key="cells", rule=CELLS, **looks)
    with screen.right, gr.Column(min_width=0, elem_classes=["up-layer"]):
        kinds: dict[str, Any] = {"named": NAMED, "usual": KERNEL}
        screen.board(
            "weights", "upsamplingKernel", label="Kernel", key="kernel", rule=WEIGHTS, **looks, **kinds
        )
        with gr.Row():
            screen.control("size", gr.Slider(2, 5, SIZE, label="Kernel size", **plain))
            screen.control("stride", gr.Slider(1, 3, STRIDE, label="Stride", **plain))
        with gr.Row():
            screen.control("padding", gr.Slider(0, 2, PADDING, label="Padding", **plain))
            screen.control("output_padding", gr.Slider(0, 2, OUTPUT_PADDING, label="Output padding", **plain))
    with screen.right:
        screen.reading("reading", "Inputs that meet")
    with screen.row:
        screen.board("views", "upsamplingViews", label="What follows", **looks)
        with gr.Row(elem_classes=["up-real"]):
            screen.control(
                "level", gr.Radio(list(LEVELS), value="P2", label="A real map: level of the pyramid")
            )
            screen.control(
                "times", gr.Radio(list(TIMES), value=2, label="Averaged by 2 × 2, and back, so many times")
            )
            screen.control("channel", gr.Slider(MEAN, 63, MEAN, label="Channel (−1: their mean)", **plain))
        screen.stage(
            "stage",
            label="A real map, averaged and upsampled",
            columns=5,
            height="var(--up-stage)",
            hint=HINT,
        )


LESSON = Lesson(
    "upsampling",
    "B4",
    "Upsampling",
    "Upsampling invents numbers: copies, holes, ramps or overlapping stamps.",
    update,
    build,
    code=code,
    data=data,
    asks="How does a small map become a large one again?",
    card="Where inputs meet",
    first="Drag a number up or down.",
    figure=figure,
    tasks=tasks.of(compute),
)
