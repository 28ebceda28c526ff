"""The app behind a proxy, below a prefix as JupyterHub gives one: page, scripts, answers and runs come through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser

import demos
from tests.browser.kept import FORGET
from tests.ui.proxy import proxied

PREFIX = "/user/ada/proxy/7860"
LESSON = demos.SYLLABUS[0].lessons[0].name


@pytest.fixture(scope="module", params=["taken off", "left on"])
def behind(url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The app's address behind a proxy; the app was told of it as GRADIO_ROOT_PATH tells it."""
    import app

    patch = pytest.MonkeyPatch()
    patch.setattr(app.demo, "root_path", PREFIX)
    patch.setattr(app.demo.app, "root_path", PREFIX)
    with proxied(url, PREFIX, request.param == "taken off") as address:
        yield address
    patch.undo()


def test_the_page_and_all_its_scripts_and_styles_are_below_the_prefix(behind: str):
    page = httpx.get(behind)
    assert page.status_code == 200
    named = re.findall(r"""(?:src|href)=["']([^"'#]+)["']""", page.text)
    named += re.findall(r"ww/[0-9a-f]{12}/[\w./-]+", page.text)
    own = {urljoin(behind, one) for one in named if not one.startswith(("data:", "https:"))}
    own = {one for one in own if not one.endswith("/manifest.json")}  # gradio's, of a page that is installed
    assert any("/ww/" in one for one in own)
    assert any("/assets/" in one for one in own)
    for one in own:
        assert one.startswith(behind), one
        assert httpx.get(one).status_code == 200, one
    assert f'"root":"{behind.rstrip("/")}"' in page.text.replace(" ", "")


def test_a_lesson_is_asked_below_the_prefix(behind: str):
    body = {"lesson": LESSON, "settings": {}, "have": [], "visitor": "a" * 32}
    answer = httpx.post(urljoin(behind, "ww/ask"), json=body, timeout=60)
    assert answer.status_code != 404
    assert httpx.get(urljoin(behind, "../elsewhere")).status_code == 404


def test_a_page_without_its_final_slash_is_sent_there_with_its_query(url: str, behind: str):
    for query in ("", "?lesson=unet&picture=scene:7"):
        answer = httpx.get(
            f"{url.rstrip('/')}{PREFIX}{query}"
        )  # as a proxy hands it on that leaves the prefix on
        assert answer.status_code == 307
        target = answer.headers["location"]
        assert urljoin(f"https://hub.example{PREFIX}", target) == f"https://hub.example{PREFIX}/{query}"
    assert httpx.get(f"{url.rstrip('/')}{PREFIX}s").status_code == 404


def test_a_lesson_works_and_a_run_reports_through_the_proxy(browser: Browser, behind: str):
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(FORGET)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{behind}?lesson=mask_rcnn_results&scenes=2&gallery=this&predict=0")
    page.wait_for_selector("#mask_rcnn_results-stage .ww-panel img >> visible=true")
    page.wait_for_selector("#mask_rcnn_results-found .ww-number strong >> visible=true")
    page.click("#mask_rcnn_results-measure-start")
    page.wait_for_function(
        "document.querySelector('#mask_rcnn_results-measure-progress .ww-progress').dataset.state === 'done'"
    )
    page.close()
    assert wrong == []
    assert [one for one in asked if not one.startswith((behind, "data:", "blob:"))] == []
