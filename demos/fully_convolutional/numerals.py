"""Numbers of lesson B1 as text: multiply-adds, ratios, differences."""

from __future__ import annotations


def saving(ratio: float) -> tuple[float, str]:
    """How many times fewer multiply-adds one pass takes, or more: with one window there is nothing to share.

    >>> saving(4.9), saving(0.8)
    ((4.9, 'fewer'), (1.25, 'more'))
    """
    return (ratio, "fewer") if ratio >= 1 else (1 / ratio, "more")


def times(ratio: float) -> str:
    """A ratio with the digits that it deserves.

    >>> times(4.93), times(31.56), times(128.4)
    ('4.9', '32', '128')
    """
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def giga(macs: int) -> str:
    """Multiply-adds in billions.

    >>> giga(556_929_515_520), giga(894_133_632)
    ('556.9 G', '0.89 G')
    """
    return f"{macs / 1e9:.1f} G" if macs >= 1e10 else f"{macs / 1e9:.2f} G"


def tiny(value: float) -> str:
    """A difference, such as 2e−6; from a hundredth on with two digits.

    >>> tiny(1.9e-6), tiny(0.0), tiny(3.82)
    ('2e−6', '0', '3.82')
    """
    if not value:
        return "0"
    return f"{value:.2f}" if value >= 0.01 else f"{value:.0e}".replace("e-0", "e−").replace("e-", "e−")


def tex(number: int) -> str:
    """A whole number with thousands' commas as TeX sets them."""
    return f"{number:,}".replace(",", "{,}")
