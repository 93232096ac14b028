"""Codes on labels: GS1 element strings and Digital Links, ISBT 128, our token; read strictly, and written."""

from qc_service.exchange.codes.keyboards import as_pressed
from qc_service.exchange.codes.labels import (
    ProcessorProduct,
    digital_link,
    element_string,
    gs1_scan,
    isbt128_message,
)
from qc_service.exchange.codes.lines import read_line
from qc_service.exchange.codes.mishaps import exchanged_case, other_keyboard, several
from qc_service.exchange.codes.reader import lone_lot, plain_text, read_code
from qc_service.exchange.codes.reading import Fault, Form, Reading, Unreadable, scanned

__all__ = [
    "Fault",
    "Form",
    "ProcessorProduct",
    "Reading",
    "Unreadable",
    "as_pressed",
    "digital_link",
    "element_string",
    "exchanged_case",
    "gs1_scan",
    "isbt128_message",
    "lone_lot",
    "other_keyboard",
    "plain_text",
    "read_code",
    "read_line",
    "scanned",
    "several",
]
