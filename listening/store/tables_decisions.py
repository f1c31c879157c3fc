"""The tables of what a person decides: places that the map lacks, and passages that are no pain."""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText, JsonText, Utc
from listening.store.tables import metadata

suggested_touchpoints = sa.Table(
    "suggested_touchpoints",
    metadata,
    sa.Column("id", CleanText, primary_key=True),
    sa.Column("map", CleanText, nullable=False),
    sa.Column(
        "name", CleanText, nullable=False, server_default=""
    ),  # a person's; customers' words stay in the pain points
    sa.Column("stage", CleanText, nullable=False),
    sa.Column("pain_points", JsonText, nullable=False, server_default="[]"),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("night", sa.Date, nullable=False),
    sa.Column("state", CleanText, nullable=False),  # suggested, accepted, dismissed
    sa.Column("touchpoint", CleanText, nullable=False, server_default=""),
    sa.Column("decided_by", CleanText, nullable=False, server_default=""),
    sa.Column("decided_at", Utc),
    sa.Index(None, "map", "state"),
)

# Passages that a person called no pain: they are placed nowhere, whatever model reads them again.
no_pains = sa.Table(
    "no_pains",
    metadata,
    sa.Column("signal_id", CleanText, sa.ForeignKey("signals.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("who", CleanText, nullable=False, server_default=""),
    sa.Column("at", Utc, nullable=False),
)
