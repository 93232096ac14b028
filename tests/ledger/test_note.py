"""Signed notes: what we sign opens, what we did not is ignored or refused, and the format has one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.note import (
    COSIGNATURE,
    ED25519,
    MAX_SIGNATURES,
    NoteForged,
    NoteUnverified,
    NoteVerifier,
    OpenedNote,
    open_note,
    sign_note,
    verifier_key,
)
from qc_service.ledger.shape import Malformed, to64
from tests.ledger.samples import ed25519_signer, p256_signer

LOG, OTHER, WITNESS = ed25519_signer(1), ed25519_signer(2), ed25519_signer(3)
KEY = NoteVerifier.parse(verifier_key("example.com/log", LOG.public))
WITNESS_KEY = NoteVerifier("witness.example/w1", COSIGNATURE, WITNESS.public)
TEXT = "example.com/log\n8\n\nmore\n"
NOTE = sign_note(TEXT, "example.com/log", LOG)


def line(name: str, octets: bytes) -> bytes:
    """A signature line."""
    return f"— {name} {to64(octets)}\n".encode()


def cosigned(time: int, signed: str = TEXT) -> bytes:
    """A witness's signature line."""
    sig = WITNESS.sign(f"cosignature/v1\ntime {time}\n{signed}".encode())
    return line(WITNESS_KEY.name, WITNESS_KEY.id + time.to_bytes(8) + sig)


def test_a_signed_note_opens_at_its_last_blank_line() -> None:
    assert open_note(NOTE, [KEY]) == OpenedNote(TEXT, ("example.com/log",))


def test_the_key_is_the_one_of_the_specification() -> None:
    key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    assert str(NoteVerifier.parse(key)) == key
    assert NoteVerifier.parse(key).id.hex() == "530d903a"


def test_a_witness_says_when() -> None:
    opened = open_note(NOTE + cosigned(1679315147), [KEY, WITNESS_KEY])
    assert opened == OpenedNote(
        TEXT, ("example.com/log", "witness.example/w1"), (("witness.example/w1", 1679315147),)
    )
    assert NoteVerifier.parse(str(WITNESS_KEY)) == WITNESS_KEY


def test_unknown_signatures_are_ignored() -> None:
    stranger = line("example.com/log", b"abcd" + bytes(64)) + line("stranger.example", b"abcde")
    assert open_note(NOTE + stranger, [KEY]).verified == ("example.com/log",)
    with pytest.raises(NoteUnverified):
        open_note(NOTE, [])
    with pytest.raises(NoteUnverified):
        open_note(NOTE, [NoteVerifier.parse(verifier_key("example.com/log", OTHER.public))])


@pytest.mark.parametrize(
    "added",
    [
        line("example.com/log", KEY.id + bytes(64)),
        line("example.com/log", KEY.id + b"short"),
        cosigned(7, signed="another text\n"),
        line(WITNESS_KEY.name, WITNESS_KEY.id + WITNESS.sign(TEXT.encode())),
        line(WITNESS_KEY.name, WITNESS_KEY.id + bytes(8) + WITNESS.sign(TEXT.encode())),
    ],
)
def test_one_bad_signature_by_a_known_key_rejects_the_note(added: bytes) -> None:
    with pytest.raises(NoteForged):
        open_note(NOTE + added, [KEY, WITNESS_KEY])


@given(st.data())
def test_any_flipped_byte_breaks_the_note(draws: st.DataObject) -> None:
    at = draws.draw(st.integers(0, len(NOTE) - 1))
    flipped = NOTE[:at] + bytes([NOTE[at] ^ draws.draw(st.integers(1, 255))]) + NOTE[at + 1 :]
    with pytest.raises((Malformed, NoteForged, NoteUnverified)):
        open_note(flipped, [KEY])


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n",
        TEXT.encode(),
        TEXT.encode() + b"\n",
        b"\n\n" + NOTE.rpartition(b"\n\n")[2],
        NOTE[:-1],
        NOTE + b"line\n",
        NOTE + b"\n",
        NOTE.replace(b"example.com/log\n8", b"example.com/log\t8"),
        NOTE.replace(b"8", b"\xff"),
        NOTE.replace(b"\n", b"\r\n"),
        NOTE + "— two words AAAAAAAA\n".encode(),
        NOTE + "— a+b AAAAAAAA\n".encode(),
        NOTE + "—  AAAAAAAA\n".encode(),
        NOTE + "— a\u00a0b AAAAAAAA\n".encode(),
        NOTE + "— short AAAAAA==\n".encode(),
        NOTE + "— name not*base64\n".encode(),
        NOTE + b"- name AAAAAAAA\n",
        TEXT.encode() + b"\n" + cosigned(1) * (MAX_SIGNATURES + 1),
    ],
)
def test_what_is_not_a_note_is_malformed(note: bytes) -> None:
    with pytest.raises(Malformed):
        open_note(note, [KEY, WITNESS_KEY])


def test_what_could_not_be_opened_is_not_signed() -> None:
    for text in ("no newline", "", "tab\there\n", "\n\n— x AAAAAAAA"):
        with pytest.raises(Malformed):
            sign_note(text, "example.com/log", LOG)
    with pytest.raises(Malformed):
        sign_note(TEXT, "two words", LOG)
    with pytest.raises(Malformed):
        sign_note(TEXT, "example.com/log", p256_signer(1))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "example.com/log",
        "example.com/log+00000000",
        str(KEY).replace(KEY.id.hex(), "00000000"),
        str(KEY).replace(KEY.id.hex(), KEY.id.hex().upper()) + "=",
        str(KEY).replace("example", "exam ple"),
        str(KEY) + "\n",
        f"x+{KEY.id.hex()}+",
        f"x+{KEY.id.hex()}+{to64(bytes([1, *bytes(31)]))}",
        f"x+{KEY.id.hex()}+{to64(bytes([2, *bytes(32)]))}",
    ],
)
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(Malformed):
        NoteVerifier.parse(key)


def test_a_verifier_has_a_known_type() -> None:
    with pytest.raises(Malformed):
        NoteVerifier("x", 0x05, LOG.public)
    assert NoteVerifier("x", ED25519, LOG.public).id != NoteVerifier("x", COSIGNATURE, LOG.public).id
