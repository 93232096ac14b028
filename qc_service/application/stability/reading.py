"""Reading stability studies: as they stand, in lists with what is due, and what of a product's shelf life they show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from qc_service.application.access import readable
from qc_service.application.actor import Actor
from qc_service.application.ports import CatalogueRow, Query
from qc_service.application.results_reading import result_shown
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.expiry import Regress
from qc_service.domain.moments import instant_text, parse_day
from qc_service.domain.permissions import SEE_EVERYTHING, Permission
from qc_service.domain.stability import STABILITY, Study
from qc_service.domain.stability.evaluation import Evaluated, each_evaluated, evaluate
from qc_service.domain.stability.figures import AssayEvaluated
from qc_service.domain.stability.schedule import PlannedPull, PullStatus, outstanding, schedule
from qc_service.domain.stability.studies import Concluded, Excursion
from qc_service.domain.tasks import TaskKind

Plain = dict[str, Any]
Listing = Callable[[Query], tuple[tuple[CatalogueRow, ...], str]]
"""Asks for a page of a list, and where the next begins."""
PAGE = 200


def read_study(view: View, actor: Actor, study: str, *, today: date) -> Plain:
    """A study as it stands: its plan, when vials are to be pulled, pulls, results, excursions and conclusion."""
    actor.must(Permission.READ_RECORDS)
    found = readable(view, actor, STABILITY, study)
    return {
        "study": str(found.id),
        "organisation": str(found.organisation),
        "status": _status(found),
        **{
            name: value for name, value in to_plain(found.plan).items() if name not in {"assays", "condition"}
        },
        "condition": {**to_plain(found.plan.condition), "in_words": found.plan.condition.in_words},
        "assays": [{**to_plain(one), "in_words": one.criterion.in_words} for one in found.plan.assays],
        "amendments": found.amendments,
        "schedule": [{**_pull_shown(pull), "status": pull.status(today).value} for pull in schedule(found)],
        "pulls": [to_plain(pull) for pull in found.pulls],
        "results": [_result(found, number) for number in range(1, len(found.results) + 1)],
        "excursions": [_excursion(one) for one in found.excursions],
        "conclusion": _conclusion(found.conclusion),
    }


def read_projection(view: View, actor: Actor, study: str, regress: Regress) -> Plain:
    """What a study supports as its results stand now (ICH Q1E): nothing is decided by it."""
    actor.must(Permission.READ_RECORDS)
    found = readable(view, actor, STABILITY, study)
    evaluation = evaluate(found, regress)
    supported, bounded = evaluation.supported, evaluation.bounded
    return {
        "study": str(found.id),
        "product": str(found.plan.product),
        "kind": found.plan.kind.value,
        "condition": found.plan.condition.in_words,
        "supported_months": to_plain(supported),
        "whole_months": None if supported is None else int(supported),
        "bounded": to_plain(bounded),
        "bounded_in_words": bounded.in_words if bounded else None,
        "bounded_by": str(evaluation.shortest.assay) if evaluation.shortest else None,
        "unverified": list(evaluation.unverified),
        "missing": [str(one) for one in evaluation.missing],
        "assays": [_assay(one) for one in evaluation.assays],
    }


def projected(view: View, actor: Actor, study: str, regress: Regress) -> tuple[Study, tuple[Evaluated, ...]]:
    """A study with each assay's figures and points, to be drawn or written as a table."""
    actor.must(Permission.READ_RECORDS)
    found = readable(view, actor, STABILITY, study)
    return found, each_evaluated(found, regress)


def _assay(evaluated: AssayEvaluated) -> Plain:
    plain: Plain = to_plain(evaluated)
    reach = evaluated.reach
    return {**plain, "reach_in_words": reach.bounded.in_words if reach else None}


