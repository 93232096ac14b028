"""Verification messages as wholesalers' systems send them (GS1 Lightweight Verification Messaging, the DSCSA's VRS).

    GET /verify/gtin/09506000134352/lot/EX261101A/ser/7K3M9QW2TX49?exp=271031&linkType=verificationService
        &context=dscsaSaleableReturn&reqGLN=9506000140445&corrUUID=0f9c1c6e-9d3a-4a53-9f0e-1f0a6d1c2b3a
    {"verificationTimestamp": "2026-11-22T10:00:00Z", "responderGLN": "9506000140445",
     "data": {"verified": false, "verificationFailureReason": "Not_for_re-distribution", "additionalInfo": "Recalled"},
     "corrUUID": "0f9c1c6e-9d3a-4a53-9f0e-1f0a6d1c2b3a"}

An answer says less than ours, never more: only a vial whose records are in order is ``verified``, and every reason
against it has its line in one table here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Gln, Gtin
from qc_service.exchange.codes.days import day_of
from qc_service.exchange.codes.formats import CHARACTERS

C = TypeVar("C", Gtin, Gln)
SERVICE = "verificationService"

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_VALUE = re.compile(rf"[{re.escape(CHARACTERS['x'])}]{{1,20}}", re.ASCII)
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){0,2}", re.ASCII)


class Failure(StrEnum):
    """Why something is not verified; the words are the message's own."""

    NO_SERIAL = "No_match_GTIN_Serial"
    NO_LOT_EXPIRY = "No_match_GTIN_Serial_Lot_Expiry"
    NO_LOT = "No_match_GTIN_Serial_Lot"
    NO_EXPIRY = "No_match_GTIN_Serial_Expiry"
    NOT_FOR_REDISTRIBUTION = "Not_for_re-distribution"
    POLICY = "Manufacturer_policy"
    NO_REASON = "No_reason_provided"


class Extra(StrEnum):
    """What is said beside it, the gravest first. ``ExpirationExtended`` is never said: no expiry is ever extended."""

    ILLEGITIMATE = "Illegitimate"
    SUSPECT = "Suspect"
    RECALLED = "Recalled"
    EXPIRED = "Expired"


_STOPPED = (Failure.NOT_FOR_REDISTRIBUTION, None)
_ALTERED = (Failure.NO_REASON, Extra.SUSPECT)
SAYS: Mapping[str, tuple[Failure, Extra | None]] = {
    "malformed_code": (Failure.NO_SERIAL, None),
    "scanner_configuration": (Failure.NO_SERIAL, None),
    "unknown_product": (Failure.NO_SERIAL, None),
    "serial_needed": (Failure.NO_SERIAL, None),
    "ambiguous_lot": (Failure.NO_REASON, None),
    "offline": (Failure.NO_REASON, None),
    "log_unavailable": (Failure.NO_REASON, None),
    "unknown_lot": (Failure.NO_LOT, None),
    "unknown_serial": (Failure.NO_SERIAL, None),
    "lot_mismatch": (Failure.NO_LOT, None),
    "expiry_mismatch": (Failure.NO_EXPIRY, None),
    "suspected_copy": (Failure.NOT_FOR_REDISTRIBUTION, Extra.SUSPECT),
    "not_released": _STOPPED,
    "quarantined": _STOPPED,
    "on_hold": _STOPPED,
    "rejected": _STOPPED,
    "recalled": (Failure.NOT_FOR_REDISTRIBUTION, Extra.RECALLED),
    "withdrawn": (Failure.NOT_FOR_REDISTRIBUTION, Extra.RECALLED),
    "expired": (Failure.NOT_FOR_REDISTRIBUTION, Extra.EXPIRED),
    "donor_not_eligible": _STOPPED,
    "specification_not_met": _STOPPED,
    "facility_not_certified": _STOPPED,
    "no_regulatory_basis": (Failure.POLICY, None),
    "route_not_permitted": (Failure.POLICY, None),
    "in_transit": (Failure.POLICY, None),
    "not_consigned_here": (Failure.POLICY, None),
    "sample_not_for_use": _STOPPED,
    "temperature_excursion": _STOPPED,
    "in_use_time_exceeded": _STOPPED,
    "set_aside": _STOPPED,
    "already_used": _STOPPED,
    "used_elsewhere": (Failure.NOT_FOR_REDISTRIBUTION, Extra.SUSPECT),
    "returned": _STOPPED,
    "wasted": _STOPPED,
    "lost": (Failure.NOT_FOR_REDISTRIBUTION, Extra.SUSPECT),
    "destroyed": (Failure.NOT_FOR_REDISTRIBUTION, Extra.SUSPECT),
    "stolen": (Failure.NOT_FOR_REDISTRIBUTION, Extra.ILLEGITIMATE),
    "signature_invalid": _ALTERED,
    "record_missing": _ALTERED,
    "key_compromised": _ALTERED,
    "log_inconsistent": _ALTERED,
}
"""What each reason of ours is in a message; lost or destroyed vials that turn up again are suspect."""


