"""Lesson B2: the receptive field, grown layer by layer, and measured in real networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.figures import grids
from demos.receptive_field import board, slide, tasks, words
from demos.receptive_field.measured import measured_board
from demos.ui import Lesson, Progress, Screen
from demos.ui.checks import Selection, Text, split_selection
from lecture_models.studies import receptive_field as fields
from lecture_models.studies import receptive_networks as networks
from lecture_models.studies.receptive_timing import timed

if TYPE_CHECKING:
    from demos.figures.slides import Slide

STACK = "c3x5"
NET = "panoptic_fpn"
VIEWS = (("Grow a stack", "stack"), ("Look into a network", "network"))
CHANNELS = (16, 32, 64, 128)
SIDES = (64, 112, 224, 512)
STACK_FORM = r"[cpu0-9sdx-]{1,200}"


def compute(
    picture: str,
    view: str,
    stack: str,
    padded: bool,
    channels: int,
    side: int,
    net: str,
    layer: str,
    unit: str,
    patch: str,
) -> fields.Stacked | fields.Looked:
    """What the chosen view needs, and nothing else."""
    if view == "stack":
        return fields.stacked(picture, stack or STACK, padded, int(channels), int(side))
    return fields.looked(picture, net, layer, split_selection(unit), split_selection(patch))


def update(
    picture: str = "scene:42",
    view: str = "stack",
    stack: str = STACK,
    padded: bool = True,
    channels: int = 64,
    side: int = 224,
    net: str = NET,
    layer: str = "",
    unit: str = "",
    patch: str = "",
) -> Mapping[str, Any]:
    """The receptive field of a stack of layers, or of one unit of a real network with its gradient.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        view: stack or network; the other's outputs are null.
        stack: layers, as c3x5-p2-c3d2: 3 × 3 convolutions, a pooling, a dilated one; s2 is a stride, u2 upsampling.
        padded: whether the stack's convolutions keep the size of their maps.
        channels: of the stack's maps, where cost is counted: 16, 32, 64 or 128.
        side: pixels of the square picture whose cost is counted: 64, 112, 224 or 512.
        net: the network that is looked into.
        layer: path of its layer; one that it does not have takes its usual one.
        unit: "x,y", a pixel of the picture as the network sees it, at most 256 a side: the unit whose field lies
            around it; empty takes the middle.
        patch: "x0,y0,x1,y1", a part of that picture that is covered with grey; empty covers nothing.
    """
    made = compute(picture, view, stack, padded, channels, side, net, layer, unit, patch)
    if isinstance(made, fields.Stacked):
        shown: dict[str, Any] = {
            "growth": board.growth(made, stack or STACK),
            "layers": board.stack_rows(made),
        }
        said = words.of_stack(made)
    else:
        shown = {"units": board.units(made), "sight": board.sight(made), "layers": board.network_rows(made)}
        said = words.of_network(made)
    reading, question, numbers, seen = said
    told = {"reading": reading, "question": question, "numbers": numbers, "seen": seen}
    return {**dict.fromkeys(("growth", "units", "sight")), **shown, **told}


def measure(
    stack: str = STACK, padded: bool = True, channels: int = 64, side: int = 224
) -> Iterator[Mapping[str, Any]]:
    """Run the stack, plain convolutions of the same field, and an hourglass of the same field; report after each layer.

    Args:
        stack: as in the lesson.
        padded: as in the lesson.
        channels: as in the lesson.
        side: as in the lesson.
    """
    for done, total, races in timed(stack or STACK, padded, int(channels), int(side)):
        yield {
            "progress": Progress(done, total, f"{done} of {total} layers"),
            "measured": measured_board((stack, padded, channels, side), races),
        }


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the lesson, for "Save the data"; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    if isinstance(made, fields.Stacked):
        return board.columns(board.stack_rows(made))
    kept: dict[str, Any] = board.columns(board.network_rows(made))
    kept |= {"unit": list(made.unit), "box": list(made.box), "map": made.seen[0].map}
    kept |= {f"gradient_{words.weights(one.trained)}": one.heat for one in made.seen}
    return kept | ({"changes": made.patched.changes} if made.patched else {})


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    return slide.of_stack(made) if isinstance(made, fields.Stacked) else slide.of_network(made)


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.ops.effective_field import unit_gradient
    from lecture_models.ops.receptive_field import analyze, analyzed
    from lecture_models.ops.receptive_kinds import edges_of
    from lecture_models.ops.receptive_stack import grow, paths
    from lecture_models.ops.receptive_windows import Pattern, Sliding

    return compute, grow, paths, analyze, analyzed, edges_of, Sliding, Pattern, unit_gradient


def build(screen: Screen) -> None:
    """The view's boards left, what it needs right, the layers below."""
    rule = Text(STACK_FORM, "layers such as c3x5-p2-c3d2, or empty")
    with screen.left:
        screen.board("growth", "fieldGrowth", label="A stack of layers and its field", key="stack", rule=rule)
        with gr.Row(elem_classes=["field-network"]):
            lut = grids.table()
            screen.board("units", "fieldUnits", label="Units of the layer; choose one", key="unit", lut=lut)
            asked: dict[str, Any] = {
                "key": "patch",
                "rule": Selection("box"),
                "scales": fields.CURVE,
                "lut": lut,
            }
            screen.board("sight", "fieldSight", label="What the unit sees; drag a patch", **asked)
    with screen.right:
        screen.control("view", gr.Radio(list(VIEWS), value="stack", label="Look at"))
        with gr.Column(elem_classes=["field-of-network"], min_width=0):
            choices = [(networks.titled(name), name) for name in networks.NETWORKS]
            screen.control("net", gr.Dropdown(choices, value=NET, label="Network"))
        screen.reading("reading")
        with gr.Column(elem_classes=["field-of-stack"], min_width=0):
            screen.control("padded", gr.Checkbox(True, label="Padding keeps the size"))
            screen.control("channels", gr.Radio(list(CHANNELS), value=64, label="Channels of each map"))
            screen.control("side", gr.Radio(list(SIDES), value=224, label="Cost at a picture of, px"))
            screen.run("measure", measure, label="Measure the time")
            screen.board("measured", "fieldMeasured", label="Measured times", by="measure")
    with screen.row:
        path = Text(r"[\w.]{1,120}", "a layer's path as the table names it, or empty")
        screen.board("layers", "fieldLayers", label="Every layer", key="layer", rule=path)


LESSON = Lesson(
    "receptive_field",
    "B3",
    "Receptive field",
    "A 3 × 3 layer adds only 2 pixels of sight: to see far, a network downsamples, and then works on smaller maps.",
    update,
    build,
    code=code,
    data=data,
    asks="How much of the picture can one unit see?",
    first="Drag the number of layers.",
    figure=figure,
    tasks=tasks.of(compute),
)
