"""What the application needs from the outside, by need; adapters and test fakes inherit these."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from qc_service.domain.chart_points import ChartPoint, PointQuery
from qc_service.domain.records import Enclosure
from qc_service.domain.vials import Vial
from qc_service.ledger.keys import PublicKey
from qc_service.ledger.merkle import Frontier

UNRELEASED = 2**53 - 1
"""The place in the log of a release that has not happened."""

NEVER = -1
"""The version of a stream, set or vial that does not exist yet."""


class Moved(Exception):
    """Something that a rule read has changed since, so its decision may be wrong: read and judge again."""


class Unavailable(Exception):
    """The service cannot answer now (its clock, its key or its store); nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class StoredRecord:
    """A record as kept: the payload as signed, the signature, and the log entry made of them."""

    index: int
    stream: str
    seq: int
    kind: str
    digest: str
    payload: bytes
    keyid: str
    signature: bytes
    tag: str
    entry: bytes
    leaf: bytes


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """That a record came to the log: its place, its stream and its digest."""

    index: int
    stream: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class LogHead:
    """The log as committed: how many entries, their frontier, and when the last was recorded."""

    frontier: Frontier
    recorded_at: datetime | None

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return self.frontier.size


@dataclass(frozen=True, kw_only=True)
class CatalogueRow:
    """One stream in lists and searches: who owns it, what state it is in, and a few members of it."""

    stream: str
    organisation: str
    status: str
    title: str
    seq: int
    summary: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class CitationRow:
    """One stream stands on another; ``index`` is the record that said so first."""

    cited: str
    citing: str
    index: int


@dataclass(frozen=True, kw_only=True)
class ConsignmentRow:
    """An organisation that may see a stream of another's, because something was consigned to it."""

    organisation: str
    stream: str


@dataclass(frozen=True, kw_only=True)
class LotAnswerRow:
    """The part of a lot's answer that does not change with the asker or the hour, ready to be sent.

    ``facts`` is what the answer is judged by, ``stable`` the members of the answer that are sent as they are, both as
    JSON bytes; ``release_index`` is the release record's place in the log (see ``IndexRows`` on negative numbers) and
    ``UNRELEASED`` before release.
    """

    lot: str
    gtin: str
    expires_on: str
    zone: str
    facts: bytes
    stable: bytes
    release_index: int


