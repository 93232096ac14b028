"""Vials and what happened to them, as tests tell it: one vial of a made-up lot and records in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from qc_service.domain.identifiers import (
    CountryCode,
    Line,
    LotNumber,
    OrganisationId,
    PatientCode,
    PersonId,
    ProductCode,
    Sha256,
    ShipmentId,
    Slug,
    VialSerial,
)
from qc_service.domain.moments import ZonedTime, instant_text
from qc_service.domain.permissions import Role
from qc_service.domain.products import Product, StorageCondition
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, Meaning, Recorded, Signer
from qc_service.domain.shipments import LotVials, ShipmentDispatched, ShipmentReceived
from qc_service.domain.vial_acts import (
    Asked,
    Clock,
    VialAdministered,
    VialChecked,
    VialPrepared,
    VialRef,
)
from qc_service.domain.vial_changes import apply
from qc_service.domain.vials import Vial, filled_vial
from qc_service.domain.vocabulary import AdministrationRoute, StepKind, Tissue

OWNER = OrganisationId("demo-biologics")
CLINIC = OrganisationId("river-clinic")
OTHER = OrganisationId("hill-clinic")
LOT = LotNumber("EX261101A")
SERIALS = tuple(VialSerial.minted(bytes([place]) * 16) for place in range(1, 6))
SERIAL = SERIALS[0]
SHIPMENT = ShipmentId("SHP-1")
REF = VialRef(lot=LOT, serial=SERIAL)
T0 = datetime(2026, 11, 10, 9, tzinfo=UTC)
DIGEST = Sha256("0" * 64)
ONE: dict[str, Any] = {"lot": LOT, "serial": SERIAL}


def vial(fate: str = "stock", **changes: Any) -> Vial:
    """The vial as its fill made it."""
    made = filled_vial(lot=LOT, serial=SERIAL, ordinal=0, organisation=OWNER, fate=fate)
    return replace(made, **changes)


def told(body: Body, *, by: str = CLINIC, hours: float = 0) -> Recorded:
    """A record by somebody of this organisation, some hours after the story begins."""
    at = T0 + timedelta(hours=hours)
    signer = Signer(
        id=PersonId("t.test"), printed_name=Line("Test"), role=Role.CLINICIAN, organisation=OrganisationId(by)
    )
    return Recorded(
        stream=f"{body.ROOM}/story",
        seq=0,
        body=body,
        signer=signer,
        meaning=Meaning.AUTHORSHIP,
        reason=None,
        occurred_at=ZonedTime(instant_text(at)),
        recorded_at=at,
        files=(),
        digest="0" * 64,
        index=0,
    )


def after(start: Vial, *records: Recorded) -> Vial:
    """The vial after these records."""
    for recorded in records:
        start = apply(start, recorded)
    return start


def sent(recipient: OrganisationId = CLINIC, shipment: ShipmentId = SHIPMENT) -> ShipmentDispatched:
    """A shipment with the one vial."""
    return ShipmentDispatched(
        shipment=shipment,
        sender=OWNER,
        recipient=recipient,
        contents=(LotVials(lot=LOT, serials=(SERIAL,)),),
        packed_by=Line("P. Packer"),
        courier=Line("Cold Courier"),
        tracking=None,
        logger=None,
        accompanying=(),
    )


def arrived(**changes: Any) -> ShipmentReceived:
    """A receipt of the one vial in good order."""
    receipt = ShipmentReceived(
        shipment=SHIPMENT,
        recipient=CLINIC,
        ok=(LotVials(lot=LOT, serials=(SERIAL,)),),
        exceptions=(),
        unexpected=(),
        not_on_record=(),
        temperature=None,
        out_of_range=(),
    )
    return replace(receipt, **changes)


def received() -> Vial:
    """The vial at the clinic."""
    return after(vial(), told(sent(), by=OWNER), told(arrived(), hours=24))


def checked() -> VialChecked:
    """A recorded check."""
    return VialChecked(
        **ONE, decision=Slug("in_order"), reasons=(), alert=False, answer=DIGEST, asked=Asked()
    )


def preparation(*starts: Clock, clinic: OrganisationId = CLINIC, hours: float = 30) -> VialPrepared:
    """A preparation whose time runs out after some hours of the story."""
    until = T0 + timedelta(hours=hours)
    return VialPrepared(**ONE, clinic=clinic, starts=starts, use_before=until, answer=DIGEST)


def given(
    *, left: int = 0, clear: bool = True, clinic: OrganisationId = CLINIC, **changes: Any
) -> VialAdministered:
    """An administration after which this many doses are left."""
    body = VialAdministered(
        **ONE,
        clinic=clinic,
        patient=PatientCode("PT-4F7K2"),
        route=AdministrationRoute.INJECTION,
        site=Line("left knee"),
        session=1,
        given=Quantity(amount=Decimal("1.0"), unit=Line("mL")),
        wasted=None,
        device=None,
        doses_left=left,
        use_before=None,
        given_without_clear_answer=not clear,
        reasons=(),
        alert=not clear,
        answer=DIGEST,
    )
    return replace(body, **changes)


def product(**changes: Any) -> Product:
    """A product of two doses a vial, to be used six hours after the first puncture."""
    made = Product(
        code=ProductCode("EXO-INJ-1"),
        organisation=OWNER,
        bases=(),
        specifications=(),
        name=Line("Made-up vesicles"),
        source_tissues=(Tissue.UMBILICAL_CORD,),
        routes_allowed=(AdministrationRoute.INJECTION,),
        storage=(
            StorageCondition(min=Decimal(-90), max=Decimal(-70), unit=Line("Cel"), shelf_life_days=365),
        ),
        dose_form=Slug("suspension"),
        process=(StepKind.HARVEST,),
        country=CountryCode("US"),
        zone=Line("America/New_York"),
        doses_per_vial=2,
        hours_after_thaw=24,
        hours_after_puncture=6,
    )
    return replace(made, **changes)
