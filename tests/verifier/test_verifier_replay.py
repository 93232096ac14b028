"""The verifier's own folds: against the states that records must lead to, and against the domain's in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.application.claims import lot_claim, vial_claim
from qc_service.domain.codec import to_plain
from qc_service.domain.donations import DONATION
from qc_service.domain.kinds import KINDS
from qc_service.domain.lots import LOT as LOT_FOLD
from qc_service.domain.records import Body, Recorded
from qc_service.domain.vial_changes import apply, touched
from tests.application.provenance_world import COUNTS, DIGEST, GIVEN, MEASURED, STEPPED, body
from tests.domain.donors import COLLECTED, SCREENED
from tests.domain.lot_stories import recorded as told_of_lot
from tests.domain.vial_stories import CLINIC, LOT, OTHER, OWNER, SERIAL, SERIALS, told, vial
from tests.verifier.forging import LOT as FORGED_LOT
from tests.verifier.forging import ROOT, Forge, Plain, findings, resealed
from tests.verifier.forging import SERIAL as FORGED_SERIAL
from tests.verifier.test_verifier_completeness import filled
from tests.verifier.test_verifier_evidence import says, story
from verifier import verify_bundle as stranger

TODAY = "2026-11-22"


def shown(recorded: Recorded, index: int = 0, stream: str = "") -> stranger.Record:
    """A record as the verifier has it once the steps before the replay have passed."""
    signer = {"organisation": str(recorded.signer.organisation)}
    said = {
        "body": to_plain(recorded.body),
        "occurred_at": str(recorded.occurred_at),
        "seq": index,
        "signer": signer,
        "stream": stream or recorded.stream,
    }
    return stranger.Record(index, {}, {}, "", kind=type(recorded.body).__name__, said=said)


def by_verifier(bodies: list[Body]) -> dict[str, Any]:
    return stranger.lot_state([shown(one) for one in told_of_lot(bodies)], TODAY)


def by_domain(bodies: list[Body]) -> dict[str, Any]:
    lot = LOT_FOLD.replay(told_of_lot(bodies))
    assert lot is not None
    return lot_claim(lot, datetime.fromisoformat(TODAY))


REGISTERED = body(
    "LotRegistered", kind="finished", product="EXO-INJ-1", donations=["A999026000001"], parents=[], additives=[],
    quantity={"amount": "50", "unit": "mL"}, notes=None,
)  # fmt: skip


def fill(expires_on: str = "2027-10-31") -> Body:
    return body(
        "VialsFilled", step=1, counts=COUNTS, filled_at="2026-11-01T11:00:00Z", facility="north", storage=[],
        expires_on=expires_on, container="vial", fill_volume={"amount": "1.0", "unit": "mL"},
        particles_per_vial=None, test_quantity=1, serial_root=DIGEST, manifest=DIGEST,
    )  # fmt: skip


HELD = body("LotHeld", hold=1, cause="complaint", explanation="x")
RELEASED = body("LotReleased", purpose="clinical")
RECALLED = body("LotRecalled", recall="RCL-1", kind="recall")
WITHDRAWN = body("LotRecalled", recall="RCL-2", kind="withdrawal")
STATES: dict[str, tuple[list[Body], dict[str, Any]]] = {
    "quarantined": ([], {"released_for": []}),
    "released": ([RELEASED], {"released_for": ["clinical"]}),
    "on_hold": ([RELEASED, HELD], {"open_holds": [1], "released_for": ["clinical"]}),
    "rejected": ([HELD, body("LotRejected", explanation="x")], {"open_holds": [1], "released_for": []}),
    "withdrawn": ([RELEASED, WITHDRAWN], {"recalls": ["RCL-2"]}),
    "recalled": ([RELEASED, WITHDRAWN, RECALLED], {"recalls": ["RCL-1", "RCL-2"]}),
}


@pytest.mark.parametrize("status", STATES)
def test_a_lot_stands_where_the_gravest_of_its_records_puts_it(status: str) -> None:
    bodies, members = STATES[status]
    state = by_verifier([REGISTERED, *bodies])
    assert state["status"] == status
    assert members.items() <= state.items()


def test_a_hold_lifted_and_a_recall_rescinded_count_no_more() -> None:
    over = [body("HoldLifted", hold=1, explanation="x"), body("LotRecallRescinded", recall="RCL-1")]
    assert by_verifier([REGISTERED, RELEASED, HELD, RECALLED, *over])["status"] == "released"


def test_a_lot_expires_after_its_last_day() -> None:
    assert by_verifier([REGISTERED, fill("2026-11-22")])["expired"] is False
    assert by_verifier([REGISTERED, fill("2026-11-21")])["expired"] is True


@st.composite
def lots(draw: st.DrawFn) -> list[Body]:
    """A lot's records as use cases can leave them: sub-items in order, each decided once."""
    bodies: list[Body] = [REGISTERED]
    made = {"deviation": 0, "hold": 0, "investigation": 0, "result": 0}
    undecided: dict[str, list[int]] = {name: [] for name in made}
    for act in draw(st.lists(st.integers(0, 13), max_size=25)):
        subject = list(made)[act % 4]
        number = made[subject] + 1
        if act < 4:
            made[subject] = number
            undecided[subject].append(number)
            bodies.append(_opened(subject, number))
        elif act < 8 and undecided[subject]:
            taken = draw(st.sampled_from(undecided[subject]))
            undecided[subject].remove(taken)
            bodies.append(_closed(subject, taken))
        elif act >= 8:
            bodies.append(LATER[act - 8])
    return bodies


