"""The page of instrument files in a real browser: dropped in, looked at, confirmed with few words, recorded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests import scenes
from tests.instrument_files import SERIAL, Made, tracked, undiluted, zeta_files
from tests.journeys.test_vial_page_browser import (
    CHROMIUM,
    CONTRAST,
    DRIVER,
    FLAGS,
    NARROW,
    asked_hosts,
    logged,
)
from tests.staging import Stage, raise_stage, served

DIN = "A999026000001"
LOT, OTHER = "EX261101A", "EX261101B"
ANSWER = "Diluted 1:1000, by the notebook."
IDLE = "return !document.querySelector('button:disabled') && document.getElementById('said').textContent"
UNNAMED = """
let fields = [...document.querySelectorAll('main input, main select, main textarea')];
return fields.filter(one => !one.labels.length && !one.ariaLabel).length;
"""
DROP = """
let carried = new DataTransfer();
carried.items.add(new File([arguments[1]], arguments[0], {type: 'text/plain'}));
document.dispatchEvent(new DragEvent('drop', {dataTransfer: carried, bubbles: true, cancelable: true}));
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two lots that wait for their results, in a laboratory with two instruments."""
    raised = raise_stage(tmp_path_factory.mktemp("service"))
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, DIN)
    for lot in (LOT, OTHER):
        scenes.registered_lot(raised, lot, DIN)
    raised.post("quality", "/equipment", id="NTA-01", name="NanoSight", calibration_due="2027-01-01")
    raised.post(
        "quality", "/equipment", id="ZV-01", name="Zeta", serial_number=SERIAL, calibration_due="2027-01-01"
    )
    yield raised
    raised.made.close()


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    """Where the service is served."""
    with served(stage) as url:
        yield url


@pytest.fixture
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser with a profile of its own."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("chromium and chromedriver are not installed")
    profile = tmp_path_factory.mktemp("profile")
    options = Options()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    made = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield made
    made.quit()
    shutil.rmtree(profile, ignore_errors=True)


def said(browser: webdriver.Chrome, words: str) -> None:
    """Wait until the page has done what it does, and says this."""
    WebDriverWait(browser, 60).until(lambda one: words in (one.execute_script(IDLE) or ""))


def opened(browser: webdriver.Chrome, address: str, token: str) -> None:
    browser.get(f"{address}/readings")
    browser.find_element(By.ID, "token").send_keys(token)


def given(browser: webdriver.Chrome, folder: Path, *files: Made) -> None:
    """The files as somebody chooses them."""
    folder.mkdir(exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.content)
    paths = "\n".join(str(folder / file.name) for file in files)
    browser.find_element(By.ID, "files").send_keys(paths)


def pressed(browser: webdriver.Chrome, button: str) -> None:
    browser.find_element(By.CSS_SELECTOR, button).click()


def rows(browser: webdriver.Chrome) -> dict[str, Any]:
    """The rows of what is shown, by the file's name."""
    found = browser.find_elements(By.CSS_SELECTOR, "#rows tr")
    return {row.find_element(By.CSS_SELECTOR, ".id").text: row for row in found}


