"""Which importer a file belongs to: the one place that names all of ours, and asks those a laboratory brings first."""

from collections.abc import Sequence
from pathlib import PureWindowsPath

from qc_service.exchange.instruments.installed import installed
from qc_service.exchange.instruments.nanosight import NanoSightSummary
from qc_service.exchange.instruments.nanosight_tracks import NanoSightTracks
from qc_service.exchange.instruments.reading import Importer, Reading, UnreadableFile
from qc_service.exchange.instruments.text import text_of
from qc_service.exchange.instruments.zetaview_positions import ZetaViewPositions
from qc_service.exchange.instruments.zetaview_profile import ZetaViewProfile
from qc_service.exchange.instruments.zetaview_size import ZetaViewSize

# Asked in this order: the size importer takes every ZetaView file that is not known to be something else.
IMPORTERS: tuple[Importer, ...] = (
    NanoSightSummary(), NanoSightTracks(), ZetaViewPositions(), ZetaViewProfile(), ZetaViewSize(),
)  # fmt: skip


def read_instrument(content: bytes, filename: str, importers: Sequence[Importer] | None = None) -> Reading:
    """Read one exported file; what it is is told from its content, never from its name's ending.

    Without ``importers`` those that are installed beside the service are asked, then ours. Raises UnreadableFile
    with a code and a sentence for anything that is not a whole file of a known format.
    """
    if importers is None:
        importers = (*installed().importers, *IMPORTERS)
    text = text_of(content)
    for importer in importers:
        if importer.recognises(text):
            # A Windows path also splits at "/", so this drops the folders of either kind.
            return importer.read(text, PureWindowsPath(filename).name)
    raise UnreadableFile(
        "unknown_format",
        f"The file is text, but none of the formats known here ({', '.join(i.format for i in importers)}). "
        "Export the measurement again in one of them, as the instrument writes it; a table of results goes into the "
        "template for sheets.",
    )
