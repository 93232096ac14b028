"""Fakes that inherit the ports: a store in memory, fixed keys, a scripted clock and counted randomness."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from qc_service.application.actor import Actor
from qc_service.application.acts import Acts
from qc_service.application.attesting import Attestor
from qc_service.application.ports import (
    NEVER,
    Arrival,
    CatalogueRow,
    Done,
    IndexRows,
    LogHead,
    LotAnswerRow,
    Moved,
    Prepared,
    Query,
    Store,
    StoredRecord,
)
from qc_service.application.view import View
from qc_service.domain.chart_points import ChartPoint, PointQuery, PointStanding
from qc_service.domain.identifiers import Line, OrganisationId, PersonId
from qc_service.domain.permissions import Role
from qc_service.domain.records import Enclosure
from qc_service.domain.vials import Vial
from qc_service.exchange.units import convert
from qc_service.ledger.keys import Ed25519Signer
from qc_service.ledger.merkle import Frontier

ISSUER = "demo.qc.example"
START = datetime(2026, 9, 1, 8, 0, 0, tzinfo=UTC)


def signer(seed: int = 1) -> Ed25519Signer:
    """A signer with a fixed key: 32 bytes of this number."""
    return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


@dataclass
class ScriptedClock:
    """A clock that tells what it was set to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **passed: float) -> datetime:
        """Let time pass: ``tick(days=1)``."""
        self.now += timedelta(**passed)
        return self.now


@dataclass
class CountedRandomness:
    """Bytes that look random and are the same in every run."""

    count: int = 0

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return hashlib.shake_128(self.count.to_bytes(8, "big")).digest(size)


