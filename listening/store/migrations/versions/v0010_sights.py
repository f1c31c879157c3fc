"""The tenth schema: touchpoints that went blind, or are seen again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText, JsonText

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sights",
        sa.Column("map", CleanText, nullable=False),
        sa.Column("touchpoint", CleanText, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("kind", CleanText, server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("sources", JsonText, nullable=False),
        sa.Column("sentence", CleanText, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("map", "touchpoint", "night", name=op.f("pk_sights")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("sights")
