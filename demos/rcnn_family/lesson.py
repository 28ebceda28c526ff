r"""Four networks, one idea at a time. What each step took away is *work inside the loop over proposals*.

| | proposals from | passes of the backbone | what was new |
|---|---|---|---|
| **R-CNN** (Girshick et al. 2014) | selective search | one a proposal | features of a deep network for each crop |
| **Fast R-CNN** (Girshick 2015) | selective search | one | crops of the *feature map*, RoIPool |
| **Faster R-CNN** (Ren et al. 2015) | a region proposal network | one | proposals from the same features |
| **Mask R-CNN** (He et al. 2017) | the same | one | a small mask head on each RoI, and RoIAlign |

**Anchors and deltas** (Ren et al. 2015, section 3.1). At each cell of each level stand a few boxes of fixed size and
shape, the anchors. The region proposal network gives each an objectness and four deltas, by which an anchor with
centre $(x_a, y_a)$ and sides $(w_a, h_a)$ becomes a proposal:
$$x = x_a + \delta_x w_a,\quad y = y_a + \delta_y h_a,\quad w = w_a e^{\delta_w},\quad h = h_a e^{\delta_h}.$$
The box head refines a proposal once more in the same way, for each class (with deltas divided by 10 and 5).

**Non-maximum suppression.** Boxes stand in line by score; each one removes all later ones whose IoU with it is above a
threshold. In the RPN each level has a line of its own, after the box head each class.

**Which level?** With a pyramid a RoI of sides $w, h$ is cropped from level
$\lfloor k_0 + \log_2(\sqrt{wh}/s_0) \rfloor$ (Lin et al. 2017, equation 1): large ones from coarse maps.

**Same weights.** All four ledgers use the weights of one trained Mask R-CNN, so they differ in what runs and not in
what was learned. Slow R-CNN suffers from that: its network never saw warped crops in training, and takes many of them
for objects. (A wider rim of the picture than the paper's is left around each crop: with a narrow one it is worse.)
Milliseconds are of this machine, now; multiply-adds (MACs) are counted from the shapes that ran, the same everywhere.

**Parallel heads.** In training class, box and mask heads work side by side on the same RoIs. At test the mask head
waits for the boxes and runs on the detections alone (He et al. 2017, section 3): it is not free, but it would cost
many times as much on all proposals.

**Way back.** A pixel of a mask is a weighted mean of up to four cells of the 28 × 28 mask; each cell is the sigmoid
of a logit; the logit sees part of the 14 × 14 crop; each of its bins is a weighted sum of cells of one pyramid level;
each cell sees a part of the picture. The chain holds all these numbers, and the difference from the network's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from demos.figures import family_sums, mask_autopsy, rcnn_ledgers, rcnn_stages
from demos.ui import Lesson, Progress, Question, Reading, Screen
from demos.ui.checks import split_selection
from lecture_models import family, zoo

OURS = "panoptic_fpn"
NETWORKS = {
    OURS: "Ours: street scenes",
    "maskrcnn_resnet50_fpn_v2": "Mask R-CNN v2: COCO",
    "maskrcnn_resnet50_fpn": "Mask R-CNN: COCO",
    "fasterrcnn_resnet50_fpn": "Faster R-CNN: COCO, no masks",
}
VIEWS = (
    ("Four ledgers", "ledgers"),
    ("Stage by stage", "stages"),
    ("Pixel autopsy", "autopsy"),
)
HINT = "Press “Run Slow R-CNN”: every crop passes the backbone alone, so it takes a while. It can be stopped."
STREETS = "It has only seen rendered streets: for photographs choose a network of COCO."
RPN_IOU, SCORE = 0.7, 0.05  # as in all networks here: torchvision's own


def compute(
    view: str, picture: str, network: str, settings: Mapping[str, Any], place: str, pixel: str
) -> family.Books | family.Filtered | family.Traced:
    """What the chosen view needs, and nothing else; settings that are 0 boxes are the network's own."""
    if view == "ledgers":
        return family.quick(picture, network)
    if view == "autopsy":
        return family.autopsy(picture, network, split_selection(pixel))
    own = {key: value or None if key.endswith("top_n") else value for key, value in settings.items()}
    return family.stages(picture, network, own, split_selection(place))


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
        place: stages: "x,y", the place whose anchors' lives are told, or empty.
        pixel: autopsy: "x,y", a pixel of a mask, or empty for one inside the best mask.
    """
    made = compute(**by_name(picture, network, view, pre_nms, post_nms, nms_iou, score, place, pixel))
    shown = on_board(made, network)
    if network == OURS and made.picture.scene is None:
        shown["reading"] = replace(shown["reading"], meaning=f"{shown['reading'].meaning} {STREETS}")
    return shown


def on_board(made: family.Books | family.Filtered | family.Traced, network: str) -> dict[str, Any]:
    """The board of the chosen view, null for the others, and the words beside it."""
    boards: dict[str, Any] = {"ledgers": None, "stages": None, "autopsy": None}
    if isinstance(made, family.Books):
        return {**boards, "ledgers": ledger_board(made, network), **ledger_words(made)}
    if isinstance(made, family.Filtered):
        return {**boards, "stages": stage_board(made), **stage_words(made)}
    board = mask_autopsy.payload(made.trace, made.made, made.message)
    return {**boards, "autopsy": board, **autopsy_words(made)}


def by_name(
    picture: str,
    network: str,
    view: str,
    pre_nms: int,
    post_nms: int,
    nms_iou: float,
    score: float,
    place: str,
    pixel: str,
) -> dict[str, Any]:
    """The page's settings as `compute` takes them."""
    filters = {
        "pre_nms_top_n": pre_nms,
        "post_nms_top_n": post_nms,
        "rpn_nms_iou": nms_iou,
        "score_threshold": score,
    }
    shared = {"view": view, "picture": picture, "network": network}
    return {**shared, "settings": filters, "place": place, "pixel": pixel}


