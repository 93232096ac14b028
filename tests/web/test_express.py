"""The short way and the framework's give one answer: the same status, bytes and headers; everything else goes on."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from qc_service.web.service import EXTENSION
from tests.scenes import GTIN
from tests.shelf import GOOD, Shelf, filled_shelf

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing."""
    return filled_shelf(tmp_path_factory.mktemp("shelf"))


def asked(shelf: Shelf, address: str) -> TestResponse:
    return shelf.stage.client.get(address, headers=JSON)


def told(response: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    """All that a client sees."""
    return response.status_code, response.data, dict(response.headers)


def addresses(shelf: Shelf) -> list[str]:
    printed = shelf.expires_on.strftime("%y%m%d")
    unknown = f"/01/{GTIN}/10/{GOOD}/21/{'2' * 12}"
    return [
        shelf.path("good"),
        f"{shelf.path('good')}?17={printed}",
        f"{shelf.path('good')}?17=270101",
        shelf.path("used"),
        unknown,
        f"/01/{GTIN}/10/NOSUCHLOT/21/{'2' * 12}",
        f"/api/v1/verify?code={quote(shelf.scan('good'))}",
        f"/api/v1/verify?code={quote(shelf.scan('used').removeprefix(']d2'))}",
    ]


def test_both_ways_give_one_answer(shelf: Shelf) -> None:
    for address in addresses(shelf):
        beside = "&" if "?" in address else "?"
        by_flask = asked(shelf, f"{address}{beside}unknown=1")
        assert told(asked(shelf, address)) == told(by_flask)


@pytest.mark.parametrize(
    "address",
    [
        f"/01/{GTIN[:-1]}3/10/{GOOD}/21/{'2' * 12}",
        f"/01/{GTIN}/10/{GOOD}/21/{'2' * 12}?17=271301",
        f"/01/{GTIN}/10/{GOOD}",
        "/api/v1/verify?code=x",
    ],
)
def test_what_cannot_be_read_here_goes_on(shelf: Shelf, address: str) -> None:
    assert asked(shelf, address).get_json()["decision"] == "cannot_verify"


def test_a_person_and_a_form_go_on(shelf: Shelf) -> None:
    bearer = {"Authorization": f"Bearer {shelf.stage.token('other_clinician')}", **JSON}
    answer = shelf.stage.client.get(shelf.path("good"), headers=bearer).get_json()
    assert [reason["code"] for reason in answer["reasons"]] == ["not_consigned_here"]
    assert shelf.stage.client.post(shelf.path("good"), headers=JSON).status_code == 405
    assert shelf.stage.client.get(shelf.path("good")).mimetype == "text/html"


def test_an_address_that_asks_too_often_is_told_to_wait(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    extensions = shelf.stage.client.application.extensions
    monkeypatch.setitem(extensions, EXTENSION, replace(extensions[EXTENSION], requests_per_minute=2))
    answers = [asked(shelf, shelf.path("good")) for _ in range(4)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "60"
