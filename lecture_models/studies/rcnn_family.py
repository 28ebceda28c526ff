"""One picture through the R-CNN family: its ledgers, its filters stage by stage, and the way back from a pixel.

Each function runs what one view of the lesson needs, under the network's lock. torch is imported inside the
functions, so that the page is up before it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from lecture_models import pictures, zoo
from lecture_models.cache import KEPT
from lecture_models.classes import in_our_words

if TYPE_CHECKING:
    import numpy as np

    from lecture_models.autopsy.chain import Autopsy
    from lecture_models.nets.rcnn_trace import RCNNTrace
    from lecture_models.rcnn.fates import FatesTrace
    from lecture_models.rcnn.ledgers import Ledger
    from lecture_models.rcnn.record import RCNNRecord
    from lecture_models.rcnn.selective_search import Search
    from lecture_models.rcnn.single_fates import Missed, PlaceFates
    from lecture_models.rcnn.stages import StagesTrace

SHOWN_SCORE = 0.5  # least score of a detection that a ledger draws and counts

Point = tuple[float, ...]
Things = list[tuple[tuple[float, ...], str, int]]
"""True things: box xyxy in picture pixels, class name, the network's label."""


@dataclass(frozen=True)
class Books:
    """Ledgers of one picture and, for scenes, which true things each of them found by boxes of ``score`` or more."""

    picture: pictures.Picture
    network: str  # for people
    classes: tuple[str, ...]
    ledgers: tuple[Ledger, ...]
    truths: list[list[tuple[tuple[float, ...], bool]]] | None
    score: float = SHOWN_SCORE
    waiting: bool = False  # Fast R-CNN's ledger will be there once its proposals are


@dataclass(frozen=True)
class Filtered:
    """A picture's anchors through every filter, and what became of each."""

    picture: pictures.Picture
    record: RCNNRecord
    stages: StagesTrace
    fates: FatesTrace
    place: PlaceFates | None
    missed: Missed | None
    things: Things | None


@dataclass(frozen=True)
class Traced:
    """The chain behind one pixel of a mask, or the sentence that says why there is none."""

    picture: pictures.Picture
    trace: RCNNTrace
    made: Autopsy | None
    message: str


def quick(key: str, name: str) -> Books:
    """Fast, Faster and Mask R-CNN on a picture; raises ValueError for a bad key, name or download.

    Fast R-CNN is left out while its proposals are searched in the background, see :func:`lecture_models.cache.soon`.
    """
    from lecture_models.rcnn.ledgers import LIMIT, shared_times
    from lecture_models.rcnn.selective_search import search_soon

    shown = pictures.resolve(key)
    zoo.load(name)  # before a GPU is asked for: a download needs none
    # first the networks, which are timed: the search would be in their way
    ledgers = KEPT.get(("ledgers", name, shown.key), lambda: _own(name, shown.image), sum_of_bytes)
    found = search_soon(shown.image, LIMIT)
    if found is not None:
        kept = ("fast ledger", name, shown.key)
        fast = KEPT.get(kept, lambda: _fast(name, shown.image, found), sum_of_bytes)
        ledgers = fast + ledgers
    return replace(books(shown, name, shared_times(ledgers)), waiting=found is None)


def sum_of_bytes(ledgers: tuple[Ledger, ...]) -> int:
    """Memory of some ledgers' arrays, in bytes."""
    return sum(ledger.nbytes for ledger in ledgers)


@zoo.gpu
def _own(name: str, image: np.ndarray) -> tuple[Ledger, ...]:
    from lecture_models.rcnn.ledgers import own_ledgers

    with zoo.using(name) as network:
        return own_ledgers(network, image)


@zoo.gpu
def _fast(name: str, image: np.ndarray, found: Search) -> tuple[Ledger, ...]:
    from lecture_models.rcnn.ledgers import fast_ledger

    with zoo.using(name) as network:
        return (fast_ledger(network, image, found),)


def slow(key: str, name: str) -> Iterator[Books]:
    """Slow R-CNN on a picture, chunk by chunk; closing the iterator stops it."""
    shown = pictures.resolve(key)
    zoo.load(name)
    run = _crops(name, shown.image)
    try:
        for ledger in run:
            yield books(shown, name, (ledger,))
    finally:
        run.close()


@zoo.gpu(duration=120)
def _crops(name: str, image: np.ndarray) -> Generator[Ledger, None, None]:
    from lecture_models.rcnn.slow import slow_ledger

    yield from slow_ledger(zoo.load(name), image, turn=partial(zoo.using, name))


def books(shown: pictures.Picture, name: str, ledgers: tuple[Ledger, ...]) -> Books:
    """Ledgers beside the truth."""
    import torch

    from lecture_models.rcnn.ledgers import things_found

    classes = zoo.card(name).classes
    things = true_things(shown, classes)
    if things is None:
        return Books(shown, zoo.title(name), classes, ledgers, None)
    boxes = torch.tensor([box for box, _, _ in things]).reshape(-1, 4)
    labels = torch.tensor([label for _, _, label in things], dtype=torch.int64)
    found = [things_found(ledger, boxes, labels, SHOWN_SCORE) for ledger in ledgers]
    truths = [[(box, hit) for (box, _, _), hit in zip(things, hits, strict=True)] for hits in found]
    return Books(shown, zoo.title(name), classes, ledgers, truths)


