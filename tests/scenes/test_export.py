"""Exported files, read back with pycocotools and by panopticapi's rules, against the scenes themselves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from lecture_models.scenes import CLASSES, STUFF, VOID, SceneSettings, render
from lecture_models.scenes.__main__ import main
from lecture_models.scenes.export import export

SEEDS = range(3, 7)
SIZE = 96
CROWDED = SceneSettings(things=14, size_min=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("export") / "new"
    export(directory, SEEDS[0], len(SEEDS), CROWDED, SIZE)
    return directory


def test_pictures_are_the_scenes_pictures(folder: Path):
    for image in json.loads((folder / "instances.json").read_text())["images"]:
        pixels = np.asarray(Image.open(folder / "images" / image["file_name"]))
        np.testing.assert_array_equal(pixels, render(image["id"], CROWDED, SIZE).image)
        assert pixels.shape == (image["height"], image["width"], 3)


def test_pycocotools_reads_the_same_instances(folder: Path):
    coco = COCO(str(folder / "instances.json"))
    assert coco.getImgIds() == list(SEEDS)
    assert [coco.cats[k]["name"] for k in sorted(coco.cats)] == [
        name for name in CLASSES if name not in STUFF
    ]
    for seed in SEEDS:
        scene = render(seed, CROWDED, SIZE)
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=[seed]))
        assert len(annotations) == len(scene.things)
        for number, (annotation, thing) in enumerate(zip(annotations, scene.things, strict=True), start=1):
            np.testing.assert_array_equal(coco.annToMask(annotation), scene.instance == number)
            x, y, w, h = annotation["bbox"]
            assert (x, y, x + w, y + h) == thing.box
            assert coco.cats[annotation["category_id"]]["name"] == thing.name
            assert annotation["area"] == thing.area == (scene.instance == number).sum()


def test_annotation_ids_are_unique_and_start_above_zero(folder: Path):
    ids = [a["id"] for a in json.loads((folder / "instances.json").read_text())["annotations"]]
    assert ids == list(range(1, len(ids) + 1))


def test_panoptic_files_follow_the_format(folder: Path):
    """The checks of panopticapi's own reader: ids agree with the picture, areas with pixels, void is 0."""
    content = json.loads((folder / "panoptic.json").read_text())
    categories = {category["id"]: category for category in content["categories"]}
    assert len(categories) == len(CLASSES)
    assert [image["id"] for image in content["images"]] == [a["image_id"] for a in content["annotations"]]
    for annotation in content["annotations"]:
        color = np.asarray(Image.open(folder / "panoptic" / annotation["file_name"])).astype(np.int64)
        ids = color[..., 0] + 256 * color[..., 1] + 256 * 256 * color[..., 2]
        scene = render(annotation["image_id"], CROWDED, SIZE)
        assert {s["id"] for s in annotation["segments_info"]} == set(np.unique(ids)) - {0}
        np.testing.assert_array_equal(ids == 0, scene.semantic == VOID)
        for segment in annotation["segments_info"]:
            mask = ids == segment["id"]
            category = categories[segment["category_id"]]
            (label,), (number,) = np.unique(scene.semantic[mask]), np.unique(scene.instance[mask])
            assert category["name"] == CLASSES[label]
            assert category["isthing"] == (number > 0)
            assert (
                segment["area"]
                == mask.sum()
                == ((scene.semantic == label) & (scene.instance == number)).sum()
            )
            x, y, w, h = segment["bbox"]
            assert mask[y : y + h, x : x + w].sum() == mask.sum()
            assert mask[:, x].any()
            assert mask[:, x + w - 1].any()
            assert mask[y].any()
            assert mask[y + h - 1].any()


def test_some_pixels_are_void(folder: Path):
    assert any((render(seed, CROWDED, SIZE).semantic == VOID).any() for seed in SEEDS)


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = [
        "export",
        str(tmp_path),
        "--first-seed",
        "5",
        "--scenes",
        "2",
        "--size",
        "64",
        "--things",
        "3",
    ]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2/2" in captured.err
    content = json.loads((tmp_path / "instances.json").read_text())
    assert content["info"]["settings"]["things"] == 3
    assert [image["file_name"] for image in content["images"]] == ["000005.png", "000006.png"]


@pytest.mark.parametrize(
    ("option", "value"), [("--size", "32"), ("--scenes", "0"), ("--things", "99"), ("--first-seed", "-1")]
)
def test_arguments_out_of_range_give_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
):
    assert main(["export", str(tmp_path), option, value]) == 2
    assert value in capsys.readouterr().err
