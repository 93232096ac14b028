"""A file that travels inside a certificate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Attached:
    """Its name, what it is and its bytes."""

    name: str
    media_type: str
    description: str
    content: bytes
