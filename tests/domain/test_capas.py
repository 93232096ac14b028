"""CAPAs: named by their cause, done with evidence, looked at again, and closed by a second person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from qc_service.domain.capa_acts import (
    ActionKind,
    CapaActionDone,
    CapaActionMoved,
    CapaActionPlanned,
    CapaChecked,
    CapaCheckPlanned,
    CapaClosed,
    CapaOpened,
    Effectiveness,
    LotMatter,
)
from qc_service.domain.capas import CAPA, Capa, CapaClosedBefore, ClosureRefused
from qc_service.domain.errors import Malformed, NotFound
from qc_service.domain.identifiers import Line, LotNumber, PersonId, ReactionId, RecallId, Sha256, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.open_work import OpenWork, in_order_of_days, open_work, work_of_capa
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body, File, Meaning, Recorded, Signer
from qc_service.domain.tasks import TaskKind
from tests.domain.lot_stories import signer
from tests.domain.quality_stories import QUALITY, story

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LOT = LotNumber("EX261101A")
OWNER = PersonId("a.analyst")
SECOND = signer("r.quality", Role.QUALITY)
OPENED = CapaOpened(
    title=Line("Connectors"),
    description=Text("A connector was not sterile."),
    investigations=(LotMatter(lot=LOT, number=1),),
    deviations=(LotMatter(lot=LOT, number=2), LotMatter(lot=LotNumber("EX261102A"), number=1)),
    reactions=(ReactionId("ADR-1"),),
    recalls=(RecallId("RCL-1"),),
    lots=(LotNumber("EX261103A"),),
)
CLOSED = CapaClosed(statement=Text("Nothing is left to do."))
CHECK = CapaCheckPlanned(method=Text("Ten fills without growth."), owner=OWNER, due_on=date(2027, 1, 31))


def planned(number: int = 1, *lots: LotNumber, due_on: date = date(2026, 12, 1)) -> CapaActionPlanned:
    return CapaActionPlanned(
        action=number, kind=ActionKind.CORRECTIVE, description=Text("Replace them."), owner=OWNER, due_on=due_on,
        before_release=lots,
    )  # fmt: skip


def done(number: int = 1) -> CapaActionDone:
    return CapaActionDone(action=number, evidence=Text("Invoice and photograph."))


def checked(outcome: Effectiveness = Effectiveness.EFFECTIVE) -> CapaChecked:
    return CapaChecked(outcome=outcome, evidence=Text("Looked at ten fills."))


def capa(*bodies: Body | tuple[Body, Signer]) -> Capa:
    """A CAPA after these records; quality signs what nobody else is named for."""
    told = [each if isinstance(each, tuple) else (each, QUALITY) for each in (OPENED, *bodies)]
    state = CAPA.replay(
        Recorded(
            stream="capa/CAPA-1", seq=seq, body=body, signer=by, meaning=Meaning.AUTHORSHIP, reason=None,
            occurred_at=ZonedTime("2026-11-20T12:00:00Z"), recorded_at=AT + timedelta(hours=seq),
            files=(File(name=Line("photo.jpg"), sha256=Sha256("a" * 64)),), digest=f"{seq:064x}", index=seq,
        )
        for seq, (body, by) in enumerate(told)
    )  # fmt: skip
    assert state is not None
    return state


def codes(refused: pytest.ExceptionInfo[ClosureRefused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_a_capa_names_what_gave_rise_to_it_and_stands_on_each_once() -> None:
    assert OPENED.cites() == (
        "lot/EX261103A", "lot/EX261101A", "lot/EX261102A", "reaction/ADR-1", "recall/RCL-1",
    )  # fmt: skip
    with pytest.raises(Malformed, match="what gave rise to it"):
        CapaOpened(
            title=OPENED.title, description=OPENED.description, investigations=(), deviations=(), reactions=(),
            recalls=(), lots=(),
        )  # fmt: skip


def test_an_action_stands_on_the_lots_that_wait_for_it() -> None:
    assert planned(1, LOT, LOT).cites() == (f"lot/{LOT}",)
    assert planned().cites() == ()


def test_an_action_is_planned_moved_and_done_with_its_evidence() -> None:
    state = capa(planned(), planned(2), CapaActionMoved(action=2, owner=SECOND.id, due_on=date(2026, 12, 9)))
    assert [(one.owner, one.due_on) for one in state.actions] == [
        (OWNER, date(2026, 12, 1)), (SECOND.id, date(2026, 12, 9)),
    ]  # fmt: skip
    assert state.open_actions() == state.actions
    state = capa(planned(), planned(2), (done(2), SECOND))
    assert [one.number for one in state.open_actions()] == [1]
    action = state.action(2)
    assert (action.done_by, action.done_at, action.files) == (SECOND, AT + timedelta(hours=3), ("a" * 64,))
    for number in (0, 3):
        with pytest.raises(NotFound):
            state.action(number)


def test_only_an_action_that_is_wanted_first_holds_a_lot_up_and_until_it_is_done() -> None:
    state = capa(planned(), planned(2, LOT))
    assert [one.number for one in state.blocking(LOT)] == [2]
    assert state.blocking(LotNumber("EX261102A")) == ()
    state = capa(planned(), planned(2, LOT), done(2))
    assert state.blocking(LOT) == ()
    assert [one.number for one in state.concerning(LOT)] == [2]


def test_it_is_closed_once_by_a_second_person_when_all_is_done_and_has_helped() -> None:
    with pytest.raises(ClosureRefused) as refused:
        capa().must_close(SECOND.id)
    assert codes(refused) == ["no_action", "effectiveness_not_shown"]
    with pytest.raises(ClosureRefused) as refused:
        capa(planned()).must_close(QUALITY.id)
    assert codes(refused) == ["action_open", "effectiveness_not_shown", "closer_is_not_second"]
    whole = (planned(), done(), CHECK, checked())
    for person, story_ in ((QUALITY, whole), (SECOND, (*whole[:3], (checked(), SECOND)))):
        with pytest.raises(ClosureRefused) as refused:
            capa(*story_).must_close(person.id)
        assert codes(refused) == ["closer_is_not_second"]
    assert capa(*whole).to_be_closed
    capa(*whole).must_close(SECOND.id)
    closed = capa(*whole, (CLOSED, SECOND))
    assert (closed.status, closed.closed_by) == ("closed", SECOND)
    with pytest.raises(CapaClosedBefore):
        closed.must_close(SECOND.id)


def test_an_action_after_the_check_wants_a_check_of_its_own() -> None:
    state = capa(planned(), done(), checked(), planned(2), done(2))
    assert not state.effective
    assert capa(planned(), done(), checked(), planned(2), done(2), checked()).effective


def test_what_did_not_help_opens_it_again() -> None:
    closed = (planned(), done(), checked(), (CLOSED, SECOND))
    assert capa(*closed, checked()).status == "closed"
    state = capa(*closed, checked(Effectiveness.INEFFECTIVE))
    assert (state.status, state.closed_by, state.effective) == ("open", None, False)
    assert [one.what for one in work_of_capa(state)] == ["It did not help: plan further actions."]


def test_an_open_capa_always_waits_for_somebody_and_a_closed_one_for_nobody() -> None:
    def said(*bodies: Body | tuple[Body, Signer]) -> list[tuple[str, str, str | None]]:
        return [(one.kind, one.what, one.who) for one in work_of_capa(capa(*bodies))]

    assert said() == [("closure", "Plan its actions.", QUALITY.id)]
    assert said(planned(1), planned(2, due_on=date(2026, 11, 30)), CHECK) == [
        ("action", "Replace them.", OWNER), ("action", "Replace them.", OWNER),
        ("effectiveness", "Ten fills without growth.", OWNER),
    ]  # fmt: skip
    assert [one.number for one in work_of_capa(capa(planned(1), planned(2, due_on=date(2026, 11, 30))))] == [
        2,
        1,
    ]
    assert said(planned(), done()) == [("closure", "Plan the check of effectiveness.", QUALITY.id)]
    assert said(planned(), done(), checked()) == [("closure", "Close it, as a second person.", None)]
    assert said(planned(), done(), checked(), (CLOSED, SECOND)) == []


def test_a_lots_work_has_the_actions_that_it_waits_for() -> None:
    (work,) = open_work(story(), capas=(capa(planned(), planned(2, LOT)),))
    assert (work.kind, work.number, work.about, work.who) == (TaskKind.ACTION, 2, "capa/CAPA-1", OWNER)


def test_work_is_in_the_order_of_its_days_and_what_has_none_is_last() -> None:
    def work(due_on: date | None) -> OpenWork:
        return OpenWork(kind=TaskKind.HOLD, number=1, what="", who=None, due_on=due_on, about="lot/X")

    first, second = date(2026, 11, 1), date(2026, 12, 1)
    assert [one.due_on for one in in_order_of_days(map(work, (None, second, first)))] == [first, second, None]
    assert [work(day).overdue(date(2026, 11, 2)) for day in (first, second, None)] == [True, False, False]
    assert not work(first).overdue(first)
