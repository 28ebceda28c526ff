"""The lesson on upsampling: what it shows is what the operators computed; bad settings get one sentence."""

from __future__ import annotations

import io
import math
import time
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from demos.figures import encode
from demos.upsampling import lesson, words
from lecture_models import pictures, zoo
from lecture_models.studies import upsampling as study
from tests.ui.raw import call

CELLS = "0,1,2,3,4,5,6,7,8,9,0.5,1.5,2,3,9,1"
OWN = "1,0.5,-0.25,2"
DEFAULTS = list(lesson.LESSON.defaults.values())

pytestmark = pytest.mark.usefixtures("network")


def made(**settings: Any) -> study.Upsampled:
    return lesson.compute(**(lesson.LESSON.defaults | settings))


@pytest.fixture(scope="module")
def shown(network: None) -> dict[str, Any]:
    return dict(lesson.update(cells=CELLS))


# ---- the small map -----------------------------------------------------------------------------------
def by_torch(x: torch.Tensor, layer: study.Layer) -> dict[str, torch.Tensor]:
    """The seven operators, by torch's own functions alone."""
    x, kernel = x[None, None], layer.kernel[None, None]
    one = torch.tensor([[1.0, 0], [0, 0]])[None, None]
    pooled = F.max_pool2d(x, 2, return_indices=True)
    near = F.interpolate(x, scale_factor=2, mode="nearest")
    outputs = {
        "nearest": near,
        "bed_of_nails": F.conv_transpose2d(x, one, stride=2),
        "max_unpool": F.max_unpool2d(*pooled, 2),
        "bilinear": F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False),
        "bilinear_corners": F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True),
        "transposed": F.conv_transpose2d(x, kernel, None, layer.stride, layer.padding, layer.output_padding),
        "resize": F.conv2d(near, kernel / layer.stride**2, padding="same"),
    }
    return {kind: output[0, 0] for kind, output in outputs.items()}


@pytest.mark.parametrize(
    "layer",
    [(3, 2, 1, 1), (3, 2, 0, 0), (4, 2, 1, 0), (5, 3, 2, 2), (2, 2, 0, 1), (2, 3, 0, 0), (3, 1, 2, 0)],
)
@pytest.mark.parametrize("kernel", ["flat", "learned", OWN])
def test_all_seven_are_torchs(layer: tuple[int, int, int, int], kernel: str):
    names = dict(zip(("size", "stride", "padding", "output_padding"), layer, strict=True))
    one = made(cells=CELLS, kernel=kernel, **names)
    theirs = by_torch(one.cells, one.layer)
    assert list(theirs) == list(study.KINDS) == list(one.traces) == list(words.NAMES)
    for kind, trace in one.traces.items():
        torch.testing.assert_close(trace.output, theirs[kind], atol=1e-5, rtol=1e-6)
        assert torch.equal(trace.input, one.cells)


def test_without_numbers_the_map_is_the_scenes():
    one = made(picture="scene:7", level="P3", channel=5, times=1)
    channel = zoo.trace(lesson.NETWORK, pictures.resolve("scene:7").image).features["P3"][5]
    means = channel.unflatten(0, (4, -1)).unflatten(2, (4, -1)).mean((1, 3))
    scaled = 9 * (means - means.min()) / (means.max() - means.min())
    assert torch.equal(one.cells, scaled.round())
    assert not one.edited
    assert made(cells=CELLS).edited


def test_kernels_by_name():
    assert made(kernel="flat").layer.kernel.tolist() == [[pytest.approx(4 / 9)] * 3] * 3
    assert made(kernel="flat", stride=1, output_padding=0).layer.kernel.sum() == pytest.approx(1)
    assert made(kernel="bilinear").layer.kernel[1].tolist() == [0.5, 1, 0.5]
    assert torch.equal(made(kernel="learned").layer.kernel, made().restored.kernels["learned"][0])


