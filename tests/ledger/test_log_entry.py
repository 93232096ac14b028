"""The log entry and the tags that stand for streams."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.canonical import canonical, parse
from qc_service.ledger.entry import LogEntry, secret_tag, stream_tag, tag_for
from qc_service.ledger.merkle import leaf_hash
from qc_service.ledger.shape import Malformed
from tests.ledger.samples import ISSUER, ed25519_signer

KEYID = ed25519_signer(1).public.keyid


def entry(**changed: Any) -> LogEntry:
    """A well-formed entry, but for what is `changed`."""
    said: dict[str, Any] = {
        "tag": "44" * 16,
        "seq": 3,
        "statement": "33" * 32,
        "keyid": KEYID,
        "sig": b"s" * 64,
    }
    return LogEntry(**(said | changed))


def test_the_bytes_are_frozen() -> None:
    assert entry(sig=b"sig").to_bytes() == (
        b'{"keyid":"' + KEYID.encode() + b'","seq":3,"sig":"c2ln","statement":"' + b"33" * 32 + b'","tag":"'
        b"" + b"44" * 16 + b'","v":1}'
    )


@pytest.mark.parametrize("made", [entry(), entry(assertion="66" * 32), entry(sig=b"")])
def test_it_reads_back(made: LogEntry) -> None:
    assert LogEntry.from_bytes(made.to_bytes()) == made
    assert made.leaf() == leaf_hash(made.to_bytes())


@given(st.data())
def test_any_flipped_byte_is_another_entry_or_none(draws: st.DataObject) -> None:
    octets = bytearray(entry().to_bytes())
    octets[draws.draw(st.integers(0, len(octets) - 1))] ^= draws.draw(st.integers(1, 255))
    with suppress(Malformed):
        assert LogEntry.from_bytes(bytes(octets)) != entry()


@pytest.mark.parametrize(
    "changed",
    [
        {"tag": "44" * 15},
        {"seq": -1},
        {"statement": "33"},
        {"keyid": "short"},
        {"keyid": KEYID + "="},
        {"keyid": 7},
        {"assertion": ""},
    ],
)
def test_a_malformed_entry_cannot_exist(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        entry(**changed)


def test_an_entry_fits_its_bundle() -> None:
    with pytest.raises(Malformed, match="65,535"):
        entry(sig=bytes(50_000)).to_bytes()


SAID = parse(entry().to_bytes())


@pytest.mark.parametrize(
    "value",
    [
        SAID | {"v": 2},
        SAID | {"v": True},
        SAID | {"kind": "LotReleased"},
        SAID | {"assertion": None},
        SAID | {"sig": "c2ln="},
        SAID | {"keyid": None},
        {name: member for name, member in SAID.items() if name != "v"},
        [SAID],
    ],
)
def test_another_entry_is_refused(value: Any) -> None:
    with pytest.raises(Malformed):
        LogEntry.from_bytes(canonical(value))


def test_the_tags_are_frozen() -> None:
    assert stream_tag(ISSUER, "lot/EX261101A") == "ee40f9feed691df931300f1f224ba04d"  # by sha256sum
    assert (
        secret_tag(bytes(range(16)), ISSUER, "donation/D1") == "24d6be8809030f023bc9c26b1f3ef831"
    )  # by openssl dgst


def test_a_stream_has_the_tag_of_its_kind() -> None:
    secret = bytes(16)
    for stream in ("lot/EX261101A", "vial/EX261101A/7K3M9QW2TX4"):
        assert tag_for(ISSUER, stream, None) == tag_for(ISSUER, stream, secret) == stream_tag(ISSUER, stream)
    for stream in ("donation/D1", "facility/F1", "lottery/L1"):
        assert tag_for(ISSUER, stream, secret) == secret_tag(secret, ISSUER, stream)
        with pytest.raises(ValueError, match="secret"):
            tag_for(ISSUER, stream, None)
    with pytest.raises(ValueError, match="16 bytes"):
        secret_tag(b"short", ISSUER, "donation/D1")
