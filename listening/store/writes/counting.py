"""Keeps the figures of a pain point true: its size and people are those of the passages stored now."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.rows import who
from listening.store.statements import in_slices
from listening.store.tables import documents, memberships, pain_points, signals


def points_of_documents(connection: Connection, document_ids: Collection[str]) -> set[str]:
    """Return the pain points that have passages of these documents."""
    found: set[str] = set()
    for part in in_slices(document_ids):
        joined = sa.select(memberships.c.pain_point_id).join(signals, signals.c.id == memberships.c.signal_id)
        found.update(connection.scalars(joined.where(signals.c.document_id.in_(part)).distinct()))
    return found


def points_of_signals(connection: Connection, signal_ids: Collection[str]) -> set[str]:
    """Return the pain points that these passages belong to."""
    found: set[str] = set()
    for part in in_slices(signal_ids):
        found.update(
            connection.scalars(sa.select(memberships.c.pain_point_id).where(memberships.c.signal_id.in_(part)))
        )
    return found


def recount(connection: Connection, point_ids: Collection[str]) -> None:
    """Count the passages and the distinct people (inside and outside) of these pain points again."""
    members = memberships.join(signals, signals.c.id == memberships.c.signal_id)
    members = members.join(documents, documents.c.id == signals.c.document_id)
    mine = memberships.c.pain_point_id == pain_points.c.id
    size = sa.select(sa.func.count()).select_from(memberships).where(mine)
    people = sa.select(sa.func.count(sa.distinct(who))).select_from(members).where(mine)
    for part in in_slices(sorted(point_ids)):
        here = sa.update(pain_points).where(pain_points.c.id.in_(part))
        connection.execute(
            here.values(
                size=size.correlate(pain_points).scalar_subquery(),
                people=people.correlate(pain_points).scalar_subquery(),
            )
        )
