"""The third schema: what a visit showed and removed, what robots.txt says, and which posts their thread hides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText, JsonText

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the indexes."""
    op.add_column("sources", sa.Column("notes", JsonText(), server_default="[]", nullable=False))
    for name in ("removed", "pages", "shown"):
        op.add_column("crawls", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("crawls", sa.Column("error_kind", CleanText(), server_default="", nullable=False))
    op.add_column("documents", sa.Column("absent", sa.Date(), nullable=True))
    op.create_index(op.f("ix_documents_source_thread"), "documents", ["source", "thread"], unique=False)
    op.create_index(op.f("ix_documents_fingerprint"), "documents", ["fingerprint"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_documents_fingerprint"), table_name="documents")
    op.drop_index(op.f("ix_documents_source_thread"), table_name="documents")
    op.drop_column("documents", "absent")
    for name in ("error_kind", "shown", "pages", "removed"):
        op.drop_column("crawls", name)
    op.drop_column("sources", "notes")
