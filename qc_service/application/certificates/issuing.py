"""Issuing certificates: the file is made and sealed first, and the record that names it is committed together with it.

Nothing but that commit makes a certificate: a file that was made and then not recorded is none, and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qc_service.application.access import own, visible
from qc_service.application.actor import Actor, Occasion
from qc_service.application.certificates.source import Source
from qc_service.application.certificates.statement import contents_of
from qc_service.application.keys import must_be_usable
from qc_service.application.newest_certificate import ADDRESS
from qc_service.application.ports import Unavailable
from qc_service.application.provenance import Bundler
from qc_service.application.view import View
from qc_service.domain.assessment import LotAssessed
from qc_service.domain.certificate_standing import standing_of
from qc_service.domain.certificates import (
    CODE_LENGTH,
    Certificate,
    CertificateIssued,
    must_be_certifiable,
    must_have_reason,
)
from qc_service.domain.codec import to_plain
from qc_service.domain.errors import NotFound
from qc_service.domain.identifiers import Line, LotNumber, Sha256, Text
from qc_service.domain.keys import KEY
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.moments import instant_text
from qc_service.domain.permissions import Permission
from qc_service.domain.records import Body, Enclosure, Meaning, New, Recorded
from qc_service.exchange.certificates.attached import Attached
from qc_service.exchange.certificates.contents import Contents
from qc_service.ledger.canonical import canonical, digest
from qc_service.ledger.seal import Seal

PDF = Line("application/pdf")
STATEMENT_TYPE = "application/vnd.qc-service.certificate+json"
"""What the statement inside a certificate is, as an envelope: signed by the record key that the trust root names."""


@dataclass(frozen=True, kw_only=True)
class Notary:
    """What issuing wants from outside: the service's address and name, what seals, and who draws and seals the file.

    ``seal`` raises ``Unavailable`` where nothing seals here. ``drawn`` takes the contents, their code, what is attached
    and the moment; ``sealed`` the file, the seal, the moment, in whose name and why.
    """

    link: Line
    issuer: str
    bundler: Bundler
    seal: Callable[[], Seal]
    drawn: Callable[[Contents, str, tuple[Attached, ...], datetime], bytes]
    sealed: Callable[[bytes, Seal, datetime, str, str], bytes]


def sealing(opened: Callable[[], Seal | None], view: Callable[[], View]) -> Callable[[], Seal]:
    """What gives the seal: opened when it is first wanted, and no more once the records withdraw its key.

    Raises ``Unavailable``.
    """
    kept: list[Seal] = []

    def seal() -> Seal:
        if not kept:
            found = opened()
            if found is None:
                raise Unavailable("There is no key that seals certificates: run 'qc-service key seal'.")
            kept.append(found)
        must_be_usable(view().find(KEY, kept[0].signer.public.keyid))
        return kept[0]

    return seal


@dataclass(frozen=True, kw_only=True)
class IssueCertificate:
    """Quality issues a certificate for a lot; where there is one already, for a ``reason``."""

    lot: LotNumber
    reason: Text | None = None


def issue_certificate(
    notary: Notary, view: View, occasion: Occasion, intent: IssueCertificate
) -> tuple[New, ...]:
    """Record a certificate, its sealed file enclosed. It says where the lot stands, released or not.

    Raises ``CertificateRefused`` where the lot is not assessed as its results stand, and ``ReissueNeedsReason``.
    """
    actor = occasion.actor
    actor.must(Permission.ISSUE_CERTIFICATE)
    lot = own(view, actor, LOT, intent.lot)
    must_be_certifiable(lot.quality)
    must_have_reason(lot.certificates, intent.reason)
    source = Source(
        view=view, lot=lot, number=len(lot.certificates) + 1, by=actor.signer(), at=occasion.at, reason=intent.reason
    )  # fmt: skip
    return (_issued(notary, source, intent.reason),)


def _issued(notary: Notary, source: Source, reason: Text | None) -> New:
    lot, seal = source.lot, notary.seal()
    assessment = lot.quality.assessment
    assert assessment is not None  # noqa: S101  its caller has refused a lot without one
    contents = contents_of(source, assessment, link=notary.link)
    plain = canonical(to_plain(contents))
    told = digest(plain)
    drawn = notary.drawn(contents, told[:CODE_LENGTH], _attached(notary, source, seal, plain), source.at)
    why = f"Certificate of analysis {source.number} of lot {lot.number}"
    document = notary.sealed(drawn, seal, source.at, str(source.maker.name), why)
    kept = Enclosure(name=name_of(lot.number, source.number), media_type=PDF, content=document)
    body = CertificateIssued(
        number=source.number,
        document=kept.file.sha256,
        contents=Sha256(told),
        seal=Line(seal.signer.public.keyid),
        assessment=Sha256(_last(source.history, LotAssessed)),
        release=Sha256(lot.disposition.releases[-1].digest) if lot.disposition.releases else None,
    )
    return New(name=lot.number, body=body, meaning=Meaning.RESPONSIBILITY, reason=reason, enclosed=(kept,))


def _attached(notary: Notary, source: Source, seal: Seal, contents: bytes) -> tuple[Attached, ...]:
    """What travels inside the file: the lot's provenance as whoever receives the lot may see it, the contents, and a
    statement, signed with the record key, that binds both to the seal."""
    lot = source.lot
    bundle = notary.bundler.consignable(lot, source.at)
    said = {
        "bundle": digest(bundle),
        "contents": digest(contents),
        "issued_at": instant_text(source.at),
        "issuer": notary.issuer,
        "lot": str(lot.number),
        "number": source.number,
        "seal": {"certificate": seal.fingerprint, "keyid": seal.signer.public.keyid},
        "type": "certificate-of-analysis",
        "version": 1,
    }
    signed = notary.bundler.envelope(STATEMENT_TYPE, canonical(said))
    return tuple(
        Attached(name=f"{lot.number}.{name}.json", media_type="application/json", description=what, content=content)
        for name, what, content in (
            ("provenance", "The signed records that the lot stands on, each with its proof", bundle),
            ("contents", "Everything that this certificate says, for programs", contents),
            ("statement", "Binds the two other files to the seal, signed with the record key", canonical(signed)),
        )
    )  # fmt: skip


def _last(history: tuple[Recorded, ...], kind: type[Body]) -> str:
    return next(record.digest for record in reversed(history) if isinstance(record.body, kind))


def name_of(lot: str, number: int) -> Line:
    """The file's name."""
    return Line(f"{lot}-certificate-{number}.pdf")


