"""Lesson B5, first half: FCN adds to coarse scores what finer layers know, and the sum can be taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.fcn import board, compared, panels, slide, tables, words
from demos.ui import Lesson, Screen
from demos.ui.checks import split_selection
from lecture_models import papers, results, zoo
from lecture_models.scenes import CLASSES
from lecture_models.studies import fcn as study
from lecture_models.studies import fcn_ceilings as ceilings
from lecture_models.studies.fcn_ledger import ledger

if TYPE_CHECKING:
    from demos.figures.slides import Slide

USUAL = "fcn_8s"
VIEWS = {"sum": "The sum", "ceilings": "Ceilings", "networks": "Networks"}
NETWORKS = [(words.NETWORKS[name], name) for name in study.NETWORKS[::-1]]
SHOWN = [("the pixel’s", ""), *((name, name) for name in CLASSES)]
ORACLES = [(title, name) for name, title in words.ORACLES.items()]
STRIDE = 32
OUTPUTS = (*VIEWS, "arithmetic", "classes", "ladder", "ours", "paper", "fine", "dilated")
HINT = "Click a pixel: its sum is written out, and the cells that it reads are framed."


def compute(
    picture: str,
    view: str,
    network: str,
    category: str,
    place: str,
    pool4: float,
    pool3: float,
    stride: int,
    oracle: str,
) -> study.Summed | study.Networks | ceilings.Ceiled:
    """What the chosen view needs, and nothing else; forward passes are kept."""
    if view == "ceilings":
        return ceilings.ceiled(picture, int(stride), oracle)
    if view == "networks":
        return study.networks(picture)
    return study.summed(picture, network, category, split_selection(place), (pool4, pool3))


def update(
    picture: str = "scene:42",
    view: str = "sum",
    network: str = USUAL,
    category: str = "",
    place: str = "",
    pool4: float = 1.0,
    pool3: float = 1.0,
    stride: int = STRIDE,
    oracle: str = "scores",
) -> Mapping[str, Any]:
    """What each scale's scores add to an FCN's logits, what its stride allows, and three FCNs on one picture.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        view: sum, ceilings or networks; the others' outputs are null.
        network: sum: fcn_8s, fcn_16s or fcn_32s.
        category: sum: the class whose scores are shown; empty for the pixel's own.
        place: sum: "x,y", the pixel whose sum is written out, or empty for one that the skips change.
        pool4: sum: by what pool4's scores are multiplied, 0 to 2.
        pool3: sum: the same of pool3's.
        stride: ceilings: 32, 16, 8 or 4 pixels.
        oracle: ceilings: scores (fitted to the truth, interpolated) or cells (one class each).
    """
    made = compute(picture, view, network, category, place, pool4, pool3, stride, oracle)
    shown = dict.fromkeys(OUTPUTS) | drawn(made, zoo.ONLY_STREETS if made.picture.scene is None else "")
    reading, question, numbers, seen = say(made)
    return {**shown, "reading": reading, "question": question, "numbers": numbers, "seen": seen}


def drawn(made: Any, message: str) -> dict[str, Any]:
    """The outputs of a view."""
    if isinstance(made, study.Summed):
        shown = {"arithmetic": words.arithmetic_table(made), "classes": words.classes_table(made)}
        return {"sum": panels.of_sum(made, message), **shown}
    if isinstance(made, ceilings.Ceiled):
        return {"ceilings": panels.of_ceilings(made), "ladder": board.ladder(made, papers.FCN_CEILINGS)}
    fine, dilated = tables.ledgers(ledger("fcn_8s"), ledger("fcn_resnet50"))
    shown = {"paper": tables.published(papers.FCN_NETWORKS), "fine": fine, "dilated": dilated}
    return {"networks": panels.of_networks(made, message), "ours": ours(), **shown}


def ours() -> Any:
    """Our networks' results, from their files."""
    return tables.ours(list(words.NETWORKS.values()), *results.usable(study.NETWORKS, tables.MEASURED))


