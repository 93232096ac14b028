"""What a reader is told of a specification: its criteria in words, its way into force, and what a version changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qc_service.application.access import readable
from qc_service.application.actor import Actor
from qc_service.application.view import View
from qc_service.domain.approval import ApprovalCase, approval_reasons
from qc_service.domain.assessment import product_day
from qc_service.domain.codec import to_plain
from qc_service.domain.drafting import DraftStatus, SpecificationVersion, Turn, version_of
from qc_service.domain.permissions import Permission
from qc_service.domain.products import PRODUCT, Product
from qc_service.domain.quality import Quality
from qc_service.domain.specification_changes import AssayChange, overall, specification_changes
from qc_service.domain.specifications import Specification

Plain = dict[str, Any]


def read_specification(view: View, actor: Actor, product: str, version: int, *, at: datetime) -> Plain:
    """One version, draft or approved, with everything done about it; raises ``NotFound``.

    For a draft ``blocked_by`` has every reason against approving it, were the reader to sign it now.
    """
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, PRODUCT, product)
    found = version_of(state.versions, version)
    return {
        "product": str(state.code),
        **version_in_list(found),
        **stated(found.stated),
        "in_force": found.stated == state.specification_on(product_day(state, at))
        and found.status is DraftStatus.APPROVED,
        "turns": [_turn(turn) for turn in found.turns],
        "blocked_by": [
            {"code": reason.code, "detail": reason.detail, "source": reason.source}
            for reason in approval_reasons(
                ApprovalCase(
                    version=found, product=state, approver=actor.person, today=product_day(state, at)
                )
            )
        ]
        if found.status in {DraftStatus.DRAFTED, DraftStatus.RETURNED}
        else None,
    }


def read_changes(view: View, actor: Actor, product: str, version: int, *, since: int | None = None) -> Plain:
    """What a version changes against another, the last approved before it unless named; raises ``NotFound``."""
    actor.must(Permission.READ_RECORDS)
    state = readable(view, actor, PRODUCT, product)
    later = version_of(state.versions, version).stated
    earlier = _before(state, version) if since is None else version_of(state.versions, since).stated
    changes = specification_changes(earlier, later)
    return {
        "product": str(state.code),
        "version": version,
        "since": None if earlier is None else earlier.version,
        "change": to_plain(later.change),
        "effect": to_plain(overall(change.effect for change in changes)),
        "assays": [_change(change) for change in changes],
    }


def stated(specification: Specification) -> Plain:
    """A specification in plain values, each criterion with its limits and terms in words."""
    plain: Plain = to_plain(specification)
    for criterion, member in zip(specification.criteria, plain["criteria"], strict=True):
        member |= {"in_words": criterion.in_words, "terms_in_words": criterion.terms_in_words}
    return plain


def judged_by(quality: Quality, product: Product, at: datetime) -> Plain | None:
    """Which version a lot is judged by and why: frozen at its first assessment, before that the one in force."""
    specification = quality.specification(product, at)
    if specification is None:
        return None
    frozen = quality.assessment is not None
    why = (
        "frozen when the lot was first assessed"
        if frozen
        else f"in force since {specification.effective_from}, and frozen once the lot is assessed"
    )
    return {
        "version": specification.version,
        "effective_from": to_plain(specification.effective_from),
        "frozen": frozen,
        "in_words": f"version {specification.version}, {why}",
    }


def version_in_list(version: SpecificationVersion) -> Plain:
    """Where a version stands, in short."""
    return {
        "version": version.number,
        "status": version.status.value,
        "revision": version.revision,
        "effective_from": to_plain(version.stated.effective_from),
        "change": to_plain(version.stated.change),
    }


def _before(product: Product, version: int) -> Specification | None:
    """The last version approved before this one."""
    earlier = [one for one in product.specifications if one.version < version]
    return max(earlier, key=lambda one: one.version, default=None)


def _turn(turn: Turn) -> Plain:
    return {
        "status": turn.status.value,
        "revision": turn.revision,
        "by": str(turn.by.printed_name),
        "at": to_plain(turn.at),
        "remark": to_plain(turn.remark),
    }


def _change(change: AssayChange) -> Plain:
    return {
        "assay": change.assay,
        "alteration": change.alteration.value,
        "effect": to_plain(change.effect),
        "in_words": change.in_words,
        "members": [{**to_plain(member), "in_words": member.in_words} for member in change.members],
    }
