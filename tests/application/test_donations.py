"""Registering, correcting and withdrawing donations, and who reads what of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from qc_service.application.days import must_have_come
from qc_service.application.donations import (
    CheckCharacter,
    CorrectDonation,
    RegisterDonation,
    WithdrawConsent,
    correct_donation,
    read_donation,
    register_donation,
    summary,
    withdraw_consent,
)
from qc_service.domain.codec import from_plain, to_plain
from qc_service.domain.collection import DonationCollected, DonationCorrected
from qc_service.domain.consent import ConsentWithdrawn
from qc_service.domain.disposition import HoldCause, LotHeld
from qc_service.domain.donations import UNFINISHED, ConsentAlreadyWithdrawn, DonationExists
from qc_service.domain.errors import Forbidden, Malformed, NotFound
from qc_service.domain.identifiers import Din, FacilityId, PersonId, Text
from qc_service.domain.investigations import InvestigationCause, InvestigationOpened
from qc_service.domain.lots import LotStatus
from qc_service.domain.permissions import Role
from qc_service.domain.vocabulary import Tissue
from tests.application.donors_world import (
    BANK,
    FINISHED,
    LATE,
    REGISTER,
    UNRELEASED_LOT,
    DonorsWorld,
    bodies,
)
from tests.domain.donors import DIN
from tests.fakes import actor

WITHDRAW = WithdrawConsent(din=Din(DIN), withdrawn_on=date(2026, 2, 20))


def pointers(error: Malformed) -> list[str]:
    return [fault.pointer for fault in error.faults]


def test_d1_the_service_mints_the_donor_code_and_the_facility_gives_country_and_zone() -> None:
    here = DonorsWorld()
    ((stream, body),) = bodies(here.act(register_donation, REGISTER, Role.TECHNICIAN))
    assert stream == f"donation/{DIN}"
    assert isinstance(body, DonationCollected)
    assert body.donor_code.startswith("DN-")
    assert (body.country, body.zone) == ("US", "America/New_York")
    assert body.collector == "t.technician"
    assert body.organisation == "demo-biologics"


def test_d1_two_containers_of_one_donation_are_one_donation() -> None:
    here = DonorsWorld()
    here.register()
    with pytest.raises(DonationExists):
        here.register()


def test_d1_a_typed_number_brings_its_check_character() -> None:
    plain = to_plain(REGISTER) | {"check_character": REGISTER.din.check_character}
    assert from_plain(RegisterDonation, plain).check_character == REGISTER.din.check_character
    wrong = "A" if REGISTER.din.check_character != "A" else "B"
    with pytest.raises(Malformed) as refused:
        from_plain(RegisterDonation, plain | {"check_character": wrong})
    assert pointers(refused.value) == ["/check_character"]
    with pytest.raises(Malformed):
        CheckCharacter("a")


def test_d8_urgent_use_of_an_unevaluated_donor_is_not_offered() -> None:
    with pytest.raises(Malformed) as refused:
        from_plain(RegisterDonation, to_plain(REGISTER) | {"urgent_need": True})
    assert pointers(refused.value) == ["/urgent_need"]


@pytest.mark.parametrize(
    ("intent", "pointer"),
    [
        (replace(REGISTER, collected_at=LATE), "/collected_at"),
        (
            replace(REGISTER, consent=replace(REGISTER.consent, given_on=date(2026, 3, 3))),
            "/consent/given_on",
        ),
        (replace(REGISTER, facility=FacilityId("nowhere")), "/facility"),
        (replace(REGISTER, collector=PersonId("n.nobody")), "/collector"),
    ],
)
def test_what_cannot_be_understood_is_named(intent: RegisterDonation, pointer: str) -> None:
    with pytest.raises(Malformed) as refused:
        DonorsWorld().act(register_donation, intent, Role.TECHNICIAN)
    assert pointers(refused.value) == [pointer]


def test_a_day_has_come_where_it_begins_first() -> None:
    now = DonorsWorld().world.clock.now
    must_have_come(now.date(), now, "/on")
    must_have_come(date(2026, 3, 2), now.replace(hour=10), "/on")
    with pytest.raises(Malformed):
        must_have_come(date(2026, 3, 2), now.replace(hour=9), "/on")


def test_d1_a_correction_is_a_new_record_that_names_the_old() -> None:
    here = DonorsWorld()
    here.determine()
    before = here.donation
    intent = CorrectDonation(
        din=Din(DIN), facility=FacilityId("hill-maternity"), reason=Text("The other ward was meant.")
    )
    ((_, body),) = bodies(here.act(correct_donation, intent, Role.TECHNICIAN))
    assert isinstance(body, DonationCorrected)
    assert body.supersedes == before.stated_in
    assert (here.donation.country, here.donation.tissue) == ("DE", before.tissue)
    assert here.donation.in_words == UNFINISHED
    again = CorrectDonation(din=Din(DIN), tissue=Tissue.PLACENTA, reason=Text("Read the form again."))
    here.act(correct_donation, again, Role.TECHNICIAN)
    assert (here.donation.country, here.donation.tissue) == ("DE", Tissue.PLACENTA)


def test_a_correction_corrects_something_that_has_come() -> None:
    with pytest.raises(Malformed):
        CorrectDonation(din=Din(DIN), reason=Text("Nothing."))
    here = DonorsWorld()
    here.register()
    with pytest.raises(Malformed):
        here.act(correct_donation, CorrectDonation(din=Din(DIN), collected_at=LATE, reason=Text("Typed.")),
                 Role.TECHNICIAN)  # fmt: skip


def test_d9_withdrawal_holds_every_lot_below_and_nothing_there_says_why() -> None:
    here = DonorsWorld()
    here.determine()
    here.make_lots()
    (_, withdrawn), *held = bodies(here.act(withdraw_consent, WITHDRAW))
    assert isinstance(withdrawn, ConsentWithdrawn)
    assert withdrawn.version == REGISTER.consent.version
    lots = (BANK, FINISHED, UNRELEASED_LOT)
    assert [stream for stream, _ in held] == [f"lot/{lot}" for lot in lots for _ in range(2)]
    for _, body in held:
        assert isinstance(body, LotHeld | InvestigationOpened)
        assert body.cause in (HoldCause.DONOR_REVIEW, InvestigationCause.DONOR_REVIEW)
        assert not {"consent", "withdrew", "withdrawn", "result"} & set(str(to_plain(body)).lower().split())
    assert here.lot(FINISHED).status is LotStatus.ON_HOLD
    assert here.lot(UNRELEASED_LOT).status is LotStatus.ON_HOLD
    assert here.donation.consent_withdrawn


def test_d9_a_withdrawal_is_recorded_once_and_not_ahead_of_time() -> None:
    here = DonorsWorld()
    here.register()
    with pytest.raises(Malformed):
        here.act(withdraw_consent, replace(WITHDRAW, withdrawn_on=date(2026, 3, 9)))
    here.act(withdraw_consent, WITHDRAW)
    with pytest.raises(ConsentAlreadyWithdrawn):
        here.act(withdraw_consent, WITHDRAW)


@pytest.mark.parametrize(
    ("use_case", "intent"),
    [
        (register_donation, REGISTER),
        (correct_donation, CorrectDonation(din=Din(DIN), tissue=Tissue.PLACENTA, reason=Text("Typed."))),
        (withdraw_consent, WITHDRAW),
    ],
)
def test_a_clinician_may_not(use_case: object, intent: object) -> None:
    here = DonorsWorld()
    with pytest.raises(Forbidden):
        here.act(use_case, intent, Role.CLINICIAN)


def test_d7_quarantine_is_plain_in_every_list_and_detail() -> None:
    here = DonorsWorld()
    here.register()
    listed = summary(here.donation)
    assert (listed["status"], listed["in_words"]) == ("quarantined", UNFINISHED)
    assert listed["title"] == f"Umbilical cord {DIN}"
    told = read_donation(here.world.view, actor(Role.TECHNICIAN), DIN)
    assert (told["standing"], told["in_words"], told["eligibility"]) == ("quarantined", UNFINISHED, None)
    assert told["check_character"] == Din(DIN).check_character


def test_a_donation_is_read_by_its_owner_and_by_auditors_without_screening_values() -> None:
    here = DonorsWorld()
    here.determine()
    told = read_donation(here.world.view, actor(Role.AUDITOR, "far-authority"), DIN)
    assert told["standing"] == "eligible"
    assert told["blocks"] == {"further_processing": [], "clinical": []}
    assert (told["screenings"], told["reports"], told["lookbacks"]) == (1, 1, [])
    assert "non_reactive" not in str(told)
    assert isinstance(told["eligibility"], dict)
    assert told["eligibility"]["meaning"] == "responsibility"
    assert told["eligibility"]["by"]["id"] == "t.quality"
    with pytest.raises(NotFound):
        read_donation(here.world.view, actor(Role.CLINICIAN, "far-clinic"), DIN)
