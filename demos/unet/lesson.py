"""Lesson B5: U-Net, whose skips carry where, and what happens when one of them is operated on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from demos.figures import grids, style
from demos.questions import lot
from demos.ui import Lesson, Progress, Screen
from demos.ui.checks import Text
from demos.unet import board, slide, words
from lecture_models import pictures, results, zoo
from lecture_models.scenes import CLASSES
from lecture_models.studies import unet as nets
from lecture_models.studies import unet_sizes as sizes
from lecture_models.studies import unet_table as table
from lecture_models.studies import unet_upsamplers as swaps

if TYPE_CHECKING:
    from demos.figures.slides import Slide

VIEWS = {"levels": "The U", "upsamplers": "Upsamplers", "sizes": "Sizes"}
ACTS = {"keep": "keep", "zero": "zero", "blur": "blur", "shift": "shift", "transplant": "transplant"}
PART = Text(r"(skip|up|dec)[1-4]|bottom|skips", "skip1 to skip4, up1 to up4, dec1 to dec4, bottom or skips")
ASKED = (("skip1", "blur", 8), ("up1", "zero", 0), ("up3", "zero", 0))
"""What the question is about: a picture draws one."""
ASKED_BAND = 5
MEASURED = 20  # scenes
SAVED = 64 * 64  # cells of the largest maps that are saved
COLORS = [style.class_color(name) for name in CLASSES]
MARKS = (style.RIGHT, style.WRONG, style.SHARED, style.CYCLE[1])
"""Of pixels that an operation changes: now right, now wrong, another wrong class, and where nobody knows."""
KINDS = ("nearest", "bed_of_nails", "max_unpool")


def compute(
    picture: str,
    view: str,
    part: str,
    act: str,
    amount: float,
    donor: int,
    upsampler: str,
    made_up: bool,
    side: int,
) -> nets.Operated | swaps.Swapped | sizes.Sized:
    """What the chosen view needs, and nothing else."""
    if view == "sizes":
        return sizes.sized(int(side))
    if view == "upsamplers":
        return swaps.swap(picture, upsampler, made_up)
    return nets.operated(picture, part or "skip1", act, float(amount), int(donor))


def update(
    picture: str = "scene:42",
    view: str = "levels",
    part: str = "skip1",
    act: str = "keep",
    amount: float = 8,
    donor: int = 7,
    channel: int = -1,
    band: int = 5,
    upsampler: str = "transposed",
    made_up: bool = False,
    side: int = 572,
) -> Mapping[str, Any]:
    """A trained U-Net: its maps, operations on its skips, other upsamplers in its decoder, and legal sizes.

    Args:
        picture: key of the picture: scene:SEED, sample:NAME or an upload's key.
        view: levels, upsamplers or sizes; the others' outputs are null.
        part: levels: the map that is looked at: skip1 to skip4, up1 to up4 (from below), dec1 to dec4, bottom, or
            skips, all four; level 1 is the finest.
        act: levels: what is done to it before the decoder reads it: keep, zero, blur, shift or transplant.
        amount: levels: pixels of the picture, 0 to 32: σ of the blur, way of the shift to the right.
        donor: levels: seed of the scene that a transplant takes the map from.
        channel: levels: channel of the chosen map that is shown; -1 is the mean of all.
        band: levels: pixels on each side of true boundaries that count as near, 1 to 20.
        upsampler: upsamplers: transposed (as trained), nearest, bilinear, bed_of_nails or max_unpool.
        made_up: upsamplers: multiply by 4 what fills one cell in four.
        side: sizes: pixels of a square picture's side, 140 to 700.
    """
    made = compute(picture, view, part, act, amount, donor, upsampler, made_up, side)
    shown: Any
    if isinstance(made, nets.Operated):
        shown, said = of_levels(made, picture, (part or "skip1", act, amount, donor), channel, int(band))
    elif isinstance(made, swaps.Swapped):
        shown, said = of_swap(made, picture, made_up)
    else:
        shown, said = of_sizes(made, picture)
    reading, question, numbers, seen = said
    told = {"reading": reading, "question": question, "numbers": numbers, "seen": seen}
    return {**dict.fromkeys(VIEWS), view: shown, "results": measured(), **told}


def of_levels(
    done: nets.Operated, picture: str, operation: tuple[str, str, float, int], channel: int, width: int
) -> tuple[board.Levels, words.Said]:
    """The U and its words."""
    part, act, amount, donor = operation
    made = nets.looked(picture)
    really = nets.effective(part, act, amount)
    text = words.done_to(part, really, amount, donor)
    before, after = (nets.bands(made, labels, width) for labels in (made.labels, done.labels))
    losses = table.bands_of_all(picture, width) if before else {}
    idle = words.MADE if act != "keep" and part not in nets.OPERABLE else ""
    shown = board.levels(
        made,
        done,
        (part, really),
        nets.shown_maps(made, part, act, amount, donor, int(channel)),
        {
            "classes": CLASSES,
            "says": text,
            "named": words.named(part),
            "brief": words.briefly(really, amount, donor),
            "band": width,
            "channel": f"channel {channel}" if 0 <= channel < made.shape(part)[0] else "mean of the channels",
            "losses": board.losses(before, losses) if before and losses else [],
            "coming": losses is None,
            "message": idle or (zoo.ONLY_STREETS if made.truth is None else ""),
        },
    )
    scores = before, after
    reading = words.of_levels(made, done, text, width, scores)
    numbers = words.arithmetic(after, CLASSES, width)
    return shown, (reading, question(picture), numbers, words.seen_levels(made, text, width, scores))


def question(picture: str) -> Any:
    """Where an operation that the picture draws changes the prediction; None of a photograph."""
    from lecture_models.evaluation.bands import near_boundary

    made = nets.looked(picture)
    if made.truth is None:
        return None
    key = made.picture.key
    asked = ASKED[lot(f"{key} unet", len(ASKED))]
    changed = nets.operated(picture, *asked).labels != made.labels
    return words.where_it_changes(key, asked, changed, near_boundary(made.truth, ASKED_BAND), ASKED_BAND)


def of_swap(one: swaps.Swapped, picture: str, made_up: bool) -> tuple[board.Upsamplers, words.Said]:
    """The upsamplers and their words."""
    made = nets.looked(picture)
    trained = swaps.swap(picture, "transposed", False)
    every = swaps.swaps(picture, made_up)
    asked = swaps.swap(picture, KINDS[lot(f"{made.picture.key} kind", len(KINDS))], False)
    message = zoo.ONLY_STREETS if made.truth is None else ""
    says = {"classes": CLASSES, "chosen": one.kind, "coming": every is None, "message": message}
    found = every or list({swapped.kind: swapped for swapped in (trained, one)}.values())
    return board.upsamplers(made, found, words.UPSAMPLERS, says), words.of_swap(made, one, trained, asked)


def of_sizes(made: sizes.Sized, picture: str) -> tuple[board.Sizes, words.Said]:
    """The ledgers and their words."""
    around = sizes.legal_around(made.side)
    outputs = {side: sizes.sized(side).ledgers[0].output for side in words.SIDES}
    given = pictures.resolve(picture)
    shown = board.sizes(made, words.NETS, sizes.MOST, around, given.image)
    return shown, words.of_sizes(made, given.key, around, outputs)


def measured() -> Any:
    """Our result file as a table; None where there is none."""
    found, _ = results.usable([nets.NETWORK], list(words.METRICS))
    return words.results_table(found[0] if found else None)


def measure(picture: str = "scene:42", band: int = 5) -> Iterator[Mapping[str, Any]]:
    """Zero and blur every map that the decoder reads, on the scenes after this one; areas are added over the scenes.

    Args:
        picture: key of a scene.
        band: pixels on each side of true boundaries that count as near.
    """
    for done, total in table.over_scenes(picture, int(band), MEASURED):
        rows = board.losses(total[table.WHOLE], {pair: total[pair] for pair in table.TABLE})
        progress = Progress(done, MEASURED, f"{done} of {MEASURED} scenes")
        yield {"progress": progress, "many": board.Many(done, int(band), rows)}


def data(**settings: Any) -> dict[str, Any]:
    """The numbers behind the chosen view, for "Save the data"; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    made = compute(**{name: chosen[name] for name in chosen if name not in ("channel", "band")})
    if isinstance(made, sizes.Sized):
        return {plan.name: vars(one) for plan, one in zip(made.plans, made.ledgers, strict=True)}
    trained = nets.looked(chosen["picture"])
    shared = {"trained": trained.labels, "now": made.labels}
    shared |= {} if trained.truth is None else {"truth": trained.truth}
    if isinstance(made, swaps.Swapped):
        return {**shared, "upsampled": made.upsampled}
    small = {name: one for name, one in made.means.items() if one.size <= SAVED}
    width = int(chosen["band"])
    scores = {
        "trained": nets.bands(trained, trained.labels, width),
        "now": nets.bands(trained, made.labels, width),
    }
    counts = {
        f"{name}_{place}": getattr(one, place)
        for name, one in scores.items()
        if one is not None
        for place in ("band", "interior")
    }
    return {**shared, **counts, **{f"mean_{name}": one for name, one in small.items()}}


