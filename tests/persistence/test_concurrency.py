"""Real processes write at once: the log never forks, no place is skipped, and no two acts contradict each other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import SpawnContext

import pytest

from qc_service.application.acts import MOST_TRIES, Busy
from qc_service.application.ports import Moved
from qc_service.application.view import View
from qc_service.domain.errors import Refused
from qc_service.domain.registers import REAGENT, ReagentStatus
from qc_service.persistence.auditing import SqlAuditable
from tests.application.lot_world import LOT_A
from tests.persistence.desk import Desk, accepted, busy, reagent
from tests.persistence.forgery import found
from tests.persistence.writers import SHARED, accept_unless, append

WRITERS, ACTS, PAIRS = 4, 24, 24


@pytest.fixture
def spawn() -> SpawnContext:
    """Processes that begin with nothing of this one's."""
    return multiprocessing.get_context("spawn")


def at_once(spawn: SpawnContext, work: Callable[..., object], *given: tuple[object, ...]) -> Iterator[object]:
    """The same work in as many processes as there are sets of arguments, begun together."""
    with spawn.Manager() as manager, ProcessPoolExecutor(len(given), mp_context=spawn) as pool:
        start = manager.Barrier(len(given))
        running = [pool.submit(work, *one, start) for one in given]
        yield from (one.result(timeout=60) for one in running)


def test_processes_that_append_at_once_never_fork_the_log_or_skip_a_place(
    url: str, sql_store: SqlAuditable, spawn: SpawnContext
) -> None:
    Desk(sql_store).lay(SHARED, reagent())
    laid = [
        one
        for each in at_once(spawn, append, *((url, f"W{number}", ACTS) for number in range(WRITERS)))
        for one in each  # type: ignore[attr-defined]
    ]
    assert sql_store.head().size == 1 + WRITERS * (2 * ACTS + ACTS // 4)
    assert len(set(laid)) == len(laid)
    for index, digest in laid:
        assert sql_store.records(index, 1)[0].digest == digest
    assert found(sql_store) == []


def test_acts_that_read_each_others_streams_never_both_commit(
    url: str, sql_store: SqlAuditable, spawn: SpawnContext
) -> None:
    pairs = [(f"L-{number}", f"R-{number}") for number in range(PAIRS)]
    for left, right in pairs:
        Desk(sql_store).lay(left, reagent())
        Desk(sql_store).lay(right, reagent())
    turned = [(right, left) for left, right in pairs]
    one, other = at_once(spawn, accept_unless, (url, pairs), (url, turned))
    view = View(sql_store)
    for place, names in enumerate(pairs):
        now = [view.get(REAGENT, name).status is ReagentStatus.ACCEPTED for name in names]
        assert now == [one[place], other[place]]  # type: ignore[index]
        assert sum(now) == 1
    assert found(sql_store) == []


def test_two_acts_that_were_judged_on_the_same_reading_do_not_both_commit(sql_store: SqlAuditable) -> None:
    desk = Desk(sql_store)
    for name in ("L-1", "R-1"):
        desk.lay(name, reagent())
    views = [View(sql_store), View(sql_store)]
    views[0].get(REAGENT, "R-1")
    views[1].get(REAGENT, "L-1")
    left = desk.prepare("L-1", accepted(), view=views[0])
    right = desk.prepare("R-1", accepted(), view=views[1])
    sql_store.commit(left)
    with pytest.raises(Moved):
        sql_store.commit(right)


def test_a_vial_is_prepared_once_whoever_was_quicker(sql_store: SqlAuditable) -> None:
    world = busy(sql_store)
    commit, seen = sql_store.commit, []

    def after_another(prepared: object) -> int:
        """Somebody else prepares the same vial between the reading and the commit of this act."""
        sql_store.commit = commit  # type: ignore[method-assign]
        seen.append(world.prepare(1))
        return commit(prepared)  # type: ignore[arg-type]

    sql_store.commit = after_another  # type: ignore[method-assign]
    with pytest.raises(Refused):
        world.prepare(1)
    assert len(seen) == 1
    assert world.vial(1).version == 3
    assert len(sql_store.stream(f"vial/{LOT_A}/{world.serials()[1]}")) == 1


def test_an_act_that_finds_no_quiet_moment_says_so(
    sql_store: SqlAuditable, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def moved(prepared: object) -> int:
        tries.append(prepared)
        raise Moved("always")

    monkeypatch.setattr(sql_store, "commit", moved)
    with pytest.raises(Busy, match="nothing was recorded"):
        Desk(sql_store).lay("R-1", reagent())
    assert len(tries) == MOST_TRIES
    assert sql_store.head().size == 0
