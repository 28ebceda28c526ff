"""Lessons C1, C2 and C4: one street through two branches, their merge on trial, its quality, its pyramid, a drive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.figures import grids, style
from demos.panoptic import board, ladder, panels, slide, tasks, told, words
from demos.ui import Lesson, Screen
from demos.ui.checks import Selection, split_selection
from lecture_models import pictures, zoo
from lecture_models.studies import panoptic as study
from lecture_models.studies import panoptic_case as cases
from lecture_models.studies import panoptic_drive as drives
from lecture_models.studies import panoptic_walk as walks

if TYPE_CHECKING:
    from demos.figures.slides import Slide

VIEWS = {
    "sees": "What each model sees",
    "merge": "The merge",
    "quality": "PQ",
    "walk": "The pyramid",
    "drive": "A drive",
}
FILLS = [("best stuff", "stuff"), ("the best of all nine", "all")]
ON = [("this picture", "picture"), ("made by hand", "hand")]
OFF = [("none", ""), *((name, name) for name in walks.LEVELS)]
MOST_AREA = 4096
OUTPUTS = (*VIEWS, "answers", "rules", "planner")
HINT = "Click a pixel: it is selected in all four."
ASKED = (
    study.Rule(confidence=0.2),
    study.Rule(confidence=0.8),
    study.Rule(confidence=0.95),
    study.Rule(overlap=0.05),
    study.Rule(overlap=0.9),
    study.Rule(stuff_area=2048),
    study.Rule(fill="all"),
)
"""Rules that the question of the merge draws from."""
CASES = ("label", "score", "area", "taken", "verdict")
"""What is saved of each instance on trial."""
COLORS = {"match": style.RIGHT, "fp": style.WRONG, "fn": style.CYCLE[1], "void": style.VOID_COLOR}


def compute(
    picture: str, confidence: float, overlap: float, stuff_area: int, fill: study.Fill
) -> study.Merged:
    """A picture's two answers merged; the forward pass is kept."""
    return study.merged(picture, study.Rule(confidence, overlap, int(stuff_area), fill))


def update(
    picture: str = "scene:42",
    view: str = "sees",
    place: str = "",
    confidence: float = 0.5,
    overlap: float = 0.5,
    stuff_area: int = 64,
    fill: study.Fill = "stuff",
    on: str = "picture",
    threshold: float = 0.5,
    level: str = "P3",
    cell: str = "",
    channel: int = -1,
    off: str = "",
    pace: float = 0.1,
    same: float = 0.5,
) -> Mapping[str, Any]:
    """Panoptic segmentation of a picture: its two branches, the merge, panoptic quality, the pyramid, a drive.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        view: sees, merge, quality, walk or drive; the others' outputs are null.
        place: sees: "x,y", the selected pixel, or empty.
        confidence: instances of a lower score are rejected, 0.05 to 0.95.
        overlap: so are those of which a larger share is taken already, 0 to 1.
        stuff_area: a class of stuff with fewer pixels left is void, 0 to 4096.
        fill: stuff (each pixel's best class of stuff) or all (void where the best of all nine is a thing).
        on: quality: picture, or hand for one made by hand.
        threshold: quality: a match needs a larger IoU, 0.1 to 0.9.
        level: walk: P2 to P5, whose sum is written out.
        cell: walk: "x,y", the pixel whose cells are written out, or empty.
        channel: walk: of the pyramid, 0 to 63; -1 takes the strongest at the cell.
        off: walk: a level that is set to zero for both branches, or empty.
        pace: drive: metres from frame to frame: 0.1, 0.2 or 0.4.
        same: drive: a thing is the same where its IoU with the frame before is larger, 0.1 to 0.9.
    """
    message = zoo.STREETS if pictures.resolve(picture).scene is None else ""
    made = compute(picture, confidence, overlap, stuff_area, fill)
    if view == "sees":
        shown, said = of_sees(made, place, message)
    elif view == "merge":
        shown, said = of_merge(made, message)
    elif view == "quality":
        shown, said = of_quality(made, on, threshold, message)
    elif view == "walk":
        walked = walks.walked(picture, split_selection(cell), level, int(channel), off)
        shown, said = {"walk": ladder.walk(walked, message)}, told.of_walk(walked)
    else:
        shown, said = of_drive(made, pace, same)
    reading, question, numbers, seen = said
    told_ = {"reading": reading, "question": question, "numbers": numbers, "seen": seen}
    return {**dict.fromkeys(OUTPUTS), **shown, **told_}


