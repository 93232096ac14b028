"""The story from its beginning to the present, and what it leaves for a visitor to try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qc_service.application.answers import lot_answer
from qc_service.cli.demo.batches import (
    early_lots,
    good_lot,
    lot_to_hold,
    lot_with_growth,
    made_at_risk,
    topical_lots,
)
from qc_service.cli.demo.clinics import Used, at_the_clinic, on_hold, recalled
from qc_service.cli.demo.donations import (
    found_reactive,
    ineligible_donation,
    open_donation,
    two_donations,
)
from qc_service.cli.demo.learning import small_bulks
from qc_service.cli.demo.materials import bank_in_quarantine, bank_refused, materials
from qc_service.cli.demo.network import LAKESIDE, network
from qc_service.cli.demo.products import products
from qc_service.cli.demo.shipping import on_hand
from qc_service.cli.demo.stage import Stage
from qc_service.cli.demo.studies import study_a_month_on, study_started, study_two_months_on
from qc_service.domain.vials import Vial


@dataclass(frozen=True, kw_only=True)
class NamedVial:
    """A vial with everything that is printed on its label."""

    gtin: str
    lot: str
    serial: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class Remains:
    """What the story leaves: a lot and a vial for each thing to try, and its donations."""

    lots: dict[str, str]
    vials: dict[str, NamedVial]
    donations: tuple[str, ...]


def play(stage: Stage) -> Remains:
    """Play the whole story, in the order of its days."""
    network(stage)
    products(stage)
    cord, placenta = two_donations(stage)
    bulks = materials(stage, cord, placenta)
    small_bulks(stage, cord)
    expired, to_recall = early_lots(stage, bulks)
    serum, _ = topical_lots(stage, bulks)
    good = good_lot(stage, bulks)
    study_started(stage, expired, to_recall, good)
    used = at_the_clinic(stage, good, serum)
    membrane = ineligible_donation(stage)
    bank = bank_in_quarantine(stage, membrane)
    found_reactive(stage, membrane)
    bank_refused(stage, bank)
    rejected = lot_with_growth(stage, bulks)
    study_a_month_on(stage)
    to_hold = lot_to_hold(stage, bulks)
    recalled(stage, to_recall)
    late = open_donation(stage)
    quarantined = made_at_risk(stage, late)
    study_two_months_on(stage)
    on_hold(stage, to_hold)
    lots = {
        "released": good, "quarantined": quarantined, "on_hold": to_hold, "rejected": rejected,
        "recalled": to_recall, "expired": expired,
    }  # fmt: skip
    return Remains(
        lots=lots,
        vials=_vials(stage, lots, used, serum),
        donations=tuple(given.din for given in (cord, placenta, membrane, late)),
    )


def _vials(stage: Stage, lots: dict[str, str], used: Used, serum: str) -> dict[str, NamedVial]:
    chosen = {
        "in_order": on_hand(stage, lots["released"], LAKESIDE)[0],
        "administered": used.here,
        "recalled": on_hand(stage, lots["recalled"], LAKESIDE)[0],
        "expired": on_hand(stage, lots["expired"], LAKESIDE)[0],
        "quarantined": stage.view.vials(lots["quarantined"])[0],
        "elsewhere": used.elsewhere,
        "topical_only": on_hand(stage, serum, LAKESIDE)[0],
    }
    return {name: _named(stage, vial) for name, vial in chosen.items()}


def _named(stage: Stage, vial: Vial) -> NamedVial:
    row = lot_answer(stage.view, vial.lot)
    return NamedVial(
        gtin=row.gtin, lot=row.lot, serial=str(vial.serial), expires_on=date.fromisoformat(row.expires_on)
    )
