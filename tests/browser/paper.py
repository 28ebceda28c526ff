"""A lesson on paper: when it is ready to be printed, what stands on it, and on how many sheets."""

from __future__ import annotations

import re

from playwright.sync_api import Page

SHOWN = """() => {
  const shown = (css) => [...document.querySelectorAll(css)].some((one) => one.offsetHeight);
  return { theory: document.querySelector(`#${document.body.dataset.lesson}-theory-fold .ww-theory`)?.innerText ?? "",
    settings: document.querySelector(".ww-colophon")?.innerText ?? "",
    link: document.querySelector(".ww-colophon a")?.href,
    acting: shown("#ww-top, #ww-picture-bar, .ww-foot, .ww-main input"), dark: document.body.matches(".dark"),
    pictures: shown(".ww-panel img, .ww-board img, .ww-board canvas") };
}"""


def prepared(page: Page, lesson: str) -> None:
    """Wait until the theory has come, in a fold that nobody opened and that is closed again."""
    theory = f"document.querySelector('#{lesson}-theory-fold .ww-theory')?.textContent.length > 1000"
    page.wait_for_function(f"{theory} && !document.querySelector('#{lesson}-theory-fold > .label-wrap.open')")


def count(content: bytes) -> int:
    """The number of sheets of a PDF."""
    return len(re.findall(rb"/Type\s*/Page\b", content))
