"""The pictures that lessons work on, each by a short text key.

    scene:42                            a procedural scene, by its seed
    scene:42?things=9&crowding=0.5      settings that differ from the defaults
    sample:astronaut                    a photograph that scikit-image brings along
    upload:9f86d081884c7d65             a visitor's picture, by a hash of its content, kept for an hour
    upload:9f86d081884c7d65?values=0,4095   the same, of whose values these are shown as black and white

A key is all that travels: in a permalink, through the endpoint, between the page and Python. It stands here
and not in demos/, since it needs scenes and arrays but no page, so that a notebook can use the same keys.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np

from lecture_models.cache import KEPT
from lecture_models.decoder import read_apart
from lecture_models.photographs import PictureError, read_photograph
from lecture_models.scenes import Scene, SceneSettings, render

SAMPLES = {
    "astronaut": "Astronaut",
    "chelsea": "Cat",
    "coffee": "Cup of coffee",
    "motorcycle": "Motorcycle",
    "rocket": "Rocket",
}
"""scikit-image's photographs that come inside its package (nothing is fetched), with a title each."""

MAX_SEED = 999_999
LONGEST_NUMBER = 20  # characters
UPLOAD_BYTES = 64 << 20
UPLOAD_SECONDS = 3600.0

_SAMPLE_FILES = {"motorcycle": "motorcycle_left.png", "rocket": "rocket.jpg"}


@dataclass(frozen=True)
class Picture:
    """A picture of a lesson.

    Args:
        key: the text that names it.
        title: such as "scene 42".
        image: uint8 RGB [H, W, 3], read-only.
        scene: the exact truth, for scenes alone.
    """

    key: str
    title: str
    image: np.ndarray
    scene: Scene | None = None

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        parts = [self.image]
        if self.scene is not None:
            parts += [self.scene.semantic, self.scene.instance]
        return sum(part.nbytes for part in parts)


