"""A picture of 22 × 12 pixels, made by hand, in which every rule of panoptic quality is met once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecture_models.ops.panoptic_quality import QualityTrace, trace_panoptic_quality
from lecture_models.segments import Segments

CLASSES = {"g": "grass", "r": "road", "a": "ball", "b": "ball", "p": "person", "t": "person", "c": "person"}
"""The class of each letter: one letter a segment. A dot is void."""
THINGS = ("ball", "person")
CROWD = "c"

TRUTH = """
gggggggggggggggccccccc
gggaaagggggggggccccccc
gggaaagggggggggccccccc
gggaaagggggggggccccccc
gggaaabbbbgggggccccccc
ggggggbbbbgggggggggggg
ggggggbbbbggggpppggttg
ggggggbbbbggggpppggttg
ggggggggggggggpppggttg
rrrrrrrrrrrrrrpppr....
rrrrrrrrrrrrrrrrrr....
rrrrrrrrrrrrrrrrrr....
"""
PREDICTION = """
gggggggggggggggpppqqqg
ggggaaagggggggggpppqqg
ggggaaagggxxgggpppqqqg
ggggaaagggxxgggpppqqqg
ggggaaabbbgggggggggggg
ggggggbbbbgggggggggggg
ggggggbbbbgggg...ggttg
ggggggbbbbgggg...ggttg
gggggggggggggg...ggttg
rrrrrrrrrrrrrr...r.ddd
rrrr....rrrrrrrrrr.ddd
rrrr....rrrrrrrrrrrrrr
"""
PREDICTED = {"g": "grass", "r": "road"} | dict.fromkeys("abxd", "ball") | dict.fromkeys("pqt", "person")


@dataclass(frozen=True)
class Case:
    """Truth, prediction, the true segments that are crowds, and what the rules make of them."""

    truth: Segments
    prediction: Segments
    crowds: tuple[int, ...]

    @property
    def quality(self) -> QualityTrace:
        """Under panopticapi's rules."""
        return trace_panoptic_quality(self.prediction, self.truth, self.crowds)


def case() -> Case:
    """The picture made by hand.

    >>> made = case()
    >>> made.truth.map.shape, len(made.quality.excused)
    ((12, 22), 3)
    """
    truth = read(TRUTH, CLASSES)
    crowd = 1 + list(CLASSES).index(CROWD)
    return Case(truth, read(PREDICTION, PREDICTED), (crowd,))


def read(text: str, classes: dict[str, str]) -> Segments:
    """Segments from letters, numbered in the order of ``classes``; a letter that does not occur keeps its number."""
    numbers = {".": 0} | {letter: k for k, letter in enumerate(classes, start=1)}
    rows = [[numbers[letter] for letter in line] for line in text.split()]
    names = tuple(classes.values())
    return Segments(np.array(rows, np.int32), names, tuple(name in THINGS for name in names))


def lenient(made: Case) -> float:
    """PQ of the case as torchmetrics has it: no crowds, and pixels that the prediction leaves open count nowhere."""
    import torch
    from torchmetrics.detection import PanopticQuality

    names = ("grass", "road", "ball", "person")
    maps = []
    for one in (made.prediction, made.truth):
        labels = np.array([len(names), *(names.index(name) for name in one.names)])[one.map]
        maps.append(torch.from_numpy(np.stack([labels, one.map], -1).astype(np.int64))[None])
    return float(PanopticQuality(things={2, 3}, stuffs={0, 1}, allow_unknown_preds_category=True)(*maps))
