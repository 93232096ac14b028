"""Whether a certificate's file holds, told by the file and a trust root alone: its seal, its statement, its record.

The order is: the seal is intact and covers all of the file; the statement inside is signed by a key that the trust root
names, and names this seal, these contents and this bundle by their SHA-256; the bundle verifies, and is of this lot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qc_service.application.certificates.issuing import STATEMENT_TYPE
from qc_service.exchange.certificates.looking import LARGEST, Seen, looked_at
from qc_service.ledger.canonical import digest, parse
from qc_service.ledger.dsse import Envelope
from qc_service.ledger.shape import Malformed, count, members, text
from qc_service.ledger.trust import TrustRoot
from verifier import verify_bundle as stranger

__all__ = ["LARGEST", "Checked", "checked_certificate"]

_STATEMENT = frozenset(
    {"bundle", "contents", "issued_at", "issuer", "lot", "number", "seal", "type", "version"}
)
_SEAL = frozenset({"certificate", "keyid"})


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found: ``faults`` says all that is wrong; without any the file is the one that was issued."""

    faults: tuple[str, ...]
    seen: Seen
    sha256: str
    lot: str = ""
    number: int = 0
    issued_at: str = ""
    address: str = ""

    def plain(self) -> dict[str, Any]:
        """For programs."""
        stamped = self.seen.stamped_at
        return {
            "whole": not self.faults, "faults": list(self.faults), "lot": self.lot or None,
            "number": self.number or None, "issued_at": self.issued_at or None, "sha256": self.sha256,
            "sealed_by": self.seen.sealed_by or None, "stamped_at": stamped.isoformat() if stamped else None,
            "live_answer": self.address or None,
        }  # fmt: skip

    def in_words(self, root: TrustRoot) -> str:
        """For a person."""
        if self.faults:
            return "\n".join(["DO NOT GO BY THIS FILE.", *self.faults])
        return "\n".join((
            f"Whole and unchanged: certificate {self.number} of lot {self.lot}.",
            f"Issued {self.issued_at} by {root.issuer}; sealed by {self.seen.sealed_by}.",
            f"SHA-256 {self.sha256}",
            f"Trust root sha256:{root.digest()}; compare it with paper.",
            f"It says what was on record then. Whether it still holds: {self.address}",
        ))  # fmt: skip


def checked_certificate(pdf: bytes, root: TrustRoot, at: datetime) -> Checked:
    """Check a file of at most ``LARGEST`` bytes as of this moment."""
    seen = looked_at(pdf, at=at) if len(pdf) <= LARGEST else Seen(faults=("The file is too large.",))
    found = Checked(faults=seen.faults, seen=seen, sha256=hashlib.sha256(pdf).hexdigest())
    if seen.faults:
        return found
    files = {one.name.split(".", 1)[-1]: one.content for one in seen.attached}
    try:
        said = _statement(files["statement.json"], root)
        told = replace(
            found, lot=text(said["lot"]), number=count(said["number"]), issued_at=text(said["issued_at"])
        )
        told = replace(told, address=text(parse(files["contents.json"])["address"]))
        return replace(told, faults=tuple(_faults(said, files, seen, root)))
    except (KeyError, TypeError, ValueError) as error:
        return replace(found, faults=(f"What is inside the file does not hold: {error}.",))


def _statement(content: bytes, root: TrustRoot) -> dict[str, Any]:
    """The statement's members, once a record key of the trust root has signed it. Raises ``Malformed``."""
    envelope = Envelope.from_dict(parse(content))
    signed = any(key.keyid == envelope.keyid and envelope.verified_by(key) for key in root.record_keys)
    if envelope.payload_type != STATEMENT_TYPE or not signed:
        raise Malformed("its statement is not signed by a key that the trust root names")
    return members(parse(envelope.payload), _STATEMENT)


def _faults(said: dict[str, Any], files: dict[str, bytes], seen: Seen, root: TrustRoot) -> Iterator[str]:
    seal = members(said["seal"], _SEAL)
    if seal["certificate"] != hashlib.sha256(seen.certificate or b"").hexdigest():
        yield "The seal is not the one that the statement inside names: somebody else sealed this file."
    if said["issuer"] != root.issuer:
        yield f"The statement inside is of {said['issuer']}, and the trust root of {root.issuer}."
    for name, file in (("bundle", "provenance.json"), ("contents", "contents.json")):
        if said[name] != digest(files[file]):
            yield f"The attached {file} is not the one that the statement names."
    outcome = stranger.verify(files["provenance.json"], root.to_bytes())
    if outcome.exit_code:
        yield f"The attached record does not verify: {'; '.join(outcome.found[-1])}."
    elif outcome.case.bundle["about"]["lot"] != said["lot"]:
        yield "The attached record is of another lot."
