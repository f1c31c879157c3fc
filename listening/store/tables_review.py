"""The review's tables: packs of days that are over, as they were shown, and what other programs are told."""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText, JsonText, Utc, text_column
from listening.store.tables import metadata

packs = sa.Table(
    "packs",
    metadata,
    sa.Column("map", CleanText, primary_key=True),
    sa.Column("since", sa.Date, primary_key=True),
    sa.Column("until", sa.Date, primary_key=True),
    sa.Column("kept_at", Utc, nullable=False),
    sa.Column("documents", JsonText, nullable=False),  # ids of those whose words it quotes
    sa.Column("pain_points", JsonText, nullable=False),  # ids of those whose names it says
    sa.Column("payload", JsonText, nullable=False),
)

# What waits to be told to other programs: each row is claimed by one worker, sent, tried again, or given up.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", CleanText, primary_key=True),
    text_column("channel"),  # webhook, ticket
    text_column("event"),
    text_column("pain_point_id"),
    text_column("state"),  # queued, claimed, sent, dead
    sa.Column("payload", JsonText, nullable=False),
    text_column("claimed_by"),
    sa.Column("claimed_until", Utc),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_try", Utc, nullable=False),
    text_column("last_error"),
    sa.Column("queued_at", Utc, nullable=False),
    sa.Column("sent_at", Utc),
    sa.Index(None, "state", "next_try"),
    sa.Index(None, "pain_point_id"),
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column(
        "pain_point_id", CleanText, sa.ForeignKey("pain_points.id", ondelete="CASCADE"), primary_key=True
    ),  # one ticket a pain point
    text_column("system"),
    text_column("project"),
    text_column("key"),
    text_column("url"),
    text_column("state"),  # open, doing, done, refused
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("checked_at", Utc),
)
