"""A drive through a scene, frame by frame through the network: which thing is the same, and what is known of it.

Things are linked from frame to frame by the IoU of their masks alone, as they lie in the picture. Trackers of the field
predict where a thing will be first; here one sees what that is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture_models import pictures, segments, zoo
from lecture_models.cache import soon
from lecture_models.scenes import CLASSES, STUFF, Scene
from lecture_models.scenes.drive import drive
from lecture_models.segments import Segments
from lecture_models.studies import panoptic

FRAMES = 8
PACES = (0.1, 0.2, 0.4)
"""Metres from one frame to the next: at 10 metres a second 100, 50 and 25 frames a second."""
SAME = 0.5
SPECK = 16  # pixels that a thing shares with a region of the semantic map before it counts as in it
BELOW = 3  # pixels below a thing in which it is looked up what it stands on
SPAN = 4  # frames over which a thing's growth is measured, or fewer where it is not seen as long
GROWS = 1.004  # of a thing's side from one frame to the next, from which it is said to come nearer


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame: the picture, the merged map, the semantic branch's map, and of each segment what is true.

    Args:
        image: uint8 [H, W, 3].
        said: the merged map's segments.
        semantic: uint8 [H, W], the semantic branch's classes.
        items: for each segment the index of the true thing that it matches, -1 for none.
        depths: for each segment the median of its pixels' true depth, metres.
        way: metres that the camera has driven.
    """

    image: np.ndarray
    said: Segments
    semantic: np.ndarray
    items: tuple[int, ...]
    depths: tuple[float, ...]
    way: float

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self.image.nbytes + self.said.map.nbytes + self.semantic.nbytes


@dataclass(frozen=True)
class Known:
    """What is known of one thing in a frame.

    Args:
        segment: its number in the frame's map.
        track: its number through the drive.
        name: its class.
        ground: the stuff that it stands on; "" where nothing is below it.
        growth: side now over side a frame before, over some frames; None where it is new or cut by the picture's edge.
        frames: frames until the camera is there, if both go on as they do; None where it does not come nearer.
        together: things that share its connected region in the semantic branch's map, itself included.
        depth: true distance along the camera's axis, metres.
    """

    segment: int
    track: int
    name: str
    ground: str
    growth: float | None
    frames: float | None
    together: int
    depth: float


@dataclass(frozen=True, eq=False)
class Driven:
    """A drive whose things are linked.

    Args:
        frames: in order.
        pace: metres from one to the next.
        same: a segment is the same as before where the IoU is larger than this.
        tracks: for each frame, for each segment its track, from 1; 0 for stuff.
        known: what is known of each frame's things.
    """

    frames: tuple[Frame, ...]
    pace: float
    same: float
    tracks: tuple[tuple[int, ...], ...]
    known: tuple[tuple[Known, ...], ...]

    @property
    def lives(self) -> dict[int, set[int]]:
        """The tracks that each true thing has had, by its index, of those that were seen in two frames or more."""
        found: dict[int, list[int]] = {}
        for frame, tracks in zip(self.frames, self.tracks, strict=True):
            for item, track in zip(frame.items, tracks, strict=True):
                if item >= 0 and track:
                    found.setdefault(item, []).append(track)
        return {item: set(tracks) for item, tracks in found.items() if len(tracks) > 1}

    @property
    def kept(self) -> int:
        """True things that have one colour wherever they are found."""
        return sum(len(tracks) == 1 for tracks in self.lives.values())


def driven(key: str, pace: float = 0.1, same: float = SAME) -> Driven | None:
    """A scene's drive; None of a photograph, and in a hurry while the frames are computed in the background.

    Args:
        key: of the scene.
        pace: metres from one frame to the next, one of ``PACES``.
        same: the least IoU of a thing with itself a frame before, 0.1 to 0.9.
    """
    if not key.startswith("scene:"):
        return None
    key = pictures.scene_key(*pictures.parse_scene(key))
    found = soon(
        ("drive", key, pace), lambda: _frames(key, pace), size=lambda all_: sum(f.nbytes for f in all_)
    )
    return None if found is None else linked(found, pace, same)


def _frames(key: str, pace: float) -> tuple[Frame, ...]:
    seed, settings = pictures.parse_scene(key)
    scenes = drive(seed, settings, FRAMES, pace)
    return tuple(_frame(scene) for scene in scenes)


def _frame(scene: Scene) -> Frame:
    shown = pictures.Picture("drive", "drive", scene.image, scene)
    made = panoptic.judged(shown, zoo.trace(panoptic.NETWORK, scene.image), panoptic.USUAL)
    assert made.truth is not None
    assert made.network.semantic_labels is not None
    matched = segments.match(made.prediction, made.truth)[1:] - 1 - len(STUFF)
    items = tuple(scene.things[k].item if k >= 0 else -1 for k in matched.tolist())
    depth = scene.depth
    depths = tuple(float(np.median(depth[made.merged.segment == k])) for k in range(1, len(items) + 1))
    said = Segments(made.merged.segment.astype(np.uint8), made.prediction.names, made.prediction.things)
    way = float(np.hypot(scene.camera.x, scene.camera.z))
    return Frame(scene.image, said, made.network.semantic_labels, items, depths, way)


