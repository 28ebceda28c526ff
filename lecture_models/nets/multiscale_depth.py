"""Depth and normals from one picture, in three scales from coarse and global to fine.

Eigen & Fergus, "Predicting Depth, Surface Normals and Semantic Labels with a Common Multi-Scale Convolutional
Architecture", ICCV 2015, section 3. The paper's, at the size of our scenes:

* Scale 1 looks at the whole picture: fully connected layers between a small map and a small map. Here the small map
  is 8 × 8 cells, which is stride 32 in a picture of 256 × 256; the map of another picture is resampled to that.
* Scales 2 and 3 see the picture again, beside the upsampled features and output of the scale before.

Ours, and not the paper's:

* The body is residual with group normalisation, not AlexNet or VGG; all scales are trained at once.
* Scales 2 and 3 add a correction to the upsampled output of the scale before, where the paper's predict anew.
* One decoder gives depth and normals at each scale; the paper shares scale 1 alone.
* Each scale is also given each pixel's coordinates in the picture, two channels in −1..1 (Liu et al. 2018,
  "CoordConv"): on flat ground, depth is a matter of the row below the horizon.

Depth is metric: natural logarithm of metres along the optical axis, neither inverse nor up to a scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .pyramid import BasicBlock, conv

MULTIPLE = 32  # pixels; other sizes are padded to it, and the output is cropped
STRIDES = (16, 4, 1)  # of the three scales' outputs; scale 3 works at stride 2 and is upsampled
GLOBAL_CELLS, GLOBAL_CHANNELS, GLOBAL_UNITS = 8, 16, 128  # of the fully connected layers
COORDINATES, OUTPUTS = 2, 4  # column and row; log depth, and x, y and z of the normal
USUAL = (2.1, 0.0, 0.6, 0.6)  # what scale 1 starts from: 8 m, a surface that looks up and towards the viewer


@dataclass(frozen=True)
class Geometry:
    """What one scale says: ``log_depth`` [N, 1, h, w] (ln metres) and ``normals`` [N, 3, h, w] (unit, camera axes)."""

    log_depth: Tensor
    normals: Tensor


@dataclass(frozen=True)
class ScalesTrace:
    """What the three scales say of pictures [N, 3, H, W].

    Attributes:
        coarse: of scale 1, at stride 16.
        middle: of scale 2, at stride 4.
        fine: of scale 3, at the pictures' size: the network's answer.
    """

    coarse: Geometry
    middle: Geometry
    fine: Geometry


class GlobalView(nn.Module):
    """Two fully connected layers over the whole map: each cell out depends on each cell in.

    A map of other than 8 × 8 cells is averaged to 8 × 8, and what comes out is interpolated to its size.
    """

    def __init__(self, inputs: int) -> None:
        super().__init__()
        size = GLOBAL_CHANNELS * GLOBAL_CELLS**2
        self.narrow = conv(inputs, GLOBAL_CHANNELS, kernel=1)
        self.all_to_all = nn.Sequential(
            nn.Linear(size, GLOBAL_UNITS), nn.ReLU(), nn.Linear(GLOBAL_UNITS, size)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Float [N, C, h, w] -> [N, 16, h, w]."""
        cells = F.adaptive_avg_pool2d(self.narrow(x), GLOBAL_CELLS)
        seen = F.relu(self.all_to_all(cells.flatten(1))).view_as(cells)
        return _resized(seen, x)


class CoarseScale(nn.Module):
    """Scale 1: the picture down to stride 32, seen as a whole, and back to stride 16."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.near = nn.Sequential(
            conv(3 + COORDINATES, 16, stride=2),
            BasicBlock(16, 32, 2),
            BasicBlock(32, 64, 2),
            BasicBlock(64, 64, 1),
            BasicBlock(64, 128, 2),
            BasicBlock(128, 128, 1),
        )
        self.far = BasicBlock(128, 160, 2)
        self.global_view = GlobalView(160)
        self.join = conv(160 + GLOBAL_CHANNELS, 96)
        self.merge = conv(96 + 128, width)
        self.answer = nn.Conv2d(width, OUTPUTS, 3, padding=1)
        nn.init.zeros_(self.answer.weight)
        with torch.no_grad():
            self.answer.bias.copy_(torch.tensor(USUAL))  # type: ignore[union-attr]

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Picture with coordinates [N, 5, H, W] -> features [N, width, H/16, W/16] and answer [N, 4, H/16, W/16]."""
        near = self.near(picture)
        far = self.far(near)
        whole = self.join(torch.cat([far, self.global_view(far)], 1))
        features = self.merge(torch.cat([near, _resized(whole, near)], 1))
        return features, self.answer(features).float()


