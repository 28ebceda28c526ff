"""What the lesson says of what each branch sees, of the merge and of its quality."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from demos.questions import drawn
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lecture_models.ops.panoptic import Candidate
    from lecture_models.ops.panoptic_quality import QualityTrace
    from lecture_models.studies.panoptic import Merged, Rule, Selected
    from lecture_models.studies.panoptic_case import Case

Said = tuple[Reading, "Question | None", str, str]
"""The words of a view: reading, question, numbers, what was seen."""
NOBODY = "Nobody has marked the truth of a photograph."
VERDICTS = {
    "score": "score below {confidence:g}",
    "overlap": "overlap above {overlap:g}",
    "nothing": "nothing is left",
    "pasted": "pasted",
}
FEWER = ("fewer", "as many", "more")
WAYS = ("it rises", "it stays", "it falls")
CLOSE = 5e-4  # of PQ: half of what the page shows
FOUR = 4


def percent(share: float | None) -> str:
    """A share in per cent with one digit; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f}"


def many(number: int, one: str, more: str = "") -> str:
    """A number with its noun.

    >>> many(1, "pixel"), many(1200, "pixel")
    ('1 pixel', '1,200 pixels')
    """
    return f"{number:,} {one if number == 1 else more or one + 's'}"


# ---- what each branch sees -------------------------------------------------------------------------------
def of_sees(made: Merged, chosen: Selected) -> Said:
    """Two branches and their merge."""
    twice = made.contested
    what = "pixels are claimed by two instances or more; in the merged map each has one owner."
    more = [("instances", f"{len(made.instances)}"), ("regions in the semantic map", f"{made.regions}")]
    more += [("void in the merged map", f"{made.merged.void:,} px")]
    x, y = chosen.pixel
    claims = " and ".join(f"{made.title(one)} ({one.score:.2f})" for one in chosen.claims) or "nobody"
    numbers = (
        f"At pixel ({x}, {y}), instances of a score of at least {made.rule.confidence:g}: claimed by {claims}. "
        f"The semantic branch says {made.semantic.names[chosen.label]}. The merge gives it to "
        f"{made.said(chosen.segment)}."
    )
    if chosen.true is not None:
        numbers += f" The truth is {made.true(chosen.true)}."
    seen = (
        f"On {made.picture.title} the instance branch names {len(made.instances)} things and says nothing of "
        f"{100 * float((made.claims == 0).mean()):.0f} % of the pixels. "
        f"The semantic branch names every pixel and makes {many(made.regions, 'region')} of its things."
    )
    return Reading(f"{twice:,}", "px", what, more=more), regions_question(made), numbers, seen


def regions_question(made: Merged) -> Question:
    """Whether the semantic branch's things have fewer regions than the instance branch has things."""
    found, there = made.regions, len(made.instances)
    answer = 0 if found < there else 1 if found == there else 2
    text = (
        f"The instance branch finds {many(there, 'thing')}. How many connected regions do things have "
        "in the semantic map?"
    )
    twice = sum(one.verdict == "overlap" for one in made.trial.candidates)
    rejected = f"; {many(twice, 'instance')} lie on another, which the merge rejects" if twice else ""
    reason = {
        0: f"things of one class that touch are one region{rejected}.",
        1: "each thing is one, or as many are joined as are cut in pieces.",
        2: "what stands in front cuts a thing in pieces, or a thing has no instance.",
    }
    why = f"It has {many(found, 'region')} for {many(there, 'instance')}: {reason[answer]}"
    veils = ("sees/Semantic branch alone", "sees/Both, merged", "reading", "answers", "seen")
    return Question(text, FEWER, answer, why, veils, f"{made.picture.key} regions")


