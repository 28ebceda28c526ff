"""What the lesson on panoptic segmentation asks: the merge is the evaluation's, and its claims hold over scenes."""

from __future__ import annotations

import numpy as np
import pytest

from lecture_models import pictures, zoo
from lecture_models.evaluation.panoptic import PanopticQuality
from lecture_models.scenes import CLASSES, STUFF
from lecture_models.segments import Segments
from lecture_models.studies import panoptic, panoptic_case, panoptic_drive, panoptic_walk
from lecture_models.studies.panoptic import Rule

pytestmark = pytest.mark.usefixtures("network")


@pytest.fixture(scope="module")
def made() -> panoptic.Merged:
    return panoptic.merged("scene:42")


def test_its_quality_is_the_evaluations(made: panoptic.Merged):
    meter = PanopticQuality(CLASSES, STUFF)
    scene = made.picture.scene
    assert scene is not None
    assert made.quality is not None
    meter.update(made.merged.label, made.merged.segment, scene.semantic, scene.instance)
    found = meter.compute()
    for key in ("pq", "sq", "rq"):
        assert made.quality.mean(key) == pytest.approx(found[key], abs=1e-6)


def test_each_branch_alone_lacks_what_the_other_has(made: panoptic.Merged):
    assert (made.claims == 0).mean() > 0.5, "instances know no stuff"
    assert made.contested == int((made.claims > 1).sum()) > 0
    assert set(np.unique(made.semantic.map)) <= set(range(1, 10)), "every pixel has a class, and no number"
    assert ((made.merged.segment > 0) == (made.merged.label < 9)).all()


def test_a_click_selects_in_all(made: panoptic.Merged):
    y, x = np.argwhere(made.claims > 1)[0]
    both = panoptic.selected(made, (x, y))
    assert len(both.claims) == 2
    assert both.claims[0].score >= both.claims[1].score
    assert both.segment in {one.segment for one in both.claims}, "the merge gives it to one of them"
    sky = panoptic.selected(made, (3.0, 2.0))
    assert (sky.claims, made.said(sky.segment), made.true(sky.true or 0)) == ((), "sky", "sky")
    assert panoptic.selected(made, (9999, -5)).pixel == (255, 0)
    usual = panoptic.selected(made, ())
    assert usual.claims, "without a point a thing is selected"


def test_found_things_have_the_truths_numbers(made: panoptic.Merged):
    assert made.quality is not None
    for pair in made.quality.matches:
        assert made.said(pair.predicted) == made.true(pair.true)


def test_another_rule_judges_the_same_instances(made: panoptic.Merged, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zoo, "_forward", lambda *_: pytest.fail("the network ran again"))
    strict = panoptic.merged("scene:42", Rule(confidence=0.95))
    assert len(strict.instances) <= len(made.instances)
    void = panoptic.merged("scene:42", Rule(stuff_area=4096, fill="all"))
    assert void.merged.void > made.merged.void
    pq = panoptic.quality_under(made, Rule(stuff_area=4096, fill="all"))
    assert void.quality is not None
    assert pq == void.quality.pq


def test_black_pixels_are_mostly_things_without_an_instance():
    ours, theirs = 0, 0
    for seed in range(6):
        ours += panoptic.merged(f"scene:{seed}").merged.void
        theirs += panoptic.merged(f"scene:{seed}", Rule(fill="all")).merged.void
    assert theirs > 20 * max(ours, 1)


def test_the_mean_iou_is_by_definition(made: panoptic.Merged):
    assert made.truth is not None
    said = np.array([255, *(CLASSES.index(n) for n in made.prediction.names)])[made.prediction.map]
    true = np.array([255, *(CLASSES.index(n) for n in made.truth.names)])[made.truth.map]
    ious = []
    for label in range(9):
        a, b = (said == label) & (true != 255), true == label
        ious += [(a & b).sum() / (a | b).sum()] if (a | b).any() else []
    assert panoptic.mean_iou(made.prediction, made.truth) == pytest.approx(np.mean(ious))


