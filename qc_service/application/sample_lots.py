"""Which lot a file's measurement is of: told by its sample's name where that leaves no doubt, and asked otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qc_service.application.actor import Actor
from qc_service.application.ports import CatalogueRow, Query, Store
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.lots import LOT, LotStatus
from qc_service.domain.samples import LotNames
from qc_service.exchange.instruments import Reading

MOST_LOTS = 100_000
MOST_OFFERED = 200
IN_TESTING = frozenset({LotStatus.QUARANTINED, LotStatus.ON_HOLD})
"""In these a lot waits for results; for another a result may be recorded, but nobody expects one."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """What somebody has to look at before a file is confirmed: about which member of its statement, and why."""

    member: str
    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Match:
    """The lot of a file, or those that it may be of; ``source`` says how it was found."""

    lot: LotNumber | None = None
    source: str | None = None
    candidates: tuple[LotNumber, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class SampleLots:
    """An organisation's own lots, to be found by the names of samples."""

    def __init__(self, store: Store, actor: Actor) -> None:
        own = {"organisation": str(actor.organisation)}
        rows, _ = store.catalogue(Query(room=LOT.room, size=MOST_LOTS, filters=own))
        self._rows = {LotNumber(row.stream.partition("/")[2]): row for row in rows}
        self._names = LotNames(self._rows)

    def waiting(self) -> tuple[dict[str, str], ...]:
        """The lots that wait for results, the highest numbers first, to be offered where a file names none."""
        found = [number for number, row in self._rows.items() if row.status in IN_TESTING]
        return tuple(self.described(number) for number in sorted(found, reverse=True)[:MOST_OFFERED])

    def described(self, number: LotNumber) -> dict[str, str]:
        """A lot as a person chooses it."""
        row = self._rows[number]
        return {"lot": str(number), "product": str(row.summary["product"]), "status": row.status}

    def of_product(self, product: str, most: int) -> tuple[LotNumber, ...]:
        """At most so many lots of a product, the highest numbers first."""
        found = [number for number, row in self._rows.items() if row.summary["product"] == product]
        return tuple(sorted(found, reverse=True)[:most])

    def chosen(self, number: str) -> Match:
        """The lot that a person names; no lot of theirs is a doubt like another."""
        row = self._rows.get(LotNumber(number))
        if row is None:
            return Match(doubts=(_doubt("no_such_lot", f"No lot {number} of yours is on record."),))
        return Match(lot=LotNumber(number), source="as you chose", doubts=tuple(_unexpected(row)))

    def of(self, reading: Reading, filename: str) -> Match:
        """The lot of a reading, by the sample that the file names and by nothing else.

        What else the file is called, a number nearly right, two numbers, and a lot that waits for no results are
        not taken for an answer: they are offered.
        """
        named = self._names.within(reading.sample or "")
        if len(named.exact) == 1:
            (number,) = named.exact
            doubts = tuple(_unexpected(self._rows[number]))
            return Match(
                lot=None if doubts else number,
                source=f"its number is in the sample's name {reading.sample!r}",
                candidates=named.exact,
                doubts=doubts,
            )
        if named.exact:
            detail = f"The sample's name {reading.sample!r} names {_listed(named.exact)}. Say which it is."
            return Match(candidates=named.exact, doubts=(_doubt("several_lots", detail),))
        if named.near:
            detail = (
                f"The sample's name {reading.sample!r} is one slip away from {_listed(named.near)}. "
                "Say which lot it is; nothing is corrected here."
            )
            return Match(candidates=named.near, doubts=(_doubt("near_match", detail),))
        return self._by_other_names(reading, filename)

    def _by_other_names(self, reading: Reading, filename: str) -> Match:
        names = (*reading.also_named, filename)
        found = tuple(dict.fromkeys(lot for name in names for lot in self._names.within(name).exact))
        sample = f"names the sample {reading.sample!r}" if reading.sample else "names no sample"
        if found:
            detail = f"The file {sample}, and {_listed(found)} only elsewhere. Say which lot it is."
            return Match(candidates=found, doubts=(_doubt("named_elsewhere", detail),))
        return Match(
            doubts=(_doubt("no_lot", f"The file {sample}, which is no lot of yours. Say which it is."),)
        )


def _unexpected(row: CatalogueRow) -> Iterable[Doubt]:
    if row.status not in IN_TESTING:
        lot = row.stream.partition("/")[2]
        detail = f"Lot {lot} is {row.status}, so nobody waits for its results. Say whether it is this lot."
        yield _doubt("lot_not_in_testing", detail)


def _doubt(code: str, detail: str) -> Doubt:
    return Doubt(member="lot", code=code, detail=detail)


def _listed(lots: tuple[LotNumber, ...]) -> str:
    shown = ", ".join(lots[:5])
    return f"{shown} and {len(lots) - 5} more" if len(lots) > 5 else shown
