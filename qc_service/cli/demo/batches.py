"""The story's finished lots, one chapter each: released, refused, rejected, formulated anew, made too early."""

from __future__ import annotations

from functools import partial

from qc_service.application.disposition import RejectLot, ReleaseLot, reject_lot, release_lot
from qc_service.application.investigations import ConcludeInvestigation, conclude_investigation
from qc_service.application.labels import PrintLabels, print_labels
from qc_service.application.lots import RegisterLot, register_lot
from qc_service.application.results import VerifyResult, verify_result
from qc_service.application.shipments import DispatchShipment, dispatch_shipment
from qc_service.cli.demo.donations import Gift, screened
from qc_service.cli.demo.inquiries import capa_after_growth, laboratory_error
from qc_service.cli.demo.making import (
    Batch,
    assessed,
    but_sterility,
    certified,
    filled,
    finished,
    imported,
    justified,
    labels_counted,
    labels_printed,
    numbered,
    registered,
    released,
    step,
    steps,
    sterility_read,
    tested,
    verified,
)
from qc_service.cli.demo.materials import Bulks, two_vials
from qc_service.cli.demo.network import HARBOUR, LAKESIDE, SOUTH
from qc_service.cli.demo.products import BANK, BULK, CONCENTRATION, FORMULATED, INJECTABLE, SIZE, TOPICAL
from qc_service.cli.demo.shipping import consignment, shipped
from qc_service.cli.demo.stage import Stage
from qc_service.domain.lots import LOT


def routine(stage: Stage, batch: Batch, days_ago: int, *clinics: str) -> str:
    """A lot with which nothing is wrong: made, tested, sterile after 15 days, released and sent out."""
    stage.clock.on(days_ago)
    keeps = f"It keeps for {batch.keeps} days."
    with stage.telling(f"{batch.number} is filled from {batch.parent}: {batch.vials} vials for use. {keeps}"):
        finished(stage, batch)
    stage.clock.on(days_ago - 1)
    with stage.telling("Its assays."):
        tested(stage, batch.number, but_sterility(batch.made))
    stage.clock.on(days_ago - 16)
    with stage.telling(
        "Sterile after 15 days; every result verified by a second analyst; released by quality."
    ):
        sterility_read(stage, batch.number, 15)
        verified(stage, batch.number)
        released(stage, batch.number)
    shipped(stage, batch.number, *clinics, leaves=days_ago - 17)
    return batch.number


def early_lots(stage: Stage, bulks: Bulks) -> tuple[str, str]:
    """One lot that will have expired by now, and one that will be recalled."""
    stage.narrator.chapter("Two lots that go well, at first")
    short = Batch(number=numbered(stage, "EX", 156), made=INJECTABLE, parent=bulks.cord, keeps=90)
    later = Batch(number=numbered(stage, "EX", 138), made=INJECTABLE, parent=bulks.cord)
    return routine(stage, short, 156, LAKESIDE), routine(stage, later, 138, LAKESIDE, HARBOUR)


def topical_lots(stage: Stage, bulks: Bulks) -> tuple[str, str]:
    """A topical lot, and a formulation of the same bulk with a peptide: a product of its own."""
    stage.narrator.chapter("Topical only, and a formulation of its own")
    serum = Batch(number=numbered(stage, "TS", 118), made=TOPICAL, parent=bulks.placenta)
    stage.clock.on(118)
    with stage.telling(f"{serum.number}, a topical, from {bulks.placenta}."):
        finished(stage, serum)
    peptide = numbered(stage, "TP", 117)
    stage.clock.on(117)
    peptide_added = {"name": "Made-up tripeptide", "kind": "peptide", "reagent": "PEPTIDE-1"}
    additives = [{**peptide_added, "amount": "50", "unit": "mg"}]
    parents = [{"lot": bulks.placenta, "amount": "60", "unit": "mL"}]
    stage.refuse(
        "A peptide is added, and Tilda Sample would call the lot by its parent's product.",
        "technician", register_lot, RegisterLot,
        number=peptide, kind="finished", product=BULK.code, quantity={"amount": "60", "unit": "mL"},
        parents=parents, additives=additives,
    )  # fmt: skip
    _formulate(stage, Batch(number=peptide, made=FORMULATED, parent=bulks.placenta), parents, additives)
    stage.clock.on(115)
    with stage.telling("Both meet their limits and are released, each by its own specification."):
        for batch in (serum.number, peptide):
            made = TOPICAL if batch == serum.number else FORMULATED
            tested(stage, batch, made.assays)
            verified(stage, batch)
            released(stage, batch)
    shipped(stage, serum.number, LAKESIDE, leaves=114)
    return serum.number, peptide


