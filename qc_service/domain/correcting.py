"""Correcting or disregarding a result, of a lot or of a stability study: no way past a failure (rules Q3 and Q4;
21 CFR 610.1)."""

from __future__ import annotations

from collections.abc import Iterable

from qc_service.domain.errors import Reason
from qc_service.domain.investigations import Conclusion, Investigation
from qc_service.domain.results import CorrectionRefused, InvalidationRefused, Result, not_counting


def must_be_correctable(result: Result, investigations: Iterable[Investigation], *, fails: bool) -> None:
    """Whether this result may be corrected, with every investigation that is or was about it.

    One that ``fails`` or was looked into stands until each has found the laboratory's error. Raises
    ``CorrectionRefused``.
    """
    about, number = tuple(investigations), result.number
    reasons = not_counting(result)
    reasons += [
        Reason(
            code="investigation_open",
            detail=f"Investigation {one.number} of this result is open.",
            source="Q4",
        )
        for one in about
        if one.is_open
    ]
    found = about and all(one.conclusion is Conclusion.LABORATORY_ERROR for one in about)
    if (fails or about) and not found:
        detail = f"No investigation has found that result {number} is a laboratory's error; it stands."
        reasons.append(Reason(code="no_laboratory_error", detail=detail, source="21 CFR 610.1"))
    if reasons:
        raise CorrectionRefused(f"Result {number} may not be corrected.", tuple(reasons))


def must_be_disregardable(result: Result, investigation: Investigation, *, of_it: bool) -> None:
    """Whether this investigation shows the result invalid; ``of_it`` says whether it is about this very one.

    Raises ``InvalidationRefused`` with every reason.
    """
    number, reasons = result.number, not_counting(result)
    if not of_it:
        detail = f"Investigation {investigation.number} is not about result {number}."
        reasons.append(Reason(code="investigation_of_another", detail=detail, source="21 CFR 610.1"))
    if investigation.conclusion is not Conclusion.LABORATORY_ERROR:
        detail = f"Investigation {investigation.number} has not found a laboratory error; the result stands."
        reasons.append(Reason(code="no_laboratory_error", detail=detail, source="21 CFR 610.1"))
    if reasons:
        raise InvalidationRefused(f"Result {number} may not be disregarded.", tuple(reasons))