def linked(frames: Sequence[Frame], pace: float, same: float) -> Driven:
    """Tracks through the frames: a thing is what it overlaps most in the frame before, if the IoU is large enough."""
    tracks: list[tuple[int, ...]] = []
    known: list[tuple[Known, ...]] = []
    sides: list[dict[int, float]] = []  # of each frame's whole things, by track
    newest = 0
    for index, frame in enumerate(frames):
        links = link(frames[index - 1].said, frame.said, same) if index else {}
        row = []
        for number, thing in enumerate(frame.said.things, start=1):
            newest += thing and number not in links
            row.append(0 if not thing else tracks[-1][links[number] - 1] if number in links else newest)
        tracks.append(tuple(row))
        sides.append(_sides(frame.said, row))
        known.append(_known(frame, row, sides))
    return Driven(tuple(frames), pace, same, tuple(tracks), tuple(known))


def _sides(said: Segments, tracks: Sequence[int]) -> dict[int, float]:
    """The square root of the area of each thing that the picture's edge does not cut."""
    masks = {track: said.map == number for number, track in enumerate(tracks, start=1) if track}
    return {track: float(np.sqrt(mask.sum())) for track, mask in masks.items() if not _cut(mask)}


def link(before: Segments, now: Segments, same: float) -> dict[int, int]:
    """For each thing of a map the thing of the map before that it is: numbers, the best IoU first, each once.

    >>> one = Segments(np.array([[1, 1, 1, 0]]), ("ball",), (True,))
    >>> link(one, Segments(np.array([[0, 1, 1, 1]]), ("ball",), (True,)), 0.4)
    {1: 1}
    """
    shared = segments.overlaps(before, now)
    union = shared.sum(1, keepdims=True) + shared.sum(0) - shared
    iou = shared / np.maximum(union, 1)
    found: dict[int, int] = {}
    order = np.dstack(np.unravel_index(np.argsort(-iou, axis=None), iou.shape))[0].tolist()
    for old, new in order:
        if iou[old, new] <= same:
            break
        both = old and new and before.things[old - 1] and now.things[new - 1]
        if (
            both
            and before.names[old - 1] == now.names[new - 1]
            and new not in found
            and old not in found.values()
        ):
            found[new] = old
    return found


def _known(frame: Frame, tracks: Sequence[int], sides: Sequence[dict[int, float]]) -> tuple[Known, ...]:
    """What is known of a frame's things."""
    regions = _regions(frame.semantic)
    found = []
    for number, (name, track) in enumerate(zip(frame.said.names, tracks, strict=True), start=1):
        if not track:
            continue
        mask = frame.said.map == number
        growth = grown(track, sides)
        found.append(
            Known(
                segment=number,
                track=track,
                name=name,
                ground=stands_on(frame.said, mask),
                growth=growth,
                frames=1 / (growth - 1) if growth is not None and growth >= GROWS else None,
                together=_together(frame.said, mask, regions),
                depth=frame.depths[number - 1],
            )
        )
    return tuple(found)


def grown(track: int, sides: Sequence[dict[int, float]]) -> float | None:
    """A thing's growth a frame, over the last frames in which it is whole; None where that is fewer than two.

    >>> grown(7, [{}, {7: 10.0}, {7: 11.0}, {7: 12.1}])
    1.1
    """
    span = 0
    while span < min(SPAN, len(sides) - 1) and track in sides[-2 - span]:
        span += 1
    if not span or track not in sides[-1]:
        return None
    return float(round((sides[-1][track] / sides[-1 - span][track]) ** (1 / span), 6))


def _cut(mask: np.ndarray) -> bool:
    """Whether a mask touches the picture's edge, so that its size says nothing."""
    return bool(mask[[0, -1]].any() or mask[:, [0, -1]].any())


def stands_on(said: Segments, mask: np.ndarray) -> str:
    """The commonest class of stuff in the pixels right below a mask's lowest ones; "" where there is none.

    >>> said = Segments(np.array([[1, 1], [2, 1], [3, 3]]), ("sky", "ball", "road"), (False, True, False))
    >>> stands_on(said, said.map == 2)
    'road'
    """
    rows, columns = np.nonzero(mask)
    low = rows >= rows.max() - BELOW
    counts = np.zeros(len(said.names) + 1, int)
    for step in range(1, BELOW + 1):
        down = rows[low] + step
        inside = down < mask.shape[0]
        np.add.at(counts, said.map[down[inside], columns[low][inside]], 1)
    counts[0] = 0
    counts[1:][np.array(said.things, bool)] = 0
    return said.names[int(counts.argmax()) - 1] if counts.any() else ""


def _regions(semantic: np.ndarray) -> np.ndarray:
    """Connected regions of the things of a semantic map, numbered from 1; 0 is stuff."""
    import cv2

    found, newest = np.zeros(semantic.shape, np.int32), 0
    for label in range(len(STUFF), len(CLASSES)):
        count, regions = cv2.connectedComponents((semantic == label).astype(np.uint8))
        found = np.where(regions > 0, regions + newest, found)
        newest += count
    return found


def _together(said: Segments, mask: np.ndarray, regions: np.ndarray) -> int:
    """How many things share the region of the semantic map in which most of a mask lies; 1 where it is alone."""
    own = regions[mask]
    own = own[own > 0]
    if not own.size:
        return 1
    region = regions == np.bincount(own).argmax()
    counts = np.bincount(said.map[region], minlength=len(said.names) + 1)[1:]
    return max(int((counts[np.array(said.things, bool)] >= SPECK).sum()), 1)
