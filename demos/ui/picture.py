"""The picture bar: one source of pictures for all lessons, at the same place in each of them.

It writes the picture's key into one hidden text field, which every endpoint has as its first input. Scenes
and samples are chosen in the browser without asking Python; only a file goes to the server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import gradio as gr

from demos.ui import stage as stages
from demos.ui import uploads
from demos.ui.spoken import spoken


class PictureSource(Protocol):
    """What the bar needs from the room that makes pictures (lecture_models.pictures is one)."""

    @property
    def SAMPLES(self) -> Mapping[str, str]: ...  # noqa: N802 - a module's constant

    @property
    def MAX_SEED(self) -> int: ...  # noqa: N802

    def admit(self, path: str, /) -> str: ...

    def resolve(self, key: str, /) -> Any: ...

    def parse_scene(self, key: str, /) -> tuple[int, Any]: ...

    def following(self, key: str, /) -> str | None: ...


class PictureBar:
    """Widgets of the bar and the hidden ``key`` field that lessons read."""

    def __init__(self, source: PictureSource, default: str) -> None:
        self.source = source
        seed, settings = source.parse_scene(default)
        self.ranges = type(settings).RANGES
        self.defaults = {name: getattr(settings, name) for name in self.ranges}
        self.key = gr.Textbox(default, label="picture", elem_id="ww-picture", elem_classes=["ww-hidden"])
        with gr.Row(elem_id="ww-picture-bar", elem_classes=["ww-chrome"]):
            self._scene(seed)
            self._settings()
            self._photograph()
        self._wire()

    def _scene(self, seed: int) -> None:
        with gr.Row(elem_classes=["ww-seed"]):
            self.previous = gr.Button("Previous scene", elem_id="ww-previous", min_width=32, size="sm")
            self.seed = gr.Number(
                seed,
                minimum=0,
                maximum=self.source.MAX_SEED,
                precision=0,
                label="Scene",
                elem_id="ww-seed",
                min_width=60,
            )
            self.pictured = stages.pictured(dict(self.source.SAMPLES), uploads.LARGEST)
            self.next = gr.Button("Next scene", elem_id="ww-next", min_width=32, size="sm")

    def _settings(self) -> None:
        self.sliders: dict[str, gr.Slider] = {}
        with gr.Accordion("Scene settings", open=False, elem_id="ww-settings", elem_classes=["ww-popover"]):
            for name, (low, high, step, unit, what) in self.ranges.items():
                title = f"{name.replace('_', ' ').capitalize()} ({unit})"
                self.sliders[name] = gr.Slider(
                    low,
                    high,
                    self.defaults[name],
                    step=step,
                    label=title,
                    info=what,
                    buttons=[],
                    elem_id=f"ww-set-{name}",
                )
            self.reset = gr.Button("Back to the usual scene", size="sm", elem_id="ww-reset")

    def _photograph(self) -> None:
        with gr.Accordion("Photograph", open=False, elem_id="ww-photo", elem_classes=["ww-popover"]):
            samples = [(title, name) for name, title in self.source.SAMPLES.items()]
            self.sample = gr.Radio(samples, label="scikit-image's photographs", elem_id="ww-sample")
            self.file = gr.Image(
                type="filepath",
                sources=["upload", "webcam"],
                image_mode=None,
                label="Your own, kept for up to an hour",
                alt_text="Your picture",
                buttons=[],
                height=180,
                elem_id="ww-file",
            )

    def _wire(self) -> None:
        scene = [self.seed, *self.sliders.values()]
        shown = [self.seed, self.key, *self.sliders.values()]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        usual = json.dumps(self.defaults)
        for button, step in ((self.previous, -1), (self.next, 1)):
            js = f"(...all) => window.whatwhere.scene({usual}, all, {step})"
            button.click(None, scene, shown, js=js, **quiet)
        js = f"(...all) => window.whatwhere.scene({usual}, all, 0)"
        events = [self.seed.submit, self.seed.blur, *(slider.release for slider in self.sliders.values())]
        gr.on(events, None, scene, shown, js=js, **quiet)
        back = f"(seed) => [...{list(self.defaults.values())!r}, `scene:${{seed}}`]"
        self.reset.click(None, [self.seed], [*self.sliders.values(), self.key], js=back, **quiet)
        self.sample.input(None, [self.sample], [self.key], js="(name) => `sample:${name}`", **quiet)
        self._files(quiet)
        js = "(key) => window.whatwhere.pictureChanged(key)"
        self.key.change(None, [self.key], [self.sample], js=js, **quiet)
        js = f"(seed) => window.whatwhere.barRestored({usual}, seed)"
        gr.on([stages.trigger(self.pictured, "restore")], None, [self.seed], shown, js=js, **quiet)

    def _files(self, quiet: dict[str, Any]) -> None:
        """A file that is uploaded or a picture that the camera took."""
        sent = self.file.input(
            self.admit,
            [self.file],
            [self.key],
            js="(file) => file ?? new Promise(() => {})",  # who turns to the camera has no picture yet: nothing is sent
            preprocess=False,
            api_name="upload_picture",
            show_progress="hidden",
        )
        sent.then(None, None, [self.file], js="() => null", **quiet)  # read or refused: room for another

    def admit(self, file: Any = None) -> str:
        """Send a photograph: returns the picture's key, which every lesson accepts for an hour.

        Args:
            file: a picture file (PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF), at most 8 MB and 16 million pixels, as
                JPEG 100 million.

        Returns:
            The key, such as upload:9f86d081884c7d65.
        """
        if file is None:
            raise gr.Error("A picture file is needed; choose one and send it again.", print_exception=False)
        path = uploads.uploaded(file)
        try:
            with spoken():
                return self.source.admit(path)
        finally:
            uploads.forget(path)  # its pixels are in memory now, or it was refused
        raise AssertionError  # never reached: `spoken` lets every error out

    def restore(self, key: str) -> dict[Any, Any]:
        """Widgets' values for a picture's key from a permalink. Raises ValueError for a bad key."""
        self.source.resolve(key)
        values: dict[Any, Any] = {self.key: key}
        if key.startswith("scene:"):
            seed, settings = self.source.parse_scene(key)
            values[self.seed] = seed
            values |= {slider: getattr(settings, name) for name, slider in self.sliders.items()}
        elif key.startswith("sample:"):
            values[self.sample] = key.removeprefix("sample:")
        return values
