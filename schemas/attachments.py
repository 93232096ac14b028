"""The wire's attachments: a file and what it is."""

from __future__ import annotations

from marshmallow import fields

from schemas.members import Strict, text

FILE = {"type": "string", "format": "binary", "description": "The file, with its name and media type."}


class AttachFileSchema(Strict):
    """A multipart form with one file that later records are to name by its SHA-256."""

    file = fields.Raw(required=True, metadata=FILE)
    description = text("What it is.")
