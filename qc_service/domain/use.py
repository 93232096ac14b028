"""Using a vial: when it may be claimed, until when it may be given, what may be undone (V4–V6, R5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from qc_service.domain.errors import Malformed, Reason, Refused
from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.moments import instant_text
from qc_service.domain.products import Product
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Recorded
from qc_service.domain.vial_acts import Clock, UndoStatement, VialActUndone, VialAdministered, VialRef
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Vial

UNDO_WITHIN = timedelta(days=10)
"""How long an act may be taken back (V6; Delegated Regulation (EU) 2016/161, Article 13)."""

Reasons = tuple[Reason, ...]


class PreparationRefused(Refused):
    """The records do not answer ``in_order`` for this clinic, so the vial is not claimed (V4)."""


class UndoRefused(Refused):
    """The vial's last act may not be taken back (V6)."""


class ActOvertaken(Refused):
    """A decision about the vial is older than what was done with it since, so it decides nothing now (V11)."""


class PutBackRefused(Refused):
    """The vial may not go back among those for use."""


class ReissueRefused(Refused):
    """The returned vial may not go out again (R5)."""


@lru_cache(maxsize=4096)
def end_of_day(day: date, zone: str) -> datetime:
    """The last second of a printed day in a time zone (V8): a vial is usable through its expiry day there."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def use_before(
    product: Product, expires_on: date, zone: str, starts: tuple[Clock, ...], at: datetime
) -> datetime:
    """The earliest of the expiry day's end and of every window that starts now (V4, P12)."""
    return sooner(product, end_of_day(expires_on, zone), starts, at)


def sooner(product: Product, until: datetime, starts: tuple[Clock, ...], at: datetime) -> datetime:
    """Until when it may be given once these clocks start as well: every window ends the time, none extends it."""
    hours = {
        Clock.THAW: product.hours_after_thaw,
        Clock.RECONSTITUTION: product.hours_after_reconstitution,
        Clock.PUNCTURE: product.hours_after_puncture,
    }
    windows = [hours[clock] for clock in starts]
    ends = [at + timedelta(hours=window) for window in windows if window is not None]
    return min([until, *ends])


def claimed_here(vial: Vial, clinic: OrganisationId) -> bool:
    """Whether this clinic prepared the vial and still has something to give from it."""
    return vial.claimed_by == clinic and vial.state in {VialState.IN_PREPARATION, VialState.PARTLY_USED}


def time_is_up(vial: Vial, window_minutes: int, at: datetime) -> bool:
    """Whether a prepared vial may not be given any more: its clocks ran out, or its first dose was not given within
    the product's window after the last step of the preparation (V4)."""
    if vial.in_use is None:
        return False
    window = timedelta(minutes=window_minutes)
    not_given = vial.state is VialState.IN_PREPARATION and at > vial.in_use.ready_at + window
    return not_given or (vial.use_before is not None and at > vial.use_before)


def administration_reasons(
    vial: Vial, product: Product, clinic: OrganisationId, doses: int, at: datetime
) -> Iterator[Reason]:
    """What this use lacks beside the answer's own reasons (V4): a claim, its window, doses enough.

    None of it refuses an injection that was given: it is recorded so, and quality looks.
    """
    if not claimed_here(vial, clinic) or vial.in_use is None:
        yield Reason(
            code="not_prepared", detail="The vial was not prepared here before it was given.", source="V4"
        )
        return
    if time_is_up(vial, product.administration_window_minutes, at):
        detail = "It was given after the time within which a prepared vial is used."
        yield Reason(code="in_use_time_exceeded", detail=detail, source="V4")
    if doses > doses_left(vial, product):
        yield Reason(code="too_many_doses", detail="More doses were given than the vial held.", source="P12")


def volume_reasons(filled: Quantity, taken: Iterable[Quantity]) -> Iterator[Reason]:
    """Whether more was given and wasted of a vial than was filled into it: a slip, or not the vial on record (P12)."""
    known = [each.measured_in(filled.unit) for each in taken if each.comparable(filled)]
    if sum(known) > filled.amount:
        detail = f"More was given and wasted than the vial was filled with, {filled}."
        yield Reason(code="more_than_filled", detail=detail, source="P12")


@dataclass(frozen=True, kw_only=True)
class Administration:
    """One administration as a vial's stream has it, and whether it was taken back."""

    recorded: Recorded
    body: VialAdministered
    undone: bool = False


