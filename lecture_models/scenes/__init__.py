"""Procedural street scenes with exact ground truth.

    render(seed, settings) -> Scene      picture, semantic, instance, depth, normals, things, camera

settings → layout (which things stand where) → trace (what each ray meets) → shade (light) → render.
"""

from .camera import Camera
from .render import Scene, Thing, render, tight_box
from .settings import CLASSES, STUFF, THINGS, VOID, SceneSettings

__all__ = [
    "CLASSES",
    "STUFF",
    "THINGS",
    "VOID",
    "Camera",
    "Scene",
    "SceneSettings",
    "Thing",
    "render",
    "tight_box",
]
