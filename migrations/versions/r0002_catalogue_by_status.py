"""Lists by status are found at once: which lots of a hundred thousand are recalled is asked by whoever is offline."""

from __future__ import annotations

from alembic import op

revision = "r0002"
down_revision = "r0001"

NAME = "ix_catalogue_room_status_stream"


def upgrade() -> None:
    """Make the index."""
    op.create_index(NAME, "catalogue", ["room", "status", "stream"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index(NAME, "catalogue")
