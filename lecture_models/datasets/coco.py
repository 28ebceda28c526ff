"""COCO's panoptic format, checked: each JSON entry against its PNG, pixel by pixel.

A fault is told as one sentence that names the file, what is wrong there and what to do.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import orjson
import PIL.Image

from lecture_models.datasets.archive import Archive, told
from lecture_models.datasets.fields import at, file_named, flag, identity, listed, named, record, small, whole
from lecture_models.datasets.model import (
    Category,
    DataSet,
    DataSetError,
    Entry,
    Segment,
    packed,
    reduced,
    thinned,
)

JSON_BYTES = 16 << 20
PICTURE_BYTES = 8 << 20
PICTURES = 100
"""Most pictures that are opened; of more, the first."""
PIXELS = 4_000_000
"""Most pixels of a picture: its map is read at full size, since areas and boxes are compared."""
TOTAL_PIXELS = 64_000_000
"""Most pixels of all pictures together."""
CATEGORIES, SEGMENTS = 1000, 4000
BIT_DEPTH = 24  # where a PNG says how many bits a channel has
QUALITY = 88
FORMATS = ("PNG", "JPEG", "WEBP", "BMP")


def read(archive: Archive, title: str = "your data set") -> DataSet:
    """The data set in an archive.

    Args:
        archive: of a folder in panopticapi's layout; pictures may be anywhere in it, or missing altogether.
        title: what it is called.

    Raises:
        DataSetError: a file is missing or disagrees with another; the first fault that is found.
    """
    name, content = panoptic_json(archive)
    categories = categories_of(name, content)
    images = images_of(name, content)
    folder = PurePosixPath(name).with_suffix("")
    annotations = listed(name, content, "annotations")
    pictures = pictures_of(archive, folder)
    entries, seen, used, pixels = [], set(), set[str](), 0
    for place, given in enumerate(annotations[:PICTURES]):
        where = f"annotations[{place}]"
        image = identity(name, where, record(name, where, given), "image_id")
        if image not in images:
            raise DataSetError(
                at(name, where, f"has image_id {image}, which is not among images. Correct the id")
            )
        if image in seen:
            raise DataSetError(at(name, where, f"is the second of image {image}. Leave one out"))
        seen.add(image)
        png = png_of(archive, name, where, folder, file_named(name, where, given))
        if png in used:
            raise DataSetError(
                at(name, where, f"names {told(png)}, as another does. Give each picture its own PNG")
            )
        used.add(png)
        pixels += images[image][1][0] * images[image][1][1]
        if pixels > TOTAL_PIXELS:
            raise DataSetError(
                f"Together the pictures may have {TOTAL_PIXELS:,} pixels. Send fewer or smaller ones."
            )
        entries.append(entry(archive, name, png, given, images[image], pictures, set(categories)))
    if not entries:
        raise DataSetError(f"{told(name)} has no annotations. Send a data set with at least one picture.")
    more = f"The first {PICTURES} of {len(annotations)} pictures." if len(annotations) > PICTURES else ""
    return DataSet(title, tuple(categories.values()), tuple(entries), more)


def panoptic_json(archive: Archive) -> tuple[str, Mapping[str, Any]]:
    """Name and content of the one panoptic JSON file among those of the archive."""
    names = [one for one in archive.names if one.lower().endswith(".json")]
    found = []
    for name in names:
        try:
            content = orjson.loads(archive.read(name, JSON_BYTES).removeprefix(codecs.BOM_UTF8))
        except ValueError as error:
            if isinstance(error, DataSetError):
                raise
            raise DataSetError(f"{told(name)} is no JSON that can be read: {error}. Write it anew.") from None
        if is_panoptic(content):
            found.append((name, content))
    if len(found) == 1:
        return found[0]
    if found:
        both = " and ".join(told(name) for name, _ in found[:2])
        raise DataSetError(f"One panoptic JSON file is wanted; {both} are two. Send one data set at a time.")
    has = f"none of {told(', '.join(names))} is" if names else "there is no JSON file"
    raise DataSetError(
        f"A panoptic JSON file, with segments_info in its annotations, is wanted; {has}. Add panoptic.json."
    )


def is_panoptic(content: Any) -> bool:
    """Whether a JSON file looks like a panoptic one: its annotations list segments."""
    if not isinstance(content, dict) or not isinstance(content.get("annotations"), list):
        return False
    first = content["annotations"][:1]
    return all(isinstance(one, dict) and "segments_info" in one for one in first) and "categories" in content


def categories_of(name: str, content: Mapping[str, Any]) -> dict[int, Category]:
    """Categories by id."""
    found: dict[int, Category] = {}
    for place, given in enumerate(small(name, listed(name, content, "categories"), CATEGORIES, "categories")):
        where = f"categories[{place}]"
        one = record(name, where, given)
        identity = whole(name, where, one, "id")
        if identity in found:
            raise DataSetError(at(name, where, f"has id {identity}, as another has. Give each its own"))
        found[identity] = Category(
            identity, named(name, where, one, "name"), flag(name, where, one, "isthing")
        )
    return found


def images_of(name: str, content: Mapping[str, Any]) -> dict[int | str, tuple[str, tuple[int, int]]]:
    """File name and (height, width) of each image, by id."""
    found: dict[int | str, tuple[str, tuple[int, int]]] = {}
    for place, given in enumerate(listed(name, content, "images")):
        where = f"images[{place}]"
        one = record(name, where, given)
        key = identity(name, where, one, "id")
        if key in found:
            raise DataSetError(at(name, where, f"has id {key}, as another has. Give each its own"))
        size = whole(name, where, one, "height"), whole(name, where, one, "width")
        if min(size) < 1 or size[0] * size[1] > PIXELS:
            wanted = f"is {size[1]} × {size[0]}; 1 to {PIXELS:,} pixels are read. Send a smaller one"
            raise DataSetError(at(name, where, wanted))
        found[key] = file_named(name, where, one), size
    return found


def png_of(archive: Archive, name: str, where: str, folder: PurePosixPath, given: str) -> str:
    """The member that an annotation's ``file_name`` names: below the JSON's folder, or there by its last part."""
    for path in (folder / given, folder / PurePosixPath(given).name):
        if path.as_posix() in archive.members:
            return path.as_posix()
    raise DataSetError(f"{told((folder / given).as_posix())} is missing: {told(name)} names it. Add it.")


def pictures_of(archive: Archive, folder: PurePosixPath) -> dict[str, list[PurePosixPath]]:
    """The pictures of an archive by their last name, but for the PNGs of the annotations."""
    found: dict[str, list[PurePosixPath]] = {}
    for one in archive.names:
        path = PurePosixPath(one)
        if not one.lower().endswith(".json") and path.parts[: len(folder.parts)] != folder.parts:
            found.setdefault(path.name, []).append(path)
    return found


def picture_of(pictures: Mapping[str, Sequence[PurePosixPath]], given: str) -> str:
    """The picture that ends as ``file_name`` does, "" for none. Raises DataSetError where two do so alike."""
    parts = PurePosixPath(given).parts
    near = pictures.get(parts[-1], [])
    whole_ = [one for one in near if one.parts[-len(parts) :] == parts] or near
    if len(whole_) > 1:
        both = " and ".join(told(one.as_posix()) for one in whole_[:2])
        raise DataSetError(f"file_name {told(given)} fits {both}. Write the path that tells them apart.")
    return whole_[0].as_posix() if whole_ else ""


def entry(
    archive: Archive,
    name: str,
    png: str,
    given: Mapping[str, Any],
    image: tuple[str, tuple[int, int]],
    pictures: Mapping[str, Sequence[PurePosixPath]],
    categories: set[int],
) -> Entry:
    """One picture, its PNG and its segments, which agree."""
    file_name, size = image
    ids = read_ids(png, archive.read(png, PICTURE_BYTES), size)
    segments = segments_of(name, png, given, categories)
    numbers = agreed(png, ids, segments)
    shown = reduced(size)
    place = picture_of(pictures, file_name)
    picture = read_picture(place, archive.read(place, PICTURE_BYTES), size, shown) if place else b""
    void = int((numbers == 0).sum())
    return Entry(
        PurePosixPath(png).name, size, shown, segments, packed(thinned(numbers, shown)), picture, void
    )


def segments_of(name: str, png: str, given: Mapping[str, Any], categories: set[int]) -> tuple[Segment, ...]:
    """The segments that an annotation lists."""
    what = f"segments_info of {told(PurePosixPath(png).name)}"
    found: dict[int, Segment] = {}
    for place, told_of in enumerate(small(name, listed(name, given, "segments_info"), SEGMENTS, what)):
        where = f"{what}[{place}]"
        one = record(name, where, told_of)
        identity, category, area = (whole(name, where, one, key) for key in ("id", "category_id", "area"))
        if identity in found:
            raise DataSetError(at(name, where, f"has id {identity}, as another has. Give each its own"))
        if category not in categories:
            fault = f"has category_id {category}, which is not among categories. Correct the id"
            raise DataSetError(at(name, where, fault))
        box = listed(name, one, "bbox", where)
        if len(box) != 4 or not all(isinstance(side, int | float) and side == int(side) for side in box):
            raise DataSetError(
                at(name, where, "has a bbox that is not four whole numbers x, y, width, height")
            )
        x, y, wide, high = map(int, box)
        crowd = flag(name, where, one, "iscrowd") if "iscrowd" in one else False
        found[identity] = Segment(identity, category, area, (x, y, wide, high), crowd)
    return tuple(found.values())


def read_ids(png: str, content: bytes, size: tuple[int, int]) -> np.ndarray:
    """The ids in a PNG, int32 [H, W]."""
    picture = decoded(png, content, size, ("PNG",))
    if content[BIT_DEPTH] == 16:  # Pillow would keep the high bytes alone
        raise DataSetError(f"{told(png)} must be an RGB PNG of 8 bits; it has 16. Write it anew.")
    if picture.mode != "RGB":
        raise DataSetError(f"{told(png)} must be an RGB PNG of 8 bits; it is {picture.mode}. Write it anew.")
    channels = np.asarray(picture).astype(np.int32)
    found: np.ndarray = channels[..., 0] + 256 * channels[..., 1] + 65536 * channels[..., 2]
    return found


def read_picture(name: str, content: bytes, size: tuple[int, int], shown: tuple[int, int]) -> bytes:
    """A picture as JPEG at the size that is kept."""
    picture = decoded(name, content, size, FORMATS).convert("RGB")
    picture = picture.resize(shown[::-1], PIL.Image.Resampling.LANCZOS) if shown != size else picture
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY, subsampling=0)
    return stream.getvalue()


def decoded(name: str, content: bytes, size: tuple[int, int], formats: Sequence[str]) -> PIL.Image.Image:
    """A picture file of the size that the JSON says; the header is compared before anything is decoded."""
    try:
        picture = PIL.Image.open(io.BytesIO(content), formats=tuple(formats))
        if picture.size == size[::-1]:
            picture.load()
    except MemoryError:
        raise
    except Exception:  # a damaged file may raise nearly anything inside a decoder
        kinds = "PNG" if formats == ("PNG",) else "picture"
        raise DataSetError(f"{told(name)} is no {kinds} that can be decoded. Write it anew.") from None
    if picture.size != size[::-1]:
        is_, said = (f"{wide} × {high}" for wide, high in (picture.size, size[::-1]))
        raise DataSetError(f"{told(name)} is {is_} pixels; the JSON says {said}. Make them agree.")
    return picture


def agreed(png: str, ids: np.ndarray, segments: Sequence[Segment]) -> np.ndarray:
    """The map of segments, uint16 [H, W]: 0 is void, k the k-th. Raises DataSetError where PNG and JSON disagree."""
    from scipy import ndimage  # here, since the page must answer before scipy is there

    values, index = np.unique(ids, return_inverse=True)
    numbers_of = {one.id: number for number, one in enumerate(segments, start=1)}
    unknown = [int(value) for value in values if value and int(value) not in numbers_of]
    if unknown:
        raise DataSetError(
            f"{told(png)} has pixels of id {unknown[0]}, which its segments_info does not list. Add the segment."
        )
    table = np.array([numbers_of.get(int(value), 0) if value else 0 for value in values], np.uint16)
    numbers = table[index.reshape(ids.shape)]
    areas = np.bincount(numbers.ravel(), minlength=len(segments) + 1)
    places = ndimage.find_objects(numbers.astype(np.int32), len(segments))
    for number, (one, place) in enumerate(zip(segments, places, strict=True), start=1):
        if place is None:
            raise DataSetError(
                f"{told(png)} has no pixel of id {one.id}, which its segments_info lists. Leave it out."
            )
        rows, columns = place
        box = (columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
        for what, said, found in (("area", one.area, int(areas[number])), ("bbox", list(one.box), list(box))):
            if said != found:
                raise DataSetError(
                    f"{told(png)}: segment {one.id} has {what} {found} in the PNG, and {told(said, 60)} in the JSON. "
                    "Correct it."
                )
    return numbers