def ledger_board(made: family.Books, network: str) -> dict[str, Any]:
    """One or several ledgers on their board."""
    of = f"{made.picture.title}, {zoo.title(network)}"
    shown = (made.picture.image, made.ledgers, made.classes, of, family.SHOWN_SCORE, made.truths)
    return rcnn_ledgers.board(*shown, hint=HINT)


def ledger_words(made: family.Books) -> dict[str, Any]:
    """Reading, question and numbers of the ledgers."""
    crops = len(made.ledgers[0].proposals)
    last = made.ledgers[-1]
    names = [stage.name for stage in last.stages]
    most = max(range(len(names)), key=lambda place: last.stages[place].macs)
    shares = ", ".join(f"{stage.name} {100 * stage.macs / last.macs:.0f} %" for stage in last.stages)
    text = f"backbone passes: one for each of {crops} proposals, or one for all of them."
    asked = f"Which stage of {last.name} takes most multiply-adds on this picture?"
    why = f"Counted from the shapes that ran: {shares}."
    return {
        "reading": Reading(f"{crops} → 1", "", text),
        "question": Question(asked, names, most, why),
        "numbers": family_sums.macs(last),
    }


def stage_board(made: family.Filtered) -> dict[str, Any]:
    """The stepper and the obituaries."""
    truth = None if made.things is None else [(box, name) for box, name, _ in made.things]
    return rcnn_stages.payload(made.record, made.stages, made.ends, made.place, made.wronged, truth)


def stage_words(made: family.Filtered) -> dict[str, Any]:
    """Reading, question and numbers of the stages."""
    counts = made.ends.counts
    total, left, boxes = len(made.record.anchors), counts[rcnn_stages.SURVIVED], len(made.stages.detections)
    deaths = {
        name: counts[key] for key, (name, _) in rcnn_stages.FATES.items() if key != rcnn_stages.SURVIVED
    }
    reasons = [name for name, count in deaths.items() if count]
    order = sorted(reasons, key=lambda name: -deaths[name])
    asked = f"Of {total:,} anchors {left} survive. What ends the second-largest number of them?"
    why = "; ".join(f"{name}: {deaths[name]:,}" for name in order) + "."
    shown = reasons if len(reasons) > 1 else [*reasons, "nothing else"]
    second = shown.index(order[1]) if len(order) > 1 else 1
    if len(order) > 2 and deaths[order[1]] == deaths[order[2]]:
        asked += " (Two tie: the first of them, as listed.)"
    return {
        "reading": Reading(
            str(left), f"of {total:,}", f"anchors survive (detections: {boxes}). Where did the others die?"
        ),
        "question": Question(asked, shown, second, why),
        "numbers": family_sums.fates(made.ends.counts, rcnn_stages.FATES)
        + family_sums.decoded(made.record, made.stages),
    }


