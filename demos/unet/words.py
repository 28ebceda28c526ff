"""What lesson B5 says about its run: for each view the large number, the question, and the sums behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures.arithmetic import written
from demos.questions import drawn
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lecture_models.evaluation.bands import Banded
    from lecture_models.studies.unet import Looked, Operated
    from lecture_models.studies.unet_sizes import Sized
    from lecture_models.studies.unet_upsamplers import Swapped

Said = tuple[Reading, Question | None, str, str]
"""The words of a view: reading, question, numbers, what was seen."""
UPSAMPLERS = {
    "transposed": "Transposed, as trained",
    "nearest": "Nearest neighbour",
    "bilinear": "Bilinear",
    "bed_of_nails": "Bed of nails",
    "max_unpool": "Max unpooling",
}
NETS = ("The original: nothing padded", "Ours: padded, any size")
MADE = "A decoder’s map is made here, not read: choose a skip, a map from below or the bottom to operate on."
SHARES = ("under ⅓", "⅓ to ⅔", "over ⅔")
CHANGES = ("under 1 %", "1 to 10 %", "over 10 %")
SIDES = (220, 224, 256, 300, 316, 400, 412, 448, 512, 540, 572, 588)


# ---- the U -----------------------------------------------------------------------------------------------
def named(part: str) -> str:
    """A part of the U in words.

    >>> named("skip1"), named("up3"), named("skips")
    ('skip 1', 'the map from below at level 3', 'all four skips')
    """
    usual = {"bottom": "the bottom", "skips": "all four skips"}
    kinds = {
        "skip": "skip {}",
        "up": "the map from below at level {}",
        "dec": "the decoder’s map of level {}",
    }
    return usual[part] if part in usual else kinds[part[:-1]].format(part[-1])


def done_to(part: str, act: str, amount: float, donor: int) -> str:
    """An operation in words; empty where nothing is done.

    >>> done_to("skip1", "shift", 8, 7)
    'skip 1 moved right by 8 px'
    """
    acts = {
        "zero": "set to zero",
        "blur": f"blurred, σ = {amount:g} px",
        "shift": f"moved right by {amount:g} px",
        "transplant": f"taken from scene {donor}",
    }
    return f"{named(part)} {acts[act]}" if act in acts else ""


def briefly(act: str, amount: float, donor: int) -> str:
    """An act as an arrow has room for it.

    >>> briefly("blur", 8, 7)
    'σ = 8 px'
    """
    acts = {
        "zero": "zero",
        "blur": f"σ = {amount:g} px",
        "shift": f"{amount:g} px →",
        "transplant": f"scene {donor}",
    }
    return acts.get(act, "")


def of_levels(
    made: Looked, done: Operated, says: str, width: int, scores: Sequence[Banded | None]
) -> Reading:
    """Mean IoU in the band, as trained or after an operation; ``scores`` are before and after."""
    before, after = scores
    changed = f"{100 * float((made.labels != done.labels).mean()):.1f} %"
    if before is None or after is None:
        many = len(np.unique(done.labels))
        text = (
            f"classes are predicted{f' with {says}' if says else ''}; nobody knows the truth of a photograph."
        )
        return Reading(str(many), "", text, more=[("pixels that changed", changed)] if says else [])
    band, inside, whole = after.miou
    was, inside_was, whole_was = before.miou
    where = f"mean IoU within {width} px of true boundaries"
    if not says:
        share = 100 * before.band.sum() / before.whole.sum()
        text = f"{where}, as trained: {share:.0f} % of the pixels."
        return Reading(percent(band), "%", text, more=[pair("inside", inside), pair("all pixels", whole)])
    more = [
        pair("inside", inside, inside_was),
        pair("all pixels", whole, whole_was),
        ("pixels that changed", changed),
    ]
    return Reading(percent(band), "%", f"{where}; {percent(was)} % as trained. Now: {says}.", more=more)


def percent(share: float | None) -> str:
    """A share in per cent with one digit; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f}"


def pair(name: str, share: float | None, was: float | None = None) -> tuple[str, str]:
    """A further number of a reading."""
    return name, f"{percent(share)} %" + (f", was {percent(was)}" if was is not None else "")


