"""Acts that were written down without a network: applied once each, in the order of the device, whenever they come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from qc_service.app import web_app
from qc_service.application.acts import Acts
from qc_service.application.ports import Unavailable
from tests import scenes
from tests.answering import audited
from tests.cli.running import run
from tests.staging import Stage, raise_stage, served
from verifier import verify_bundle as stranger

DIN, LOT = "A999026000001", "EX261101A"
Plain = dict[str, Any]


class Bag:
    """A clinic's device: it numbers and names its acts."""

    def __init__(
        self, stage: Stage, serials: Sequence[str], name: str = "tablet-1", who: str = "clinician"
    ) -> None:
        self.stage, self.serials, self.name, self.who = stage, serials, name, who
        self.acts: list[Plain] = []

    def write(self, what: str, /, place: int = 0, *, path: Plain | None = None, **body: object) -> Plain:
        """Write an act down, now; for the one vial unless it says otherwise."""
        number = len(self.acts) + 1
        act: Plain = {
            "id": str(uuid5(NAMESPACE_URL, f"{self.name}/{number}")),
            "n": number,
            "kind": what,
            "happened_at": scenes.at(self.stage.clock()),
            "path": {"lot": LOT, "serial": self.serials[place]} if path is None else path,
            "body": body,
        }
        self.acts.append(act)
        return act

    def prepare(self, place: int = 0) -> Plain:
        return self.write("preparation", place, starts=["thaw"], route="injection")

    def give(self, place: int = 0) -> Plain:
        return self.write(
            "administration", place, patient="PT-4F7K2", route="injection", site="left knee", session=1,
            given={"amount": "1.0", "unit": "mL"}, reason="There was no network.",
        )  # fmt: skip

    def check(self, place: int = 0) -> Plain:
        return self.write("verification", path={}, lot=LOT, serial=self.serials[place], route="injection")

    def dispose(self, kind: str, place: int = 0) -> Plain:
        return self.write("disposition", place, kind=kind, reason="It was so.")

    def sent(self, acts: Sequence[Any] | None = None, status: int = 200, **more: object) -> Any:
        """Send all of it, or these."""
        body = {"device": self.name, "acts": list(self.acts if acts is None else acts), **more}
        return self.stage.send(self.who, "POST", "/queue", body, status=status).get_json()


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, list[str]]]:
    """A service whose clinic has vials for every test."""
    stage = raise_stage(tmp_path_factory.mktemp("service"))
    scenes.sites(stage)
    scenes.product(stage)
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN, stock=140)
    serials = list(scenes.consigned(stage, LOT, "SHP-1", count=130))
    yield stage, serials
    audited(stage)
    stage.made.close()


@pytest.fixture
def bag(raised: tuple[Stage, list[str]], request: pytest.FixtureRequest) -> Bag:
    """A device of its own for each test, with three vials that nobody has touched; an hour has passed."""
    stage, serials = raised
    stage.clock.tick(hours=1)
    mine = [serials.pop() for _ in range(3)]
    return Bag(stage, mine, name=f"d-{abs(hash(request.node.name)) % 10**9}")


def statuses(told: Any) -> list[int]:
    return [result["status"] for result in told["results"]]


def kinds(told: Any) -> list[str]:
    return [result["reply"]["kind"] for result in told["results"]]


def size(bag: Bag) -> int:
    return bag.stage.made.store.head().size


def state(bag: Bag, place: int = 0) -> Any:
    return bag.stage.get("clinician", f"/vials/{LOT}/{bag.serials[place]}")


def test_v11_acts_are_applied_in_order_as_of_when_they_happened(bag: Bag) -> None:
    for write in (bag.check, bag.prepare, bag.give):
        write()
        bag.stage.clock.tick(minutes=5)
    bag.stage.clock.tick(hours=4)
    told = bag.sent()
    assert statuses(told) == [201, 201, 201]
    assert (told["device"], told["expected"]) == (bag.name, 4)
    assert [result["reply"]["kind"] for result in told["results"]] == [
        "VialChecked",
        "VialPrepared",
        "VialAdministered",
    ]
    assert [result["reasons"] for result in told["results"]] == [[], [], []]
    history = state(bag)["history"]
    assert [one["occurred_at"] for one in history[-3:]] == [act["happened_at"] for act in bag.acts]
    assert state(bag)["state"] == "administered"


