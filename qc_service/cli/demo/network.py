"""Who takes part in the story, where they work, what those places are certified for, and what they work with."""

from __future__ import annotations

from qc_service.app import Founder
from qc_service.application.facilities import (
    CertifyFacility,
    RegisterFacility,
    certify_facility,
    register_facility,
)
from qc_service.application.parties import (
    RegisterOrganisation,
    RegisterPerson,
    register_organisation,
    register_person,
)
from qc_service.application.registers import (
    ChangeReagentStatus,
    RegisterEquipment,
    RegisterReagent,
    change_reagent_status,
    register_equipment,
    register_reagent,
)
from qc_service.cli.demo.clock import ZONE
from qc_service.cli.demo.stage import Plain, Stage
from qc_service.domain.identifiers import CountryCode, Gln, Line, OrganisationId, PersonId

ISSUER = "demo.qc.example"
MAKER = "demo-biologics"
LAKESIDE, HARBOUR = "lakeside-clinic", "harbour-clinic"
MATERNITY, NORTH, SOUTH = "demo-maternity", "north-works", "south-suite"
SEROLOGY, ASSAYS = "demo-serology", "demo-assays"
SOUTH_LAPSED = 120
"""How many days ago the certification of the south suite ran out."""

FOUNDER = Founder(
    organisation=OrganisationId(MAKER),
    name=Line("Demo Biologics"),
    country=CountryCode("US"),
    zone=Line(ZONE),
    quality_phone=Line("+1 202 555 0143"),
    gln=Gln("9506000140445"),
    administrator=PersonId("d.sample"),
    printed_name=Line("Dana Sample"),
)

CLINICS: tuple[Plain, ...] = (
    {"id": LAKESIDE, "name": "Lakeside Demonstration Clinic", "zone": "America/Chicago"},
    {"id": HARBOUR, "name": "Harbour Demonstration Clinic", "zone": "America/Los_Angeles"},
)

PEOPLE: dict[str, tuple[str, str, str, str]] = {
    "technician": ("t.sample", "Tilda Sample", "technician", MAKER),
    "analyst": ("a.sample", "Anton Sample", "analyst", MAKER),
    "second analyst": ("b.sample", "Bela Sample", "analyst", MAKER),
    "quality": ("q.sample", "Quinn Sample", "quality", MAKER),
    "second quality": ("p.sample", "Paula Sample", "quality", MAKER),
    "logistics": ("l.sample", "Lara Sample", "logistics", MAKER),
    "auditor": ("u.sample", "Uma Sample", "auditor", MAKER),
    "clinician": ("c.sample", "Carla Sample", "clinician", LAKESIDE),
    "other_clinician": ("o.sample", "Omar Sample", "clinician", HARBOUR),
}
"""Each part of the story: identity, printed name, role and organisation."""

FACILITIES: tuple[Plain, ...] = (
    {"id": MATERNITY, "name": "Demonstration Maternity Ward", "kind": "recovery_site",
     "address": "1 Example Street, Springfield", "identifiers": {"fei": "3009990001", "fin": "A9990"}},
    {"id": NORTH, "name": "North Works", "kind": "manufacturing_site",
     "address": "2 Example Street, Springfield",
     "identifiers": {"fei": "3009990002", "duns": "079999990", "fin": "A9991"}},
    {"id": SOUTH, "name": "South Suite", "kind": "manufacturing_site",
     "address": "3 Example Street, Springfield", "identifiers": {"fei": "3009990003"}},
    {"id": SEROLOGY, "name": "Demonstration Serology", "kind": "testing_laboratory",
     "address": "4 Example Street, Springfield", "identifiers": {"clia": "99D9999999"}},
    {"id": ASSAYS, "name": "Demonstration Assay Laboratory", "kind": "testing_laboratory",
     "address": "5 Example Street, Springfield", "identifiers": {}},
)  # fmt: skip

