"""Scenes: the truth agrees with itself, and the same arguments give the same bytes."""

import hashlib
import warnings

import numpy as np
import pytest

from lecture_models.scenes import CLASSES, STUFF, VOID, SceneSettings, render
from lecture_models.scenes.layout import compose
from lecture_models.scenes.trace import first_hits

SEEDS = (0, 7, 42)


@pytest.fixture(scope="module", params=SEEDS)
def scene(request):
    return render(request.param)


def test_types_and_shapes(scene):
    assert scene.image.dtype == np.uint8
    assert scene.image.shape == (256, 256, 3)
    assert scene.semantic.dtype == np.int64
    assert scene.instance.dtype == np.int32
    assert scene.depth.dtype == np.float32
    assert scene.normals.dtype == np.float32
    assert set(np.unique(scene.semantic)) <= {*range(len(CLASSES)), VOID}


def test_a_lean_scene_has_the_same_depth_and_normals(scene):
    lean = scene.lean()
    assert lean.geometry is None
    assert np.array_equal(lean.depth, scene.depth)
    assert np.array_equal(lean.normals, scene.normals)


def test_every_instance_lies_in_one_class_and_its_box_is_tight(scene):
    assert scene.instance.max() == len(scene.things)
    for number, thing in enumerate(scene.things, start=1):
        mask = scene.instance == number
        assert set(scene.semantic[mask]) == {thing.label}
        assert CLASSES[thing.label] == thing.name
        assert mask.sum() == thing.area >= 25
        x0, y0, x1, y1 = (int(v) for v in thing.box)
        assert mask[y0:y1, x0:x1].sum() == thing.area
        assert all(edge.any() for edge in (mask[y0], mask[y1 - 1], mask[:, x0], mask[:, x1 - 1]))
        assert 0 < thing.visible <= 1


def test_stuff_and_void_have_no_instance(scene):
    assert not scene.instance[scene.semantic < len(STUFF)].any()
    assert not scene.instance[scene.semantic == VOID].any()


def test_sky_is_infinitely_far_and_nothing_else_is(scene):
    assert np.array_equal(np.isinf(scene.depth), scene.semantic == CLASSES.index("sky"))
    assert scene.depth.min() > 0


def test_normals_are_unit_and_face_the_viewer(scene):
    surface = np.isfinite(scene.depth)
    assert np.allclose(np.linalg.norm(scene.normals[surface], axis=-1), 1, atol=1e-4)
    assert not scene.normals[~surface].any()
    towards_pixel = _points(scene)[surface]
    assert ((scene.normals[surface] * towards_pixel).sum(-1) < 1e-3).mean() > 0.999


def _points(scene):
    """Camera coordinates (x right, y up, z to the viewer) of what each pixel sees."""
    size = scene.depth.shape[0]
    step = (np.arange(size) + 0.5 - size / 2) / scene.camera.focal(size)
    depth = np.where(np.isfinite(scene.depth), scene.depth, 0).astype(np.float64)
    return np.stack([step[None, :] * depth, -step[:, None] * depth, -depth], -1)


def test_normals_agree_with_the_depth_map(scene):
    """Cross product of the differences to neighbouring points, away from edges: median under 2 degrees."""
    points = _points(scene)
    across, down = points[1:-1, 2:] - points[1:-1, :-2], points[2:, 1:-1] - points[:-2, 1:-1]
    normal = np.cross(down, across)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)
    cosine = (normal * scene.normals[1:-1, 1:-1]).sum(-1)
    angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))[_inside(scene)]
    assert np.median(angle) < 2


def _inside(scene):
    """Inner pixels whose 3 × 3 neighbourhood is one instance of one class, and no sky."""
    label = scene.semantic * 1000 + scene.instance
    same = np.isfinite(scene.depth[1:-1, 1:-1])
    for dy in range(3):
        for dx in range(3):
            same &= label[dy : dy + 254, dx : dx + 254] == label[1:-1, 1:-1]
    return same


def test_equal_seeds_give_equal_bytes():
    first, second = render(5, size=96), render(5, size=96)
    for field in ("image", "semantic", "instance", "depth", "normals"):
        assert getattr(first, field).tobytes() == getattr(second, field).tobytes()
    assert render(6, size=96).image.tobytes() != first.image.tobytes()


def test_the_picture_is_the_same_on_every_machine():
    scene = render(42)
    digest = hashlib.sha256(scene.image.tobytes() + scene.semantic.tobytes() + scene.instance.tobytes())
    assert digest.hexdigest()[:16] == "4c45b00cb92f982c"


def test_one_more_thing_leaves_the_others_in_place():
    few = compose(3, SceneSettings(things=6)).items
    more = compose(3, SceneSettings(things=7)).items
    assert {item.place for item in few} <= {item.place for item in more}


def test_visible_share_counts_what_is_hidden():
    """Rays that meet an item first are never more than those that meet it when it stands alone."""
    world = compose(42, SceneSettings(occlusion=1.0))
    hits = first_hits(world, 128)
    seen = np.bincount(hits.item[hits.item >= 0], minlength=len(world.items))
    assert (seen <= hits.alone).all()
    assert (seen < hits.alone).any()


def test_difficulty_of_default_scenes():
    areas = [[t.area for t in render(s).things] for s in range(200, 230)]
    flat = np.concatenate(areas)
    assert 8 <= np.mean([len(a) for a in areas]) <= 11
    assert (flat < 24 * 24).mean() >= 0.4


@pytest.mark.slow
def test_a_thousand_seeds_render_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(1000):
            render(seed, size=64)


@pytest.mark.parametrize(
    ("seed", "size"), [(-1, 256), (2**63, 256), (1.5, 256), (0, 63), (0, 513), (True, 256)]
)
def test_bad_arguments_are_refused_with_a_sentence(seed, size):
    with pytest.raises(ValueError, match="must be a whole number"):
        render(seed, size=size)


@pytest.mark.parametrize("seed", [0, 7, 42, 771_000_766])  # of the last, a ray slips past the rim of a pillar
def test_no_normal_faces_away_from_the_viewer(seed: int):
    scene = render(seed)
    rows, columns = np.mgrid[:256, :256] + 0.5
    spread = 128 / scene.camera.focal(256)
    x, y = (columns / 128 - 1) * spread, (1 - rows / 128) * spread
    ray = np.stack([x, y, -np.ones_like(x)], 2)
    assert ((scene.normals * ray).sum(2) <= 1e-6).all()
