"""An instrument's file becomes results: read and shown first, recorded once the analyst has confirmed it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from qc_service.application.access import own
from qc_service.application.actor import Actor, Occasion
from qc_service.application.results import results_of
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import Conflict, Fault, Malformed, Reason, Refused
from qc_service.domain.identifiers import EquipmentId, FacilityId, Line, LotNumber, Sha256, Slug, Text
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.measurements import Measurement, ReplicateValue, Unit, WarningAnswer
from qc_service.domain.moments import ZonedTime
from qc_service.domain.obtaining import Dilution
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Enclosure, New
from qc_service.exchange.instruments import (
    MeasuredValue,
    Reading,
    UnreadableFile,
    completed,
    read_instrument,
    reading_dict,
)

NO_FIGURES = Line("no figures in the file")
"""The finding that stands for a measurement whose file holds no value: it happened, so it is recorded."""
NO_ASSAY = Slug("particle_measurement")
"""What such a finding is of."""
CONCENTRATION = "particle_concentration"


class FileUnreadable(Malformed):
    """The file gives no reading: it is cut short, empty, binary, too large or of no known format."""


class AlreadyRecorded(Conflict):
    """Results of this lot were recorded from this very file before; ``results`` are their numbers."""

    def __init__(self, detail: str, results: tuple[int, ...]) -> None:
        super().__init__(detail)
        self.results = results


class WarningsUnanswered(Refused):
    """The file carries warnings that the analyst has not answered; none is passed over in silence."""


@dataclass(frozen=True, kw_only=True)
class AssayMethod:
    """The written method of one assay, where a file's values are of several."""

    assay: Slug
    method: Line
    method_version: Line


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """The analyst's confirmation of a reading: what the file does not say, and an answer to each warning.

    ``confirm`` is the file's digest as it was shown; ``assays`` chooses among the values, all without it.
    ``methods`` are those of assays that ``method`` is not the method of.
    """

    confirm: Sha256
    method: Line
    method_version: Line
    facility: FacilityId
    instrument: EquipmentId
    started: ZonedTime
    read: ZonedTime
    answers: tuple[WarningAnswer, ...] = ()
    assays: tuple[Slug, ...] | None = None
    methods: tuple[AssayMethod, ...] = ()
    retests: int | None = None
    resamples: int | None = None
    reason: Text | None = None

    def method_of(self, assay: str) -> tuple[Line, Line]:
        """The method of an assay, and its version."""
        other = next((one for one in self.methods if one.assay == assay), self)
        return other.method, other.method_version


@dataclass(frozen=True, kw_only=True)
class ImportResults:
    """An instrument's file with its confirmation; ``beside`` are the other files of the same measurement.

    ``shared`` answers serve every file that carries the warning.
    """

    lot: LotNumber
    upload: Enclosure
    confirmation: Confirmation
    beside: tuple[Enclosure, ...] = ()
    shared: tuple[WarningAnswer, ...] = ()


def show_reading(view: View, actor: Actor, lot: str, upload: Enclosure) -> dict[str, object]:
    """What the file says, for the analyst to confirm; nothing is recorded. Raises ``FileUnreadable``."""
    actor.must(Permission.RECORD_RESULT)
    own(view, actor, LOT, lot)
    reading = read_file(upload)
    return {
        "file": upload.file.sha256,
        "reading": reading_dict(reading),
        "proposed": [proposed(reading, value) for value in reading.values],
    }


def import_results(view: View, occasion: Occasion, intent: ImportResults) -> tuple[New, ...]:
    """Record the values of a confirmed reading in one act, the raw file enclosed as their subject.

    The values are read from the file again, so that nobody's typing comes between. Raises ``FileUnreadable``,
    ``Malformed`` where the file is not the one confirmed, ``WarningsUnanswered``, and ``AlreadyRecorded`` for a
    file that the lot has these results of, unless it is said which result it retests.
    """
    occasion.actor.must(Permission.RECORD_RESULT)
    lot = own(view, occasion.actor, LOT, intent.lot)
    reading = completed(read_file(intent.upload), *map(read_file, intent.beside))
    confirmed = intent.confirmation
    if confirmed.confirm != intent.upload.file.sha256:
        raise Malformed("this file is not the one whose reading was confirmed", field="confirm")
    confirmed = replace(confirmed, answers=(*confirmed.answers, *_shared(reading, intent)))
    _must_be_answered(reading, confirmed.answers)
    chosen = _chosen(reading, confirmed.assays)
    measurements = tuple(measurement_of(confirmed, reading, value) for value in chosen)
    measurements = measurements or (measurement_of(confirmed, reading, None),)
    _must_be_new(lot, measurements)
    return results_of(
        view,
        occasion,
        lot,
        measurements,
        enclosed=intent.upload,
        reason=confirmed.reason,
    )


