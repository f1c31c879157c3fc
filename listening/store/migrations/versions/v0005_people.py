"""The fifth schema: the board's people, their sessions and keys, what was done, and tries to sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default="", nullable=False)


def _of_a_user(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_user_users")
    return (
        sa.Column("user", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=name, ondelete="CASCADE"),
    )


def upgrade() -> None:
    """Make the five tables."""
    _people()
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *(_text(name) for name in ("who", "what", "thing", "detail", "via")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *(_text(name) for name in ("account", "address")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
        sqlite_autoincrement=True,
    )
    for table, columns in (
        ("sessions", ["user"]),
        ("api_tokens", ["user"]),
        ("audit", ["at"]),
        ("audit", ["who"]),
        ("login_attempts", ["at"]),
        ("login_attempts", ["account", "at"]),
        ("login_attempts", ["address", "at"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("name", TEXT, nullable=False),
        *(_text(name) for name in ("role", "owner", "email", "password")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT),
        sa.Column("last_seen", MOMENT),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", TEXT, nullable=False),
        *_of_a_user("sessions"),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("began", "seen", "until")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", TEXT, nullable=False),
        *_of_a_user("api_tokens"),
        _text("name"),
        sa.Column("hash", TEXT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("created_at", "expires_at")),
        sa.Column("last_used", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_tokens_hash")),
    )


def downgrade() -> None:
    """Take the people away."""
    for table in ("login_attempts", "audit", "api_tokens", "sessions", "users"):
        op.drop_table(table)
