"""Colour from lightness: one body with one of two outputs, a colour or a distribution over colours.

Zhang, Isola & Efros, "Colorful Image Colorization", ECCV 2016, section 2. The paper compares the two outputs, and for
the second the plain and the rebalanced loss, with one body; so do we, with a smaller one (an encoder and a decoder
with group normalisation and skips, where the paper's is VGG-like and dilated). As in the paper the output has stride 4
and is upsampled; lightness stays as it came, so edges stay sharp.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lecture_models.ops.colour_bins import TEMPERATURE, annealed_mean, gamut_bins
from lecture_models.ops.lab import lab_to_rgb, rgb_to_lab

from .pyramid import BasicBlock, conv

Output = Literal["regression", "classes"]
STRIDE = 4
MULTIPLE = 32  # pixels; other sizes are padded to it, and the output is cropped
AB_SCALE = 50.0  # Lab units; a and b divided by this are of the order of 1


class Colorizer(nn.Module):
    """Lightness float [N, 1, H, W] in 0..100 -> ab or logits at stride 4.

    Args:
        output: "regression" gives ab [N, 2, ⌈H/4⌉, ⌈W/4⌉] in Lab units; "classes" gives logits
            [N, Q, ⌈H/4⌉, ⌈W/4⌉] over :func:`lecture_models.ops.colour_bins.gamut_bins`.
    """

    task = "colour"

    def __init__(self, output: Output) -> None:
        super().__init__()
        if output not in ("regression", "classes"):
            raise ValueError(f'output must be "regression" or "classes"; got {output!r}: choose one.')
        self.output = output
        self.to_4 = nn.Sequential(conv(1, 24, stride=2), BasicBlock(24, 48, 2))
        self.to_8 = nn.Sequential(BasicBlock(48, 64, 2), BasicBlock(64, 64, 1))
        self.to_16 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
        self.to_32 = BasicBlock(128, 160, 2)
        self.from_32 = conv(160 + 128, 128)
        self.from_16 = conv(128 + 64, 96)
        self.from_8 = conv(96 + 48, 96)
        self.last = conv(96, 96)
        self.answer = nn.Conv2d(96, 2 if output == "regression" else len(gamut_bins()), 1)

    def forward(self, lightness: Tensor) -> Tensor:
        """Lightness -> ab or logits, float32. Raises ValueError for another shape."""
        if lightness.ndim != 4 or lightness.shape[1] != 1 or not lightness.is_floating_point():
            raise ValueError(
                f"lightness must be float [N, 1, H, W] in 0..100; got {lightness.dtype} {list(lightness.shape)}: "
                "take the first channel of rgb_to_lab."
            )
        height, width = lightness.shape[-2:]
        padded = F.pad(lightness, (0, -width % MULTIPLE, 0, -height % MULTIPLE), mode="replicate")
        at_4 = self.to_4(padded / 100 - 0.5)
        at_8 = self.to_8(at_4)
        at_16 = self.to_16(at_8)
        x = self.to_32(at_16)
        for layer, skip in ((self.from_32, at_16), (self.from_16, at_8), (self.from_8, at_4)):
            x = layer(torch.cat([_resized(x, skip.shape[-2:]), skip], 1))
        answer = self.answer(self.last(x))[..., : -(-height // STRIDE), : -(-width // STRIDE)].float()
        return answer * AB_SCALE if self.output == "regression" else answer


def colorizer(output: Output) -> Colorizer:
    """The lecture's colorizer with fresh weights; `output` as in :class:`Colorizer`.

    Raises:
        ValueError: There is no such output.

    >>> with torch.no_grad():
    ...     ab = colorizer("regression").eval()(torch.zeros(1, 1, 64, 32))
    >>> tuple(ab.shape)
    (1, 2, 16, 8)
    """
    return Colorizer(output)


@dataclass(frozen=True)
class Colourised:
    """What a colorizer makes of one picture.

    Attributes:
        image: uint8 [H, W, 3], the picture's lightness with the predicted colour.
        lightness: float32 [H, W], L of the picture, 0..100.
        ab: float32 [H, W, 2], the predicted colour, upsampled from stride 4.
        logits: float32 [Q, ⌈H/4⌉, ⌈W/4⌉] of a network with classes; None of one with regression.
    """

    image: np.ndarray
    lightness: np.ndarray
    ab: np.ndarray
    logits: np.ndarray | None


@torch.inference_mode()
def colourise(network: Colorizer, image: np.ndarray, temperature: float = TEMPERATURE) -> Colourised:
    """Forget a picture's colour and predict it from its lightness.

    Args:
        network: in eval mode, as ``zoo.using`` lends it.
        image: uint8 [H, W, 3], RGB; of its colours only the lightness is used.
        temperature: T of the annealed mean; a network with regression has none.

    Raises:
        ValueError: Not such an image, or a temperature below 0.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(
            f"image must be uint8 [H, W, 3] and not empty; got {image.dtype} {list(image.shape)}: convert it to RGB."
        )
    place = next(network.parameters()).device
    picture = torch.from_numpy(np.array(image)).to(place).permute(2, 0, 1)[None].float() / 255
    lightness = rgb_to_lab(picture)[:, :1]
    answer = network(lightness)
    small = predicted_ab(network, answer, temperature)
    # by the stride, then cropped: a side that is no multiple of 4 ends inside the last cell
    ab = F.interpolate(small, scale_factor=STRIDE, mode="bilinear", align_corners=False)
    ab = ab[..., : image.shape[0], : image.shape[1]]
    rgb = (lab_to_rgb(torch.cat([lightness, ab], 1)) * 255).round().byte()
    return Colourised(
        image=rgb[0].permute(1, 2, 0).cpu().numpy(),
        lightness=lightness[0, 0].cpu().numpy(),
        ab=ab[0].permute(1, 2, 0).cpu().numpy(),
        logits=None if network.output == "regression" else answer[0].cpu().numpy(),
    )


def predicted_ab(network: Colorizer, answer: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """A network's answer as ab [N, 2, h, w] in Lab units: as it is, or the annealed mean of its distribution.

    Raises:
        ValueError: The temperature is below 0.
    """
    if network.output == "regression":
        return answer
    return annealed_mean(answer, gamut_bins().to(answer.device), temperature)


def _resized(x: Tensor, size: torch.Size) -> Tensor:
    """Bilinear, to a height and width."""
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)
