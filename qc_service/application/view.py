"""What a rule may read: streams folded into states, who cites whom, and vials; it notes everything it read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from qc_service.application.histories import Histories, History, Made
from qc_service.application.ports import (
    NEVER,
    LotAnswerRow,
    Query,
    ReadSet,
    Store,
    StoredRecord,
    Tampered,
)
from qc_service.application.witness import kept_file
from qc_service.domain.chart_points import ChartPoint, PointQuery
from qc_service.domain.errors import NotFound
from qc_service.domain.records import Enclosure, Fold, Recorded
from qc_service.domain.vials import Vial

S = TypeVar("S")
T = TypeVar("T")


class View:
    """A reader of the store that remembers the version of everything it read, so that a commit can recheck it.

    ``after`` gives the same view with records on top that are not committed yet, sharing the notes.
    """

    def __init__(self, store: Store, histories: Histories | None = None) -> None:
        self._store = store
        self._histories = histories or Histories()
        self._streams: dict[str, History] = {}
        self._altered: dict[str, StoredRecord] = {}
        self._sets: dict[tuple[str, str], tuple[tuple[str, ...], int]] = {}
        self._vials: dict[tuple[str, str], int] = {}
        self._named: dict[tuple[str, str], Vial | None] = {}

    def anew(self) -> View:
        """A view of the same store that has read nothing yet."""
        return View(self._store, self._histories)

    def history(self, stream: str) -> tuple[Recorded, ...]:
        """Every record of a stream, from its first."""
        return self._read(stream).records

    def head(self, stream: str) -> StoredRecord | None:
        """The last record of a stream as it is kept, with its tag.

        It can be followed and cited where the records before it are not as they were: what happened is recorded still.
        """
        try:
            return self._read(stream).head
        except Tampered:
            self._altered[stream] = self._store.stream(stream)[-1]
            return self._altered[stream]

    def _read(self, stream: str) -> History:
        if not self._streams:
            self._histories.follow(self._store)
        if stream not in self._streams:
            self._streams[stream] = self._histories.read(self._store, stream)
        return self._streams[stream]

    def find(self, fold: Fold[S], name: str) -> S | None:
        """The state that a stream's records fold into, or ``None`` where there are none."""
        return self._histories.state(self._read(f"{fold.room}/{name}"), fold)

    def get(self, fold: Fold[S], name: str) -> S:
        """The same, where it must exist. Raises ``NotFound``."""
        state = self.find(fold, name)
        if state is None:
            raise NotFound(f"No {fold.room} {name} is on record.")
        return state

    def remembered(self, name: str, work: Callable[[View], T]) -> T:
        """What ``work`` makes of streams alone; worked out again only where one of them has changed since.

        All of them are read and noted, just as if it were.
        """
        made = self._histories.made(name)
        if made is None or any(self._read(stream) is not known for stream, known in made.read.items()):
            watched = _Watched(self)
            value = work(watched)
            made = Made(value=value, read={stream: self._read(stream) for stream in watched.streams})
            self._histories.keep(name, made)
        found: T = made.value
        return found

    def citing(self, stream: str, room: str) -> tuple[str, ...]:
        """The names of the streams in ``room`` that stand on this one, sorted."""
        key = (stream, room)
        if key not in self._sets:
            self._sets[key] = self._store.citing(stream, room)
        return tuple(citing.partition("/")[2] for citing in self._sets[key][0])

    def vials(self, lot: str, serials: Iterable[str] | None = None) -> tuple[Vial, ...]:
        """A lot's vials in the order they were filled: all, or those named (a name that does not exist is left out)."""
        wanted = None if serials is None else tuple(serials)
        if wanted is not None and all((lot, serial) in self._named for serial in wanted):
            known = [vial for serial in dict.fromkeys(wanted) if (vial := self._named[lot, serial])]
            return tuple(sorted(known, key=lambda vial: vial.ordinal))
        found = self._store.vials(lot, wanted)
        self._vials.update(
            {(lot, serial): NEVER for serial in wanted or () if (lot, serial) not in self._vials}
        )
        self._vials.update({(lot, vial.serial): vial.version for vial in found})
        if wanted is not None:
            self._named.update({(lot, serial): None for serial in wanted})
            self._named.update({(lot, vial.serial): vial for vial in found})
        return found

    def find_vial(self, lot: str, serial: str) -> Vial | None:
        """One vial, or ``None``."""
        return next(iter(self.vials(lot, (serial,))), None)

    def vial(self, lot: str, serial: str) -> Vial:
        """One vial. Raises ``NotFound``."""
        vial = self.find_vial(lot, serial)
        if vial is None:
            raise NotFound(f"No vial {serial} of lot {lot} is on record.")
        return vial

    def file(self, sha256: str) -> Enclosure | None:
        """A kept file; files never change, so this is not noted. Raises ``Tampered`` where one did."""
        return kept_file(self._store, sha256)

    def lots_with_serial(self, serial: str) -> tuple[str, ...]:
        """The lots that have a vial of this serial; serials are random, so this only words an answer."""
        return self._store.lots_with_serial(serial)

    def size(self) -> int:
        """How many entries the log has now."""
        return self._store.head().size

    @property
    def least(self) -> int:
        """How many entries the log has had already."""
        return self._store.least

    def ready_answer(self, lot: str) -> LotAnswerRow | None:
        """A lot's ready answer as it is kept; it only confirms what the records say, so it is not noted.

        Raises ``Tampered`` on an edited row.
        """
        return self._store.hot(lot, "")[0]

    def key_names(self) -> tuple[str, ...]:
        """The names of all key streams. They are not noted: whoever introduces a key says so on another's stream."""
        return self._store.keys()

    def signed_since(self, keyid: str, first: int) -> tuple[str, ...]:
        """The streams in which a key signed at this place in the log or later; it is not noted."""
        return self._store.signed_since(keyid, first)

    def settled(self, name: str, work: Callable[[], T]) -> T:
        """What ``work`` makes of records that nothing can be added to; worked out once."""
        made = self._histories.made(name)
        if made is None:
            made = Made(value=work(), read={})
            self._histories.keep(name, made)
        found: T = made.value
        return found

    def listed_at(self, stream: str) -> int:
        """The last sequence number of a stream by its row in lists, ``NEVER`` where it has none; it is not noted."""
        room, _, name = stream.partition("/")
        before = f"{name[:-1]}{chr(ord(name[-1]) - 1)}~"
        page, _ = self._store.catalogue(Query(room=room, size=1, after=before))
        return page[0].seq if page and page[0].stream == stream else NEVER

    def afresh(self) -> View:
        """A view of the same store that remembers nothing."""
        return View(self._store)

    def points(self, query: PointQuery) -> tuple[ChartPoint, ...]:
        """Points of a control chart; a chart decides nothing, so they are not noted."""
        return self._store.points(query)

    def assays_charted(self, product: str) -> Mapping[str, int]:
        """The assays of a product that have points, and how many lots each; it is not noted."""
        return self._store.assays_charted(product)

    @property
    def doubted(self) -> dict[str, str]:
        """The lots that this process found not to be as recorded, each with the reason code."""
        return self._store.doubted

    def consigned(self, organisation: str, stream: str) -> bool:
        """Whether something of this stream was consigned to the organisation."""
        return self._store.consigned(organisation, stream)

    def reads(self) -> ReadSet:
        """Everything read so far, with the version seen."""
        return ReadSet(
            streams={stream: len(history.records) - 1 for stream, history in self._streams.items()}
            | {stream: head.seq for stream, head in self._altered.items()},
            sets={key: version for key, (_, version) in self._sets.items()},
            vials=dict(self._vials),
        )

    def after(self, records: Iterable[Recorded], vials: Iterable[Vial] = ()) -> View:
        """The same view with these records, and these vials as they then are, on top of it."""
        return _Later(self, tuple(records), tuple(vials))


