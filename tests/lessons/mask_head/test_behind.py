"""The table behind the gain is the study's file; a broken file is named in its place, a missing one leaves none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demos.mask_head import lesson
from lecture_models import results


def test_the_table_is_the_file():
    found = json.loads((results.RESULTS / "mask_losses.json").read_text())
    table = lesson.update()["behind"]
    assert table.source == "result"
    one = next(part for part in found["heads"] if part["boxes"] == "softmax")
    row = next(row for row in table.rows if row[0] == "both in the softmax's boxes")
    for cell, loss in zip(row[1:3], ("softmax", "sigmoid"), strict=True):
        assert cell == f"{100 * one['mask_ap'][loss]:.1f} ±{100 * one['standard_error'][loss]:.1f}"
    assert row[3] == f"+{100 * one['gain']:.1f} ±{100 * one['gain_standard_error']:.1f}"
    assert f"{found['test']['scenes']} unseen scenes" in table.caption
    assert found["command"] in table.caption
    assert {len(row) for row in table.rows} == {len(table.head)}


@pytest.mark.parametrize("damage", ["cut off", "no heads", "a text", "a list"])
def test_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str):
    found = json.loads((results.RESULTS / "mask_losses.json").read_text())
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    assert lesson.behind_table() is None
    if damage == "no heads":
        del found["heads"]
    elif damage == "a text":
        found["heads"][0]["gain"] = "high"
    text = json.dumps([found] if damage == "a list" else found)
    (tmp_path / "mask_losses.json").write_text(text[:-40] if damage == "cut off" else text)
    table = lesson.behind_table()
    assert table is not None
    assert table.rows == []
    assert "mask_losses.json" in table.caption
    assert "restore it from the repository." in table.caption
