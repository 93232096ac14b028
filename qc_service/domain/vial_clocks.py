"""A vial's in-use clocks that start after its preparation, and what freezing it again does (V4, P12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.records import Recorded, record
from qc_service.domain.use import claimed_here
from qc_service.domain.vial_acts import Clock, VialBody
from qc_service.domain.vials import Doubt, InUse, Vial

STARTED: Mapping[Clock, str] = {
    Clock.THAW: "thawed_at",
    Clock.RECONSTITUTION: "reconstituted_at",
    Clock.PUNCTURE: "punctured_at",
}
"""The member of a vial in use that says when each clock started."""


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialClockStarted(VialBody):
    """A vial was thawed, reconstituted or punctured after its preparation; use it before that, if it is in use (V4)."""

    clinic: OrganisationId
    starts: tuple[Clock, ...]
    use_before: datetime | None


@record("vial")
@dataclass(frozen=True, kw_only=True)
class VialRefrozen(VialBody):
    """The vial was frozen again; ``forbidden`` is what its product said of that on the day (P12)."""

    forbidden: bool


def clock_started(vial: Vial, recorded: Recorded, body: VialClockStarted) -> Vial:
    """A clock starts once: the earliest start counts. What was opened without a claim is quality's to judge."""
    if vial.in_use is None or not claimed_here(vial, body.clinic):
        return vial.doubting(Doubt.OPENED_UNCLAIMED)
    in_use = running(vial.in_use, body.starts, recorded.occurred_at.instant)
    return replace(vial, in_use=replace(in_use, use_before=body.use_before))


def running(in_use: InUse, starts: tuple[Clock, ...], at: datetime) -> InUse:
    """The vial in use with these clocks running since then, or for longer."""
    known: dict[str, datetime | None] = {STARTED[clock]: getattr(in_use, STARTED[clock]) for clock in starts}
    since: dict[str, Any] = {member: min(started or at, at) for member, started in known.items()}
    return replace(in_use, **since)


def refrozen(vial: Vial, _recorded: Recorded, body: VialRefrozen) -> Vial:
    """Where the product forbids it, only the owner's quality lets the vial be used again."""
    return vial.doubting(Doubt.REFROZEN) if body.forbidden else vial