def digest_of(image: np.ndarray, more: str = "") -> str:
    """A hash of a picture's content and of what else tells it from others, 16 hexadecimal digits."""
    return hashlib.sha256(f"{image.shape}{more}".encode() + image.tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Sent:
    """A visitor's picture, and what its key says of it after a question mark."""

    image: np.ndarray
    query: str = ""

    @property
    def nbytes(self) -> int:
        """Memory of the picture, in bytes."""
        return int(self.image.nbytes)


class Uploads:
    """Visitors' pictures under their content's hash: for at most ``seconds``, at most ``limit`` bytes in all.

    >>> store = Uploads(limit=10_000, seconds=60)
    >>> key = store.put(np.zeros((32, 32, 3), np.uint8))
    >>> store.get(key).shape
    (32, 32, 3)
    """

    def __init__(
        self, limit: int = UPLOAD_BYTES, seconds: float = UPLOAD_SECONDS, what: str = "picture"
    ) -> None:
        self.limit, self.seconds, self.what = limit, seconds, what
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._waiting: threading.Timer | None = None
        self._lock = threading.Lock()

    def put(self, image: np.ndarray) -> str:
        """Keep an image and return its hash, 16 hexadecimal digits."""
        image.flags.writeable = False
        return self.keep(digest_of(image), image)

    def keep(self, digest: str, value: Any) -> str:
        """Keep anything that has ``nbytes`` under its hash, which is returned; it goes when its time is over."""
        with self._lock:
            self._kept[digest] = (time.monotonic(), value)
            self._kept.move_to_end(digest)
            self._forget()
            self._wait()
        return digest

    def get(self, digest: str) -> Any:
        """What is kept under a hash. Raises PictureError once it is gone."""
        with self._lock:
            self._forget()
            if digest in self._kept:
                return self._kept[digest][1]
        minutes = round(self.seconds / 60)
        raise PictureError(
            f"This uploaded {self.what} is no longer here: uploads are kept for {minutes} minutes, less if others need "
            "the room. Send it again."
        )

    def _wait(self) -> None:
        """Forget the oldest when its time is over, also if nobody asks for anything by then."""
        if self._waiting or not self._kept:
            return
        left = next(iter(self._kept.values()))[0] + self.seconds - time.monotonic()
        self._waiting = threading.Timer(max(left, 0) + 0.01, self._over)
        self._waiting.daemon = True
        self._waiting.start()

    def _over(self) -> None:
        with self._lock:
            self._waiting = None
            self._forget()
            self._wait()

    def _forget(self) -> None:
        old = time.monotonic() - self.seconds
        while self._kept and (next(iter(self._kept.values()))[0] < old or self._bytes() > self.limit):
            self._kept.popitem(last=False)

    def _bytes(self) -> int:
        return sum(value.nbytes for _, value in self._kept.values())


_uploads = Uploads()


def resolve(key: str) -> Picture:
    """The picture of a key.

    Raises:
        ValueError: the key is malformed, a setting out of its range, or the upload gone.

    Examples:
        >>> resolve("scene:42").image.shape
        (256, 256, 3)
        >>> resolve("sample:chelsea").title
        'Cat'
    """
    kind, _, rest = key.partition(":")
    if kind == "upload":  # not cached: what is deleted after an hour must be gone
        digest, _, query = rest.partition("?")
        sent: Sent = _uploads.get(digest)
        if query != sent.query:
            raise PictureError(
                f"The key of this upload is upload:{digest}, with nothing else. Choose it again."
            )
        return Picture(key, "your picture", sent.image)
    if kind == "scene":
        seed, settings = parse_scene(key)
        return KEPT.get(("picture", scene_key(seed, settings)), lambda: _render(seed, settings))
    if kind == "sample" and rest in SAMPLES:
        return KEPT.get(("picture", key), lambda: Picture(key, SAMPLES[rest], _frozen(_read_sample(rest))))
    raise PictureError(
        f"A picture is scene:SEED, upload:HASH or sample:NAME with one of {', '.join(SAMPLES)}; "
        f"got {quoted(key)}. Choose one of these."
    )


def admit(path: str | Path) -> str:
    """Read a visitor's file, keep it for an hour, and return its key. Raises ValueError for a bad file.

    The key tells which values of a file of more than 8 bits are shown as black and white, where they were chosen.
    """
    read = read_apart(path)
    query = "values={:g},{:g}".format(*read.stretched) if read.stretched else ""
    sent = Sent(_frozen(read.image), query)
    key = _uploads.keep(digest_of(read.image, query), sent)
    return f"upload:{key}?{query}" if query else f"upload:{key}"


def scene_key(seed: int, settings: SceneSettings | None = None) -> str:
    """Key of a scene; settings at their defaults are left out.

    >>> scene_key(42, SceneSettings(things=9))
    'scene:42?things=9'
    """
    default, settings = SceneSettings(), settings or SceneSettings()
    changed = {
        field.name: getattr(settings, field.name)
        for field in dataclasses.fields(SceneSettings)
        if getattr(settings, field.name) != getattr(default, field.name)
    }
    query = "&".join(f"{name}={value:g}" for name, value in changed.items())
    return f"scene:{seed}" + (f"?{query}" if query else "")


def parse_scene(key: str) -> tuple[int, SceneSettings]:
    """Seed and settings of a scene's key. Raises ValueError for anything else.

    >>> parse_scene("scene:7?things=3")[1].things
    3
    """
    head, _, query = key.removeprefix("scene:").partition("?")
    if not head.isascii() or not head.isdigit() or int(head[:9]) > MAX_SEED or len(head) > 9:
        raise PictureError(
            f"A scene's seed is a whole number from 0 to {MAX_SEED}; got {quoted(head)}. Choose one."
        )
    given = dict(parse_qsl(query, keep_blank_values=True))
    unknown = set(given) - set(SceneSettings.RANGES)
    if unknown:
        raise PictureError(
            f"A scene's settings are {', '.join(SceneSettings.RANGES)}; got {quoted(sorted(unknown)[0])}. "
            "Leave everything else out."
        )
    values: dict[str, Any] = {name: _number(name, text) for name, text in given.items()}
    return int(head), SceneSettings(**values)


def quoted(text: str, limit: int = 60) -> str:
    r"""What came, as a message shows it: without what cannot be seen, or not be sent.

    >>> quoted("\ud800a\x1bb")
    '“ a b”'
    """
    return f"“{''.join(one if one.isprintable() else ' ' for one in text[:limit])}”"


def following(key: str) -> str | None:
    """Key of the scene after another; None after the last and for photographs. Raises ValueError for a bad key.

    >>> following("scene:42?things=9"), following("sample:chelsea")
    ('scene:43?things=9', None)
    """
    if not key.startswith("scene:"):
        return None
    seed, settings = parse_scene(key)
    return scene_key(seed + 1, settings) if seed < MAX_SEED else None


def _number(name: str, text: str) -> float | int:
    try:
        number = float("" if "_" in text or len(text) > LONGEST_NUMBER else text.encode("ascii"))
    except ValueError:  # UnicodeEncodeError is one
        raise PictureError(f"{name} must be a number; got {quoted(text)}. Give one, such as 1.") from None
    return int(number) if name == "things" and number.is_integer() else number


def _render(seed: int, settings: SceneSettings) -> Picture:
    scene = render(seed, settings).lean()
    return Picture(scene_key(seed, settings), f"scene {seed}", _frozen(scene.image), scene)


def _read_sample(name: str) -> np.ndarray:
    import skimage.data  # here, since most visits need no sample

    file = Path(skimage.data.__file__).parent / _SAMPLE_FILES.get(name, f"{name}.png")
    return read_photograph(file).image


def _frozen(image: np.ndarray) -> np.ndarray:
    image.flags.writeable = False
    return image
