"""What a measurement is recorded as: its value worked out, its unit converted, its laboratory's standing frozen."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from qc_service.application.actor import Occasion
from qc_service.application.references import known, ours
from qc_service.application.view import View
from qc_service.domain.comparison import is_unwelcome, must_be_stated_for
from qc_service.domain.conversion import Conversion, Convert, ResultConverted
from qc_service.domain.criteria import Criterion
from qc_service.domain.departures import cover_on, departures_of_cover, departures_of_equipment
from qc_service.domain.departures_of_results import departures_of_result
from qc_service.domain.deriving import derived
from qc_service.domain.errors import Malformed
from qc_service.domain.facilities import FACILITY
from qc_service.domain.measurements import Measurement
from qc_service.domain.processing import Departure
from qc_service.domain.products import Product
from qc_service.domain.registers import EQUIPMENT
from qc_service.domain.results import Result, ResultRecorded
from qc_service.domain.specifications import Specification


@dataclass(frozen=True, kw_only=True)
class Stated:
    """One result to be recorded, what departed about it, and whether it is out of specification."""

    body: ResultRecorded
    departures: tuple[Departure, ...]
    fails: bool


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What results of one lot are recorded against: its product, and the specification that judges them if any."""

    product: Product
    specification: Specification | None

    def stated(
        self,
        view: View,
        occasion: Occasion,
        number: int,
        measurement: Measurement,
        corrects: int | None = None,
    ) -> Stated:
        """The result of this number (rule Q1). Raises ``Malformed`` where it is not stated as its criterion asks.

        The laboratory's cover and the instrument's calibration are frozen as they were those days (rule P7).
        """
        laboratory = known(view, FACILITY, measurement.facility, "/facility")
        name = measurement.instrument
        equipment = () if name is None else (ours(view, occasion.actor, EQUIPMENT, name, "/instrument"),)
        days = (measurement.started.day, measurement.read.day)
        criterion = self.specification.criterion(measurement.assay) if self.specification else None
        full, words = derived(measurement)
        body = ResultRecorded(
            result=number,
            calibration_due=next((one.due_on(measurement.read.day) for one in equipment), None),
            covered_by=cover_on(laboratory, measurement.operation, days),
            derived=words,
            conversion=_conversion(occasion.convert, criterion, full),
            corrects=corrects,
            **members(full),
        )
        if criterion is not None:
            must_be_stated_for(criterion, body)
        return Stated(
            body=body,
            departures=(
                *departures_of_cover(laboratory, measurement.operation, days),
                *departures_of_equipment(equipment, measurement.read.day),
                *departures_of_result(body, criterion, self.product.storage),
            ),
            fails=is_unwelcome(criterion, body),
        )


def as_compared(measurement: Measurement, criterion: Criterion, convert: Convert | None) -> ResultRecorded:
    """The result that a measurement would become, as far as it is compared: nothing of it is frozen yet.

    Raises ``Malformed`` where it is not stated as its criterion asks.
    """
    full, words = derived(measurement)
    body = ResultRecorded(
        result=1,
        calibration_due=None,
        covered_by=None,
        derived=words,
        conversion=_conversion(convert, criterion, full),
        **members(full),
    )
    must_be_stated_for(criterion, body)
    return body


def members(measurement: Measurement) -> dict[str, Any]:
    """The members of a measurement, to make another kind of it."""
    return {field.name: getattr(measurement, field.name) for field in fields(Measurement)}


def _conversion(convert: Convert | None, criterion: Criterion | None, full: Measurement) -> Conversion | None:
    """The numbers in the unit of the limit, where they are not known in it yet."""
    if convert is None or criterion is None or criterion.unit is None or full.finding is not None:
        return None
    known_in = full.figure_for(criterion.unit)[1]
    return None if known_in == criterion.unit else convert(full, criterion.unit)


def conversions_for(
    specification: Specification, results: tuple[Result, ...], convert: Convert | None
) -> tuple[ResultConverted, ...]:
    """The conversions that an assessment needs: of results in another unit than its limits' that are not known in it.

    A result that does not go over into the unit of its limit shows nothing, and so does not pass.
    """
    found = []
    for result in results:
        with suppress(Malformed):
            criterion = specification.criterion(result.recorded.assay)
            conversion = _conversion(convert, criterion, result.recorded)
            if conversion is not None:
                found.append(ResultConverted(result=result.number, **vars(conversion)))
    return tuple(found)
