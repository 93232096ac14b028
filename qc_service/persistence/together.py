"""Acts committed together: whoever's turn it is takes along all who wait, and one commit makes them all durable.

Waiting for the disk is most of what a commit costs, and it costs the same for one record as for many
(performance.md, "Append"). Nobody waits for company: whoever comes while nobody commits goes alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from qc_service.application.ports import Moved, Prepared, Unavailable

MOST_RECORDS = 64
"""How many records one commit takes before the next act waits for another."""

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

    def commit(self, prepared: Prepared) -> int:
        """Commit an act, alone or with others. Raises ``Moved``, or whatever kept it from being committed."""
        waiting = _Waiting(prepared)
        self._queue.append(waiting)
        with self._turn:
            while waiting.waits:
                self._commit(self._next())
        if isinstance(waiting.outcome, Exception):
            raise waiting.outcome
        return waiting.outcome

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
