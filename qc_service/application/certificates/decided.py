"""The parts of a certificate that say what quality looked into and decided, and who signed what."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.certificates.source import Source, on, when
from qc_service.domain.assessment import Assessment, LotAssessed
from qc_service.domain.disposition import LotRejected, LotReleased
from qc_service.domain.investigations import Investigation, InvestigationCause, InvestigationConcluded
from qc_service.domain.lots import LotStatus
from qc_service.domain.processing import DeviationClosed
from qc_service.domain.records import Body
from qc_service.domain.regulatory import no_basis_in_words, statement_on
from qc_service.domain.results import ResultInvalidated
from qc_service.domain.vocabulary import BasisKind, LotKind, Purpose
from qc_service.domain.wording import words
from qc_service.exchange.certificates.contents import Block, Section, Sentence, Table, Tone, columns


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the lot stands, in the words that nobody may overlook."""

    words: str
    more: str
    tone: Tone


_UNUSABLE = {
    LotStatus.RECALLED: "RECALLED – DO NOT USE",
    LotStatus.WITHDRAWN: "WITHDRAWN – DO NOT USE",
    LotStatus.REJECTED: "REJECTED – DO NOT USE",
}


def standing(source: Source, assessment: Assessment) -> Standing:
    """The gravest that is true, as the lot's status is; a hold is never explained here (domain rule D9)."""
    lot = source.lot
    met = "meets" if assessment.passed else "does not meet"
    meeting = f"By its assessment the lot {met} its specification."
    if lot.status in _UNUSABLE:
        return Standing(words=_UNUSABLE[lot.status], more=meeting, tone=Tone.BAD)
    if lot.expires_on is not None and lot.expires_on < source.today:
        return Standing(words=f"EXPIRED on {on(lot.expires_on)} – DO NOT USE", more=meeting, tone=Tone.BAD)
    if lot.status is LotStatus.ON_HOLD:
        said = "ON HOLD by the manufacturer's quality unit – do not use"
        return Standing(words=said, more=meeting, tone=Tone.OPEN)
    if lot.status is LotStatus.QUARANTINED:
        tone = Tone.OPEN if assessment.passed else Tone.BAD
        return Standing(words="NOT RELEASED – do not use", more=meeting, tone=tone)
    purposes = " and ".join(one.purpose.spoken for one in lot.disposition.releases)
    last = lot.disposition.releases[-1]
    more = f"Released by {last.signer.printed_name} on {when(last.at)}. {meeting}"
    clinical = lot.released_for(Purpose.CLINICAL)
    further = "" if clinical else " – never for use on a patient"
    return Standing(
        words=f"Released by the manufacturer's quality unit for {purposes}{further}", more=more,
        tone=Tone.GOOD if clinical else Tone.OPEN,
    )  # fmt: skip


def departures(source: Source) -> Section:
    """Every deviation of the lot and of those it was made from, with quality's decision."""
    headings = columns(
        {"Lot, no.": 22, "What departed": 48, "Severity": 14, "Decision": 20, "Statement and signature": 50},
        strong="Decision",
    )
    rows = []
    for lot in source.chain:
        for one in lot.processing.deviations:
            decided, said = "Open", "Waits for quality's decision."
            if one.decision is not None:
                decided = words(one.decision.outcome)
                said = f"{one.decision.statement}\n{one.decision.printed_name}, {when(one.decision.at)}"
            rows.append(
                (f"{lot.number}, {one.number}", str(one.description), words(one.severity), decided, said)
            )
    return Section(title="Deviations", blocks=(Table(columns=headings, rows=tuple(rows)),))


def investigations(source: Source) -> Section:
    """What was looked into and concluded. What asks about a donor is not told on a certificate (domain rule D9)."""
    headings = columns(
        {"No.": 8, "What was looked into": 58, "Conclusion": 26, "Root cause and signature": 62},
        strong="Conclusion",
    )
    told = (
        one for one in source.lot.quality.investigations if one.cause is not InvestigationCause.DONOR_REVIEW
    )
    rows = tuple(_investigation(one) for one in told)
    return Section(title="Investigations", blocks=(Table(columns=headings, rows=rows),))


def _investigation(one: Investigation) -> tuple[str, ...]:
    about = f"{words(one.cause)}: {one.description}"
    if one.concluded is None or one.concluded_by is None:
        return str(one.number), about, "Open", "Waits for quality's conclusion."
    signed = when(one.concluded_at) if one.concluded_at else ""
    concluded = f"{one.concluded.root_cause}\n{one.concluded_by.printed_name}, {signed}"
    return str(one.number), about, words(one.concluded.conclusion), concluded


def signatures(source: Source) -> Section:
    """Who signed which decision, when and with what meaning (21 CFR 11.50(a))."""
    headings = columns(
        {"Printed name": 34, "Role": 22, "Meaning": 28, "What was signed": 52, "Time": 38}, strong="Meaning"
    )
    rows = [
        (
            str(record.signer.printed_name), words(record.signer.role), words(record.meaning), said,
            when(record.recorded_at),
        )
        for record in source.history
        if (said := _signed(record.body))
    ]  # fmt: skip
    mine = f"This certificate, number {source.number}"
    rows.append((str(source.by.printed_name), words(source.by.role), "Responsibility", mine, when(source.at)))
    return Section(
        title="Signatures", blocks=(Table(columns=headings, rows=tuple(rows)), Sentence(text=_RECORDS))
    )


_RECORDS = (
    "Each of these is a signed record in the manufacturer's log; what is attached to this file has every one of them "
    "with its proof. Times are UTC."
)


def _signed(body: Body) -> str:
    """What a decision's signature was for; nothing for a record that is no decision."""
    said = ""
    match body:
        case LotAssessed():
            said = f"Assessment against specification {body.specification}"
        case LotReleased():
            said = f"Release for {body.purpose.spoken}"
        case LotRejected():
            said = "Rejection"
        case DeviationClosed():
            said = f"Decision on deviation {body.deviation}"
        case InvestigationConcluded():
            said = f"Conclusion of investigation {body.investigation}"
        case ResultInvalidated():
            said = f"Result {body.result} shown invalid"
    return said


def regulatory(source: Source) -> Section:
    """On which footing the product is offered where, and what the regulator says."""
    product = source.product
    if source.lot.kind is not LotKind.FINISHED:
        text = "This lot is made into other lots. It is never used on a patient."
        blocks: tuple[Block, ...] = (Sentence(text=text, strong=True),)
    elif any(basis.kind is not BasisKind.NONE for basis in product.bases):
        rows = tuple((str(one.country), words(one.route), f"{one.in_words}.") for one in product.bases)
        headings = columns({"Country": 14, "Route": 16, "Footing on record": 100})
        blocks = (Table(columns=headings, rows=rows),)
    else:
        blocks = (Sentence(text=f"{no_basis_in_words(product.country)}.", strong=True),)
    cautions = dict.fromkeys(basis.caution for basis in product.bases if basis.caution)
    more = tuple(Sentence(text=str(one), strong=True) for one in cautions)
    return Section(
        title="What regulators say", blocks=(*blocks, *more, Sentence(text=statement_on(source.today)))
    )
