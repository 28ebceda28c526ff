"""The lesson on data sets in Chromium: labels found, scenes relabelled, folders opened, a network measured."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page

from lecture_models.studies import panoptic_datasets as study
from tests.browser.kept import kept
from tests.browser.modules import alone
from tests.datasets.folders import exported, zipped

VIEWS = ("labels", "data", "balance")
BOARDS = {
    "labels": ".ww-psSets table",
    "data": ".ww-psContents .ps-bar",
    "balance": ".ww-psAgainst .ps-chart svg",
}
SAYS = "document.querySelector('.ps-says')?.textContent"
MANY = "document.querySelector('.ps-bar > span')?.textContent"
DROP = "document.querySelector('.ww-drop output').textContent"


@pytest.fixture(scope="module")
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The lesson, opened once; whatever goes wrong in it fails the last test."""
    with kept(browser, f"{url}?predict=0&lesson=panoptic_datasets", has_touch=True) as tab:
        tab.wait_for_selector(f"{BOARDS['labels']} >> visible=true")
        yield tab


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our export of three small scenes, as a folder and beside it as scenes.zip."""
    place = tmp_path_factory.mktemp("export")
    (place / "scenes.zip").write_bytes(zipped(exported(place / "scenes", 7, 3)))
    return place / "scenes"


def look(page: Page, view: str) -> None:
    """Choose a view by its radio button and wait until it is drawn."""
    page.evaluate("window.scrollTo(0, 0)")
    page.locator(f"#panoptic_datasets-view input[value={view}]").check()
    page.wait_for_selector(f"{BOARDS[view]} >> visible=true")


def test_a_zip_of_the_browser_is_read_by_python(browser: Browser, url: str):
    page = alone(browser, url, zip="draw/zip.js")
    script = """(files) => zip.zipped(files.map(([name, bytes]) => ({ name, bytes: Uint8Array.from(bytes) })))
      .flatMap((part) => [...part])"""
    files = {"a/ä.json": list(range(256)) * 3, "b.png": [], "a/c": [7]}
    made = page.evaluate(script, list(files.items()))
    with zipfile.ZipFile(io.BytesIO(bytes(made))) as archive:
        assert archive.testzip() is None
        assert {name: list(archive.read(name)) for name in archive.namelist()} == files
    page.close()


def test_a_label_is_found_by_typing(opened: Page):
    look(opened, "labels")
    opened.fill(".ww-psSets input", "traffic li")
    found = opened.locator(".ps-found button")
    assert found.count() == 4
    opened.locator(".ww-psSets input").press("Enter")
    opened.wait_for_function(f"{SAYS}.includes('“traffic light”')")
    assert "What one set counts as a thing is stuff in another" in opened.evaluate(SAYS)
    assert opened.locator(".ps-near[data-how=exact]").count() == 4
    assert opened.locator(".ps-none").count() == 1


def test_a_pick_says_what_it_is_in_each_set(opened: Page):
    look(opened, "labels")
    opened.locator(".ps-found button >> text=/^person/").click()
    opened.wait_for_function(f"{SAYS}.includes('“person” of Cityscapes')")
    opened.wait_for_function("new URLSearchParams(location.search).get('label') === 'cityscapes:person'")
    row = opened.locator(".ww-psSets tr", has_text="COCO panoptic")
    assert row.locator(".ps-near").get_attribute("data-how") == "broader"
    row.locator(".ps-near").click()
    opened.wait_for_function(f"{SAYS}.includes('of COCO panoptic')")


def test_the_scene_is_relabelled(opened: Page):
    look(opened, "labels")
    made = study.relabel("scene:42", "cityscapes")
    assert made is not None
    opened.locator("#panoptic_datasets-target input[value=cityscapes]").check()
    value = f"{100 * made.void:.1f}"
    opened.wait_for_function(
        f"document.querySelector('#panoptic_datasets-reading strong').textContent === '{value}'"
    )
    legend = opened.locator("figure[data-shows=Relabelled] .ww-legend").text_content() or ""
    assert "terrain" in legend
    assert "void" in legend


def test_a_class_is_looked_through(opened: Page):
    look(opened, "data")
    opened.locator(".ps-class", has_text="person").click()
    data = study.opened("", "scene:42")
    many = len(data.with_category(9))
    opened.wait_for_function(f"{MANY}.replace(/\\s+/g, ' ').includes('of {many} with person')")
    assert set(opened.locator(".ww-psContents tbody th").all_text_contents()) == {"person"}
    opened.locator("[aria-label='Next picture']").click()
    opened.wait_for_function(f"{MANY}.startsWith('2 of')")
    opened.select_option(".ps-bar select", label="all")
    opened.wait_for_function(f"{MANY}.includes('in all')")
    opened.wait_for_selector(".ps-instances svg[role=img]")


def test_a_zip_file_is_opened_and_closed(opened: Page, folder: Path):
    look(opened, "data")
    opened.set_input_files(".ww-zip", folder.parent / "scenes.zip")
    opened.wait_for_function(f"{DROP}.startsWith('Opened')")
    opened.wait_for_function(f"{MANY}.startsWith('1 of 3')")
    opened.wait_for_function("location.search.includes('folder=upload:')")
    opened.locator(".ww-drop >> text=Close it").click()
    opened.wait_for_function(f"{MANY}.startsWith('1 of {study.MANY}')")
    opened.wait_for_function("!location.search.includes('folder=')")


def test_a_folder_is_opened(opened: Page, folder: Path):
    look(opened, "data")
    opened.set_input_files(".ww-folder", folder)
    opened.wait_for_function(f"{MANY}.startsWith('1 of 3')")
    opened.locator(".ww-drop >> text=Close it").click()
    opened.wait_for_function(f"{MANY}.startsWith('1 of {study.MANY}')")


def test_a_bad_folder_is_told(visit: Any, folder: Path, tmp_path: Path):
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    del files["panoptic/000008.png"]
    (tmp_path / "bad.zip").write_bytes(zipped(files))
    page = visit("?lesson=panoptic_datasets&view=data")
    page.wait_for_selector(f"{BOARDS['data']} >> visible=true")
    page.set_input_files(".ww-zip", tmp_path / "bad.zip")
    page.wait_for_selector("text=panoptic/000008.png is missing")
    page.wait_for_function(f"{DROP}.startsWith('Not opened')")


def test_a_measurement_runs_and_stops(opened: Page):
    look(opened, "balance")
    run = "#panoptic_datasets-measure"
    opened.locator(f"{run}-start").click()
    opened.wait_for_selector("#panoptic_datasets-measured .ps-chart [role=img]")
    opened.locator(f"{run}-stop").click()
    opened.wait_for_function("document.querySelector('.ps-run .ww-progress').dataset.state === 'stopped'")
    assert "of 20 scenes" in (opened.locator(".ps-run .ww-progress").text_content() or "")


@pytest.mark.parametrize("view", VIEWS)
def test_board_controls_and_reading_fit_a_projector(opened: Page, view: str):
    look(opened, view)
    for selector in (BOARDS[view], "#panoptic_datasets-view", "#panoptic_datasets-reading"):
        box = opened.locator(f"[role=tabpanel] {selector} >> visible=true").first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_on_a_phone(opened: Page, view: str, dark: bool):
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.evaluate(f"document.body.classList.toggle('dark', {str(dark).lower()})")
    look(opened, view)
    cut = """[...document.querySelectorAll('#ww-tab-panoptic_datasets :is(.ww-board, .ww-table, .ww-drop) *')]
      .filter((node) => {
        const {left, right, width} = node.getBoundingClientRect();
        return width && !node.closest('.ww-sr, title') && (left < -1 || right > window.innerWidth + 1);
      }).map((node) => `${node.className.baseVal ?? node.className} ${node.tagName}`)"""
    opened.wait_for_function("document.documentElement.scrollWidth <= 390")
    assert opened.evaluate(cut) == []
    opened.set_viewport_size({"width": 1366, "height": 768})
    opened.evaluate("document.body.classList.remove('dark')")


def test_the_question_veils_the_relabelled_scene(visit: Any):
    page = visit("?lesson=panoptic_datasets", asks=True)
    page.wait_for_selector("figure[data-shows=Relabelled][inert]")
    page.locator(".ww-choices button").first.click()
    page.wait_for_function("!document.querySelector('figure[data-shows=Relabelled][inert]')")