def read_certificate(view: View, actor: Actor, lot: str, number: int) -> Enclosure:
    """A certificate's file, for the lot's owner, auditors, and whoever was sent vials of it. Raises ``NotFound``."""
    actor.must(Permission.READ_RECORDS)
    state = visible(view, actor, LOT, lot)
    if not 1 <= number <= len(state.certificates):
        raise NotFound(f"Lot {lot} has no certificate {number}.")
    kept = view.file(state.certificates[number - 1].issued.document)
    if kept is None:
        raise NotFound("This certificate's file is not kept here.")
    return kept


def list_certificates(view: View, actor: Actor, lot: str) -> dict[str, Any]:
    """Every certificate of a lot, oldest first, each with how it stands, for whoever may read them."""
    actor.must(Permission.READ_RECORDS)
    return {"items": told_certificates(view, visible(view, actor, LOT, lot))}


def told_certificates(view: View, lot: Lot) -> list[dict[str, Any]]:
    """The same for a reader who was let in."""
    history = view.history(f"{LOT.room}/{lot.number}")
    told = []
    for certificate in lot.certificates:
        stands = standing_of(lot.certificates, certificate.number, history)
        told.append({
            **_told(certificate),
            "standing": stands.currency.value,
            "since": to_plain(stands.since),
            "superseded_by": stands.superseded_by,
            "in_words": stands.in_words,
            "page": f"{ADDRESS}{lot.number}/{certificate.number}?code={certificate.code}",
        })  # fmt: skip
    return told


def _told(certificate: Certificate) -> dict[str, Any]:
    issued = certificate.issued
    return {
        "number": issued.number,
        "issued_at": instant_text(certificate.at),
        "by": str(certificate.signer.printed_name),
        "reason": to_plain(certificate.reason),
        "document": str(issued.document),
        "contents": str(issued.contents),
        "code": certificate.code,
        "seal": str(issued.seal),
        "assessment": str(issued.assessment),
        "release": to_plain(issued.release),
    }
