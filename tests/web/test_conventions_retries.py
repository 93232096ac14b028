"""Acts sent twice, acts that rest on what was read, and acts that come at the same moment."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from qc_service.app import web_app
from qc_service.application.acts import Acts
from qc_service.application.ports import Prepared
from qc_service.persistence.store import SqlStore
from tests import scenes
from tests.staging import CLINIC, Stage, raise_stage

LOT, DIN = "EX261101A", "A999026000001"
KEY = {"Idempotency-Key": "a-key-of-ours"}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A service with a released lot and vials at a clinic."""
    stage = raise_stage(tmp_path_factory.mktemp("home"))
    scenes.sites(stage)
    scenes.product(stage)
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN)
    return stage


@pytest.fixture
def stage(played: Stage) -> Stage:
    """The same, with keys that no test before has used."""
    played.clock.tick(hours=1)
    return played


def size(stage: Stage) -> int:
    return stage.made.store.head().size


def reagent(number: int, **differing: str) -> dict[str, str]:
    return {
        "id": f"MEDIUM-{number}", "name": "Medium", "supplier": "Supplier", "supplier_lot": "S-1",
        "expires_on": "2027-01-01", **differing,
    }  # fmt: skip


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"key-of-{name}"}


def title(response: TestResponse) -> str:
    said: Any = response.get_json()
    return str(said["title"])


# The same again


def test_the_same_key_and_content_get_the_same_answer_and_one_record(stage: Stage) -> None:
    sent: dict[str, Any] = {
        "who": "quality",
        "method": "POST",
        "path": "/reagents",
        "body": reagent(1),
        "headers": key("same"),
    }
    first = stage.send(**sent)
    before = size(stage)
    again = stage.send(**sent)
    assert size(stage) == before
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_answer_is_the_same_after_a_later_change_but_for_a_newer_proof(stage: Stage) -> None:
    sent: dict[str, Any] = {
        "who": "quality",
        "method": "POST",
        "path": "/reagents",
        "body": reagent(2),
        "headers": key("later"),
    }
    first = stage.send(**sent)
    accepted = {"status": "accepted", "explanation": "Tested."}
    stage.send("quality", "POST", "/reagents/MEDIUM-2/status", accepted)
    again = stage.send(**sent)
    told, retold = first.get_json(), again.get_json()
    assert again.headers["ETag"] == first.headers["ETag"] == '"0"'
    assert retold["subject"]["status"] == "quarantined"
    assert {**told, "proof": None} == {**retold, "proof": None}


def test_members_in_another_order_are_the_same_content(stage: Stage) -> None:
    body = reagent(3)
    backwards = dict(reversed(body.items()))
    first = stage.send("quality", "POST", "/reagents", body, headers=key("order"))
    again = stage.send("quality", "POST", "/reagents", backwards, headers=key("order"))
    assert first.data == again.data


def test_the_same_key_with_other_content_is_a_conflict(stage: Stage) -> None:
    stage.send("quality", "POST", "/reagents", reagent(4), headers=key("other"))
    before = size(stage)
    refused = stage.send("quality", "POST", "/reagents", reagent(5), headers=key("other"), status=409)
    assert title(refused) == "Key reused"
    assert size(stage) == before


def test_a_key_is_one_persons_own_and_of_one_path(stage: Stage) -> None:
    stage.send("quality", "POST", "/reagents", reagent(6), headers=key("scope"))
    stage.send("second_quality", "POST", "/reagents", reagent(7), headers=key("scope"))
    stage.send(
        "quality", "POST", "/reagents/MEDIUM-6/status", {"status": "accepted", "explanation": "Tested."},
        headers=key("scope"),
    )  # fmt: skip
    stage.send(
        "quality", "POST", "/reagents/MEDIUM-7/status", {"status": "accepted", "explanation": "Tested."},
        headers=key("scope"),
    )  # fmt: skip


def test_without_a_key_every_request_is_an_act(stage: Stage) -> None:
    token = {"Authorization": f"Bearer {stage.token('quality')}"}
    said = {"explanation": "To be looked into."}
    numbers = {
        stage.client.post(f"/api/v1/lots/{LOT}/hold", json=said, headers=token).get_json()["seq"]
        for _ in range(2)
    }
    assert len(numbers) == 2
    for number in (1, 2):
        stage.post("quality", f"/lots/{LOT}/holds/{number}/lift", explanation="Nothing was found.")


def test_the_key_of_a_refused_request_may_be_used_again(stage: Stage) -> None:
    stage.send(
        "quality", "POST", "/reagents", reagent(8, expires_on="soon"), headers=key("refused"), status=422
    )
    stage.send("clinician", "POST", "/reagents", reagent(8), headers=key("refused"), status=403)
    stage.send("quality", "POST", "/reagents", reagent(1), headers=key("refused"), status=409)
    stage.send("quality", "POST", "/reagents", reagent(8), headers=key("refused"))


