"""The fourteenth schema: a second factor, its recovery codes, and who has still to give a code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText, Utc

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables."""
    op.add_column("users", sa.Column("second_factor", Utc()))
    op.add_column("sessions", sa.Column("way", CleanText(), server_default="", nullable=False))
    op.create_table(
        "half_sessions",
        sa.Column("id", CleanText(), nullable=False),
        *_of_a_user("half_sessions"),
        sa.Column("until", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_sessions")),
    )
    op.create_table(
        "second_factors",
        *_of_a_user("second_factors"),
        sa.Column("sealed", CleanText(), nullable=False),
        sa.Column("made", Utc(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *_of_a_user("recovery_codes"),
        sa.Column("hash", CleanText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sqlite_autoincrement=True,
    )
    for table in ("half_sessions", "recovery_codes"):
        op.create_index(op.f(f"ix_{table}_user"), table, ["user"])


def downgrade() -> None:
    """Take them away."""
    for table in ("recovery_codes", "second_factors", "half_sessions"):
        op.drop_table(table)
    op.drop_column("sessions", "way")
    op.drop_column("users", "second_factor")


def _of_a_user(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_user_users")
    return (
        sa.Column("user", CleanText(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=name, ondelete="CASCADE"),
    )