def _formulate(stage: Stage, batch: Batch, parents: object, additives: object) -> None:
    """The formulation happens where the certification has just lapsed."""
    with stage.telling(
        f"{batch.number} is registered as what it is, and formulated in the South Suite, whose certification lapsed "
        "three days before: a deviation opens by itself."
    ):
        registered(
            stage,
            batch.number,
            "finished",
            batch.made,
            quantity="60 mL",
            parents=parents,
            additives=additives,
        )
        step(stage, batch.number, "formulation", facility=SOUTH)
    with stage.telling("The rest is done at North Works."):
        steps(stage, batch.number, ("sterile_filtration",))
        filled(stage, batch)
        labels_printed(stage, batch)
        steps(stage, batch.number, ("inspection", "labelling", "storage"))
        labels_counted(stage, batch)
    stage.refuse(
        "Quinn Sample tries to release it at once.",
        "quality", release_lot, ReleaseLot, lot=batch.number, purpose="clinical",
    )  # fmt: skip
    with stage.telling(
        "Quality judges that the lapse adds no risk, in a signed statement that every answer mentions."
    ):
        justified(
            stage,
            batch.number,
            "Mixing in a closed bag; the suite was requalified unchanged four days later.",
        )


def good_lot(stage: Stage, bulks: Bulks) -> str:
    """The lot for the clinics; what quality control refuses on the way."""
    stage.narrator.chapter("The lot for the clinics")
    batch = Batch(number=numbered(stage, "EX", 90), made=INJECTABLE, parent=bulks.cord, vials=40)
    lot = batch.number
    stage.clock.on(90)
    with stage.telling(
        f"{lot} is filled from {bulks.cord}: 40 vials for use, each with a serial nobody can guess."
    ):
        finished(stage, batch)
    _printed_again(stage, batch)
    stage.clock.on(89)
    with stage.telling(
        "Anton Sample drops the tracker's file in: it finds its lot, and method, laboratory and time are filled in."
    ):
        imported(stage, lot)
    with stage.telling("His other results: identity, purity, endotoxin, mycoplasma, filter, pH."):
        tested(stage, lot, [one for one in but_sterility(INJECTABLE) if one not in (CONCENTRATION, SIZE)])
    stage.clock.on(86)
    with stage.telling("Sterility on day 3: no growth to date. That is interim, and counts for nothing yet."):
        sterility_read(stage, lot, 3)
    interim = len(stage.view.get(LOT, lot).quality.results)
    stage.refuse(
        "Anton Sample would verify his own sterility reading.",
        "analyst", verify_result, VerifyResult, lot=lot, result=interim,
    )  # fmt: skip
    stage.refuse(
        "And Quinn Sample would release the lot early.",
        "quality", release_lot, ReleaseLot, lot=lot, purpose="clinical",
    )  # fmt: skip
    stage.clock.on(74)
    with stage.telling(
        "Day 15: no growth. A second analyst verifies every result; quality judges and releases."
    ):
        sterility_read(stage, lot, 15)
        verified(stage, lot)
        released(stage, lot)
    with stage.telling(
        "Its certificate named a test installation as the place of its live answer; another takes its place."
    ):
        certified(stage, lot, reason="The address of the live answer was that of a test installation.")
    shipped(stage, lot, LAKESIDE, HARBOUR, count=8, leaves=73)
    return lot


def _printed_again(stage: Stage, batch: Batch) -> None:
    """Two labels smear: nothing is printed twice without a reason, and the count comes to the same."""
    stage.refuse(
        "Two labels smeared, and Tilda Sample asks for them once more.",
        "technician", partial(print_labels, stage.made.press), PrintLabels,
        lot=batch.number, stock="a4_65_38x21", symbol="gs1_data_matrix", format="pdf", first=0, last=1,
    )  # fmt: skip
    with stage.telling(
        "She says why, and counts them as spoiled. An insert with an offline token goes along."
    ):
        labels_printed(stage, batch, first=0, last=1, reason="The first two labels smeared in the printer.")
        labels_counted(stage, batch, spoiled=2)
        labels_printed(stage, batch, symbol="offline_token_qr", stock="a4_8_99x68", first=0, last=7)


