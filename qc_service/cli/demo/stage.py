"""Where the story is played: its people act through the service's one doorway, and the narrator tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from qc_service.app import Capabilities
from qc_service.application.actor import Actor
from qc_service.application.acts import Receipt, UseCase
from qc_service.application.decoding import recorded
from qc_service.application.ports import StoredRecord
from qc_service.application.tokens import actor_of
from qc_service.application.view import View
from qc_service.cli.demo.clock import StoryClock
from qc_service.cli.demo.narration import Narrator
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import DomainError
from qc_service.domain.records import Body
from qc_service.domain.vial_acts import VialAdministered, VialChecked

I = TypeVar("I")  # noqa: E741

Plain = dict[str, object]
"""An intent's members as they would come over the wire."""


class Derailed(Exception):
    """The service did what the story says it refuses: the story or the service is wrong."""


class Stage:
    """The service, the story's clock and its people; everything they do is recorded and told."""

    def __init__(self, made: Capabilities, clock: StoryClock, narrator: Narrator) -> None:
        self.made = made
        self.clock = clock
        self.narrator = narrator
        self.cast: dict[str, str] = {}
        self._signed: list[StoredRecord] = []

    @property
    def view(self) -> View:
        """The records as they are now."""
        return self.made.view()

    def actor(self, part: str) -> Actor:
        """The person who plays a part, with the roles that the records give them now."""
        return actor_of(self.view, self.cast[part])

    def act(self, part: str, use_case: UseCase[I], intent: type[I], **members: object) -> Receipt:
        """Let somebody act; the intent is read from plain members, as a request's is."""
        return self.perform(part, use_case, from_plain(intent, members))

    def perform(self, part: str, use_case: UseCase[I], intent: I) -> Receipt:
        """Let somebody act on what is no plain value, such as a file."""
        receipt = self.made.acts.perform(use_case, self.actor(part), intent)
        self._signed += receipt.records
        return receipt

    @contextmanager
    def telling(self, text: str) -> Iterator[None]:
        """Tell what happens within, and show what was signed for it."""
        before, self._signed = self._signed, []
        yield
        self.narrator.tell(self.clock.today, text)
        self.narrator.signed(self._signed)
        for one in self._signed:
            self._answered(recorded(one).body)
        self._signed = before

    def _answered(self, body: Body) -> None:
        """Show the answer that a clinic's record keeps, where something stood against the vial."""
        if isinstance(body, VialChecked | VialAdministered) and body.reasons:
            alert = "; quality is alerted" if body.alert else ""
            self.narrator.note(f"on record against it: {', '.join(body.reasons)}{alert}")

    def refuse(
        self, text: str, part: str, use_case: UseCase[I], intent: type[I], **members: object
    ) -> DomainError:
        """Let somebody try what the service must refuse, and tell why it does. Raises ``Derailed``."""
        try:
            self.made.acts.perform(use_case, self.actor(part), from_plain(intent, members))
        except DomainError as refusal:
            self.narrator.refused(self.clock.today, text, refusal)
            return refusal
        raise Derailed(f"this was to be refused: {text}")
