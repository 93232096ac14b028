"""The vial's page on a small phone, in a real browser: it fits, the answer is first, and nobody else is asked."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from tests.photographs import Label, gs1, photograph, saved
from tests.scenes import GTIN
from tests.shelf import GOOD, HELD, TOPICAL, TOPICAL_GTIN, Shelf, filled_shelf

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--hide-scrollbars", "--disable-dev-shm-usage",
)  # fmt: skip
NARROW = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
LARGEST = """
let size = one => parseFloat(getComputedStyle(one).fontSize);
let told = [...document.querySelectorAll('body *')].filter(one => [...one.childNodes].some(
    child => child.nodeType === 3 && child.textContent.trim()));
return told.sort((one, other) => size(other) - size(one))[0].textContent.trim();
"""
CONTRAST = """
let parts = text => text.match(/[0-9.]+/g).map(Number);
let linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
let light = ([r, g, b]) => .2126 * linear(r / 255) + .7152 * linear(g / 255) + .0722 * linear(b / 255);
let ground = one => {
    for (; one; one = one.parentElement) {
        let colour = parts(getComputedStyle(one).backgroundColor);
        if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
};
return Math.min(...[...document.querySelectorAll('body *')].filter(one => one.offsetParent && [...one.childNodes].some(
    child => child.nodeType === 3 && child.textContent.trim())).map(one => {
    let [low, high] = [light(parts(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}));
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing."""
    return filled_shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def address(shelf: Shelf) -> Iterator[str]:
    """Where the service is served."""
    server = make_server("127.0.0.1", 0, shelf.stage.client.application, threaded=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser 360 CSS pixels wide, with a profile of its own."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("chromium and chromedriver are not installed")
    options = Options()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(NARROW))
    yield browser
    browser.quit()


def pages(shelf: Shelf) -> dict[str, str]:
    """A path for every kind of page, by the headline it begins with."""
    return {
        "Records in order": shelf.path("good"),
        "DO NOT USE": shelf.path("held", HELD),
        "STOP – not checked": f"/01/{GTIN}/10/{GOOD}",
        "Check a vial": "/check",
        "For programs": "/docs",
    }


def logged(browser: webdriver.Chrome, log: str) -> list[dict[str, Any]]:
    """What the browser noted since the last time."""
    entries: list[dict[str, Any]] = browser.get_log(log)  # type: ignore[no-untyped-call]
    return entries


def asked_hosts(browser: webdriver.Chrome) -> set[str]:
    """The hosts that the browser asked for anything since the last time."""
    messages = [entry["message"] for entry in logged(browser, "performance")]
    return {
        part.split("/")[2]
        for message in messages
        for part in message.split('"url":"')[1:]
        if part.startswith("http") and "Network.requestWillBeSent" in message
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone_reads_well_and_asks_nobody_else(
    shelf: Shelf, address: str, phone: webdriver.Chrome, scheme: str
) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    phone.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    for headline, path in pages(shelf).items():
        asked_hosts(phone)
        phone.get(address + path)
        heading = phone.find_element(By.TAG_NAME, "h1")
        assert heading.text == headline
        assert phone.execute_script("return document.documentElement.scrollWidth") <= NARROW["width"]
        assert heading.rect["y"] + heading.rect["height"] < NARROW["height"]
        assert phone.execute_script("return document.documentElement.lang") == "en"
        assert phone.execute_script(CONTRAST) >= 4.5, f"{headline} in {scheme}"
        assert asked_hosts(phone) <= {address.removeprefix("http://")}
        assert logged(phone, "browser") == []


def test_topical_only_is_the_largest_of_all_words(
    shelf: Shelf, address: str, phone: webdriver.Chrome
) -> None:
    phone.get(address + shelf.path("topical", TOPICAL, TOPICAL_GTIN))
    assert phone.execute_script(LARGEST) == "TOPICAL ONLY – NOT FOR INJECTION"
    phone.get(address + shelf.path("good"))
    assert phone.execute_script(LARGEST) == "Records in order"


def pressed(phone: webdriver.Chrome, button: str) -> None:
    """Press a button and wait for the page that it leads to.

    The page left behind is marked and a script asked for the mark: asking for one of its elements instead
    sometimes ends the driver's session while the browser is between two pages.
    """
    phone.execute_script("window.left = true")
    phone.find_element(By.CSS_SELECTOR, button).click()
    WebDriverWait(phone, 30, ignored_exceptions=(WebDriverException,)).until(
        lambda browser: browser.execute_script("return !window.left && document.readyState === 'complete'")
    )


def test_a_typed_lot_leads_to_its_answer_and_on_to_the_vials(
    shelf: Shelf, address: str, phone: webdriver.Chrome
) -> None:
    phone.get(f"{address}/check")
    phone.find_element(By.ID, "lot").send_keys(GOOD)
    pressed(phone, "button")
    assert phone.find_element(By.TAG_NAME, "h1").text == "STOP – not checked"
    phone.find_element(By.ID, "serial").send_keys(shelf.serials["good"])
    pressed(phone, "form.big button")
    assert phone.find_element(By.TAG_NAME, "h1").text == "Records in order"


def test_a_picture_leads_to_the_vials_answer(
    shelf: Shelf, address: str, phone: webdriver.Chrome, tmp_path: Path
) -> None:
    day = shelf.expires_on.strftime("%y%m%d")
    symbols = [gs1(f"(01){GTIN}(17){day}(10){GOOD}(21){shelf.serials[one]}") for one in ("good", "used")]
    one, two = (
        Label(symbol=each, module=6, at=at)
        for each, at in zip(symbols, ((0.3, 0.5), (0.7, 0.5)), strict=True)
    )
    for name, labels in (("one", (one,)), ("two", (one, two)), ("none", ())):
        (tmp_path / f"{name}.jpg").write_bytes(saved(photograph(*labels, size=(1600, 1200))))
    for name, headline in (
        ("none", "STOP – not checked"),
        ("two", "STOP – not checked"),
        ("one", "Records in order"),
    ):
        phone.get(f"{address}/check")
        phone.find_element(By.ID, "picture").send_keys(str(tmp_path / f"{name}.jpg"))
        pressed(phone, "form[method=post] button")
        assert phone.find_element(By.TAG_NAME, "h1").text == headline
        assert phone.execute_script("return document.documentElement.scrollWidth") <= NARROW["width"]
        assert phone.execute_script(CONTRAST) >= 4.5
    assert "/check?lot=" in phone.current_url
    phone.get(f"{address}/check")
    phone.find_element(By.ID, "picture").send_keys(str(tmp_path / "two.jpg"))
    pressed(phone, "form[method=post] button")
    pressed(phone, "a.button")
    assert phone.find_element(By.TAG_NAME, "h1").text in {"Records in order", "DO NOT USE"}
    assert logged(phone, "browser") == []


def test_the_page_can_be_printed(shelf: Shelf, address: str, phone: webdriver.Chrome, tmp_path: Path) -> None:
    phone.get(address + shelf.path("good"))
    phone.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    ink = phone.execute_script("return getComputedStyle(document.querySelector('.answer')).color")
    assert ink == "rgb(0, 0, 0)"
    assert not phone.find_element(By.TAG_NAME, "footer").is_displayed()
