"""Facilities: what they are called, and what they were certified for on which day (rules P5, P6, P7)."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from qc_service.domain.certifications import (
    CertificationStatus,
    CertificationStatusChanged,
    FacilityCertification,
    FacilityCertified,
)
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.facilities import (
    FACILITY,
    CliaNumber,
    Duns,
    Facility,
    FacilityIdentificationNumber,
    FacilityIdentifiers,
    FacilityIdentifiersChanged,
    FacilityKind,
    FacilityRegistered,
    Fei,
)
from qc_service.domain.identifiers import Code, CountryCode, Line, Text
from qc_service.domain.records import Body
from qc_service.domain.schemes import IN_WORDS, SATISFACTIONS, TYPES, CertificationType, Scheme, satisfies
from qc_service.domain.vocabulary import Operation
from tests.domain.lot_stories import recorded

REGISTERED = FacilityRegistered(
    name=Line("North Cleanroom"),
    address=Text("1 Example Way"),
    kind=FacilityKind.MANUFACTURING_SITE,
    country=CountryCode("US"),
    zone=Line("America/New_York"),
    identifiers=FacilityIdentifiers(fei=Fei("0001234567")),
)
INSPECTED = FacilityCertified(
    certification=1,
    type=CertificationType.INSPECTION_OUTCOME,
    scheme=Scheme.CGMP_INSPECTION,
    number=Line("INS-2026-7"),
    issuer=Line("Authority"),
    scope=(Operation.EV_PROCESSING, Operation.FILL),
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
)
ENTERED = FacilityCertified(
    certification=2,
    type=CertificationType.REGISTRATION,
    scheme=Scheme.FDA_HCTP_REGISTRATION,
    number=Line("R-1"),
    issuer=Line("FDA"),
    scope=(Operation.TISSUE_PROCESSING, Operation.EV_PROCESSING),
    valid_from=date(2026, 1, 1),
)


def changed(status: CertificationStatus, day: date, certification: int = 1) -> CertificationStatusChanged:
    return CertificationStatusChanged(
        certification=certification, status=status, effective_on=day, explanation=Text("As notified.")
    )


def facility(*later: Body) -> Facility:
    folded = FACILITY.replay(recorded([REGISTERED, *later], "north-cleanroom"))
    assert folded is not None
    return folded


def inspected(*later: Body) -> FacilityCertification:
    return facility(INSPECTED, *later).certification(1)


def test_a_former_fei_stays_known() -> None:
    merged = FacilityIdentifiersChanged(
        identifiers=FacilityIdentifiers(fei=Fei("3009999999"), clia=CliaNumber("05D9999999")),
        since=date(2026, 6, 1),
        explanation=Text("Two establishments merged."),
    )
    site = facility(merged)
    assert site.identifiers.fei == "3009999999"
    assert [(one.identifiers.fei, one.until) for one in site.former_identifiers] == [
        ("0001234567", date(2026, 6, 1))
    ]
    assert site.organisation == "demo-biologics"


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        (Fei, ("1234567", "0123456789"), ("123456", "01234567890", "12345a7", "١٢٣٤٥٦٧")),
        (Duns, ("079999999",), ("79999999", "07-999-9999")),
        (CliaNumber, ("05D9999999",), ("05d9999999", "5D9999999")),
        (FacilityIdentificationNumber, ("A9990", "19990"), ("09990", "O9990", "a9990", "A99900")),
    ],
)
def test_the_identifiers_of_a_site_are_read_strictly(
    code: type[Code], right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    assert [code(text) for text in right] == list(right)
    for text in wrong:
        with pytest.raises(Malformed):
            code(text)


def test_a_certification_covers_its_scope_on_the_days_it_stood() -> None:
    site = facility(INSPECTED)
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert [site.covering(Operation.FILL, day) is not None for day in (first, last)] == [True, True]
    assert site.covering(Operation.FILL, date(2025, 12, 31)) is None
    assert site.covering(Operation.FILL, date(2027, 1, 1)) is None
    assert site.covering(Operation.STERILITY_TESTING, first) is None
    covering = site.covering(Operation.FILL, first)
    assert covering is not None
    assert covering.number_in_stream == 1
    assert covering.in_words == "inspected for current good manufacturing practice (not a product approval)"


def test_an_hctp_registration_never_covers_ev_steps_whatever_its_scope_says() -> None:
    site = facility(INSPECTED, ENTERED)
    day = date(2027, 5, 1)
    assert site.covering(Operation.EV_PROCESSING, day) is None
    covering = site.covering(Operation.TISSUE_PROCESSING, day)
    assert covering is not None
    assert covering.in_words == "registered with FDA (not an approval)"


def test_later_expiry_never_matters() -> None:
    certification = inspected(changed(CertificationStatus.LAPSED, date(2026, 9, 1)))
    assert certification.in_force(date(2026, 8, 31))
    assert not certification.in_force(date(2026, 9, 1))


def test_a_suspension_reaches_back_to_its_effective_date_and_no_further() -> None:
    certification = inspected(
        changed(CertificationStatus.SUSPENDED, date(2026, 5, 1)),
        changed(CertificationStatus.ACTIVE, date(2026, 7, 1)),
    )
    days = (date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [certification.in_force(day) for day in days] == [True, False, False, True]


def test_the_status_follows_the_effective_dates_and_then_the_order_of_record() -> None:
    certification = inspected(
        changed(CertificationStatus.WITHDRAWN, date(2026, 8, 1)),
        changed(CertificationStatus.SUSPENDED, date(2026, 3, 1)),
        changed(CertificationStatus.ACTIVE, date(2026, 3, 1)),
    )
    assert certification.status_on(date(2026, 3, 1)) is CertificationStatus.ACTIVE
    assert certification.status_on(date(2026, 8, 1)) is CertificationStatus.WITHDRAWN
    assert certification.status_on(date(2027, 1, 1)) is CertificationStatus.WITHDRAWN


def test_a_certification_past_its_last_day_has_lapsed() -> None:
    assert inspected().status_on(date(2027, 1, 1)) is CertificationStatus.LAPSED


def test_a_status_changes_the_certification_it_names() -> None:
    site = facility(INSPECTED, ENTERED, changed(CertificationStatus.WITHDRAWN, date(2026, 2, 1), 2))
    assert [len(one.history) for one in site.certifications] == [0, 1]
    for number in (0, 3):
        with pytest.raises(NotFound, match=f"no certification {number}"):
            site.certification(number)


def test_a_certification_that_contradicts_itself_is_malformed() -> None:
    cases: dict[str, dict[str, Any]] = {
        "type": {"type": CertificationType.REGISTRATION},
        "scope": {"scope": (Operation.FILL, Operation.FILL)},
        "valid_until": {"valid_until": date(2025, 12, 31)},
    }
    for field, change in cases.items():
        with pytest.raises(Malformed) as refused:
            replace(INSPECTED, **change)
        assert refused.value.field == field
    with pytest.raises(Malformed):
        replace(INSPECTED, scope=())


def test_every_scheme_has_its_type_its_words_and_its_place_in_each_table() -> None:
    schemes = set(Scheme)
    assert set(TYPES) == set(IN_WORDS) == schemes
    assert all(set(table.covers) == schemes for table in SATISFACTIONS)
    assert all(earlier.since < later.since for earlier, later in pairwise(SATISFACTIONS))


@pytest.mark.parametrize(
    ("operation", "schemes"),
    [
        (
            Operation.EV_PROCESSING,
            {Scheme.DRUG_ESTABLISHMENT_REGISTRATION, Scheme.CGMP_INSPECTION, Scheme.FOREIGN_GMP},
        ),
        (
            Operation.FILL,
            {Scheme.DRUG_ESTABLISHMENT_REGISTRATION, Scheme.CGMP_INSPECTION, Scheme.FOREIGN_GMP},
        ),
        (Operation.QC_ASSAY, {Scheme.ISO_IEC_17025, Scheme.CGMP_INSPECTION, Scheme.FOREIGN_GMP}),
        (Operation.STERILITY_TESTING, {Scheme.ISO_IEC_17025, Scheme.CGMP_INSPECTION, Scheme.FOREIGN_GMP}),
        (
            Operation.DONOR_TESTING,
            {Scheme.FDA_HCTP_REGISTRATION, Scheme.CLIA, Scheme.ISO_15189, Scheme.AABB},
        ),
        (
            Operation.DONOR_RECOVERY,
            {Scheme.FDA_HCTP_REGISTRATION, Scheme.AABB, Scheme.AATB, Scheme.FACT, Scheme.STATE_LICENCE},
        ),
    ],
)
def test_which_scheme_satisfies_which_operation(operation: Operation, schemes: set[Scheme]) -> None:
    day = date(2026, 11, 1)
    assert {scheme for scheme in Scheme if satisfies(scheme, operation, day)} == schemes


def test_iso_20387_excludes_therapeutic_use_and_satisfies_nothing() -> None:
    day = date(2026, 11, 1)
    assert not any(satisfies(Scheme.ISO_20387, operation, day) for operation in Operation)


def test_what_happened_before_the_first_table_is_judged_by_it() -> None:
    assert satisfies(Scheme.CLIA, Operation.DONOR_TESTING, date(2019, 1, 1))


def test_a_later_table_leaves_the_days_before_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    first = SATISFACTIONS[0]
    stricter = type(first)(since=date(2030, 1, 1), covers=dict.fromkeys(Scheme, frozenset[Operation]()))
    monkeypatch.setattr("qc_service.domain.schemes.SATISFACTIONS", (first, stricter))
    assert satisfies(Scheme.CLIA, Operation.DONOR_TESTING, date(2029, 12, 31))
    assert not satisfies(Scheme.CLIA, Operation.DONOR_TESTING, date(2030, 1, 1))
