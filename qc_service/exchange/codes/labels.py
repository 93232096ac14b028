"""What this project puts on a vial's label: its GS1 element string and its Digital Link."""

from __future__ import annotations

from datetime import date

from qc_service.domain.identifiers import Gtin, LotNumber, VialSerial
from qc_service.exchange.codes.application_identifiers import TABLE
from qc_service.exchange.codes.elements import SEPARATOR, Elements, bracketed
from qc_service.exchange.codes.links import link


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
