"""A lot from the donation to an administered vial, laid down record by record with fixed keys, clock and randomness."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qc_service.application.actor import Actor
from qc_service.application.manifest import Manifest
from qc_service.application.provenance import Bundler
from qc_service.application.publishing import Publisher
from qc_service.domain.codec import from_plain
from qc_service.domain.identifiers import Line, VialSerial
from qc_service.domain.kinds import KINDS
from qc_service.domain.permissions import Role
from qc_service.domain.records import Body, Enclosure, New
from qc_service.ledger.fill import fill_root
from qc_service.ledger.forkfile import ForkFile
from qc_service.ledger.note import NoteVerifier
from qc_service.ledger.shape import to64
from qc_service.ledger.trust import make_root
from tests.fakes import ISSUER, ScriptedClock, World, actor, signer

OWNER, CLINIC, OTHER = "demo-biologics", "harbour-clinic", "hill-clinic"
DIN, BANK, LOT, PRODUCT, SITE = "A999026000001", "CB261001", "EX261101A", "EXO-INJ-1", "north-cleanroom"
SHIPMENT, ELSEWHERE, RECALL = "SHP-2611-04", "SHP-2611-05", "RCL-2611-01"
AS_OF = datetime(2026, 12, 24, 10, 0, 0, tzinfo=UTC)
SECRET = bytes(range(32))
SERIALS = tuple(VialSerial.minted(bytes([number]) * 16) for number in range(1, 10))
FATES = ("stock",) * 5 + ("qc_sample", "retention", "retention", "stability")
COUNTS = {
    "filled": 9, "rejected_at_inspection": 0, "qc_samples": 1, "retention": 2, "stability": 1, "stock": 5,
}  # fmt: skip
QUALITY, TECHNICIAN, AUDITOR = (actor(role) for role in (Role.QUALITY, Role.TECHNICIAN, Role.AUDITOR))
CLINICIAN = actor(Role.CLINICIAN, CLINIC, "c.clinician")
OTHER_CLINICIAN = actor(Role.CLINICIAN, OTHER, "o.clinician")
HERE = {"zone": "America/New_York", "country": "US"}
VOLUME = {"amount": "50", "unit": "mL"}
DIGEST = "ab" * 32
SCREENED = {"by": "I. Interviewer", "on": "2026-09-01", "finding": "no_risk_found"}
MEASURED = {
    "assay": "endotoxin", "method": "USP <85>", "method_version": "1", "facility": SITE,
    "started": "2026-11-02T08:00:00Z", "read": "2026-11-02T10:00:00Z", "comparator": "<", "value": "0.05",
    "unit": "EU/mL", "calibration_due": None, "covered_by": None,
}  # fmt: skip
STEPPED: dict[str, Any] = {
    "kind": "harvest", "facility": SITE, "performed_by": "t.technician", "started_at": "2026-11-01T08:00:00Z",
    "ended_at": "2026-11-01T09:00:00Z", "procedure": {"id": "SOP-12", "version": "3"}, "equipment": [],
    "reagents": [], "medium": None, "input": None, "output": None, "yield_percent": None, "parameters": [],
    "location": None, "documents": [], "notes": None, "certification": None, "late": False,
}  # fmt: skip
GIVEN = {
    "clinic": CLINIC, "patient": "PT-4F7K2", "route": "injection", "site": "left knee", "session": 1,
    "given": {"amount": "1.0", "unit": "mL"}, "wasted": None, "device": None, "doses_left": 0, "use_before": None,
    "given_without_clear_answer": False, "reasons": [], "alert": False, "answer": DIGEST,
}  # fmt: skip


def body(kind: str, /, **members: Any) -> Body:
    """A record's body from its plain members."""
    return from_plain(KINDS[kind], json.loads(json.dumps(members)))


