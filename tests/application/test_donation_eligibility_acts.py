"""Recording screening and tests, determining eligibility, and lookback with everything below."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from qc_service.application.donations import read_donation
from qc_service.application.eligibility import (
    DetermineEligibility,
    RecordScreening,
    determine_eligibility,
    read_screenings,
    record_screening,
)
from qc_service.application.lookback import (
    ConcludeLookback,
    ReportLookback,
    conclude_lookback,
    report_lookback,
)
from qc_service.domain.certifications import CertificationStatus, CertificationStatusChanged
from qc_service.domain.disposition import HoldCause, LotHeld
from qc_service.domain.donations import DonationStanding
from qc_service.domain.eligibility import EligibilityDetermined, EligibilityStanding
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import Din, FacilityId, Line, Slug, Text
from qc_service.domain.investigations import InvestigationCause, InvestigationOpened
from qc_service.domain.lookback import LookbackAlreadyConcluded, LookbackConclusion, LookbackReported
from qc_service.domain.lots import LotStatus
from qc_service.domain.permissions import Role
from qc_service.domain.records import Meaning
from qc_service.domain.screening import (
    DonorScreened,
    DonorTested,
    LaboratoryNumber,
    Outcome,
    ScreeningFinding,
)
from qc_service.domain.suggestion import EligibilityRefused
from tests.application.donors_world import (
    BANK,
    FINISHED,
    FOUND,
    SCREENING,
    UNRELEASED_LOT,
    DonorsWorld,
    bodies,
    reported,
)
from tests.domain.donors import DIN, LABORATORY, clear_results, result, with_outcome
from tests.fakes import actor

ELIGIBLE = DetermineEligibility(din=Din(DIN), standing=EligibilityStanding.ELIGIBLE)
LATER = ReportLookback(
    din=Din(DIN),
    findings=(Slug("hcv_nat"),),
    reported_by=Line("East donor laboratory"),
    received_on=date(2026, 2, 27),
    explanation=Text("A later specimen was reactive."),
)


def concluding(conclusion: LookbackConclusion, number: int = 1) -> ConcludeLookback:
    return ConcludeLookback(
        din=Din(DIN), lookback=number, conclusion=conclusion, explanation=Text("Repeated twice.")
    )


def test_d2_a_screening_and_its_reports_are_records_apart() -> None:
    here = DonorsWorld()
    here.register()
    (_, screened), (_, tested) = bodies(here.act(record_screening, FOUND, Role.TECHNICIAN))
    assert isinstance(screened, DonorScreened)
    assert isinstance(tested, DonorTested)
    assert (screened.screening, tested.report) == (1, 1)
    more = RecordScreening(din=Din(DIN), reports=(reported(result("cmv_antibody")),) * 2)
    numbers = [
        body.report
        for _, body in bodies(here.act(record_screening, more, Role.TECHNICIAN))
        if isinstance(body, DonorTested)
    ]
    assert numbers == [2, 3]


def test_d6_a_responsible_person_determines_and_the_record_holds_no_value() -> None:
    here = DonorsWorld()
    here.register()
    here.act(record_screening, FOUND, Role.TECHNICIAN)
    receipt = here.act(determine_eligibility, ELIGIBLE)
    ((_, body),) = bodies(receipt)
    assert isinstance(body, EligibilityDetermined)
    assert (body.screenings, body.reports, body.panel) == ((1,), (1,), date(2017, 3, 12))
    assert here.world.view.history(f"donation/{DIN}")[-1].meaning is Meaning.RESPONSIBILITY
    assert here.donation.standing is DonationStanding.ELIGIBLE


def test_d6_eligible_is_refused_with_every_reason_at_once() -> None:
    here = DonorsWorld()
    here.register()
    positive = with_outcome("hiv_1_nat", Outcome.POSITIVE)[:4]
    intent = RecordScreening(din=Din(DIN), reports=(reported(*positive),))
    here.act(record_screening, intent, Role.TECHNICIAN)
    with pytest.raises(EligibilityRefused) as refused:
        here.act(determine_eligibility, ELIGIBLE)
    codes = {reason.code for reason in refused.value.reasons}
    assert codes == {"test_adverse", "screening_missing", "plasma_dilution_not_assessed", "test_missing"}
    here.act(determine_eligibility, replace(ELIGIBLE, standing=EligibilityStanding.INELIGIBLE))
    assert here.donation.standing is DonationStanding.INELIGIBLE


def test_d6_a_laboratory_suspended_before_the_test_does_not_count() -> None:
    here = DonorsWorld()
    here.register()
    here.act(record_screening, FOUND, Role.TECHNICIAN)
    here.lay(LABORATORY, CertificationStatusChanged(
        certification=1, status=CertificationStatus.SUSPENDED, effective_on=date(2026, 1, 1),
        explanation=Text("Suspended by its issuer."),
    ))  # fmt: skip
    with pytest.raises(EligibilityRefused) as refused:
        here.act(determine_eligibility, ELIGIBLE)
    assert {reason.code for reason in refused.value.reasons} == {"test_not_counted"}


@pytest.mark.parametrize(
    ("intent", "pointer"),
    [
        (
            replace(FOUND, screening=replace(SCREENING, supersedes=1), reason=Text("Typed.")),
            "/screening/supersedes",
        ),
        (
            replace(FOUND, reports=(reported(result("cmv_antibody"), supersedes=0),), reason=Text("Typed.")),
            "/reports/0/supersedes",
        ),
        (
            replace(FOUND, reports=(replace(FOUND.reports[0], laboratory=FacilityId("nowhere")),)),
            "/reports/0/laboratory",
        ),
        (
            replace(FOUND, reports=(replace(FOUND.reports[0], laboratory_number=LaboratoryNumber("LAB-7")),)),
            "/reports/0/laboratory_number",
        ),
        (
            replace(FOUND, reports=(reported(replace(result("hiv_1_nat"), result_on=date(2026, 3, 9))),)),
            "/reports/0/results/0/result_on",
        ),
    ],
)
def test_what_cannot_be_understood_is_named(intent: RecordScreening, pointer: str) -> None:
    here = DonorsWorld()
    here.register()
    with pytest.raises(Malformed) as refused:
        here.act(record_screening, intent, Role.TECHNICIAN)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_an_interview_that_has_not_come_is_named() -> None:
    here = DonorsWorld()
    here.register()
    assert SCREENING.interview is not None
    ahead = replace(SCREENING, interview=replace(SCREENING.interview, on=date(2026, 3, 9)))
    with pytest.raises(Malformed) as refused:
        here.act(record_screening, RecordScreening(din=Din(DIN), screening=ahead), Role.TECHNICIAN)
    assert [fault.pointer for fault in refused.value.faults] == ["/screening/interview/on"]


def test_a_screening_states_something_and_a_correction_says_why() -> None:
    with pytest.raises(Malformed):
        RecordScreening(din=Din(DIN))
    with pytest.raises(Malformed) as refused:
        RecordScreening(din=Din(DIN), screening=replace(SCREENING, supersedes=1))
    assert refused.value.field == "reason"


def test_a_corrected_report_no_longer_speaks() -> None:
    here = DonorsWorld()
    here.register()
    mistyped = reported(*with_outcome("hiv_1_nat", Outcome.REACTIVE))
    here.act(record_screening, replace(FOUND, reports=(mistyped,)), Role.TECHNICIAN)
    correction = RecordScreening(
        din=Din(DIN),
        reports=(reported(*clear_results(), supersedes=1),),
        reason=Text("Typed the wrong line."),
    )
    here.act(record_screening, correction, Role.TECHNICIAN)
    here.act(determine_eligibility, ELIGIBLE)
    assert here.donation.standing is DonationStanding.ELIGIBLE


def test_d10_a_later_result_holds_and_investigates_every_lot_below() -> None:
    here = DonorsWorld()
    here.determine()
    here.make_lots()
    (_, reported_body), *below = bodies(here.act(report_lookback, LATER, Role.TECHNICIAN))
    assert isinstance(reported_body, LookbackReported)
    lots = [BANK, FINISHED, UNRELEASED_LOT]
    assert [stream for stream, _ in below] == [f"lot/{lot}" for lot in lots for _ in range(2)]
    causes = {body.cause for _, body in below if isinstance(body, LotHeld | InvestigationOpened)}
    assert causes == {HoldCause.DONOR_REVIEW, InvestigationCause.DONOR_REVIEW}
    assert {here.lot(lot).status for lot in lots} == {LotStatus.ON_HOLD}
    assert all(here.lot(lot).quality.investigations[0].is_open for lot in lots)
    here.act(report_lookback, LATER)
    assert [hold.number for hold in here.lot(BANK).disposition.holds] == [1, 2]


def test_d10_an_adverse_result_after_the_determination_is_a_lookback_by_itself() -> None:
    here = DonorsWorld()
    here.determine()
    here.make_lots()
    later = RecordScreening(din=Din(DIN), reports=(reported(result("hcv_nat", Outcome.REACTIVE)),))
    kinds = [type(body) for _, body in bodies(here.act(record_screening, later, Role.TECHNICIAN))]
    assert kinds == [DonorTested, LookbackReported] + [LotHeld, InvestigationOpened] * 3
    assert here.donation.lookback(1).reported.findings == ("hcv_nat",)


def test_d10_a_clear_result_after_the_determination_holds_nothing() -> None:
    here = DonorsWorld()
    here.determine()
    here.make_lots()
    later = RecordScreening(din=Din(DIN), reports=(reported(result("hcv_nat")),))
    assert len(bodies(here.act(record_screening, later, Role.TECHNICIAN))) == 1


def test_d10_an_adverse_result_before_the_determination_is_no_lookback() -> None:
    here = DonorsWorld()
    here.register()
    assert SCREENING.interview is not None
    risk = replace(SCREENING, interview=replace(SCREENING.interview, finding=ScreeningFinding.RISK_FOUND))
    assert (
        len(
            bodies(here.act(record_screening, RecordScreening(din=Din(DIN), screening=risk), Role.TECHNICIAN))
        )
        == 1
    )


def test_d10_a_lookback_is_concluded_once_by_somebody_responsible() -> None:
    here = DonorsWorld()
    here.determine()
    here.act(report_lookback, LATER)
    told = read_donation(here.world.view, actor(Role.QUALITY), DIN)
    assert told["lookbacks"] == [{"lookback": 1, "received_on": "2026-02-27", "conclusion": None}]
    with pytest.raises(EligibilityRefused):
        here.act(determine_eligibility, ELIGIBLE)
    with pytest.raises(NotFound):
        here.act(conclude_lookback, concluding(LookbackConclusion.CONFIRMED, 2))
    with pytest.raises(Forbidden):
        here.act(conclude_lookback, concluding(LookbackConclusion.CONFIRMED), Role.TECHNICIAN)
    here.act(conclude_lookback, concluding(LookbackConclusion.CONFIRMED))
    assert here.donation.standing is DonationStanding.INELIGIBLE
    with pytest.raises(LookbackAlreadyConcluded):
        here.act(conclude_lookback, concluding(LookbackConclusion.NOT_CONFIRMED))


def test_d10_a_lookback_is_not_received_ahead_of_time() -> None:
    here = DonorsWorld()
    here.register()
    with pytest.raises(Malformed):
        here.act(report_lookback, replace(LATER, received_on=date(2026, 3, 9)))


@pytest.mark.parametrize(
    ("use_case", "intent", "role"),
    [
        (record_screening, FOUND, Role.CLINICIAN),
        (determine_eligibility, ELIGIBLE, Role.TECHNICIAN),
        (report_lookback, LATER, Role.LOGISTICS),
    ],
)
def test_who_may_not(use_case: Any, intent: Any, role: Role) -> None:
    with pytest.raises(Forbidden):
        DonorsWorld().act(use_case, intent, role)


def test_another_organisations_donation_is_not_found() -> None:
    here = DonorsWorld()
    here.register()
    with pytest.raises(NotFound):
        here.act(record_screening, FOUND, Role.TECHNICIAN, "far-clinic")


def test_screening_values_are_for_quality_and_auditors() -> None:
    here = DonorsWorld()
    here.register()
    here.act(record_screening, FOUND, Role.TECHNICIAN)
    for person in (actor(Role.QUALITY), actor(Role.AUDITOR, "far-authority")):
        told: Any = read_screenings(here.world.view, person, DIN)
        assert told["reports"][0]["results"][0]["outcome"] == "non_reactive"
        assert told["suggestion"] == {"standing": "eligible", "reasons": [], "notices": []}
        assert told["panel"]["since"] == "2017-03-12"
        assert {"assay": "hbv_nat", "name": "hepatitis B NAT", "effect": "ineligible"} in told["panel"][
            "required"
        ]
    for role in (Role.TECHNICIAN, Role.ADMINISTRATOR, Role.CLINICIAN):
        with pytest.raises(Forbidden):
            read_screenings(here.world.view, actor(role), DIN)
