"""Where networks run: CUDA gives the CPU's values; on ZeroGPU calls are wrapped, networks loaded beforehand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lecture_models.nets.panoptic_fpn import panoptic_fpn
from lecture_models.nets.rcnn_trace import trace_rcnn
from lecture_models.scenes import render

ROOT = Path(__file__).resolve().parent.parent.parent

SPACES = """
import sys
assert "torch" not in sys.modules, "spaces must be imported before torch"
def GPU(function=None, **_):
    function.on_zero_gpu = True
    return function
"""
PROGRAM = """
from lecture_models import zoo
assert zoo._forward.on_zero_gpu
assert all(name in zoo._networks for name in zoo.names("panoptic")), "networks are moved before the first call"
"""


@pytest.mark.slow
def test_on_zero_gpu_calls_are_wrapped_and_networks_loaded_at_import(tmp_path: Path):
    (tmp_path / "spaces.py").write_text(SPACES)
    environment = {**os.environ, "SPACES_ZERO_GPU": "1", "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_on_zero_gpu_a_damaged_file_of_weights_does_not_keep_the_app_from_starting(tmp_path: Path):
    shutil.copytree(ROOT / "lecture_models", tmp_path / "lecture_models")
    shutil.copytree(ROOT / "assets" / "weights", tmp_path / "assets" / "weights")
    (tmp_path / "assets" / "weights" / "panoptic_fpn.safetensors").write_bytes(b"")
    (tmp_path / "spaces.py").write_text(SPACES)
    environment = {**os.environ, "SPACES_ZERO_GPU": "1", "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", "from lecture_models import zoo; print(zoo.WEIGHTS)"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_computes_the_same_trace():
    torch.manual_seed(0)
    network, image = panoptic_fpn().eval(), render(42, size=128).image
    expected, trace = trace_rcnn(network, image), trace_rcnn(network.to("cuda"), image)
    for level, features in expected.features.items():
        assert trace.features[level].device.type == "cpu"
        torch.testing.assert_close(trace.features[level], features, rtol=1e-2, atol=1e-2)
    assert expected.semantic is not None
    assert trace.semantic is not None
    torch.testing.assert_close(trace.semantic, expected.semantic, rtol=1e-2, atol=1e-2)
