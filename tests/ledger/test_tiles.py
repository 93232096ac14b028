"""Tiles: one spelling of each path, the nodes behind it, and entry bundles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc_service.ledger.shape import Malformed
from qc_service.ledger.tiles import Tile, decode_bundle, encode_bundle, tile_nodes

TILES = st.builds(
    Tile, st.none() | st.integers(0, 63), st.integers(0, 10**18) | st.integers(0, 2000), st.integers(1, 256)
)


@given(TILES)
def test_a_path_reads_back(tile: Tile) -> None:
    assert Tile.parse(tile.path()) == tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(63, 999), "tile/63/999"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 1234067, 8), "tile/0/x001/x234/067.p/8"),
        (Tile(None, 5, 255), "tile/entries/005.p/255"),
    ],
)
def test_the_spelling(tile: Tile, path: str) -> None:
    assert tile.path() == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/08",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/٠٠٠",
        "tile/0/000\n",
        "tile/entries/000.p/8/",
        "tile/Entries/000",
        "tile/0/%30%30%30",
    ],
)
def test_another_path_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        Tile.parse(path)


def test_impossible_tiles_cannot_exist() -> None:
    for level, number, width in ((64, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)):
        with pytest.raises(Malformed):
            Tile(level, number, width)


def test_a_tile_is_nodes_of_every_eighth_level() -> None:
    assert tile_nodes(0, 0) == (0, range(256))
    assert tile_nodes(2, 3, 5) == (16, range(768, 773))


@pytest.mark.parametrize(
    ("tile", "size", "exists"),
    [
        (Tile(0, 0, 8), 8, True),
        (Tile(0, 0, 9), 8, False),
        (Tile(None, 0, 8), 8, True),
        (Tile(None, 0, 9), 8, False),
        (Tile(1, 0, 1), 255, False),
        (Tile(1, 0, 1), 256, True),
        (Tile(63, 0, 1), 2**63 - 1, False),
    ],
)
def test_a_tile_exists_once_the_log_is_large_enough(tile: Tile, size: int, exists: bool) -> None:
    assert tile.exists_at(size) is exists


@given(st.lists(st.binary(max_size=300)))
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == tuple(entries)


def test_a_bundle_is_lengths_and_entries() -> None:
    assert encode_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert decode_bundle(encode_bundle([bytes(65_535)])) == (bytes(65_535),)
    with pytest.raises(Malformed):
        encode_bundle([bytes(65_536)])


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x01", b"\x00\x02ab\x00", b"\x00\x02ab\x00\x01"])
def test_a_cut_bundle_is_refused(bundle: bytes) -> None:
    with pytest.raises(Malformed):
        decode_bundle(bundle)
