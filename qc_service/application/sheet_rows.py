"""A sheet's results beside what is on record: which are good, which are recorded already, and what would follow."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.references import known
from qc_service.application.results import results_of
from qc_service.application.view import View
from qc_service.domain.errors import Fault, Malformed, NotFound
from qc_service.domain.facilities import FACILITY
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.measurements import Measurement
from qc_service.domain.moments import ZonedTime
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Enclosure
from qc_service.domain.results import ResultRecorded
from qc_service.domain.specifications import ASSAYS
from qc_service.exchange.sheets.results import SheetResult, measurement_of
from qc_service.exchange.sheets.rows import SheetFault, column_of, fault_at
from qc_service.exchange.sheets.template import Filled

_NOT_STATED = frozenset({"raw_file", "warnings_answered"})


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A result of the sheet beside what is on record: recorded ``already``, or what would come of it."""

    result: SheetResult
    lot: Lot | None = None
    measurement: Measurement | None = None
    body: ResultRecorded | None = None
    already: int | None = None
    follows: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[SheetFault, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether it can be recorded."""
        return self.measurement is not None and self.already is None and not self.faults


def weighed_rows(view: View, occasion: Occasion, filled: Filled, upload: Enclosure) -> list[Weighed]:
    """Each result of a sheet beside what is on record, in the sheet's order."""
    return [_weigh(view, occasion, filled, result, upload) for result in filled.results]


def _weigh(view: View, occasion: Occasion, filled: Filled, result: SheetResult, upload: Enclosure) -> Weighed:
    """A result beside what is on record; whatever it would be refused for, alone, is a fault of its cell."""
    try:
        lot = own(view, occasion.actor, LOT, result.lot)
    except NotFound as error:
        return Weighed(result=result, faults=(fault_at(filled.header, result.row, "lot", error.detail),))
    try:
        zone = ZoneInfo(known(view, FACILITY, result.facility, "/facility").zone)
        measurement = measurement_of(result, partial(_zoned, zone), upload.file.sha256)
        first, *others = results_of(view, occasion, lot, (measurement,), enclosed=upload)
    except Malformed as error:
        faults = [
            fault_at(filled.header, result.row, column_of(fault.pointer), fault.detail)
            for fault in error.faults
        ]
        return Weighed(result=result, lot=lot, faults=tuple(faults))
    body = cast("ResultRecorded", first.body)
    return Weighed(
        result=result,
        lot=lot,
        measurement=measurement,
        body=body,
        already=_already(lot, body),
        follows=tuple(type(new.body).__name__ for new in others),
        notes=tuple(_notes(view, lot, body)),
    )


def _zoned(zone: ZoneInfo, moment: str, member: str) -> ZonedTime:
    """A moment with the zone that is written, else the laboratory's. Raises ``Malformed`` where that tells it not."""
    if moment[19:]:
        return ZonedTime(moment)
    there = datetime.fromisoformat(moment).replace(tzinfo=zone)
    offsets = {there.replace(fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) > 1:
        detail = f"{moment} is not one moment where the clocks change: write it with its zone, such as +01:00"
        raise Malformed(detail, faults=(Fault(pointer=f"/{member}", detail=detail),))
    return ZonedTime(there.isoformat(timespec="seconds"))


def _already(lot: Lot, body: ResultRecorded) -> int | None:
    """The number of the result that states just this, from a sheet that was sent before or from elsewhere."""
    names = [field.name for field in fields(Measurement) if field.name not in _NOT_STATED]
    stated = [getattr(body, name) for name in names]
    same = (
        one.number for one in lot.quality.results if [getattr(one.recorded, name) for name in names] == stated
    )
    return next(same, None)


def _notes(view: View, lot: Lot, body: ResultRecorded) -> list[str]:
    """What is odd about a good row: a value that nobody wrote, an assay that nobody asks for."""
    notes = [f"{body.value}: {body.derived}."] if body.derived else []
    specified = view.get(PRODUCT, lot.product).specifications
    asked = {criterion.assay for one in specified for criterion in one.criteria}
    if body.assay not in asked and body.assay not in ASSAYS:
        nearest = get_close_matches(body.assay, {*asked, *ASSAYS}, n=1, cutoff=0.8)
        meant = f" Did you mean {nearest[0]}?" if nearest else ""
        notes.append(f"No specification of this product asks for {body.assay}.{meant}")
    return notes
