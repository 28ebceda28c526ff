"""What lesson D2 says about its run: the large number, the question, the sums, the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.colorization.panels import LOSSES, UNIT
from demos.figures.arithmetic import written
from demos.questions import drawn
from demos.records import Question, Reading, Table

if TYPE_CHECKING:
    from lecture_models.studies.colorization_views import Bins, Chosen, Compared, Pixel

Said = tuple[Reading, str, str]
"""The words of a view: reading, numbers, what was seen."""
METRICS = {
    "colour_error": "colour error, Lab units",
    "chroma": "mean chroma, Lab units",
    "true_chroma": "of the true colours",
    "rare_recall": "rare colours found",
}
CLOSE = 0.5  # Lab units: losses that are nearer to each other than this are not asked about
LEAST = 1e-3  # that is written with four decimals
WRITTEN = 4  # bins of a distribution that are written out
SIGMA = 5.0  # of the soft encoding, as the paper has it


def colour(ab: Sequence[float] | np.ndarray) -> str:
    """A colour as text.

    >>> colour([-10.0, 32.4])
    'a −10, b 32'
    """
    a, b = (written(one, 0) for one in ab)
    return f"a {a}, b {b}"


# ---- one pixel -------------------------------------------------------------------------------------------
def of_pixel(seen: Pixel) -> Said:
    """One pixel, and the picture at T."""
    return pixel_reading(seen), pixel_numbers(seen), pixel_seen(seen)


def strength(seen: Pixel) -> tuple[float, float]:
    """Mean chroma of the colours as they are read, and of the true ones."""
    said, true = (float(np.hypot(one[..., 0], one[..., 1]).mean()) for one in (seen.ab, seen.made.truth))
    return said, true


def pixel_reading(seen: Pixel) -> Reading:
    """Mean chroma of the picture as it is coloured now."""
    at, temperature = seen.at, f"T = {seen.temperature:g}"
    said, true = strength(seen)
    error = float(np.linalg.norm(seen.ab - seen.made.truth, axis=2).mean())
    more = [("of the true colours", f"{true:.1f}"), ("mean distance from them", f"{error:.1f}")]
    if at is not None:
        more += [("the cell’s mode", f"{colour(at.mode)}: {100 * at.probs.max():.0f} %")]
        more += [("mean, T = 1", colour(at.mean)), (f"mean, {temperature}", colour(at.read))]
    more += [("the pixel as it is painted is off by", f"{painted_off(seen):.1f}")]
    how = "by regression" if at is None else f"read at {temperature}"
    return Reading(f"{said:.1f}", UNIT, f"mean chroma of the picture {how}; grey has 0", more=more)


def painted_off(seen: Pixel) -> float:
    """Distance of the pixel's colour in the picture, interpolated between cells, from its true colour."""
    x, y = seen.point
    return float(np.linalg.norm(seen.ab[y, x] - seen.made.truth[y, x]))


def pixel_numbers(seen: Pixel) -> str:
    """The annealed mean of the pixel's cell, bin by bin."""
    (x, y), at, bins = seen.point, seen.at, seen.plane.bins
    if at is None:
        said = f"At pixel ({x}, {y}) the regression says one colour: {colour(seen.ab[y, x])}."
        return f"{said} It has no distribution that could be read otherwise."
    order = np.argsort(-at.annealed, kind="stable")
    rows = [f"| {colour(bins[k])} {_row(at.probs[k], at.annealed[k], bins[k])}" for k in order[:WRITTEN]]
    rest = order[WRITTEN:]
    left = at.annealed[rest].sum(), at.annealed[rest] @ bins[rest]
    mean = left[1] / left[0] if left[0] else np.zeros(2)
    rows.append(f"| {len(rest)} others {_row(at.probs[rest].sum(), left[0], mean)}")
    a, b = (written(one, 2) for one in at.read)
    rows.append(f"| **sum** | 1 | 1 | **{a}** | **{b}** |")
    head = ["| bin | p | p^(1/T), of their sum | times a | times b |", "|---|---|---|---|---|"]
    zero = "at T = 0 the likeliest bin has all" if seen.temperature == 0 else f"T = {seen.temperature:g}"
    painted = (
        f"Between the centres of cells colours are interpolated: the pixel is painted {colour(seen.ab[y, x])}, "
        f"{painted_off(seen):.1f} from its true colour, {colour(seen.made.truth[y, x])}."
    )
    whole = [f"**The cell, 4 × 4 pixels, around ({x}, {y})**; {zero}.", "", *head, *rows, "", painted]
    return "\n".join(whole)


