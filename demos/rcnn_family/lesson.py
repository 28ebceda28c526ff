"""Lesson A2: the R-CNN family in three views, the ledgers of its members, its stages, and the autopsy of a pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.rcnn_family import autopsy, ledgers, slide, stages, tasks, words
from demos.ui import Lesson, Progress, Screen
from demos.ui.checks import split_selection
from lecture_models import zoo
from lecture_models.studies import rcnn_family as family

if TYPE_CHECKING:
    from demos.figures.slides import Slide

OURS = "panoptic_fpn"
NETWORKS = {
    OURS: "Ours: street scenes",
    "maskrcnn_resnet50_fpn_v2": "Mask R-CNN v2: COCO",
    "maskrcnn_resnet50_fpn": "Mask R-CNN: COCO",
    "fasterrcnn_resnet50_fpn": "Faster R-CNN: COCO, no masks",
}
VIEWS: Mapping[str, tuple[str, Callable[[Any], Any], Callable[[Any], words.Said]]] = {
    "ledgers": ("Four ledgers", ledgers.board, words.of_ledgers),
    "stages": ("Stage by stage", stages.board, words.of_stages),
    "autopsy": ("Pixel autopsy", autopsy.board, words.of_autopsy),
}
"""Title, board and words of each view, made from what the study made for it."""
HINT = "Press “Run Slow R-CNN”: every crop passes the backbone alone, so it takes a while. It can be stopped."
RPN_IOU, SCORE = 0.7, 0.05  # as in all networks here: torchvision's own


def compute(
    picture: str,
    network: str,
    view: str,
    pre_nms: int,
    post_nms: int,
    nms_iou: float,
    score: float,
    place: str,
    pixel: str,
) -> family.Books | family.Filtered | family.Traced:
    """What the chosen view needs, and nothing else; 0 boxes are the network's own number."""
    if view == "ledgers":
        return family.quick(picture, network)
    if view == "autopsy":
        return family.autopsy(picture, network, split_selection(pixel))
    boxes = {"pre_nms_top_n": pre_nms or None, "post_nms_top_n": post_nms or None}
    filters = {**boxes, "rpn_nms_iou": nms_iou, "score_threshold": score}
    return family.stages(picture, network, filters, split_selection(place))


def update(
    picture: str = "scene:42",
    network: str = OURS,
    view: str = "ledgers",
    pre_nms: int = 0,
    post_nms: int = 0,
    nms_iou: float = RPN_IOU,
    score: float = SCORE,
    place: str = "",
    pixel: str = "",
) -> Mapping[str, Any]:
    """One picture through the R-CNN family: what runs in each member, every filter, and a mask pixel's way back.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        network: a network; COCO's are fetched when they are first asked for.
        view: ledgers, stages or autopsy; the others' outputs are null.
        pre_nms: stages: anchors of each level that go on to NMS, the best by objectness; 0 is the network's own number.
        post_nms: stages: proposals after NMS; 0 is the network's own number.
        nms_iou: stages: IoU above which a proposal suppresses another, 0 to 1.
        score: stages: least class score of a detection, 0 to 1.
        place: stages: "x,y", the place whose anchors' fates are told, or empty.
        pixel: autopsy: "x,y", a pixel of a mask, or empty for one inside the best mask.
    """
    made = compute(picture, network, view, pre_nms, post_nms, nms_iou, score, place, pixel)
    _, board, say = VIEWS[view]
    reading, question, numbers, seen = say(made)
    if network == OURS and made.picture.scene is None:
        reading = replace(reading, meaning=f"{reading.meaning} {zoo.STREETS}")
    said = {"reading": reading, "question": question, "numbers": numbers, "seen": seen}
    return {**dict.fromkeys(VIEWS), view: board(made), **said}


