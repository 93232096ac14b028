"""Acts that wait are committed together; what befalls one of them is not the others' fault."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

import pytest

from qc_service.application.ports import IndexRows, Moved, Prepared, ReadSet, StoredRecord, Unavailable
from qc_service.persistence.together import MOST_RECORDS, Together

RECORD = StoredRecord(
    index=-1, stream="lot/A", seq=0, kind="LotHeld", digest="", payload=b"", keyid="", signature=b"", tag="", entry=b"",
    leaf=b"",
)  # fmt: skip


def act(records: int = 1) -> Prepared:
    """An act of so many records."""
    return Prepared(
        records=(RECORD,) * records, recorded_at=datetime(2026, 11, 1, tzinfo=UTC), enclosures=(),
        reads=ReadSet(streams={}, sets={}, vials={}), rows=IndexRows(),
    )  # fmt: skip


@dataclass
class Log:
    """Counts records. The first commit lasts until ``go``; ``faults`` are raised, or told of single acts."""

    go: Event = field(default_factory=Event)
    begun: Event = field(default_factory=Event)
    size: int = 0
    commits: list[list[Prepared]] = field(default_factory=list)
    moved: list[Prepared] = field(default_factory=list)
    faults: dict[int, BaseException] = field(default_factory=dict)

    def commit_all(self, acts: Sequence[Prepared]) -> Sequence[int | Moved]:
        self.begun.set()
        assert self.go.wait(10)
        self.commits.append(list(acts))
        for one in acts:
            if id(one) in self.faults:
                raise self.faults[id(one)]
        return [Moved("moved") if one in self.moved else self._place(one) for one in acts]

    def _place(self, one: Prepared) -> int:
        place, self.size = self.size, self.size + len(one.records)
        return place


def committed(log: Log, first: Prepared, *others: Prepared) -> list[Future[int]]:
    """Commit the first, and the others in their order while it is being committed."""
    together = Together(log.commit_all)
    with ThreadPoolExecutor(max_workers=1 + len(others)) as threads:
        waiting = [threads.submit(together.commit, first)]
        assert log.begun.wait(10)
        for place, one in enumerate(others, 1):
            waiting.append(threads.submit(together.commit, one))
            until = time.monotonic() + 10
            while len(together._queue) < place and time.monotonic() < until:
                time.sleep(0.001)
        log.go.set()
    return waiting


def test_who_comes_alone_goes_alone() -> None:
    log = Log()
    (done,) = committed(log, act())
    assert (done.result(), [len(acts) for acts in log.commits]) == (0, [1])


def test_who_waits_is_taken_along() -> None:
    log = Log()
    done = committed(log, act(2), act(), act(3), act())
    assert [one.result() for one in done] == [0, 2, 3, 6]
    assert [len(acts) for acts in log.commits] == [1, 3]


def test_one_commit_takes_so_many_records_and_the_rest_the_next() -> None:
    log = Log()
    done = committed(log, act(), act(MOST_RECORDS), act(MOST_RECORDS - 1), act(), act())
    assert [one.result() for one in done] == [0, 1, 65, 128, 129]
    assert [len(acts) for acts in log.commits] == [1, 1, 2, 1]


def test_an_act_of_more_records_than_a_commit_takes_goes_alone() -> None:
    log = Log()
    done = committed(log, act(), act(MOST_RECORDS + 1), act())
    assert [one.result() for one in done] == [0, 1, MOST_RECORDS + 2]


def test_only_the_act_that_moved_is_told_so() -> None:
    moved = act(5)
    log = Log(moved=[moved])
    first, second, third = committed(log, act(), moved, act())
    assert (first.result(), third.result()) == (0, 1)
    with pytest.raises(Moved):
        second.result()


def test_what_one_act_breaks_is_tried_again_without_it() -> None:
    broken = act(5)
    log = Log(faults={id(broken): LookupError("no such node")})
    first, second, third = committed(log, act(), broken, act())
    assert (first.result(), third.result()) == (0, 1)
    with pytest.raises(LookupError):
        second.result()


def test_a_store_that_cannot_be_reached_concerns_all() -> None:
    unlucky = act(5)
    log = Log(faults={id(unlucky): Unavailable("busy")})
    first, *others = committed(log, act(), unlucky, act())
    assert first.result() == 0
    for one in others:
        with pytest.raises(Unavailable):
            one.result()
    assert len(log.commits) == 2


def test_a_commit_that_is_broken_off_leaves_nobody_waiting() -> None:
    stopped = act(5)
    log = Log(faults={id(stopped): KeyboardInterrupt()})
    _, second, third, *_ = committed(log, act(), stopped, act())
    with pytest.raises(KeyboardInterrupt):
        second.result()
    with pytest.raises(Unavailable):
        third.result()


def test_a_commit_waits_a_moment_for_who_is_on_the_way() -> None:
    log = Log(go=_set())
    together = Together(log.commit_all)
    on_the_way, go_on = Event(), Event()

    def slow() -> int:
        with together.underway():
            on_the_way.set()
            assert go_on.wait(10)
            return together.commit(act())

    with ThreadPoolExecutor(max_workers=2) as threads, pytest.MonkeyPatch.context() as patch:
        patch.setattr("qc_service.persistence.together.LONGEST_WAIT", 10)
        late = threads.submit(slow)
        assert on_the_way.wait(10)
        early = threads.submit(together.commit, act())
        while not together._turn.locked():
            time.sleep(0.001)
        go_on.set()
        assert sorted((early.result(), late.result())) == [0, 1]
    assert [len(acts) for acts in log.commits] == [2]


def test_a_commit_does_not_wait_for_long_nor_for_who_turned_back() -> None:
    log = Log(go=_set())
    together = Together(log.commit_all)
    with pytest.raises(LookupError), together.underway():
        raise LookupError
    with together.underway(), ThreadPoolExecutor(max_workers=1) as threads:
        assert threads.submit(together.commit, act()).result() == 0
    assert together.commit(act()) == 1


def test_on_the_way_acts_go_one_after_another_unless_one_takes_long() -> None:
    together = Together(Log(go=_set()).commit_all)

    def go() -> bool:
        with together.underway():
            return together._way._first.locked()

    with ThreadPoolExecutor(max_workers=1) as threads, together.underway():
        assert threads.submit(go).result()  # after its patience
    assert not together._way._first.locked()


def test_who_goes_alone_lets_nobody_else_commit_until_it_has() -> None:
    log = Log(go=_set())
    together = Together(log.commit_all)
    other = act()
    with ThreadPoolExecutor(max_workers=1) as threads:
        with together.underway(alone=True):
            late = threads.submit(together.commit, other)
            while not together._queue:
                time.sleep(0.001)
            assert together.commit(act(2)) == 0
        assert late.result() == 2
    assert [len(acts) for acts in log.commits] == [1, 1]
    with pytest.raises(LookupError), together.underway(alone=True):
        raise LookupError
    assert together.commit(act()) == 3


def _set() -> Event:
    event = Event()
    event.set()
    return event
