"""The seventeenth schema: how long each step of a night took, and what stopped it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "night_steps",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("step", CleanText(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("error", CleanText(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("night", "step", name=op.f("pk_night_steps")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("night_steps")
