"""The sixteenth schema: how many of the posts that a visit brought told each field."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import JsonText

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("crawls", sa.Column("told", JsonText(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("crawls") as table:
        table.drop_column("told")
