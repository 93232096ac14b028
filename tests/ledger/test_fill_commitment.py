"""A fill's root commits to every serial in its order, and each is proven without the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.fill import fill_proof, fill_root, serial_leaf, serial_salt, verify_serial
from qc_service.ledger.merkle import EMPTY, ProofInvalid, leaf_hash

SECRET = bytes(range(32))
SERIALS = [f"7K3M9QW2TX{number}" for number in range(9)]


def test_the_leaf_is_frozen() -> None:
    salt = serial_salt(SECRET, "7K3M9QW2TX4")
    assert salt == "8cf2933dce8509464f72db1fbd8d22ce"  # by openssl dgst -mac HMAC
    assert serial_leaf("7K3M9QW2TX4", salt) == leaf_hash(
        b'{"salt":"' + salt.encode() + b'","serial":"7K3M9QW2TX4"}'
    )


@given(st.sets(st.text(), min_size=1, max_size=20), st.data())
def test_each_serial_is_proven_at_its_place_only(made: set[str], draws: st.DataObject) -> None:
    serials = sorted(made)
    ordinal = draws.draw(st.integers(0, len(serials) - 1))
    claimed = draws.draw(st.integers(0, len(serials) - 1))
    proof = fill_proof(SECRET, serials, ordinal)
    said = {"serial": serials[ordinal], "salt": serial_salt(SECRET, serials[ordinal])}

    def check(ordinal: int) -> None:
        verify_serial(
            **said, ordinal=ordinal, count=len(serials), proof=proof, root=fill_root(SECRET, serials)
        )

    check(ordinal)
    if claimed != ordinal:
        with pytest.raises(ProofInvalid):
            check(claimed)


def test_a_serial_that_was_not_filled_is_not_proven() -> None:
    proof = fill_proof(SECRET, SERIALS, 3)
    root = fill_root(SECRET, SERIALS)
    for serial, salt in (("OTHER", serial_salt(SECRET, "OTHER")), (SERIALS[3], "00" * 16)):
        with pytest.raises(ProofInvalid):
            verify_serial(serial=serial, salt=salt, ordinal=3, count=9, proof=proof, root=root)


def test_an_empty_fill_has_the_empty_root_and_a_serial_fills_one_vial() -> None:
    assert fill_root(SECRET, []) == EMPTY
    with pytest.raises(ValueError, match="twice"):
        fill_root(SECRET, ["A", "A"])
