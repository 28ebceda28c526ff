"""A panoptic folder is opened if it agrees with itself; each fault is told in a sentence with the file's name."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest
from skimage.measure import regionprops

from lecture_models import pictures
from lecture_models.datasets import DataSetError, coco, ours, reader, statistics
from lecture_models.datasets.archive import opened
from tests.datasets.folders import JSON, PNG, Files, exported, painted, told_otherwise, zipped


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Our export of two small scenes."""
    return exported(tmp_path_factory.mktemp("export"))


def read(files: Files, **more: Any) -> Any:
    """What is found in a zip file of some files, in this process."""
    with opened(io.BytesIO(zipped(files, **more))) as archive:  # type: ignore[arg-type]
        return coco.read(archive)


def segment(content: Any) -> Any:
    """The first segment of the first picture."""
    return content["annotations"][0]["segments_info"][0]


def test_our_export_is_our_data_set(tmp_path: Path):
    whole = exported(tmp_path / "files", 42, 2, 256)
    (tmp_path / "scenes.zip").write_bytes(zipped(whole))
    found = reader.read_apart(tmp_path / "scenes.zip")
    own = ours.data_set([pictures.resolve(f"scene:{seed}").scene for seed in (42, 43)], "own")  # type: ignore[misc]
    assert found.categories == own.categories
    assert [one.segments for one in found.entries] == [one.segments for one in own.entries]
    assert all(np.array_equal(a.numbers, b.numbers) for a, b in zip(found.entries, own.entries, strict=True))
    assert statistics.count(found) == statistics.count(own)
    assert all(entry.picture for entry in found.entries)


def test_areas_and_boxes_are_those_of_another_library(files: Files):
    for entry in read(files).entries:
        regions = {region.label: region for region in regionprops(entry.numbers.astype(int))}
        for number, one in enumerate(entry.segments, start=1):
            top, left, bottom, right = regions[number].bbox
            assert (one.area, one.box) == (
                regions[number].num_pixels,
                (left, top, right - left, bottom - top),
            )
        assert entry.void + sum(one.area for one in entry.segments) == 64 * 64


def test_agreement_by_hand():
    """Two segments and void.

    0 7 7
    9 7 9      7: four pixels, box x 1, y 0, 2 × 3 (the last row has one)
    9 9 7      9: four pixels, box x 0, y 1, 3 × 2
    """
    ids = np.array([[0, 7, 7], [9, 7, 9], [9, 9, 7]], np.int32)
    from lecture_models.datasets import Segment

    both = [Segment(9, 1, 4, (0, 1, 3, 2)), Segment(7, 2, 4, (1, 0, 2, 3))]
    assert coco.agreed("a.png", ids, both).tolist() == [[0, 2, 2], [1, 2, 1], [1, 1, 2]]
    with pytest.raises(DataSetError, match=r"a\.png: segment 7 has area 4 in the PNG, and 5 in the JSON"):
        coco.agreed("a.png", ids, [both[0], Segment(7, 2, 5, (1, 0, 2, 3))])


def test_a_data_set_without_pictures_is_opened(files: Files):
    found = read({name: content for name, content in files.items() if not name.startswith("images/")})
    assert [entry.picture for entry in found.entries] == [b"", b""]


def test_a_large_map_is_kept_small_and_counted_whole():
    ids = np.zeros((700, 1100, 3), np.uint8)
    ids[100:300, 200:600, 0] = 5
    stream = io.BytesIO()
    PIL.Image.fromarray(ids).save(stream, "PNG")
    info = [{"id": 5, "category_id": 1, "area": 80_000, "bbox": [200, 100, 400, 200], "iscrowd": 0}]
    content = {
        "images": [{"id": 1, "file_name": "a.jpg", "height": 700, "width": 1100}],
        "annotations": [{"image_id": 1, "file_name": "a.png", "segments_info": info}],
        "categories": [{"id": 1, "name": "<b>box</b>", "isthing": 1}],
    }
    import orjson

    found = read({"set/p.json": orjson.dumps(content), "set/p/a.png": stream.getvalue()})
    (entry,) = found.entries
    assert entry.numbers.shape == entry.shown == (326, 512)
    assert entry.numbers.sum() / entry.numbers.size == pytest.approx(80_000 / 770_000, rel=0.02)
    assert entry.void == 770_000 - 80_000
    assert found.categories[0].name == "<b>box</b>", "a text; whoever shows it shows it as one"