def test_own_numbers_of_another_size_are_cut_or_followed_by_zeros():
    assert made(kernel=OWN, size=2).layer.kernel.tolist() == [[1, 0.5], [-0.25, 2]]
    assert made(kernel=OWN, size=3).layer.kernel.tolist() == [[1, 0.5, 0], [-0.25, 2, 0], [0, 0, 0]]
    nine = ",".join(map(str, range(9)))
    assert made(kernel=nine, size=2).layer.kernel.tolist() == [[0, 1], [3, 4]]


# ---- the real map ------------------------------------------------------------------------------------
def test_the_real_map_is_a_channel_averaged_and_back():
    real = made(level="P2", channel=3, times=2, kernel="bilinear", size=4).restored
    channel = zoo.trace(lesson.NETWORK, pictures.resolve("scene:42").image).features["P2"][3]
    assert torch.equal(real.original, channel)
    torch.testing.assert_close(real.pooled, F.avg_pool2d(channel[None], 4)[0])
    assert {output.shape for output in real.outputs.values()} == {channel.shape}
    twice = F.interpolate(real.pooled[None, None], scale_factor=2, mode="bilinear")
    twice = F.interpolate(twice, scale_factor=2, mode="bilinear")[0, 0]
    torch.testing.assert_close(real.outputs["bilinear"], twice, atol=1e-5, rtol=0)
    assert real.errors["bilinear"] == pytest.approx(
        float((twice - channel).std(correction=0) / channel.std(correction=0)), rel=0.02
    )
    pooled, places = F.max_pool2d(channel[None, None], 2, return_indices=True)
    inner = F.max_unpool2d(*F.max_pool2d(pooled, 2, return_indices=True), 2)
    assert torch.equal(real.outputs["max_unpool"], F.max_unpool2d(inner, places, 2)[0, 0])


def test_the_learned_kernel_is_better_than_the_fixed_one_in_the_same_layer():
    for scene in ("scene:42", "scene:3"):
        kernels = made(picture=scene, times=1).restored.kernels
        assert kernels["learned"][1] < kernels["bilinear"][1]


def test_odd_maps_are_cut_and_too_small_ones_refused():
    features = {"P2": torch.zeros(2, 13, 9), "P4": torch.zeros(2, 3, 2)}
    trace: Any = type("Trace", (), {"features": features})()
    assert study.level_of(trace, "P2", 4).shape == (2, 12, 8)
    with pytest.raises(ValueError, match="3 × 2 cells, too few"):
        study.level_of(trace, "P4", 4)


# ---- what is said ------------------------------------------------------------------------------------
def test_the_board_holds_what_the_browser_computes_with(shown):
    board = asdict(shown["bench"])
    assert board["cells"] == [float(part) for part in CELLS.split(",")]
    assert board["kernel"] == pytest.approx([4 / 9] * 9)
    assert (board["size"], board["stride"], board["padding"], board["output_padding"]) == (3, 2, 1, 1)
    views = asdict(shown["views"])
    assert [one["name"] for one in views["kernels"]] == ["bilinear", "learned", "yours"]
    own = views["kernels"][-1]
    assert own["error"] == pytest.approx(made(cells=CELLS).restored.errors["transposed"])


def test_the_panels_hold_the_numbers_and_one_scale(shown):
    real = made(cells=CELLS).restored
    panels = shown["stage"].panels
    assert len(panels) == 10
    for panel, values in zip(panels[1:], [real.original, real.pooled, *real.outputs.values()], strict=True):
        assert np.array_equal(encode.unpack(panel.values), values.numpy())
    assert panels[3].asks == f"error {real.errors['nearest']:.2f}"


@pytest.mark.parametrize(
    ("layer", "value"),
    [((3, 2), "4 : 1"), ((4, 2), "4 : 4"), ((2, 3), "1 : 0"), ((5, 1), "25 : 25"), ((5, 3), "4 : 1")],
)
def test_the_reading_is_the_coverage_inside(layer: tuple[int, int], value: str):
    from lecture_models.ops.transposed_convolution import coverage

    shown = lesson.update(size=layer[0], stride=layer[1], output_padding=0)
    assert shown["reading"].value == value
    inner = coverage((20, 20), *layer)[8:-8, 8:-8]
    assert shown["reading"].value == f"{inner.max():g} : {inner.min():g}"


