"""A study's results as a table, each with the line and the bounds at its time, to be worked out again elsewhere.

    assay,unit,lot,result,months,value,counted,line,bound_below,bound_above,left_out_because
    particle_concentration,particles/mL,EX261101A,1,0.00,1.02E+10,yes,1.02143E+10,1.0131E+10,,

A line is that of the result's lot, or of all lots; six significant digits are given.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from qc_service.domain.expiry import Shortfall, months_of
from qc_service.domain.stability.evaluation import Evaluated
from qc_service.domain.stability.studies import Study
from qc_service.exchange.statistics.curves import Curve, curves
from qc_service.exchange.statistics.lines import months
from qc_service.exchange.statistics.regression import fit

COLUMNS = (
    "assay", "unit", "lot", "result", "months", "value", "counted", "line", "bound_below", "bound_above",
    "left_out_because",
)  # fmt: skip


def projection_csv(study: Study, evaluated: Iterable[Evaluated]) -> bytes:
    """The table, RFC 4180, UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in evaluated:
        writer.writerows(_rows(study, one))
    return text.getvalue().encode()


def _rows(study: Study, one: Evaluated) -> Iterator[tuple[object, ...]]:
    fitted = fit(one.series) if one.figures.regression else Shortfall(missing=one.figures.limits)
    drawn = () if isinstance(fitted, Shortfall) else curves(one.series, fitted)
    why = {left.result: left.because.value for left in one.figures.left_out}
    for body in study.bodies():
        if body.assay == one.figures.assay:
            days = study.days(body)
            lines = (
                [curve for curve in drawn if curve.lot in {None, body.lot}] if body.result not in why else []
            )
            yield (
                body.assay, body.unit or "", body.lot, body.result, months_of(days), body.stated,
                "no" if body.result in why else "yes", *_figures(lines, days), why.get(body.result, ""),
            )  # fmt: skip


def _figures(lines: list[Curve], days: int) -> tuple[str, str, str]:
    for curve in lines:
        at = months(days)
        below = f"{curve.bound(at, below=True):.6G}" if curve.below else ""
        above = f"{curve.bound(at, below=False):.6G}" if curve.above else ""
        return f"{curve.line(at):.6G}", below, above
    return "", "", ""
