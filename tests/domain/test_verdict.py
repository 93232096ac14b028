"""The clinic's answer: the table of reasons, what outweighs what, and what stands against one vial."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from qc_service.domain.identifiers import Line, OrganisationId
from qc_service.domain.keys import KeyRole, SigningKey
from qc_service.domain.verdict import RULES, Asker, Decision, Finding, decide, gravity, in_order_of_table
from qc_service.domain.vial_standing import expiry_findings, vial_findings
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Doubt, InUse, Vial
from tests.domain.vial_stories import CLINIC, OTHER, OWNER, T0, vial

HERE = Asker(organisation=CLINIC)
ELSEWHERE = Asker(organisation=OTHER)
ANYBODY = Asker()
ALERTING = {
    "unknown_lot", "unknown_serial", "lot_mismatch", "expiry_mismatch", "suspected_copy", "used_elsewhere", "stolen",
    "signature_invalid", "record_missing", "key_compromised", "log_inconsistent",
}  # fmt: skip


def codes(one: Vial, asker: Asker = HERE, at: datetime = T0) -> list[str]:
    return [finding.code for finding in vial_findings(one, asker, at, window_minutes=60)]


def held(state: VialState = VialState.RECEIVED, **changes: Any) -> Vial:
    return vial(state=state, custody=CLINIC, consignees=(CLINIC,), **changes)


def test_v7_identity_and_evidence_alert_and_the_rest_does_not() -> None:
    assert {code for code, rule in RULES.items() if rule.alert} == ALERTING


def test_answers_of_many_come_the_worst_first() -> None:
    told = [("suspected_copy", "serial_needed"), ("recalled", "expired"), ("serial_needed",), ()]
    reasons = [tuple(Finding(code=code, detail="") for code in codes) for codes in told]
    assert [gravity(each) for each in reasons] == [0, 1, 2, 3]


def test_v3_what_forbids_outweighs_what_leaves_the_question_open() -> None:
    serial_needed = Finding(code="serial_needed", detail="")
    recalled = Finding(code="recalled", detail="")
    assert decide(()) is Decision.IN_ORDER
    assert decide((serial_needed,)) is Decision.CANNOT_VERIFY
    assert decide((serial_needed, recalled)) is Decision.DO_NOT_USE


def test_reasons_stand_in_the_table_s_order_each_once() -> None:
    given = [Finding(code=code, detail="") for code in ("stolen", "recalled", "recalled", "unknown_lot")]
    assert [finding.code for finding in in_order_of_table(given)] == ["unknown_lot", "recalled", "stolen"]


def test_every_reason_says_what_to_do_next_and_none_says_more_than_the_records_do() -> None:
    for code, rule in RULES.items():
        plain = Finding(code=code, detail="d").plain()
        assert rule.next_step
        assert plain["blocks"] is True
        assert not {"authentic", "approved", "safe", "effective"} & set(rule.next_step.lower().split())
    assert Finding(code="late_records", detail="d").plain() == {"code": "late_records", "detail": "d"}


def test_v8_a_vial_is_usable_through_the_printed_day_in_the_asking_clinic_s_zone() -> None:
    printed = date(2026, 11, 10)
    just_after_midnight_in_berlin = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)

    def expired(asker: Asker) -> bool:
        found = expiry_findings(printed, asker, "America/New_York", just_after_midnight_in_berlin)
        return "expired" in [finding.code for finding in found]

    assert expired(Asker(zone="Europe/Berlin"))
    assert not expired(ANYBODY)


def test_an_expiry_in_the_next_month_is_noticed() -> None:
    assert [f.code for f in expiry_findings(T0.date() + timedelta(30), HERE, "UTC", T0)] == ["expires_soon"]
    assert not list(expiry_findings(T0.date() + timedelta(31), HERE, "UTC", T0))


def test_a_vial_in_the_asking_clinic_s_hands_has_nothing_against_it() -> None:
    assert codes(held()) == []


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (VialState.QC_SAMPLE, "sample_not_for_use"),
        (VialState.RETENTION, "sample_not_for_use"),
        (VialState.STABILITY, "sample_not_for_use"),
        (VialState.REJECTED_AT_INSPECTION, "sample_not_for_use"),
        (VialState.WASTED, "wasted"),
        (VialState.RETURNED, "returned"),
        (VialState.LOST, "lost"),
        (VialState.DESTROYED, "destroyed"),
        (VialState.STOLEN, "stolen"),
        (VialState.SET_ASIDE, "set_aside"),
        (VialState.RECEIVED_DAMAGED, "set_aside"),
    ],
)
def test_each_state_that_ends_or_pauses_a_vial_has_its_reason(state: VialState, code: str) -> None:
    assert codes(held(state)) == [code]


def test_v5_a_used_vial_is_an_alert_elsewhere_only_and_nobody_anonymous_is_told_where() -> None:
    used = held(VialState.ADMINISTERED, in_use=InUse(claimed_by=CLINIC, prepared_at=T0))
    assert codes(used) == ["already_used"]
    assert codes(used, ELSEWHERE) == ["used_elsewhere", "not_consigned_here"]
    assert codes(used, ANYBODY) == ["already_used"]


def test_v4_a_prepared_vial_may_be_given_here_until_its_time_has_run_out() -> None:
    ends, window = T0 + timedelta(hours=4), T0 + timedelta(hours=1)
    in_use = InUse(claimed_by=CLINIC, prepared_at=T0, use_before=ends)
    prepared = held(VialState.IN_PREPARATION, in_use=in_use)
    assert codes(prepared, at=window) == []
    assert codes(prepared, at=window + timedelta(seconds=1)) == ["in_use_time_exceeded"]
    assert codes(prepared, ELSEWHERE) == ["used_elsewhere", "not_consigned_here"]
    opened = held(VialState.PARTLY_USED, in_use=in_use)
    assert codes(opened, at=ends) == []
    assert codes(opened, at=ends + timedelta(seconds=1)) == ["in_use_time_exceeded"]


def test_r3_a_vial_on_its_way_is_to_be_received_first() -> None:
    travelling = vial(state=VialState.IN_TRANSIT, custody=None, consignees=(CLINIC,))
    assert codes(travelling) == ["in_transit"]
    assert codes(travelling, ELSEWHERE) == ["not_consigned_here"]
    assert codes(travelling, Asker(organisation=OWNER)) == []


def test_quality_elsewhere_is_not_told_that_a_vial_was_not_sent_to_it() -> None:
    assert codes(held(), replace(ELSEWHERE, keeps_quality=True)) == []
    assert codes(held(), Asker(organisation=OrganisationId("third-clinic"))) == ["not_consigned_here"]


@pytest.mark.parametrize(
    ("doubt", "code"),
    [
        (Doubt.SUSPECTED_COPY, "suspected_copy"),
        (Doubt.CONTRADICTED, "suspected_copy"),
        (Doubt.TEMPERATURE_EXCURSION, "temperature_excursion"),
        (Doubt.REFROZEN, "temperature_excursion"),
        (Doubt.OPENED_UNCLAIMED, "set_aside"),
        (Doubt.UNLISTED, "set_aside"),
        (Doubt.DAMAGED, "set_aside"),
        (Doubt.WAS_LOST, "set_aside"),
    ],
)
def test_each_doubt_has_its_reason(doubt: Doubt, code: str) -> None:
    assert codes(held(doubts=(doubt,))) == [code]


def test_a_key_that_is_retired_or_compromised_is_withdrawn() -> None:
    key = SigningKey(
        keyid=Line("k"), role=KeyRole.RECORD, algorithm=Line("ed25519"), public=Line("p"), organisation=CLINIC,
        introduced=0,
    )  # fmt: skip
    assert not key.withdrawn
    assert replace(key, retired=5).withdrawn
    assert replace(key, compromised_since=5).withdrawn
