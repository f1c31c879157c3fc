"""The review's schema: kept packs, what other programs are told, and tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText, JsonText, Utc

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, server_default="", nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "packs",
        sa.Column("map", CleanText, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("kept_at", Utc, nullable=False),
        sa.Column("documents", JsonText, nullable=False),
        sa.Column("pain_points", JsonText, nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("map", "since", "until", name=op.f("pk_packs")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", CleanText, nullable=False),
        *(_text(name) for name in ("channel", "event", "pain_point_id", "state")),
        sa.Column("payload", JsonText, nullable=False),
        _text("claimed_by"),
        sa.Column("claimed_until", Utc, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try", Utc, nullable=False),
        _text("last_error"),
        sa.Column("queued_at", Utc, nullable=False),
        sa.Column("sent_at", Utc, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_state_next_try"), "deliveries", ["state", "next_try"])
    op.create_index(op.f("ix_deliveries_pain_point_id"), "deliveries", ["pain_point_id"])
    op.create_table(
        "tickets",
        sa.Column("pain_point_id", CleanText, nullable=False),
        *(_text(name) for name in ("system", "project", "key", "url", "state")),
        sa.Column("made_at", Utc, nullable=False),
        sa.Column("checked_at", Utc, nullable=True),
        sa.ForeignKeyConstraint(
            ["pain_point_id"],
            ["pain_points.id"],
            name=op.f("fk_tickets_pain_point_id_pain_points"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pain_point_id", name=op.f("pk_tickets")),
    )


def downgrade() -> None:
    """Take them away."""
    for name in ("tickets", "deliveries", "packs"):
        op.drop_table(name)
