"""The judgement itself: everything that was found about a code, weighed for one asker at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from qc_service.application.answers import LotFacts
from qc_service.application.ports import UNRELEASED, LotAnswerRow
from qc_service.domain.codec import from_plain
from qc_service.domain.identifiers import CountryCode
from qc_service.domain.label_words import TOPICAL_ONLY
from qc_service.domain.moments import instant_text
from qc_service.domain.regulatory import RegulatoryBasis, no_basis_in_words, statement_on
from qc_service.domain.use import end_of_day
from qc_service.domain.verdict import RULES, Asker, Decision, Finding, ScannedCode, decide, in_order_of_table
from qc_service.domain.vial_standing import CUSTODY_NOT_CHECKED, expiry_findings, vial_findings
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind

ALTERED = {
    "signature_invalid": "A record that this answer rests on is not as it was signed.",
    "record_missing": "A record that this answer rests on is missing.",
    "log_inconsistent": "A record about this vial may have been altered.",
}
"""What is said where the evidence does not hold, by the reason code."""

SUSPECT = Finding(
    code="key_compromised",
    detail="A record of this vial was signed with a key that somebody else may hold.",
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What there is about the code: the lot's row, the vial, the log's size, and what else the serial may be.

    ``altered`` is the reason code where the evidence does not hold.
    """

    lot: LotAnswerRow | None = None
    vial: Vial | None = None
    tree_size: int = 0
    product_known: bool = True
    serial_in: tuple[str, ...] = ()
    altered: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An answer as it is sent; ``head`` are the members that depend on the hour and the asker, ``stable`` the rest."""

    decision: Decision
    reasons: tuple[Finding, ...]
    notices: tuple[Finding, ...]
    head: dict[str, object]
    stable: bytes
    topical_only: bool
    use_before: datetime | None
    asked: ScannedCode

    def content(self) -> bytes:
        """The answer as JSON; the stable part is spliced in as the bytes that were kept."""
        head = orjson.dumps(self.head)
        return head if not self.stable else b"%b,%b}" % (head[:-1], self.stable)

    def plain(self) -> dict[str, Any]:
        """The answer as plain values."""
        plain: dict[str, Any] = orjson.loads(self.content())
        return plain


def judge(
    found: Found, fields: ScannedCode, asker: Asker, at: datetime, stable: bytes | None = None
) -> Verdict:
    """Weigh everything that was found; the answer gives all reasons at once, in the table's order."""
    row = found.lot
    facts = facts_of(row.facts) if row else None
    said = _said(found, fields, facts, asker, at)
    reasons = in_order_of_table([finding for finding in said if finding.code in RULES])
    notices = in_order_of_table([finding for finding in said if finding.code not in RULES])
    if row is not None and found.vial is None and not reasons:
        reasons = (_serial_needed(row.lot),)
    decision = decide(reasons)
    use_before = _use_before(row, found.vial, asker)
    head: dict[str, object] = {
        "decision": decision.value,
        "as_of": instant_text(at),
        "vial": _vial(fields, row, found.vial, use_before),
        "reasons": [reason.plain() for reason in reasons],
        "notices": [notice.plain() for notice in notices],
        "regulatory": _regulatory(row, facts, asker, at),
        "evidence": _evidence(row, facts, found),
    }
    kept = row.stable if row else b""
    return Verdict(
        decision=decision, reasons=reasons, notices=notices, head=head, stable=kept if stable is None else stable,
        topical_only=facts.topical_only if facts else False, use_before=use_before, asked=fields,
    )  # fmt: skip


def _said(
    found: Found, fields: ScannedCode, facts: LotFacts | None, asker: Asker, at: datetime
) -> list[Finding]:
    row = found.lot
    said = [*_identity(found, fields)]
    if asker.organisation is None:
        said.append(CUSTODY_NOT_CHECKED)
    if row is not None and facts is not None:
        said += facts.reasons + facts.notices
        said += _footing(row.facts, asker.country, asker.route)
        if row.expires_on:
            said += expiry_findings(date.fromisoformat(row.expires_on), asker, row.zone, at)
        if found.vial is not None:
            said += vial_findings(found.vial, asker, at, window_minutes=facts.window_minutes)
            if found.vial.serial in facts.suspect_serials:
                said.append(SUSPECT)
    return said


@lru_cache(maxsize=4096)
def facts_of(content: bytes) -> LotFacts:
    """A lot's facts read back from its row."""
    return from_plain(LotFacts, orjson.loads(content), complete=True)