class FinerScale(nn.Module):
    """Scale 2 or 3: the picture again, at this scale's stride, beside what the scale before has found.

    Args:
        look: width of the picture's features after each halving; as many as there are.
        before: channels of the scale before.
        width: channels of this scale.
        blocks: residual blocks.
    """

    def __init__(self, look: tuple[int, ...], before: int, width: int, blocks: int) -> None:
        super().__init__()
        sizes = (3 + COORDINATES, *look)
        self.look = nn.Sequential(*(conv(a, b, stride=2) for a, b in pairwise(sizes)))
        self.narrow = conv(before, width, kernel=1)
        self.mix = conv(look[-1] + width + OUTPUTS + COORDINATES, width)
        self.blocks = nn.Sequential(*(BasicBlock(width, width, 1) for _ in range(blocks)))
        self.correct = nn.Conv2d(width, OUTPUTS, 3, padding=1)
        for values in (self.correct.weight, self.correct.bias):
            nn.init.zeros_(values)  # type: ignore[arg-type]

    def forward(self, picture: Tensor, features: Tensor, answer: Tensor) -> tuple[Tensor, Tensor]:
        """Picture with coordinates, features and answer of the scale before -> features and answer of this one."""
        seen = self.look(picture)
        answer = _resized(answer, seen)
        places = _coordinates(seen)
        before = _resized(self.narrow(features), seen)
        features = self.blocks(self.mix(torch.cat([seen, before, answer, places], 1)))
        # in single precision: half of it would round a log depth of 2 by half a per cent
        return features, answer + self.correct(features).float()


class MultiscaleDepth(nn.Module):
    """Pictures float [N, 3, H, W] in 0..1 of any size -> :class:`ScalesTrace`.

    The answer in the sky means nothing.
    """

    task = "depth"

    def __init__(self, widths: tuple[int, int, int] = (64, 48, 32)) -> None:
        super().__init__()
        coarse, middle, fine = widths
        self.coarse = CoarseScale(coarse)
        self.middle = FinerScale((16, 32), coarse, middle, blocks=3)
        self.fine = FinerScale((16,), middle, fine, blocks=1)

    def forward(self, pictures: Tensor) -> ScalesTrace:
        """Float [N, 3, H, W] -> what the three scales say. Raises ValueError for another shape."""
        if pictures.ndim != 4 or pictures.shape[1] != 3 or not pictures.is_floating_point():
            raise ValueError(
                f"Pictures must be float [N, 3, H, W]; got {pictures.dtype} {list(pictures.shape)}: "
                "divide uint8 by 255 and put the channels second."
            )
        height, width = pictures.shape[-2:]
        padded = F.pad(pictures, (0, -width % MULTIPLE, 0, -height % MULTIPLE), mode="replicate")
        seen = torch.cat([padded - 0.5, _coordinates(padded)], 1)
        first = self.coarse(seen)
        second = self.middle(seen, *first)
        third = self.fine(seen, *second)
        answers = first[1], second[1], _resized(third[1], padded)
        sizes = [(-(-height // stride), -(-width // stride)) for stride in STRIDES]
        return ScalesTrace(*(_geometry(a[..., :h, :w]) for a, (h, w) in zip(answers, sizes, strict=True)))


def multiscale_depth() -> MultiscaleDepth:
    """The lecture's network for depth and normals, with fresh weights.

    >>> with torch.no_grad():
    ...     trace = multiscale_depth().eval()(torch.zeros(1, 3, 64, 96))
    >>> tuple(trace.coarse.normals.shape), tuple(trace.fine.log_depth.shape)
    ((1, 3, 4, 6), (1, 1, 64, 96))
    """
    return MultiscaleDepth()


@dataclass(frozen=True)
class GeometryMaps:
    """What the network says of one picture, as arrays.

    Attributes:
        depth: float32 [H, W], metres along the optical axis.
        normals: float32 [H, W, 3], unit, camera axes.
        coarse_depth, coarse_normals: of scale 1: [⌈H/16⌉, ⌈W/16⌉] and the same with 3 channels.
        middle_depth, middle_normals: of scale 2: [⌈H/4⌉, ⌈W/4⌉].
    """

    depth: np.ndarray
    normals: np.ndarray
    coarse_depth: np.ndarray
    coarse_normals: np.ndarray
    middle_depth: np.ndarray
    middle_normals: np.ndarray


@torch.inference_mode()
def trace_geometry(network: MultiscaleDepth, image: np.ndarray) -> GeometryMaps:
    """Run the network on a picture.

    Args:
        network: in eval mode, as ``zoo.using`` lends it.
        image: uint8 [H, W, 3], RGB.

    Raises:
        ValueError: Not such an image.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(
            f"image must be uint8 [H, W, 3] and not empty; got {image.dtype} {list(image.shape)}: convert it to RGB."
        )
    place = next(network.parameters()).device
    picture = torch.from_numpy(np.array(image)).to(place).permute(2, 0, 1)[None].float() / 255
    trace = network(picture)
    maps = []
    for scale in (trace.fine, trace.coarse, trace.middle):
        maps += [scale.log_depth[0, 0].exp(), scale.normals[0].permute(1, 2, 0)]
    return GeometryMaps(*(values.contiguous().cpu().numpy() for values in maps))


def _geometry(answer: Tensor) -> Geometry:
    return Geometry(answer[:, :1], F.normalize(answer[:, 1:], dim=1))


def _resized(x: Tensor, like: Tensor) -> Tensor:
    """Bilinear, to the height and width of another map."""
    return F.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)


def _coordinates(like: Tensor) -> Tensor:
    """Column and row of each cell's middle, −1 at the left and upper edge, 1 at the right and lower: [N, 2, h, w]."""
    height, width = like.shape[-2:]
    x, y = ((torch.arange(n, device=like.device) + 0.5) / n * 2 - 1 for n in (width, height))
    grid = torch.stack([x.expand(height, width), y[:, None].expand(height, width)])
    return grid.to(like.dtype).expand(len(like), -1, -1, -1)
