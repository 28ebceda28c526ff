"""Numbers that papers published, each with its source: what lessons print beside their own.

A caption cites its paper as demos/papers.toml spells it, so that the citation is a link on the page.

In per cent; from He et al. 2017, "Mask R-CNN" (arXiv 1703.06870), on COCO, where nothing else is said.
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
FCN_NETWORKS = Published(
    head=("the paper’s network", "in the paper", "published weights"),
    rows=(
        ("FCN-32s", "59.4", "63.6"),
        ("FCN-16s", "62.4", "65.0"),
        ("FCN-8s", "62.7", "65.5"),
    ),
    caption="mIoU on PASCAL VOC, in per cent: Long et al. 2015, table 2; beside it the weights that the "
    "authors published later, by their own note.",
    strong=(2,),
)
"""Long, Shelhamer & Darrell 2015 (arXiv 1411.4038), table 2, a subset of VOC 2011's validation pictures; the second
column is from the README of github.com/shelhamer/fcn.berkeleyvision.org."""
FCN_STEPS = (62.4 - 59.4, 62.7 - 62.4)
"""Points that pool4 and pool3 bring in that table."""
FCN_CEILINGS = {128: "50.9", 64: "73.3", 32: "86.1", 16: "92.8", 8: "96.4", 4: "98.5"}
"""mIoU of VOC's truth made smaller by each factor and larger again: Long et al. 2015, appendix A."""

EIGEN_FERGUS_DEPTH = Published(
    head=("Eigen & Fergus 2015", "NYUv2, indoors"),
    rows=(
        ("abs rel", "0.158"),
        ("RMSE, m", "0.641"),
        ("δ < 1.25", "76.9 %"),
        ("δ < 1.25²", "95.0 %"),
        ("δ < 1.25³", "98.8 %"),
    ),
    caption="Depth of Eigen & Fergus 2015 on NYUv2, as Laina et al. 2016 and Ji et al. 2021 cite it: other pictures, "
    "at most 10 m deep, so no contest. What we could not check is left out.",
)
"""Eigen & Fergus, ICCV 2015 (arXiv 1411.4734): abs rel and RMSE as in the README of Laina et al.'s
FCRN-DepthPrediction, both and the shares as in a table of Ji et al. 2021, "MonoIndoor" (arXiv 2107.12429). Not read in
the paper itself."""


def coco_cells(stride: float, short_side: float = 800, aspect: float = 4 / 3) -> float:
    """An estimate of how many cells COCO's median object is wide, √(width · height) / stride, in Mask R-CNN's pictures.

    It takes the median size of Singh & Davis 2018 and a picture of 4 : 3; no table of Mask R-CNN has it.

    >>> round(coco_cells(32), 1)
    3.1
    """
    return SINGH_DAVIS_MEDIAN * (short_side * short_side * aspect) ** 0.5 / stride
