"""Drawing and sealing, neither of them loaded before somebody issues a certificate: that takes seconds."""

from __future__ import annotations

from datetime import datetime

from qc_service.exchange.certificates.attached import Attached
from qc_service.exchange.certificates.contents import Contents
from qc_service.ledger.seal import Seal


def drawn(contents: Contents, code: str, attached: tuple[Attached, ...], at: datetime) -> bytes:
    """The certificate as a PDF without its seal: ``pages.drawn``."""
    from qc_service.exchange.certificates import pages  # noqa: PLC0415  as said above

    return pages.drawn(contents, code, attached, at)


def sealed(document: bytes, seal: Seal, at: datetime, by: str, why: str) -> bytes:
    """The file with its seal: ``sealing.sealed``."""
    from qc_service.exchange.certificates import sealing  # noqa: PLC0415  as said above

    return sealing.sealed(document, seal, at=at, by=by, why=why)
