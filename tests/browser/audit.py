"""What is measured on a page: how it shifts while it comes, the sizes of its texts, and what axe finds."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

OWNED_BY_GRADIO = {"image-redundant-alt", "aria-prohibited-attr"}
WITHOUT_FORMULAS = {"exclude": [[".katex"]]}  # of many parts, all in the colour of their paragraph
# The sum of all layout shifts that no act of the visitor has caused (cumulative layout shift, https://web.dev/cls).
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) sum += hadRecentInput ? 0 : value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 200);
})"""
TEXTS = """() => {
  const sizes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const parent = node.parentElement, range = document.createRange();
    range.selectNode(node);
    const box = range.getBoundingClientRect();
    const text = node.textContent.trim(), away = parent.closest("option, .ww-sr, svg");
    const seen = text && !away && box.width && box.top < innerHeight;
    if (!seen || !parent.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize) * parent.currentCSSZoom;
    sizes.push([Math.round(size * 10) / 10, node.textContent.trim()]);
  }
  return sizes;
}"""


def serious(page: Page, context: Any = None) -> list[str]:
    """What axe finds that matters; what is in order is not described, which halves the time."""
    return grave(page, {}, context or WITHOUT_FORMULAS)


def hard_to_read(page: Page) -> list[str]:
    """Texts whose colours are too near to each other."""
    return grave(page, {"runOnly": ["color-contrast"]}, WITHOUT_FORMULAS)


def grave(page: Page, options: dict[str, Any], context: Any = None) -> list[str]:
    """What axe finds by some rules in a part of the page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.evaluate(
        "document.getAnimations().forEach((one) => one.finish())"
    )  # a colour that fades is none yet
    found = axe.run(page, context, {"preload": False, "resultTypes": ["violations"], **options})
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'][:200]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical") and one["id"] not in OWNED_BY_GRADIO
        for node in one["nodes"]
    ]
