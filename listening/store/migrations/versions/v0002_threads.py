"""The second schema: a thread's documents are found without reading them all."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(op.f("ix_documents_thread"), "documents", ["thread"], unique=False)


def downgrade() -> None:
    """Take the index away."""
    op.drop_index(op.f("ix_documents_thread"), table_name="documents")
