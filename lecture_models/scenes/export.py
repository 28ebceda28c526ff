"""Scenes as files in COCO's formats, for tools that know nothing of this project.

    DIR/images/000042.png       the picture; 42 is the seed, and the image's id
    DIR/instances.json          COCO instances: masks as compressed RLE, exact to the pixel
    DIR/panoptic/000042.png     COCO panoptic: segment id = R + 256 G + 65536 B; 0 is void
    DIR/panoptic.json           its segments, in panopticapi's format

A category's id is its semantic label + 1, since 0 means "nothing" in both formats. A segment's id has the
category in R and the thing's number in G, so that the panoptic PNG can be read by eye.

Formats: Lin et al., "Microsoft COCO", ECCV 2014; Kirillov et al., "Panoptic segmentation", CVPR 2019.
"""

from __future__ import annotations

import colorsys
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .render import Scene, render, tight_box
from .settings import CLASSES, STUFF, VOID, SceneSettings

LICENSE = {"id": 1, "name": "MIT", "url": ""}


def category_id(label: int) -> int:
    """COCO's category of a semantic label.

    >>> category_id(CLASSES.index("sky")), category_id(CLASSES.index("person"))
    (1, 9)
    """
    return label + 1


def encode_mask(mask: np.ndarray) -> dict[str, Any]:
    """COCO's compressed run-length code of a mask, bool [H, W]: {"size": [H, W], "counts": text}.

    >>> encode_mask(np.eye(3, dtype=bool))
    {'size': [3, 3], 'counts': '013000'}
    """
    from pycocotools import mask as coco_mask

    code = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": [int(n) for n in code["size"]], "counts": code["counts"].decode("ascii")}


def instance_annotations(scene: Scene, image_id: int, first_id: int = 1) -> list[dict[str, Any]]:
    """One COCO annotation for each visible thing of a scene: the visible part as RLE, the tight box as xywh.

    Args:
        scene: What to describe. Void pixels (things too small to judge) belong to no annotation.
        image_id: Of the picture.
        first_id: Of the first annotation; the next ones count on. COCO's evaluation needs it above 0.
    """
    return [
        {
            "id": first_id + index,
            "image_id": image_id,
            "category_id": category_id(thing.label),
            "segmentation": encode_mask(scene.instance == index + 1),
            "area": thing.area,
            "bbox": _xywh(thing.box),
            "iscrowd": 0,
        }
        for index, thing in enumerate(scene.things)
    ]


def _xywh(box: tuple[float, float, float, float]) -> list[float]:
    x0, y0, x1, y1 = (float(value) for value in box)
    return [x0, y0, x1 - x0, y1 - y0]


def panoptic_annotation(scene: Scene, image_id: int, file_name: str) -> tuple[np.ndarray, dict[str, Any]]:
    """The panoptic map of a scene as panopticapi reads it.

    Returns:
        The picture of segment ids, uint8 [H, W, 3], and the annotation that lists its segments: one for each
        thing and one for each class of stuff.
    """
    known = scene.semantic != VOID
    ids = np.where(known, scene.semantic + category_id(0) + 256 * scene.instance.astype(np.int64), 0)
    segments = [_segment(ids == segment, int(segment)) for segment in np.unique(ids[known])]
    picture = np.stack([ids % 256, ids // 256 % 256, ids // 65536], axis=-1).astype(np.uint8)
    return picture, {"image_id": image_id, "file_name": file_name, "segments_info": segments}


def _segment(mask: np.ndarray, segment_id: int) -> dict[str, Any]:
    x0, y0, x1, y1 = (int(side) for side in tight_box(mask))
    return {
        "id": segment_id,
        "category_id": segment_id % 256,
        "area": int(mask.sum()),
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "iscrowd": 0,
    }


def instance_categories() -> list[dict[str, Any]]:
    """COCO's list of the things' categories."""
    return [
        {"id": category_id(label), "name": name, "supercategory": "thing"}
        for label, name in enumerate(CLASSES)
        if name not in STUFF
    ]


def panoptic_categories() -> list[dict[str, Any]]:
    """All categories as panopticapi lists them; the colours are for its own drawings."""
    return [
        {
            "id": category_id(label),
            "name": name,
            "supercategory": "stuff" if name in STUFF else "thing",
            "isthing": int(name not in STUFF),
            "color": [
                round(255 * channel) for channel in colorsys.hsv_to_rgb(label / len(CLASSES), 0.7, 0.9)
            ],
        }
        for label, name in enumerate(CLASSES)
    ]


def export(
    directory: Path,
    first_seed: int,
    scenes: int,
    settings: SceneSettings = SceneSettings(),
    size: int = 256,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Render `scenes` scenes from `first_seed` on and write them into `directory` (see the top of this file).

    Files of the same names are replaced; others in the directory stay.

    Args:
        directory: Made if it does not exist.
        first_seed: The others follow, one by one.
        scenes: How many, at least 1.
        settings: What is in the scenes.
        size: Height and width in pixels, 64 to 512.
        progress: Called with (scenes done, scenes in total).

    Raises:
        ValueError: `scenes`, a seed or `size` is out of range.
    """
    if scenes < 1:
        raise ValueError(f"At least 1 scene can be exported; got {scenes}.")
    images: list[dict[str, Any]] = []
    instances: list[dict[str, Any]] = []
    panoptic: list[dict[str, Any]] = []
    for folder in ("images", "panoptic"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    for done, seed in enumerate(range(first_seed, first_seed + scenes), start=1):
        scene, file_name = render(seed, settings, size), f"{seed:06d}.png"
        ids, annotation = panoptic_annotation(scene, seed, file_name)
        Image.fromarray(scene.image).save(directory / "images" / file_name)
        Image.fromarray(ids).save(directory / "panoptic" / file_name)
        images.append({"id": seed, "file_name": file_name, "height": size, "width": size, "license": 1})
        instances += instance_annotations(scene, seed, first_id=len(instances) + 1)
        panoptic.append(annotation)
        if progress is not None:
            progress(done, scenes)
    common = {"info": _info(settings, size), "licenses": [LICENSE], "images": images}
    _write(directory / "instances.json", {**common, "annotations": instances}, instance_categories())
    _write(directory / "panoptic.json", {**common, "annotations": panoptic}, panoptic_categories())


def _info(settings: SceneSettings, size: int) -> dict[str, Any]:
    turned = {name: getattr(settings, name) for name in settings.RANGES}
    return {"description": "What & Where: procedural street scenes", "settings": turned, "size": size}


def _write(path: Path, content: dict[str, Any], categories: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({**content, "categories": categories}), encoding="utf8")