# ---- the picture made by hand ------------------------------------------------------------------------
def test_the_picture_made_by_hand_meets_every_rule():
    case = panoptic_case.case()
    trace = case.quality
    assert case.crowds == trace.crowds == (7,)
    half = next(pair for pair in trace.near if pair.iou == 0.5)
    assert half.predicted in trace.false_positives, "exactly one half is no match"
    excused = {case.prediction.names[k - 1] for k, _ in trace.excused}
    assert excused == {"ball", "person"}, "one in void, two in the crowd"
    assert (trace.by_class["person"].tp, trace.by_class["person"].fn) == (1, 1)
    assert trace.pq is not None
    assert panoptic_case.lenient(case) < trace.pq, "torchmetrics counts the crowd"


def test_one_pixel_flips_its_match():
    case = panoptic_case.case()
    grown = case.prediction.map.copy()
    grown[1, 3] = 3  # the true ball's own pixel, to the left of the predicted one
    said = Segments(grown, case.prediction.names, case.prediction.things)
    after = panoptic_case.trace_panoptic_quality(said, case.truth, case.crowds)
    assert len(after.matches) == len(case.quality.matches) + 1


# ---- the walk ----------------------------------------------------------------------------------------
def test_the_cell_multiplies_back():
    made = panoptic_walk.walked("scene:42", (78, 229))
    cell = made.cell
    assert cell.lateral + (cell.above or 0) == pytest.approx(cell.total, abs=1e-4)
    assert cell.place == (9, 28)
    assert cell.source == (4, 14)
    x, y = made.joined.place
    assert made.joined.total == pytest.approx(float(made.walk.joined[made.joined.channel, y, x]), abs=1e-4)
    assert sum(made.crops) == sum(made.map[0].network.scores.numpy() >= 0.5)
    top = panoptic_walk.cell(made.walk, 3, (0, 0), 5)
    assert (top.above, top.channel) == (None, 5)
    assert top.lateral == pytest.approx(top.total, abs=1e-4)


def test_p2_carries_small_things_and_p5_the_layout():
    for seed in (0, 4):
        runs = {one.off: one for one in panoptic_walk.scored(pictures.resolve(f"scene:{seed}"))}
        assert runs["P2"].ap[0] == 0.0 < (runs[""].ap[0] or 0)
        assert runs["P5"].ap[:2] == runs[""].ap[:2], "no small thing is cropped from P5"
        losses = {off: (runs[""].miou or 0) - (one.miou or 0) for off, one in runs.items() if off}
        assert max(losses, key=lambda off: losses[off]) == "P5"


# ---- the drive ---------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def frames() -> tuple[panoptic_drive.Frame, ...]:
    slow = panoptic_drive.driven("scene:42", 0.1)
    assert slow is not None
    return slow.frames


def test_slow_frames_keep_things_and_fast_ones_lose_them(frames: tuple[panoptic_drive.Frame, ...]):
    every = panoptic_drive.linked(frames, 0.1, 0.5)
    fourth = panoptic_drive.linked(frames[::4], 0.4, 0.5)
    assert every.kept / len(every.lives) > fourth.kept / len(fourth.lives)
    tracks = [set(row) - {0} for row in every.tracks]
    assert all(len(row) == sum(frame.said.things) for row, frame in zip(tracks, frames, strict=True))
    assert panoptic_drive.linked(frames, 0.1, 0.9).kept < every.kept


def test_growth_tells_when_the_camera_arrives(frames: tuple[panoptic_drive.Frame, ...]):
    last = panoptic_drive.linked(frames, 0.1, 0.5).known[-1]
    pillar = next(one for one in last if one.name == "pillar" and one.frames is not None)
    assert pillar.frames == pytest.approx(1 / ((pillar.growth or 0) - 1))
    assert pillar.frames == pytest.approx(pillar.depth / 0.1, rel=0.35)
    assert pillar.ground in STUFF


def test_a_photograph_has_no_drive():
    assert panoptic_drive.driven("sample:chelsea") is None
