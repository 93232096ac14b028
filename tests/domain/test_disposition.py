"""Releases, rejection, holds and recalls as a lot's records fold them."""

import pytest

from qc_service.domain.disposition import (
    HoldCause,
    HoldLifted,
    LotHeld,
    LotRecalled,
    LotRecallRescinded,
    LotRejected,
    LotReleased,
    RecallKind,
)
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import RecallId, Text
from qc_service.domain.vocabulary import Purpose
from tests.domain.quality_stories import QUALITY, story

HELD = LotHeld(hold=1, cause=HoldCause.QUALITY_DECISION, explanation=Text("A label was found torn."))
RECALLED = LotRecalled(recall=RecallId("RCL-2611-01"), kind=RecallKind.RECALL)


def test_a_release_is_for_its_purpose_and_keeps_who_signed_it() -> None:
    disposition = story((LotReleased(purpose=Purpose.CLINICAL), QUALITY)).disposition
    release = disposition.release_for(Purpose.CLINICAL)
    assert release is not None
    assert (release.signer, release.index) == (QUALITY, 1)
    assert disposition.release_for(Purpose.FURTHER_PROCESSING) is None


def test_r4_a_hold_is_in_force_until_it_is_lifted() -> None:
    second = LotHeld(hold=2, cause=HoldCause.COMPLAINT, explanation=Text("A clinic saw particles."))
    lifted = HoldLifted(hold=1, explanation=Text("The label was replaced."))
    disposition = story((HELD, QUALITY), (second, QUALITY), (lifted, QUALITY)).disposition
    assert [hold.number for hold in disposition.open_holds()] == [2]
    assert disposition.hold(1).lifted_by == QUALITY
    for number in (0, 3):
        with pytest.raises(NotFound):
            disposition.hold(number)


def test_a_rejection_keeps_its_explanation() -> None:
    disposition = story((LotRejected(explanation=Text("Growth on day 3.")), QUALITY)).disposition
    assert disposition.rejected is not None
    assert disposition.rejected.explanation == "Growth on day 3."


def test_r4_a_recall_stands_until_it_is_rescinded() -> None:
    other = LotRecalled(recall=RecallId("WDR-2611-01"), kind=RecallKind.WITHDRAWAL)
    rescinded = LotRecallRescinded(recall=RecallId("RCL-2611-01"))
    recalls = story((RECALLED, QUALITY), (other, QUALITY), (rescinded, QUALITY)).disposition.recalls
    assert [recall.kind for recall in recalls] == [RecallKind.WITHDRAWAL]
    assert RECALLED.cites() == rescinded.cites() == ("recall/RCL-2611-01",)
