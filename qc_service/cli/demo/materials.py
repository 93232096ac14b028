"""From donations to what lots are filled from: two cell banks and two bulks, one of them with departures."""

from __future__ import annotations

from dataclasses import dataclass

from qc_service.application.disposition import RejectLot, ReleaseLot, reject_lot, release_lot
from qc_service.application.lots import RegisterLot, register_lot
from qc_service.cli.demo.donations import Gift
from qc_service.cli.demo.making import (
    but_sterility,
    justified,
    numbered,
    registered,
    released,
    step,
    steps,
    sterility_read,
    tested,
    verified,
)
from qc_service.cli.demo.products import BANK, BULK
from qc_service.cli.demo.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Bulks:
    """The bulks that finished lots are filled from."""

    cord: str
    placenta: str


def materials(stage: Stage, cord: Gift, placenta: Gift) -> Bulks:
    """Two cell banks, and a bulk from each."""
    stage.narrator.chapter("From tissue to cells to vesicles")
    banks = numbered(stage, "CB", 187), numbered(stage, "CB", 186)
    stage.clock.on(187)
    stage.refuse(
        "Tilda Sample tries one cell bank from both donors.",
        "technician", register_lot, RegisterLot,
        number=banks[0], kind="cell_bank", product=BANK.code, donations=[cord.din, placenta.din],
        quantity={"amount": "40", "unit": "vials"},
    )  # fmt: skip
    for bank, given, day in ((banks[0], cord, 187), (banks[1], placenta, 186)):
        stage.clock.on(day)
        with stage.telling(
            f"Cell bank {bank} from {given.din}: {len(BANK.process)} steps, recorded as they happen."
        ):
            registered(stage, bank, "cell_bank", BANK, quantity="40 vials", donations=[given.din])
            steps(stage, bank, BANK.process)
    stage.clock.on(170)
    for bank in banks:
        with stage.telling(
            f"{bank} is sterile after 15 days and meets its limits; it is released to be made into more."
        ):
            tested(stage, bank, but_sterility(BANK))
            sterility_read(stage, bank, 15)
            verified(stage, bank)
            released(stage, bank, "further_processing")
    return Bulks(cord=_plain_bulk(stage, banks[0]), placenta=_departing_bulk(stage, banks[1]))


def two_vials(bank: str) -> list[dict[str, str]]:
    return [{"lot": bank, "amount": "2", "unit": "vials"}]


def _plain_bulk(stage: Stage, bank: str) -> str:
    bulk = numbered(stage, "EV", 165)
    stage.clock.on(165)
    with stage.telling(
        f"Bulk {bulk} from two vials of {bank}: thawed, expanded, conditioned, harvested, purified."
    ):
        registered(stage, bulk, "bulk", BULK, quantity="600 mL", parents=two_vials(bank))
        steps(stage, bulk, BULK.process)
    stage.clock.on(164)
    with stage.telling(f"{bulk} meets its limits and is released to be filled."):
        tested(stage, bulk, BULK.assays)
        verified(stage, bulk)
        released(stage, bulk, "further_processing")
    return bulk


def _departing_bulk(stage: Stage, bank: str) -> str:
    """A step is skipped and another is written down three days late: both are recorded and have consequences."""
    bulk = numbered(stage, "EV", 162)
    stage.clock.on(162)
    with stage.telling(
        f"Bulk {bulk} from {bank}, and somebody skips the clarification. A fact is never refused: the step that "
        "followed is recorded, and opens a deviation by itself."
    ):
        registered(stage, bulk, "bulk", BULK, quantity="600 mL", parents=two_vials(bank))
        steps(stage, bulk, (kind for kind in BULK.process[:-1] if kind != "clarification"))
    stage.clock.on(159)
    with stage.telling(
        "The chromatography of that day is written down three days late: it says so, and says why."
    ):
        step(
            stage, bulk, "chromatography", hours_ago=66, reason="The terminal in the suite was out of order."
        )
    with stage.telling("Results and verification."):
        tested(stage, bulk, BULK.assays)
        verified(stage, bulk)
    stage.refuse(
        f"Quinn Sample tries to release {bulk}.",
        "quality", release_lot, ReleaseLot, lot=bulk, purpose="further_processing",
    )  # fmt: skip
    with stage.telling(
        "Quality decides the deviation in a signed statement; every answer about its vials mentions it."
    ):
        justified(
            stage, bulk, "The chromatography removes what clarification does; purity is within its limits."
        )
        released(stage, bulk, "further_processing")
    return bulk


def bank_in_quarantine(stage: Stage, given: Gift) -> str:
    """A cell bank made while the donor is not determined yet; it is in quarantine with its donor."""
    bank = numbered(stage, "CB", 67)
    stage.clock.on(67)
    with stage.telling(f"Meanwhile cell bank {bank} is made; it stays in quarantine with its donor."):
        registered(stage, bank, "cell_bank", BANK, quantity="40 vials", donations=[given.din])
        steps(stage, bank, BANK.process)
    return bank


def bank_refused(stage: Stage, bank: str) -> None:
    """Nothing makes a lot good whose donor is not eligible."""
    stage.clock.on(50)
    with stage.telling(f"{bank} itself is sterile and tests well."):
        tested(stage, bank, but_sterility(BANK))
        sterility_read(stage, bank, 15)
        verified(stage, bank)
    stage.refuse(
        "Quinn Sample tries to release it.",
        "quality", release_lot, ReleaseLot, lot=bank, purpose="further_processing",
    )  # fmt: skip
    with stage.telling(f"{bank} is rejected."):
        stage.act("quality", reject_lot, RejectLot, lot=bank, explanation="The donor is not eligible.")
