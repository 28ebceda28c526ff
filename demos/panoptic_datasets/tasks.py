"""What lesson C3 asks to reach: something that one data set counts and another does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from demos.records import Task, Verdict

if TYPE_CHECKING:
    from lecture_models.label_sets import Label, LabelSet

Related = Callable[["Label", str], "list[tuple[Label, str]]"]
START = {"picture": "scene:42", "view": "labels"}


def of(
    find: Callable[[str], Label], related: Related, sets: Callable[[], Mapping[str, LabelSet]]
) -> tuple[Task, ...]:
    """The lesson's task, with how it finds a label of a text and the labels of a set that are near to one."""

    def counted(settings: Mapping[str, Any]) -> Verdict:
        chosen = find(settings["label"])
        every = sets()
        near = {one.title: related(chosen, key) for key, one in every.items() if key != chosen.set}
        return judge(chosen, every[chosen.set].title, near)

    text = "Choose a label that one set counts as things and another, in just the same meaning, as stuff."
    elsewhere = "This is about “Label sets”: choose it under “Look at”."
    answer = START | {"label": "cityscapes:traffic light"}
    return (Task("thing_or_stuff", text, counted, answer, START, ("view",), elsewhere),)


def judge(chosen: Label, title: str, near: Mapping[str, list[tuple[Label, str]]]) -> Verdict:
    """Whether a set has the same meaning as the other kind; ``near`` are sets' titles with their nearest labels."""
    same = [(name, one) for name, found in near.items() for one, how in found if how == "exact"]
    other = [(name, one) for name, one in same if one.thing != chosen.thing]
    mine = f"{title}’s “{chosen.name}” is {kind(chosen)}"
    if other:
        name, one = other[0]
        told = f"{mine}, {name}’s “{one.name}” {kind(one)}"
        return Verdict(True, f"{told}: what is counted is a decision of the data set, not of the picture.")
    if same:
        told = ", ".join(f"{name}’s “{one.name}”" for name, one in same)
        return Verdict(False, f"{mine}, and so is {told}. Look for what stands in a street in numbers.")
    return Verdict(False, f"{mine}, and no other set has a label of just this meaning. Choose another.")


def kind(label: Label) -> str:
    """What a label is."""
    return "things" if label.thing else "stuff"