def say(made: Any) -> words.Said:
    """The words of a view."""
    if isinstance(made, study.Summed):
        return words.of_sum(made)
    if isinstance(made, ceilings.Ceiled):
        return compared.of_ceilings(made)
    found, _ = results.usable(study.NETWORKS, tables.MEASURED)
    return compared.of_networks(made, compared.seeds(found), papers.FCN_STEPS)


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    if isinstance(made, study.Summed):
        scores = {
            f"scores_{stride}": one for stride, one in zip(made.parts.strides, made.parts.scores, strict=True)
        }
        maps = {"parts": made.parts.maps, "labels": made.now.labels}
        return {**scores, **maps, "weights": list(made.parts.weights(made.skips)), "classes": list(CLASSES)}
    said = {f"labels_{name}": one.labels for name, one in zip(study.NETWORKS, made.said, strict=True)}
    if isinstance(made, study.Networks):
        return {**said, "classes": list(CLASSES)}
    cells = {f"cells_{one.stride}": one.labels for one in made.cells}
    scores = {f"scores_{s}": one.labels for s, one in zip(study.STRIDES, made.scores, strict=False) if one}
    return {**said, **cells, **scores, "classes": list(CLASSES)}


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    made = compute(**(LESSON.defaults | settings))
    if isinstance(made, study.Summed):
        return slide.of_sum(made, panels.of_sum(made, ""))
    if isinstance(made, ceilings.Ceiled):
        return slide.of_ceilings(made, panels.of_ceilings(made))
    return slide.of_networks(made, panels.of_networks(made, ""), say(made)[3], ours())


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.evaluation.ceilings import ceiling, climb
    from lecture_models.evaluation.fitted_scores import descended
    from lecture_models.nets.fcn import FCN
    from lecture_models.nets.fcn_parts import Parts, take_apart

    return compute, FCN.trace, take_apart, Parts, ceiling, climb, descended


def build(screen: Screen) -> None:
    """The view's pictures left, its controls and the reading right, tables below."""
    place: dict[str, Any] = {"select": "point", "key": "place", "hint": HINT, "height": "var(--fcn-sum)"}
    with screen.left:
        screen.stage("sum", label="What each scale adds to a class; click a pixel", columns=5, **place)
        shared: dict[str, Any] = {"columns": 4, "height": "var(--fcn-row)"}
        screen.stage("ceilings", label="Truth, network, oracle, and why the network is wrong", **shared)
        screen.board("ladder", "fcnLadder", label="Each stride’s ceilings above its network")
        screen.stage("networks", label="Truth and three networks", **shared)
    with screen.right:
        screen.views(VIEWS)
        screen.control("network", gr.Radio(NETWORKS, value=USUAL, label="Network"))
        weight: dict[str, Any] = {"step": 0.1, "buttons": []}
        screen.control("pool4", gr.Slider(0, 2, 1, label="Weight of pool4", **weight))
        screen.control("pool3", gr.Slider(0, 2, 1, label="Weight of pool3", **weight))
        screen.control("category", gr.Dropdown(SHOWN, value="", label="Class shown"))
        screen.control("stride", gr.Radio(list(ceilings.CELLS), value=STRIDE, label="Stride, px"))
        screen.control("oracle", gr.Radio(ORACLES, value="scores", label="Oracle"))
        screen.reading("reading")
    with screen.row, gr.Row(elem_classes=["fcn-tables"]):
        screen.table("arithmetic", "The sum at the pixel")
        screen.table("classes", "IoU of each class")
        screen.table("ours", "Our networks")
        screen.table("paper", "The paper’s networks")
        screen.table("fine", "Stages of FCN-8s")
        screen.table("dilated", "Stages of fcn_resnet50")


LESSON = Lesson(
    "fcn",
    "B5",
    "FCN",
    "Coarse scores know what, fine ones know where: an FCN adds them, and the sum can be taken apart.",
    update,
    build,
    code=code,
    data=data,
    asks="How do coarse and fine maps decide together?",
    card="=",
    first="Turn a weight down to 0.",
    figure=figure,
)
