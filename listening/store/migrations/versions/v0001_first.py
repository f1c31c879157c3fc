"""The first released shape."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As the columns were on the day of the release: a step never follows later changes of columns.py.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "alerts",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("owner", TEXT, server_default="", nullable=False),
        sa.Column("map", TEXT, server_default="", nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", TEXT, server_default="", nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("claimed_by", TEXT, server_default="", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", TEXT, server_default="", nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("owner", "map", "night", name=op.f("uq_alerts_owner_map_night")),
    )
    op.create_index(op.f("ix_alerts_state_next_try"), "alerts", ["state", "next_try"], unique=False)
    op.create_table(
        "crawls",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", TEXT, server_default="", nullable=False),
        sa.Column("seen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("new", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("error", TEXT, server_default="", nullable=False),
        sa.Column("warnings", sa.Text(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("source", "night", name=op.f("pk_crawls")),
    )
    op.create_index(op.f("ix_crawls_night"), "crawls", ["night"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("source", TEXT, server_default="", nullable=False),
        sa.Column("native_id", TEXT, server_default="", nullable=False),
        sa.Column("kind", TEXT, server_default="", nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("title", TEXT, server_default="", nullable=False),
        sa.Column("text", TEXT, server_default="", nullable=False),
        sa.Column("person", TEXT, server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_from", TEXT, server_default="", nullable=False),
        sa.Column("url", TEXT, server_default="", nullable=False),
        sa.Column("thread", TEXT, server_default="", nullable=False),
        sa.Column("reply_to", TEXT, nullable=True),
        sa.Column("likes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("views", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("metric", TEXT, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("language", TEXT, server_default="", nullable=False),
        sa.Column("fingerprint", TEXT, server_default="", nullable=False),
        sa.Column("minhash", sa.LargeBinary(), nullable=False),
        sa.Column("near_of", TEXT, nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("read_by", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(
        op.f("ix_documents_created_at_source_inside_near_of"),
        "documents",
        ["created_at", "source", "inside", "near_of"],
        unique=False,
    )
    op.create_index(op.f("ix_documents_near_of"), "documents", ["near_of"], unique=False)
    op.create_index(op.f("ix_documents_person"), "documents", ["person"], unique=False)
    op.create_index(op.f("ix_documents_read_by_id"), "documents", ["read_by", "id"], unique=False)
    op.create_index(op.f("ix_documents_state_created_at_id"), "documents", ["state", "created_at", "id"], unique=False)
    op.create_table(
        "forgotten",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("person", "source", name=op.f("pk_forgotten")),
    )
    op.create_table(
        "leases",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("holder", TEXT, server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", TEXT, server_default="", nullable=False),
        sa.Column("what", TEXT, server_default="", nullable=False),
        sa.Column("pain_point_id", TEXT, server_default="", nullable=False),
        sa.Column("other_id", TEXT, server_default="", nullable=False),
        sa.Column("detail", TEXT, server_default="", nullable=False),
        sa.Column("model", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ledger_other_id"), "ledger", ["other_id"], unique=False)
    op.create_index(op.f("ix_ledger_pain_point_id"), "ledger", ["pain_point_id"], unique=False)
    op.create_table(
        "meta",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "nights",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("state", TEXT, server_default="", nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_nights")),
    )
    op.create_table(
        "pain_points",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("map", TEXT, server_default="", nullable=False),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("named_by", TEXT, server_default="", nullable=False),
        sa.Column("stage", TEXT, server_default="", nullable=False),
        sa.Column("touchpoint", TEXT, nullable=True),
        sa.Column("status", TEXT, server_default="", nullable=False),
        sa.Column("born", sa.Date(), nullable=False),
        sa.Column("last_seen", sa.Date(), nullable=False),
        sa.Column("centroid", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("people", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("owner", TEXT, server_default="", nullable=False),
        sa.Column("department", TEXT, server_default="", nullable=False),
        sa.Column("importance", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("ease", sa.Integer(), nullable=True),
        sa.Column("muted_until", sa.Date(), nullable=True),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("merged_into", TEXT, nullable=True),
        sa.Column("words", sa.Text(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pain_points")),
    )
    op.create_index(op.f("ix_pain_points_map_status"), "pain_points", ["map", "status"], unique=False)
    op.create_table(
        "sources",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, server_default="", nullable=False),
        sa.Column("first_night", sa.Date(), nullable=False),
        sa.Column("cursor", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "validators",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("etag", TEXT, nullable=True),
        sa.Column("last_modified", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("source", "url", name=op.f("pk_validators")),
    )
    op.create_table(
        "document_bands",
        sa.Column("document_id", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("band", TEXT, server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_bands_document_id_documents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "position", name=op.f("pk_document_bands")),
    )
    op.create_index(op.f("ix_document_bands_band"), "document_bands", ["band"], unique=False)
    op.create_table(
        "emergences",
        sa.Column("pain_point_id", TEXT, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("surprise", sa.Float(), nullable=False),
        sa.Column("sentence", TEXT, server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["pain_point_id"],
            ["pain_points.id"],
            name=op.f("fk_emergences_pain_point_id_pain_points"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pain_point_id", "night", "kind", name=op.f("pk_emergences")),
    )
    op.create_index(op.f("ix_emergences_night"), "emergences", ["night"], unique=False)
    op.create_table(
        "signals",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("document_id", TEXT, server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", TEXT, server_default="", nullable=False),
        sa.Column("probs", sa.Text(), nullable=False),
        sa.Column("signals_on", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("pain_label", TEXT, server_default="", nullable=False),
        sa.Column("pain", sa.Float(), nullable=False),
        sa.Column("unspoken", sa.Boolean(), nullable=False),
        sa.Column("mood", sa.Float(), nullable=False),
        sa.Column("stage", TEXT, server_default="", nullable=False),
        sa.Column("touchpoint", TEXT, nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("model", TEXT, server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_signals_document_id_documents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
    )
    op.create_index(op.f("ix_signals_document_id"), "signals", ["document_id"], unique=False)
    op.create_index(op.f("ix_signals_pain"), "signals", ["pain"], unique=False)
    op.create_index(op.f("ix_signals_pain_label"), "signals", ["pain_label"], unique=False)
    op.create_table(
        "apart",
        sa.Column("signal_id", TEXT, nullable=False),
        sa.Column("pain_point_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["pain_point_id"], ["pain_points.id"], name=op.f("fk_apart_pain_point_id_pain_points"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signals.id"], name=op.f("fk_apart_signal_id_signals"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signal_id", "pain_point_id", name=op.f("pk_apart")),
    )
    op.create_index(op.f("ix_apart_pain_point_id"), "apart", ["pain_point_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("signal_id", TEXT, nullable=False),
        sa.Column("pain_point_id", TEXT, server_default="", nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pain_point_id"],
            ["pain_points.id"],
            name=op.f("fk_memberships_pain_point_id_pain_points"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signals.id"], name=op.f("fk_memberships_signal_id_signals"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_pain_point_id"), "memberships", ["pain_point_id"], unique=False)
