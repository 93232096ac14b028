"""A fill's commitment to its serials: one root in one record, from which any single vial can be proven.

    salt = HMAC-SHA-256(secret, "qc-service/serial-salt/v1\\n" ‖ serial)[:16]
    leaf = SHA-256(0x00 ‖ {"salt": <32 hex>, "serial": <serial>} in canonical bytes), in the order of filling

Each serial has its own salt, so a proof for one vial gives away no other's serial.
"""

import hmac
from collections.abc import Sequence

from .canonical import canonical
from .merkle import Frontier, inclusion_proof, leaf_hash, verify_inclusion


def serial_salt(secret: bytes, serial: str) -> str:
    """The serial's salt as 32 hex digits; `secret` is the fill's own."""
    return hmac.digest(secret, f"qc-service/serial-salt/v1\n{serial}".encode(), "sha256").hex()[:32]


def serial_leaf(serial: str, salt: str) -> bytes:
    """The leaf hash that commits to a serial under its salt."""
    return leaf_hash(canonical({"salt": salt, "serial": serial}))


def fill_root(secret: bytes, serials: Sequence[str]) -> bytes:
    """The Merkle root (RFC 6962) over the salted serials in order; ValueError for a serial given twice."""
    return _grown(secret, serials)[0].root()


def fill_proof(secret: bytes, serials: Sequence[str], ordinal: int) -> tuple[bytes, ...]:
    """The audit path of the vial at `ordinal`, counted from 0."""
    nodes = _grown(secret, serials)[1]
    return inclusion_proof(ordinal, len(serials), lambda level, idx: nodes[level, idx])


def verify_serial(
    *, serial: str, salt: str, ordinal: int, count: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise `ProofInvalid` unless the fill of `count` vials under `root` has `serial` at `ordinal`."""
    verify_inclusion(serial_leaf(serial, salt), ordinal, count, proof, root)


def _grown(secret: bytes, serials: Sequence[str]) -> tuple[Frontier, dict[tuple[int, int], bytes]]:
    if len(set(serials)) != len(serials):
        raise ValueError("a serial is given twice")
    frontier, nodes = Frontier(), {}
    for serial in serials:
        frontier, complete = frontier.append(serial_leaf(serial, serial_salt(secret, serial)))
        nodes.update({(level, idx): one for level, idx, one in complete})
    return frontier, nodes
