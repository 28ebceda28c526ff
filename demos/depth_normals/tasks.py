"""What lesson D1 asks to reach: a loss that forgives a wrong scale, and two points that make a map metric."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.studies.depth_normals import Looked, Scaled
    from lecture_models.studies.depth_relative import Related

LEAST_FACTOR = 1.2  # or one divided by it
NOTHING = 1e-6  # a difference of losses that is only rounding
MOST_OFF = 0.2  # median of |Z − Z*| / Z*
KEYS = ("picture", "view", "world", "source", "points")
LOSS = {"picture": "scene:42", "view": "loss", "factor": 1.5}
RELATIVE = {"picture": "scene:42", "view": "relative", "world": "stereo", "source": "network"}
POINTS = {"points": "121,147,35,31"}
LOSS_TEXT = (
    "The whole depth map is wrong by one factor. Choose λ so that the factor costs nothing, "
    f"with a factor of at least {LEAST_FACTOR:g}."
)
RELATIVE_TEXT = (
    "The network’s relative map becomes metres by two points of known depth. Move them until the stereo "
    f"photograph’s depth is off by less than {100 * MOST_OFF:.0f} % in the median."
)
LOSS_PLACE = "This is about “Loss”: choose it under “Look at”."
RELATIVE_PLACE = (
    "This is about “Relative”, with the stereo photograph and the network’s relative map: choose all three."
)


def of(
    compute: Callable[..., Any], scaled: Callable[[Looked, str, float, float], Scaled | None]
) -> tuple[Task, ...]:
    """The lesson's tasks; ``compute`` and ``scaled``, the loss under a factor, are the lesson's own."""

    def free(settings: Mapping[str, Any]) -> Verdict:
        made = compute(settings["picture"], "loss")
        return forgiven(scaled(made, settings["which"], settings["factor"], settings["forgiven"]))

    def metric(settings: Mapping[str, Any]) -> Verdict:
        return placed(compute(**{key: settings[key] for key in KEYS}))

    holds = ("view", "world", "source")
    return (
        Task("free_factor", LOSS_TEXT, free, LOSS | {"forgiven": 1.0}, LOSS, ("view",), LOSS_PLACE),
        Task("two_points", RELATIVE_TEXT, metric, RELATIVE | POINTS, RELATIVE, holds, RELATIVE_PLACE),
    )


def forgiven(made: Scaled | None) -> Verdict:
    """Whether a factor on the whole map leaves the loss as it was."""
    if made is None:
        return Verdict(False, "Nobody has measured this photograph’s depth: choose a scene.")
    if abs(math.log(made.factor)) < math.log(LEAST_FACTOR) - 1e-9:
        least = f"{LEAST_FACTOR:g}, or at most {1 / LEAST_FACTOR:.2f}"
        return Verdict(False, f"A factor of {made.factor:g} leaves little to forgive: take at least {least}.")
    before, after, share = made.before.loss, made.after.loss, made.before.forgiven
    change = (
        f"With λ = {share:g} the factor {made.factor:g} changes the loss from {before:.4f} to {after:.4f}"
    )
    if abs(after - before) > NOTHING:
        return Verdict(False, f"{change}. λ says how much of the mean difference’s square is taken off.")
    if share < 1:  # this factor turns the sign of the mean difference, whose square stays
        leaves = f"With λ = {share:g} the factor {made.factor:g} leaves the loss at {after:.4f}, but others would not"
        return Verdict(False, f"{leaves}. Choose λ so that every factor costs nothing.")
    why = "the mean difference of the logarithms is taken off as a whole, and the factor is only in it"
    return Verdict(True, f"{change}: {why}.")


def placed(made: Related) -> Verdict:
    """Whether the two points make the relative map nearly metric."""
    off, flat, best = (made.residual(one) for one in (made.metric, made.flat, made.at_best))
    if off is None or flat is None or best is None:
        return Verdict(False, made.why or "These two points give no depth: choose others.")
    near, far = sorted(made.depths)
    points = f"Points at {near:.2f} m and {far:.2f} m"
    numbers = (
        f"{points} leave {100 * off:.0f} % in the median" if math.isfinite(off) else f"{points} give no depth"
    )
    others = f"one depth everywhere {100 * flat:.0f} %, least squares {100 * best:.0f} %"
    if off >= MOST_OFF:
        return Verdict(False, f"{numbers}; {others}. The map’s own error at a point spoils all others.")
    return Verdict(True, f"{numbers}; {others}: a scale and a shift made metres of it.")
