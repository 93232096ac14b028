"""The tables, each in one of three classes: ledger (insert-only), index (rebuildable), operational (neither).

``info["class"]`` says which. Ledger tables refuse UPDATE, DELETE, REPLACE and TRUNCATE by triggers (see migrations);
only the head row changes. Every index row carries ``mac``, an HMAC under a key outside the database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
LEDGER = {"class": "ledger"}
INDEX = {"class": "index"}
OPERATIONAL = {"class": "operational"}
BIG = BigInteger().with_variant(Integer, "sqlite")
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Texts sort by code point on both databases, as they do in Python."""


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, TEXT, nullable=False, **options)


def _bytes(name: str) -> Column[Any]:
    return Column(name, LargeBinary, nullable=False)


def _number(name: str, **options: Any) -> Column[Any]:
    return Column(name, BIG, nullable=False, autoincrement=False, **options)


ledger_head = Table(
    "ledger_head", metadata,
    _number("id", primary_key=True), _number("size"), _bytes("frontier"), Column("recorded_at", TEXT),
    info=LEDGER,
)  # fmt: skip

ledger_records = Table(
    "ledger_records", metadata,
    _number("log_index", primary_key=True), _text("stream"), _number("seq"), _text("kind"), _text("digest"),
    _bytes("payload"), _text("keyid"), _bytes("signature"), _text("tag"), _bytes("entry"), _bytes("leaf"),
    UniqueConstraint("stream", "seq"), Index(None, "digest"), Index(None, "tag"),
    info=LEDGER,
)  # fmt: skip

ledger_nodes = Table(
    "ledger_nodes", metadata,
    _number("level", primary_key=True), _number("idx", primary_key=True), _bytes("hash"),
    info=LEDGER, sqlite_with_rowid=False,
)  # fmt: skip

ledger_files = Table(
    "ledger_files", metadata,
    _text("sha256", primary_key=True), _text("name"), _text("media_type"), _bytes("content"),
    info=LEDGER,
)  # fmt: skip

catalogue = Table(
    "catalogue", metadata,
    _text("stream", primary_key=True), _text("room"), _text("organisation"), _text("status"), _text("title"),
    _number("seq"), _text("summary"), _bytes("mac"),
    Index(None, "room", "stream"), Index(None, "room", "organisation"), Index(None, "room", "status", "stream"),
    info=INDEX,
)  # fmt: skip

citations = Table(
    "citations", metadata,
    _text("cited", primary_key=True), _text("citing", primary_key=True), _text("room"), _number("log_index"),
    _bytes("mac"), Index(None, "cited", "room", "log_index"),
    info=INDEX,
)  # fmt: skip

consignments = Table(
    "consignments", metadata,
    _text("organisation", primary_key=True), _text("stream", primary_key=True), _bytes("mac"),
    info=INDEX,
)  # fmt: skip

vials = Table(
    "vials", metadata,
    _text("lot", primary_key=True), _text("serial", primary_key=True), _number("ordinal"), _text("state"),
    _text("custody"), _text("facts"), _number("version"), _bytes("mac"),
    Index(None, "serial"), Index(None, "lot", "ordinal"), Index(None, "custody", "lot"),
    info=INDEX, sqlite_with_rowid=False,
)  # fmt: skip

lot_answers = Table(
    "lot_answers", metadata,
    _text("lot", primary_key=True), _text("gtin"), _text("expires_on"), _text("zone"), _bytes("facts"),
    _bytes("stable"), _number("release_index"), _bytes("mac"),
    Index(None, "gtin", "lot"),
    info=INDEX,
)  # fmt: skip

result_points = Table(
    "result_points", metadata,
    _text("digest", primary_key=True), _text("lot"), _text("product"), _text("assay"), _text("read_at"),
    _text("comparator"), _text("figure"), _text("unit"), _text("outcome"), _text("standing"), _number("result"),
    _bytes("mac"),
    Index(None, "product", "assay", "standing", "read_at"),
    info=INDEX,
)  # fmt: skip

access_tokens = Table(
    "access_tokens", metadata,
    _text("token_id", primary_key=True), _text("secret_hash"), _text("person"), _text("label"),
    _text("created_at"), _text("expires_at"), Column("revoked_at", TEXT),
    Index(None, "person"),
    info=OPERATIONAL,
)  # fmt: skip

idempotency = Table(
    "idempotency", metadata,
    _text("scope", primary_key=True), _text("fingerprint"), _number("first_index"), _number("record_count"),
    _text("committed_at"),
    info=OPERATIONAL,
)  # fmt: skip

queued_acts = Table(
    "queued_acts", metadata,
    _text("act", primary_key=True), _text("queue"), _number("number"), _text("content"), _bytes("refusal"),
    _text("answered_at"),
    Index(None, "queue", "number"),
    info=OPERATIONAL,
)  # fmt: skip


def tables_of(kind: str) -> tuple[Table, ...]:
    """The tables of one class, in the order of their names."""
    return tuple(
        sorted((t for t in metadata.tables.values() if t.info["class"] == kind), key=lambda t: t.name)
    )
