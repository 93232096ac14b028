"""The rooms that are listed: how each one's streams fold, and what of the state stands in lists and searches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qc_service.application.capa_reading import summary as capa_summary
from qc_service.application.donations import summary as donation_summary
from qc_service.application.facilities import facility_summary
from qc_service.application.lots import summary as lot_summary
from qc_service.application.parties import organisation_summary, person_summary
from qc_service.application.policies import summary as policy_summary
from qc_service.application.products import product_summary
from qc_service.application.reactions import summary as reaction_summary
from qc_service.application.recalls import summary as recall_summary
from qc_service.application.registers import equipment_summary, reagent_summary
from qc_service.application.shipments import summary as shipment_summary
from qc_service.application.stability.reading import summary as stability_summary
from qc_service.domain.capas import CAPA
from qc_service.domain.donations import DONATION
from qc_service.domain.facilities import FACILITY
from qc_service.domain.keys import KEY, SigningKey
from qc_service.domain.lots import LOT
from qc_service.domain.parties import ORGANISATION, PERSON
from qc_service.domain.policies import POLICY
from qc_service.domain.products import PRODUCT
from qc_service.domain.reactions import REACTION
from qc_service.domain.recalls import RECALL
from qc_service.domain.records import Fold
from qc_service.domain.registers import EQUIPMENT, REAGENT
from qc_service.domain.shipments import SHIPMENT
from qc_service.domain.stability import STABILITY

Summary = Callable[[Any], dict[str, object]]


def key_summary(key: SigningKey) -> dict[str, object]:
    """A key in lists."""
    status = (
        "compromised"
        if key.compromised_since is not None
        else "retired"
        if key.retired is not None
        else "in use"
    )
    return {"status": status, "title": f"{key.role.value} key {key.keyid}", "role": key.role.value}


ROOMS: dict[str, tuple[Fold[Any], Summary]] = {
    fold.room: (fold, summary)
    for fold, summary in (
        (ORGANISATION, organisation_summary),
        (PERSON, person_summary),
        (KEY, key_summary),
        (FACILITY, facility_summary),
        (EQUIPMENT, equipment_summary),
        (REAGENT, reagent_summary),
        (PRODUCT, product_summary),
        (DONATION, donation_summary),
        (LOT, lot_summary),
        (SHIPMENT, shipment_summary),
        (RECALL, recall_summary),
        (REACTION, reaction_summary),
        (POLICY, policy_summary),
        (CAPA, capa_summary),
        (STABILITY, stability_summary),
    )
}
"""By room name; a vial's stream is not listed, since vials have a table of their own."""
