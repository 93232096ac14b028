"""What acts that came from a queue were answered, so that a queue may be sent twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table of queued acts."""
    op.create_table(
        "queued_acts",
        sa.Column("act", TEXT, nullable=False), sa.Column("queue", TEXT, nullable=False),
        sa.Column("number", BIG, nullable=False, autoincrement=False), sa.Column("content", TEXT, nullable=False),
        sa.Column("refusal", sa.LargeBinary, nullable=False), sa.Column("answered_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("act", name="pk_queued_acts"),
    )  # fmt: skip
    op.create_index("ix_queued_acts_queue_number", "queued_acts", ["queue", "number"])


def downgrade() -> None:
    """Drop it; acts keep their idempotency, refusals would be judged anew."""
    op.drop_table("queued_acts")
