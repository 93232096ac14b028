"""Acts committed together: whoever's turn it is takes along all who wait, and one commit makes them all durable.

Waiting for the disk is most of what a commit costs, and it costs the same for one record as for many
(performance.md, "Append"). Whoever has the turn waits a moment for acts that are on their way to their commit, and not
at all where there are none.

On their way, acts go one after another: Python runs one thread at a time, and threads that take it from each other at
every query need half as long again. Only where one takes long does the next not wait for it.

An act that was overtaken goes alone the next time: it holds the turn from its first read to its commit, so that no
other thread can overtake it again, however many want the same vial.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Lock, get_ident, local

from qc_service.application.ports import Moved, Prepared, Unavailable

MOST_RECORDS = 64
"""How many records one commit takes before the next act waits for another."""
LONGEST_WAIT = 0.005
"""How many seconds a commit waits for acts that are on their way."""
PATIENCE = 0.05
"""How many seconds an act waits for the one before it."""

Outcome = int | Exception
"""The first record's place in the log, or why the act was not committed."""


class _Waiting:
    """An act that waits in the queue or was taken from it, and what became of it."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.waits = True
        self.outcome: Outcome = Unavailable(
            "The commit was broken off. Send the act again, with the same key."
        )


class Together:
    """Lets threads commit in turns, each for all who wait.

    ``commit_all`` commits the acts it is given in one transaction: an act that cannot stand has its own outcome;
    where it raises, none of them was committed.
    """

    def __init__(self, commit_all: Callable[[Sequence[Prepared]], Sequence[int | Moved]]) -> None:
        self._commit_all = commit_all
        self._queue: deque[_Waiting] = deque()
        self._turn = Lock()
        self._way = _Way()
        self._alone: int | None = None

    @contextmanager
    def underway(self, *, alone: bool = False) -> Iterator[None]:
        """The thread is on its way to a commit, and may turn back; ``alone`` lets nobody else commit meanwhile."""
        if alone:
            with self._turn:
                self._alone = get_ident()
                try:
                    yield
                finally:
                    self._alone = None
            return
        self._way.set_out()
        try:
            yield
        finally:
            self._way.leave()

    def commit(self, prepared: Prepared) -> int:
        """Commit an act, alone or with others. Raises ``Moved``, or whatever kept it from being committed."""
        waiting = _Waiting(prepared)
        if self._alone == get_ident():
            self._commit([waiting])
        else:
            self._wait_for_turn(waiting)
        if isinstance(waiting.outcome, Exception):
            raise waiting.outcome
        return waiting.outcome

    def _wait_for_turn(self, waiting: _Waiting) -> None:
        self._queue.append(waiting)
        self._way.leave()
        with self._turn:
            if waiting.waits:
                self._way.wait_until_empty()
            while waiting.waits:
                self._commit(self._next())

    def _next(self) -> list[_Waiting]:
        """The acts whose turn it is, in the order they came: at least one, and no more than a commit takes."""
        chosen: list[_Waiting] = []
        count = 0
        while self._queue:
            count += len(self._queue[0].prepared.records)
            if chosen and count > MOST_RECORDS:
                break
            chosen.append(self._queue.popleft())
            chosen[-1].waits = False
        return chosen

    def _commit(self, chosen: Sequence[_Waiting]) -> None:
        outcomes: Sequence[Outcome]
        try:
            outcomes = self._commit_all([one.prepared for one in chosen])
        except Unavailable as error:
            outcomes = [error] * len(chosen)
        except Exception as error:
            if len(chosen) > 1:  # what one act does wrong is not the others' fault
                for one in chosen:
                    self._commit([one])
                return
            outcomes = [error]
        for one, outcome in zip(chosen, outcomes, strict=True):
            one.outcome = outcome


class _Way:
    """The way to the commit, which threads go one after another; it knows how many are on it."""

    def __init__(self) -> None:
        self._here = local()
        self._first = Lock()
        self._count = 0
        self._changed = Condition()

    def set_out(self) -> None:
        """Go, once whoever went before has left the way or taken too long."""
        self._add(1)
        self._here.holds = self._first.acquire(timeout=PATIENCE)

    def leave(self) -> None:
        """Have arrived or turned back; where the thread is not on the way, nothing happens."""
        holds = getattr(self._here, "holds", None)
        if holds is None:
            return
        self._here.holds = None
        if holds:
            self._first.release()
        self._add(-1)

    def wait_until_empty(self) -> None:
        """Wait until nobody is on the way, but not for long."""
        with self._changed:
            self._changed.wait_for(lambda: not self._count, LONGEST_WAIT)

    def _add(self, more: int) -> None:
        with self._changed:
            self._count += more
            self._changed.notify_all()
