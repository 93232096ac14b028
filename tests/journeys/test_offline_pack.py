"""Without a network: what a pack forbids stands, expiry is judged now, and every answer says how old it is (V11)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_service.application import offline_pack
from qc_service.application.offline_answer import Offline, offline_answer
from qc_service.application.offline_pack import Pack, PackRefused, open_pack
from qc_service.domain.identifiers import CountryCode, Gtin, LotNumber, VialSerial
from qc_service.domain.vocabulary import AdministrationRoute
from qc_service.exchange.codes import gs1_scan
from qc_service.ledger.canonical import canonical
from qc_service.ledger.dsse import Envelope, pae
from qc_service.ledger.trust import TrustRoot
from tests import scenes
from tests.answering import audited
from tests.cli.running import run
from tests.fakes import signer
from tests.staging import CLINIC, OTHER_CLINIC, Stage, raise_stage

DIN, LOT, RECALLED = "A999026000001", "EX261101A", "EX261102B"


@dataclass
class Clinic:
    """A clinic with vials of a good lot and of one that is recalled, its first pack, and a newer one."""

    stage: Stage
    serials: tuple[str, ...]
    recalled: tuple[str, ...]
    pack: bytes
    newer: bytes
    as_of: datetime

    @property
    def root(self) -> TrustRoot:
        return self.stage.made.root

    def opened(self) -> Pack:
        return open_pack(self.pack, self.root)

    def asked(self, code: str, *, later: timedelta = timedelta(hours=3), **more: Any) -> dict[str, Any]:
        return offline_answer(self.opened(), code, Offline(at=self.as_of + later, **more))


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    stage = raise_stage(tmp_path_factory.mktemp("service"))
    scenes.sites(stage)
    scenes.product(stage)
    scenes.donation(stage, DIN)
    scenes.released_lot(stage, LOT, DIN, stock=12)
    serials = scenes.consigned(stage, LOT, "SHP-1", count=5)
    scenes.consigned(stage, LOT, "SHP-2", count=2, to=OTHER_CLINIC)
    scenes.released_lot(stage, RECALLED, DIN)
    recalled = scenes.consigned(stage, RECALLED, "SHP-3")
    scenes.disposed(stage, LOT, serials[1], "set_aside")
    scenes.prepared(stage, LOT, serials[2])
    scenes.given(stage, LOT, serials[2])
    stage.clock.tick(hours=1)
    pack, as_of = _fetched(stage), stage.clock()
    scenes.recall(stage, "RCL-1", lots=[RECALLED])
    stage.clock.tick(hours=1)
    yield Clinic(stage, serials, recalled, pack, _fetched(stage), as_of)
    audited(stage)
    stage.made.close()


def _fetched(stage: Stage, who: str = "clinician") -> bytes:
    return stage.send(who, "GET", "/offline", status=200).get_data()


def scan_of(serial: str, expires: date) -> str:
    return gs1_scan(gtin=Gtin(scenes.GTIN), expires_on=expires, lot=LotNumber(LOT), serial=VialSerial(serial))


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def test_v11_a_vial_in_order_then_is_not_checked_now_and_it_says_how_old_that_is(clinic: Clinic) -> None:
    answer = clinic.asked(clinic.serials[0])
    assert (answer["decision"], codes(answer)) == ("cannot_verify", ["offline"])
    assert (
        "3 hours ago, the records were in order; what came since is unknown" in answer["reasons"][0]["detail"]
    )
    assert answer["last_known"]["decision"] == "in_order"
    assert answer["last_known"]["age_seconds"] == 3 * 3600
    assert answer["last_known"]["number"] == clinic.opened().number
    assert answer["vial"]["state"] == "received"
    assert answer["product"]["name"]
    assert answer["contact"]["phone"]


@pytest.mark.parametrize(("place", "code"), [(1, "set_aside"), (2, "already_used")])
def test_v11_what_forbade_it_then_stands(clinic: Clinic, place: int, code: str) -> None:
    answer = clinic.asked(clinic.serials[place])
    assert (answer["decision"], answer["last_known"]["decision"]) == ("do_not_use", "do_not_use")
    assert set(codes(answer)) == {"offline", code}


def test_v11_the_newer_pack_knows_the_recall_and_the_older_cannot(clinic: Clinic) -> None:
    assert clinic.asked(clinic.recalled[0])["decision"] == "cannot_verify"
    newer = replace(clinic, pack=clinic.newer)
    assert "recalled" in codes(newer.asked(newer.recalled[0]))
    assert "recalled" in codes(newer.asked(RECALLED))


def test_v8_expiry_is_judged_at_the_hour_of_the_question(clinic: Clinic) -> None:
    answer = clinic.asked(clinic.serials[0], later=timedelta(days=400))
    assert (answer["decision"], codes(answer)) == ("do_not_use", ["offline", "expired"])
    assert "A newer pack was due" in answer["reasons"][0]["detail"]
    assert "400 days ago" in answer["reasons"][0]["detail"]


def test_a_scan_a_route_and_a_country_are_read_as_online(clinic: Clinic) -> None:
    expires = scenes.expiry(clinic.stage, LOT)
    scan = scan_of(clinic.serials[0], expires)
    assert clinic.asked(scan)["last_known"]["decision"] == "in_order"
    wrong = scan_of(clinic.serials[0], expires - timedelta(days=1))
    assert "expiry_mismatch" in codes(clinic.asked(wrong))
    assert "no_regulatory_basis" in codes(clinic.asked(clinic.serials[0], country=CountryCode("NZ")))
    by = AdministrationRoute.TOPICAL
    assert "route_not_permitted" in codes(clinic.asked(clinic.serials[0], route=by))
    assert codes(clinic.asked("(01)09506000134353")) == ["malformed_code", "offline"]


def test_v11_what_a_pack_does_not_hold_is_not_called_unknown(clinic: Clinic) -> None:
    for code in ("2222-2222-2222", LOT, "EX269999Z", f"(01){scenes.GTIN}"):
        answer = clinic.asked(code)
        assert answer["decision"] == "cannot_verify", code
        assert answer["last_known"]["decision"] == "cannot_verify"
    assert clinic.asked(LOT)["reasons"][0]["detail"].startswith("Only a serial tells")
    elsewhere = [vial for vial in clinic.stage.made.view().vials(LOT) if vial.custody == OTHER_CLINIC]
    scan = scan_of(elsewhere[0].serial, scenes.expiry(clinic.stage, LOT))
    assert "was not with you" in clinic.asked(scan)["reasons"][0]["detail"]


def test_v11_a_clock_before_the_pack_is_said(clinic: Clinic) -> None:
    assert (
        "set the clock" in clinic.asked(clinic.serials[0], later=timedelta(hours=-2))["reasons"][0]["detail"]
    )


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ({"kind": "preparation", "body": {}}, "already_used"),
        ({"kind": "administration", "body": {}}, "already_used"),
        ({"kind": "disposition", "body": {"kind": "waste"}}, "wasted"),
        ({"kind": "disposition", "body": {"kind": "put_back"}}, None),
    ],
)
def test_v11_what_waits_on_the_device_counts(clinic: Clinic, act: dict[str, Any], code: str | None) -> None:
    mine = {**act, "path": {"lot": LOT, "serial": clinic.serials[0]}, "happened_at": "2026-11-01T00:00:00Z"}
    other = {**act, "path": {"lot": LOT, "serial": clinic.serials[3]}}
    of_nothing: tuple[dict[str, Any], ...] = ({**act, "path": None}, {**mine, "body": []}, {})
    answer = clinic.asked(clinic.serials[0], acts=(*of_nothing, mine, other))
    assert codes(answer) == (["offline"] if code is None else ["offline", code])


def test_a_pack_tells_nothing_of_other_clinics(clinic: Clinic) -> None:
    plain = json.dumps(json.loads(Envelope.from_dict(json.loads(clinic.pack)).payload))
    assert CLINIC in plain
    assert OTHER_CLINIC not in plain
    others = [vial for vial in clinic.stage.made.view().vials(LOT) if vial.custody != CLINIC]
    assert all(str(vial.serial) not in plain for vial in others)


def test_a_pack_wants_its_permission_and_a_person(clinic: Clinic) -> None:
    clinic.stage.send("analyst", "GET", "/offline", status=403)
    clinic.stage.send(None, "GET", "/offline", status=401)


def test_a_pack_takes_so_many_vials_and_says_so(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline_pack, "MOST_VIALS", 3)
    refused = clinic.stage.get("clinician", "/offline", status=422)
    assert refused["type"] == "urn:qc-service:problem:PackTooLarge"
    assert refused["reasons"][0]["code"] == "too_much_for_a_pack"


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_any_flipped_bit_of_a_pack_is_found(clinic: Clinic, place: int, bit: int) -> None:
    octets = bytearray(clinic.pack)
    octets[place % len(octets)] ^= 1 << bit
    with pytest.raises(PackRefused):
        open_pack(bytes(octets), clinic.root)


def _resealed(clinic: Clinic, edit: Callable[[Any], object], kind: str = offline_pack.PAYLOAD_TYPE) -> bytes:
    plain = json.loads(Envelope.from_dict(json.loads(clinic.pack)).payload)
    edit(plain)
    key = clinic.stage.made.keystore.signer("record")
    payload = canonical(plain)
    return canonical(Envelope(payload, kind, key.public.keyid, key.sign(pae(kind, payload))).to_dict())


def test_a_key_that_another_took_the_place_of_makes_no_packs(clinic: Clinic) -> None:
    following = replace(clinic.root, record_keys=(*clinic.root.record_keys, signer(9).public))
    with pytest.raises(PackRefused, match="newest record key"):
        open_pack(clinic.pack, following)


def test_each_thing_that_is_wrong_with_a_pack_is_named(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(octets: bytes) -> str:
        with pytest.raises(PackRefused) as error:
            open_pack(octets, clinic.root)
        return str(error.value)

    foreign = Envelope.from_dict(json.loads(clinic.pack))
    own = signer(9)
    sig = own.sign(pae(foreign.payload_type, foreign.payload))
    sealed = Envelope(foreign.payload, foreign.payload_type, own.public.keyid, sig)
    assert "not signed by the newest record key" in refused(canonical(sealed.to_dict()))
    assert "is no offline pack, but text/plain" in refused(_resealed(clinic, lambda _: None, "text/plain"))
    assert "not of demo.qc.example" in refused(
        _resealed(clinic, lambda plain: plain.update(issuer="other.example"))
    )
    assert "another size" in refused(_resealed(clinic, lambda plain: plain.update(number=1)))
    assert "is no offline pack" in refused(_resealed(clinic, lambda plain: plain.pop("lots")))
    assert "is no offline pack" in refused(b"[]")
    monkeypatch.setattr(offline_pack, "LARGEST", 10)
    assert "larger than 10 bytes" in refused(clinic.pack)


def test_v11_an_older_pack_or_answer_never_takes_the_place_of_a_newer_one(
    clinic: Clinic, tmp_path: Path
) -> None:
    root, old, new = tmp_path / "root.json", tmp_path / "old.json", tmp_path / "new.json"
    root.write_bytes(clinic.root.to_bytes())
    old.write_bytes(clinic.pack)
    new.write_bytes(clinic.newer)
    folder, trusting = tmp_path / "kept", ("--trust", str(root))

    def install(file: Path) -> Any:
        return run(tmp_path, "offline", "install", str(file), "--into", str(folder), *trusting)

    assert run(tmp_path, "check-offline", LOT, "--pack", str(folder), *trusting).returncode == 2
    assert install(new).returncode == 0
    refused = install(old)
    assert (refused.returncode, "older" in refused.stderr) == (1, True)
    assert (folder / "pack.json").read_bytes() == clinic.newer
    assert install(new).returncode == 0
    checked = run(tmp_path, "check-offline", clinic.recalled[0], "--pack", str(folder), *trusting)
    assert (checked.returncode, "Do not use" in checked.stdout, "recalled" in checked.stdout) == (
        1,
        True,
        True,
    )
    both = ("--pack", str(old), "--pack", str(new))
    answer = json.loads(run(tmp_path, "check-offline", RECALLED, *both, *trusting, "--json").stdout)
    assert answer["last_known"]["number"] == open_pack(clinic.newer, clinic.root).number

    def check() -> bytes:
        body = {"lot": LOT, "serial": clinic.serials[4]}
        return clinic.stage.send("clinician", "POST", "/verifications", body).get_data()

    old.write_bytes(check())
    clinic.stage.clock.tick(minutes=5)
    scenes.disposed(clinic.stage, LOT, clinic.serials[4], "set_aside")
    new.write_bytes(check())
    assert install(new).returncode == 0
    assert install(old).returncode == 1
    answer = json.loads(
        run(tmp_path, "check-offline", clinic.serials[4], "--pack", str(folder), *trusting, "--json").stdout
    )
    assert (answer["decision"], codes(answer)) == ("do_not_use", ["offline", "set_aside"])
    old.write_text("{}")
    assert install(old).returncode == 2
