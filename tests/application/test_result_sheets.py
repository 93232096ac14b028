"""A filled-in template through the doorway: beside what is on record, row by row, and recorded lot by lot."""

from __future__ import annotations

from typing import Any

import pytest

from qc_service.application.readings import FileUnreadable
from qc_service.application.result_sheets import (
    ConfirmSheet,
    NothingToRecord,
    RecordSheet,
    record_sheet,
    show_sheet,
)
from qc_service.domain.errors import Forbidden, Malformed
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body, Enclosure
from qc_service.domain.results import ResultRecorded
from qc_service.exchange.sheets.template import filled_in_csv
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld
from tests.fakes import actor

TITLES = (
    "lot,assay,value,unit,finding,method,method_version,facility,instrument,started,read,replicate,retests,remark,"
    "measured,dilution,specimen,taken"
)
GOOD = {
    "lot": str(LOT_A), "assay": "endotoxin", "value": "<0.05", "unit": "EU/mL", "method": "SOP-QC-12",
    "method_version": "3", "facility": "east-laboratory", "started": "2026-11-02 15:00", "read": "2026-11-02 16:00",
}  # fmt: skip


def sheet(*rows: dict[str, str]) -> Enclosure:
    lines = [TITLES, *(",".join({**GOOD, **row}.get(name, "") for name in TITLES.split(",")) for row in rows)]
    return Enclosure(name=Line("results.csv"), media_type=Line("text/csv"), content="\n".join(lines).encode())


@pytest.fixture
def world() -> QualityWorld:
    return QualityWorld()


def shown(world: QualityWorld, upload: Enclosure, role: Role = Role.ANALYST) -> Any:
    occasion = world.world.acts.occasion(actor(role))
    return show_sheet(filled_in_csv, world.world.view, occasion, upload)


def record(world: QualityWorld, upload: Enclosure, role: Role = Role.ANALYST, **said: Any) -> list[Body]:
    confirmation = ConfirmSheet(**{"confirm": upload.file.sha256, **said})

    def act(view: Any, occasion: Any, intent: RecordSheet) -> Any:
        return record_sheet(filled_in_csv, view, occasion, intent)

    return list(world.act(act, RecordSheet(upload=upload, confirmation=confirmation), role))


def test_the_laboratorys_zone_is_put_where_none_is_written(world: QualityWorld) -> None:
    upload = sheet(
        {}, {"value": "<0.06", "started": "2026-11-02T15:00:00Z", "read": "2026-11-02T16:00:00+00:00"}
    )
    assert [(one["started"], one["read"]) for one in shown(world, upload)["rows"]] == [
        ("2026-11-02T15:00:00-05:00", "2026-11-02T16:00:00-05:00"),
        ("2026-11-02T15:00:00Z", "2026-11-02T16:00:00+00:00"),
    ]


@pytest.mark.parametrize(
    ("changes", "column", "what"),
    [
        ({"started": "2026-11-01 01:30"}, "started", "is not one moment where the clocks change"),
        ({"read": "2027-01-01"}, "read", "has not come yet"),
        (
            {"started": "2026-11-02 15:00", "read": "2026-11-02T16:00:00Z"},
            "read",
            "is before the assay was started",
        ),
        ({"facility": "nowhere"}, "facility", "no facility nowhere of yours is on record"),
        ({"instrument": "NTA-99"}, "instrument", "no equipment NTA-99 of yours is on record"),
        ({"lot": "EX999999"}, "lot", "No lot EX999999 of yours is on record"),
        ({"retests": "7"}, "retests", "has no result 7 of endotoxin"),
        ({"unit": "mg/mL"}, "unit", "EU/mL"),
    ],
)
def test_what_the_records_say_against_a_row_is_named_at_its_cell(
    world: QualityWorld, changes: dict[str, str], column: str, what: str
) -> None:
    told = shown(world, sheet(changes, {"value": "<0.04"}))
    assert told["good"] == 1
    (found,) = told["errors"]
    assert (found["row"], found["column"]) == (2, column)
    assert what in found["what"]
    assert found["mend"]


