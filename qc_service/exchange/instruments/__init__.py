"""Reading what laboratory instruments export: the bytes of a file become a reading or a refusal."""

from qc_service.exchange.instruments.companions import completed, together
from qc_service.exchange.instruments.figures import decimal_text, printed_number
from qc_service.exchange.instruments.installed import installed
from qc_service.exchange.instruments.reader import IMPORTERS, read_instrument
from qc_service.exchange.instruments.reading import (
    Importer,
    MeasuredValue,
    Reading,
    ReadingWarning,
    Replicate,
    Run,
    SizeDistribution,
    UnreadableFile,
    cut_short,
    misshapen,
    reading_dict,
)
from qc_service.exchange.instruments.text import MAX_FILE_BYTES

__all__ = [
    "IMPORTERS",
    "MAX_FILE_BYTES",
    "Importer",
    "MeasuredValue",
    "Reading",
    "ReadingWarning",
    "Replicate",
    "Run",
    "SizeDistribution",
    "UnreadableFile",
    "completed",
    "cut_short",
    "decimal_text",
    "installed",
    "misshapen",
    "printed_number",
    "read_instrument",
    "reading_dict",
    "together",
]
