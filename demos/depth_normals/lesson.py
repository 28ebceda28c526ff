"""Lesson D1: depth and normals in three scales, what a loss forgives, and what a relative map lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from demos.depth_normals import board, shapes, slide, tasks, words
from demos.figures import grids, style
from demos.questions import drawn, lot
from demos.records import Question
from demos.ui import Lesson, Screen
from demos.ui.checks import Text, split_selection
from lecture_models import papers, results
from lecture_models.cache import KEPT
from lecture_models.studies import depth_normals as nets
from lecture_models.studies import depth_relative as relative

if TYPE_CHECKING:
    from demos.figures.slides import Slide

POINTS = Text(r"\d{1,4}(,\d{1,4}){3}", "x0,y0,x1,y1 in whole pixels, or empty")
LOOKS: dict[str, Any] = {
    "depth": grids.table()[::-1],
    "heat": grids.table(),
    "signed": grids.table("signed"),
    "none": style.VOID_COLOR,
    "steps": board.STEPS,
}
PACKED = 200_000  # bytes of a packed picture with its maps, at most about so many
SAVED = 128  # rows of normals that are saved: of larger maps every second pixel
DIGITS = 4  # that are saved
CANDIDATES = 12  # pairs of points that a question is drawn among


def compute(picture: str, view: str, world: str = "stereo", source: str = "network", points: str = "") -> Any:
    """The network's maps of the picture that a view shows, or its relative map and two points."""
    if view == "relative":
        return relative.related(picture, world, source, split_selection(points))
    return nets.looked(picture)


def update(
    picture: str = "scene:42",
    view: str = "scales",
    quantity: str = "depth",
    below: str = "error",
    forgiven: float = 0.5,
    factor: float = 1.25,
    which: str = "prediction",
    depth_of: str = "prediction",
    camera: str = "known",
    focal: float = 1.0,
    paint: str = "picture",
    far: float = 30,
    world: str = "stereo",
    source: str = "network",
    points: str = "",
) -> Mapping[str, Any]:
    """Depth and normals from one picture: three scales, a loss, normals of depth, 3-D, relative depth.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        view: scales, loss, normals, space or relative; the others' outputs are null.
        quantity: scales: depth or normals.
        below: scales: error, or change, what each scale changed.
        forgiven: loss: λ, 0 to 1.
        factor: loss: factor on the whole depth map, 0.5 to 2.
        which: loss: the map that it is put on, prediction or truth.
        depth_of: normals: whose depth implies normals, prediction or truth.
        camera: normals: known, or none, the graph of the depth map.
        focal: normals: factor on the camera's focal length, 0.25 to 4.
        paint: space: colours of the points, picture or error.
        far: space: metres up to which points are shown, 5 to 100.
        world: relative: stereo, the stereo photograph, or picture.
        source: relative: network, or measured, the true depth without its scale and shift.
        points: relative: x0,y0,x1,y1, two pixels of known depth; empty for two that are chosen.
    """
    made = compute(picture, view, world, source, points)
    shown, said = {
        "scales": lambda: of_scales(made, quantity, below),
        "loss": lambda: of_loss(made, which, float(factor), float(forgiven)),
        "normals": lambda: of_normals(made, depth_of, camera, float(focal)),
        "space": lambda: of_space(made, paint, float(far)),
        "relative": lambda: of_relative(made, picture, world, source),
    }[view]()
    reading, question, numbers, seen = said
    told = {"reading": reading, "question": question, "numbers": numbers, "seen": seen}
    return {**dict.fromkeys(words.CHOICES["view"]), view: shown, **tables(), **told}


def seen(made: nets.Looked) -> board.Seen:
    """What all views share of a picture; kept, since packing takes longer than a slider has."""
    said = (
        ""
        if made.picture.scene is not None
        else words.UNSEEN
        if made.depth is not None
        else words.UNSEEN_UNKNOWN
    )
    key = ("depth_normals seen", made.picture.key)
    return KEPT.get(key, lambda: board.seen(made, said), size=lambda _: PACKED)


def asked_of(made: nets.Looked, view: str) -> Any:
    """Whether the whole is too near or too far; None without a truth."""
    if made.depth is None:
        return None
    return words.too_near(made.picture.key, nets.bias(made), nets.BIASED, view)


