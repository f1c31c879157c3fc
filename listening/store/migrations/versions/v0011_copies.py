"""The eleventh schema: the index of near copies holds only near copies.

Nearly all documents are originals. With those in it, SQLite took it for the way to whatever was written on one day, and
read the whole table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEX = "ix_documents_near_of"


def upgrade() -> None:
    """Make the index anew, without the originals."""
    copies = sa.text("near_of IS NOT NULL")
    op.drop_index(op.f(INDEX), table_name="documents")
    op.create_index(op.f(INDEX), "documents", ["near_of"], sqlite_where=copies, postgresql_where=copies)


def downgrade() -> None:
    """Put the originals back into it."""
    op.drop_index(op.f(INDEX), table_name="documents")
    op.create_index(op.f(INDEX), "documents", ["near_of"])
