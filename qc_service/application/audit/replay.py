"""The index as the records make it, worked out anew by the functions that every commit uses, into a scratch index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from qc_service.application.answers import lot_answer
from qc_service.application.audit.ports import Auditable, Scratch
from qc_service.application.decoding import recorded
from qc_service.application.histories import History
from qc_service.application.index import (
    alert_rows,
    catalogue_row,
    changed_vials,
    citation_rows,
    consignment_rows,
)
from qc_service.application.ports import (
    CatalogueRow,
    CitationRow,
    ConsignmentRow,
    IndexRows,
    LotAnswerRow,
    Store,
    Tampered,
)
from qc_service.application.rooms import ROOMS
from qc_service.application.view import View
from qc_service.application.work_rows import work_rows
from qc_service.domain.chart_points import ChartPoint, chart_points
from qc_service.domain.errors import DomainError
from qc_service.domain.filling import VialsFilled
from qc_service.domain.lots import LOT
from qc_service.domain.records import Recorded
from qc_service.domain.vial_changes import CHANGING_KINDS, touched
from qc_service.domain.vials import Vial

STREAMS_IN_MEMORY = 512
ROWS_IN_MEMORY = 2000


class ReplayFailed(Exception):
    """Records that can be read make no sense together; the message names the stream."""


def by_stream(records: Iterable[Recorded]) -> Iterator[tuple[Recorded, ...]]:
    """Records that come stream by stream, as one tuple for each stream."""
    return (tuple(group) for _, group in groupby(records, key=lambda one: one.stream))


class Replay:
    """Takes every stream once, in any order, then the vials; memory holds a few hundred streams at a time.

    A catalogue row and a lot's answer follow from the records that stand in the end, so each is worked out once.
    A vial's row follows from what happened to it in the order of the log.
    """

    def __init__(self, store: Auditable, scratch: Scratch) -> None:
        self._store = store
        self._scratch = scratch
        self._view = _ReplayView(store)
        self._catalogue: list[CatalogueRow] = []
        self._citations: list[CitationRow] = []
        self._consignments: list[ConsignmentRow] = []
        self._answers: list[LotAnswerRow] = []
        self._points: list[ChartPoint] = []

    def stream(self, records: tuple[Recorded, ...]) -> None:
        """Work out what one stream's records put in the index. Raises ``ReplayFailed``."""
        stream = records[0].stream
        room, _, name = stream.partition("/")
        self._citations += citation_rows(records)
        self._consignments += consignment_rows(records)
        with _failing(stream):
            self._catalogue += alert_rows(self._view, records)
        if room in ROOMS:
            self._view.learn(records)
            with _failing(stream):
                row = catalogue_row(self._view, stream)
                self._catalogue += [row] if row else []
                self._answers += [lot_answer(self._view, name)] if room == LOT.room else []
                self._points += chart_points(self._view.get(LOT, name)) if room == LOT.room else ()
        with _failing(stream):
            self._catalogue += work_rows(self._view, records)
        if max(len(self._catalogue), len(self._citations), len(self._points)) >= STREAMS_IN_MEMORY:
            self._write()

    def finish(self) -> None:
        """Write what is left, and replay the vials. Raises ``ReplayFailed``."""
        self._write()
        for batch in _batches(self._store, (VialsFilled.__name__, *CHANGING_KINDS)):
            with _failing(f"the vials of records {batch[0].index} to {batch[-1].index}"):
                known = self._scratch.vials([ref for one in batch for ref in touched(one.body)])
                vials = changed_vials(_KnownVials(self._store, known), batch, self._manifests(batch))
            self._scratch.write(IndexRows(vials=vials))

    def _manifests(self, batch: Sequence[Recorded]) -> dict[str, bytes]:
        named = {str(one.body.manifest) for one in batch if isinstance(one.body, VialsFilled)}
        kept = {sha256: self._store.file(sha256) for sha256 in named}
        return {sha256: file.content for sha256, file in kept.items() if file}

    def _write(self) -> None:
        self._scratch.write(
            IndexRows(
                catalogue=tuple(self._catalogue),
                citations=tuple(self._citations),
                consignments=tuple(self._consignments),
                answers=tuple(self._answers),
                points=tuple(self._points),
            )
        )
        for rows in (self._catalogue, self._citations, self._consignments, self._answers, self._points):
            rows.clear()
        self._view = _ReplayView(self._store)


class _ReplayView(View):
    """A view that is told the streams that were read already."""

    def learn(self, records: tuple[Recorded, ...]) -> None:
        """Take these as the stream's whole history."""
        self._streams[records[0].stream] = History(records=records)


class _KnownVials(View):
    """A view whose vials are those of the replay so far, not those of the index under audit."""

    def __init__(self, store: Store, known: Iterable[Vial]) -> None:
        super().__init__(store)
        self._known: dict[tuple[str, str], Vial] = {(vial.lot, vial.serial): vial for vial in known}

    def vials(self, lot: str, serials: Iterable[str] | None = None) -> tuple[Vial, ...]:
        found = (self._known.get((lot, serial)) for serial in serials or ())
        return tuple(vial for vial in found if vial)


def _batches(store: Auditable, kinds: Sequence[str]) -> Iterator[tuple[Recorded, ...]]:
    """The records of these kinds in the order of the log, cut where they concern too many vials to hold."""
    batch: list[Recorded] = []
    vials = 0
    for one in map(recorded, store.of_kinds(kinds)):
        batch.append(one)
        vials += one.body.counts.filled if isinstance(one.body, VialsFilled) else len(touched(one.body))
        if vials >= ROWS_IN_MEMORY:
            yield tuple(batch)
            batch, vials = [], 0
    if batch:
        yield tuple(batch)


@contextmanager
def _failing(where: str) -> Iterator[None]:
    try:
        yield
    except (
        DomainError,
        Tampered,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise ReplayFailed(f"{where}: {error}") from error
