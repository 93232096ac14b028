"""Codes on labels: GS1 element strings and Digital Links, and ISBT 128 donation numbers; read strictly, and written."""

from qc_service.exchange.codes.labels import digital_link, element_string, gs1_scan
from qc_service.exchange.codes.lines import read_line
from qc_service.exchange.codes.reader import read_code
from qc_service.exchange.codes.reading import Fault, Form, Reading, Unreadable, scanned

__all__ = [
    "Fault",
    "Form",
    "Reading",
    "Unreadable",
    "digital_link",
    "element_string",
    "gs1_scan",
    "read_code",
    "read_line",
    "scanned",
]
