"""A picture in place of a scan: the codes in it are read here and answered, and the picture is kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import BoundedSemaphore
from urllib.parse import urlencode

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from qc_service.application.judging import Verdict
from qc_service.application.ports import Unavailable
from qc_service.application.scans import Question, question_of
from qc_service.domain.errors import Malformed
from qc_service.domain.verdict import Finding, ScannedCode
from qc_service.exchange.codes import Reading
from qc_service.exchange.pictures import MAX_BYTES, MEDIA_TYPES, Picture, SeenCode, codes_in
from qc_service.web.asking import actor
from qc_service.web.limits import check_more
from qc_service.web.pages import page
from qc_service.web.public import ASKED, HEADERS, HTML, JSON, verdict_of
from qc_service.web.routes import Custom
from qc_service.web.service import service
from qc_service.web.uploads import FORM_ROOM
from schemas.pictures import PictureFormSchema, PictureVerdictSchema

FORM = "multipart/form-data"
PART = "picture"
NOTHING_FOUND = (
    "No code was found in this picture. Hold the label flat and let the code fill a third of the frame; keep still, "
    "with light from the side and no glare on it; from a hand's breadth away, so that its edges are sharp."
)
TOO_LARGE = f"A picture has at most {MAX_BYTES:,} bytes: send a smaller one, or only the part with the code."
COSTS = 10
"""How many questions a picture counts as against the limit of its address: it takes a few hundred times the work."""
_AT_ONCE = BoundedSemaphore(2)
"""An opened picture takes some hundred megabytes at the worst, so a process opens two at a time."""
_PATIENCE = 2.0


def verify_picture() -> ResponseReturnValue:
    """The answer to the one code in a picture; where several are in view, which they are."""
    codes = _codes(_picture())
    verdict = verdict_of(_question(codes))
    return Response(_told(verdict, codes).content(), content_type=JSON, headers=HEADERS)


def check_picture() -> ResponseReturnValue:
    """The same for a person: one code leads to its answer, several to the question which, none to how to hold it."""
    codes = _codes(_picture())
    if len(codes) == 1:
        return redirect(_page_of(codes[0]), 303)
    question = _question(codes)
    choices = [(_page_of(code), code) for code in codes]
    return page("picture.html", finding=question.finding, choices=choices)


def _question(codes: Sequence[SeenCode]) -> Question:
    if len(codes) == 1:
        found = service()
        return question_of(found.store, codes[0].text, found.clock().date(), found.open_token)
    detail = NOTHING_FOUND
    if codes:
        detail = (
            f"There are {len(codes)} different codes in this picture: say which is on the vial in your hand."
        )
    return Question(fields=ScannedCode(), finding=Finding(code="malformed_code", detail=detail))


def _told(verdict: Verdict, codes: Sequence[SeenCode]) -> Verdict:
    """The answer with what was read beside it: one code as ``read``, several as ``choices``."""
    seen = [_plain(code) for code in codes]
    more = {"read": seen[0]} if len(seen) == 1 else {"choices": seen} if seen else {}
    return replace(verdict, head={**verdict.head, **more})


def _plain(code: SeenCode) -> dict[str, object]:
    read = code.reading if isinstance(code.reading, Reading) else None
    return {
        "code": code.text,
        "kind": read.kind if read else None,
        "says": dict(code.fields),
        "canonical": read.canonical if read else None,
        "corners": [list(corner) for corner in code.corners],
    }


def _codes(content: bytes) -> tuple[SeenCode, ...]:
    if "Authorization" in request.headers:
        actor()  # a token that is none has no picture opened
    check_more(COSTS - 1)
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise Unavailable("Too many pictures are being read: send yours again in a moment.")
    try:
        return codes_in(Picture(content), service().clock().date())
    finally:
        _AT_ONCE.release()


def _picture() -> bytes:
    """The picture that was sent, by itself or as a form's part. Raises 413, 415 and ``Malformed``."""
    request.max_content_length = MAX_BYTES + FORM_ROOM
    try:
        content = _part() if request.mimetype == FORM else request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise RequestEntityTooLarge(TOO_LARGE) from error
    if request.mimetype not in {FORM, *MEDIA_TYPES}:
        raise UnsupportedMediaType(f"Send the picture as {', '.join(MEDIA_TYPES)}.")
    if len(content) > MAX_BYTES:
        raise RequestEntityTooLarge(TOO_LARGE)
    if not content:
        raise Malformed("choose or take a picture first", field=PART)
    return content


def _part() -> bytes:
    stray = sorted({*request.form, *request.files} - {PART})
    if stray:
        raise Malformed(f"is not a part of this form: send {PART}", field=stray[0])
    sent = request.files.getlist(PART)
    if len(sent) != 1:
        raise Malformed(f"send one picture as the part named {PART}", field=PART)
    content: bytes = sent[0].read()
    return content


def _page_of(code: SeenCode) -> str:
    return f"/check?{urlencode({'lot': code.text})}"


ROUTES = (
    Custom(
        "POST", "/verify/image", verify_picture, "The answer to the code in a picture, which is not kept",
        public=True, takes=MEDIA_TYPES, form=PictureFormSchema, reply=PictureVerdictSchema, query=ASKED,
    ),
    Custom(
        "POST", "/check/picture", check_picture, "Look a picture's code up, and go to its answer", public=True,
        root=True, form=PictureFormSchema, reply=PictureVerdictSchema, gives=HTML,
    ),
)  # fmt: skip
