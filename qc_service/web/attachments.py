"""The routes of attachments: a file comes in as a form and goes out as it came."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from qc_service.application.attachments import AttachFile, attach_file, read_attachment
from qc_service.domain.identifiers import Text
from qc_service.web.asking import actor, performed
from qc_service.web.routes import Custom
from qc_service.web.service import service
from qc_service.web.uploads import OCTETS, uploaded
from schemas.attachments import AttachFileSchema


def post_attachment() -> Response:
    """Keep a file that comes as the part ``file`` of a form, with a ``description`` if there is one."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the file as multipart/form-data.")
    upload = uploaded(beside="description")
    described = request.form.get("description")
    intent = AttachFile(upload=upload, description=Text(described) if described is not None else None)
    said = {
        "file": str(upload.file.sha256), "name": str(upload.name), "media_type": str(upload.media_type),
        "description": described,
    }  # fmt: skip
    return performed(attach_file, intent, stream=f"organisation/{actor().organisation}", said=said)


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
        form=AttachFileSchema,
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