def answers(made: Merged, chosen: Selected) -> Table:
    """(class, id) of the chosen pixel in each map, as a table."""
    claims = [identity(made.title(one)) for one in chosen.claims]
    instance = ", ".join(claims) + (": claimed twice" if len(claims) > 1 else "") if claims else "nothing"
    rows = [
        ("instance branch alone", instance),
        ("semantic branch alone", f"({made.semantic.names[chosen.label]}, –)"),
        ("both, merged", identity(made.said(chosen.segment))),
    ]
    if chosen.true is not None:
        rows.append(("truth", identity(made.true(chosen.true))))
    x, y = chosen.pixel
    return Table(("", "(class, id)"), rows, f"Pixel ({x}, {y}). Stuff has no id.")


def identity(title: str) -> str:
    """A title as (class, id).

    >>> identity("ball 2"), identity("road"), identity("void")
    ('(ball, 2)', '(road, –)', 'void')
    """
    name, _, number = title.partition(" ")
    return "void" if name == "void" else f"({name}, {number or '–'})"


# ---- the merge -------------------------------------------------------------------------------------------
def of_merge(made: Merged, then: Mapping[Rule, float | None], usual: float | None) -> Said:
    """The trial; ``then`` is PQ under other rules, ``usual`` under the usual one."""
    counts = Counter(one.verdict for one in made.trial.candidates)
    pasted, total = counts["pasted"], len(made.trial.candidates)
    small = [one for one in made.trial.fills if one.area and not one.segment]
    more = [
        ("pasted", f"{pasted} of {total}"),
        *((verdict(name, made.rule), f"{counts[name]}") for name in ("score", "overlap")),
        *([(VERDICTS["nothing"], f"{counts['nothing']}")] if counts["nothing"] else []),
        ("void", f"{made.merged.void:,} px"),
    ]
    if made.quality is None:
        reading = Reading(f"{pasted}", "", f"instances are pasted. {NOBODY}", more=more)
    else:
        text = "PQ of this picture"
        if usual is not None and made.quality.pq is not None and abs(usual - made.quality.pq) >= CLOSE:
            text += f"; usual thresholds: {percent(usual)} %"
        reading = Reading(percent(made.quality.pq), "%", text, more=more)
    seen = (
        f"On {made.picture.title} {pasted} of {many(total, 'instance')} are pasted. "
        f"{many(made.merged.void, 'pixel')} stay void."
    )
    lines = [sum_of(made, one) for one in made.trial.candidates if one.verdict in ("overlap", "nothing")][:3]
    lines = lines or [sum_of(made, one) for one in made.trial.candidates[:1]]
    if small:
        lines += [
            f"{made.semantic.names[one.label]}: {one.area} < {made.rule.stuff_area} px, so it is void"
            for one in small
        ]
    return reading, rule_question(made, then, usual), "\n\n".join(lines), seen


def verdict(name: str, rule: Rule) -> str:
    """A verdict in words."""
    return VERDICTS[name].format(confidence=rule.confidence, overlap=rule.overlap)


def sum_of(made: Merged, one: Candidate) -> str:
    """A candidate's overlap written out."""
    share = f"{one.taken} / {one.area} = {one.overlap:.3f}"
    sign = ">" if one.overlap > made.rule.overlap else "≤"
    return f"**{made.title(one)}**, score {one.score:.3f}: overlap {share} {sign} {made.rule.overlap:g}"


def rule_question(made: Merged, then: Mapping[Rule, float | None], usual: float | None) -> Question | None:
    """What PQ does when one threshold changes; None of a photograph."""
    if usual is None:
        return None
    key = made.picture.key
    ways = {rule: way(usual, pq) for rule, pq in then.items() if pq is not None}
    asked = drawn(f"{key} rule", ways.items())
    text = f"All thresholds as usual, then {changed(asked)}. What does PQ do?"
    pq = then[asked]
    why = f"From {percent(usual)} to {percent(pq)} %."
    veils = ("reading", "seen", "numbers", "merge/cases")
    return Question(text, WAYS, ways[asked], why, veils, f"{key} rule")


def way(before: float, after: float) -> int:
    """0 where a number rises, 2 where it falls, 1 where the page shows it alike."""
    return 1 if abs(after - before) < CLOSE else 0 if after > before else 2


