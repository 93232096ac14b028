"""Settings: everything the service takes from its environment, read once and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsInvalid(ValueError):
    """A setting cannot be used; the message names it and the fix."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where things are and how the service is reached.

    ``home`` holds keys, the trust root and the last signed head, and the database unless ``database_url`` names one.
    ``public_url`` is what labels and links begin with. ``requests_per_minute`` limits public reads per address;
    0 switches the limit off. ``gln`` is by which verification messages are answered for a manufacturer that has none on
    record; with ``requesters_on_record`` only organisations on record may send them, by their token.
    """

    home: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    requests_per_minute: int = 600
    workers: int = 1
    gln: str = ""
    requesters_on_record: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read ``QC_HOME``, ``DATABASE_URL``, ``HOST``, ``PORT``, ``QC_PUBLIC_URL``, ``QC_REQUESTS_PER_MINUTE``,
        ``QC_WORKERS``, ``QC_GLN`` and ``QC_VERIFICATION_REQUESTERS``. Raises ``SettingsInvalid``."""
        home = Path(environment.get("QC_HOME") or "var").resolve()
        port = _number(environment, "PORT", 8000, 1, 65535)
        host = environment.get("HOST") or "127.0.0.1"
        return cls(
            home=home,
            database_url=environment.get("DATABASE_URL") or default_database(home),
            host=host,
            port=port,
            public_url=environment.get("QC_PUBLIC_URL", "").rstrip("/") or f"http://{host}:{port}",
            requests_per_minute=_number(environment, "QC_REQUESTS_PER_MINUTE", 600, 0, 1_000_000),
            workers=_number(environment, "QC_WORKERS", 1, 1, 64),
            gln=_gln(environment),
            requesters_on_record=_choice(environment, "QC_VERIFICATION_REQUESTERS", ("anyone", "on_record"))
            == "on_record",
        )


def default_database(home: Path) -> str:
    """The database of an installation that names no other: a file in its home."""
    return f"sqlite:///{home / 'qc-service.sqlite3'}"


def _number(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise SettingsInvalid(f"{name} is {text!r}: set it to a whole number from {low} to {high}")
    return int(text)


def _gln(environment: Mapping[str, str]) -> str:
    text = environment.get("QC_GLN", "")
    weighted = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(text) if digit.isdecimal()
    )
    if text and not (text.isascii() and text.isdigit() and len(text) == 13 and weighted % 10 == 0):
        raise SettingsInvalid(
            f"QC_GLN is {text!r}: set it to a GLN, 13 digits of which the last checks the others"
        )
    return text


def _choice(environment: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    text = environment.get(name) or known[0]
    if text not in known:
        raise SettingsInvalid(f"{name} is {text!r}: set it to {' or '.join(known)}")
    return text
