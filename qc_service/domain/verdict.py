"""The clinic's answer: which reasons forbid using a vial now, in one table and one order (domain rules V1–V11).

The good answer is ``in_order``: the code matches a released record that is in date, not recalled and not recorded as
used. It never says authentic, approved, safe or effective.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qc_service.domain.identifiers import CountryCode, OrganisationId
from qc_service.domain.vocabulary import AdministrationRoute


class Decision(StrEnum):
    """The answer in one word; ``cannot_verify`` reads "STOP – not checked"."""

    IN_ORDER = "in_order"
    DO_NOT_USE = "do_not_use"
    CANNOT_VERIFY = "cannot_verify"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a reason code means for the answer, and what the person with the vial in hand does next."""

    decides: Decision
    alert: bool
    next_step: str


_CALL = "Set the vial aside and call the manufacturer's quality unit."
_SET_ASIDE = "Do not use this vial. Set it aside and tell the manufacturer's quality unit."
_RESCAN = "Scan the square code again, or type the lot and serial from the label."


def _cannot(next_step: str) -> Rule:
    return Rule(decides=Decision.CANNOT_VERIFY, alert=False, next_step=next_step)


def _stop(next_step: str, *, alert: bool = False) -> Rule:
    return Rule(decides=Decision.DO_NOT_USE, alert=alert, next_step=next_step)


RULES: dict[str, Rule] = {
    "malformed_code": _cannot(_RESCAN),
    "scanner_configuration": _cannot(
        "Let whoever set up the scanner change what is named here, then scan again; or type the lot and serial."
    ),
    "unknown_product": _cannot(
        "Check that this is one of the products recorded here; call the manufacturer."
    ),
    "serial_needed": _cannot(
        "Scan the square code or type the serial: only the serial identifies your vial."
    ),
    "ambiguous_lot": _cannot("Scan the square code: this lot number exists under more than one product."),
    "offline": _cannot("Connect and ask again before use."),
    "log_unavailable": _cannot("Ask again in a minute; do not use the vial unchecked."),
    "unknown_lot": _stop(_CALL, alert=True),
    "unknown_serial": _stop(_CALL, alert=True),
    "lot_mismatch": _stop(_CALL, alert=True),
    "expiry_mismatch": _stop(_CALL, alert=True),
    "suspected_copy": _stop(_CALL, alert=True),
    "not_released": _stop(_SET_ASIDE),
    "quarantined": _stop(_SET_ASIDE),
    "on_hold": _stop("Keep the vial stored as labelled and wait for the manufacturer's decision."),
    "rejected": _stop(_SET_ASIDE),
    "recalled": _stop("Set the vial aside and follow the recall notice."),
    "withdrawn": _stop("Set the vial aside and follow the withdrawal notice."),
    "expired": _stop("Dispose of the vial by your procedure and record it as wasted."),
    "donor_not_eligible": _stop(_SET_ASIDE),
    "specification_not_met": _stop(_SET_ASIDE),
    "facility_not_certified": _stop(_SET_ASIDE),
    "no_regulatory_basis": _stop(
        "Do not use this product here; ask the manufacturer for the IND or licence number."
    ),
    "route_not_permitted": _stop("Do not use this product by this route."),
    "in_transit": _stop("Receive it first: record the receipt of the shipment, then check again."),
    "not_consigned_here": _stop("Ask the manufacturer: this vial was not sent to your organisation."),
    "sample_not_for_use": _stop(_CALL),
    "temperature_excursion": _stop(_SET_ASIDE),
    "in_use_time_exceeded": _stop("Dispose of the vial and record it as wasted."),
    "set_aside": _stop("Put it back in stock only when the cause is cleared, then check again."),
    "already_used": _stop("Do not use it again."),
    "used_elsewhere": _stop(_CALL, alert=True),
    "returned": _stop("Do not use a returned vial unless quality reissued it."),
    "wasted": _stop("Do not use it."),
    "lost": _stop(_CALL),
    "destroyed": _stop(_CALL),
    "stolen": _stop(_CALL, alert=True),
    "signature_invalid": _stop("Record may have been altered. " + _CALL, alert=True),
    "record_missing": _stop("Record may have been altered. " + _CALL, alert=True),
    "key_compromised": _stop("Record may have been altered. " + _CALL, alert=True),
    "log_inconsistent": _stop("Record may have been altered. " + _CALL, alert=True),
}
"""Every reason code in the order in which an answer gives them (domain.md section 6)."""

NOTICES = (
    "custody_not_checked",
    "expires_soon",
    "cleared_deviation",
    "one_person_policy",
    "late_records",
    "scanned_twice",
)
_ORDER = {code: place for place, code in enumerate((*RULES, *NOTICES))}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason or notice of an answer: its code and a sentence for the person who asked."""

    code: str
    detail: str

    def plain(self) -> dict[str, object]:
        """As the answer states it: a notice has no rule, so it neither blocks nor alerts."""
        rule = RULES.get(self.code)
        if rule is None:
            return {"code": self.code, "detail": self.detail}
        blocks = rule.decides is not Decision.IN_ORDER
        return {
            "code": self.code, "detail": self.detail, "blocks": blocks, "alert": rule.alert,
            "next_step": rule.next_step,
        }  # fmt: skip


def in_order_of_table(findings: list[Finding]) -> tuple[Finding, ...]:
    """The findings in the table's order, each code once."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.code, finding)
    return tuple(sorted(first.values(), key=lambda finding: _ORDER[finding.code]))


def decide(reasons: tuple[Finding, ...]) -> Decision:
    """A reason that forbids outweighs one that leaves the question open; without reasons the records are in order."""
    said = {RULES[reason.code].decides for reason in reasons}
    if Decision.DO_NOT_USE in said:
        return Decision.DO_NOT_USE
    return Decision.CANNOT_VERIFY if said else Decision.IN_ORDER


def gravity(reasons: tuple[Finding, ...]) -> int:
    """The place of an answer among many, the worst first: 0 where one of its reasons alerts, then as it decides."""
    if any(RULES[reason.code].alert for reason in reasons):
        return 0
    return 1 + _WORST_FIRST.index(decide(reasons))


_WORST_FIRST = (Decision.DO_NOT_USE, Decision.CANNOT_VERIFY, Decision.IN_ORDER)


@dataclass(frozen=True, kw_only=True)
class ScannedCode:
    """What was read from a label, typed; a member that the code does not carry is ``None``. Nothing is repaired."""

    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks, as far as the answer depends on it; an anonymous asker has no organisation.

    ``zone`` is the asking clinic's IANA time zone (rule V8); without one the product's zone counts.
    """

    organisation: OrganisationId | None = None
    zone: str | None = None
    country: CountryCode | None = None
    route: AdministrationRoute | None = None
    keeps_quality: bool = False
