"""What the browser gets of a merge, of a map to paint on, of the pyramid and of a drive: maps without loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from demos.figures import encode, style
from demos.panoptic.panels import color

if TYPE_CHECKING:
    from lecture_models.ops.panoptic_quality import QualityTrace
    from lecture_models.segments import Segments
    from lecture_models.studies.panoptic import Merged
    from lecture_models.studies.panoptic_case import Case
    from lecture_models.studies.panoptic_drive import Driven

FRAME_QUALITY = 82  # of a drive's pictures as JPEG


# ---- the merge -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OnTrial:
    """An instance on trial: its place in ``masks``, who it is, what is known of it, and the verdict."""

    mask: int
    title: str
    color: str
    score: float
    area: int
    taken: int
    verdict: str


@dataclass(frozen=True)
class Fill:
    """A class of stuff: its number in the map, its name and colour, the pixels left for it, and whether it stays."""

    label: int
    name: str
    color: str
    area: int
    stays: bool


@dataclass(frozen=True)
class Trial:
    """A merge to be played: masks as packed bits [D, bytes], the map of stuff, the cases in order, the thresholds."""

    picture: str
    size: tuple[int, int]
    masks: Mapping[str, Any]
    stuff: Mapping[str, Any]
    cases: Sequence[OnTrial]
    fills: Sequence[Fill]
    confidence: float
    overlap: float
    stuff_area: int
    void: str
    about: str
    message: str


def trial(made: Merged, message: str) -> Trial:
    """The board of the merge."""
    size = made.merged.segment.shape
    bits = np.packbits(made.masks.reshape(len(made.masks), -1), axis=1)
    bits = bits if len(bits) else np.zeros((1, 1), np.uint8)
    cases = [
        OnTrial(one.detection, made.title(one), color(made, one), one.score, one.area, one.taken, one.verdict)
        for one in made.trial.candidates
    ]
    names = made.semantic.names
    fills = [
        Fill(one.label, names[one.label], style.class_color(names[one.label]), one.area, one.segment > 0)
        for one in made.trial.fills
        if one.area
    ]
    return Trial(
        picture=encode.jpeg_uri(made.picture.image),
        size=(size[0], size[1]),
        masks=encode.pack_indices(bits),
        stuff=encode.pack_indices(made.stuff),
        cases=cases,
        fills=fills,
        confidence=made.rule.confidence,
        overlap=made.rule.overlap,
        stuff_area=made.rule.stuff_area,
        void=style.VOID_COLOR,
        about=made.picture.key,
        message=message,
    )


# ---- quality ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Name:
    """A segment: its class, what it is called, its colour."""

    label: str
    title: str
    color: str


@dataclass(frozen=True)
class Checked:
    """What Python says of the maps as they are at first."""

    pq: float | None
    sq: float | None
    rq: float | None
    miou: float | None


@dataclass(frozen=True)
class Painting:
    """A truth and a prediction to paint on: packed numbers of segments, 0 for void, and who they are.

    ``about`` names what the maps depend on: while it stays, so does what was painted.
    """

    picture: str
    size: tuple[int, int]
    truth: Mapping[str, Any]
    said: Mapping[str, Any]
    true: Sequence[Name]
    predicted: Sequence[Name]
    crowds: Sequence[int]
    classes: Sequence[Name]
    things: Sequence[str]
    checked: Checked
    threshold: float
    about: str
    title: str
    message: str


def painting(made: Merged, miou: float | None, threshold: float, message: str) -> Painting:
    """The board of PQ on a scene."""
    assert made.truth is not None
    assert made.quality is not None
    true = [made.true(k) for k in range(1, len(made.truth) + 1)]
    said = [made.said(k) for k in range(1, len(made.prediction) + 1)]
    rule = ",".join(map(str, made.rule))
    shared = {"crowds": [], "threshold": threshold, "message": message, "title": made.picture.title}
    return _painting(
        made.truth,
        made.prediction,
        (true, said),
        made.quality,
        miou,
        picture=encode.jpeg_uri(made.picture.image),
        about=f"{made.picture.key} {rule}",
        **shared,
    )


def by_hand(case: Case, miou: float | None, threshold: float, message: str) -> Painting:
    """The same of the picture that was made by hand."""
    true, said = (numbered(one) for one in (case.truth, case.prediction))
    true = [f"crowd of {t.split()[0]}s" if k in case.crowds else t for k, t in enumerate(true, start=1)]
    shared = {"crowds": case.crowds, "threshold": threshold, "message": message}
    shared |= {"title": "a picture made by hand", "picture": "", "about": "by hand"}
    return _painting(case.truth, case.prediction, (true, said), case.quality, miou, **shared)


def numbered(one: Segments) -> list[str]:
    """Segments as titles: class, and for things a number within it."""
    seen: dict[str, int] = {}
    titles = []
    for name, thing in zip(one.names, one.things, strict=True):
        seen[name] = seen.get(name, 0) + 1
        titles.append(f"{name} {seen[name]}" if thing else name)
    return titles


def _painting(
    truth: Segments,
    said: Segments,
    titles: tuple[Sequence[str], Sequence[str]],
    quality: QualityTrace,
    miou: float | None,
    **fields: Any,
) -> Painting:
    height, width = truth.map.shape
    classes = list(dict.fromkeys([*truth.names, *said.names]))
    things = [name for name in classes if name in quality.things]
    return Painting(
        size=(height, width),
        truth=encode.pack_indices(truth.map),
        said=encode.pack_indices(said.map),
        true=named(truth, titles[0]),
        predicted=named(said, titles[1]),
        classes=[Name(name, name, style.class_color(name)) for name in classes],
        things=things,
        checked=Checked(quality.pq, quality.mean("sq"), quality.mean("rq"), miou),
        **fields,
    )


def named(one: Segments, titles: Sequence[str]) -> list[Name]:
    """Segments with titles and colours: a thing's by its number."""
    found = []
    for name, thing, title in zip(one.names, one.things, titles, strict=True):
        number = int(title.split()[-1]) - 1 if thing and title.split()[-1].isdigit() else 0
        found.append(
            Name(name, title, style.instance_color(name, number) if thing else style.class_color(name))
        )
    return found


