"""The lesson on FCN: what it shows is what the network computed, and adds up; bad settings get one sentence."""

from __future__ import annotations

import io
import re
import time
from typing import Any

import numpy as np
import pytest

from demos.fcn import lesson, panels, words
from demos.figures import encode
from demos.records import as_json
from lecture_models import papers, pictures, results, zoo
from lecture_models.studies import fcn as study
from lecture_models.studies import fcn_ceilings as ceilings
from tests.ui.raw import call

DEFAULTS = ["scene:42", "sum", "fcn_8s", "", "", 1.0, 1.0, 32, "scores"]
here = set(study.NETWORKS) <= set(zoo.names())
pytestmark = pytest.mark.skipif(not here, reason="the three networks are not trained yet")


@pytest.fixture(scope="module")
def shown() -> Any:
    return lesson.update(pool4=0.5, pool3=2.0)


@pytest.fixture(scope="module")
def made() -> Any:
    return study.summed("scene:42", "fcn_8s", "", (), (0.5, 2.0))


def numbers(text: str) -> list[float]:
    return [float(one.replace("−", "-")) for one in re.findall(r"[+−]\d+\.\d+", text)]


def test_only_the_chosen_view_is_made():
    for view in lesson.VIEWS:
        out = lesson.update(view=view)
        assert [one for one in lesson.VIEWS if out[one] is not None] == [view]
        assert (out["arithmetic"] is None) == (view != "sum")
        assert (out["ladder"] is None) == (view != "ceilings")
        assert (out["ours"] is None) == (view != "networks")


def test_the_titles_add_up_to_the_logit(shown: Any, made: Any):
    terms = [numbers(panel.title)[-1] for panel in shown["sum"].panels[:4]]
    assert sum(terms[:3]) == pytest.approx(terms[3], abs=0.02)
    x, y = made.point
    with zoo.using("fcn_8s") as network:
        image = study.pictures.resolve("scene:42").image
        import torch

        given = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255
        logits = network.trace(given, (0.5, 2.0)).logits[0, :, y, x].cpu().numpy()  # type: ignore[operator]
    assert terms[3] == pytest.approx(float(logits[made.label]), abs=0.01)
    assert made.logits[:, y, x] == pytest.approx(logits, abs=1e-4)


def test_the_table_adds_up_and_names_the_winner(shown: Any, made: Any):
    table = shown["arithmetic"]
    rows = [numbers(" ".join(row)) for row in table.rows]
    for row in rows:
        assert sum(row[:-1]) == pytest.approx(row[-1], abs=2e-3)
    assert [a - b for a, b in zip(rows[0], rows[1], strict=True)] == pytest.approx(rows[2], abs=2e-3)
    x, y = made.point
    assert f"{made.classes[made.now.labels[y, x]]}, wins" in table.caption
    assert table.head[2:4] == ("+ 0.5 · pool4", "+ 2 · pool3")


def test_the_numbers_multiply_back(shown: Any, made: Any):
    sums = re.findall(r"\$\$(.+?) = (-?[\d.]+)\$\$", shown["numbers"])
    assert len(sums) == 4
    for left, right in sums:
        terms = re.findall(r"([\d.]+)\\cdot\((-?[\d.]+)\)", left)
        assert sum(float(a) * float(b) for a, b in terms) == pytest.approx(float(right), abs=1e-4)
    x, y = made.point
    assert float(sums[0][1]) == pytest.approx(float(made.logits[made.label, y, x]), abs=1e-4)
    assert sums[2][1] == sums[0][1], "one step deeper it is the same logit"


def test_the_reading_is_measured(shown: Any, made: Any):
    truth = pictures.resolve("scene:42").scene.semantic
    now = ceilings.ceilings.miou(made.logits.argmax(0), truth, 9)
    assert shown["reading"].value == f"{100 * now:.1f}"
    more = dict(shown["reading"].more)
    assert more["both weights 1"] == words.percent(study.prediction(made.picture, "fcn_8s").miou)
    changed = (made.now.labels != made.usual.labels).mean()
    assert more["pixels unlike with both weights 1"] == f"{100 * changed:.1f} %"


def test_weights_at_one_change_nothing_and_at_zero_all_that_skips_change():
    assert dict(lesson.update()["reading"].more)["pixels unlike with both weights 1"] == "0.0 %"
    none = study.summed("scene:42", "fcn_8s", "", (), (0.0, 0.0))
    assert np.array_equal(none.now.labels, none.without.labels)
    panel = lesson.update(pool4=0.0, pool3=0.0)["sum"].panels[8]
    assert panel.title == words.CHANGES
    assert encode.unpack(panel.index).max() == 0