def figure(**settings: Any) -> Slide:
    """The chosen view as a figure; settings as `update`'s."""
    chosen = LESSON.defaults | settings
    made = compute(**{name: chosen[name] for name in chosen if name not in ("channel", "band")})
    if isinstance(made, sizes.Sized):
        return slide.of_sizes(made, words.NETS)
    trained = nets.looked(chosen["picture"])
    if isinstance(made, swaps.Swapped):
        own = swaps.swap(chosen["picture"], "transposed", False)
        return slide.of_swap(trained, made, own, words.UPSAMPLERS)
    part, act, amount, donor = (chosen[name] for name in ("part", "act", "amount", "donor"))
    text = words.done_to(part, nets.effective(part, act, amount), amount, donor)
    scores = [nets.bands(trained, labels, int(chosen["band"])) for labels in (trained.labels, made.labels)]
    return slide.of_levels(trained, made, text, int(chosen["band"]), scores)


def code() -> Sequence[Any]:
    """What "Show the code" prints."""
    from lecture_models.evaluation.bands import measure_bands, near_boundary
    from lecture_models.nets.unet import UNet
    from lecture_models.nets.unet_surgery import operate
    from lecture_models.nets.unet_swap import swapped

    return compute, UNet.encode, UNet.decode, operate, near_boundary, measure_bands, swapped


