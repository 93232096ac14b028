"""What is filled in for a file's confirmation: from the file, the register, the specification and earlier results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qc_service.application.many_readings import read_files, show_readings
from qc_service.domain.codec import from_plain
from qc_service.domain.drafting import SpecificationApproved
from qc_service.domain.errors import Forbidden
from qc_service.domain.identifiers import Line, LotNumber, Slug
from qc_service.domain.permissions import Role
from qc_service.domain.records import Enclosure
from qc_service.domain.registers import EquipmentRegistered
from qc_service.domain.specifications import Criterion, CriterionKind
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld
from tests.domain.quality_stories import MODE
from tests.fakes import actor
from tests.instrument_files import SERIAL, Made, tracked, zeta_files


@pytest.fixture
def world() -> QualityWorld:
    return QualityWorld()


def uploads(*files: Made) -> tuple[Enclosure, ...]:
    return tuple(
        Enclosure(name=Line(file.name), media_type=Line("text/plain"), content=file.content) for file in files
    )


def shown(world: QualityWorld, *files: Made) -> list[dict[str, Any]]:
    analyst = actor(Role.ANALYST)
    told = show_readings(
        world.world.store, world.world.view, world.world.acts.occasion(analyst),
        read_files(analyst, uploads(*files)), (),
    )  # fmt: skip
    files_shown: list[dict[str, Any]] = told["files"]
    return files_shown


def doubts(file: Mapping[str, Any]) -> dict[str, str]:
    return {doubt["member"]: doubt["code"] for doubt in file["doubts"]}


def instrument(world: QualityWorld, name: str, **members: str) -> None:
    said = {"name": name, **members}
    world.lay(name.upper().replace(" ", "-"), from_plain(EquipmentRegistered, said))


def test_only_who_records_results_reads_many(world: QualityWorld) -> None:
    with pytest.raises(Forbidden):
        read_files(actor(Role.QUALITY), uploads(tracked(LOT_A)))
    with pytest.raises(Forbidden):
        show_readings(
            world.world.store, world.world.view, world.world.acts.occasion(actor(Role.QUALITY)), (), ()
        )


def test_an_instrument_is_found_by_its_number_whatever_it_is_called(world: QualityWorld) -> None:
    instrument(world, "Blue box", serial_number=SERIAL.replace("-", " - "))
    instrument(world, "ZetaView other", serial_number="77")
    size, *_ = shown(world, *zeta_files(LOT_A))
    assert size["statement"]["instrument"] == "BLUE-BOX"


def test_a_number_that_no_equipment_has_is_asked_about(world: QualityWorld) -> None:
    instrument(world, "ZetaView other", serial_number="77")
    size, *_ = shown(world, *zeta_files(LOT_A))
    assert size["statement"]["instrument"] is None
    assert doubts(size)["instrument"] == "instrument_unknown"
    assert "ZETAVIEW-OTHER" in size["choices"]["instrument"]


@pytest.mark.parametrize(("count", "code"), [(0, "instrument_unknown"), (2, "several_instruments")])
def test_without_a_number_only_one_of_the_name_is_taken(world: QualityWorld, count: int, code: str) -> None:
    for number in range(count):
        instrument(world, f"Tracker {number} NanoSight", model="NS300")
    (file,) = shown(world, tracked(LOT_A))
    assert doubts(file)["instrument"] == code
    assert len(file["choices"]["instrument"]) >= 2


def test_the_laboratory_is_where_the_instrument_was_used_last(world: QualityWorld) -> None:
    instrument(world, "NanoSight", model="NS300")
    (before,) = shown(world, tracked(LOT_A))
    assert doubts(before)["facility"] == "laboratory_unknown"
    assert before["choices"]["facility"] == ["east-laboratory", "west-laboratory"]
    assert (doubts(before)["read"], before["statement"]["read"]) == ("time_unknown", None)
    world.measure("size_mode", facility="west-laboratory")
    (assay,) = shown(world, tracked(LOT_A))
    assert (assay["statement"]["facility"], assay["sources"]["facility"]) == (
        "west-laboratory",
        f"as for lot {LOT_A}",
    )
    assert (assay["statement"]["method"], assay["statement"]["method_version"]) == ("SOP-QC-4", "2")
    assert doubts(assay) == {"retests": "tested_before"}
    world.measure("endotoxin", instrument="NANOSIGHT")
    (used,) = shown(world, tracked(LOT_A))
    assert used["statement"]["facility"] == "east-laboratory"


@pytest.mark.parametrize(
    ("day", "time", "code"),
    [
        ("01/11/2026", "01:30:00", "time_doubtful"),
        ("08/03/2026", "02:30:00", "time_doubtful"),
        ("20/12/2026", "09:15:00", "time_doubtful"),
        ("", "", "time_unknown"),
        ("02/11/2026", "09:15:00", None),
    ],
)
def test_a_time_is_taken_only_where_it_was_once_and_has_come(
    world: QualityWorld, day: str, time: str, code: str | None
) -> None:
    world.measure("size_mode")
    file = tracked(LOT_A, day="02/11/2026")
    content = file.content.replace(b"09:15:00  02/11/2026", f"{time}  {day}".strip().encode())
    (told,) = shown(world, Made(file.name, content))
    assert doubts(told).get("read") == doubts(told).get("started") == code
    assert (told["statement"]["read"] is None) == (code is not None)
    if code is None:
        assert told["statement"]["read"] == "2026-11-02T09:15:00-05:00"


def test_assays_with_other_methods_say_so(world: QualityWorld) -> None:
    instrument(world, "NanoSight", model="NS300")
    world.product("EXO-PLAIN", process=())
    world.register(number=LotNumber("EX261101P"), product="EXO-PLAIN")
    world.measure("size_mode", lot="EX261101P", method="SOP-SIZE", method_version="7")
    world.measure(
        "particle_concentration", lot="EX261101P", value="1E+11", unit="particles/mL", method="SOP-COUNT"
    )
    (file,) = shown(world, tracked("EX261101P"))
    statement = file["statement"]
    assert (statement["method"], statement["method_version"]) == ("SOP-COUNT", "2")
    assert statement["methods"] == [{"assay": "size_mode", "method": "SOP-SIZE", "method_version": "7"}]


def test_a_value_in_another_unit_than_its_limit_is_not_judged(world: QualityWorld) -> None:
    per_vial = Criterion(
        assay=Slug("particle_concentration"), kind=CriterionKind.NUMERIC, method=Line("NTA"),
        unit=Line("particles/vial"), low=Decimal("1E+10"),
    )  # fmt: skip
    world.product("EXO-VIAL", process=())
    world.lay(
        "EXO-VIAL", SpecificationApproved(version=1, effective_from=date(2026, 1, 1), criteria=(per_vial,))
    )
    world.register(number=LotNumber("EX261101V"), product="EXO-VIAL")
    (file,) = shown(world, tracked("EX261101V"))
    concentration = file["proposed"][0]
    assert (concentration["judgement"], concentration["limits"]) == (None, "at least 1E+10 particles/vial")
    assert "particles/vial" in concentration["because"]


@pytest.mark.parametrize(
    ("terms", "before", "method", "version"),
    [
        ({"method_version": "3"}, "NTA", "NTA", "3"),
        ({"method_binding": True}, "NTA", "NTA", "7"),
        ({"method_binding": True}, "SOP-9", "NTA", None),
        ({}, "SOP-9", "SOP-9", "7"),
    ],
)
def test_the_specifications_method_goes_before_the_last_ones_where_it_says_more(
    world: QualityWorld, terms: dict[str, Any], before: str, method: str, version: str | None
) -> None:
    said: dict[str, Any] = {name: Line(one) if isinstance(one, str) else one for name, one in terms.items()}
    mode = replace(MODE, **said)
    world.product("EXO-TERMS", process=())
    world.lay(
        "EXO-TERMS", SpecificationApproved(version=1, effective_from=date(2026, 1, 1), criteria=(mode,))
    )
    world.register(number=LotNumber("EX261101T"), product="EXO-TERMS")
    world.measure("size_mode", lot="EX261101T", method=before, method_version="7")
    (file,) = shown(world, tracked("EX261101T"))
    assert (file["statement"]["method"], file["statement"]["method_version"]) == (method, version)


def test_a_site_that_is_certified_for_nothing_is_no_laboratory(world: QualityWorld) -> None:
    assert world.world.view.history("facility/uncertified-laboratory")
    (file,) = shown(world, tracked(LOT_A))
    assert "uncertified-laboratory" not in file["choices"]["facility"]