def where_it_changes(
    key: str, asked: tuple[str, str, int], changed: np.ndarray, band: np.ndarray, width: int
) -> Question | None:
    """What share of the pixels that an operation changes lies in the band; None where none changes."""
    many, near = int(changed.sum()), int((changed & band).sum())
    if not many:
        return None
    part, act, amount = asked
    what = done_to(part, act, amount, 0)
    text = (
        f"{what[0].upper()}{what[1:]}: what share of the changed pixels lies within {width} px of a boundary?"
    )
    share = near / many
    answer = 0 if share < 1 / 3 else 2 if share > 2 / 3 else 1
    area = 100 * float(band.mean())
    why = f"{near:,} of {many:,} changed pixels do, {100 * share:.0f} %; the band is {area:.0f} % of the picture."
    veils = ("levels/changed", "levels/losses", "numbers")
    return Question(text, SHARES, answer, why, veils, key)


def arithmetic(after: Banded | None, classes: Sequence[str], width: int) -> str:
    """The band's IoU of the class that is worst there, and the mean."""
    if after is None:
        return "Nobody knows the truth of a photograph, so nothing is measured. Choose a scene."
    counts = after.band
    both, true, said = np.diag(counts), counts.sum(1), counts.sum(0)
    either = true + said - both
    occurs = np.flatnonzero(either > 0)
    worst = min(occurs.tolist(), key=lambda k: both[k] / either[k])
    values = [both[k] / either[k] for k in occurs]
    terms = " + ".join(f"{value:.3f}" for value in values)
    return (
        f"**{classes[worst]}** is worst within {width} px of boundaries. Pixels in both maps, true, predicted:\n\n"
        rf"$$\text{{IoU}} = \frac{{{both[worst]}}}{{{true[worst]} + {said[worst]} - {both[worst]}}}"
        rf" = {both[worst] / either[worst]:.3f}$$"
        "\n\nThe mean over the classes that occur in the band:\n\n"
        rf"$$\frac{{{terms}}}{{{len(values)}}} = {np.mean(values):.3f}$$"
    )


def seen_levels(made: Looked, says: str, width: int, scores: Sequence[Banded | None]) -> str:
    """What the U showed, for the end of the lesson."""
    before, after = scores
    if before is None or after is None:
        many = len(np.unique(made.labels))
        return f"As trained, the network sees {many} of its 9 classes here; it has only ever seen rendered streets."
    wrong, near = (int(one.sum() - np.trace(one)) for one in (before.whole, before.band))
    if not says:
        return f"As trained, {near:,} of the {wrong:,} wrong pixels lie within {width} px of a true boundary."
    lost = [
        a - b for a, b in zip(before.miou[:2], after.miou[:2], strict=True) if a is not None and b is not None
    ]
    points = " and ".join(written(100 * one, 1) for one in lost)
    return f"With {says}, mean IoU lost {points} points: within {width} px of boundaries, and inside."


# ---- upsamplers ------------------------------------------------------------------------------------------
def of_swap(made: Looked, one: Swapped, other: Swapped, asked: Swapped) -> Said:
    """Boundary IoU with an upsampler, beside the trained one's; ``asked`` is the one that the question is about."""
    title, changed = UPSAMPLERS[one.kind], int((one.labels != made.labels).sum())
    share = f"{100 * changed / one.labels.size:.1f} %"
    seen = f"{title} in the decoder: {changed:,} of {one.labels.size:,} pixels change class."
    if one.measured is None or other.measured is None:
        text = "of the pixels change class with this upsampler; nobody knows the truth of a photograph."
        return Reading(share[:-2], "%", text), which_change(made, asked), upsampled_sum(made, one), seen
    more = [
        pair("mean IoU", one.measured.miou, other.measured.miou),
        ("pixels that changed", share),
    ]
    then = f"; {percent(other.measured.boundary_iou)} % as trained" if one.kind != other.kind else ""
    text = f"boundary IoU with this upsampler at every level: {title.lower()}{then}."
    reading = Reading(percent(one.measured.boundary_iou), "%", text, more=more)
    return reading, which_change(made, asked), upsampled_sum(made, one), seen


