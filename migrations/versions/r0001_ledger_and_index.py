"""The ledger, its index and the operational tables; ledger rows can be inserted and never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSERT_ONLY = {
    "ledger_records": "log_index = NEW.log_index OR (stream = NEW.stream AND seq = NEW.seq)",
    "ledger_nodes": "level = NEW.level AND idx = NEW.idx",
    "ledger_files": "sha256 = NEW.sha256",
}
"""The ledger tables whose rows never change, and when a new row would replace one."""
NOT_GROWN = "NEW.id <> OLD.id OR NEW.size <= OLD.size"
"""When a change of the head row is not an append."""


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, BIG, nullable=False, autoincrement=False)


def upgrade() -> None:
    """Make all tables, the head row of an empty log, and the triggers that keep the ledger as it is."""
    _ledger()
    _index()
    _operational()
    head = sa.table("ledger_head", *(sa.column(name) for name in ("id", "size", "frontier", "recorded_at")))
    op.bulk_insert(head, [{"id": 1, "size": 0, "frontier": b"", "recorded_at": None}])
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def downgrade() -> None:
    """Drop everything."""
    for table in (
        "idempotency", "access_tokens", "lot_answers", "vials", "consignments", "citations", "catalogue",
        "ledger_files", "ledger_nodes", "ledger_records", "ledger_head",
    ):  # fmt: skip
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_refuses()")


def _ledger() -> None:
    op.create_table(
        "ledger_head",
        _number("id"), _number("size"), _bytes("frontier"), sa.Column("recorded_at", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_head"),
    )  # fmt: skip
    op.create_table(
        "ledger_records",
        _number("log_index"), _text("stream"), _number("seq"), _text("kind"), _text("digest"), _bytes("payload"),
        _text("keyid"), _bytes("signature"), _text("tag"), _bytes("entry"), _bytes("leaf"),
        sa.PrimaryKeyConstraint("log_index", name="pk_ledger_records"),
        sa.UniqueConstraint("stream", "seq", name="uq_ledger_records_stream_seq"),
    )  # fmt: skip
    op.create_index("ix_ledger_records_digest", "ledger_records", ["digest"])
    op.create_index("ix_ledger_records_tag", "ledger_records", ["tag"])
    op.create_table(
        "ledger_nodes",
        _number("level"), _number("idx"), _bytes("hash"),
        sa.PrimaryKeyConstraint("level", "idx", name="pk_ledger_nodes"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "ledger_files",
        _text("sha256"), _text("name"), _text("media_type"), _bytes("content"),
        sa.PrimaryKeyConstraint("sha256", name="pk_ledger_files"),
    )  # fmt: skip


def _index() -> None:
    op.create_table(
        "catalogue",
        _text("stream"), _text("room"), _text("organisation"), _text("status"), _text("title"), _number("seq"),
        _text("summary"), _bytes("mac"),
        sa.PrimaryKeyConstraint("stream", name="pk_catalogue"),
    )  # fmt: skip
    op.create_index("ix_catalogue_room_stream", "catalogue", ["room", "stream"])
    op.create_index("ix_catalogue_room_organisation", "catalogue", ["room", "organisation"])
    op.create_table(
        "citations",
        _text("cited"), _text("citing"), _text("room"), _number("log_index"), _bytes("mac"),
        sa.PrimaryKeyConstraint("cited", "citing", name="pk_citations"),
    )  # fmt: skip
    op.create_index("ix_citations_cited_room_log_index", "citations", ["cited", "room", "log_index"])
    op.create_table(
        "consignments",
        _text("organisation"), _text("stream"), _bytes("mac"),
        sa.PrimaryKeyConstraint("organisation", "stream", name="pk_consignments"),
    )  # fmt: skip
    op.create_table(
        "vials",
        _text("lot"), _text("serial"), _number("ordinal"), _text("state"), _text("custody"), _text("facts"),
        _number("version"), _bytes("mac"),
        sa.PrimaryKeyConstraint("lot", "serial", name="pk_vials"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("ix_vials_serial", "vials", ["serial"])
    op.create_index("ix_vials_lot_ordinal", "vials", ["lot", "ordinal"])
    op.create_index("ix_vials_custody_lot", "vials", ["custody", "lot"])
    op.create_table(
        "lot_answers",
        _text("lot"), _text("gtin"), _text("expires_on"), _text("zone"), _bytes("facts"), _bytes("stable"),
        _number("release_index"), _bytes("mac"),
        sa.PrimaryKeyConstraint("lot", name="pk_lot_answers"),
    )  # fmt: skip
    op.create_index("ix_lot_answers_gtin_lot", "lot_answers", ["gtin", "lot"])


def _operational() -> None:
    op.create_table(
        "access_tokens",
        _text("token_id"), _text("secret_hash"), _text("person"), _text("label"), _text("created_at"),
        _text("expires_at"), sa.Column("revoked_at", TEXT),
        sa.PrimaryKeyConstraint("token_id", name="pk_access_tokens"),
    )  # fmt: skip
    op.create_index("ix_access_tokens_person", "access_tokens", ["person"])
    op.create_table(
        "idempotency",
        _text("scope"), _text("fingerprint"), _number("first_index"), _number("record_count"),
        _text("committed_at"),
        sa.PrimaryKeyConstraint("scope", name="pk_idempotency"),
    )  # fmt: skip


def _sqlite_triggers() -> None:
    """REPLACE passes a delete trigger, so an insert that would replace a row is refused by itself."""
    for table, replaces in INSERT_ONLY.items():
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        replacing = f"EXISTS (SELECT 1 FROM {table} WHERE {replaces})"  # noqa: S608  names of our own
        op.execute(
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} WHEN {replacing} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    for act in ("DELETE", "INSERT"):
        op.execute(
            f"CREATE TRIGGER ledger_head_refuses_{act.lower()} BEFORE {act} ON ledger_head "
            "BEGIN SELECT RAISE(ABORT, 'ledger_head is one row'); END"
        )
    op.execute(
        f"CREATE TRIGGER ledger_head_refuses_update BEFORE UPDATE ON ledger_head WHEN {NOT_GROWN} "
        "BEGIN SELECT RAISE(ABORT, 'ledger_head only grows'); END"
    )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in (*INSERT_ONLY, "ledger_head"):
        rows = "INSERT OR DELETE" if table == "ledger_head" else "UPDATE OR DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE {rows} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuses()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()"
        )
    op.execute(
        f"CREATE TRIGGER ledger_head_refuses_update BEFORE UPDATE ON ledger_head FOR EACH ROW WHEN ({NOT_GROWN}) "
        "EXECUTE FUNCTION ledger_refuses()"
    )
