"""Modules of the page in a test: their address, and an empty page of the same origin to import them in."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page


def address(name: str) -> str:
    """Where the running app serves a script, such as "roi_features/sums.js"."""
    import app

    return f"/{app.site.files.address(name)}"


def alone(browser: Browser, url: str, **modules: str) -> Page:
    """An empty page on which each module is there as ``window.NAME``; close it in the end."""
    page: Any = browser.new_page()
    page.goto(f"{url}robots.txt")
    for name, file in modules.items():
        page.evaluate(f"import('{address(file)}').then((module) => {{ window.{name} = module; }})")
        page.wait_for_function(f"window.{name}")
    return page
