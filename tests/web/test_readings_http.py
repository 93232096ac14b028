"""Many instrument files over HTTP: matched to lots or asked about, shown with limits, and recorded in one go."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qc_service.application.acts import Acts
from qc_service.application.many_readings import MOST_FILES
from qc_service.application.ports import Unavailable
from qc_service.web import uploads
from tests import scenes
from tests.instrument_files import SERIAL, Made, form, tracked, undiluted, zeta_files
from tests.staging import CLINIC, Stage, raise_stage, restaged

DIN = "A999026000001"
LOTS = ("EX261101A", "EX261101B", "EX-2611", "EX-2611-02")
ANSWER = {"code": "dilution_not_recorded", "answer": "Diluted 1:1000, by the notebook."}


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service with lots that wait for their results, and two instruments."""
    raised = raise_stage(tmp_path_factory.mktemp("laboratory"))
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, DIN)
    for lot in LOTS:
        scenes.registered_lot(raised, lot, DIN)
    raised.post("quality", "/equipment", id="NTA-01", name="NanoSight", calibration_due="2027-01-01")
    raised.post(
        "quality", "/equipment", id="ZV-01", name="Zeta", serial_number=SERIAL, calibration_due="2027-01-01"
    )
    raised.made.close()
    return raised


@pytest.fixture
def stage(laboratory: Stage, tmp_path: Path) -> Stage:
    """The same service as it was, for one test."""
    return restaged(laboratory, tmp_path / "home")


def shown(stage: Stage, *files: Made, lot: str = "", status: int = 200) -> Any:
    """What is shown of these files, the first of them being of a lot that was chosen, if one was."""
    chosen = [{"file": hashlib.sha256(files[0].content).hexdigest(), "lot": lot}]
    parts = {"statement": json.dumps({"choices": chosen})} if lot else {}
    return stage.send("analyst", "POST", "/readings", data=form(*files, **parts), status=status).get_json()


def statements(told: Any, **more: object) -> list[dict[str, Any]]:
    """The suggested statements as they came, with what the method's version is."""
    return [{**file["statement"], "method_version": "1", **more} for file in told["files"]]


def confirmed(
    stage: Stage, files: tuple[Made, ...], said: list[Any], *answers: Mapping[str, str], status: int = 200, **more: Any
) -> Any:  # fmt: skip
    """What becomes of these statements."""
    statement = json.dumps({"files": said, "answers": list(answers)})
    data = form(*files, statement=statement)
    return stage.send(
        "analyst", "POST", "/readings/confirmation", data=data, status=status, **more
    ).get_json()


def test_ten_files_find_their_lots_and_come_with_complete_statements(stage: Stage) -> None:
    files = (
        tracked("ex261101a_p2-1000"), tracked("EX261101B-1000", concentration="2.0e+11"), tracked("EX-2611-02 1:1000"),
        *zeta_files("EX261101A-500"), *zeta_files("EX261101B-500", number=8), tracked("EX-2611", mode="99.0"),
    )  # fmt: skip
    told = shown(stage, *files)
    assert [file["lot"] for file in told["files"]] == [
        "EX261101A", "EX261101B", "EX-2611-02", *["EX261101A"] * 3, *["EX261101B"] * 3, "EX-2611",
    ]  # fmt: skip
    assert stage.get("quality", "/lots/EX261101A/results")["results"] == []
    first = told["files"][0]
    assert first["matched"] == "its number is in the sample's name 'ex261101a_p2-1000'"
    concentration = first["proposed"][0]
    assert (concentration["limits"], concentration["judgement"]) == ("8E+10 to 1.2E+11 particles/mL", "pass")
    assert [value["judgement"] for value in first["proposed"] if value["assay"] == "size_mode"] == [None]
    assert told["files"][1]["proposed"][0]["judgement"] == "fail"
    assert first["statement"] == {
        "confirm": first["file"], "lot": "EX261101A", "assays": ["particle_concentration"], "method": "NTA",
        "method_version": None, "instrument": "NTA-01", "facility": scenes.LABORATORY, "answers": [],
        "started": "2026-08-01T09:15:00-04:00", "read": "2026-08-01T09:15:00-04:00",
    }  # fmt: skip
    assert first["sources"] == {
        "assays": "those of the file's values that the specification asks for",
        "method": "specification version 1 of EXO-INJ-1",
        "instrument": "the only NanoSight NTA in the register of equipment",
        "facility": "your only site certified for assays today",
        "started": "the file's time 2026-08-01T09:15:00, in America/New_York",
        "read": "the file's time 2026-08-01T09:15:00, in America/New_York",
    }
    assert [(doubt["member"], doubt["code"]) for doubt in first["doubts"]] == [
        ("method_version", "method_version_unknown")
    ]
    assert [lot["lot"] for lot in told["lots"]] == sorted(LOTS, reverse=True)


