"""What provokes each reason code over HTTP: a scenario by code, named after it, that leaves its vial and how to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from qc_service.application.keys import IntroduceKey, ReportCompromise, introduce_key, report_compromise
from qc_service.application.ports import IndexRows, Unavailable
from qc_service.application.tokens import actor_of
from qc_service.domain.identifiers import Gtin, Line, LotNumber, Text, VialSerial
from qc_service.domain.keys import KeyRole
from qc_service.exchange.codes import gs1_scan
from qc_service.persistence.engine import writing
from qc_service.persistence.rows import Sealer
from qc_service.persistence.store import SqlStore
from qc_service.persistence.writing import write_index
from tests import scenes
from tests.persistence.forgery import reach_in
from tests.staging import Stage

WHY = "As it was found."
SHORT, UNRELEASED = "EX-000", "EX-001"
"""A lot that may be used for sixty days after its fill, and one that was not released."""


LOTS = 34
"""How many lots are made together, so that they share the fortnight of their sterility test."""


@dataclass
class Story:
    """A service with its sites and product, and a batch of released lots, each from its own donation."""

    stage: Stage
    ready: list[str] = field(default_factory=list)
    shared: tuple[str, list[str]] = ("", [])

    def __post_init__(self) -> None:
        """Make the lots, and send many vials of one that the scenarios share."""
        scenes.sites(self.stage)
        scenes.product(self.stage)
        lots = [f"EX-{number:03d}" for number in range(LOTS)]
        for lot in lots:
            scenes.donation(self.stage, self.din(lot))
            scenes.filled_lot(self.stage, lot, self.din(lot), days=60 if lot == SHORT else 300, stock=30)
        self.stage.clock.tick(days=14)
        for lot in lots:
            assayed(self.stage, lot)
            self.stage.decide("quality", f"/lots/{lot}/assessment", f"lot/{lot}")
            if lot != UNRELEASED:
                scenes.release(self.stage, lot)
        self.ready = [lot for lot in lots if lot not in (SHORT, UNRELEASED)]
        name = self.lot()
        self.shared = name, list(scenes.consigned(self.stage, name, f"SHP-{name}", count=25))

    def lot(self) -> str:
        """A released lot that nothing stands against."""
        return self.ready.pop()

    def vial(self, lot: str | None = None) -> tuple[str, str]:
        """A lot and a vial of it at the clinic; without a name of the good lot that scenarios share."""
        if lot is None:
            return self.shared[0], self.shared[1].pop()
        return lot, scenes.consigned(self.stage, lot, f"SHP-{lot}", count=1)[0]

    def din(self, lot: str) -> str:
        """The donation behind a lot made here."""
        return f"A99902600{lot.removeprefix('EX-'):0>4}"


def assayed(stage: Stage, lot: str, verifier: str = "second_analyst") -> None:
    """Every assay passed, sterility after fourteen days, and somebody verified each result."""
    for said in scenes.PASSING:
        scenes.result(stage, lot, said)
    scenes.result(stage, lot, {"assay": "sterility", "finding": "no_growth"}, days=14)
    for number in range(1, 5):
        stage.post(verifier, f"/lots/{lot}/results/{number}/verification")


@dataclass(frozen=True)
class Asked:
    """How to ask so that the code is the answer: of which vial, who asks, and by which address where it is another."""

    lot: str = ""
    serial: str | None = None
    who: tuple[str | None, ...] = (None, "clinician")
    query: str = ""
    path: str = ""
    status: int = 200
    restored: Callable[[], None] = lambda: None

    @property
    def address(self) -> str:
        """The address below the root."""
        vial = "" if self.serial is None else f"/21/{self.serial}"
        return self.path or f"/01/{scenes.GTIN}/10/{self.lot}{vial}{self.query}"


Scenario = Callable[[Story], Asked]
SCENARIOS: dict[str, Scenario] = {}


def provoking(scenario: Scenario) -> Scenario:
    """The scenario of the code that it is named after."""
    SCENARIOS[scenario.__name__] = scenario
    return scenario


@provoking
def malformed_code(_: Story) -> Asked:
    return Asked(path="/api/v1/verify?code=%23%23")


@provoking
def scanner_configuration(story: Story) -> Asked:
    lot, serial = story.vial()
    scan = gs1_scan(Gtin(scenes.GTIN), LotNumber(lot), VialSerial(serial), scenes.expiry(story.stage, lot))
    return Asked(path=f"/api/v1/verify?code={scan.replace(chr(29), '')}")


@provoking
def unknown_product(_: Story) -> Asked:
    return Asked(path="/01/09506000134376/10/EX-NEVER")


@provoking
def serial_needed(story: Story) -> Asked:
    return Asked(story.vial()[0])


@provoking
def ambiguous_lot(story: Story) -> Asked:
    """A serial is minted once; that it stands under two lots takes a hand in the index, which knows its key."""
    lot, serial = story.vial()
    other = story.lot()
    store = story.stage.made.store
    (vial,) = store.vials(lot, (serial,))
    twin = replace(vial, lot=LotNumber(other), ordinal=99)
    with writing(store.engine) as connection:
        write_index(connection, IndexRows(vials=(twin,)), Sealer(store.row_key), lambda place: place)
    return Asked(path=f"/api/v1/verify?code={serial}")


@provoking
def log_unavailable(story: Story) -> Asked:
    lot, serial = story.vial()
    restored = _unreachable()
    return Asked(lot, serial, who=(None,), status=503, restored=restored)


def _unreachable() -> Callable[[], None]:
    def out_of_reach(*_: object) -> None:
        raise Unavailable

    kept = {name: getattr(SqlStore, name) for name in ("hot", "head", "lot_answer", "stream")}
    for name in kept:
        setattr(SqlStore, name, out_of_reach)

    def restored() -> None:
        for name, method in kept.items():
            setattr(SqlStore, name, method)

    return restored


@provoking
def unknown_lot(_: Story) -> Asked:
    return Asked("EX-NEVER", "222222222222")


@provoking
def unknown_serial(story: Story) -> Asked:
    return Asked(story.vial()[0], "222222222222")


@provoking
def lot_mismatch(story: Story) -> Asked:
    lot, serial = story.vial()
    return Asked(path=f"/01/09506000134376/10/{lot}/21/{serial}")


@provoking
def expiry_mismatch(story: Story) -> Asked:
    return Asked(*story.vial(), query="?17=300101")


@provoking
def suspected_copy(story: Story) -> Asked:
    lot, serial = story.vial()
    for who in ("clinician", "other_clinician"):
        story.stage.post(who, "/verifications", lot=lot, serial=serial)
    return Asked(lot, serial)


@provoking
def not_released(story: Story) -> Asked:
    lot = UNRELEASED
    items = story.stage.get("quality", f"/lots/{lot}/vials")["items"]
    return Asked(
        lot, next(one["serial"] for one in items if one["state"] == "in_stock"), who=(None, "quality")
    )


@provoking
def quarantined(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    story.stage.post("technician", f"/donations/{story.din(lot)}/corrections", tissue="placenta", reason=WHY)
    return Asked(lot, serial)


@provoking
def on_hold(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    scenes.hold(story.stage, lot)
    return Asked(lot, serial)


@provoking
def rejected(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    story.stage.decide("quality", f"/lots/{lot}/rejection", f"lot/{lot}", explanation=WHY)
    return Asked(lot, serial)


@provoking
def recalled(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    scenes.recall(story.stage, f"RC-{lot}", donations=[story.din(lot)])
    return Asked(lot, serial)


@provoking
def withdrawn(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    scenes.recall(story.stage, f"RC-{lot}", "withdrawal", lots=[lot])
    return Asked(lot, serial)


@provoking
def expired(story: Story) -> Asked:
    lot, serial = story.vial(SHORT)
    story.stage.clock.tick(days=60)
    return Asked(lot, serial)


@provoking
def donor_not_eligible(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    donation = f"/donations/{story.din(lot)}"
    story.stage.post(
        "technician", f"{donation}/lookback", findings=["hbv_nat"], reported_by="Laboratory", explanation=WHY,
        received_on=str(story.stage.clock().date()),
    )  # fmt: skip
    story.stage.post("quality", f"{donation}/lookback/1/conclusion", conclusion="confirmed", explanation=WHY)
    story.stage.post("quality", f"/lots/{lot}/holds/1/lift", explanation=WHY)
    return Asked(lot, serial)


@provoking
def specification_not_met(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    scenes.result(story.stage, lot, {"assay": "endotoxin", "value": "5.0", "unit": "EU/mL"})
    return Asked(lot, serial)


@provoking
def facility_not_certified(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    suspended(story.stage, "2025-06-01")
    return Asked(lot, serial, restored=lambda: suspended(story.stage, "2025-06-01", "active"))


def suspended(stage: Stage, effective_on: str, status: str = "withdrawn") -> None:
    """The manufacturing site's certification is withdrawn with effect from this day, or in force again."""
    said = {"status": status, "effective_on": effective_on, "explanation": WHY}
    stage.send("quality", "POST", f"/facilities/{scenes.SITE}/certifications/1/status", said)