@dataclass
class ProvenanceWorld:
    """A released lot of five vials in stock, three at one clinic, of which the first was given, and one at another."""

    home: Path
    world: World = field(
        default_factory=lambda: World(clock=ScriptedClock(datetime(2026, 9, 1, 8, tzinfo=UTC)))
    )

    def __post_init__(self) -> None:
        """Tell the whole story."""
        self._found()
        self._collect()
        self._make()
        self._judge()
        self._use()

    def lay(self, name: str, kind: str, by: Actor = QUALITY, /, **members: Any) -> None:
        """Put one bare record on a stream an hour later, without a use case."""
        self.record(New(name=name, body=body(kind, **members)), by)

    def record(self, new: New, by: Actor) -> None:
        """Put a record on record."""
        self.world.clock.tick(hours=1)
        self.world.acts.perform(lambda _view, _occasion, _intent: (new,), by, None)

    @property
    def publisher(self) -> Publisher:
        """The log's checkpoints, by the second key."""
        return Publisher(self.world.store, ISSUER, signer(2), ForkFile(self.home / "head"))

    @property
    def bundler(self) -> Bundler:
        """The maker of bundles; the first key signs records."""
        return Bundler(store=self.world.store, publisher=self.publisher, signer=signer(), issuer=ISSUER)

    @property
    def root(self) -> bytes:
        """The trust root."""
        log = NoteVerifier.parse(self.publisher.verifier)
        made = make_root(issuer=ISSUER, log=log, record_keys=(signer().public,), signers=(signer(),))
        return made.to_bytes()

    def lot(self, by: Actor = AUDITOR, lot: str = LOT) -> bytes:
        """The bundle of a lot."""
        return self.bundler.lot(by, lot, AS_OF)

    def vial(self, by: Actor = AUDITOR, place: int = 0) -> bytes:
        """The bundle of one of the nine vials."""
        return self.bundler.vial(by, LOT, SERIALS[place], AS_OF)

    def _found(self) -> None:
        for organisation, kind in ((OWNER, "manufacturer"), (CLINIC, "clinic"), (OTHER, "clinic")):
            self.lay(organisation, "OrganisationRegistered", name=organisation.title(), kind=kind, **HERE)
        for person in (QUALITY, TECHNICIAN, CLINICIAN, OTHER_CLINICIAN):
            roles = sorted(person.roles)
            named = {"printed_name": person.printed_name, "roles": roles, "organisation": person.organisation}
            self.lay(person.person, "PersonRegistered", **named)
        for role, key in (("record", signer().public), ("checkpoint", signer(2).public)):
            self.lay(key.keyid, "KeyIntroduced", role=role, algorithm=key.algorithm, public=to64(key.raw))
        named = {"name": "North Cleanroom", "address": "1 Example Way", "kind": "manufacturing_site"}
        self.lay(SITE, "FacilityRegistered", **named, **HERE, identifiers={})

    def _collect(self) -> None:
        consent = {
            "reference": "CF-2611-004",
            "version": "3",
            "given_on": "2026-09-01",
            "uses": ["manufacturing"],
        }
        self.lay(
            DIN, "DonationCollected", TECHNICIAN, donor_code="DN-7K3M9QW2TX4B", tissue="umbilical_cord",
            collected_at="2026-09-01T06:00:00-04:00", facility=SITE, organisation=OWNER,
            collector="t.technician", consent=consent, **HERE,
        )  # fmt: skip
        self.lay(DIN, "DonorScreened", TECHNICIAN, screening=1, interview=SCREENED)
        self.lay(
            DIN, "EligibilityDetermined", standing="eligible", suggested="eligible", panel="2026-01-01",
            screenings=[1], reports=[],
        )  # fmt: skip

    def _make(self) -> None:
        self.lay(
            PRODUCT, "ProductRegistered", name="Made-up vesicles", source_tissues=["umbilical_cord"],
            routes_allowed=["injection"], dose_form="suspension", process=[], gtin="09506000134352",
            storage=[{"min": "-90", "max": "-70", "unit": "Cel", "shelf_life_days": 365}], **HERE,
        )  # fmt: skip
        made: dict[str, Any] = {"product": PRODUCT, "additives": [], "quantity": VOLUME, "notes": None}
        self.lay(BANK, "LotRegistered", TECHNICIAN, kind="cell_bank", donations=[DIN], parents=[], **made)
        self.lay(BANK, "LotReleased", purpose="further_processing")
        parents = [{"lot": BANK, "amount": "1", "unit": "mL"}]
        self.lay(LOT, "LotRegistered", TECHNICIAN, kind="finished", donations=[], parents=parents, **made)
        self.lay(LOT, "StepPerformed", TECHNICIAN, step=1, **STEPPED)
        self.lay(
            LOT, "DeviationOpened", TECHNICIAN, deviation=1, cause="other", severity="minor",
            description="A door stood open.", step=1, clearable=True,
        )  # fmt: skip
        self.lay(LOT, "DeviationClosed", deviation=1, outcome="justified", statement="No increased risk.")
        self._fill()
        self.lay(LOT, "LabelsReconciled", TECHNICIAN, issued=9, used=9, spoiled=0, returned=0, notes=None)

    def _fill(self) -> None:
        manifest = Manifest(secret=SECRET, vials=tuple(zip(SERIALS, FATES, strict=True))).content()
        enclosed = Enclosure(name=Line("vials.json"), media_type=Line("application/json"), content=manifest)
        filled = body(
            "VialsFilled", step=1, counts=COUNTS, filled_at="2026-11-01T11:00:00Z", facility=SITE,
            expires_on="2027-10-31", storage=[], container="2R vial", fill_volume={"amount": "1.0", "unit": "mL"},
            particles_per_vial="1E+10", test_quantity=1, serial_root=fill_root(SECRET, list(map(str, SERIALS))).hex(),
            manifest=str(enclosed.file.sha256),
        )  # fmt: skip
        self.record(New(name=LOT, body=filled, enclosed=(enclosed,)), TECHNICIAN)

    def _judge(self) -> None:
        self.lay(LOT, "ResultRecorded", TECHNICIAN, result=1, **MEASURED)
        self.lay(LOT, "ResultVerified", result=1)
        self.lay(
            LOT, "LotAssessed", product=PRODUCT, specification=1, effective_from="2026-01-01", judgements=[],
            passed=True,
        )  # fmt: skip
        self.lay(LOT, "LotReleased", purpose="clinical")

    def _use(self) -> None:
        self.ship(SHIPMENT, CLINIC, sorted(SERIALS[:3]))
        self.ship(ELSEWHERE, OTHER, [SERIALS[3]])
        self.receive(SHIPMENT, CLINICIAN, sorted(SERIALS[:3]))
        self.receive(ELSEWHERE, OTHER_CLINICIAN, [SERIALS[3]])
        self.on_vial(
            "VialPrepared", clinic=CLINIC, starts=["thaw"], use_before="2026-12-02T08:00:00Z", answer=DIGEST
        )
        self.on_vial("VialAdministered", **GIVEN)

    def ship(self, shipment: str, recipient: str, serials: list[VialSerial]) -> None:
        """Send vials to a clinic."""
        self.lay(
            shipment, "ShipmentDispatched", shipment=shipment, sender=OWNER, recipient=recipient,
            contents=[{"lot": LOT, "serials": serials}], packed_by="P. Packer", courier="Cold Courier",
            tracking=None, logger=None, accompanying=[],
        )  # fmt: skip

    def receive(self, shipment: str, by: Actor, serials: list[VialSerial]) -> None:
        """Receive them, all well."""
        self.lay(
            shipment, "ShipmentReceived", by, shipment=shipment, recipient=by.organisation,
            ok=[{"lot": LOT, "serials": serials}], exceptions=[], unexpected=[], not_on_record=[], temperature=None,
            out_of_range=[],
        )  # fmt: skip

    def on_vial(self, kind: str, by: Actor = CLINICIAN, place: int = 0, /, **members: Any) -> None:
        """Record something of one vial."""
        serial = SERIALS[place]
        self.lay(f"{LOT}/{serial}", kind, by, lot=LOT, serial=serial, **members)

    def recall(self, *consignees: str) -> None:
        """Recall the lot from these organisations."""
        self.lay(
            RECALL, "RecallInitiated", recall=RECALL, kind="recall", depth="clinic", explanation="Made-up fault.",
            scope={"lots": [LOT]}, lots=[LOT], consignees=[{"organisation": one, "vials": 1} for one in consignees],
        )  # fmt: skip
        self.lay(LOT, "LotRecalled", recall=RECALL, kind="recall")

    def hold(self, number: int, cause: str) -> None:
        """Put the lot on hold."""
        self.lay(LOT, "LotHeld", hold=number, cause=cause, explanation="Until quality has decided.")