def of_scales(made: nets.Looked, quantity: str, below: str) -> tuple[board.Scales, words.Said]:
    """The scales and their words."""
    scores = nets.scores(made, quantity)
    metric, factor = ("abs_rel", 100) if quantity == "depth" else ("normals_mean", 1)
    found = [one[metric] for one in scores.values()]
    errors = [None if one is None else factor * one for one in found]
    shown = board.scales(seen(made), made, quantity, below, errors)
    asked = asked_of(made, "scales")
    if quantity == "depth":
        return shown, words.of_depth(made, scores, asked)
    return shown, shapes.of_normals(made, scores, words.SCALES, asked)


def of_loss(made: nets.Looked, which: str, factor: float, forgiven: float) -> tuple[board.Loss, words.Said]:
    """The loss and its words."""
    found = nets.scaled(made, which, factor, forgiven)
    shown = board.loss(seen(made), found, which, factor, forgiven)
    return shown, words.of_loss(found, which, asked_of(made, "loss"))


def of_normals(
    made: nets.Looked, depth_of: str, camera: str, focal: float
) -> tuple[board.Implied, words.Said]:
    """Normals of depth and their words."""
    found = nets.from_depth(made, depth_of, camera, focal)
    scores = nets.compared(made, found)
    medians = [scores[name]["normals_median"] if scores else None for name in ("network", "depth")]
    shown = board.implied(seen(made), made, found, (depth_of, camera, focal), medians)
    return shown, shapes.of_implied(made, scores, (depth_of, camera, focal), share_asked(made))


def share_asked(made: nets.Looked) -> Any:
    """What share of the normals of the predicted depth is nearly right; None without a truth."""
    share = nets.share_of_implied(made)
    return None if share is None else shapes.how_many_within(made.picture.key, share)


def of_space(made: nets.Looked, paint: str, far: float) -> tuple[board.Space, words.Said]:
    """The points in space and their words."""
    shown = board.Space(seen(made), paint, far)
    return shown, words.of_space(made, far, asked_of(made, "space"))


def of_relative(
    found: relative.Related, picture: str, world: str, source: str
) -> tuple[board.Relative, words.Said]:
    """A relative map, two points, and their words."""
    raw = found.residual(found.made.said.depth)
    residuals = [found.residual(one) for one in (found.metric, found.at_best, found.flat)]
    points, asked = points_asked(picture, world)
    shown = board.relative(seen(found.made), found, source, residuals[0], points)
    return shown, shapes.of_relative(found, source, [*residuals, raw], asked)


def points_asked(picture: str, world: str) -> tuple[tuple[int, int, int, int] | None, Question | None]:
    """Two points that the picture draws, and how far off the network's map is through them; None without a truth."""
    made = nets.looked(relative.key_of(picture, world))
    offered = relative.candidates(made, CANDIDATES)
    if not offered:
        return None, None
    outcomes = [(one, sum(one[1] >= edge for edge in shapes.EDGES)) for one in offered]
    points, share = drawn(f"{picture} {world} {lot(picture, 9)}", outcomes)
    return points, shapes.how_far_off(picture, world, share)