def test_good_rows_are_recorded_with_their_remarks_and_consequences(world: QualityWorld) -> None:
    upload = sheet(
        {"remark": "Thawed twice."}, {"value": "9.9", "instrument": "NTA-02"}, {"value": "high"},
        {"assay": "size_mode", "value": "100", "unit": "nm", "replicate": "a"},
        {"assay": "size_mode", "value": "104", "unit": "nm", "replicate": "b"},
    )  # fmt: skip
    told = shown(world, upload)
    assert [one["follows"] for one in told["rows"]] == [[], ["DeviationOpened", "InvestigationOpened"], []]
    bodies = record(world, upload, reason=Text("As the plate was read."))
    results = [body for body in bodies if isinstance(body, ResultRecorded)]
    assert [one.in_words for one in results] == ["< 0.05 EU/mL", "9.9 EU/mL", "102 nm"]
    assert {one.raw_file for one in results} == {upload.file.sha256}
    assert [type(body).__name__ for body in bodies[3:]] == ["DeviationOpened", "InvestigationOpened"]
    history = world.world.view.history(f"lot/{LOT_A}")[-5:]
    assert [one.reason for one in history[:3]] == [
        "As the plate was read. Thawed twice.", "As the plate was read.", "As the plate was read.",
    ]  # fmt: skip
    assert all(upload.file in one.files for one in history[:3])
    assert [one["already"] for one in shown(world, upload)["rows"]] == [1, 2, 3]
    with pytest.raises(NothingToRecord):
        record(world, upload)


def test_what_was_measured_is_multiplied_and_the_specimens_time_gets_its_zone(world: QualityWorld) -> None:
    upload = sheet(
        {"value": "", "measured": "0.002", "dilution": "10", "specimen": "S-1", "taken": "2026-11-02 08:00"}
    )
    (row,) = shown(world, upload)["rows"]
    assert (row["stated"], row["notes"]) == ("0.02 EU/mL", ["0.02: 0.002 measured, times 10."])
    (body,) = record(world, upload)
    assert isinstance(body, ResultRecorded)
    assert body.specimen is not None
    assert body.specimen.taken_at == "2026-11-02T08:00:00-05:00"
    assert shown(world, upload)["rows"][0]["already"] == 1


def test_an_assay_that_nobody_asks_for_is_noted(world: QualityWorld) -> None:
    told = shown(world, sheet({"assay": "endotoxine"}, {"assay": "our_own", "value": "1"}, {"value": "1"}))
    assert [one["notes"] for one in told["rows"]] == [
        ["No specification of this product asks for endotoxine. Did you mean endotoxin?"],
        ["No specification of this product asks for our_own."],
        [],
    ]


def test_only_an_analyst_and_only_what_was_shown(world: QualityWorld) -> None:
    upload = sheet({})
    with pytest.raises(Forbidden):
        shown(world, upload, Role.TECHNICIAN)
    with pytest.raises(Forbidden):
        record(world, upload, Role.TECHNICIAN)
    with pytest.raises(FileUnreadable):
        shown(world, Enclosure(name=Line("x"), media_type=Line("text/csv"), content=b"a,b\n"))
    with pytest.raises(Malformed) as refused:
        record(world, upload, confirm="f" * 64)
    assert refused.value.field == "confirm"
    with pytest.raises(Malformed) as refused:
        record(world, upload, rows=(2, 3))
    assert [fault.pointer for fault in refused.value.faults] == ["/rows/1"]


def test_a_preview_converts_units_as_recording_does(world: QualityWorld) -> None:
    upload = sheet({"value": "0.05", "unit": "IU/mL"})
    (row,) = shown(world, upload)["rows"]
    followed = [type(body).__name__ for body in record(world, upload)[1:]]
    assert (row["good"], row["follows"]) == (True, followed)
    assert row["follows"] == []
