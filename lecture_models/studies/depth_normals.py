"""Depth and normals of one picture: three scales, the loss under a factor, and normals that depth itself implies.

The network runs once a picture. Each function makes what one view of the lesson needs. torch is imported inside the
functions, so that the page is up before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from lecture_models import pictures, stereo, zoo
from lecture_models.cache import KEPT

if TYPE_CHECKING:
    from lecture_models.nets.multiscale_depth import GeometryMaps
    from lecture_models.ops.scale_invariant import ScaleInvariantTrace

NETWORK = "multiscale_depth"
LONGEST = 256  # pixels of a picture's longer side, as the network sees it here
SCALES = ("coarse", "middle", "fine")
FIELD = 58.0  # degrees: field of view that is assumed of a photograph, the middle of the scenes' 48 to 68
BIASED = 0.02  # of the whole picture, in natural logarithms: less is neither too near nor too far
SMALL = 2000  # bytes, more than a few numbers take


@dataclass(frozen=True)
class Camera:
    """Focal length and principal point (x, y) in pixels; ``known`` is False where they are assumed.

    ``up`` is the world's upward direction in camera axes: of a photograph the picture's own.
    """

    focal: float
    centre: tuple[float, float]
    known: bool
    up: tuple[float, float, float] = (0.0, 1.0, 0.0)


@dataclass(frozen=True, eq=False)
class Looked:
    """What the network says of a picture, and the truth.

    Attributes:
        picture: as it was asked for.
        image: uint8 [H, W, 3], as the network sees it.
        said: its three scales.
        depth: true or measured depth, float32 [H, W] in metres, infinite where there is none; None of most photographs.
        normals: true unit normals, float32 [H, W, 3]; None of photographs.
        camera: of this picture.
    """

    picture: pictures.Picture
    image: np.ndarray
    said: GeometryMaps
    depth: np.ndarray | None
    normals: np.ndarray | None
    camera: Camera

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        arrays = (self.image, *vars(self.said).values(), self.depth, self.normals)
        return sum(one.nbytes for one in arrays if one is not None)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.image.shape[0], self.image.shape[1]

    @property
    def known(self) -> np.ndarray:
        """Pixels with a true depth, bool [H, W]."""
        return np.zeros(self.size, bool) if self.depth is None else np.isfinite(self.depth)


def seen(image: np.ndarray) -> np.ndarray:
    """A picture as the network sees it here: its longer side at most 256 pixels; uint8 [H, W, 3]."""
    height, width = image.shape[:2]
    factor = LONGEST / max(height, width)
    if factor >= 1:
        return image
    sides = [max(round(side * factor), 1) for side in (width, height)]
    return cv2.resize(image, sides, interpolation=cv2.INTER_AREA)


def looked(key: str) -> Looked:
    """All maps of a picture; kept.

    Raises:
        ValueError: no such picture, or the stereo photograph's depth is not here.
    """
    shown = pictures.resolve(key)
    zoo.load(NETWORK)  # before a GPU is asked for
    return KEPT.get(("depth_normals", shown.key), lambda: look(shown))


@zoo.gpu
def look(shown: pictures.Picture) -> Looked:
    """The network on a picture; not kept."""
    from lecture_models.nets.multiscale_depth import trace_geometry

    image = seen(shown.image)
    with zoo.using(NETWORK) as network:
        net: Any = network
        said = trace_geometry(net, image)
    return Looked(shown, image, said, *truth_of(shown, (image.shape[0], image.shape[1])))


def truth_of(
    shown: pictures.Picture, size: tuple[int, int]
) -> tuple[np.ndarray | None, np.ndarray | None, Camera]:
    """Depth, normals and camera of a picture at a size: exact of a scene, measured of the stereo photograph."""
    height, width = size
    middle = width / 2, height / 2
    if shown.scene is not None:
        one = shown.scene
        depth, normals = np.asarray(one.depth, np.float32), np.asarray(one.normals, np.float32)
        return depth, normals, Camera(one.camera.focal(width), middle, True, upward(one.camera))
    if shown.key == stereo.KEY:
        return stereo.measured_depth(size), None, Camera(*stereo.camera(size), True)
    focal = max(size) / 2 / math.tan(math.radians(FIELD) / 2)
    return None, None, Camera(focal, middle, False)


def upward(camera: Any) -> tuple[float, float, float]:
    """The world's vertical in camera axes, unit length."""
    return float(camera.right[1]), float(camera.up[1]), -float(camera.ahead[1])


# ---- scales ----------------------------------------------------------------------------------------------
def depths(made: Looked) -> dict[str, np.ndarray]:
    """What each scale says of every pixel, metres, float32 [H, W]: log depth interpolated as the network does it."""
    said = made.said
    coarse, middle = (enlarged(one, made.size) for one in (said.coarse_depth, said.middle_depth))
    return {"coarse": coarse, "middle": middle, "fine": said.depth}


def normals(made: Looked) -> dict[str, np.ndarray]:
    """The same of normals, unit vectors, float32 [H, W, 3]."""
    said = made.said
    found = {}
    for name, one in (("coarse", said.coarse_normals), ("middle", said.middle_normals)):
        across = np.stack([_resized(one[..., k], made.size) for k in range(3)], -1)
        found[name] = across / np.linalg.norm(across, axis=-1, keepdims=True).clip(1e-9)
    return {**found, "fine": said.normals}


