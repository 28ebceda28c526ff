"""Along one axis: which inputs an output reads, as a range for one output, and as a pattern for all of them.

A convolution's output i reads the inputs s·i − p … s·i − p + d·(k − 1): kernel k, stride s, padding p, dilation d. A
:class:`Window` says so for one layer. A :class:`Pattern` says it for a whole network: outputs in turn read ranges of
the picture that repeat, shifted, after a few outputs (a map that was enlarged by two has two kinds of outputs).

Dumoulin & Visin 2016, "A Guide to Convolution Arithmetic for Deep Learning", has the same formulas, layer by layer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd, lcm

Range = tuple[int, int]
"""First and last cell, both inclusive. It may reach beyond the map, into what is padded."""

LONGEST = 4096
"""Most kinds of outputs that a pattern may have."""


def lowest(outputs: int, inputs: int) -> Range:
    """So many outputs for so many inputs, in lowest terms.

    >>> lowest(8, 6)
    (4, 3)
    """
    shared = gcd(outputs, inputs)
    return outputs // shared, inputs // shared


@dataclass(frozen=True)
class Window:
    """What a layer's outputs read along one axis; this one reads its own place alone.

    Args:
        edge: what stands beyond the map: "zero" (nothing of the picture), "replicate" or "reflect".
    """

    edge: str = "zero"

    @property
    def period(self) -> Range:
        """(outputs, inputs): so many outputs later, the same is read so many inputs later."""
        return 1, 1

    def read(self, first: int, last: int) -> Range:
        """The inputs that the outputs ``first`` … ``last`` read, on a map without an end.

        >>> Window().read(4, 5)
        (4, 5)
        """
        return first, last

    def read_inside(self, first: int, last: int, length: int) -> Range | None:
        """The same on a map of ``length`` cells; None where only padding is read.

        >>> Sliding(kernel=3, padding=1).read_inside(0, 0, 8)
        (0, 1)
        """
        low, high = self.read(first, last)
        if self.edge == "reflect":
            ends = [low, high, -low, -high, 2 * length - 2 - low, 2 * length - 2 - high]
            inner = [end for end in ends if 0 <= end < length]
            inner += [0] * (low <= 0 <= high) + [length - 1] * (low <= length - 1 <= high)
            return min(inner), max(inner)
        if self.edge == "zero" and (high < 0 or low >= length):
            return None
        return min(max(low, 0), length - 1), min(max(high, 0), length - 1)


@dataclass(frozen=True)
class Sliding(Window):
    """Convolution, pooling, a crop (negative padding), padding by itself.

    >>> Sliding(kernel=3, stride=2, padding=1).read(4, 5)
    (7, 11)
    """

    kernel: int = 1
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def period(self) -> Range:
        """One output, ``stride`` inputs."""
        return 1, self.stride

    def read(self, first: int, last: int) -> Range:
        """See :meth:`Window.read`."""
        reach = self.dilation * (self.kernel - 1)
        return first * self.stride - self.padding, last * self.stride - self.padding + reach


@dataclass(frozen=True)
class Spreading(Window):
    """Transposed convolution: input i is added to the outputs s·i − p + d·k, so outputs between them read fewer inputs.

    >>> Spreading(kernel=2, stride=2).read(4, 5), Spreading(kernel=3, stride=2).read(4, 4)
    ((2, 2), (1, 2))
    """

    kernel: int = 1
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def period(self) -> Range:
        """``stride`` outputs, one input."""
        return self.stride, 1

    def read(self, first: int, last: int) -> Range:
        """See :meth:`Window.read`."""
        near = (
            self.stride + self.dilation * self.kernel
        )  # outputs that are farther from an end decide nothing there
        low = self._inputs(range(first, min(last, first + near) + 1))
        high = self._inputs(range(max(first, last - near), last + 1))
        if not low or not high:  # no input reaches these outputs: the one before them stands for none
            return (first + self.padding) // self.stride, (first + self.padding) // self.stride
        return min(low), max(high)

    def read_inside(self, first: int, last: int, length: int) -> Range | None:
        """See :meth:`Window.read_inside`."""
        some = self._inputs(range(first, last + 1))
        return super().read_inside(first, last, length) if some else None

    def _inputs(self, outputs: Iterable[int]) -> list[int]:
        places = (i + self.padding - self.dilation * k for i in outputs for k in range(self.kernel))
        return [place // self.stride for place in places if place % self.stride == 0]


@dataclass(frozen=True)
class Resampled(Window):
    """Interpolation: output i lies at the place (numerator · i + start) / denominator among the inputs.

    Args:
        numerator, denominator, start: whole numbers, so that nothing is rounded.
        before, after: inputs that are read left and right of that place; 0 and 0 takes the nearest below.
    """

    numerator: int = 1
    denominator: int = 1
    start: int = 0
    before: int = 0
    after: int = 1

    @property
    def period(self) -> Range:
        """See :meth:`Window.period`."""
        return lowest(self.denominator, self.numerator)

    def read(self, first: int, last: int) -> Range:
        """See :meth:`Window.read`."""
        (low, exact), (high, whole) = self._place(first), self._place(last)
        return low - (0 if exact else self.before), high + (0 if whole else self.after)

    def _place(self, output: int) -> tuple[int, bool]:
        """The input at or left of an output, and whether it lies exactly there."""
        place, rest = divmod(self.numerator * output + self.start, self.denominator)
        return place, rest == 0


@dataclass(frozen=True)
class Divided(Window):
    """Adaptive pooling of ``inputs`` cells to ``outputs``: output i reads ⌊i·n/k⌋ … ⌈(i + 1)·n/k⌉ − 1.

    >>> [Divided(inputs=8, outputs=7).read(i, i) for i in (0, 6)]
    [(0, 1), (6, 7)]
    """

    inputs: int = 1
    outputs: int = 1

    @property
    def period(self) -> Range:
        """See :meth:`Window.period`."""
        return lowest(self.outputs, self.inputs)

    def read(self, first: int, last: int) -> Range:
        """See :meth:`Window.read`."""
        return first * self.inputs // self.outputs, -(-(last + 1) * self.inputs // self.outputs) - 1


@dataclass(frozen=True)
class Shuffled(Window):
    """Pixel shuffle by ``factor``: a cell becomes ``factor`` cells; with ``back``, the other way round."""

    factor: int = 1
    back: bool = False

    @property
    def period(self) -> Range:
        """One cell is ``factor`` cells of the finer map."""
        return (1, self.factor) if self.back else (self.factor, 1)

    def read(self, first: int, last: int) -> Range:
        """See :meth:`Window.read`."""
        if self.back:
            return first * self.factor, (last + 1) * self.factor - 1
        return first // self.factor, last // self.factor


@dataclass(frozen=True)
class Pattern:
    """What all outputs of a network's layer read of the picture, along one axis.

    Args:
        ranges: of the outputs 0, 1, … of one period.
        shift: pixels by which the ranges of the next period lie farther.

    >>> Pattern(((0, 0),), 1).through(Sliding(kernel=3)).through(Sliding(kernel=2, stride=2))
    Pattern(ranges=((0, 3),), shift=2)
    """

    ranges: tuple[Range, ...] = ((0, 0),)
    shift: int = 1

    def of(self, output: int) -> Range:
        """The range of one output."""
        turn, kind = divmod(output, len(self.ranges))
        low, high = self.ranges[kind]
        return low + turn * self.shift, high + turn * self.shift

    def through(self, window: Window) -> Pattern:
        """The pattern after one more layer."""
        if window == Window():
            return self
        outputs, inputs = window.period
        times = len(self.ranges) // gcd(len(self.ranges), inputs)
        reads = [window.read(i, i) for i in range(_bounded(outputs * times))]
        shift = inputs * times * self.shift // len(self.ranges)
        return Pattern(tuple(self._hull(*read) for read in reads), shift)

    def _hull(self, first: int, last: int) -> Range:
        """The smallest range that holds all that some outputs in a row read."""
        some = len(self.ranges)
        low = min(self.of(i)[0] for i in range(first, min(last, first + some - 1) + 1))
        return low, max(self.of(i)[1] for i in range(max(first, last - some + 1), last + 1))

    def joined(self, other: Pattern) -> Pattern:
        """What is read by two paths that meet, cell on cell: of both ranges the hull.

        >>> Pattern(((0, 2),), 1).joined(Pattern(((1, 1), (0, 1)), 2))
        Pattern(ranges=((0, 2), (0, 3)), shift=2)
        """
        many = _bounded(lcm(len(self.ranges), len(other.ranges)))
        pairs = [(self.of(i), other.of(i)) for i in range(many)]
        ranges = tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs)
        return Pattern(ranges, max(p.shift * many // len(p.ranges) for p in (self, other)))

    @property
    def sizes(self) -> Range:
        """Pixels of the smallest and of the largest range."""
        sizes = [high - low + 1 for low, high in self.ranges]
        return min(sizes), max(sizes)

    @property
    def jump(self) -> float:
        """Pixels between the middles of neighbours' ranges, on average."""
        return self.shift / len(self.ranges)

    @property
    def offset(self) -> float:
        """Middle of output 0's range, in pixels from the picture's outer edge; on average, where outputs differ.

        >>> Pattern(((-1, 1),), 1).offset  # a padded 3 × 3 convolution: the middle of pixel 0
        0.5
        """
        middles = [(low + high + 1) / 2 - i * self.jump for i, (low, high) in enumerate(self.ranges)]
        return sum(middles) / len(middles)


def _bounded(kinds: int) -> int:
    if kinds > LONGEST:
        raise ValueError(
            f"A map's outputs may read in at most {LONGEST} different ways; here they are {kinds}, since sizes on the "
            "way do not divide. Choose sides that are multiples of the largest stride, or take away upsamplings."
        )
    return kinds