LATER = (
    RELEASED,
    RECALLED,
    body("LotRecallRescinded", recall="RCL-1"),
    WITHDRAWN,
    fill("2026-11-21"),
    body("LotRejected", explanation="x"),
)


def _opened(subject: str, number: int) -> Body:
    if subject == "deviation":
        said = {"cause": "other", "severity": "minor", "description": "x", "step": None, "clearable": True}
        return body("DeviationOpened", deviation=number, **said)
    if subject == "hold":
        return body("LotHeld", hold=number, cause="complaint", explanation="x")
    if subject == "investigation":
        return body("InvestigationOpened", investigation=number, cause="complaint", description="x")
    return body("ResultRecorded", result=number, **MEASURED)


def _closed(subject: str, number: int) -> Body:
    if subject == "deviation":
        return body("DeviationClosed", deviation=number, outcome="not_justified", statement="x")
    if subject == "hold":
        return body("HoldLifted", hold=number, explanation="x")
    if subject == "investigation":
        said = {"phase": "laboratory", "root_cause": "x", "conclusion": "inconclusive"}
        return body("InvestigationConcluded", investigation=number, **said)
    return (
        body("ResultVerified", result=number)
        if number % 2
        else body("ResultInvalidated", result=number, investigation=1, cause="x")
    )


@given(lots())
@settings(max_examples=150, deadline=None)
def test_lots_fold_as_in_the_domain(bodies: list[Body]) -> None:
    assert by_verifier(bodies) == by_domain(bodies)


def test_what_neither_opens_nor_decides_anything_leaves_a_lot_where_it_is() -> None:
    bodies = [
        REGISTERED,
        body("StepPerformed", step=1, **STEPPED),
        body("LotMaterialConsumed", into="EX261101B", consumed={"amount": "1", "unit": "mL"}),
        body(
            "LabelsPrinted", number=1, symbol="gs1_data_matrix", format="pdf", stock="a4_65_38x21",
            vials=[{"first": 0, "last": 3}], label="a" * 64,
        ),
        body("LabelsReconciled", issued=1, used=1, spoiled=0, returned=0, notes=None),
        body(
            "LotAssessed", product="EXO-INJ-1", specification=2, effective_from="2026-01-01", judgements=[],
            passed=True,
        ),
    ]  # fmt: skip
    assert by_verifier(bodies) == by_domain(bodies)
    assert by_verifier(bodies)["assessment"] == {"passed": True, "specification": 2}


