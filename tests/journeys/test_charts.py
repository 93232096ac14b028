"""Evidence for a patient's chart and the paper form, over HTTP: for the clinic that recorded it, and nobody else."""

from __future__ import annotations

import pypdfium2
import pytest

from tests import scenes
from tests.staging import Stage

LOT = "EX-CHART"


@pytest.fixture(scope="module")
def serials(stage: Stage) -> tuple[str, ...]:
    """Vials at a clinic."""
    scenes.released_lot(stage, LOT, scenes.donation(stage, "A999026000401"))
    return scenes.consigned(stage, LOT, "SHP-CHART", count=3)


def read(stage: Stage, number: int, who: str = "clinician") -> str:
    """The text of a chart's page."""
    response = stage.send(who, "GET", f"/verifications/{number}/chart", status=200)
    assert response.content_type == "application/pdf"
    assert "no-store" in response.headers["Cache-Control"]
    return text(response.data)


def text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    said = str(document[0].get_textpage().get_text_range())
    document.close()
    return said


def test_a_check_is_evidence_for_the_clinic_that_made_it(stage: Stage, serials: tuple[str, ...]) -> None:
    told = stage.post("clinician", "/verifications", lot=LOT, serial=serials[0])
    number = told["log_index"]
    said = read(stage, number)
    assert f"{number}-" in said
    for wanted in ("Records in order", LOT, "-".join((serials[0][:4], serials[0][4:8], serials[0][8:]))):
        assert wanted in said
    assert "no FDA-approved exosome products" in " ".join(said.split())
    for who in ("other_clinician", "quality", "auditor"):
        stage.get(who, f"/verifications/{number}/chart", 404)
        stage.get(who, f"/verifications/{number}/sticker", 404)
    stage.get(None, f"/verifications/{number}/chart", 401)


def test_a_refused_check_says_why(stage: Stage) -> None:
    told = stage.post("clinician", "/verifications", lot=LOT, serial="222222222222")
    said = read(stage, told["log_index"])
    assert "DO NOT USE" in said
    assert "[unknown_serial]" in said
    unread = stage.post("clinician", "/verifications", code="]d2")
    assert "STOP" in read(stage, unread["log_index"])


def test_a_dose_and_its_patient_are_the_clinics_alone_and_taken_back_it_says_so(
    stage: Stage, serials: tuple[str, ...]
) -> None:
    scenes.prepared(stage, LOT, serials[1])
    given = scenes.given(stage, LOT, serials[1])["log_index"]
    assert "PT-4F7K2" in read(stage, given)
    stage.get("quality", f"/verifications/{given}/chart", 404)
    scenes.disposed(stage, LOT, serials[1], "undo", statement="nothing_given")
    assert "TAKEN BACK" in read(stage, given)
    unknown = scenes.given(stage, "EX-NOWHERE", "222222222222", reason="It was given.")["log_index"]
    assert "Given without a clear answer" in read(stage, unknown)


def test_a_sticker_comes_in_the_form_that_the_printer_takes(stage: Stage, serials: tuple[str, ...]) -> None:
    number = stage.post("clinician", "/verifications", lot=LOT, serial=serials[2])["log_index"]
    path = f"/verifications/{number}/sticker"
    begins = {"pdf": b"%PDF", "png": b"\x89PNG", "zpl": b"^XA", "zpl&dpi=203": b"^XA"}
    for wanted, start in begins.items():
        response = stage.send("clinician", "GET", f"{path}?format={wanted}", status=200)
        assert response.data.startswith(start)
    assert f"Check {number}-" in text(stage.send("clinician", "GET", path, status=200).data)
    for query in ("format=svg", "format=zpl&dpi=600", "dpi=x"):
        fault = stage.get("clinician", f"{path}?{query}", 422)
        assert fault["errors"][0]["pointer"] in {"/format", "/dpi"}


def test_what_is_no_check_has_no_chart(stage: Stage, serials: tuple[str, ...]) -> None:
    prepared = scenes.prepared(stage, LOT, serials[0])["log_index"]
    for number in (1, prepared, 999_999_999):
        told = stage.get("clinician", f"/verifications/{number}/chart", 404)
        assert told["detail"] == f"No check and no administration of yours is number {number}."
    stage.get("clinician", "/verifications/0/chart", 404)


def test_anybody_prints_the_paper_form(stage: Stage) -> None:
    page = stage.send(None, "GET", "//downtime-form", status=200)
    assert "/downtime-form.pdf" in page.text
    assert "+1 555 0100" in page.text
    form = stage.send(None, "GET", "//downtime-form.pdf", status=200)
    assert "+1 555 0100" in text(form.data)
