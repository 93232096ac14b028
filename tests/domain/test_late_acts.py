"""What was written down without a network and arrives late never overwrites what is newer (V11)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from qc_service.domain.identifiers import Line, OrganisationId, Slug
from qc_service.domain.records import Body
from qc_service.domain.vial_acts import (
    Clock,
    VialLost,
    VialPreparedUncleared,
    VialPutBack,
    VialReissued,
    VialReturned,
    VialSetAside,
    VialWasted,
)
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Doubt, Vial
from tests.domain.vial_stories import (
    CLINIC,
    DIGEST,
    ONE,
    OTHER,
    OWNER,
    T0,
    after,
    arrived,
    checked,
    given,
    preparation,
    received,
    sent,
    told,
    vial,
)


def opened(*, clinic: OrganisationId = CLINIC, until: datetime | None = None) -> VialPreparedUncleared:
    """A preparation that the records do not clear."""
    return VialPreparedUncleared(
        **ONE, clinic=clinic, starts=(Clock.PUNCTURE,), use_before=until, reasons=(Slug("on_hold"),), alert=True,
        answer=DIGEST,
    )  # fmt: skip


@pytest.mark.parametrize(
    "late",
    [
        VialSetAside(**ONE),
        VialPutBack(**ONE, settles_doubts=True),
        VialReturned(**ONE, to=OWNER),
        VialReissued(**ONE, cold_chain_evidence=Line("logger 7")),
        VialLost(**ONE),
    ],
)
def test_v11_an_older_act_that_arrives_late_moves_the_vial_no_more(late: Body) -> None:
    claimed = after(received(), told(preparation(Clock.THAW), hours=30))
    behind = after(claimed, told(late, hours=29))
    assert (behind.state, behind.custody, behind.in_use, behind.undoable) == (
        claimed.state, claimed.custody, claimed.in_use, claimed.undoable,
    )  # fmt: skip
    assert behind.doubts == ()
    assert behind.acted_at == claimed.acted_at
    assert behind.version == claimed.version + 1


def test_v11_an_older_report_of_loss_does_not_lose_what_was_found() -> None:
    found = after(received(), told(VialLost(**ONE), hours=30), told(VialSetAside(**ONE), hours=40))
    assert found.state is VialState.SET_ASIDE
    assert after(found, told(VialLost(**ONE), hours=35)).state is VialState.SET_ASIDE


def test_v11_an_older_put_back_settles_no_newer_doubt() -> None:
    doubtful = after(received(), told(given(), by=OTHER, hours=40))
    settled = after(doubtful, told(VialPutBack(**ONE, settles_doubts=True), by=OWNER, hours=39))
    assert settled.doubts == doubtful.doubts


def test_v11_what_uses_a_vial_up_counts_whenever_it_arrives() -> None:
    aside = after(received(), told(VialSetAside(**ONE), hours=40))
    assert after(aside, told(given(), hours=30)).state is VialState.ADMINISTERED
    assert after(aside, told(VialWasted(**ONE, amount=None), hours=30)).state is VialState.WASTED
    assert after(aside, told(VialWasted(**ONE, amount=None), hours=30)).acted_at == aside.acted_at


def test_v11_an_older_check_does_not_become_the_last_place_where_the_vial_was_seen() -> None:
    seen = after(received(), told(checked(), hours=40))
    assert after(seen, told(checked(), hours=30)).seen == seen.seen
    assert after(seen, told(checked(), hours=41)).seen != seen.seen


def test_v11_a_check_is_no_act() -> None:
    assert after(received(), told(checked(), hours=40)).acted_at == received().acted_at


def test_v4_a_preparation_that_nothing_clears_is_in_use_all_the_same() -> None:
    until = T0 + timedelta(hours=34)
    used = after(received(), told(opened(until=until), hours=30))
    assert (used.state, used.claimed_by, used.use_before, used.doubts) == (
        VialState.IN_PREPARATION, CLINIC, until, (),
    )  # fmt: skip
    assert used.in_use is not None
    assert used.in_use.punctured_at == T0 + timedelta(hours=30)


@pytest.mark.parametrize("stands", [VialState.SET_ASIDE, VialState.RECEIVED_DAMAGED])
def test_v4_a_vial_that_was_apart_stays_apart_and_is_known_to_be_open(stands: VialState) -> None:
    used = after(vial(state=stands, custody=CLINIC), told(opened(), hours=30))
    assert (used.state, used.claimed_by, used.doubts) == (stands, CLINIC, ())


def test_v11_a_second_preparation_here_sets_no_clock_back() -> None:
    soon, later = T0 + timedelta(hours=20), T0 + timedelta(hours=30)
    claimed = after(received(), told(preparation(Clock.THAW, hours=30), hours=26))
    assert after(claimed, told(opened(until=soon), hours=18)).use_before == soon
    assert after(claimed, told(opened(until=later + timedelta(hours=9)), hours=35)).use_before == later
    assert after(claimed, told(opened(), hours=35)).use_before == later


def _elsewhere() -> Vial:
    return after(received(), told(preparation(Clock.THAW, clinic=CLINIC), hours=26))


@pytest.mark.parametrize(
    "before",
    [received(), _elsewhere(), after(vial(), told(sent(), by=OWNER))],
    ids=["held by another", "claimed by another", "on its way"],
)
def test_v10_a_vial_prepared_where_it_cannot_be_is_doubtful_and_stays_claimed_as_it_was(before: Vial) -> None:
    doubtful = after(before, told(opened(clinic=OTHER), by=OTHER, hours=90))
    assert (doubtful.state, doubtful.in_use) == (before.state, before.in_use)
    assert Doubt.CONTRADICTED in doubtful.doubts


def test_v3_a_receipt_counts_although_it_is_written_down_as_of_before_the_dispatch() -> None:
    assert (
        after(vial(), told(sent(), by=OWNER, hours=2), told(arrived(), hours=1)).state is VialState.RECEIVED
    )
