"""Facilities: certified by quality, and what a suspension reaches back to (rules P5, P6, P7)."""

from dataclasses import replace
from datetime import date

import pytest

from qc_service.application.attachments import attach_file
from qc_service.application.facilities import (
    ChangeCertificationStatus,
    ChangeFacilityIdentifiers,
    certify_facility,
    change_certification_status,
    change_facility_identifiers,
    read_facility,
    register_facility,
)
from qc_service.application.naming import NameTaken
from qc_service.application.processing import record_step
from qc_service.domain.certifications import CertificationStatus, CertificationStatusChanged
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.facilities import FacilityIdentifiers, Fei
from qc_service.domain.identifiers import FacilityId, Line, LotNumber, Sha256, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.processing import DeviationCause
from qc_service.domain.results import ResultInvalidated
from tests.application.catalogue_world import INSPECTED, SCAN, SITE, STRANGER, CatalogueWorld
from tests.application.lot_world import CONCENTRATE, LOT_A, STEP, LotWorld
from tests.application.quality_world import QualityWorld
from tests.fakes import actor

SUSPENDED = ChangeCertificationStatus(
    facility=FacilityId("north-cleanroom"),
    certification=1,
    status=CertificationStatus.SUSPENDED,
    effective_on=date(2026, 11, 1),
    explanation=Text("The authority wrote to us."),
)
MERGED = ChangeFacilityIdentifiers(
    facility=FacilityId("north-cleanroom"),
    identifiers=FacilityIdentifiers(fei=Fei("3009999999")),
    since=date(2026, 8, 1),
    explanation=Text("Two establishments merged."),
)


@pytest.fixture
def here() -> CatalogueWorld:
    world = CatalogueWorld()
    world.act(register_facility, SITE)
    return world


def test_a_site_is_certified_with_its_document(here: CatalogueWorld) -> None:
    here.act(attach_file, SCAN)
    here.act(certify_facility, replace(INSPECTED, document=SCAN.upload.file.sha256))
    here.act(certify_facility, replace(INSPECTED, number=Line("INS-2026-8")))
    told = read_facility(here.world.view, actor(Role.ANALYST), "north-cleanroom")
    assert [one["number_in_stream"] for one in told["certifications"]] == [1, 2]
    assert told["certifications"][0]["in_words"].endswith("(not a product approval)")
    assert here.world.view.history("facility/north-cleanroom")[1].files == (SCAN.upload.file,)
    assert here.listed("facility/north-cleanroom") == {
        "status": "registered",
        "title": "North Cleanroom",
        "kind": "manufacturing_site",
        "country": "US",
        "fei": "0001234567",
    }


def test_a_certification_names_a_document_on_record(here: CatalogueWorld) -> None:
    with pytest.raises(Malformed) as refused:
        here.act(certify_facility, replace(INSPECTED, document=Sha256("0" * 64)))
    assert refused.value.field == "document"


def test_a_former_identifier_stays_known(here: CatalogueWorld) -> None:
    here.act(change_facility_identifiers, MERGED)
    told = read_facility(here.world.view, actor(Role.ANALYST), "north-cleanroom")
    assert told["identifiers"]["fei"] == "3009999999"
    assert told["former_identifiers"][0]["identifiers"]["fei"] == "0001234567"


def test_a_site_without_fei_is_listed_without_one(here: CatalogueWorld) -> None:
    here.act(
        register_facility, replace(SITE, id=FacilityId("south-store"), identifiers=FacilityIdentifiers())
    )
    assert here.listed("facility/south-store")["fei"] is None


def test_sites_are_registered_once_by_those_who_may(here: CatalogueWorld) -> None:
    with pytest.raises(NameTaken):
        here.act(register_facility, SITE)
    with pytest.raises(Malformed, match="not a time zone"):
        here.act(register_facility, replace(SITE, id=FacilityId("other-site"), zone=Line("Mars/Base")))
    with pytest.raises(Forbidden):
        here.act(certify_facility, INSPECTED, Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        here.act(certify_facility, INSPECTED, STRANGER)
    with pytest.raises(NotFound):
        read_facility(here.world.view, STRANGER, "north-cleanroom")


def test_a_certification_that_is_not_there_changes_nothing(here: CatalogueWorld) -> None:
    with pytest.raises(NotFound, match="no certification 1"):
        here.act(change_certification_status, SUSPENDED)


@pytest.fixture
def made() -> LotWorld:
    """A lot with two steps at the certified site, of which the first began the day before."""
    world = LotWorld()
    world.register()
    earlier = replace(
        STEP,
        started_at=ZonedTime("2026-10-31T12:30:00Z"),
        ended_at=ZonedTime("2026-10-31T14:00:00Z"),
    )
    world.act(record_step, earlier)
    world.act(record_step, CONCENTRATE)
    return world


def suspend(made: LotWorld, effective_on: date) -> list[type]:
    records = made.act(
        change_certification_status, replace(SUSPENDED, effective_on=effective_on), Role.QUALITY
    )
    return [type(body) for body in records]


def test_a_suspension_reaches_back_to_the_steps_of_its_days_only(made: LotWorld) -> None:
    assert made.causes() == []
    suspend(made, date(2026, 11, 1))
    (deviation,) = made.lot().processing.deviations
    assert (deviation.cause, deviation.step) == (DeviationCause.FACILITY_NOT_CERTIFIED, 2)


def test_a_suspension_from_earlier_on_reaches_every_step_after_it(made: LotWorld) -> None:
    suspend(made, date(2026, 10, 1))
    assert [deviation.step for deviation in made.lot().processing.deviations] == [1, 2]


def test_a_suspension_from_tomorrow_on_reaches_nothing(made: LotWorld) -> None:
    assert suspend(made, date(2026, 11, 2)) == [CertificationStatusChanged]
    assert made.causes() == []


def test_what_departed_before_departs_once(made: LotWorld) -> None:
    suspend(made, date(2026, 10, 1))
    assert suspend(made, date(2026, 9, 1)) == [CertificationStatusChanged]
    assert made.causes(LOT_A) == [DeviationCause.FACILITY_NOT_CERTIFIED] * 2


def test_steps_elsewhere_are_not_reached(made: LotWorld) -> None:
    made.register(number="EX261101B")
    made.act(record_step, replace(STEP, lot=LotNumber("EX261101B"), facility=FacilityId("south-cleanroom")))
    before = made.causes("EX261101B")
    suspend(made, date(2026, 10, 1))
    assert made.causes("EX261101B") == before


def test_a_withdrawn_accreditation_reaches_the_assays_of_its_days() -> None:
    laboratory = QualityWorld()
    laboratory.measure("endotoxin")
    laboratory.measure("endotoxin")
    invalid = ResultInvalidated(result=1, investigation=1, cause=Text("The wrong vial was taken."))
    laboratory.lay(LOT_A, invalid)
    before = len(laboratory.lot().processing.deviations)
    withdrawn = replace(
        SUSPENDED,
        facility=laboratory.quality.results[0].recorded.facility,
        status=CertificationStatus.WITHDRAWN,
    )
    laboratory.act(change_certification_status, withdrawn, Role.QUALITY)
    (deviation,) = laboratory.lot().processing.deviations[before:]
    assert (deviation.cause, deviation.step) == (DeviationCause.FACILITY_NOT_CERTIFIED, None)
