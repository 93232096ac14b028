"""The one answer: does anything on record forbid using this vial now? Judged here, whoever asks and however.

``answer`` reads the records through a view, so that a decision that rests on it is rechecked at the commit;
``hot_answer`` reads the two ready rows. Both judge with the same function.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from qc_service.application.actor import Actor
from qc_service.application.answers import LotFacts, lot_answer, stable_members
from qc_service.application.ports import UNRELEASED, LotAnswerRow, Store, Tampered
from qc_service.application.view import View
from qc_service.domain.codec import from_plain
from qc_service.domain.identifiers import CountryCode
from qc_service.domain.lots import LOT
from qc_service.domain.moments import instant_text
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Role
from qc_service.domain.products import PRODUCT
from qc_service.domain.regulatory import RegulatoryBasis, no_basis_in_words, statement_on
from qc_service.domain.use import end_of_day
from qc_service.domain.verdict import RULES, Asker, Decision, Finding, ScannedCode, decide, in_order_of_table
from qc_service.domain.vial_standing import CUSTODY_NOT_CHECKED, expiry_findings, vial_findings
from qc_service.domain.vials import Vial
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind

TOPICAL_ONLY = "TOPICAL ONLY – NOT FOR INJECTION"
ALTERED = Finding(code="log_inconsistent", detail="A record about this vial may have been altered.")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What there is about the code: the lot's row, the vial, the log's size, and what else the serial may be."""

    lot: LotAnswerRow | None = None
    vial: Vial | None = None
    tree_size: int = 0
    product_known: bool = True
    serial_in: tuple[str, ...] = ()
    altered: bool = False


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

    def content(self) -> bytes:
        """The answer as JSON; the stable part is spliced in as the bytes that were kept."""
        head = orjson.dumps(self.head)
        return head if not self.stable else b"%b,%b}" % (head[:-1], self.stable)

    def plain(self) -> dict[str, Any]:
        """The answer as plain values."""
        plain: dict[str, Any] = orjson.loads(self.content())
        return plain


def asker_of(
    view: View, actor: Actor, *, country: CountryCode | None, route: AdministrationRoute | None
) -> Asker:
    """A recognised person as an asker: their organisation's zone and country count unless another is named."""
    organisation = view.find(ORGANISATION, actor.organisation)
    return Asker(
        organisation=actor.organisation,
        zone=str(organisation.zone) if organisation else None,
        country=country or (organisation.country if organisation else None),
        route=route,
        keeps_quality=bool(actor.roles & {Role.QUALITY, Role.AUDITOR, Role.ADMINISTRATOR}),
    )


def answer(
    view: View,
    *,
    asker: Actor | None,
    fields: ScannedCode,
    country: CountryCode | None,
    route: AdministrationRoute | None,
    at: datetime,
) -> Verdict:
    """The answer from the records themselves; everything it rests on is noted in the view.

    Consignees and auditors get DINs, days and names; anonymous askers do not.
    """
    who = (
        Asker(country=country, route=route)
        if asker is None
        else asker_of(view, asker, country=country, route=route)
    )
    found = _found(view, fields)
    if asker is not None and found.lot is not None and _is_told_more(view, asker, found):
        lot = view.get(LOT, found.lot.lot)
        members = stable_members(view, lot, view.get(PRODUCT, lot.product), detailed=True)
        return judge(found, fields, who, at, stable=orjson.dumps(members)[1:-1])
    return judge(found, fields, who, at)


def _is_told_more(view: View, asker: Actor, found: Found) -> bool:
    lot = found.lot
    if lot is None:
        return False
    return asker.sees(facts_of(lot.facts).organisation) or view.consigned(
        asker.organisation, f"lot/{lot.lot}"
    )


def _found(view: View, fields: ScannedCode) -> Found:
    product_known = fields.gtin is None or bool(view.citing(f"gtin/{fields.gtin}", PRODUCT.room))
    size = view.size()
    if fields.lot is None or view.find(LOT, fields.lot) is None:
        return Found(product_known=product_known, tree_size=size, serial_in=_elsewhere(view, fields))
    try:
        vial = view.find_vial(fields.lot, fields.serial) if fields.serial else None
    except Tampered:
        return Found(
            lot=lot_answer(view, fields.lot), product_known=product_known, tree_size=size, altered=True
        )
    serial_in = () if vial else _elsewhere(view, fields)
    row = lot_answer(view, fields.lot)
    return Found(lot=row, vial=vial, product_known=product_known, tree_size=size, serial_in=serial_in)