def test_the_files_of_one_measurement_complete_each_other(stage: Stage) -> None:
    size, positions, profile = shown(stage, *zeta_files("EX261101A", drift="too high"))["files"]
    assert (size["beside"], positions["beside"]) == ([positions["file"]], [size["file"]])
    assert profile["beside"] == []
    assert positions["statement"]["read"] == "2026-08-01T10:20:30-04:00"
    assert positions["sources"]["instrument"] == f"the file's serial number {SERIAL}"
    assert "drift_too_high" in [warning["code"] for warning in positions["reading"]["warnings"]]
    assert [doubt["code"] for doubt in size["doubts"]][:1] == ["not_in_specification"]


def test_one_confirmation_records_every_file_over_several_lots(stage: Stage) -> None:
    files = (undiluted(tracked("EX261101A")), undiluted(tracked("EX261101B", concentration="2.0e+11")))
    told = shown(stage, *files)
    results = confirmed(stage, files, statements(told), ANSWER)["results"]
    assert [(one["lot"], one["status"], one["results"]) for one in results] == [
        ("EX261101A", 201, [1]),
        ("EX261101B", 201, [1]),
    ]
    assert [one["opened"] for one in results] == [[], ["InvestigationOpened"]]
    assert results[0]["reply"]["kind"] == "ResultRecorded"
    assert results[0]["reply"]["proof"]
    (recorded,) = stage.get("quality", "/lots/EX261101A/results")["results"]
    assert recorded["raw_file"] == told["files"][0]["file"]
    assert recorded["warnings_answered"] == [ANSWER]
    assert recorded["stated"] == "1.05E+11 particles/mL"


def test_sent_again_nothing_is_recorded_twice_with_the_same_key_or_another(stage: Stage) -> None:
    files = (tracked("EX261101A"), tracked("EX261101B"))
    said = statements(shown(stage, *files))
    key = {"Idempotency-Key": "one-morning"}
    confirmed(stage, files[:1], said[:1], headers=key)
    size = stage.made.store.head().size
    first, second = confirmed(stage, files, said, headers=key)["results"]
    assert (first["status"], first["results"], second["status"]) == (201, [1], 201)
    assert stage.made.store.head().size == size + 1
    again = confirmed(stage, files, said)["results"]
    assert [(one["status"], one["results"]) for one in again] == [(200, [1]), (200, [1])]
    assert stage.made.store.head().size == size + 1
    told = shown(stage, files[0])["files"][0]
    assert told["recorded"] == [1]
    assert [doubt["code"] for doubt in told["doubts"]] == ["already_recorded"]
    assert told["choices"] == {"retests": ["1"]}


def test_the_same_file_is_recorded_again_where_it_is_said_to_be_a_retest(stage: Stage) -> None:
    file = tracked("EX261101A")
    said = statements(shown(stage, file))
    confirmed(stage, (file,), said)
    alone = json.dumps({name: value for name, value in said[0].items() if name != "lot"})
    refused = stage.send(
        "analyst", "POST", "/lots/EX261101A/results", data={"file": file.part, "statement": alone}, status=409
    ).get_json()
    assert refused["type"] == "urn:qc-service:problem:AlreadyRecorded"
    (again,) = confirmed(stage, (file,), statements(shown(stage, file), retests=1))["results"]
    assert (again["status"], again["results"]) == (201, [2])


