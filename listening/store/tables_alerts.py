"""The tables beside the outbox: which pain point was told in which alert, and which touchpoints cannot be seen."""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText, JsonText
from listening.store.tables import metadata

alert_points = sa.Table(
    "alert_points",
    metadata,
    sa.Column("alert_id", CleanText, sa.ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("pain_point_id", CleanText, primary_key=True),
    sa.Column("kind", CleanText, nullable=False, server_default=""),
    sa.Column("emerged", sa.Date, nullable=False),  # the night of the emergence that was told
    sa.Index(None, "pain_point_id"),
)

sights = sa.Table(
    "sights",  # touchpoints that went blind, or are seen again
    metadata,
    sa.Column("map", CleanText, primary_key=True),
    sa.Column("touchpoint", CleanText, primary_key=True),
    sa.Column("night", sa.Date, primary_key=True),
    sa.Column("kind", CleanText, nullable=False, server_default=""),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("sources", JsonText, nullable=False),
    sa.Column("sentence", CleanText, nullable=False, server_default=""),
)
