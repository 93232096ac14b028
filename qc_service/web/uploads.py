"""A file that comes in a form: one part named ``file``, of bounded size, with no part that nobody asked for."""

from __future__ import annotations

import re

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.records import Enclosure
from qc_service.exchange.instruments import MAX_FILE_BYTES

FORM_ROOM = 64 * 1024
"""What a form may be larger than the file it carries."""
TOO_LARGE = f"A file has at most {MAX_FILE_BYTES:,} bytes: send the instrument's text export, not its videos."
OCTETS = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,62}/[a-z0-9][a-z0-9.+-]{0,62}", re.ASCII)


def _parts() -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    request.max_content_length = MAX_FILE_BYTES + FORM_ROOM
    try:
        return request.form, request.files
    except RequestEntityTooLarge as error:
        raise RequestEntityTooLarge(TOO_LARGE) from error


def uploaded(beside: str) -> Enclosure:
    """The form's file; ``beside`` names the one text part that may come with it. Raises 413 and ``Malformed``."""
    form, files = _parts()
    stray = sorted({*form} - {beside} | {*files} - {"file"})
    if stray:
        raise Malformed(f"is not a part of this form: send file and {beside}", field=stray[0])
    sent = files.getlist("file")
    if len(sent) != 1:
        raise Malformed("send one file as the part named file", field="file")
    content = sent[0].read()
    if len(content) > MAX_FILE_BYTES:
        raise RequestEntityTooLarge(TOO_LARGE)
    media_type = sent[0].mimetype or OCTETS
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise Malformed("its media type is not one: write it like application/pdf", field="file")
    return Enclosure(name=Line(sent[0].filename or "file"), media_type=Line(media_type), content=content)