def _row(probability: float, weight: float, ab: np.ndarray) -> str:
    a, b = (written(weight * one, 2) for one in ab)
    return f"| {probability:.4f} | {weight:.4f} | {a} | {b} |"


def pixel_seen(seen: Pixel) -> str:
    """What was seen."""
    said, true = strength(seen)
    if seen.at is None:
        return f"A regression paints a mean: chroma {said:.1f}, where the true colours have {true:.1f}."
    apart = float(np.linalg.norm(seen.at.mode - seen.at.mean))
    how = f"Read at T = {seen.temperature:g} the picture has chroma {said:.1f}, its true colours {true:.1f}."
    return f"{how} At the pixel mode and mean are {apart:.0f} Lab units apart."


# ---- three losses ----------------------------------------------------------------------------------------
def of_compare(found: Compared) -> Said:
    """The three losses."""
    return compare_reading(found), compare_numbers(found), compare_seen(found)


def compare_reading(found: Compared) -> Reading:
    """How much more chroma the rebalanced network has than the regression."""
    chroma = found.chroma
    more = [
        (f"chroma: {LOSSES.get(name, 'true colours').lower()}", f"{one:.1f}") for name, one in chroma.items()
    ]
    more += [(f"distance: {LOSSES[name].lower()}", f"{one:.1f}") for name, one in found.errors.items()]
    gain = written(chroma["rebalanced"] - chroma["regression"], 1, "+")
    return Reading(
        gain, UNIT, "mean chroma of the rebalanced network here, against the regression’s", more=more
    )


def compare_numbers(found: Compared) -> str:
    """Both numbers of each loss."""
    rows = ["| | mean chroma | mean distance from the truth |", "|---|---|---|"]
    rows += [
        f"| {LOSSES[one]} | {found.chroma[one]:.2f} | {error:.2f} |" for one, error in found.errors.items()
    ]
    return "\n".join([*rows, f"| true colours | {found.chroma['truth']:.2f} | 0 |"])


def compare_seen(found: Compared) -> str:
    """What was seen."""
    true = found.chroma["truth"]
    most = min(found.errors, key=lambda one: abs(found.chroma[one] - true))
    least = min(found.errors, key=lambda one: found.errors[one])
    near = f"{LOSSES[most]} comes nearest to the chroma of the true colours"
    far = f"{LOSSES[least].lower()} has the smallest distance from them"
    said = f"{near} ({found.chroma[most]:.1f} of {true:.1f}); {far} ({found.errors[least]:.1f})."
    if found.chroma["classes"] > found.chroma["regression"]:
        return said
    return (
        f"{said} Here classification is no more vivid than regression; over many scenes it is, see the table."
    )


def question(key: str, things: Sequence[tuple[str, Mapping[str, float]]], view: str) -> Question | None:
    """Which loss comes nearest to the true colour of a thing; None where no thing has a clear answer."""
    order = list(LOSSES)
    clear = []
    for name, errors in things:
        first, second = sorted(errors.values())[:2]
        if second - first >= CLOSE:
            clear.append(((name, errors), order.index(min(errors, key=lambda one: errors[one]))))
    if not clear:
        return None
    name, errors = drawn(key, clear)
    answer = order.index(min(errors, key=lambda one: errors[one]))
    why = ", ".join(f"{LOSSES[one].lower()} {errors[one]:.0f}" for one in order)
    text = f"Which loss comes nearest to the true colour of {name}?"
    veils = ["numbers", "seen", "ours"]
    if view == "compare":
        veils = [*(f"compare/{one}" for one in LOSSES.values()), "chroma", "reading", *veils]
    said = f"Mean distance in Lab units, over its pixels: {why}."
    return Question(text, list(LOSSES.values()), answer, said, veils, key)


# ---- another mode ----------------------------------------------------------------------------------------
def of_choose(found: Chosen) -> Said:
    """One region in a chosen colour."""
    return choose_reading(found), choose_numbers(found), choose_seen(found)


def choose_reading(found: Chosen) -> Reading:
    """How likely the chosen colour is."""
    more = [("your colour’s mean distance, over its pixels", f"{found.apart[0]:.0f}")]
    more += [("the network’s", f"{found.apart[1]:.0f}")]
    if found.probs is None:
        return Reading("1", "colour", f"is all that a regression says of {found.name}", more=more)
    what = f"of the distribution over {found.name} lies nearest to the colour that you chose"
    more = [("colours that are offered", str(len(found.modes))), *more]
    return Reading(f"{100 * found.share:.0f}", "%", what, more=more)


