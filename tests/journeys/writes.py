"""Every act that the service takes over HTTP: a body that is understood, and the roles that may do it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tests import scenes
from tests.staging import CLINIC, MAKER

LOT, DIN = "EX-ACCESS", "A999026000101"
NAMES = {
    "lot": LOT, "serial": "222222222222", "din": DIN, "facility": scenes.SITE, "product": scenes.PRODUCT,
    "person": "t.analyst", "equipment": "TFF-1", "reagent": "MEDIUM-1", "shipment": "SHP-1", "recall": "RC-1",
    "reaction": "AE-1", "organisation": MAKER, "phase": "laboratory", "capa": "CAPA-1", "study": "STB-1",
}  # fmt: skip
MOMENT = "2026-09-01T08:00:00Z"
TEXT = "As it was found."
ML = {"amount": "1", "unit": "mL"}
RUN = {
    "facility": scenes.SITE, "started_at": MOMENT, "ended_at": MOMENT, "reason": TEXT,
    "procedure": {"id": "SOP-1", "version": "2"},
}  # fmt: skip
CLINICAL = {
    "onset": MOMENT, "outcome": "recovering", "severity": "mild", "expected": True, "relatedness": "unlikely",
    "criteria": [], "narrative": TEXT,
}  # fmt: skip
DAY = "2026-09-01"
LATER = "2027-09-01"


class Act(NamedTuple):
    """One act: its route, who may do it, and what is sent."""

    route: str
    roles: tuple[str, ...]
    body: dict[str, Any]

    @property
    def path(self) -> str:
        """The route with the names of things put in; what is numbered is the first."""
        return re.sub(r"<(?:int:)?(\w+)>", lambda found: NAMES.get(found[1], "1"), self.route)


def _act(route: str, roles: str, /, **body: Any) -> Act:
    return Act(route=route, roles=tuple(roles.split()), body=body)


_RESULT = {
    "assay": "ph", "value": "7.3", "unit": "pH", "method": "SOP-QC", "method_version": "1", "started": MOMENT,
    "read": MOMENT, "facility": scenes.LABORATORY,
}  # fmt: skip
_POINTS = [{"months": 0, "window_days": 7}, {"months": 3, "window_days": 7}]

_SPECIFICATION = {"effective_from": "2027-09-01", "criteria": list(scenes.CRITERIA), "change": TEXT}
_VERSION = "/products/<product>/specifications/<int:version>"

ACTS = (
    _act(
        "/organisations", "administrator", id="new-clinic", name="New Clinic", kind="clinic", country="US",
        zone="America/New_York",
    ),
    _act(
        "/persons", "administrator", id="t.new", printed_name="Test New", roles=["analyst"], organisation=MAKER
    ),
    _act("/persons/<person>/roles", "administrator", roles=["analyst"], active=True),
    _act(
        "/facilities", "quality administrator", id="new-site", name="New Site", address="3 Example Road",
        kind="manufacturing_site", country="US", zone="America/New_York", identifiers={},
    ),
    _act("/facilities/<facility>/identifiers", "quality administrator", identifiers={}, since=DAY, explanation=TEXT),
    _act(
        "/facilities/<facility>/certifications", "quality", type="licence", scheme="state_licence", number="DEMO-9",
        issuer="Demonstration authority", scope=["storage"], valid_from=DAY,
    ),
    _act(
        "/facilities/<facility>/certifications/<int:certification>/status", "quality", status="active",
        effective_on=DAY, explanation=TEXT,
    ),
    _act("/equipment", "technician analyst quality", id="TFF-9", name="Filter"),
    _act("/equipment/<equipment>/calibrations", "technician analyst quality", performed_on=DAY, due="2027-09-01"),
    _act(
        "/reagents", "technician analyst quality", id="MEDIUM-9", name="Medium", supplier="Demonstration supplier",
        supplier_lot="S-9", expires_on="2027-09-01",
    ),
    _act("/reagents/<reagent>/status", "quality", status="accepted", explanation=TEXT),
    _act("/attachments", "technician analyst quality logistics"),
    _act(
        "/products", "quality", code="EXO-NEW", name="New", source_tissues=["umbilical_cord"],
        routes_allowed=["topical"], dose_form="gel", country="US", zone="America/New_York", process=[],
        storage=[{"min": "2", "max": "8", "unit": "Cel", "shelf_life_days": 90}],
    ),
    _act("/products/<product>/bases", "quality", country="DE", route="injection", kind="none", since=DAY),
    _act("/products/<product>/specifications", "analyst quality", **_SPECIFICATION),
    _act(f"{_VERSION}/revisions", "analyst quality", **_SPECIFICATION),
    _act(f"{_VERSION}/return", "quality", remark=TEXT),
    _act(f"{_VERSION}/withdrawal", "analyst quality", reason=TEXT),
    _act(f"{_VERSION}/approval", "quality"),
    _act(
        "/donations", "technician", din="A999026000199", tissue="placenta", collected_at=MOMENT,
        facility=scenes.RECOVERY,
        consent={"reference": "CF-1", "version": "3", "given_on": DAY, "uses": ["manufacturing"]},
    ),
    _act("/donations/<din>/corrections", "technician", tissue="umbilical_cord", reason=TEXT),
    _act(
        "/donations/<din>/screenings", "technician analyst",
        screening={"plasma_dilution": {"conclusion": "acceptable"}},
    ),
    _act("/donations/<din>/eligibility", "quality", standing="eligible"),
    _act("/donations/<din>/consent-withdrawal", "technician quality", withdrawn_on=DAY),
    _act(
        "/donations/<din>/lookback", "technician analyst quality", findings=["hbv_nat"], reported_by="Laboratory",
        received_on=DAY, explanation=TEXT,
    ),
    _act(
        "/donations/<din>/lookback/<int:lookback>/conclusion", "quality", conclusion="not_confirmed", explanation=TEXT
    ),
    _act("/lots", "technician", number="EX-NEW", kind="finished", product=scenes.PRODUCT, donations=[DIN], quantity=ML),
    _act("/lots/<lot>/steps", "technician", kind="harvest", **RUN),
    _act("/lots/<lot>/deviations", "technician analyst quality", severity="minor", description=TEXT),
    _act("/lots/<lot>/deviations/<int:deviation>/decision", "quality", outcome="justified", statement=TEXT),
    _act("/lots/<lot>/results", "analyst", **_RESULT),
    _act("/results/sheet", "analyst"),
    _act("/lots/<lot>/results/<int:result>/verification", "analyst quality"),
    _act("/lots/<lot>/verification", "analyst quality", results=[1]),
    _act("/lots/<lot>/results/<int:result>/correction", "analyst quality", **_RESULT, reason=TEXT),
    _act("/lots/<lot>/results/<int:result>/invalidation", "quality", investigation=1, cause=TEXT),
    _act("/lots/<lot>/investigations", "quality", cause="complaint", description=TEXT),
    _act(
        "/lots/<lot>/investigations/<int:investigation>/conclusion", "quality", phase="laboratory", root_cause=TEXT,
        conclusion="inconclusive",
    ),
    _act(
        "/lots/<lot>/investigations/<int:investigation>/phases", "quality", phase="retest", plan=TEXT, retests=2,
    ),
    _act(
        "/lots/<lot>/investigations/<int:investigation>/phases/<phase>/conclusion", "quality", finding=TEXT,
        cause="none",
    ),
    _act(
        "/lots/<lot>/investigations/<int:investigation>/assignment", "quality", assignee="t.analyst", due_on=LATER,
    ),
    _act(
        "/lots/<lot>/investigations/<int:investigation>/notes", "technician analyst quality logistics", note=TEXT,
    ),
    _act("/lots/<lot>/deviations/<int:deviation>/assignment", "quality", assignee="t.analyst", due_on=LATER),
    _act("/lots/<lot>/deviations/<int:deviation>/notes", "technician analyst quality logistics", note=TEXT),
    _act("/capas", "quality", capa="CAPA-9", title="Filters", description=TEXT, recalls=["RC-1"]),
    _act(
        "/capas/<capa>/actions", "quality", kind="corrective", description=TEXT, owner="t.analyst", due_on=LATER,
    ),
    _act(
        "/capas/<capa>/actions/<int:action>/assignment", "quality", owner="t.analyst", due_on=LATER, reason=TEXT,
    ),
    _act("/capas/<capa>/actions/<int:action>/completion", "technician analyst quality logistics", evidence=TEXT),
    _act("/capas/<capa>/effectiveness-plan", "quality", method=TEXT, owner="t.analyst", due_on=LATER),
    _act(
        "/capas/<capa>/effectiveness", "technician analyst quality logistics", outcome="effective", evidence=TEXT,
    ),
    _act("/capas/<capa>/closure", "quality", statement=TEXT),
    _act("/lots/<lot>/assessment", "quality"),
    _act("/lots/<lot>/certificates", "quality"),
    _act("/lots/<lot>/release", "quality", purpose="clinical"),
    _act("/lots/<lot>/rejection", "quality", explanation=TEXT),
    _act("/lots/<lot>/hold", "quality", explanation=TEXT),
    _act("/lots/<lot>/holds/<int:hold>/lift", "quality", explanation=TEXT),
    _act(
        "/lots/<lot>/storage-temperatures", "technician quality logistics", facility=scenes.SITE, began_at=MOMENT,
        ended_at=MOMENT, temperature={"min": "-82", "max": "-78", "unit": "Cel"},
    ),
    _act(
        "/lots/<lot>/fill", "technician", **RUN, container="Vial", expires_on="2027-05-01", fill_volume=ML,
        test_quantity=1,
        counts={
            "filled": 1, "rejected_at_inspection": 0, "qc_samples": 0, "retention": 0, "stability": 0, "stock": 1,
        },
    ),
    _act("/lots/<lot>/labels-reconciliation", "technician", issued=1, used=1, spoiled=0, returned=0),
    _act(
        "/lots/<lot>/labels", "technician quality", stock="a4_65_38x21", symbol="offline_token_qr", format="pdf",
    ),
    _act(
        "/stability", "quality", study="STB-9", product=scenes.PRODUCT, kind="long_term", container="Vial",
        condition={"min": "2", "max": "8"}, facility=scenes.SITE, protocol="STP-7",
        lots=[{"lot": LOT, "placed_on": DAY, "vials": 1}], time_points=_POINTS,
        assays=[{"assay": "particle_concentration"}],
    ),
    _act("/stability/<study>/amendments", "quality", time_points=_POINTS, reason=TEXT),
    _act(
        "/stability/<study>/time-points/<int:point>/pull", "technician", pulled_at=MOMENT,
        samples=[{"lot": LOT, "vials": 1}],
    ),
    _act("/stability/<study>/results", "analyst", lot=LOT, point=1, **_RESULT),
    _act("/stability/<study>/results/<int:result>/verification", "analyst quality"),
    _act("/stability/<study>/results/<int:result>/correction", "analyst quality", **_RESULT, reason=TEXT),
    _act("/stability/<study>/results/<int:result>/investigation", "quality", description=TEXT),
    _act("/stability/<study>/results/<int:result>/invalidation", "quality", investigation=1, cause=TEXT),
    _act(
        "/stability/<study>/excursions", "technician quality logistics", began_at=MOMENT, ended_at=MOMENT,
        temperature={"min": "2", "max": "9", "unit": "Cel"},
    ),
    _act("/stability/<study>/excursions/<int:excursion>/decision", "quality", acceptable=True, statement=TEXT),
    _act("/stability/<study>/conclusion", "quality", statement=TEXT),
    _act(
        "/shipments", "logistics", shipment="SHP-9", recipient=CLINIC, contents=[{"lot": LOT, "count": 1}],
        packed_by="T. Packer", courier="Demonstration courier",
    ),
    _act("/shipments/<shipment>/receipt", "logistics clinician"),
    _act("/shipments/<shipment>/excursion", "quality", acceptable=True, reason=TEXT),
    _act("/verifications", "clinician", lot=LOT),
    _act("/verifications/tray", "clinician", codes=[LOT]),
    _act("/vials/<lot>/<serial>/preparation", "clinician", starts=["thaw"], route="injection"),
    _act("/vials/<lot>/<serial>/clocks", "clinician", starts=["puncture"]),
    _act(
        "/administrations", "clinician", lot=LOT, patient="PT-4F7K2", route="injection", site="knee", session=1,
        given=ML,
    ),
    _act(
        "/vials/<lot>/<serial>/administration", "clinician", patient="PT-4F7K2", route="injection", site="knee",
        session=1, given=ML,
    ),
    _act("/vials/<lot>/<serial>/disposition", "technician quality logistics clinician", kind="waste", reason=TEXT),
    _act("/vials/<lot>/<serial>/settlement", "quality", outcome="false_alarm", reason=TEXT),
    _act("/policies/<organisation>/copies", "quality", reason=TEXT),
    _act(
        "/recalls", "quality", recall="RC-9", kind="recall", depth="clinic", explanation=TEXT, scope={"lots": [LOT]}
    ),
    _act(
        "/recalls/<recall>/classification", "quality", recall_class="II", authority="Demonstration authority",
        classified_on=DAY,
    ),
    _act("/recalls/<recall>/acknowledgements", "clinician", set_aside=0, used=0, missing=0),
    _act("/recalls/<recall>/termination", "quality", reason=TEXT),
    _act("/recalls/<recall>/rescission-proposal", "quality", reason=TEXT),
    _act("/recalls/<recall>/rescission", "quality", reason=TEXT),
    _act(
        "/reactions", "quality clinician", reaction="AE-9", vials=[{"lot": LOT, "serial": NAMES["serial"]}],
        first_received=DAY, **CLINICAL,
    ),
    _act("/reactions/<reaction>/follow-ups", "quality clinician", **CLINICAL),
    _act("/reactions/<reaction>/submissions", "quality clinician", authority="FDA", submitted_on=DAY),
)  # fmt: skip
"""Who may do what, as people would say it; the service's own table must agree."""
