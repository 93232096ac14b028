"""Checks of codes that name no vial on record: the clinic's own stream keeps them (V2), and bursts of them (V10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from qc_service.domain.identifiers import Code, Line, LotNumber, OrganisationId, Sha256, Slug
from qc_service.domain.parties import ORGANISATION, Organisation
from qc_service.domain.policies import CopyThresholds
from qc_service.domain.records import Body, Recorded, record
from qc_service.domain.vial_acts import Asked


class RawScan(Code):
    """What a scanner sent or a person typed, as it came; what a device added or changed is part of it."""

    GRAMMAR = re.compile(r"[^\ud800-\udfff]{1,2048}", re.DOTALL)
    EXAMPLE = "]d2010950600013435217271031..."


@record("organisation")
@dataclass(frozen=True, kw_only=True)
class CodeChecked(Body):
    """A clinic asked about a code and was answered so; ``lot`` is the lot meant, where that one is on
    record.
    """

    lot: LotNumber | None
    lot_as_read: Line | None
    serial_as_read: Line | None
    decision: Slug
    reasons: tuple[Slug, ...]
    alert: bool
    answer: Sha256
    asked: Asked

    def cites(self) -> tuple[str, ...]:
        """The lot, where it is on record: its owner may want to know of serials that are not."""
        return (f"lot/{self.lot}",) if self.lot else ()


@record("organisation")
@dataclass(frozen=True, kw_only=True)
class BurstSuspected(Body):
    """A clinic scanned many serials that are not on record within a short time: somebody prints what was never made.

    ``codes`` are the digests of the latest checks, the one recorded just before this left out; ``manufacturer`` is
    whose lots they name, ``None`` where they name none.
    """

    manufacturer: OrganisationId | None
    since: datetime
    until: datetime
    codes: tuple[Sha256, ...]

    def cites(self) -> tuple[str, ...]:
        """The organisation whose serials these claim to be."""
        return (f"organisation/{self.manufacturer}",) if self.manufacturer else ()


@ORGANISATION.on(CodeChecked)
def _unchanged(organisation: Organisation, _recorded: Recorded, _body: CodeChecked) -> Organisation:
    return organisation


@ORGANISATION.on(BurstSuspected)
def _also_unchanged(organisation: Organisation, _recorded: Recorded, _body: BurstSuspected) -> Organisation:
    return organisation


MOST_CODES = 100
UNKNOWN = frozenset({"unknown_serial", "unknown_lot"})
"""The reasons of an answer that say there is no such vial."""


def names_unknown(body: CodeChecked) -> bool:
    """Whether the code was read and names a serial that is not on record."""
    return body.serial_as_read is not None and not UNKNOWN.isdisjoint(body.reasons)


def burst(
    history: Sequence[Recorded],
    now: CodeChecked,
    at: datetime,
    maker_of: Callable[[CodeChecked], OrganisationId | None],
    limits: CopyThresholds,
) -> BurstSuspected | None:
    """What the newest check amounts to, together with those in its clinic's stream of the same maker's unknown serials.

    A serial counts once, however often it is scanned: whoever mistypes one tries again. What an earlier burst was made
    of is not counted again.
    """
    maker = maker_of(now)
    times, codes, serials = [at], list[Sha256](), {(now.lot_as_read, now.serial_as_read)}
    for one in reversed(history):
        body = one.body
        if one.recorded_at < at - limits.burst_within:
            break
        if isinstance(body, BurstSuspected) and body.manufacturer == maker:
            break
        if not isinstance(body, CodeChecked) or not names_unknown(body) or maker_of(body) != maker:
            continue
        if abs(at - one.occurred_at.instant) <= limits.burst_within:
            times.append(one.occurred_at.instant)
            codes.append(Sha256(one.digest))
            serials.add((body.lot_as_read, body.serial_as_read))
    if len(serials) < limits.burst_serials:
        return None
    evidence = tuple(reversed(codes[:MOST_CODES]))
    return BurstSuspected(manufacturer=maker, since=min(times), until=max(times), codes=evidence)
