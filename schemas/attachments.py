"""The wire's attachments: a file and what it is."""

from __future__ import annotations

from marshmallow import fields

from schemas.shapes import Strict, text


class AttachFileSchema(Strict):
    """A multipart form with one file that later records are to name by its SHA-256."""

    file = fields.Raw(
        required=True,
        metadata={
            "type": "string",
            "format": "binary",
            "description": "The file, with its name and media type.",
        },
    )
    description = text("What it is.")
