"""Numbers that papers published, each with its source: what lessons print beside their own.

A caption cites its paper as demos/papers.toml spells it, so that the citation is a link on the page.

All are from He et al. 2017, "Mask R-CNN" (arXiv 1703.06870): COCO, in per cent.
"""

from __future__ import annotations

from dataclasses import dataclass

SINGH_DAVIS_MEDIAN = 0.106
"""Median of √(object area / picture area) in COCO: Singh & Davis 2018, "An Analysis of Scale Invariance", section 1."""


@dataclass(frozen=True)
class Published:
    """A table of a paper: heads of its columns, rows of text, what it is and where it stands, rows to set in bold."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    strong: tuple[int, ...] = ()


MASK_LOSS = Published(
    head=("masks", "AP", "AP50", "AP75"),
    rows=(
        ("softmax", "24.8", "44.1", "25.1"),
        ("sigmoid", "30.3", "51.2", "31.5"),
        ("gain", "+5.5", "+7.1", "+6.4"),
    ),
    caption="He et al. 2017, Mask R-CNN, table 2b (ResNet-50-C4, COCO): per-pixel softmax or per-class sigmoid.",
    strong=(1,),
)
CROPS_STRIDE_16 = Published(
    head=("stride 16", "AP", "AP50", "AP75"),
    rows=(
        ("RoIPool, max", "26.9", "48.8", "26.4"),
        ("RoIWarp, max", "27.2", "49.2", "27.1"),
        ("RoIWarp, mean", "27.1", "48.9", "27.1"),
        ("RoIAlign, max", "30.2", "51.0", "31.8"),
        ("RoIAlign, mean", "30.3", "51.2", "31.5"),
    ),
    caption="Bilinear values alone do not help, leaving out the snapping does: He et al. 2017, table 2c (R-50-C4).",
    strong=(4,),
)
CROPS_STRIDE_32 = Published(
    head=("stride 32", "AP", "AP50", "AP75", "box AP", "box AP50", "box AP75"),
    rows=(
        ("RoIPool", "23.6", "46.5", "21.6", "28.2", "52.7", "26.9"),
        ("RoIAlign", "30.9", "51.8", "32.1", "34.0", "55.3", "36.4"),
        ("gain", "+7.3", "+5.3", "+10.5", "+5.8", "+2.6", "+9.5"),
    ),
    caption="Each network trained with its own operator: He et al. 2017, Mask R-CNN, table 2d (ResNet-50-C5, COCO).",
    strong=(1,),
)


def coco_cells(stride: float, short_side: float = 800, aspect: float = 4 / 3) -> float:
    """An estimate of how many cells COCO's median object is wide, √(width · height) / stride, in Mask R-CNN's pictures.

    It takes the median size of Singh & Davis 2018 and a picture of 4 : 3; no table of Mask R-CNN has it.

    >>> round(coco_cells(32), 1)
    3.1
    """
    return SINGH_DAVIS_MEDIAN * (short_side * short_side * aspect) ** 0.5 / stride
