"""Numbers of this run as texts, and arithmetic with them in LaTeX: what "Numbers behind it" multiplies out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def plainly(text: str) -> str:
    """A text from outside for Markdown that is drawn as HTML and LaTeX: each of its signs stands for itself.

    >>> plainly("<b> a_b")
    '&#60;b&#62; a&#95;b'
    """
    return "".join(one if one.isalnum() or one == " " else f"&#{ord(one)};" for one in text)


def written(value: float, digits: int, sign: str = "") -> str:
    """A number with a true minus, and without a sign if it rounds to nothing; ``sign="+"`` writes a plus, too.

    >>> written(-1.25, 2), written(-0.001, 2), written(0.5, 1, "+")
    ('−1.25', '0.00', '+0.5')
    """
    return f"{round(float(value), digits) + 0.0:{sign}.{digits}f}".replace("-", "−")


def plural(count: int, name: str) -> str:
    """A count with its noun.

    >>> plural(1, "thing"), plural(12, "thing")
    ('1 thing', '12 things')
    """
    return f"{count} {name}{'s' * (count != 1)}"


def fraction(part: int, part_name: str, whole: int, whole_name: str) -> str:
    """A share as a fraction with named counts and its percentage.

    >>> fraction(1, "hits", 4, "shots")
    '$\\\\dfrac{1\\\\text{ hits}}{4\\\\text{ shots}} = 25.00\\\\,\\\\%$'
    """
    percent = 100 * part / max(whole, 1)
    return rf"$\dfrac{{{part}\text{{ {part_name}}}}}{{{whole}\text{{ {whole_name}}}}} = {percent:.2f}\,\%$"


def softmax(names: Sequence[str], logits: np.ndarray, shown: int = 3) -> str:
    """The softmax of the largest logit, with the ``shown`` largest terms of its denominator.

    >>> softmax(["sky", "road"], np.array([0.0, 0.0]), 2).endswith("= 0.5000$")
    True
    """
    logits = np.asarray(logits, np.float64)
    order, powers = np.argsort(-logits), np.exp(logits)
    best = order[0]
    terms = " + ".join(f"e^{{{logits[k]:.4f}}}" for k in order[:shown])
    rest = r" + \dots" if len(logits) > shown else ""
    return (
        rf"$p(\text{{{names[best]}}}) = \dfrac{{e^{{{logits[best]:.4f}}}}}{{{terms}{rest}}}"
        rf" = \dfrac{{{powers[best]:.4g}}}{{{powers.sum():.4g}}} = {powers[best] / powers.sum():.4f}$"
    )