DETERMINED: dict[str, Any] = {"suggested": "eligible", "panel": "2026-01-01", "screenings": [], "reports": []}
DONOR_ACTS = (
    COLLECTED,
    body("EligibilityDetermined", standing="eligible", **DETERMINED),
    body("EligibilityDetermined", standing="ineligible", **DETERMINED),
    body(
        "DonationCorrected", supersedes=DIGEST, tissue="placenta", collected_at="2026-01-10T03:20:00Z",
        zone="America/New_York", facility="bayside-maternity", country="US",
    ),
    SCREENED,
    body("ConsentWithdrawn", withdrawn_on="2026-02-01", reference="CF-2601-004", version="3"),
    body(
        "LookbackReported", lookback=1, findings=["hbv_nat"], reported_by="Laboratory", received_on="2026-02-01",
        explanation="A later result.",
    ),
    body("LookbackConcluded", lookback=1, conclusion="not_confirmed", explanation="Another donor."),
    body("LookbackConcluded", lookback=1, conclusion="confirmed", explanation="The same donor."),
)  # fmt: skip


@given(st.lists(st.sampled_from(DONOR_ACTS[1:]), max_size=8))
@settings(deadline=None)
def test_donations_fold_as_in_the_domain(bodies: list[Body]) -> None:
    records = [told(one) for one in (DONOR_ACTS[0], *bodies)]
    donation = DONATION.replay(replace(one, stream="donation/A999026000001") for one in records)
    assert donation is not None
    assert stranger.donor_state(map(shown, records)) == donation.standing.value


def _vial_body(kind: str, **members: Any) -> Body:
    return body(kind, lot=LOT, serial=SERIAL, **members)


def _dispatched(shipment: str = "SHP-1", serial: str = SERIAL) -> Body:
    return body(
        "ShipmentDispatched", shipment=shipment, sender=OWNER, recipient=CLINIC, packed_by="P", courier="C",
        contents=[{"lot": LOT, "serials": [serial]}], tracking=None, logger=None, accompanying=[],
    )  # fmt: skip


def _received(shipment: str = "SHP-1", **members: Any) -> Body:
    nothing: dict[str, Any] = {"ok": [], "exceptions": [], "unexpected": [], "not_on_record": []}
    return body(
        "ShipmentReceived", shipment=shipment, recipient=CLINIC, temperature=None, out_of_range=[],
        **{**nothing, **members},
    )  # fmt: skip


UNCLEARED: dict[str, Any] = {
    "starts": ["thaw"], "use_before": None, "reasons": ["recalled"], "alert": True, "answer": DIGEST,
}  # fmt: skip
ONE = {"lot": LOT, "serial": SERIAL}
VIAL_ACTS = (
    _dispatched(),
    _dispatched("SHP-2"),
    body("CartonsPacked", shipment="SHP-1", recipient=CLINIC, cartons=[]),
    _received(ok=[{"lot": LOT, "serials": [SERIAL]}]),
    *(_received(exceptions=[ONE | {"condition": said}]) for said in ("damaged", "missing", "refused")),
    _received("SHP-3", exceptions=[ONE | {"condition": "missing"}]),
    _received(unexpected=[ONE]),
    body(
        "ShipmentExcursionAssessed",
        shipment="SHP-1",
        contents=[{"lot": LOT, "serials": [SERIAL]}],
        acceptable=True,
    ),
    _vial_body("VialChecked", decision="in_order", reasons=[], alert=False, answer=DIGEST, asked={}),
    _vial_body(
        "VialPrepared", clinic=CLINIC, starts=["thaw"], use_before="2026-11-11T09:00:00Z", answer=DIGEST
    ),
    *(_vial_body("VialPreparedUncleared", **UNCLEARED, clinic=by) for by in (CLINIC, OTHER, OWNER)),
    _vial_body("VialAdministered", **GIVEN),
    _vial_body("VialAdministered", **GIVEN | {"doses_left": 1}),
    _vial_body("VialAdministered", **GIVEN | {"doses_left": 1, "given_without_clear_answer": True}),
    _vial_body("VialClockStarted", clinic=CLINIC, starts=["thaw"], use_before=None),
    _vial_body("VialRefrozen", forbidden=True),
    _vial_body("VialSetAside"),
    _vial_body("VialPutBack", settles_doubts=True),
    _vial_body("VialReturned", to=OWNER),
    _vial_body("VialReissued", cold_chain_evidence="x"),
    _vial_body("VialWasted", amount=None),
    _vial_body("VialDestroyed"),
    _vial_body("VialStolen"),
    _vial_body("VialLost"),
    _vial_body("VialActUndone", act="prepare", statement="nothing_given", right_vial=None),
)
NEXT = {"lot": LOT, "serial": SERIALS[1]}
OF_ANOTHER_VIAL = (
    _dispatched(serial=SERIALS[1]),
    _received(ok=[{"lot": LOT, "serials": [SERIALS[1]]}]),
    _received(exceptions=[NEXT | {"condition": "damaged"}]),
)
PLACES = {"stock": 0, "qc_sample": 5, "retention": 6, "stability": 8}


