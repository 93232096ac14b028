"""The results that the rows of a template state: a row each, or several rows that are the replicates of one.

Rows that differ in nothing but value and ``replicate`` are one result: the row without a replicate's name states it,
or, where all have names, the service takes their mean.
A row that is wrong keeps no other from being read, except where it would have counted in that one's mean.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import EquipmentId, FacilityId, Line, LotNumber, Sha256, Slug, Text
from qc_service.domain.measurements import Comparator, Measurement, ReplicateValue, Unit
from qc_service.domain.moments import ZonedTime
from qc_service.domain.obtaining import Dilution, Specimen, StatedDose
from qc_service.exchange.sheets.rows import Reader, RowRead, SheetFault, column_of
from qc_service.exchange.sheets.values import Stated

_ALIKE = (
    "lot", "assay", "unit", "method", "method_version", "facility", "instrument", "started", "read", "retests",
    "specimen", "dilution", "measured", "dose", "taken", "resamples",
)  # fmt: skip
_REPLICATE = "replicate"


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetResult:
    """One result of the sheet. ``started`` and ``read`` have a zone only where one is written.

    ``row`` is the first of its ``rows``. Without a value it is that of its replicates, or of what was measured in the
    diluted specimen. A specimen of which nobody wrote when it was ``taken`` stands in the remark.
    """

    row: int
    rows: tuple[int, ...]
    lot: LotNumber
    assay: Slug
    comparator: Comparator = Comparator.EQUAL
    value: Decimal | None = None
    unit: Unit | None = None
    finding: Line | None = None
    lod: Decimal | None = None
    loq: Decimal | None = None
    method: Line
    method_version: Line
    facility: FacilityId
    instrument: EquipmentId | None = None
    started: str
    read: str
    replicates: tuple[ReplicateValue, ...] = ()
    dilution: Dilution | None = None
    dose: StatedDose | None = None
    specimen: Line | None = None
    taken: str | None = None
    retests: int | None = None
    resamples: int | None = None
    remark: Text | None = None


def results_in(reader: Reader, rows: Sequence[RowRead]) -> tuple[tuple[SheetResult, ...], list[SheetFault]]:
    """The results of rows that were read, and everything that is wrong with any."""
    faults = [fault for row in rows for fault in row.faults]
    wrong = [row for row in rows if row.faults]
    results: list[SheetResult] = []
    for group in _groups([row for row in rows if not row.faults]):
        named = [row for row in group if _REPLICATE in row.members]
        plain = [row for row in group if _REPLICATE not in row.members]
        found = _group_faults(reader, named, plain, wrong)
        faults += found
        spoilt = {fault.row for fault in found}
        single = [row for row in plain if row.row.number not in spoilt]
        for result in _stated([] if found else named, single):
            judged = list(_judged(reader, result))
            faults += judged
            results += [] if judged else [result]
    return tuple(sorted(results, key=lambda result: result.row)), faults


def _groups(rows: Sequence[RowRead]) -> Iterator[list[RowRead]]:
    """Rows that are alike but for what they measured."""
    groups: dict[tuple[object, ...], list[RowRead]] = {}
    for row in rows:
        groups.setdefault(tuple(row.members.get(name) for name in _ALIKE), []).append(row)
    yield from groups.values()


def _stated(named: Sequence[RowRead], plain: Sequence[RowRead]) -> Iterator[SheetResult]:
    """The results of a group without faults: each plain row's own, or the one of the named rows."""
    if not named:
        yield from (_result(row, []) for row in plain)
    elif plain or len(named) == 1:
        yield _result([*plain, *named][0], named)
    else:
        yield replace(_result(named[0], named), value=None)


def _result(row: RowRead, named: Sequence[RowRead]) -> SheetResult:
    """The result that a row states, with the replicates behind it."""
    found = row.members
    value: Stated = found.get("value") or Stated(Comparator.EQUAL, None)
    comparator = found.get("comparator", value.comparator)
    rows = [row, *(one for one in named if one is not row)]
    return SheetResult(
        row=min(one.row.number for one in rows), rows=tuple(sorted(one.row.number for one in rows)),
        lot=found["lot"], assay=found["assay"], comparator=comparator, value=value.value,
        unit=found.get("unit"), finding=found.get("finding"), lod=found.get("lod"), loq=found.get("loq"),
        method=found["method"], method_version=found["method_version"], facility=found["facility"],
        instrument=found.get("instrument"), started=found["started"], read=found["read"],
        replicates=_replicates(named), dilution=found.get("diluted"), dose=found.get("dose"),
        specimen=found.get("specimen"), taken=found.get("taken"), retests=found.get("retests"),
        resamples=found.get("resamples"), remark=_remark(rows),
    )  # fmt: skip


def _replicates(named: Sequence[RowRead]) -> tuple[ReplicateValue, ...]:
    """The replicates that have a plain number; a lone one that has none is the result itself."""
    numbers = ((row.members[_REPLICATE], row.members.get("value")) for row in named)
    return tuple(
        ReplicateValue(label=label, value=value.value)
        for label, value in numbers
        if value and value.value is not None and value.comparator is Comparator.EQUAL
    )


