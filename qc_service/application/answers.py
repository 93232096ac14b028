"""A lot's ready answer: what it is judged by, and the members that are sent as they are; one row for all its vials.

A recall of 100,000 vials rewrites the rows of its lots and none of its vials (performance.md, "Verify").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from qc_service.application.lineage import ancestors, donations_of
from qc_service.application.newest_certificate import newest_certificate
from qc_service.application.ports import UNRELEASED, LotAnswerRow
from qc_service.application.sourcing import Plain, sourcing
from qc_service.application.suspects import key_findings, serials_of, suspects
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.donations import DONATION
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import CountryCode, OrganisationId
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.standing import Background, standing_notices, standing_reasons
from qc_service.domain.verdict import Finding
from qc_service.domain.vocabulary import AdministrationRoute, Purpose


@dataclass(frozen=True, kw_only=True)
class LotFacts:
    """What a lot's answer is judged by beside the vial: who owns it, its standing, its footing and its routes.

    ``suspect_serials`` are the vials of which a record was signed with a key that somebody else may hold.
    """

    organisation: OrganisationId
    product: str
    country: CountryCode
    topical_only: bool
    window_minutes: int
    routes_allowed: tuple[AdministrationRoute, ...]
    bases: tuple[RegulatoryBasis, ...]
    reasons: tuple[Finding, ...]
    notices: tuple[Finding, ...]
    release: str | None
    suspect_serials: tuple[str, ...] = ()


def lot_answer(view: View, name: str) -> LotAnswerRow:
    """The row of one lot, from the records alone."""
    lot = view.get(LOT, name)
    product = view.get(PRODUCT, lot.product)
    background = _background(view, lot)
    release = lot.disposition.release_for(Purpose.CLINICAL)
    suspected = suspects(view)
    facts = LotFacts(
        organisation=lot.organisation,
        product=str(product.name),
        country=product.country,
        topical_only=product.topical_only,
        window_minutes=product.administration_window_minutes,
        routes_allowed=product.routes_allowed,
        bases=product.bases,
        reasons=(*standing_reasons(lot, background), *key_findings(suspected, _streams(lot, background))),
        notices=standing_notices(lot, background),
        release=None if release is None else f"sha256:{release.digest}",
        suspect_serials=serials_of(suspected, lot.number),
    )
    return LotAnswerRow(
        lot=lot.number,
        gtin=str(product.gtin or ""),
        expires_on=lot.expires_on.isoformat() if lot.expires_on else "",
        zone=str(product.zone),
        facts=_json(to_plain(facts)),
        stable=_json(stable_members(view, lot, product, detailed=False))[1:-1],
        release_index=UNRELEASED if release is None else release.index,
    )


def stable_members(view: View, lot: Lot, product: Product, *, detailed: bool) -> Plain:
    """The members of an answer that depend on the records alone: product, contact, release, certificate, sourcing."""
    return {
        "product": product_in_words(product),
        "contact": _contact(view, product),
        "release": _release(lot, detailed=detailed),
        **newest_certificate(view, lot),
        "sourcing": sourcing(view, lot, detailed=detailed),
    }


def product_in_words(product: Product) -> Plain:
    """The product as an answer names it."""
    return {
        "name": str(product.name),
        "source_tissue": ", ".join(product.source_tissues),
        "routes_allowed": [route.value for route in product.routes_allowed],
        "storage": [to_plain(condition) for condition in product.storage],
    }


def _contact(view: View, product: Product) -> Plain:
    owner = view.find(ORGANISATION, product.organisation)
    return {
        "organisation": str(owner.name if owner else product.organisation),
        "phone": owner.quality_phone if owner else None,
    }


def _release(lot: Lot, *, detailed: bool) -> Plain | None:
    """Shown as the quality unit's (rule R1); the releaser's name is for consignees and auditors."""
    release = lot.disposition.release_for(Purpose.CLINICAL)
    if release is None:
        return None
    by = "Released by the manufacturer's quality unit"
    return {
        "released_at": to_plain(release.at),
        "by": f"{by}: {release.signer.printed_name}" if detailed else by,
        "meaning": release.meaning.value,
        "purpose": release.purpose.value,
    }


def _background(view: View, lot: Lot) -> Background:
    chain = tuple(view.get(LOT, name) for name in ancestors(view, lot.number))
    sites = {step.facility for one in (lot, *chain) for step in one.processing.steps}
    found = {site: view.find(FACILITY, site) for site in sorted(sites)}
    return Background(
        ancestors=chain,
        donations=tuple(view.get(DONATION, din) for din in donations_of(view, lot.number)),
        facilities={site: facility for site, facility in found.items() if facility is not None},
    )


def _streams(lot: Lot, background: Background) -> Iterator[str]:
    """Every stream that the answer rests on."""
    chain = (lot, *background.ancestors)
    yield from (f"{LOT.room}/{one.number}" for one in chain)
    yield from (f"{PRODUCT.room}/{one.product}" for one in chain)
    yield from (f"{DONATION.room}/{donation.din}" for donation in background.donations)
    yield from (f"{FACILITY.room}/{facility}" for facility in background.facilities)


def _json(plain: object) -> bytes:
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