def test_files_are_dropped_looked_at_and_recorded_with_two_entries(
    stage: Stage, address: str, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    opened(browser, address, stage.token("analyst"))
    good, doubtful = undiluted(tracked(LOT)), undiluted(tracked("EX261101C", concentration="2e+11"))
    given(browser, tmp_path / "files", good, doubtful)
    browser.execute_script(DROP, "dropped.txt", zeta_files(LOT)[2].content.decode("latin-1"))
    assert len(browser.find_elements(By.CSS_SELECTOR, "#chosen li")) == 3
    pressed(browser, "#show")
    said(browser, "3 files were read; nothing is recorded yet.")
    shown = rows(browser)
    assert "passes" in shown[good.name].text
    assert "one slip away" in shown[doubtful.name].text
    assert not shown[doubtful.name].find_element(By.CSS_SELECTOR, "input").is_selected()
    Select(shown[doubtful.name].find_element(By.TAG_NAME, "select")).select_by_value(OTHER)
    said(browser, "3 files were read")
    assert "FAILS" in rows(browser)[doubtful.name].text
    assert not rows(browser)["dropped.txt"].find_element(By.CSS_SELECTOR, "input").is_selected()
    (version,) = browser.find_elements(By.CSS_SELECTOR, "#missing input")
    version.send_keys("1")
    (answer,) = browser.find_elements(By.CSS_SELECTOR, "#warnings textarea")
    answer.send_keys(ANSWER)
    pressed(browser, "#confirm button")
    said(browser, "2 of 2 files are on record.")
    told = browser.find_element(By.ID, "outcomes").text
    assert f"lot {LOT}\nrecorded as result 1" in told
    assert f"lot {OTHER}\nrecorded as result 1; opened: investigation opened" in told
    (result,) = stage.get("quality", f"/lots/{LOT}/results")["results"]
    assert result["warnings_answered"][0]["answer"] == ANSWER
    assert asked_hosts(browser) <= {address.removeprefix("http://")}
    assert logged(browser, "browser") == []


def test_the_same_file_again_is_said_to_be_on_record_and_not_ticked(
    stage: Stage, address: str, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    file = undiluted(tracked(LOT))
    opened(browser, address, stage.token("analyst"))
    given(browser, tmp_path / "files", file)
    pressed(browser, "#show")
    said(browser, "1 files were read")
    row = rows(browser)[file.name]
    assert "has this file's results already" in row.text
    assert not row.find_element(By.CSS_SELECTOR, "input").is_selected()
    pressed(browser, "#confirm button")
    said(browser, "No file is to be recorded")


def test_what_cannot_be_read_and_who_may_not_are_told_in_words(
    stage: Stage, address: str, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    opened(browser, address, stage.token("quality"))
    pressed(browser, "#show")
    said(browser, "Choose at least one file.")
    given(browser, tmp_path / "files", Made("broken.csv", b"\x00\x01"))
    pressed(browser, "#show")
    said(browser, "You may not")
    browser.find_element(By.ID, "token").clear()
    browser.find_element(By.ID, "token").send_keys(stage.token("analyst"))
    pressed(browser, "#show")
    said(browser, "1 files were read")
    assert "Export" in rows(browser)["broken.csv"].text or "text" in rows(browser)["broken.csv"].text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_a_glove_and_keeps_nothing(
    stage: Stage, address: str, browser: webdriver.Chrome, tmp_path: Path, scheme: str
) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(NARROW))
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    opened(browser, address, stage.token("analyst"))
    given(browser, tmp_path / "files", tracked(OTHER), *zeta_files(OTHER, number=9))
    pressed(browser, "#show")
    said(browser, "4 files were read")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= NARROW["width"]
    assert browser.execute_script(CONTRAST) >= 4.5
    heights = browser.execute_script(
        "return [...document.querySelectorAll('main button, main select, main input')].map(one => one.offsetHeight)"
    )
    assert min(heights) >= 44
    kept = (
        "return [localStorage.length, sessionStorage.length, document.cookie, location.search, location.hash]"
    )
    assert browser.execute_script(kept) == [0, 0, "", "", ""]
    assert browser.execute_script(UNNAMED) == 0
    assert logged(browser, "browser") == []


def test_a_filled_in_template_is_dropped_among_the_files_and_nothing_in_it_becomes_markup(
    stage: Stage, address: str, browser: webdriver.Chrome, tmp_path: Path
) -> None:
    titles = "lot,value,unit,assay,method,method_version,facility,started,read,<img src=x onerror=alert(1)>\n"
    rest = f"EU/mL,endotoxin,SOP-QC-12,3,{scenes.LABORATORY},2026-07-01 10:00,2026-07-01 11:00\n"
    sheet = f"{titles}{OTHER},<0.05,{rest}<b>{OTHER}</b>,0.05,{rest}"
    opened(browser, address, stage.token("analyst"))
    given(browser, tmp_path / "files", Made("morning.csv", sheet.encode()))
    browser.execute_script(DROP, "<img src=x onerror=alert(1)>.txt", "hello")
    pressed(browser, "#show")
    said(browser, "2 files were read")
    told = rows(browser)["morning.csv"].text
    assert "a sheet of results, 1 to be recorded" in told
    assert f"{OTHER}, endotoxin: < 0.05 EU/mL" in told
    assert "A3: lot" in told
    assert not browser.find_elements(By.CSS_SELECTOR, "main img, #rows li b")
    assert browser.execute_script(UNNAMED) == 0
    pressed(browser, "#confirm button")
    said(browser, "1 of 1 files are on record.")
    assert "morning.csv\nrecorded as result" in browser.find_element(By.ID, "outcomes").text
    assert logged(browser, "browser") == []
