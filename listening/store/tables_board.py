"""The board's tables: goals and how they stood, reviews, versions of maps, and what it takes to undo a change."""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText, JsonText, Utc, text_column
from listening.store.tables import metadata

goals = sa.Table(
    "goals",
    metadata,
    sa.Column(
        "pain_point_id", CleanText, sa.ForeignKey("pain_points.id", ondelete="CASCADE"), primary_key=True
    ),  # one goal a pain point; the ledger tells of the earlier ones
    text_column("specific"),
    text_column("metric"),
    sa.Column("target", sa.Float),
    sa.Column("due", sa.Date),
    text_column("stage"),
    sa.Column("importance", sa.Integer),
    sa.Column("baseline", JsonText),  # value, low, high, people, on
    text_column("set_by"),
    sa.Column("set_at", Utc, nullable=False),
    text_column("attainable_by"),
    sa.Column("attainable_at", Utc),
)

goal_nights = sa.Table(
    "goal_nights",
    metadata,
    sa.Column("pain_point_id", CleanText, sa.ForeignKey("pain_points.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("metric", CleanText, primary_key=True),
    sa.Column("night", sa.Date, primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("low", sa.Float, nullable=False),
    sa.Column("high", sa.Float, nullable=False),
    sa.Column("people", sa.Integer, nullable=False),
)

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("map", CleanText, primary_key=True),
    sa.Column("until", sa.Date, primary_key=True),
    sa.Column("since", sa.Date, nullable=False),
    text_column("reviewed_by"),
    sa.Column("reviewed_at", Utc),
    text_column("note"),
)

map_versions = sa.Table(
    "map_versions",
    metadata,
    sa.Column("map", CleanText, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    text_column("who"),
    text_column("note"),
    text_column("text"),
)

# What a change replaced, so that it can be taken back; `key` is the ledger line's. Never holds people's words.
reversals = sa.Table(
    "reversals",
    metadata,
    sa.Column("key", CleanText, primary_key=True),
    text_column("kind"),  # fields, merge, split, move
    text_column("pain_point_id"),
    text_column("other_id"),
    sa.Column("before", JsonText, nullable=False),
    sa.Column("undone_at", Utc),
    text_column("undone_by"),
    sa.Index(None, "pain_point_id"),
    sa.Index(None, "other_id"),
)