def changed(rule: Rule) -> str:
    """How a rule differs from the usual one."""
    from_usual = {"confidence": "least score", "overlap": "most overlap", "stuff_area": "least stuff area"}
    usual = {"confidence": 0.5, "overlap": 0.5, "stuff_area": 64}
    for name, title in from_usual.items():
        if getattr(rule, name) != usual[name]:
            unit = " px" if name == "stuff_area" else ""
            return f"{title} {usual[name]:g} → {getattr(rule, name):g}{unit}"
    return "pixels of things without an instance stay void"


# ---- quality ---------------------------------------------------------------------------------------------
def of_quality(trace: QualityTrace, miou: float | None, title: str, key: str, case: bool) -> Said:
    """PQ of the prediction as it begins."""
    tp, fp, fn = len(trace.matches), len(trace.false_positives), len(trace.false_negatives)
    more = [("SQ", percent(trace.mean("sq"))), ("RQ", percent(trace.mean("rq")))]
    more += [
        ("PQ of things", percent(trace.mean(things=True))),
        ("of stuff", percent(trace.mean(things=False))),
    ]
    text = f"PQ before you paint, at IoU above ½; mean IoU {percent(miou)} %"
    reading = Reading(percent(trace.pq), "%", text, more=more)
    lines = [by_class(name, one) for name, one in trace.by_class.items() if one.weight]
    seen = (
        f"On {title} {many(tp, 'match', 'matches')}, {many(fp, 'false positive')} and "
        f"{many(fn, 'false negative')} give PQ {percent(trace.pq)} %. The mean IoU is {percent(miou)} %."
    )
    question = None if case else worst_question(trace, key)
    return reading, question, "\n\n".join(lines), seen


def by_class(name: str, one: Any) -> str:
    """A class's quality written out."""
    weight = f"{one.tp} + \\tfrac12 \\cdot {one.fp} + \\tfrac12 \\cdot {one.fn}"
    sq = "0" if not one.tp else rf"\tfrac{{{one.iou:.3f}}}{{{one.tp}}}"
    rq = rf"\tfrac{{{one.tp}}}{{{weight}}}"
    return rf"**{name}**: $\mathrm{{SQ}} \cdot \mathrm{{RQ}} = {sq} \cdot {rq} = {one.pq:.4f}$"


def worst_question(trace: QualityTrace, key: str) -> Question | None:
    """Which class has the lowest PQ; None where two share it or there are too few."""
    known = {name: one for name, one in trace.by_class.items() if one.weight}
    order = sorted(known, key=lambda name: known[name].pq or 0.0)
    if len(order) < FOUR or known[order[0]].pq == known[order[1]].pq:
        return None
    offered = [name for name in known if name in order[:FOUR]]
    worst = known[order[0]]
    text = "Which class has the lowest PQ here?"
    errors = f"{many(worst.fp, 'false positive')} and {many(worst.fn, 'false negative')}"
    why = (
        f"PQ {percent(worst.pq)} %: {many(worst.tp, 'match', 'matches')}, {errors}, SQ {percent(worst.sq)} %."
    )
    veils = ("quality/classes", "reading", "numbers", "seen")
    return Question(text, offered, offered.index(order[0]), why, veils, f"{key} worst")


def rules_table(case: Case, lenient: float) -> Table:
    """What the two references make of the picture made by hand."""
    pq = case.quality.pq
    rows = [
        ("truth void under a segment", "out of its union", "out of its union"),
        ("void in the prediction", "stays in the union", "out of the union"),
        ("segment > ½ in void", "no mistake", "no mistake"),
        ("crowd", "neither found nor missed", "a segment like others"),
        ("PQ of the picture made by hand", f"{percent(pq)} %", f"{percent(lenient)} %"),
    ]
    caption = "panopticapi is COCO’s own code; this lesson follows it. Both numbers: computed in this run."
    return Table(("rule", "panopticapi", "torchmetrics"), rows, caption, strong=(4,))


def sizes(values: Sequence[float | None]) -> str:
    """Shares in per cent in a row."""
    return " / ".join(percent(value) for value in values)
