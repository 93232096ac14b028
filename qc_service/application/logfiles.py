"""The public log as files: tiles, entry bundles and the checkpoint, derived from what is stored (C2SP tlog-tiles)."""

from __future__ import annotations

from qc_service.application.ports import Store
from qc_service.ledger.shape import Malformed
from qc_service.ledger.tiles import Tile, encode_bundle, tile_nodes


def tile_file(store: Store, path: str) -> bytes | None:
    """The bytes of ``tile/<L>/<N>[.p/<W>]`` or ``tile/entries/<N>[.p/<W>]``; ``None`` where there is no such file.

    The path is matched strictly, as it was sent: nothing is normalised. A partial tile exists for every size the log
    has had, so it never changes either.
    """
    try:
        tile = Tile.parse(path)
    except Malformed:
        return None
    if not tile.exists_at(store.head().size):
        return None
    if tile.level is None:
        entries = store.records(tile.indices().start, tile.width)
        return encode_bundle([record.entry for record in entries])
    level, indices = tile_nodes(tile.level, tile.n, tile.width)
    return b"".join(store.nodes([(level, idx) for idx in indices]))