def recorded_from(lot: Lot, sha256: str, assays: Iterable[str]) -> tuple[int, ...]:
    """The lot's results of these assays that came from this very file, by their numbers."""
    wanted = set(assays)
    return tuple(
        one.number
        for one in lot.quality.results
        if one.recorded.raw_file == sha256 and one.recorded.assay in wanted
    )


def _must_be_new(lot: Lot, measurements: tuple[Measurement, ...]) -> None:
    """The same file is not the same result twice: sent again, it says what became of it the first time."""
    found = recorded_from(
        lot, str(measurements[0].raw_file), (one.assay for one in measurements if one.retests is None)
    )
    if found:
        numbers = ", ".join(map(str, found))
        detail = f"Lot {lot.number} has this file's results already: {numbers}. Say which result it retests if it does."
        raise AlreadyRecorded(detail, found)


def _shared(reading: Reading, intent: ImportResults) -> tuple[WarningAnswer, ...]:
    """The answers given once for several files, as far as they answer a warning of this one."""
    codes = {warning.code for warning in reading.warnings}
    codes -= {answer.code for answer in intent.confirmation.answers}
    return tuple(answer for answer in intent.shared if answer.code in codes)


def read_file(upload: Enclosure) -> Reading:
    """What an instrument's file says. Raises ``FileUnreadable``."""
    try:
        return read_instrument(upload.content, upload.name)
    except UnreadableFile as error:
        raise FileUnreadable(error.detail, field="file") from error


def _must_be_answered(reading: Reading, answers: tuple[WarningAnswer, ...]) -> None:
    """Every warning has an answer (one for all of a code), and every answer a warning."""
    answered = {answer.code for answer in answers}
    codes = {warning.code for warning in reading.warnings}
    stray = tuple(
        Fault(pointer=f"/answers/{place}/code", detail="the file carries no such warning")
        for place, answer in enumerate(answers)
        if answer.code not in codes
    )
    if stray:
        raise Malformed("an answer belongs to no warning of this file", faults=stray)
    reasons = tuple(
        Reason(code=warning.code, detail=warning.detail, source="Q1")
        for warning in reading.warnings
        if warning.code not in answered
    )
    if reasons:
        raise WarningsUnanswered("Answer each warning that the file carries.", reasons)


def _chosen(reading: Reading, assays: tuple[Slug, ...] | None) -> tuple[MeasuredValue, ...]:
    if assays is None:
        return reading.values
    present = {value.assay for value in reading.values}
    unknown = tuple(
        Fault(pointer=f"/assays/{place}", detail="the file holds no value of this assay")
        for place, assay in enumerate(assays)
        if assay not in present
    )
    if unknown:
        raise Malformed("the file does not hold every value that was chosen", faults=unknown)
    return tuple(value for value in reading.values if value.assay in assays)


def measurement_of(confirmed: Confirmation, reading: Reading, value: MeasuredValue | None) -> Measurement:
    """One value as a measurement; without any, that the instrument ran and gave no figure."""
    replicates = tuple(
        ReplicateValue(label=Line(one.label), value=Decimal(one.value))
        for one in reading.replicates
        if value and one.assay == value.assay
    )
    assay = Slug(value.assay) if value else NO_ASSAY
    method, version = confirmed.method_of(assay)
    return Measurement(
        assay=assay,
        value=Decimal(value.value) if value else None,
        unit=Unit(value.unit) if value else None,
        finding=None if value else NO_FIGURES,
        method=method,
        method_version=version,
        facility=confirmed.facility,
        instrument=confirmed.instrument,
        started=confirmed.started,
        read=confirmed.read,
        raw_file=confirmed.confirm,
        replicates=replicates,
        dilution=_dilution(reading, value),
        warnings_answered=confirmed.answers,
        retests=confirmed.retests,
        resamples=confirmed.resamples,
    )


def _dilution(reading: Reading, value: MeasuredValue | None) -> Dilution | None:
    """The file's factor, of a concentration alone: that is of the undiluted sample, so the instrument multiplied."""
    if value is None or value.assay != CONCENTRATION or reading.dilution is None:
        return None
    factor = Decimal(reading.dilution)
    return Dilution(factor=factor) if factor >= 1 else None


def proposed(reading: Reading, value: MeasuredValue) -> dict[str, object]:
    """The result that one of a file's values would become."""
    replicates = [one for one in reading.replicates if one.assay == value.assay]
    return {
        "assay": value.assay,
        "value": value.value,
        "unit": value.unit,
        "derived": value.derived,
        "dilution": to_plain(_dilution(reading, value)),
        "replicates": [{"label": one.label, "value": one.value} for one in replicates],
    }