def missing_png(files: Files) -> Files:
    return {name: content for name, content in files.items() if name != PNG}


def put(path: str, value: Any) -> Callable[[Files], Files]:
    """Spoil the JSON: a path such as annotations.0.image_id gets another value, or goes for Ellipsis."""

    def change(content: Any) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in way:
            content = content[part]
        if value is ...:
            del content[last]
        else:
            content[last] = value

    return lambda files: told_otherwise(files, change)


def doubled(key: str) -> Callable[[Files], Files]:
    """The first entry of a list of the JSON twice."""
    return lambda files: told_otherwise(files, lambda content: content[key].append(content[key][0]))


def stranger(files: Files) -> Files:
    return painted(files, lambda pixels: pixels.__setitem__((0, 0), (250, 250, 250)))


def moved(files: Files) -> Files:
    return told_otherwise(files, lambda content: segment(content).update(bbox=[1, 1, 3, 3]))


def again(files: Files) -> Files:
    def change(content: Any) -> None:
        listed = content["annotations"][0]["segments_info"]
        listed.append(dict(listed[0]))

    return told_otherwise(files, change)


def alike(files: Files) -> Files:
    kept = {name: content for name, content in files.items() if name != "images/000042.png"}
    return {**kept, **{f"{place}/000042.png": files["images/000042.png"] for place in "ab"}}


def deep() -> bytes:
    done, stream = cv2.imencode(".png", np.zeros((64, 64, 3), np.uint16))
    assert done
    return stream.tobytes()


def gone(files: Files) -> Files:
    def change(content: Any) -> None:
        listed = content["annotations"][0]["segments_info"]
        listed.append({**listed[0], "id": 16_000_000})

    return told_otherwise(files, change)


FIRST = "annotations.0.segments_info.0"
BAD: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a missing PNG": (missing_png, r"panoptic/000042\.png is missing: panoptic\.json names it"),
    "an unknown id": (stranger, r"panoptic/000042\.png has pixels of id 16448250, which its segments_info"),
    "an id without pixels": (gone, r"panoptic/000042\.png has no pixel of id 16000000"),
    "another area": (
        put(f"{FIRST}.area", 12345),
        r"panoptic/000042\.png: segment \d+ has area \d+ in the PNG",
    ),
    "another box": (moved, r"panoptic/000042\.png: segment \d+ has bbox .* and \[1, 1, 3, 3\] in the JSON"),
    "a segment twice": (
        again,
        r"panoptic\.json: segments_info of 000042\.png\[\d+\] has id \d+, as another has",
    ),
    "an image twice": (doubled("images"), r"panoptic\.json: images\[2\] has id 42, as another has"),
    "a category twice": (doubled("categories"), r"panoptic\.json: categories\[9\] has id 1, as another has"),
    "an annotation twice": (doubled("annotations"), r"annotations\[2\] is the second of image 42"),
    "an unknown category": (
        put(f"{FIRST}.category_id", 77),
        "has category_id 77, which is not among categories",
    ),
    "an unknown image": (put("annotations.0.image_id", 7), "has image_id 7, which is not among images"),
    "another size": (
        put("images.0.width", 65),
        r"panoptic/000042\.png is 64 × 64 pixels; the JSON says 65 × 64",
    ),
    "a huge size": (put("images.0.width", 10**6), r"panoptic\.json: images\[0\] is 1000000 × 64"),
    "a negative id": (put(f"{FIRST}.id", -1), "must have id, a whole number from 0 on"),
    "a text for a number": (put(f"{FIRST}.area", "many"), "must have area, a whole number"),
    "true for a number": (put("images.0.id", True), "must have id, a whole number"),
    "a box of words": (put(f"{FIRST}.bbox", ["a", 1, 2, 3]), "has a bbox that is not four whole numbers"),
    "a box that is endless": (put(f"{FIRST}.bbox", [1e400, 1, 2, 3]), "no JSON that can be read"),
    "neither thing nor stuff": (put("categories.0.isthing", 2), "must have isthing, 0 or 1"),
    "a category without a name": (put("categories.0.name", ""), "must have name, a text of 1 to 120 letters"),
    "a list for an object": (put("images.0", []), r"images\[0\] must be an object"),
    "no categories": (
        put("categories", ...),
        "A panoptic JSON file, with segments_info in its annotations, is wanted",
    ),
    "no images": (put("images", 5), "images must be a list"),
    "no annotations": (put("annotations", []), "has no annotations"),
    "no JSON": (lambda files: {PNG: files[PNG]}, "there is no JSON file"),
    "a cut JSON": (
        lambda files: {**files, JSON: files[JSON][:500]},
        r"panoptic\.json is no JSON that can be read",
    ),
    "a deep JSON": (lambda files: {**files, JSON: b"[" * 100_000}, r"panoptic\.json is no JSON"),
    "two data sets": (lambda files: {**files, "b.json": files[JSON]}, r"b\.json and panoptic\.json are two"),
    "a cut PNG": (
        lambda files: {**files, PNG: files[PNG][:90]},
        r"panoptic/000042\.png is no PNG that can be",
    ),
    "a JPEG for a PNG": (lambda files: {**files, PNG: jpeg()}, r"panoptic/000042\.png is no PNG that can be"),
    "a grey PNG": (lambda files: {**files, PNG: png("L")}, "must be an RGB PNG of 8 bits; it is L"),
    "no picture": (lambda files: {**files, "images/000042.png": b"x"}, r"images/000042\.png is no picture"),
    "a PNG of 16 bits": (lambda files: {**files, PNG: deep()}, "must be an RGB PNG of 8 bits; it has 16"),
    "one PNG for two": (
        put("annotations.1.file_name", "000042.png"),
        r"annotations\[1\] names panoptic/000042\.png, as another does",
    ),
    "a box of huge numbers": (put(f"{FIRST}.bbox", [3, 1e308, 1e308, 1e308]), "in the JSON"),
    "two pictures of one name": (alike, r"file_name 000042\.png fits a/000042\.png and b/000042\.png"),
    "a small picture": (lambda files: {**files, "images/000042.png": png("RGB", 9)}, "is 9 × 9 pixels"),
}


