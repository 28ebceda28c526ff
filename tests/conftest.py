"""Fixtures for tests of the page: one running app, its log, and a network even where none is trained yet."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Iterator

import pytest

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as in app.py
os.environ.setdefault("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """panoptic_fpn's weights: the trained ones, or random ones while there are none."""
    from lecture_models import zoo

    if "panoptic_fpn" in zoo.names():
        yield
        return
    import torch

    from lecture_models.nets.panoptic_fpn import panoptic_fpn

    torch.manual_seed(0)
    patch = pytest.MonkeyPatch()
    patch.setattr(zoo, "WEIGHTS", tmp_path_factory.mktemp("weights"))
    classes = ("background", "ball", "crate", "pillar", "cone", "person")
    card = zoo.Card(
        name="panoptic_fpn", title="Untrained", kind="panoptic", data="none", recipe="none", classes=classes
    )
    zoo.save("panoptic_fpn", panoptic_fpn().state_dict(), card)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def url(network: None) -> Iterator[str]:
    """Address of the running app, such as http://127.0.0.1:7860/."""
    import app

    demo = app.server.queue(app.demo)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **app.LAUNCH)
    yield address
    app.demo.close()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the server writes on its standard error and to its loggers during a test; empty where all is well."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.ERROR)
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(logging.getLogger(), "handlers", [*logging.getLogger().handlers])
    return stream
