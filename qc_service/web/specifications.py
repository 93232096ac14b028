"""The routes of a product's specification: drafts, their approval by a second person, and what a version changes."""

from __future__ import annotations

from flask import Response

from qc_service.application.actor import Actor
from qc_service.application.specification_reading import read_changes, read_specification
from qc_service.application.specifications import (
    ApproveSpecification,
    DraftSpecification,
    ReturnSpecification,
    ReviseSpecification,
    WithdrawSpecification,
    approve_specification,
    draft_specification,
    return_specification,
    revise_specification,
    withdraw_specification,
)
from qc_service.application.view import View
from qc_service.domain.products import PRODUCT
from qc_service.web.asking import actor, answered, whole_number
from qc_service.web.routes import Custom, Read, Write
from qc_service.web.service import service
from schemas.specifications import (
    ApproveSpecificationSchema,
    DraftSpecificationSchema,
    ReturnSpecificationSchema,
    SpecificationChangesSchema,
    SpecificationVersionSchema,
    WithdrawSpecificationSchema,
)

SUBJECT = (PRODUCT.room, "product")
"""The room, and the member that names the stream."""
_ONE = "/products/<product>/specifications/<int:version>"
_MOST_VERSIONS = 1_000_000


def one_version(product: str, version: int) -> Response:
    """A version, with the product's sequence number as the ETag: an approval says what was read."""
    found = service()
    view = found.view()
    told = read_specification(view, actor(), product, version, at=found.clock())
    return answered(told, seq=len(view.history(f"{PRODUCT.room}/{product}")) - 1)


def changes(
    view: View, person: Actor, product: str, version: int, since: str | None = None
) -> dict[str, object]:
    """What a version changes against another. Raises ``Malformed`` where ``since`` is no number."""
    other = None if since is None else whole_number("since", since, least=1, most=_MOST_VERSIONS)
    return read_changes(view, person, product, version, since=other)


ROUTES = (
    Write(
        "POST",
        "/products/<product>/specifications",
        use_case=draft_specification,
        intent=DraftSpecification,
        body=DraftSpecificationSchema,
        subject=SUBJECT,
        summary="Draft the next version of a product's specification",
    ),
    Custom(
        "GET", _ONE, view=one_version, reply=SpecificationVersionSchema,
        summary="One version of a specification, and what stands against approving it",
    ),
    Read(
        f"{_ONE}/changes",
        answer=changes,
        reply=SpecificationChangesSchema,
        query={"since": "the version it is compared with; the last one approved before it unless said"},
        summary="What a version of a specification changes, assay by assay",
    ),
    Write(
        "POST",
        f"{_ONE}/revisions",
        use_case=revise_specification,
        intent=ReviseSpecification,
        body=DraftSpecificationSchema,
        subject=SUBJECT,
        summary="Revise a draft of a specification",
    ),
    Write(
        "POST",
        f"{_ONE}/return",
        use_case=return_specification,
        intent=ReturnSpecification,
        body=ReturnSpecificationSchema,
        subject=SUBJECT,
        summary="Give a draft of a specification back with a remark",
    ),
    Write(
        "POST",
        f"{_ONE}/withdrawal",
        use_case=withdraw_specification,
        intent=WithdrawSpecification,
        body=WithdrawSpecificationSchema,
        subject=SUBJECT,
        summary="Give up a draft of a specification",
    ),
    Write(
        "POST",
        f"{_ONE}/approval",
        use_case=approve_specification,
        intent=ApproveSpecification,
        body=ApproveSpecificationSchema,
        subject=SUBJECT,
        if_match=True,
        summary="Approve a draft of a specification, as the second of two people",
    ),
)  # fmt: skip