CERTIFICATIONS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    (MATERNITY, "registration", "fda_hctp_registration", "3009990001", ("donor_recovery", "storage")),
    (NORTH, "registration", "fda_hctp_registration", "3009990002", ("tissue_processing", "storage")),
    (NORTH, "inspection_outcome", "cgmp_inspection", "DEMO-INS-17",
     ("cell_processing", "ev_processing", "fill", "storage")),
    (SOUTH, "inspection_outcome", "cgmp_inspection", "DEMO-INS-09", ("ev_processing",)),
    (SEROLOGY, "certificate", "clia", "99D9999999", ("donor_testing",)),
    (ASSAYS, "accreditation", "iso_iec_17025", "DEMO-17025-4", ("qc_assay", "sterility_testing")),
)  # fmt: skip

EQUIPMENT: tuple[Plain, ...] = (
    {"id": "NTA-01", "name": "Nanoparticle tracking analyser", "model": "NanoSight (made up)"},
    {"id": "TFF-01", "name": "Tangential flow skid"},
    {"id": "FILLER-01", "name": "Vial filler"},
    {"id": "READER-01", "name": "Plate reader"},
)

REAGENTS: tuple[Plain, ...] = (
    {"id": "COLLAGENASE-1", "name": "Collagenase", "supplier_lot": "MU-0417"},
    {"id": "MEDIUM-1", "name": "Serum-free medium", "supplier_lot": "MU-2210"},
    {"id": "BUFFER-1", "name": "Formulation buffer", "supplier_lot": "MU-7731"},
    {"id": "PEPTIDE-1", "name": "Made-up tripeptide", "supplier_lot": "MU-0088"},
)


def network(stage: Stage) -> None:
    """Put the network on record."""
    stage.narrator.chapter("The network")
    stage.clock.on(200)
    stage.cast["administrator"] = FOUNDER.administrator
    with stage.telling("Dana Sample registers two clinics and the people who will act, each with one role."):
        for clinic in CLINICS:
            stage.act(
                "administrator", register_organisation, RegisterOrganisation,
                kind="clinic", country="US", quality_phone=None, **clinic,
            )  # fmt: skip
        for part, (person, name, role, organisation) in PEOPLE.items():
            stage.cast[part] = person
            stage.act(
                "administrator", register_person, RegisterPerson,
                id=person, printed_name=name, roles=[role], organisation=organisation,
            )  # fmt: skip
    with stage.telling(
        "Quinn Sample of quality registers the sites and what each is certified for. North Works may process "
        "cells, make vesicles and fill; the South Suite may only make vesicles, and only for a while: its "
        "certification will lapse."
    ):
        for facility in FACILITIES:
            stage.act("quality", register_facility, RegisterFacility, country="US", zone=ZONE, **facility)
        _certify(stage)
    with stage.telling("Equipment with its calibration, and reagent lots that quality accepts."):
        _equip(stage)


def _certify(stage: Stage) -> None:
    for facility, kind, scheme, number, scope in CERTIFICATIONS:
        until = stage.clock.day(SOUTH_LAPSED if facility == SOUTH else -400)
        stage.act(
            "quality", certify_facility, CertifyFacility,
            facility=facility, type=kind, scheme=scheme, number=number, issuer="Demonstration Authority",
            scope=list(scope), valid_from=stage.clock.day(500).isoformat(), valid_until=until.isoformat(),
        )  # fmt: skip


def _equip(stage: Stage) -> None:
    for equipment in EQUIPMENT:
        due = stage.clock.day(-150).isoformat()
        stage.act("technician", register_equipment, RegisterEquipment, calibration_due=due, **equipment)
    for reagent in REAGENTS:
        stage.act(
            "technician", register_reagent, RegisterReagent,
            supplier="Demonstration Supplies", expires_on=stage.clock.day(-150).isoformat(), **reagent,
        )  # fmt: skip
        stage.act(
            "quality", change_reagent_status, ChangeReagentStatus,
            reagent=reagent["id"], status="accepted", explanation="Identity and certificate are right.",
        )  # fmt: skip