def autopsy_words(made: family.Traced) -> dict[str, Any]:
    """Reading, question and numbers of the autopsy."""
    if made.made is None:
        nothing = Question(
            "Click a pixel inside a mask first. Ready?", ["Yes", "No"], 0, "Then the chain appears."
        )
        said = Reading("–", "", "No mask at this pixel.")
        return {"reading": said, "question": nothing, "numbers": "Nothing yet."}
    chain = made.made
    worst = max(chain.differences.values())
    inside = "in" if chain.paste.value >= 0.5 else "outside"
    text = f"probability of {chain.name} at pixel {chain.pixel}: {inside} the mask."
    cells = len(chain.align.cells)
    choices = sorted({1, 4, 9, 16, cells})
    asked = f"One bin of the crop for this mask: how many cells of {chain.align.level} does it read?"
    points = len(chain.align.points)
    why = f"{points} points, each between four cells, some of them shared: {cells} different cells have a weight."
    more = (("largest difference of a link", f"{worst:.0e}".replace("e-0", "e−")),)
    return {
        "reading": Reading(f"{chain.paste.value:.3f}", "", text, more=more),
        "question": Question(asked, [f"{count} cells" for count in choices], choices.index(cells), why),
        "numbers": family_sums.pasted(chain),
    }


def slow(picture: str = "scene:42", network: str = OURS) -> Iterator[Mapping[str, Any]]:
    """Run Slow R-CNN: each proposal of selective search passes the backbone alone. Reports after every few crops.

    Args:
        picture: key of the picture.
        network: whose weights it uses.
    """
    for made in family.slow(picture, network):
        ledger = made.ledgers[0]
        total = len(ledger.proposals)
        yield {
            "progress": Progress(ledger.done, total, rcnn_ledgers.progress(ledger)),
            "slow": ledger_board(made, network),
        }


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    return family.arrays(compute(**by_name(**(LESSON.defaults | settings))))


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.autopsy import chain
    from lecture_models.rcnn import ledgers, nms
    from lecture_models.rcnn import obituaries as ends
    from lecture_models.rcnn import slow as one_by_one
    from lecture_models.rcnn import stages as filters

    runs = (one_by_one.slow_ledger, ledgers.fast_ledger, ledgers.faster_ledger, ledgers.mask_ledger)
    return compute, *runs, filters.filter_anchors, nms.trace_nms, ends.obituaries, chain.autopsy


def build(screen: Screen) -> None:
    """View, network and reading in one line; each view has its own board below, and the controls that it needs."""
    with screen.right:
        screen.control("view", gr.Radio(list(VIEWS), value="ledgers", label="Look at"))
        choices = [(title, name) for name, title in NETWORKS.items()]
        screen.control("network", gr.Dropdown(choices, value=OURS, label="Network"))
        with gr.Column(elem_classes=["rcnn-slow"], min_width=0):
            screen.run("slow", slow, label="Run Slow R-CNN")
        screen.reading("reading")
    with screen.row:
        with gr.Row(elem_classes=["rcl-row", "rcnn-books"]):
            screen.board("slow", "rcnnSlowLedger", label="Slow R-CNN's ledger", by="slow")
            screen.board("ledgers", "rcnnLedgers", label="Ledgers of Fast, Faster and Mask R-CNN")
        with gr.Row(elem_classes=["rcnn-stages"]):
            screen.board("stages", "rcnnStages", label="Stage by stage; click a place", key="place")
            sliders(screen)
        screen.board("autopsy", "maskAutopsy", label="Way back from a mask's pixel; click one", key="pixel")


def sliders(screen: Screen) -> None:
    """The four numbers by which a detector filters; 0 boxes stand for the network's own number."""
    with gr.Column(elem_classes=["rcnn-sliders"], min_width=0):
        first = gr.Slider(
            0, 1000, 0, step=10, label="Anchors of each level", info="0: the network's own", buttons=[]
        )
        screen.control("pre_nms", first)
        second = gr.Slider(0, 1000, 0, step=10, label="Proposals", info="0: the network's own", buttons=[])
        screen.control("post_nms", second)
        third = gr.Slider(0.0, 1.0, RPN_IOU, step=0.05, label="NMS of proposals: IoU above", buttons=[])
        screen.control("nms_iou", third)
        screen.control("score", gr.Slider(0.0, 1.0, SCORE, step=0.05, label="Class score above", buttons=[]))


LESSON = Lesson(
    "rcnn_family",
    "A2",
    "R-CNN family",
    "From R-CNN to Mask R-CNN, work moved out of the loop over proposals: follow every box, and one pixel back.",
    __doc__,
    update,
    build,
    code=code,
    data=data,
)
