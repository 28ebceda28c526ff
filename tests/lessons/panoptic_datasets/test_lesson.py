"""The lesson on panoptic data sets: what it shows was counted; a visitor's folder goes in by the house's door."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from demos.figures import encode
from demos.panoptic_datasets import lesson, panels, words
from demos.records import as_json
from demos.ui import figure, uploads
from lecture_models import label_sets, pictures, zoo
from lecture_models.datasets import kept, statistics
from lecture_models.scenes import CLASSES, STUFF, VOID, render
from lecture_models.studies import class_balance
from lecture_models.studies import panoptic_datasets as study
from tests.datasets.folders import exported, zipped
from tests.png import bomb
from tests.ui.raw import call, upload

DEFAULTS = list(lesson.LESSON.defaults.values())
pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our export of three small scenes as a zip file."""
    folder = tmp_path_factory.mktemp("zip")
    (folder / "scenes.zip").write_bytes(zipped(exported(folder / "files", 7, 3)))
    return folder / "scenes.zip"


@pytest.mark.parametrize("view", lesson.VIEWS)
def test_only_the_chosen_view_is_made(view: str):
    of = {"labels": {"pictures", "sets", "facts"}, "data": {"pictures", "contents"}, "balance": {"balance"}}
    shown = lesson.update(view=view)
    outputs = set().union(*of.values())
    assert {name for name in outputs if shown[name] is not None} == of[view]
    assert len(as_json(shown)) < 120_000


# ---- label sets --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("target", study.TARGETS)
def test_void_is_counted_pixel_by_pixel(target: str):
    scene = pictures.resolve("scene:42").scene
    assert scene is not None
    sets = label_sets.label_sets()
    lost = [name for name in CLASSES if label_sets.carried(sets["scenes"][name], target) is None]
    known = scene.semantic != VOID
    void = np.isin(scene.semantic, [CLASSES.index(name) for name in lost]) & known
    shown = lesson.update(target=target)
    assert shown["reading"].value == words.percent(void.sum() / known.sum())
    named = sum(thing.name not in lost for thing in scene.things)
    assert shown["reading"].more[0][1] == f"{named} of {len(scene.things)}"
    assert f"= {void.sum() / known.sum():.4f}$$" in shown["numbers"]
    own, new = shown["pictures"].panels
    assert (own.title, new.title) == (panels.OWN, panels.BECOMES)
    says = np.array([text.text for text in new.texts])[encode.unpack(new.index)]
    assert int((says == "void").sum()) == int(void.sum() + (~known).sum())


def test_the_board_says_what_a_label_is_in_each_set():
    rows = {row.key: row for row in lesson.update(label="cityscapes:person")["sets"].rows}
    assert [(one.name, one.how) for one in rows["coco"].near] == [("person", "broader")]
    assert [(one.name, one.how) for one in rows["cityscapes"].near] == [("person", "exact")]
    assert (len(rows["ade20k"].things), len(rows["ade20k"].stuff)) == (100, 50)
    assert lesson.update(label="scenes:cone")["sets"].rows[1].near == []


@pytest.mark.parametrize("label", ["nothing:road", "coco:unicorn", "road"])
def test_an_unknown_label_gets_a_sentence(label: str):
    with pytest.raises(ValueError, match="Choose one"):
        lesson.update(label=label)


def test_the_facts_count_what_the_label_files_hold():
    table = lesson.update()["facts"]
    assert [row[:2] for row in table.rows] == [
        ["COCO panoptic", "80 + 53"],
        ["Mapillary Vistas", "37 + 28"],
        ["Cityscapes", "8 + 11"],
        ["ADE20K", "100 + 50"],
    ]
    assert table.source == "paper"
    for source in ("Lin et al. 2014", "Neuhold et al. 2017", "Cordts et al. 2016", "Zhou et al. 2017"):
        assert source in table.caption


def test_the_question_is_about_a_label_set_that_the_picture_draws():
    asked = lesson.update(picture="scene:5")["question"]
    title = next(one for one in label_sets.label_sets().values() if f"of {one.title}:" in asked.text)
    made = study.relabel("scene:5", title.key)
    assert made is not None
    assert asked.choices[asked.answer] == str(made.named)
    assert asked.why.startswith(f"{made.named} of {made.things}")


