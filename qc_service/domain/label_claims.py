"""What a label's token claims of a vial: where it comes from and until when it may be used, never that it may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Gtin, LotNumber, Sha256, VialSerial

LONGEST_ISSUER = 31
"""Bytes of UTF-8: with a longer origin, a token of the longest lot number could not be printed small enough."""

LONGEST_LOG = 2**32
"""A fill's place in the log that a token has room for."""

LAST_YEAR = 2105
"""In the year after, the seconds since 1970 need more room."""


@dataclass(frozen=True, kw_only=True)
class LabelClaims:
    """The claims of one vial's label. ``fill`` is the digest of the record of its lot's fill and ``log_index`` that
    record's place in the log; ``gtin`` is ``None`` for a product that has no number."""

    issuer: str
    lot: LotNumber
    gtin: Gtin | None
    serial: VialSerial
    use_by: date
    fill: Sha256
    log_index: int

    def __post_init__(self) -> None:
        """Raise ``Malformed`` for what a token has no room for: a long issuer, a far day, a place in a huge log."""
        if not 0 < len(self.issuer.encode()) <= LONGEST_ISSUER:
            raise Malformed(
                f"labels have room for an issuer of 1 to {LONGEST_ISSUER} bytes; {self.issuer!r} has "
                f"{len(self.issuer.encode())}",
                field="issuer",
            )
        if not 1970 <= self.use_by.year <= LAST_YEAR:
            raise Malformed(f"labels have room for a day from 1970 to {LAST_YEAR}", field="use_by")
        if not 0 <= self.log_index < LONGEST_LOG:
            raise Malformed(f"labels have room for a place below {LONGEST_LOG}", field="log_index")