def test_what_was_said_once_is_not_asked_again(stage: Stage) -> None:
    file = tracked("EX261101A")
    confirmed(
        stage, (file,), [{**statements(shown(stage, file))[0], "method": "SOP-NTA", "method_version": "4"}]
    )
    told = shown(stage, tracked("EX261101B"))["files"][0]
    assert told["doubts"] == []
    assert (told["statement"]["method"], told["statement"]["method_version"]) == ("SOP-NTA", "4")
    assert told["sources"]["method_version"] == "as for lot EX261101A"
    assert told["sources"]["facility"] == "where NTA-01 was used for lot EX261101A"


@pytest.mark.parametrize(
    ("file", "code", "candidates"),
    [
        (tracked("EX261101C"), "near_match", ["EX261101A", "EX261101B"]),
        (tracked("EX261101A and EX261101B"), "several_lots", ["EX261101A", "EX261101B"]),
        (tracked("standard 100 nm"), "no_lot", []),
        (Made("EX261101A.csv", tracked("").content), "named_elsewhere", ["EX261101A"]),
    ],
)
def test_a_doubtful_file_is_asked_about_and_recorded_nowhere(
    stage: Stage, file: Made, code: str, candidates: list[str]
) -> None:
    told = shown(stage, file)["files"][0]
    assert told["lot"] is None
    assert [doubt["code"] for doubt in told["doubts"]] == [code]
    assert [lot["lot"] for lot in told["candidates"]] == candidates
    (result,) = confirmed(stage, (file,), statements({"files": [told]}))["results"]
    assert result["status"] == 422
    assert "/files/0/lot" in [fault["pointer"] for fault in result["problem"]["errors"]]


def test_a_chosen_lot_is_judged_by_its_limits(stage: Stage) -> None:
    file = tracked("EX261101C", concentration="5e+10")
    told = shown(stage, file, lot="EX261101A")["files"][0]
    assert (told["lot"], told["matched"], told["proposed"][0]["judgement"]) == (
        "EX261101A",
        "as you chose",
        "fail",
    )
    other = shown(stage, file, lot="EX-NONE")["files"][0]
    assert (other["lot"], other["doubts"][0]["code"]) == (None, "no_such_lot")


def test_a_lot_that_waits_for_no_results_is_asked_about(stage: Stage) -> None:
    stage.decide("quality", "/lots/EX261101A/rejection", "lot/EX261101A", explanation="Dropped.")
    file = tracked("EX261101A")
    told = shown(stage, file)["files"][0]
    assert (told["lot"], [doubt["code"] for doubt in told["doubts"]]) == (None, ["lot_not_in_testing"])
    assert shown(stage, file, lot="EX261101A")["files"][0]["lot"] == "EX261101A"


def test_nothing_that_is_wrong_with_one_file_keeps_the_others_out(stage: Stage) -> None:
    good, warned = tracked("EX261101A"), undiluted(tracked("EX261101B"))
    broken, odd = Made("broken.csv", b"\x00\x01"), Made("a\tb.txt", good.content[:300])
    files = (broken, good, odd, warned)
    told = shown(stage, *files)["files"]
    assert [bool(file["unreadable"]) for file in told] == [True, False, True, False]
    assert told[2]["name"] == "ab.txt"
    said: list[Any] = [
        {**statements({"files": [told[1]]})[0], "confirm": told[0]["file"]}, *statements({"files": [told[1], told[3]]}),
        None, {**statements({"files": [told[1]]})[0], "confirm": "0" * 64}, {"confirm": 7, "lot": []},
    ]  # fmt: skip
    results = confirmed(stage, files, said)["results"]
    assert [one["status"] for one in results] == [422, 201, 422, 422, 422, 422]
    titles = [one.get("problem", {}).get("title") for one in results]
    assert titles == ["File unreadable", None, "Warnings unanswered", "Malformed", "Malformed", "Malformed"]
    assert results[4]["problem"]["errors"][0]["pointer"] == "/files/4/confirm"
    assert results[0]["problem"]["errors"][0]["pointer"] == "/files/0/file"
    assert (results[5]["file"], results[5]["lot"]) == (None, None)


