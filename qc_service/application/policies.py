"""What a quality unit lays down for its own products, with its history (V10)."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.actor import Actor, Occasion
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import OrganisationId, Text
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.permissions import Permission
from qc_service.domain.policies import DEFAULTS, POLICY, CopyPolicySet, CopyThresholds, Policy, thresholds
from qc_service.domain.records import Meaning, New


@dataclass(frozen=True, kw_only=True)
class SetCopyPolicy(CopyThresholds):
    """The thresholds that hold from now on for the organisation's vials, and why; what is left out is the default."""

    organisation: OrganisationId
    reason: Text


def set_copy_policy(view: View, occasion: Occasion, intent: SetCopyPolicy) -> tuple[New, ...]:
    """Lay down the thresholds for copies. Raises ``NotFound`` for another organisation than the actor's."""
    occasion.actor.must(Permission.SET_POLICY)
    if intent.organisation != occasion.actor.organisation or not view.find(ORGANISATION, intent.organisation):
        raise _not_theirs(intent.organisation)
    body = CopyPolicySet(**vars(thresholds(intent)))
    stands_on = (f"{ORGANISATION.room}/{intent.organisation}",)
    return (
        New(
            name=intent.organisation,
            body=body,
            meaning=Meaning.RESPONSIBILITY,
            reason=intent.reason,
            stands_on=stands_on,
        ),
    )


def read_copy_policy(view: View, actor: Actor, organisation: str) -> dict[str, object]:
    """The thresholds in force, and all that were laid down before, the newest last. Raises ``NotFound``."""
    actor.must(Permission.READ_RECORDS)
    known = view.find(ORGANISATION, organisation)
    if known is None or not actor.sees(known.id):
        raise _not_theirs(organisation)
    policy = view.find(POLICY, organisation)
    history = view.history(f"{POLICY.room}/{organisation}")
    return {
        "organisation": organisation,
        "laid_down": policy is not None,
        "seq": len(history) - 1 if history else None,
        "in_force": to_plain(DEFAULTS if policy is None else policy.copies),
        "history": [
            {
                "thresholds": to_plain(recorded.body),
                "recorded_at": to_plain(recorded.recorded_at),
                "by": str(recorded.signer.printed_name),
                "reason": recorded.reason,
                "log_index": recorded.index,
            }
            for recorded in history
        ],
    }


def summary(policy: Policy) -> dict[str, object]:
    """What lists show of a policy."""
    return {"status": "in force", "title": f"Policy of {policy.organisation}"}


def _not_theirs(organisation: str) -> NotFound:
    return NotFound(f"No policy of {organisation} is yours.")