@dataclass
class MemoryStore(Store):
    """The store's contract in plain Python."""

    log: list[StoredRecord] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)
    recorded_at: datetime | None = None
    merkle: dict[tuple[int, int], bytes] = field(default_factory=dict)
    files: dict[str, Enclosure] = field(default_factory=dict)
    rows: dict[str, CatalogueRow] = field(default_factory=dict)
    edges: dict[tuple[str, str], int] = field(default_factory=dict)
    consignments: set[tuple[str, str]] = field(default_factory=set)
    kept_vials: dict[tuple[str, str], Vial] = field(default_factory=dict)
    answers: dict[str, LotAnswerRow] = field(default_factory=dict)
    charted: dict[str, ChartPoint] = field(default_factory=dict)
    finished: dict[str, Done] = field(default_factory=dict)

    def head(self) -> LogHead:
        return LogHead(frontier=self.frontier, recorded_at=self.recorded_at)

    def stream(self, stream: str, first: int = 0) -> tuple[StoredRecord, ...]:
        return tuple(record for record in self.log if record.stream == stream and record.seq >= first)

    def records(self, first: int, count: int) -> tuple[StoredRecord, ...]:
        return tuple(self.log[first : first + count])

    def arrivals(self, first: int, most: int) -> tuple[Arrival, ...]:
        found = self.records(first, most)
        return tuple(Arrival(index=one.index, stream=one.stream, digest=one.digest) for one in found)

    def citing(self, cited: str, room: str) -> tuple[tuple[str, ...], int]:
        found = {
            citing: index
            for (of, citing), index in self.edges.items()
            if of == cited and citing.startswith(f"{room}/")
        }
        return tuple(sorted(found)), max(found.values(), default=NEVER)

    def vials(self, lot: str, serials: Sequence[str] | None = None) -> tuple[Vial, ...]:
        of_lot = [vial for (name, _), vial in self.kept_vials.items() if name == lot]
        chosen = [vial for vial in of_lot if serials is None or vial.serial in serials]
        return tuple(sorted(chosen, key=lambda vial: vial.ordinal))

    def held(self, organisation: str, most: int) -> tuple[Vial, ...]:
        own = [vial for vial in self.kept_vials.values() if vial.custody == organisation]
        return tuple(sorted(own, key=lambda vial: (vial.lot, vial.ordinal)))[:most]

    def lots_with_serial(self, serial: str) -> tuple[str, ...]:
        return tuple(sorted(lot for lot, known in self.kept_vials if known == serial))

    def lot_answer(self, lot: str) -> LotAnswerRow | None:
        return self.answers.get(lot)

    def hot(self, lot: str, serial: str) -> tuple[LotAnswerRow | None, Vial | None, int]:
        return self.answers.get(lot), self.kept_vials.get((lot, serial)), self.frontier.size

    def keys(self) -> tuple[str, ...]:
        return tuple(
            sorted({one.stream.partition("/")[2] for one in self.log if one.stream.startswith("key/")})
        )

    def signed_since(self, keyid: str, first: int) -> tuple[str, ...]:
        found = {one.stream for one in self.log if one.keyid == keyid and one.index >= first}
        return tuple(sorted(found))

    def file(self, sha256: str) -> Enclosure | None:
        return self.files.get(sha256)

    def nodes(self, wanted: Sequence[tuple[int, int]]) -> list[bytes]:
        return [self.merkle[at] for at in wanted]

    def catalogue(self, query: Query) -> tuple[tuple[CatalogueRow, ...], str]:
        start = f"{query.room}/{query.after}"
        found = [
            row for stream, row in sorted(self.rows.items()) if stream > start and self._listed(row, query)
        ]
        page = tuple(found[: query.size])
        return page, page[-1].stream.partition("/")[2] if len(found) > query.size else ""

    def _listed(self, row: CatalogueRow, query: Query) -> bool:
        seen = (
            query.seen_by is None
            or row.organisation == query.seen_by
            or (query.seen_by, row.stream) in self.consignments
        )
        members = {**row.summary, "status": row.status, "organisation": row.organisation}
        kept = all(members.get(name) == value for name, value in query.filters.items())
        sought = query.search.casefold()
        found = sought in row.title.casefold() or sought in row.stream.casefold()
        return row.stream.startswith(f"{query.room}/") and seen and kept and found

    def points(self, query: PointQuery) -> tuple[ChartPoint, ...]:
        found = [
            point
            for point in self.charted.values()
            if (point.product, point.assay) == (query.product, query.assay)
            and (point.standing is PointStanding.COUNTED) is query.counted
            and (query.since is None or query.since <= point.read_at)
            and (query.until is None or point.read_at < query.until)
        ]
        return tuple(sorted(found, key=lambda one: (one.read_at, one.lot, one.result))[-query.most :])

    def assays_charted(self, product: str) -> Mapping[str, int]:
        own = [point for point in self.charted.values() if point.product == product]
        return Counter(point.assay for point in own if point.standing is PointStanding.COUNTED)

    def consigned(self, organisation: str, stream: str) -> bool:
        return (organisation, stream) in self.consignments

    def done(self, scope: str) -> Done | None:
        return self.finished.get(scope)

    def commit(self, prepared: Prepared) -> int:
        self._recheck(prepared)
        base = len(self.log)
        for offset, record in enumerate(prepared.records):
            self.frontier, nodes = self.frontier.append(record.leaf)
            self.merkle.update({(level, idx): one for level, idx, one in nodes})
            self.log.append(replace(record, index=base + offset))
        self.recorded_at = prepared.recorded_at
        for one in prepared.enclosures:
            self.files.setdefault(str(one.file.sha256), one)
        self._index(prepared.rows, base)
        if prepared.retry:
            fingerprint = prepared.retry.fingerprint
            done = Done(fingerprint=fingerprint, first=base, count=len(prepared.records))
            self.finished[prepared.retry.scope] = done
        return base

    def _recheck(self, prepared: Prepared) -> None:
        reads = prepared.reads
        moved = [
            *(stream for stream, seq in reads.streams.items() if len(self.stream(stream)) - 1 != seq),
            *(key for key, version in reads.sets.items() if self.citing(*key)[1] != version),
            *(key for key, version in reads.vials.items() if self._version(key) != version),
        ]
        if prepared.retry and prepared.retry.scope in self.finished:
            moved.append(prepared.retry.scope)
        if moved or (self.recorded_at and prepared.recorded_at < self.recorded_at):
            raise Moved(str(moved))

    def _version(self, key: tuple[str, str]) -> int:
        vial = self.kept_vials.get(key)
        return vial.version if vial else NEVER

    def _index(self, rows: IndexRows, base: int) -> None:
        def at(index: int) -> int:
            return base - 1 - index if index < 0 else index

        self.rows.update({row.stream: row for row in rows.catalogue})
        for row in rows.citations:
            self.edges.setdefault((row.cited, row.citing), at(row.index))
        self.consignments.update((row.organisation, row.stream) for row in rows.consignments)
        self.kept_vials.update({(vial.lot, vial.serial): vial for vial in rows.vials})
        self.answers.update(
            {row.lot: replace(row, release_index=at(row.release_index)) for row in rows.answers}
        )
        self.charted.update({point.digest: point for point in rows.points})


@dataclass
class World:
    """A service without web or database: a store, a clock, randomness, and the doorway of all writes."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: ScriptedClock = field(default_factory=ScriptedClock)
    fresh: CountedRandomness = field(default_factory=CountedRandomness)

    @property
    def acts(self) -> Acts:
        """The doorway."""
        attestor = Attestor(issuer=ISSUER, signer=signer(), fresh=self.fresh)
        return Acts(self.store, attestor, self.clock, convert=convert)

    @property
    def view(self) -> View:
        """A fresh view of the store."""
        return View(self.store)


def actor(role: Role, organisation: str = "demo-biologics", person: str = "") -> Actor:
    """A made-up person with one role; the id is ``t.<role>`` unless given."""
    name = person or f"t.{role.value}"
    return Actor(
        person=PersonId(name),
        printed_name=Line(f"Test {role.value.title()}"),
        roles=frozenset({role}),
        organisation=OrganisationId(organisation),
    )
