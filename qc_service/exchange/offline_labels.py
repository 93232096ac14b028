"""A label checked without a network: its token, the recall list, and what day it is; never whether it may be used.

The good answer is *label genuine, state unknown as of …*: a copied label verifies too, and what became of the vial
since the list was issued nobody offline can know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from qc_service.domain.label_claims import LabelClaims
from qc_service.domain.moments import instant_text
from qc_service.domain.verdict import RULES
from qc_service.exchange.label_tokens import TokenFault, TokenRefused, open_token
from qc_service.exchange.recall_list import RecallList

SLOW_CLOCK = timedelta(minutes=5)
"""A list that is issued later than this from now means that the clock here is wrong."""

_CALL = RULES["unknown_lot"].next_step


class LabelDecision(StrEnum):
    """What can be said of a label offline."""

    GENUINE = "label_genuine_state_unknown"
    DO_NOT_USE = "do_not_use"
    CANNOT_VERIFY = "cannot_verify"


@dataclass(frozen=True, kw_only=True)
class LabelReason:
    """Why a label is not just genuine, and what to do."""

    code: str
    detail: str

    @property
    def open(self) -> bool:
        """Whether it leaves the question open rather than forbid."""
        return self.code in ("offline", TokenFault.MALFORMED)

    @property
    def next_step(self) -> str:
        """What the person with the vial in hand does now."""
        if self.code == TokenFault.MALFORMED:
            return RULES["malformed_code"].next_step
        return RULES[self.code].next_step if self.code in RULES else _CALL


@dataclass(frozen=True, kw_only=True)
class LabelAnswer:
    """The answer: ``claims`` is ``None`` where no label key vouches for the token."""

    decision: LabelDecision
    claims: LabelClaims | None
    reasons: tuple[LabelReason, ...]
    recalls: RecallList
    age: timedelta

    @property
    def in_words(self) -> str:
        """The answer as a person would say it."""
        as_of = instant_text(self.recalls.issued_at)
        if self.decision is LabelDecision.GENUINE:
            return (
                f"Label genuine, state unknown as of {as_of}: the recall list of then, {spoken(self.age)} old, does "
                "not stop the lot. Whether the vial was used since, or copied, only an answer online can say."
            )
        head = "Do not use" if self.decision is LabelDecision.DO_NOT_USE else "STOP – not checked"
        return f"{head}. " + " ".join(f"{reason.detail} {reason.next_step}" for reason in self.reasons)

    def plain(self) -> dict[str, object]:
        """As JSON; ``list.age_seconds`` is how old its knowledge is."""
        recalls, claims = self.recalls, self.claims
        return {
            "decision": self.decision.value,
            "in_words": self.in_words,
            "reasons": [
                {"code": str(reason.code), "detail": reason.detail, "next_step": reason.next_step}
                for reason in self.reasons
            ],
            "label": None if claims is None else {
                "issuer": claims.issuer, "gtin": claims.gtin, "lot": claims.lot, "serial": claims.serial,
                "use_by": claims.use_by.isoformat(), "fill_record": f"sha256:{claims.fill}",
                "log_index": claims.log_index,
            },
            "as_of": instant_text(recalls.issued_at),
            "list": {
                "number": recalls.number, "issued_at": instant_text(recalls.issued_at),
                "next_update": instant_text(recalls.next_update), "age_seconds": int(self.age.total_seconds()),
            },
        }  # fmt: skip


def label_answer(token: str, recalls: RecallList, *, now: datetime, today: date) -> LabelAnswer:
    """What can be said of this token with this list; ``today`` is the day where the vial is (domain rule V8).

    Every reason is given at once: those that forbid outweigh those that leave it open.
    """
    claims: LabelClaims | None = None
    reasons: list[LabelReason] = []
    try:
        claims = open_token(token, recalls.label_keys, recalls.issuer)
    except TokenRefused as error:
        reasons.append(LabelReason(code=error.fault, detail=error.detail))
    else:
        reasons += _against(claims, recalls, today)
    reasons += _outdated(claims, recalls, now)
    if all(reason.open for reason in reasons):
        decision = LabelDecision.CANNOT_VERIFY if reasons else LabelDecision.GENUINE
    else:
        decision = LabelDecision.DO_NOT_USE
    age = max(now - recalls.issued_at, timedelta())
    return LabelAnswer(decision=decision, claims=claims, reasons=tuple(reasons), recalls=recalls, age=age)


def _against(claims: LabelClaims, recalls: RecallList, today: date) -> list[LabelReason]:
    """What the list and the calendar say against the vial, in the order of every answer."""
    status = recalls.status_of(claims.lot)
    found = []
    if status is not None:
        spoken_status = status.replace("_", " ")
        found.append(LabelReason(code=status, detail=f"Lot {claims.lot} is {spoken_status}."))
    if today > claims.use_by:
        found.append(LabelReason(code="expired", detail=f"It was to be used by {claims.use_by.isoformat()}."))
    return found


def _outdated(claims: LabelClaims | None, recalls: RecallList, now: datetime) -> list[LabelReason]:
    """Where the list cannot know enough."""
    age = now - recalls.issued_at
    if age < -SLOW_CLOCK:
        detail = f"The recall list is of {instant_text(recalls.issued_at)}, which is to come: set the clock."
    elif now >= recalls.next_update:
        due = instant_text(recalls.next_update)
        detail = f"The recall list is {spoken(age)} old; a newer one was due at {due}: fetch it."
    elif claims is not None and claims.log_index >= recalls.number:
        detail = "The vial was filled after the recall list was issued: fetch a newer one."
    else:
        return []
    return [LabelReason(code="offline", detail=detail)]


def spoken(age: timedelta) -> str:
    """An age in the largest unit that leaves at least two: ``3 hours``."""
    seconds = int(age.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
