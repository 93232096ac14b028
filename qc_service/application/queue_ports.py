"""What is kept of queued acts that have their answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class QueuedRow:
    """A queued act that has its answer: a digest of whose it is and its UUID (``act``), its queue and number there.

    ``content`` is a digest of what it said, ``refusal`` the problem document where it was refused.
    """

    act: str
    queue: str
    number: int
    content: str
    refusal: bytes
    answered_at: str


class QueueStore(ABC):
    """Where it is kept which queued acts have their answer; an operational table, not part of the records."""

    @abstractmethod
    def find(self, act: str) -> QueuedRow | None:
        """The act, if it has its answer."""

    @abstractmethod
    def keep(self, row: QueuedRow) -> None:
        """Keep an answer, unless the act has one: the first stands."""

    @abstractmethod
    def last(self, queue: str) -> int:
        """The highest number of this queue that has its answer; 0 where none has."""
