"""Registering products, recording how they are offered, approving their specifications, and reading them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from qc_service.application.access import own, readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.naming import must_be_free
from qc_service.application.parties import must_be_zone
from qc_service.application.view import View
from qc_service.domain.approval import ApprovalRefused, approval_reasons
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import Conflict, Fault, Malformed
from qc_service.domain.identifiers import CountryCode, Line, ProductCode
from qc_service.domain.permissions import Permission
from qc_service.domain.products import (
    PRODUCT,
    Definition,
    Product,
    ProductRegistered,
    RegulatoryBasisRecorded,
    SpecificationApproved,
)
from qc_service.domain.records import Meaning, New
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.specifications import Criterion, Specification
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind


class GtinTaken(Conflict):
    """Another product has this GTIN."""


@dataclass(frozen=True, kw_only=True)
class RegisterProduct(Definition):
    """A product as it is to be known, with the footing on which it is offered at first, if any."""

    code: ProductCode
    bases: tuple[RegulatoryBasis, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecordBasis:
    """On what footing a product is offered in a country by a route from now on."""

    product: ProductCode
    country: CountryCode
    route: AdministrationRoute
    kind: BasisKind
    since: date
    reference: Line | None = None


@dataclass(frozen=True, kw_only=True)
class ApproveSpecification:
    """The next version of a product's specification."""

    product: ProductCode
    effective_from: date
    criteria: tuple[Criterion, ...]


def register_product(view: View, occasion: Occasion, intent: RegisterProduct) -> tuple[New, ...]:
    """Register a product of the organisation; raises ``NameTaken``, ``GtinTaken``, ``Malformed``."""
    occasion.actor.must(Permission.REGISTER_PRODUCT)
    must_be_free(view, PRODUCT, intent.code)
    must_be_zone(intent.zone)
    if intent.gtin and view.citing(f"gtin/{intent.gtin}", PRODUCT.room):
        raise GtinTaken(f"GTIN {intent.gtin} belongs to another product: give this one a GTIN of its own.")
    definition = {field.name: getattr(intent, field.name) for field in fields(Definition)}
    for place, basis in enumerate(intent.bases):
        _must_be_allowed(intent, basis, f"/bases/{place}/route")
    bodies = (ProductRegistered(**definition), *(RegulatoryBasisRecorded(basis=one) for one in intent.bases))
    return tuple(New(name=intent.code, body=body) for body in bodies)


def record_basis(view: View, occasion: Occasion, intent: RecordBasis) -> tuple[New, ...]:
    """Record on what footing a product is offered; raises ``Malformed`` for a route it does not allow."""
    occasion.actor.must(Permission.REGISTER_PRODUCT)
    product = own(view, occasion.actor, PRODUCT, intent.product)
    basis = RegulatoryBasis(
        country=intent.country,
        route=intent.route,
        kind=intent.kind,
        reference=intent.reference,
        since=intent.since,
    )
    _must_be_allowed(product, basis, "/route")
    return (New(name=product.code, body=RegulatoryBasisRecorded(basis=basis)),)


def approve_specification(view: View, occasion: Occasion, intent: ApproveSpecification) -> tuple[New, ...]:
    """Approve the next version of a product's specification; raises ``ApprovalRefused`` with every reason."""
    occasion.actor.must(Permission.APPROVE_SPECIFICATION)
    product = own(view, occasion.actor, PRODUCT, intent.product)
    proposed = Specification(
        version=len(product.specifications) + 1,
        effective_from=intent.effective_from,
        criteria=intent.criteria,
    )
    reasons = approval_reasons(proposed, routes=product.routes_allowed, today=occasion.at.date())
    if reasons:
        raise ApprovalRefused(f"Version {proposed.version} cannot be approved as it is.", reasons)
    body = SpecificationApproved(
        version=proposed.version, effective_from=proposed.effective_from, criteria=proposed.criteria
    )
    return (New(name=product.code, body=body, meaning=Meaning.RESPONSIBILITY),)


def _must_be_allowed(definition: Definition, basis: RegulatoryBasis, pointer: str) -> None:
    if basis.route not in definition.routes_allowed:
        detail = f"this product is not for the route {basis.route}"
        raise Malformed(detail, faults=(Fault(pointer=pointer, detail=detail),))


def read_product(view: View, actor: Actor, product: str) -> dict[str, Any]:
    """A product of the reader's organisation, each footing and each limit in words beside it."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, PRODUCT, product)
    plain: dict[str, Any] = to_plain(state)
    for basis, member in zip(state.bases, plain["bases"], strict=True):
        member["in_words"] = basis.in_words
    for specification, version in zip(state.specifications, plain["specifications"], strict=True):
        for criterion, member in zip(specification.criteria, version["criteria"], strict=True):
            member |= {"in_words": criterion.in_words, "terms_in_words": criterion.terms_in_words}
    return plain


def product_summary(product: Product) -> dict[str, object]:
    """A product in a list; it is ``specified`` once a specification was approved."""
    return {
        "status": "specified" if product.specifications else "registered",
        "title": str(product.name),
        "gtin": product.gtin and str(product.gtin),
        "country": str(product.country),
        "routes_allowed": [route.value for route in product.routes_allowed],
    }