def _examined(records: list[Recorded], ordinal: int) -> stranger.Case:
    """A case as it stands before the replay, of one vial."""
    case = stranger.Case(b"", b"")
    case.bundle = {"about": {"lot": LOT, "serial": SERIAL}, "fill": {"ordinal": ordinal}}
    filled_at = told(fill(), by=OWNER)
    case.streams = {f"lot/{LOT}": [shown(filled_at, stream=f"lot/{LOT}")]}
    names = {"vial": f"vial/{LOT}/{SERIAL}", "shipment": "shipment/SHP-1"}
    case.records = [shown(one, at, names[one.body.ROOM]) for at, one in enumerate(records)]
    return case


@given(
    st.sampled_from(sorted(PLACES)),
    st.lists(st.tuples(st.sampled_from(VIAL_ACTS + OF_ANOTHER_VIAL), st.integers(0, 20)), max_size=12),
)
@settings(max_examples=300, deadline=None)
def test_vials_fold_as_in_the_domain(fate: str, acts: list[tuple[Body, int]]) -> None:
    """In whatever order they are recorded: some happened before those that are on record already (V11)."""
    _fold_alike(fate, [body for body, _ in acts], [at for _, at in acts])


def test_a_reissued_vial_is_no_longer_in_the_shipment_it_came_back_from() -> None:
    arrived = _received(ok=[{"lot": LOT, "serials": [SERIAL]}])
    acts = [
        _vial_body("VialReturned", to=OWNER),
        _vial_body("VialReissued", cold_chain_evidence="x"),
        _vial_body("VialLost"),
    ]
    _fold_alike("stock", [_dispatched(), arrived, *acts, arrived])


@pytest.mark.parametrize("first", range(len(VIAL_ACTS)))
def test_any_two_acts_on_a_vial_fold_as_in_the_domain(first: int) -> None:
    for second in VIAL_ACTS + OF_ANOTHER_VIAL:
        _fold_alike("stock", [VIAL_ACTS[first], second])


def _fold_alike(fate: str, bodies: list[Body], hours: Sequence[int] = range(99)) -> None:
    records = [told(one, hours=at) for at, one in zip(hours, bodies, strict=False)]
    state = vial(fate, ordinal=PLACES[fate])
    for recorded in records:
        state = apply(state, recorded) if state.ref in touched(recorded.body) else state
    assert stranger.vial_state(_examined(records, PLACES[fate])) == vial_claim(state)


