"""A stand-in until the lesson is written. $x^2$"""
from __future__ import annotations
import base64
import cv2
import gradio as gr
from demos.ui import Lesson, Panel, Panels, Question, Reading, Screen, Box, Knows
from lecture_models import pictures

def uri(image):
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", image[..., ::-1])[1]).decode()

def update(picture: str = "scene:42", score: float = 0.5, pixel: str = "") -> dict:
    """See a picture.

    Args:
        picture: key of a picture.
        score: lowest score.
        pixel: x,y.
    """
    pic = pictures.resolve(picture)
    panels = [Panel(f"View {i}", "a picture", boxes=[Box((30, 40, 100, 150), "#f00", "ball .97")]) for i in range(6)]
    return {"views": Panels(pic.image.shape[:2], panels, base=uri(pic.image)), "agreement": Reading(f"{score:.1f}", "%", "of it"),
            "question": Question("Up?", ["yes", "no"], 0, "Since."), "numbers": "$1+1=2$"}

def build(screen: Screen) -> None:
    with screen.left:
        screen.stage("views", label="Views", select="point", key="pixel", columns=3)
    with screen.right:
        screen.control("score", gr.Slider(0.05, 1, 0.5, step=0.05, label="Score"))
        screen.reading("agreement")

LESSON = Lesson(__name__.split(".")[-1], "A1", "Computer vision tasks", "One picture, every task.", __doc__, update, build, code=lambda: (update,), data=lambda **k: {"a": [1, 2]})
