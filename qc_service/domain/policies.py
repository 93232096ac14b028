"""What an organisation's quality unit lays down for its own products: the thresholds by which copies are suspected."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import OrganisationId
from qc_service.domain.records import Body, Fold, Recorded, record

MOST_PAIRS = 200
BOUNDS = {
    "minutes_between": (10, 10_080),
    "clock_minutes": (0, 120),
    "rescan_hours": (1, 2_160),
    "unrecorded_moves": (1, 10),
    "burst_serials": (3, 100),
    "burst_minutes": (5, 1_440),
}
"""The least and the most of each threshold: outside of these it would say nothing, or always say something."""


@dataclass(frozen=True, kw_only=True)
class Apart:
    """How many minutes lie between two organisations at least; with 0 they are one place."""

    one: OrganisationId
    other: OrganisationId
    minutes: int

    def __post_init__(self) -> None:
        """Raise ``Malformed`` unless these are two, and the minutes within what they are for any two."""
        if self.one == self.other:
            raise Malformed("name two organisations", field="other")
        most = BOUNDS["minutes_between"][1]
        if not 0 <= self.minutes <= most:
            raise Malformed(f"is a whole number from 0 to {most}", field="minutes")

    @property
    def two(self) -> frozenset[OrganisationId]:
        """Both of them, in no order."""
        return frozenset({self.one, self.other})


@dataclass(frozen=True, kw_only=True)
class CopyThresholds:
    """When sightings of one serial cannot all be of one vial (V10); as these stand where nothing else was laid down.

    ``minutes_between`` lie at least between two clinics, unless ``apart`` says otherwise of the two; ``clock_minutes``
    is how far two clocks may differ; for ``rescan_hours`` a used vial may be scanned again where it was used; with
    ``unrecorded_moves`` it went from hand to hand too often without a shipment; ``burst_serials`` different unknown
    serials from one clinic within ``burst_minutes`` are a burst.
    """

    minutes_between: int = 120
    apart: tuple[Apart, ...] = ()
    clock_minutes: int = 10
    rescan_hours: int = 72
    unrecorded_moves: int = 2
    burst_serials: int = 5
    burst_minutes: int = 60

    def __post_init__(self) -> None:
        """Raise ``Malformed`` where a threshold is out of bounds, or two organisations are named twice."""
        for name, (least, most) in BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise Malformed(f"is a whole number from {least} to {most}", field=name)
        if len(self.apart) > MOST_PAIRS:
            raise Malformed(f"has at most {MOST_PAIRS} pairs", field="apart")
        if len({pair.two for pair in self.apart}) < len(self.apart):
            raise Malformed("names two organisations twice", field="apart")

    def between(self, one: OrganisationId, other: OrganisationId) -> timedelta:
        """The least time in which a vial can be at both; nothing where they are one place."""
        if one == other:
            return timedelta(0)
        both = frozenset({one, other})
        stated = next((pair.minutes for pair in self.apart if pair.two == both), self.minutes_between)
        return timedelta(minutes=stated)

    def one_place(self, one: OrganisationId, other: OrganisationId) -> bool:
        """Whether a vial at one of them is at the other as well."""
        return not self.between(one, other)

    @property
    def clocks(self) -> timedelta:
        """How far two clocks may differ."""
        return timedelta(minutes=self.clock_minutes)

    @property
    def rescans(self) -> timedelta:
        """How long a used vial may be scanned again where it was used."""
        return timedelta(hours=self.rescan_hours)

    @property
    def burst_within(self) -> timedelta:
        """The time within which unknown serials are counted together."""
        return timedelta(minutes=self.burst_minutes)


DEFAULTS = CopyThresholds()
"""What holds for an organisation that has laid down nothing."""


@record("policy")
@dataclass(frozen=True, kw_only=True)
class CopyPolicySet(CopyThresholds, Body):
    """An organisation's thresholds for copies from now on; what was judged before stays as it was."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What an organisation has laid down, as it stands."""

    organisation: OrganisationId
    copies: CopyThresholds


POLICY: Fold[Policy] = Fold("policy")


@POLICY.begins(CopyPolicySet)
def _laid_down(recorded: Recorded, body: CopyPolicySet) -> Policy:
    return Policy(organisation=OrganisationId(recorded.name), copies=thresholds(body))


@POLICY.on(CopyPolicySet)
def _changed(_: Policy, recorded: Recorded, body: CopyPolicySet) -> Policy:
    return _laid_down(recorded, body)


def thresholds(stated: CopyThresholds) -> CopyThresholds:
    """The thresholds alone of what states more beside them."""
    return CopyThresholds(**{field.name: getattr(stated, field.name) for field in fields(CopyThresholds)})