def test_a_reply_in_a_queue_is_the_reply_that_verifies_offline(bag: Bag) -> None:
    bag.check()
    (result,) = bag.sent()["results"]
    reply = stranger.canonical(result["reply"])
    outcome = stranger.verify_answer(reply, bag.stage.made.root.to_bytes(), bag.stage.clock())
    assert outcome.exit_code == 0


def test_v11_the_same_queue_twice_is_answered_alike_and_recorded_once(bag: Bag) -> None:
    bag.prepare()
    bag.dispose("put_back")
    bag.give()
    first = bag.sent()
    assert statuses(first) == [201, 422, 201]
    before = size(bag)
    bag.stage.clock.tick(days=1)
    assert _alike(bag.sent()) == _alike(first)
    assert size(bag) == before


def _alike(told: Any) -> Any:
    """An answer without its proofs, which may be newer, and without what stands with the vial by now."""
    for result in told["results"]:
        result.get("reply", {}).pop("proof", None)
    return told


def test_v11_a_refusal_stands_although_the_act_would_be_taken_by_now(bag: Bag) -> None:
    bag.dispose("put_back")
    assert bag.sent()["results"][0]["problem"]["type"] == "urn:qc-service:problem:PutBackRefused"
    scenes.disposed(bag.stage, LOT, bag.serials[0], "set_aside")
    before = size(bag)
    assert statuses(bag.sent()) == [422]
    assert size(bag) == before
    assert state(bag)["state"] == "set_aside"


def test_v11_the_same_queue_ten_times_at_once_is_recorded_once(bag: Bag) -> None:
    for place in range(3):
        bag.prepare(place)
        bag.give(place)
    before, token = size(bag), bag.stage.token("clinician")
    app = web_app(bag.stage.made)

    def send(_: int) -> Any:
        body = {"device": bag.name, "acts": bag.acts}
        answer = app.test_client().post(
            "/api/v1/queue", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        return _alike(answer.get_json())

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(send, range(10)))
    assert all(statuses(answer) == [201] * 6 for answer in answers)
    assert (
        len({str([result["reply"]["log_index"] for result in answer["results"]]) for answer in answers}) == 1
    )
    assert size(bag) == before + 6


def test_v11_halves_out_of_order_wait_for_what_comes_first(bag: Bag) -> None:
    bag.prepare()
    bag.give()
    late = bag.sent(bag.acts[1:])
    (result,) = late["results"]
    assert (result["status"], late["expected"]) == (409, 1)
    assert result["problem"]["type"] == "urn:qc-service:problem:QueueGap"
    assert "Act 1 comes next" in result["problem"]["detail"]
    assert statuses(bag.sent(bag.acts[:1])) == [201]
    assert statuses(bag.sent(bag.acts[1:])) == [201]
    assert statuses(bag.sent(list(reversed(bag.acts)))) == [201, 201]


def test_v11_overlapping_parts_are_one_queue(bag: Bag) -> None:
    bag.prepare()
    bag.give()
    bag.dispose("waste", 1)
    bag.sent(bag.acts[:2])
    before = size(bag)
    assert statuses(bag.sent(bag.acts[1:])) == [201, 201]
    assert size(bag) == before + 1


def test_v11_what_a_device_lost_does_not_keep_the_rest_out(bag: Bag) -> None:
    bag.prepare()
    bag.give()
    told = bag.sent(bag.acts[1:], complete=True)
    assert statuses(told) == [201]
    assert told["results"][0]["reasons"] == ["not_prepared"]
    assert statuses(bag.sent(bag.acts[:1])) == [201]


def test_v4_a_preparation_that_nothing_clears_is_recorded_and_the_rest_goes_on(bag: Bag) -> None:
    scenes.disposed(bag.stage, LOT, bag.serials[0], "set_aside")
    bag.prepare()
    bag.prepare(1)
    told = bag.sent()
    assert statuses(told) == [201, 201]
    assert [result["reply"]["kind"] for result in told["results"]] == [
        "VialPreparedUncleared",
        "VialPrepared",
    ]
    assert told["results"][0]["reasons"] == ["set_aside"]
    assert any(
        "set_aside at harbour-clinic" in one["title"] for one in bag.stage.get("quality", "/alerts")["items"]
    )


