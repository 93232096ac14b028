"""What stands against one vial for one asker now: where it is, what was done with it, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from qc_service.domain.use import claimed_here, time_is_up
from qc_service.domain.verdict import Asker, Finding
from qc_service.domain.vial_states import VialState
from qc_service.domain.vials import Doubt, Vial

EXPIRES_SOON = timedelta(days=30)
CUSTODY_NOT_CHECKED = Finding(
    code="custody_not_checked",
    detail="You are not signed in, so it was not checked to whom this vial was sent.",
)
"""What every answer to an anonymous asker mentions."""
_SAMPLES = {VialState.REJECTED_AT_INSPECTION, VialState.QC_SAMPLE, VialState.RETENTION, VialState.STABILITY}
_ENDED = {
    VialState.WASTED: Finding(code="wasted", detail="This vial was recorded as wasted."),
    VialState.RETURNED: Finding(code="returned", detail="This vial was returned."),
    VialState.LOST: Finding(code="lost", detail="This vial was reported lost."),
    VialState.DESTROYED: Finding(code="destroyed", detail="This vial was recorded as destroyed."),
    VialState.STOLEN: Finding(code="stolen", detail="This vial was reported stolen."),
}
_USED = {VialState.IN_PREPARATION, VialState.PARTLY_USED, VialState.ADMINISTERED}
_ASIDE = {VialState.SET_ASIDE, VialState.RECEIVED_DAMAGED}


def expiry_findings(expires_on: date, asker: Asker, zone: str, at: datetime) -> Iterator[Finding]:
    """A vial is usable through the printed day, in the asking clinic's time zone or else the product's (rule V8)."""
    today = at.astimezone(ZoneInfo(asker.zone or zone)).date()
    if today > expires_on:
        yield Finding(code="expired", detail=f"It expired on {expires_on.isoformat()}.")
    elif expires_on - today <= EXPIRES_SOON:
        yield Finding(code="expires_soon", detail=f"It expires on {expires_on.isoformat()}.")


def vial_findings(vial: Vial, asker: Asker, at: datetime, *, window_minutes: int) -> tuple[Finding, ...]:
    """Every reason that stands against this vial for this asker; the caller puts them in order.

    ``window_minutes`` is within which its product is given once it is prepared (V4).
    """
    return (*_state(vial, asker, at, window_minutes), *_custody(vial, asker), *_doubts(vial))


def _state(vial: Vial, asker: Asker, at: datetime, window_minutes: int) -> Iterable[Finding]:
    if vial.state in _SAMPLES:
        yield Finding(code="sample_not_for_use", detail=f"This vial is not for use: {vial.state.spoken}.")
    if vial.state in _ENDED:
        yield _ENDED[vial.state]
    if vial.state in _ASIDE:
        yield Finding(code="set_aside", detail=f"This vial is {vial.state.spoken}.")
    if vial.state in _USED:
        yield from _used(vial, asker, at, window_minutes)


def _used(vial: Vial, asker: Asker, at: datetime, window_minutes: int) -> Iterable[Finding]:
    """Used here is a mistake, used elsewhere a danger (rule V5); who is anonymous is never told where."""
    if asker.organisation is not None and claimed_here(vial, asker.organisation):
        if time_is_up(vial, window_minutes, at):
            yield Finding(code="in_use_time_exceeded", detail="The time to use it once prepared has run out.")
    elif asker.organisation in {None, vial.claimed_by}:
        yield Finding(code="already_used", detail="This vial is recorded as used.")
    else:
        yield Finding(code="used_elsewhere", detail="This vial is recorded as used at another organisation.")


def _custody(vial: Vial, asker: Asker) -> Iterable[Finding]:
    if asker.organisation is None:
        return
    if vial.state is VialState.IN_TRANSIT and vial.consigned_to == asker.organisation:
        yield Finding(code="in_transit", detail="This vial is on its way to you. Receive it first.")
    elif not (
        asker.organisation in {vial.organisation, vial.custody, vial.claimed_by} or asker.keeps_quality
    ):
        yield Finding(code="not_consigned_here", detail="This vial was not sent to your organisation.")


def _doubts(vial: Vial) -> Iterable[Finding]:
    if Doubt.SUSPECTED_COPY in vial.doubts or Doubt.CONTRADICTED in vial.doubts:
        detail = "Records of this serial cannot all be of one vial: there may be a copy."
        yield Finding(code="suspected_copy", detail=detail)
    if Doubt.TEMPERATURE_EXCURSION in vial.doubts:
        yield Finding(code="temperature_excursion", detail="Its storage temperature was not kept on the way.")
    if Doubt.REFROZEN in vial.doubts:
        yield Finding(code="temperature_excursion", detail="It was frozen again, which it does not stand.")
    if {Doubt.UNLISTED, Doubt.DAMAGED, Doubt.WAS_LOST, Doubt.OPENED_UNCLAIMED} & set(vial.doubts):
        yield Finding(code="set_aside", detail="Quality has not yet decided about this vial.")
