"""A filled-in template over HTTP: the template, the preview, the rows that are recorded and those that wait."""

from __future__ import annotations

import csv
import io
import json
from itertools import count
from typing import Any

import pytest

from qc_service.exchange.sheets.blank import CSV_TYPE, XLSX_TYPE
from tests import scenes
from tests.staging import Stage, raise_stage

PATH = "/results/sheet"
HEADER = "lot,assay,value,unit,finding,method,method_version,facility,started,read,replicate,remark"


def row(lot: str, assay: str, value: str = "", unit: str = "", finding: str = "", **more: str) -> str:
    """A row by its columns; its method and times are always the same."""
    return (
        f"{lot},{assay},{value},{unit},{finding},SOP-QC-12,3,{scenes.LABORATORY},2026-08-31 15:00,2026-08-31 16:00,"
        f"{more.get('replicate', '')},{more.get('remark', '')}"
    )


def sheet_of(first: str, second: str) -> bytes:
    """Results of two lots, two rows of which are wrong."""
    return "\n".join((
        HEADER,
        row(first, "endotoxin", "<0.05", "EU/mL", remark="Thawed twice."),
        row(first, "ph", "7.31", "pH", replicate="one"),
        row(first, "ph", "7.33", "pH", replicate="two"),
        row(second, "endotoxin", "0.9", "EU/mL"),
        row(second, "osmolality", "about 300", "mOsm/kg"),
        row("EX-NONE", "ph", "7.2", "pH"),
    )).encode()  # fmt: skip


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service with a product and a donation."""
    raised = raise_stage(tmp_path_factory.mktemp("home"))
    scenes.sites(raised)
    scenes.product(raised)
    scenes.donation(raised, "A999026000001")
    return raised


NUMBERS = count(1)


@pytest.fixture
def lots(stage: Stage) -> tuple[str, str]:
    """Two lots without results."""
    number = next(NUMBERS)
    made = (f"EX2611{number:02}A", f"EX2611{number:02}B")
    for lot in made:
        stage.post(
            "technician", "/lots", number=lot, kind="finished", product=scenes.PRODUCT,
            donations=["A999026000001"], quantity={"amount": "50", "unit": "mL"},
        )  # fmt: skip
    return made


def sent(stage: Stage, content: bytes, status: int, *, name: str = "results.csv", **statement: Any) -> Any:
    """Send a sheet, with a statement if there is one."""
    parts: dict[str, Any] = {"file": (io.BytesIO(content), name)}
    if statement:
        parts["statement"] = json.dumps(statement)
    return stage.send("analyst", "POST", PATH, data=parts, status=status).get_json()


def told(stage: Stage, lot: str) -> list[dict[str, Any]]:
    """The results of a lot."""
    results: list[dict[str, Any]] = stage.get("quality", f"/lots/{lot}/results")["results"]
    return results


def test_a_sheet_is_shown_with_every_wrong_cell_and_its_good_rows_are_recorded_in_one_act(
    stage: Stage, lots: tuple[str, str]
) -> None:
    sheet = sheet_of(*lots)
    shown = sent(stage, sheet, 200)
    assert [(one["row"], one["stated"], one["good"]) for one in shown["rows"]] == [
        (2, "< 0.05 EU/mL", True), (3, "7.32 pH", True), (5, "0.9 EU/mL", True), (7, None, False),
    ]  # fmt: skip
    assert shown["rows"][1]["rows"] == [3, 4]
    assert shown["rows"][1]["notes"] == ["7.32: mean of 2 replicates."]
    assert shown["rows"][2]["follows"] == ["InvestigationOpened"]
    assert [(one["row"], one["cell"], one["what"]) for one in shown["errors"]] == [
        (6, "C6", "'about 300' is not a number"),
        (7, "A7", "No lot EX-NONE of yours is on record."),
    ]
    assert all(one["mend"] for one in shown["errors"])
    assert (shown["good"], told(stage, lots[0])) == (3, [])
    recorded = sent(stage, sheet, 201, confirm=shown["file"])
    assert (recorded["stream"], recorded["kind"]) == (f"lot/{lots[0]}", "ResultRecorded")
    assert [one["kind"] for one in recorded["also_recorded"]].count("ResultRecorded") == 2
    assert [(one["assay"], one["stated"]) for one in told(stage, lots[0])] == [
        ("endotoxin", "< 0.05 EU/mL"), ("ph", "7.32 pH"),
    ]  # fmt: skip
    first, (other,) = told(stage, lots[0]), told(stage, lots[1])
    assert {one["raw_file"] for one in (*first, other)} == {shown["file"]}
    assert first[0]["started"].startswith("2026-08-31T15:00:00")
    for lot in lots:
        kept = stage.send("analyst", "GET", f"/attachments/{shown['file']}?lot={lot}", status=200)
        assert kept.get_data() == sheet


def test_a_mended_sheet_records_only_what_is_new(stage: Stage, lots: tuple[str, str]) -> None:
    sheet = sheet_of(*lots)
    sent(stage, sheet, 201, confirm=sent(stage, sheet, 200)["file"])
    mended = sheet.replace(b"about 300", b"300")
    shown = sent(stage, mended, 200)
    assert [one["already"] for one in shown["rows"]] == [1, 2, 1, None, None]
    assert shown["good"] == 1
    sent(stage, mended, 201, confirm=shown["file"])
    assert [one["stated"] for one in told(stage, lots[1])] == ["0.9 EU/mL", "300 mOsm/kg"]
    again = sent(stage, mended, 422, confirm=shown["file"])
    assert again["title"] == "Nothing to record"


def test_rows_are_chosen_by_number(stage: Stage, lots: tuple[str, str]) -> None:
    sheet = sheet_of(*lots)
    shown = sent(stage, sheet, 200)
    refused = sent(stage, sheet, 422, confirm=shown["file"], rows=[2, 4, 6, 7])
    assert [one["pointer"] for one in refused["errors"]] == ["/rows/1", "/rows/2", "/rows/3"]
    sent(stage, sheet, 201, confirm=shown["file"], rows=[5], reason="Read again.")
    assert (len(told(stage, lots[0])), len(told(stage, lots[1]))) == (0, 1)
    refused = sent(stage, sheet, 422, confirm=shown["file"], rows=[5])
    assert "on record as result 1" in refused["errors"][0]["detail"]


def test_another_file_than_the_one_shown_is_refused(stage: Stage, lots: tuple[str, str]) -> None:
    sheet = sheet_of(*lots)
    refused = sent(stage, sheet, 422, confirm="f" * 64)
    assert refused["errors"][0]["pointer"] == "/confirm"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0old"])
def test_what_is_no_template_is_refused(stage: Stage, content: bytes) -> None:
    refused = sent(stage, content, 422)
    assert (refused["title"], refused["errors"][0]["pointer"]) == ("File unreadable", "/file")


def test_a_sheet_comes_in_a_form(stage: Stage) -> None:
    stage.send("analyst", "POST", PATH, {"confirm": "0" * 64}, status=415)


def test_the_template_can_be_fetched_filled_in_and_sent(stage: Stage) -> None:
    reply = stage.send("analyst", "GET", "/templates/results.csv", status=200)
    assert (reply.content_type, reply.headers["Content-Disposition"]) == (
        CSV_TYPE, 'attachment; filename="results.csv"'
    )  # fmt: skip
    (names,) = csv.reader(io.StringIO(reply.get_data().decode("utf-8-sig")))
    assert names[:4] == ["lot", "assay", "comparator", "value"]
    assert sent(stage, reply.get_data(), 200)["rows"] == []
    workbook = stage.send("analyst", "GET", "/templates/results.xlsx", status=200)
    assert workbook.content_type == XLSX_TYPE
    assert sent(stage, workbook.get_data(), 200, name="results.xlsx")["sheet"] == "Results"
