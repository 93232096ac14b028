"""The state that a bundle claims, by the domain's own folds; the verifier folds the records anew and compares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from qc_service.application.manifest import Manifest
from qc_service.domain.donations import DONATION
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.records import Recorded
from qc_service.domain.vial_changes import apply, touched
from qc_service.domain.vials import Vial, filled_vial

Plain = dict[str, Any]
Histories = Mapping[str, tuple[Recorded, ...]]


def claimed(histories: Histories, as_of: datetime, vial: Vial | None) -> Plain:
    """Where every lot, every donation and the vial of a bundle stand, by these streams."""
    lots = {name: LOT.replay(history) for name, history in _in_room(histories, LOT.room)}
    donations = {name: DONATION.replay(history) for name, history in _in_room(histories, DONATION.room)}
    return {
        "donations": {name: donation.standing.value for name, donation in donations.items() if donation},
        "lots": {name: lot_claim(lot, as_of) for name, lot in lots.items() if lot},
        "vial": None if vial is None else vial_claim(vial),
    }


def lot_claim(lot: Lot, as_of: datetime) -> Plain:
    """One lot: its status, what it is released for, what is open; it is expired by the UTC day of ``as_of``."""
    assessment, fill, results = lot.quality.assessment, lot.filling.fill, lot.quality.results
    return {
        "assessment": None
        if assessment is None
        else {"passed": assessment.passed, "specification": assessment.stated.specification},
        "expired": lot.expires_on is not None and lot.expires_on < as_of.date(),
        "expires_on": lot.expires_on.isoformat() if lot.expires_on else None,
        "filled": fill.counts.accounted if fill else None,
        "kind": lot.kind.value,
        "open_deviations": [deviation.number for deviation in lot.processing.open_deviations()],
        "open_holds": [hold.number for hold in lot.disposition.open_holds()],
        "open_investigations": [one.number for one in lot.quality.open_investigations()],
        "product": str(lot.product),
        "recalls": sorted({str(recall.recall) for recall in lot.disposition.recalls}),
        "released_for": [release.purpose.value for release in lot.disposition.releases],
        "results": {
            "invalidated": sum(not result.valid for result in results),
            "recorded": len(results),
            "verified": sum(result.verified_by is not None for result in results),
        },
        "status": lot.status.value,
    }


def vial_claim(vial: Vial) -> Plain:
    """One vial: its place in the fill, where it stands and what is left in it."""
    return {
        "doses_left": vial.doses_left,
        "ordinal": vial.ordinal,
        "serial": str(vial.serial),
        "state": vial.state.value,
    }


def replayed_vial(lot: Lot, ordinal: int, manifest: Manifest, records: Iterable[Recorded]) -> Vial:
    """The vial from its fill through every one of these records that touches it, in the order of the log."""
    serial, fate = manifest.vials[ordinal]
    vial = filled_vial(
        lot=lot.number, serial=serial, ordinal=ordinal, organisation=lot.organisation, fate=fate
    )
    for recorded in sorted(records, key=lambda recorded: recorded.index):
        if vial.ref in touched(recorded.body):
            vial = apply(vial, recorded)
    return vial


def _in_room(histories: Histories, room: str) -> Iterable[tuple[str, tuple[Recorded, ...]]]:
    return (
        (name.partition("/")[2], one)
        for name, one in sorted(histories.items())
        if name.startswith(f"{room}/")
    )
