"""What a U-Net loses near boundaries and inside without a level's map, or with a blurred one: on one scene, on many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from lecture_models import pictures
from lecture_models.cache import KEPT, soon
from lecture_models.evaluation.bands import Banded, measure_bands
from lecture_models.scenes import CLASSES
from lecture_models.studies.unet import LEVELS, look, looked, operate_on, operated, seen

ALL_BLUR = 8  # pixels, of the table over all levels
TABLE = [
    (f"{kind}{k}", act) for kind in ("skip", "up") for k in range(1, LEVELS + 1) for act in ("zero", "blur")
]
"""Parts and acts of the table over all levels."""
WHOLE = ("", "keep")


def all_levels(key: str) -> Mapping[tuple[str, str], np.ndarray] | None:
    """Predictions for each part and act of ``TABLE``; None while the background computes them. Kept."""
    made = looked(key)
    whole = len(TABLE) * made.labels.nbytes
    return soon(
        ("unet levels", made.picture.key),
        lambda: {pair: operated(key, *pair, ALL_BLUR).labels for pair in TABLE},
        lambda _: whole,
    )


def bands_of_all(key: str, width: int) -> Mapping[tuple[str, str], Banded] | None:
    """Band and interior of each prediction of :func:`all_levels` for a scene; None while they are computed. Kept."""
    made, found = looked(key), all_levels(key)
    if found is None or made.truth is None:
        return None
    true = made.truth
    return KEPT.get(
        ("unet losses", made.picture.key, width),
        lambda: {pair: measure_bands(labels, true, width, len(CLASSES)) for pair, labels in found.items()},
        lambda kept: sum(one.nbytes for one in kept.values()),
    )


def over_scenes(key: str, width: int, many: int) -> Iterator[tuple[int, dict[tuple[str, str], Banded]]]:
    """Band and interior of each part and act of ``TABLE``, and of ``WHOLE``, added over the scenes after one.

    Yields the number of scenes so far and the sums; nothing of these scenes is kept.

    Raises:
        ValueError: the key is a photograph's, of which nobody knows the truth.
    """
    if not key.startswith("scene:"):
        raise ValueError("This needs scenes, since it needs a truth; got a photograph. Choose a scene.")
    total: dict[tuple[str, str], Banded] = {}
    for done in range(1, many + 1):
        following = pictures.following(key)
        if following is None and not total:
            raise ValueError(
                f"This measures the scenes after {key}, and there are none. Choose an earlier scene."
            )
        if following is None:
            return
        key = following
        made = look(shown := pictures.resolve(key), seen(shown.image))
        labels = {WHOLE: made.labels}
        labels |= {pair: operate_on(made, *pair, ALL_BLUR, 0).labels for pair in TABLE}
        for pair, prediction in labels.items():
            one = measure_bands(prediction, shown.scene.semantic, width, len(CLASSES))  # type: ignore[union-attr]
            total[pair] = total[pair] + one if pair in total else one
        yield done, dict(total)
