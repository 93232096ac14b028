"""What an audit needs of the store beyond its everyday use; adapters inherit these."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from qc_service.application.ports import IndexRows, Store, StoredRecord
from qc_service.domain.vial_acts import VialRef
from qc_service.domain.vials import Vial

Row = tuple[object, ...]
Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class IndexTable:
    """An index table: its name, its columns in order, and how many of them, from the first, are its key."""

    name: str
    columns: tuple[str, ...]
    key: int


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a record is known by to those that follow or cite it."""

    index: int
    digest: str
    tag: str


class IndexTables(ABC):
    """The index, table by table and row by row."""

    @abstractmethod
    def index_tables(self) -> tuple[IndexTable, ...]:
        """The index tables in the order of their names."""

    @abstractmethod
    def index_rows(self, table: str) -> Iterator[Row]:
        """The rows of one index table with their seals, in the order of its key (texts by code point)."""


class Auditable(Store, IndexTables):
    """A store that can show everything it keeps, without holding it in memory."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Auditable]:
        """The store as it stands at this moment, to be read by one thread while others go on writing."""

    @abstractmethod
    def misfits(self) -> Iterator[tuple[str, str]]:
        """Each row that holds what its columns cannot, and a head that is not exactly one row: where, and what.

        Where there are none, everything else can be read.
        """

    @abstractmethod
    def entries(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Place, entry and leaf hash of every record in the order of the log."""

    @abstractmethod
    def node_count(self) -> int:
        """How many Merkle nodes above the leaves are kept."""

    @abstractmethod
    def by_stream(self, room: str = "") -> Iterator[StoredRecord]:
        """Every record, or those of one room, by stream (by code point) and sequence number."""

    @abstractmethod
    def of_kinds(self, kinds: Collection[str]) -> Iterator[StoredRecord]:
        """The records of these kinds in the order of the log."""

    @abstractmethod
    def links(self, places: Collection[Place]) -> Mapping[Place, Link]:
        """What stands at these places (stream and sequence number); one that does not exist is left out."""

    @abstractmethod
    def replace_index(self, source: IndexTables, size: int) -> None:
        """Put the rows of ``source`` in place of every index row, in one transaction.

        Raises ``Moved``, with nothing changed, unless the log has ``size`` entries.
        """


class Scratch(IndexTables):
    """An index written beside the real one, sealed with the same key, to be compared and thrown away."""

    @abstractmethod
    def write(self, rows: IndexRows) -> None:
        """Write rows as a commit does; their places in the log are known."""

    @abstractmethod
    def vials(self, refs: Sequence[VialRef]) -> tuple[Vial, ...]:
        """These vials as written so far; one that does not exist is left out."""
