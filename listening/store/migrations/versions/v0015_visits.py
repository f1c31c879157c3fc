"""The fifteenth schema: which posts a visit met again, and which it found with other words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the index by which a night's new posts are found."""
    op.create_table(
        "met_again",
        *_of_a_document("met_again"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("source", CleanText(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("document_id", "first", name=op.f("pk_met_again")),
    )
    op.create_index(op.f("ix_met_again_source_last_first"), "met_again", ["source", "last", "first"])
    op.create_table(
        "rewritten",
        *_of_a_document("rewritten"),
        sa.Column("night", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "night", name=op.f("pk_rewritten")),
    )
    op.create_index(op.f("ix_rewritten_night"), "rewritten", ["night"])
    op.create_index(op.f("ix_documents_first_seen"), "documents", ["first_seen"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_documents_first_seen"), "documents")
    for table in ("rewritten", "met_again"):
        op.drop_table(table)


def _of_a_document(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_document_id_documents")
    return (
        sa.Column("document_id", CleanText(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=name, ondelete="CASCADE"),
    )
