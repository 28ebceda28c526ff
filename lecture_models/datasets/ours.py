"""Our scenes as a panoptic data set: what ``python -m lecture_models.scenes export`` writes, without the files."""

from __future__ import annotations

import io

import PIL.Image

from lecture_models.datasets import coco
from lecture_models.datasets.model import Category, DataSet, Entry, Segment, packed
from lecture_models.scenes import Scene
from lecture_models.scenes.export import panoptic_annotation, panoptic_categories


def categories() -> tuple[Category, ...]:
    """The classes of the scenes with the ids that the export gives them."""
    return tuple(Category(one["id"], one["name"], bool(one["isthing"])) for one in panoptic_categories())


def entry(scene: Scene) -> Entry:
    """A scene as a picture of a data set; PNG and segments are compared as those of a file are."""
    name = f"{scene.seed:06d}.png"
    picture, annotation = panoptic_annotation(scene, scene.seed, name)
    segments = tuple(
        Segment(one["id"], one["category_id"], one["area"], tuple(one["bbox"]), bool(one["iscrowd"]))
        for one in annotation["segments_info"]
    )
    ids = picture.astype("int32") @ [1, 256, 65536]
    numbers = coco.agreed(name, ids, segments)
    height, width = numbers.shape
    stream = io.BytesIO()
    PIL.Image.fromarray(scene.image).save(stream, "JPEG", quality=coco.QUALITY, subsampling=0)
    void = int((numbers == 0).sum())
    size = (height, width)
    return Entry(name, size, size, segments, packed(numbers), stream.getvalue(), void)


def data_set(scenes: list[Scene], title: str) -> DataSet:
    """Scenes as one data set."""
    return DataSet(title, categories(), tuple(map(entry, scenes)))
