"""The views without labels say at each pixel what their networks say, and go alone if a network's file is broken."""

from __future__ import annotations

import re

import numpy as np
import pytest

from demos.figures import encode
from demos.vision_tasks import beyond, lesson
from lecture_models import pictures, zoo
from lecture_models.scenes import STUFF
from lecture_models.studies.beyond_labels import Beyond
from lecture_models.studies.beyond_labels import beyond as said_of

ALL = [*list(lesson.ASKS)[:6], "Depth", "Normals", "Colour", "Truth"]


def texts(panel: beyond.Panel, x: int, y: int) -> tuple[str, list[float]]:
    assert panel.index
    text = panel.texts[int(encode.unpack(panel.index)[y, x])].text
    return text, [float(one) for one in re.findall(r"[-+]?\d+(?:\.\d+)?", text.replace("−", "-"))]


@pytest.fixture(scope="module")
def said() -> Beyond:
    return said_of(pictures.resolve("scene:42"))


def test_ten_views_stand_in_the_order_of_the_lecture():
    panels = lesson.update()["views"].panels
    assert [one.title for one in panels] == ALL
    assert [one.asks for one in panels] == [lesson.ASKS[title] for title in ALL]
    assert [one.title for one in lesson.figure().panels] == ALL


@pytest.mark.parametrize(("x", "y"), [(40, 200), (128, 150), (250, 250), (0, 130)])
def test_what_is_read_out_is_what_the_networks_say(said: Beyond, x: int, y: int):
    depth, normals, colour = beyond.views(said)
    assert texts(depth, x, y)[1][0] == pytest.approx(said.depth[y, x], rel=0.07)  # a step and two digits
    np.testing.assert_allclose(texts(normals, x, y)[1], said.normals[y, x], atol=0.1 + 1e-6)
    np.testing.assert_allclose(texts(colour, x, y)[1], said.ab[y, x], atol=5 + 1e-4)


def test_the_ground_faces_up_and_near_is_bright(said: Beyond):
    depth, normals, _ = beyond.views(said)
    assert texts(normals, 128, 179)[0].startswith("faces up")
    shown = encode.decode(depth.image).sum(2, dtype=int)
    assert shown[250].mean() > shown[60].mean()


def test_on_the_sky_they_say_that_nothing_is_there():
    scene = pictures.resolve("scene:42").scene
    assert scene is not None
    for panel in lesson.update()["views"].panels[6:8]:
        index = encode.unpack(panel.index)
        told = np.array([one.cannot.startswith("Really sky") for one in panel.texts])[index]
        assert np.array_equal(told, scene.semantic == STUFF.index("sky"))


def test_a_photograph_has_them_too():
    titles = [one.title for one in lesson.update(picture="sample:astronaut")["views"].panels]
    assert titles[-4:] == ["Depth", "Normals", "Colour", "The picture"]


def test_without_their_weights_the_others_stay(monkeypatch: pytest.MonkeyPatch):
    def broken(_: object) -> Beyond:
        raise zoo.WeightsUnavailable("multiscale_depth.json cannot be read; restore it from the repository.")

    monkeypatch.setattr(lesson.beyond_labels, "beyond", broken)
    shown = lesson.update(picture="scene:777001")["views"]
    assert [one.title for one in shown.panels] == [title for title in ALL if title not in beyond.ASKS]
    assert shown.message.startswith("multiscale_depth.json")
    assert all("depth" not in name for name, _ in shown.legend)
