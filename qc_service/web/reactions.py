"""The routes of adverse reactions: report, follow-up and submission."""

from __future__ import annotations

from qc_service.application.reactions import (
    FollowUpReaction,
    ReportReaction,
    SubmitReaction,
    follow_up_reaction,
    read_reaction,
    report_reaction,
    submit_reaction,
)
from qc_service.web.routes import Read, Write
from schemas.reactions import (
    FollowUpReactionSchema,
    ReactionSchema,
    ReportReactionSchema,
    SubmitReactionSchema,
)

REACTION = ("reaction", "reaction")
"""The room, and the member that names the stream."""

ROUTES = (
    Read("/reactions", listing="reaction", summary="List adverse reactions"),
    Write(
        "POST",
        "/reactions",
        use_case=report_reaction,
        intent=ReportReaction,
        body=ReportReactionSchema,
        subject=REACTION,
        summary="Report an adverse reaction",
    ),
    Read(
        "/reactions/<reaction>",
        answer=read_reaction,
        reply=ReactionSchema,
        etag=REACTION,
        summary="One adverse reaction",
    ),
    Write(
        "POST",
        "/reactions/<reaction>/follow-ups",
        use_case=follow_up_reaction,
        intent=FollowUpReaction,
        body=FollowUpReactionSchema,
        subject=REACTION,
        summary="Record what became known since",
    ),
    Write(
        "POST",
        "/reactions/<reaction>/submissions",
        use_case=submit_reaction,
        intent=SubmitReaction,
        body=SubmitReactionSchema,
        subject=REACTION,
        summary="Record that the authority was told",
    ),
)
