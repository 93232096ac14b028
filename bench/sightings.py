"""What the simulation of copies gives the domain's rules to judge: vials, journeys and records of scans."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from qc_service.domain.code_checks import CodeChecked
from qc_service.domain.identifiers import (
    Line,
    LotNumber,
    OrganisationId,
    PatientCode,
    PersonId,
    Sha256,
    Slug,
    VialSerial,
)
from qc_service.domain.moments import ZonedTime, instant_text
from qc_service.domain.permissions import Role
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, Meaning, Recorded, Signer
from qc_service.domain.suspicions import (
    Act,
)
from qc_service.domain.vial_acts import Asked, VialAdministered, VialChecked, VialPrepared
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Journey, Vial
from qc_service.domain.vocabulary import AdministrationRoute

MAKER = OrganisationId("demo-biologics")
LOT = LotNumber("EX261101A")
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
NONE = Sha256("0" * 64)


@dataclass(frozen=True, order=True, kw_only=True)
class Scan:
    """One recorded scan: when it is recorded, when it is said to have happened, by whom, and of which vial."""

    recorded: datetime
    at: datetime
    clinic: OrganisationId
    act: Act = Act.CHECKED
    of_copy: bool = False
    odd: str = ""


def arrived(journey: Journey) -> datetime:
    """When it arrived; in the simulation every journey does."""
    assert journey.arrived_at is not None  # noqa: S101  a caller's mistake
    return journey.arrived_at


def known(journeys: tuple[Journey, ...], at: datetime, *, unrecorded: bool) -> tuple[Journey, ...]:
    """What is on record of the journeys by then; a forgotten shipment is entered three hours after it arrived."""
    if unrecorded:
        return tuple(one for one in journeys if arrived(one) + timedelta(hours=3) <= at)
    return tuple(
        one if arrived(one) <= at else replace(one, arrived_at=None) for one in journeys if one.left_at <= at
    )


def vial(serial: VialSerial, journeys: tuple[Journey, ...], *, ended: bool) -> Vial:
    """The vial as the records have it."""
    last = journeys[-1] if journeys else None
    state, custody = VialState.IN_STOCK, OrganisationId(MAKER)
    if last is not None:
        state = VialState.RECEIVED if last.arrived_at is not None else VialState.IN_TRANSIT
        custody = last.recipient
    return Vial(
        lot=LOT,
        serial=serial,
        ordinal=0,
        organisation=MAKER,
        state=VialState.ADMINISTERED if ended else state,
        custody=None if state is VialState.IN_TRANSIT else custody,
        consignees=tuple(one.recipient for one in journeys),
        journeys=journeys,
    )


_BODIES: dict[Act, Body] = {
    Act.CHECKED: VialChecked(
        lot=LOT, serial=VialSerial.minted(bytes(16)), decision=Slug("in_order"), reasons=(), alert=False,
        answer=NONE, asked=Asked(),
    ),
    Act.PREPARED: VialPrepared(
        lot=LOT, serial=VialSerial.minted(bytes(16)), clinic=MAKER, starts=(), use_before=BEGAN, answer=NONE
    ),
    Act.ADMINISTERED: VialAdministered(
        lot=LOT, serial=VialSerial.minted(bytes(16)), clinic=MAKER, patient=PatientCode("PT-4F7K2"),
        route=AdministrationRoute.INJECTION, site=Line("left knee"), session=1,
        given=Quantity(amount=Decimal(1), unit=Line("mL")), wasted=None, device=None, doses_left=0, use_before=None,
        given_without_clear_answer=False, reasons=(), alert=False, answer=NONE,
    ),
}  # fmt: skip


def record(scan: Scan, place: int) -> Recorded:
    """The scan as the vial's stream keeps it."""
    signer = Signer(
        id=PersonId("t.test"), printed_name=Line("Test"), role=Role.CLINICIAN, organisation=scan.clinic
    )
    return Recorded(
        stream="vial/simulated",
        seq=place,
        body=_BODIES[scan.act],
        signer=signer,
        meaning=Meaning.AUTHORSHIP,
        reason=None,
        occurred_at=ZonedTime(instant_text(scan.at.replace(microsecond=0))),
        recorded_at=scan.recorded,
        files=(),
        digest=f"{place:064x}",
        index=place,
    )


def code(place: int) -> CodeChecked:
    """The check of a mistyped serial."""
    return CodeChecked(
        lot=LOT, lot_as_read=Line(LOT), serial_as_read=Line(f"MISTYPED-{place}"), decision=Slug("do_not_use"),
        reasons=(Slug("unknown_serial"),), alert=True, answer=NONE, asked=Asked(),
    )  # fmt: skip
