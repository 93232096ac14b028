"""What a reader of records is shown: everything of their own, of others' what a consignee may see and no more."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.actor import Actor
from qc_service.domain.consent import ConsentWithdrawn
from qc_service.domain.donations import SCREENING_VALUES
from qc_service.domain.identifiers import Line, OrganisationId, PersonId
from qc_service.domain.lookback import LookbackConcluded
from qc_service.domain.permissions import Permission, Role
from qc_service.domain.policies import CopyPolicySet
from qc_service.domain.recalls import RecallInitiated
from qc_service.domain.records import Recorded
from qc_service.domain.shipments import CartonsPacked, ShipmentDispatched, ShipmentReceived
from qc_service.domain.suspicions import CopySuspected

_OWNERS_ALONE = ConsentWithdrawn | LookbackConcluded | CopySuspected | CopyPolicySet
SHARED_ROOMS = ("vial", "shipment", "recall")
"""The rooms in whose streams several organisations record: each is shown its own acts and the owner's."""

OWNERS_ROOMS = ("capa/", "task/")
"""The rooms that nobody outside is shown anything of: what is done so that a fault does not come back, and what was
noted while one was looked into."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody who asks for the bundle of a lot, or for the records of a stream, that belongs to ``owner``."""

    actor: Actor
    owner: OrganisationId

    def sees(self, recorded: Recorded) -> bool:
        """Whether this record is shown.

        Screening values are for those with the permission (domain rule D6), whoever owns the lot. A consignee is
        not told that a donor withdrew (D9; the hold that follows says nothing of it), nor what other clinics did, nor
        of CAPAs, nor where else a vial was seen and how far its maker takes which clinics to be from each other.
        """
        if isinstance(recorded.body, SCREENING_VALUES):
            return self.actor.sees(self.owner) and self.actor.may(Permission.READ_SCREENING_VALUES)
        if self.actor.sees(self.owner):
            return True
        if isinstance(recorded.body, _OWNERS_ALONE) or recorded.stream.startswith(OWNERS_ROOMS):
            return False
        return self._concerned(recorded) if recorded.stream.startswith(SHARED_ROOMS) else True

    def _concerned(self, recorded: Recorded) -> bool:
        mine, body = self.actor.organisation, recorded.body
        if isinstance(body, ShipmentDispatched | CartonsPacked | ShipmentReceived):
            return mine in (body.recipient, recorded.signer.organisation)
        if isinstance(body, RecallInitiated):
            return all(consignee.organisation == mine for consignee in body.consignees)
        return recorded.signer.organisation in (mine, self.owner)


def anybody(owner: OrganisationId) -> Reader:
    """A reader of nowhere in particular: shown what every consignee may see, of a shared stream the owner's alone."""
    nowhere = OrganisationId("elsewhere" if owner == "nowhere" else "nowhere")
    actor = Actor(
        person=PersonId("anybody"), printed_name=Line("Anybody"), roles=frozenset({Role.CLINICIAN}),
        organisation=nowhere,
    )  # fmt: skip
    return Reader(actor=actor, owner=owner)
