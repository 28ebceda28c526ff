"""A short campaign at every change; ``make hostile`` runs the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile import campaign
from tests.hostile.server import running


@pytest.mark.slow
def test_three_hundred_hostile_calls(tmp_path: Path):
    with running(
        GRADIO_TEMP_DIR=tmp_path
    ) as server:  # other tests run beside it, so an answer may take longer
        assert campaign.run(server, 300, seed=1, uploads=str(tmp_path), slowest=15) == []