def test_a_photograph_has_no_labels():
    shown = lesson.update(picture="sample:chelsea")
    assert shown["question"] is None
    assert "Nobody has labelled" in shown["pictures"].message
    assert lesson.update(picture="sample:chelsea", view="data")["reading"].value


# ---- a data set --------------------------------------------------------------------------------------------
def test_statistics_are_those_of_the_scenes():
    shown = lesson.update(view="data")
    scenes = [pictures.resolve(f"scene:{seed}").scene for seed in range(42, 42 + study.MANY)]
    pixels = sum(np.array(class_balance.counted(scene.semantic)) for scene in scenes)  # type: ignore[union-attr]
    rows = {row.name: row for row in shown["contents"].classes}
    for name, count in zip(CLASSES, pixels, strict=False):
        assert rows[name].share == pytest.approx(count / pixels[:-1].sum())
        assert rows[name].thing == (name not in STUFF)
    things = Counter(thing.name for scene in scenes for thing in scene.things)  # type: ignore[union-attr]
    assert {name: rows[name].segments for name in things} == dict(things)
    assert shown["contents"].instances == tuple(len(scene.things) for scene in scenes)  # type: ignore[union-attr]
    assert sorted(shown["contents"].areas) == sorted(
        thing.area
        for scene in scenes
        for thing in scene.things  # type: ignore[union-attr]
    )
    assert shown["reading"].value == f"{sum(things.values()) / study.MANY:.1f}"


def test_a_class_is_looked_at_alone():
    found = {row.name: row.id for row in lesson.update(view="data")["contents"].classes}
    shown = lesson.update(view="data", shown=f"0 {found['person']}")
    assert {row.name for row in shown["contents"].segments} == {"person"}
    data = study.opened("", "scene:42")
    assert list(shown["contents"].places) == data.with_category(found["person"])
    entry = data.entries[shown["contents"].place]
    index = encode.unpack(shown["pictures"].panels[1].index)
    persons = [k for k, one in enumerate(entry.segments, start=1) if one.category == found["person"]]
    assert set(np.unique(index)) - {0} == set(persons)
    assert int((index > 0).sum()) == sum(entry.segments[k - 1].area for k in persons)


@pytest.mark.parametrize("shown", ["999 -1", "0 99999", "9999 3"])
def test_a_place_that_is_not_there_becomes_one_that_is(shown: str):
    found = lesson.update(view="data", shown=shown)["contents"]
    assert found.place in found.places


def test_a_visitors_zip_is_opened_and_its_file_is_gone(url: str, archive: Path, log: io.StringIO):
    sent = upload(url, archive)
    kind, said = call(url, "panoptic_datasets_folder", [sent])
    assert kind == "complete", said
    assert re.fullmatch(r"upload:[0-9a-f]{16}", said[0])
    assert not Path(sent["path"]).parent.exists()
    shown = lesson.update(view="data", folder=said[0])
    assert shown["contents"].many == 3
    assert shown["contents"].title == kept.get(said[0]).title
    settings = {**lesson.LESSON.defaults, "view": "data", "folder": said[0]}
    assert figure.link(lesson.LESSON, settings, "http://a/") == "", "a link would lead nowhere in an hour"
    assert log.getvalue() == ""


def test_a_bad_zip_gets_a_sentence_and_nothing_stays(
    url: str, archive: Path, tmp_path: Path, log: io.StringIO
):
    import zipfile

    with zipfile.ZipFile(archive) as good:
        files = {name: good.read(name) for name in good.namelist()}
    first = next(name for name in files if name.startswith("panoptic/"))
    cases = {
        "missing": (
            {name: content for name, content in files.items() if name != first},
            f"{first} is missing",
        ),
        "bomb": ({**files, first: bomb(9000)}, f"{first} is 9000 × 9000 pixels"),
        "names": ({**files, "../x.png": b"x"}, "../x.png leads out of the folder"),
    }
    for name, (content, sentence) in cases.items():
        path = tmp_path / f"{name}.zip"
        path.write_bytes(zipped(content))
        sent = upload(url, path)
        kind, said = call(url, "panoptic_datasets_folder", [sent])
        assert kind == "error"
        assert sentence in said["error"]
        assert not Path(sent["path"]).parent.exists()
    assert log.getvalue() == ""


