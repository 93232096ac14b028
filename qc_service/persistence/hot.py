"""The hot read: one vial, its lot's ready answer and the log's size in one prepared query.

No ORM, no transaction, no write: 300 bytes of row and two seals (performance.md, "Verify").
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from qc_service.application.ports import LotAnswerRow
from qc_service.domain.vials import Vial
from qc_service.persistence import rows, tables
from qc_service.persistence.driver import KeptDrivers, Statement

MOST_LOTS = 4096
_HEAD, _ANSWER, _VIAL = tables.ledger_head, tables.lot_answers, tables.vials
_QUERY = Statement(
    select(
        *_ANSWER.c["lot", "gtin", "expires_on", "zone", "facts", "stable", "release_index", "mac"],
        *_VIAL.c["lot", "serial", "ordinal", "state", "custody", "facts", "version", "mac"],
        _HEAD.c.size,
    ).select_from(
        _HEAD.outerjoin(_ANSWER, _ANSWER.c.lot == bindparam("lot")).outerjoin(
            _VIAL, (_VIAL.c.lot == _ANSWER.c.lot) & (_VIAL.c.serial == bindparam("serial"))
        )
    )
)


class HotReader:
    """Reads a lot's answer and one vial."""

    def __init__(self, kept: KeptDrivers, sealer: rows.Sealer) -> None:
        self._kept = kept
        self._sealer = sealer
        self._answers: dict[tuple[Any, ...], LotAnswerRow] = {}

    def read(self, lot: str, serial: str) -> tuple[LotAnswerRow | None, Vial | None, int]:
        """The lot's answer, the vial and the log's size. Raises ``Tampered`` where a row's seal does not fit."""
        row = self._kept.all(_QUERY, lot=lot, serial=serial)[0]
        if row[0] is None:
            return None, None, row[16]
        answer = self._answer(row[:8])
        if row[8] is None:
            return answer, None, row[16]
        self._sealer.check("vials", row[8:15], row[15])
        return answer, rows.vial_of(row[8:15]), row[16]

    def _answer(self, row: tuple[Any, ...]) -> LotAnswerRow:
        """The answer in a row. A row that is byte for byte one whose seal was checked needs no second check."""
        answer = self._answers.get(row)
        if answer is None:
            self._sealer.check("lot_answers", row[:7], row[7])
            answer = rows.answer_of(row)
            if len(self._answers) >= MOST_LOTS:
                self._answers.clear()
            self._answers[row] = answer
        return answer
