"""What the lesson says of the walk through the pyramid and of the drive."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from demos.panoptic.words import Said, percent
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from lecture_models.studies.panoptic_drive import Driven
    from lecture_models.studies.panoptic_walk import Walked

LEVELS = ("P2", "P3", "P4", "P5")
SHARES = ("under a third", "a third to two thirds", "over two thirds")
SPEED = 10  # metres a second, in what is said of a pace


# ---- the walk --------------------------------------------------------------------------------------------
def of_walk(made: Walked) -> Said:
    """The pyramid: what it costs, or what a level carried."""
    macs = Counter[str]()
    for part in made.walk.parts:
        macs[part.branch] += part.macs
    total = sum(macs.values())
    scores = {one.off: one for one in made.scores or ()}
    shares = [(f"{name} alone", f"{100 * macs[name] / total:.0f} %") for name in ("instance", "semantic")]
    more = [("backbone and pyramid, shared", f"{100 * macs['both'] / total:.0f} %"), *shares]
    reading = Reading(f"{total / 1e9:.2f}", "GMAC", "for this picture, both branches together", more=more)
    if made.off in scores and made.off:
        usual, now = scores[""], scores[made.off]
        more = [
            ("AP of small masks", f"{percent(usual.ap[0])} → {percent(now.ap[0])}"),
            ("medium", f"{percent(usual.ap[1])} → {percent(now.ap[1])}"),
            ("large", f"{percent(usual.ap[2])} → {percent(now.ap[2])}"),
            ("mean IoU", f"{percent(usual.miou)} → {percent(now.miou)}"),
        ]
        text = f"PQ with {made.off} at zero; {percent(usual.pq)} % as trained"
        reading = Reading(percent(now.pq), "%", text, more=more)
    return reading, crops_question(made), arithmetic(made), seen_walk(made, macs, total)


def crops_question(made: Walked) -> Question | None:
    """From which level most masks are cropped; None where two share it."""
    ordered = sorted(made.crops, reverse=True)
    if not ordered[0] or ordered[0] == ordered[1]:
        return None
    answer = made.crops.index(ordered[0])
    text = "From which level does the mask head crop most of its objects here?"
    sizes = "a box goes to a level by its size, and things here are small"
    why = f"{made.crops[answer]} of {sum(made.crops)} from {LEVELS[answer]}: {sizes}."
    return Question(text, LEVELS, answer, why, ("walk/crops", "seen"), f"{made.picture.key} crops")


def arithmetic(made: Walked) -> str:
    """The chosen cell's sums."""
    one, level = made.cell, LEVELS[made.cell.level]
    terms = " ".join(f"{signed(w)} \\cdot {v:.3f}" for _, w, v in one.terms)
    lateral = f"{terms} {signed(one.rest)} {signed(one.bias)} = {one.lateral:.4f}"
    lines = [
        f"**Lateral** at cell {one.place} of {level}, channel {one.channel}: the three largest of "
        f"{made.walk.bottom[one.level].shape[0]} products, the rest, the bias. $${lateral}$$"
    ]
    if one.above is None:
        lines.append("Nothing comes from above: it is the top.")
    else:
        lines.append(
            f"**Sum** with cell {one.source} of the level above: "
            f"$${one.lateral:.4f} {signed(one.above)} = {one.total:.4f}$$"
        )
    joined = made.joined
    sums = " ".join(signed(term) for term in joined.terms)
    lines.append(
        f"**Semantic branch** at cell {joined.place} of stride 4, channel {joined.channel}, P2 to P5: "
        f"$${sums} = {joined.total:.4f}$$"
    )
    return "\n\n".join(lines)


def signed(value: float) -> str:
    """A number with its sign, for a sum."""
    return f"{value:+.4f}"


