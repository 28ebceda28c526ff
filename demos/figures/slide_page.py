"""A slide as matplotlib's figure and as a file. matplotlib is imported with this module alone."""

from __future__ import annotations

import io
import threading
from typing import Any

import matplotlib
import PIL.Image
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from demos.figures import style
from demos.figures.slide_layout import plan
from demos.figures.slide_panels import Sheet
from demos.figures.slides import HEIGHT, WIDTH, Slide

DOTS = 300
"""Of a PNG, an inch."""
PIXELS = 160
"""Of the pictures in PDF and SVG, an inch: two pixels for each of a full projector's."""
LOOKS: Any = {
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "what-and-where",
    "axes.unicode_minus": True,
}
METADATA: dict[str, dict[str, Any]] = {
    "pdf": {"Creator": "What & Where", "CreationDate": None},
    "svg": {"Creator": "What & Where", "Date": None},
}
_one_at_a_time = threading.Lock()
"""matplotlib is not made for threads: its settings and its fonts are shared by all figures."""


def compose(slide: Slide, pixels: int = PIXELS) -> Figure:
    """The figure of a slide; ``pixels`` an inch of its pictures."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=100, facecolor=style.PAPER)
    FigureCanvasAgg(figure)
    made, sheet = plan(slide), Sheet(figure, pixels)
    for cell in made.cells:
        sheet.panel(cell)
    for line in made.lines:
        sheet.text(line)
    return figure


def file(slide: Slide, form: str) -> bytes:
    """A slide as a PDF, SVG or PNG; the same bytes for the same slide."""
    buffer = io.BytesIO()
    with _one_at_a_time, matplotlib.rc_context(LOOKS):
        figure = compose(slide, DOTS if form == "png" else PIXELS)
        if form == "png":
            return _png(figure)
        metadata = METADATA[form] | {"Title": slide.title}
        figure.savefig(buffer, format=form, metadata=metadata)
    return buffer.getvalue()


def _png(figure: Figure) -> bytes:
    """At 300 dots an inch, without the alpha that a slide does not need."""
    figure.set_dpi(DOTS)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    width, height = canvas.get_width_height(physical=True)
    image = PIL.Image.frombuffer("RGBA", (width, height), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "png", dpi=(DOTS, DOTS), compress_level=3)
    return buffer.getvalue()
