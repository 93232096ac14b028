"""The tree against the published vectors of transparency-dev/merkle."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from qc_service.ledger import merkle

FOLDER = Path(__file__).parents[3] / "shared/vectors/merkle"

ROOTS = ("root", "root1", "root2")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared Merkle vectors are not here")


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of one file; none where the folder is absent."""
    path = FOLDER / name
    return json.loads(path.read_bytes()) if path.is_file() else []


def hashes(case: dict[str, Any]) -> tuple[bytes, ...]:
    """The proof's hashes; an absent proof has none."""
    return tuple(b64decode(one or "") for one in case["proof"] or ())


@pytest.mark.parametrize(
    "case", cases("inclusion.json"), ids=lambda case: case["file"].removeprefix("testdata/")
)
def test_inclusion(case: dict[str, Any]) -> None:
    leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")

    def check() -> None:
        merkle.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], hashes(case), root)

    expect(check, case)


@pytest.mark.parametrize(
    "case", cases("consistency.json"), ids=lambda case: case["file"].removeprefix("testdata/")
)
def test_consistency(case: dict[str, Any]) -> None:
    old, new = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")

    def check() -> None:
        merkle.verify_consistency(case["size1"], case["size2"], old, new, hashes(case))

    expect(check, case)


def expect(check: Any, case: dict[str, Any]) -> None:
    """The verdict that the case asks for; a root that is not 32 bytes long is refused here in any case."""
    if case["wantErr"] or any(len(b64decode(case.get(name) or "")) != 32 for name in ROOTS if name in case):
        with pytest.raises(merkle.ProofInvalid):
            check()
    else:
        check()


def test_roots() -> None:
    case = json.loads((FOLDER / "roots.json").read_bytes())
    frontier, roots = merkle.Frontier(), [merkle.EMPTY.hex()]
    for leaf in case["leaves_hex"]:
        frontier, _ = frontier.append(merkle.leaf_hash(bytes.fromhex(leaf)))
        roots.append(frontier.root().hex())
    assert roots == case["roots_hex_by_size"]
    assert merkle.leaf_hash(b"L123456").hex() == case["leaf_hash_of_L123456"]
    assert merkle.node_hash(b"N123", b"N456").hex() == case["node_hash_of_N123_N456"]