def test_v11_one_uuid_is_one_act_online_and_in_a_queue(bag: Bag) -> None:
    act = bag.prepare()
    body = {**act["body"], "prepared_at": act["happened_at"]}
    path = f"/vials/{LOT}/{bag.serials[0]}/preparation"
    key = {"Idempotency-Key": act["id"]}
    online = bag.stage.send("clinician", "POST", path, body, headers=key).get_json()
    (result,) = bag.sent()["results"]
    assert result["reply"]["log_index"] == online["log_index"]
    act = bag.dispose("set_aside", 1)
    (_, result) = bag.sent()["results"]
    body = {**act["body"], "happened_at": act["happened_at"]}
    path = f"/vials/{LOT}/{bag.serials[1]}/disposition"
    again = bag.stage.send("clinician", "POST", path, body, headers={"Idempotency-Key": act["id"]}).get_json()
    assert again["log_index"] == result["reply"]["log_index"]


def test_v11_one_uuid_with_another_content_is_refused_and_harms_nothing(bag: Bag) -> None:
    first = bag.prepare()
    bag.give()
    bag.sent()
    before = size(bag)
    other = {**first, "body": {**first["body"], "starts": ["puncture"]}}
    elsewhere = {**first, "path": {"lot": LOT, "serial": bag.serials[1]}}
    told = bag.sent([other, elsewhere, bag.acts[1]])
    assert statuses(told) == [409, 409, 201]
    assert told["results"][0]["problem"]["type"] == "urn:qc-service:problem:KeyReused"
    assert size(bag) == before


MALFORMED: list[tuple[Any, str | None]] = [
    (5, "/acts/1"),
    (None, "/acts/1"),
    ({"id": "7"}, "/acts/1/id"),
    ({"kind": "release"}, "/acts/1/kind"),
    ({"happened_at": "yesterday"}, "/acts/1/happened_at"),
    ({"happened_at": "2036-01-01T00:00:00Z"}, "/acts/1/happened_at"),
    ({"path": {"lot": LOT}}, "/acts/1/path"),
    ({"path": {"lot": LOT, "serial": 7}}, "/acts/1/path"),
    ({"path": {"lot": LOT, "serial": "A/../B"}}, "/acts/1/path/serial"),
    ({"body": {"starts": ["boil"], "route": "injection"}}, "/acts/1/body/starts/0"),
    ({"body": {"starts": [], "route": "injection"}}, "/acts/1/body/starts"),
    ({"body": {"starts": ["thaw"], "route": "injection", "country": "USA"}}, "/acts/1/body/country"),
    ({"body": {"starts": ["thaw"], "route": "injection", "prepared_at": "2026-09-01T00:00:00Z"}},
     "/acts/1/body/prepared_at"),
    ({"unheard": 1}, "/acts/1/unheard"),
    ({"n": 0}, "/acts/1/n"),
    ({"n": 10**30}, None),
]  # fmt: skip


@pytest.mark.parametrize(("flaw", "pointer"), MALFORMED, ids=str)
def test_a_malformed_act_is_told_where_and_harms_no_other(bag: Bag, flaw: Any, pointer: str | None) -> None:
    bag.prepare()
    flawed = bag.prepare(1)
    bag.give()
    wrong = {**flawed, **flaw} if isinstance(flaw, dict) else flaw
    told = bag.sent([bag.acts[0], wrong, bag.acts[2]], complete=True)
    assert statuses(told) in ([201, 422, 201], [201, 409, 201])
    problem = told["results"][1]["problem"]
    if pointer is not None:
        assert problem["type"] == "urn:qc-service:problem:Malformed"
        assert pointer in [fault["pointer"] for fault in problem["errors"]]


def test_a_malformed_act_is_mended_under_its_number(bag: Bag) -> None:
    good = bag.prepare()
    bag.give()
    told = bag.sent([{**good, "body": {}}])
    assert (statuses(told), told["expected"]) == ([422], 2)
    assert statuses(bag.sent()) == [201, 201]


@pytest.mark.parametrize(
    "body", [{}, {"device": "tablet-1"}, {"device": "tablet-1", "acts": []}, {"device": "x", "acts": [{}]},
             {"device": "tablet-1", "acts": [{}] * 101}, {"device": "tablet-1", "acts": {}}],
)  # fmt: skip
def test_a_queue_that_is_none_is_refused_whole(bag: Bag, body: Plain) -> None:
    told = bag.stage.send("clinician", "POST", "/queue", body, status=422).get_json()
    assert told["errors"]


