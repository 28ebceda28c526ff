"""A small residual network with a feature pyramid: pictures [N, 3, H, W] -> maps P2..P5.

He et al. 2016 (basic blocks), Lin et al. 2017 (the pyramid), Wu & He 2018 (group normalisation, which
does not depend on the batch and so trains well with few pictures a step).
"""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.ops import Conv2dNormActivation, FeaturePyramidNetwork

GROUPS = 8


def conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> Conv2dNormActivation:
    """Convolution, group normalisation, ReLU; "same" padding."""
    return Conv2dNormActivation(inputs, outputs, kernel, stride, norm_layer=_group_norm)


def _group_norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(GROUPS, channels)


class BasicBlock(nn.Module):
    """Two 3 × 3 convolutions and a shortcut (He et al. 2016, figure 2)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = conv(inputs, outputs, stride=stride)
        self.second = nn.Sequential(
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), _group_norm(outputs)
        )
        same = inputs == outputs and stride == 1
        self.shortcut = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), _group_norm(outputs))
        )

    def forward(self, x: Tensor) -> Tensor:
        """Float [N, C, H, W] -> [N, outputs, H / stride, W / stride]."""
        return F.relu(self.second(self.first(x)) + self.shortcut(x))


class PyramidBackbone(nn.Module):
    """Stem at stride 2, four stages at strides 4, 8, 16, 32, and the pyramid on top of them.

    Returns an ordered dict "0".."3" = P2..P5, each [N, out_channels, H / stride, W / stride].
    """

    def __init__(
        self,
        stem: int = 16,
        widths: tuple[int, ...] = (32, 64, 128, 160),
        blocks: tuple[int, ...] = (1, 2, 2, 2),
        out_channels: int = 64,
    ) -> None:
        super().__init__()
        self.stem = conv(3, stem, stride=2)
        inputs, stages = stem, []
        for width, count in zip(widths, blocks, strict=True):
            stages.append(
                nn.Sequential(
                    BasicBlock(inputs, width, 2), *(BasicBlock(width, width, 1) for _ in range(count - 1))
                )
            )
            inputs = width
        self.stages = nn.ModuleList(stages)
        self.fpn = FeaturePyramidNetwork(list(widths), out_channels)
        self.out_channels = out_channels

    def forward(self, x: Tensor) -> OrderedDict[str, Tensor]:
        """Float [N, 3, H, W] -> P2..P5."""
        x = self.stem(x)
        maps = OrderedDict()
        for level, stage in enumerate(self.stages):
            x = maps[str(level)] = stage(x)
        return self.fpn(maps)
