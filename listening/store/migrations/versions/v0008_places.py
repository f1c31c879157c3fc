"""The eighth schema: where a pain begins, who speaks for which place, suggested touchpoints, and what is no pain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SHARES = ("stages", "touchpoints", "personas")


def upgrade() -> None:
    """Add the columns, empty until the next night places a pain, and the two tables of decisions."""
    op.add_column("pain_points", sa.Column("begins_stage", TEXT, server_default="", nullable=False))
    op.add_column("pain_points", sa.Column("begins_touchpoint", TEXT, nullable=True))
    for name in SHARES:
        op.add_column("pain_points", sa.Column(name, sa.Text(), server_default="[]", nullable=False))
    op.add_column("pain_points", sa.Column("faded", sa.Date(), nullable=True))
    op.create_table(
        "suggested_touchpoints",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("map", TEXT, nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("pain_points", sa.Text(), server_default="[]", nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("touchpoint", TEXT, server_default="", nullable=False),
        sa.Column("decided_by", TEXT, server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggested_touchpoints")),
    )
    op.create_index(op.f("ix_suggested_touchpoints_map_state"), "suggested_touchpoints", ["map", "state"], unique=False)
    op.create_table(
        "no_pains",
        sa.Column("signal_id", TEXT, nullable=False),
        sa.Column("who", TEXT, server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signals.id"], name=op.f("fk_no_pains_signal_id_signals"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_no_pains")),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("no_pains")
    op.drop_index(op.f("ix_suggested_touchpoints_map_state"), table_name="suggested_touchpoints")
    op.drop_table("suggested_touchpoints")
    for name in ("faded", *reversed(SHARES), "begins_touchpoint", "begins_stage"):
        op.drop_column("pain_points", name)