# ---- the drive -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Thing:
    """A thing in a frame as the table has it."""

    segment: int
    track: int
    name: str
    color: str
    ground: str
    growth: float | None
    frames: float | None
    true_frames: float
    together: int


@dataclass(frozen=True)
class Frame:
    """A frame: picture, packed segments, a colour for each segment, its things, metres driven."""

    picture: str
    said: Mapping[str, Any]
    colors: Sequence[str]
    things: Sequence[Thing]
    way: float


@dataclass(frozen=True)
class Drive:
    """A drive; while it is being computed no frames but the picture itself."""

    picture: str
    size: tuple[int, int]
    frames: Sequence[Frame]
    same: float
    pace: float
    coming: bool
    message: str


def drive(image: np.ndarray, made: Driven | None, settings: tuple[float, float], message: str) -> Drive:
    """The board of the drive; ``settings`` are pace and IoU."""
    frames = [] if made is None else [_frame(made, k) for k in range(len(made.frames))]
    size = (image.shape[0], image.shape[1])
    pace, same = settings
    coming = made is None and not message
    return Drive(encode.jpeg_uri(image), size, frames, same, pace, coming, message)


def _frame(made: Driven, index: int) -> Frame:
    frame, tracks = made.frames[index], made.tracks[index]
    colors = [
        style.number_color(track) if track else style.class_color(name)
        for track, name in zip(tracks, frame.said.names, strict=True)
    ]
    things = [
        Thing(
            one.segment,
            one.track,
            one.name,
            style.number_color(one.track),
            one.ground,
            one.growth,
            one.frames,
            one.depth / made.pace,
            one.together,
        )
        for one in made.known[index]
    ]
    packed = encode.pack_indices(frame.said.map)
    return Frame(encode.jpeg_uri(frame.image, FRAME_QUALITY), packed, colors, things, frame.way)
