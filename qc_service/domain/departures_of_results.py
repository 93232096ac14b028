"""What departs about a result: its specimen was kept out of limits, or another method gave it than is laid down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from qc_service.domain.criteria import Criterion
from qc_service.domain.identifiers import Text
from qc_service.domain.obtaining import SpecimenStorage
from qc_service.domain.processing import Departure, DeviationCause, Severity
from qc_service.domain.products import StorageCondition
from qc_service.domain.results import ResultRecorded


def departures_of_result(
    result: ResultRecorded, criterion: Criterion | None, storage: tuple[StorageCondition, ...]
) -> tuple[Departure, ...]:
    """Each departure of this result, named by its number; quality decides on it before a release (rule P8)."""
    return (*_of_specimen(result, storage), *_of_method(result, criterion))


def _of_specimen(result: ResultRecorded, storage: tuple[StorageCondition, ...]) -> Iterable[Departure]:
    """A specimen is kept as its product is: in one of its storage conditions, and no longer (rule P9)."""
    specimen = result.specimen
    if specimen is None or specimen.storage is None:
        return
    kept = specimen.storage
    if not any(_within(kept, condition) for condition in storage):
        limits = " or ".join(f"{one.min} to {one.max} Cel for {one.shelf_life_days} days" for one in storage)
        yield _major(
            DeviationCause.SPECIMEN_OUT_OF_LIMITS,
            f"Result {result.result}, {result.assay}: specimen {specimen.id} was kept at {kept.min} to {kept.max} Cel "
            f"for {kept.lasted.days} days; the product keeps at {limits}.",
        )


def _within(kept: SpecimenStorage, condition: StorageCondition) -> bool:
    long = kept.lasted > timedelta(days=condition.shelf_life_days)
    return condition.min <= kept.min and kept.max <= condition.max and not long


def _of_method(result: ResultRecorded, criterion: Criterion | None) -> Iterable[Departure]:
    """Where the specification states the version of its method, another one is a departure (21 CFR 211.160(a)).

    Without a version it names a compendial chapter or a kind of method, which a laboratory's procedure carries out.
    """
    if criterion is None or criterion.method_version is None:
        return
    if not criterion.is_by(result.method, result.method_version):
        yield _major(
            DeviationCause.METHOD_NOT_SPECIFIED,
            f"Result {result.result}, {result.assay}, is by {result.method} version {result.method_version}; the "
            f"specification states {criterion.method} version {criterion.method_version}.",
        )


def _major(cause: DeviationCause, description: str) -> Departure:
    return Departure(cause=cause, severity=Severity.MAJOR, description=Text(description))
