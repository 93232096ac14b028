"""The routes of quality control: results typed or read from an instrument's file, verification, investigations."""

from __future__ import annotations

from flask import Response, request

from qc_service.application.investigations import (
    BeginPhase,
    ConcludeInvestigation,
    ConcludePhase,
    OpenInvestigation,
    begin_phase,
    conclude_investigation,
    conclude_phase,
    open_investigation,
)
from qc_service.application.readings import Confirmation, ImportResults, import_results, show_reading
from qc_service.application.results import (
    CorrectResult,
    InvalidateResult,
    RecordResult,
    VerifyResult,
    VerifyResults,
    correct_result,
    invalidate_result,
    record_result,
    verify_result,
    verify_results,
)
from qc_service.application.results_reading import read_results_judged
from qc_service.domain.codec import from_plain
from qc_service.domain.identifiers import LotNumber
from qc_service.domain.lots import LOT
from qc_service.web.asking import actor, answered, performed, queried, received
from qc_service.web.routes import Custom, Write
from qc_service.web.service import service
from qc_service.web.uploads import stated, uploaded
from schemas.results import (
    BeginPhaseSchema,
    ConcludeInvestigationSchema,
    ConcludePhaseSchema,
    ConfirmReadingSchema,
    CorrectResultSchema,
    InvalidateResultSchema,
    LotResultsSchema,
    OpenInvestigationSchema,
    ReadingFormSchema,
    ReadingSchema,
    RecordResultSchema,
    VerifyResultSchema,
    VerifyResultsSchema,
)


def get_results(lot: str) -> Response:
    """A lot's results as they are judged now, with its stream's sequence number as the ETag."""
    queried(())
    found = service()
    view = found.view()
    told = read_results_judged(view, actor(), lot, at=found.clock())
    return answered(told, seq=len(view.history(f"{LOT.room}/{lot}")) - 1)


def post_results(lot: str) -> Response:
    """A result as JSON; or a form with an instrument's ``file``, which is shown first and recorded once a
    ``statement`` confirms it."""
    if request.mimetype == "multipart/form-data":
        return _from_file(lot)
    body = received(RecordResultSchema)
    intent = from_plain(RecordResult, {**body, "lot": lot})
    return performed(record_result, intent, stream=f"{LOT.room}/{lot}", said={**body, "lot": lot})


def _from_file(lot: str) -> Response:
    upload = uploaded(beside="statement")
    statement = stated(ConfirmReadingSchema)
    if statement is None:
        return answered(show_reading(service().view(), actor(), lot, upload))
    confirmation = from_plain(Confirmation, statement)
    intent = ImportResults(lot=LotNumber(lot), upload=upload, confirmation=confirmation)
    said = {**statement, "lot": lot, "file": str(upload.file.sha256)}
    return performed(import_results, intent, stream=f"{LOT.room}/{lot}", said=said)


SUBJECT = (LOT.room, "lot")

ROUTES = (
    Custom(
        "GET",
        "/lots/<lot>/results",
        view=get_results,
        reply=LotResultsSchema,
        summary="Every result and investigation of a lot",
    ),
    Custom(
        "POST",
        "/lots/<lot>/results",
        view=post_results,
        body=RecordResultSchema,
        form=ReadingFormSchema,
        shows=ReadingSchema,
        summary="Record a result; or show what an instrument's file says, and record it once it is confirmed",
    ),
    Write(
        "POST",
        "/lots/<lot>/results/<int:result>/verification",
        use_case=verify_result,
        intent=VerifyResult,
        body=VerifyResultSchema,
        subject=SUBJECT,
        summary="Verify a result as a second person",
    ),
    Write(
        "POST",
        "/lots/<lot>/verification",
        use_case=verify_results,
        intent=VerifyResults,
        body=VerifyResultsSchema,
        subject=SUBJECT,
        summary="Verify several results as a second person, all of them or none",
    ),
    Write(
        "POST",
        "/lots/<lot>/results/<int:result>/correction",
        use_case=correct_result,
        intent=CorrectResult,
        body=CorrectResultSchema,
        subject=SUBJECT,
        summary="Record a result anew that was recorded wrongly, with the reason",
    ),
    Write(
        "POST",
        "/lots/<lot>/results/<int:result>/invalidation",
        use_case=invalidate_result,
        intent=InvalidateResult,
        body=InvalidateResultSchema,
        subject=SUBJECT,
        summary="Disregard a result that an investigation showed invalid",
    ),
    Write(
        "POST",
        "/lots/<lot>/investigations",
        use_case=open_investigation,
        intent=OpenInvestigation,
        body=OpenInvestigationSchema,
        subject=SUBJECT,
        summary="Open an investigation",
    ),
    Write(
        "POST",
        "/lots/<lot>/investigations/<int:investigation>/phases",
        use_case=begin_phase,
        intent=BeginPhase,
        body=BeginPhaseSchema,
        subject=SUBJECT,
        summary="Order a phase of an investigation, with its plan",
    ),
    Write(
        "POST",
        "/lots/<lot>/investigations/<int:investigation>/phases/<phase>/conclusion",
        use_case=conclude_phase,
        intent=ConcludePhase,
        body=ConcludePhaseSchema,
        subject=SUBJECT,
        summary="Say what a phase found",
    ),
    Write(
        "POST",
        "/lots/<lot>/investigations/<int:investigation>/conclusion",
        use_case=conclude_investigation,
        intent=ConcludeInvestigation,
        body=ConcludeInvestigationSchema,
        subject=SUBJECT,
        summary="Conclude an investigation",
    ),
)
