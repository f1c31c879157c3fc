"""The table beside the outbox: which pain point was told in which alert."""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText
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
