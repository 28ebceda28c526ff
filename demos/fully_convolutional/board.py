"""What the browser draws of a race, of one layer in two forms, and of a ledger of sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demos.figures import encode, style

if TYPE_CHECKING:
    from lecture_models.nets.size_ledger import Layer
    from lecture_models.studies.fully_convolutional import Raced, Sized, Weighed

ROWS = 8  # of a matrix that are shown at a time


@dataclass(frozen=True)
class Windows:
    """The windows that are done: ``labels`` are classes from 1; where no window has been 0, and a difference of NaN.

    ``of`` is what race they belong to.
    """

    of: str
    done: int
    total: int
    macs: int
    ms: float
    labels: Mapping[str, Any]
    differences: Mapping[str, Any]


@dataclass(frozen=True)
class Race:
    """A picture with the scores of one pass, and the windows of the same time.

    ``probs`` are [K, rows, columns]; ``rims`` differences of one crop's maps; ``right`` places of the right class and
    places with a truth, None of photographs.
    """

    of: str
    title: str
    picture: str
    size: tuple[int, int]
    padding: str
    own: int
    stride: int
    zoom: float
    margin: int
    shape: tuple[int, int]
    classes: Sequence[str]
    colors: Sequence[str]
    probs: Mapping[str, Any]
    macs: int
    ms: float
    all_macs: int
    windows: Windows
    rims: Sequence[Mapping[str, Any]]
    right: tuple[int, int] | None
    message: str


def race(made: Raced, scaled: str) -> Race:
    """The board of a race at its start; ``scaled`` says how the picture was scaled for the window, if it was."""
    track, image = made.track, made.picture.image
    return Race(
        of=name(made),
        title=made.picture.title,
        picture=encode.jpeg_uri(image),
        size=(image.shape[0], image.shape[1]),
        padding=track.padding,
        own=track.own,
        stride=track.stride,
        zoom=track.zoom,
        margin=track.margin,
        shape=track.shape,
        classes=made.classes,
        colors=[style.class_color(one) for one in made.classes],
        probs=encode.pack_values(made.probs),
        macs=made.once.macs,
        ms=round(made.once.ms, 2),
        all_macs=made.all_macs,
        windows=windows(made),
        rims=[encode.pack_values(one.numpy()) for one in made.rims],
        right=made.right(),
        message=" ".join(filter(None, (made.message, scaled))),
    )


def name(made: Raced) -> str:
    """What a race is about: its picture and settings."""
    track = made.track
    return f"{made.picture.key} {track.padding} {track.zoom:g} {track.stride}"


def windows(made: Raced) -> Windows:
    """The windows so far: the report of a run."""
    return Windows(
        of=name(made),
        done=made.windows.done,
        total=made.windows.total,
        macs=made.windows.macs,
        ms=round(made.windows.ms, 2),
        labels=encode.pack_indices(made.window_labels() + 1),
        differences=encode.pack_values(made.differences()),
    )


@dataclass(frozen=True)
class Weights:
    """A layer of C channels with k × k kernels on one patch: some rows of its matrix from row ``first`` on.

    ``readings`` are (name, kernel, largest difference, whether it slides).
    """

    picture: str
    size: tuple[int, int]
    patch: Sequence[int]
    point: Sequence[int]
    layer: int
    layers: int
    channels: int
    side: int
    units: int
    first: int
    unit: int
    column: int
    rows: Mapping[str, Any]
    inputs: Mapping[str, Any]
    bias: Sequence[float]
    connected: Sequence[float]
    difference: float
    readings: Sequence[tuple[str, str, float, bool]]
    map_size: tuple[int, int]


def weights(made: Weighed, patch: int) -> Weights:
    """The board of a layer; ``patch`` is the side of the classifier's window."""
    forms, image, (x, y) = made.forms, made.picture.image, made.point
    units = len(forms.matrix)
    first = min(made.unit // ROWS * ROWS, max(units - ROWS, 0))
    some = slice(first, first + ROWS)
    readings = [
        (one.name, " × ".join(map(str, one.kernel)), one.difference, one.slides) for one in forms.readings
    ]
    return Weights(
        picture=encode.jpeg_uri(image),
        size=(image.shape[0], image.shape[1]),
        patch=(x - patch // 2, y - patch // 2, x + patch // 2, y + patch // 2),
        point=made.point,
        layer=forms.number + 1,
        layers=forms.layers,
        channels=forms.channels,
        side=forms.side,
        units=units,
        first=first,
        unit=made.unit,
        column=made.column,
        rows=encode.pack_values(forms.matrix[some].numpy()),
        inputs=encode.pack_values(forms.inputs[None].numpy()),
        bias=forms.bias[some].tolist(),
        connected=forms.connected[some].tolist(),
        difference=forms.difference,
        readings=readings,
        map_size=made.map_size,
    )


@dataclass(frozen=True)
class Sizes:
    """A classifier's layers and the size (height, width) of a picture.

    ``own`` is the side of the pictures that the classifier takes, ``macs`` what one of them costs; ``adaptive`` whether
    torchvision has an adaptive pooling before the linear layers.
    """

    title: str
    picture: str
    image: tuple[int, int]
    size: tuple[int, int]
    least: int
    most: int
    own: int
    macs: int
    layers: Sequence[Layer]
    adaptive: bool


def sizes(made: Sized, least: int, most: int, ours: str) -> Sizes:
    """The board of a ledger of sizes; ``ours`` is the classifier that has no adaptive pooling."""
    image = made.picture.image
    return Sizes(
        title=made.classifier.title,
        picture=encode.jpeg_uri(image),
        image=(image.shape[0], image.shape[1]),
        size=made.size,
        least=least,
        most=most,
        own=made.classifier.own,
        macs=made.classifier.macs,
        layers=made.classifier.layers,
        adaptive=made.classifier.name != ours,
    )
