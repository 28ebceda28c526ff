"""What lesson A5 says about its run: what became of each thing and of each detection, the question, the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from demos.questions import drawn
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from lecture_models.evaluation.cards import Card
    from lecture_models.evaluation.errors import Errors
    from lecture_models.evaluation.measurement import Measurement
    from lecture_models.scenes import SceneSettings
    from lecture_models.studies.bad_boxes import Judged
    from lecture_models.studies.mask_rcnn_results import GalleryScene

HEAD = ("thing", "T, px", "P, px", "P ∩ T, px", "score", "mask IoU")
UNSEEN = ("detections", "mask AP", "found", "false positives", "precision: to the last hit → of all")
RECALL = ("things", "found", "recall, %")
CAPTION = (
    "IoU = P ∩ T over P + T − P ∩ T; T: the thing's visible pixels, P: its detection's. Marked: asked for."
)
NOBODY = (
    "Nobody has marked the truth of a photograph, so nothing can be judged here: "
    "galleries and rank, the IoU of a thing, errors and AP need a scene. Choose one."
)
SURE = 0.95
CHOICES = ("They rise", "They stay the same", "They fall")
Wrong = tuple[int, int]
"""False positives and missed things."""


def fate(made: GalleryScene, thing: int) -> str:
    """What became of a thing, in a few words."""
    if thing in made.overlaps:
        return f"found, mask IoU {made.overlaps[thing].iou:.2f}"
    error = made.missed.get(thing)
    return f"not found, {error.kind}: {error.rule}" if error else "not judged: the network lacks its class"


def detection_fate(made: GalleryScene, k: int) -> str:
    """What became of a kept detection."""
    if k in made.wrong:
        return f"{made.wrong[k].kind}: {made.wrong[k].rule}"
    thing = made.matches[k]
    return f"IoU {made.overlaps[thing].iou:.2f}" if thing >= 0 else "lies on things too small to judge"


def reading(made: GalleryScene, score: float) -> Reading:
    """How many of the things were found."""
    ious = [one.iou for one in made.overlaps.values()]
    more = [("Mean mask IoU of those", f"{np.mean(ious):.2f}" if ious else "–")]
    more += [("False positives + missed", total(made.errors))]
    asked = made.finding.members if made.gallery != "this" else ()
    if asked:
        more += [("Found of those asked for", f"{sum(k in made.overlaps for k in asked)} of {len(asked)}")]
    meaning = f"things found: right class, mask IoU ≥ ½, score ≥ {score:.2f}"
    return Reading(str(len(ious)), f"of {len(ious) + len(made.missed)}", meaning, more=more)


def total(errors: Errors) -> str:
    """Errors added up: "4 + 8 = 12"."""
    return added(counted(errors))


def added(wrong: Wrong) -> str:
    """False positives and missed things added up.

    >>> added((4, 8))
    '4 + 8 = 12'
    """
    return f"{wrong[0]} + {wrong[1]} = {sum(wrong)}"


def objects(made: GalleryScene) -> Table:
    """Each thing with its IoU, those of the gallery first and marked."""
    asked, rows = made.finding.members, []
    for k in sorted(range(len(made.things)), key=lambda k: (k not in asked, k)):
        cells = ["–", "–", "–", made.missed[k].kind if k in made.missed else "not judged"]
        if one := made.overlaps.get(k):
            score = made.scores[one.detection]
            cells = [str(one.found), str(one.shared), f"{score:.2f}", f"{one.iou:.2f}"]
        rows.append([str(made.things[k]), str(made.scene.things[k].area), *cells])
    return Table(HEAD, rows, CAPTION, strong=tuple(range(len(asked))))


def question(made: GalleryScene, picture: str, score: float, then: Mapping[float, Wrong]) -> Question:
    """What another threshold would do to the errors of the shown scene, drawn by ``picture``, its key.

    Args:
        made: the scene.
        picture: key of the picture that the gallery began with.
        score: the threshold now.
        then: errors at other thresholds.
    """
    now = counted(made.errors)
    answers = {other: 1 - int(np.sign(sum(wrong) - sum(now))) for other, wrong in then.items()}
    other = drawn(picture, answers.items())
    text = f"Score threshold {score:.2f} → {other:.2f}: what happens to false positives + missed?"
    why = f"From {added(now)} to {added(then[other])}. {reason(now, then[other])}"
    place = 1 + made.scene.seed - made.looked[0]
    veils = ("found", "errors", "objects", "numbers", "seen")
    about = f"{picture} {made.gallery} {made.picture.key}"
    return Question(text, CHOICES, answers[other], why, veils, about, place)


def reason(now: Wrong, then: Wrong) -> str:
    """What became of the two kinds of errors, in a sentence.

    >>> reason((3, 1), (1, 1)), reason((0, 2), (1, 1))[-21:]
    ('False positives −2, missed ±0: the new threshold invents less.', 'more and misses less.')
    """
    if now == then:
        return "What lies between the two changes nothing."
    wrong, gone = (after - before for before, after in zip(now, then, strict=True))
    told = [
        f"{does} {'more' if change > 0 else 'less'}"
        for does, change in (("invents", wrong), ("misses", gone))
        if change
    ]
    what = f"the new threshold {' and '.join(told)}"
    return f"False positives {signed(wrong)}, missed {signed(gone)}: {what}."


def signed(change: int) -> str:
    """A change with its sign.

    >>> signed(3), signed(-2), signed(0)
    ('+3', '−2', '±0')
    """
    return f"{change:+d}".replace("-", "−") if change else "±0"


def counted(errors: Errors) -> Wrong:
    """False positives and missed things."""
    wrong = sum(one.false_positive for one in errors.items)
    return wrong, len(errors.items) - wrong


def seen(made: GalleryScene) -> str:
    """What this run showed, for the end of the lesson."""
    ious = [one.iou for one in made.overlaps.values()]
    total = len(ious) + len(made.missed)
    found = f"In scene {made.scene.seed} the network found {len(ious)} of {total} things"
    found += f", with a mean mask IoU of {np.mean(ious):.2f}." if ious else "."
    kinds = [kind for kind, pair in made.errors.counts.items() if sum(pair)]
    return f"{found} Its errors have names: {', '.join(kinds)}." if kinds else f"{found} It made no error."


def numbers(made: GalleryScene, score: float, pixel: Sequence[float]) -> str:
    """The IoU of the thing at a pixel (else the gallery's first), a point of AP's curve, and the errors' sum."""
    height, width = made.scene.instance.shape
    x, y = map(int, pixel or (-1, -1))
    at = int(made.scene.instance[y, x]) if 0 <= x < width and 0 <= y < height else 0
    thing = at - 1 if at else next(iter(made.finding.members), None)
    name, hits, wrong, gone = made.precision_recall
    kinds = " + ".join(str(sum(pair)) for pair in made.errors.counts.values() if sum(pair))
    lines = [] if thing is None else [f"**{made.things[thing]}** {iou(made, thing)}"]
    lines += [
        rf"**One point of the curve of {name}, in this scene.** With the detections of score $\ge {score:.2f}$: "
        rf"{hits} hits, {wrong} false positives, {gone} missed, so "
        rf"$\text{{precision}} = {share(hits, wrong)}$ and $\text{{recall}} = {share(hits, gone)}$. "
        "AP is the area under all such points, over all scores and scenes.",
        rf"**Errors** $\mathrm{{FP}} + \mathrm{{FN}} = {total(made.errors)}$; "
        rf"by class ${kinds or 0} = {len(made.errors.items)}$.",
    ]
    lines += [] if at else ["Point at another thing of the scene and click: its IoU is multiplied out here."]
    return "\n\n".join(lines)


def iou(made: GalleryScene, thing: int) -> str:
    """The IoU of a thing, multiplied out."""
    if thing not in made.overlaps:
        return fate(made, thing) + "."
    _, found, true, shared, value = made.overlaps[thing]
    steps = rf"\dfrac{{{shared}}}{{{found}+{true}-{shared}}} = \dfrac{{{shared}}}{{{found + true - shared}}}"
    return rf"$\mathrm{{IoU}} = \dfrac{{|P\cap T|}}{{|P|+|T|-|P\cap T|}} = {steps} = {value:.4f}$"


def share(part: int, rest: int) -> str:
    """A part of a whole as a fraction."""
    end = rf"\dfrac{{{part}}}{{0}}\ \text{{(none)}}"
    return rf"\dfrac{{{part}}}{{{part}+{rest}}} = {part / (part + rest):.3f}" if part + rest else end


def card_title(card: Card) -> str:
    """What was said, or what was not: "ball, score 0.97" or "cone, not found"."""
    return "{}, score {:.2f}".format(*card.found[0]) if card.false_positive else f"{card.true[0]}, not found"


def card_lines(card: Card) -> list[str]:
    """The numbers of an error, each in a short sentence."""
    (name, score), *rest = card.found or [("", 0.0)]
    both, missed = card.found and card.true, not card.false_positive
    others = ", ".join(f"{name} {score:.2f}" for name, score in rest)
    said = {
        f"inside {name}, score {score:.2f}": card.found and missed,
        f"mask IoU {card.mask_iou:.2f} = {card.shared} / {card.union} px with {' '.join(card.true[:1])}": both,
        f"box IoU {card.box_iou:.2f}": both,
        f"{card.area} visible pixels": missed,
        f"covers {', '.join(card.true)}": len(card.true) > 1,
        f"{'taken by' if card.kind == 'duplicate' else 'with'} {others}": rest,
        f"seen with score {card.below:.2f}, below the threshold": card.below,
    }
    return [text for text, holds in said.items() if holds]


def so_far(told: Measurement) -> str:
    """How far a measurement is, and its mask AP, for the line below the button."""
    value = (told.ap or {}).get("mask_ap")
    ap = (
        ""
        if value is None
        else f"mask AP {100 * value:.1f} %" + (f" of {told.ap_of}" if told.ap_of != told.done else "")
    )
    return ", ".join(filter(None, (f"{told.done} of {told.total} scenes", ap, f"{told.seconds:.0f} s")))


def recall(told: Measurement) -> Table:
    """How many things of each kind were found."""
    rows = [
        (kind, f"{hits} of {count}", f"{100 * hits / count:.0f}" if count else "–")
        for kind, (hits, count) in told.kinds.items()
    ]
    return Table(
        RECALL, rows, f"At score ≥ {told.score:.2f} and mask IoU ≥ ½. A thing can be of several kinds."
    )


def unseen(judged: Sequence[Judged], score: float) -> Table:
    """AP, recall and precision of perfect detections and of the network's, and why bad boxes do not move the AP."""
    rows, marked = [], []
    for k, one in enumerate(judged):
        ap = "–" if one.ap is None else f"{100 * one.ap:.1f} %"
        counts = f"{one.hits} of {one.hits + one.missed}", str(one.wrong)
        precision = f"{of(one.hits, one.until_last)} → {of(one.hits, one.hits + one.wrong)}"
        rows.append((one.name, ap, *counts, precision))
        marked += [k] if k % 2 and len(judged) > 2 else []
    return Table(UNSEEN, rows, why_unseen(judged, score), strong=marked)


def of(some: int, whole: int) -> str:
    """A share; a dash of nothing.

    >>> of(12, 62), of(0, 0)
    ('0.19', '–')
    """
    return f"{some / whole:.2f}" if whole else "–"


def why_unseen(judged: Sequence[Judged], score: float) -> str:
    """Why AP does not see the bad boxes, once they are there."""
    start = "All detections of this scene, whatever their score, at mask IoU ½; AP over all its thresholds."
    if len(judged) < 3:
        return start
    first, then = judged[:2]
    return (
        f"{start} The curve that AP measures ends with the last hit. The {then.wrong - first.wrong} boxes of score "
        f"{score} come after it, where recall does not rise any more: no point of the curve changes. "
        f"The counts show them: the precision of all falls to {then.hits} / {then.hits + then.wrong}."
    )


def aside(told: Measurement) -> str:
    """The classes that were judged, and what counts neither way."""
    parts = [f"{told.in_void} on things too small to judge"] if told.in_void else []
    parts += [f"{told.strangers} of classes that no scene has"] if told.strangers else []
    rest = f" Detections that count neither way: {' and '.join(parts)}." if parts else ""
    return f"Judged: {', '.join(told.classes)}.{rest}"


def difficulty(settings: SceneSettings) -> str:
    """The settings that make scenes hard, in a line."""
    sizes = f"{settings.size_min:g} to {settings.size_max:g} px high"
    return (
        f"{settings.things} things, crowding {settings.crowding:g}, occlusion {settings.occlusion:g}, {sizes}"
    )


def sure(count: int, certain: int, picture: str) -> Question | None:
    """How sure a network is of what it sees in a photograph; None where it sees nothing."""
    if not count:
        return None
    choices = sorted({0, certain, count})
    which = "the one detection" if count == 1 else f"the {count} detections"
    text = f"How many of {which} have a score of at least {SURE}?"
    why = f"{certain} of {count}. A score is not the chance to be right."
    return Question(
        text, list(map(str, choices)), choices.index(certain), why, ("stage/Prediction",), picture
    )
