"""Records: what is stated, by whom, in which stream, and how a stream's records fold into a state.

A record kind is a frozen dataclass under ``@record("lot")``; its class name is the kind and its members are the body::

    @record("lot")
    @dataclass(frozen=True, kw_only=True)
    class LotHeld(Body):
        hold: int
        explanation: Text

A state is a frozen dataclass with a ``Fold`` beside it that says, kind by kind, how a record changes the state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from qc_service.domain.identifiers import Line, OrganisationId, PersonId, Sha256, Text
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role

S = TypeVar("S")
B = TypeVar("B", bound="Body")


class Meaning(StrEnum):
    """What a signature means (21 CFR 11.50(a)(3))."""

    AUTHORSHIP = "authorship"
    REVIEW = "review"
    QUALITY_RELEASE = "quality_release"
    REJECTION = "rejection"
    RESPONSIBILITY = "responsibility"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signed, frozen as they were at that moment (21 CFR 11.50(a)(1))."""

    id: PersonId
    printed_name: Line
    role: Role
    organisation: OrganisationId


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that a record speaks of, by its SHA-256; the bytes are kept beside the record."""

    name: Line
    sha256: Sha256


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A file that comes with a record: its bytes are kept in the same commit."""

    name: Line
    media_type: Line
    content: bytes

    @cached_property
    def file(self) -> File:
        """The file's name and digest, as the record states them."""
        return File(name=self.name, sha256=Sha256(hashlib.sha256(self.content).hexdigest()))


class Body:
    """The base of every record body; ``ROOM`` is the first part of its stream's name."""

    ROOM: ClassVar[str]

    def cites(self) -> tuple[str, ...]:
        """The other streams this body names: what it stands on; tracing follows these."""
        return ()


KINDS: dict[str, type[Body]] = {}


def record(room: str) -> Callable[[type[B]], type[B]]:
    """Enter a body class as a record kind of the streams in ``room``."""

    def enter(kind: type[B]) -> type[B]:
        if kind.__name__ in KINDS:
            raise ValueError(f"two record kinds are named {kind.__name__}")
        kind.ROOM = room
        KINDS[kind.__name__] = kind
        return kind

    return enter


@dataclass(frozen=True, kw_only=True)
class New:
    """A record about to be: a use case returns these, and the doorway signs and commits them together.

    ``name`` is the stream's name within its room. Without ``occurred_at`` it happened now. ``files`` are on record
    already; ``enclosed`` are kept together with this record. ``stands_on`` names streams that the decision rests on
    beyond those that the body names; the statement cites their heads too.
    """

    name: str
    body: Body
    meaning: Meaning = Meaning.AUTHORSHIP
    occurred_at: ZonedTime | None = None
    reason: Text | None = None
    files: tuple[File, ...] = ()
    enclosed: tuple[Enclosure, ...] = ()
    stands_on: tuple[str, ...] = ()

    @property
    def cites(self) -> tuple[str, ...]:
        """Every other stream it stands on, each once."""
        named = dict.fromkeys((*self.body.cites(), *self.stands_on))
        return tuple(stream for stream in named if stream != self.stream)

    @property
    def stream(self) -> str:
        """The full name of the stream, such as ``lot/EX261101A``."""
        return f"{self.body.ROOM}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A record as it stands in its stream; ``index`` is its place in the ledger, ``digest`` the payload's SHA-256."""

    stream: str
    seq: int
    body: Body
    signer: Signer
    meaning: Meaning
    reason: Text | None
    occurred_at: ZonedTime
    recorded_at: datetime
    files: tuple[File, ...]
    digest: str
    index: int

    @property
    def name(self) -> str:
        """The stream's name within its room."""
        return self.stream.partition("/")[2]


class Fold(Generic[S]):
    """How the records of one room's streams fold into a state; ``begins`` and ``on`` are decorators.

    ``called`` is what people call one of them, where that is not the room's name.
    """

    def __init__(self, room: str, called: str = "") -> None:
        self.room = room
        self.called = called or room
        self._begin: dict[type[Body], Callable[[Recorded, Any], S]] = {}
        self._on: dict[type[Body], Callable[[S, Recorded, Any], S]] = {}

    def begins(self, kind: type[B]) -> Callable[[Callable[[Recorded, B], S]], Callable[[Recorded, B], S]]:
        """The decorated function makes the state from a stream's first record, of this kind."""

        def enter(function: Callable[[Recorded, B], S]) -> Callable[[Recorded, B], S]:
            self._begin[kind] = function
            return function

        return enter

    def on(self, kind: type[B]) -> Callable[[Callable[[S, Recorded, B], S]], Callable[[S, Recorded, B], S]]:
        """The decorated function returns the state after a record of this kind."""

        def enter(function: Callable[[S, Recorded, B], S]) -> Callable[[S, Recorded, B], S]:
            self._on[kind] = function
            return function

        return enter

    def part(self, member: str, fold: Fold[Any]) -> None:
        """Let another fold look after one member of this state: its kinds change that member only."""
        for kind, change in fold._on.items():
            self._on[kind] = self._changing(member, change)

    @staticmethod
    def _changing(
        member: str, change: Callable[[Any, Recorded, Any], Any]
    ) -> Callable[[S, Recorded, Any], S]:
        def changed(state: S, recorded: Recorded, body: Any) -> S:
            return replace(state, **{member: change(getattr(state, member), recorded, body)})  # type: ignore[type-var]

        return changed

    def kinds(self) -> frozenset[type[Body]]:
        """Every kind this fold understands."""
        return frozenset(self._begin) | frozenset(self._on)

    def replay(self, history: Iterable[Recorded], state: S | None = None) -> S | None:
        """Fold a stream from its beginning, or on from a state; ``None`` where there is no record.

        Raises ``KeyError`` on a kind that cannot stand there.
        """
        for recorded in history:
            kind = type(recorded.body)
            if state is None:
                state = self._begin[kind](recorded, recorded.body)
            else:
                state = self._on[kind](state, recorded, recorded.body)
        return state
