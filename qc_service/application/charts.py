"""Evidence for a patient's chart: what a recorded check or administration says, for the clinic that recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import orjson

from qc_service.application.actor import Actor
from qc_service.application.ports import Store
from qc_service.application.view import View
from qc_service.domain.code_checks import CodeChecked
from qc_service.domain.errors import NotFound
from qc_service.domain.lots import LOT
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT
from qc_service.domain.records import Recorded
from qc_service.domain.regulatory import statement_on
from qc_service.domain.unknown_vials import UnknownVialAdministered
from qc_service.domain.use import administrations
from qc_service.domain.vial_acts import VialAdministered, VialChecked

Dose = VialAdministered | UnknownVialAdministered
Check = VialChecked | CodeChecked


@dataclass(frozen=True, kw_only=True)
class ChartEntry:
    """What stands in the chart. ``number`` is the record's place in the log, and with the beginning of its digest the
    check number; ``dose`` is there for an administration, and ``taken_back`` where it was.
    """

    number: int
    digest: str
    clinic: str
    zone: str
    by: str
    occurred_at: str
    recorded_at: str
    product: str | None
    lot: str | None
    serial: str | None
    expires_on: date | None
    topical_only: bool
    decision: str
    reasons: tuple[tuple[str, str], ...]
    dose: tuple[tuple[str, str], ...]
    taken_back: bool
    statement: str
    quality_phone: str | None

    @property
    def check_number(self) -> str:
        """The number by which the record is found again, with enough of its digest to see that it is this one."""
        return f"{self.number}-{self.digest[:12]}"


def chart_entry(store: Store, actor: Actor, number: int) -> ChartEntry:
    """The chart entry of a check or an administration that the actor's clinic recorded.

    Raises ``NotFound`` alike for a place in the log that is empty, that holds something else, and another clinic's,
    and ``Tampered`` where the record is not as it was signed.
    """
    actor.must(Permission.READ_RECORDS)
    view, stored = View(store), store.records(number, 1)
    told = next((one for each in stored for one in view.history(each.stream) if one.index == number), None)
    if told is None or told.signer.organisation != actor.organisation:
        raise _no_entry(number)
    if not isinstance(told.body, Check | Dose):
        raise _no_entry(number)
    return _entry(view, told, told.body)


def _no_entry(number: int) -> NotFound:
    return NotFound(f"No check and no administration of yours is number {number}.")


def _entry(view: View, told: Recorded, body: Check | Dose) -> ChartEntry:
    lot = view.find(LOT, body.lot) if body.lot else None
    product = view.find(PRODUCT, lot.product) if lot else None
    owner = view.find(ORGANISATION, product.organisation) if product else None
    clinic = view.find(ORGANISATION, told.signer.organisation)
    if isinstance(body, VialChecked | VialAdministered):
        named: tuple[str | None, str | None] = (str(body.lot), str(body.serial))
    else:
        named = (body.lot_as_read, body.serial_as_read)
    return ChartEntry(
        number=told.index,
        digest=told.digest,
        clinic=str(clinic.name if clinic else told.signer.organisation),
        zone=str(clinic.zone) if clinic else "UTC",
        by=str(told.signer.printed_name),
        occurred_at=str(told.occurred_at),
        recorded_at=told.recorded_at.isoformat(),
        product=str(product.name) if product else None,
        lot=named[0],
        serial=named[1],
        expires_on=lot.expires_on if lot else None,
        topical_only=product.topical_only if product else False,
        decision=body.decision if isinstance(body, Check) else "given",
        reasons=_reasons(view, told, body),
        dose=_dose(body) if isinstance(body, Dose) else (),
        taken_back=isinstance(body, VialAdministered) and _taken_back(view, told),
        statement=statement_on(told.recorded_at.date()),
        quality_phone=owner.quality_phone if owner else None,
    )


def _reasons(view: View, told: Recorded, body: Check | Dose) -> tuple[tuple[str, str], ...]:
    """Each code that stood against it, with the sentence of the answer that was kept, where one was."""
    kept = next((view.file(file.sha256) for file in told.files), None)
    said = orjson.loads(kept.content).get("reasons", ()) if kept else ()
    sentences = {reason["code"]: reason["detail"] for reason in said}
    return tuple((str(code), sentences.get(code) or _spoken(code)) for code in body.reasons)


def _spoken(code: str) -> str:
    """A code as a person would say it, where no sentence was kept: ``not_prepared`` is "Not prepared."."""
    return f"{code.replace('_', ' ').capitalize()}."


def _dose(body: Dose) -> tuple[tuple[str, str], ...]:
    said = (
        ("Patient", str(body.patient)),
        ("Route and site", f"{body.route.value}, {body.site}"),
        ("Session", str(body.session)),
        ("Given", str(body.given)),
        ("Wasted", str(body.wasted) if body.wasted else ""),
        ("Device", str(body.device or "")),
    )
    return tuple((name, value) for name, value in said if value)


def _taken_back(view: View, told: Recorded) -> bool:
    every = administrations(view.history(told.stream))
    return any(one.undone for one in every if one.recorded.index == told.index)
