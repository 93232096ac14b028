"""What stands against a lot whoever asks, reason by reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qc_service.domain.certifications import CertificationStatus, CertificationStatusChanged
from qc_service.domain.derivation import departures_of_parent
from qc_service.domain.disposition import (
    HoldCause,
    LotHeld,
    LotRecalled,
    LotRejected,
    LotReleased,
    RecallKind,
)
from qc_service.domain.donations import Donation
from qc_service.domain.eligibility import EligibilityDetermined, EligibilityStanding
from qc_service.domain.facilities import Facility
from qc_service.domain.identifiers import FacilityId, Line, RecallId, Text
from qc_service.domain.investigations import Conclusion
from qc_service.domain.lots import Lot
from qc_service.domain.processing import (
    DeviationCause,
    DeviationClosed,
    DeviationOpened,
    DeviationOutcome,
    Severity,
)
from qc_service.domain.quality import ResultInvalidated
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, Signer
from qc_service.domain.standing import Background, standing_notices, standing_reasons
from qc_service.domain.vocabulary import Purpose
from tests.domain import donors
from tests.domain.lot_stories import certification, facility, lot, step
from tests.domain.quality_stories import ANALYST, QUALITY, assessed, passing, result, story
from tests.domain.test_quality_results import concluded, opened

SITE = FacilityId("north-cleanroom")
RELEASED = LotReleased(purpose=Purpose.CLINICAL)
UNCERTIFIED = DeviationOpened(
    deviation=1, cause=DeviationCause.FACILITY_NOT_CERTIFIED, severity=Severity.MAJOR,
    description=Text("nothing was in force that day"), step=1, clearable=True,
)  # fmt: skip
CLEARED = DeviationClosed(deviation=1, outcome=DeviationOutcome.JUSTIFIED, statement=Text("no added risk"))


def found_to_fail() -> tuple[tuple[Body, Signer], ...]:
    return (opened(about=None), concluded(Conclusion.PRODUCT_FAILURE))


def codes(
    of: Lot, *, at: Facility | None = None, donation: Donation | None = None, ancestors: tuple[Lot, ...] = ()
) -> set[str]:
    site = at or facility(certification())
    donations = () if donation is None else (donation,)
    background = Background(ancestors=ancestors, donations=donations, facilities={SITE: site})
    return {finding.code for finding in standing_reasons(of, background)}


def test_a_released_lot_has_nothing_against_it() -> None:
    assert codes(lot(RELEASED, step())) == set()


def test_r1_a_lot_that_quality_did_not_release_is_not_released() -> None:
    assert codes(lot()) == {"not_released"}


def test_r4_holds_recalls_withdrawals_and_rejection_each_stand_against_it() -> None:
    held = LotHeld(hold=1, cause=HoldCause.COMPLAINT, explanation=Text("a complaint"))
    recalled = LotRecalled(recall=RecallId("RCL-1"), kind=RecallKind.RECALL)
    withdrawn = LotRecalled(recall=RecallId("RCL-2"), kind=RecallKind.WITHDRAWAL)
    assert codes(lot(RELEASED, held)) == {"on_hold"}
    assert codes(lot(RELEASED, recalled, withdrawn)) == {"recalled", "withdrawn"}
    assert codes(lot(LotRejected(explanation=Text("out of limits")))) == {"rejected"}


def test_p9_an_excursion_in_storage_has_its_own_reason_and_another_hold_beside_it_its_own() -> None:
    warm = LotHeld(hold=1, cause=HoldCause.TEMPERATURE_EXCURSION, explanation=Text("a warm freezer"))
    held = LotHeld(hold=2, cause=HoldCause.COMPLAINT, explanation=Text("a complaint"))
    assert codes(lot(RELEASED, warm)) == {"temperature_excursion"}
    assert codes(lot(RELEASED, warm, held)) == {"temperature_excursion", "on_hold"}


def test_d7_an_undetermined_donor_keeps_it_in_quarantine() -> None:
    assert codes(lot(RELEASED), donation=donors.donation()) == {"quarantined"}


def test_d6_an_ineligible_donor_stands_against_it() -> None:
    determined = EligibilityDetermined(
        standing=EligibilityStanding.INELIGIBLE, suggested=EligibilityStanding.INELIGIBLE, panel=date(2017, 3, 12),
        screenings=(), reports=(),
    )  # fmt: skip
    assert codes(lot(RELEASED), donation=donors.donation(determined)) == {"donor_not_eligible"}


def test_q3_a_required_assay_that_failed_stands_against_it() -> None:
    results = [(result(1, "endotoxin", value="99"), ANALYST), *passing()[1:]]
    assert "specification_not_met" in codes(story(*assessed(*results)))
    assert "specification_not_met" not in codes(story(*assessed(*passing())))


def test_q3_once_released_a_lot_wants_a_verified_result_that_passes_at_every_moment() -> None:
    released = (*assessed(*passing()), (RELEASED, QUALITY))
    assert "specification_not_met" not in codes(story(*released))
    assert story(*released).unmet == ()
    invalid = ResultInvalidated(result=1, investigation=1, cause=Text("A tube."))
    assert story(*released, (invalid, QUALITY)).unmet == ("endotoxin",)
    fails = (result(5, "endotoxin", value="99"), ANALYST)
    assert "specification_not_met" in codes(story(*released, fails))
    passes = (result(5, "endotoxin", value="0.1"), ANALYST)
    assert "specification_not_met" not in codes(story(*released, passes))
    informative = (result(5, "size_mode", value="500"), ANALYST)
    assert "specification_not_met" not in codes(story(*released, informative))


def test_q3_before_its_release_only_a_failing_result_stands_against_a_lot() -> None:
    missing = assessed(*passing()[:3])
    assert story(*missing).unmet == ()
    assert story(*passing(), (result(5, "endotoxin", value="99"), ANALYST)).unmet == ()
    late = (result(5, "endotoxin", value="99"), ANALYST)
    assert codes(story(*assessed(*passing()), late)) == {"not_released", "specification_not_met"}


def test_p2_what_a_lot_was_made_from_stands_against_it_too() -> None:
    failing = story(*assessed(*passing()), (result(5, "endotoxin", value="99"), ANALYST))
    assert codes(lot(RELEASED), ancestors=(failing,)) == {"specification_not_met"}
    taken = Quantity(amount=Decimal(5), unit=Line("mL"))
    (departure,) = departures_of_parent(failing, taken)
    assert departure.cause is DeviationCause.PARENT_NOT_RELEASED
    assert "endotoxin" in departure.description


def test_q3_a_product_that_an_investigation_found_to_fail_stands_against_it_whatever_its_results_say() -> (
    None
):
    failed = story(*assessed(*passing()), (RELEASED, QUALITY), *found_to_fail())
    assert failed.unmet == ()
    assert codes(failed) == {"specification_not_met"}
    assert codes(lot(RELEASED), ancestors=(failed,)) == {"specification_not_met"}


def test_q3_a_hold_for_a_result_is_not_named_a_hold() -> None:
    held = LotHeld(hold=1, cause=HoldCause.OUT_OF_SPECIFICATION, explanation=Text("Held."))
    assert codes(lot(RELEASED, held)) == {"specification_not_met"}


def test_p7_a_step_without_anything_in_force_that_day_stands_against_it_until_quality_clears_it() -> None:
    assert codes(lot(RELEASED, step(), UNCERTIFIED), at=facility()) == {"facility_not_certified"}
    assert codes(lot(RELEASED, step(), UNCERTIFIED, CLEARED), at=facility()) == set()
    assert codes(lot(RELEASED, step(facility=FacilityId("nowhere-known")))) == {"facility_not_certified"}


def test_p7_a_withdrawal_reaches_back_only_to_steps_on_or_after_its_effective_date() -> None:
    def withdrawn_on(day: date) -> Facility:
        change = CertificationStatusChanged(
            certification=1,
            status=CertificationStatus.WITHDRAWN,
            effective_on=day,
            explanation=Text("withdrawn"),
        )
        return facility(certification(history=(change,)))

    made = lot(RELEASED, step())
    assert codes(made, at=withdrawn_on(date(2026, 11, 1))) == {"facility_not_certified"}
    assert codes(made, at=withdrawn_on(date(2026, 11, 2))) == set()


def test_p7_a_parent_s_step_counts_as_the_lot_s_own() -> None:
    parent = lot(step(facility=FacilityId("nowhere-known")), number="BANK-1")
    assert codes(lot(RELEASED), ancestors=(parent,)) == {"facility_not_certified"}


def test_cleared_deviations_and_late_entries_are_told_without_forbidding() -> None:
    told = lot(RELEASED, step(late=True), UNCERTIFIED, CLEARED)
    background = Background(ancestors=(), donations=(), facilities={})
    assert [finding.code for finding in standing_notices(told, background)] == [
        "cleared_deviation",
        "late_records",
    ]
    assert standing_notices(lot(RELEASED), background) == ()
