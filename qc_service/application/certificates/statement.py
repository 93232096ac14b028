"""Everything that a certificate says, put together from the records as they stand."""

from __future__ import annotations

from qc_service.application.certificates.decided import (
    departures,
    investigations,
    regulatory,
    signatures,
    standing,
)
from qc_service.application.certificates.distributions import size_distributions
from qc_service.application.certificates.identity import making, product_and_lot, sources
from qc_service.application.certificates.source import Source, when
from qc_service.application.certificates.testing import tested
from qc_service.application.newest_certificate import ADDRESS
from qc_service.domain.assessment import Assessment
from qc_service.domain.label_words import TOPICAL_ONLY
from qc_service.exchange.certificates.contents import Contents, Facts, Pair, Section, Sentence


def contents_of(source: Source, assessment: Assessment, *, link: str) -> Contents:
    """The certificate's contents; the same records at the same moment make the same. Raises ``Tampered``."""
    stands, lot = standing(source, assessment), source.lot
    address = f"{link}{ADDRESS}{lot.number}/{source.number}"
    return Contents(
        number=source.number,
        lot=str(lot.number),
        product=str(source.product.name),
        maker=str(source.maker.name),
        shout=str(TOPICAL_ONLY) if source.product.topical_only else "",
        standing=stands.words,
        standing_more=stands.more,
        tone=stands.tone,
        issued=f"{when(source.at)}, by {source.by.printed_name}",
        address=address,
        sections=(
            regulatory(source),
            product_and_lot(source),
            sources(source),
            *tested(source, assessment),
            *size_distributions(source),
            making(source),
            departures(source),
            investigations(source),
            signatures(source),
            _checking(source, address),
        ),
    )


def _checking(source: Source, address: str) -> Section:
    """How whoever has the certificate finds out whether it still holds, and whether it is whole."""
    facts: list[Pair] = [("Live answer", address)]
    if source.number > 1:
        facts.append(("Takes the place of", f"certificate {source.number - 1}: {source.reason}"))
    return Section(
        title="How to check this certificate",
        blocks=(
            Facts(facts=tuple(facts)),
            *(Sentence(text=text) for text in _CHECKS),
        ),
    )


_CHECKS = (
    (
        "This certificate says what was on record when it was issued. Records may have changed since: the code on the "
        "first page leads to the live answer, which says whether this certificate is the current one, and where the "
        "lot stands."
    ),
    (
        "The file is sealed: any checker of PDF signatures tells whether it is whole and unchanged. The manufacturer's "
        "certificate to import is under /trust/seal-authority.pem at the address above."
    ),
    (
        "Attached are the provenance record of the lot as it stood at issue, what stands here for programs, and a "
        "statement that binds both to the seal. With no network at all, qc-service check-certificate FILE --trust ROOT "
        "checks them all, and verify_bundle.py the provenance record by itself."
    ),
)