class _Watched(View):
    """The same view, which remembers apart the streams that are read through it; it reads nothing but streams."""

    def __init__(self, below: View) -> None:
        super().__init__(below._store, below._histories)
        self._below = below
        self.streams: set[str] = set()

    def _read(self, stream: str) -> History:
        self.streams.add(stream)
        return self._below._read(stream)

    def citing(self, stream: str, room: str) -> tuple[str, ...]:
        raise NotImplementedError("what stands on a stream is not remembered")

    def vials(self, lot: str, serials: Iterable[str] | None = None) -> tuple[Vial, ...]:
        raise NotImplementedError("vials are not remembered")


class _Later(View):
    """A view with an act's own records on top; what it reads below is noted below."""

    def __init__(self, below: View, records: tuple[Recorded, ...], vials: tuple[Vial, ...]) -> None:
        super().__init__(below._store, below._histories)
        self._below = below
        self._records = records
        self._states: dict[tuple[int, str], Any] = {}
        self._changed = {(vial.lot, vial.serial): vial for vial in vials}

    def history(self, stream: str) -> tuple[Recorded, ...]:
        return self._below.history(stream) + self._added(stream)

    def remembered(self, name: str, work: Callable[[View], T]) -> T:  # noqa: ARG002  what is not yet is not kept
        return work(self)

    def _added(self, stream: str) -> tuple[Recorded, ...]:
        return tuple(record for record in self._records if record.stream == stream)

    def find(self, fold: Fold[S], name: str) -> S | None:
        key = (id(fold), name)
        if key not in self._states:
            added = self._added(f"{fold.room}/{name}")
            self._states[key] = fold.replay(added, self._below.find(fold, name))
        state: S | None = self._states[key]
        return state

    def citing(self, stream: str, room: str) -> tuple[str, ...]:
        added = {
            record.name
            for record in self._records
            if record.stream.startswith(f"{room}/") and stream in record.body.cites()
        }
        return tuple(sorted(added.union(self._below.citing(stream, room))))

    def key_names(self) -> tuple[str, ...]:
        added = {record.name for record in self._records if record.stream.startswith("key/")}
        return tuple(sorted(added.union(self._below.key_names())))

    def vials(self, lot: str, serials: Iterable[str] | None = None) -> tuple[Vial, ...]:
        wanted = None if serials is None else tuple(serials)
        below = {vial.serial: vial for vial in self._below.vials(lot, wanted)}
        below.update({serial: vial for (of, serial), vial in self._changed.items() if of == lot})
        chosen = [vial for serial, vial in below.items() if wanted is None or serial in wanted]
        return tuple(sorted(chosen, key=lambda vial: vial.ordinal))

    def reads(self) -> ReadSet:
        return self._below.reads()
