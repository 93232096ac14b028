"""A lot's fill: how many vials, what became of each, until when they keep, and whether every label is
accounted for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from qc_service.domain.errors import Conflict, Malformed
from qc_service.domain.identifiers import FacilityId, Line, Sha256, Text
from qc_service.domain.label_prints import LabelsPrinted
from qc_service.domain.moments import ZonedTime
from qc_service.domain.processing import Departure, DeviationCause, Severity
from qc_service.domain.products import StorageCondition
from qc_service.domain.quantities import Quantity
from qc_service.domain.records import Body, Fold, Recorded, record

LARGEST_FILL = 10_000
"""How many vials one record may speak of."""


@dataclass(frozen=True, kw_only=True)
class FillCounts:
    """How many vials were filled, and where each of them went (domain rule P11; 21 CFR 211.125(c))."""

    filled: int
    rejected_at_inspection: int
    qc_samples: int
    retention: int
    stability: int
    stock: int

    def __post_init__(self) -> None:
        """Refuse a fill of none or of more than 10,000 vials, and a count below zero."""
        if not 1 <= self.filled <= LARGEST_FILL:
            raise Malformed(f"a fill is of 1 to {LARGEST_FILL:,} vials; more are another lot", field="filled")
        if min(self.fates().values()) < 0:
            raise Malformed("a count is zero or more")
        if not 1 <= self.accounted <= LARGEST_FILL:
            raise Malformed(f"the vials accounted for are 1 to {LARGEST_FILL:,}")

    def fates(self) -> dict[str, int]:
        """How many vials had each fate, in the order in which the manifest numbers them."""
        return {
            "stock": self.stock,
            "qc_sample": self.qc_samples,
            "retention": self.retention,
            "stability": self.stability,
            "rejected_at_inspection": self.rejected_at_inspection,
        }

    @property
    def accounted(self) -> int:
        """How many vials are said to have gone somewhere; each of them has a serial."""
        return sum(self.fates().values())


@record("lot")
@dataclass(frozen=True, kw_only=True)
class VialsFilled(Body):
    """A whole fill in one record: counts, expiry, storage, and a commitment to every serial in
    ``serial_root``.

    ``step`` is the fill step recorded with it; ``manifest`` the enclosed list of serials with their fates, in
    order; ``test_quantity`` the vials that one full set of release tests needs; ``storage`` the product's, as
    it stood.
    """

    step: int
    counts: FillCounts
    filled_at: ZonedTime
    facility: FacilityId
    expires_on: date
    storage: tuple[StorageCondition, ...]
    container: Line
    fill_volume: Quantity
    particles_per_vial: Decimal | None
    test_quantity: int
    serial_root: Sha256
    manifest: Sha256

    def __post_init__(self) -> None:
        """Refuse an expiry before the fill, and a test that needs no vial: neither can be understood."""
        if self.expires_on < self.filled_at.day:
            raise Malformed("the vials cannot expire before they are filled", field="expires_on")
        if self.test_quantity < 1:
            raise Malformed("one set of release tests needs at least one vial", field="test_quantity")

    def cites(self) -> tuple[str, ...]:
        """The facility where the vials were filled."""
        return (f"facility/{self.facility}",)

    @property
    def retention_is_short(self) -> bool:
        """Whether fewer vials are retained than twice what all release tests need (21 CFR 211.170(b))."""
        return self.counts.retention < 2 * self.test_quantity


@record("lot")
@dataclass(frozen=True, kw_only=True)
class LabelsReconciled(Body):
    """A count of the lot's labels; a later count supersedes an earlier one (21 CFR 211.125(c))."""

    issued: int
    used: int
    spoiled: int
    returned: int
    notes: Text | None

    def __post_init__(self) -> None:
        """Refuse a count below zero."""
        if min(self.issued, self.used, self.spoiled, self.returned) < 0:
            raise Malformed("a count is zero or more")

    @property
    def agree(self) -> bool:
        """Whether every label that was issued is accounted for."""
        return self.issued == self.used + self.spoiled + self.returned


@dataclass(frozen=True, kw_only=True)
class Filling:
    """The part of a lot's state that its fill and its labels make."""

    fill: VialsFilled | None = None
    labels: LabelsReconciled | None = None
    prints: tuple[LabelsPrinted, ...] = ()

    @property
    def reconciled(self) -> bool:
        """Whether every label is accounted for: release waits for it. Vials that do not add up are a
        deviation."""
        return self.labels is not None and self.labels.agree


FILLING: Fold[Filling] = Fold("lot")


@FILLING.on(VialsFilled)
def _filled(state: Filling, _: Recorded, body: VialsFilled) -> Filling:
    return replace(state, fill=body)


@FILLING.on(LabelsReconciled)
def _reconciled(state: Filling, _: Recorded, body: LabelsReconciled) -> Filling:
    return replace(state, labels=body)


@FILLING.on(LabelsPrinted)
def _printed(state: Filling, _: Recorded, body: LabelsPrinted) -> Filling:
    return replace(state, prints=(*state.prints, body))


class AlreadyFilled(Conflict):
    """A lot is filled once; vials of a second fill are another lot."""


class NotFilledYet(Conflict):
    """The fill comes first: there is nothing yet to which the labels could belong."""


def departures_of_fill(fill: VialsFilled) -> tuple[Departure, ...]:
    """What departs in a fill: vials that do not add up (21 CFR 211.125(c)), and an expiry that no storage
    carries (P9)."""
    counts, found = fill.counts, []
    if counts.filled != counts.accounted:
        detail = f"{counts.filled} vials were filled, but {counts.accounted} are accounted for."
        found.append((DeviationCause.FILL_COUNTS_DISAGREE, detail))
    longest = max(condition.shelf_life_days for condition in fill.storage)
    if fill.expires_on > fill.filled_at.day + timedelta(days=longest):
        detail = f"The vials expire on {fill.expires_on}, but none keeps for more than {longest} days."
        found.append((DeviationCause.EXPIRY_BEYOND_SHELF_LIFE, detail))
    return tuple(
        Departure(cause=cause, severity=Severity.MAJOR, description=Text(detail)) for cause, detail in found
    )
