"""Registering products, recording how they are offered, and reading them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from qc_service.application.access import own, readable
from qc_service.application.actor import Actor, Occasion
from qc_service.application.naming import must_be_free
from qc_service.application.parties import must_be_zone
from qc_service.application.specification_reading import stated, version_in_list
from qc_service.application.stability.support import supporting
from qc_service.application.view import View
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
)
from qc_service.domain.records import New
from qc_service.domain.regulatory import RegulatoryBasis
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
    return plain | {
        "specifications": [stated(specification) for specification in state.specifications],
        "versions": [version_in_list(version) for version in state.versions],
        "stability": supporting(view, product),
    }


def product_summary(product: Product) -> dict[str, object]:
    """A product in a list; it is ``specified`` once a specification was approved."""
    return {
        "status": "specified" if product.specifications else "registered",
        "title": str(product.name),
        "gtin": product.gtin and str(product.gtin),
        "country": str(product.country),
        "routes_allowed": [route.value for route in product.routes_allowed],
    }
