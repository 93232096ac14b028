"""What a code said, as typed fields, or why it cannot be read; nothing of it is ever repaired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from qc_service.domain.verdict import ScannedCode


class Fault(StrEnum):
    """Why a code cannot be read; the first two are reason codes of an answer as well."""

    MALFORMED = "malformed_code"
    SCANNER = "scanner_configuration"
    UNSUPPORTED = "unsupported_code"


class Unreadable(Exception):
    """The refusal to read a code: a stable ``reason`` and a sentence for the person with the label in hand."""

    def __init__(self, detail: str, reason: Fault = Fault.MALFORMED) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason


def _none() -> None:
    return None


class Form(StrEnum):
    """How the code reached us: what a scanner sent, what stands under a symbol, an address, or what was typed."""

    SCAN = "scan"
    BRACKETED = "bracketed"
    LINK = "link"
    TYPED = "typed"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A code read from its first character to its last.

    ``fields`` are by name, in the order read; days are ISO 8601. ``canonical`` of a GS1 code is its bracketed element
    string in the order read, of every other the text itself. ``address`` makes its Digital Link.
    """

    kind: str
    form: Form
    fields: Mapping[str, str]
    canonical: str
    address: Callable[[], str | None] = field(default=_none, repr=False, compare=False)

    @cached_property
    def digital_link(self) -> str | None:
        """The code as a Digital Link, or ``None`` where it has none; made when it is first asked for."""
        return self.address()


def scanned(reading: Reading) -> ScannedCode:
    """The members of a code by which a vial is known; ``None`` for each that it does not carry."""
    said = reading.fields
    expires_on = said.get("expires_on") or said.get("expires_at", "")[:10]
    return ScannedCode(
        gtin=said.get("gtin"),
        lot=said.get("lot"),
        serial=said.get("serial") or said.get("supplemental_number"),
        expires_on=date.fromisoformat(expires_on) if expires_on else None,
    )
