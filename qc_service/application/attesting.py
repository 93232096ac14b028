"""From decisions to evidence: each new record becomes a statement, a signature and a log entry, with no lock held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from qc_service.application.actor import Occasion
from qc_service.application.decoding import recorded
from qc_service.application.keys import must_be_usable
from qc_service.application.ports import StoredRecord
from qc_service.application.view import View
from qc_service.domain.codec import to_plain
from qc_service.domain.keys import KEY
from qc_service.domain.moments import instant_text
from qc_service.domain.records import New, Recorded
from qc_service.ledger.canonical import digest
from qc_service.ledger.dsse import PAYLOAD_TYPE, pae
from qc_service.ledger.entry import PUBLIC_STREAMS, LogEntry, tag_for
from qc_service.ledger.keys import Signer
from qc_service.ledger.merkle import leaf_hash
from qc_service.ledger.statement import Citation, FileDigest, Statement


@dataclass(frozen=True, kw_only=True)
class Attested:
    """A new record as it will be kept, and as the domain reads it."""

    stored: StoredRecord
    recorded: Recorded


@dataclass(frozen=True, kw_only=True)
class Attestor:
    """Signs records with the service's record key, for one issuer."""

    issuer: str
    signer: Signer
    fresh: Callable[[int], bytes]

    def attest(self, view: View, occasion: Occasion, news: Sequence[New]) -> tuple[Attested, ...]:
        """Sign the records of one act in their order; a later one may cite an earlier one.

        A record's place in the log is not known yet: ``index`` is ``-1 - offset`` until the commit. What the log says
        of the key is read, and so rechecked there. Raises ``SigningKeyWithdrawn``.
        """
        must_be_usable(view.find(KEY, self.signer.public.keyid))
        heads: dict[str, StoredRecord | None] = {}
        attested = []
        for offset, new in enumerate(news):
            for stream in (new.stream, *new.cites):
                if stream not in heads:
                    heads[stream] = view.head(stream)
            stored = self._signed(new, occasion, heads, -1 - offset)
            heads[new.stream] = stored
            attested.append(Attested(stored=stored, recorded=recorded(stored)))
        return tuple(attested)

    def _signed(
        self, new: New, occasion: Occasion, heads: dict[str, StoredRecord | None], index: int
    ) -> StoredRecord:
        head = heads[new.stream]
        statement = self._statement(new, occasion, heads)
        payload = statement.payload()
        entry = LogEntry(
            tag=head.tag if head else self._first_tag(new.stream, statement.salt),
            seq=statement.seq,
            statement=digest(payload),
            keyid=self.signer.public.keyid,
            sig=self.signer.sign(pae(PAYLOAD_TYPE, payload)),
        )
        entry_bytes = entry.to_bytes()
        return StoredRecord(
            index=index,
            stream=new.stream,
            seq=entry.seq,
            kind=statement.kind,
            digest=entry.statement,
            payload=payload,
            keyid=entry.keyid,
            signature=entry.sig,
            tag=entry.tag,
            entry=entry_bytes,
            leaf=leaf_hash(entry_bytes),
        )

    def _first_tag(self, stream: str, salt: str) -> str:
        secret = None if stream.startswith(PUBLIC_STREAMS) else bytes.fromhex(salt)
        return tag_for(self.issuer, stream, secret)

    def _statement(self, new: New, occasion: Occasion, heads: dict[str, StoredRecord | None]) -> Statement:
        head = heads[new.stream]
        at = instant_text(occasion.at)
        return Statement(
            issuer=self.issuer,
            stream=new.stream,
            seq=head.seq + 1 if head else 0,
            prev=head.digest if head else None,
            kind=type(new.body).__name__,
            occurred_at=str(new.occurred_at or at),
            recorded_at=at,
            signer=to_plain(occasion.actor.signer()),
            meaning=new.meaning.value,
            reason=None if new.reason is None else str(new.reason),
            salt=self.fresh(16).hex(),
            cites=_citations(new, heads),
            body=to_plain(new.body),
            files=tuple(
                FileDigest(name=str(file.name), sha256=str(file.sha256))
                for file in (*new.files, *(enclosure.file for enclosure in new.enclosed))
            ),
        )


def _citations(new: New, heads: dict[str, StoredRecord | None]) -> tuple[Citation, ...]:
    found = [head for stream in new.cites if (head := heads[stream])]
    return tuple(Citation(stream=h.stream, seq=h.seq, digest=h.digest, tag=h.tag) for h in found)


def recorded_not_before(now: datetime, head: datetime | None) -> datetime:
    """The time a record is given: the clock's, but never before the log's head."""
    return now if head is None else max(now, head)