def _elsewhere(view: View, fields: ScannedCode) -> tuple[str, ...]:
    return view.lots_with_serial(fields.serial) if fields.serial else ()


def hot_answer(store: Store, fields: ScannedCode, asker: Asker, at: datetime) -> Verdict:
    """The anonymous answer from the two ready rows; where they do not fit their seals it is never ``in_order``."""
    if fields.lot is None or fields.serial is None:
        return _cold(store, fields, asker, at)
    try:
        lot, vial, size = store.hot(fields.lot, fields.serial)
    except Tampered:
        return judge(Found(altered=True), fields, asker, at)
    if lot is None or vial is None:
        return _cold(store, fields, asker, at)
    return judge(Found(lot=lot, vial=vial, tree_size=size), fields, asker, at)


def _cold(store: Store, fields: ScannedCode, asker: Asker, at: datetime) -> Verdict:
    """A code that names no vial we know: say as exactly as can be what does not fit."""
    try:
        row = store.lot_answer(fields.lot) if fields.lot else None
    except Tampered:
        return judge(Found(altered=True), fields, asker, at)
    known = fields.gtin is None or bool(store.citing(f"gtin/{fields.gtin}", PRODUCT.room)[0])
    serial_in = store.lots_with_serial(fields.serial) if fields.serial else ()
    found = Found(lot=row, product_known=known, tree_size=store.head().size, serial_in=serial_in)
    return judge(found, fields, asker, at)


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
        "regulatory": _regulatory(facts, asker, at),
        "evidence": _evidence(row, facts, found),
    }
    kept = row.stable if row else b""
    return Verdict(
        decision=decision, reasons=reasons, notices=notices, head=head, stable=kept if stable is None else stable,
        topical_only=facts.topical_only if facts else False, use_before=use_before,
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
        said += _footing(facts, asker)
        if row.expires_on:
            said += expiry_findings(date.fromisoformat(row.expires_on), asker, row.zone, at)
    if found.vial is not None:
        said += vial_findings(found.vial, asker, at)
    return said


@lru_cache(maxsize=4096)
def facts_of(content: bytes) -> LotFacts:
    """A lot's facts read back from its row."""
    return from_plain(LotFacts, orjson.loads(content), complete=True)


def _identity(found: Found, fields: ScannedCode) -> Iterable[Finding]:
    """Rule V1: product, lot, expiry and serial are compared, and the answer says which differs."""
    if found.altered:
        yield ALTERED
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


def _footing(facts: LotFacts, asker: Asker) -> Iterable[Finding]:
    """An asker who names no country or route is answered for the manufacturer's country and any allowed route."""
    country = asker.country or facts.country
    allowed = [route for route in facts.routes_allowed if route is not AdministrationRoute.NONE]
    wanted: list[AdministrationRoute] = [asker.route] if asker.route else [*allowed]
    if asker.route and asker.route not in allowed:
        words = TOPICAL_ONLY if facts.topical_only else f"This product is not for {asker.route.value}."
        yield Finding(code="route_not_permitted", detail=words)
    elif not allowed:
        yield Finding(code="route_not_permitted", detail="This is not a product for use on patients.")
    elif not any(_stands(basis, country, wanted) for basis in facts.bases):
        yield Finding(code="no_regulatory_basis", detail=f"{no_basis_in_words(country)}.")


def _stands(basis: RegulatoryBasis, country: str, routes: list[AdministrationRoute]) -> bool:
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


def _regulatory(facts: LotFacts | None, asker: Asker, at: datetime) -> dict[str, object]:
    told: dict[str, object] = {"bases": [], "statement": statement_on(at.date())}
    if facts is not None:
        told["bases"] = [
            {
                "country": basis.country, "route": basis.route.value, "kind": basis.kind.value,
                "reference": basis.reference, "in_words": basis.in_words,
            }
            for basis in facts.bases
        ]  # fmt: skip
        told["asked_for"] = {
            "country": asker.country or facts.country,
            "route": asker.route.value if asker.route else "any allowed route",
        }
    return told


def _evidence(row: LotAnswerRow | None, facts: LotFacts | None, found: Found) -> dict[str, object]:
    released = row is not None and row.release_index != UNRELEASED
    return {
        "release_record": facts.release if facts else None,
        "log_index": row.release_index if row and released else None,
        "tree_size": found.tree_size,
        "bundle": f"/api/v1/lots/{row.lot}/provenance" if row else None,
    }
