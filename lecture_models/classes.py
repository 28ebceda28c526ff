"""Names of classes: what COCO's networks call a thing that the scenes have too."""

from __future__ import annotations

from collections.abc import Sequence

SAME_CLASS = {"sports ball": "ball"}
"""COCO's names of classes that the scenes have under another; "person" is called alike."""


def in_our_words(names: Sequence[str]) -> list[str]:
    """A network's class names as the scenes call them; others stay as they are.

    >>> in_our_words(["sports ball", "bicycle"])
    ['ball', 'bicycle']
    """
    return [SAME_CLASS.get(name, name) for name in names]