def lot_with_growth(stage: Stage, bulks: Bulks) -> str:
    """Growth on day 3 fails the lot on the spot."""
    stage.narrator.chapter("Growth on day 3")
    batch = Batch(number=numbered(stage, "EX", 48), made=INJECTABLE, parent=bulks.cord)
    lot = batch.number
    stage.clock.on(48)
    with stage.telling(f"{lot} is filled from {bulks.cord}."):
        finished(stage, batch)
    stage.clock.on(47)
    with stage.telling("Its assays are all well."):
        tested(stage, lot, but_sterility(INJECTABLE))
    stage.clock.on(44)
    with stage.telling("Day 3 of sterility: growth. It fails at once, and opens an investigation by itself."):
        sterility_read(stage, lot, 3, "growth")
        verified(stage, lot)
        assessed(stage, lot)
    stage.refuse(
        "Could it be released all the same?",
        "quality", release_lot, ReleaseLot, lot=lot, purpose="clinical",
    )  # fmt: skip
    stage.clock.on(42)
    with stage.telling("No laboratory error is found. The lot is rejected; the result stays for ever."):
        stage.act(
            "quality", conclude_investigation, ConcludeInvestigation,
            lot=lot, investigation=1, phase="full_scale", conclusion="product_failure",
            root_cause="A connector of the filler was not sterile.", disposition="reject",
        )  # fmt: skip
        stage.act("quality", reject_lot, RejectLot, lot=lot, explanation="Growth in the test for sterility.")
    capa_after_growth(stage, lot)
    return lot


def lot_to_hold(stage: Stage, bulks: Bulks) -> str:
    """A lot of which one result was the laboratory's own error; a clinic will complain of something else."""
    stage.narrator.chapter("Out of specification, and it was the pipette")
    batch = Batch(number=numbered(stage, "EX", 41), made=INJECTABLE, parent=bulks.cord)
    lot = batch.number
    stage.clock.on(41)
    with stage.telling(f"{lot} is filled from {bulks.cord}."):
        finished(stage, batch)
    stage.clock.on(40)
    laboratory_error(stage, lot, but_sterility(INJECTABLE))
    stage.clock.on(25)
    with stage.telling("Sterile after 15 days; verified; assessed anew and released by quality."):
        sterility_read(stage, lot, 15)
        verified(stage, lot)
        released(stage, lot)
    shipped(stage, lot, LAKESIDE, leaves=24)
    return lot


def made_at_risk(stage: Stage, given: Gift) -> str:
    """Cells, a bulk and vials from a donor whose tests are open: all recorded, none of it may go anywhere."""
    bank, bulk = numbered(stage, "CB", 15), numbered(stage, "EV", 13)
    batch = Batch(number=numbered(stage, "EX", 11), made=INJECTABLE, parent=bulk, vials=12)
    stage.clock.on(15)
    with stage.telling(
        f"Cell bank {bank} is made of {given.din} before its donor is determined. Nobody forbids work."
    ):
        registered(stage, bank, "cell_bank", BANK, quantity="20 vials", donations=[given.din])
        steps(stage, bank, BANK.process)
    stage.clock.on(14)
    with stage.telling("The laboratory has reported four of the donor's tests so far."):
        screened(stage, given, only=4)
    stage.clock.on(13)
    with stage.telling(
        "A bulk from a bank that nobody released: the lot says so by itself, with a deviation."
    ):
        registered(
            stage,
            bulk,
            "bulk",
            BULK,
            quantity="600 mL",
            parents=two_vials(bank),
        )
        steps(stage, bulk, BULK.process)
    stage.clock.on(11)
    with stage.telling(f"And {batch.number}, filled from it: {batch.vials} vials in quarantine."):
        finished(stage, batch)
    stage.refuse(
        "Lara Sample would send the quarantined vials.",
        "logistics", dispatch_shipment, DispatchShipment, **consignment(batch.number, LAKESIDE, 4),
    )  # fmt: skip
    stage.clock.on(10)
    stage.refuse(
        "Quinn Sample would release the lot.",
        "quality", release_lot, ReleaseLot, lot=batch.number, purpose="clinical",
    )  # fmt: skip
    return batch.number