def test_only_what_was_uploaded_is_opened(url: str, archive: Path):
    for named in (str(archive), "/etc/passwd", str(uploads.folder())):
        kind, said = call(
            url, "panoptic_datasets_folder", [{"path": named, "meta": {"_type": "gradio.FileData"}}]
        )
        assert kind == "error"
        assert "uploaded first" in said["error"]
    assert call(url, "panoptic_datasets_folder", [None])[0] == "error"


@pytest.mark.parametrize("folder", ["upload:0000000000000000", "upload:x", "../x", "scene:1"])
def test_a_data_set_that_is_gone_gets_a_sentence(url: str, folder: str):
    settings = {**lesson.LESSON.defaults, "view": "data", "folder": folder}
    kind, said = call(url, "panoptic_datasets", list(settings.values()))
    assert kind == "error"
    assert "no longer here" in said["error"] or "folder must be a data set" in said["error"]


# ---- rare and hard -----------------------------------------------------------------------------------------
def test_pixels_of_the_result_are_those_of_the_scenes():
    for seed in (0, 151, 299):
        assert list(class_balance.pixels()[seed]) == class_balance.counted(render(seed).semantic)


@pytest.mark.parametrize("network", lesson.NETWORKS)
def test_in_each_of_our_networks_rare_classes_are_labelled_worse(network: str):
    """The claim of the point and of the theory; and the exception that the theory names."""
    made = class_balance.of_card(network)
    assert made.rank_correlation is not None
    assert made.rank_correlation > 0.8
    iou = dict(zip(CLASSES, made.iou, strict=True))
    share = dict(zip(CLASSES, made.shares, strict=True))
    assert share["cone"] < share["person"]
    assert iou["cone"] > iou["person"]  # type: ignore[operator]


def test_the_correlation_is_multiplied_out():
    made = class_balance.of_card("unet")
    shown = lesson.update(view="balance", network="unet")
    assert made.rank_correlation == pytest.approx(spearmanr(made.pixels, made.iou).statistic)
    value = float(re.search(r"= (-?\d\.\d{3})\$\$", shown["numbers"])[1])  # type: ignore[index]
    assert value == pytest.approx(made.rank_correlation, abs=6e-4)
    assert shown["reading"].value == f"{made.rank_correlation:.2f}"
    assert shown["reading"].source == "result"
    dots = {dot.name: dot for dot in shown["balance"].dots}
    card = zoo.card("unet").metrics["by_class"]
    assert {name: dot.iou for name, dot in dots.items()} == {
        name: 100 * card[name]["iou"] for name in CLASSES
    }
    assert all(dot.pq is None for dot in dots.values())


@pytest.mark.parametrize("network", ["panoptic_fpn", "unet"])
def test_a_measurement_is_the_evaluations(network: str):
    from lecture_models import evaluation

    reports = list(lesson.measure("scene:3", network, 1))
    assert [report["progress"].done for report in reports] == [0, 1]
    dots = {dot.name: dot for dot in reports[-1]["measured"].dots}
    with zoo.using(network) as ready:
        found = evaluation.evaluate(ready, 3, 1)["by_class"]
    for name, dot in dots.items():
        assert dot.iou == pytest.approx(100 * found[name]["iou"], abs=1e-3)
        if network == "panoptic_fpn":
            assert dot.pq == pytest.approx(100 * found[name]["pq"], abs=1e-3)


def test_a_photograph_is_not_measured():
    with pytest.raises(ValueError, match="Choose a scene"):
        list(lesson.measure("sample:chelsea"))


@pytest.mark.parametrize("view", lesson.VIEWS)
def test_each_view_has_a_figure_and_data(view: str):
    slide = lesson.figure(view=view)
    assert slide.file("svg").startswith(b"<?xml")
    assert len(lesson.data(view=view)) > 1


def test_questions_differ_in_the_other_views():
    for view in ("data", "balance"):
        asked: list[Any] = [
            lesson.update(picture=f"scene:{seed}", view=view)["question"] for seed in range(3)
        ]
        assert len({one.about for one in asked}) == 3
        assert all(one.choices[one.answer] for one in asked)


def test_counts_of_a_data_set_add_up():
    counts = statistics.count(study.opened("", "scene:1"))
    assert sum(one.share for one in counts.balance) == pytest.approx(1)
    assert sum(one.pixels for one in counts.balance) == round(counts.pixels * (1 - counts.void))
