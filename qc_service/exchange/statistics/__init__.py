"""Statistics over decimals: regression over time and projected expiry by ICH Q1E."""

from qc_service.exchange.statistics.quantiles import software
from qc_service.exchange.statistics.regression import fit, regress

__all__ = ["fit", "regress", "software"]