def choose_numbers(found: Chosen) -> str:
    """The modes."""
    if found.probs is None:
        return "A regression has no distribution: there is no other colour to choose."
    bins = found.plane.bins
    rows = [f"| {colour(bins[one.bin])} | {100 * one.probability:.1f} % |" for one in found.modes]
    head = f"**The mean distribution over {found.name}**, by the nearest of its modes."
    return "\n".join([head, "", "| mode | share |", "|---|---|", *rows])


def choose_seen(found: Chosen) -> str:
    """What was seen."""
    yours, own = found.apart
    said = f"Your colour is {yours:.0f} Lab units from the truth, the network’s {own:.0f}."
    if found.probs is None:
        return said
    count = len(found.modes)
    many = f"{count} colours of {found.name} are" if count > 1 else f"One colour of {found.name} is"
    return f"{many} plausible; one at most is true. {said}"


# ---- the bins --------------------------------------------------------------------------------------------
def of_bins(found: Bins) -> Said:
    """All bins."""
    return bins_reading(found), bins_numbers(found), bins_seen(found)


def ratio(found: Bins) -> float:
    """The heaviest weight to the lightest."""
    return float(found.weights.max() / found.weights.min())


def bins_reading(found: Bins) -> Reading:
    """How many bins there are, and how unlike their weights."""
    what = "10 units wide hold every colour of 8-bit sRGB; the paper’s published list has 313"
    more = [(f"heaviest weight to lightest, λ = {found.uniform_share:g}", f"{ratio(found):.1f} ×")]
    return Reading(str(len(found.shares)), "bins", what, more=more)


def small(value: float) -> str:
    """A positive number with four decimals, or as a power where they would say nothing.

    >>> small(0.1353), small(2.1e-22)
    ('0.1353', '2.1 · 10^−22')
    """
    if value >= LEAST:
        return f"{value:.4f}"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits} · 10^{int(power)}".replace("-", "−")


def encoding_table(found: Bins) -> Table:
    """The soft encoding of a colour: its nearest bins with their distances and weights."""
    powers = [float(np.exp(-(d**2) / (2 * SIGMA**2))) for _, d, _ in found.encoding]
    rows = [
        (colour(bin_), f"{d:.1f}", small(power), f"{share:.3f}")
        for (bin_, d, share), power in zip(found.encoding, powers, strict=True)
    ]
    caption = (
        f"{colour(found.colour)}: exp(−d² / 2σ²) with σ = {SIGMA:g}, divided by the sum {small(sum(powers))}."
    )
    return Table(("nearest bin", "d", "exp(−d²/2σ²)", "share"), rows, caption)


def bins_numbers(found: Bins) -> str:
    """The commonest and the rarest bins with their weights, and that the mean weight is 1."""
    shares, weights = found.shares, found.weights
    order = np.argsort(-shares, kind="stable")
    rows = [
        f"| {colour(found.plane.bins[k])} | {shares[k]:.6f} | {weights[k]:.3f} |"
        for k in [*order[:3], *order[-3:]]
    ]
    rule = f"w ∝ 1 / ((1 − λ) p̃ + λ / {len(shares)}) with λ = {found.uniform_share:g}; Σ p̃ w = {shares @ weights:.4f}."
    return "\n".join([rule, "", "| bin | p̃ | w |", "|---|---|---|", *rows])


def bins_seen(found: Bins) -> str:
    """What was seen."""
    return f"{len(found.shares)} bins; the rarest weighs up to {ratio(found):.1f} times as much as the commonest."


# ---- tables ------------------------------------------------------------------------------------------------
def results_table(found: Sequence[Mapping[str, Any]]) -> Table | None:
    """The three networks over held-out scenes, from their result files; None where one is missing."""
    if not found:
        return None
    rows = []
    for name, title in METRICS.items():
        values = [float(np.mean([run["metrics"][name] for run in one["runs"]])) for one in found]
        shown = [f"{100 * v:.0f} %" if name == "rare_recall" else f"{v:.1f}" for v in values]
        rows.append((title, *shown))
    run = found[0]["runs"][0]
    share = 100 * run["metrics"]["rare_share"]
    caption = (
        f"Our result files: {run['test']['scenes']} unseen scenes, read at T = 0.38. Rare: the rarest bins of the "
        f"training scenes, here {share:.0f} % of the pixels; found: within 20 Lab units."
    )
    return Table(("", *LOSSES.values()), rows, caption, "result")