def of_sees(made: study.Merged, place: str, message: str) -> tuple[dict[str, Any], words.Said]:
    """What each branch sees."""
    chosen = study.selected(made, split_selection(place))
    shown = {"sees": panels.of_sees(made, chosen, message), "answers": words.answers(made, chosen)}
    return shown, words.of_sees(made, chosen)


def of_merge(made: study.Merged, message: str) -> tuple[dict[str, Any], words.Said]:
    """The trial."""
    then = {rule: study.quality_under(made, rule) for rule in ASKED} if made.truth else {}
    usual = study.quality_under(made, study.USUAL) if made.truth else None
    return {"merge": board.trial(made, message)}, words.of_merge(made, then, usual)


def of_quality(
    made: study.Merged, on: str, threshold: float, message: str
) -> tuple[dict[str, Any], words.Said]:
    """PQ of the picture, or of the one made by hand, which also stands in for a photograph."""
    if on == "hand" or made.truth is None or made.quality is None:
        case = cases.case()
        miou = study.mean_iou(case.prediction, case.truth)
        shown = {
            "quality": board.by_hand(case, miou, threshold, message and words.NOBODY),
            "rules": words.rules_table(case, cases.lenient(case)),
        }
        return shown, words.of_quality(case.quality, miou, "the picture made by hand", "hand", True)
    miou = study.mean_iou(made.prediction, made.truth)
    said = words.of_quality(made.quality, miou, made.picture.title, made.picture.key, False)
    return {"quality": board.painting(made, miou, threshold, message)}, said


def of_drive(made: study.Merged, pace: float, same: float) -> tuple[dict[str, Any], words.Said]:
    """The drive."""
    key = made.picture.key
    driven = drives.driven(key, pace, same)
    message = "" if key.startswith("scene:") else "A photograph cannot be driven through: choose a scene."
    shown = board.drive(made.picture.image, driven, (pace, same), message)
    return {"drive": shown, "planner": told.planner()}, told.of_drive(driven, key)


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    if chosen["view"] == "walk":
        point = split_selection(chosen["cell"])
        made = walks.walked(chosen["picture"], point, chosen["level"], int(chosen["channel"]), chosen["off"])
        maps = {f"sum_P{k + 2}": one.mean(0).numpy() for k, one in enumerate(made.walk.sums)}
        parts = {
            name: [getattr(one, name) for one in made.walk.parts] for name in ("name", "parameters", "macs")
        }
        return {**maps, **parts, "crops": list(made.crops)}
    names = ("picture", "confidence", "overlap", "stuff_area", "fill")
    merged = compute(**{name: chosen[name] for name in names})
    trial = {name: [getattr(one, name) for one in merged.trial.candidates] for name in CASES}
    saved = {"panoptic": merged.merged.segment, "names": list(merged.prediction.names), **trial}
    if merged.truth is None or merged.quality is None:
        return saved
    each = merged.quality.by_class
    counts = {name: [getattr(one, name) for one in each.values()] for name in ("tp", "fp", "fn", "iou")}
    truth = {"truth": merged.truth.map, "true_names": list(merged.truth.names), "classes": list(each)}
    return {**saved, **truth, **counts}


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    view, names = chosen["view"], ("picture", "confidence", "overlap", "stuff_area", "fill")
    made = compute(**{name: chosen[name] for name in names})
    if view == "walk":
        point = split_selection(chosen["cell"])
        walked = walks.walked(
            chosen["picture"], point, chosen["level"], int(chosen["channel"]), chosen["off"]
        )
        return slide.of_walk(walked, told.of_walk(walked)[3])
    if view == "drive":
        driven = drives.driven(chosen["picture"], chosen["pace"], chosen["same"])
        return slide.of_drive(made, driven, told.of_drive(driven, chosen["picture"])[3])
    if view == "quality" and chosen["on"] == "picture" and made.quality is not None:
        return slide.of_quality(made, of_quality(made, "picture", 0.5, "")[1][3])
    if view == "quality":
        return slide.of_case(cases.case(), of_quality(made, "hand", 0.5, "")[1][3])
    if view == "merge":
        return slide.of_merge(made, of_merge(made, "")[1][3])
    seen = study.selected(made, split_selection(chosen["place"]))
    return slide.of_sees(made, panels.of_sees(made, seen, ""), words.answers(made, seen))


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.nets.pyramid_walk import walk, without
    from lecture_models.ops.panoptic import trace_merge
    from lecture_models.ops.panoptic_quality import trace_panoptic_quality

    return compute, trace_merge, trace_panoptic_quality, walk, without, drives.link


