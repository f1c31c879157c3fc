"""The twelfth schema: people who come by their company's own sign-in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("users", sa.Column("subject", CleanText(), server_default="", nullable=False))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("users", "subject")
