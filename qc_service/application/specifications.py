"""Drafting a specification, giving it back, giving it up, and approving it as the second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qc_service.application.access import own
from qc_service.application.actor import Occasion
from qc_service.application.view import View
from qc_service.domain.approval import ApprovalCase, ApprovalRefused, approval_reasons
from qc_service.domain.assessment import product_day
from qc_service.domain.criteria import Criterion
from qc_service.domain.drafting import (
    DraftStatus,
    SpecificationApproved,
    SpecificationDrafted,
    SpecificationReturned,
    SpecificationReturnedBefore,
    SpecificationVersion,
    SpecificationWithdrawn,
    next_version,
    version_of,
)
from qc_service.domain.identifiers import ProductCode, Text
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.records import Meaning, New


@dataclass(frozen=True, kw_only=True)
class DraftSpecification:
    """The next version of a product's specification, as somebody proposes it."""

    product: ProductCode
    effective_from: date
    criteria: tuple[Criterion, ...]
    change: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ReviseSpecification(DraftSpecification):
    """Another revision of a draft, in place of the one before."""

    version: int


@dataclass(frozen=True, kw_only=True)
class ReturnSpecification:
    """Quality gives a draft back."""

    product: ProductCode
    version: int
    remark: Text


@dataclass(frozen=True, kw_only=True)
class WithdrawSpecification:
    """A draft is given up."""

    product: ProductCode
    version: int
    reason: Text


@dataclass(frozen=True, kw_only=True)
class ApproveSpecification:
    """The second person approves a draft."""

    product: ProductCode
    version: int


def draft_specification(view: View, occasion: Occasion, intent: DraftSpecification) -> tuple[New, ...]:
    """Record a draft of the next version; whatever is well formed is taken, and approving it is the decision."""
    occasion.actor.must(Permission.DRAFT_SPECIFICATION)
    product = own(view, occasion.actor, PRODUCT, intent.product)
    return (_drafted(intent, version=next_version(product.versions), revision=1),)


def revise_specification(view: View, occasion: Occasion, intent: ReviseSpecification) -> tuple[New, ...]:
    """Record another revision of a draft. Raises ``SpecificationSettled`` once it is approved or withdrawn."""
    occasion.actor.must(Permission.DRAFT_SPECIFICATION)
    _, draft = _open(view, occasion, intent.product, intent.version)
    return (_drafted(intent, version=draft.number, revision=draft.revision + 1),)


def return_specification(view: View, occasion: Occasion, intent: ReturnSpecification) -> tuple[New, ...]:
    """Give a draft back with a remark. Raises ``SpecificationSettled``, ``SpecificationReturnedBefore``."""
    occasion.actor.must(Permission.APPROVE_SPECIFICATION)
    product, draft = _open(view, occasion, intent.product, intent.version)
    if draft.status is DraftStatus.RETURNED:
        raise SpecificationReturnedBefore(f"Version {draft.number} was returned and waits for its revision.")
    body = SpecificationReturned(version=draft.number, revision=draft.revision, remark=intent.remark)
    return (New(name=product.code, body=body, meaning=Meaning.REVIEW),)


def withdraw_specification(view: View, occasion: Occasion, intent: WithdrawSpecification) -> tuple[New, ...]:
    """Give a draft up; it stays on record. Raises ``SpecificationSettled``."""
    occasion.actor.must(Permission.DRAFT_SPECIFICATION)
    product, draft = _open(view, occasion, intent.product, intent.version)
    return (New(name=product.code, body=SpecificationWithdrawn(version=draft.number), reason=intent.reason),)


def approve_specification(view: View, occasion: Occasion, intent: ApproveSpecification) -> tuple[New, ...]:
    """Approve a draft as the second person, its criteria restated. Raises ``ApprovalRefused`` with every reason."""
    occasion.actor.must(Permission.APPROVE_SPECIFICATION)
    product = own(view, occasion.actor, PRODUCT, intent.product)
    draft = version_of(product.versions, intent.version)
    case = ApprovalCase(
        version=draft,
        product=product,
        approver=occasion.actor.person,
        today=product_day(product, occasion.at),
    )
    reasons = approval_reasons(case)
    if reasons:
        raise ApprovalRefused(f"Version {draft.number} cannot be approved as it is.", reasons)
    body = SpecificationApproved(
        version=draft.number,
        revision=draft.revision,
        effective_from=draft.stated.effective_from,
        criteria=draft.stated.criteria,
        change=draft.stated.change,
    )
    return (New(name=product.code, body=body, meaning=Meaning.RESPONSIBILITY),)


def _drafted(intent: DraftSpecification, *, version: int, revision: int) -> New:
    body = SpecificationDrafted(
        version=version,
        revision=revision,
        effective_from=intent.effective_from,
        criteria=intent.criteria,
        change=intent.change,
    )
    return New(name=intent.product, body=body)


def _open(
    view: View, occasion: Occasion, code: ProductCode, number: int
) -> tuple[Product, SpecificationVersion]:
    """The product and a version that is still a draft. Raises ``NotFound``, ``SpecificationSettled``."""
    product = own(view, occasion.actor, PRODUCT, code)
    version = version_of(product.versions, number)
    version.must_be_open()
    return product, version