def seen_walk(made: Walked, macs: Counter[str], total: int) -> str:
    """What this run showed."""
    share = f"{100 * macs['both'] / total:.0f} %"
    text = f"On {made.picture.title} {share} of the multiply-adds are shared by both branches."
    scores = {one.off: one for one in made.scores or ()}
    if len(scores) < len(LEVELS):
        return text
    usual = scores[""]
    losses = {
        off: usual.pq - one.pq for off, one in scores.items() if off and usual.pq and one.pq is not None
    }
    worst = max(losses, key=lambda off: losses[off])
    return f"{text} Without {worst} PQ falls most, from {percent(usual.pq)} to {percent(scores[worst].pq)} %."


# ---- the drive -------------------------------------------------------------------------------------------
def of_drive(made: Driven | None, key: str) -> Said:
    """How many things keep their colour."""
    if made is None:
        photo = not key.startswith("scene:")
        text = "A photograph cannot be driven through: choose a scene." if photo else "The camera is driving…"
        return (
            Reading("–", "", text),
            None,
            text,
            f"0 frames of {key}." if photo else f"0 frames of {key} so far.",
        )
    kept, seen = made.kept, len(made.lives)
    every = [one for frame in made.known for one in frame]
    together = sum(one.together > 1 for one in every)
    what = f"of the things that are found in two frames or more keep one colour (IoU > {made.same:g})"
    ways = f"{SPEED / made.pace:.0f} frames a second"
    more = [
        (f"at {SPEED} m/s", ways),
        ("tracks in all", f"{max((one.track for one in every), default=0)}"),
        ("not told apart by semantic alone", f"{100 * together / max(len(every), 1):.0f} %"),
    ]
    approach = [(one.frames, one.depth / made.pace) for one in every if one.frames is not None]
    lines = [
        f"{one.name} {one.track}, last frame: side × {one.growth:.4f} a frame, so "
        f"$1 / ({one.growth:.4f} - 1) = {one.frames:.1f}$ frames; truly {one.depth:.2f} m / "
        f"{made.pace:g} m = {one.depth / made.pace:.1f}"
        for one in made.known[-1]
        if one.frames is not None and one.growth is not None
    ]
    numbers = "\n\n".join(lines) or "Nothing whole grows in the last frame."
    off = sorted(abs(estimate - true) / true for estimate, true in approach)
    half = f"{100 * off[len(off) // 2]:.0f} %" if off else ""
    end = (
        f"Half of the estimated arrivals are off by {half} or less." if off else "Nothing whole comes nearer."
    )
    text = f"At {made.pace:g} m a frame {kept} of {seen} things keep one colour. {end}"
    return Reading(f"{kept} / {seen}", "", what, more=more), tracks_question(made, key), numbers, text


def tracks_question(made: Driven, key: str) -> Question | None:
    """What share of the things keep their colour; None where none was found twice."""
    seen = len(made.lives)
    if not seen:
        return None
    share = made.kept / seen
    answer = 0 if share < 1 / 3 else 1 if share <= 2 / 3 else 2
    text = f"At {made.pace:g} m a frame, what share of the things keeps one colour?"
    why = f"{made.kept} of {seen}, {100 * share:.0f} %; what is near or narrow loses it first."
    return Question(
        text, SHARES, answer, why, ("reading", "drive/frames", "numbers", "seen"), f"{key} {made.pace}"
    )


def planner() -> Table:
    """What a planner asks of a street, and who can answer."""
    rows = [
        ("where is free road?", "no: it knows no road", "yes", "yes"),
        ("how many persons?", "yes", "no: those that touch are one", "yes"),
        ("is this one the one of before?", "while it overlaps", "no: it has no “one”", "while it overlaps"),
        ("when am I there?", "roughly, from its growth", "no: a region grows when another joins", "roughly"),
        ("does it stand on the road?", "no", "only of a whole region", "yes"),
        ("whose pixel is this?", "perhaps two own it", "a class’s", "one owner’s"),
    ]
    caption = "What follows from what each map holds; the table of the frame shows it with numbers."
    return Table(("a planner asks", "instances alone", "semantic alone", "panoptic"), rows, caption)
