"""Whom to call when the service cannot be reached: the quality units of the manufacturers on record."""

from __future__ import annotations

from qc_service.application.ports import Query, Store
from qc_service.application.view import View
from qc_service.domain.parties import ORGANISATION, OrganisationKind

MOST = 6
"""How many stand on a form."""


def quality_phones(store: Store) -> tuple[tuple[str, str], ...]:
    """Name and number of each manufacturer's quality unit that has one, for anybody: every answer says them too."""
    rows, _ = store.catalogue(
        Query(room=ORGANISATION.room, size=200, filters={"kind": OrganisationKind.MANUFACTURER.value})
    )
    view = View(store)
    found = (view.find(ORGANISATION, row.stream.partition("/")[2]) for row in rows)
    return tuple((str(one.name), str(one.quality_phone)) for one in found if one and one.quality_phone)[:MOST]
