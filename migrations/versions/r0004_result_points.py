"""Results as points of control charts; the table is empty until ``qc-service rebuild`` fills it from the records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXTS = ("lot", "product", "assay", "read_at", "comparator", "figure", "unit", "outcome", "standing")


def upgrade() -> None:
    """Make the table of points."""
    op.create_table(
        "result_points",
        sa.Column("digest", TEXT, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in TEXTS),
        sa.Column("result", BIG, nullable=False, autoincrement=False),
        sa.Column("mac", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_result_points"),
    )
    op.create_index(
        "ix_result_points_product_assay_standing_read_at",
        "result_points",
        ["product", "assay", "standing", "read_at"],
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("result_points")