def true_things(shown: pictures.Picture, classes: tuple[str, ...]) -> Things | None:
    """A scene's things whose class the network knows; None for a photograph."""
    if shown.scene is None:
        return None
    labels = {name: label for label, name in enumerate(in_our_words(classes))}
    known = [thing for thing in shown.scene.things if thing.name in labels]
    return [(tuple(map(float, thing.box)), thing.name, labels[thing.name]) for thing in known]


def stages(key: str, name: str, settings: dict[str, Any], place: Point = ()) -> Filtered:
    """The filters of a detector on a picture, from its recorded raw outputs.

    Args:
        key: of the picture.
        name: of a detection network.
        settings: of :class:`~lecture_models.rcnn.stages.StageSettings`.
        place: (x, y) whose fates are told, or empty.

    Raises:
        ValueError: a bad key, name, setting or download.
    """
    from lecture_models.rcnn.fates import trace_fates
    from lecture_models.rcnn.single_fates import fate_of_missed, fates_at

    shown = pictures.resolve(key)
    record = zoo.record(name, shown.image)
    traced = _filtered(name, record, settings)
    fates = trace_fates(record, traced)
    things = true_things(shown, record.classes)
    missed = None
    if things is not None:
        boxes, labels = [box for box, _, _ in things], [label for _, _, label in things]
        missed = fate_of_missed(record, traced, fates, boxes, labels)
    here = fates_at((place[0], place[1]), record, traced, fates) if place else None
    return Filtered(shown, record, traced, fates, here, missed, things)


@zoo.gpu
def _filtered(name: str, record: RCNNRecord, settings: dict[str, Any]) -> StagesTrace:
    from lecture_models.rcnn.stages import StageSettings, trace_stages

    with zoo.using(name) as network:
        return trace_stages(network, record, StageSettings(**settings))


def autopsy(key: str, name: str, pixel: Point = ()) -> Traced:
    """The chain behind a pixel of a mask; an empty pixel takes the middle of the best detection's mask."""
    from lecture_models.autopsy.chain import no_masks

    shown = pictures.resolve(key)
    trace = zoo.trace(name, shown.image)
    place = (pixel[0], pixel[1]) if pixel else usual_pixel(trace)
    if place is None:
        return Traced(shown, trace, None, no_masks(trace))
    try:
        return Traced(shown, trace, _chain(name, trace, place), "")
    except ValueError as error:
        return Traced(shown, trace, None, str(error))


@zoo.gpu
def _chain(name: str, trace: RCNNTrace, pixel: tuple[float, float]) -> Autopsy:
    from lecture_models.autopsy.chain import autopsy as follow

    with zoo.using(name) as network:
        return follow(network, trace, pixel)


def usual_pixel(trace: RCNNTrace) -> tuple[float, float] | None:
    """The pixel of the best detection's mask that lies deepest inside it; None where there is no mask.

    A best mask that covers no pixel leaves the one of its largest probability.
    """
    import cv2
    import numpy as np

    if not len(trace.mask_cells):
        return None
    probs = trace.mask(0).numpy()
    inside = (probs >= 0.5).astype(np.uint8)
    depth = cv2.distanceTransform(np.pad(inside, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    best = depth if inside.any() else probs
    y, x = divmod(int(best.argmax()), best.shape[1])
    return float(x), float(y)


def arrays(made: Books | Filtered | Traced) -> dict[str, Any]:
    """The numbers of a view as arrays: what "Save the data" writes."""
    if isinstance(made, Books):
        return {
            f"{ledger.name.split()[0].lower()}_{key}": value
            for ledger in made.ledgers
            for key, value in _ledger_arrays(ledger).items()
        }
    if isinstance(made, Filtered):
        kept = {
            "anchors": made.record.anchors,
            "objectness": made.record.objectness,
            "deltas": made.record.deltas,
        }
        fates = made.fates
        ends = {"fate": fates.fate, "last_box": fates.boxes, "suppressor": fates.suppressor}
        found = {"boxes": made.stages.boxes, "labels": made.stages.labels, "scores": made.stages.scores}
        return {name: value.numpy() for name, value in {**kept, **ends, **found}.items()}
    saved: dict[str, Any] = {"mask_cells": made.trace.mask_cells.numpy(), "boxes": made.trace.boxes.numpy()}
    if made.made is not None:
        chain = made.made
        saved |= {"crop": chain.align.crop, "features": chain.align.features, "shares": chain.align.shares}
        saved |= {"pixel": chain.pixel, "value": chain.paste.value, "logit": chain.logit.value}
    return saved


def _ledger_arrays(ledger: Ledger) -> dict[str, Any]:
    found = {
        "proposals": ledger.proposals,
        "boxes": ledger.boxes,
        "labels": ledger.labels,
        "scores": ledger.scores,
    }
    stages = {
        "stages": [stage.name for stage in ledger.stages],
        "macs": [stage.macs for stage in ledger.stages],
        "ms": [stage.ms for stage in ledger.stages],
    }
    return {**{name: value.numpy() for name, value in found.items()}, **stages, "passes": ledger.passes}
