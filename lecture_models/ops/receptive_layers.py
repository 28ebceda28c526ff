"""What a layer reads of the map before it, along one axis, as a window.

Nothing is guessed: for a layer that is not listed here there is none, and a ValueError names it (receptive_kinds.py).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from torch import nn
from torchvision.ops import FrozenBatchNorm2d, StochasticDepth

from .receptive_windows import Divided, Resampled, Shuffled, Sliding, Spreading, Window

POINTWISE = frozenset(
    (
        *("relu", "relu6", "gelu", "silu", "sigmoid", "tanh", "hardswish"),
        *("hardsigmoid", "hardtanh", "leaky_relu", "elu", "softplus", "mish"),
        *("dropout", "dropout2d", "batch_norm", "local_response_norm", "add", "sub", "mul"),
        *("div", "true_divide", "neg", "abs", "exp", "log", "sqrt"),
        *("pow", "square", "clamp", "maximum", "minimum", "iadd", "isub"),
        *("imul", "idiv", "radd", "rmul", "rsub", "truediv", "rtruediv"),
        *("contiguous", "to", "float", "clone", "detach"),
    )
)
DROPOUTS = (nn.Dropout, nn.Dropout2d, nn.AlphaDropout, nn.FeatureAlphaDropout)
FIXED = (nn.BatchNorm2d, nn.LocalResponseNorm, nn.Identity, FrozenBatchNorm2d, StochasticDepth, *DROPOUTS)
MIXING = (
    nn.MultiheadAttention,
    nn.Softmax,
    nn.LogSoftmax,
    nn.Softmin,
    nn.GLU,
)  # torch's activations that are not pointwise
NORMS = (nn.GroupNorm, nn.InstanceNorm2d, nn.LayerNorm)
ADAPTIVE = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
PADS = {
    nn.ConstantPad2d: "zero",
    nn.ZeroPad2d: "zero",
    nn.ReplicationPad2d: "replicate",
    nn.ReflectionPad2d: "reflect",
}
EDGES = {"zeros": "zero", "replicate": "replicate", "reflect": "reflect"}
NUMBERS = ("kernel_size", "stride", "padding", "dilation")


def window_of(layer: Any, axis: int, before: int, after: int) -> Window | None:
    """What a layer reads along an axis.

    Args:
        layer: of torch.nn, or frozen normalisation of torchvision.
        axis: 0 for rows, 1 for columns.
        before: cells of the map that it takes.
        after: cells of the map that it returns.

    Returns:
        None for a layer of another kind, or one that mixes places.

    >>> window_of(nn.Conv2d(1, 1, 3, stride=2, padding=1), 0, 8, 4)
    Sliding(edge='zero', kernel=3, stride=2, padding=1, dilation=1)
    """
    for kinds, rule in RULES:
        if isinstance(layer, kinds):
            return rule(layer, axis, before, after)
    return Window() if type(layer).__module__ == "torch.nn.modules.activation" else None


def reads_everything(layer: Any, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether a layer also takes the whole map: its mean and variance, or windows that grow with it.

    Adaptive pooling to the size that the map already has is an identity, and so reads nothing more.
    """
    if isinstance(layer, ADAPTIVE):
        return before != after
    return isinstance(layer, NORMS) and (
        not isinstance(layer, nn.LayerNorm) or len(layer.normalized_shape) > 1
    )


def _same(layer: Any, axis: int, before: int, after: int) -> Window:
    return Window()


def _none(layer: Any, axis: int, before: int, after: int) -> None:
    return None


def _flattened(layer: Any, axis: int, before: int, after: int) -> Window:
    return Sliding(kernel=before)


def _softmax(layer: Any, axis: int, before: int, after: int) -> Window | None:
    return Window() if layer.dim in (1, -3) else None


def _linear(layer: Any, axis: int, before: int, after: int) -> Window | None:
    return Window() if before == after == 1 else None


def _spreading(layer: Any, axis: int, before: int, after: int) -> Window:
    return Spreading("zero", *(_at(getattr(layer, number), axis) for number in NUMBERS))


def _shuffled(layer: Any, axis: int, before: int, after: int) -> Window:
    back = isinstance(layer, nn.PixelUnshuffle)
    return Shuffled(factor=layer.downscale_factor if back else layer.upscale_factor, back=back)


def _padded(layer: Any, axis: int, before: int, after: int) -> Window:
    edge = next(edge for kind, edge in PADS.items() if isinstance(layer, kind))
    return Sliding(edge, padding=layer.padding[2 - 2 * axis])  # left, right, top, bottom


def _sliding(layer: Any, axis: int, before: int, after: int) -> Window | None:
    kernel, stride = _at(layer.kernel_size, axis), _at(layer.stride, axis)
    dilation = _at(getattr(layer, "dilation", 1), axis)
    edge = EDGES.get(getattr(layer, "padding_mode", "zeros"))
    padding = _at(layer.padding, axis)
    if padding in ("same", "valid"):
        padding = dilation * (kernel - 1) // 2 if padding == "same" else 0
    return Sliding(edge, kernel, stride, padding, dilation) if edge else None


def _adaptive(layer: Any, axis: int, before: int, after: int) -> Window:
    """Of global pooling the middle alone: the field that is left without what it reads of everything."""
    if after == 1:
        return Sliding(padding=-(before // 2))
    return Window() if before == after else Divided(inputs=before, outputs=after)


def _resampled(layer: Any, axis: int, before: int, after: int) -> Window | None:
    """Interpolation in whole numbers: torch samples at the given factor, or at the ratio of the sizes."""
    factor = None if layer.scale_factor is None else _at(layer.scale_factor, axis)
    step = Fraction(before, after) if factor is None else 1 / Fraction(factor).limit_denominator(1000)
    if layer.mode == "nearest":
        return _at_places(step, Fraction(0), 0, 0)
    if layer.mode == "nearest-exact":
        return _at_places(step, step / 2, 0, 0)
    if layer.mode == "area":
        return Divided(inputs=before, outputs=after)
    if layer.mode not in ("bilinear", "bicubic"):
        return None
    start = step / 2 - Fraction(1, 2)
    if layer.align_corners:
        step, start = Fraction(before - 1, max(after - 1, 1)), Fraction(0)
    return _at_places(step, start, *((0, 1) if layer.mode == "bilinear" else (1, 2)))


def _at_places(step: Fraction, start: Fraction, before: int, after: int) -> Window:
    unit = step.denominator * start.denominator
    return Resampled("replicate", int(step * unit), unit, int(start * unit), before, after)


def _at(value: Any, axis: int) -> Any:
    if isinstance(value, (tuple, list)):
        return value[axis] if len(value) > 1 else value[0]
    return value


RULES: tuple[tuple[tuple[type[nn.Module], ...], Callable[[Any, int, int, int], Window | None]], ...] = (
    ((*FIXED, *NORMS), _same),
    ((nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d), _sliding),
    ((nn.ConvTranspose2d,), _spreading),
    (ADAPTIVE, _adaptive),
    ((nn.Upsample,), _resampled),
    ((nn.PixelShuffle, nn.PixelUnshuffle), _shuffled),
    (tuple(PADS), _padded),
    ((nn.Flatten,), _flattened),
    ((nn.Linear,), _linear),
    ((nn.Softmax, nn.LogSoftmax), _softmax),
    (MIXING, _none),
)