def build(screen: Screen) -> None:
    """The view's board on the left; on the right which view, its controls, and the reading."""
    looks: dict[str, Any] = {
        "colors": COLORS,
        "void": style.VOID_COLOR,
        "marks": MARKS,
        "heat": grids.table(),
    }
    with screen.left:
        screen.board("levels", "unLevels", label="The U; click a map", key="part", rule=PART, **looks)
        screen.board("upsamplers", "unUpsamplers", label="Upsamplers in the trained decoder", **looks)
        screen.board("sizes", "unSizes", label="Ledger of sizes")
    with screen.right:
        screen.views(VIEWS)
        acts = [(title, act) for act, title in ACTS.items()]
        screen.control("act", gr.Radio(acts, value="keep", label="The chosen map, before it is read"))
        screen.control("amount", gr.Slider(0, 32, 8, step=1, label="Blur σ, shift: px", buttons=[]))
        seed: dict[str, Any] = {"minimum": 0, "maximum": pictures.MAX_SEED, "step": 1}
        screen.control("donor", gr.Number(7, label="From scene", **seed))
        kinds = [(title, kind) for kind, title in words.UPSAMPLERS.items()]
        screen.control("upsampler", gr.Radio(kinds, value="transposed", label="Upsampler at every level"))
        screen.control("made_up", gr.Checkbox(False, label="× 4 where one cell in four is filled"))
        screen.control("side", gr.Slider(sizes.LEAST, sizes.MOST, 572, step=1, label="Side, px", buttons=[]))
        screen.reading("reading")
        screen.control("band", gr.Slider(1, 20, 5, step=1, label="Band: px to a boundary", buttons=[]))
        channels: dict[str, Any] = {"minimum": nets.MEAN, "maximum": 175, "step": 1}
        screen.control(
            "channel", gr.Number(nets.MEAN, label="Channel of the chosen map; −1: mean", **channels)
        )
    with screen.row:
        with gr.Column(elem_classes=["un-run"], min_width=0):
            screen.run("measure", measure, label=f"Measure the next {MEASURED} scenes")
            screen.board("many", "unMany", label="Losses over many scenes", by="measure")
        screen.table("results", "Our trainings")


LESSON = Lesson(
    "unet",
    "B5",
    "U-Net",
    "U-Net’s finest skips carry where a region ends; what comes from below says what it is.",
    update,
    build,
    code=code,
    data=data,
    asks="What do the skips of a U-Net carry?",
    card="As trained",
    first="Choose a map, then blur it.",
    figure=figure,
)