def administrations(history: Iterable[Recorded]) -> tuple[Administration, ...]:
    """Every administration of a vial's stream; what is taken back is the last that stands."""
    given: list[Administration] = []
    for recorded in history:
        if isinstance(recorded.body, VialAdministered):
            given.append(Administration(recorded=recorded, body=recorded.body))
        if isinstance(recorded.body, VialActUndone) and recorded.body.act.startswith("administer"):
            standing = [place for place, one in enumerate(given) if not one.undone]
            for place in standing[-1:]:
                given[place] = replace(given[place], undone=True)
    return tuple(given)


def doses_left(vial: Vial, product: Product) -> int:
    """How many doses the vial holds: all of the product's until something was taken."""
    return product.doses_per_vial if vial.doses_left is None else vial.doses_left


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """Who takes the last act back, when, and what they state."""

    organisation: OrganisationId
    at: datetime
    statement: UndoStatement
    right_vial: VialRef | None

    def __post_init__(self) -> None:
        """Raise ``Malformed`` unless "wrong vial scanned" names the right one, and only that does."""
        if (self.statement is UndoStatement.WRONG_VIAL) != (self.right_vial is not None):
            detail = "name the right vial where the wrong one was scanned, and only there"
            raise Malformed(detail, field="right_vial")


def undo_reasons(
    vial: Vial, undoing: Undoing, *, expired: bool, recalled: bool, right_known: bool = True
) -> Reasons:
    """Every reason against taking the last act back (V6; Delegated Regulation (EU) 2016/161, Article 13)."""
    undoable = vial.undoable
    if undoable is None:
        detail = f"Nothing can be taken back: the vial is {vial.state.spoken}."
        return (Reason(code="nothing_to_undo", detail=detail, source="V6"),)
    faults = (
        ("other_organisation", "The act was another organisation's; only that one may take it back.",
         undoable.by != undoing.organisation),
        ("too_late_to_undo", "The act is more than 10 days old.", undoing.at - undoable.at > UNDO_WITHIN),
        ("expired", "The vial has expired.", expired),
        ("recalled", "The lot is recalled or withdrawn.", recalled),
        ("right_vial_is_this", "The right vial named is this one.", undoing.right_vial == vial.ref),
        ("right_vial_unknown", "The right vial named is not on record.", not right_known),
    )  # fmt: skip
    return tuple(Reason(code=code, detail=detail, source="V6") for code, detail, true in faults if true)


def overtaken_reasons(vial: Vial, at: datetime | None) -> Reasons:
    """The reason against a decision that was taken before the newest act on the vial and comes in after it (V11)."""
    if at is None or vial.acted_at is None or at >= vial.acted_at:
        return ()
    detail = f"Something was done with the vial later, on {instant_text(vial.acted_at)}: look at it and decide now."
    return (Reason(code="overtaken", detail=detail, source="V11"),)


def put_back_reasons(vial: Vial, *, by_owners_quality: bool) -> Reasons:
    """Every reason against putting a vial back: it was opened, or is for the owner's quality to settle."""
    reasons = []
    at_rest = vial.state in {VialState.SET_ASIDE, VialState.RECEIVED, VialState.IN_STOCK}
    if not at_rest or (vial.state is not VialState.SET_ASIDE and not vial.doubts):
        reasons.append(
            Reason(code="not_set_aside", detail=f"The vial is {vial.state.spoken}, not set aside.")
        )
    if vial.in_use is not None:
        reasons.append(
            Reason(code="opened", detail="The vial was prepared: waste it or return it.", source="V4")
        )
    if vial.doubts and not by_owners_quality:
        doubts = ", ".join(doubt.value.replace("_", " ") for doubt in vial.doubts)
        detail = f"Only the owner's quality unit puts it back, because of: {doubts}."
        reasons.append(Reason(code="doubtful", detail=detail, source="R5"))
    return tuple(reasons)


def reissue_reasons(vial: Vial) -> Reasons:
    """Every reason against taking a vial back into stock (R5); the evidence is the record's own member."""
    reasons = []
    if vial.state is not VialState.RETURNED:
        reasons.append(
            Reason(code="not_returned", detail=f"The vial is {vial.state.spoken}, not returned.", source="R5")
        )
    if vial.in_use is not None:
        reasons.append(
            Reason(code="opened", detail="The vial was prepared before it came back.", source="R5")
        )
    return tuple(reasons)