@provoking
def no_regulatory_basis(story: Story) -> Asked:
    return Asked(*story.vial(), query="?country=DE")


@provoking
def route_not_permitted(story: Story) -> Asked:
    return Asked(*story.vial(), query="?route=topical")


@provoking
def in_transit(story: Story) -> Asked:
    lot = story.lot()
    (serial,) = scenes.dispatched(story.stage, lot, f"SHP-{lot}", count=1)
    return Asked(lot, serial, who=("clinician",))


@provoking
def not_consigned_here(story: Story) -> Asked:
    return Asked(*story.vial(), who=("other_clinician",))


@provoking
def sample_not_for_use(story: Story) -> Asked:
    lot = story.vial()[0]
    items = story.stage.get("quality", f"/lots/{lot}/vials")["items"]
    return Asked(
        lot, next(one["serial"] for one in items if one["state"] == "retention"), who=(None, "quality")
    )


@provoking
def temperature_excursion(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    stored(story.stage, lot, "-50")
    return Asked(lot, serial)


def stored(stage: Stage, lot: str, highest: str) -> None:
    """The lot's freezer at the maker was this warm in the last hour."""
    now = stage.clock()
    stage.post(
        "logistics", f"/lots/{lot}/storage-temperatures", facility=scenes.SITE, location="Freezer 2",
        began_at=scenes.at(now - timedelta(hours=1)), ended_at=scenes.at(now),
        temperature={"min": "-81", "max": highest, "unit": "Cel"},
    )  # fmt: skip


@provoking
def in_use_time_exceeded(story: Story) -> Asked:
    lot, serial = story.vial()
    scenes.prepared(story.stage, lot, serial)
    story.stage.clock.tick(hours=5)
    return Asked(lot, serial, who=("clinician",))


@provoking
def already_used(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    scenes.prepared(story.stage, lot, serial)
    scenes.given(story.stage, lot, serial)
    return Asked(lot, serial, who=(None,))


@provoking
def used_elsewhere(story: Story) -> Asked:
    lot, serial = story.vial(story.lot())
    scenes.prepared(story.stage, lot, serial)
    return Asked(lot, serial, who=("quality",))


def _disposed(story: Story, kind: str) -> Asked:
    lot, serial = story.vial(story.lot())
    scenes.disposed(story.stage, lot, serial, kind)
    return Asked(lot, serial)


@provoking
def set_aside(story: Story) -> Asked:
    return _disposed(story, "set_aside")


@provoking
def returned(story: Story) -> Asked:
    """It is the maker's again, so that a clinic would also hear that it was not sent there."""
    return replace(_disposed(story, "return"), who=(None, "quality"))


@provoking
def wasted(story: Story) -> Asked:
    return _disposed(story, "waste")


@provoking
def lost(story: Story) -> Asked:
    return _disposed(story, "lost")


@provoking
def destroyed(story: Story) -> Asked:
    return _disposed(story, "destroy")


@provoking
def stolen(story: Story) -> Asked:
    return _disposed(story, "stolen")


def _altered(story: Story, statement: str, back: str) -> Asked:
    """A lot of which somebody edits what is kept; whoever is signed in asks first, and again once it is whole."""
    lot, serial = story.vial(story.lot())
    engine = story.stage.made.engine
    reach_in(engine, statement, lot=lot)

    def restored() -> None:
        reach_in(engine, back, lot=lot)
        story.stage.get("clinician", f"//01/{scenes.GTIN}/10/{lot}/21/{serial}")

    return Asked(lot, serial, who=("clinician", None), restored=restored)


_RELEASE = "WHERE kind = 'LotReleased' AND stream = 'lot/' || :lot"


@provoking
def signature_invalid(story: Story) -> Asked:
    edit = "UPDATE ledger_records SET keyid = {} " + _RELEASE  # noqa: S608  a test's own text
    return _altered(story, edit.format("keyid || '~'"), edit.format("rtrim(keyid, '~')"))


@provoking
def record_missing(story: Story) -> Asked:
    edit = "UPDATE ledger_records SET seq = seq {} 500 " + _RELEASE  # noqa: S608
    return _altered(story, edit.format("+"), edit.format("-"))


@provoking
def log_inconsistent(story: Story) -> Asked:
    edit = "UPDATE lot_answers SET zone = {} WHERE lot = :lot"
    return _altered(story, edit.format("zone || '~'"), edit.format("rtrim(zone, '~')"))


@provoking
def key_compromised(story: Story) -> Asked:
    """The last: whoever signed until now signs no more."""
    since = story.stage.made.store.head().size
    lot, serial = story.vial(story.lot())
    made, by = story.stage.made, actor_of(story.stage.made.view(), "t.administrator")
    old, new, why = made.keystore.signer("record").public, made.keystore.successor().public, Text(WHY)
    introduced = IntroduceKey(role=KeyRole.RECORD, public=new, retires=Line(old.keyid), explanation=why)
    reported = ReportCompromise(keyid=Line(old.keyid), since_size=since, explanation=why)
    made.acts.perform(
        lambda view, occasion, _: (
            *introduce_key(view, occasion, introduced), *report_compromise(view, occasion, reported)[-1:],
        ),
        by, None,
    )  # fmt: skip
    return Asked(lot, serial)


ELSEWHERE = {"offline": "tests/exchange/test_offline_labels.py: what a label's answer says without a network"}
"""The codes that no answer of the running service gives, and where they are provoked."""
