"""The rules D1 and D6 to D10 as far as a donation's own records show them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.collection import DonationCollected, DonationCorrected, minted_donor_code
from qc_service.domain.consent import Consent, ConsentReference, ConsentUse, ConsentWithdrawn
from qc_service.domain.donations import UNFINISHED, Donation, DonationStanding
from qc_service.domain.eligibility import EligibilityDetermined, EligibilityStanding
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import CountryCode, DonorCode, FacilityId, Line, Sha256, Slug, Text
from qc_service.domain.lookback import LookbackConcluded, LookbackConclusion, LookbackReported
from qc_service.domain.moments import ZonedTime
from qc_service.domain.screening import DonorScreened, DonorTested
from qc_service.domain.vocabulary import Purpose, Tissue
from tests.domain.donors import COLLECTED, DIN, SCREENED, SIGNER, donation, report, result

WITHDRAWN = ConsentWithdrawn(
    withdrawn_on=date(2026, 2, 1), reference=ConsentReference("CF-2601-004"), version=Line("3")
)
LOOKBACK = LookbackReported(
    lookback=1,
    findings=(Slug("hcv_nat"),),
    reported_by=Line("East donor laboratory"),
    received_on=date(2026, 3, 1),
    explanation=Text("The laboratory reported a reactive result on a later specimen."),
)


def determined(standing: EligibilityStanding) -> EligibilityDetermined:
    return EligibilityDetermined(
        standing=standing, suggested=standing, panel=date(2017, 3, 12), screenings=(1,), reports=(1,)
    )


def concluded(conclusion: LookbackConclusion, lookback: int = 1) -> LookbackConcluded:
    return LookbackConcluded(
        lookback=lookback, conclusion=conclusion, explanation=Text("The laboratory repeated the test.")
    )


ELIGIBLE = determined(EligibilityStanding.ELIGIBLE)


def codes(state: Donation, purpose: Purpose = Purpose.CLINICAL) -> list[str]:
    return [reason.code for reason in state.decision_reasons(purpose)]


def test_d1_a_donation_states_what_where_when_and_under_which_consent() -> None:
    state = donation()
    assert state.din == DIN
    assert state.consent.version == "3"
    assert state.stated_in == "0" * 64
    assert state.registered_by == SIGNER.id
    assert COLLECTED.cites() == ("facility/bayside-maternity",)
    assert from_plain(DonationCollected, to_plain(COLLECTED), complete=True) == COLLECTED


def test_d1_no_field_identifies_the_donor() -> None:
    named = {field.name for field in fields(DonationCollected)}
    assert named == {
        "donor_code", "tissue", "collected_at", "zone", "facility", "country", "organisation", "collector",
        "consent", "infant_age_days",
    }  # fmt: skip
    with pytest.raises(Malformed):
        ConsentReference("123-45-6789")
    with pytest.raises(Malformed):
        ConsentReference("Jane Doe")


def test_d1_a_donor_code_is_minted_from_randomness_alone() -> None:
    assert minted_donor_code(bytes(16)) == "DN-222222222222"
    assert minted_donor_code(bytes(range(16))) != minted_donor_code(bytes(range(1, 17)))
    assert isinstance(minted_donor_code(b"\xff" * 16), DonorCode)


@pytest.mark.parametrize("uses", [(), (ConsentUse.RESEARCH, ConsentUse.RESEARCH)])
def test_d1_a_consent_names_each_use_once(uses: tuple[ConsentUse, ...]) -> None:
    with pytest.raises(Malformed):
        Consent(reference=ConsentReference("CF-1"), version=Line("1"), given_on=date(2026, 1, 2), uses=uses)


def test_d1_an_age_is_not_negative() -> None:
    with pytest.raises(Malformed):
        replace(COLLECTED, infant_age_days=-1)


def test_d1_a_correction_names_what_it_supersedes_and_asks_for_a_new_determination() -> None:
    correction = DonationCorrected(
        supersedes=Sha256("0" * 64),
        tissue=Tissue.PLACENTA,
        collected_at=ZonedTime("2026-01-11T03:20:00+01:00"),
        zone=Line("Europe/Berlin"),
        facility=FacilityId("hill-maternity"),
        country=CountryCode("DE"),
    )
    state = donation(ELIGIBLE, correction)
    assert (state.tissue, state.facility, state.country) == ("placenta", "hill-maternity", "DE")
    assert state.stated_in == f"{2:064x}"
    assert state.standing is DonationStanding.QUARANTINED
    assert correction.cites() == ("facility/hill-maternity",)


def test_d6_the_standing_is_what_was_determined_and_by_whom() -> None:
    state = donation(ELIGIBLE)
    assert state.standing is DonationStanding.ELIGIBLE
    assert state.in_words == "Donor determined eligible"
    assert state.eligibility is not None
    assert state.eligibility.by == SIGNER
    assert codes(state) == []


def test_d6_an_ineligible_donor_blocks() -> None:
    state = donation(determined(EligibilityStanding.INELIGIBLE))
    assert state.in_words == "Donor not eligible – do not use"
    assert codes(state) == ["donor_not_eligible"]


@pytest.mark.parametrize("bodies", [(), (determined(EligibilityStanding.INCOMPLETE),)])
def test_d7_quarantine_until_determined_says_so(bodies: tuple[EligibilityDetermined, ...]) -> None:
    state = donation(*bodies)
    assert state.in_words == UNFINISHED == "Testing not finished – do not use"
    assert codes(state) == ["donor_undetermined"]
    assert UNFINISHED in state.decision_reasons(Purpose.CLINICAL)[0].detail


def test_d8_no_standing_offers_a_donor_without_evaluation() -> None:
    assert {standing.value for standing in EligibilityStanding} == {"eligible", "ineligible", "incomplete"}


def test_d9_a_withdrawn_consent_blocks() -> None:
    state = donation(ELIGIBLE, WITHDRAWN)
    assert state.consent_withdrawn
    assert state.withdrawal == WITHDRAWN
    assert codes(state) == ["consent_withdrawn"]


def test_d9_a_consent_covers_only_what_it_names() -> None:
    consent = replace(COLLECTED.consent, uses=(ConsentUse.MANUFACTURING,))
    state = donation(ELIGIBLE, collected=replace(COLLECTED, consent=consent))
    assert codes(state, Purpose.FURTHER_PROCESSING) == []
    assert codes(state, Purpose.CLINICAL) == ["consent_does_not_cover"]


def test_d9_every_reason_is_given_at_once() -> None:
    consent = replace(COLLECTED.consent, uses=(ConsentUse.RESEARCH,))
    state = donation(WITHDRAWN, LOOKBACK, collected=replace(COLLECTED, consent=consent))
    assert codes(state) == [
        "donor_undetermined", "consent_withdrawn", "consent_does_not_cover", "lookback_open",
    ]  # fmt: skip


def test_d10_an_open_lookback_blocks() -> None:
    state = donation(ELIGIBLE, LOOKBACK)
    assert state.lookback(1).open
    assert codes(state) == ["lookback_open"]


def test_d10_a_confirmed_lookback_makes_the_donation_ineligible() -> None:
    state = donation(ELIGIBLE, LOOKBACK, concluded(LookbackConclusion.CONFIRMED))
    assert state.standing is DonationStanding.INELIGIBLE
    assert codes(state) == ["donor_not_eligible"]


def test_d10_a_lookback_that_is_not_confirmed_no_longer_blocks() -> None:
    second = replace(LOOKBACK, lookback=2)
    state = donation(ELIGIBLE, LOOKBACK, second, concluded(LookbackConclusion.NOT_CONFIRMED, 2))
    assert [each.open for each in state.lookbacks] == [True, False]
    assert not state.lookback(2).confirmed


@pytest.mark.parametrize("number", [0, 2])
def test_d10_a_lookback_that_does_not_exist_is_not_found(number: int) -> None:
    with pytest.raises(NotFound):
        donation(LOOKBACK).lookback(number)


def test_d10_a_lookback_names_a_finding() -> None:
    with pytest.raises(Malformed):
        replace(LOOKBACK, findings=())


def test_a_corrected_screening_or_report_no_longer_stands() -> None:
    first, second = report(result("hiv_1_nat")), report(result("hiv_1_nat"), number=2)
    screened: DonorScreened = replace(SCREENED, screening=2, supersedes=1)
    tested: DonorTested = replace(second, supersedes=1)
    state = donation(SCREENED, first, screened, tested)
    assert state.standing_screenings == (screened,)
    assert state.standing_reports == (tested,)
    assert len(state.reports) == 2
