"""An instrument's file over HTTP: shown, refused, confirmed; and a result typed by hand on the same path."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from qc_service.exchange.instruments import MAX_FILE_BYTES
from tests import scenes
from tests.staging import Stage, raise_stage

FIXTURES = Path(__file__).parents[1] / "exchange" / "fixtures"
SUMMARY = (FIXTURES / "nanosight-two-videos.csv").read_bytes()
WARNED = SUMMARY.replace(b"1.00e+03,1.00e+03", b"Not recorded,Not recorded")
LOT = "EX261101A"
PATH = f"/lots/{LOT}/results"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service with a lot and an instrument."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, "A999026000001")
    raised.post(
        "technician", "/lots", number=LOT, kind="finished", product=scenes.PRODUCT, donations=["A999026000001"],
        quantity={"amount": "50", "unit": "mL"},
    )  # fmt: skip
    raised.post("quality", "/equipment", id="NTA-01", name="Tracker", calibration_due="2027-01-01")
    return raised


def sent(stage: Stage, content: bytes, status: int, **form: Any) -> Any:
    """Send a form with this file."""
    parts = {"file": (io.BytesIO(content), "summary.csv", "text/csv"), **form}
    return stage.send("analyst", "POST", PATH, data=parts, status=status).get_json()


def statement(stage: Stage, digest: str, *codes: str, **more: object) -> str:
    now = scenes.at(stage.clock())
    return json.dumps({
        "confirm": digest, "method": "SOP-NTA", "method_version": "1", "facility": scenes.LABORATORY,
        "instrument": "NTA-01", "started": now, "read": now,
        "answers": [{"code": code, "answer": "Diluted 1:1000."} for code in codes], **more,
    })  # fmt: skip


def test_a_file_is_shown_then_refused_until_its_warning_is_answered_then_recorded(stage: Stage) -> None:
    shown = sent(stage, WARNED, 200)
    assert shown["reading"]["instrument"] == "NanoSight NTA"
    assert stage.get("quality", PATH)["results"] == []
    refused = sent(stage, WARNED, 422, statement=statement(stage, shown["file"]))
    assert [reason["code"] for reason in refused["reasons"]] == ["dilution_not_recorded"]
    said = statement(stage, shown["file"], "dilution_not_recorded", assays=["size_mode", "size_d50"])
    recorded = sent(stage, WARNED, 201, statement=said)
    assert len(recorded["also"]) == 1
    told = stage.get("quality", PATH)["results"]
    assert [(one["assay"], one["stated"]) for one in told] == [
        ("size_mode", "102.0 nm"),
        ("size_d50", "112.0 nm"),
    ]


def test_the_same_key_with_the_same_file_is_the_same_act(stage: Stage) -> None:
    headers = {"Idempotency-Key": "the-same-key"}
    digest = sent(stage, SUMMARY, 200)["file"]
    said = statement(stage, digest, assays=["size_mode"])
    first, again = (
        stage.send(
            "analyst", "POST", PATH, headers=headers,
            data={"file": (io.BytesIO(SUMMARY), "summary.csv", "text/csv"), "statement": said},
        ).get_json()
        for _ in range(2)
    )  # fmt: skip
    assert first["log_index"] == again["log_index"]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02\x03" * 64, SUMMARY[: len(SUMMARY) // 2], b"a,b\n1,2\n"]
)
def test_a_file_that_gives_no_reading_gets_a_clear_answer(stage: Stage, content: bytes) -> None:
    refused = sent(stage, content, 422)
    assert refused["title"] == "File unreadable"
    assert refused["errors"][0]["pointer"] == "/file"


@pytest.mark.parametrize("size", [MAX_FILE_BYTES + 1, MAX_FILE_BYTES + 1024 * 1024])
def test_a_file_that_is_too_large_is_refused_as_that(stage: Stage, size: int) -> None:
    """The form is written by hand: the client would leave a temporary file of its own open."""
    part = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    form = part + bytes(size) + b"\r\n--edge--\r\n"
    refused = stage.send(
        "analyst", "POST", PATH, data=form, content_type="multipart/form-data; boundary=edge", status=413
    )
    assert refused.get_json()["status"] == 413
    assert "20,971,520 bytes" in refused.get_json()["detail"]


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"statement": "{}"}, "/file"),
        ({"file": (io.BytesIO(b"x"), "a.csv", "text/csv"), "extra": "1"}, "/extra"),
        ({"file": (io.BytesIO(b"x"), "a.csv", "not a type")}, "/file"),
        ({"file": (io.BytesIO(SUMMARY), "a.csv", "text/csv"), "statement": "{"}, "/statement"),
        ({"file": (io.BytesIO(SUMMARY), "a.csv", "text/csv"), "statement": "{}"}, "/confirm"),
    ],
)
def test_a_form_that_cannot_be_understood_is_refused_at_its_part(
    stage: Stage, parts: dict[str, Any], pointer: str
) -> None:
    refused = stage.send("analyst", "POST", PATH, data=parts, status=422, content_type="multipart/form-data")
    assert pointer in [fault["pointer"] for fault in refused.get_json()["errors"]]


def test_a_result_is_typed_on_the_same_path(stage: Stage) -> None:
    said: dict[str, object] = {"assay": "endotoxin", "value": "0.9", "unit": "EU/mL"}
    reply = scenes.result(stage, LOT, said)
    assert reply["kind"] == "ResultRecorded"
    assert [other["kind"] for other in reply["also_recorded"]] == ["InvestigationOpened"]
    refused = stage.send("analyst", "POST", PATH, {"lot": LOT, **said}, status=422).get_json()
    assert "/lot" in [fault["pointer"] for fault in refused["errors"]]
