"""The route of offline packs: what one organisation needs to check its vials while there is no network."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from qc_service.domain.parties import ORGANISATION
from qc_service.web.asking import actor
from qc_service.web.routes import Custom
from qc_service.web.service import service


def offline_pack() -> ResponseReturnValue:
    """Everything that is known of the vials your organisation holds, and of the lots it was sent, signed."""
    person, found = actor(), service()
    organisation = found.view().get(ORGANISATION, person.organisation)
    content = found.packer.pack(person, organisation, found.clock())
    name = f"{person.organisation}.pack.json"
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type="application/json", headers=headers)


ROUTES = (Custom("GET", "/offline", offline_pack, "Your organisation's offline pack, signed"),)
