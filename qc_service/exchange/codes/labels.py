"""What this project puts on a vial's label: its GS1 element string, its Digital Link, and its ISBT 128 message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Din, Gtin, LotNumber, VialSerial
from qc_service.exchange.codes.application_identifiers import TABLE
from qc_service.exchange.codes.elements import SEPARATOR, Elements, bracketed
from qc_service.exchange.codes.links import link
from qc_service.exchange.codes.messages import compound, flags_of

_PADDED = 18
_DIVISIONS = 999_999
_LOT = re.compile(rf"[1-9A-Z][0-9A-Z]{{0,{_PADDED - 1}}}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class ProcessorProduct:
    """A product as ISBT 128 names it (034): the processor ``A9990``, its own reference, the description ``D0001``."""

    processor: str
    description: str
    reference: str = "000000"

    GRAMMAR = re.compile(r"[0-9A-NP-Z]{5}[0-9A-Z]{6}[A-Z][0-9A-Z]{4}", re.ASCII)

    def __post_init__(self) -> None:
        """Refuse what does not fit the structure."""
        lengths = (len(self.processor), len(self.reference), len(self.description))
        if lengths != (5, 6, 5) or not self.GRAMMAR.fullmatch(str(self)):
            raise Malformed(
                f"{self} is not an ISBT 128 product: write 5 characters of the facility, 6 of its own, and 5 that"
                " describe the product, like A9990 000000 D0001"
            )

    def __str__(self) -> str:
        """The sixteen characters of the structure."""
        return f"{self.processor}{self.reference}{self.description}"


def gs1_scan(gtin: Gtin, lot: LotNumber, serial: VialSerial, expires_on: date) -> str:
    """What a scanner sends for the vial's GS1 DataMatrix: ``]d2``, then (01), (17), (10), separator, (21)."""
    return f"]d201{gtin}17{_printed(expires_on)}10{lot}{SEPARATOR}21{serial}"


def element_string(gtin: Gtin, lot: LotNumber, serial: VialSerial, expires_on: date) -> str:
    """What stands under the symbol: ``(01)09506000134352(17)271031(10)EX261101A(21)7K3M9QW2TX49``."""
    return bracketed(_elements(gtin, lot, serial, expires_on))


def digital_link(
    base_url: str,
    gtin: Gtin,
    lot: LotNumber,
    serial: VialSerial | None = None,
    expires_on: date | None = None,
) -> str:
    """The address of the vial's page, or without a serial the lot's."""
    address = link(base_url.rstrip("/"), _elements(gtin, lot, serial, expires_on))
    assert address is not None  # noqa: S101  a GTIN is a key, and lot, serial and expiry have their places
    return address


def _elements(gtin: Gtin, lot: LotNumber, serial: VialSerial | None, expires_on: date | None) -> Elements:
    said = {"01": gtin, "17": _printed(expires_on) if expires_on else None, "10": lot, "21": serial}
    return [(TABLE[ai], str(value)) for ai, value in said.items() if value is not None]


def _printed(day: date) -> str:
    return day.strftime("%y%m%d")


def isbt128_message(
    *,
    din: Din,
    product: ProcessorProduct,
    division: int,
    expires_on: date,
    lot: LotNumber,
    serial: VialSerial,
) -> str:
    """What the vial's ISBT 128 Data Matrix holds (ADR 15): 034, 032, 001, 005, 035 and 036, behind their count.

    Raises ``Malformed`` where the lot or the division does not fit its structure.
    """
    if not _LOT.fullmatch(lot):
        raise Malformed(
            f"lot {lot} cannot stand on an ISBT 128 label: at most {_PADDED} letters and digits, not 0 first, no hyphen"
        )
    if not 1 <= division <= _DIVISIONS:
        raise Malformed(f"{division} is not the number of a division: 1 to {_DIVISIONS}")
    return compound(
        (
            f"=/{product}",
            f"=,{division:06d}",
            f"={din}{flags_of(din)}",
            f"&>{expires_on.year % 1000:03d}{expires_on:%j}2359",
            f"&,1{lot:0>{_PADDED}}",
            f"&,2{serial:0>{_PADDED}}",
        )
    )