@pytest.mark.parametrize("value", ["short", "x" * 129, "with space", "ünicode-key", ""])
def test_a_key_has_a_shape(stage: Stage, value: str) -> None:
    token = {"Authorization": f"Bearer {stage.token('quality')}"}
    headers = {**token, "Idempotency-Key": value}
    response = stage.client.post("/api/v1/reagents", json=reagent(9), headers=headers)
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["pointer"] == "/Idempotency-Key"


def test_a_form_is_compared_by_its_fields_and_the_files_digest(stage: Stage) -> None:
    def sent(
        content: bytes, name: str = "report.pdf", description: str = "A report.", status: int = 201
    ) -> Any:
        parts = {"file": (io.BytesIO(content), name, "application/pdf"), "description": description}
        return stage.send("analyst", "POST", "/attachments", data=parts, headers=key("form"), status=status)

    first, again = sent(b"one"), sent(b"one")
    assert first.data == again.data
    for other in (
        {"content": b"two"},
        {"content": b"one", "name": "b.pdf"},
        {"content": b"one", "description": "B"},
    ):
        assert title(sent(**other, status=409)) == "Key reused"


@pytest.mark.parametrize("path", ["/verifications", f"/vials/{LOT}/222222222222/preparation"])
def test_an_act_of_a_clinic_needs_a_key(stage: Stage, path: str) -> None:
    token = {"Authorization": f"Bearer {stage.token('clinician')}"}
    bodies = {"/verifications": {"lot": LOT}}
    said = bodies.get(path, {"starts": ["thaw"], "route": "injection"})
    response = stage.client.post(f"/api/v1{path}", json=said, headers=token)
    assert response.status_code == 428
    assert title(response) == "Precondition Required"


def test_a_vial_given_twice_by_one_key_is_given_once(stage: Stage) -> None:
    (serial,) = scenes.consigned(stage, LOT, "SHP-1", count=1)
    vial = f"/vials/{LOT}/{serial}"
    stage.post("clinician", f"{vial}/preparation", starts=["thaw"], route="injection")
    given = {
        "patient": "PT-4F7K2", "route": "injection", "site": "left knee", "session": 1,
        "given": {"amount": "1.0", "unit": "mL"},
    }  # fmt: skip
    first = stage.send("clinician", "POST", f"{vial}/administration", given, headers=key("given"))
    again = stage.send("clinician", "POST", f"{vial}/administration", given, headers=key("given"))
    assert first.get_json()["log_index"] == again.get_json()["log_index"]
    assert stage.get("clinician", vial)["state"] == "administered"


def test_two_requests_with_one_key_at_the_same_moment_record_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = size(stage)
    token = {"Authorization": f"Bearer {stage.token('quality')}", **key("moment")}
    both, commit, held = Barrier(2), SqlStore.commit, set[int]()

    def together(store: SqlStore, prepared: Prepared) -> int:
        """Let each thread's first commit wait for the other's, so that both have judged before either writes."""
        me = id(prepared.retry)
        if me not in held:
            held.add(me)
            both.wait(10)
        return commit(store, prepared)

    def ask(_: int) -> TestResponse:
        client = stage.client.application.test_client()
        return client.post("/api/v1/reagents", json=reagent(10), headers=token)

    monkeypatch.setattr(SqlStore, "commit", together)
    with ThreadPoolExecutor(2) as two:
        answers = list(two.map(ask, range(2)))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.get_json()["log_index"] for answer in answers}) == 1
    assert size(stage) == before + 1


def test_a_key_outlives_the_process_that_took_it(stage: Stage) -> None:
    first = stage.send("quality", "POST", "/reagents", reagent(11), headers=key("restart"))
    other = Stage(stage.made, stage.clock, web_app(stage.made).test_client(), stage.tokens)
    again = other.send("quality", "POST", "/reagents", reagent(11), headers=key("restart"))
    assert first.data == again.data


# What a decision rests on


@pytest.mark.parametrize(
    ("who", "path", "resource"),
    [
        ("quality", f"/lots/{LOT}", f"/lots/{LOT}"),
        ("quality", f"/lots/{LOT}/results", f"/lots/{LOT}"),
        ("quality", f"/donations/{DIN}", f"/donations/{DIN}"),
        ("quality", f"/donations/{DIN}/screenings", f"/donations/{DIN}"),
        ("quality", f"/facilities/{scenes.SITE}", ""),
        ("quality", f"/products/{scenes.PRODUCT}", ""),
        ("clinician", f"/organisations/{CLINIC}", ""),
        ("quality", "/persons/t.quality", ""),
    ],
)
def test_what_is_read_bears_the_number_of_its_last_record(
    stage: Stage, who: str, path: str, resource: str
) -> None:
    room, _, name = (resource or path).strip("/").partition("/")
    stream = f"{room.removesuffix('s') if room != 'facilities' else 'facility'}/{name}"
    tag = stage.send(who, "GET", path, status=200).headers["ETag"]
    assert tag == f'"{len(stage.made.store.stream(stream)) - 1}"'


def test_a_reply_bears_the_number_that_the_next_decision_rests_on(stage: Stage) -> None:
    held = stage.send("quality", "POST", f"/lots/{LOT}/hold", {"explanation": "To be looked into."})
    assert held.headers["ETag"] == stage.send("quality", "GET", f"/lots/{LOT}", status=200).headers["ETag"]
    lifted = stage.send("quality", "POST", f"/lots/{LOT}/holds/3/lift", {"explanation": "Nothing was found."})
    assert lifted.headers["ETag"] == f'"{int(held.headers["ETag"].strip(chr(34))) + 1}"'


