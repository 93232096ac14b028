"""What is to be printed, as values: the label, the stock, and each vial with the text of its symbol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from qc_service.domain.identifiers import Line, VialSerial
from qc_service.domain.label_prints import LabelFormat, LabelSymbol
from qc_service.domain.label_words import Label
from qc_service.exchange.labels.stocks import Stock


@dataclass(frozen=True, kw_only=True)
class VialLabel:
    """One label: ``code`` is what its symbol holds, ``mark`` what this vial alone must say."""

    serial: VialSerial
    mark: str
    code: str


@dataclass(frozen=True, kw_only=True)
class LabelJob:
    """One print. ``by`` and ``at`` say on every sheet who printed it and when; ``specimen`` is for no vial at all."""

    number: int
    label: Label
    symbol: LabelSymbol
    format: LabelFormat
    stock: Stock
    vials: tuple[VialLabel, ...]
    by: Line
    at: datetime
    specimen: bool = False


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where on the sheet: the first free place from 1, and how far this printer is off, in millimetres."""

    start: int = 1
    right: Decimal = Decimal(0)
    down: Decimal = Decimal(0)
