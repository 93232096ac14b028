"""Units of measurement: what goes over into what, exactly, and what does not."""

from qc_service.exchange.units.conversions import convert, convertible, scaled
from qc_service.exchange.units.ways import way

__all__ = ["convert", "convertible", "scaled", "way"]