def which_change(made: Looked, one: Swapped) -> Question:
    """How many pixels another upsampler changes."""
    changed = int((one.labels != made.labels).sum())
    share = changed / one.labels.size
    answer = 0 if share < 0.01 else 2 if share > 0.1 else 1
    text = f"{UPSAMPLERS[one.kind]} at every level instead: how many pixels change class?"
    own, other = sizes(made, one)
    means = f"the mean size of a number in level 1’s upsampled map goes from {own:.3f} to {other:.3f}"
    why = f"{changed:,} of {one.labels.size:,} do, {100 * share:.1f} %; {means}."
    veils = ("reading", "upsamplers/answers", "numbers")
    return Question(text, CHANGES, answer, why, veils, f"{made.picture.key} {one.kind}")


def sizes(made: Looked, one: Swapped) -> tuple[float, float]:
    """How large the numbers of level 1's upsampled map are, their signs left out: as trained, and swapped."""
    return float(np.abs(made.mean("up1")).mean()), float(np.abs(one.upsampled).astype(np.float32).mean())


def upsampled_sum(made: Looked, one: Swapped) -> str:
    """What becomes of the mean of level 1's upsampled map."""
    own, other = sizes(made, one)
    text = "The mean size of a number in level 1’s upsampled map, averaged over its channels: "
    return f"{text}as trained ${own:.3f}$, with {UPSAMPLERS[one.kind].lower()} ${other:.3f}$."


# ---- sizes -----------------------------------------------------------------------------------------------
def of_sizes(made: Sized, key: str, around: Sequence[int], outputs: Mapping[int, int]) -> Said:
    """What comes out of the original U-Net for a side; ``outputs`` of the sides that are asked about, 0 for none."""
    first, _ = made.ledgers
    plan = made.plans[0]
    near = " and ".join(map(str, around))
    lost = made.side - first.output
    if first.output:
        text = f"pixels a side come out of {made.side}: unpadded convolutions take {lost} away."
    else:
        text = f"{first.broken} Legal sides nearby: {near}."
    many = [("parameters, counted on the module", f"{plan.parameters:,}")]
    reading = Reading(str(first.output), "px", text, more=many)
    seen = f"Of {made.side} × {made.side} pixels the original U-Net makes {first.output or 'nothing'}; ours pads first."
    return reading, which_size(key, outputs), margin(made), seen


def which_size(key: str, outputs: Mapping[int, int]) -> Question:
    """Whether a side comes through, and how large."""
    side = drawn(f"{key} side", [(side, output > 0) for side, output in outputs.items()])
    choices = [f"{side} × {side}", f"{side - 184} × {side - 184}", "nothing: not legal"]
    answer = 1 if outputs[side] else 2
    rest = side % 16
    why = f"{side} = 16 · {side // 16} + {rest}; legal sides leave 12, so that every pooling halves an even map."
    text = f"A picture of {side} × {side} px, nothing padded: what comes out?"
    return Question(text, choices, answer, why, ("reading", "sizes", "numbers"), f"{key} {side}")


def margin(made: Sized) -> str:
    """The pixels that unpadded convolutions take, level by level."""
    plan = made.plans[0]
    steps = [plan.shrink * 2**level for level in range(plan.levels)]
    down, bottom = " + ".join(map(str, steps)), plan.shrink * plan.cell
    total = 2 * sum(steps) + bottom
    out = made.ledgers[0].output
    result = rf"$${made.side} - {total} = {made.side - total}$$" if out else made.ledgers[0].broken
    return (
        f"Two 3 × 3 convolutions take {plan.shrink} cells off a side: at level 1 {plan.shrink} pixels, at each deeper "
        f"level twice as many. On the way down, at the bottom, on the way up:\n\n"
        rf"$$({down}) + {bottom} + ({down}) = {total}$$"
        f"\n\n{result}"
    )


# ---- results of ours -------------------------------------------------------------------------------------
METRICS = {
    "miou": "mean IoU",
    "boundary_iou": "boundary IoU",
    "pixel_accuracy": "pixel accuracy",
}


def results_table(found: Mapping[str, Any] | None) -> Table | None:
    """What our trainings came to, from their result file; None where there is none."""
    if found is None:
        return None
    runs = found["runs"]
    rows = []
    for metric, title in METRICS.items():
        values = [100 * run["metrics"][metric] for run in runs]
        rows.append((title, f"{np.mean(values):.1f} %", f"± {(max(values) - min(values)) / 2:.2f}"))
    scenes = runs[0]["test"]["scenes"]
    caption = f"Our result file: {scenes} unseen scenes, {len(runs)} trainings. Again: {found['command']}"
    return Table(("U-Net", "mean", "half the range"), rows, caption, "result")
