"""Attachments over HTTP: a form comes in, the same bytes go out, and nothing is ever shown in place."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest

from tests.staging import MAKER, Stage, raise_stage

SCAN = b"%PDF-1.7 scanned"
DIGEST = hashlib.sha256(SCAN).hexdigest()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service with a file on record."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    reply = sent(
        raised, {"file": (io.BytesIO(SCAN), "Prüfung 7.pdf", "application/pdf"), "description": "A scan."}
    )
    assert reply["stream"] == f"organisation/{MAKER}"
    assert reply["kind"] == "FileAttached"
    return raised


def sent(stage: Stage, parts: dict[str, Any], status: int = 201) -> Any:
    """Send a form."""
    form = "multipart/form-data"
    reply = stage.send("quality", "POST", "/attachments", data=parts, status=status, content_type=form)
    return reply.get_json()


def test_a_file_goes_out_as_it_came_and_is_saved_not_shown(stage: Stage) -> None:
    reply = stage.send("analyst", "GET", f"/attachments/{DIGEST}", status=200)
    assert reply.data == SCAN
    assert reply.content_type == "application/pdf"
    assert reply.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Pr%C3%BCfung%207.pdf"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "private, no-cache"


def test_another_organisation_is_not_told_of_it(stage: Stage) -> None:
    refused = stage.get("clinician", f"/attachments/{DIGEST}", 404)
    assert refused["detail"] == f"No file {DIGEST} of yours is on record."
    refused = stage.get("clinician", f"/attachments/{DIGEST}?lot=EX261101A", 404)
    assert refused["detail"] == "No lot EX261101A of yours is on record."


def test_a_certification_names_the_file_by_its_digest(stage: Stage) -> None:
    stage.post(
        "quality", "/facilities", id="north-cleanroom", name="North Cleanroom", address="1 Example Way",
        kind="manufacturing_site", country="US", zone="America/New_York",
    )  # fmt: skip
    certified: dict[str, Any] = {
        "type": "inspection_outcome", "scheme": "cgmp_inspection", "number": "INS-7", "issuer": "Authority",
        "scope": ["fill"], "valid_from": "2026-01-01",
    }  # fmt: skip
    path = "/facilities/north-cleanroom/certifications"
    stage.post("quality", path, **certified, document=DIGEST)
    refused = stage.post("quality", path, 422, **certified, document="0" * 64)
    assert [fault["pointer"] for fault in refused["errors"]] == ["/document"]
    (told,) = stage.get("auditor", "/facilities/north-cleanroom")["certifications"]
    assert (told["document"], told["in_words"]) == (
        DIGEST,
        "inspected for current good manufacturing practice (not a product approval)",
    )


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({}, "/file"),
        ({"file": (io.BytesIO(b""), "a.pdf", "application/pdf")}, "/file"),
        ({"file": [(io.BytesIO(b"1"), "a.pdf"), (io.BytesIO(b"2"), "b.pdf")]}, "/file"),
        ({"file": (io.BytesIO(b"1"), "a.pdf"), "owner": "me"}, "/owner"),
    ],
)
def test_a_form_with_anything_but_one_file_is_refused(
    stage: Stage, parts: dict[str, Any], pointer: str
) -> None:
    refused = sent(stage, parts, 422)
    assert [fault["pointer"] for fault in refused["errors"]] == [pointer]


def test_a_file_comes_as_a_form_and_once(stage: Stage) -> None:
    assert stage.post("quality", "/attachments", 415, file="scan")["status"] == 415
    again = sent(stage, {"file": (io.BytesIO(SCAN), "scan.pdf", "application/pdf")}, 409)
    assert again["title"] == "Already attached"
