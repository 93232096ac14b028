"""The lines of a regression and their bounds as places, in the units of the results: what a chart or a table shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from qc_service.domain.expiry import Direction, Series
from qc_service.domain.identifiers import LotNumber
from qc_service.exchange.statistics.lines import Fit
from qc_service.exchange.statistics.regression import Fitted


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One line: ``below`` and ``above`` say on which side its bound is looked at."""

    series: Series
    fitted: Fitted
    fit: Fit
    below: bool
    above: bool

    @property
    def lot(self) -> LotNumber | None:
        """Whose line it is; ``None`` for that of all lots."""
        return self.fit.lot

    def line(self, months: Fraction) -> float:
        """The line at this time."""
        return self._unscaled(float(self.fit.mean(months)))

    def bound(self, months: Fraction, *, below: bool) -> float:
        """Its 95 % confidence bound below or above it at this time."""
        return self._unscaled(self.fitted.bound(self.fit, months, below=below))

    def _unscaled(self, value: float) -> float:
        try:
            return math.exp(value) if self.series.log else value
        except OverflowError:
            return math.inf


def curves(series: Series, fitted: Fitted) -> tuple[Curve, ...]:
    """The lines of a regression, those of single lots in the order of their numbers."""
    return tuple(
        Curve(
            series=series,
            fitted=fitted,
            fit=fit,
            below=series.direction is not Direction.INCREASES,
            above=series.direction is not Direction.DECREASES,
        )
        for fit in fitted.fits
    )
