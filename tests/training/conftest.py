"""Folders of their own for what a training publishes, and a measurement of one scene."""

from __future__ import annotations

from pathlib import Path

import pytest

from lecture_models import results, zoo
from lecture_models.training import publish


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Holds `weights` and `results`, both empty."""
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(zoo, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setattr(publish, "TEST_SCENES", 1)
    (tmp_path / "weights").mkdir()
    (tmp_path / "results").mkdir()
    return tmp_path