@dataclass(frozen=True, kw_only=True)
class VerificationRequest:
    """Who asks about which vial, as the label says it; ``corr_uuid`` comes back as it was sent."""

    gtin: Gtin
    lot: str
    serial: str
    expires_on: date
    requester: Gln
    corr_uuid: str


@dataclass(frozen=True, kw_only=True)
class Matched:
    """GTIN and serial are on record together; whether the lot and the expiry are theirs as well."""

    lot: bool
    expiry: bool


def read_request(
    path: tuple[str, str, str], query: Mapping[str, str], version: str | None, today: date
) -> VerificationRequest:
    """The request of an address: GTIN, lot and serial of its path, its query, and the
    header ``GS1US-Version`` where it was sent.

    Raises ``Malformed``, which names the first part that is not as it must be.
    """
    gtin, lot, serial = path
    if version is not None and not _VERSION.fullmatch(version):
        raise Malformed("is a version such as 1.2.0", field="GS1US-Version")
    if _part(query, "linkType") != SERVICE:
        raise Malformed(f"is {SERVICE}", field="linkType")
    _matching(_part(query, "context"), _WORD, "context", "is a context such as dscsaSaleableReturn")
    return VerificationRequest(
        gtin=read_gtin(gtin),
        lot=_matching(lot, _VALUE, "lot", "is 1 to 20 characters of a label"),
        serial=_matching(serial, _VALUE, "ser", "is 1 to 20 characters of a label"),
        expires_on=_day(_part(query, "exp"), today),
        requester=read_requester(query),
        corr_uuid=_matching(_part(query, "corrUUID"), _UUID, "corrUUID", "is a UUID"),
    )


def read_gtin(text: str) -> Gtin:
    """A GTIN. Raises ``Malformed``."""
    return _code(Gtin, text, "gtin")


def read_requester(query: Mapping[str, str]) -> Gln:
    """Who asks, by GLN. Raises ``Malformed``."""
    return _code(Gln, _part(query, "reqGLN"), "reqGLN")


def answer(
    request: VerificationRequest,
    responder: Gln,
    timestamp: str,
    matched: Matched | None,
    reasons: Iterable[str],
) -> dict[str, object]:
    """The message's body. ``matched`` is ``None`` where no vial of that GTIN has the serial; ``reasons`` are the codes
    of our own answer about the vial that has it."""
    return {
        "verificationTimestamp": timestamp,
        "responderGLN": str(responder),
        "data": verified(matched, reasons),
        "corrUUID": request.corr_uuid,
    }


def verified(matched: Matched | None, reasons: Iterable[str]) -> dict[str, object]:
    """Whether it is verified, and why not: what does not match comes first, then the gravest of our reasons."""
    if matched is None:
        return {"verified": False, "verificationFailureReason": Failure.NO_SERIAL.value}
    said = [SAYS[code] for code in reasons]
    failures, extras = {failure for failure, _ in said}, {extra for _, extra in said}
    failure = _mismatch(matched) or next((one for one in Failure if one in failures), None)
    if failure is None:
        return {"verified": True}
    extra = next((one for one in Extra if one in extras), None)
    told: dict[str, object] = {"verified": False, "verificationFailureReason": failure.value}
    return told if extra is None else {**told, "additionalInfo": extra.value}


def _mismatch(matched: Matched) -> Failure | None:
    if matched.lot:
        return None if matched.expiry else Failure.NO_EXPIRY
    return Failure.NO_LOT if matched.expiry else Failure.NO_LOT_EXPIRY


def _part(query: Mapping[str, str], name: str) -> str:
    if name not in query:
        raise Malformed("is missing", field=name)
    return query[name]


def _matching(text: str, grammar: re.Pattern[str], name: str, detail: str) -> str:
    if not grammar.fullmatch(text):
        raise Malformed(detail, field=name)
    return text


def _code(kind: type[C], text: str, name: str) -> C:
    try:
        return kind(text)
    except Malformed as error:
        raise Malformed(error.detail, field=name) from error


def _day(text: str, today: date) -> date:
    if not re.fullmatch(r"\d{6}", text, re.ASCII):
        raise Malformed("is a day as the label has it, YYMMDD", field="exp")
    try:
        return day_of(text, today, zero_day=True)
    except ValueError as error:
        raise Malformed(str(error), field="exp") from error
