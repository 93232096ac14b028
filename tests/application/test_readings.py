"""An instrument's file through the doorway: shown first, recorded with its raw bytes once it is confirmed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qc_service.application.readings import (
    Confirmation,
    FileUnreadable,
    ImportResults,
    WarningsUnanswered,
    import_results,
    show_reading,
)
from qc_service.domain.errors import Forbidden, Malformed
from qc_service.domain.identifiers import EquipmentId, FacilityId, Line, Slug, Text
from qc_service.domain.measurements import WarningAnswer
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.quality import InvestigationOpened, ResultRecorded
from qc_service.domain.records import Enclosure
from tests.application.lot_world import LOT_A
from tests.application.quality_world import QualityWorld
from tests.fakes import actor

FIXTURES = Path(__file__).parents[1] / "exchange" / "fixtures"
SUMMARY = (FIXTURES / "nanosight-two-videos.csv").read_bytes()
WARNED = SUMMARY.replace(b"1.00e+03,1.00e+03", b"Not recorded,Not recorded")


def upload(content: bytes = SUMMARY, name: str = "summary.csv") -> Enclosure:
    return Enclosure(name=Line(name), media_type=Line("text/csv"), content=content)


def confirmed(sent: Enclosure, *codes: str, **changes: Any) -> ImportResults:
    confirmation = Confirmation(
        confirm=sent.file.sha256,
        method=Line("SOP-QC-9"),
        method_version=Line("1"),
        facility=FacilityId("east-laboratory"),
        instrument=EquipmentId("NTA-01"),
        started=ZonedTime("2026-11-02T15:00:00Z"),
        read=ZonedTime("2026-11-02T15:28:16Z"),
        answers=tuple(WarningAnswer(code=Slug(code), answer=Text("Diluted 1:1000.")) for code in codes),
    )
    return ImportResults(lot=LOT_A, upload=sent, confirmation=replace(confirmation, **changes))


@pytest.fixture
def world() -> QualityWorld:
    return QualityWorld()


def warnings_of(world: QualityWorld, sent: Enclosure) -> list[str]:
    told: Any = show_reading(world.world.view, actor(Role.ANALYST), LOT_A, sent)
    return list(dict.fromkeys(warning["code"] for warning in told["reading"]["warnings"]))


def test_a_reading_is_shown_and_nothing_is_recorded(world: QualityWorld) -> None:
    before = len(world.world.store.log)
    told: Any = show_reading(world.world.view, actor(Role.ANALYST), LOT_A, upload())
    assert told["file"] == upload().file.sha256
    assert told["reading"]["sample"] == "EV-TEST-7"
    concentration = told["proposed"][0]
    assert (concentration["assay"], concentration["value"]) == ("particle_concentration", "7.00E+8")
    assert [one["value"] for one in concentration["replicates"]] == ["6.00E+8", "8.00E+8"]
    assert len(world.world.store.log) == before
    with pytest.raises(Forbidden):
        show_reading(world.world.view, actor(Role.TECHNICIAN), LOT_A, upload())


def test_the_file_s_dilution_goes_with_the_concentration_alone(world: QualityWorld) -> None:
    told: Any = show_reading(world.world.view, actor(Role.ANALYST), LOT_A, upload())
    assert {one["assay"] for one in told["proposed"] if one["dilution"]} == {"particle_concentration"}
    bodies = world.act(import_results, confirmed(upload()), Role.ANALYST)
    diluted = [body for body in bodies if isinstance(body, ResultRecorded) and body.dilution is not None]
    assert [(body.assay, str(body.dilution.factor)) for body in diluted if body.dilution] == [
        ("particle_concentration", "1.00E+3")
    ]
    thinner = upload(SUMMARY.replace(b"1.00e+03,1.00e+03", b"0.5,0.5"))
    told = show_reading(world.world.view, actor(Role.ANALYST), LOT_A, thinner)
    assert not any(one["dilution"] for one in told["proposed"])
    told = show_reading(world.world.view, actor(Role.ANALYST), LOT_A, upload(WARNED))
    assert not any(one["dilution"] for one in told["proposed"])


def test_a_warning_without_an_answer_is_refused_by_its_name(world: QualityWorld) -> None:
    with pytest.raises(WarningsUnanswered) as refused:
        world.act(import_results, confirmed(upload(WARNED)), Role.ANALYST)
    assert [reason.code for reason in refused.value.reasons] == ["dilution_not_recorded"]


def test_a_file_may_be_of_a_new_sample_in_the_place_of_the_first(world: QualityWorld) -> None:
    chosen = {"assays": (Slug("size_mean"),)}
    world.act(import_results, confirmed(upload(), **chosen), Role.ANALYST)
    again = upload(SUMMARY.replace(b"EV-TEST-7", b"EV-TEST-8"))
    world.act(import_results, confirmed(again, **chosen, resamples=1), Role.ANALYST)
    assert [one.recorded.resamples for one in world.quality.results] == [None, 1]
    third = upload(SUMMARY.replace(b"EV-TEST-7", b"EV-TEST-9"))
    with pytest.raises(Malformed) as refused:
        world.act(import_results, confirmed(third, **chosen, resamples=9), Role.ANALYST)
    assert [fault.pointer for fault in refused.value.faults] == ["/resamples"]


def test_a_confirmed_reading_becomes_results_with_the_raw_file_as_subject(world: QualityWorld) -> None:
    sent = upload(WARNED)
    recorded = world.act(import_results, confirmed(sent, *warnings_of(world, sent)), Role.ANALYST)
    results = [body for body in recorded if isinstance(body, ResultRecorded)]
    assert [str(body.assay) for body in results[:2]] == ["particle_concentration", "size_mean"]
    assert {body.raw_file for body in results} == {sent.file.sha256}
    assert results[0].warnings_answered[0].answer == "Diluted 1:1000."
    assert [str(one.value) for one in results[0].replicates] == ["6.00E+8", "8.00E+8"]
    history = world.world.view.history(f"lot/{LOT_A}")[-len(results) :]
    assert all(sent.file in record.files for record in history)
    kept = world.world.view.file(sent.file.sha256)
    assert kept is not None
    assert kept.content == WARNED


def test_a_value_of_the_file_out_of_specification_opens_an_investigation(world: QualityWorld) -> None:
    sent = upload(SUMMARY.replace(b"Mode,100.0,104.0,102.0", b"Mode,60.0,62.0,61.0"))
    chosen = confirmed(sent, *warnings_of(world, sent), assays=(Slug("size_mode"),))
    recorded, opened = world.act(import_results, chosen, Role.ANALYST)
    assert isinstance(recorded, ResultRecorded)
    assert isinstance(opened, InvestigationOpened)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"confirm": "f" * 64}, "/confirm"),
        ({"assays": (Slug("size_mode"), Slug("size_d99"))}, "/assays/1"),
        ({"answers": (WarningAnswer(code=Slug("no_such"), answer=Text("It is fine.")),)}, "/answers/0/code"),
    ],
)
def test_a_confirmation_that_does_not_fit_the_file_is_refused(
    world: QualityWorld, changes: dict[str, Any], pointer: str
) -> None:
    sent = upload()
    with pytest.raises(Malformed) as refused:
        world.act(import_results, confirmed(sent, *warnings_of(world, sent), **changes), Role.ANALYST)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03" * 64, SUMMARY[:40], b"some,other\nfile,here\n"])
def test_a_file_that_gives_no_reading_is_refused(world: QualityWorld, content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        world.act(import_results, confirmed(upload(content)), Role.ANALYST)


def test_a_run_that_gave_no_figure_is_recorded_as_that(world: QualityWorld) -> None:
    sent = upload((FIXTURES / "zetaview-size-nothing.txt").read_bytes(), "zetaview-size-nothing.txt")
    (body,) = world.act(import_results, confirmed(sent, *warnings_of(world, sent)), Role.ANALYST)
    assert isinstance(body, ResultRecorded)
    assert (body.finding, body.value) == ("no figures in the file", None)
    assert [str(answer.code) for answer in body.warnings_answered] == ["zero_traces"]
