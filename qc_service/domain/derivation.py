"""What is asked when a lot is made from donations and other lots: pooling, consumption, and a product of its
own."""

from __future__ import annotations

from collections.abc import Iterable

from qc_service.domain.errors import Malformed, Reason, Refused
from qc_service.domain.identifiers import DonorCode, LotNumber, Text
from qc_service.domain.lots import Lot, LotMaterialConsumed, LotRegistered, Parent
from qc_service.domain.processing import Departure, DeviationCause, Severity
from qc_service.domain.products import Product
from qc_service.domain.quantities import Quantity
from qc_service.domain.vocabulary import Purpose


class PoolingRefused(Refused):
    """Tissue of several donors may not be pooled in this product (21 CFR 1271.220(b); domain rule P10)."""


class FormulationNeedsItsOwnProduct(Refused):
    """Something was added, so the lot is of another product than its parent (domain rule P2)."""


def must_not_pool(product: Product, donors: Iterable[DonorCode]) -> None:
    """Allow several donors only where the product names its exemption or IND reference.

    Raises ``PoolingRefused`` (21 CFR 1271.220(b); domain rule P10).
    """
    pooled = sorted(set(donors))
    if len(pooled) > 1 and product.pooling_reference is None:
        detail = (
            f"{len(pooled)} donors stand behind this lot ({', '.join(pooled)}), and {product.code} names no "
            "exemption or IND reference for pooling: make a lot for each donor, or have the product name one."
        )
        reason = Reason(code="donors_pooled", detail=detail, source="21 CFR 1271.220(b)")
        raise PoolingRefused("Donors may not be pooled in this product.", (reason,))


def must_be_a_product_of_its_own(registered: LotRegistered, parents: Iterable[Lot]) -> None:
    """Ask for another product than the parents' where something was added: a formulation has its own
    specification, its own release and its own regulatory basis, and never its parent's. Raises
    ``FormulationNeedsItsOwnProduct``."""
    shared = [parent.number for parent in parents if parent.product == registered.product]
    if registered.additives and shared:
        added = ", ".join(additive.name for additive in registered.additives)
        detail = (
            f"{added} was added to {', '.join(shared)}, so the lot is no longer {registered.product}: "
            "register it under a product of its own."
        )
        reason = Reason(code="parent_product_kept", detail=detail, source="P2")
        raise FormulationNeedsItsOwnProduct("A formulation is a product of its own.", (reason,))


def consumption(parent: Lot, into: LotNumber, amount: Parent) -> LotMaterialConsumed:
    """The parent's record of what was taken from it. Raises ``Malformed`` where the units cannot be
    compared."""
    taken = Quantity(amount=amount.amount, unit=amount.unit)
    if not taken.comparable(parent.quantity):
        raise Malformed(
            f"{taken} cannot be taken from {parent.quantity} of lot {parent.number}: "
            f"state the amount in {parent.quantity.unit} or a unit of the same kind",
            field="parents",
        )
    return LotMaterialConsumed(into=into, consumed=taken)


def departures_of_parent(parent: Lot, taken: Quantity) -> tuple[Departure, ...]:
    """What departs when this much is taken from a parent (domain rule P2).

    Taking is a fact and is never refused: a parent that quality has not released for further processing, or
    that is on hold or recalled, and more taken than was left, are deviations of the lot that was made.
    """
    found = []
    if parent.unmet:
        short = ", ".join(parent.unmet)
        detail = f"Parent lot {parent.number} does not meet its specification ({short})."
        found.append((DeviationCause.PARENT_NOT_RELEASED, detail))
    elif not parent.usable_for(Purpose.FURTHER_PROCESSING):
        detail = f"Parent lot {parent.number} was not released for further processing: it is {parent.status}."
        found.append((DeviationCause.PARENT_NOT_RELEASED, detail))
    if taken.measured_in(parent.quantity.unit) > parent.remaining:
        detail = f"{taken} was taken from lot {parent.number}: more was consumed than there was."
        found.append((DeviationCause.MORE_CONSUMED_THAN_MADE, detail))
    return tuple(
        Departure(cause=cause, severity=Severity.MAJOR, description=Text(detail)) for cause, detail in found
    )
