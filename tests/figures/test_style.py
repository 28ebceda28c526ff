"""The palette: class colours stay apart for every kind of eye; void and instances are told apart too."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from demos.figures import style
from lecture_models.scenes import CLASSES

# Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# table 1, severity 1.0; rows act on linear RGB.
EYES = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def lab(color: str, eye: np.ndarray) -> np.ndarray:
    """CIELAB of a colour as an eye sees it."""
    part = np.array(style.rgb(color)) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    seen = np.clip(eye @ linear, 0, 1)
    back = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return cv2.cvtColor(back.astype(np.float32)[None, None], cv2.COLOR_RGB2LAB)[0, 0]


def least_difference(colors: dict[str, str], eye: np.ndarray) -> tuple[float, tuple[str, str]]:
    seen = {name: lab(color, eye) for name, color in colors.items()}
    return min((float(np.linalg.norm(seen[a] - seen[b])), (a, b)) for a, b in itertools.combinations(seen, 2))


@pytest.mark.parametrize("eye", EYES)
def test_classes_stay_apart(eye: str):
    distance, pair = least_difference({**style.CLASS_COLORS, "void": style.VOID_COLOR}, EYES[eye])
    assert distance >= 20, pair


def test_every_class_has_a_colour():
    assert tuple(style.CLASS_COLORS) == CLASSES


def test_names_of_other_data_sets_have_one_colour_each():
    names = ["car", "dog", "cup", "bicycle", "traffic light"]
    assert len({style.class_color(name) for name in names}) == len(names)
    assert all(style.class_color(name) == style.class_color(name) for name in names)


def test_neighbouring_instances_differ():
    for name in CLASSES[4:]:
        colors = {str(k): style.instance_color(name, k) for k in range(6)}
        distance, pair = least_difference(colors, EYES["usual"])
        assert distance >= 4, (name, pair)


def test_palette_paints_labels():
    table = style.palette(CLASSES)
    assert table.shape == (256, 3)
    assert tuple(table[4]) == style.rgb(style.CLASS_COLORS["ball"])
    assert tuple(table[255]) == style.rgb(style.VOID_COLOR)
