"""Products and in-house materials: what they are, how they are made, and where they may be offered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from qc_service.domain.drafting import (
    VERSIONS,
    DraftStatus,
    SpecificationApproved,
    Versions,
    after_approval,
    approved,
)
from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import CountryCode, Gtin, Line, OrganisationId, ProductCode, Slug
from qc_service.domain.records import Body, Fold, Recorded, record
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.specifications import Specification, specification_on
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind, StepKind, Tissue

CELSIUS = Line("Cel")
"""Degrees Celsius as UCUM writes them."""


@dataclass(frozen=True, kw_only=True)
class StorageCondition:
    """One way to keep the product, with its own shelf life (domain rule P9); both ends are within it."""

    min: Decimal
    max: Decimal
    unit: Line
    shelf_life_days: int

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where the condition cannot be kept."""
        if self.unit != CELSIUS:
            raise Malformed("state temperatures in Cel", field="unit")
        if self.max < self.min:
            raise Malformed("is below the least temperature", field="max")
        if self.shelf_life_days < 1:
            raise Malformed("is at least one day", field="shelf_life_days")


@dataclass(frozen=True, kw_only=True)
class LabelClaim:
    """One thing that a vial's label says it holds, such as ``fill_volume`` 1.0 mL."""

    what: Slug
    value: Decimal
    unit: Line


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a product is, by its registration (domain rules P3, P9, P10, P12).

    ``process`` lists its steps in order. ``pooling_reference`` names the exemption or IND under which donors
    may be pooled; without it they may not. The hours say how long a vial may be used after thaw,
    reconstitution and first puncture; ``administration_window_minutes`` runs from preparing to giving it.
    """

    name: Line
    source_tissues: tuple[Tissue, ...]
    routes_allowed: tuple[AdministrationRoute, ...]
    storage: tuple[StorageCondition, ...]
    dose_form: Slug
    process: tuple[StepKind, ...]
    country: CountryCode
    zone: Line
    gtin: Gtin | None = None
    label_claims: tuple[LabelClaim, ...] = ()
    pooling_reference: Line | None = None
    doses_per_vial: int = 1
    hours_after_thaw: int | None = None
    hours_after_reconstitution: int | None = None
    hours_after_puncture: int | None = None
    administration_window_minutes: int = 60
    refreeze_forbidden: bool = True


@record("product")
@dataclass(frozen=True, kw_only=True)
class ProductRegistered(Definition, Body):
    """A product, or an in-house material with a definition of its own, is known from now on."""

    def __post_init__(self) -> None:
        """Raise ``Malformed`` naming every member that contradicts itself."""
        faults = [
            Fault(pointer=f"/{member}", detail="name at least one, each once")
            for member in ("source_tissues", "routes_allowed")
            if not _distinct(getattr(self, member))
        ]
        if AdministrationRoute.NONE in self.routes_allowed and len(self.routes_allowed) > 1:
            faults.append(Fault(pointer="/routes_allowed", detail="none stands alone"))
        if not self.storage:
            faults.append(Fault(pointer="/storage", detail="state at least one storage condition"))
        faults += [
            Fault(pointer=f"/{member}", detail="is at least 1")
            for member in _COUNTS
            if (count := getattr(self, member)) is not None and count < 1
        ]
        if faults:
            detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
            raise Malformed(detail, faults=tuple(faults))

    def cites(self) -> tuple[str, ...]:
        """The product's GTIN, so that no second product can take it."""
        return (f"gtin/{self.gtin}",) if self.gtin else ()


_COUNTS = (
    "doses_per_vial",
    "hours_after_thaw",
    "hours_after_reconstitution",
    "hours_after_puncture",
    "administration_window_minutes",
)


def _distinct(terms: tuple[str, ...]) -> bool:
    return bool(terms) and len(set(terms)) == len(terms)


@record("product")
@dataclass(frozen=True, kw_only=True)
class RegulatoryBasisRecorded(Body):
    """The product is offered on this footing from now on; it replaces the one for that country and route."""

    basis: RegulatoryBasis


@dataclass(frozen=True, kw_only=True)
class Product(Definition):
    """A product as it stands: ``specifications`` are approved, ``versions`` those with every draft."""

    code: ProductCode
    organisation: OrganisationId
    bases: tuple[RegulatoryBasis, ...]
    specifications: tuple[Specification, ...]
    versions: Versions = ()

    def specification_on(self, day: date) -> Specification | None:
        """The specification in effect that day."""
        return specification_on(self.specifications, day)

    def specification_known(self, day: date, at: datetime) -> Specification | None:
        """The one in effect that day as it was known at that moment: versions approved since then do not count."""
        approved_by_then = tuple(
            one.stated
            for one in self.versions
            if one.status is DraftStatus.APPROVED and one.turns[-1].at <= at
        )
        return specification_on(approved_by_then, day)

    def basis_for(self, country: str, route: AdministrationRoute) -> RegulatoryBasis | None:
        """The footing on which the product is offered there; ``None`` where the record says there is none."""
        return next(
            (
                basis
                for basis in self.bases
                if (basis.country, basis.route) == (country, route) and basis.kind is not BasisKind.NONE
            ),
            None,
        )

    @property
    def topical_only(self) -> bool:
        """Whether it must be shouted that this is not for injection."""
        return self.routes_allowed == (AdministrationRoute.TOPICAL,)


PRODUCT: Fold[Product] = Fold("product")


@PRODUCT.begins(ProductRegistered)
def _product(recorded: Recorded, body: ProductRegistered) -> Product:
    return Product(
        code=ProductCode(recorded.name),
        organisation=recorded.signer.organisation,
        bases=(),
        specifications=(),
        **vars(body),
    )


@PRODUCT.on(RegulatoryBasisRecorded)
def _offered(product: Product, _: Recorded, body: RegulatoryBasisRecorded) -> Product:
    place = (body.basis.country, body.basis.route)
    others = tuple(basis for basis in product.bases if (basis.country, basis.route) != place)
    return replace(product, bases=(*others, body.basis))


PRODUCT.part("versions", VERSIONS)


@PRODUCT.on(SpecificationApproved)
def _specified(product: Product, recorded: Recorded, body: SpecificationApproved) -> Product:
    return replace(
        product,
        specifications=(*product.specifications, approved(body)),
        versions=after_approval(product.versions, recorded, body),
    )
