"""The routes of attachments: a file comes in as a form and goes out as it came."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from qc_service.application.attachments import AttachFile, attach_file, read_attachment
from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line, Text
from qc_service.domain.records import Enclosure
from qc_service.exchange.instruments import MAX_FILE_BYTES
from qc_service.web.asking import actor, performed
from qc_service.web.routes import Custom
from qc_service.web.service import service
from schemas.attachments import AttachFileSchema

FORM_ROOM = 64 * 1024
"""What a form may be larger than the file it carries."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,62}/[a-z0-9][a-z0-9.+-]{0,62}", re.ASCII)
OCTETS = "application/octet-stream"


def post_attachment() -> Response:
    """Keep a file that comes as the part ``file`` of a form, with a ``description`` if there is one."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the file as multipart/form-data.")
    upload = _uploaded()
    described = request.form.get("description")
    intent = AttachFile(upload=upload, description=Text(described) if described is not None else None)
    said = {"file": str(upload.file.sha256), "name": str(upload.name), "description": described}
    return performed(attach_file, intent, stream=f"organisation/{actor().organisation}", said=said)


def _uploaded() -> Enclosure:
    request.max_content_length = MAX_FILE_BYTES + FORM_ROOM
    stray = sorted({*request.form} - {"description"} | {*request.files} - {"file"})
    if stray:
        raise Malformed("is not a part of this form: send file and description", field=stray[0])
    sent = request.files.getlist("file")
    if len(sent) != 1:
        raise Malformed("send one file as the part named file", field="file")
    content = sent[0].read()
    if len(content) > MAX_FILE_BYTES:
        raise RequestEntityTooLarge(f"A file has at most {MAX_FILE_BYTES} bytes.")
    media_type = sent[0].mimetype or OCTETS
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise Malformed("its media type is not one: write it like application/pdf", field="file")
    return Enclosure(name=Line(sent[0].filename or "file"), media_type=Line(media_type), content=content)


def get_attachment(sha256: str) -> Response:
    """The file's bytes, to be saved and never shown in place: they are somebody else's."""
    kept = read_attachment(service().view(), actor(), sha256, request.args.get("lot"))
    response = Response(kept.content, content_type=str(kept.media_type))
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


ROUTES = (
    Custom(
        "POST",
        "/attachments",
        view=post_attachment,
        body=AttachFileSchema,
        takes="multipart/form-data",
        summary="Attach a file, to be named by its SHA-256 later",
    ),
    Custom(
        "GET",
        "/attachments/<sha256>",
        view=get_attachment,
        query={"lot": "a lot of yours with a record that the file came with"},
        gives=OCTETS,
        summary="An attached file",
    ),
)
