"""The few ways in which the domain says no; each rule is a subclass whose name becomes the problem's type and title.

``Malformed`` means a statement cannot be understood, ``Refused`` that a *decision* may not be taken (facts are never
refused), ``Forbidden`` that this person may not, ``NotFound`` that nothing of that name is on record and ``Conflict``
that something else happened first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason for a refusal: a stable code, a sentence saying what is wrong and what mends it, and its source.

    ``next_step`` is for whoever has a vial in hand: what to do with it now.
    """

    code: str
    detail: str
    source: str = ""
    next_step: str = ""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with a statement: where (a JSON pointer into it) and what would be right."""

    pointer: str
    detail: str


class DomainError(Exception):
    """The base of every refusal; ``detail`` is written for the person who asked."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(DomainError):
    """Nothing of that name is on record, or none that this reader may see."""


class Conflict(DomainError):
    """Something else happened first, or the name is taken."""


class Forbidden(DomainError):
    """This person's roles do not permit the act."""


class Malformed(DomainError):
    """The statement cannot be understood; ``faults`` names every member that is wrong."""

    def __init__(self, detail: str, *, field: str = "", faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.field = field
        self.faults = faults or (Fault(pointer=f"/{field}" if field else "", detail=detail),)


class Refused(DomainError):
    """A decision may not be taken; ``reasons`` lists every reason at once."""

    def __init__(self, detail: str, reasons: tuple[Reason, ...] = ()) -> None:
        super().__init__(detail)
        self.reasons = reasons