def _identity(found: Found, fields: ScannedCode) -> Iterable[Finding]:
    """Rule V1: product, lot, expiry and serial are compared, and the answer says which differs."""
    if found.altered:
        yield Finding(code=found.altered, detail=ALTERED[found.altered])
        return
    row = found.lot
    if row is None:
        if not found.product_known:
            yield Finding(
                code="unknown_product", detail=f"No product with GTIN {fields.gtin} is on record here."
            )
        elif found.serial_in:
            yield Finding(code="lot_mismatch", detail="This serial is on record under another lot.")
        else:
            yield Finding(code="unknown_lot", detail=f"No lot {fields.lot} is on record here.")
        return
    if fields.gtin is not None and fields.gtin != row.gtin:
        yield Finding(code="lot_mismatch", detail="This lot is on record under another product.")
    if fields.expires_on is not None and fields.expires_on.isoformat() != row.expires_on:
        detail = (
            f"The label says {fields.expires_on.isoformat()}; the records say {row.expires_on or 'nothing'}."
        )
        yield Finding(code="expiry_mismatch", detail=detail)
    if found.vial is None and fields.serial is not None:
        if found.serial_in:
            yield Finding(code="lot_mismatch", detail="This serial is on record under another lot.")
        else:
            yield Finding(
                code="unknown_serial", detail=f"No vial {fields.serial} of lot {row.lot} is on record."
            )


def _serial_needed(lot: str) -> Finding:
    detail = (
        f"Lot {lot} is released, in date and not recalled. This does not identify your vial: "
        "scan the square code or type the serial."
    )
    return Finding(code="serial_needed", detail=detail)


@lru_cache(maxsize=4096)
def _footing(
    content: bytes, asked_for: CountryCode | None, by: AdministrationRoute | None
) -> tuple[Finding, ...]:
    """What a lot's facts say against use there by that route.

    An asker who names no country or route is answered for the manufacturer's country and any allowed route.
    """
    facts = facts_of(content)
    country = asked_for or facts.country
    allowed = [route for route in facts.routes_allowed if route is not AdministrationRoute.NONE]
    if by and by not in allowed:
        words = TOPICAL_ONLY if facts.topical_only else f"This product is not for {by.value} use."
        return (Finding(code="route_not_permitted", detail=words),)
    if not allowed:
        words = "This is not a product for use on patients."
        return (Finding(code="route_not_permitted", detail=words),)
    wanted = allowed if by is None else [route for route in allowed if route is by]
    if not any(_stands(basis, country, wanted) for basis in facts.bases):
        return (Finding(code="no_regulatory_basis", detail=f"{no_basis_in_words(country)}."),)
    return ()


def _stands(basis: RegulatoryBasis, country: str, routes: Sequence[AdministrationRoute]) -> bool:
    return basis.kind is not BasisKind.NONE and basis.country == country and basis.route in routes


def _vial(
    fields: ScannedCode, row: LotAnswerRow | None, vial: Vial | None, use_before: datetime | None
) -> dict[str, object]:
    return {
        "gtin": row.gtin if row else fields.gtin,
        "lot": row.lot if row else fields.lot,
        "serial": fields.serial,
        "expires_on": row.expires_on or None if row else None,
        "use_before": instant_text(use_before) if use_before else None,
        "state": _public_state(vial) if vial else None,
    }


def _public_state(vial: Vial) -> str:
    return vial.state.value


def _use_before(row: LotAnswerRow | None, vial: Vial | None, asker: Asker) -> datetime | None:
    if row is None or not row.expires_on:
        return None
    end = end_of_day(date.fromisoformat(row.expires_on), asker.zone or row.zone)
    return min(end, vial.use_before) if vial and vial.use_before else end


def _regulatory(
    row: LotAnswerRow | None, facts: LotFacts | None, asker: Asker, at: datetime
) -> dict[str, object]:
    told: dict[str, object] = {"bases": (), "statement": statement_on(at.date())}
    if row is not None and facts is not None:
        told["bases"] = _bases(row.facts)
        told["asked_for"] = {
            "country": asker.country or facts.country,
            "route": asker.route.value if asker.route else "any allowed route",
        }
    return told


@lru_cache(maxsize=4096)
def _bases(content: bytes) -> tuple[dict[str, object], ...]:
    """The footing in a lot's facts as an answer states it."""
    return tuple(
        {
            "country": basis.country, "route": basis.route.value, "kind": basis.kind.value,
            "reference": basis.reference, "in_words": basis.in_words,
        }
        for basis in facts_of(content).bases
    )  # fmt: skip


def _evidence(row: LotAnswerRow | None, facts: LotFacts | None, found: Found) -> dict[str, object]:
    released = row is not None and row.release_index != UNRELEASED
    return {
        "release_record": facts.release if facts else None,
        "log_index": row.release_index if row and released else None,
        "tree_size": found.tree_size,
        "bundle": f"/api/v1/lots/{row.lot}/provenance" if row else None,
    }
