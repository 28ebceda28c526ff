"""What lesson C3 says: how much a label set leaves void, what a data set is made of, whether rare is hard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from demos.figures.arithmetic import plainly, plural
from demos.questions import lot
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from lecture_models.datasets.statistics import Statistics
    from lecture_models.label_sets import Label, LabelSet
    from lecture_models.studies.class_balance import Balance
    from lecture_models.studies.panoptic_datasets import Look, Relabelled

Said = tuple[Reading, Question | None, str, str]
"""Reading, question, numbers and what was seen."""
ASKED = ("coco", "ade20k", "cityscapes")
HOW = {
    "exact": "means the same",
    "broader": "means more",
    "narrower": "means less",
    "overlaps": "shares a part",
    "none": "has none",
}
FACTS = ("data set", "things + stuff", "since", "pictures", "licence", "challenges")
CAPTION = "Things and stuff: counted in the label files named in lecture_models/label_sets. All else, by data set: {}"


def percent(share: float, digits: int = 1) -> str:
    """A share in percent.

    >>> percent(0.1234), percent(0.00012)
    ('12.3', '0.0')
    """
    return f"{100 * share:.{digits}f}"


# ---- label sets --------------------------------------------------------------------------------------------
def facts(sets: Mapping[str, LabelSet], published: Mapping[str, Mapping[str, str]]) -> Table:
    """What is published of the data sets, with where it is from."""
    rows, sources = [], []
    for key, one in published.items():
        title = sets[key].title
        counts = f"{sets[key].things} + {sets[key].stuff}"
        rows.append([title, counts, *(one[name] for name in ("year", "pictures", "licence", "challenges"))])
        sources.append(
            f"{title}: "
            + "; ".join(dict.fromkeys(value for name, value in one.items() if name.endswith("_source")))
        )
    return Table(FACTS, rows, CAPTION.format(". ".join(sources) + "."), "paper")


def about(
    chosen: Label, sets: Mapping[str, LabelSet], near: Mapping[str, Sequence[tuple[Label, str]]]
) -> str:
    """What becomes of a label in the other sets, in a sentence."""
    others = {key: found for key, found in near.items() if key not in (chosen.set, "scenes")}
    same = [sets[key].title for key, found in others.items() if any(how == "exact" for _, how in found)]
    gone = [sets[key].title for key, found in others.items() if not found]
    kinds = {label.thing for found in others.values() for label, how in found if how == "exact"} | {
        chosen.thing
    }
    parts = [
        f"“{chosen.name}” of {sets[chosen.set].title}: the same in {' and '.join(same) or 'no other set'}"
    ]
    parts += [f"nothing of it in {' and '.join(gone)}"] if gone else []
    mixed = " What one set counts as a thing is stuff in another." if len(kinds) > 1 else ""
    return f"{', '.join(parts)}.{mixed}"


def of_labels(made: Relabelled, asked: Question | None) -> Said:
    """A scene under a label set."""
    title, lost = made.target.title, made.lost
    meaning = f"of this scene’s labelled pixels become void in the labels of {title}"
    labels = {label.name for name in made.pixels if (label := made.labels[name])}
    more = [
        ("Things that keep a name", f"{made.named} of {made.things}"),
        ("Labels used", f"{len(labels)} of {len(made.target.labels)}"),
    ]
    reading = Reading(percent(made.void), "%", meaning, more=more)
    whole = sum(made.pixels.values())
    parts = " + ".join(rf"{count}_{{\text{{{name}}}}}" for name, count in lost.items()) or "0"
    became = ", ".join(
        f"{name} → {label.name if (label := made.labels[name]) else 'void'} ({made.how(name)})"
        for name in made.pixels
    )
    numbers = (
        rf"$$\text{{void}} = \frac{{{parts}}}{{{whole}}} = \frac{{{sum(lost.values())}}}{{{whole}}} = {made.void:.4f}$$"
        f"\n\n**Each class** {became}. A class gets the label that means the same, else the least that means more; "
        "where a set has only labels that mean less, nothing says which, and the pixels become void."
    )
    gone = f"void are {', '.join(lost)}" if lost else "nothing is void"
    seen = (
        f"Under {title}, {percent(made.void)} % of {made.picture.title} become void, and {made.named} of "
        f"{plural(made.things, 'thing')} keep a name: {gone}."
    )
    return reading, asked, numbers, seen


def of_photograph(title: str) -> Said:
    """There is nothing to relabel."""
    reading = Reading("–", "", "a photograph has no labels to carry over")
    return (
        reading,
        None,
        "There are no labels to count. Choose a scene.",
        f"{title} has 0 labels: choose a scene.",
    )


def question(key: str, every: Mapping[str, Relabelled]) -> Question | None:
    """How many things keep a name under a label set that the picture draws; None of a scene without things."""
    asked = every[ASKED[lot(f"{key} labels", len(ASKED))]]
    counts = {made.named for made in every.values()} | {asked.things}
    choices = sorted(counts | ({0} if len(counts) < 3 else set()))
    if not asked.things or len(choices) < 2:
        return None
    lost: dict[str, int] = {}
    for thing in asked.scene.things:
        if asked.labels[thing.name] is None:
            lost[thing.name] = lost.get(thing.name, 0) + 1
    gone = ", ".join(f"{name} {count}" for name, count in lost.items()) or "none"
    title = asked.target.title
    return Question(
        f"With the {len(asked.target.labels)} labels of {title}: how many of the {asked.things} things keep a name?",
        [str(count) for count in choices],
        choices.index(asked.named),
        f"{asked.named} of {asked.things}. No label of {title} fits: {gone}.",
        ("pictures/Relabelled", "reading", "numbers", "seen"),
        key,
    )


# ---- a data set --------------------------------------------------------------------------------------------
def of_data(look: Look, counts: Statistics, key: str) -> Said:
    """A data set."""
    data, many = look.data, len(look.data.entries)
    mean = sum(counts.instances) / max(many, 1)
    top = counts.balance[0] if counts.balance else None
    more = [
        ("Pictures", str(many)),
        ("Classes that occur", f"{len(counts.balance)} of {len(data.categories)}"),
        ("Void", f"{percent(counts.void)} % of the pixels"),
    ]
    reading = Reading(f"{mean:.1f}", "things", f"a picture, on average, in {data.title}", more=more)
    known = round(counts.pixels * (1 - counts.void))
    whole = sum(counts.instances)
    numbers = rf"$$\frac{{\text{{things}}}}{{\text{{pictures}}}} = \frac{{{whole}}}{{{many}}} = {mean:.3f}$$"
    seen = (
        f"{data.title[0].upper()}{data.title[1:]}: {plural(many, 'picture')}, {sum(counts.instances)} things"
    )
    if top:
        numbers += (
            f"\n\n**{plainly(top.category.name)}**, the largest class: ${top.pixels}$ of ${known}$ labelled pixels, "
            rf"${percent(top.share, 2)}\,\%$."
        )
        seen += f"; {top.category.name} takes {percent(top.share)} % of the labelled pixels"
    return reading, in_how_many(look, counts, key), numbers, f"{seen}."


def in_how_many(look: Look, counts: Statistics, key: str) -> Question | None:
    """In how many pictures a class occurs."""
    many = len(look.data.entries)
    offered = [one for one in counts.balance if one.category.thing] or list(counts.balance)
    if many < 2 or not offered:
        return None
    one = offered[lot(f"{key} {look.data.title} in", len(offered))]
    near = [one.pictures + step for step in (0, -many // 4, many // 4, many // 2)]
    choices = sorted({count for count in near if 1 <= count <= many})[:4]
    if one.pictures not in choices or len(choices) < 2:
        choices = sorted({one.pictures, many if one.pictures < many else 1})
    return Question(
        f"In how many of the {many} pictures is a “{one.category.name}”?",
        [str(count) for count in choices],
        choices.index(one.pictures),
        f"In {one.pictures} of {many}, {one.segments} segments in all.",
        ("contents", "numbers", "seen"),
        f"{key} {look.data.title}",
    )


# ---- rare and hard -----------------------------------------------------------------------------------------
def heading(made: Balance, title: str) -> str:
    """Of what a chart is."""
    last = made.first + made.scenes - 1
    return f"{title}, scenes {made.first} to {last}"


def verdict(made: Balance, names: Sequence[str]) -> str:
    """Whether the rare classes are the hard ones, in a sentence."""
    if (rho := made.rank_correlation) is None:
        return "Too few classes have been seen so far."
    known = made.known
    rarest, worst = (
        names[min(known, key=key)] for key in (made.pixels.__getitem__, lambda k: made.iou[k] or 0)
    )
    but = (
        f"the rarest is also the worst, {worst}"
        if rarest == worst
        else f"the rarest is {rarest}, the worst {worst}"
    )
    return f"Rank correlation of share and IoU {rho:.2f}: {but}."


def of_balance(made: Balance, names: Sequence[str], title: str, key: str) -> Said:
    """Share against IoU."""
    rho, known = made.rank_correlation, made.known
    shares, ious = ([values[k] or 0.0 for k in known] for values in (made.shares, made.iou))
    ranks = [[1 + sum(other > one for other in column) for one in column] for column in (shares, ious)]
    steps = sum((a - b) ** 2 for a, b in zip(*ranks, strict=True))
    n = len(known)
    value = 1 - 6 * steps / (n * (n * n - 1))
    listed = "; ".join(f"{names[k]} {a}, {b}" for k, a, b in zip(known, *ranks, strict=True))
    numbers = (
        r"$$\rho = 1 - \frac{6 \sum d^2}{n(n^2-1)} = "
        rf"1 - \frac{{6 \cdot {steps}}}{{{n}\cdot{n * n - 1}}} = {value:.3f}$$"
        f"\n\n**Rank by share, rank by IoU**: {listed}. $d$ is their difference."
    )
    meaning = "rank correlation (Spearman) of a class’s share of pixels with its IoU"
    more = [
        ("Mean IoU", f"{percent(made.mean_iou or 0)} %"),
        ("Rarest", named(names, shares, known)),
        ("Worst", named(names, ious, known)),
    ]
    cite = f"our card of {made.network} and our count of the same {made.scenes} scenes"
    reading = Reading("–" if rho is None else f"{rho:.2f}", "", meaning, "result", cite, more)
    return reading, which_is_worse(made, names, title, key), numbers, f"{title}: {verdict(made, names)}"


def named(names: Sequence[str], values: Sequence[float], known: Sequence[int]) -> str:
    """The class of the least value, with it."""
    least = min(range(len(known)), key=values.__getitem__)
    return f"{names[known[least]]}, {percent(values[least])} %"


def which_is_worse(made: Balance, names: Sequence[str], title: str, key: str) -> Question:
    """Which of two classes has the lower IoU; the picture draws the pair."""
    pairs = list(combinations(made.known, 2))
    first, second = pairs[lot(f"{key} pair", len(pairs))]
    if lot(f"{key} order", 2):
        first, second = second, first
    values = [made.iou[k] or 0.0 for k in (first, second)]
    told = [f"{names[k]} ({percent(made.shares[k])} % of the pixels)" for k in (first, second)]
    said = " and ".join(
        f"{names[k]} {percent(value)} %" for k, value in zip((first, second), values, strict=True)
    )
    return Question(
        f"Which has the lower IoU: {told[0]} or {told[1]}?",
        [names[first], names[second]],
        int(values[1] < values[0]),
        f"IoU of {said}.",
        ("balance", "measured", "reading", "numbers", "seen"),
        f"{key} {made.network}",
    )
