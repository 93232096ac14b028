"""The hot read: one vial and its lot's ready answer in one prepared query, on a driver connection kept per thread.

No ORM, no transaction, no write: 300 bytes of row, two HMACs and the size of the log (performance.md, "Verify").
"""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Engine

from qc_service.application.ports import LotAnswerRow
from qc_service.domain.vials import Vial
from qc_service.persistence import rows

_QUERY = (
    "SELECT a.lot, a.gtin, a.expires_on, a.zone, a.facts, a.stable, a.release_index, a.mac, "
    "v.lot, v.serial, v.ordinal, v.state, v.custody, v.facts, v.version, v.mac, "
    "h.size FROM ledger_head h LEFT JOIN lot_answers a ON a.lot = {mark} "
    "LEFT JOIN vials v ON v.lot = a.lot AND v.serial = {mark}"
)


class HotReader:
    """Reads a lot's answer and one vial, each thread with a connection and a prepared statement of its own."""

    def __init__(self, engine: Engine, sealer: rows.Sealer) -> None:
        self._engine = engine
        self._sealer = sealer
        self._threads = threading.local()
        self._sqlite = engine.dialect.name == "sqlite"
        self._query = _QUERY.format(mark="?" if self._sqlite else "%s")

    def read(self, lot: str, serial: str) -> tuple[LotAnswerRow | None, Vial | None, int]:
        """The lot's answer, the vial and the log's size. Raises ``Tampered`` where a row's seal does not fit."""
        row = self._row(lot, serial)
        if row[0] is None:
            return None, None, row[16]
        self._sealer.check("lot_answers", self._plain(row[:7]), row[7])
        answer = rows.answer_of(row)
        if row[8] is None:
            return answer, None, row[16]
        self._sealer.check("vials", row[8:15], row[15])
        return answer, rows.vial_of(row[8:15]), row[16]

    def _row(self, lot: str, serial: str) -> Any:
        try:
            return self._cursor().execute(self._query, (lot, serial)).fetchone()
        except self._engine.dialect.loaded_dbapi.Error:
            # The server may have closed the kept connection; a second failure is the store's own.
            self._threads.connection.invalidate()
            self._threads.cursor = None
            return self._cursor().execute(self._query, (lot, serial)).fetchone()

    def _cursor(self) -> Any:
        cursor = getattr(self._threads, "cursor", None)
        if cursor is None:
            self._threads.connection = self._engine.raw_connection()
            cursor = self._threads.connection.driver_connection.cursor()
            self._threads.cursor = cursor
        return cursor

    @staticmethod
    def _plain(values: Any) -> list[Any]:
        return [bytes(value) if type(value) is memoryview else value for value in values]
