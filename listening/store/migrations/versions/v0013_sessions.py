"""The thirteenth schema: from where and with which browser somebody is signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    for name in ("address", "browser"):
        op.add_column("sessions", sa.Column(name, CleanText(), server_default="", nullable=False))


def downgrade() -> None:
    """Take them away."""
    for name in ("browser", "address"):
        op.drop_column("sessions", name)
