"""The routes of stability studies: plans, pulls, results, excursions, conclusions, and what the results support."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from flask import Response, request

from qc_service.application.stability.concluding import ConcludeStudy, Statistics, conclude_study
from qc_service.application.stability.correcting import CorrectStabilityResult, correct_stability_result
from qc_service.application.stability.planning import AmendPlan, StartStudy, amend_plan, start_study
from qc_service.application.stability.pulls import (
    DecideExcursion,
    PullTimePoint,
    RecordCondition,
    decide_excursion,
    pull_time_point,
    record_condition,
)
from qc_service.application.stability.reading import dated, projected, read_projection, read_study
from qc_service.application.stability.testing import (
    DoubtStabilityResult,
    InvalidateStabilityResult,
    RecordStabilityResult,
    VerifyStabilityResult,
    doubt_stability_result,
    invalidate_stability_result,
    record_stability_result,
    verify_stability_result,
)
from qc_service.domain.codec import from_plain
from qc_service.domain.errors import Malformed
from qc_service.domain.stability import STABILITY
from qc_service.exchange.plots.vector import svg
from qc_service.exchange.statistics import regress, software
from qc_service.exchange.statistics.charts import projection_plot
from qc_service.exchange.statistics.tables import projection_csv
from qc_service.web.asking import actor, answered, performed, received
from qc_service.web.routes import Custom, Read, Write
from qc_service.web.service import service
from schemas.stability import (
    AmendPlanSchema,
    ConcludeStudySchema,
    CorrectStabilityResultSchema,
    DecideExcursionSchema,
    DoubtStabilityResultSchema,
    InvalidateStabilityResultSchema,
    PullTimePointSchema,
    RecordConditionSchema,
    RecordStabilityResultSchema,
    StartStudySchema,
    StudySchema,
    VerifyStabilityResultSchema,
)
from schemas.stability_figures import ProjectionSchema

NOTHING = Decimal(-1)
ASSAY = {"assay": "which assay; the one that bounds the shelf life unless said"}


def post_conclusion(study: str) -> Response:
    """The figures are worked out here, once more, and frozen with the statement."""
    said = {**received(ConcludeStudySchema), "study": study}
    act = partial(conclude_study, Statistics(regress=regress, software=software()))
    return performed(act, from_plain(ConcludeStudy, said), stream=f"{STABILITY.room}/{study}", said=said)


def get_projection(study: str) -> Response:
    """What the results support now."""
    return answered(read_projection(service().view(), actor(), study, regress))


def get_table(study: str) -> Response:
    """Every result with its time, and the line and the bound at that time."""
    found, evaluated = projected(service().view(), actor(), study, regress)
    return _file(projection_csv(found, evaluated), "text/csv; charset=utf-8", f"{study}-projection.csv")


def get_chart(study: str) -> Response:
    """One assay drawn: its results, the lines and bounds, the limits and how far they carry."""
    found, evaluated = projected(service().view(), actor(), study, regress)
    numbers = [one for one in evaluated if one.assay.numeric]
    wanted = request.args.get("assay")
    chosen = [one for one in numbers if wanted in {None, one.figures.assay}]
    if not chosen:
        raise Malformed(f"study {study} has no number of this name under study", field="assay")
    one = min(chosen, key=lambda each: each.figures.reach.months if each.figures.reach else NOTHING)
    return _file(svg(projection_plot(found, one)), "image/svg+xml", f"{study}-{one.figures.assay}.svg")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, content_type=media_type, headers=headers)


SUBJECT = (STABILITY.room, "study")

ROUTES = (
    Read("/stability", listing=STABILITY.room, summary="List stability studies with what is due", row=dated),
    Write(
        "POST",
        "/stability",
        use_case=start_study,
        intent=StartStudy,
        body=StartStudySchema,
        subject=SUBJECT,
        summary="Start a stability study",
    ),
    Read(
        "/stability/<study>",
        answer=read_study,
        reply=StudySchema,
        etag=SUBJECT,
        today=True,
        summary="A stability study: plan, schedule, pulls, results and conclusion",
    ),
    Write(
        "POST",
        "/stability/<study>/amendments",
        use_case=amend_plan,
        intent=AmendPlan,
        body=AmendPlanSchema,
        subject=SUBJECT,
        summary="Amend a study's plan",
    ),
    Write(
        "POST",
        "/stability/<study>/time-points/<int:point>/pull",
        use_case=pull_time_point,
        intent=PullTimePoint,
        body=PullTimePointSchema,
        subject=SUBJECT,
        summary="Record that vials were pulled for a time point",
    ),
    Write(
        "POST",
        "/stability/<study>/results",
        use_case=record_stability_result,
        intent=RecordStabilityResult,
        body=RecordStabilityResultSchema,
        subject=SUBJECT,
        summary="Record a result at a time point",
    ),
    Write(
        "POST",
        "/stability/<study>/results/<int:result>/verification",
        use_case=verify_stability_result,
        intent=VerifyStabilityResult,
        body=VerifyStabilityResultSchema,
        subject=SUBJECT,
        summary="Verify a result of a study",
    ),
    Write(
        "POST",
        "/stability/<study>/results/<int:result>/correction",
        use_case=correct_stability_result,
        intent=CorrectStabilityResult,
        body=CorrectStabilityResultSchema,
        subject=SUBJECT,
        summary="Record a study's result anew that was recorded wrongly, with the reason",
    ),
    Write(
        "POST",
        "/stability/<study>/results/<int:result>/investigation",
        use_case=doubt_stability_result,
        intent=DoubtStabilityResult,
        body=DoubtStabilityResultSchema,
        subject=SUBJECT,
        summary="Open an investigation of a study's result, on its lot",
    ),
    Write(
        "POST",
        "/stability/<study>/results/<int:result>/invalidation",
        use_case=invalidate_stability_result,
        intent=InvalidateStabilityResult,
        body=InvalidateStabilityResultSchema,
        subject=SUBJECT,
        summary="Disregard a study's result that was shown invalid",
    ),
    Write(
        "POST",
        "/stability/<study>/excursions",
        use_case=record_condition,
        intent=RecordCondition,
        body=RecordConditionSchema,
        subject=SUBJECT,
        summary="Record how the condition was kept",
    ),
    Write(
        "POST",
        "/stability/<study>/excursions/<int:excursion>/decision",
        use_case=decide_excursion,
        intent=DecideExcursion,
        body=DecideExcursionSchema,
        subject=SUBJECT,
        summary="Decide an excursion of the condition",
    ),
    Custom(
        "POST",
        "/stability/<study>/conclusion",
        view=post_conclusion,
        body=ConcludeStudySchema,
        summary="Conclude a study, freezing the figures that it stands on",
    ),
    Custom(
        "GET",
        "/stability/<study>/projection",
        view=get_projection,
        reply=ProjectionSchema,
        summary="What a study's results support (ICH Q1E)",
    ),
    Custom(
        "GET",
        "/stability/<study>/projection.csv",
        view=get_table,
        gives="text/csv",
        summary="The same as a table: each result with the line and its bound",
    ),
    Custom(
        "GET",
        "/stability/<study>/projection.svg",
        view=get_chart,
        query=ASSAY,
        gives="image/svg+xml",
        summary="The same drawn: results, lines, confidence bounds and limits",
    ),
)