def test_pictures_are_in_the_bands_of_their_numbers(made: Any, shown: Any):
    logit = shown["sum"].panels[3]
    bands = encode.unpack(logit.index).astype(int) - panels.STEPS
    step = made.limit / panels.STEPS
    inside = np.abs(bands) < panels.STEPS
    assert np.abs(bands * step - made.logits[made.label])[inside].max() <= step / 2 + 1e-4
    assert encode.decode(logit.image).shape == (256, 256, 3)


def test_cells_are_the_scores_themselves(made: Any, shown: Any):
    for k, side in enumerate((32, 16, 8)):
        panel = shown["sum"].panels[5 + k]
        (x0, y0, x1, y1), (x, y) = panel.boxes[0].box, made.point
        assert x0 <= x < x1
        assert y0 <= y < y1
        assert (x1 - x0) % side == (y1 - y0) % side == 0
        index = encode.unpack(panel.index)
        assert all(len(np.unique(index[r : r + side, :side])) == 1 for r in range(0, 256, side))


@pytest.mark.parametrize(("network", "missing"), [("fcn_16s", 1), ("fcn_32s", 2)])
def test_a_network_without_a_skip_says_so(network: str, missing: int):
    shown = lesson.update(network=network, pool4=0.0 if missing == 2 else 1.0)
    titles = [panel.title for panel in shown["sum"].panels[:4]]
    assert sum("none" in title for title in titles) == missing
    if missing == 2:
        assert "no skips to weigh" in shown["reading"].meaning
        assert shown["question"] is None


def test_the_question_is_about_the_loss_of_both_skips():
    asked = lesson.update()["question"]
    made = study.summed("scene:42", "fcn_8s", "", (), (1.0, 1.0))
    lost = made.usual.ious - made.without.ious
    assert asked.choices[asked.answer] == made.classes[int(np.nanargmax(lost))]


def test_a_class_and_a_pixel_can_be_chosen():
    shown = lesson.update(category="sky", place="20,10")
    assert shown["sum"].selection == "20,10"
    assert shown["arithmetic"].rows[0][0] == "sky"
    assert lesson.update(place="9000,9000")["sum"].selection == "255,255"


def test_a_slider_is_quick_and_its_answer_small():
    lesson.update(pool4=0.3)
    begun = time.process_time()
    for step in range(10):
        out = lesson.update(pool4=0.1 * step, pool3=0.7)
    assert (time.process_time() - begun) / 10 < 0.08  # on a busy machine
    assert len(as_json(out["sum"])) < 250_000


# ---- ceilings --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("oracle", ceilings.ORACLES)
@pytest.mark.parametrize("stride", [32, 8, 4])
def test_errors_are_split_by_the_oracle(stride: int, oracle: str):
    made = ceilings.ceiled("scene:42", stride, oracle)
    truth, split, best = made.truth, made.split(), made.best
    assert truth is not None
    assert split is not None
    wrong = (made.network.labels != truth) & (truth != 255)
    assert np.array_equal(split > 0, wrong)
    assert np.array_equal(split == 2, wrong & (best != truth))
    out = lesson.update(view="ceilings", stride=stride, oracle=oracle)
    assert out["reading"].value == f"{100 * (split == 2).sum() / wrong.sum():.0f}"
    panel = out["ceilings"].panels[3]
    assert np.array_equal(encode.unpack(panel.index), split)


def test_the_ladder_is_measured_and_the_papers_numbers_are_the_papers():
    ladder = lesson.update(view="ceilings")["ladder"]
    made = ceilings.ceiled("scene:42", 32, "scores")
    assert [one.stride for one in ladder.levels] == [32, 16, 8, 4]
    assert [one.reached for one in ladder.levels[:3]] == [one.miou for one in made.said]
    assert [one.scores for one in ladder.levels[:3]] == [one.miou for one in made.scores]
    assert [one.cells for one in ladder.levels] == [one.miou for one in made.cells]
    assert ladder.levels[3].reached is None
    assert [one.paper for one in ladder.levels] == ["86.1", "92.8", "96.4", "98.5"]
    assert papers.FCN_CEILINGS[128] == "50.9"
    assert not ladder.waiting


