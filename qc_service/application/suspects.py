"""What a compromised key signed since somebody else may hold it: streams, and the vials that its records speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from qc_service.application.lineage import descendants
from qc_service.application.view import View
from qc_service.domain.keys import KEY, SigningKey
from qc_service.domain.lots import LOT
from qc_service.domain.shipments import SHIPMENT
from qc_service.domain.verdict import Finding
from qc_service.domain.vial_changes import touched

REACHING = ("donation", "facility", "product", "lot")
"""The rooms whose records may change the answer of every lot below."""


@dataclass(frozen=True, kw_only=True)
class Suspects:
    """Streams with a suspect record, and by lot the serials of the vials that suspect records speak of."""

    streams: frozenset[str] = frozenset()
    vials: Mapping[str, frozenset[str]] = field(default_factory=dict)


def suspects(view: View) -> tuple[Suspects, ...]:
    """What each compromised key signed that is suspect."""
    keys = (view.get(KEY, keyid) for keyid in view.key_names())
    return tuple(_signed_by(view, key) for key in keys if key.compromised_since is not None)


def key_findings(found: tuple[Suspects, ...], streams: Iterable[str]) -> Iterator[Finding]:
    """The reason against a lot whose answer rests on these streams."""
    if any(not suspect.streams.isdisjoint(streams) for suspect in found):
        detail = "A record behind this lot was signed with a key that somebody else may hold."
        yield Finding(code="key_compromised", detail=detail)


def serials_of(found: tuple[Suspects, ...], lot: str) -> tuple[str, ...]:
    """The lot's vials of which a record is suspect, sorted."""
    return tuple(sorted(frozenset().union(*(suspect.vials.get(lot, frozenset()) for suspect in found))))


def lots_reached(view: View, keyid: str) -> tuple[str, ...]:
    """Every lot whose answer a compromise of this key changes, sorted; none while it is not compromised."""
    key = view.get(KEY, keyid)
    if key.compromised_since is None:
        return ()
    found = _signed_by(view, key)
    lots = set(found.vials)
    for stream in found.streams:
        room, _, name = stream.partition("/")
        if room == LOT.room:
            lots.add(name)
        if room in REACHING:
            lots.update(descendants(view, stream))
    return tuple(sorted(lots))


def _signed_by(view: View, key: SigningKey) -> Suspects:
    """A key that is retired signs nothing more, so what it signed is worked out once."""
    if not _settled(key):
        return _work_out(view, key)
    return view.settled(f"suspect of {key.keyid} {key.compromised_since}", lambda: _work_out(view, key))


def _settled(key: SigningKey) -> bool:
    """Whether its retirement is committed."""
    return key.retired is not None and key.retired >= 0


def _work_out(view: View, key: SigningKey) -> Suspects:
    streams = view.signed_since(key.keyid, key.compromised_since or 0)
    vials: dict[str, set[str]] = {}
    for stream in streams:
        room, _, name = stream.partition("/")
        if room == "vial":
            lot, _, serial = name.partition("/")
            vials.setdefault(lot, set()).add(serial)
        if room == SHIPMENT.room:
            for lot, serial in _moved(view, stream, key):
                vials.setdefault(lot, set()).add(serial)
    return Suspects(
        streams=frozenset(streams), vials={lot: frozenset(serials) for lot, serials in vials.items()}
    )


def _moved(view: View, stream: str, key: SigningKey) -> Iterator[tuple[str, str]]:
    """The vials in a shipment's records while this key signed and was suspect."""
    for recorded in view.history(stream):
        signed_by_then = not _settled(key) or recorded.index <= (key.retired or 0)
        if recorded.index >= (key.compromised_since or 0) and signed_by_then:
            yield from ((ref.lot, ref.serial) for ref in touched(recorded.body))
