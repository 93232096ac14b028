"""The routes of suspected copies: the alerts with their evidence, their settlement, and the thresholds."""

from __future__ import annotations

from flask import Response

from qc_service.application.alerts import told_alert
from qc_service.application.copies import SettleSuspicion, settle_suspicion
from qc_service.application.index import ALERT
from qc_service.application.policies import SetCopyPolicy, read_copy_policy, set_copy_policy
from qc_service.application.ports import Query
from qc_service.domain.errors import NotFound
from qc_service.domain.permissions import SEE_EVERYTHING, Permission
from qc_service.domain.policies import POLICY
from qc_service.web.asking import actor, answered
from qc_service.web.routes import Custom, Read, Write
from qc_service.web.service import service
from schemas.copies import AlertSchema, CopyPolicySchema, SetCopyPolicySchema, SettleSuspicionSchema


def one_alert(alert: str) -> Response:
    """One alert of the person's organisation, or of any for an auditor, with its evidence."""
    person = actor()
    person.must(Permission.READ_RECORDS)
    seen_by = None if person.roles & SEE_EVERYTHING else str(person.organisation)
    query = Query(room=ALERT, size=1, after=alert[:-1], seen_by=seen_by)
    row = next(iter(service().store.catalogue(query)[0]), None)
    if row is None or row.stream != f"{ALERT}/{alert}":
        raise NotFound(f"No alert {alert} of yours is on record.")
    return answered(told_alert(service().view(), row))


ROUTES = (
    Read("/alerts", listing=ALERT, summary="What asks quality to look, in the order of time"),
    Custom(
        "GET", "/alerts/<alert>", view=one_alert, reply=AlertSchema, summary="One alert with its evidence"
    ),
    Write(
        "POST",
        "/vials/<lot>/<serial>/settlement",
        use_case=settle_suspicion,
        intent=SettleSuspicion,
        body=SettleSuspicionSchema,
        subject=("vial", "name"),
        summary="Settle what is suspected of a vial",
    ),
    Read("/policies", listing=POLICY.room, summary="List policies"),
    Read(
        "/policies/<organisation>/copies",
        answer=read_copy_policy,
        reply=CopyPolicySchema,
        summary="When a copy is suspected of an organisation's vials",
    ),
    Write(
        "POST",
        "/policies/<organisation>/copies",
        use_case=set_copy_policy,
        intent=SetCopyPolicy,
        body=SetCopyPolicySchema,
        subject=(POLICY.room, "organisation"),
        summary="Lay down when a copy is suspected",
    ),
)
