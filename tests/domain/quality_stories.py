"""A lot in the laboratory, as tests tell it: measurements, limits and the people who sign, all made up."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from qc_service.domain.assessment import assess
from qc_service.domain.codec import from_plain
from qc_service.domain.identifiers import Line, Slug
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.measurements import Measurement
from qc_service.domain.moments import ZonedTime
from qc_service.domain.permissions import Role
from qc_service.domain.products import Product
from qc_service.domain.quality import Quality, ResultRecorded, ResultVerified
from qc_service.domain.records import Body, Meaning, Recorded, Signer
from qc_service.domain.regulatory import RegulatoryBasis
from qc_service.domain.specifications import Criterion, CriterionKind, Specification
from qc_service.domain.vocabulary import AdministrationRoute, BasisKind
from tests.domain.lot_stories import product as bare_product
from tests.domain.lot_stories import registration, signer

TECHNICIAN = signer()
ANALYST = signer("a.analyst", Role.ANALYST)
SECOND_ANALYST = signer("b.analyst", Role.ANALYST)
QUALITY = signer("q.quality", Role.QUALITY)
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)

ENDOTOXIN = Criterion(
    assay=Slug("endotoxin"),
    kind=CriterionKind.NUMERIC,
    method=Line("USP <85>"),
    unit=Line("EU/mL"),
    high=Decimal("0.5"),
    basis=Line("K/M with K = 5 EU/kg/h"),
)
STERILITY = Criterion(assay=Slug("sterility"), kind=CriterionKind.GROWTH, method=Line("USP <71>"))
IDENTITY = Criterion(
    assay=Slug("identity_transmembrane"),
    kind=CriterionKind.PRESENCE,
    method=Line("Flow"),
    expected=Line("positive"),
)
MODE = Criterion(
    assay=Slug("size_mode"),
    kind=CriterionKind.NUMERIC,
    method=Line("NTA"),
    required=False,
    unit=Line("nm"),
    low=Decimal(80),
    high=Decimal("150.0"),
)
SPECIFICATION = Specification(
    version=2, effective_from=date(2026, 1, 1), criteria=(ENDOTOXIN, STERILITY, IDENTITY, MODE)
)


def plain(assay: str = "endotoxin", **changes: Any) -> dict[str, Any]:
    """A measurement as it comes over the wire; a sterility test runs for 14 days."""
    started = "2026-11-02T09:00:00Z"
    usual: dict[str, dict[str, Any]] = {
        "endotoxin": {"value": "0.21", "unit": "EU/mL"},
        "sterility": {"finding": "no_growth", "read": "2026-11-16T09:00:00Z"},
        "identity_transmembrane": {"finding": "positive"},
        "size_mode": {"value": "95.3", "unit": "nm"},
    }
    return {
        "assay": assay,
        "method": "SOP-QC-4",
        "method_version": "2",
        "facility": "east-laboratory",
        "started": started,
        "read": "2026-11-02T11:00:00Z",
        **usual.get(assay, {}),
        **changes,
    }


def measurement(assay: str = "endotoxin", **changes: Any) -> Measurement:
    return from_plain(Measurement, plain(assay, **changes))


def result(number: int = 1, assay: str = "endotoxin", **changes: Any) -> ResultRecorded:
    stated = measurement(assay, **changes)
    members = {field.name: getattr(stated, field.name) for field in fields(Measurement)}
    return ResultRecorded(result=number, calibration_due=None, covered_by=None, **members)


def story(*signed: tuple[Body, Signer], **changes: Any) -> Lot:
    """A lot after records that different people signed, one an hour."""
    told = ((registration(**changes), TECHNICIAN), *signed)
    lot = LOT.replay(_recorded(body, by, seq) for seq, (body, by) in enumerate(told))
    assert lot is not None
    return lot


def quality(*signed: tuple[Body, Signer]) -> Quality:
    return story(*signed).quality


def passing() -> tuple[tuple[Body, Signer], ...]:
    """A passing, verified result of every criterion."""
    assays = [str(criterion.assay) for criterion in SPECIFICATION.criteria]
    results: Iterable[tuple[Body, Signer]] = (
        (result(number, assay), ANALYST) for number, assay in enumerate(assays, start=1)
    )
    verified: Iterable[tuple[Body, Signer]] = (
        (ResultVerified(result=number), QUALITY) for number in range(1, len(assays) + 1)
    )
    return (*results, *verified)


def assessed(*signed: tuple[Body, Signer]) -> tuple[tuple[Body, Signer], ...]:
    """The same story with its assessment at the end."""
    lot = story(*signed)
    return (*signed, (assess(lot.product, SPECIFICATION, lot.quality.results), QUALITY))


def product(**changes: Any) -> Product:
    """An injectable under a made-up IND, with the specification above."""
    basis = RegulatoryBasis(
        country=bare_product().country,
        route=AdministrationRoute.INJECTION,
        kind=BasisKind.IND,
        reference=Line("IND 99999"),
        since=date(2026, 1, 1),
    )
    return bare_product(**{"bases": (basis,), "specifications": (SPECIFICATION,), **changes})


def _recorded(body: Body, by: Signer, seq: int) -> Recorded:
    return Recorded(
        stream=f"{body.ROOM}/EX261101A",
        seq=seq,
        body=body,
        signer=by,
        meaning=Meaning.AUTHORSHIP,
        reason=None,
        occurred_at=ZonedTime("2026-11-02T08:00:00Z"),
        recorded_at=AT - timedelta(days=2) + timedelta(hours=seq),
        files=(),
        digest=f"{seq:064x}",
        index=seq,
    )