def tables() -> dict[str, Any]:
    """Our result file and the paper's numbers, as tables."""
    found, _ = results.usable([nets.NETWORK], list(words.METRICS))
    return {
        "ours": words.results_table(found[0] if found else None),
        "paper": words.paper_table(papers.EIGEN_FERGUS_DEPTH),
    }


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    made = compute(**{key: chosen[key] for key in tasks.KEYS})
    if isinstance(made, relative.Related):
        fits = {name: one and vars(one) for name, one in (("fit", made.fit), ("best", made.best))}
        depth = None if made.metric is None else np.round(made.metric, DIGITS)
        return {"relative": np.round(made.relative, DIGITS), "depth": depth, "points": made.points, **fits}
    maps = {**vars(made.said), "true_depth": made.depth, "true_normals": made.normals}
    if chosen["view"] == "normals":
        how = chosen["depth_of"], chosen["camera"], float(chosen["focal"])
        maps["implied_normals"] = nets.from_depth(made, *how)
    turned = chosen["view"] == "normals" or chosen["quantity"] == "normals"
    shown = {name: one for name, one in maps.items() if one is not None and ("normals" in name) == turned}
    small = {name: one[::2, ::2] if turned and one.shape[0] > SAVED else one for name, one in shown.items()}
    rounded = {name: np.round(one, DIGITS) for name, one in small.items()}
    return {**rounded, "focal": made.camera.focal, "centre": made.camera.centre}


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    made = compute(**{key: chosen[key] for key in tasks.KEYS})
    seen = update(**chosen)["seen"]
    if isinstance(made, relative.Related):
        return slide.of_relative(made, chosen["source"], seen)
    if chosen["view"] == "loss":
        terms = chosen["which"], float(chosen["factor"]), float(chosen["forgiven"])
        return slide.of_loss(made, nets.scaled(made, *terms), seen)
    if chosen["view"] == "normals":
        how = chosen["depth_of"], chosen["camera"], float(chosen["focal"])
        return slide.of_normals(made, nets.from_depth(made, *how), shapes.whose(*how), seen)
    if chosen["view"] == "space":
        return slide.of_space(made, float(chosen["far"]), seen)
    return slide.of_scales(made, chosen["quantity"], seen)


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.nets.multiscale_depth import MultiscaleDepth
    from lecture_models.ops.affine_depth import best_fit, metric_depth, through_two
    from lecture_models.ops.normals_from_depth import normals_from_depth, points_from_depth
    from lecture_models.ops.scale_invariant import scale_invariant_loss

    network = MultiscaleDepth.forward
    return (
        compute,
        network,
        scale_invariant_loss,
        points_from_depth,
        normals_from_depth,
        through_two,
        best_fit,
        metric_depth,
    )


def build(screen: Screen) -> None:
    """The view's board on the left; on the right which view, its controls, and the reading."""
    radio = {name: [(title, one) for one, title in some.items()] for name, some in words.CHOICES.items()}
    with screen.left:
        screen.board("scales", "dnScales", label="Three scales; point at a pixel", **LOOKS)
        screen.board("loss", "dnLoss", label="The loss under a factor", **LOOKS)
        screen.board("normals", "dnNormals", label="Normals of the network and of depth", **LOOKS)
        screen.board("space", "dnSpace", label="Points in space; drag to turn", **LOOKS)
        screen.board(
            "relative",
            "dnRelative",
            label="A relative map and two points",
            key="points",
            rule=POINTS,
            **LOOKS,
        )
    with screen.right:
        screen.views(words.CHOICES["view"])
        screen.control("quantity", gr.Radio(radio["quantity"], value="depth", label="The network says"))
        screen.control("below", gr.Radio(radio["below"], value="error", label="Below each scale"))
        slider: dict[str, Any] = {"buttons": []}
        screen.control(
            "factor", gr.Slider(0.5, 2, 1.25, step=0.05, label="Factor on the whole map", **slider)
        )
        screen.control("forgiven", gr.Slider(0, 1, 0.5, step=0.05, label="λ: how much is forgiven", **slider))
        screen.control("which", gr.Radio(radio["which"], value="prediction", label="The factor is put on"))
        screen.control("camera", gr.Radio(radio["camera"], value="known", label="Normals from depth"))
        screen.control("focal", gr.Slider(0.25, 4, 1, step=0.05, label="× focal length", **slider))
        screen.control("depth_of", gr.Radio(radio["which"], value="prediction", label="Depth of"))
        screen.control("paint", gr.Radio(radio["paint"], value="picture", label="Colour of the points"))
        screen.control("far", gr.Slider(5, 100, 30, step=1, label="Up to, metres", **slider))
        screen.control("world", gr.Radio(radio["world"], value="stereo", label="Picture"))
        screen.control("source", gr.Radio(radio["source"], value="network", label="Relative map"))
        screen.reading("reading")
    with screen.row, gr.Row(elem_classes=["dn-tables"]):
        screen.table("ours", "Our training")
        screen.table("paper", "The paper’s numbers")


LESSON = Lesson(
    "depth_normals",
    "D1",
    "Depth and normals",
    "A network reads depth off one picture, first coarse, then fine, and normals better than its depth implies.",
    update,
    build,
    code=code,
    data=data,
    asks="How can one picture tell how far away things are?",
    card="Fine",
    first="Point at a pixel.",
    figure=figure,
    tasks=tasks.of(compute, nets.scaled),
)
