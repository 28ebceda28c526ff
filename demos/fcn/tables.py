"""Lesson B5's tables of three networks: ours over held-out scenes, the paper's, and two ledgers of stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from demos.figures import ablation
from demos.records import Table

if TYPE_CHECKING:
    from lecture_models.papers import Published
    from lecture_models.studies.fcn_ledger import Ledger

METRICS = (
    ("miou", "mIoU"),
    ("pixel_accuracy", "pixel accuracy"),
    ("mean_accuracy", "mean accuracy"),
    ("frequency_weighted_iou", "frequency-weighted IoU"),
    ("boundary_iou", "boundary IoU"),
)
MEASURED = tuple(key for key, _ in METRICS)
HEAD = ("our network", *(name for _, name in METRICS))


def ours(names: Sequence[str], found: Sequence[Mapping[str, Any]], sentence: str) -> Table | None:
    """Our networks over held-out scenes, mean of their seeds; the sentence where a file cannot be read."""
    if not found:
        return Table(HEAD, [], sentence, source="result") if sentence else None
    rows = [ablation.row(name, one, METRICS) for name, one in zip(names, found, strict=True)]
    last = found[-1]
    scenes, many = last["runs"][0]["test"]["scenes"], max(len(one["runs"]) for one in found)
    caption = (
        f"Our result files, in per cent, areas summed over {scenes} unseen scenes; up to {many} seeds, ± is half their "
        f"range. Each network starts from the one before. Train it yourself: {last['command']}."
    )
    return Table(HEAD, rows, caption, source="result", strong=(len(rows) - 1,))


def published(table: Published) -> Table:
    """A table of a paper."""
    return Table(table.head, table.rows, table.caption, source="paper", strong=table.strong)


def ledger(title: str, made: Ledger, caption: str) -> Table:
    """A network's stages and its skips."""
    rows = [(one.name, f"{one.stride} px", str(one.dilation), f"{one.field} px") for one in made.stages]
    return Table((title, "stride", "dilation", "receptive field"), rows, caption)


def ledgers(fine: Ledger, dilated: Ledger) -> tuple[Table, Table]:
    """FCN-8s, which adds finer maps, and torchvision's network, which never makes coarse ones."""
    first = f"Counted on its shapes: {fine.skips} skips, dilation 1 everywhere."
    output = min(one.stride for one in dilated.stages[1:-1] if one.stride > 4)
    second = (
        f"torchvision’s fcn_resnet50, counted likewise, without weights: {dilated.skips} skips. "
        f"It keeps stride {output} by dilation, so it is no FCN-8s."
    )
    return ledger("FCN-8s", fine, first), ledger("fcn_resnet50", dilated, second)