def _remark(rows: Sequence[RowRead]) -> Text | None:
    """What the rows say that no member of a result holds, in words."""
    members = rows[0].members
    said = []
    if "specimen" in members and "taken" not in members:
        said.append(f"Specimen: {members['specimen']}.")
    if _REPLICATE in members and len(rows) == 1 and not _replicates(rows):
        said.append(f"Replicate: {members[_REPLICATE]}.")
    said += dict.fromkeys(str(row.members["remark"]) for row in rows if "remark" in row.members)
    return Text(" ".join(said)) if said else None


def _group_faults(
    reader: Reader, named: Sequence[RowRead], plain: Sequence[RowRead], wrong: Sequence[RowRead]
) -> list[SheetFault]:
    """What keeps rows that are alike from being results. Replicates and their result wait for one another."""
    if not named:
        return list(_repeated(reader, plain))
    faults = list(_replicate_faults(reader, named, plain))
    waited_for = {fault.row for fault in faults}
    waited_for |= {row.row.number for row in wrong if _may_belong(reader, row, named[0])}
    if waited_for:
        others = ", ".join(map(str, sorted(waited_for)))
        what, mend = f"is one result together with row {others}, which cannot be read", f"mend row {others}"
        waiting = [row for row in (*named, *plain) if row.row.number not in waited_for]
        faults += [reader.fault(row.row, _REPLICATE, what, mend) for row in waiting]
    return faults


def _replicate_faults(
    reader: Reader, named: Sequence[RowRead], plain: Sequence[RowRead]
) -> Iterator[SheetFault]:
    """What keeps each of these rows from being a replicate of one result."""
    labels = [str(row.members[_REPLICATE]) for row in named]
    for row, label in zip(named, labels, strict=True):
        if labels.count(label) > 1:
            yield reader.fault(row.row, _REPLICATE, f"{label} stands more than once")
        elif len(plain) > 1:
            many = ", ".join(str(one.row.number) for one in plain)
            yield reader.fault(row.row, _REPLICATE, f"may belong to any of the rows {many}")
        elif len(named) + len(plain) > 1 and not _is_plain_number(row):
            what = "a replicate has a plain number"
            mend = "leave this row out, and state the result in a row without a replicate's name"
            yield reader.fault(row.row, "value", what, mend)


def _repeated(reader: Reader, plain: Sequence[RowRead]) -> Iterator[SheetFault]:
    """A row that says what another says already is a slip of the copying, not a second measurement."""
    first: dict[tuple[object, ...], int] = {}
    for row in plain:
        said = tuple(row.members.get(name) for name in ("value", "comparator", "finding", "lod", "loq"))
        if first.setdefault(said, row.row.number) != row.row.number:
            what = f"says what row {first[said]} says"
            mend = "leave one of them out, or name both under replicate"
            yield reader.fault(row.row, "value" if row.members.get("value") else "finding", what, mend)


def _is_plain_number(row: RowRead) -> bool:
    value: Stated | None = row.members.get("value")
    said = row.members.get("comparator", Comparator.EQUAL)
    return value is not None and value.value is not None and {said, value.comparator} == {Comparator.EQUAL}


def _may_belong(reader: Reader, wrong: RowRead, named: RowRead) -> bool:
    """Whether a row that cannot be read may be a further replicate: nothing that can be read of it differs."""
    if reader.cell(wrong.row, _REPLICATE).is_blank:
        return False
    faulty = {fault.column for fault in wrong.faults}
    return all(name in faulty or wrong.members.get(name) == named.members.get(name) for name in _ALIKE)


def _judged(reader: Reader, result: SheetResult) -> Iterator[SheetFault]:
    """What a measurement of these members would be refused for, at the cells it is about."""
    row = reader.rows[result.row]
    moments = [moment for moment in (result.started, result.read, result.taken) if moment]
    # Whether one time is before another that has a zone while it has none, the laboratory's zone tells later.
    comparable = len({bool(moment[19:]) for moment in moments}) == 1

    def in_utc(moment: str, _: str) -> ZonedTime:
        told = moment if comparable else result.started
        return ZonedTime(told if told[19:] else f"{told}Z")

    try:
        measurement_of(result, in_utc)
    except Malformed as error:
        for fault in error.faults:
            yield reader.fault(row, column_of(fault.pointer), fault.detail)


def measurement_of(
    result: SheetResult, zoned: Callable[[str, str], ZonedTime], raw_file: Sha256 | None = None
) -> Measurement:
    """The result as the laboratory states it; ``zoned`` gives a moment its zone, and is told which one it is.

    Raises ``Malformed`` naming each member that is wrong.
    """
    specimen = None
    if result.specimen and result.taken:
        specimen = Specimen(id=result.specimen, taken_at=zoned(result.taken, "taken"))
    return Measurement(
        assay=result.assay, comparator=result.comparator, value=result.value, unit=result.unit,
        finding=result.finding, lod=result.lod, loq=result.loq, method=result.method,
        method_version=result.method_version, facility=result.facility, instrument=result.instrument,
        started=zoned(result.started, "started"), read=zoned(result.read, "read"), raw_file=raw_file,
        replicates=result.replicates, retests=result.retests, resamples=result.resamples,
        dilution=result.dilution, dose=result.dose, specimen=specimen,
    )  # fmt: skip