def test_in_a_hurry_fitted_scores_come_later():
    with zoo.at_once():
        out = lesson.update(picture="scene:77", view="ceilings")
        assert out["ladder"].waiting
        assert len(out["ceilings"].panels) == 2
        assert out["question"] is None
        until = time.monotonic() + 60
        while lesson.update(picture="scene:77", view="ceilings")["ladder"].waiting:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert len(lesson.update(picture="scene:77", view="ceilings")["ceilings"].panels) == 4


# ---- networks --------------------------------------------------------------------------------------------
def test_tables_are_our_files_and_the_papers():
    out = lesson.update(view="networks")
    found = [results.load(name) for name in study.NETWORKS]
    for row, one in zip(out["ours"].rows, found, strict=True):
        values = [run["metrics"]["miou"] for run in one["runs"]]
        assert row[1].split(" ")[0] == f"{100 * sum(values) / len(values):.1f}"
    assert out["ours"].source == "result"
    assert out["paper"].source == "paper"
    assert [row[1:] for row in out["paper"].rows] == [("59.4", "63.6"), ("62.4", "65.0"), ("62.7", "65.5")]


def test_our_networks_rise_as_the_papers_do():
    means = [results.spread(name, "miou")[0] for name in study.NETWORKS]
    assert means == sorted(means)


def test_torchvisions_network_has_no_skips_and_stride_8_by_dilation():
    out = lesson.update(view="networks")
    fine, dilated = out["fine"].rows, out["dilated"].rows
    assert [row[1] for row in fine[:6]] == ["2 px", "4 px", "8 px", "16 px", "32 px", "32 px"]
    assert {row[2] for row in fine} == {"1"}
    assert [row[1] for row in dilated[2:6]] == ["8 px"] * 4
    assert [row[2] for row in dilated[3:5]] == ["2", "4"]
    assert "2 skips" in out["fine"].caption
    assert "0 skips" in out["dilated"].caption
    assert "no FCN-8s" in out["dilated"].caption


def test_results_that_are_missing_or_broken_leave_the_rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    assert lesson.update(view="networks")["ours"] is None
    (tmp_path / "fcn_32s.json").write_text("{")
    assert "fcn_32s.json" in lesson.update(view="networks")["ours"].caption


# ---- all -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("view", list(lesson.VIEWS))
def test_each_view_has_a_figure_and_data(view: str):
    slide, data = lesson.figure(view=view), lesson.data(view=view)
    assert slide.title
    assert slide.caption
    assert data["classes"][0] == "sky"
    if view == "sum":
        made = study.summed("scene:42", "fcn_8s", "", (), (1.0, 1.0))
        logits = made.parts.upsampled(np.sum(data["parts"], 0))
        assert (logits.argmax(0) == data["labels"]).mean() > 0.999


@pytest.mark.parametrize("view", list(lesson.VIEWS))
def test_a_photograph_has_no_truth(view: str):
    out = lesson.update(picture="sample:coffee", view=view)
    assert out[view].truth is None
    assert out[view].message
    assert "photograph" in out["reading"].meaning
    assert lesson.figure(picture="sample:coffee", view=view).title
    assert lesson.data(picture="sample:coffee", view=view)


def test_a_picture_is_scored_in_its_own_size():
    made = study.summed("sample:coffee", "fcn_8s", "", (), (1.0, 1.0))
    assert made.now.labels.shape == pictures.resolve("sample:coffee").image.shape[:2]


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        (1, "skips", "view"),
        (2, "fcn_4s", "network"),
        (3, "void", "category"),
        (4, "a,b", "x,y"),
        (5, 2.1, "from 0 to 2"),
        (6, -0.1, "from 0 to 2"),
        (7, 64, "stride"),
        (8, "truth", "oracle"),
    ],
)
def test_bad_settings_get_one_sentence(url: str, log: io.StringIO, at: int, value: Any, said: str):
    settings: list[Any] = [*DEFAULTS]
    settings[at] = value
    kind, content = call(url, "fcn", settings)
    assert kind != "complete"
    assert said in str(content)
    assert "Traceback" not in log.getvalue()


def test_studies_refuse_what_they_cannot_do():
    with pytest.raises(ValueError, match="network must be one of"):
        study.parts_of(pictures.resolve("scene:42"), "panoptic_fpn")
    with pytest.raises(ValueError, match="stride must be one of"):
        ceilings.ceiled("scene:42", 7, "cells")