def build(screen: Screen) -> None:
    """The view's board on the left; on the right which view, its controls, and the reading."""
    looks: dict[str, Any] = {"colors": COLORS, "heat": grids.table(), "signed": grids.table("signed")}
    point: dict[str, Any] = {"select": "point", "key": "place", "hint": HINT, "height": "var(--pan-row)"}
    with screen.left:
        screen.stage("sees", label="One street in four maps; click a pixel", columns=4, **point)
        screen.table("answers", "What is at the pixel")
        screen.board("merge", "panMerge", label="The merge, case by case", **looks)
        screen.board("quality", "panQuality", label="Truth and prediction, to paint on", **looks)
        cell: dict[str, Any] = {"key": "cell", "rule": Selection("point")}
        screen.board("walk", "panWalk", label="The pyramid; click a cell", **cell, **looks)
        screen.board("drive", "panDrive", label="A drive, frame by frame", **looks)
    with screen.right:
        screen.views(VIEWS)
        score: dict[str, Any] = {"step": 0.01, "buttons": []}
        with gr.Row(elem_classes=["pan-pair"]):
            screen.control("confidence", gr.Slider(0.05, 0.95, 0.5, label="Least score", **score))
            screen.control("overlap", gr.Slider(0, 1, 0.5, label="Most overlap", **score))
        area: dict[str, Any] = {"step": 1, "label": "Least stuff area, px", "buttons": []}
        screen.control("stuff_area", gr.Slider(0, MOST_AREA, 64, **area))
        screen.control("fill", gr.Radio(FILLS, value="stuff", label="What fills a pixel that is left"))
        screen.control("on", gr.Radio(ON, value="picture", label="Paint on"))
        screen.control("threshold", gr.Slider(0.1, 0.9, 0.5, label="A match: IoU above", **score))
        screen.control("level", gr.Radio(list(walks.LEVELS), value="P3", label="Level written out"))
        with gr.Row(elem_classes=["pan-pair"]):
            screen.control("off", gr.Dropdown(OFF, value="", label="Level at zero"))
            channel: dict[str, Any] = {"minimum": -1, "maximum": 63, "step": 1}
            screen.control("channel", gr.Number(-1, label="Channel; −1: top", **channel))
        screen.control("pace", gr.Radio(list(drives.PACES), value=0.1, label="Metres a frame"))
        screen.control("same", gr.Slider(0.1, 0.9, 0.5, label="The same: IoU above", **score))
        screen.reading("reading")
    with screen.row, gr.Row(elem_classes=["pan-tables"]):
        screen.table("rules", "Rules of two references")
        screen.table("planner", "What a planner needs")


LESSON = Lesson(
    "panoptic",
    "C1",
    "Panoptic",
    "One branch knows which thing, the other which stuff; a panoptic map gives each pixel one class and one owner.",
    update,
    build,
    code=code,
    data=data,
    asks="Who owns a pixel when two branches disagree?",
    card="Both, merged",
    first="Click a thing.",
    figure=figure,
    tasks=tasks.of(compute, lambda: cases.case().quality),
)
