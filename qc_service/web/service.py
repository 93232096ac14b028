"""What the views may use: capabilities handed in by the composition root, never made here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from qc_service.application.actor import OpenToken
from qc_service.application.acts import Acts
from qc_service.application.certificates.issuing import Notary
from qc_service.application.label_jobs import Press
from qc_service.application.offline_pack import Packer
from qc_service.application.ports import Clock, Store, TokenStore
from qc_service.application.provenance import Bundler
from qc_service.application.publishing import Publisher
from qc_service.application.queue_ports import QueueStore
from qc_service.application.view import View
from qc_service.domain.identifiers import Gln
from qc_service.domain.label_claims import LabelClaims

EXTENSION = "qc_service"


@dataclass(frozen=True, kw_only=True)
class Service:
    """The service's capabilities; ``ready`` returns what is wrong, or nothing.

    ``gln`` is by which the service answers for a manufacturer that has none; ``requesters_on_record`` lets nobody else
    send verification messages.
    ``notary`` is what issuing certificates wants, ``seal_certificates`` gives those
    of its seal in PEM, or the last of them alone.
    ``press`` is what printing labels wants, ``label_token`` signs what a label claims; ``open_token`` says which vial
    such a token names, once it holds.
    """

    acts: Acts
    store: Store
    publisher: Publisher
    bundler: Bundler
    tokens: TokenStore
    queues: QueueStore
    clock: Clock
    issuer: str
    public_url: str
    requests_per_minute: int
    trust_roots: Callable[[int], bytes | None]
    jwks: Callable[[], dict[str, object]]
    ready: Callable[[], tuple[str, ...]]
    gln: Gln | None
    requesters_on_record: bool
    packer: Packer
    recall_list: Callable[[datetime], bytes]
    label_token: Callable[[LabelClaims], str]
    press: Press
    notary: Notary
    seal_certificates: Callable[[bool], bytes]
    open_token: OpenToken

    def view(self) -> View:
        """A fresh view of the records."""
        return self.acts.view()


def service() -> Service:
    """The capabilities of the application that handles this request."""
    found: Service = current_app.extensions[EXTENSION]
    return found
