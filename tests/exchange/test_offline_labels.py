"""A label checked without a network: genuine, or each reason why not, and how old the knowledge is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from qc_service.domain.identifiers import LotNumber
from qc_service.exchange.label_tokens import label_token
from qc_service.exchange.offline_labels import LabelAnswer, LabelDecision, label_answer, spoken
from tests.exchange.test_label_tokens import CLAIMS
from tests.exchange.test_recall_list import ISSUED, LABEL, LIST, OLD_LABEL, STRANGER
from tests.fakes import ISSUER

OURS = replace(CLAIMS, issuer=ISSUER)
TOKEN = label_token(OURS, LABEL)
SOON = ISSUED + timedelta(hours=3)


def asked(token: str = TOKEN, now: datetime = SOON, today: date = date(2026, 11, 22)) -> LabelAnswer:
    return label_answer(token, LIST, now=now, today=today)


def codes(answer: LabelAnswer) -> list[str]:
    return [reason.code for reason in answer.reasons]


def test_a_good_label_is_genuine_and_its_state_unknown() -> None:
    answer = asked()
    assert answer.decision is LabelDecision.GENUINE
    assert answer.in_words.startswith(
        "Label genuine, state unknown as of 2026-11-22T10:00:00Z: the recall list of then, 3 hours old"
    )
    assert answer.plain() == {
        "decision": "label_genuine_state_unknown",
        "in_words": answer.in_words,
        "reasons": [],
        "label": {
            "issuer": ISSUER, "gtin": "09506000134352", "lot": "EX261101A", "serial": CLAIMS.serial,
            "use_by": "2027-10-31", "fill_record": f"sha256:{'5a' * 32}", "log_index": 41,
        },
        "as_of": "2026-11-22T10:00:00Z",
        "list": {
            "number": 97, "issued_at": "2026-11-22T10:00:00Z", "next_update": "2026-11-23T10:00:00Z",
            "age_seconds": 10_800,
        },
    }  # fmt: skip


def test_it_never_says_in_order() -> None:
    assert "in_order" not in str(asked().plain())
    assert "in order" not in asked().in_words.lower()


@pytest.mark.parametrize(("lot", "status"), [("EX261105R", "recalled"), ("EX261103H", "on_hold")])
def test_a_lot_on_the_list_is_not_used(lot: str, status: str) -> None:
    answer = asked(label_token(replace(OURS, lot=LotNumber(lot)), LABEL))
    assert (answer.decision, codes(answer)) == (LabelDecision.DO_NOT_USE, [status])
    assert answer.in_words.startswith(f"Do not use. Lot {lot} is {status.replace('_', ' ')}.")


def test_the_use_by_day_is_the_last() -> None:
    assert asked(today=OURS.use_by).decision is LabelDecision.GENUINE
    answer = asked(today=OURS.use_by + timedelta(days=1))
    assert (answer.decision, codes(answer)) == (LabelDecision.DO_NOT_USE, ["expired"])


@pytest.mark.parametrize(
    ("token", "code", "decision"),
    [
        ("EXO1:", "malformed_token", LabelDecision.CANNOT_VERIFY),
        (TOKEN[:-3] + "000", "bad_signature", LabelDecision.DO_NOT_USE),
        (label_token(OURS, STRANGER), "unknown_key", LabelDecision.DO_NOT_USE),
        (label_token(CLAIMS, LABEL), "foreign_issuer", LabelDecision.DO_NOT_USE),
        (label_token(OURS, OLD_LABEL), "key_revoked", LabelDecision.DO_NOT_USE),
    ],
)
def test_what_no_label_key_vouches_for_has_a_reason_of_its_own(
    token: str, code: str, decision: LabelDecision
) -> None:
    answer = asked(token)
    assert (answer.decision, codes(answer)) == (decision, [code])
    assert answer.claims is None
    assert answer.plain()["label"] is None
    assert all(reason.next_step for reason in answer.reasons)


def test_what_a_revoked_key_signed_for_an_earlier_fill_stands() -> None:
    earlier = label_token(replace(OURS, log_index=40), OLD_LABEL)
    assert asked(earlier).decision is LabelDecision.GENUINE


def test_an_old_list_says_so() -> None:
    assert asked(now=LIST.next_update - timedelta(seconds=1)).decision is LabelDecision.GENUINE
    answer = asked(now=LIST.next_update)
    assert (answer.decision, codes(answer)) == (LabelDecision.CANNOT_VERIFY, ["offline"])
    assert answer.in_words.startswith(
        "STOP – not checked. The recall list is 24 hours old; a newer one was due"
    )


def test_a_list_from_the_future_means_that_the_clock_is_wrong() -> None:
    assert asked(now=ISSUED - timedelta(minutes=5)).decision is LabelDecision.GENUINE
    answer = asked(now=ISSUED - timedelta(minutes=6))
    assert (answer.decision, codes(answer)) == (LabelDecision.CANNOT_VERIFY, ["offline"])
    assert "set the clock" in answer.in_words
    assert answer.age == timedelta()


def test_a_list_knows_nothing_of_what_was_filled_after_it() -> None:
    answer = asked(label_token(replace(OURS, log_index=LIST.number), LABEL))
    assert (answer.decision, codes(answer)) == (LabelDecision.CANNOT_VERIFY, ["offline"])
    assert asked(label_token(replace(OURS, log_index=LIST.number - 1), LABEL)).reasons == ()


def test_all_reasons_come_at_once_and_a_forbidding_one_outweighs() -> None:
    recalled = label_token(replace(OURS, lot=LotNumber("EX261105R")), LABEL)
    answer = asked(recalled, now=SOON + timedelta(days=400), today=date(2028, 1, 1))
    assert (answer.decision, codes(answer)) == (LabelDecision.DO_NOT_USE, ["recalled", "expired", "offline"])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7_200, "2 hours"),
        (172_799, "47 hours"),
        (172_800, "2 days"),
    ],
)
def test_an_age_is_spoken_in_its_largest_unit(seconds: int, words: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == words