@pytest.mark.parametrize("room", ["lot", "donation", "vial", "shipment", "key"])
def test_every_record_kind_of_a_replayed_room_is_known(room: str) -> None:
    known = {
        "lot": {*stranger.OPENS, *stranger.CLOSES, *stranger.RESULTS, *stranger.FACTS, *stranger.NEUTRAL} | {
            "LotReleased", "LotRejected", "LotRecalled", "LotRecallRescinded",
        },
        "donation": {*stranger.DONOR_FACTS} | {
            "DonationCollected", "DonationCorrected", "EligibilityDetermined", "LookbackReported",
            "LookbackConcluded",
        },
        "vial": {name for name in stranger.MOVES if name.startswith("Vial")}
        | {"VialAdministered", "VialPreparedUncleared", "VialPutBack", "VialActUndone", *stranger.NO_PLACE}
        | {*stranger.NO_MOVE} - {"CartonsPacked", "ShipmentExcursionAssessed"},
        "shipment": {"ShipmentDispatched", "CartonsPacked", "ShipmentReceived", "ShipmentExcursionAssessed"},
        "key": {"KeyIntroduced", "KeyRetired", "KeyCompromised"},
    }  # fmt: skip
    assert {name for name, kind in KINDS.items() if room == kind.ROOM} == known[room]


@pytest.mark.parametrize("stream", [f"lot/{FORGED_LOT}", "donation/D1", f"vial/{FORGED_LOT}/{FORGED_SERIAL}"])
def test_a_record_of_a_kind_not_known_here_is_not_passed_over(stream: str) -> None:
    forge = filled()
    forge.say("donation/D1", "DonationCollected", {})
    forge.say(stream, "LaterInvention", {})
    found = forge.verdict(serial=FORGED_SERIAL)
    says(found, "LaterInvention is not known here: this verifier is older than the record")
    assert found[0].startswith("(13)")


def test_a_record_without_the_members_that_are_read_is_refused() -> None:
    forge = story()
    forge.say(f"lot/{FORGED_LOT}", "LotHeld", {})
    says(
        forge.verdict(), "(13) replay: a member that is read here is missing or malformed (KeyError('hold'))"
    )


def _claiming(forge: Forge, **claimed: Any) -> Plain:
    bundle = forge.bundle()
    return resealed(bundle | {"claimed": bundle["claimed"] | claimed})


def test_a_claim_that_the_records_do_not_lead_to_is_refused() -> None:
    says(
        findings(_claiming(story(), donations={"D1": "eligible"})),
        '(13) claimed, donation D1: "eligible", but',
    )
    says(
        findings(_claiming(story(), vial={"state": "received"})),
        '(13) claimed, vial: {"state": "received"}, but',
    )
    says(
        findings(_claiming(story(), lots={})),
        f"(13) claimed, lot {FORGED_LOT}: null, but the records lead to",
    )
    says(findings(_claiming(story(), more=1)), "(13) claimed: must have the members donations, lots, vial")


def test_a_bundle_about_a_lot_that_is_not_in_it_is_refused() -> None:
    about = {"lot": "EX261101B", "serial": None}
    says(findings(story().bundle(about=about)), "(13) about: there is no stream lot/EX261101B here")


def test_a_state_that_rests_on_a_withheld_record_is_claimed_and_not_confirmed() -> None:
    forge = story()
    forge.say("donation/D1", "EligibilityDetermined", {"standing": "ineligible"})
    claimed = forge.bundle()["claimed"]
    outcome = stranger.verify(stranger.canonical(forge.bundle(withheld=(4,), claimed=claimed)), ROOT)
    assert outcome.exit_code == 0
    assert outcome.case.unconfirmed == {"donation D1": "ineligible"}
    said = "\n".join(outcome.words(explain=False))
    assert "UNCONFIRMED  donation D1: the bundle claims" in said
    assert "donation     D1: quarantined, with 1 of its records withheld" in said


def test_a_vial_whose_shipment_is_withheld_is_claimed_and_not_confirmed() -> None:
    forge = filled()
    forge.say("shipment/S1", "ShipmentDispatched", {"contents": []})
    claimed = forge.bundle(serial=FORGED_SERIAL)["claimed"]
    claimed["vial"]["state"] = "in_transit"
    sealed = forge.bundle(serial=FORGED_SERIAL, withheld=(2,), claimed=claimed)
    outcome = stranger.verify(stranger.canonical(sealed), ROOT)
    assert outcome.case.unconfirmed == {"vial": claimed["vial"]}
