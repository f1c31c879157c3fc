"""The board's tables: goals and how they stood, reviews, versions of maps, and what it takes to undo a change."""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText, JsonText, Utc
from listening.store.tables import metadata


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=False, server_default="")


goals = sa.Table(
    "goals",
    metadata,
    sa.Column(
        "pain_point_id", CleanText, sa.ForeignKey("pain_points.id", ondelete="CASCADE"), primary_key=True
    ),  # one goal a pain point; the ledger tells of the earlier ones
    _text("specific"),
    _text("metric"),
    sa.Column("target", sa.Float),
    sa.Column("due", sa.Date),
    _text("stage"),
    sa.Column("importance", sa.Integer),
    sa.Column("baseline", JsonText),  # value, low, high, people, on
    _text("set_by"),
    sa.Column("set_at", Utc, nullable=False),
    _text("attainable_by"),
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
    _text("reviewed_by"),
    sa.Column("reviewed_at", Utc),
    _text("note"),
)

map_versions = sa.Table(
    "map_versions",
    metadata,
    sa.Column("map", CleanText, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    _text("who"),
    _text("note"),
    _text("text"),
)

# What a change replaced, so that it can be taken back; `key` is the ledger line's. Never holds people's words.
reversals = sa.Table(
    "reversals",
    metadata,
    sa.Column("key", CleanText, primary_key=True),
    _text("kind"),  # fields, merge, split, move
    _text("pain_point_id"),
    _text("other_id"),
    sa.Column("before", JsonText, nullable=False),
    sa.Column("undone_at", Utc),
    _text("undone_by"),
    sa.Index(None, "pain_point_id"),
    sa.Index(None, "other_id"),
)
