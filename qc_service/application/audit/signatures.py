"""Signatures checked on every core: the library lets go of the interpreter while it computes, so threads are enough."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from qc_service.application.audit.keyring import GOOD, verdict
from qc_service.application.ports import StoredRecord
from qc_service.ledger.keys import KeyRing, SignatureVerdict

SLICE = 64
MOST_WAITING = 64
Bad = tuple[StoredRecord, SignatureVerdict]


class SignatureChecks:
    """Checks records in slices on all cores, while the caller goes on reading; at most a few slices wait."""

    def __init__(self, ring: KeyRing, pool: ThreadPoolExecutor) -> None:
        self._ring = ring
        self._pool = pool
        self._waiting: deque[Future[list[Bad]]] = deque()

    def add(self, records: Sequence[StoredRecord]) -> Iterator[Bad]:
        """Begin to check these records; yields those of earlier calls that turned out bad."""
        for start in range(0, len(records), SLICE):
            self._waiting.append(self._pool.submit(self._check, records[start : start + SLICE]))
        while len(self._waiting) > MOST_WAITING:
            yield from self._waiting.popleft().result()

    def finish(self) -> Iterator[Bad]:
        """Wait for the rest and yield those that are bad."""
        while self._waiting:
            yield from self._waiting.popleft().result()

    def _check(self, records: Sequence[StoredRecord]) -> list[Bad]:
        verdicts = ((record, verdict(self._ring, record)) for record in records)
        return [bad for bad in verdicts if bad[1] not in GOOD]


@contextmanager
def checking(ring: KeyRing) -> Iterator[SignatureChecks]:
    """Checks on a few threads more than there are cores."""
    with ThreadPoolExecutor(thread_name_prefix="signatures") as pool:
        yield SignatureChecks(ring, pool)
