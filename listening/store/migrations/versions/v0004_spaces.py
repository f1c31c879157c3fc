"""The fourth schema: signals and pain points say which encoder's space their numbers lie in, so that none are mixed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the spaces: until now each model had one encoder, so the space bears the model's name."""
    for table in ("signals", "pain_points"):
        op.add_column(table, sa.Column("space", TEXT, server_default="", nullable=False))
    op.execute("UPDATE signals SET space = model")
    op.execute(
        "UPDATE pain_points SET space = coalesce((SELECT max(s.space) FROM memberships AS m "
        "JOIN signals AS s ON s.id = m.signal_id WHERE m.pain_point_id = pain_points.id), '')"
    )


def downgrade() -> None:
    """Take the spaces away."""
    for table in ("pain_points", "signals"):
        op.drop_column(table, "space")
