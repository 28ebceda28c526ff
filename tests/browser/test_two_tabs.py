"""What a learner does in one tab is known in the other, and the way back is the way that was gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, BrowserContext, Page

STRIP = ".ww-path-strip"
QUERY = "new URLSearchParams(location.search)"


@pytest.fixture
def learner(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(60_000)
    yield context
    context.close()


def on_path(learner: BrowserContext, url: str, task: str) -> Page:
    page = learner.new_page()
    page.goto(f"{url}?path={task}")
    page.wait_for_selector(f"{STRIP} >> visible=true")
    page.wait_for_selector(".ww-number strong >> visible=true")
    return page


def test_two_tabs_reach_their_tasks_and_neither_forgets_the_others(learner: BrowserContext, url: str):
    names = ["free_factor", "greyer_mean"]
    tabs = [on_path(learner, url, name) for name in names]
    for tab in tabs:
        tab.get_by_role("button", name="Show an answer", exact=True).click()
        tab.wait_for_selector(f"{STRIP} >> text=Reached.")
        tab.mouse.click(700, 400)
    kept = "JSON.parse(localStorage.getItem('ww-path')).map((one) => one.name)"
    assert sorted(tabs[0].evaluate(kept)) == names
    tabs[0].click("[data-tool=path]")
    tabs[0].wait_for_function("document.querySelectorAll('dialog li[data-reached]').length === 2")


def test_back_from_a_task_leads_to_the_start_page_without_it(learner: BrowserContext, url: str):
    page = learner.new_page()
    page.goto(url)
    page.click("[data-tool=path]")
    page.locator("dialog").get_by_role("button", name="Begin: part D").click()
    page.wait_for_function(f"{QUERY}.get('path') === 'free_factor'")
    page.wait_for_selector(f"{STRIP} >> visible=true")
    page.wait_for_selector(".ww-number strong >> visible=true")
    page.wait_for_timeout(1000)  # the address rests
    page.go_back()
    page.wait_for_selector(".ww-start .ww-card >> visible=true")
    page.wait_for_function(f"!{QUERY}.has('path')")
    page.go_forward()
    page.wait_for_selector(f"{STRIP} >> visible=true")
    page.wait_for_function(f"{QUERY}.get('path') === 'free_factor'")
