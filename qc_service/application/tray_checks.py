"""A tray of codes checked for the record: each answer is a check of its own, all in one act (rule V2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from qc_service.application.actor import Occasion
from qc_service.application.cartons import carton_vials
from qc_service.application.checks import RecordCheck, record_check
from qc_service.application.scans import question_of
from qc_service.application.view import View
from qc_service.domain.code_checks import RawScan
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import CountryCode, Line
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Permission
from qc_service.domain.records import New
from qc_service.domain.vocabulary import AdministrationRoute

MOST_CHECKS = 200
"""Records of one act, each with its answer kept beside it."""


@dataclass(frozen=True, kw_only=True)
class RecordTray:
    """Codes as they were scanned; one that is there twice is recorded once, and a carton is its vials."""

    codes: tuple[RawScan, ...]
    country: CountryCode | None = None
    route: AdministrationRoute | None = None
    checked_at: ZonedTime | None = None


def record_tray(view: View, occasion: Occasion, intent: RecordTray) -> tuple[New, ...]:
    """Ask about each and record the answers. Raises ``Malformed`` where cartons hold too many vials."""
    occasion.actor.must(Permission.CHECK_VIAL)
    checks: dict[RecordCheck, None] = {}
    for check in _checks(view, occasion, replace(intent, codes=tuple(dict.fromkeys(intent.codes)))):
        checks[check] = None
        if len(checks) > MOST_CHECKS:
            raise Malformed(
                f"the cartons hold more than {MOST_CHECKS} vials: check fewer at once", field="codes"
            )
    return tuple(new for check in checks for new in record_check(view, occasion, check))


def _checks(view: View, occasion: Occasion, intent: RecordTray) -> Iterator[RecordCheck]:
    for code in intent.codes:
        alone = RecordCheck(
            code=code, country=intent.country, route=intent.route, checked_at=intent.checked_at
        )
        sscc = question_of(view, code, occasion.at.date()).carton
        found = carton_vials(view, occasion.actor, sscc) if sscc is not None else None
        if found is None:
            yield alone
        else:
            for ref in found[1].vials:
                yield replace(alone, code=None, lot=Line(ref.lot), serial=Line(ref.serial))