def test_each_act_wants_its_own_permission(bag: Bag) -> None:
    bag.prepare()
    bag.who = "auditor"
    (result,) = bag.sent()["results"]
    assert (result["status"], result["problem"]["type"]) == (403, "urn:qc-service:problem:Forbidden")
    bag.stage.send(None, "POST", "/queue", {"device": bag.name, "acts": bag.acts}, status=401)


def test_a_receipt_comes_before_what_was_done_with_the_vials(
    raised: tuple[Stage, list[str]], tmp_path: Path
) -> None:
    stage, _ = raised
    del tmp_path
    serials = scenes.dispatched(stage, LOT, "SHP-2", count=2)
    stage.clock.tick(days=1)
    bag = Bag(stage, serials, name="tablet-9")
    bag.write("receipt", path={"shipment": "SHP-2"})
    stage.clock.tick(minutes=9)
    bag.prepare()
    told = bag.sent()
    assert kinds(told) == ["ShipmentReceived", "VialPrepared"]


def test_the_command_sends_a_file_and_goes_on_where_it_stopped(bag: Bag, tmp_path: Path) -> None:
    acts, token = tmp_path / "acts.jsonl", tmp_path / "token"
    token.write_text(bag.stage.token("clinician"))
    for place in range(3):
        bag.prepare(place)
    options = ("--token-file", str(token), "--device", bag.name)
    acts.write_text("".join(f"{json.dumps(act)}\n" for act in bag.acts[1:]))

    def send(url: str) -> Any:
        return run(tmp_path, "send-queue", str(acts), "--url", url, *options)

    assert send("http://127.0.0.1:9").returncode == 2
    assert send("ftp://qc.example").returncode == 2
    with served(bag.stage) as url:
        waits = send(url)
        assert (waits.returncode, "Act 1 comes next" in waits.stderr) == (1, True)
        acts.write_text("".join(f"{json.dumps(act)}\n" for act in bag.acts))
        sent = send(url)
        assert (sent.returncode, "3 acts were answered, 0 of them" in sent.stdout) == (0, True)
        bag.dispose("put_back")
        acts.write_text("".join(f"{json.dumps(act)}\n" for act in bag.acts))
        again = send(url)
        assert (again.returncode, "1 acts were answered, 1 of them" in again.stdout) == (1, True)
        token.write_text("nobody's")
        bag.dispose("waste")
        acts.write_text(f"{json.dumps(bag.acts[-1])}\n")
        assert "(401)" in send(url).stderr
    answers = [json.loads(line) for line in (tmp_path / "acts.jsonl.answers").read_text().splitlines()]
    assert [one["status"] for one in answers] == [201, 201, 201, 422]
    acts.write_text("[]\n")
    assert send("http://127.0.0.1:9").returncode == 2
    acts.write_text("{\n")
    assert send("http://127.0.0.1:9").returncode == 2


def test_where_the_service_stops_the_rest_waits_and_nothing_is_lost(
    bag: Bag, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag.prepare()
    bag.give()
    bag.dispose("waste", 1)
    perform = Acts.perform

    def failing(self: Acts, use_case: Any, *more: Any, **named: Any) -> Any:
        if use_case.__name__ == "administer_vial":
            raise Unavailable("The disk is full.")
        return perform(self, use_case, *more, **named)

    monkeypatch.setattr(Acts, "perform", failing)
    told = bag.sent()
    assert statuses(told) == [201, 503, 503]
    assert told["results"][2]["problem"]["type"] == "urn:qc-service:problem:QueueStopped"
    assert told["expected"] == 2
    monkeypatch.undo()
    assert statuses(bag.sent()) == [201, 201, 201]


def test_an_act_that_fails_in_a_way_nobody_thought_of_keeps_no_other_out(
    bag: Bag, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag.prepare()
    bag.dispose("waste", 1)
    perform = Acts.perform

    def failing(self: Acts, use_case: Any, *more: Any, **named: Any) -> Any:
        if use_case.__name__ == "prepare_late":
            raise RuntimeError("a secret")
        return perform(self, use_case, *more, **named)

    monkeypatch.setattr(Acts, "perform", failing)
    told = bag.sent()
    assert statuses(told) == [500, 201]
    assert "secret" not in str(told)
    monkeypatch.undo()
    assert statuses(bag.sent()) == [201, 201]