def summary(study: Study) -> dict[str, object]:
    """What lists show of a study: ``pulls`` are the next ones, from which the day makes what is due."""
    return {
        "status": _status(study),
        "title": f"{study.plan.product} at {study.plan.condition.in_words}",
        "kind": study.plan.kind.value,
        "product": str(study.plan.product),
        "shelf_life_months": study.conclusion.stated.shelf_life_months if study.conclusion else None,
        "pulls": [_pull_shown(pull) for pull in outstanding(study)],
    }


def dated(row: Mapping[str, Any], today: date) -> Plain:
    """A row of the list with what is due and overdue today; an overdue one stands until it is pulled."""
    pulls = [{**pull, "status": _stands(pull, today)} for pull in row["pulls"]]
    return {
        **row,
        "pulls": pulls,
        "due": sum(pull["status"] == PullStatus.DUE for pull in pulls),
        "overdue": sum(pull["status"] == PullStatus.OVERDUE for pull in pulls),
    }


def due_pulls(listing: Listing, actor: Actor, today: date) -> Iterator[CatalogueRow]:
    """The pulls that are due or overdue today, as rows of the work lists: overdue after the last day that will do."""
    seen_by = None if actor.roles & SEE_EVERYTHING else str(actor.organisation)
    after = ""
    while True:
        rows, after = listing(Query(room=STABILITY.room, size=PAGE, after=after, seen_by=seen_by))
        for row in rows:
            summary: Mapping[str, Any] = row.summary
            for pull in summary["pulls"]:
                if _stands(pull, today) in {PullStatus.DUE, PullStatus.OVERDUE}:
                    yield _to_do(row, pull)
        if not after:
            return


def _to_do(row: CatalogueRow, pull: Mapping[str, Any]) -> CatalogueRow:
    study, lot, point = row.stream.partition("/")[2], pull["lot"], pull["point"]
    return CatalogueRow(
        stream=f"{TaskKind.PULL}/{study}/{point}/{lot}",
        organisation=row.organisation,
        status="open",
        title=f"Pull of lot {lot} for study {study}",
        seq=0,
        summary={
            "task": TaskKind.PULL.value,
            "about": row.stream,
            "number": point,
            "what": f"{row.title}: pull lot {lot} for time point {point}, {pull['months']} months.",
            "assignee": None,
            "due_on": pull["due_until"],
            "opened_at": f"{pull['due_from']}T00:00:00Z",
            "lot": lot,
        },
    )


def _stands(pull: Mapping[str, str], today: date) -> str:
    if today > parse_day(pull["due_until"]):
        return PullStatus.OVERDUE.value
    return (PullStatus.DUE if today >= parse_day(pull["due_from"]) else PullStatus.PLANNED).value


def _status(study: Study) -> str:
    return "running" if study.conclusion is None else "concluded"


def _pull_shown(pull: PlannedPull) -> Plain:
    return {name: value for name, value in to_plain(pull).items() if name != "pulled"}


def _result(study: Study, number: int) -> Plain:
    result, body = study.result(number), study.body(number)
    return {
        **result_shown(result),
        "lot": str(body.lot),
        "point": body.point,
        "pull": body.pull,
        "days": study.days(body),
        "out_of_specification": body.out_of_specification,
    }


def _excursion(excursion: Excursion) -> Plain:
    return {
        **to_plain(excursion.recorded),
        "open": excursion.is_open,
        "acceptable": excursion.decided.acceptable if excursion.decided else None,
        "statement": str(excursion.decided.statement) if excursion.decided else None,
        "decided_by": str(excursion.decided_by.printed_name) if excursion.decided_by else None,
    }


def _conclusion(conclusion: Concluded | None) -> Plain | None:
    if conclusion is None:
        return None
    return {
        **to_plain(conclusion.stated),
        "bounded_in_words": conclusion.stated.bounded.in_words if conclusion.stated.bounded else None,
        "concluded_by": str(conclusion.signer.printed_name),
        "concluded_at": instant_text(conclusion.at),
    }