def slow(picture: str = "scene:42", network: str = OURS) -> Iterator[Mapping[str, Any]]:
    """Run Slow R-CNN: each proposal of selective search passes the backbone alone. Reports after every few crops.

    The first and the last report hold everything, those between them only what changes.

    Args:
        picture: key of the picture.
        network: whose weights it uses.
    """
    for made in family.slow(picture, network):
        ledger, shown = made.ledgers[0], ledgers.board(made)
        done, total = ledger.done, len(ledger.proposals)
        text = f"{done} of {total} crops of {ledger.warp} × {ledger.warp} px"
        whole = done in (0, total)
        yield {"progress": Progress(done, total, text), "slow": shown if whole else ledgers.brief(shown)}


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    return family.arrays(compute(**(LESSON.defaults | settings)))


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    draw = {"ledgers": slide.of_ledgers, "stages": slide.of_stages, "autopsy": slide.of_autopsy}
    return draw[chosen["view"]](compute(**chosen))  # type: ignore[operator]


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.autopsy.chain import autopsy
    from lecture_models.rcnn.fates import trace_fates
    from lecture_models.rcnn.ledgers import fast_ledger, faster_ledger, mask_ledger
    from lecture_models.rcnn.nms import trace_nms
    from lecture_models.rcnn.slow import slow_ledger
    from lecture_models.rcnn.stages import filter_anchors

    runs = slow_ledger, fast_ledger, faster_ledger, mask_ledger
    return compute, *runs, filter_anchors, trace_nms, trace_fates, autopsy


def build(screen: Screen) -> None:
    """View, network and reading in one line; each view has its own board below, and the controls that it needs."""
    with screen.right:
        views = [(title, view) for view, (title, *_) in VIEWS.items()]
        screen.control("view", gr.Radio(views, value="ledgers", label="Look at"))
        networks = [(title, name) for name, title in NETWORKS.items()]
        screen.control("network", gr.Dropdown(networks, value=OURS, label="Network"))
        with gr.Column(elem_classes=["rcnn-slow"], min_width=0):
            screen.run("slow", slow, label="Run Slow R-CNN")
        screen.reading("reading")
    with screen.row:
        with gr.Row(elem_classes=["rcnn-books"]):
            looks: dict[str, Any] = {"axes": ledgers.AXES, "papers": ledgers.PAPERS, "hint": HINT}
            screen.board("slow", "rcnnSlowLedger", label="Slow R-CNN's ledger", by="slow", **looks)
            screen.board("ledgers", "rcnnLedgers", label="Ledgers of Fast, Faster and Mask R-CNN", **looks)
        with gr.Row(elem_classes=["rcnn-stages"]):
            screen.board("stages", "rcnnStages", label="Stage by stage; click a place", key="place")
            sliders(screen)
        screen.board("autopsy", "maskAutopsy", label="Way back from a mask's pixel; click one", key="pixel")


def sliders(screen: Screen) -> None:
    """The four numbers by which a detector filters; 0 boxes stand for the network's own number."""
    boxes: dict[str, Any] = {"step": 10, "info": "0: the network's own", "buttons": []}
    part: dict[str, Any] = {"step": 0.05, "buttons": []}
    with gr.Column(elem_classes=["rcnn-sliders"], min_width=0):
        screen.control("pre_nms", gr.Slider(0, 1000, 0, label="Anchors of each level", **boxes))
        screen.control("post_nms", gr.Slider(0, 1000, 0, label="Proposals", **boxes))
        screen.control("nms_iou", gr.Slider(0.0, 1.0, RPN_IOU, label="NMS of proposals: IoU above", **part))
        screen.control("score", gr.Slider(0.0, 1.0, SCORE, label="Class score above", **part))


LESSON = Lesson(
    "rcnn_family",
    "A2",
    "R-CNN family",
    "From R-CNN to Mask R-CNN, work moved out of the loop over proposals: follow every box, and one pixel back.",
    update,
    build,
    code=code,
    data=data,
    asks="How did hundreds of passes become a single one?",
    first="Pick a view.",
    figure=figure,
    tasks=tasks.of(compute),
)
