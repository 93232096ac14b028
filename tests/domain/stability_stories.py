"""A stability study of three lots as its records tell it, with results whose line anybody can follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from qc_service.domain.codec import from_plain
from qc_service.domain.criteria import Criterion, CriterionKind
from qc_service.domain.expiry import Direction, FittedLine, PoolModel, Regression, Series, Shortfall
from qc_service.domain.identifiers import (
    FacilityId,
    Line,
    LotNumber,
    OrganisationId,
    PersonId,
    ProductCode,
    Slug,
    Text,
)
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body, Meaning, Recorded, Signer
from qc_service.domain.shipments import LoggerReading
from qc_service.domain.stability import (
    STABILITY,
    KeptAt,
    Sample,
    StabilityExcursionDecided,
    StabilityResultInvalidated,
    StabilityResultRecorded,
    StabilityResultVerified,
    StabilityStudyStarted,
    StabilityTemperatureRecorded,
    Study,
    StudyAssay,
    StudyKind,
    StudyLot,
    TimePoint,
    TimePointPulled,
)

LOTS = tuple(LotNumber(name) for name in ("EX260101A", "EX260201A", "EX260301A"))
PLACED = date(2026, 1, 15)
COUNT = Criterion(
    assay=Slug("particle_concentration"), kind=CriterionKind.NUMERIC, method=Line("NTA"), unit=Line("particles/mL"),
    low=Decimal("8.0E+9"), high=Decimal("1.2E+10"),
)  # fmt: skip
STERILE = Criterion(assay=Slug("sterility"), kind=CriterionKind.GROWTH, method=Line("USP <71>"))
CLEAR = Criterion(
    assay=Slug("appearance"), kind=CriterionKind.QUALITATIVE, method=Line("By eye"), expected=Line("clear")
)
MONTHS = (0, 3, 6, 9, 12)
PLAN = StabilityStudyStarted(
    product=ProductCode("EXO-INJ-1"), kind=StudyKind.LONG_TERM,
    condition=KeptAt(min=Decimal(2), max=Decimal(8)), container=Line("2R vial"), facility=FacilityId("north-works"),
    location=Line("Chamber 2"),
    lots=tuple(StudyLot(lot=lot, placed_on=PLACED, vials=20) for lot in LOTS),
    time_points=tuple(TimePoint(months=months, window_days=7) for months in MONTHS),
    assays=(StudyAssay(criterion=COUNT, direction=Direction.DECREASES),), specification=1,
    protocol=Line("STP-7 version 2"), supporting=Text("Accelerated study STB-2: no significant change."),
)  # fmt: skip
READING = LoggerReading(min=Decimal(3), max=Decimal(12), unit=Line("Cel"))


def signer(person: str = "a.analyst") -> Signer:
    """Somebody of the maker."""
    return Signer(
        id=PersonId(person),
        printed_name=Line("Test"),
        role=Role.ANALYST,
        organisation=OrganisationId("demo-maker"),
    )


def told(*bodies: Body, study: str = "STB-1", by: str = "a.analyst") -> Study:
    """The study that these records make, a day after one another."""
    history = [
        Recorded(
            stream=f"stability/{study}", seq=seq, body=body, signer=signer(by), meaning=Meaning.AUTHORSHIP,
            reason=None, occurred_at=ZonedTime("2026-02-01T08:00:00Z"),
            recorded_at=datetime(2026, 2, 1, 8, tzinfo=UTC) + timedelta(days=seq), files=(), digest="", index=seq,
        )
        for seq, body in enumerate(bodies)
    ]  # fmt: skip
    found = STABILITY.replay(history)
    assert found is not None
    return found


def pulled(number: int, point: int, days: int, *lots: LotNumber) -> TimePointPulled:
    """Vials of the lots, of all unless named, pulled so many days after they were placed."""
    moment = ZonedTime(f"{(PLACED + timedelta(days=days)).isoformat()}T09:00:00Z")
    return TimePointPulled(
        pull=number, point=point, pulled_at=moment, pulled_by=PersonId("t.technician"),
        samples=tuple(Sample(lot=lot, vials=2) for lot in lots or LOTS), departures=(),
    )  # fmt: skip


def result(
    number: int, lot: LotNumber, point: int, value: str | None = "1.00E+10", **said: Any
) -> StabilityResultRecorded:
    """A result of the lot at a time point, of the pull of the same number."""
    stated: dict[str, Any] = {
        "assay": "particle_concentration", "value": value, "unit": "particles/mL", "method": "NTA",
        "method_version": "2", "facility": "demo-assays", "started": "2026-02-01T08:00:00Z",
        "read": "2026-02-01T09:00:00Z", "result": number, "calibration_due": None, "covered_by": None,
        "lot": str(lot), "point": point, "pull": point, "out_of_specification": False,
    }  # fmt: skip
    return from_plain(StabilityResultRecorded, {**stated, **said})


def verified(numbers: Iterable[int]) -> tuple[Body, ...]:
    """A verification of each."""
    return tuple(StabilityResultVerified(result=number) for number in numbers)


def story(*, plan: StabilityStudyStarted = PLAN, points: int = 5, verify: bool = True) -> tuple[Body, ...]:
    """The plan, every pull on its day, and a result of each lot at each of the first time points."""
    days = (0, 90, 181, 273, 365)
    pulls = tuple(pulled(number + 1, number + 1, day) for number, day in enumerate(days[:points]))
    results = tuple(
        result(number + 1, lot, point + 1, str(Decimal("1.02E+10") - Decimal("1E+8") * point))
        for number, (point, lot) in enumerate((point, lot) for point in range(points) for lot in LOTS)
    )
    return (plan, *pulls, *results, *(verified(one.result for one in results) if verify else ()))


def invalidated(number: int) -> StabilityResultInvalidated:
    """A result shown invalid."""
    return StabilityResultInvalidated(result=number, investigation=1, cause=Text("Wrong dilution."))


def warmed(number: int, day: int, *, out: bool = True) -> StabilityTemperatureRecorded:
    """The chamber was too warm on that day after the vials were placed."""
    began = PLACED + timedelta(days=day)
    return StabilityTemperatureRecorded(
        excursion=number, began_at=ZonedTime(f"{began.isoformat()}T01:00:00Z"),
        ended_at=ZonedTime(f"{began.isoformat()}T05:00:00Z"), temperature=READING, out_of_range=out,
    )  # fmt: skip


def decided(number: int, *, acceptable: bool) -> StabilityExcursionDecided:
    """Quality's decision on it."""
    return StabilityExcursionDecided(excursion=number, acceptable=acceptable, statement=Text("Looked into."))


def straight(crosses: str | None) -> Any:
    """Statistics that say when the bound meets the limit, whatever the results."""

    def regress(series: Series) -> Regression | Shortfall:
        line = FittedLine(
            lot=None, points=len(series.points), intercept=Decimal(1), slope=Decimal(-1),
            crosses=None if crosses is None else Decimal(crosses), limit=None if crosses is None else Slug("low"),
        )  # fmt: skip
        return Regression(
            model=PoolModel.ONE_LINE,
            lines=(line,),
            mean_square=Decimal(1),
            degrees=10,
            quantile=Decimal(2),
            sides=1,
        )

    return regress


def lacking(_: Series) -> Shortfall:
    """Statistics that cannot say anything."""
    return Shortfall(missing=Text("Three time points are wanted."))


def kept_at(low: str, high: str) -> StabilityStudyStarted:
    """The same plan in another condition."""
    return replace(PLAN, condition=KeptAt(min=Decimal(low), max=Decimal(high)))
