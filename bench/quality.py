"""What a reviewer waits for: a lot of 200 results by exception, and a control chart of ten thousand lots.

Each is set beside the same records or rows read and written out without judging them. A chart reads the index alone, so
its lots are rows of the index without records of their own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import cast

import orjson

from bench.table import Row
from qc_service.application.histories import Histories
from qc_service.application.ports import IndexRows, ReadSet
from qc_service.application.results_reading import read_results
from qc_service.application.review import read_review
from qc_service.application.trend_reading import read_trend
from qc_service.application.trends import TrendAsked
from qc_service.application.view import View
from qc_service.domain.chart_points import ChartPoint, PointQuery, PointStanding
from qc_service.domain.codec import to_plain
from qc_service.domain.drafting import SpecificationApproved
from qc_service.domain.identifiers import Line, ProductCode, Slug
from qc_service.domain.measurements import Comparator
from qc_service.domain.permissions import Role
from qc_service.domain.specifications import Criterion, CriterionKind
from qc_service.persistence import schema
from qc_service.persistence.engine import open_engine
from qc_service.persistence.store import SqlStore
from tests.application.trend_world import PRODUCT, TrendWorld
from tests.domain.lot_stories import registration
from tests.domain.quality_stories import result
from tests.fakes import MemoryStore, ScriptedClock, World, actor
from tests.persistence.desk import Desk, reagent

ASSAYS = tuple(f"osmolality_{number}" for number in range(20))
EACH = 10
"""Results of each of the assays."""
LOT = "EX26REVIEW"
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TIMES = 9
SEED = 7


def rows(*, lots: int) -> Iterator[Row]:
    """The two lines, on a database of their own."""
    with TemporaryDirectory(prefix="qc-bench-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'qc.sqlite3'}")
        schema.migrate(engine)
        store = SqlStore(engine, b"\x01" * 32)
        try:
            _fill(store, lots)
            yield from _measured(store, lots)
        finally:
            store.close()


def _fill(store: SqlStore, lots: int) -> None:
    clock = ScriptedClock(datetime(2026, 11, 1, 12, tzinfo=UTC))
    world = TrendWorld(world=World(store=cast("MemoryStore", store), clock=clock))
    criteria = tuple(_criterion(assay) for assay in ASSAYS)
    world.lay(PRODUCT, SpecificationApproved(version=2, effective_from=FIRST.date(), criteria=criteria))
    chance = Random(SEED)
    results = (
        result(
            number,
            ASSAYS[number % len(ASSAYS)],
            value=_value(chance),
            unit="mOsm/kg",
            read="2026-11-19T11:00:00Z",
        )
        for number in range(1, EACH * len(ASSAYS) + 1)
    )
    world.lay(LOT, replace(registration(), product=ProductCode(PRODUCT)), *results)
    points = [_point(chance, ASSAYS[0], number) for number in range(lots)]
    points += [_point(chance, assay, number) for assay in ASSAYS[1:] for number in range(100)]
    nothing = ReadSet(streams={}, sets={}, vials={})
    prepared = Desk(store).prepare("R-1", reagent())
    store.commit(replace(prepared, reads=nothing, rows=IndexRows(points=tuple(points))))


def _criterion(assay: str) -> Criterion:
    return Criterion(
        assay=Slug(assay), kind=CriterionKind.NUMERIC, method=Line("USP <785>"), unit=Line("mOsm/kg"),
        low=Decimal(250), high=Decimal(350),
    )  # fmt: skip


def _value(chance: Random) -> str:
    return f"{chance.gauss(300, 10):.1f}"


def _point(chance: Random, assay: str, number: int) -> ChartPoint:
    return ChartPoint(
        digest=f"{assay}-{number}", lot=f"EX{number:06}", result=1, product=PRODUCT, assay=assay,
        read_at=FIRST + timedelta(hours=number), comparator=Comparator.EQUAL, figure=Decimal(_value(chance)),
        unit="mOsm/kg", outcome=None, standing=PointStanding.COUNTED,
    )  # fmt: skip


def _measured(store: SqlStore, lots: int) -> Iterator[Row]:
    histories, who = Histories(), actor(Role.QUALITY)

    def view() -> View:
        return View(store, histories)

    chart = PointQuery(product=PRODUCT, assay=ASSAYS[0], most=lots)
    asked = TrendAsked(last=lots)
    yield _row(
        f"review of a lot with {EACH * len(ASSAYS)} results",
        lambda: read_review(view(), who, LOT, at=NOW),
        lambda: read_results(view(), who, LOT),
        "its results unjudged",
        goal=50,
    )
    yield _row(
        f"trend of {lots:,} lots",
        lambda: read_trend(view(), who, PRODUCT, ASSAYS[0], asked, at=NOW),
        lambda: [to_plain(point) for point in view().points(chart)],
        "the same points unjudged",
        goal=500,
    )


def _row(
    what: str, whole: Callable[[], object], unjudged: Callable[[], object], named: str, *, goal: int
) -> Row:
    took, alone = _took(whole), _took(unjudged)
    return Row(
        what=what,
        measured=f"{took:.1f} ms of a core",
        limit=f"{alone:.1f} ms {named}",
        ratio=took / alone,
        goal=f"< {goal} ms",
        met=took < goal,
    )


def _took(work: Callable[[], object]) -> float:
    """The median of a few times in milliseconds of a core, written as JSON; the first is to get warm."""
    times = []
    for _ in range(TIMES + 1):
        began = time.process_time()
        orjson.dumps(work())
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times[1:])
