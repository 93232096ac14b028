"""The statement that a file's confirmation would make, filled in from the records, each member with its source.

Nothing is made up: what the records do not say is left open and doubted, for the analyst to fill in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from qc_service.application.precedents import Precedents
from qc_service.application.sample_lots import Doubt
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import Line
from qc_service.domain.lots import Lot
from qc_service.domain.moments import ZonedTime
from qc_service.domain.registers import Equipment
from qc_service.domain.results import Result
from qc_service.domain.specifications import Specification
from qc_service.exchange.instruments import Reading

_NAMED = {"method": "method", "method_version": "version of the method"}


@dataclass
class Suggestion:
    """Members of a statement with the source of each, and what is doubted."""

    members: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def say(self, member: str, value: object, source: str) -> None:
        """A member's value is known, and from where."""
        self.members[member], self.sources[member] = value, source

    def doubt(self, member: str, code: str, detail: str, choices: Iterable[str] = ()) -> None:
        """A member's value is not known; ``choices`` are what it may be."""
        self.members.setdefault(member, None)
        self.doubts.append(Doubt(member=member, code=code, detail=detail))
        if offered := list(choices):
            self.choices[member] = offered


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is suggested for: a reading, its lot, the specification that judges it, what was chosen, and when."""

    reading: Reading
    lot: Lot
    specification: Specification | None
    at: datetime
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def assays(self) -> tuple[str, ...]:
        """The assays that the specification asks for, or all of the file's where it asks for none of them."""
        present = [value.assay for value in self.reading.values]
        asked = [assay for assay in present if self.specification and self.specification.criterion(assay)]
        return tuple(dict.fromkeys(asked or present))


def suggest(subject: Subject, precedents: Precedents) -> Suggestion:
    """Method, instrument, laboratory and times, as far as the records and the file say them."""
    made = Suggestion()
    _assays(made, subject)
    _methods(made, subject, precedents)
    instrument = _instrument(made, subject, precedents)
    _facility(made, subject, precedents, instrument)
    _times(made, subject, precedents)
    return made


def _assays(made: Suggestion, subject: Subject) -> None:
    present = {value.assay for value in subject.reading.values}
    asked = {assay for assay in present if subject.specification and subject.specification.criterion(assay)}
    if present and not asked:
        detail = (
            "The specification asks for none of the file's values: leave the file out, or record them all."
        )
        made.doubts.append(Doubt(member="assays", code="not_in_specification", detail=detail))
    elif asked < present:
        made.say("assays", list(subject.assays), "those of the file's values that the specification asks for")


def _methods(made: Suggestion, subject: Subject, precedents: Precedents) -> None:
    """One method for the file, and others for the assays that have another."""
    found = {assay: _method(subject, precedents, assay) for assay in subject.assays or ("",)}
    (method, version, source), *_ = found.values()
    for member, said in (("method", method), ("method_version", version)):
        if said is None:
            made.doubt(
                member, f"{member}_unknown", "Nothing on record says it for this assay: write it down once."
            )
        else:
            made.say(member, str(said), source)
    others = {
        assay: (other, its)
        for assay, (other, its, _) in found.items()
        if other and its and (other, its) != (method, version)
    }
    if others:
        listed = [
            {"assay": assay, "method": str(other), "method_version": str(its)}
            for assay, (other, its) in others.items()
        ]
        made.say("methods", listed, "the methods of these assays differ from the first one's")


def _method(subject: Subject, precedents: Precedents, assay: str) -> tuple[Line | None, Line | None, str]:
    """The criterion's method where it is binding or states a version, and otherwise that of the last such result."""
    specification = subject.specification
    criterion = specification.criterion(assay) if specification else None
    before = precedents.last(subject.lot.product, _of_assays((assay,)))
    run = before.result.recorded if before else None
    if specification and criterion and (criterion.method_version or criterion.method_binding or run is None):
        last = run.method_version if run and run.method == criterion.method else None
        source = f"specification version {specification.version} of {subject.lot.product}"
        return criterion.method, criterion.method_version or last, source
    if before and run:
        return run.method, run.method_version, f"as for lot {before.lot}"
    return None, None, ""


