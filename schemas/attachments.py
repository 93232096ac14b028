"""The wire's attachments: a file and what it is."""

from __future__ import annotations

from schemas.members import Strict, text, upload


class AttachFileSchema(Strict):
    """A multipart form with one file that later records are to name by its SHA-256."""

    file = upload("The file, with its name and media type.")
    description = text("What it is.")
