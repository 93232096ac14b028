"""Histories and states kept in memory: records never change, so only what came since is read and folded again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, TypeVar

from qc_service.application.ports import Arrival, Store, StoredRecord
from qc_service.application.witness import witnessed
from qc_service.domain.records import Fold, Recorded

S = TypeVar("S")
MOST_STREAMS = 8192
MOST_MADE = 4096
MOST_ARRIVALS = 1024
"""How many new entries of the log are looked through; after more, every stream known is asked for anew."""


@dataclass(frozen=True, kw_only=True)
class History:
    """A stream as it was read: its records, its last record as kept, and the states folded from it so far."""

    records: tuple[Recorded, ...] = ()
    head: StoredRecord | None = None
    states: dict[int, Any] = field(default_factory=dict)

    def state(self, fold: Fold[S]) -> S | None:
        """The state that these records fold into; folded once."""
        if id(fold) not in self.states:
            self.states[id(fold)] = fold.replay(self.records)
        state: S | None = self.states[id(fold)]
        return state

    def followed(self, store: Store, added: tuple[StoredRecord, ...], folds: dict[int, Fold[Any]]) -> History:
        """The history with later records, and its states folded on by these alone.

        Raises ``Tampered`` where one of them is not as it was recorded, or not there.
        """
        later = witnessed(store, self.head, added)
        states = {key: folds[key].replay(later, state) for key, state in self.states.items() if key in folds}
        return replace(self, records=self.records + later, head=added[-1], states=states)


@dataclass(frozen=True, kw_only=True)
class Made:
    """Something that was worked out, and the streams that it was worked out from, as they were."""

    value: Any
    read: Mapping[str, History]


class Histories:
    """The histories that one process has read; safe to share between threads.

    ``follow`` looks once through what came to the log since, so that a stream nothing came to is not asked for again.
    The last entry known is read again with those that followed it: where it is not the same, the database is another
    one (restored, rolled back), and every stream is asked for again. A stream that is asked for begins at its own last
    record known, likewise, and is read from its first where that is another.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, History] = OrderedDict()
        self._current: set[str] = set()
        self._last: Arrival | None = None
        self._folds: dict[int, Fold[Any]] = {}
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._lock = Lock()

    def follow(self, store: Store) -> None:
        """Learn to which streams something came since this was last asked."""
        with self._lock:
            last = self._last
        first = max(store.head().size - 1, 0) if last is None else last.index
        found = store.arrivals(first, MOST_ARRIVALS)
        with self._lock:
            if last is not None and (not found or found[0] != last):
                self._last = None
            if self._last is None or len(found) == MOST_ARRIVALS:
                self._current.clear()
            self._current.difference_update(arrival.stream for arrival in found[1:])
            if found and (self._last is None or found[-1].index > self._last.index):
                self._last = found[-1]

    def read(self, store: Store, stream: str) -> History:
        """The stream as it stands now, or as it stood when the log was last followed."""
        with self._lock:
            known, followed = self._known.get(stream), self._last
            if known is not None and stream in self._current:
                return known
        history = self._read(store, stream, known)
        with self._lock:
            self._known[stream] = history
            self._known.move_to_end(stream)
            if followed is self._last and followed is not None:
                self._current.add(stream)
            if len(self._known) > MOST_STREAMS:
                self._current.discard(self._known.popitem(last=False)[0])
        return history

    def _read(self, store: Store, stream: str, known: History | None) -> History:
        if known is not None and known.head is not None:
            found = store.stream(stream, known.head.seq)
            if found and found[0].digest == known.head.digest:
                return known if len(found) == 1 else known.followed(store, found[1:], self._folds)
        found = store.stream(stream)
        return History().followed(store, found, {}) if found else History()

    def state(self, history: History, fold: Fold[S]) -> S | None:
        """The state of a history; the fold is remembered, so that it can be folded on later."""
        self._folds[id(fold)] = fold
        return history.state(fold)

    def made(self, name: str) -> Made | None:
        """What was last worked out under this name."""
        with self._lock:
            return self._made.get(name)

    def keep(self, name: str, made: Made) -> None:
        """Remember what was worked out under this name."""
        with self._lock:
            self._made[name] = made
            self._made.move_to_end(name)
            if len(self._made) > MOST_MADE:
                self._made.popitem(last=False)