def enlarged(depth: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A small depth map in metres at the picture's size, its logarithm interpolated bilinearly: float32 [H, W]."""
    return np.exp(_resized(np.log(depth), size))


def _resized(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    import torch
    from torch.nn import functional as F

    height, width = size
    stride = max(round(height / values.shape[0]), 1)
    whole = [side * stride for side in values.shape]  # the network pads a picture and crops what it says
    one = torch.from_numpy(np.array(values, np.float32))[None, None]
    return F.interpolate(one, size=whole, mode="bilinear", align_corners=False)[0, 0, :height, :width].numpy()


def depth_errors(depth: np.ndarray, truth: np.ndarray) -> dict[str, float | None]:
    """The metrics of one picture's depth."""
    from lecture_models.evaluation.depth import DepthErrors

    errors = DepthErrors()
    errors.update(depth, truth)
    return errors.compute()


def normal_errors(said: np.ndarray, truth: np.ndarray, known: np.ndarray) -> dict[str, float | None]:
    """The metrics of one picture's normals."""
    from lecture_models.evaluation.depth import NormalErrors

    errors = NormalErrors()
    errors.update(said, truth, known)
    return errors.compute()


def scores(made: Looked, quantity: str) -> dict[str, dict[str, float | None]]:
    """Metrics of each scale by name, of "depth" or "normals"; empty where there is no truth. Kept."""
    key = ("depth_normals scores", made.picture.key, quantity)
    return KEPT.get(key, lambda: _scores(made, quantity), size=lambda _: SMALL)


def _scores(made: Looked, quantity: str) -> dict[str, dict[str, float | None]]:
    if quantity == "depth" and made.depth is not None:
        return {name: depth_errors(one, made.depth) for name, one in depths(made).items()}
    if quantity == "normals" and made.normals is not None:
        return {name: normal_errors(one, made.normals, made.known) for name, one in normals(made).items()}
    return {}


def bias(made: Looked) -> float:
    """Mean of ln prediction − ln truth over the pixels with a depth; 0 where there are none."""
    if made.depth is None or not made.known.any():
        return 0.0
    return float(
        np.mean(np.log(made.said.depth[made.known]) - np.log(made.depth[made.known]), dtype=np.float64)
    )


# ---- loss ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Scaled:
    """The loss of a map multiplied by a factor, beside the same without it.

    ``cost`` is what the factor adds, (1 − λ)(ln² f + 2 m ln f) with the mean difference m before.
    """

    factor: float
    before: ScaleInvariantTrace
    after: ScaleInvariantTrace
    mean: float

    @property
    def cost(self) -> float:
        """What the factor adds to the loss."""
        return self.after.loss - self.before.loss


def scaled(made: Looked, which: str, factor: float, forgiven: float) -> Scaled | None:
    """The loss of the prediction, or of the truth itself, multiplied by a factor; None without a truth.

    Args:
        made: a picture.
        which: "prediction" or "truth": the map that the factor is put on, compared with the truth.
        factor: above 0.
        forgiven: λ in 0..1.
    """
    import torch

    from lecture_models.ops.scale_invariant import trace_scale_invariant_loss

    if made.depth is None or not made.known.any():
        return None
    mask = torch.from_numpy(made.known)
    truth = torch.from_numpy(np.where(made.known, made.depth, 1)).double().log()
    own = torch.from_numpy(np.array(made.said.depth)).double().log() if which == "prediction" else truth
    before = trace_scale_invariant_loss(own, truth, mask, forgiven)
    after = trace_scale_invariant_loss(own + math.log(factor), truth, mask, forgiven)
    return Scaled(factor, before, after, float(before.difference.sum()) / before.pixels)


# ---- normals ---------------------------------------------------------------------------------------------
def from_depth(made: Looked, depth_of: str, camera: str, focal: float) -> np.ndarray:
    """Normals that a depth map implies, float32 [H, W, 3]; zero where there is none.

    Args:
        made: a picture.
        depth_of: "prediction" or "truth"; of a picture without a truth the prediction.
        camera: "known": with the camera's focal length, times ``focal``; "none": the graph of the depth map.
        focal: factor on the focal length.
    """
    import torch

    from lecture_models.ops.normals_from_depth import normals_from_depth, normals_from_gradient

    own = made.depth if depth_of == "truth" and made.depth is not None else made.said.depth
    depth = torch.from_numpy(np.array(own))
    found = normals_from_gradient(depth) if camera == "none" else None
    found = normals_from_depth(depth, made.camera.focal * focal) if found is None else found
    return np.ascontiguousarray(found.permute(1, 2, 0).numpy())


def compared(made: Looked, implied: np.ndarray) -> Mapping[str, Mapping[str, float | None]]:
    """Errors of the network's own normals and of implied ones, "network" and "depth"; empty without a truth."""
    if made.normals is None:
        return {}
    known = made.known & (np.abs(implied).sum(-1) > 0)
    return {"network": scores(made, "normals")["fine"], "depth": normal_errors(implied, made.normals, known)}


def share_of_implied(made: Looked) -> float | None:
    """The share within 11.25° of the truth of normals from the predicted depth; None without a truth. Kept."""
    if made.normals is None:
        return None

    def share() -> float:
        found = compared(made, from_depth(made, "prediction", "known", 1.0))
        return float(found["depth"]["within_11"] or 0.0)

    return float(KEPT.get(("depth_normals share", made.picture.key), share, size=lambda _: SMALL))
