"""The story's four donations: two eligible, one that is not, and one whose tests are still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from qc_service.application.donations import RegisterDonation, register_donation
from qc_service.application.eligibility import (
    DetermineEligibility,
    RecordScreening,
    determine_eligibility,
    record_screening,
)
from qc_service.cli.demo.network import MATERNITY, SEROLOGY
from qc_service.cli.demo.stage import Plain, Stage
from qc_service.domain.donations import DONATION
from qc_service.domain.panel import panel_on

HEPATITIS_B = "hbv_surface_antigen"


@dataclass(frozen=True, kw_only=True)
class Gift:
    """One donation: its number, what was given, and how many days ago."""

    din: str
    tissue: str
    days_ago: int


def gift(stage: Stage, number: int, tissue: str, days_ago: int) -> Gift:
    """A donation with a number of the facility A9990, which ICCBBA keeps for no one real."""
    year = stage.clock.day(days_ago).strftime("%y")
    return Gift(din=f"A9990{year}{number:06}", tissue=tissue, days_ago=days_ago)


def collected(stage: Stage, given: Gift) -> None:
    """Register the donation on its day."""
    stage.clock.on(given.days_ago)
    with stage.telling(
        f"Tilda Sample registers donation {given.din}: {given.tissue.replace('_', ' ')}, given with consent by a "
        "donor whom no record identifies. It is in quarantine."
    ):
        consented = (stage.clock.today - timedelta(days=30)).isoformat()
        stage.act(
            "technician", register_donation, RegisterDonation,
            din=given.din, tissue=given.tissue, collected_at=stage.clock.spoken(hours=3), facility=MATERNITY,
            consent={"reference": f"CF-{given.din[-4:]}", "version": "3", "given_on": consented,
                     "uses": ["manufacturing", "clinical_use"]},
        )  # fmt: skip


def screened(stage: Stage, given: Gift, *, reactive: str = "", only: int | None = None) -> None:
    """Record the donor's screening and the laboratory's report: all required tests or the first few of them."""
    donation = stage.view.get(DONATION, given.din)
    recovered = donation.collected_at.day
    required = panel_on(recovered).required(donation.tissue, donation.country, recovered)[:only]
    done = (recovered + timedelta(days=3)).isoformat()
    part: Plain = {"by": "I. Sample, RN", "on": recovered.isoformat(), "finding": "no_risk_found"}
    results = [
        {"assay": str(entry.assay), "kit": "Demonstration donor kit", "status": "fda_donor_screening",
         "result_on": done, "outcome": "reactive" if entry.assay == reactive else "non_reactive"}
        for entry in required
    ]  # fmt: skip
    stage.act(
        "technician", record_screening, RecordScreening,
        din=given.din,
        screening={"interview": part, "physical_examination": part, "records_review": part,
                   "plasma_dilution": {"blood_and_colloids_ml": 0, "crystalloids_ml": 1000}},
        reports=[{"laboratory": SEROLOGY, "laboratory_number": "99D9999999", "specimen_of": "birth_mother",
                  "specimen_on": recovered.isoformat(), "results": results}],
    )  # fmt: skip


def determined(stage: Stage, given: Gift, standing: str, statement: str | None = None) -> None:
    """Quality signs what the donor is determined to be."""
    stage.act(
        "quality", determine_eligibility, DetermineEligibility,
        din=given.din, standing=standing, statement=statement,
    )  # fmt: skip


def two_donations(stage: Stage) -> tuple[Gift, Gift]:
    """A cord and a placenta from donors who turn out eligible; once, somebody is too early."""
    stage.narrator.chapter("Two donations")
    cord, placenta = gift(stage, 1, "umbilical_cord", 195), gift(stage, 2, "placenta", 194)
    collected(stage, cord)
    stage.refuse(
        "Quinn Sample of quality would call the donor eligible on the same day. Every reason at once:",
        "quality", determine_eligibility, DetermineEligibility, din=cord.din, standing="eligible",
    )  # fmt: skip
    collected(stage, placenta)
    stage.clock.on(189)
    for given in (cord, placenta):
        with stage.telling(f"Screening and the laboratory's report on {given.din}: no test is reactive."):
            screened(stage, given)
    stage.refuse(
        "Tilda Sample may record all this, but not decide on it.",
        "technician", determine_eligibility, DetermineEligibility, din=cord.din, standing="eligible",
    )  # fmt: skip
    stage.clock.on(188)
    with stage.telling("Quinn Sample signs both donors eligible, with the meaning 'responsibility'."):
        determined(stage, cord, "eligible")
        determined(stage, placenta, "eligible")
    return cord, placenta


def ineligible_donation(stage: Stage) -> Gift:
    """A membrane whose donor's test is reactive."""
    stage.narrator.chapter("A donor who is not eligible")
    membrane = gift(stage, 3, "amniotic_membrane", 68)
    collected(stage, membrane)
    return membrane


def found_reactive(stage: Stage, given: Gift) -> None:
    """The laboratory reports hepatitis B; the donor cannot be called eligible."""
    stage.clock.on(64)
    with stage.telling(f"The laboratory reports on {given.din}: hepatitis B surface antigen is reactive."):
        screened(stage, given, reactive=HEPATITIS_B)
    stage.refuse(
        "Could the donor be eligible all the same?",
        "quality", determine_eligibility, DetermineEligibility, din=given.din, standing="eligible",
    )  # fmt: skip
    with stage.telling("Quinn Sample signs the donor ineligible."):
        determined(stage, given, "ineligible", "Hepatitis B surface antigen reactive.")


def open_donation(stage: Stage) -> Gift:
    """A cord whose donor's tests are only half reported."""
    stage.narrator.chapter("Made before the donor's tests were finished")
    cord = gift(stage, 4, "umbilical_cord", 16)
    collected(stage, cord)
    stage.clock.wait(hours=1)
    return cord