@dataclass(frozen=True, kw_only=True)
class IndexRows:
    """What a batch of records changes in the index. A negative number stands for the batch's own record
    ``-1 - offset``, since an entry's place in the log is known only inside the commit."""

    catalogue: tuple[CatalogueRow, ...] = ()
    citations: tuple[CitationRow, ...] = ()
    consignments: tuple[ConsignmentRow, ...] = ()
    vials: tuple[Vial, ...] = ()
    answers: tuple[LotAnswerRow, ...] = ()
    points: tuple[ChartPoint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReadSet:
    """Everything a rule read, with the version it saw; the commit compares it again under the head's lock."""

    streams: Mapping[str, int]
    sets: Mapping[tuple[str, str], int]
    vials: Mapping[tuple[str, str], int]


@dataclass(frozen=True, kw_only=True)
class Retry:
    """A request that may be sent twice: whose it is, where it went, and a fingerprint of what it said."""

    scope: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An act that was judged and signed, and waits to be committed: a value, so that it can wait or be dropped.

    The records have no place in the log yet; ``index`` is theirs within the act.
    """

    records: tuple[StoredRecord, ...]
    recorded_at: datetime
    enclosures: tuple[Enclosure, ...]
    reads: ReadSet
    rows: IndexRows
    retry: Retry | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """An act that was committed earlier under the same idempotency key."""

    fingerprint: str
    first: int
    count: int


@dataclass(frozen=True, kw_only=True)
class Query:
    """A page of a list: one room, what to keep, and where to go on."""

    room: str
    size: int = 50
    after: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    search: str = ""
    seen_by: str | None = None


class Clock(Protocol):
    """Tells the time: UTC, whole seconds."""

    def __call__(self) -> datetime:
        """Now."""


class Store(ABC):
    """Where records and their index are kept. Reads hold no transaction; ``commit`` is the only write of records."""

    least: int = 0
    """How many entries the log has had already: with fewer, it was put back to an earlier day, and nothing it says
    holds."""
    trusts: Callable[[str], bool] | None = None
    """Whether the newest trust root names a key; where nothing is said, no signature is checked on reading."""

    @cached_property
    def keys_known(self) -> dict[str, PublicKey]:
        """The keys that signatures were checked by, by thumbprint."""
        return {}

    @cached_property
    def doubted(self) -> dict[str, str]:
        """The lots whose records this process found not to be as recorded, each with the reason code."""
        return {}

    @abstractmethod
    def head(self) -> LogHead:
        """The log's committed head."""

    @abstractmethod
    def stream(self, stream: str, first: int = 0) -> tuple[StoredRecord, ...]:
        """A stream's records from its beginning, or from this sequence number on; empty where there is none."""

    @abstractmethod
    def records(self, first: int, count: int) -> tuple[StoredRecord, ...]:
        """Records by their place in the log, at most ``count`` from ``first``."""

    @abstractmethod
    def arrivals(self, first: int, most: int) -> tuple[Arrival, ...]:
        """Which records came to the log from this place on, in their order, ``most`` at the most."""

    @abstractmethod
    def citing(self, cited: str, room: str) -> tuple[tuple[str, ...], int]:
        """The streams in ``room`` that stand on ``cited``, sorted, and the set's version."""

    @abstractmethod
    def vials(self, lot: str, serials: Sequence[str] | None = None) -> tuple[Vial, ...]:
        """A lot's vials, all in the order of their ordinals or those named. Raises ``Tampered`` on an edited row."""

    @abstractmethod
    def held(self, organisation: str, most: int) -> tuple[Vial, ...]:
        """At most so many of the vials that an organisation holds, lot by lot. Raises ``Tampered`` on an edited row."""

    @abstractmethod
    def lot_answer(self, lot: str) -> LotAnswerRow | None:
        """A lot's stable answer. Raises ``Tampered`` where the row was edited."""

    @abstractmethod
    def hot(self, lot: str, serial: str) -> tuple[LotAnswerRow | None, Vial | None, int]:
        """A lot's stable answer, one vial and the log's size, in one query. Raises ``Tampered`` on an edited row."""

    @abstractmethod
    def lots_with_serial(self, serial: str) -> tuple[str, ...]:
        """The lots that have a vial of this serial, sorted."""

    @abstractmethod
    def keys(self) -> tuple[str, ...]:
        """The names of all key streams, sorted."""

    @abstractmethod
    def signed_since(self, keyid: str, first: int) -> tuple[str, ...]:
        """The streams in which this key signed a record at this place in the log or later, sorted."""

    @abstractmethod
    def file(self, sha256: str) -> Enclosure | None:
        """A kept file."""

    @abstractmethod
    def nodes(self, wanted: Sequence[tuple[int, int]]) -> list[bytes]:
        """Complete Merkle nodes by (level, index), in the order asked."""

    @abstractmethod
    def catalogue(self, query: Query) -> tuple[tuple[CatalogueRow, ...], str]:
        """A page of a list in the order of names, and where the next begins ('' at the end)."""

    @abstractmethod
    def points(self, query: PointQuery) -> tuple[ChartPoint, ...]:
        """Points in the order in which they were read; those read at once by lot and result.

        Raises ``Tampered`` on an edited row.
        """

    @abstractmethod
    def assays_charted(self, product: str) -> Mapping[str, int]:
        """The assays of which lots of a product have points that count, and how many."""

    @abstractmethod
    def consigned(self, organisation: str, stream: str) -> bool:
        """Whether something of this stream was consigned to the organisation."""

    @abstractmethod
    def done(self, scope: str) -> Done | None:
        """The act committed under this idempotency scope, if any."""

    def underway(self, *, alone: bool = False) -> AbstractContextManager[None]:  # noqa: ARG002  a store may have turns
        """Held from an act's first read to its commit, so that acts that come at once can be committed together.

        ``alone`` keeps the others of this process from committing meanwhile.
        """
        return nullcontext()

    @abstractmethod
    def commit(self, prepared: Prepared) -> int:
        """Append the records and write the index rows in one transaction, all or nothing.

        Returns the first record's place in the log. Raises ``Moved`` when anything in ``reads`` has changed or the
        head was recorded later than the records, and leaves everything as it was.
        """


class Tampered(Exception):
    """What is kept is not what was recorded: something else changed it. ``code`` is the reason that an answer gives."""

    def __init__(self, where: str = "", code: str = "log_inconsistent") -> None:
        super().__init__(where)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """A token as it is kept: never the secret, only its SHA-256."""

    token_id: str
    secret_hash: str
    person: str
    label: str
    created_at: str
    expires_at: str
    revoked_at: str | None = None


class TokenStore(ABC):
    """Where tokens are kept; an operational table, not part of the records."""

    @abstractmethod
    def add(self, row: TokenRow) -> None:
        """Keep a new token."""

    @abstractmethod
    def find(self, token_id: str) -> TokenRow | None:
        """The token of this identity."""

    @abstractmethod
    def all(self) -> tuple[TokenRow, ...]:
        """Every token, newest first."""

    @abstractmethod
    def revoke(self, token_id: str, at: str) -> bool:
        """Revoke a token; false where there is none that was not revoked before."""
