"""Certificates on record: numbered, each taking the place of the one before, current until records change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qc_service.domain.assessment import LotAssessed
from qc_service.domain.certificate_standing import Currency, standing_of
from qc_service.domain.certificates import (
    CertificateIssued,
    CertificateRefused,
    ReissueNeedsReason,
    must_be_certifiable,
    must_have_reason,
)
from qc_service.domain.disposition import HoldCause, LotHeld
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.filling import LabelsReconciled
from qc_service.domain.identifiers import Line, Sha256, Text
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.quality import Quality
from qc_service.domain.records import Body, Recorded
from tests.domain.lot_stories import DAY, recorded, registration

A, B = Sha256("a" * 64), Sha256("b" * 64)
ISSUED = CertificateIssued(number=1, document=A, contents=B, seal=Line("key-1"), assessment=A, release=None)
HELD = LotHeld(hold=1, cause=HoldCause.QUALITY_DECISION, explanation=Text("A question."))
COUNTED = LabelsReconciled(issued=1, used=1, spoiled=0, returned=0, notes=None)


def history(*bodies: Body) -> list[Recorded]:
    """A lot's records, an hour apart."""
    return recorded((registration(), *bodies))


def lot_of(records: list[Recorded]) -> Lot:
    state = LOT.replay(records)
    assert state is not None
    return state


def test_certificates_are_kept_in_their_order_with_who_issued_them_when() -> None:
    records = history(ISSUED, replace(ISSUED, number=2))
    first, second = lot_of(records).certificates
    assert (first.number, first.seq, second.number, second.seq) == (1, 1, 2, 2)
    assert (first.at, first.signer, first.code) == (records[1].recorded_at, records[1].signer, "b" * 16)
    assert ISSUED.cites() == ("key/key-1",)


def test_a_certificate_is_numbered_from_one() -> None:
    with pytest.raises(Malformed, match="numbered from 1"):
        replace(ISSUED, number=0)


def test_it_is_current_until_something_that_it_says_changes() -> None:
    records = history(ISSUED, COUNTED)
    stands = standing_of(lot_of(records).certificates, 1, records)
    assert (stands.currency, stands.since, stands.superseded_by) == (Currency.CURRENT, None, None)
    assert "is the current one" in stands.in_words
    later = history(ISSUED, COUNTED, HELD, HELD)
    stands = standing_of(lot_of(later).certificates, 1, later)
    assert (stands.currency, stands.since) == (Currency.OUTDATED, later[3].recorded_at)
    assert "Records of this lot changed after certificate 1" in stands.in_words


def test_the_next_one_takes_its_place_whatever_changed_between() -> None:
    records = history(ISSUED, HELD, replace(ISSUED, number=2))
    certificates = lot_of(records).certificates
    stands = standing_of(certificates, 1, records)
    assert (stands.currency, stands.superseded_by, stands.since) == (
        Currency.SUPERSEDED, 2, records[3].recorded_at,
    )  # fmt: skip
    assert "superseded by certificate 2" in stands.in_words
    assert standing_of(certificates, 2, records).currency is Currency.CURRENT


@pytest.mark.parametrize("number", [0, 2])
def test_one_that_is_not_there_is_not_found(number: int) -> None:
    records = history(ISSUED)
    with pytest.raises(NotFound):
        standing_of(lot_of(records).certificates, number, records)


def test_a_second_one_needs_a_reason() -> None:
    records = history(ISSUED)
    must_have_reason((), None)
    must_have_reason(lot_of(records).certificates, Text("A typing slip."))
    with pytest.raises(ReissueNeedsReason, match="Certificate 1 is on record"):
        must_have_reason(lot_of(records).certificates, None)


def test_a_lot_is_certified_as_it_is_assessed_and_not_before() -> None:
    with pytest.raises(CertificateRefused) as refused:
        must_be_certifiable(Quality())
    assert [reason.code for reason in refused.value.reasons] == ["not_assessed"]
    body = LotAssessed(
        product=registration().product, specification=1, effective_from=DAY,
        judgements=(), passed=True,
    )  # fmt: skip
    quality = lot_of(history(body)).quality
    must_be_certifiable(quality)
    assert quality.assessment is not None
    with pytest.raises(CertificateRefused) as refused:
        must_be_certifiable(replace(quality, assessment=replace(quality.assessment, outdated=True)))
    assert [reason.code for reason in refused.value.reasons] == ["assessment_outdated"]