def test_the_same_file_sent_twice_is_one(stage: Stage) -> None:
    file = tracked("EX261101A")
    assert len(shown(stage, file, Made("copy.csv", file.content))["files"]) == 1


def test_an_outage_leaves_the_rest_for_another_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    files = (tracked("EX261101A"), tracked("EX261101B"), tracked("EX-2611"))
    said = statements(shown(stage, *files))
    perform, times = Acts.perform, iter((False, True, False))

    def failing(self: Acts, *given: Any, **more: Any) -> Any:
        if next(times):
            raise Unavailable("The store does not answer.")
        return perform(self, *given, **more)

    monkeypatch.setattr(Acts, "perform", failing)
    results = confirmed(stage, files, said)["results"]
    assert [one["status"] for one in results] == [201, 503, 503]
    assert results[2]["problem"]["type"] == "urn:qc-service:problem:ConfirmationStopped"
    monkeypatch.undo()
    assert [one["status"] for one in confirmed(stage, files, said)["results"]] == [200, 201, 201]


def test_a_surprise_with_one_file_says_nothing_and_leaves_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (tracked("EX261101A"), tracked("EX261101B"))
    said = statements(shown(stage, *files))
    perform, times = Acts.perform, iter((True, False))

    def failing(self: Acts, *given: Any, **more: Any) -> Any:
        if next(times):
            raise RuntimeError("secret")
        return perform(self, *given, **more)

    monkeypatch.setattr(Acts, "perform", failing)
    first, second = confirmed(stage, files, said)["results"]
    assert (first["status"], second["status"]) == (500, 201)
    assert "secret" not in json.dumps(first)


@pytest.mark.parametrize(
    ("path", "parts", "pointer"),
    [
        ("/readings", {}, "/file"),
        ("/readings", {"file": [tracked("EX261101A").part], "extra": "1"}, "/extra"),
        ("/readings", {"file": [tracked("EX261101A").part], "statement": "{"}, "/statement"),
        ("/readings", {"file": [tracked("EX261101A").part], "statement": "[]"}, ""),
        ("/readings/confirmation", {"file": [tracked("EX261101A").part]}, "/files"),
        (
            "/readings/confirmation",
            {"file": [tracked("EX261101A").part], "statement": '{"files": []}'},
            "/files",
        ),
    ],
)
def test_a_form_that_cannot_be_understood_is_refused_at_its_part(
    stage: Stage, path: str, parts: dict[str, Any], pointer: str
) -> None:
    fresh = {name: [Made(p[1], p[0].getvalue()).part for p in value] if name == "file" else value
             for name, value in parts.items()}  # fmt: skip
    refused = stage.send("analyst", "POST", path, data=fresh, status=422, content_type="multipart/form-data")
    assert pointer in [fault["pointer"] for fault in refused.get_json()["errors"]]


def test_more_files_than_are_taken_and_more_bytes_are_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [Made(f"{n}.csv", b"x") for n in range(MOST_FILES + 1)]
    refused = shown(stage, *many, status=422)
    assert refused["errors"][0] == {
        "pointer": "/file",
        "detail": "send 1 to 50 files, each as a part named file",
    }
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    monkeypatch.setattr(uploads, "FORM_ROOM", 100)
    refused = shown(stage, tracked("EX261101A"), status=413)
    assert "together" in refused["detail"]


@pytest.mark.parametrize("path", ["/readings", "/readings/confirmation"])
def test_only_who_records_results_is_shown_and_heard(stage: Stage, path: str) -> None:
    for who in ("technician", "quality", "logistics", "clinician", "auditor"):
        data = form(tracked("EX261101A"), statement=json.dumps({"files": [{}]}))
        refused = stage.send(who, "POST", path, data=data, status=403).get_json()
        assert refused["type"] == "urn:qc-service:problem:Forbidden"