@pytest.mark.parametrize("layer", [(3, 2, 1, 1), (4, 2, 0, 0), (2, 2, 0, 0), (2, 3, 0, 0), (5, 1, 0, 0)])
def test_the_question_is_answered_by_the_layer(layer: tuple[int, int, int, int]):
    names = dict(zip(("size", "stride", "padding", "output_padding"), layer, strict=True))
    for scene in (3, 7, 42):
        one = made(picture=f"scene:{scene}", **names)
        asked = words.question(one)
        row, column = (
            int(part.split(",")[0].rstrip("?")) - 1
            for part in asked.text.replace("column", "row").split("row ")[1:]
        )
        trace = study.trace_all(torch.ones(4, 4), study.Layer(torch.ones(layer[0], layer[0]), *layer[1:]))[
            "transposed"
        ]
        assert asked.choices[asked.answer] == f"{trace.output[row, column]:g}"
        assert 2 <= len(asked.choices) <= 5


def test_the_numbers_end_in_the_operators_values(shown):
    one = made(cells=CELLS)
    for kind in ("nearest", "bilinear", "transposed"):
        assert f"= {float(one.traces[kind].output[3, 4]):.4f}$$" in shown["numbers"]
    left, right = (part.split("$")[0] for part in shown["numbers"].split(r"\rangle = ")[1:])
    assert float(left.rstrip(".")) == pytest.approx(float(right.rstrip(".")), rel=1e-5)


def test_saved_data_multiplies_back():
    saved = lesson.data(cells=CELLS, kernel=OWN, size=2)
    for kind in study.KINDS:
        np.testing.assert_allclose(
            saved[f"{kind}_matrix"] @ saved["cells_used"].ravel(), saved[kind].ravel(), atol=1e-5
        )


def test_the_slide_has_the_runs_numbers():
    slide = lesson.figure(cells=CELLS)
    errors = made(cells=CELLS).restored.errors
    assert all(f" {error:.2f}" in slide.caption for error in errors.values())
    assert len(slide.panels) == 6
    assert slide.file("svg").startswith(b"<?xml")


def test_an_output_padding_that_the_stride_does_not_allow_is_cut_and_said():
    made = lesson.update(output_padding=2, stride=2)
    assert made["bench"].output_padding == 1
    assert ("Output padding, less than the stride", "1 is used") in made["reading"].more
    assert len(lesson.update(output_padding=1, stride=2)["reading"].more) == len(made["reading"].more) - 1


def test_another_number_is_answered_at_once():
    lesson.update(cells=CELLS)
    began = time.process_time()
    for step in range(5):
        lesson.update(cells=CELLS.replace("0.5", f"0.{step}"))
    assert (time.process_time() - began) / 5 < 0.25  # 0.03 s on an idle machine


# ---- bad settings ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("picture", "scene:nothing", "scene"),
        ("cells", "1,2,3", "16 numbers"),
        ("cells", CELLS.replace("9", "99"), "16 numbers"),
        ("cells", CELLS.replace("0.5", "nan"), "16 numbers"),
        ("cells", None, "16 numbers"),
        ("kernel", "1,2,3", "4, 9, 16 or 25"),
        ("kernel", "gaussian", "bilinear, flat, learned"),
        ("kernel", "<b>", "bilinear"),
        ("size", 6, "size"),
        ("size", 2.5, "size"),
        ("stride", 0, "stride"),
        ("padding", math.nan, ""),
        ("level", "P9", "level"),
        ("channel", 64, "channel"),
        ("times", 4, "times"),
    ],
)
def test_bad_settings_get_one_sentence_and_no_traceback(
    url: str, log: io.StringIO, name: str, value: Any, said: str
):
    settings = [value if key == name else usual for key, usual in lesson.LESSON.defaults.items()]
    kind, content = call(url, "upsampling", settings)
    assert kind != "complete"
    assert said in str(content)
    assert "Traceback" not in log.getvalue()


def test_the_defaults_answer(url: str):
    assert call(url, "upsampling", DEFAULTS)[0] == "complete"