DECISIONS = (
    (f"/lots/{LOT}/release", {"purpose": "clinical"}),
    (f"/lots/{LOT}/rejection", {"explanation": "Why."}),
    (f"/donations/{DIN}/eligibility", {"standing": "eligible"}),
)


@pytest.mark.parametrize(("path", "body"), DECISIONS, ids=[path for path, _ in DECISIONS])
def test_a_decision_says_which_version_it_rests_on(stage: Stage, path: str, body: dict[str, str]) -> None:
    before = size(stage)
    assert title(stage.send("quality", "POST", path, body, status=428)) == "Precondition Required"
    stale = stage.send("quality", "POST", path, body, headers={"If-Match": '"0"'}, status=412)
    assert title(stale) == "Stale"
    for value in ("5", "*", 'W/"5"', '"-1"', '"1", "2"', '"٣"', ""):
        stage.send("quality", "POST", path, body, headers={"If-Match": value}, status=422)
    assert size(stage) == before


def test_taking_a_recall_back_rests_on_what_was_read(stage: Stage) -> None:
    stage.post(
        "quality", "/recalls", recall="RCL-1", kind="recall", depth="clinic", explanation="A crack.",
        scope={"lots": [LOT]},
    )  # fmt: skip
    path = "/recalls/RCL-1/rescission-proposal"
    stage.send("quality", "POST", path, {"reason": "The wrong lot."}, status=428)
    tag = stage.send("quality", "GET", "/recalls/RCL-1", status=200).headers["ETag"]
    proposed = stage.send("quality", "POST", path, {"reason": "The wrong lot."}, headers={"If-Match": tag})
    path = "/recalls/RCL-1/rescission"
    stage.send("second_quality", "POST", path, {"reason": "It was."}, headers={"If-Match": tag}, status=412)
    tag = proposed.headers["ETag"]
    stage.send("second_quality", "POST", path, {"reason": "It was."}, headers={"If-Match": tag})


def test_an_act_that_needs_no_version_keeps_to_one_that_is_sent(stage: Stage) -> None:
    said = {"explanation": "To be looked into."}
    stage.send("quality", "POST", f"/lots/{LOT}/hold", said, headers={"If-Match": '"0"'}, status=412)


def test_a_replay_comes_before_the_version_and_the_version_before_the_rule_but_not_before_the_permission(
    stage: Stage,
) -> None:
    din = scenes.donation(stage, "A999026000002", determine=False)
    path, body = f"/donations/{din}/eligibility", {"standing": "eligible"}
    tag = stage.send("quality", "GET", f"/donations/{din}", status=200).headers["ETag"]
    sent = {**key("determined"), "If-Match": tag}
    first = stage.send("quality", "POST", path, body, headers=sent)
    assert stage.send("quality", "POST", path, body, headers=sent).data == first.data
    assert stage.send("quality", "POST", path, body, headers=key("determined")).data == first.data
    other = {"standing": "ineligible"}
    assert title(stage.send("quality", "POST", path, other, headers=sent, status=409)) == "Key reused"
    assert title(stage.send("quality", "POST", path, body, headers={"If-Match": tag}, status=412)) == "Stale"
    refused = f"/lots/{LOT}/release"
    for who, status in (("quality", 412), ("technician", 403)):
        stage.send(who, "POST", refused, {"purpose": "clinical"}, headers={"If-Match": '"0"'}, status=status)


def test_who_keeps_losing_to_others_is_told_so_and_nothing_is_recorded(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Acts._once

    def disturbed(acts: Acts, *arguments: Any) -> Any:
        judge = arguments[0]

        def judged(view: Any, occasion: Any, intent: Any) -> Any:
            news = judge(view, occasion, intent)
            with monkeypatch.context() as calm:
                calm.setattr(Acts, "_once", once)
                stage.post("second_quality", f"/lots/{LOT}/hold", explanation="Another hold.")
            return news

        return once(acts, judged, *arguments[1:])

    monkeypatch.setattr(Acts, "_once", disturbed)
    said = {"explanation": "To be looked into."}
    busy = stage.send("quality", "POST", f"/lots/{LOT}/hold", said, headers=key("busy"), status=409)
    assert title(busy) == "Busy"
    monkeypatch.undo()
    stage.send("quality", "POST", f"/lots/{LOT}/hold", said, headers=key("busy"))


def test_a_clock_behind_the_log_records_nothing(tmp_path: Path) -> None:
    stage = raise_stage(tmp_path)
    stage.clock.tick(minutes=-6)
    before = size(stage)
    response = stage.send("administrator", "POST", "/organisations", {
        "id": "far-clinic", "name": "Far Clinic", "kind": "clinic", "country": "US", "zone": "America/New_York",
    }, status=503)  # fmt: skip
    assert response.headers["Retry-After"] == "5"
    assert size(stage) == before