def test_both_kinds_of_names_are_read(files: Files):
    """Text ids, as Cityscapes has them, a byte order mark, and pictures and PNGs in folders of one file name each."""

    def change(content: Any) -> None:
        for image, annotation, place in zip(content["images"], content["annotations"], "ab", strict=True):
            image.update(id=f"town_{place}", file_name=f"{place}/0.png")
            annotation.update(image_id=f"town_{place}", file_name=f"{place}/0.png")

    told = told_otherwise(files, change)
    names = sorted(name for name in files if name.startswith("panoptic/"))
    spread = {JSON: b"\xef\xbb\xbf" + told[JSON]}
    for place, name in zip("ab", names, strict=True):
        spread[f"panoptic/{place}/0.png"] = files[name]
        spread[f"images\\{place}\\0.png"] = files[name.replace("panoptic", "images")]
    found, usual = read(spread), read(files)
    assert [one.segments for one in found.entries] == [one.segments for one in usual.entries]
    assert [one.picture for one in found.entries] == [one.picture for one in usual.entries]


def test_pixels_are_counted_together(files: Files, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coco, "TOTAL_PIXELS", 64 * 64)
    with pytest.raises(DataSetError, match="Together the pictures may have 4,096 pixels"):
        read(files)


def jpeg() -> bytes:
    stream = io.BytesIO()
    PIL.Image.new("RGB", (64, 64)).save(stream, "JPEG")
    return stream.getvalue()


def png(mode: str, side: int = 64) -> bytes:
    stream = io.BytesIO()
    PIL.Image.new(mode, (side, side)).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize("case", BAD)
def test_a_fault_is_told_with_its_file(case: str, files: Files):
    spoil, said = BAD[case]
    with pytest.raises(DataSetError, match=said) as told:
        read(spoil(files))
    assert str(told.value).endswith(".")
    assert len(str(told.value)) < 300


@pytest.mark.parametrize("path", ["annotations.0.file_name", "images.0.file_name"])
@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "../images/000042.png", "a\\..\\b.png"])
def test_a_name_of_the_json_leads_nowhere_else(files: Files, path: str, name: str):
    with pytest.raises(
        DataSetError, match=r"panoptic\.json: .* has file_name .* which leads out of the folder"
    ):
        read(put(path, name)(files))