def _instrument(made: Suggestion, subject: Subject, precedents: Precedents) -> str | None:
    """By the serial number in the file; without one by the instrument's name, if only one is called so."""
    reading = subject.reading
    register = precedents.equipment()
    chosen = subject.chosen.get("instrument")
    if chosen in {str(one.id) for one in register}:
        made.say("instrument", chosen, "as you chose")
        return chosen
    if reading.serial:
        found = [one for one in register if one.serial_number and _same(one.serial_number, reading.serial)]
        source = f"the file's serial number {reading.serial}"
        missing = f"No equipment of yours has the serial number {reading.serial} that the file names."
    else:
        found = [one for one in register if _is_called(one, reading.instrument)]
        source = f"the only {reading.instrument} in the register of equipment"
        missing = f"No equipment of yours is called {reading.instrument}, and the file has no serial number."
    if len(found) == 1:
        made.say("instrument", str(found[0].id), source)
        return str(found[0].id)
    if found:
        detail = f"Several instruments may have measured this: {', '.join(one.id for one in found)}."
        made.doubt("instrument", "several_instruments", detail, (one.id for one in found))
    else:
        advice = "Choose it, or register it with its serial number."
        made.doubt("instrument", "instrument_unknown", f"{missing} {advice}", (one.id for one in register))
    return None


def _same(one: str, other: str) -> bool:
    return one.replace(" ", "").casefold() == other.replace(" ", "").casefold()


def _is_called(equipment: Equipment, instrument: str) -> bool:
    """Whether the first word of the instrument's name, its make, is one of the equipment's words."""
    make = instrument.casefold().split()[0]
    return make in f"{equipment.name} {equipment.model or ''}".casefold().split()


def _facility(made: Suggestion, subject: Subject, precedents: Precedents, instrument: str | None) -> None:
    """Where the instrument was used last; else where the assay was; else the only laboratory there is."""
    product = subject.lot.product
    chosen = subject.chosen.get("facility")
    if chosen and precedents.view.find(FACILITY, chosen):
        made.say("facility", chosen, "as you chose")
        return
    used = instrument and precedents.last(product, lambda one: one.recorded.instrument == instrument)
    if used:
        made.say(
            "facility", str(used.result.recorded.facility), f"where {instrument} was used for lot {used.lot}"
        )
        return
    before = precedents.last(product, _of_assays(subject.assays))
    if before:
        made.say("facility", str(before.result.recorded.facility), f"as for lot {before.lot}")
        return
    laboratories = precedents.laboratories(subject.at.date())
    if len(laboratories) == 1:
        made.say("facility", str(laboratories[0].id), "your only site certified for assays today")
        return
    detail = "Nothing on record says in which laboratory this was measured."
    made.doubt("facility", "laboratory_unknown", detail, (str(one.id) for one in laboratories))


def _times(made: Suggestion, subject: Subject, precedents: Precedents) -> None:
    """The file's own time, in the laboratory's zone; it is both when the measurement began and was read."""
    measured, facility = subject.reading.measured_at, made.members["facility"]
    if measured is None or facility is None:
        missing = (
            "The file does not say when it was measured."
            if measured is None
            else "Choose the laboratory first."
        )
        for member in ("started", "read"):
            made.doubt(member, "time_unknown", missing)
        return
    zone = precedents.view.get(FACILITY, facility).zone
    stated, doubt = _zoned(measured, ZoneInfo(zone))
    if doubt is None and stated.instant > subject.at:
        doubt = f"The file says {measured}, which has not come yet: look at the instrument's clock."
    for member in ("started", "read"):
        if doubt is None:
            made.say(member, str(stated), f"the file's time {measured}, in {zone}")
        else:
            made.doubt(member, "time_doubtful", doubt)


def _zoned(measured: str, zone: ZoneInfo) -> tuple[ZonedTime, str | None]:
    """A local time in its zone, and what is doubtful of it: it may stand twice on the clock, or never."""
    local = datetime.fromisoformat(measured).replace(tzinfo=zone, microsecond=0)
    stated = ZonedTime(local.isoformat())
    never = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None)
    twice = local.utcoffset() != local.replace(fold=1).utcoffset()
    if never or twice:
        how = "never stood on the clock" if never else "stood on the clock twice"
        return stated, f"{measured} {how} in {zone.key}: say when it was measured, with the zone."
    return stated, None


def _of_assays(assays: Iterable[str]) -> Callable[[Result], bool]:
    wanted = frozenset(assays)
    return lambda one: one.recorded.assay in wanted