def test_another_organisations_lots_are_no_candidates(stage: Stage) -> None:
    stage.post(
        "administrator", "/persons", id="t.foreign", printed_name="Test Foreign", roles=["analyst"], organisation=CLINIC
    )  # fmt: skip
    told = stage.send("foreign", "POST", "/readings", data=form(tracked("EX261101A")), status=200).get_json()
    assert told["lots"] == []
    assert (told["files"][0]["lot"], told["files"][0]["candidates"]) == (None, [])


def a_sheet(*rows: str) -> Made:
    """The template, filled in; each row is a lot with an endotoxin's value and unit."""
    titles = "lot,value,unit,assay,method,method_version,facility,started,read\n"
    rest = f"endotoxin,SOP-QC-12,3,{scenes.LABORATORY},2026-07-01 10:00,2026-07-01 11:00"
    return Made("results.csv", (titles + "\n".join(f"{row},{rest}" for row in rows)).encode())


def test_a_filled_in_template_among_the_files_is_shown_and_recorded_with_them(stage: Stage) -> None:
    files = (undiluted(tracked("EX261101A")), a_sheet("EX261101A,<0.05,EU/mL", "EX261101B,<0.05,apples"))
    told = shown(stage, *files)
    one, sheet = told["files"]
    assert (one["sheet"], sheet["unreadable"], sheet["reading"]) == (None, None, None)
    assert [(row["lot"], row["stated"]) for row in sheet["sheet"]["rows"]] == [("EX261101A", "< 0.05 EU/mL")]
    assert [fault["cell"] for fault in sheet["sheet"]["errors"]] == ["C3"]
    said = json.dumps(
        {
            "files": [{**one["statement"], "method_version": "1"}],
            "sheets": [{"confirm": sheet["file"]}],
            "answers": [ANSWER],
        }
    )
    path = "/readings/confirmation"
    key = {"Idempotency-Key": "5a" * 16}
    first, second = stage.send(
        "analyst", "POST", path, data=form(*files, statement=said), status=200, headers=key
    ).get_json()["results"]
    assert (first["status"], second["status"], second["lot"], second["results"]) == (201, 201, None, [2])
    assert len(stage.get("quality", "/lots/EX261101A/results")["results"]) == 2
    again = stage.send("analyst", "POST", path, data=form(*files, statement=said), status=200)
    first, second = again.get_json()["results"]
    assert (first["status"], second["status"], second["problem"]["title"]) == (200, 422, "Nothing to record")


def test_a_confirmation_names_a_file_that_came_along(stage: Stage) -> None:
    sheet = a_sheet("EX261101A,<0.05,EU/mL")
    said = json.dumps({"files": [], "sheets": [{"confirm": "0" * 64}]})
    path = "/readings/confirmation"
    (one,) = stage.send(
        "analyst", "POST", path, data=form(sheet, statement=said), status=200
    ).get_json()["results"]  # fmt: skip
    assert (one["status"], one["problem"]["errors"][0]["pointer"]) == (422, "/sheets/0/confirm")
    nothing = stage.send(
        "analyst", "POST", path, data=form(sheet, statement='{"files": []}'), status=422
    ).get_json()
    assert "say which of the files" in json.dumps(nothing)


def test_what_is_no_sheet_keeps_its_own_reason_and_only_some_are_looked_at(stage: Stage) -> None:
    files = [Made(f"{number}.txt", f"hello {number}".encode()) for number in range(11)]
    told = [file["unreadable"] for file in shown(stage, *files, Made("a.xlsx", b"PK\x03\x04x"))["files"]]
    assert all("none of the formats known here" in why for why in told[:10])
    assert "at most 10 sheets" in told[10]
    (alone,) = shown(stage, Made("a.xlsx", b"PK\x03\x04x"))["files"]
    assert "cannot be unzipped" in alone["unreadable"]
