"""The routes of recalls, from the preview to termination or rescission, and the signed list of what is called back."""

from __future__ import annotations

import hashlib

from flask import Response, request
from flask.typing import ResponseReturnValue

from qc_service.application.reach import preview_recall
from qc_service.application.recalls import (
    AcknowledgeRecall,
    ClassifyRecall,
    InitiateRecall,
    ProposeRescission,
    RescindRecall,
    TerminateRecall,
    acknowledge_recall,
    classify_recall,
    initiate_recall,
    propose_rescission,
    read_recall,
    rescind_recall,
    terminate_recall,
)
from qc_service.web.routes import Custom, Read, Write
from qc_service.web.service import service
from schemas.recalls import (
    AcknowledgeRecallSchema,
    ClassifyRecallSchema,
    InitiateRecallSchema,
    RecallPreviewSchema,
    RecallSchema,
    RescindRecallSchema,
    TerminateRecallSchema,
)

RECALL = ("recall", "recall")
"""The room, and the member that names the stream."""

FRESH = "public, max-age=5"
"""A recall shows within seconds wherever the list is cached; its age is inside it."""


def recall_list() -> ResponseReturnValue:
    """Every lot that is called back or stopped, and every label key, signed by the record key."""
    content = service().recall_list(service().clock())
    response = Response(content, content_type="application/json", headers={"Cache-Control": FRESH})
    response.set_etag(hashlib.sha256(content).hexdigest())
    return response.make_conditional(request)


ROUTES = (
    Custom(
        "GET",
        "/trust/recalls",
        recall_list,
        "The signed list of lots called back and of label keys",
        public=True,
        root=True,
    ),
    Read("/recalls", listing="recall", summary="List recalls"),
    Read(
        "/recalls/preview",
        answer=preview_recall,
        reply=RecallPreviewSchema,
        query={
            "lots": "Lots, separated by commas.",
            "donations": "Donations, separated by commas.",
            "reagents": "Reagent lots, separated by commas.",
            "equipment": "Equipment, separated by commas.",
            "facility": "A facility, with the days since and until.",
            "since": "The first day at the facility.",
            "until": "The last day at the facility.",
        },
        summary="Exactly what a recall of this scope would reach",
    ),
    Write(
        "POST",
        "/recalls",
        use_case=initiate_recall,
        intent=InitiateRecall,
        body=InitiateRecallSchema,
        subject=RECALL,
        summary="Recall or withdraw everything that came of a scope",
    ),
    Read("/recalls/<recall>", answer=read_recall, reply=RecallSchema, etag=RECALL, summary="One recall"),
    Write(
        "POST",
        "/recalls/<recall>/classification",
        use_case=classify_recall,
        intent=ClassifyRecall,
        body=ClassifyRecallSchema,
        subject=RECALL,
        summary="Record the class that the authority set",
    ),
    Write(
        "POST",
        "/recalls/<recall>/acknowledgements",
        use_case=acknowledge_recall,
        intent=AcknowledgeRecall,
        body=AcknowledgeRecallSchema,
        subject=RECALL,
        summary="Answer a recall as its consignee",
    ),
    Write(
        "POST",
        "/recalls/<recall>/termination",
        use_case=terminate_recall,
        intent=TerminateRecall,
        body=TerminateRecallSchema,
        subject=RECALL,
        if_match=True,
        summary="Close a recall",
    ),
    Write(
        "POST",
        "/recalls/<recall>/rescission-proposal",
        use_case=propose_rescission,
        intent=ProposeRescission,
        body=RescindRecallSchema,
        subject=RECALL,
        if_match=True,
        summary="Propose to take a recall back",
    ),
    Write(
        "POST",
        "/recalls/<recall>/rescission",
        use_case=rescind_recall,
        intent=RescindRecall,
        body=RescindRecallSchema,
        subject=RECALL,
        if_match=True,
        summary="Take a recall back, as the second of two people",
    ),
)
