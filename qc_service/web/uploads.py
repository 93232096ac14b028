"""Files that come in a form: parts named ``file``, of bounded size, with no part that nobody asked for."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath
from typing import Any

from flask import request
from marshmallow import Schema
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from qc_service.domain.errors import Malformed
from qc_service.domain.identifiers import Line
from qc_service.domain.records import Enclosure
from qc_service.exchange.instruments import MAX_FILE_BYTES
from qc_service.web.asking import read_by, read_json

FORM_ROOM = 64 * 1024
"""What a form may be larger than the file it carries."""
TOO_LARGE = f"A file has at most {MAX_FILE_BYTES:,} bytes: send the instrument's text export, not its videos."
MOST_BYTES = 2 * MAX_FILE_BYTES
"""What the files of one form may have together: fifty of the largest exports that are usual have a tenth of it."""
TOO_MUCH = f"The files of one form have at most {MOST_BYTES:,} bytes together: send them in several parts."
LONGEST_NAME = 200
OCTETS = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,62}/[a-z0-9][a-z0-9.+-]{0,62}", re.ASCII)


def stated(schema: type[Schema], without: str | None = None) -> dict[str, Any] | None:
    """The form's ``statement``, JSON by this schema; ``without`` one, that text is read in its place, if any.

    Raises ``Malformed``.
    """
    text = request.form.get("statement", without)
    if text is None:
        return None
    try:
        plain = read_json(text)
    except ValueError as error:
        raise Malformed(f"is not JSON: {error}", field="statement") from error
    loaded: dict[str, Any] = read_by(schema).load(plain)
    return loaded


def _parts(most: int, too_large: str) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    request.max_content_length = most + FORM_ROOM
    try:
        return request.form, request.files
    except RequestEntityTooLarge as error:
        raise RequestEntityTooLarge(too_large) from error


def uploaded(beside: str) -> Enclosure:
    """The form's file; ``beside`` names the one text part that may come with it. Raises 413 and ``Malformed``."""
    form, files = _parts(MAX_FILE_BYTES, TOO_LARGE)
    _must_be_known(form, files, beside)
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


def several_uploaded(beside: str, most: int) -> tuple[Enclosure, ...]:
    """The form's files, one to ``most``, whatever is in each; their names lose folders and what no name has.

    Raises 413 for more than ``MOST_BYTES`` together, and ``Malformed``.
    """
    form, files = _parts(MOST_BYTES, TOO_MUCH)
    _must_be_known(form, files, beside)
    sent = files.getlist("file")
    if not 1 <= len(sent) <= most:
        raise Malformed(f"send 1 to {most} files, each as a part named file", field="file")
    return tuple(_enclosed(one) for one in sent)


def _enclosed(sent: FileStorage) -> Enclosure:
    """One file of several: what is odd about its name or kind must not keep the others out."""
    name = "".join(letter for letter in PureWindowsPath(sent.filename or "").name if letter.isprintable())
    media_type = sent.mimetype if _MEDIA_TYPE.fullmatch(sent.mimetype or "") else OCTETS
    return Enclosure(
        name=Line(name[:LONGEST_NAME].strip() or "file"),
        media_type=Line(media_type),
        content=sent.read(),
    )


def _must_be_known(form: MultiDict[str, str], files: MultiDict[str, FileStorage], beside: str) -> None:
    stray = sorted({*form} - {beside} | {*files} - {"file"})
    if stray:
        raise Malformed(f"is not a part of this form: send file and {beside}", field=stray[0])
