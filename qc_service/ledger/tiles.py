"""Tiles: the log cut into static files that anybody can fetch and cache (C2SP tlog-tiles).

    tile/<L>/<N>[.p/<W>]           hashes of level 8·L, 256 of them or the first W
    tile/entries/<N>[.p/<W>]       entries, each preceded by its length in two bytes, big-endian

L is 0 … 63. N is in groups of three digits, all but the last preceded by x: 1234067 is x001/x234/067. W is 1
… 255.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .shape import Malformed

TILE_WIDTH = 256
TILE_HEIGHT = 8
MAX_LEVEL = 63
MAX_ENTRY = 65_535

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<n>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?"
)


@dataclass(frozen=True)
class Tile:
    """The first `width` items of tile number `n` at `level`; level None is the entries themselves."""

    level: int | None
    n: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= MAX_LEVEL:
            raise Malformed("no tile has that level")
        if self.n < 0 or not 1 <= self.width <= TILE_WIDTH:
            raise Malformed("no tile has that number and width")

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """The tile at `path`, which must be its one spelling; `Malformed` otherwise."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise Malformed("not the path of a tile")
        level = None if match["level"] == "entries" else int(match["level"])
        number = int(match["n"].replace("x", "").replace("/", ""))
        tile = cls(level, number, TILE_WIDTH if match["width"] is None else int(match["width"]))
        if tile.path() != path:
            raise Malformed("not the tile's own spelling")
        return tile

    def path(self) -> str:
        """Where the tile is found, relative to the log."""
        digits = f"{self.n:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{number}{partial}"

    def indices(self) -> range:
        """The positions on its level of what the tile holds."""
        return range(self.n * TILE_WIDTH, self.n * TILE_WIDTH + self.width)

    def exists_at(self, size: int) -> bool:
        """Whether a log of `size` entries has everything that the tile holds."""
        return self.indices().stop <= size >> TILE_HEIGHT * (self.level or 0)


def tile_nodes(level: int, n: int, width: int = TILE_WIDTH) -> tuple[int, range]:
    """The tree level and the node indices whose hashes, in order, are that tile of hashes."""
    return level * TILE_HEIGHT, Tile(level, n, width).indices()


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as an entry tile holds them; one longer than 65,535 bytes is `Malformed`."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise Malformed("an entry is longer than its length can say")
        parts += [len(entry).to_bytes(2), entry]
    return b"".join(parts)


def decode_bundle(bundle: bytes) -> tuple[bytes, ...]:
    """The entries of an entry tile; `Malformed` where it ends within one."""
    entries, at = [], 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start])
        if at > len(bundle) or start > len(bundle):
            raise Malformed("the bundle ends within an entry")
        entries.append(bundle[start:at])
    return tuple(entries)
