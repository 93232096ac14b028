"""What of a lot waits for somebody: every open investigation, deviation and hold, with a day where it has one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from qc_service.domain.disposition import HoldCause, HoldLifted, LotHeld
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, LotNumber, PersonId, Sha256, Text
from qc_service.domain.investigations import InvestigationCause, InvestigationOpened
from qc_service.domain.moments import ZonedTime
from qc_service.domain.open_work import due_day_of_deviation, due_day_of_investigation, open_work
from qc_service.domain.processing import (
    DeviationCause,
    DeviationClosed,
    DeviationOpened,
    DeviationOutcome,
    Severity,
)
from qc_service.domain.records import Body, File, Meaning, Recorded
from qc_service.domain.tasks import TASK, Task, TaskAssigned, TaskKind, TaskNoted, must_say_why, task_name
from tests.domain.quality_stories import AT, QUALITY, story

INVESTIGATION = InvestigationOpened(
    investigation=1, cause=InvestigationCause.COMPLAINT, description=Text("A clinic complained.")
)
HELD = LotHeld(hold=1, cause=HoldCause.COMPLAINT, explanation=Text("A question is open."))
ASSIGNED = TaskAssigned(assignee=PersonId("a.analyst"), due_on=date(2026, 11, 25))


def deviation(number: int, severity: Severity) -> DeviationOpened:
    return DeviationOpened(
        deviation=number, cause=DeviationCause.OTHER, severity=severity, description=Text("A door stood open."),
        step=None, clearable=True,
    )  # fmt: skip


def task(*bodies: Body) -> Task:
    state = TASK.replay(
        Recorded(
            stream="task/EX261101A/investigation/1", seq=seq, body=body, signer=QUALITY, meaning=Meaning.AUTHORSHIP,
            reason=Text("As agreed."), occurred_at=ZonedTime("2026-11-20T12:00:00Z"), recorded_at=AT,
            files=(File(name=Line("plate.csv"), sha256=Sha256("b" * 64)),), digest=f"{seq:064x}", index=seq,
        )
        for seq, body in enumerate(bodies)
    )  # fmt: skip
    assert state is not None
    return state


def test_everything_open_of_a_lot_is_listed_the_earliest_day_first() -> None:
    lot = story(
        *((body, QUALITY) for body in (
            INVESTIGATION, HELD, deviation(1, Severity.MINOR), deviation(2, Severity.MAJOR),
            deviation(3, Severity.CRITICAL),
        ))
    )  # fmt: skip
    told = [(one.kind, one.number, one.due_on) for one in open_work(lot)]
    assert told == [
        (TaskKind.DEVIATION, 3, date(2026, 11, 23)), (TaskKind.DEVIATION, 2, date(2026, 12, 3)),
        (TaskKind.DEVIATION, 1, date(2026, 12, 18)), (TaskKind.INVESTIGATION, 1, date(2026, 12, 18)),
        (TaskKind.HOLD, 1, None),
    ]  # fmt: skip
    assert {one.who for one in open_work(lot)} == {None}
    assert {one.about for one in open_work(lot)} == {"lot/EX261101A"}


def test_what_was_assigned_names_who_and_by_when() -> None:
    lot = story((INVESTIGATION, QUALITY), (deviation(1, Severity.MINOR), QUALITY))
    kinds = ((TaskKind.INVESTIGATION, 1), (TaskKind.DEVIATION, 1))
    for work in open_work(lot, {what: task(ASSIGNED) for what in kinds}):
        assert (work.who, work.due_on) == ("a.analyst", date(2026, 11, 25))
    for work in open_work(lot, {what: task(TaskNoted(note=Text("Nothing yet."))) for what in kinds}):
        assert (work.who, work.due_on) == (None, date(2026, 12, 18))


def test_nothing_that_was_decided_waits() -> None:
    decided = DeviationClosed(deviation=1, outcome=DeviationOutcome.JUSTIFIED, statement=Text("No risk."))
    lifted = HoldLifted(hold=1, explanation=Text("Looked into."))
    lot = story(*((body, QUALITY) for body in (deviation(1, Severity.MINOR), HELD, decided, lifted)))
    assert open_work(lot) == ()


def test_the_day_counts_from_when_it_was_opened_unless_another_was_said() -> None:
    lot = story((INVESTIGATION, QUALITY), (deviation(1, Severity.CRITICAL), QUALITY))
    investigation, departure = lot.quality.investigation(1), lot.processing.deviation(1)
    assert investigation.opened_at == datetime(2026, 11, 18, 13, tzinfo=UTC)
    assert due_day_of_investigation(investigation) == date(2026, 12, 18)
    assert due_day_of_deviation(departure) == date(2026, 11, 23)
    assert due_day_of_investigation(investigation, task(ASSIGNED)) == date(2026, 11, 25)


def test_a_task_keeps_every_assignment_and_note() -> None:
    noted, later = (
        TaskNoted(note=Text("The filter was wrong.")),
        TaskAssigned(assignee=PersonId("b.analyst"), due_on=date(2026, 11, 28)),
    )
    state = task(noted, ASSIGNED, later)
    assert [(one.assignee, one.reason) for one in state.assignments] == [
        ("a.analyst", "As agreed."), ("b.analyst", "As agreed."),
    ]  # fmt: skip
    assert state.latest is not None
    assert state.latest.due_on == date(2026, 11, 28)
    (note,) = state.notes
    assert (note.note, note.by, note.files) == ("The filter was wrong.", QUALITY, ("b" * 64,))
    assert len(task(ASSIGNED, noted).notes) == 1
    assert task_name(LotNumber("EX261101A"), TaskKind.DEVIATION, 3) == "EX261101A/deviation/3"


def test_putting_a_day_off_or_asking_somebody_else_wants_a_reason() -> None:
    sooner, day, later = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)
    must_say_why(sooner, day, None, changed=False)
    must_say_why(day, day, None, changed=False)
    must_say_why(later, day, Text("The laboratory moves."), changed=True)
    for due_on, changed, words in ((later, False, "put off from 2026-11-25"), (day, True, "somebody else")):
        with pytest.raises(Malformed, match=words) as refused:
            must_say_why(due_on, day, None, changed=changed)
        assert refused.value.faults[0].pointer == "/reason"
