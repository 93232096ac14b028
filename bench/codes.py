"""How many codes a second one core reads, of each kind that clinics scan; and how many of a spoilt one it explains."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import cycle, islice

from bench.table import Row, per_second
from qc_service.domain.identifiers import Din, Gtin, LotNumber, VialSerial
from qc_service.exchange.codes import (
    ProcessorProduct,
    digital_link,
    element_string,
    gs1_scan,
    isbt128_message,
    read_code,
)

GOAL = 20_000
FOR_SECONDS = 1.0
AT_ONCE = 500
_TODAY = date(2026, 11, 22)
_LOT, _GTIN, _EXPIRES = LotNumber("EX261101A"), Gtin("09506000134352"), date(2027, 10, 31)
_PRODUCT = ProcessorProduct(processor="A9990", description="D0001")


def rows() -> Iterator[Row]:
    """Each kind, and all of them mixed, beside the same texts through JSON, written and read."""
    serials = [VialSerial.minted(number.to_bytes(16, "big")) for number in range(0, 10**30, 10**28)]
    kinds = {
        "GS1 DataMatrix scans": [gs1_scan(_GTIN, _LOT, serial, _EXPIRES) for serial in serials],
        "element strings in brackets": [element_string(_GTIN, _LOT, serial, _EXPIRES) for serial in serials],
        "Digital Links": [
            digital_link("https://qc.example", _GTIN, _LOT, serial, _EXPIRES) for serial in serials
        ],
        "ISBT 128 compound messages": [_message(place, serial) for place, serial in enumerate(serials, 1)],
        "donation numbers": [f"=A9990{place:08d}00" for place in range(26_000_001, 26_000_101)],
    }
    mixed = [code for codes in zip(*kinds.values(), strict=True) for code in codes]
    for name, codes in (*kinds.items(), ("codes of all kinds", mixed)):
        reading = _rate(lambda code: read_code(code, _TODAY), codes)
        limit = _rate(lambda code: json.loads(json.dumps(code)), codes)
        yield Row(
            what=f"{name} read, one core",
            measured=per_second(reading),
            limit=f"{per_second(limit)} through JSON",
            ratio=reading / limit,
            goal=f"≥ {GOAL:,}/s",
            met=reading >= GOAL,
        )
    spoilt = [code + "\r\n" for code in mixed]
    yield Row(
        what="codes with a line break behind them refused",
        measured=per_second(_rate(lambda code: read_code(code, _TODAY), spoilt)),
    )


def _message(place: int, serial: VialSerial) -> str:
    return isbt128_message(
        din=Din("A999026000001"),
        product=_PRODUCT,
        division=place,
        expires_on=_EXPIRES,
        lot=_LOT,
        serial=serial,
    )


def _rate(once: Callable[[str], object], codes: list[str]) -> float:
    """How often a second of one core's time this is done to one code after another."""
    batch = list(islice(cycle(codes), AT_ONCE))
    count, began = 0, time.thread_time()
    while (took := time.thread_time() - began) < FOR_SECONDS:
        for code in batch:
            once(code)
        count += len(batch)
    return count / took
