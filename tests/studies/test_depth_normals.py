"""What the lesson says of depth and normals holds over scenes, and every number is the metrics' own."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lecture_models import stereo, zoo
from lecture_models.evaluation.depth import DepthErrors, NormalErrors
from lecture_models.nets.multiscale_depth import trace_geometry
from lecture_models.studies import depth_normals as nets
from lecture_models.studies import depth_relative as relative

pytestmark = pytest.mark.usefixtures("network")
SCENES = [f"scene:{seed}" for seed in range(6)]


def test_the_maps_are_the_networks():
    made = nets.looked("scene:42")
    with zoo.using(nets.NETWORK) as network:
        said = trace_geometry(network, made.image)  # type: ignore[arg-type]
    assert np.array_equal(said.depth, made.said.depth)
    assert nets.depths(made)["fine"] is made.said.depth


def test_small_maps_are_enlarged_as_the_network_does_it():
    made = nets.looked("scene:42")
    own = torch.from_numpy(made.said.coarse_depth).log()[None, None]
    theirs = torch.nn.functional.interpolate(own, size=(256, 256), mode="bilinear", align_corners=False)
    assert nets.depths(made)["coarse"] == pytest.approx(theirs[0, 0].exp().numpy(), rel=1e-5)
    lengths = np.linalg.norm(nets.normals(made)["middle"], axis=-1)
    assert lengths == pytest.approx(1, abs=1e-5)


def test_scores_are_the_metrics():
    made = nets.looked("scene:42")
    assert made.depth is not None
    assert made.normals is not None
    depth, normals = DepthErrors(), NormalErrors()
    depth.update(made.said.depth, made.depth)
    normals.update(made.said.normals, made.normals, np.isfinite(made.depth))
    assert nets.scores(made, "depth")["fine"] == depth.compute()
    assert nets.scores(made, "normals")["fine"] == normals.compute()


@pytest.mark.parametrize(("quantity", "metric"), [("depth", "abs_rel"), ("normals", "normals_mean")])
def test_each_scale_is_better_than_the_one_before(quantity: str, metric: str):
    found = [list(nets.scores(nets.looked(scene), quantity).values()) for scene in SCENES]
    means = [float(np.mean([one[k][metric] for one in found])) for k in range(3)]
    assert means[0] > means[1] > means[2]


def test_the_network_tells_normals_better_than_its_depth_implies():
    for scene in SCENES:
        made = nets.looked(scene)
        found = nets.compared(made, nets.from_depth(made, "prediction", "known", 1.0))
        assert found["network"]["normals_median"] < found["depth"]["normals_median"]  # type: ignore[operator]
        assert found["network"]["normals_mean"] < found["depth"]["normals_mean"]  # type: ignore[operator]


def test_true_depth_and_camera_imply_the_true_normals_and_a_wrong_camera_does_not():
    for scene in SCENES[:4]:
        made = nets.looked(scene)
        medians = [
            nets.compared(made, nets.from_depth(made, "truth", camera, focal))["depth"]["normals_median"]
            for camera, focal in (("known", 1.0), ("known", 2.0), ("known", 0.5), ("none", 1.0))
        ]
        assert medians[0] < 0.1  # type: ignore[operator]
        assert min(medians[1:]) > 3  # type: ignore[type-var, operator]
        assert medians[3] == max(medians), "without any camera it is worst"  # type: ignore[type-var]


@pytest.mark.parametrize("which", ["prediction", "truth"])
@pytest.mark.parametrize("factor", [0.5, 1.25, 2.0])
def test_at_one_a_factor_costs_nothing_and_at_a_half_it_costs_half(which: str, factor: float):
    made = nets.looked("scene:7")
    costs = []
    for forgiven in (0.0, 0.5, 1.0):
        found = nets.scaled(made, which, factor, forgiven)
        assert found is not None
        log = math.log(factor)
        assert found.cost == pytest.approx((1 - forgiven) * (log**2 + 2 * found.mean * log), abs=1e-9)
        costs.append(found.cost)
    assert costs[2] == pytest.approx(0, abs=1e-9)
    assert costs[1] == pytest.approx(costs[0] / 2, abs=1e-9)
    if which == "truth":
        assert costs[0] == pytest.approx(math.log(factor) ** 2)


def test_bias_is_the_mean_of_the_difference():
    made = nets.looked("scene:7")
    found = nets.scaled(made, "prediction", 1.0, 0.5)
    assert found is not None
    assert nets.bias(made) == pytest.approx(found.mean, abs=1e-6)
    assert found.before.offset == pytest.approx(found.mean**2)


def test_measured_depth_is_exact_after_any_two_points():
    rng = np.random.default_rng(0)
    for picture, world in (("scene:3", "picture"), ("scene:3", "stereo")):
        made = nets.looked(relative.key_of(picture, world))
        assert made.depth is not None
        places = np.argwhere(made.known)
        for (y0, x0), (y1, x1) in places[rng.integers(0, len(places), (6, 2))]:
            if abs(made.depth[y0, x0] / made.depth[y1, x1] - 1) < 0.05:
                continue
            found = relative.related(picture, world, "measured", (x0, y0, x1, y1))
            assert found.residual(found.metric) == pytest.approx(0, abs=1e-6)


def test_outside_its_world_the_networks_metres_are_far_off_and_two_points_repair_a_part():
    found = relative.related("scene:42", "stereo", "network")
    raw, fixed, best = (found.residual(one) for one in (found.made.said.depth, found.metric, found.at_best))
    home = relative.related("scene:42", "picture", "network")
    at_home = home.residual(home.made.said.depth)
    assert raw is not None
    assert fixed is not None
    assert best is not None
    assert at_home is not None
    assert raw > 5 * at_home
    assert best < raw / 2
    assert fixed < raw
    assert best > at_home, "scale and shift do not repair it"


def test_two_points_go_through_their_depths():
    found = relative.related("scene:5", "picture", "network")
    x0, y0, x1, y1 = found.points
    assert found.metric is not None
    assert (found.metric[y0, x0], found.metric[y1, x1]) == pytest.approx(found.depths)
    again = relative.related("scene:5", "picture", "network", tuple(map(float, found.points)))
    assert again.fit == found.fit


def test_points_of_the_sky_fix_nothing():
    made = nets.looked("scene:42")
    y, x = np.argwhere(~made.known)[0]
    found = relative.related("scene:42", "picture", "network", (float(x), float(y), 128.0, 200.0))
    assert found.fit is None
    assert found.why == "No depth is known at one of the points: choose another."
    same = relative.related("scene:42", "picture", "network", (128.0, 200.0, 128.0, 200.0))
    assert "must differ" in same.why


def test_a_photograph_has_no_truth_but_the_stereo_one():
    made = nets.looked("sample:chelsea")
    assert made.depth is None
    assert not made.camera.known
    assert nets.scores(made, "depth") == {}
    assert nets.scaled(made, "prediction", 2.0, 0.5) is None
    assert "Nobody has measured" in relative.related("sample:chelsea", "picture", "network").why
    assert nets.looked(stereo.KEY).camera.known


def test_the_worlds_vertical_is_the_grounds_normal():
    made = nets.looked("scene:42")
    assert made.picture.scene is not None
    assert made.normals is not None
    road = made.picture.scene.semantic == 1
    assert made.normals[road].mean(0) == pytest.approx(np.array(made.camera.up), abs=1e-3)
