"""One result against one criterion: whether it is stated as the criterion asks, and what it shows."""

from __future__ import annotations

from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.measurements import GROWTH, Measurement
from qc_service.domain.replicates import Shortfall, too_loose
from qc_service.domain.specifications import Criterion, CriterionKind, Judgement

LONGEST_LINE = 200
"""How many characters a line may have."""


def must_be_stated_for(criterion: Criterion, measurement: Measurement) -> None:
    """Refuse a result stated otherwise than its criterion asks, naming what mends it (rule Q1).

    A number in another unit is compared where the measurement is known in the limit's, too. Raises ``Malformed``.
    """
    if criterion.kind is not CriterionKind.NUMERIC and measurement.finding is None:
        _refuse(
            "finding", f"the specification judges {criterion.assay} by a finding such as {criterion.in_words}"
        )
    if criterion.kind is CriterionKind.NUMERIC and measurement.finding is not None:
        _refuse("value", f"the specification judges {criterion.assay} by a value in {criterion.unit}")
    if (
        criterion.kind is CriterionKind.NUMERIC
        and measurement.figure_for(criterion.unit)[1] != criterion.unit
    ):
        _refuse("unit", f"the limit is in {criterion.unit}: state the value in {criterion.unit}")
    wanted, found = criterion.in_words, measurement.finding
    if found is not None and found != wanted and _meant(found) == _meant(wanted):
        _refuse("finding", f"the specification writes {found} as {wanted}: write {wanted}")


_SAME = {"negative": "not_detected", "absent": "not_detected", "positive": "detected", "present": "detected"}


def _meant(finding: str) -> str:
    """What is meant by a finding, whatever its spelling: another word for what passes is no failure."""
    spelled = "_".join(finding.casefold().replace("_", " ").replace("-", " ").split())
    return _SAME.get(spelled, spelled)


def _refuse(member: str, detail: str) -> None:
    raise Malformed(detail, faults=(Fault(pointer=f"/{member}", detail=detail),))


def compare(criterion: Criterion, measurement: Measurement) -> Judgement:
    """What the result shows; one that falls short, or is interim, shows nothing unless it fails (rule Q3; USP <71>)."""
    if measurement.finding is None:
        figure, unit = measurement.figure_for(criterion.unit)
        shown = criterion.judge(measurement.comparator, figure, unit)
    else:
        shown = criterion.judge_finding(measurement.finding)
    taken = measurement.final and shortfall(criterion, measurement) is None
    return shown if shown is Judgement.FAIL or taken else Judgement.NOT_SHOWN


def is_unwelcome(criterion: Criterion | None, measurement: Measurement) -> bool:
    """Whether the result wants an investigation: it fails, or something grew, whatever limits there are (USP <71>)."""
    if measurement.is_sterility and measurement.finding == GROWTH:
        return True
    return criterion is not None and compare(criterion, measurement) is Judgement.FAIL


def shortfall(criterion: Criterion, measurement: Measurement) -> Shortfall | None:
    """Why the result cannot pass whatever its number is: by its method, or its replicates."""
    if criterion.method_binding and not criterion.is_by(measurement.method, measurement.method_version):
        return Shortfall.OTHER_METHOD
    return too_loose(criterion, measurement)


def compared(criterion: Criterion, measurement: Measurement) -> Line | None:
    """The value as it was compared, at the place of each limit (rule Q6); None for a finding.

    A value with too many digits to write out at that place is shown as it was stated.
    """
    if measurement.finding is not None:
        return None
    figure, _ = measurement.figure_for(criterion.unit)
    limits = (limit for limit in (criterion.low, criterion.high) if limit is not None)
    shown = dict.fromkeys(str(criterion.rounded(figure, limit)) for limit in limits)
    written = " and ".join(shown)
    return Line(written if len(written) <= LONGEST_LINE else str(figure))
