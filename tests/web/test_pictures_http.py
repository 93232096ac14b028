"""A picture in place of a scan, over HTTP: one code is answered, several are asked about, none says how to hold it."""

from __future__ import annotations

import random
import re
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image
from werkzeug.test import TestResponse

import qc_service.web.pictures as rooms
from qc_service.domain.identifiers import VialSerial
from qc_service.exchange.pictures import MAX_BYTES
from schemas.pictures import PictureVerdictSchema
from tests.photographs import Label, gs1, photograph, plain, saved
from tests.scenes import GTIN
from tests.shelf import GOOD, HELD, Shelf, filled_shelf

SMALL = (1600, 1200)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Vials of every standing."""
    return filled_shelf(tmp_path_factory.mktemp("shelf"))


def label(shelf: Shelf, standing: str, lot: str = GOOD, kind: str = "DataMatrix") -> Image.Image:
    day = shelf.expires_on.strftime("%y%m%d")
    return gs1(f"(01){GTIN}(17){day}(10){lot}(21){shelf.serials[standing]}", kind)


def beside(*symbols: Image.Image) -> bytes:
    places = ((0.25, 0.5), (0.75, 0.5))
    labels = [Label(symbol=one, module=6, at=at) for one, at in zip(symbols, places, strict=False)]
    return saved(photograph(*labels, size=SMALL))


def sent(
    shelf: Shelf,
    content: bytes,
    who: str | None = None,
    status: int = 200,
    media: str = "image/jpeg",
    **query: str,
) -> Any:
    """The answer to a picture by itself; it always has the shape that is described."""
    answer = shelf.stage.send(
        who, "POST", "/verify/image", status=status, data=content, content_type=media, query_string=query
    ).get_json()
    if status == 200:
        assert PictureVerdictSchema().validate(answer) == {}
    return answer


def by_form(shelf: Shelf, path: str, status: int, **parts: bytes | str) -> TestResponse:
    form = {
        name: (BytesIO(value), f"{name}.jpg") if isinstance(value, bytes) else value
        for name, value in parts.items()
    }
    return shelf.stage.send(None, "POST", path, status=status, data=form, content_type="multipart/form-data")


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def test_the_code_in_a_picture_is_answered_as_its_scan_is(shelf: Shelf) -> None:
    for standing, lot in (("good", GOOD), ("used", GOOD), ("held", HELD)):
        answer = sent(shelf, beside(label(shelf, standing, lot)))
        read = answer.pop("read")
        assert read["code"] == shelf.scan(standing, lot)
        assert read["says"]["serial"] == shelf.serials[standing]
        assert (read["kind"], len(read["corners"])) == ("gs1", 4)
        assert answer == shelf.stage.get(None, "/verify", query_string={"code": read["code"]})


def test_a_person_and_a_country_are_heeded(shelf: Shelf) -> None:
    picture = beside(label(shelf, "good"))
    assert "custody_not_checked" in str(sent(shelf, picture)["notices"])
    assert "custody_not_checked" not in str(sent(shelf, picture, "clinician")["notices"])
    assert codes(sent(shelf, picture, "other_clinician")) == ["not_consigned_here"]
    assert codes(sent(shelf, picture, country="DE")) == ["no_regulatory_basis"]
    assert sent(shelf, picture, status=422, country="Germany")["errors"][0]["pointer"] == "/country"


def test_the_same_vial_in_two_symbols_is_one(shelf: Shelf) -> None:
    link = f"https://qc.example{shelf.path('good')}"
    answer = sent(shelf, beside(plain(link), label(shelf, "good")))
    assert answer["decision"] == "in_order"
    assert answer["read"]["code"] == shelf.scan("good")


def test_an_offline_token_is_answered_and_is_the_vial_beside_it(shelf: Shelf) -> None:
    token = plain(shelf.stage.get("quality", f"/vials/{GOOD}/{shelf.serials['good']}/token")["token"])
    alone = sent(shelf, beside(token))
    assert alone["decision"] == "in_order"
    assert alone["read"]["code"].startswith("]Q1EXO1:")
    both = sent(shelf, beside(token, label(shelf, "good")))
    assert (both["decision"], both["read"]["code"]) == ("in_order", shelf.scan("good"))


def test_several_vials_in_view_raise_the_question_which(shelf: Shelf) -> None:
    answer = sent(shelf, beside(label(shelf, "good"), label(shelf, "held", HELD)))
    assert (answer["decision"], codes(answer)) == ("cannot_verify", ["malformed_code"])
    assert "2 different codes" in answer["reasons"][0]["detail"]
    chosen = {one["says"]["lot"]: one for one in answer["choices"]}
    assert (
        shelf.stage.get(None, "/verify", query_string={"code": chosen[GOOD]["code"]})["decision"]
        == "in_order"
    )
    assert max(x for x, _ in chosen[GOOD]["corners"]) < min(x for x, _ in chosen[HELD]["corners"])


def test_no_code_says_how_to_hold_the_camera(shelf: Shelf) -> None:
    answer = sent(shelf, saved(photograph(size=SMALL)))
    assert (answer["decision"], codes(answer)) == ("cannot_verify", ["malformed_code"])
    assert all(
        word in answer["reasons"][0]["detail"] for word in ("flat", "frame", "light", "glare", "still")
    )
    assert "read" not in answer
    assert "choices" not in answer


def test_a_code_that_is_none_of_ours_is_said_to_be(shelf: Shelf) -> None:
    answer = sent(shelf, beside(plain("https://qc.example/about")))
    assert (answer["decision"], codes(answer)) == ("cannot_verify", ["malformed_code"])
    assert (answer["read"]["kind"], answer["read"]["says"]) == (None, {})


def test_a_form_is_taken_as_well(shelf: Shelf) -> None:
    reply = by_form(shelf, "/verify/image", 200, picture=beside(label(shelf, "good")))
    assert reply.get_json()["decision"] == "in_order"
    assert reply.headers["Cache-Control"] == "no-store"
    by_form(shelf, "/verify/image", 422, file=beside())
    by_form(shelf, "/verify/image", 422, picture=b"\xff\xd8", note="please")
    assert by_form(shelf, "/verify/image", 422).get_json()["errors"][0]["pointer"] == "/picture"


def test_what_cannot_be_opened_is_refused_by_name(shelf: Shelf) -> None:
    assert sent(shelf, b"GIF89a", status=415, media="image/gif")["title"] == "Unsupported Media Type"
    assert sent(shelf, b"", status=422)["errors"] == [
        {"pointer": "/picture", "detail": "choose or take a picture first"}
    ]
    assert sent(shelf, b"not a picture", status=422)["title"] == "Picture unreadable"
    bomb = saved(Image.new("1", (8000, 8000)), "PNG")
    assert "40 million pixels" in sent(shelf, bomb, status=422, media="image/png")["detail"]
    assert str(MAX_BYTES)[:2] in sent(shelf, bytes(MAX_BYTES + 1), status=413)["detail"]
    sent(shelf, bytes(MAX_BYTES + 100_000), status=413)


def test_hostile_bodies_never_fail_the_service(shelf: Shelf) -> None:
    rng = random.Random(5)
    whole = saved(label(shelf, "good"))
    for _ in range(60):
        broken = bytearray(whole[: rng.randrange(1, len(whole))])
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        reply = shelf.stage.client.post("/api/v1/verify/image", data=bytes(broken), content_type="image/png")
        assert reply.status_code in {200, 422}
    reply = shelf.stage.client.post(
        "/api/v1/verify/image", data=b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x"
    )
    assert reply.status_code == 422


def test_nothing_is_kept_or_recorded(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", None)
    monkeypatch.setattr("tempfile.SpooledTemporaryFile", None)
    before = shelf.stage.made.store.head().size
    by_form(shelf, "/verify/image", 200, picture=beside(label(shelf, "good")) + bytes(600_000))
    assert shelf.stage.made.store.head().size == before
    assert caplog.records == []


def test_too_many_at_once_wait_and_are_told_so(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "_PATIENCE", 0.01)
    picture = saved(label(shelf, "good"))
    with rooms._AT_ONCE, rooms._AT_ONCE:
        assert sent(shelf, picture, status=503)["title"] == "Unavailable"
    assert sent(shelf, picture)["decision"] == "in_order"


def test_it_counts_as_ten_public_reads(shelf: Shelf) -> None:
    extensions = shelf.stage.client.application.extensions
    service = extensions["qc_service"]
    counted = extensions["qc_service.metrics"]
    acts = counted.registry.get_sample_value("qc_acts_total", {"status": "200"})
    object.__setattr__(service, "requests_per_minute", 20)
    try:
        for status in (200, 200, 429):
            sent(shelf, saved(label(shelf, "good")), status=status)
    finally:
        object.__setattr__(service, "requests_per_minute", 0)
    assert counted.registry.get_sample_value("qc_acts_total", {"status": "200"}) == acts


@pytest.mark.parametrize("path", ["/api/v1/verify/image", "/check/picture"])
def test_a_token_that_is_none_has_no_picture_opened(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(rooms, "Picture", None)
    reply = shelf.stage.client.post(
        path,
        data=saved(label(shelf, "good")),
        content_type="image/jpeg",
        headers={"Authorization": "Bearer no"},
    )
    assert reply.status_code == 401


def test_a_page_leads_from_a_picture_to_the_answer(shelf: Shelf) -> None:
    reply = by_form(shelf, "//check/picture", 303, picture=beside(label(shelf, "good")))
    assert unquote(reply.headers["Location"]) == f"/check?lot={shelf.scan('good')}"
    answer = shelf.stage.client.get(reply.headers["Location"]).text
    assert "Records in order" in answer
    assert VialSerial(shelf.serials["good"]).grouped in answer


def test_a_page_asks_which_and_each_choice_leads_to_its_answer(shelf: Shelf) -> None:
    told = by_form(
        shelf, "//check/picture", 200, picture=beside(label(shelf, "good"), label(shelf, "held", HELD))
    ).text
    assert "Which is in your hand?" in told
    answers = [
        shelf.stage.client.get(path.replace("&amp;", "&")).text
        for path in re.findall(r'"(/check\?[^"]+)"', told)
    ]
    assert sorted(re.findall(r"<h1>(.+)</h1>", "".join(answers))) == ["DO NOT USE", "Records in order"]


def test_a_page_without_a_code_says_how_and_offers_another_try(shelf: Shelf) -> None:
    told = by_form(shelf, "//check/picture", 200, picture=saved(photograph(size=SMALL))).text
    assert "No code was found" in told
    assert 'type="file"' in told
    refused = shelf.stage.client.post(
        "/check/picture", data={"picture": (BytesIO(b"x"), "a.jpg")}, headers={"Accept": "text/html"}
    )
    assert refused.status_code == 422
    assert "STOP – not checked" in refused.text
    told = by_form(shelf, "//check/picture", 200, picture=beside(plain("one"), plain("two"))).text
    assert ">one<" in told
