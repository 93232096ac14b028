"""What travels with a shipment: each donor's determination and tests, never who the donor is (1271.55)."""

from __future__ import annotations

from qc_service.application.lineage import donations_of
from qc_service.application.view import View
from qc_service.domain.donations import DONATION, Donation
from qc_service.domain.facilities import FACILITY
from qc_service.domain.identifiers import Text
from qc_service.domain.lots import Lot
from qc_service.domain.parties import ORGANISATION
from qc_service.domain.screening import DonorTested
from qc_service.domain.shipments import AccompanyingRecord, DonorStatement


def donations_behind(view: View, lot: Lot) -> tuple[Donation, ...]:
    """Every donation behind the lot, through all lots it was made from."""
    return tuple(view.get(DONATION, din) for din in donations_of(view, lot.number))


def accompanying_record(view: View, lot: Lot) -> AccompanyingRecord:
    """What accompanies vials of this lot; it quotes what is on record, so that nothing is typed twice."""
    return AccompanyingRecord(
        lot=lot.number,
        product=lot.product,
        expires_on=lot.expires_on,
        donors=tuple(_statement(view, donation) for donation in donations_behind(view, lot)),
    )


def _statement(view: View, donation: Donation) -> DonorStatement:
    determined_by = donation.eligibility.by.organisation if donation.eligibility else donation.organisation
    establishment = view.find(ORGANISATION, determined_by)
    return DonorStatement(
        donation=donation.din,
        statement=Text(f"{donation.in_words}, based on the screening and testing recorded."),
        tests=tuple(
            Text(f"{result.assay}: {result.outcome.value.replace('_', ' ')}")
            for report in donation.standing_reports
            for result in report.results
        ),
        laboratories=tuple(dict.fromkeys(_laboratory(view, report) for report in donation.standing_reports)),
        establishment=Text(establishment.name if establishment else determined_by),
    )


def _laboratory(view: View, report: DonorTested) -> Text:
    facility = view.find(FACILITY, report.laboratory)
    name = facility.name if facility else report.laboratory
    return Text(f"{name} ({report.laboratory_number})")
