"""The statement's bytes are frozen, read back to the same value, and admit no other shape."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.canonical import canonical, digest, parse
from qc_service.ledger.shape import Malformed
from qc_service.ledger.statement import STATEMENT_TYPE, Citation, FileDigest, Statement
from tests.ledger.samples import ISSUER, statement

FIRST = {"seq": 0, "prev": None}
PREV, SALT, DIGEST, TAG, FILE = "11" * 32, "22" * 16, "33" * 32, "44" * 16, "55" * 32


def test_the_bytes_are_frozen() -> None:
    predicate = (
        '{"body":{"unit":"mL","vials":40,"volume":"12.5"},'
        f'"cites":[{{"digest":"{DIGEST}","seq":3,"stream":"facility/F1","tag":"{TAG}"}}],'
        '"issuer":"demo.example/log","meaning":"performed","occurred_at":"2026-02-01T09:00:00+01:00",'
        f'"prev":"{PREV}","reason":null,"recorded_at":"2026-02-01T08:00:00Z","salt":"{SALT}","seq":1,'
        '"signer":{"id":"p-1","organisation":"o-1","printed_name":"Ada Testperson","role":"technician"},'
        '"stream":"lot/EX261101A"}'
    )
    body = (
        "df2fe33e89a75d3b31a695c959774cef4b24d9ae3e8fb9f5c8eafdfaad163c63"  # of the body above, by sha256sum
    )
    assert statement().payload().decode() == (
        f'{{"_type":"https://in-toto.io/Statement/v1","predicate":{predicate},'
        '"predicateType":"urn:qc-service:record:StepPerformed:v1",'
        f'"subject":[{{"digest":{{"sha256":"{body}"}},"name":"urn:qc-service:demo.example/log:lot/EX261101A"}},'
        f'{{"digest":{{"sha256":"{FILE}"}},"name":"run-1.csv"}}]}}'
    )


@pytest.mark.parametrize(
    "changed",
    [{}, FIRST, {"reason": "mistyped"}, {"cites": (), "files": ()}, {"body": {}}, {"stream": "vial/L/S"}],
)
def test_it_reads_back(changed: dict[str, Any]) -> None:
    said = statement(**changed)
    assert Statement.parse(said.payload()) == said


def test_the_subject_is_the_stream_with_the_digest_of_the_body() -> None:
    said = statement()
    first = parse(said.payload())["subject"][0]
    assert first == {
        "name": f"urn:qc-service:{ISSUER}:lot/EX261101A",
        "digest": {"sha256": digest(canonical(said.body))},
    }
    assert said.subject() == first["name"]


@given(st.data())
def test_any_flipped_byte_breaks_it_or_says_something_else(draws: st.DataObject) -> None:
    payload = statement().payload()
    at = draws.draw(st.integers(0, len(payload) - 1))
    flipped = payload[:at] + bytes([payload[at] ^ draws.draw(st.integers(1, 255))]) + payload[at + 1 :]
    with suppress(Malformed):
        assert Statement.parse(flipped) != statement()


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": ""},
        {"issuer": "two words"},
        {"issuer": "a+b"},
        {"stream": "lot"},
        {"stream": "lot/"},
        {"stream": "lot/a//b"},
        {"stream": "lot/a b"},
        {"stream": "lot/é"},
        {"stream": "LOT/a"},
        {"stream": "lot/a\n"},
        {"stream": 7},
        {"kind": "lotRegistered"},
        {"kind": "Lot:v2"},
        {"seq": -1},
        {"seq": True},
        {"seq": 0},
        {"prev": None},
        {"prev": "AA" * 32},
        {"occurred_at": "2026-02-01T09:00:00"},
        {"occurred_at": "2026-02-01 09:00:00Z"},
        {"occurred_at": "2026-02-30T09:00:00Z"},
        {"occurred_at": "2026-02-01T09:00:00+99:00"},
        {"recorded_at": "2026-02-01T08:00:00+00:00"},
        {"recorded_at": "2026-02-01T08:00:00.5Z"},
        {"recorded_at": "2026-02-01T24:01:00Z"},
        {"recorded_at": "٢٠٢٦-02-01T08:00:00Z"},
        {"recorded_at": None},
        {"signer": {"id": "p-1", "printed_name": "Ada Testperson", "role": "technician"}},
        {"signer": {"id": "p-1", "printed_name": "", "role": "technician", "organisation": "o-1"}},
        {"meaning": ""},
        {"reason": ""},
        {"salt": "22" * 15},
        {"body": []},
    ],
)
def test_a_malformed_statement_cannot_exist(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        statement(**changed)


@pytest.mark.parametrize(
    "changed", [{"body": {"volume": 12.5}}, {"body": {"größe": 1}}, {"meaning": "\ud800"}]
)
def test_a_statement_without_canonical_bytes_has_no_payload(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        statement(**changed).payload()


def test_citations_and_files_are_checked() -> None:
    for made in (
        lambda: Citation("facility", 0, "33" * 32, "44" * 16),
        lambda: Citation("facility/F1", -1, "33" * 32, "44" * 16),
        lambda: Citation("facility/F1", 0, "33" * 16, "44" * 16),
        lambda: Citation("facility/F1", 0, "33" * 32, "44" * 32),
        lambda: FileDigest("", "55" * 32),
        lambda: FileDigest("run-1.csv", "55"),
    ):
        with pytest.raises(Malformed):
            made()


def outer(**changed: Any) -> bytes:
    """The sample's payload with outer members changed; `...` leaves one out."""
    value = parse(statement().payload()) | changed
    return canonical({name: member for name, member in value.items() if member is not ...})


def inner(**changed: Any) -> bytes:
    """The sample's payload with members of the predicate changed; `...` leaves one out."""
    value = parse(statement().payload())["predicate"] | changed
    return outer(predicate={name: member for name, member in value.items() if member is not ...})


STREAM = parse(statement().payload())["subject"][0]


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b"[]",
        outer(extra=1),
        outer(subject=...),
        outer(_type="https://in-toto.io/Statement/v0.1"),
        outer(_type=STATEMENT_TYPE + "/"),
        outer(predicateType="urn:qc-service:record:StepPerformed:v2"),
        outer(predicateType="urn:qc-service:record:stepPerformed:v1"),
        outer(predicateType=None),
        outer(predicate=[]),
        outer(subject=[]),
        outer(subject={}),
        outer(subject=[STREAM | {"name": "urn:qc-service:demo.example/log:lot/OTHER"}]),
        outer(subject=[STREAM | {"digest": {"sha256": "00" * 32}}]),
        outer(subject=[STREAM | {"digest": {"sha256": "00" * 32, "sha512": ""}}]),
        outer(subject=[STREAM | {"uri": "x"}]),
        outer(subject=[STREAM, {"name": "a", "digest": {"sha512": "00" * 64}}]),
        inner(extra=1),
        inner(reason=...),
        inner(seq="1"),
        inner(seq=None),
        inner(cites={}),
        inner(cites=[{"stream": "facility/F1", "seq": 3, "digest": "33" * 32}]),
        inner(cites=[None]),
        inner(body=None),
        inner(body={"volume": "12.6"}),
        inner(stream="lot/OTHER"),
        inner(issuer="other.example/log"),
        inner(signer=None),
        statement().payload().replace(b'"seq":1,', b'"seq":1,"seq":1,'),
        statement().payload() + b" ",
        b" " + statement().payload(),
    ],
)
def test_another_statement_is_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        Statement.parse(payload)
